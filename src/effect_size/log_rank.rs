//! Hazard ratios from log-rank tests.

use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::HazardRatio;
use crate::summary::LogRank;

/// Peto's one step: y = (O - E) / V, v = 1 / V (Yusuf et al. 1985). Good for hazard ratios that are not far from 1.
impl EffectSize<LogRank> for HazardRatio {
    type Measure = Self;

    fn effect(&self, study: &LogRank) -> Result<Effect<Self>, Error> {
        let v = study.variance().recip();
        let y = study.observed_minus_expected() / study.variance();
        if !(y.is_finite() && v.is_finite() && v > 0.0) {
            return Err(ErrorKind::OutOfRange { quantity: "the effect or its variance" }.into());
        }
        Effect::from_analysis(*self, y, v)
    }
}
