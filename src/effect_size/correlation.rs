//! Effects of correlations.

use super::over_the_set::{in_range, not_estimable, over_the_set, weighted_mean};
use crate::distributions;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::{CorrelationCoefficient, FisherZ};
use crate::summary::{Correlation, float};

/// A perfect correlation, where the variance formula gives 0.
pub(super) const PERFECT: &str = "a correlation of 1 or -1 has no positive variance by this formula";
pub(super) const INFINITE_Z: &str = "Fisher's z of a correlation of 1 or -1 is infinite";
const FEWER_THAN_4: &str = "its variance needs at least 4 pairs";
const FEWER_THAN_5: &str = "the correction for bias needs at least 5 pairs";

/// The correlation as it is.
///
/// Use it where differences between correlations are read as they stand; [`FisherZ`] has the more nearly normal
/// estimate, and [`OlkinPratt`] no bias.
///
/// # Formula
/// ```text
/// y = r        v = (1 - r²)² / (n - 1)
/// ```
/// The variance is a named choice, see [`CorrelationVariance`].
///
/// # Scale
/// -1 to 1 on both scales.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for fewer than 4 pairs, and for a correlation of 1 or -1 where its
/// variance is 0.
///
/// # Example
/// ```
/// use meta_analysis::{Correlation, CorrelationVariance, EffectSize, RawCorrelation};
///
/// let study = Correlation::new(0.187, 109)?;
/// assert_eq!(format!("{:.6}", RawCorrelation::new().effect(&study)?.v()), "0.008623");
/// let null = RawCorrelation::new().with_variance(CorrelationVariance::NoCorrelation);
/// assert_eq!(format!("{:.6}", null.effect(&study)?.v()), "0.009019");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "COR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RawCorrelation {
    variance: CorrelationVariance,
}

/// The variance of [`RawCorrelation`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CorrelationVariance {
    /// (1 - r²)² / (n - 1) (Fisher 1921).
    #[default]
    #[doc(alias = "LS")]
    LargeSample,
    /// The same with the mean correlation of the set of studies, weighted by n, in place of r (Hunter & Schmidt 1990).
    /// A study alone is its own mean.
    #[doc(alias = "AV")]
    Average,
    /// (1 - r²) / (n - 2): r² of the squared t statistic that tests for no correlation.
    #[doc(alias = "H0a")]
    NoCorrelation,
    /// 1 / n, the variance for no correlation in large samples.
    #[doc(alias = "H0b")]
    NoCorrelationLargeSample,
}

impl RawCorrelation {
    /// The correlation with its large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: CorrelationVariance::LargeSample }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: CorrelationVariance) -> Self {
        Self { variance }
    }

    /// The mean correlation.
    fn mean(self, data: &[&Correlation]) -> f64 {
        weighted_mean(data.iter().map(|study| (float(study.n()), study.r()))).unwrap_or(0.0)
    }

    fn in_set(self, study: &Correlation, mean: f64) -> Result<Effect<CorrelationCoefficient>, Error> {
        let (r, n) = (study.r(), float(study.n()));
        if study.n() < 4 {
            return not_estimable(CorrelationCoefficient, FEWER_THAN_4);
        }
        let v = match self.variance {
            CorrelationVariance::LargeSample => square(1.0 - r * r) / (n - 1.0),
            CorrelationVariance::Average => square(1.0 - mean * mean) / (n - 1.0),
            CorrelationVariance::NoCorrelation => (1.0 - r) * (1.0 + r) / (n - 2.0),
            CorrelationVariance::NoCorrelationLargeSample => n.recip(),
        };
        if v == 0.0 {
            return not_estimable(CorrelationCoefficient, PERFECT);
        }
        in_range(CorrelationCoefficient, r, v)
    }
}

impl EffectSize<Correlation> for RawCorrelation {
    type Measure = CorrelationCoefficient;

    over_the_set!(Correlation, mean, in_set);
}

/// The correlation without bias: the estimator of Olkin & Pratt for normal data.
///
/// The plain correlation is too small by about r (1 - r²) / (2 n); this is the only unbiased function of it. Within
/// 2e-15 of the exact value for all n from 5.
///
/// # Formula
/// ```text
/// y = r ₂F₁(1/2, 1/2; (n - 2)/2; 1 - r²)        v = (1 - y²)² / (n - 1)
/// ```
/// (Olkin & Pratt 1958). The variance is a named choice, see [`OlkinPrattVariance`].
///
/// # Scale
/// -1 to 1 on both scales.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for fewer than 5 pairs, and for a correlation of 1 or -1 where its
/// variance is 0.
///
/// # Example
/// ```
/// use meta_analysis::{Correlation, EffectSize, OlkinPratt};
///
/// // Ten sections of a course: ratings of the teacher and achievement (the first study of Cohen 1981).
/// let effect = OlkinPratt::new().effect(&Correlation::new(0.68, 10)?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.7063 0.0279");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "UCOR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OlkinPratt {
    variance: OlkinPrattVariance,
}

/// The variance of [`OlkinPratt`], with y the unbiased correlation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OlkinPrattVariance {
    /// (1 - y²)² / (n - 1).
    #[default]
    #[doc(alias = "LS")]
    LargeSample,
    /// The unbiased estimator of the variance, y² - 1 + (n - 3)/(n - 2) (1 - r²) ₂F₁(1, 1; n/2; 1 - r²) (Hedges 1989),
    /// within 1e-13 of the exact value.
    #[doc(alias = "UB")]
    Unbiased,
    /// The large-sample variance with the mean of y over the set of studies, weighted by n. A study alone is its own
    /// mean.
    #[doc(alias = "AV")]
    Average,
}

impl OlkinPratt {
    /// The unbiased correlation with its large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: OlkinPrattVariance::LargeSample }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: OlkinPrattVariance) -> Self {
        Self { variance }
    }

    /// The mean of the unbiased correlations.
    fn mean(self, data: &[&Correlation]) -> f64 {
        if self.variance != OlkinPrattVariance::Average {
            return 0.0;
        }
        let enough = data.iter().filter(|study| study.n() > 4);
        weighted_mean(enough.map(|study| (float(study.n()), exact(study).estimate()))).unwrap_or(0.0)
    }

    fn in_set(self, study: &Correlation, mean: f64) -> Result<Effect<CorrelationCoefficient>, Error> {
        if study.n() < 5 {
            return not_estimable(CorrelationCoefficient, FEWER_THAN_5);
        }
        let exact = exact(study);
        let df = float(study.n() - 1);
        let v = match self.variance {
            OlkinPrattVariance::LargeSample => square(exact.one_minus_square()) / df,
            OlkinPrattVariance::Unbiased => exact.variance(),
            OlkinPrattVariance::Average => square(1.0 - mean * mean) / df,
        };
        if v == 0.0 {
            return not_estimable(CorrelationCoefficient, PERFECT);
        }
        in_range(CorrelationCoefficient, exact.estimate(), v)
    }
}

impl EffectSize<Correlation> for OlkinPratt {
    type Measure = CorrelationCoefficient;

    over_the_set!(Correlation, mean, in_set);
}

fn exact(study: &Correlation) -> distributions::OlkinPratt {
    distributions::OlkinPratt::new(study.r(), float(study.n()))
}

impl EffectSize<Correlation> for FisherZ {
    type Measure = Self;

    fn effect(&self, study: &Correlation) -> Result<Effect<Self>, Error> {
        if study.n() < 4 {
            return not_estimable(*self, FEWER_THAN_4);
        }
        if study.r().abs() == 1.0 {
            return not_estimable(*self, INFINITE_Z);
        }
        in_range(*self, study.r().atanh(), float(study.n() - 3).recip())
    }
}

pub(super) fn square(x: f64) -> f64 {
    x * x
}
