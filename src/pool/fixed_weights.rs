//! Weights that do not follow the variance between studies, with a standard error that does.

use super::common_effect::{check_some, study_notes};
use super::notes::MeanNotes;
use super::numbers::{Numbers, heterogeneity};
use super::uncertainty::Sources;
use super::{Model, Pool, Pooled};
use crate::error::{Error, ErrorKind};
use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::measure::Measure;
use crate::num::sum::Compensated;
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::{DerSimonianLaird, Tau2Estimator};

/// A weighted mean with given weights, whose standard error allows for the variance between studies.
///
/// With [`ivhet`](Self::ivhet) the weights are those of a common effect, so that small studies gain no weight when studies
/// disagree; with [`unweighted`](Self::unweighted) all studies count the same; [`new`](Self::new) takes anybody's weights,
/// such as sample sizes or scores of quality.
///
/// # Formula
/// ```text
/// μ = Σ a y / Σ a        Var = Σ a² (v + τ²) / (Σ a)²
/// ```
/// for weights a (Doi et al. 2015 for a = 1/v). Under [`HartungKnapp`](Inference::HartungKnapp) and its variants the variance is
/// multiplied by the same factor as in a [`RandomEffects`](super::RandomEffects) model, Σ w (y - m)² / (k - 1) with
/// w = 1 / (v + τ²) about their own mean m.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`with_inference`](Self::with_inference) | normal | distribution and factor on the variance | [`Inference`] |
/// | [`with_prediction`](Self::with_prediction) | t with k - 2 df | the prediction interval | [`PredictionMethod`] |
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: the analysis scale. Out: both.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies); [`LengthMismatch`](ErrorKind::LengthMismatch) unless there is a weight for every
/// study; [`OutOfRange`](ErrorKind::OutOfRange); those of the estimator.
///
/// # Example
/// ```
/// use meta_analysis::{DerSimonianLaird, FixedWeights, MeanDifference, Pool, Studies};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let pooled = FixedWeights::new(vec![2.0, 1.0, 1.0], DerSimonianLaird)?.pool(&studies)?;
/// // tau2 = 6, so that the variance is 7 (4 + 1 + 1) / 16.
/// assert_eq!(pooled.analysis().estimate, 2.5);
/// assert!((pooled.analysis().std_error.unwrap() - (7.0_f64 * 6.0 / 16.0).sqrt()).abs() < 1e-15);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FixedWeights<T = DerSimonianLaird> {
    weights: Scheme,
    tau2: T,
    inference: Inference,
    prediction: PredictionMethod,
    level: Level,
}

/// Where the weights come from.
#[derive(Clone, Debug, PartialEq)]
enum Scheme {
    InverseVariance,
    Equal,
    Given(Vec<f64>),
}

/// The same, as a result remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FixedScheme {
    InverseVariance,
    Equal,
    Given,
}

impl FixedWeights {
    /// The weights of the common effect with the τ² of DerSimonian and Laird: the IVhet model of Doi et al. (2015).
    #[doc(alias = "IVhet")]
    #[must_use]
    pub const fn ivhet() -> Self {
        Self::inverse_variance(DerSimonianLaird)
    }
}

impl<T> FixedWeights<T> {
    /// One weight for each study, in their order; they need not sum to 1.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for a weight that is not positive and finite, with the index of its study.
    pub fn new(weights: impl Into<Vec<f64>>, tau2: T) -> Result<Self, Error> {
        let weights = weights.into();
        match weights.iter().position(|weight| !(*weight > 0.0 && weight.is_finite())) {
            Some(i) => {
                let kind = ErrorKind::NotPositive { what: "weight", value: weights[i] };
                Err(Error::from(kind).in_study(i))
            }
            None => Ok(Self::with(Scheme::Given(weights), tau2)),
        }
    }

    /// The weights of the common effect, 1/v.
    #[must_use]
    pub const fn inverse_variance(tau2: T) -> Self {
        Self::with(Scheme::InverseVariance, tau2)
    }

    /// Equal weights.
    #[must_use]
    pub const fn unweighted(tau2: T) -> Self {
        Self::with(Scheme::Equal, tau2)
    }

    const fn with(weights: Scheme, tau2: T) -> Self {
        let prediction = PredictionMethod::HigginsThompsonSpiegelhalter;
        Self { weights, tau2, inference: Inference::Normal, prediction, level: Level::P95 }
    }

    /// The same with another reference distribution or factor on the variance. [`KenwardRoger`](Inference::KenwardRoger) is
    /// undefined for weights that do not follow τ².
    #[must_use]
    pub fn with_inference(self, inference: Inference) -> Self {
        Self { inference, ..self }
    }

    /// The same with another prediction interval, on this model's own standard error.
    #[must_use]
    pub fn with_prediction(self, prediction: PredictionMethod) -> Self {
        Self { prediction, ..self }
    }

    /// The same with intervals of another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }
}

impl<M: Measure, F: Real, T: Tau2Estimator<F>> Pool<Studies<M, F>> for FixedWeights<T> {
    type Output = Pooled<M, F>;

    fn pool(&self, studies: &Studies<M, F>) -> Result<Pooled<M, F>, Error> {
        check_some(studies)?;
        let (scheme, weights) = self.weights.of(studies)?;
        let evidence = studies.evidence();
        if !evidence.at_zero().q.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "Cochran's Q" }.into());
        }
        let tau2 = super::random_effects::estimate_tau2(&self.tau2, &evidence)?;
        let value = tau2.map(|tau2| tau2.value.f64());
        let (estimate, std_error) = weighted_mean(studies, &weights, value.unwrap_or(0.0));
        let kernel_tau2 = evidence.kernel().in_unit(value.unwrap_or(0.0));
        let centre = evidence.centre(kernel_tau2);
        // Not `estimated`: Kenward and Roger's error is that of weights that follow τ².
        let sources = Sources {
            evidence: &evidence,
            tau2: kernel_tau2,
            estimated: false,
            centre,
            classic: std_error,
            level: self.level,
        };
        let std_error_of_tau2 = tau2.and_then(|tau2| tau2.std_error).map(Real::f64);
        let numbers = Numbers {
            estimate,
            std_error,
            of_mean: sources.of_mean(self.inference),
            of_new_study: value.and_then(|tau2| sources.of_new_study(self.prediction, tau2.sqrt())),
            heterogeneity: heterogeneity(&evidence, evidence.at_zero().q, value, std_error_of_tau2),
        };
        let (k, model) = (studies.k(), Model::FixedWeights(scheme, super::Name::of_estimator(&self.tau2)));
        let notes = MeanNotes::new(k, self.inference, &model, &numbers, None).after(study_notes(studies));
        let Self { inference, level, .. } = *self;
        Pooled { measure: studies.measure(), model, inference, level, k, numbers, notes }.checked()
    }
}

impl Scheme {
    fn of<M: Measure, F: Real>(&self, studies: &Studies<M, F>) -> Result<(FixedScheme, Vec<f64>), Error> {
        match self {
            Self::InverseVariance => Ok((FixedScheme::InverseVariance, shares(studies, FixedScheme::InverseVariance))),
            Self::Equal => Ok((FixedScheme::Equal, shares(studies, FixedScheme::Equal))),
            Self::Given(weights) if weights.len() == studies.k() => {
                let total = weights.iter().copied().fold(0.0, f64::max);
                Ok((FixedScheme::Given, normalised(weights.iter().map(|weight| weight / total))))
            }
            Self::Given(weights) => {
                let (expected, found) = (studies.k(), weights.len());
                Err(ErrorKind::LengthMismatch { what: "weights", expected, found }.into())
            }
        }
    }
}

/// The weights of a scheme that the studies determine; they sum to 1.
pub(super) fn shares<M: Measure, F: Real>(studies: &Studies<M, F>, scheme: FixedScheme) -> Vec<f64> {
    let smallest = studies.v().iter().map(|v| v.f64()).fold(f64::INFINITY, f64::min);
    normalised(studies.v().iter().map(|v| match scheme {
        FixedScheme::InverseVariance => smallest / v.f64(),
        FixedScheme::Equal | FixedScheme::Given => 1.0,
    }))
}

fn normalised(weights: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let mut total = Compensated::default();
    weights.clone().for_each(|weight| total.add(weight));
    let total = total.total();
    weights.map(|weight| weight / total).collect()
}

/// The mean and its standard error, for weights that sum to 1. Effects as differences from the first, standard errors as
/// roots of sums of squares in units of the largest, so that nothing overflows on the way.
fn weighted_mean<M: Measure, F: Real>(studies: &Studies<M, F>, weights: &[f64], tau2: f64) -> (f64, f64) {
    let pivot = studies.y()[0].f64();
    let spread = |v: F| v.f64().sqrt().hypot(tau2.sqrt());
    let unit = studies.v().iter().map(|&v| spread(v)).fold(0.0, f64::max);
    let (mut mean, mut squares) = (Compensated::default(), Compensated::default());
    for ((&y, &v), &weight) in studies.y().iter().zip(studies.v()).zip(weights) {
        mean.add(weight * (y.f64() - pivot));
        squares.add((weight * (spread(v) / unit)).powi(2));
    }
    (pivot + mean.total(), squares.total().sqrt() * unit)
}
