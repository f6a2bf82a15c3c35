//! Mean changes in units of the standard deviation of one measurement.

use super::{SmallSampleCorrection, not_estimable, square, within};
use crate::distributions::OlkinPratt;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::RawScoreStandardisedMeanChange;
use crate::summary::PairedMeans;

/// Standardised mean change by the standard deviation before.
///
/// Use it to pool one-group studies on the scale of comparisons of two groups ([`HedgesG`](crate::HedgesG)), with the
/// spread of untreated patients as the unit. [`AverageD`] takes both standard deviations,
/// [`ChangeScoreD`](crate::ChangeScoreD) that of the changes.
///
/// # Formula
/// ```text
/// y = J(n - 1) (m1 - m2) / s        s the standard deviation before
/// ```
/// with J as for [`HedgesG`](crate::HedgesG) (Becker 1988). The variance and the correction are named choices.
///
/// # Scale
/// Standard deviations before: 0 is no change.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) with two patients, unless uncorrected, and where the variance needs
/// more; [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{BaselineD, EffectSize, PairedMeans};
///
/// let effect = BaselineD::new().effect(&PairedMeans::new(40, (5.1, 1.1), (5.4, 1.2), 0.8)?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.2452 0.0108");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SMCR")]
#[doc(alias = "SMCRH")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BaselineD {
    variance: BaselineDVariance,
    correction: SmallSampleCorrection,
}

/// The variance of [`BaselineD`].
///
/// With m = n - 1, J the factor of the correction (1 if uncorrected), s the standard deviation before, sd that of the
/// changes, and r* the unbiased estimate of the correlation (Olkin & Pratt 1958), which needs n > 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BaselineDVariance {
    /// 2 (1 - r)/n + y²/(2n), for equal standard deviations (Becker 1988).
    #[default]
    LargeSample,
    /// J² (2 (1 - r)/n + d²/(2n)), with d before the correction (Borenstein 2009).
    Borenstein,
    /// 2 (1 - r*)/n + y² (1 - (m - 2) / (m J²)) (Morris 2000; Viechtbauer 2007).
    Unbiased,
    /// 2 (1 - r*)/n times m J² / (m - 2), for no change (Morris 2000).
    NoEffect,
    /// sd²/(s² (n - 1)) + y²/(2 (n - 1)), which does not take the standard deviations to be equal (Bonett 2008).
    #[doc(alias = "SMCRH")]
    Heteroscedastic,
    /// The same with n in place of n - 1, for large samples.
    HeteroscedasticSampleSize,
}

/// Standardised mean change by the root mean square of both standard deviations.
///
/// Use it as [`BaselineD`] where neither measurement is the natural unit, or in crossover trials.
///
/// # Formula
/// ```text
/// y = J(m) (m1 - m2) / s        s² = (s1² + s2²) / 2        m = 2 (n - 1) / (1 + r²)
/// ```
/// with J as for [`HedgesG`](crate::HedgesG) (Bonett 2008; degrees of freedom of Cousineau 2020).
///
/// # Scale
/// Standard deviations: 0 is no change.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number;
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) if there is no variance (a correlation of 1) or no correction.
///
/// # Example
/// ```
/// use meta_analysis::{AverageD, EffectSize, PairedMeans};
///
/// let effect = AverageD::new().effect(&PairedMeans::new(3, (30.0, 8.0), (25.0, 9.0), 0.5)?)?;
/// assert_eq!(format!("{:.4}", effect.y()), "0.4360");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SMCRP")]
#[doc(alias = "SMCRPH")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AverageD {
    variance: AverageDVariance,
    correction: SmallSampleCorrection,
}

/// The variance of [`AverageD`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AverageDVariance {
    /// 2 (1 - r)/n + y² (1 + r²)/(4n), for equal standard deviations (Cousineau 2020).
    #[default]
    LargeSample,
    /// y² (s1⁴ + s2⁴ + 2 r² s1² s2²) / (8 s⁴ (n - 1)) + sd² / (s² (n - 1)), with sd the standard deviation of the
    /// changes, for standard deviations that may differ (Bonett 2008, equation 10).
    #[doc(alias = "SMCRPH")]
    Heteroscedastic,
    /// The same with n in place of n - 1, for large samples.
    HeteroscedasticSampleSize,
}

impl BaselineD {
    /// With the exact correction and the large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: BaselineDVariance::LargeSample, correction: SmallSampleCorrection::Exact }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: BaselineDVariance) -> Self {
        Self { variance, ..self }
    }

    /// The same with another correction for small samples.
    #[must_use]
    pub const fn with_correction(self, correction: SmallSampleCorrection) -> Self {
        Self { correction, ..self }
    }
}

impl AverageD {
    /// With the exact correction and the large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: AverageDVariance::LargeSample, correction: SmallSampleCorrection::Exact }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: AverageDVariance) -> Self {
        Self { variance, ..self }
    }

    /// The same with another correction for small samples.
    #[must_use]
    pub const fn with_correction(self, correction: SmallSampleCorrection) -> Self {
        Self { correction, ..self }
    }
}

impl EffectSize<PairedMeans> for BaselineD {
    type Measure = RawScoreStandardisedMeanChange;

    fn effect(&self, study: &PairedMeans) -> Result<Effect<Self::Measure>, Error> {
        let measure = RawScoreStandardisedMeanChange;
        let (n, r, s) = (study.size(), study.correlation(), study.before().sd());
        let m = n - 1.0;
        let j = self.correction.factor(measure, m)?;
        let d = (study.after().mean() - study.before().mean()) / s;
        let y = j * d;
        let (unit, relative) = study.change_sd_in_units();
        let ratio2 = square(relative / (s / unit));
        let v = match self.variance {
            BaselineDVariance::LargeSample => 2.0 * (1.0 - r) / n + y * y / (2.0 * n),
            BaselineDVariance::Borenstein => j * j * (2.0 * (1.0 - r) / n + d * d / (2.0 * n)),
            BaselineDVariance::Unbiased => unbiased_sampling(study)? + y * y * self.correction.unbiased_share(m, j),
            BaselineDVariance::NoEffect => {
                unbiased_sampling(study)? * SmallSampleCorrection::null_share(measure, m, j)?
            }
            BaselineDVariance::Heteroscedastic => ratio2 / m + y * y / (2.0 * m),
            BaselineDVariance::HeteroscedasticSampleSize => ratio2 / n + y * y / (2.0 * n),
        };
        within(measure, y, v, r)
    }
}

/// 2 (1 - r*) / n.
fn unbiased_sampling(study: &PairedMeans) -> Result<f64, Error> {
    if study.n() <= 4 {
        let reason = "the unbiased correlation of this variance needs more than 4 patients";
        return Err(not_estimable(RawScoreStandardisedMeanChange, reason));
    }
    Ok(2.0 * OlkinPratt::new(study.correlation(), study.size()).one_minus_estimate() / study.size())
}

impl EffectSize<PairedMeans> for AverageD {
    type Measure = RawScoreStandardisedMeanChange;

    fn effect(&self, study: &PairedMeans) -> Result<Effect<Self::Measure>, Error> {
        let (a, b, n, r) = (study.after(), study.before(), study.size(), study.correlation());
        let m = n - 1.0;
        let j = self.correction.factor(RawScoreStandardisedMeanChange, 2.0 * m / (1.0 + r * r))?;
        // In units of the larger standard deviation, so that no square overflows.
        let unit = a.sd().max(b.sd());
        let (q1, q2) = (square(a.sd() / unit), square(b.sd() / unit));
        let s2 = 0.5 * (q1 + q2);
        let y = j * ((a.mean() - b.mean()) / unit / s2.sqrt());
        let heteroscedastic = |divisor: f64| {
            let sds = (q1 * q1 + q2 * q2 + 2.0 * r * r * q1 * q2) / (8.0 * s2 * s2);
            (y * y * sds + square(study.change_sd_in_units().1) / s2) / divisor
        };
        let v = match self.variance {
            AverageDVariance::LargeSample => 2.0 * (1.0 - r) / n + y * y * (1.0 + r * r) / (4.0 * n),
            AverageDVariance::Heteroscedastic => heteroscedastic(m),
            AverageDVariance::HeteroscedasticSampleSize => heteroscedastic(n),
        };
        within(RawScoreStandardisedMeanChange, y, v, r)
    }
}
