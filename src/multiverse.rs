//! Every estimator with every inference, on the same studies: does the answer hang on the choice?

use std::fmt;

use crate::error::Error;
use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::{CommonEffect, Pool, Pooled, RandomEffects};
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::Tau2Method;

/// One analysis of a [`multiverse`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MultiverseRow<M, F = f64> {
    /// The estimator of τ²; `None` for a common effect.
    pub tau2: Option<Tau2Method>,
    /// How uncertainty is expressed.
    pub inference: Inference,
    /// The prediction interval that belongs to that inference.
    pub prediction: PredictionMethod,
    /// The answer, or why there is none.
    pub result: Result<Pooled<M, F>, Error>,
}

/// The rows of a [`multiverse`]; prints as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Multiverse<M, F = f64>(Vec<MultiverseRow<M, F>>);

/// Pools the studies by the common effect and by every [`Tau2Method`] with every [`Inference`], each with the prediction
/// interval on its own standard error.
///
/// A conclusion that holds in all rows does not hang on the choice of method; one that does not should say which.
///
/// ```
/// use meta_analysis::{Level, MeanDifference, Studies, multiverse};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let multiverse = multiverse(&studies, Level::P95);
/// println!("{multiverse}");
/// let significant = multiverse.rows().iter().filter_map(|row| row.result.as_ref().ok()?.test());
/// assert!(significant.clone().any(|test| test.p_value() < 0.05) && significant.clone().any(|test| test.p_value() > 0.05));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[must_use]
pub fn multiverse<M: Measure, F: Real>(studies: &Studies<M, F>, level: Level) -> Multiverse<M, F> {
    let mut rows = Vec::new();
    for inference in Inference::ALL.iter().copied().filter(|&inference| inference != Inference::KenwardRoger) {
        let result = CommonEffect::new().with_inference(inference).with_level(level).pool(studies);
        rows.push(MultiverseRow { tau2: None, inference, prediction: prediction_of(inference), result });
    }
    for &method in Tau2Method::ALL {
        for &inference in Inference::ALL {
            let prediction = prediction_of(inference);
            let model = RandomEffects::new(method).with_inference(inference).with_prediction(prediction);
            let result = model.with_level(level).pool(studies);
            rows.push(MultiverseRow { tau2: Some(method), inference, prediction, result });
        }
    }
    Multiverse(rows)
}

/// The prediction interval with k - 2 degrees of freedom, or one less than the mean's, on the standard error of an inference.
const fn prediction_of(inference: Inference) -> PredictionMethod {
    match inference {
        Inference::HartungKnapp => PredictionMethod::HartungKnappPartlettRiley,
        Inference::HartungKnappFloored => PredictionMethod::HartungKnappFlooredPartlettRiley,
        Inference::KenwardRoger => PredictionMethod::KenwardRogerPartlettRiley,
        _ => PredictionMethod::HigginsThompsonSpiegelhalter,
    }
}

impl<M, F> Multiverse<M, F> {
    /// The rows: first the common effect, then the estimators in the order of [`Tau2Method::ALL`].
    #[must_use]
    pub fn rows(&self) -> &[MultiverseRow<M, F>] {
        &self.0
    }
}

impl<M: Measure, F: Real> fmt::Display for Multiverse<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(
            f,
            "{:<30} {:<27} {:>9} {:>18} {:>7} {:>18} {:>9}",
            "estimator", "inference", "estimate", "interval", "p", "prediction", "tau2"
        )?;
        self.0.iter().try_for_each(|row| {
            let name = row.tau2.map_or_else(|| "(common effect)".into(), |method| method.to_string());
            write!(f, "\n{name:<30} {:<27}", row.inference.to_string())?;
            let pooled = match &row.result {
                Ok(pooled) => pooled,
                Err(error) => return write!(f, "  {error}"),
            };
            let natural = pooled.natural();
            let shown = |interval: Option<crate::interval::Interval<F>>| {
                interval.map_or_else(|| "undefined".into(), |interval| format!("{interval:.decimals$}"))
            };
            let p = pooled.test().map_or_else(|| "-".into(), |test| format!("{:.4}", test.p_value()));
            let tau2 = pooled.heterogeneity().tau2().map_or_else(|| "-".into(), |tau2| format!("{tau2:.4}"));
            let prediction = pooled.prediction().map(|prediction| prediction.natural);
            write!(
                f,
                " {:>9.decimals$} {:>18} {p:>7} {:>18} {tau2:>9}",
                natural.estimate,
                shown(natural.interval),
                shown(prediction)
            )
        })
    }
}
