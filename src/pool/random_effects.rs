//! Effects that differ between studies.

use super::common_effect::{InverseVariance, check_some};
use super::{Model, Name, Pool, Pooled};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::{MeanAt, Reml, Tau2, Tau2Estimator};

/// The random-effects model: each study has an effect of its own, drawn from a distribution with mean μ and variance τ².
///
/// Any [`Tau2Estimator`] can give τ²: one of this crate's, a [`Tau2Method`](crate::Tau2Method) chosen at run time, a
/// `Box<dyn Tau2Estimator>`, or one's own.
///
/// # Formula
/// ```text
/// μ = Σ w y / Σ w        SE = (Σ w)^-½        w = 1 / (v + τ²)
/// ```
/// (DerSimonian & Laird 1986.) With one study the model goes on without τ²: the result is that study, and says so.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`new`](Self::new) | REML | the estimator of τ² | any [`Tau2Estimator`] |
/// | [`with_inference`](Self::with_inference) | normal | distribution and standard error | [`Inference`] |
/// | [`with_prediction`](Self::with_prediction) | t with k - 2 df | the prediction interval | [`PredictionMethod`] |
/// | [`with_level`](Self::with_level) | 95 % | level of all intervals | 0 < level < 1 |
///
/// # Scale
/// In: the analysis scale. Out: both; τ² is on the analysis scale squared.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies), [`OutOfRange`](ErrorKind::OutOfRange); [`InvalidTau2`](ErrorKind::InvalidTau2) and
/// errors of its own from a foreign estimator.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, Inference, Pool, RandomEffects, Reml, RiskRatio, TwoByTwo};
///
/// let trials = [
///     TwoByTwo::new([4, 119], [11, 128]),
///     TwoByTwo::new([6, 300], [29, 274]),
///     TwoByTwo::new([3, 228], [11, 209]),
///     TwoByTwo::new([62, 13_536], [248, 12_619]),
///     TwoByTwo::new([33, 5_036], [47, 5_761]),
/// ];
/// let studies = RiskRatio.studies(&trials)?;
/// let pooled = RandomEffects::new(Reml).with_inference(Inference::HartungKnapp).pool(&studies)?;
/// assert_eq!(format!("{pooled:.2}"), "\
/// Risk ratio, random effects (REML, Hartung-Knapp), 5 studies
///   estimate    0.35   95% CI 0.16 to 0.73   p = 0.017
///   prediction  0.048 to 2.53 for a new study
///   tau2 0.30   I2 (from tau2) 77%   Q(4) = 22.47, p < 0.001");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomEffects<T = Reml> {
    tau2: T,
    inference: Inference,
    prediction: PredictionMethod,
    level: Level,
}

/// The model with REML. Only for that estimator, so that `RandomEffects::default()` names it.
impl Default for RandomEffects<Reml> {
    fn default() -> Self {
        Self::new(Reml)
    }
}

impl<T> RandomEffects<T> {
    /// The model with this estimator of τ² and normal 95 % intervals.
    pub const fn new(tau2: T) -> Self {
        let prediction = PredictionMethod::HigginsThompsonSpiegelhalter;
        Self { tau2, inference: Inference::Normal, prediction, level: Level::P95 }
    }

    /// The same with another reference distribution or standard error.
    #[must_use]
    pub fn with_inference(self, inference: Inference) -> Self {
        Self { inference, ..self }
    }

    /// The same with another prediction interval.
    ///
    /// ```
    /// use meta_analysis::{Inference, MeanDifference, Pool, PredictionMethod, RandomEffects, Reml, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
    /// let model = RandomEffects::new(Reml).with_inference(Inference::HartungKnapp);
    /// let classic = model.pool(&studies)?.prediction().unwrap().analysis;
    /// let partlett_riley = PredictionMethod::HartungKnappPartlettRiley;
    /// let on_their_error = model.with_prediction(partlett_riley).pool(&studies)?.prediction().unwrap().analysis;
    /// // With equal variances both standard errors are one.
    /// assert_eq!(format!("{classic:.2}"), format!("{on_their_error:.2}"));
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn with_prediction(self, prediction: PredictionMethod) -> Self {
        Self { prediction, ..self }
    }

    /// The same with intervals of another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    pub(crate) const fn estimator(&self) -> &T {
        &self.tau2
    }

    pub(crate) const fn inference(&self) -> Inference {
        self.inference
    }

    pub(crate) const fn level(&self) -> Level {
        self.level
    }

    pub(crate) const fn prediction(&self) -> PredictionMethod {
        self.prediction
    }
}

impl<T> RandomEffects<T> {
    /// The same model with another estimator.
    pub(crate) fn with_estimator<U>(&self, tau2: U) -> RandomEffects<U> {
        RandomEffects { tau2, inference: self.inference, prediction: self.prediction, level: self.level }
    }
}

impl<M: Measure, F: Real, T: Tau2Estimator<F>> Pool<Studies<M, F>> for RandomEffects<T> {
    type Output = Pooled<M, F>;

    fn pool(&self, studies: &Studies<M, F>) -> Result<Pooled<M, F>, Error> {
        check_some(studies)?;
        let evidence = studies.evidence();
        if !evidence.at_zero().q.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "Cochran's Q" }.into());
        }
        let (tau2, mean) = estimate_tau2_and_mean(&self.tau2, &evidence)?.unzip();
        InverseVariance {
            studies,
            evidence: &evidence,
            model: Model::RandomEffects(Name::of_estimator(&self.tau2)),
            inference: self.inference,
            prediction: self.prediction,
            level: self.level,
            tau2: tau2.map(|tau2| tau2.value.f64()),
            tau2_std_error: tau2.and_then(|tau2| tau2.std_error).map(Real::f64),
            modes: tau2.and_then(|tau2| tau2.modes),
            mean: mean.flatten(),
        }
        .pooled()
    }
}

/// τ², or `None` where the estimator is undefined for one study.
pub(crate) fn estimate_tau2<F: Real, T: Tau2Estimator<F> + ?Sized>(
    estimator: &T,
    evidence: &Evidence<'_, F>,
) -> Result<Option<Tau2<F>>, Error> {
    Ok(estimate_tau2_and_mean(estimator, evidence)?.map(|(tau2, _)| tau2))
}

/// τ², and the weighted mean there if the estimator knows it.
type WithMean<F> = (Tau2<F>, Option<MeanAt>);

/// The same with the mean.
#[inline(always)]
pub(crate) fn estimate_tau2_and_mean<F: Real, T: Tau2Estimator<F> + ?Sized>(
    estimator: &T,
    evidence: &Evidence<'_, F>,
) -> Result<Option<WithMean<F>>, Error> {
    match estimator.estimate_and_mean(evidence) {
        Ok(found) if found.0.value.is_finite() && found.0.value >= F::zero() => Ok(Some(found)),
        // A foreign formula in k - 1 may be 0/0 for one study; that is the same answer.
        Ok((tau2, _)) if evidence.k() == 1 && tau2.value.is_nan() => Ok(None),
        Ok((tau2, _)) => {
            let estimator = estimator.to_string().into_boxed_str();
            Err(ErrorKind::InvalidTau2 { estimator, value: tau2.value.f64() }.into())
        }
        Err(error) if evidence.k() == 1 && matches!(error.kind(), ErrorKind::TooFewStudies { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
