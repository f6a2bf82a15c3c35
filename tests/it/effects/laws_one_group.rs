//! Laws of the effects of one group and of correlations, over data that love trouble.

use std::f64::consts::FRAC_PI_2;

use meta_analysis::{
    ArcsineProportion, BonettAlpha, CommonEffect, CorrectedCells, CorrectedStudies, Correlation, CorrelationVariance,
    CronbachAlpha, DifferenceReadings, EffectSize, Error, EvaluatedAt, FisherZ, FreemanTukey, FreemanTukeyProportion,
    FreemanTukeyRate, Genotypes, Group, GroupMean, HakstianWhalenAlpha, Interval, Level, Link,
    LogCoefficientOfVariation, LogMean, LogProportion, LogRate, LogStandardDeviation, LogitProportion, Measure,
    MultipleCorrelationFisherZ, OlkinPratt, OlkinPrattVariance, PartialCorrelation, PartialFisherZ, PersonTimeRate,
    Pool, ProbitProportion, Proportion, ProportionVariance, RSquared, RSquaredFisherZ, RSquaredFisherZVariance,
    RSquaredVariance, RawAlpha, RawCorrelation, RawPartialCorrelation, RawProportion, RawRSquared, RawRate,
    RawSemipartialCorrelation, RelativeExcessHeterozygosity, SemipartialCorrelation, SemipartialFisherZ,
    SquareRootRate, StandardisedGroupMean, TrueEffects, ZeroCells,
};
use proptest::prelude::*;

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![5 => 0_u64..50, 2 => Just(0), 2 => 0_u64..1_000_000, 1 => prop::num::u64::ANY, 1 => Just(u64::MAX)]
}

fn proportion() -> impl Strategy<Value = Proportion> {
    (count(), count()).prop_map(|(a, b)| Proportion::new(a.min(b), a.max(b).max(1)).expect("valid"))
}

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![
        5 => 0.01..1e3_f64,
        2 => (-300.0..300.0_f64).prop_map(|l| 10_f64.powf(l)),
        1 => prop::sample::select(vec![5e-324, f64::MIN_POSITIVE, f64::MAX, 1.0]),
    ]
}

fn correlation() -> impl Strategy<Value = f64> {
    prop_oneof![
        5 => -1.0..=1.0_f64,
        2 => (0.0..18.0_f64, any::<bool>()).prop_map(|(l, sign)| (1.0 - 10_f64.powf(-l)) * if sign { 1.0 } else { -1.0 }),
        2 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 5e-324, 1e-300, -1e-160, 1.0 - 1.1e-16, 0.5_f64.sqrt()]),
    ]
}

/// A finite effect with a positive variance, read within a range with its interval; or one of the reasons.
fn check<D: std::fmt::Debug, R: EffectSize<D>>(
    recipe: &R,
    data: &D,
    range: [f64; 2],
    reasons: &[&str],
) -> Result<(), TestCaseError> {
    match recipe.effect(data) {
        Ok(effect) => {
            let (y, v, natural, interval) = (effect.y(), effect.v(), effect.natural(), effect.interval(Level::P95));
            prop_assert!(y.is_finite() && v > 0.0 && v.is_finite(), "{data:?}: {y} {v}");
            let [low, high] = range;
            let fine = low <= natural && natural <= high && low <= interval.lower && interval.upper <= high;
            prop_assert!(fine && within(natural, interval), "{data:?} is read as {natural}, {interval}");
            // A set of one is the study alone.
            let studies = recipe.studies([data]).expect("one study");
            prop_assert_eq!((studies.y()[0], studies.v()[0]), (y, v), "{:?}", data);
        }
        Err(error) => {
            let text = error.to_string();
            prop_assert!(reasons.iter().any(|reason| text.contains(reason)), "{data:?}: {text}");
            prop_assert!(error.is_not_estimable() || text.contains("outside the range of floating"), "{text}");
        }
    }
    Ok(())
}

/// Within the limits, but for the rounding of the way back.
fn within(x: f64, interval: Interval) -> bool {
    let slack = 1e-15 * x.abs();
    x.is_infinite() || (interval.lower <= x + slack && x - slack <= interval.upper)
}

fn pair<D, R: EffectSize<D>>(recipe: &R, data: &D) -> Option<(f64, f64)> {
    recipe.effect(data).ok().map(|effect| (effect.y(), effect.v()))
}

const UNIT: [f64; 2] = [0.0, 1.0];
const BOTH: [f64; 2] = [-1.0, 1.0];
const ABOVE: [f64; 2] = [0.0, f64::INFINITY];
const ANY: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
const OUT: &str = "outside the range of floating-point numbers";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_proportion_is_an_effect_or_says_why_not(study in proportion()) {
        check(&RawProportion::new(), &study, UNIT, &[])?;
        check(&LogProportion::new(), &study, UNIT, &[])?;
        check(&LogitProportion::new(), &study, UNIT, &[])?;
        check(&ProbitProportion::new(), &study, UNIT, &[])?;
        check(&ArcsineProportion::new(), &study, UNIT, &[])?;
        check(&FreemanTukey::new(), &study, UNIT, &[])?;
        let reasons = ["no events", "only events", "at least 2 members"];
        for variance in [ProportionVariance::LargeSample, ProportionVariance::Unbiased, ProportionVariance::Average] {
            check(&RawProportion::new().with_zero_cells(ZeroCells::NONE).with_variance(variance), &study, UNIT, &reasons)?;
        }
        for at in [EvaluatedAt::Own, EvaluatedAt::Mean] {
            check(&LogProportion::new().with_zero_cells(ZeroCells::NONE).with_variance_at(at), &study, UNIT, &reasons)?;
            check(&LogitProportion::new().with_zero_cells(ZeroCells::NONE).with_variance_at(at), &study, UNIT, &reasons)?;
        }
        check(&ProbitProportion::new().with_zero_cells(ZeroCells::NONE), &study, UNIT, &reasons)?;
    }

    #[test]
    fn events_and_non_events_swapped(study in proportion()) {
        let other = Proportion::new(study.non_events(), study.total()).expect("valid");
        let near = |x: f64, y: f64, what: &str| {
            prop_assert!((x - y).abs() <= 4e-15 * x.abs().max(1.0), "{what}: {study:?} {x} {y}");
            Ok(())
        };
        let variances = |x: f64, y: f64| (x / y - 1.0).abs() < 1e-13;
        for (mirror, a, b, what) in [
            (1.0, pair(&RawProportion::new(), &study), pair(&RawProportion::new(), &other), "raw"),
            (0.0, pair(&LogitProportion::new(), &study), pair(&LogitProportion::new(), &other), "logit"),
            (0.0, pair(&ProbitProportion::new(), &study), pair(&ProbitProportion::new(), &other), "probit"),
            (FRAC_PI_2, pair(&ArcsineProportion::new(), &study), pair(&ArcsineProportion::new(), &other), "arcsine"),
            (FRAC_PI_2, pair(&FreemanTukey::new(), &study), pair(&FreemanTukey::new(), &other), "Freeman-Tukey"),
        ] {
            let ((a, v), (b, w)) = (a.expect("an effect"), b.expect("an effect"));
            near(a, mirror - b, what)?;
            prop_assert!(variances(v, w), "{what}: {study:?} {v} {w}");
        }
    }

    #[test]
    fn a_double_arcsine_comes_back_and_stays(study in proportion(), y in -3.0..5.0_f64, n in 0.5..1e9_f64) {
        // An effect of one study is read as its proportion.
        let effect = FreemanTukey::new().effect(&study).expect("an effect");
        #[allow(clippy::cast_precision_loss, reason = "for comparison")]
        let p = study.events() as f64 / study.total() as f64;
        prop_assert!((effect.natural() - p).abs() < 4e-15, "{study:?} came back as {}", effect.natural());
        let link = FreemanTukeyProportion::of_total(n).expect("valid").link();
        let p = link.to_natural(y);
        prop_assert!((0.0..=1.0).contains(&p), "{y} is read as {p}");
        // Monotone, also about the ends.
        prop_assert!(link.to_natural(y + 1e-3) >= p, "at {y} with {n}");
        let rate = FreemanTukeyRate::of_time(n).expect("valid").link();
        prop_assert!(rate.to_natural(y) >= 0.0 && rate.to_natural(y + 1e-3) >= rate.to_natural(y), "at {y} with {n}");
    }

    #[test]
    fn pooled_proportions_stay_within_their_range(data in prop::collection::vec(proportion(), 1..8)) {
        let pooled = CommonEffect::new().pool(&FreemanTukey::new().studies(&data).expect("studies"));
        if let Ok(pooled) = pooled {
            let natural = pooled.natural();
            let interval = natural.interval.expect("an interval");
            prop_assert!(0.0 <= interval.lower && interval.upper <= 1.0 && within(natural.estimate, interval), "{interval}");
        }
    }

    #[test]
    fn any_rate_is_an_effect_or_says_why_not(events in count(), time in positive()) {
        let study = PersonTimeRate::new(events, time).expect("valid");
        check(&RawRate::new(), &study, ABOVE, &[OUT])?;
        check(&LogRate::new(), &study, ABOVE, &[OUT])?;
        check(&SquareRootRate::new(), &study, ABOVE, &[OUT])?;
        check(&FreemanTukey::new(), &study, ABOVE, &[OUT])?;
        check(&RawRate::new().with_zero_cells(ZeroCells::NONE), &study, ABOVE, &[OUT, "no events"])?;
        check(&LogRate::new().with_zero_cells(ZeroCells::NONE), &study, ABOVE, &[OUT, "no events"])?;
    }

    #[test]
    fn any_mean_is_an_effect_or_says_why_not(n in count(), mean in positive(), sign in any::<bool>(), sd in positive()) {
        let Ok(study) = Group::new(n, if sign { mean } else { -mean }, sd) else { return Ok(()) };
        check(&GroupMean::new(), &study, ANY, &[OUT])?;
        check(&StandardisedGroupMean::new(), &study, ANY, &[OUT, "more than 1 degree of freedom"])?;
        check(&LogMean, &study, ABOVE, &[OUT, "positive mean"])?;
        check(&LogStandardDeviation::new(), &study, ABOVE, &[OUT])?;
        check(&LogCoefficientOfVariation::new(), &study, ABOVE, &[OUT, "positive mean"])?;
    }

    #[test]
    fn any_alpha_is_an_effect_or_says_why_not(rest in positive(), items in count(), n in count()) {
        let Ok(study) = CronbachAlpha::new(1.0 - rest, items, n) else { return Ok(()) };
        let range = [f64::NEG_INFINITY, 1.0];
        check(&RawAlpha, &study, range, &[OUT, "alpha of 1"])?;
        check(&HakstianWhalenAlpha, &study, range, &[OUT, "alpha of 1"])?;
        check(&BonettAlpha, &study, range, &[OUT, "alpha of 1"])?;
    }

    #[test]
    fn any_genotypes_are_an_effect_or_say_why_not(a in count(), b in count(), c in count()) {
        check(&RelativeExcessHeterozygosity, &Genotypes::new([a, b, c]), ABOVE, &["not seen"])?;
        let turned = [Genotypes::new([a, b, c]), Genotypes::new([c, b, a])];
        let [x, y] = turned.map(|study| pair(&RelativeExcessHeterozygosity, &study));
        let near = |(x, y): (f64, f64)| (x - y).abs() <= 1e-14 * x.abs().max(1.0);
        let (Some((y1, v1)), Some((y2, v2))) = (x, y) else { return Ok(()) };
        prop_assert!(near((y1, y2)) && near((v1, v2)), "{a} {b} {c}");
    }

    #[test]
    fn any_correlation_is_an_effect_or_says_why_not(r in correlation(), n in count(), m in count(), more in 0.0..=1.0_f64) {
        let study = Correlation::new(r, n).expect("valid");
        let reasons = ["at least 4 pairs", "at least 5 pairs", "1 or -1", OUT];
        for variance in [
            CorrelationVariance::LargeSample,
            CorrelationVariance::Average,
            CorrelationVariance::NoCorrelation,
            CorrelationVariance::NoCorrelationLargeSample,
        ] {
            check(&RawCorrelation::new().with_variance(variance), &study, BOTH, &reasons)?;
        }
        for variance in [OlkinPrattVariance::LargeSample, OlkinPrattVariance::Unbiased, OlkinPrattVariance::Average] {
            check(&OlkinPratt::new().with_variance(variance), &study, BOTH, &reasons)?;
        }
        check(&FisherZ, &study, BOTH, &reasons)?;
        let turned = Correlation::new(-r, n).expect("valid");
        let negated = pair(&OlkinPratt::new(), &study).map(|(y, v)| (-y, v));
        prop_assert_eq!(negated, pair(&OlkinPratt::new(), &turned), "the sign of r");

        let reasons = ["more observations than predictors", "at least 3 observations more", "1 or -1", OUT, "not positive"];
        let study = PartialCorrelation::new(r, n, m).expect("valid");
        check(&RawPartialCorrelation::new(), &study, BOTH, &reasons)?;
        check(&PartialFisherZ, &study, BOTH, &reasons)?;
        let study = SemipartialCorrelation::new(r, r * r + more * (1.0 - r * r), n, m).expect("valid");
        check(&RawSemipartialCorrelation::new(), &study, BOTH, &reasons)?;
        check(&SemipartialFisherZ, &study, BOTH, &reasons)?;
    }

    #[test]
    fn the_unbiased_correlation_is_the_larger(r in correlation(), n in 5_u64..u64::MAX) {
        let study = Correlation::new(r, n).expect("valid");
        if let Ok(effect) = OlkinPratt::new().effect(&study) {
            prop_assert!(effect.y().abs() >= r.abs() && effect.y().abs() <= 1.0 && effect.y() * r >= 0.0, "{r} {}", effect.y());
        }
    }

    #[test]
    fn links_of_one_group_come_back(x in 1e-6..0.999_999_f64) {
        for link in [
            RawProportion::new().link(), LogProportion::new().link(), LogitProportion::new().link(),
            ProbitProportion::new().link(), ArcsineProportion::new().link(),
            FreemanTukeyProportion::of_total(30.5).expect("valid").link(), RawRate::new().link(), SquareRootRate::new().link(),
            FreemanTukeyRate::of_time(7.25).expect("valid").link(), RawAlpha.link(), HakstianWhalenAlpha.link(),
            BonettAlpha.link(), MultipleCorrelationFisherZ.link(),
        ] {
            let (there, above): (f64, f64) = (link.to_analysis(x), link.to_analysis(x.next_up()));
            prop_assert!(there.is_finite() && above >= there - 1e-15 * there.abs(), "{link:?} of {x}");
            let back = link.to_natural(there);
            // The way back multiplies the rounding of the analysis scale by its size, and by the slope at the ends.
            prop_assert!((back - x).abs() < 1e-14 * (1.0 + there.abs()), "{link:?}: {x} came back as {back}");
        }
    }

    #[test]
    fn links_of_one_group_end_where_they_should(y in prop::num::f64::NORMAL) {
        let within = |link: Link, [low, high]: [f64; 2]| {
            let x = link.to_natural(y);
            prop_assert!(low <= x && x <= high, "{link:?} reads {y} as {x}");
            Ok(())
        };
        for link in [RawProportion::new().link(), LogProportion::new().link(), LogitProportion::new().link(),
            ProbitProportion::new().link(), ArcsineProportion::new().link(), MultipleCorrelationFisherZ.link(),
            FreemanTukeyProportion::of_total(3.5).expect("valid").link()] {
            within(link, UNIT)?;
            prop_assert!(link.to_analysis(1.5_f64).is_nan() && link.to_analysis(-0.5_f64).is_nan(), "{link:?} beyond its ends");
        }
        for link in [RawRate::new().link(), SquareRootRate::new().link(), LogRate::new().link(),
            FreemanTukeyRate::of_time(3.5).expect("valid").link()] {
            within(link, ABOVE)?;
            prop_assert!(link.to_analysis(-0.5_f64).is_nan(), "{link:?} beyond its end");
        }
        for link in [RawAlpha.link(), HakstianWhalenAlpha.link(), BonettAlpha.link()] {
            within(link, [f64::NEG_INFINITY, 1.0])?;
            prop_assert!(link.to_analysis(1.5_f64).is_nan(), "{link:?} beyond its end");
        }
    }

    #[test]
    fn natural_means_are_between_the_ends(mu in -5.0..5.0_f64, tau2 in prop_oneof![Just(0.0), 1e-12..4.0_f64]) {
        fn check<M: Measure>(measure: M, mu: f64, tau2: f64) -> Result<(), TestCaseError> {
            let effects = TrueEffects::new(measure, mu, tau2).expect("valid");
            let ends = (0.0 - 1e-12)..=(1.0 + 1e-12);
            prop_assert!(ends.contains(&effects.median()), "median");
            prop_assert!(effects.mean().is_none_or(|mean| ends.contains(&mean)), "{measure:?} mean {:?}", effects.mean());
            prop_assert!(effects.mode().is_none_or(|mode| ends.contains(&mode)), "{measure:?} mode {:?}", effects.mode());
            Ok(())
        }
        check(LogitProportion::new(), mu, tau2)?;
        check(ProbitProportion::new(), mu, tau2)?;
        check(ArcsineProportion::new(), mu, tau2)?;
        check(FreemanTukeyProportion::of_total(20.0).expect("valid"), mu, tau2)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_distribution_of_true_effects_is_nan(mu in prop::num::f64::ANY, tau2 in prop::num::f64::ANY, d in prop::num::f64::ANY) {
        fn check<M: Measure>(measure: M, mu: f64, tau2: f64) -> Result<(), TestCaseError> {
            let Ok(effects) = TrueEffects::new(measure, mu, tau2) else {
                prop_assert!(!(mu.is_finite() && tau2 >= 0.0 && tau2.is_finite()), "{mu} {tau2} were refused");
                return Ok(());
            };
            prop_assert!(!effects.median().is_nan(), "{measure:?} {mu} {tau2}");
            for found in [effects.mean(), effects.mode()].into_iter().flatten() {
                prop_assert!(found.is_finite(), "{measure:?} {mu} {tau2}: {found}");
            }
            Ok(())
        }
        for (mu, tau2) in [(mu, tau2), (mu, tau2.abs()), (mu.clamp(-20.0, 20.0), tau2.abs().clamp(0.0, 100.0))] {
            check(GroupMean::new(), mu, tau2)?;
            check(LogRate::new(), mu, tau2)?;
            check(LogitProportion::new(), mu, tau2)?;
            check(ArcsineProportion::new(), mu, tau2)?;
            check(SquareRootRate::new(), mu, tau2)?;
            check(HakstianWhalenAlpha, mu, tau2)?;
            check(FreemanTukeyProportion::of_total(20.0).expect("valid"), mu, tau2)?;
        }
        if let Ok(readings) = DifferenceReadings::new(d) {
            for share in [readings.non_overlap(), readings.above_same_share(), readings.above_control_mean(),
                readings.probability_of_superiority(), readings.overlap(), readings.success_rate()] {
                prop_assert!((0.0..=1.0).contains(&share), "{d}: {share}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_r_squared_is_an_effect_or_says_why_not(r in correlation(), n in count(), m in count()) {
        let study = RSquared::new(r * r, n, m).expect("valid");
        let reasons = ["at least 2 observations more", "R² of 0 or 1", "R² = 1", "one predictor", "1000 predictors", OUT];
        for variance in [
            RSquaredVariance::LargeSample,
            RSquaredVariance::SecondOrder,
            RSquaredVariance::Average,
            RSquaredVariance::AverageSecondOrder,
            RSquaredVariance::Likelihood,
        ] {
            check(&RawRSquared::new().with_variance(variance), &study, UNIT, &reasons)?;
        }
        for variance in [RSquaredFisherZVariance::LargeSample, RSquaredFisherZVariance::Likelihood] {
            check(&RSquaredFisherZ::new().with_variance(variance), &study, UNIT, &reasons)?;
        }
    }
}

#[test]
fn errors_name_the_number() {
    let text = |error: Result<(), Error>| error.expect_err("invalid").to_string();
    for (result, expected) in [
        (Proportion::new(0, 0).map(drop), "the single arm must have at least 1 patients, but has 0"),
        (PersonTimeRate::new(3, f64::NAN).map(drop), "the person-time must be positive and finite, but is NaN"),
        (Group::new(5, f64::INFINITY, 1.0).map(drop), "the mean must be finite, but is inf"),
        (Group::new(5, 1.0, -1.0).map(drop), "the standard deviation must be positive and finite, but is -1"),
        (CronbachAlpha::new(0.5, 1, 9).map(drop), "the coefficient alpha is not estimable: it needs at least 2 items"),
        (
            CronbachAlpha::new(0.5, 2, 2).map(drop),
            "the coefficient alpha is not estimable: it needs at least 3 persons",
        ),
        (Correlation::from_t(f64::NAN, 9).map(drop), "the t statistic must be finite, but is NaN"),
        (Correlation::from_t(1.0, 2).map(drop), "the correlation is not estimable: its t-test needs at least 3 pairs"),
        (Correlation::from_signed_p(0.0, 9).map(drop), "the p-value must lie between 0 (excluded) and 1, but is 0"),
        (
            PartialCorrelation::from_t(1.0, 5, 4).map(drop),
            "the partial correlation is not estimable: its test needs at least 2 observations more than predictors",
        ),
        (RSquared::new(-0.1, 9, 2).map(drop), "the squared multiple correlation must lie between 0 and 1, but is -0.1"),
        (RSquared::from_f(-2.0, 9, 2).map(drop), "the F statistic must not be negative, but is -2"),
        (
            FreemanTukeyProportion::of_total(0.0).map(drop),
            "the number of members must be positive and finite, but is 0",
        ),
        (FreemanTukeyRate::of_time(-1.0).map(drop), "the person-time must be positive and finite, but is -1"),
    ] {
        assert_eq!(text(result), expected, "the text of an error");
    }
}

#[test]
fn policies_of_tables_mean_the_same_for_one_group() {
    let data = Proportion::from_rows([[0, 10], [4, 10]]).expect("valid");
    let y = |policy: ZeroCells| {
        LogitProportion::new().with_zero_cells(policy).studies(&data).expect("studies").y().to_vec()
    };
    let log_odds = |a: f64, b: f64| (a / b).ln();
    let near = |found: Vec<f64>, expected: &[f64]| {
        let fine = found.len() == expected.len() && found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-14);
        assert!(fine, "{found:?} for {expected:?}");
    };
    let tenth = ZeroCells::constant(0.1).expect("positive");
    near(y(tenth), &[log_odds(0.1, 10.1), log_odds(4.0, 6.0)]);
    near(y(tenth.in_cells(CorrectedCells::Events)), &[log_odds(0.1, 10.0), log_odds(4.0, 6.0)]);
    near(y(tenth.in_studies(CorrectedStudies::AllIfAny)), &[log_odds(0.1, 10.1), log_odds(4.1, 6.1)]);
    near(y(ZeroCells::treatment_arm()), &y(ZeroCells::HALF));
    near(y(ZeroCells::HALF.excluding_double_zeros()), &[log_odds(4.0, 6.0)]);
    // What is left out does not count.
    near(y(tenth.in_studies(CorrectedStudies::AllIfAny).excluding_double_zeros()), &[log_odds(4.0, 6.0)]);
    let error = LogitProportion::new().with_zero_cells(ZeroCells::NONE).effect(&data[0]).expect_err("no events");
    assert_eq!(error.to_string(), "the proportion is not estimable: no events", "the reason");
    let rate = PersonTimeRate::new(0, 8.0).expect("valid");
    let rates = FreemanTukey::new().with_zero_cells(ZeroCells::NONE.excluding_double_zeros());
    assert_eq!(rates.effect(&rate).expect_err("left out").to_string(), "the rate is not estimable: no events", "rates");
}

#[test]
fn a_set_gives_its_mean_to_each_study() {
    let data = Proportion::from_rows([[1, 10], [30, 40]]).expect("valid");
    let recipe = RawProportion::new().with_variance(ProportionVariance::Average);
    let studies = recipe.labelled_studies([("a", &data[0]), ("b", &data[1])]).expect("studies");
    let p = 31.0 / 50.0;
    assert!((studies.v()[0] / (p * (1.0 - p) / 10.0) - 1.0).abs() < 1e-15, "the variance at the mean proportion");
    assert_eq!((studies.label(1), recipe.studies(&data).expect("studies").v()), (Some("b"), studies.v()), "labels");
    assert!((recipe.effect(&data[0]).expect("an effect").v() / 0.009 - 1.0).abs() < 1e-15, "alone, its own");
    let measure = FreemanTukey::new().studies(&data).expect("studies").measure();
    assert!((measure.total() / 16.0 - 1.0).abs() < 1e-15, "the harmonic mean of 10 and 40: {}", measure.total());
}
