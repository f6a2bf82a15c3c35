//! Effects of partial and semi-partial correlations.

use super::correlation::{INFINITE_Z, PERFECT, square};
use super::over_the_set::{in_range, not_estimable, over_the_set, weighted_mean};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::{
    EvaluatedAt, PartialCorrelationCoefficient, PartialFisherZ, SemipartialCorrelationCoefficient, SemipartialFisherZ,
};
use crate::summary::{PartialCorrelation, SemipartialCorrelation, float};

const NO_RESIDUAL: &str = "its variance needs more observations than predictors";
const NO_RESIDUAL_Z: &str = "its variance needs at least 3 observations more than predictors";

/// The partial correlation as it is.
///
/// [`PartialFisherZ`](crate::PartialFisherZ) has the more nearly normal estimate.
///
/// # Formula
/// ```text
/// y = r        v = (1 - r²)² / (n - m)
/// ```
/// with m predictors, the one of interest included (Aloe & Thompson 2013).
///
/// # Scale
/// -1 to 1 on both scales.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) unless there are more observations than predictors, and for a
/// correlation of 1 or -1 where its variance is 0.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, PartialCorrelation, RawPartialCorrelation};
///
/// let effect = RawPartialCorrelation::new().effect(&PartialCorrelation::from_t(4.61, 218, 4)?)?;
/// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "0.3012 0.003863");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "PCOR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RawPartialCorrelation {
    variance_at: EvaluatedAt,
}

impl RawPartialCorrelation {
    /// The partial correlation with the variance at its own value.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance_at: EvaluatedAt::Own }
    }

    /// The same with the variance formula evaluated elsewhere.
    #[must_use]
    pub const fn with_variance_at(self, variance_at: EvaluatedAt) -> Self {
        Self { variance_at }
    }

    fn mean(self, data: &[&PartialCorrelation]) -> f64 {
        weighted_mean(data.iter().map(|study| (float(study.n()), study.r()))).unwrap_or(0.0)
    }

    fn in_set(self, study: &PartialCorrelation, mean: f64) -> Result<Effect<PartialCorrelationCoefficient>, Error> {
        if study.n() <= study.predictors() {
            return not_estimable(PartialCorrelationCoefficient, NO_RESIDUAL);
        }
        let at = if self.variance_at == EvaluatedAt::Mean { mean } else { study.r() };
        let v = square((1.0 - at) * (1.0 + at)) / float(study.n() - study.predictors());
        if v == 0.0 {
            return not_estimable(PartialCorrelationCoefficient, PERFECT);
        }
        in_range(PartialCorrelationCoefficient, study.r(), v)
    }
}

impl EffectSize<PartialCorrelation> for RawPartialCorrelation {
    type Measure = PartialCorrelationCoefficient;

    over_the_set!(PartialCorrelation, mean, in_set);
}

impl EffectSize<PartialCorrelation> for PartialFisherZ {
    type Measure = Self;

    fn effect(&self, study: &PartialCorrelation) -> Result<Effect<Self>, Error> {
        let spent = study.predictors().saturating_add(2);
        if study.n() <= spent {
            return not_estimable(*self, NO_RESIDUAL_Z);
        }
        if study.r().abs() == 1.0 {
            return not_estimable(*self, INFINITE_Z);
        }
        in_range(*self, study.r().atanh(), float(study.n() - spent).recip())
    }
}

/// The semi-partial correlation as it is.
///
/// # Formula
/// ```text
/// y = r        v = ((1 - R²)² + D (1 - D)) / n        D = R² - r²
/// ```
/// which is (R⁴ - 2 R² + D + 1 - D²) / n of Aloe & Becker (2012), written as a sum of what is not negative. D is the R²
/// of the other predictors.
///
/// # Scale
/// -1 to 1 on both scales.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for no observations, and for a correlation of 1 or -1.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, RawSemipartialCorrelation, SemipartialCorrelation};
///
/// let effect = RawSemipartialCorrelation::new().effect(&SemipartialCorrelation::from_t(4.61, 0.24, 218, 4)?)?;
/// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "0.2754 0.003279");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SPCOR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RawSemipartialCorrelation {
    variance_at: EvaluatedAt,
}

impl RawSemipartialCorrelation {
    /// The semi-partial correlation with the variance at its own value.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance_at: EvaluatedAt::Own }
    }

    /// The same with r in the variance formula from elsewhere; R² stays the study's own.
    #[must_use]
    pub const fn with_variance_at(self, variance_at: EvaluatedAt) -> Self {
        Self { variance_at }
    }

    fn mean(self, data: &[&SemipartialCorrelation]) -> f64 {
        weighted_mean(data.iter().map(|study| (float(study.n()), study.r()))).unwrap_or(0.0)
    }

    fn in_set(
        self,
        study: &SemipartialCorrelation,
        mean: f64,
    ) -> Result<Effect<SemipartialCorrelationCoefficient>, Error> {
        let measure = SemipartialCorrelationCoefficient;
        let v = semipartial_variance(study, if self.variance_at == EvaluatedAt::Mean { mean } else { study.r() });
        match v {
            Ok(v) => in_range(measure, study.r(), v),
            Err(reason) => not_estimable(measure, reason),
        }
    }
}

impl EffectSize<SemipartialCorrelation> for RawSemipartialCorrelation {
    type Measure = SemipartialCorrelationCoefficient;

    over_the_set!(SemipartialCorrelation, mean, in_set);
}

impl EffectSize<SemipartialCorrelation> for SemipartialFisherZ {
    type Measure = Self;

    fn effect(&self, study: &SemipartialCorrelation) -> Result<Effect<Self>, Error> {
        let r = study.r();
        if r.abs() == 1.0 {
            return not_estimable(*self, INFINITE_Z);
        }
        match semipartial_variance(study, r) {
            Ok(v) => in_range(*self, r.atanh(), v / square((1.0 - r) * (1.0 + r))),
            Err(reason) => not_estimable(*self, reason),
        }
    }
}

fn semipartial_variance(study: &SemipartialCorrelation, r: f64) -> Result<f64, &'static str> {
    if study.n() <= study.predictors() {
        return Err(NO_RESIDUAL);
    }
    // A mean of other studies may exceed this study's R².
    let others = study.r2() - r * r;
    let v = (square(1.0 - study.r2()) + others * (1.0 - others)) / float(study.n());
    if v > 0.0 { Ok(v) } else { Err("its variance is not positive by this formula") }
}
