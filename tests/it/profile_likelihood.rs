//! The profile likelihood of the effect against `tests/fixtures/profile-likelihood.json`, its coverage, and its edges.

use meta_analysis::{
    LikelihoodCorrection, MaximumLikelihood, MeanDifference, Pool, ProfileLikelihood, RandomEffects, Studies,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::score::{floats, json};
use crate::strategies::{Simulation, anything, studies, troublesome};

fn data(y: Vec<f64>, v: Vec<f64>) -> Studies<MeanDifference> {
    Studies::from_analysis(MeanDifference, y, v).expect("valid columns")
}

fn pool(
    correction: LikelihoodCorrection,
    studies: &Studies<MeanDifference>,
) -> meta_analysis::ProfileLikelihoodResult<MeanDifference> {
    ProfileLikelihood::new().with_correction(correction).pool(studies).expect("an answer")
}

#[test]
fn every_reference_value() {
    let inputs = json(include_str!("../fixtures/pooling.json"));
    let file = json(include_str!("../fixtures/profile-likelihood.json"));
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() >= 25, "all of them");
    for case in cases {
        let name = case["name"].as_str().expect("a name");
        let input = inputs["cases"].as_array().expect("cases").iter().find(|input| input["name"] == name);
        let studies = match input {
            Some(input) => data(floats(&input["yi"]), floats(&input["vi"])),
            None => data(floats(&case["yi"]), floats(&case["vi"])),
        };
        let number = |field: &str| case[field].as_f64().expect("a number");
        let se = number("std_error");
        for (correction, field) in [
            (LikelihoodCorrection::None, "none"),
            (LikelihoodCorrection::Bartlett, "bartlett"),
            (LikelihoodCorrection::Skovgaard, "skovgaard"),
        ] {
            let result = pool(correction, &studies);
            let near = |found: f64, expected: f64, scale: f64, what: &str| {
                let error = (found - expected).abs() / scale;
                assert!(error <= 1e-11, "{name} {correction:?} {what}: {found} for {expected}, off by {error:e}");
            };
            near(result.analysis().estimate, number("estimate"), se, "estimate");
            near(result.analysis().std_error.expect("one"), se, se, "standard error");
            let limits = &case[&*format!("limits_{field}")];
            let interval = result.analysis().interval;
            assert_eq!(interval.is_none(), limits.is_null(), "{name} {correction:?}: an interval or none");
            if let Some(interval) = interval {
                // Where the statistic is flat the limits are as wide as they are ill-determined.
                let scale = se.max(interval.width());
                near(interval.lower, limits[0].as_f64().expect("a limit"), scale, "lower limit");
                near(interval.upper, limits[1].as_f64().expect("a limit"), scale, "upper limit");
            }
            let expected = match correction {
                LikelihoodCorrection::None => Some(number("root")),
                LikelihoodCorrection::Bartlett => Some(number("root") / number("bartlett").sqrt()),
                _ => case["skovgaard"].as_f64(),
            };
            if let Some(expected) = expected {
                let found = result.test().expect("a test").statistic;
                near(found, expected, expected.abs().max(1.0), "statistic");
            }
        }
    }
}

/// The shares of 95 % tests of the true effect that do not reject it, by correction.
fn coverage(k: usize, tau2: f64, replicates: u32) -> [f64; 3] {
    let mut simulation = Simulation(1996);
    let (mut kept, mut defined) = ([0_u32; 3], [0_u32; 3]);
    for _ in 0..replicates {
        let v: Vec<f64> = (0..k).map(|_| 0.02 + 0.3 * simulation.uniform()).collect();
        let y = v.iter().map(|v| (v + tau2).sqrt() * simulation.normal()).collect();
        let studies = data(y, v);
        for (i, &correction) in LikelihoodCorrection::ALL.iter().enumerate() {
            if let Some(test) = pool(correction, &studies).test() {
                defined[i] += 1;
                kept[i] += u32::from(test.p_value() > 0.05);
            }
        }
    }
    [0, 1, 2].map(|i| f64::from(kept[i]) / f64::from(defined[i]))
}

#[test]
fn the_corrections_keep_the_level_where_the_plain_ratio_does_not() {
    // Heterogeneity large enough for an estimate of 0 to be rare.
    let n = 3000;
    let [plain, bartlett, skovgaard] = coverage(6, 1.0, n);
    println!("coverage with 6 studies: {plain}, Bartlett {bartlett}, Skovgaard {skovgaard}");
    let three_errors = 3.0 * (0.95 * 0.05 / f64::from(n)).sqrt();
    assert!(plain < 0.95 - three_errors, "plain {plain}");
    assert!((bartlett - 0.95).abs() < three_errors, "Bartlett {bartlett}");
    assert!((skovgaard - 0.95).abs() < three_errors, "Skovgaard {skovgaard}");
}

#[test]
fn equal_variances_have_a_closed_form() {
    // W = k ln(1 + d² / s²) with the mean square s² = v + τ², 1 + C = 1 + 3 / (2k), u = d √k s / (s² + d²).
    let studies = data(vec![1.0, 2.0, 6.0, 8.0, 3.0], vec![0.5; 5]);
    let (d, s2, k) = (4.0_f64, 6.8_f64, 5.0_f64);
    let w = k * (d * d / s2).ln_1p();
    let r = w.sqrt();
    let statistic = |correction| pool(correction, &studies).test().expect("a test").statistic;
    assert!((statistic(LikelihoodCorrection::None) - r).abs() < 1e-14, "plain");
    assert!((statistic(LikelihoodCorrection::Bartlett) - r / 1.3_f64.sqrt()).abs() < 1e-14, "Bartlett");
    let u = d * (k * s2).sqrt() / (s2 + d * d);
    assert!((statistic(LikelihoodCorrection::Skovgaard) - (r + (u / r).ln() / r)).abs() < 1e-14, "Skovgaard");
}

#[test]
fn a_likelihood_with_two_peaks() {
    // The set of effects is connected through τ², or falls apart: one precise study between two that disagree.
    let file = json(include_str!("../fixtures/pooling.json"));
    let several =
        |case: &&Value| case["random_effects"]["ML"]["local_maxima"].as_array().is_some_and(|maxima| maxima.len() > 1);
    for case in file["cases"].as_array().expect("cases").iter().filter(several) {
        let studies = data(floats(&case["yi"]), floats(&case["vi"]));
        let result = pool(LikelihoodCorrection::None, &studies);
        let interval = result.analysis().interval.expect("an interval");
        assert!(interval.contains(result.analysis().estimate), "{}: {interval}", case["name"]);
        // At each limit the deviance is the quantile: the test of that value has p = 0.05.
        for limit in [interval.lower, interval.upper] {
            let moved = data(studies.y().iter().map(|y| y - limit).collect(), studies.v().to_vec());
            let p = pool(LikelihoodCorrection::None, &moved).test().expect("a test").p_value();
            assert!((p - 0.05).abs() < 1e-9, "{} at {limit}: p = {p}", case["name"]);
        }
    }
}

#[test]
fn the_edges() {
    let error = ProfileLikelihood::new().pool(&data(vec![1.0], vec![1.0])).expect_err("one study");
    assert_eq!(error.to_string(), "tau2 needs at least 2 studies, but there are 1");
    let none: Studies<MeanDifference> = Studies::new(MeanDifference);
    let error = ProfileLikelihood::new().pool(&none).expect_err("none");
    assert_eq!(error.to_string(), "there must be at least one study to pool, but there is none");
    for k in [2, 5] {
        let equal = data(vec![0.7; k], vec![0.04; k]);
        let result = pool(LikelihoodCorrection::None, &equal);
        assert_eq!((result.tau2(), result.pieces()), (0.0, 1), "{k} equal effects");
        assert!(result.analysis().interval.is_some() && result.test().is_some(), "{k} equal effects");
        let result = pool(LikelihoodCorrection::Skovgaard, &equal);
        assert_eq!((result.analysis().interval, result.test()), (None, None), "tau2 at the edge");
    }
    // An effect of exactly 0 is not rejected at all, whatever the correction.
    let zero = data(vec![-3.0, 1.0, 2.0], vec![1.0; 3]);
    for &correction in LikelihoodCorrection::ALL {
        let p = pool(correction, &zero).test().expect("a test").p_value();
        assert!(p > 0.999, "{correction:?}: {p}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn it_agrees_with_maximum_likelihood_and_its_own_test(data in troublesome()) {
        let studies = studies(data);
        let result = pool(LikelihoodCorrection::None, &studies);
        let fit = RandomEffects::new(MaximumLikelihood).pool(&studies).expect("a fit");
        prop_assert_eq!(result.analysis().estimate, fit.analysis().estimate);
        let interval = result.analysis().interval.expect("an interval");
        prop_assert!(interval.contains(result.analysis().estimate), "{interval}");
        let p = result.test().expect("a test").p_value();
        let (inside, near) = (interval.contains(0.0), (p - 0.05).abs() < 1e-6);
        prop_assert!(near || inside == (p > 0.05) || result.pieces() > 1, "{interval}, p = {p}");
    }

    #[test]
    fn the_unit_changes_no_digit(data in troublesome(), exponent in -300..300_i32) {
        let plain = studies(data);
        let s = 2.0_f64.powi(exponent);
        let scaled = Studies::from_analysis(
            MeanDifference,
            plain.y().iter().map(|y| y * s).collect(),
            plain.v().iter().map(|v| v * s * s).collect(),
        ).expect("in range");
        for &correction in LikelihoodCorrection::ALL {
            let (a, b) = (pool(correction, &plain), pool(correction, &scaled));
            prop_assert_eq!(a.test(), b.test());
            prop_assert_eq!(a.analysis().interval.map(|i| (i.lower * s, i.upper * s)), b.analysis().interval.map(|i| (i.lower, i.upper)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn anything_gives_finite_limits_or_an_error((y, v) in anything()) {
        let Ok(studies) = Studies::from_analysis(MeanDifference, y, v) else { return Ok(()) };
        for &correction in LikelihoodCorrection::ALL {
            let Ok(result) = ProfileLikelihood::new().with_correction(correction).pool(&studies) else { continue };
            prop_assert!(result.analysis().estimate.is_finite() && result.tau2().is_finite(), "{result:?}");
            if let Some(interval) = result.analysis().interval {
                prop_assert!(interval.lower <= interval.upper && interval.width() < f64::INFINITY, "{interval}");
            }
            prop_assert!(result.test().is_none_or(|test| !test.p_value().is_nan()), "{result:?}");
        }
    }
}
