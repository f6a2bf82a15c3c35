//! The laws that effects of means keep, and what is refused with which words.

use meta_analysis::{
    AreaUnderCurve, AucVariance, AverageD, AverageDVariance, BaselineD, BaselineDVariance, BiserialCorrelation,
    BiserialCorrelationZ, BonettD, ChangeScoreD, ChangeScoreDVariance, CommonLanguage, Direction, Effect, EffectSize,
    EqualVarianceCommonLanguage, Error, ErrorKind, GlassDelta, GlassDeltaVariance, HedgesG, HedgesGVariance,
    HeteroscedasticVariance, LogCoefficientOfVariationRatio, LogRatioOfMeans, LogVariabilityRatio, MeanDifference,
    Measure, OddsRatioFromDifference, PairedMeans, PointBiserial, PointBiserialVariance, PointBiserialZ,
    PooledMeanDifference, RatioOfMeansVariance, ReportedAuc, ReportedChange, ReportedDifference, SmallSampleCorrection,
    Standardiser, TwoMeans, UnderlyingDistribution, VariabilityVariance,
};
use proptest::prelude::*;

use crate::strategies::two_means;

type Pair = Result<(f64, f64), Error>;
type Recipe<D> = (String, Box<dyn Fn(&D) -> Pair>);

fn recipe<D: 'static, R: EffectSize<D> + std::fmt::Debug + 'static>(recipe: R) -> Recipe<D> {
    (format!("{recipe:?}"), Box::new(move |data| recipe.effect(data).map(|effect| (effect.y(), effect.v()))))
}

const CORRECTIONS: [SmallSampleCorrection; 3] =
    [SmallSampleCorrection::Exact, SmallSampleCorrection::Approximate, SmallSampleCorrection::Uncorrected];
const G: [HedgesGVariance; 6] = [
    HedgesGVariance::LargeSample,
    HedgesGVariance::Borenstein,
    HedgesGVariance::Unbiased,
    HedgesGVariance::Average,
    HedgesGVariance::NoEffect,
    HedgesGVariance::RevMan,
];
const HETEROSCEDASTIC: [HeteroscedasticVariance; 4] = [
    HeteroscedasticVariance::DegreesOfFreedom,
    HeteroscedasticVariance::SampleSize,
    HeteroscedasticVariance::Mixed,
    HeteroscedasticVariance::NoEffect,
];
const DELTA: [GlassDeltaVariance; 7] = [
    GlassDeltaVariance::DegreesOfFreedom,
    GlassDeltaVariance::LargeSample,
    GlassDeltaVariance::Borenstein,
    GlassDeltaVariance::Unbiased,
    GlassDeltaVariance::Average,
    GlassDeltaVariance::NoEffect,
    GlassDeltaVariance::Heteroscedastic,
];
const RATIOS: [RatioOfMeansVariance; 5] = [
    RatioOfMeansVariance::LargeSample,
    RatioOfMeansVariance::SecondOrder,
    RatioOfMeansVariance::Homoscedastic,
    RatioOfMeansVariance::Average,
    RatioOfMeansVariance::AverageHomoscedastic,
];
const ORDERS: [VariabilityVariance; 2] = [VariabilityVariance::FirstOrder, VariabilityVariance::SecondOrder];
const BISERIAL: [PointBiserialVariance; 2] = [PointBiserialVariance::FixedSizes, PointBiserialVariance::CrossSectional];

/// Recipes whose effect changes its sign if the arms change places, and the variance keeps.
fn differences<D: 'static>() -> Vec<Recipe<D>>
where
    HedgesG: EffectSize<D>,
    PointBiserial: EffectSize<D>,
    PointBiserialZ: EffectSize<D>,
    BiserialCorrelation: EffectSize<D>,
    BiserialCorrelationZ: EffectSize<D>,
    OddsRatioFromDifference: EffectSize<D>,
{
    let mut all: Vec<Recipe<D>> = Vec::new();
    for correction in CORRECTIONS {
        all.extend(G.map(|variance| recipe(HedgesG::new().with_variance(variance).with_correction(correction))));
    }
    for variance in BISERIAL {
        all.push(recipe(PointBiserial::new().with_variance(variance)));
        all.push(recipe(PointBiserialZ::new().with_variance(variance)));
    }
    all.push(recipe(BiserialCorrelation));
    all.push(recipe(BiserialCorrelationZ));
    all.push(recipe(OddsRatioFromDifference::new()));
    all.push(recipe(OddsRatioFromDifference::new().with_distribution(UnderlyingDistribution::Normal)));
    all
}

/// Recipes that do not depend on the unit, nor on where it starts.
fn standardised() -> Vec<Recipe<TwoMeans>> {
    let mut all = differences();
    for correction in CORRECTIONS {
        all.extend(HETEROSCEDASTIC.map(|v| recipe(BonettD::new().with_variance(v).with_correction(correction))));
    }
    all
}

fn glass(standardiser: Standardiser) -> Vec<Recipe<TwoMeans>> {
    let of = |correction| GlassDelta::new().with_standardiser(standardiser).with_correction(correction);
    CORRECTIONS.iter().flat_map(|c| DELTA.map(|variance| recipe(of(*c).with_variance(variance)))).collect()
}

/// Recipes on the logarithm of a ratio.
fn ratios<D: 'static>() -> Vec<Recipe<D>>
where
    LogRatioOfMeans: EffectSize<D>,
    LogVariabilityRatio: EffectSize<D>,
    LogCoefficientOfVariationRatio: EffectSize<D>,
{
    let mut all: Vec<Recipe<D>> = Vec::new();
    for variance in RATIOS {
        all.push(recipe(LogRatioOfMeans::new().with_variance(variance)));
        all.push(recipe(LogRatioOfMeans::new().with_variance(variance).without_bias_correction()));
    }
    for order in ORDERS {
        all.push(recipe(LogVariabilityRatio::new().with_variance(order)));
        all.push(recipe(LogCoefficientOfVariationRatio::new().with_variance(order)));
        all.push(recipe(LogCoefficientOfVariationRatio::new().with_variance(order).without_bias_correction()));
    }
    all
}

fn probabilities() -> Vec<Recipe<TwoMeans>> {
    let mut all: Vec<_> = HETEROSCEDASTIC.map(|v| recipe(CommonLanguage::new().with_variance(v))).into();
    all.push(recipe(EqualVarianceCommonLanguage));
    all
}

/// Recipes on pairs that change their sign with their direction.
fn changes() -> Vec<Recipe<PairedMeans>> {
    let mut all = vec![recipe(MeanDifference)];
    for correction in CORRECTIONS {
        let change = ChangeScoreD::new().with_correction(correction);
        for variance in [
            ChangeScoreDVariance::LargeSample,
            ChangeScoreDVariance::Borenstein,
            ChangeScoreDVariance::Unbiased,
            ChangeScoreDVariance::NoEffect,
        ] {
            all.push(recipe(change.with_variance(variance)));
        }
        let average = AverageD::new().with_correction(correction);
        for variance in [
            AverageDVariance::LargeSample,
            AverageDVariance::Heteroscedastic,
            AverageDVariance::HeteroscedasticSampleSize,
        ] {
            all.push(recipe(average.with_variance(variance)));
        }
    }
    all
}

fn baseline() -> Vec<Recipe<PairedMeans>> {
    let of = |correction| BaselineD::new().with_correction(correction);
    let variances = [
        BaselineDVariance::LargeSample,
        BaselineDVariance::Borenstein,
        BaselineDVariance::Unbiased,
        BaselineDVariance::NoEffect,
        BaselineDVariance::Heteroscedastic,
        BaselineDVariance::HeteroscedasticSampleSize,
    ];
    CORRECTIONS.iter().flat_map(|c| variances.map(|variance| recipe(of(*c).with_variance(variance)))).collect()
}

fn size() -> impl Strategy<Value = u64> {
    prop_oneof![5 => 2_u64..200, 2 => 2_u64..=6, 1 => Just(10_000_000), 1 => 2_u64..=u64::MAX]
}

/// Valid summaries of one group measured twice, with correlations at and near the ends.
fn pairs() -> impl Strategy<Value = PairedMeans> {
    let mean = prop_oneof![6 => -100.0..100.0_f64, 1 => Just(0.0), 1 => Just(1e300), 1 => Just(-1e300)];
    let sd = prop_oneof![6 => 0.01..50.0_f64, 1 => Just(1.0), 1 => Just(1e-300), 1 => Just(1e300), 1 => Just(5e-324)];
    let r = prop_oneof![6 => -1.0..=1.0_f64, 1 => Just(0.0), 1 => Just(1.0), 1 => Just(-1.0), 1 => Just(1.0 - 1e-15)];
    let measurement = (mean, sd);
    (size(), measurement.clone(), measurement, r)
        .prop_map(|(n, after, before, r)| PairedMeans::new(n, after, before, r).expect("a valid summary"))
}

/// Ordinary summaries of two groups.
fn ordinary() -> impl Strategy<Value = TwoMeans> {
    let group = (2_u64..500, 1.0..100.0_f64, 0.1..50.0_f64);
    (group.clone(), group).prop_map(|(treated, control)| TwoMeans::new(treated, control).expect("a valid summary"))
}

fn map(study: &TwoMeans, mean: impl Fn(f64) -> f64, sd: impl Fn(f64) -> f64) -> TwoMeans {
    let of = |group: meta_analysis::Group| (group.n(), mean(group.mean()), sd(group.sd()));
    TwoMeans::new(of(study.treated()), of(study.control())).expect("a valid summary")
}

fn swapped(study: &TwoMeans) -> TwoMeans {
    let of = |group: meta_analysis::Group| (group.n(), group.mean(), group.sd());
    TwoMeans::new(of(study.control()), of(study.treated())).expect("a valid summary")
}

fn reversed(study: &PairedMeans) -> PairedMeans {
    let of = |m: meta_analysis::Measurement| (m.mean(), m.sd());
    PairedMeans::new(study.n(), of(study.before()), of(study.after()), study.correlation()).expect("a valid summary")
}

/// Reasons with which valid data may be refused.
const REASONS: [&str; 12] = [
    "its small-sample correction needs more than 1 degree of freedom",
    "its variance without effect needs more than 2 degrees of freedom",
    "its unbiased variance needs more than 4 patients",
    "its two means are not both positive",
    "its variance is 0 for a correlation of 1 or -1",
    "the changes do not vary",
    "the unbiased correlation of this variance needs more than 4 patients",
    "the estimated correlation is not between -1 and 1",
    "its variance formula is not positive for an estimate beyond -1 or 1",
    "an area of 0 or 1 has no variance of its own",
    "two normal groups have no area of 0 or 1",
    "with so many ties its variance of Hanley and McNeil is not positive",
];

/// A finite effect with a positive variance, or a reason.
fn check_sound(name: &str, effect: Pair) -> Result<(), TestCaseError> {
    match effect {
        Ok((y, v)) => prop_assert!(y.is_finite() && v > 0.0 && v.is_finite(), "{name}: {y:e} {v:e}"),
        Err(error) => match error.kind() {
            ErrorKind::NotEstimable { reason, .. } => prop_assert!(REASONS.contains(reason), "{name}: {error}"),
            ErrorKind::OutOfRange { quantity } => prop_assert!(
                ["the effect", "the variance", "the coefficient of variation"].contains(quantity),
                "{name}: {error}"
            ),
            _ => prop_assert!(false, "{name}: {error}"),
        },
    }
    Ok(())
}

/// Both refused, or both the same up to rounding; effects near 0 are compared with their standard errors.
fn check_same(name: &str, a: &Pair, b: &Pair, tolerance: f64) -> Result<(), TestCaseError> {
    match (a, b) {
        (Ok((y, v)), Ok((z, w))) => {
            let scale = y.abs().max(1e-3 * v.sqrt());
            prop_assert!((y - z).abs() <= tolerance * scale, "{name}: effects {y:e} and {z:e}");
            prop_assert!((v - w).abs() <= tolerance * v, "{name}: variances {v:e} and {w:e}");
        }
        (Err(_), Err(_)) => {}
        _ => prop_assert!(false, "{name}: {a:?} and {b:?}"),
    }
    Ok(())
}

fn negated(effect: Pair) -> Pair {
    effect.map(|(y, v)| (-y, v))
}

fn complement(effect: Pair) -> Pair {
    effect.map(|(y, v)| (1.0 - y, v))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn valid_groups_give_an_effect_or_a_reason(study in two_means()) {
        let unit = [recipe(MeanDifference), recipe(PooledMeanDifference)];
        let glass = glass(Standardiser::Control).into_iter().chain(glass(Standardiser::Treated));
        let all = standardised().into_iter().chain(ratios()).chain(probabilities()).chain(glass).chain(unit);
        for (name, effect) in all {
            check_sound(&name, effect(&study))?;
        }
    }

    #[test]
    fn valid_pairs_give_an_effect_or_a_reason(study in pairs()) {
        let language = HETEROSCEDASTIC.map(|v| recipe(CommonLanguage::new().with_variance(v)));
        for (name, effect) in changes().into_iter().chain(baseline()).chain(ratios()).chain(language) {
            check_sound(&name, effect(&study))?;
        }
    }

    #[test]
    fn valid_reports_give_an_effect_or_a_reason(
        number in prop_oneof![4 => -10.0..10.0_f64, 1 => Just(0.0), 1 => prop::num::f64::NORMAL],
        p in prop_oneof![4 => 1e-10..=1.0_f64, 1 => Just(1.0), 1 => Just(1e-300), 1 => Just(5e-324)],
        sizes in (size(), size()),
    ) {
        let reports = [
            ReportedDifference::from_d(number, sizes),
            ReportedDifference::from_t(number, sizes),
            ReportedDifference::from_f(number.abs(), Direction::Negative, sizes),
            ReportedDifference::from_p(p, Direction::Positive, sizes),
        ];
        for report in reports {
            let report = match report {
                Ok(report) => report,
                Err(error) => {
                    prop_assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
                    continue;
                }
            };
            prop_assert!(report.d().is_finite(), "{report:?}");
            for (name, effect) in differences().into_iter().chain([recipe(EqualVarianceCommonLanguage)]) {
                check_sound(&name, effect(&report))?;
            }
        }
        let (n, _) = sizes;
        let reports = [
            ReportedChange::from_d(number, n),
            ReportedChange::from_t(number, n),
            ReportedChange::from_f(number.abs(), Direction::Negative, n),
            ReportedChange::from_p(p, Direction::Positive, n),
        ];
        for report in reports {
            match report {
                Ok(report) => check_sound("change", ChangeScoreD::new().effect(&report).map(|e| (e.y(), e.v())))?,
                Err(error) => prop_assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}"),
            }
        }
    }

    #[test]
    fn valid_areas_give_an_effect_or_a_reason(
        auc in prop_oneof![4 => 0.0..=1.0_f64, 1 => Just(0.0), 1 => Just(1.0), 1 => Just(1e-300), 1 => Just(0.5)],
        ties in prop_oneof![Just(0.0), 0.0..=1.0_f64],
        (n1, n2) in (size(), size()),
    ) {
        let area = ReportedAuc::new(auc, (n1, n2)).and_then(|area| area.with_ties(ties)).expect("a valid area");
        let other = ReportedAuc::new(1.0 - auc, (n2, n1)).and_then(|area| area.with_ties(ties)).expect("a valid area");
        let variances = [AucVariance::Newcombe, AucVariance::HanleyMcNeil, AucVariance::NoEffect, AucVariance::Maximum];
        let recipes = variances.map(|v| recipe(AreaUnderCurve::new().with_variance(v)));
        for (name, effect) in recipes.into_iter().chain([recipe(EqualVarianceCommonLanguage)]) {
            check_sound(&name, effect(&area))?;
            // Groups that change places: the area of the other side. The rounding of 1 - a is that of a near 0.
            if auc > 1e-3 && auc < 1.0 - 1e-3 && ties == 0.0 {
                check_same(&name, &complement(effect(&area)), &effect(&other), 1e-11)?;
            }
        }
    }

    #[test]
    fn arms_that_change_places_negate(study in two_means()) {
        let other = swapped(&study);
        let unit = [recipe(MeanDifference), recipe(PooledMeanDifference)];
        for (name, effect) in standardised().into_iter().chain(ratios()).chain(unit) {
            check_same(&name, &negated(effect(&study)), &effect(&other), 1e-11)?;
        }
        for (name, effect) in probabilities() {
            // The two add up to 1, of which a small one has few digits.
            match (effect(&study), effect(&other)) {
                (Ok((y, v)), Ok((z, w))) => {
                    prop_assert!((y + z - 1.0).abs() < 3e-16, "{name}: {y:e} and {z:e}");
                    prop_assert!((v - w).abs() <= 1e-11 * v, "{name}: variances {v:e} and {w:e}");
                }
                (Err(_), Err(_)) => {}
                (one, other) => prop_assert!(false, "{name}: {one:?} and {other:?}"),
            }
        }
        for ((name, effect), (_, opposite)) in glass(Standardiser::Control).iter().zip(glass(Standardiser::Treated)) {
            check_same(name, &negated(effect(&study)), &opposite(&other), 1e-11)?;
        }
    }

    #[test]
    fn time_that_runs_backwards_negates(study in pairs()) {
        let other = reversed(&study);
        for (name, effect) in changes().into_iter().chain(ratios()) {
            check_same(&name, &negated(effect(&study)), &effect(&other), 1e-11)?;
        }
    }

    #[test]
    fn units_do_not_matter(study in ordinary(), scale in 1e-3..1e3_f64, shift in -1e3..1e3_f64) {
        let scaled = map(&study, |m| m * scale, |s| s * scale);
        let moved = map(&study, |m| m + shift, |s| s);
        // What rounding of the shifted means does to their difference.
        let lost = |v: f64| 1e-15 * (shift.abs() + 200.0) / v;
        let all = || {
            let glass = glass(Standardiser::Control).into_iter().chain(glass(Standardiser::Treated));
            standardised().into_iter().chain(probabilities()).chain(glass)
        };
        // Wide margins: differences that are small in their standard errors are compared with those, not with
        // themselves.
        let smallest = study.treated().sd().min(study.control().sd());
        for (name, effect) in all() {
            let plain = effect(&study);
            check_same(&name, &plain, &effect(&scaled), 1e-9)?;
            if let Ok((y, v)) = plain {
                let (z, w) = effect(&moved).expect("an effect");
                let tolerance = 1e-9 + 1e3 * lost(smallest);
                prop_assert!((y - z).abs() <= tolerance * (y.abs() + 1.0), "{name}: {y} and {z}");
                prop_assert!((v - w).abs() <= tolerance * (v + w), "{name}: {v} and {w}");
            }
        }
        for (name, effect) in ratios() {
            check_same(&name, &effect(&study), &effect(&scaled), 1e-9)?;
        }
        for (name, effect) in [recipe(MeanDifference), recipe(PooledMeanDifference)] {
            let (y, v) = effect(&study).expect("a difference");
            check_same(&name, &Ok((y * scale, v * scale * scale)), &effect(&scaled), 1e-9)?;
            check_same(&name, &Ok((y, v)), &effect(&moved), 1e-9 + lost(1e-3 * v.sqrt()))?;
        }
    }

    #[test]
    fn every_route_to_d_agrees(study in ordinary()) {
        let (a, b) = (study.treated(), study.control());
        let sizes = (a.n(), b.n());
        let pooled = PooledMeanDifference.effect(&study).expect("a difference");
        let t = pooled.y() / pooled.std_error();
        let direction = if t < 0.0 { Direction::Negative } else { Direction::Positive };
        let d = HedgesG::uncorrected().effect(&study).expect("d").y();
        let reports = [
            ReportedDifference::from_d(d, sizes),
            ReportedDifference::from_t(t, sizes),
            ReportedDifference::from_f(t * t, direction, sizes),
        ];
        for report in reports {
            let report = report.expect("a report");
            for ((name, by_means), (_, by_report)) in differences().into_iter().zip(differences()) {
                check_same(&name, &by_means(&study), &by_report(&report), 1e-10)?;
            }
        }
    }

    #[test]
    fn the_unit_of_one_measurement_shifts_a_log_ratio(
        (n, after, before, r) in (3_u64..500, (1.0..100.0_f64, 0.1..50.0_f64), (1.0..100.0_f64, 0.1..50.0_f64), -0.99..0.99_f64),
        unit in 1e-3..1e3_f64,
    ) {
        let plain = PairedMeans::new(n, after, before, r).expect("a valid summary");
        let other = PairedMeans::new(n, (unit * after.0, unit * after.1), before, r).expect("a valid summary");
        for (name, effect) in ratios() {
            if name.contains("Homoscedastic, ") && !name.contains("Average") {
                // One standard deviation for both has no meaning then.
                continue;
            }
            let ((y, v), (z, w)) = (effect(&plain).expect("an effect"), effect(&other).expect("an effect"));
            let shift = if name.contains("Means") { unit.ln() } else { 0.0 };
            let shift = if name.contains("Variability") && !name.contains("Coefficient") { unit.ln() } else { shift };
            prop_assert!((y + shift - z).abs() < 1e-12 * (1.0 + y.abs() + shift.abs()), "{name}: {y} and {z}");
            prop_assert!((v - w).abs() <= 1e-10 * v, "{name}: variances {v:e} and {w:e}");
        }
    }

    #[test]
    fn uncorrelated_measurements_are_two_groups_of_one_size(study in two_means()) {
        let (n, of) = (study.treated().n(), |group: meta_analysis::Group| (group.mean(), group.sd()));
        let (a, b) = (of(study.treated()), of(study.control()));
        let groups = TwoMeans::new((n, a.0, a.1), (n, b.0, b.1)).expect("a valid summary");
        let pairs = PairedMeans::new(n, a, b, 0.0).expect("a valid summary");
        let one = [recipe(MeanDifference), recipe(AverageD::new())];
        let two = [recipe(MeanDifference), recipe(HedgesG::new())];
        let language = || HETEROSCEDASTIC.map(|v| CommonLanguage::new().with_variance(v));
        let one = one.into_iter().chain(ratios()).chain(language().map(recipe));
        let two = two.into_iter().chain(ratios()).chain(language().map(recipe));
        let average = |variance| recipe(AverageD::new().with_variance(variance));
        let bonett = |variance| recipe(BonettD::new().with_variance(variance));
        let of_average = [AverageDVariance::Heteroscedastic, AverageDVariance::HeteroscedasticSampleSize];
        let of_bonett = [HeteroscedasticVariance::DegreesOfFreedom, HeteroscedasticVariance::SampleSize];
        let (one, two) = (one.chain(of_average.map(average)), two.chain(of_bonett.map(bonett)));
        for ((name, paired), (_, grouped)) in one.zip(two) {
            check_same(&name, &paired(&pairs), &grouped(&groups), 1e-11)?;
        }
    }

    #[test]
    fn a_correlation_comes_back_from_the_changes(study in pairs()) {
        let of = |m: meta_analysis::Measurement| (m.mean(), m.sd());
        let (s1, s2, sd) = (study.after().sd(), study.before().sd(), study.change_sd());
        prop_assert!(sd >= 0.0 && sd.is_finite(), "standard deviation of the changes {sd:e}");
        // Beyond this ratio the correlation no longer shows in the standard deviation of the changes.
        if sd == 0.0 || s1.max(s2) / s1.min(s2) > 1e3 || s1.min(s2) < 1e-290 {
            return Ok(());
        }
        let tolerance = 1e-14 * (s1 / s2).max(s2 / s1);
        match PairedMeans::from_change_sd(study.n(), of(study.after()), of(study.before()), sd) {
            Ok(back) => prop_assert!((back.correlation() - study.correlation()).abs() <= tolerance, "{back:?}"),
            Err(error) => prop_assert!(study.correlation().abs() > 1.0 - tolerance, "{error}"),
        }
    }

    #[test]
    fn averages_are_those_of_the_estimable_studies(rows in prop::collection::vec(ordinary(), 1..8)) {
        let g = HedgesG::new().with_variance(HedgesGVariance::Average);
        let plain = HedgesG::new().studies(&rows).expect("studies");
        let weight = |study: &TwoMeans| study.treated().size_of() + study.control().size_of();
        let total: f64 = rows.iter().map(weight).sum();
        let mean = rows.iter().zip(plain.y()).map(|(study, y)| weight(study) * y).sum::<f64>() / total;
        let averaged = g.labelled_studies(rows.iter().enumerate().map(|(i, study)| (format!("s{i}"), study)));
        let averaged = averaged.expect("studies");
        for ((study, y), effect) in rows.iter().zip(plain.y()).zip(averaged.iter()) {
            let sampling = 1.0 / study.treated().size_of() + 1.0 / study.control().size_of();
            let v = sampling + mean * mean / (2.0 * weight(study));
            let effect: Effect<_> = effect.effect;
            prop_assert!(effect.y() == *y && (effect.v() / v - 1.0).abs() < 1e-12, "{effect:?}, variance {v}");
        }
        let alone = g.effect(&rows[0]).expect("an effect");
        let same = HedgesG::new().effect(&rows[0]).expect("an effect");
        prop_assert!(alone == same, "one study is its own mean");
    }
}

trait SizeOf {
    fn size_of(&self) -> f64;
}

impl SizeOf for meta_analysis::Group {
    #[allow(clippy::cast_precision_loss, reason = "below 500")]
    fn size_of(&self) -> f64 {
        self.n() as f64
    }
}

#[test]
fn p_values_lead_where_t_does() {
    // t of 2.1 with 24 degrees has p = 0.046421502183235 (mpmath); the file of R has the digits.
    let by_p = ReportedDifference::from_p(0.046_421_502_183_235_02, Direction::Positive, (12, 14)).expect("a report");
    let by_t = ReportedDifference::from_t(2.1, (12, 14)).expect("a report");
    assert!((by_p.d() / by_t.d() - 1.0).abs() < 1e-14, "{} and {}", by_p.d(), by_t.d());
    let change = ReportedChange::from_p(1.0, Direction::Positive, 9).expect("a report");
    assert_eq!(change.d(), 0.0, "p = 1 is no change");
}

#[test]
fn a_variance_that_needs_all_studies_sees_the_labels_and_the_excluded() {
    let rows = [((2, 10.0, 2.0), (3, 8.0, 3.0)), ((4, -2.0, 4.0), (2, 1.0, 0.2)), ((12, 5.5, 1.5), (15, 5.5, 1.1))];
    let rows = TwoMeans::from_rows(rows).expect("rows");
    let recipe = LogRatioOfMeans::new().with_variance(RatioOfMeansVariance::AverageHomoscedastic);
    let studies = recipe.labelled_studies(["a", "b", "c"].into_iter().zip(&rows)).expect("studies");
    assert_eq!(studies.k(), 2, "one has no ratio");
    assert_eq!(
        studies.excluded()[0].to_string(),
        "study 2 (b): the ratio of means is not estimable: its two means are not both positive"
    );
    // By hand: (2 * 0.2 + 3 * 0.375 + 12 * 3/11 + 15 * 0.2) / 32 = 0.243643..., squared times (1/2 + 1/3).
    let cv: f64 = (2.0 * 0.2 + 3.0 * 0.375 + 12.0 * 3.0 / 11.0 + 15.0 * 0.2) / 32.0;
    assert!((studies.v()[0] / (cv * cv * 5.0 / 6.0) - 1.0).abs() < 1e-14, "{:?}", studies.v());
    let error = recipe.studies([&rows[1]]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there must be at least one study to pool, but there is none (1 is excluded as not estimable)"
    );
}

#[test]
fn what_is_invalid_is_refused_in_words() {
    let text = |error: Error| error.to_string();
    let words = [
        (
            text(ReportedDifference::from_d(f64::NAN, (9, 9)).unwrap_err()),
            "the standardised difference must be finite, but is NaN",
        ),
        (
            text(ReportedDifference::from_t(f64::INFINITY, (9, 9)).unwrap_err()),
            "the t statistic must be finite, but is inf",
        ),
        (
            text(ReportedDifference::from_t(1.0, (1, 9)).unwrap_err()),
            "the treated arm must have at least 2 patients, but has 1",
        ),
        (
            text(ReportedDifference::from_f(-0.5, Direction::Positive, (9, 9)).unwrap_err()),
            "the F statistic must not be negative, but is -0.5",
        ),
        (
            text(ReportedDifference::from_p(0.0, Direction::Positive, (9, 9)).unwrap_err()),
            "the p-value must lie between 0 (excluded) and 1, but is 0",
        ),
        (
            text(ReportedChange::from_t(1.0, 1).unwrap_err()),
            "there must be at least 2 pairs of measurements, but there are 1",
        ),
        (text(ReportedChange::from_d(f64::NAN, 9).unwrap_err()), "the standardised change must be finite, but is NaN"),
        (
            text(PairedMeans::new(9, (1.0, 1.0), (1.0, -1.0), 0.5).unwrap_err()),
            "the standard deviation must be positive and finite, but is -1",
        ),
        (
            text(PairedMeans::new(9, (f64::NAN, 1.0), (1.0, 1.0), 0.5).unwrap_err()),
            "the mean must be finite, but is NaN",
        ),
        (
            text(PairedMeans::new(9, (1.0, 1.0), (1.0, 1.0), f64::NAN).unwrap_err()),
            "the correlation must lie between -1 and 1, but is NaN",
        ),
        (
            text(PairedMeans::from_change_sd(9, (1.0, 1.0), (1.0, 1.0), 0.0).unwrap_err()),
            "the standard deviation of the changes must be positive and finite, but is 0",
        ),
        (
            text(PairedMeans::from_change_sd(9, (1.0, 1.0), (1.0, 1.0), 3.0).unwrap_err()),
            "the correlation must lie between -1 and 1, but is -3.5",
        ),
        (
            text(ReportedAuc::new(0.7, (9, 9)).and_then(|area| area.with_ties(1.5)).unwrap_err()),
            "the proportion of ties must lie between 0 and 1, but is 1.5",
        ),
        (text(ReportedAuc::new(0.7, (9, 0)).unwrap_err()), "the control arm must have at least 2 patients, but has 0"),
    ];
    for (found, expected) in words {
        assert_eq!(found, expected);
    }
    let same = PairedMeans::new(9, (1.0, 2.0), (1.5, 2.0), 1.0).expect("a summary");
    assert_eq!(
        ChangeScoreD::new().effect(&same).unwrap_err().to_string(),
        "the standardised mean change (change scores) is not estimable: the changes do not vary"
    );
}

#[test]
fn probabilities_are_read_within_their_range() {
    let effect = AreaUnderCurve::new().effect(&ReportedAuc::new(0.97, (8, 9)).expect("an area")).expect("an effect");
    let interval = effect.interval(meta_analysis::Level::P95);
    assert!(interval.lower > 0.7 && interval.upper == 1.0, "{interval:?}");
    assert!(effect.measure().link().to_analysis(1.5_f64).is_nan(), "no probability above 1");
}
