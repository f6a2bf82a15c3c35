//! The interval of Henmi and Copas against `tests/fixtures/henmi-copas.json`, and where no other program has it.

use meta_analysis::{
    CommonEffect, DerSimonianLaird, ErrorKind, HenmiCopas, Level, MeanDifference, Pool, RiskRatio, Studies,
};
use proptest::prelude::*;

use crate::score::{floats, json};
use crate::strategies::{anything, troublesome};

fn case(name: &str) -> Studies<MeanDifference> {
    let file = json(include_str!("../fixtures/henmi-copas.json"));
    let case = file["cases"].as_array().expect("cases").iter().find(|case| case["name"] == name).expect("the case");
    Studies::from_analysis(MeanDifference, floats(&case["yi"]), floats(&case["vi"])).expect("valid studies")
}

#[test]
fn every_reference_interval() {
    let file = json(include_str!("../fixtures/henmi-copas.json"));
    let cases = file["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 24, "all of them");
    for case in cases {
        let number = |field: &str| case["expected"][field].as_f64().expect("a number");
        let studies = Studies::from_analysis(MeanDifference, floats(&case["yi"]), floats(&case["vi"])).expect("valid");
        let level = Level::new(case["level"].as_f64().expect("a level") / 100.0).expect("a level");
        let result = HenmiCopas::new().with_level(level).pool(&studies).expect("an interval");
        let analysis = result.analysis();
        let (se, interval) = (analysis.std_error.expect("se"), analysis.interval.expect("an interval"));
        let near = |found: f64, expected: f64, scale: f64, what: &str| {
            assert!((found - expected).abs() <= 1e-11 * scale, "{} {what}: {found} for {expected}", case["name"]);
        };
        near(analysis.estimate, number("beta"), number("se"), "estimate");
        near(se, number("se"), number("se"), "standard error");
        near(result.tau2(), number("tau2"), number("tau2"), "tau2");
        near(interval.lower, number("ci_lb"), number("se"), "lower limit");
        near(interval.upper, number("ci_ub"), number("se"), "upper limit");
    }
}

#[test]
fn higher_levels_have_an_interval_too() {
    // metafor looks for the quantile between 0 and 2 only, and stops where it is larger. These are of an independent
    // program (adaptive quadrature and Brent's method of SciPy on the same formulas).
    for (name, level, quantile) in QUANTILES {
        let studies = case(name);
        let result =
            HenmiCopas::new().with_level(Level::new(level).expect("a level")).pool(&studies).expect("an interval");
        assert!((result.quantile() / quantile - 1.0).abs() < 1e-11, "{name} at {level}: {}", result.quantile());
    }
}

const QUANTILES: [(&str, f64, f64); 8] = [
    ("hine1989|hc|95", 0.99, 2.447_900_493_802),
    ("hine1989|hc|95", 0.999, 3.171_758_745_940),
    ("nielweise2007|hc|95", 0.99, 2.445_763_216_022),
    ("nielweise2007|hc|95", 0.999, 3.165_540_190_294),
    ("bcg|hc|95", 0.99, 4.368_517_699_287),
    ("bcg|hc|95", 0.999, 8.837_597_435_485),
    ("egger2001|hc|95", 0.99, 15.595_318_749_289),
    ("egger2001|hc|95", 0.999, 23.375_741_182_369),
];

#[test]
fn every_level_has_an_interval() {
    let studies = case("syntheticA-A2|hc|95");
    let mut last = 0.0;
    for level in [1e-15, 1e-6, 0.1, 0.5, 0.9, 0.999_999, 1.0 - 1e-12, 1.0 - 1e-16] {
        let result =
            HenmiCopas::new().with_level(Level::new(level).expect("a level")).pool(&studies).expect("an interval");
        assert!(result.quantile() > last, "{} at {level}", result.quantile());
        last = result.quantile();
    }
}

#[test]
fn without_heterogeneity_it_may_be_narrower_than_the_common_effect() {
    let studies = case("hine1989|hc|95");
    let (narrow, common) =
        (HenmiCopas::new().pool(&studies).expect("a"), CommonEffect::new().pool(&studies).expect("b"));
    assert_eq!(narrow.tau2(), 0.0);
    assert_eq!(narrow.analysis().estimate, common.analysis().estimate);
    assert!((narrow.analysis().std_error.expect("se") / common.classic_std_error() - 1.0).abs() < 1e-15, "se");
    assert!((narrow.quantile() - 1.831_240_936_662_8).abs() < 1e-11, "{}", narrow.quantile());
}

#[test]
fn what_it_needs_and_says() {
    let one = Studies::from_analysis(MeanDifference, vec![1.0], vec![1.0]).expect("valid");
    let error = HenmiCopas::new().pool(&one).expect_err("one study");
    assert_eq!(error.to_string(), "the interval of Henmi and Copas needs at least 2 studies, but there are 1");
    let none: Studies<MeanDifference> = Studies::new(MeanDifference);
    assert!(matches!(HenmiCopas::new().pool(&none).expect_err("none").kind(), ErrorKind::NoStudies { .. }), "none");

    let ratios: Studies<_> =
        Studies::from_analysis(RiskRatio, vec![-0.9, -1.6, 0.1], vec![0.3, 0.2, 0.1]).expect("valid");
    let result = HenmiCopas::new().with_level(Level::P90).pool(&ratios).expect("an interval");
    let (natural, analysis) = (result.natural(), result.analysis());
    assert_eq!(natural.estimate, analysis.estimate.exp());
    assert_eq!(natural.interval.expect("natural").lower, analysis.interval.expect("analysis").lower.exp());
    assert_eq!((result.k(), result.level(), result.measure()), (3, Level::P90, RiskRatio));
    let dl = meta_analysis::RandomEffects::new(DerSimonianLaird).pool(&ratios).expect("DL");
    assert_eq!(Some(result.tau2()), dl.heterogeneity().tau2());

    let single = ratios.cast::<f32>().expect("f32");
    let result = HenmiCopas::new().pool(&single).expect("single precision").analysis();
    let double = HenmiCopas::new().pool(&single.cast::<f64>().expect("f64")).expect("double").analysis();
    assert!((f64::from(result.estimate) - double.estimate).abs() < 1e-7, "rounded once");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_unit_changes_no_digit((y, v) in troublesome(), exponent in -300_i32..=300, level in 0.001..0.999_999_f64) {
        let s = 2.0_f64.powi(exponent);
        let model = HenmiCopas::new().with_level(Level::new(level).expect("a level"));
        let scaled = Studies::from_analysis(
            MeanDifference,
            y.iter().map(|y| y * s).collect(),
            v.iter().map(|v| v * s * s).collect(),
        ).expect("valid");
        let studies = Studies::from_analysis(MeanDifference, y, v).expect("valid");
        let (a, b) = (model.pool(&studies).expect("a"), model.pool(&scaled).expect("b"));
        prop_assert_eq!(a.quantile(), b.quantile());
        prop_assert_eq!(a.analysis().interval.map(|i| i.lower * s), b.analysis().interval.map(|i| i.lower));
        let interval = a.analysis().interval.expect("an interval");
        prop_assert!(a.quantile() > 0.0 && interval.contains(a.analysis().estimate), "{a:?}");
    }

    #[test]
    fn anything_gives_finite_limits_or_an_error((y, v) in anything()) {
        if let Ok(studies) = Studies::from_analysis(MeanDifference, y, v)
            && let Ok(result) = HenmiCopas::new().pool(&studies) {
            let interval = result.analysis().interval.expect("an interval");
            prop_assert!(interval.lower <= interval.upper && interval.width() < f64::INFINITY, "{result:?}");
            prop_assert!(result.quantile() > 0.0, "{result:?}");
        }
    }
}
