//! The laws that pooling keeps, and that nothing on earth makes it panic.
//!
//! Comparisons are to the accuracy floors: rounding the inputs of a law's other side moves a result by some ulps times its
//! condition number, which `tolerance` works out from the score.

use meta_analysis::{
    CommonEffect, DerSimonianLaird, EffectSize, FixedWeights, HedgesG, Inference, Level, Link, MantelHaenszel,
    MaximumLikelihood, MeanDifference, OddsRatio, Pool, Pooled, ProfileLikelihood, RandomEffects, Reml, RiskDifference,
    RiskRatio, Studies, Tau2Method,
};
use proptest::prelude::*;

use crate::strategies::{anything, large, ordinary, studies, table, troublesome, two_means};

type Data = Studies<MeanDifference>;

fn pool(method: Tau2Method, studies: &Data) -> Pooled<MeanDifference> {
    RandomEffects::new(method).pool(studies).expect("a result")
}

fn tau2(method: Tau2Method, studies: &Data) -> f64 {
    pool(method, studies).heterogeneity().tau2().expect("tau2 of two studies or more")
}

/// How far rounding may move tau2 and the effect (the latter in standard errors), or `None` where the likelihood has two
/// maxima that rounding may exchange.
fn tolerance(method: Tau2Method, studies: &Data) -> Option<f64> {
    let evidence = studies.evidence();
    if matches!(method, Tau2Method::Reml | Tau2Method::MaximumLikelihood) {
        let restricted = method == Tau2Method::Reml;
        let modes = if restricted { Reml.modes(&evidence) } else { MaximumLikelihood.modes(&evidence) };
        let mut heights: Vec<f64> = modes.expect("modes").iter().map(|mode| mode.log_likelihood).collect();
        heights.sort_by(|a, b| b.total_cmp(a));
        if heights.len() > 1 && heights[0] - heights[1] < 1e-9 {
            return None;
        }
    }
    let t = tau2(method, studies);
    let trace = evidence.moments(|v| 1.0 / (v + t)).trace;
    let score = evidence.restricted_score(t);
    let smallest = studies.v().iter().copied().fold(f64::INFINITY, f64::min);
    // The slope of the estimating equation, relative to its terms.
    let slope = match method {
        Tau2Method::Reml if t > 0.0 => 2.0 * score.observed / trace,
        Tau2Method::MaximumLikelihood if t > 0.0 => {
            2.0 * evidence.score(t).observed / evidence.moments(|v| 1.0 / (v + t)).total
        }
        Tau2Method::PauleMandel | Tau2Method::SidikJonkmanIterated | Tau2Method::MedianUnbiasedPauleMandel => {
            (2.0 * score.gradient + trace) / evidence.df()
        }
        // A moment less its expectation without heterogeneity, tr PV / tr P: the variance that is taken away.
        _ => {
            let m = match method {
                Tau2Method::HedgesOlkin => evidence.moments(|_| 1.0),
                Tau2Method::GeneralisedQ => evidence.moments(|v| v.sqrt().recip()),
                _ => evidence.moments(f64::recip),
            };
            1.0 / (t + m.trace_v / m.trace)
        }
    };
    let condition = 1.0 / (slope * (smallest + t));
    (condition < 1e6).then_some(1e-13 * (1.0 + condition.abs()))
}

fn near(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(scale)
}

/// Asserts that two analyses agree: effect and limits in standard errors, tau2 relative to the smallest total variance.
fn check_same(method: Tau2Method, a: &Data, b: &Data, factor: f64, shift: f64) -> Result<(), TestCaseError> {
    let Some(tolerance) = tolerance(method, a) else { return Ok(()) };
    let (p, q) = (pool(method, a), pool(method, b));
    let (x, y) = (p.analysis(), q.analysis());
    let se = x.std_error.expect("a standard error") * factor.abs();
    // Shifting rounds every effect to an ulp of its new size.
    let size = (x.estimate * factor).abs() + shift.abs() + b.y().iter().fold(0.0_f64, |m, y| m.max(y.abs()));
    let tolerance = tolerance * (1.0 + 1e-2 * size / se);
    prop_assert!(
        near(x.estimate * factor + shift, y.estimate, se, tolerance * 10.0),
        "{method}: estimates {} and {}",
        x.estimate * factor + shift,
        y.estimate
    );
    prop_assert!(
        near(se, y.std_error.expect("se"), se, tolerance),
        "{method}: standard errors {se} and {:?}",
        y.std_error
    );
    let (t, u) = (tau2(method, a) * factor * factor, tau2(method, b));
    let smallest = b.v().iter().copied().fold(f64::INFINITY, f64::min);
    prop_assert!(near(t, u, smallest, tolerance * 10.0), "{method}: tau2 {t:e} and {u:e}, tolerance {tolerance:e}");
    Ok(())
}

fn map(studies: &Data, y: impl Fn(f64) -> f64, v: impl Fn(f64) -> f64) -> Data {
    let (ys, vs) = (studies.y().iter().map(|&x| y(x)).collect(), studies.v().iter().map(|&x| v(x)).collect());
    Studies::from_analysis(MeanDifference, ys, vs).expect("valid columns")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn shifting_the_effects_shifts_the_estimate(data in ordinary(), shift in -100.0..100.0_f64) {
        let a = studies(data);
        let b = map(&a, |y| y + shift, |v| v);
        for &method in Tau2Method::ALL {
            check_same(method, &a, &b, 1.0, shift)?;
        }
    }

    #[test]
    fn scaling_scales(data in ordinary(), scale in prop_oneof![0.01..100.0_f64, -100.0..-0.01_f64]) {
        let a = studies(data);
        let b = map(&a, |y| y * scale, |v| v * scale * scale);
        for &method in Tau2Method::ALL {
            check_same(method, &a, &b, scale, 0.0)?;
        }
    }

    #[test]
    fn powers_of_two_change_no_digit(data in troublesome(), exponent in -450_i32..=450) {
        // Half that range is left to the square of the effects' spread.
        let s = 2.0_f64.powi(exponent);
        let a = studies(data);
        let b = map(&a, |y| y * s, |v| v * s * s);
        prop_assume!(b.v().iter().all(|v| v.is_normal()) && b.y().iter().all(|y| *y == 0.0 || y.is_normal()));
        for &method in Tau2Method::ALL {
            // An estimate that becomes subnormal in the new unit has lost digits by then.
            let plain = tau2(method, &a);
            let expected = plain * s * s;
            if plain != 0.0 && !expected.is_normal() {
                continue;
            }
            let (p, q) = (pool(method, &a), pool(method, &b));
            let (x, y) = (p.analysis(), q.analysis());
            prop_assert_eq!((x.estimate * s).to_bits(), y.estimate.to_bits(), "{}: estimate", method);
            prop_assert_eq!(x.std_error.map(|x| x * s), y.std_error, "{}: standard error", method);
            prop_assert_eq!(expected, tau2(method, &b), "{}: tau2", method);
            prop_assert_eq!(p.heterogeneity().q().to_bits(), q.heterogeneity().q().to_bits(), "{}: Q", method);
        }
    }

    #[test]
    fn the_order_of_studies_does_not_matter(data in ordinary(), seed in any::<u64>()) {
        let a = studies(data);
        let mut order: Vec<usize> = (0..a.k()).collect();
        order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let b = Studies::from_analysis(
            MeanDifference,
            order.iter().map(|&i| a.y()[i]).collect(),
            order.iter().map(|&i| a.v()[i]).collect(),
        ).expect("valid columns");
        for &method in Tau2Method::ALL {
            check_same(method, &a, &b, 1.0, 0.0)?;
        }
    }

    #[test]
    fn duplicating_all_studies_keeps_the_common_effect(data in ordinary()) {
        let a = studies(data);
        let b: Data = a.iter().chain(a.iter()).map(|study| study.effect).collect();
        let (x, y) = (CommonEffect::new().pool(&a).expect("a"), CommonEffect::new().pool(&b).expect("b"));
        let se = x.analysis().std_error.expect("se");
        prop_assert!(near(x.analysis().estimate, y.analysis().estimate, se, 1e-13), "estimate");
        prop_assert!(near(se / 2.0_f64.sqrt(), y.analysis().std_error.expect("se"), 0.0, 1e-13), "standard error");
        prop_assert!(near(2.0 * x.heterogeneity().q(), y.heterogeneity().q(), 1e-12, 1e-12), "Q");
    }

    #[test]
    fn without_heterogeneity_random_effects_are_the_common_effect(data in troublesome()) {
        let a = studies(data);
        let common = CommonEffect::new().pool(&a).expect("a common effect").analysis();
        for &method in Tau2Method::ALL {
            let random = pool(method, &a);
            if random.heterogeneity().tau2() == Some(0.0) {
                prop_assert_eq!(random.analysis(), common, "{}", method);
            }
        }
    }

    #[test]
    fn the_estimate_is_among_the_effects_and_in_its_interval(data in troublesome(), level in 0.01..0.999_f64) {
        let a = studies(data);
        let level = Level::new(level).expect("a level");
        let (low, high) = a.y().iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &y| (l.min(y), h.max(y)));
        for &method in Tau2Method::ALL {
            for &inference in Inference::ALL {
                let pooled = RandomEffects::new(method).with_inference(inference).with_level(level).pool(&a).expect("a");
                let x = pooled.analysis();
                let ulp = 4.0 * f64::EPSILON * low.abs().max(high.abs());
                prop_assert!(low - ulp <= x.estimate && x.estimate <= high + ulp, "{method}: {} in {low} to {high}", x.estimate);
                prop_assert_eq!(x.interval.is_some(), x.std_error.is_some(), "{}: both or neither", inference);
                if let Some(interval) = x.interval {
                    prop_assert!(interval.contains(x.estimate), "{inference}: {interval}");
                }
                if let Some(prediction) = pooled.prediction() {
                    prop_assert!(prediction.analysis.contains(x.estimate), "prediction");
                }
                let p = pooled.test().map(|test| test.p_value());
                prop_assert!(p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{inference}: p = {p:?}");
            }
        }
    }

    #[test]
    fn weights_sum_to_one(data in troublesome()) {
        let a = studies(data);
        for &method in Tau2Method::ALL {
            let weights = pool(method, &a).weights(&a).expect("weights");
            let total: f64 = weights.iter().sum();
            prop_assert!((total - 1.0).abs() < 1e-13 && weights.iter().all(|w| (0.0..=1.0).contains(w)), "{method}: {total}");
        }
    }

    #[test]
    fn intervals_do_not_depend_on_the_order(data in ordinary(), turn in 1_usize..15) {
        let (mut y, mut v) = data.clone();
        let k = y.len();
        y.rotate_left(turn % k);
        v.rotate_left(turn % k);
        y[..k / 2].reverse();
        v[..k / 2].reverse();
        let (a, b) = (studies(data), studies((y, v)));
        let (e, f) = (a.evidence(), b.evidence());
        let typical = pool(Tau2Method::Reml, &a).heterogeneity().typical_variance().expect("k > 1");
        let pairs = [
            (e.q_profile(Level::P95), f.q_profile(Level::P95)),
            (Reml.profile_interval(&e, Level::P95), Reml.profile_interval(&f, Level::P95)),
            (MaximumLikelihood.profile_interval(&e, Level::P95), MaximumLikelihood.profile_interval(&f, Level::P95)),
        ];
        for (one, other) in pairs {
            let (one, other) = (one.expect("an interval").limits(), other.expect("an interval").limits());
            prop_assert_eq!(one.is_some(), other.is_some(), "empty or not");
            if let (Some(one), Some(other)) = (one, other) {
                for (x, y) in [(one.lower, other.lower), (one.upper, other.upper)] {
                    // Limits that come down to 0 are differences of numbers of the size of the variances.
                    prop_assert!((x - y).abs() <= 1e-11 * y.max(typical), "{x:e} and {y:e}");
                }
            }
        }
        let (one, other) = (ProfileLikelihood::new().pool(&a).expect("a"), ProfileLikelihood::new().pool(&b).expect("b"));
        let (one, other) = (one.analysis(), other.analysis());
        let (i, j) = (one.interval.expect("an interval"), other.interval.expect("an interval"));
        for (x, y) in [(i.lower, j.lower), (i.upper, j.upper)] {
            prop_assert!((x - y).abs() <= 1e-11 * j.width(), "{x} and {y}");
        }
    }

    #[test]
    fn removal_equals_absence(data in ordinary(), gone in 0_usize..15) {
        let a = studies(data);
        if a.k() <= 2 {
            return Ok(());
        }
        let gone = gone % a.k();
        let mut index = 0;
        let filtered = a.filter(|_| { index += 1; index - 1 != gone });
        let without: Data = a.iter().enumerate().filter(|&(i, _)| i != gone).map(|(_, study)| study.effect).collect();
        for &method in Tau2Method::ALL {
            prop_assert_eq!(pool(method, &filtered), pool(method, &without), "{}", method);
        }
    }

    #[test]
    fn reml_is_the_highest_point_of_its_likelihood(data in troublesome()) {
        let a = studies(data);
        let evidence = a.evidence();
        let best = evidence.restricted_log_likelihood(tau2(Tau2Method::Reml, &a));
        let spread = a.y().iter().fold(0.0_f64, |s, y| s.max((y - a.y()[0]).abs()));
        let smallest = a.v().iter().copied().fold(f64::INFINITY, f64::min);
        let top = (spread * spread).max(smallest);
        for i in 0..400 {
            // From a thousandth of the smallest variance to beyond the spread.
            let t = smallest * 1e-3 * (top / smallest * 1e4).powf(f64::from(i) / 399.0);
            let there = evidence.restricted_log_likelihood(t);
            prop_assert!(there <= best + 1e-10 * (1.0 + best.abs()), "tau2 {t:e} is higher by {:e}", there - best);
        }
    }

    #[test]
    fn single_precision_is_near_double(data in ordinary()) {
        let double = studies(data);
        let single = double.clone().cast::<f32>().expect("ordinary numbers fit");
        // The same numbers in double, so that only the type differs.
        let same = single.clone().cast::<f64>().expect("f32 fits");
        for &method in Tau2Method::ALL {
            let (x, y) = (RandomEffects::new(method).pool(&single).expect("f32"), pool(method, &same));
            let (x, y) = (x.analysis(), y.analysis());
            let se = y.std_error.expect("se");
            // tau2 is rounded to single precision before it enters the weights.
            prop_assert!((f64::from(x.estimate) - y.estimate).abs() <= 1e-6 * y.estimate.abs().max(se), "{method}: estimate");
            prop_assert!((f64::from(x.std_error.expect("se")) / se - 1.0).abs() <= 1e-6, "{method}: standard error");
        }
    }

    #[test]
    fn links_come_back(x in 1e-6..0.999_999_f64) {
        for link in [Link::IDENTITY, Link::LOG, Link::LOGIT, Link::FISHER_Z] {
            let there = link.to_analysis(x);
            let back = link.to_natural(there);
            // The way back multiplies the rounding of the analysis scale by its size.
            prop_assert!((back / x - 1.0).abs() < 4e-15 * (1.0 + there.abs()), "{link:?}: {x} came back as {back}");
        }
    }

    #[test]
    fn swapping_arms_negates(table in table()) {
        let swapped = meta_analysis::TwoByTwo::new(table.control(), table.treated());
        fn both<M: EffectSize<meta_analysis::TwoByTwo>>(m: &M, a: &meta_analysis::TwoByTwo, b: &meta_analysis::TwoByTwo) -> Option<[f64; 4]> {
            let (x, y) = (m.effect(a).ok()?, m.effect(b).ok()?);
            Some([x.y(), x.v(), y.y(), y.v()])
        }
        for pair in [both(&RiskRatio, &table, &swapped), both(&OddsRatio, &table, &swapped), both(&RiskDifference, &table, &swapped)] {
            let Some([y1, v1, y2, v2]) = pair else { continue };
            prop_assert!(near(y1, -y2, 1e-300, 1e-13) && near(v1, v2, 0.0, 1e-13), "{y1} {y2}, {v1} {v2}");
        }
    }

    #[test]
    fn any_table_is_an_effect_or_says_why_not(table in table()) {
        let results = [
            RiskRatio.effect(&table).map(|e| (e.y(), e.v())),
            OddsRatio.effect(&table).map(|e| (e.y(), e.v())),
            RiskDifference.effect(&table).map(|e| (e.y(), e.v())),
        ];
        for result in results {
            match result {
                Ok((y, v)) => prop_assert!(y.is_finite() && v > 0.0 && v.is_finite(), "{table:?}: {y} {v}"),
                Err(error) => prop_assert!(
                    error.is_not_estimable() || error.to_string().contains("at least 1 patients"), "{table:?}: {error}"
                ),
            }
        }
    }

    #[test]
    fn any_summary_is_an_effect_or_says_why_not(study in two_means()) {
        for result in [MeanDifference.effect(&study).map(|e| (e.y(), e.v())), HedgesG::new().effect(&study).map(|e| (e.y(), e.v()))] {
            match result {
                Ok((y, v)) => prop_assert!(y.is_finite() && v > 0.0 && v.is_finite(), "{study:?}: {y} {v}"),
                Err(error) => prop_assert!(error.to_string().contains("range"), "{study:?}: {error}"),
            }
        }
    }

    #[test]
    fn any_tables_pool_or_say_why_not(tables in prop::collection::vec(table(), 0..6)) {
        fn check<M: meta_analysis::MantelHaenszelMeasure>(measure: M, tables: &[meta_analysis::TwoByTwo]) -> Result<(), TestCaseError> {
            if let Ok(pooled) = MantelHaenszel::new(measure).pool(tables) {
                let x = pooled.analysis();
                let se = x.std_error.expect("a standard error");
                prop_assert!(x.estimate.is_finite() && se > 0.0 && se.is_finite(), "{tables:?}: {x:?}");
                let total: f64 = pooled.weights(tables).expect("weights").iter().sum();
                prop_assert!((total - 1.0).abs() < 1e-12, "{tables:?}: weights sum to {total}");
                let _ = format!("{:#}", pooled.with(tables).expect("lines"));
            }
            Ok(())
        }
        check(RiskRatio, &tables)?;
        check(OddsRatio, &tables)?;
        check(RiskDifference, &tables)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn large_reviews_in_any_unit_have_an_answer(data in large()) {
        let studies = studies(data);
        let (low, high) = studies.y().iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &y| (l.min(y), h.max(y)));
        for &method in Tau2Method::ALL {
            let pooled = pool(method, &studies);
            let x = pooled.analysis();
            prop_assert!(low <= x.estimate && x.estimate <= high, "{method}: {} in {low} to {high}", x.estimate);
            prop_assert!(x.std_error.is_some_and(|se| se > 0.0 && se.is_finite()), "{method}: {:?}", x.std_error);
            prop_assert!(pooled.heterogeneity().tau2().is_some_and(f64::is_finite), "{method}: tau2");
        }
        let evidence = studies.evidence();
        for interval in [evidence.q_profile(Level::P95), Reml.profile_interval(&evidence, Level::P95)] {
            let interval = interval.expect("an interval");
            prop_assert!(interval.limits().is_none_or(|l| l.lower <= l.upper && l.upper.is_finite()), "{interval:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn nothing_panics_and_nothing_is_nan((y, v) in anything(), level in prop::num::f64::ANY) {
        let level = Level::new(level).unwrap_or_default();
        let Ok(studies) = Studies::from_analysis(RiskRatio, y.clone(), v.clone()) else {
            let valid = |(y, v): (&f64, &f64)| y.is_finite() && *v > 0.0 && v.is_finite();
            prop_assert!(!y.iter().zip(&v).all(valid), "valid columns were refused");
            return Ok(());
        };
        for &inference in Inference::ALL {
            let common = CommonEffect::new().with_inference(inference).with_level(level).pool(&studies);
            let random = Tau2Method::ALL
                .iter()
                .map(|&method| RandomEffects::new(method).with_inference(inference).with_level(level).pool(&studies));
            for pooled in std::iter::once(common).chain(random).flatten() {
                finite(&pooled)?;
                let report = pooled.with(&studies).expect("its own studies");
                prop_assert!(!format!("{report:#}").contains("NaN"), "NaN in print: {report:#}");
            }
        }
        for fixed in [FixedWeights::ivhet(), FixedWeights::unweighted(DerSimonianLaird)] {
            if let Ok(pooled) = fixed.with_level(level).pool(&studies) {
                finite(&pooled)?;
            }
        }
        let evidence = studies.evidence();
        if let Ok(test) = Reml.heterogeneity_test(&evidence) {
            prop_assert!(!test.p_value().is_nan() && !test.log_p_value().is_nan(), "{test:?}");
        }
        let intervals = [
            evidence.q_profile(level),
            Reml.profile_interval(&evidence, level),
            MaximumLikelihood.profile_interval(&evidence, level),
        ];
        for interval in intervals.into_iter().flatten() {
            let ordered = interval.limits().is_none_or(|l| l.lower <= l.upper && l.upper.is_finite() && l.lower >= 0.0);
            prop_assert!(ordered, "{interval:?}");
        }
    }
}

fn finite(pooled: &Pooled<RiskRatio>) -> Result<(), TestCaseError> {
    let (x, h) = (pooled.analysis(), pooled.heterogeneity());
    let interval = x.interval.map_or([0.0; 2], |i| [i.lower, i.upper]);
    let prediction = pooled.prediction().map_or([0.0; 2], |p| [p.analysis.lower, p.analysis.upper]);
    let optional = [x.std_error, h.tau2(), h.tau2_std_error(), h.i2_from_q(), h.i2_from_tau2(), h.typical_variance()];
    let finite = [x.estimate, h.q(), h.p_value()].iter().chain(&interval).chain(&prediction).all(|x| x.is_finite())
        && optional.iter().flatten().all(|x| x.is_finite());
    prop_assert!(finite, "{pooled:?}");
    let natural = pooled.natural();
    let limits = natural.interval.map_or([0.0; 2], |i| [i.lower, i.upper]);
    prop_assert!(!natural.estimate.is_nan() && limits.iter().all(|x| !x.is_nan()), "{pooled:?}");
    if let Some(test) = pooled.test() {
        prop_assert!(!test.p_value().is_nan() && !test.log_p_value().is_nan() && !test.statistic.is_nan(), "{test:?}");
    }
    Ok(())
}

/// Variances that keep their unit multiply to numbers below the smallest double.
#[test]
fn likelihoods_of_many_small_variances_move_by_the_unit() {
    let k = 200;
    let v: Vec<f64> = (0..k).map(|i| 1e-11 * f64::from(i % 7 + 1)).collect();
    let y: Vec<f64> = (0..k).map(|i| 1e-5 * f64::from(i % 11)).collect();
    let (unit, log_unit) = (2_f64.powi(60), 60.0 * std::f64::consts::LN_2);
    let scaled = |x: &[f64], by: f64| x.iter().map(|x| x * by).collect::<Vec<f64>>();
    let small = Data::from_analysis(MeanDifference, y.clone(), v.clone()).expect("studies");
    let large = Data::from_analysis(MeanDifference, scaled(&y, unit), scaled(&v, unit * unit)).expect("studies");
    for tau2 in [0.0, 1e-11, 1e-8] {
        let there = large.evidence().log_likelihood(tau2 * unit * unit) + f64::from(k) * log_unit;
        let here = small.evidence().log_likelihood(tau2);
        assert!(here.is_finite() && (here / there - 1.0).abs() < 1e-14, "at {tau2:e}: {here} and {there}");
    }
}
