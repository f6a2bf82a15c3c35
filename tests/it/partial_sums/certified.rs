//! Partial sums against certified values.

use meta_analysis::{CommonEffect, Inference, Pool, RandomEffects, Tau2Method};

use super::{first_round, second_round};
use crate::score::{Kind, Scored, Scores, floats, json};

/// The certified values of `tests/fixtures/pooling.json` (60-digit arithmetic), without exceptions.
#[test]
fn certified_values() {
    let file = json(include_str!("../../fixtures/pooling.json"));
    let mut scores = Scores::default();
    for case in file["cases"].as_array().expect("cases") {
        let text = |field: &str| case[field].as_str().expect("a text");
        let data = (floats(&case["yi"]), floats(&case["vi"]));
        let k = data.0.len();
        let machines: Vec<Vec<usize>> = (0..3).map(|m| (0..k).rev().filter(|i| i % 3 == m).collect()).collect();
        let first = first_round(&data, &machines).expect("in range");
        let typical = case["typical_variance"].as_f64().unwrap_or(0.0);
        let mut score = |kind: Kind, what: &str, computed: Option<f64>, certified: &serde_json::Value, scale: f64| {
            let (Some(computed), Some(certified)) = (computed, certified.as_f64()) else {
                assert_eq!(computed, certified.as_f64(), "{} {what}", text("name"));
                return;
            };
            let what = format!("{} {what}", text("name"));
            let floor = kind.floor();
            scores.add(&Scored { kind, group: text("group"), what: &what, computed, certified, scale, floor });
        };
        let (pooled, expected) = (CommonEffect::new().pool(&first).expect("a result"), &case["common_effect"]);
        let (x, h) = (pooled.analysis(), pooled.heterogeneity());
        let se = expected["se"].as_f64().expect("a standard error");
        score(Kind::Estimate, "common.estimate", Some(x.estimate), &expected["estimate"], se);
        score(Kind::StdError, "common.se", x.std_error, &expected["se"], 0.0);
        score(Kind::Q, "common.Q", Some(h.q()), &expected["Q"], 0.0);
        score(Kind::StdError, "common.typical", h.typical_variance(), &case["typical_variance"], 0.0);
        for (name, method) in [
            ("DL", Tau2Method::DerSimonianLaird),
            ("HE", Tau2Method::HedgesOlkin),
            ("HS", Tau2Method::HunterSchmidt),
            ("HSk", Tau2Method::HunterSchmidtSmallSample),
        ] {
            let expected = &case["random_effects"][name];
            if k == 1 {
                assert!(expected.is_null(), "one study has no tau2");
                continue;
            }
            let second = second_round(&data, &machines, &first.at(method).expect("a tau2")).expect("in range");
            let model = RandomEffects::new(method);
            let pooled = model.pool(&second).expect("a result");
            let (x, h) = (pooled.analysis(), pooled.heterogeneity());
            let se = expected["se"].as_f64().expect("a standard error");
            let scale = if expected["tau2"] == 0.0 { typical } else { 0.0 };
            score(Kind::Tau2, &format!("{name}.tau2"), h.tau2(), &expected["tau2"], scale);
            score(Kind::Estimate, &format!("{name}.estimate"), Some(x.estimate), &expected["estimate"], se);
            score(Kind::StdError, &format!("{name}.se"), x.std_error, &expected["se"], 0.0);
            let knapp = model.with_inference(Inference::HartungKnapp).pool(&second).expect("a result").analysis();
            // Without residuals it is undefined, and certified as 0.
            let of_residuals = knapp.std_error.or(Some(0.0));
            score(Kind::StdError, &format!("{name}.hksj"), of_residuals, &expected["hksj"]["se"], 0.0);
        }
    }
    scores.finish();
}
