//! Effects of events at a baseline risk.

use super::converted;
use crate::baseline_risk::BaselineRisk;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::{HazardRatio, Measure, OddsRatio, RiskDifference, RiskRatio};

/// Risk ratio that an odds ratio amounts to at a baseline risk.
///
/// # Formula
/// ```text
/// ln RR = y - ln (1 - p + p θ)        v(ln RR) = v ((1 - p) / (1 - p + p θ))²        θ = exp y
/// ```
/// (Zhang & Yu 1998; the variance by the delta method, with the baseline risk p taken as known). For a pooled result
/// with its interval, see [`Pooled::absolute`](crate::Pooled::absolute).
///
/// # Scale
/// In: log odds ratios. Out: log risk ratios.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the variance is 0 in floating point.
///
/// # Example
/// ```
/// use meta_analysis::{BaselineRisk, Effect, EffectSize, OddsRatio, RiskRatioFromOddsRatio};
///
/// let odds_ratio = Effect::from_analysis(OddsRatio, -1.0, 0.1)?;
/// let effect = RiskRatioFromOddsRatio(BaselineRisk::new(0.1)?).effect(&odds_ratio)?;
/// assert_eq!(format!("{:.4}", effect.natural()), "0.3927");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "lnortorr")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskRatioFromOddsRatio(pub BaselineRisk);

/// Risk difference that an odds ratio amounts to at a baseline risk.
///
/// # Formula
/// ```text
/// RD = p1 - p        v(RD) = v (p1 (1 - p1))²        p1 = p θ / (1 - p + p θ), θ = exp y
/// ```
/// (variance by the delta method, with the baseline risk p taken as known).
///
/// # Scale
/// In: log odds ratios. Out: a difference of risks.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the variance is 0 in floating point.
///
/// # Example
/// ```
/// use meta_analysis::{BaselineRisk, Effect, EffectSize, OddsRatio, RiskDifferenceFromOddsRatio};
///
/// let odds_ratio = Effect::from_analysis(OddsRatio, -1.0, 0.1)?;
/// let effect = RiskDifferenceFromOddsRatio(BaselineRisk::new(0.1)?).effect(&odds_ratio)?;
/// assert_eq!(format!("{:.4}", effect.y()), "-0.0607");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "lnortord")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskDifferenceFromOddsRatio(pub BaselineRisk);

/// Odds ratio that a risk ratio amounts to at a baseline risk: the inverse of [`RiskRatioFromOddsRatio`].
///
/// # Formula
/// ```text
/// ln OR = y + ln (1 - p) - ln (1 - p1)        v(ln OR) = v / (1 - p1)²        p1 = p exp y
/// ```
///
/// # Scale
/// In: log risk ratios. Out: log odds ratios.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) if the risk ratio takes the risk to 1 or beyond;
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{BaselineRisk, Effect, EffectSize, OddsRatioFromRiskRatio, RiskRatio};
///
/// let risk_ratio = Effect::from_analysis(RiskRatio, 2.0_f64.ln(), 0.1)?;
/// let effect = OddsRatioFromRiskRatio(BaselineRisk::new(0.2)?).effect(&risk_ratio)?;
/// assert_eq!(format!("{:.4}", effect.natural()), "2.6667");                         // (0.4/0.6) / (0.2/0.8)
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OddsRatioFromRiskRatio(pub BaselineRisk);

/// Risk difference that a risk ratio amounts to at a baseline risk.
///
/// # Formula
/// ```text
/// RD = p (exp y - 1)        v(RD) = v (p exp y)²
/// ```
///
/// # Scale
/// In: log risk ratios. Out: a difference of risks.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) if the risk ratio takes the risk beyond 1;
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the variance is 0 in floating point.
///
/// # Example
/// ```
/// use meta_analysis::{BaselineRisk, Effect, EffectSize, RiskDifferenceFromRiskRatio, RiskRatio};
///
/// let risk_ratio = Effect::from_analysis(RiskRatio, 0.92_f64.ln(), 0.01)?;
/// let effect = RiskDifferenceFromRiskRatio(BaselineRisk::new(0.3)?).effect(&risk_ratio)?;
/// assert_eq!(format!("{:.3}", effect.y()), "-0.024");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskDifferenceFromRiskRatio(pub BaselineRisk);

/// Risk ratio that a hazard ratio amounts to at the time at which the baseline risk is that given.
///
/// # Formula
/// ```text
/// RR = (1 - S^θ) / (1 - S)        v(ln RR) = v (θ S^θ ln S / (1 - S^θ))²        S = 1 - p, θ = exp y
/// ```
/// (proportional hazards; the variance by the delta method, with the baseline risk p taken as known).
///
/// # Scale
/// In: log hazard ratios. Out: log risk ratios.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number, or its variance 0 in floating
/// point.
///
/// # Example
/// ```
/// use meta_analysis::{BaselineRisk, Effect, EffectSize, HazardRatio, RiskRatioFromHazardRatio};
///
/// let hazard_ratio = Effect::from_analysis(HazardRatio, 0.5_f64.ln(), 0.04)?;
/// let effect = RiskRatioFromHazardRatio(BaselineRisk::from_survival(0.64)?).effect(&hazard_ratio)?;
/// assert_eq!(format!("{:.4}", effect.natural()), "0.5556");                        // (1 - 0.8) / (1 - 0.64)
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskRatioFromHazardRatio(pub BaselineRisk);

impl EffectSize<Effect<OddsRatio>> for RiskRatioFromOddsRatio {
    type Measure = RiskRatio;

    fn effect(&self, effect: &Effect<OddsRatio>) -> Result<Effect<RiskRatio>, Error> {
        let (y, slope) = self.0.risk_ratio_of_odds_ratio(effect.y());
        converted(effect, RiskRatio, y, effect.v() * slope * slope)
    }
}

impl EffectSize<Effect<OddsRatio>> for RiskDifferenceFromOddsRatio {
    type Measure = RiskDifference;

    fn effect(&self, effect: &Effect<OddsRatio>) -> Result<Effect<RiskDifference>, Error> {
        let (ln_ratio, slope) = self.0.risk_ratio_of_odds_ratio(effect.y());
        // p1 (1 - p1): the slope is 1 - p1.
        let slope = self.0.get() * ln_ratio.exp() * slope;
        let change = self.0.change_by_odds_ratio(effect.y());
        converted(effect, RiskDifference, change, effect.v() * slope * slope)
    }
}

impl EffectSize<Effect<RiskRatio>> for OddsRatioFromRiskRatio {
    type Measure = OddsRatio;

    fn effect(&self, effect: &Effect<RiskRatio>) -> Result<Effect<OddsRatio>, Error> {
        let change = self.0.change_by_risk_ratio(effect.y());
        // (1 - p1) / (1 - p).
        let relative = -change / self.0.survival();
        if relative <= -1.0 {
            return Err(beyond_one(OddsRatio));
        }
        let rest = self.0.survival() - change;
        converted(effect, OddsRatio, effect.y() - relative.ln_1p(), effect.v() / rest / rest)
    }
}

impl EffectSize<Effect<RiskRatio>> for RiskDifferenceFromRiskRatio {
    type Measure = RiskDifference;

    fn effect(&self, effect: &Effect<RiskRatio>) -> Result<Effect<RiskDifference>, Error> {
        let change = self.0.change_by_risk_ratio(effect.y());
        if change > self.0.survival() {
            return Err(beyond_one(RiskDifference));
        }
        let risk = self.0.get() * effect.y().exp();
        converted(effect, RiskDifference, change, effect.v() * risk * risk)
    }
}

impl EffectSize<Effect<HazardRatio>> for RiskRatioFromHazardRatio {
    type Measure = RiskRatio;

    fn effect(&self, effect: &Effect<HazardRatio>) -> Result<Effect<RiskRatio>, Error> {
        let baseline = self.0;
        // θ Λ with the cumulative hazard Λ = -ln S of the baseline: 1 - S^θ = 1 - exp (-θ Λ).
        let hazard = effect.y().exp() * baseline.cumulative_hazard();
        let risk = -(-hazard).exp_m1();
        let slope = hazard / hazard.exp_m1();
        // The change of the risk keeps the digits of a small effect.
        let relative = baseline.change_by_hazard_ratio(effect.y()) / baseline.get();
        let y = if relative.abs() < 0.5 { relative.ln_1p() } else { (risk / baseline.get()).ln() };
        converted(effect, RiskRatio, y, effect.v() * slope * slope)
    }
}

fn beyond_one<M: Measure>(measure: M) -> Error {
    let reason = "at this baseline risk the risk ratio takes the risk beyond 1";
    ErrorKind::NotEstimable { measure: measure.label(), reason }.into()
}
