//! Estimators and intervals from the distribution of generalised Q statistics: certified values (60-digit arithmetic), R's
//! figures, and invariance.

use meta_analysis::{
    DerSimonianLaird, ErrorKind, GeneralisedQ, Level, MeanDifference, MedianUnbiasedGeneralisedQ,
    MedianUnbiasedPauleMandel, QWeights, RandomEffects, Studies, Tau2Estimator, prelude::*,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::score::{Kind, Scored, Scores, digits, floats, json};
use crate::strategies::{anything, ordinary, studies, troublesome};

const ALL: [QWeights; 3] = [QWeights::InverseVariance, QWeights::InverseStdError, QWeights::Equal];

/// The estimator behind a key of the certified file.
fn estimator(key: &str) -> Option<Box<dyn Tau2Estimator<f64>>> {
    Some(match key {
        "HE" => Box::new(GeneralisedQ::new(QWeights::Equal)),
        "GENQ" => Box::new(GeneralisedQ::new(QWeights::InverseVariance)),
        "GENQ_SQRT" => Box::new(GeneralisedQ::new(QWeights::InverseStdError)),
        "GENQM" | "GENQM_INV" => Box::new(MedianUnbiasedGeneralisedQ::new(QWeights::InverseVariance)),
        "GENQM_SQRT" => Box::new(MedianUnbiasedGeneralisedQ::new(QWeights::InverseStdError)),
        "PMM" => Box::new(MedianUnbiasedPauleMandel),
        _ => return None,
    })
}

/// As in `reference`: in `boundary-just-above` a moment estimator is a difference with a condition number of 1e9.
fn floor(case: &str, key: &str) -> f64 {
    if case == "boundary-just-above" && (key == "HE" || key == "GENQ_SQRT") { 7.0 } else { Kind::Tau2.floor() }
}

#[test]
fn every_certified_value() {
    let file = json(include_str!("../fixtures/pooling.json"));
    let (mut scores, mut estimates, mut intervals) = (Scores::default(), 0, 0);
    for case in file["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let group = case["group"].as_str().expect("a group");
        let studies = studies((floats(&case["yi"]), floats(&case["vi"])));
        let evidence = studies.evidence();
        let typical = case["typical_variance"].as_f64().unwrap_or(f64::NAN);
        let empty = serde_json::Map::new();
        for (key, expected) in case["random_effects"].as_object().unwrap_or(&empty) {
            let Some(estimator) = estimator(key) else { continue };
            let certified = expected["tau2"].as_f64().expect("an estimate");
            let computed = match estimator.tau2(&evidence) {
                Ok(computed) => computed,
                Err(error) => {
                    scores.fail(format!("{name} {key}: {error}"));
                    continue;
                }
            };
            let (what, scale) = (format!("{name} {key}"), if certified == 0.0 { typical } else { 0.0 });
            scores.add(&Scored {
                kind: Kind::Tau2,
                group,
                what: &what,
                computed,
                certified,
                scale,
                floor: floor(name, key),
            });
            estimates += 1;
            assert_eq!(computed == 0.0, certified == 0.0, "{what}: truncation");
        }
        for (key, weights) in
            [("generalised_q_inv", QWeights::InverseVariance), ("generalised_q_sqrt", QWeights::InverseStdError)]
        {
            let Some(expected) = case["tau2_interval"].get(key) else { continue };
            let interval = match evidence.generalised_q_interval(weights, Level::P95) {
                Ok(interval) => interval,
                Err(error) => {
                    scores.fail(format!("{name} {key}: {error}"));
                    continue;
                }
            };
            assert_eq!(Some(interval.is_empty()), expected["empty"].as_bool(), "{name} {key}: empty");
            let at_zero = expected["lb_at_zero"].as_bool().unwrap_or(false);
            assert_eq!(interval.lower_is_at_zero(), at_zero, "{name} {key}: lower limit at zero");
            intervals += 1;
            let (limits, i2, h2) = (interval.limits(), interval.i2(), interval.h2());
            for (field, computed) in [
                ("lb", limits.map(|l| l.lower)),
                ("ub", limits.map(|l| l.upper)),
                ("I2_lb", i2.map(|l| l.lower)),
                ("I2_ub", i2.map(|l| l.upper)),
                ("H2_lb", h2.map(|l| l.lower)),
                ("H2_ub", h2.map(|l| l.upper)),
            ] {
                let certified = expected.get(field).and_then(Value::as_f64);
                let (Some(computed), Some(certified)) = (computed, certified) else {
                    assert_eq!(computed, certified, "{name} {key}.{field}");
                    continue;
                };
                let scale = if certified == 0.0 { typical } else { 0.0 };
                let what = format!("{name} {key}.{field}");
                scores.add(&Scored {
                    kind: Kind::Tau2Limit,
                    group,
                    what: &what,
                    computed,
                    certified,
                    scale,
                    floor: 12.5,
                });
            }
        }
    }
    assert!(estimates > 300 && intervals > 100, "{estimates} estimates and {intervals} intervals");
    scores.finish();
}

#[test]
fn estimates_standard_errors_and_intervals_are_those_of_metafor() {
    let file = json(include_str!("../fixtures/generalised-q.json"));
    let (mut lowest, mut count) = ([f64::INFINITY; 3], 0);
    for case in file["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let studies = studies((floats(&case["yi"]), floats(&case["vi"])));
        let evidence = studies.evidence();
        let mut check = |of: usize, what: &str, computed: f64, expected: &Value| {
            let expected = expected.as_f64().expect("a number");
            let right = digits(computed, expected, 0.0);
            assert!(right >= 8.0, "{name} {what}: {computed:e}, metafor {expected:e}");
            lowest[of] = right.min(lowest[of]);
            count += 1;
        };
        for (key, expected) in case["estimators"].as_object().expect("estimators") {
            let estimate = estimator(key).expect("an estimator").estimate(&evidence).expect("an estimate");
            check(0, key, estimate.value, &expected["tau2"]);
            check(1, key, estimate.std_error.expect("a standard error"), &expected["se_tau2"]);
        }
        for expected in case["intervals"].as_array().expect("intervals") {
            let level = Level::new(expected["level"].as_f64().expect("a level") / 100.0).expect("a level");
            let interval = evidence.generalised_q_interval(QWeights::InverseVariance, level).expect("an interval");
            let limits = interval.limits();
            // metafor prints an empty set as the point 0.
            check(2, "lower", limits.map_or(0.0, |l| l.lower), &expected["limits"][0]);
            check(2, "upper", limits.map_or(0.0, |l| l.upper), &expected["limits"][1]);
        }
    }
    println!("metafor: {count} figures; fewest digits of tau2, its standard error, limits: {lowest:.1?}");
}

#[test]
fn estimators_have_names_and_need_two_studies() {
    let one = studies((vec![0.3], vec![0.1]));
    let names = [
        ("HE", "generalised Q (equal weights)"),
        ("GENQ", "generalised Q (inverse variance)"),
        ("GENQ_SQRT", "generalised Q (inverse standard error)"),
        ("GENQM", "median-unbiased generalised Q (inverse variance)"),
        ("GENQM_SQRT", "median-unbiased generalised Q (inverse standard error)"),
        ("PMM", "median-unbiased Paule-Mandel"),
    ];
    for (key, name) in names {
        let estimator = estimator(key).expect("an estimator");
        assert_eq!(estimator.to_string(), name, "{key}");
        let error = estimator.tau2(&one.evidence()).expect_err("one study has no tau2");
        assert!(matches!(error.kind(), ErrorKind::TooFewStudies { needed: 2, found: 1, .. }), "{error}");
        assert_eq!(estimator.std_error(&one.evidence(), 0.0).filter(|_| key != "PMM"), None, "{key}: one study");
        assert_eq!(RandomEffects::new(estimator).pool(&one).expect("one study").heterogeneity().tau2(), None, "{key}");
    }
    let error = one.evidence().generalised_q_interval(QWeights::Equal, Level::P95).expect_err("one study");
    assert_eq!(error.to_string(), "the generalised Q interval needs at least 2 studies, but there are 1");
}

#[test]
fn many_studies_and_many_orders_of_magnitude() {
    // 4000 studies; and 40 whose variances span 24 orders of magnitude.
    let many = |k: u32, span: f64| {
        let column = |f: &dyn Fn(f64) -> f64| (0..k).map(|i| f(f64::from(i))).collect::<Vec<_>>();
        let v = column(&|i| 10_f64.powf(span * ((i * 0.618_033_988_7).fract() - 0.5)));
        let y =
            (0..k).map(|i| (f64::from(i) * 0.754_877_666_2).fract() * 3.0 * v[i as usize].sqrt().max(0.1)).collect();
        studies((y, v))
    };
    for studies in [many(4000, 2.0), many(40, 24.0), many(400, 6.0)] {
        let evidence = studies.evidence();
        for weights in ALL {
            let interval = evidence.generalised_q_interval(weights, Level::P95).expect("an interval");
            let median = MedianUnbiasedGeneralisedQ::new(weights).tau2(&evidence).expect("an estimate");
            println!("{} studies, {weights}: {median:e} ({interval})", studies.k());
            if let Some(limits) = interval.limits() {
                assert!(limits.lower <= median && median <= limits.upper, "{weights}: {median} in {interval}");
            }
        }
    }
}

/// Estimates and limits for all weights, `None` where there are none.
fn everything(studies: &Studies<MeanDifference>) -> Vec<Option<f64>> {
    let evidence = studies.evidence();
    let mut all = vec![MedianUnbiasedPauleMandel.tau2(&evidence).ok()];
    for weights in ALL {
        let moment = GeneralisedQ::new(weights).estimate(&evidence).ok();
        let median = MedianUnbiasedGeneralisedQ::new(weights).estimate(&evidence).ok();
        for tau2 in [moment, median] {
            all.extend([tau2.map(|tau2| tau2.value), tau2.and_then(|tau2| tau2.std_error)]);
        }
        let limits = evidence.generalised_q_interval(weights, Level::P95).ok().and_then(|interval| interval.limits());
        all.extend([limits.map(|l| l.lower), limits.map(|l| l.upper)]);
    }
    all
}

fn columns(a: &Studies<MeanDifference>, order: &[usize], s: f64) -> Studies<MeanDifference> {
    let (y, v) = order.iter().map(|&i| (a.y()[i] * s, a.v()[i] * s * s)).unzip();
    studies((y, v))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn powers_of_two_change_no_digit(data in troublesome(), exponent in -200_i32..=200) {
        let s = 2.0_f64.powi(exponent);
        let a = studies(data);
        let order: Vec<usize> = (0..a.k()).collect();
        let b = columns(&a, &order, s);
        let scaled: Vec<_> = everything(&a).into_iter().map(|x| x.map(|x| x * s * s)).collect();
        prop_assert_eq!(scaled, everything(&b));
    }

    #[test]
    fn the_order_of_studies_does_not_matter(data in ordinary(), seed in any::<u64>()) {
        let a = studies(data);
        let mut order: Vec<usize> = (0..a.k()).collect();
        order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let b = columns(&a, &order, 1.0);
        let smallest = a.v().iter().copied().fold(f64::INFINITY, f64::min);
        for (a, b) in everything(&a).into_iter().zip(everything(&b)) {
            match (a, b) {
                // A limit on the edge of an empty set may come and go; these are far from it.
                (Some(a), Some(b)) => {
                    prop_assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(smallest), "{a:e} and {b:e}");
                }
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }

    #[test]
    fn the_median_lies_within_the_limits(data in ordinary()) {
        let a = studies(data);
        let evidence = a.evidence();
        for weights in ALL {
            let median = MedianUnbiasedGeneralisedQ::new(weights).tau2(&evidence).expect("an estimate");
            let [wide, narrow] = [Level::P99, Level::P90].map(|level| {
                evidence.generalised_q_interval(weights, level).expect("an interval").limits()
            });
            if let (Some(wide), Some(narrow)) = (wide, narrow) {
                prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper, "{wide:?} holds {narrow:?}");
                prop_assert!(narrow.lower <= median && median <= narrow.upper, "{median} in {narrow:?}");
            } else {
                prop_assert!(narrow.is_none() && (wide.is_some() || median == 0.0), "{wide:?}, {narrow:?}, {median}");
            }
        }
    }

    #[test]
    fn inverse_variances_are_those_of_dersimonian_and_laird(data in ordinary()) {
        let a = studies(data);
        let (x, y) = (
            GeneralisedQ::new(QWeights::InverseVariance).estimate(&a.evidence()).expect("an estimate"),
            DerSimonianLaird.estimate(&a.evidence()).expect("an estimate"),
        );
        let smallest = a.v().iter().copied().fold(f64::INFINITY, f64::min);
        prop_assert!((x.value - y.value).abs() <= 1e-11 * y.value.max(smallest), "{} and {}", x.value, y.value);
        let (x, y) = (x.std_error.expect("a standard error"), y.std_error.expect("a standard error"));
        prop_assert!((x / y - 1.0).abs() <= 1e-9, "{x} and {y}");
    }

    #[test]
    fn nothing_panics_and_no_nan_comes_out((y, v) in anything()) {
        if let Ok(studies) = Studies::from_analysis(MeanDifference, y, v) {
            for value in everything(&studies).into_iter().flatten() {
                prop_assert!(value >= 0.0 && value.is_finite(), "{value}");
            }
        }
    }
}
