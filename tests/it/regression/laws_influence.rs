//! The influence of studies on a regression: without moderators that on the mean, and in any coordinates the same.

use meta_analysis::sensitivity::{baujat, blup, influence, residuals};
use meta_analysis::{
    Coding, CommonEffect, Design, Inference, MeanDifference, MetaRegression, Pool, Pooled, RandomEffects, Studies,
    Tau2Estimator, Tau2Method,
};
use proptest::prelude::*;

use super::laws::{both, moderated, near};
use crate::strategies::{ordinary, studies};

type Data = Studies<MeanDifference>;

/// The regression on an intercept says of each study what the pooled analysis says.
fn same_as_pooling<T: Tau2Estimator>(
    regression: &MetaRegression<T>,
    model: &impl Pool<Data, Output = Pooled<MeanDifference>>,
    data: &Data,
) -> Result<(), TestCaseError> {
    let design = Design::new();
    let (new, old) = (regression.influence(data, &design).expect("rows"), influence(model, data).expect("rows"));
    let scale = data.v().iter().copied().fold(f64::INFINITY, f64::min);
    for (a, b) in new.rows().iter().zip(old.rows()) {
        let text = format!("{a:?}\n{b:?}");
        prop_assert_eq!(&a.label, &b.label);
        prop_assert!(both(a.studentised, b.studentised, 1e-3, 1e-8), "studentised: {text}");
        prop_assert!(both(a.dffits, b.dffits, 1e-3, 1e-8), "DFFITS: {text}");
        prop_assert!(both(a.cooks_distance, b.cooks_distance, 1e-4, 1e-8), "Cook: {text}");
        prop_assert!(both(a.covariance_ratio, b.covariance_ratio, 1e-3, 1e-8), "covariance ratio: {text}");
        prop_assert!(both(a.tau2_deleted, b.tau2_deleted, scale, 1e-8), "tau2: {text}");
        prop_assert!(both(a.q_deleted, b.q_deleted, 1e-3, 1e-8), "Q: {text}");
        prop_assert!(near(a.hat, b.hat, 0.0, 1e-8) && near(a.weight, b.weight, 0.0, 1e-8), "weights: {text}");
        prop_assert!(both(a.dfbetas.as_ref().map(|x| x[0]), b.dfbetas, 1e-3, 1e-8), "DFBETAS: {text}");
    }
    let fit = regression.fit(data, &design).expect("a fit");
    for (a, b) in fit.blups().expect("rows").rows().iter().zip(blup(model, data).expect("rows").rows()) {
        let se = b.std_error.unwrap_or(1.0);
        prop_assert!(near(a.effect, b.effect, se, 1e-8) && both(a.std_error, b.std_error, 0.0, 1e-8), "{a:?} {b:?}");
        let lower = |x: &meta_analysis::sensitivity::Blup| x.deviation_interval.map(|interval| interval.lower);
        prop_assert!(both(lower(a), lower(b), se, 1e-8), "{a:?} {b:?}");
    }
    let points = regression.baujat(data, &design).expect("points");
    for (a, b) in points.rows().iter().zip(baujat(model, data).expect("points").rows()) {
        prop_assert!(near(a.heterogeneity, b.heterogeneity, 1e-4, 1e-8), "{a:?} {b:?}");
        prop_assert!(both(a.influence, b.influence, 1e-4, 1e-8), "{a:?} {b:?}");
    }
    let deleted = regression.deleted_residuals(data, &design).expect("residuals");
    for (a, b) in deleted.iter().zip(residuals(model, data).expect("residuals").rows()) {
        prop_assert!(both(a.map(|a| a.std_error), b.deleted_std_error, 0.0, 1e-8), "{a:?} {b:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn without_moderators_it_is_that_on_the_mean(columns in ordinary()) {
        let data = studies(columns);
        prop_assume!(data.k() > 3);
        for inference in [Inference::Normal, Inference::StudentT, Inference::HartungKnapp, Inference::KenwardRoger] {
            let method = Tau2Method::ALL[data.k() % Tau2Method::ALL.len()];
            let (regression, model) = (MetaRegression::new(method), RandomEffects::new(method));
            same_as_pooling(&regression.with_inference(inference), &model.with_inference(inference), &data)?;
        }
        same_as_pooling(&MetaRegression::common_effect(), &CommonEffect::new(), &data)?;
    }

    #[test]
    fn coordinates_do_not_count((y, v, x, labels) in moderated(), shift in -1e2..1e2_f64, scale in 1e-2..1e2_f64) {
        let data = studies((y, v));
        let design = |x: &[f64], coding| {
            Design::new().continuous("x", x).and_then(|d| d.factor("f", &labels, coding)).expect("a design")
        };
        let moved: Vec<f64> = x.iter().map(|x| shift + scale * x).collect();
        let model = MetaRegression::new(Tau2Method::DerSimonianLaird).with_inference(Inference::HartungKnapp);
        let first = model.influence(&data, &design(&x, Coding::Treatment)).expect("rows");
        let other = model.influence(&data, &design(&moved, Coding::Helmert)).expect("rows");
        for (a, b) in first.rows().iter().zip(other.rows()) {
            prop_assert!(both(a.dffits, b.dffits, 1e-2, 1e-8), "{a:?}\n{b:?}");
            prop_assert!(both(a.cooks_distance, b.cooks_distance, 1e-3, 1e-8), "{a:?}\n{b:?}");
            prop_assert!(both(a.covariance_ratio, b.covariance_ratio, 1e-3, 1e-8), "{a:?}\n{b:?}");
            let slope = |row: &meta_analysis::StudyRegressionInfluence| row.dfbetas.as_ref().map(|x| x[1]);
            prop_assert!(both(slope(a), slope(b), 1e-2, 1e-8), "{a:?}\n{b:?}");
        }
    }
}
