//! Residuals, deleted residuals and permutation tests against metafor (`tests/fixtures/regression-residuals.json`).

use std::ops::ControlFlow;

use meta_analysis::{
    Design, ErrorKind, Inference, MeanDifference, MetaRegression, RegressionPermutation, Studies, Tau2Method,
};
use serde_json::Value;

use crate::score::{floats, json};
use crate::strategies::Simulation;

type Data = Studies<MeanDifference>;

fn case(case: &Value) -> (Data, Design) {
    let input = &case["input"];
    let studies = Studies::from_analysis(MeanDifference, floats(&input["yi"]), floats(&input["vi"])).expect("studies");
    let rows: Vec<Vec<f64>> = input["mods"].as_array().expect("moderators").iter().map(floats).collect();
    let add = |design: Design, j: usize| {
        let column: Vec<f64> = rows.iter().map(|row| row[j]).collect();
        design.continuous(&format!("x{j}"), column).expect("a column")
    };
    (studies, (0..rows[0].len()).fold(Design::new(), add))
}

fn inference(options: &Value) -> Inference {
    options["test"].as_str().expect("a test").parse().expect("an inference")
}

fn method(options: &Value) -> Option<Tau2Method> {
    let name = options["method"].as_str().expect("a method");
    (name != "EE").then(|| name.parse().expect("an estimator"))
}

/// DIFFERENCE: metafor's REML does not converge for the BCG trials on latitude and year without the second one. The
/// values are of mpmath at 60 digits, for which the restricted score has one root.
fn without_the_second(field: &str, normal: bool) -> f64 {
    let (residual, z) =
        (-0.282_816_403_731_445_3, if normal { -0.430_257_066_130_345_6 } else { -0.385_274_624_693_730_65 });
    match field {
        "tau2_del" => 0.130_786_693_094_451_07,
        "resid" => residual,
        "se" => residual / z,
        _ => z,
    }
}

#[test]
fn residuals_of_r() {
    let file = json(include_str!("../../fixtures/regression-residuals.json"));
    let mut compared = 0;
    for entry in file["cases"].as_array().expect("cases") {
        let (options, expected) = (&entry["options"], &entry["expected"]);
        if options["fn"] == "permutest" {
            continue;
        }
        let (studies, design) = case(entry);
        let (fit, deleted) = match method(options) {
            None => {
                let model = MetaRegression::common_effect().with_inference(inference(options));
                (model.fit(&studies, &design), model.deleted_residuals(&studies, &design))
            }
            Some(method) => {
                let model = MetaRegression::new(method).with_inference(inference(options));
                (model.fit(&studies, &design), model.deleted_residuals(&studies, &design))
            }
        };
        let (residuals, deleted) = (fit.expect("a fit").residuals().expect("residuals"), deleted.expect("residuals"));
        for (field, value) in expected.as_object().expect("an object") {
            for (i, value) in value.as_array().expect("numbers").iter().enumerate() {
                let (own, deleted) = (&residuals[i], deleted[i].expect("a residual"));
                let (computed, scale) = match (options["fn"].as_str().expect("a function"), field.as_str()) {
                    ("rstandard", "resid") => (own.residual, own.std_error),
                    ("rstandard", "se") => (own.std_error, 0.0),
                    ("rstandard", "z") => (own.standardised().expect("a residual"), 1.0),
                    ("rstudent", "resid") => (deleted.residual, deleted.std_error),
                    ("rstudent", "se") => (deleted.std_error, 0.0),
                    ("rstudent", "z") | ("influence", "rstudent") => (deleted.studentised(), 1.0),
                    ("influence", "hat") => (own.leverage, 0.0),
                    ("influence", "tau2_del") => (deleted.tau2.unwrap_or(0.0), studies.v()[i]),
                    other => panic!("{}: nobody looks at {other:?}", entry["name"]),
                };
                let exact = value.as_f64().unwrap_or_else(|| without_the_second(field, options["test"] == "z"));
                let miss = (computed - exact).abs() / exact.abs().max(scale);
                assert!(miss <= 1e-8, "{} {field} {i}: {computed}, R {exact}, off by {miss:.1e}", entry["name"]);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 2025, "values compared");
}

#[test]
fn permutations_of_r() {
    let file = json(include_str!("../../fixtures/regression-residuals.json"));
    let mut cases = 0;
    for entry in file["cases"].as_array().expect("cases") {
        let (options, expected) = (&entry["options"], &entry["expected"]);
        if options["fn"] != "permutest" {
            continue;
        }
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
    assert_eq!(error.to_string(), "cancelled after 64 of 10000");
    let error = test.run(&studies, &Design::new()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::EqualRows, "an intercept alone");
    assert!(error.to_string().ends_with("but all rows of the design are equal"), "{error}");
}
