//! Permutation tests of moderators against metafor (`tests/fixtures/regression-permutations.json`), and their laws.

use std::ops::ControlFlow;

use meta_analysis::{
    Design, ErrorKind, Inference, MeanDifference, MetaRegression, RegressionPermutation, Studies, Tau2Method,
};
use serde_json::Value;

use crate::score::{floats, json};
use crate::strategies::Simulation;

pub(super) type Data = Studies<MeanDifference>;

pub(super) fn case(case: &Value) -> (Data, Design) {
    let input = &case["input"];
    let studies = Studies::from_analysis(MeanDifference, floats(&input["yi"]), floats(&input["vi"])).expect("studies");
    let rows: Vec<Vec<f64>> = input["mods"].as_array().expect("moderators").iter().map(floats).collect();
    let add = |design: Design, j: usize| {
        let column: Vec<f64> = rows.iter().map(|row| row[j]).collect();
        design.continuous(&format!("x{j}"), column).expect("a column")
    };
    (studies, (0..rows[0].len()).fold(Design::new(), add))
}

pub(super) fn inference(options: &Value) -> Inference {
    options["test"].as_str().expect("a test").parse().expect("an inference")
}

pub(super) fn method(options: &Value) -> Option<Tau2Method> {
    let name = options["method"].as_str().expect("a method");
    (name != "EE").then(|| name.parse().expect("an estimator"))
}

#[test]
fn permutations_of_r() {
    let file = json(include_str!("../../fixtures/regression-permutations.json"));
    let mut cases = 0;
    for entry in file["cases"].as_array().expect("cases") {
        let (options, expected) = (&entry["options"], &entry["expected"]);
        cases += 1;
        let (studies, design) = case(entry);
        let (p, all, exact) = match method(options) {
            None => {
                let model = MetaRegression::common_effect().with_inference(inference(options));
                let found = RegressionPermutation::new(model).run(&studies, &design).expect("a test");
                (found.p_values(), found.moderators_p_value(), found.is_exact())
            }
            Some(method) => {
                let model = MetaRegression::new(method).with_inference(inference(options));
                let found = RegressionPermutation::new(model).run(&studies, &design).expect("a test");
                (found.p_values(), found.moderators_p_value(), found.is_exact())
            }
        };
        assert!(exact, "{}: all arrangements", entry["name"]);
        for (p, exact) in p.iter().zip(floats(&expected["pval"])) {
            assert!((p - exact).abs() < 1e-12, "{}: p {p}, R {exact}", entry["name"]);
        }
        let (all, exact) = (all.expect("moderators"), expected["QMp"].as_f64().expect("a number"));
        assert!((all - exact).abs() < 1e-12, "{}: p {all}, R {exact}", entry["name"]);
    }
    assert_eq!(cases, 10, "cases compared");
}

fn simulated(k: usize) -> (Data, Design) {
    let mut random = Simulation(3);
    let y = (0..k).map(|_| random.normal()).collect();
    let v = (0..k).map(|_| 0.1 + random.uniform()).collect();
    let x: Vec<f64> = (0..k).map(|_| random.normal()).collect();
    let studies = Studies::from_analysis(MeanDifference, y, v).expect("studies");
    (studies, Design::new().continuous("x", x).expect("a column"))
}

#[test]
fn random_arrangements_are_near_all_of_them_and_the_same_every_time() {
    let (studies, design) = simulated(7);
    let test = RegressionPermutation::new(MetaRegression::new(Tau2Method::DerSimonianLaird));
    let exact = test.run(&studies, &design).expect("a test").moderators_p_value().expect("a p-value");
    let drawn = test.randomised().with_draws(4000, 1).run(&studies, &design).expect("a test");
    let p = drawn.moderators_p_value().expect("a p-value");
    assert!((p - exact).abs() < 4.0 * (exact * (1.0 - exact) / 4000.0).sqrt(), "drawn {p}, exact {exact}");
    assert_eq!((drawn.arrangements(), drawn.is_exact()), (4001, false));
    let again = test.randomised().with_draws(4000, 1).run(&studies, &design).expect("a test");
    assert_eq!(again.p_values(), drawn.p_values(), "a seed means the same every time");
}

#[test]
fn permutation_tests_refuse_and_stop() {
    let (studies, design) = simulated(12);
    let test = RegressionPermutation::new(MetaRegression::new(Tau2Method::DerSimonianLaird));
    let error = test.with_draws(0, 0).run(&studies, &design).unwrap_err();
    assert_eq!(error.to_string(), "the permutation test needs at least 1 draws, but there are 0");
    let error = test.run_with(&studies, &design, |_, _| ControlFlow::Break(())).unwrap_err();
    assert_eq!(error.to_string(), "cancelled after 256 of 10000");
    let error = test.run(&studies, &Design::new()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::EqualRows, "an intercept alone");
    assert!(error.to_string().ends_with("but all rows of the design are equal"), "{error}");
}
