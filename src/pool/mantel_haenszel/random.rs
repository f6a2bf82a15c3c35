//! Random effects with a variance between studies from the Mantel-Haenszel Q.

use super::sums::estimate;
use super::{MantelHaenszel, MantelHaenszelSums, Sums, effects, q_about};
use crate::error::{Error, ErrorKind};
use crate::inference::{Inference, PredictionMethod};
use crate::measure::RiskRatio;
use crate::pool::common_effect::InverseVariance;
use crate::pool::{Model, Pool, Pooled};

/// The random-effects model that Review Manager 5 calls "M-H, random": inverse-variance weights, with the τ² of DerSimonian
/// and Laird from Cochran's Q about the Mantel-Haenszel estimate.
///
/// Made by [`MantelHaenszel::random_effects`]. It reproduces published Cochrane reviews. For an analysis of one's own,
/// [`RandomEffects`](crate::RandomEffects) with [`Reml`](crate::Reml) is the better choice: Q about another estimate than
/// the one its expectation is derived for makes τ² a little too large.
///
/// # Formula
/// ```text
/// τ² = max(0, (Q - (k - 1)) / (Σ w - Σ w² / Σ w))        Q = Σ w (y - μ_MH)²        w = 1 / v
/// ```
/// (DerSimonian & Laird 1986; Deeks & Higgins 2010.)
///
/// # Scale
/// In: counts. Out: both scales of the measure.
///
/// # Errors
/// As for [`MantelHaenszel`]; [`NoStudies`](ErrorKind::NoStudies) also if no study has an effect.
///
/// # Example
/// ```
/// use meta_analysis::{MantelHaenszel, Pool, RiskRatio, TwoByTwo, ZeroCells};
///
/// let trials = [
///     TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274]), TwoByTwo::new([33, 72], [47, 61]),
/// ];
/// let pooled = MantelHaenszel::new(RiskRatio).random_effects().pool(&trials)?;
/// assert_eq!(format!("{pooled}").lines().next(), Some("Risk ratio, random effects (Mantel-Haenszel Q), 3 studies"));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "M-H, Random")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MantelHaenszelRandomEffects<M: MantelHaenszelSums = RiskRatio> {
    common: MantelHaenszel<M>,
    inference: Inference,
    prediction: PredictionMethod,
}

impl<M: MantelHaenszelSums> MantelHaenszel<M> {
    /// The random-effects model with the Q of this one.
    #[must_use]
    pub fn random_effects(self) -> MantelHaenszelRandomEffects<M> {
        MantelHaenszelRandomEffects {
            common: self,
            inference: Inference::Normal,
            prediction: PredictionMethod::default(),
        }
    }
}

impl<M: MantelHaenszelSums> MantelHaenszelRandomEffects<M> {
    /// The same with another reference distribution or standard error.
    #[must_use]
    pub fn with_inference(self, inference: Inference) -> Self {
        Self { inference, ..self }
    }

    /// The same with another prediction interval.
    #[must_use]
    pub fn with_prediction(self, prediction: PredictionMethod) -> Self {
        Self { prediction, ..self }
    }
}

impl<M: MantelHaenszelSums, S: AsRef<[M::Data]> + ?Sized> Pool<S> for MantelHaenszelRandomEffects<M> {
    type Output = Pooled<M>;

    fn pool(&self, data: &S) -> Result<Pooled<M>, Error> {
        let (data, MantelHaenszel { measure, rules, .. }) = (data.as_ref(), self.common);
        let Some(studies) = effects(measure, data, rules.effects)? else {
            return Err(ErrorKind::NoStudies { excluded: data.len() }.into());
        };
        let sums = Sums::of(measure, data, rules.sums)?;
        let common = estimate(measure, &sums.cells)?;
        let evidence = studies.evidence();
        let q = q_about(&evidence, Some(common));
        if !q.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "Cochran's Q" }.into());
        }
        let moment = evidence.kernel().in_user_unit((q - evidence.degrees()) / evidence.at_zero().trace());
        let mut pooled = InverseVariance {
            studies: &studies,
            evidence: &evidence,
            model: Model::MantelHaenszelRandomEffects(rules.effects),
            inference: self.inference,
            prediction: self.prediction,
            level: self.common.level,
            tau2: (studies.k() > 1).then_some(moment.max(0.0)),
            tau2_std_error: None,
            modes: None,
            mean: None,
        }
        .pooled()?;
        pooled.numbers.heterogeneity.q = q;
        Ok(pooled)
    }
}
