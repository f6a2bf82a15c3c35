//! The certified values of `tests/fixtures/pooling.json` (60-digit arithmetic, global maxima proven), every case and
//! every field of the estimators and intervals that exist here.

use meta_analysis::{
    AnyMeasure, CommonEffect, GeneralisedQ, Heterogeneity, Inference, Interval, Level, MaximumLikelihood,
    MeanDifference, MedianUnbiasedGeneralisedQ, Pool, Pooled, QWeights, RandomEffects, Reml, Studies, Tau2Estimator,
    Tau2Method,
};
use serde_json::Value;

use crate::score::{Kind, Scored, Scores, floats, json};

/// What one case says beside its results.
const DESCRIPTION: &[&str] = &["name", "source", "note", "group", "k", "measure", "raw", "yi", "vi"];

struct Case<'a> {
    name: &'a str,
    group: &'a str,
    json: &'a Value,
    studies: Studies<AnyMeasure>,
    /// The certified typical variance: the scale of a τ² whose certified value is 0.
    typical: f64,
}

/// Where one value belongs.
struct At<'a> {
    case: &'a Case<'a>,
    path: String,
    std_error: f64,
}

impl At<'_> {
    fn score(&self, scores: &mut Scores, kind: Kind, field: &str, computed: f64, certified: f64) {
        let scale = match kind {
            Kind::Estimate | Kind::Limit => self.std_error,
            Kind::Tau2 | Kind::Tau2Limit if certified == 0.0 => self.case.typical,
            _ => 0.0,
        };
        let what = format!("{} {}.{field}", self.case.name, self.path);
        let floor = floor(self.case.name, kind).unwrap_or_else(|| kind.floor());
        scores.add(&Scored { kind, group: self.case.group, what: &what, computed, certified, scale, floor });
    }

    fn optional(&self, scores: &mut Scores, kind: Kind, field: &str, computed: Option<f64>, certified: &Value) {
        match (computed, certified.as_f64()) {
            (Some(computed), Some(certified)) => self.score(scores, kind, field, computed, certified),
            (None, None) => {}
            (computed, _) => {
                scores.fail(format!("{} {}.{field}: {computed:?} for {certified}", self.case.name, self.path));
            }
        }
    }
}

/// The named exceptions. In `boundary-just-above` Q exceeds its degrees of freedom by 1e-9 of itself, so τ² is a
/// difference of numbers near 1 with a condition number of 1e9, and plain doubles hold 16 - 9 digits of it. In
/// `subnormal-variances` τ² is itself a subnormal number, near 1e-311, with 13 digits; what hangs on it has no more.
fn floor(case: &str, kind: Kind) -> Option<f64> {
    match case {
        "boundary-just-above" if kind == Kind::Tau2 => Some(7.0),
        "subnormal-variances" => Some(kind.floor().min(12.5)),
        _ => None,
    }
}

#[test]
fn every_certified_value() {
    let file = json(include_str!("../fixtures/pooling.json"));
    let mut scores = Scores::default();
    for json in file["cases"].as_array().expect("cases") {
        let text = |field: &str| json[field].as_str().expect("a text");
        let measure = AnyMeasure::of(MeanDifference);
        let studies = Studies::from_analysis(measure, floats(&json["yi"]), floats(&json["vi"])).expect("valid studies");
        let typical = json["typical_variance"].as_f64().unwrap_or(f64::NAN);
        let case = Case { name: text("name"), group: text("group"), json, studies, typical };
        for (field, value) in json.as_object().expect("an object") {
            match field.as_str() {
                "common_effect" => common_effect(&mut scores, &case, value),
                "random_effects" => random_effects(&mut scores, &case, value),
                "tau2_interval" => tau2_interval(&mut scores, &case, value),
                "typical_variance" => {}
                known if DESCRIPTION.contains(&known) => {}
                other => panic!("{}: nobody looks at {other}", case.name),
            }
        }
    }
    scores.finish();
}

fn common_effect(scores: &mut Scores, case: &Case<'_>, expected: &Value) {
    let pooled = CommonEffect::new().pool(&case.studies).expect("a common effect");
    let at = At { case, path: "common".into(), std_error: expected["se"].as_f64().expect("a standard error") };
    let h = pooled.heterogeneity();
    at.optional(scores, Kind::StdError, "typical_variance", h.typical_variance(), &case.json["typical_variance"]);
    for (field, certified) in expected.as_object().expect("an object") {
        if normal(scores, &at, &pooled, field, certified) {
            continue;
        }
        match field.as_str() {
            "Q" => at.optional(scores, Kind::Q, field, Some(h.q()), certified),
            "Q_df" => at.optional(scores, Kind::Q, field, Some(h.df()), certified),
            "Q_p" => p_value(scores, &at, &["common_effect", "Q_p"], h.p_value(), h.log_p_value(), certified),
            "H2" => at.optional(scores, Kind::Q, field, h.h2_from_q(), certified),
            "I2" => i2(scores, &at, field, h.i2_from_q(), certified),
            other => panic!("nobody looks at common_effect.{other}"),
        }
    }
}

/// The fields that a common effect and a random one share: the pooled effect with its normal test and interval.
fn normal(scores: &mut Scores, at: &At<'_>, pooled: &Pooled<AnyMeasure>, field: &str, certified: &Value) -> bool {
    let analysis = pooled.analysis();
    let interval = analysis.interval.expect("a normal interval");
    let test = pooled.test().expect("a normal test");
    match field {
        "estimate" => at.optional(scores, Kind::Estimate, field, Some(analysis.estimate), certified),
        "se" => at.optional(scores, Kind::StdError, field, analysis.std_error, certified),
        // A statistic of an estimate near 0 has no more digits than that estimate relative to its standard error.
        "z" => {
            let z = certified.as_f64().expect("a statistic");
            let scale = At { case: at.case, path: at.path.clone(), std_error: 1.0 };
            scale.score(scores, Kind::Estimate, field, test.statistic, z);
        }
        "ci_lb" => at.optional(scores, Kind::Limit, field, Some(interval.lower), certified),
        "ci_ub" => at.optional(scores, Kind::Limit, field, Some(interval.upper), certified),
        "p" => {
            let path: Vec<&str> = at.path.split('.').collect();
            let path: Vec<&str> = match path[..] {
                ["common"] => vec!["common_effect", "p"],
                _ => vec!["random_effects", path[0], "p"],
            };
            p_value(scores, at, &path, test.p_value(), test.log_p_value(), certified);
        }
        _ => return false,
    }
    true
}

/// p-values down to 1e-300 as they are, below that by their logarithm.
fn p_value(scores: &mut Scores, at: &At<'_>, path: &[&str], p: f64, log_p: f64, certified: &Value) {
    let certified = certified.as_f64().expect("a p-value");
    if certified >= 1e-300 {
        at.score(scores, Kind::PValue, path[path.len() - 1], p, certified);
        // The logarithm must agree, too.
        let scale = At { case: at.case, path: at.path.clone(), std_error: 0.0 };
        if certified < 0.9 {
            scale.score(scores, Kind::LogP, "log p", log_p, certified.ln());
        }
        return;
    }
    let file = json(include_str!("../fixtures/pooling-log-p.json"));
    let row = file["rows"].as_array().expect("rows").iter().find(|row| {
        let same = row["path"]
            .as_array()
            .expect("a path")
            .iter()
            .map(|x| x.as_str().expect("a name"))
            .eq(path.iter().copied());
        row["case"] == at.case.name && same
    });
    let row = row.unwrap_or_else(|| panic!("{} {path:?} has no log p", at.case.name));
    at.score(scores, Kind::LogP, "log p", log_p, row["log"].as_f64().expect("a logarithm"));
}

fn i2(scores: &mut Scores, at: &At<'_>, field: &str, computed: Option<f64>, certified: &Value) {
    match (computed, certified.as_f64()) {
        // I² is compared on its own scale, where 1 is large.
        (Some(computed), Some(certified)) => {
            let floor = floor(at.case.name, Kind::Tau2).unwrap_or(Kind::Tau2.floor());
            let what = format!("{} {}.{field}", at.case.name, at.path);
            let group = at.case.group;
            scores.add(&Scored { kind: Kind::Tau2, group, what: &what, computed, certified, scale: 1.0, floor });
        }
        (None, None) => {}
        (computed, _) => scores.fail(format!("{} {}.{field}: {computed:?} for {certified}", at.case.name, at.path)),
    }
}

fn random_effects(scores: &mut Scores, case: &Case<'_>, expected: &Value) {
    let Some(estimators) = expected.as_object() else {
        // One study: the model answers without τ².
        let pooled = RandomEffects::default().pool(&case.studies).expect("one study");
        assert_eq!(pooled.heterogeneity().tau2(), None, "{}: one study has no tau2", case.name);
        return;
    };
    for (name, expected) in estimators {
        random_effects_with(scores, case, name, &*estimator(name), expected);
    }
}

/// The estimators by the names of the file; any other fails.
fn estimator(name: &str) -> Box<dyn Tau2Estimator> {
    match name {
        "GENQ_SQRT" => Box::new(GeneralisedQ::new(QWeights::InverseStdError)),
        "GENQM_INV" => Box::new(MedianUnbiasedGeneralisedQ::new(QWeights::InverseVariance)),
        "GENQM_SQRT" => Box::new(MedianUnbiasedGeneralisedQ::new(QWeights::InverseStdError)),
        name => Box::new(name.parse::<Tau2Method>().expect("an estimator")),
    }
}

fn random_effects_with(
    scores: &mut Scores,
    case: &Case<'_>,
    name: &str,
    estimator: &dyn Tau2Estimator,
    expected: &Value,
) {
    let std_error = expected["se"].as_f64().expect("a standard error");
    let at = At { case, path: name.to_owned(), std_error };
    let model = RandomEffects::new(estimator);
    let pooled = match model.pool(&case.studies) {
        Ok(pooled) => pooled,
        Err(error) => return scores.fail(format!("{} {name}: {error}", case.name)),
    };
    let h: &Heterogeneity = pooled.heterogeneity();
    let hartung_knapp = model.with_inference(Inference::HartungKnapp).pool(&case.studies).expect("the same studies");
    for (field, certified) in expected.as_object().expect("an object") {
        if normal(scores, &at, &pooled, field, certified) {
            continue;
        }
        match field.as_str() {
            "tau2" => at.optional(scores, Kind::Tau2, field, h.tau2(), certified),
            // The estimate is this, or 0.
            "tau2_untruncated" => {
                let untruncated = certified.as_f64().expect("a number");
                assert_eq!(h.tau2() == Some(0.0), untruncated <= 0.0, "{} {name}: truncation", case.name);
            }
            "se_tau2" => at.optional(scores, Kind::Tau2StdError, field, h.tau2_std_error(), certified),
            "I2" => i2(scores, &at, field, h.i2_from_tau2(), certified),
            "H2" => at.optional(scores, Kind::Tau2, field, h.h2_from_tau2(), certified),
            "loglik" => {
                let best = modes(case, name).into_iter().map(|(_, height)| height).fold(f64::NEG_INFINITY, f64::max);
                at.optional(scores, Kind::LogLikelihood, field, Some(best), certified);
            }
            "local_maxima" => local_maxima(scores, &at, name, certified),
            "hksj" => hksj(scores, &at, &hartung_knapp, certified),
            "prediction" => prediction(scores, &at, &pooled, certified),
            other => panic!("nobody looks at random_effects.{other}"),
        }
    }
}

fn modes(case: &Case<'_>, name: &str) -> Vec<(f64, f64)> {
    let evidence = case.studies.evidence();
    let modes = match name {
        "REML" => Reml.modes(&evidence),
        "ML" => MaximumLikelihood.modes(&evidence),
        other => panic!("{other} has no likelihood"),
    };
    modes.expect("modes").into_iter().map(|mode| (mode.tau2, mode.log_likelihood)).collect()
}

fn local_maxima(scores: &mut Scores, at: &At<'_>, name: &str, certified: &Value) {
    let (modes, certified) = (modes(at.case, name), certified.as_array().expect("a list"));
    if modes.len() != certified.len() {
        return scores.fail(format!("{}: modes {modes:?}, certified {certified:?}", at.case.name));
    }
    for ((tau2, height), certified) in modes.into_iter().zip(certified) {
        at.optional(scores, Kind::Tau2, "mode", Some(tau2), &certified["tau2"]);
        at.optional(scores, Kind::LogLikelihood, "mode", Some(height), &certified["loglik"]);
    }
}

fn hksj(scores: &mut Scores, at: &At<'_>, pooled: &Pooled<AnyMeasure>, expected: &Value) {
    let certified_se = expected["se"].as_f64().expect("a standard error");
    let analysis = pooled.analysis();
    if certified_se == 0.0 {
        assert_eq!((analysis.std_error, analysis.interval), (None, None), "{}: equal effects", at.case.name);
        return;
    }
    let at = At { case: at.case, path: format!("{}.hksj", at.path), std_error: certified_se };
    let (interval, test) = (analysis.interval, pooled.test());
    for (field, certified) in expected.as_object().expect("an object") {
        match field.as_str() {
            "se" => at.optional(scores, Kind::StdError, field, analysis.std_error, certified),
            "t" => {
                let scale = At { case: at.case, path: at.path.clone(), std_error: 1.0 };
                scale.optional(scores, Kind::Estimate, field, test.map(|test| test.statistic), certified);
            }
            "p" => at.optional(scores, Kind::PValue, field, test.map(|test| test.p_value()), certified),
            "ci_lb" => at.optional(scores, Kind::Limit, field, interval.map(|i| i.lower), certified),
            "ci_ub" => at.optional(scores, Kind::Limit, field, interval.map(|i| i.upper), certified),
            other => panic!("nobody looks at hksj.{other}"),
        }
    }
}

fn prediction(scores: &mut Scores, at: &At<'_>, pooled: &Pooled<AnyMeasure>, expected: &Value) {
    let at =
        At { case: at.case, path: format!("{}.prediction", at.path), std_error: expected["se"].as_f64().expect("se") };
    let computed = pooled.prediction().map(|prediction| prediction.analysis);
    for (field, certified) in expected.as_object().expect("an object") {
        match field.as_str() {
            "se" => {
                let tau2 = pooled.heterogeneity().tau2().expect("tau2");
                let std_error = pooled.classic_std_error().hypot(tau2.sqrt());
                at.optional(scores, Kind::StdError, field, Some(std_error), certified);
            }
            "t_k_minus_2" => limits(scores, &at, field, computed, certified),
            // Other degrees of freedom come with the other prediction intervals.
            "z" | "t_k_minus_1" => {}
            other => panic!("nobody looks at prediction.{other}"),
        }
    }
}

fn limits(scores: &mut Scores, at: &At<'_>, field: &str, computed: Option<Interval>, certified: &Value) {
    at.optional(scores, Kind::Limit, field, computed.map(|i| i.lower), &certified[0]);
    at.optional(scores, Kind::Limit, field, computed.map(|i| i.upper), &certified[1]);
}

fn tau2_interval(scores: &mut Scores, case: &Case<'_>, expected: &Value) {
    let Some(intervals) = expected.as_object() else { return };
    for (name, expected) in intervals {
        let at = At { case, path: name.clone(), std_error: f64::NAN };
        if expected.is_null() {
            assert!(case.studies.k() > 66, "{} {name} is missing", case.name);
            continue;
        }
        let evidence = case.studies.evidence();
        let interval = match name.as_str() {
            "q_profile" => evidence.q_profile(Level::P95),
            // Given for up to 66 studies.
            "generalised_q_inv" => evidence.generalised_q_interval(QWeights::InverseVariance, Level::P95),
            "generalised_q_sqrt" => evidence.generalised_q_interval(QWeights::InverseStdError, Level::P95),
            "profile_ml" => MaximumLikelihood.profile_interval(&evidence, Level::P95),
            "profile_reml" => Reml.profile_interval(&evidence, Level::P95),
            other => panic!("nobody looks at {other}"),
        };
        let interval = match interval {
            Ok(interval) => interval,
            Err(error) => {
                scores.fail(format!("{} {name}: {error}", case.name));
                continue;
            }
        };
        let (limits, i2s, h2s) = (interval.limits(), interval.i2(), interval.h2());
        for (field, certified) in expected.as_object().expect("an object") {
            match field.as_str() {
                "empty" => assert_eq!(interval.is_empty(), certified == &Value::Bool(true), "{}: empty", case.name),
                "lb_at_zero" => {
                    assert_eq!(interval.lower_is_at_zero(), certified == &Value::Bool(true), "{}", case.name);
                }
                "lb" => at.optional(scores, Kind::Tau2Limit, field, limits.map(|l| l.lower), certified),
                "ub" => at.optional(scores, Kind::Tau2Limit, field, limits.map(|l| l.upper), certified),
                "I2_lb" => i2(scores, &at, field, i2s.map(|l| l.lower), certified),
                "I2_ub" => i2(scores, &at, field, i2s.map(|l| l.upper), certified),
                "H2_lb" => at.optional(scores, Kind::Tau2Limit, field, h2s.map(|l| l.lower), certified),
                "H2_ub" => at.optional(scores, Kind::Tau2Limit, field, h2s.map(|l| l.upper), certified),
                "pieces" => {
                    assert_eq!(Some(interval.pieces() as u64), certified.as_u64(), "{} {name}: pieces", case.name);
                }
                // The pieces without the estimate are counted, not listed.
                "all_pieces" => assert!(interval.pieces() > 1, "{} {name}: several pieces", case.name),
                other => panic!("nobody looks at {name}.{other}"),
            }
        }
    }
}
