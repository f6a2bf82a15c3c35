//! A printed figure, computed.

use meta_analysis::{
    CommonEffect, Inference, Interval, MantelHaenszel, MantelHaenszelMeasure, Measure, OddsRatio, Pool, Pooled,
    RandomEffects, RiskDifference, RiskRatio, Tau2Method,
};

use super::effects::{studies, tables};
use super::file::{Example, Figure};

/// The normal quantile of prediction intervals that take τ² and μ as known.
const Z: f64 = 1.959_963_984_540_054;

/// The number that was printed.
pub(crate) fn compute(example: &Example<'_>, figure: &Figure<'_>) -> f64 {
    let computed = match figure.interval {
        Some("Q-profile") => q_profile(example, figure),
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
            RandomEffects::new(method).with_inference(hartung_knapp).with_level(figure.level()).pool(&studies)
        }
    };
    read(&pooled.expect("a pooled effect"), figure)
}

fn mantel_haenszel(example: &Example<'_>, figure: &Figure<'_>) -> Option<f64> {
    match example.measure() {
        "mh_or" => mantel_haenszel_of(OddsRatio, example, figure),
        "mh_rr" => mantel_haenszel_of(RiskRatio, example, figure),
        "mh_rd" => mantel_haenszel_of(RiskDifference, example, figure),
        other => panic!("no Mantel-Haenszel estimate of {other}"),
    }
}

fn mantel_haenszel_of<M: MantelHaenszelMeasure>(measure: M, example: &Example<'_>, figure: &Figure<'_>) -> Option<f64> {
    let tables = tables(&example.studies(figure.subset));
    let pooled = MantelHaenszel::new(measure).with_level(figure.level()).pool(&tables).expect("a pooled effect");
    read(&pooled, figure)
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
    let limit = match (figure.quantity, figure.interval) {
        ("estimate", None) => estimate,
        ("lower", None) => interval?.lower,
        ("upper", None) => interval?.upper,
        ("prediction_lower", Some(kind)) => prediction(pooled, figure, kind)?.lower,
        ("prediction_upper", Some(kind)) => prediction(pooled, figure, kind)?.upper,
        (other, interval) => panic!("nobody knows {other} {interval:?}"),
    };
    Some(unit * limit)
}

/// Prediction intervals that the crate does not print, from what it gives.
fn prediction<M: Measure>(pooled: &Pooled<M>, figure: &Figure<'_>, kind: &str) -> Option<Interval> {
    let tau = pooled.heterogeneity().tau2()?.sqrt();
    let std_error = match kind {
        "normal" => pooled.classic_std_error().hypot(tau),
        "tau only" => tau,
        other => panic!("nobody knows the prediction interval {other}"),
    };
    let (centre, half) = (pooled.analysis().estimate, Z * std_error);
    let link = pooled.measure().link();
    let limit = |y: f64| if figure.scale == Some("natural") { link.to_natural(y) } else { y };
    Some(Interval { lower: limit(centre - half), upper: limit(centre + half) })
}

fn q_profile(example: &Example<'_>, figure: &Figure<'_>) -> Option<f64> {
    let studies = studies(example, figure);
    let interval = studies.evidence().q_profile(figure.level()).expect("an interval");
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
