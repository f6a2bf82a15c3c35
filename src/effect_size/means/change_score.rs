//! Mean changes in units of the standard deviation of the changes.

use super::{SmallSampleCorrection, in_range, not_estimable};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::ChangeScoreStandardisedMeanChange;
use crate::summary::{PairedMeans, ReportedChange};

/// Standardised mean change by the standard deviation of the changes.
///
/// Use it where the change within a patient is the thing itself, or where studies report no more than a paired test
/// ([`ReportedChange`]). It is not on the scale of [`HedgesG`](crate::HedgesG); [`BaselineD`](crate::BaselineD) and
/// [`AverageD`](crate::AverageD) are (Morris & DeShon 2002).
///
/// # Formula
/// ```text
/// y = J(n - 1) (m1 - m2) / sd        sd² = s1² + s2² - 2 r s1 s2
/// ```
/// with J as for [`HedgesG`](crate::HedgesG) (Gibbons, Hedeker & Davis 1993). The variance and the correction are named
/// choices.
///
/// # Scale
/// Standard deviations of the changes: 0 is no change.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) if all changes are equal (a correlation of 1 and equal standard
/// deviations), and with two patients, unless uncorrected; [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is
/// not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{ChangeScoreD, EffectSize, PairedMeans};
///
/// let effect = ChangeScoreD::new().effect(&PairedMeans::new(40, (5.1, 1.2), (5.4, 1.1), 0.8)?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.4011 0.0270");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SMCC")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChangeScoreD {
    variance: ChangeScoreDVariance,
    correction: SmallSampleCorrection,
}

/// The variance of [`ChangeScoreD`].
///
/// With m = n - 1 and J the factor of the correction (1 if uncorrected).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeScoreDVariance {
    /// 1/n + y²/(2n) (Gibbons, Hedeker & Davis 1993).
    #[default]
    LargeSample,
    /// J² (1/n + d²/(2n)), with d before the correction (Borenstein 2009).
    Borenstein,
    /// 1/n + y² (1 - (m - 2) / (m J²)), as in Viechtbauer (2007).
    Unbiased,
    /// m J² / (m - 2) / n, exact without a change; it needs m > 2.
    NoEffect,
}

impl ChangeScoreD {
    /// With the exact correction and the large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: ChangeScoreDVariance::LargeSample, correction: SmallSampleCorrection::Exact }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: ChangeScoreDVariance) -> Self {
        Self { variance, ..self }
    }

    /// The same with another correction for small samples.
    #[must_use]
    pub const fn with_correction(self, correction: SmallSampleCorrection) -> Self {
        Self { correction, ..self }
    }
}

impl EffectSize<ReportedChange> for ChangeScoreD {
    type Measure = ChangeScoreStandardisedMeanChange;

    fn effect(&self, study: &ReportedChange) -> Result<Effect<Self::Measure>, Error> {
        let measure = ChangeScoreStandardisedMeanChange;
        let (n, m, d) = (study.size(), study.size() - 1.0, study.d());
        let j = self.correction.factor(measure, m)?;
        let y = j * d;
        let v = match self.variance {
            ChangeScoreDVariance::LargeSample => n.recip() + y * y / (2.0 * n),
            ChangeScoreDVariance::Borenstein => j * j * (n.recip() + d * d / (2.0 * n)),
            ChangeScoreDVariance::Unbiased => n.recip() + y * y * self.correction.unbiased_share(m, j),
            ChangeScoreDVariance::NoEffect => SmallSampleCorrection::null_share(measure, m, j)? / n,
        };
        in_range(measure, y, v)
    }
}

impl EffectSize<PairedMeans> for ChangeScoreD {
    type Measure = ChangeScoreStandardisedMeanChange;

    fn effect(&self, study: &PairedMeans) -> Result<Effect<Self::Measure>, Error> {
        let (unit, relative) = study.change_sd_in_units();
        if relative == 0.0 {
            return Err(not_estimable(ChangeScoreStandardisedMeanChange, "the changes do not vary"));
        }
        let d = (study.after().mean() - study.before().mean()) / unit / relative;
        if !d.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "the effect" }.into());
        }
        self.effect(&ReportedChange::from_d(d, study.n())?)
    }
}
