//! The permutation test against `tests/fixtures/permutation.json`, against counting, and at its edges.

use std::ops::ControlFlow;

use meta_analysis::{
    CommonEffect, ErrorKind, Inference, MeanDifference, PauleMandel, PermutationTest, Pool, Pooled, RandomEffects,
    Reml, Studies, Tau2Method,
};

use crate::score::{floats, json};

type Data = Studies<MeanDifference>;
type Model = Box<dyn Pool<Data, Output = Pooled<MeanDifference>>>;

fn data(y: Vec<f64>, v: Vec<f64>) -> Data {
    Studies::from_analysis(MeanDifference, y, v).expect("valid columns")
}

/// A model behind a pointer, as a program that chooses at run time has it.
struct Chosen(Model);

impl Pool<Data> for Chosen {
    type Output = Pooled<MeanDifference>;

    fn pool(&self, studies: &Data) -> Result<Self::Output, meta_analysis::Error> {
        self.0.pool(studies)
    }
}

#[test]
fn every_exact_reference_test() {
    let file = json(include_str!("../fixtures/permutation.json"));
    let cases = file["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 15, "all of them");
    for case in cases {
        let inference = if case["test"] == "knha" { Inference::HartungKnapp } else { Inference::Normal };
        let model: Model = match case["method"].as_str().expect("a method") {
            "EE" => Box::new(CommonEffect::new().with_inference(inference)),
            name => {
                let method: Tau2Method = name.parse().expect("an estimator");
                Box::new(RandomEffects::new(method).with_inference(inference))
            }
        };
        let studies = data(floats(&case["yi"]), floats(&case["vi"]));
        let result = PermutationTest::new(Chosen(model)).run(&studies).expect("a result");
        let expected = &case["expected"];
        assert_eq!(Some(result.p_value()), expected["p"].as_f64(), "{}", case["name"]);
        assert_eq!(Some(result.patterns()), expected["patterns"].as_u64(), "{}", case["name"]);
        let statistic = result.observed().test().expect("a test").statistic;
        let certified = expected["statistic"].as_f64().expect("a statistic");
        assert!((statistic / certified - 1.0).abs() < 1e-9, "{}: {statistic} for {certified}", case["name"]);
    }
}

#[test]
fn every_pattern_is_counted_once() {
    let y = vec![0.4, -0.1, 0.9, 0.3, 0.75, -0.2, 0.1];
    let v = vec![0.1, 0.3, 0.2, 0.05, 0.4, 0.15, 0.02];
    for inference in Inference::ALL {
        let model = RandomEffects::new(PauleMandel).with_inference(*inference);
        // Kenward and Roger's is undefined for some patterns, which count as extreme.
        let statistic = |y: Vec<f64>| {
            model.pool(&data(y, v.clone())).expect("a").test().map_or(f64::INFINITY, |test| test.statistic.abs())
        };
        let observed = statistic(y.clone());
        let extreme = (0..1_u32 << y.len())
            .filter(|signs| {
                let turned = y.iter().enumerate().map(|(i, y)| if signs >> i & 1 == 1 { -y } else { *y }).collect();
                statistic(turned) >= observed * (1.0 - 1e-12)
            })
            .count();
        let result = PermutationTest::new(model).run(&data(y.clone(), v.clone())).expect("a result");
        assert_eq!(result.extreme(), extreme as u64, "{inference}");
        assert_eq!((result.patterns(), result.is_exact(), result.p_value_std_error()), (128, true, 0.0));
    }
}

#[test]
fn random_patterns_come_near_and_repeat() {
    let studies = data(vec![0.4, -0.1, 0.9, 0.3, 0.75, -0.2, 0.1, 0.2, 0.5], vec![0.1; 9]);
    let test = PermutationTest::new(CommonEffect::new());
    let exact = test.run(&studies).expect("exact");
    let random = test.randomised().with_draws(20_000, 7);
    let (a, b) = (random.run(&studies).expect("a"), random.run(&studies).expect("b"));
    assert_eq!(a, b, "a seed fixes the result");
    assert_eq!((a.patterns(), a.is_exact()), (20_001, false));
    let distance = (a.p_value() - exact.p_value()).abs() / a.p_value_std_error();
    assert!(distance < 3.0, "{} and {}", a.p_value(), exact.p_value());
    assert_ne!(random.with_draws(20_000, 8).run(&studies).expect("c").extreme(), a.extreme(), "another seed");

    // More studies than are taken exactly: draws without asking.
    let many = data((0..70).map(|i| f64::from(i % 7) - 2.0).collect(), vec![1.0; 70]);
    let result = test.with_draws(500, 1).run(&many).expect("many");
    assert_eq!((result.patterns(), result.is_exact()), (501, false));
    assert!(result.p_value() > 0.0 && result.p_value() < 0.1, "{}", result.p_value());
}

#[test]
fn undefined_statistics_take_their_limit() {
    let model = RandomEffects::new(Reml).with_inference(Inference::HartungKnapp);
    let test = PermutationTest::new(model);
    // The observed pattern and its mirror image have no residuals.
    let result = test.run(&data(vec![1.5; 4], vec![0.1, 0.2, 0.3, 0.4])).expect("equal effects");
    assert_eq!((result.p_value(), result.undefined()), (2.0 / 16.0, 2));
    // A pattern that is not the observed one has none: it is more extreme.
    let result = test.run(&data(vec![1.0, 1.0, -1.0], vec![0.1, 0.2, 0.3])).expect("opposite effects");
    assert_eq!(result.undefined(), 2);
    assert!(result.extreme() >= 4, "{result:?}");
    // No effect anywhere: nothing is extreme, everything ties.
    let result = test.run(&data(vec![0.0; 3], vec![0.1, 0.2, 0.3])).expect("zeros");
    assert_eq!((result.p_value(), result.undefined()), (1.0, 8));
}

#[test]
fn what_it_needs_and_says() {
    let one = data(vec![1.0], vec![1.0]);
    assert_eq!(PermutationTest::new(CommonEffect::new()).run(&one).expect("one study").p_value(), 1.0);
    let hartung_knapp = PermutationTest::new(RandomEffects::new(Reml).with_inference(Inference::HartungKnapp));
    let error = hartung_knapp.run(&one).expect_err("no statistic");
    assert_eq!(error.to_string(), "the statistic of the permutation test needs at least 2 studies, but there are 1");
    let none: Data = Studies::new(MeanDifference);
    assert!(matches!(hartung_knapp.run(&none).expect_err("none").kind(), ErrorKind::NoStudies { .. }), "none");
    let error =
        hartung_knapp.randomised().with_draws(0, 0).run(&data(vec![1.0, 2.0], vec![1.0; 2])).expect_err("draws");
    assert_eq!(error.to_string(), "the permutation test needs at least 1 draws, but there are 0");
}

#[test]
fn progress_is_reported_and_stops() {
    let studies = data((0..12).map(f64::from).collect(), vec![1.0; 12]);
    let test = PermutationTest::new(CommonEffect::new());
    let mut reports = Vec::new();
    let result = test.run_with(&studies, |done, total| {
        reports.push((done, total));
        ControlFlow::Continue(())
    });
    assert_eq!(result.expect("a result"), test.run(&studies).expect("the same"));
    assert_eq!((reports.first(), reports.last()), (Some(&(256, 2048)), Some(&(2048, 2048))));
    let error = test.run_with(&studies, |_, _| ControlFlow::Break(())).expect_err("stopped");
    assert_eq!(error.kind(), &ErrorKind::Cancelled { done: 256, total: 2048 });
    // Who stops at the end has the result all the same.
    let late = |done, total| if done < total { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    assert!(test.run_with(&studies, late).is_ok(), "nothing is left to stop");
}

#[test]
fn the_type_of_the_columns_does_not_blur_ties() {
    let y = vec![0.4, -0.1, 0.9, 0.3, 0.75, -0.2, 0.1, 0.2];
    let studies = data(y, vec![0.5, 0.25, 0.125, 1.0, 2.0, 0.5, 0.75, 0.3]).cast::<f32>().expect("f32");
    let single = PermutationTest::new(CommonEffect::new()).run(&studies).expect("single");
    let double = PermutationTest::new(CommonEffect::new()).run(&studies.cast::<f64>().expect("f64")).expect("double");
    assert_eq!(single.extreme(), double.extreme());
}
