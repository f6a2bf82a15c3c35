//! Effects of squared multiple correlations.

use super::correlation::square;
use super::over_the_set::{in_range, not_estimable, over_the_set, weighted_mean};
use crate::distributions::RegressionF;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::{MultipleCorrelationFisherZ, MultipleCorrelationSquared};
use crate::summary::{RSquared, float};

const NO_RESIDUAL: &str = "its variance needs at least 2 observations more than predictors";
const AT_THE_END: &str = "R² of 0 or 1 has no positive variance by this formula";
const NO_PREDICTOR: &str = "its likelihood needs at least one predictor";
const TOO_MANY: &str = "its likelihood is not evaluated for that many observations with more than 1000 predictors";

/// R² as it is.
///
/// # Formula
/// ```text
/// y = R²        v = 4 R² (1 - R²)² / n
/// ```
/// (Kendall & Stuart 1979; Olkin & Finn 1995). The variance is a named choice, see [`RSquaredVariance`].
///
/// # Scale
/// 0 to 1 on both scales.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) unless there are at least m + 2 observations for m predictors, and
/// for R² of 0 or 1 where the variance is 0.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, RSquared, RSquaredVariance, RawRSquared};
///
/// let study = RSquared::new(0.24, 218, 4)?;
/// assert_eq!(format!("{:.6}", RawRSquared::new().effect(&study)?.v()), "0.002544");
/// let likelihood = RawRSquared::new().with_variance(RSquaredVariance::Likelihood);
/// assert_eq!(format!("{:.6}", likelihood.effect(&study)?.v()), "0.002170");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "R2")]
#[doc(alias = "R2F")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RawRSquared {
    variance: RSquaredVariance,
}

/// The variance of [`RawRSquared`], for m predictors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RSquaredVariance {
    /// 4 R² (1 - R²)² / n, for random predictors.
    #[default]
    #[doc(alias = "LS")]
    LargeSample,
    /// 4 R² (1 - R²)² (n - m - 1)² / ((n² - 1)(n + 3)), to the second order (Kendall & Stuart 1979).
    #[doc(alias = "LS2")]
    SecondOrder,
    /// As `LargeSample` with the mean R² of the set of studies, weighted by n. A study alone is its own mean.
    #[doc(alias = "AV")]
    Average,
    /// As `SecondOrder` with the mean R² of the set of studies.
    #[doc(alias = "AV2")]
    AverageSecondOrder,
    /// The variance of the squared correlation under its likelihood for fixed predictors, normalised over 0 to 1: the F
    /// statistic of the regression has the non-central F distribution with non-centrality n ρ² / (1 - ρ²).
    ///
    /// Integrated to within 1e-9; for n R² above 100 000 (and above 1000 for each predictor) an expansion about its
    /// limit 2 R² (2 - R²) (1 - R²)² / n, within 1e-6, which needs at most 1000 predictors.
    #[doc(alias = "R2F")]
    Likelihood,
}

impl RawRSquared {
    /// R² with its large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: RSquaredVariance::LargeSample }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: RSquaredVariance) -> Self {
        Self { variance }
    }

    fn mean(self, data: &[&RSquared]) -> f64 {
        weighted_mean(data.iter().map(|study| (float(study.n()), study.r2()))).unwrap_or(0.0)
    }

    fn in_set(self, study: &RSquared, mean: f64) -> Result<Effect<MultipleCorrelationSquared>, Error> {
        let measure = MultipleCorrelationSquared;
        let n = float(study.n());
        let df = match residual_df(study) {
            Some(df) => df,
            None => return not_estimable(measure, NO_RESIDUAL),
        };
        let first = |r2: f64| 4.0 * r2 * square(1.0 - r2) / n;
        // The ratio to the first order: each factor near 1 for many observations.
        let second = |r2: f64| first(r2) * (df / (n - 1.0)) * (df / (n + 1.0)) * (n / (n + 3.0));
        let v = match self.variance {
            RSquaredVariance::LargeSample => first(study.r2()),
            RSquaredVariance::SecondOrder => second(study.r2()),
            RSquaredVariance::Average => first(mean),
            RSquaredVariance::AverageSecondOrder => second(mean),
            RSquaredVariance::Likelihood => match likelihood(study) {
                Ok((of_square, _)) => of_square,
                Err(reason) => return not_estimable(measure, reason),
            },
        };
        if v == 0.0 {
            return not_estimable(measure, AT_THE_END);
        }
        in_range(measure, study.r2(), v)
    }
}

impl EffectSize<RSquared> for RawRSquared {
    type Measure = MultipleCorrelationSquared;

    over_the_set!(RSquared, mean, in_set);
}

/// Fisher's z of R, the multiple correlation.
///
/// # Formula
/// ```text
/// y = atanh √R²        v = 1/n
/// ```
/// (Olkin & Finn 1995). The variance is a named choice, see [`RSquaredFisherZVariance`].
///
/// # Scale
/// Pooled as atanh R, read as R².
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) unless there are at least m + 2 observations for m predictors, and
/// for R² = 1.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, RSquared, RSquaredFisherZ};
///
/// let effect = RSquaredFisherZ::new().effect(&RSquared::new(0.24, 218, 4)?)?;
/// assert_eq!(format!("{:.4} {:.6} {:.2}", effect.y(), effect.v(), effect.natural()), "0.5359 0.004587 0.24");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "ZR2")]
#[doc(alias = "ZR2F")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RSquaredFisherZ {
    variance: RSquaredFisherZVariance,
}

/// The variance of [`RSquaredFisherZ`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RSquaredFisherZVariance {
    /// 1/n, for random predictors.
    #[default]
    #[doc(alias = "LS")]
    LargeSample,
    /// The variance of Fisher's z under the likelihood of [`RSquaredVariance::Likelihood`]; its limit for many
    /// observations is (2 - R²) / (2 n).
    #[doc(alias = "ZR2F")]
    Likelihood,
}

impl RSquaredFisherZ {
    /// Fisher's z of R with its large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: RSquaredFisherZVariance::LargeSample }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: RSquaredFisherZVariance) -> Self {
        Self { variance }
    }
}

impl EffectSize<RSquared> for RSquaredFisherZ {
    type Measure = MultipleCorrelationFisherZ;

    fn effect(&self, study: &RSquared) -> Result<Effect<Self::Measure>, Error> {
        let measure = MultipleCorrelationFisherZ;
        if residual_df(study).is_none() {
            return not_estimable(measure, NO_RESIDUAL);
        }
        if study.r2() == 1.0 {
            return not_estimable(measure, "Fisher's z of R² = 1 is infinite");
        }
        let v = match self.variance {
            RSquaredFisherZVariance::LargeSample => float(study.n()).recip(),
            RSquaredFisherZVariance::Likelihood => match likelihood(study) {
                Ok((_, of_z)) => of_z,
                Err(reason) => return not_estimable(measure, reason),
            },
        };
        in_range(measure, study.r2().sqrt().atanh(), v)
    }
}

/// n - m - 1, if positive.
fn residual_df(study: &RSquared) -> Option<f64> {
    let df = study.n().checked_sub(study.predictors())?.checked_sub(1)?;
    (df > 0).then_some(float(df))
}

/// The variances of R² and of Fisher's z under the likelihood.
fn likelihood(study: &RSquared) -> Result<(f64, f64), &'static str> {
    if study.predictors() == 0 {
        return Err(NO_PREDICTOR);
    }
    if study.r2() == 1.0 {
        return Err(AT_THE_END);
    }
    let regression = RegressionF::new(study.r2(), float(study.n()), float(study.predictors()));
    regression.variances().map(|v| (v.of_square, v.of_z)).ok_or(TOO_MANY)
}
