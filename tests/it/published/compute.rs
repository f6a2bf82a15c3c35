//! A printed figure, computed.

use meta_analysis::{
    BreslowDay, ChiSquaredTest, CochranMantelHaenszel, CommonEffect, Inference, MantelHaenszel, MantelHaenszelMeasure,
    MantelHaenszelVariance, MaximumLikelihood, Measure, OddsRatio, Pool, Pooled, PredictionMethod, RandomEffects,
    RateDifference, RateRatio, Reml, RiskDifference, RiskRatio, Stratum, Tau2Method, TwoByTwo,
};

use super::effects::{rates, studies, tables};
use super::file::{Example, Figure};

/// The number that was printed.
pub(crate) fn compute(example: &Example<'_>, figure: &Figure<'_>) -> f64 {
    let computed = match figure.interval {
        Some("Q-profile" | "profile likelihood") => tau2_interval(example, figure),
        Some("Wald") => wald(example, figure),
        _ if figure.model == "MH" || figure.q_about == Some("MH") => mantel_haenszel(example, figure),
        _ => inverse_variance(example, figure),
    };
    computed.unwrap_or_else(|| panic!("{}: there is no {figure}", example.name()))
}

fn inverse_variance(example: &Example<'_>, figure: &Figure<'_>) -> Option<f64> {
    let studies = studies(example, figure);
    let estimator = figure.model.trim_end_matches("+HK");
    let hartung_knapp = if estimator == figure.model { Inference::Normal } else { Inference::HartungKnapp };
    let pooled = match estimator {
        // Peto's method is the common effect of (O - E) / V with variance 1 / V.
        "EE" | "PETO" => CommonEffect::new().with_level(figure.level()).pool(&studies),
        name => {
            let method: Tau2Method = name.parse().expect("an estimator");
            let model = RandomEffects::new(method).with_inference(hartung_knapp).with_level(figure.level());
            model.with_prediction(prediction_method(figure)).pool(&studies)
        }
    };
    read(&pooled.expect("a pooled effect"), figure)
}

fn mantel_haenszel(example: &Example<'_>, figure: &Figure<'_>) -> Option<f64> {
    let rows = example.studies(figure.subset);
    let level = figure.level();
    match example.measure() {
        "mh_or" | "mh_rr" if figure.quantity.starts_with("tarone") => {
            test(&BreslowDay::new().test(&tables(&rows)).expect("a test"), figure)
        }
        "mh_or" | "mh_rr" if figure.quantity.starts_with("cmh") => association(&tables(&rows), figure),
        "mh_irr" if figure.quantity.starts_with("cmh") => association(&rates(&rows), figure),
        "mh_or" => of_tables(MantelHaenszel::new(OddsRatio), &tables(&rows), figure),
        "mh_rr" => of_tables(MantelHaenszel::new(RiskRatio), &tables(&rows), figure),
        "mh_rd" => {
            let sato = figure.variance == Some("Sato 1989");
            let variance = if sato { MantelHaenszelVariance::Sato } else { MantelHaenszelVariance::default() };
            of_tables(MantelHaenszel::new(RiskDifference).with_variance(variance), &tables(&rows), figure)
        }
        "mh_irr" => read(&MantelHaenszel::new(RateRatio).with_level(level).pool(&rates(&rows)).ok()?, figure),
        "mh_ird" => read(&MantelHaenszel::new(RateDifference).with_level(level).pool(&rates(&rows)).ok()?, figure),
        other => panic!("no Mantel-Haenszel estimate of {other}"),
    }
}

fn of_tables<M>(model: MantelHaenszel<M>, tables: &Vec<TwoByTwo>, figure: &Figure<'_>) -> Option<f64>
where
    M: MantelHaenszelMeasure,
{
    let model = model.with_level(figure.level());
    // Q itself about that estimate is what a Mantel-Haenszel analysis gives.
    let of_q = matches!(figure.quantity, "q" | "q_df" | "q_p" | "h") || figure.i2_definition.is_some();
    let pooled = if figure.model == "DL" && !of_q { model.random_effects().pool(tables) } else { model.pool(tables) };
    read(&pooled.expect("a pooled effect"), figure)
}

fn association<D: Stratum>(data: &Vec<D>, figure: &Figure<'_>) -> Option<f64> {
    let model = CochranMantelHaenszel::new();
    let model = match figure.note {
        Some("no continuity correction") => model.without_continuity_correction(),
        Some(note) if note.starts_with("continuity-corrected") => model,
        other => panic!("nobody knows the test {other:?}"),
    };
    test(&model.test(data).expect("a test"), figure)
}

fn test(test: &ChiSquaredTest, figure: &Figure<'_>) -> Option<f64> {
    Some(if figure.quantity.ends_with("_p") { test.p_value() } else { test.statistic() })
}

fn read<M: Measure>(pooled: &Pooled<M>, figure: &Figure<'_>) -> Option<f64> {
    let h = pooled.heterogeneity();
    let from_q = h.tau2().is_none() || figure.i2_definition == Some("(Q-df)/Q");
    Some(match (figure.quantity, figure.interval) {
        ("se", None) => pooled.analysis().std_error?,
        ("z" | "t", None) => pooled.test()?.statistic,
        ("p", None) => pooled.test()?.p_value(),
        ("q", None) => h.q(),
        ("q_df", None) => h.df(),
        ("q_p", None) => h.p_value(),
        ("tau2", None) => h.tau2()?,
        ("tau2_se", None) => h.tau2_std_error()?,
        ("tau", None) => h.tau2()?.sqrt(),
        ("i2", None) => 100.0 * if from_q { h.i2_from_q() } else { h.i2_from_tau2() }?,
        ("h2", None) => if from_q { h.h2_from_q() } else { h.h2_from_tau2() }?,
        ("h", None) => h.h2_from_q()?.max(1.0).sqrt(),
        ("i2_lower", Some("test-based")) => 100.0 * h.i2_test_based(figure.level())?.lower,
        ("i2_upper", Some("test-based")) => 100.0 * h.i2_test_based(figure.level())?.upper,
        _ => on_scale(pooled, figure)?,
    })
}

/// The estimate and the limits that go with it.
fn on_scale<M: Measure>(pooled: &Pooled<M>, figure: &Figure<'_>) -> Option<f64> {
    let (analysis, natural) = (pooled.analysis(), pooled.natural());
    let (estimate, interval, unit) = match figure.scale.expect("a scale") {
        "natural" => (natural.estimate, natural.interval, 1.0),
        "analysis" => (analysis.estimate, analysis.interval, 1.0),
        "per cent" => (analysis.estimate, analysis.interval, 100.0),
        other => panic!("nobody knows the scale {other}"),
    };
    let natural_scale = figure.scale == Some("natural");
    let prediction = pooled.prediction().map(|p| if natural_scale { p.natural } else { p.analysis });
    let limit = match (figure.quantity, figure.interval) {
        ("estimate", None) => estimate,
        ("lower", None) => interval?.lower,
        ("upper", None) => interval?.upper,
        ("prediction_lower", Some(_)) => prediction?.lower,
        ("prediction_upper", Some(_)) => prediction?.upper,
        (other, interval) => panic!("nobody knows {other} {interval:?}"),
    };
    Some(unit * limit)
}

/// The prediction interval that was printed.
fn prediction_method(figure: &Figure<'_>) -> PredictionMethod {
    match figure.interval {
        Some("normal") => PredictionMethod::Normal,
        Some("tau only") => PredictionMethod::NormalAboutKnownMean,
        Some("t(k-2), Hartung-Knapp") => PredictionMethod::HartungKnappPartlettRiley,
        _ => PredictionMethod::default(),
    }
}

fn wald(example: &Example<'_>, figure: &Figure<'_>) -> Option<f64> {
    let method: Tau2Method = figure.model.parse().expect("an estimator");
    let pooled = RandomEffects::new(method).pool(&studies(example, figure)).expect("a pooled effect");
    Some(pooled.heterogeneity().tau2_wald(figure.level())?.upper)
}

fn tau2_interval(example: &Example<'_>, figure: &Figure<'_>) -> Option<f64> {
    let studies = studies(example, figure);
    let evidence = studies.evidence();
    let interval = match (figure.interval?, figure.model) {
        ("Q-profile", _) => evidence.q_profile(figure.level()),
        (_, "REML") => Reml.profile_interval(&evidence, figure.level()),
        (_, "ML") => MaximumLikelihood.profile_interval(&evidence, figure.level()),
        other => panic!("nobody knows the interval {other:?}"),
    };
    let interval = interval.expect("an interval");
    let (quantity, side) = figure.quantity.rsplit_once('_').expect("a limit");
    let (limits, transform): (_, fn(f64) -> f64) = match quantity {
        "tau2" => (interval.limits()?, |tau2| tau2),
        "tau" => (interval.limits()?, f64::sqrt),
        "i2" => (interval.i2()?, |i2| 100.0 * i2),
        "h2" => (interval.h2()?, |h2| h2),
        other => panic!("no Q-profile interval of {other}"),
    };
    Some(transform(match side {
        "lower" => limits.lower,
        "upper" => limits.upper,
        other => panic!("no limit {other}"),
    }))
}
