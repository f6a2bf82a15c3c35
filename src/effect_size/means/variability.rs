//! Log ratios of standard deviations and of coefficients of variation.

use super::ratio_of_means::Logs;
use super::{ln_ratio, within};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::{CoefficientOfVariationRatio, VariabilityRatio};
use crate::summary::{PairedMeans, TwoMeans};

/// To which order of the delta method a variance is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VariabilityVariance {
    /// To the first order (Nakagawa et al. 2015).
    #[default]
    FirstOrder,
    /// To the second order (Senior, Viechtbauer & Nakagawa 2020), for small samples.
    SecondOrder,
}

/// Log ratio of two standard deviations: does treatment make patients more alike, or less?
///
/// On [`PairedMeans`] it is the log ratio of the standard deviation after to that before. Where a larger mean brings a
/// larger spread, [`LogCoefficientOfVariationRatio`] compares what remains.
///
/// # Formula
/// ```text
/// y = ln (s1 / s2) + 1/(2 (n1 - 1)) - 1/(2 (n2 - 1))
/// two groups   v = 1/(2 (n1 - 1)) + 1/(2 (n2 - 1))      second order   v = n1/(2 (n1 - 1)²) + n2/(2 (n2 - 1)²)
/// paired       v = (1 - r²) / (n - 1)                   second order   v = (1 - r²) / (n - 1) + (1 - r⁴) / (n - 1)²
/// ```
/// (Nakagawa et al. 2015; second order by the delta method on the variances, as in Senior, Viechtbauer & Nakagawa
/// 2020). For pairs metafor adds r⁴ (s1⁸ + s2⁸) / (2 s1⁴ s2⁴) where r⁴ is subtracted here; then the variance would
/// depend on the unit of one measurement, and two that agree up to scale (r = 1) would have one. With 40 pairs and r =
/// 0.8 the exact variance is 0.009632, the one here 0.009619, and that of metafor at least 0.010158.
///
/// # Scale
/// Pooled as a logarithm, read as a ratio: 1 is no difference in variability.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for a correlation of 1 or -1;
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, LogVariabilityRatio, PairedMeans, TwoMeans};
///
/// let effect = LogVariabilityRatio::new().effect(&TwoMeans::new((12, 5.5, 1.5), (15, 5.5, 1.1))?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.3199 0.0812");
/// let effect = LogVariabilityRatio::new().effect(&PairedMeans::new(40, (5.1, 1.2), (5.4, 1.1), 0.8)?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.0870 0.0092");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "VR")]
#[doc(alias = "VRC")]
#[doc(alias = "lnVR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogVariabilityRatio {
    variance: VariabilityVariance,
    uncorrected: bool,
}

/// Log ratio of two coefficients of variation (standard deviation over mean).
///
/// Use it to compare spreads where means differ and a larger mean brings a larger spread. On [`PairedMeans`] it is the
/// log ratio of that after to that before.
///
/// # Formula
/// ```text
/// y = ln (s1 / m1) - ln (s2 / m2) + 1/(2 (n1 - 1)) - 1/(2 (n2 - 1)) - (e1 - e2) / 2        e = s² / (n m²)
/// v = v of the log variability ratio + v of the log ratio of means
/// ```
/// each variance to the chosen order (Nakagawa et al. 2015; Senior, Viechtbauer & Nakagawa 2020): see
/// [`LogVariabilityRatio`] and [`LogRatioOfMeans`](crate::LogRatioOfMeans). In normal data means and standard
/// deviations are independent, so no covariance enters.
///
/// # Scale
/// Pooled as a logarithm, read as a ratio: 1 is no difference in relative variability.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) unless both means are positive or both negative;
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, LogCoefficientOfVariationRatio, PairedMeans};
///
/// let effect = LogCoefficientOfVariationRatio::new().effect(&PairedMeans::new(40, (5.1, 1.2), (5.4, 1.1), 0.8)?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.1440 0.0097");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "CVR")]
#[doc(alias = "CVRC")]
#[doc(alias = "lnCVR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogCoefficientOfVariationRatio {
    variance: VariabilityVariance,
    uncorrected: bool,
}

macro_rules! options {
    ($name:ident) => {
        impl $name {
            /// The log ratio with its bias terms and the variance to the first order.
            #[must_use]
            pub const fn new() -> Self {
                Self { variance: VariabilityVariance::FirstOrder, uncorrected: false }
            }

            /// The same with another variance.
            #[must_use]
            pub const fn with_variance(self, variance: VariabilityVariance) -> Self {
                Self { variance, ..self }
            }

            /// The plain log ratio, without the terms that correct its bias in small samples.
            #[must_use]
            pub const fn without_bias_correction(self) -> Self {
                Self { uncorrected: true, ..self }
            }
        }
    };
}
options!(LogVariabilityRatio);
options!(LogCoefficientOfVariationRatio);

/// The log ratio of two standard deviations, its bias and its variances.
struct Spread {
    ln_ratio: f64,
    bias: f64,
    first_order: f64,
    second_order: f64,
}

impl Spread {
    fn of_means(study: &TwoMeans) -> Self {
        let (g1, g2) = (study.treated(), study.control());
        let (m1, m2) = (g1.size() - 1.0, g2.size() - 1.0);
        Self {
            ln_ratio: ln_ratio(g1.sd(), g2.sd()),
            bias: 0.5 * (m1.recip() - m2.recip()),
            first_order: 0.5 * (m1.recip() + m2.recip()),
            second_order: 0.5 * (g1.size() / m1 / m1 + g2.size() / m2 / m2),
        }
    }

    fn of_pairs(study: &PairedMeans) -> Self {
        let (m, r) = (study.size() - 1.0, study.correlation());
        let ln_ratio = ln_ratio(study.after().sd(), study.before().sd());
        // 1 - r² as a product, for r near 1.
        let first_order = (1.0 - r) * (1.0 + r) / m;
        // Half the squared covariance of the two variances is taken away, not added: see the documentation.
        let second_order = first_order * (1.0 + (1.0 + r * r) / m);
        Self { ln_ratio, bias: 0.0, first_order, second_order }
    }

    const fn variance(&self, order: VariabilityVariance) -> f64 {
        match order {
            VariabilityVariance::FirstOrder => self.first_order,
            VariabilityVariance::SecondOrder => self.second_order,
        }
    }
}

impl LogVariabilityRatio {
    fn of(&self, spread: &Spread, r: f64) -> Result<Effect<VariabilityRatio>, Error> {
        let bias = if self.uncorrected { 0.0 } else { spread.bias };
        within(VariabilityRatio, spread.ln_ratio + bias, spread.variance(self.variance), r)
    }
}

impl LogCoefficientOfVariationRatio {
    fn of(&self, spread: &Spread, means: &Logs) -> Result<Effect<CoefficientOfVariationRatio>, Error> {
        let bias = if self.uncorrected { 0.0 } else { spread.bias - means.bias() };
        let of_means = match self.variance {
            VariabilityVariance::FirstOrder => means.variance(),
            VariabilityVariance::SecondOrder => means.second_order(),
        };
        let y = (spread.ln_ratio - means.ln_ratio) + bias;
        within(CoefficientOfVariationRatio, y, spread.variance(self.variance) + of_means, means.r)
    }
}

impl EffectSize<TwoMeans> for LogVariabilityRatio {
    type Measure = VariabilityRatio;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<VariabilityRatio>, Error> {
        self.of(&Spread::of_means(study), 0.0)
    }
}

impl EffectSize<PairedMeans> for LogVariabilityRatio {
    type Measure = VariabilityRatio;

    fn effect(&self, study: &PairedMeans) -> Result<Effect<VariabilityRatio>, Error> {
        self.of(&Spread::of_pairs(study), study.correlation())
    }
}

impl EffectSize<TwoMeans> for LogCoefficientOfVariationRatio {
    type Measure = CoefficientOfVariationRatio;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<CoefficientOfVariationRatio>, Error> {
        self.of(&Spread::of_means(study), &Logs::of_means(CoefficientOfVariationRatio, study)?)
    }
}

impl EffectSize<PairedMeans> for LogCoefficientOfVariationRatio {
    type Measure = CoefficientOfVariationRatio;

    fn effect(&self, study: &PairedMeans) -> Result<Effect<CoefficientOfVariationRatio>, Error> {
        self.of(&Spread::of_pairs(study), &Logs::of_pairs(CoefficientOfVariationRatio, study)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs, correlation, and the exact variance for normal data (mpmath): half trigamma((n - 1)/2), less half the sum
    /// over k of r^(2k) (k - 1)! / (k ((n - 1)/2)_k), the canonical expansion of the bivariate chi-squared (Kibble
    /// 1941).
    #[test]
    fn the_second_order_comes_near_the_exact_variance() {
        for (n, r, exact) in [
            (40, 0.8, 0.009_632_422_6),
            (900, -0.3, 0.001_013_464),
            (40, 0.99, 0.000_537_532_53),
            (40, -0.8, 0.009_632_422_6),
        ] {
            let study = PairedMeans::new(n, (1.0, 2.0), (3.0, 0.5), r).expect("a study");
            let of = |order| LogVariabilityRatio::new().with_variance(order).effect(&study).expect("an effect").v();
            let (first, second) = (of(VariabilityVariance::FirstOrder), of(VariabilityVariance::SecondOrder));
            let (miss, missed) = ((second / exact - 1.0).abs(), (first / exact - 1.0).abs());
            assert!(miss < 0.1 * missed, "n = {n}, r = {r}: {second}, exact {exact}, first order {first}");
        }
    }
}
