//! A regression on an intercept alone is pooling, to the same floors of accuracy: against the certified values of
//! `tests/fixtures/pooling.json`.

use meta_analysis::{
    Design, GeneralisedQ, Inference, MeanDifference, MedianUnbiasedGeneralisedQ, MetaRegression, QWeights, Reml,
    Studies, Tau2Estimator, Tau2Method,
};
use serde_json::Value;

use crate::score::{Kind, digits, floats, json};

fn estimator(name: &str) -> Box<dyn Tau2Estimator> {
    match name {
        "GENQ_SQRT" => Box::new(GeneralisedQ::new(QWeights::InverseStdError)),
        "GENQM_INV" => Box::new(MedianUnbiasedGeneralisedQ::new(QWeights::InverseVariance)),
        "GENQM_SQRT" => Box::new(MedianUnbiasedGeneralisedQ::new(QWeights::InverseStdError)),
        name => Box::new(name.parse::<Tau2Method>().expect("an estimator")),
    }
}

/// The named exceptions of `reference.rs`.
fn floor(case: &str, kind: Kind) -> f64 {
    match case {
        "boundary-just-above" if kind == Kind::Tau2 => 7.0,
        "subnormal-variances" => kind.floor().min(12.5),
        _ => kind.floor(),
    }
}

struct Scores<'c> {
    case: &'c str,
    compared: usize,
    failures: Vec<String>,
}

impl Scores<'_> {
    fn add(&mut self, what: &str, kind: Kind, computed: Option<f64>, certified: &Value, scale: f64) {
        let certified = certified.as_f64().expect("a number");
        let found = computed.map_or(0.0, |computed| digits(computed, certified, scale));
        self.compared += 1;
        if found < floor(self.case, kind) {
            self.failures.push(format!("{} {what}: {computed:?} for {certified}, {found:.1} digits", self.case));
        }
    }
}

#[test]
fn an_intercept_alone_keeps_the_floors() {
    let file = json(include_str!("../../fixtures/pooling.json"));
    let (mut compared, mut failures) = (0, Vec::new());
    for case in file["cases"].as_array().expect("cases") {
        let Some(estimators) = case["random_effects"].as_object() else { continue };
        let (y, v) = (floats(&case["yi"]), floats(&case["vi"]));
        let studies = Studies::from_analysis(MeanDifference, y, v).expect("studies");
        let typical = case["typical_variance"].as_f64().unwrap_or(f64::NAN);
        let name = case["name"].as_str().expect("a name");
        let mut scores = Scores { case: name, compared: 0, failures: Vec::new() };
        let common = MetaRegression::common_effect().fit(&studies, &Design::new()).expect("a fit");
        let (x, expected) = (&common.coefficients()[0], &case["common_effect"]);
        let std_error = expected["se"].as_f64().expect("a number");
        scores.add("common estimate", Kind::Estimate, Some(x.estimate), &expected["estimate"], std_error);
        scores.add("common SE", Kind::StdError, x.std_error, &expected["se"], 0.0);
        scores.add("Q", Kind::Q, Some(common.residual_q()), &expected["Q"], 0.0);
        for (name, expected) in estimators {
            // Eigenvalues of a thousand studies take a minute.
            if name.starts_with("GENQM") && studies.k() > 100 {
                continue;
            }
            let model = MetaRegression::new(estimator(name));
            let fit = model.fit(&studies, &Design::new()).unwrap_or_else(|e| panic!("{}, {name}: {e}", scores.case));
            let (x, std_error) = (&fit.coefficients()[0], expected["se"].as_f64().expect("a number"));
            let tau2 = fit.tau2().map(|tau2| tau2.value);
            let scale = if expected["tau2"] == 0.0 { typical } else { 0.0 };
            scores.add(&format!("{name} tau2"), Kind::Tau2, tau2, &expected["tau2"], scale);
            scores.add(&format!("{name} estimate"), Kind::Estimate, Some(x.estimate), &expected["estimate"], std_error);
            scores.add(&format!("{name} SE"), Kind::StdError, x.std_error, &expected["se"], 0.0);
        }
        // Hartung and Knapp's errors, for the default.
        let expected = &case["random_effects"]["REML"]["hksj"];
        if expected["se"].as_f64().is_some_and(|error| error > 0.0) {
            let model = MetaRegression::new(Reml).with_inference(Inference::HartungKnapp);
            let fit = model.fit(&studies, &Design::new()).expect("a fit");
            scores.add("Hartung-Knapp SE", Kind::StdError, fit.coefficients()[0].std_error, &expected["se"], 0.0);
        }
        compared += scores.compared;
        failures.append(&mut scores.failures);
    }
    println!("{compared} certified values compared");
    assert!(failures.is_empty(), "{} below their floors:\n{}", failures.len(), failures.join("\n"));
}
