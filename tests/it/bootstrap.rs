//! The bootstrap prediction interval: its coverage, its limits, its edges.

use meta_analysis::{ErrorKind, Level, MeanDifference, Pool, RandomEffects, RiskRatio, Studies};
use proptest::prelude::*;

use crate::score::{floats, json};
use crate::strategies::{Simulation, anything};

fn data(y: Vec<f64>, v: Vec<f64>) -> Studies<MeanDifference> {
    Studies::from_analysis(MeanDifference, y, v).expect("valid columns")
}

/// The share of prediction intervals that contain the effect of a new study.
fn coverage(k: usize, tau2: f64, replicates: u64, draws: usize) -> f64 {
    let mut simulation = Simulation(20_190_601);
    let mut covered = 0_u32;
    for seed in 0..replicates {
        let v: Vec<f64> = (0..k).map(|_| 0.02 + 0.3 * simulation.uniform()).collect();
        let y = v.iter().map(|v| 0.5 + (v + tau2).sqrt() * simulation.normal()).collect();
        let new = 0.5 + tau2.sqrt() * simulation.normal();
        let prediction = data(y, v).bootstrap_prediction(Level::P95, draws, seed).expect("valid").expect("an interval");
        covered += u32::from(prediction.analysis.contains(new));
    }
    f64::from(covered) / replicates as f64
}

#[test]
fn coverage_with_five_studies_is_near_the_level() {
    let (n, level) = (500, 0.95_f64);
    let share = coverage(5, 0.2, n, 1000);
    let std_error = (level * (1.0 - level) / n as f64).sqrt();
    println!("coverage: {share}");
    assert!((share - level).abs() < 3.0 * std_error + 0.02, "coverage {share}");
}

#[test]
#[ignore = "takes three minutes"]
fn coverage_over_many_settings() {
    for k in [3, 5, 10, 25] {
        for tau2 in [0.05, 0.2, 1.0] {
            let share = coverage(k, tau2, 4000, 2000);
            println!("k {k}, tau2 {tau2}: {share}");
            // Three binomial standard errors are 1 point. Small heterogeneity is over-covered with few studies.
            assert!(share > 0.925 && (share < 0.975 || tau2 < 0.2), "k {k}, tau2 {tau2}: {share}");
        }
    }
}

#[test]
fn independent_draws_have_the_same_quantiles() {
    // The BCG trials; from an independent program (eigenvalues of the quadratic form, a Laplace inversion of another
    // kind, NumPy's generator), 4 million draws: its error is below 0.002.
    let file = json(include_str!("../fixtures/henmi-copas.json"));
    let case = file["cases"].as_array().expect("cases").iter().find(|case| case["name"] == "bcg|hc|95").expect("BCG");
    let studies = data(floats(&case["yi"]), floats(&case["vi"]));
    let prediction = studies.bootstrap_prediction(Level::P95, 200_000, 3).expect("valid").expect("an interval");
    let (lower, upper) = (prediction.analysis.lower, prediction.analysis.upper);
    assert!((lower - BCG.0).abs() < 0.02 && (upper - BCG.1).abs() < 0.02, "{lower} to {upper}");
}

const BCG: (f64, f64) = (-2.2207, 0.7633);

#[test]
fn a_seed_fixes_every_digit() {
    let studies = data(vec![0.1, 0.9, -0.3, 0.4, 1.5], vec![0.04, 0.2, 0.01, 0.5, 0.02]);
    let with = |seed| studies.bootstrap_prediction(Level::P95, 1000, seed).expect("valid").expect("an interval");
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
    // And so does the unit.
    let s = 2.0_f64.powi(-37);
    let scaled = data(studies.y().iter().map(|y| y * s).collect(), studies.v().iter().map(|v| v * s * s).collect());
    let scaled = scaled.bootstrap_prediction(Level::P95, 1000, 1).expect("valid").expect("an interval");
    assert_eq!(scaled.analysis.lower, with(1).analysis.lower * s);
    // Levels are nested, as they are quantiles of the same draws.
    let narrow = studies.bootstrap_prediction(Level::P90, 1000, 1).expect("valid").expect("an interval").analysis;
    assert!(with(1).analysis.lower < narrow.lower && narrow.upper < with(1).analysis.upper, "{narrow}");
}

#[test]
fn with_many_studies_it_is_the_plain_interval() {
    let mut simulation = Simulation(1);
    let v: Vec<f64> = (0..400).map(|_| 0.02 + 0.3 * simulation.uniform()).collect();
    let y = v.iter().map(|v| (v + 0.4).sqrt() * simulation.normal()).collect();
    let studies = data(y, v);
    let plain = RandomEffects::default().pool(&studies).expect("a result").prediction().expect("an interval").analysis;
    let bootstrap = studies.bootstrap_prediction(Level::P95, 50_000, 1).expect("valid").expect("an interval").analysis;
    assert!((bootstrap.width() / plain.width() - 1.0).abs() < 0.03, "{bootstrap} and {plain}");
}

#[test]
fn what_it_needs_and_says() {
    let studies = data(vec![0.1, 0.9, -0.3], vec![0.04, 0.2, 0.01]);
    let error = studies.bootstrap_prediction(Level::P95, 39, 1).expect_err("too few draws");
    assert_eq!(error.to_string(), "the bootstrap prediction interval needs at least 40 draws, but there are 39");
    assert!(studies.bootstrap_prediction(Level::P95, 40, 1).expect("enough").is_some(), "40 will do");
    let error = studies.bootstrap_prediction(Level::P95, usize::MAX, 1).expect_err("too many");
    assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
    let none: Studies<MeanDifference> = Studies::new(MeanDifference);
    let error = none.bootstrap_prediction(Level::P95, 100, 1).expect_err("no studies");
    assert!(matches!(error.kind(), ErrorKind::NoStudies { .. }), "{error}");
    assert_eq!(data(vec![0.1, 0.9], vec![1.0; 2]).bootstrap_prediction(Level::P95, 100, 1).expect("valid"), None);
    assert_eq!(data(vec![0.1; 5], vec![1.0; 5]).bootstrap_prediction(Level::P95, 100, 1).expect("valid"), None);

    let ratios: Studies<_> =
        Studies::from_analysis(RiskRatio, vec![-0.9, -1.6, 0.1], vec![0.3, 0.2, 0.1]).expect("valid");
    let prediction = ratios.bootstrap_prediction(Level::P90, 1000, 1).expect("valid").expect("an interval");
    assert_eq!(prediction.natural.upper, prediction.analysis.upper.exp());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn anything_gives_finite_limits_or_an_error((y, v) in anything()) {
        if let Ok(studies) = Studies::from_analysis(MeanDifference, y, v)
            && let Ok(Some(prediction)) = studies.bootstrap_prediction(Level::P95, 100, 1) {
            let interval = prediction.analysis;
            prop_assert!(interval.lower <= interval.upper && interval.width() < f64::INFINITY, "{interval}");
        }
    }
}
