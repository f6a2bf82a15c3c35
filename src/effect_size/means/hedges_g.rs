//! Standardised mean differences with the pooled standard deviation: Hedges' g and Cohen's d.

use super::{SmallSampleCorrection, in_range, not_estimable};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::effect_size::over_the_set::{over_the_set, weighted_mean};
use crate::error::Error;
use crate::measure::StandardisedMeanDifference;
use crate::summary::{ReportedDifference, TwoMeans};

/// Hedges' g: the difference of two means in units of their pooled standard deviation, corrected for its small-sample
/// bias by the exact gamma-function factor.
///
/// Use it where the studies measured one thing on different scales. With one common scale the
/// [`MeanDifference`](crate::MeanDifference) is easier to read and does not make a precise scale look like a large
/// effect. It takes [`TwoMeans`], or a [`ReportedDifference`] where a study gives d, t, F or p without means.
///
/// # Formula
/// ```text
/// g = J(m) (m1 - m2) / s        s² = ((n1 - 1) s1² + (n2 - 1) s2²) / m        m = n1 + n2 - 2
/// J(m) = Γ(m/2) / (√(m/2) Γ((m-1)/2))
/// ```
/// (Hedges 1981, equation 6e). The variance is a named choice, see [`HedgesGVariance`], and so is the correction.
///
/// # Scale
/// Standard deviations: 0 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if g or its variance is not a finite number;
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for the unbiased variance with 4 patients.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, HedgesG, HedgesGVariance, TwoMeans};
///
/// // Domany 2020 in a review of ketamine against anxiety (Marchi et al. 2022): g = -2.45.
/// let study = TwoMeans::new((9, 3.75, 1.64), (9, 16.45, 6.79))?;
/// let effect = HedgesG::new().with_variance(HedgesGVariance::Unbiased).effect(&study)?;
/// assert_eq!(format!("{:.2} {:.4}", effect.natural(), effect.v()), "-2.45 0.4324");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SMD")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HedgesG {
    variance: HedgesGVariance,
    correction: SmallSampleCorrection,
}

/// The variance of [`HedgesG`]: the field uses several, and they differ by a few percent in small studies.
///
/// With N = n1 + n2, m = N - 2 and J the factor of the correction (1 for Cohen's d).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HedgesGVariance {
    /// The large-sample variance 1/n1 + 1/n2 + g²/(2N) (Hedges & Olkin 1985, p. 86).
    #[default]
    LargeSample,
    /// The large-sample variance of d times that of the correction, J² (1/n1 + 1/n2 + d²/(2N)) (Borenstein 2009).
    Borenstein,
    /// The unbiased variance 1/n1 + 1/n2 + g² (1 - (m - 2) / (m J²)) (Hedges 1983, equation 9). It is the exact
    /// variance of g with the squared effect estimated without bias, and needs m > 2.
    Unbiased,
    /// The large-sample variance 1/n1 + 1/n2 + ḡ²/(2N) with one g for all studies, their mean weighted by N, so that no
    /// study gains weight by its error. One study alone is its own mean.
    Average,
    /// The variance if there is no effect, m J² / (m - 2) (1/n1 + 1/n2). It is exact then, and needs m > 2.
    NoEffect,
    /// The variance of Review Manager 5 and Stata, N / (n1 n2) + g² / (2 (N - 3.94)) (Deeks & Higgins 2010).
    RevMan,
}

impl HedgesG {
    /// Hedges' g with the large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: HedgesGVariance::LargeSample, correction: SmallSampleCorrection::Exact }
    }

    /// Cohen's d, which is not corrected for small samples, with the large-sample variance.
    ///
    /// ```
    /// use meta_analysis::{EffectSize, HedgesG, TwoMeans};
    ///
    /// // The worked example of Borenstein et al. (2009, chapter 4): d = 0.5970.
    /// let effect = HedgesG::uncorrected().effect(&TwoMeans::new((50, 103.0, 5.5), (50, 100.0, 4.5))?)?;
    /// assert_eq!(format!("{:.4}", effect.y()), "0.5970");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "Cohen")]
    #[must_use]
    pub const fn uncorrected() -> Self {
        Self::new().with_correction(SmallSampleCorrection::Uncorrected)
    }

    /// The convention of Review Manager 5: the approximate correction and the variance that goes with it.
    ///
    /// ```
    /// use meta_analysis::{EffectSize, HedgesG, TwoMeans};
    ///
    /// let effect = HedgesG::revman().effect(&TwoMeans::new((50, 103.0, 5.5), (50, 100.0, 4.5))?)?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.std_error()), "0.5924 0.2045");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub const fn revman() -> Self {
        Self { variance: HedgesGVariance::RevMan, correction: SmallSampleCorrection::Approximate }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: HedgesGVariance) -> Self {
        Self { variance, ..self }
    }

    /// The same with another correction for small samples.
    #[must_use]
    pub const fn with_correction(self, correction: SmallSampleCorrection) -> Self {
        Self { correction, ..self }
    }

    fn of(
        &self,
        study: &ReportedDifference,
        average: Option<f64>,
    ) -> Result<Effect<StandardisedMeanDifference>, Error> {
        let measure = StandardisedMeanDifference;
        let (total, m, d) = (study.total(), study.df(), study.d());
        let j = self.correction.factor(measure, m)?;
        let (g, sampling) = (j * d, study.sampling());
        let v = match self.variance {
            HedgesGVariance::LargeSample => sampling + g * g / (2.0 * total),
            HedgesGVariance::Borenstein => j * j * (sampling + d * d / (2.0 * total)),
            HedgesGVariance::Unbiased if m > 2.0 => sampling + g * g * self.correction.unbiased_share(m, j),
            HedgesGVariance::Unbiased => {
                return Err(not_estimable(measure, "its unbiased variance needs more than 4 patients"));
            }
            HedgesGVariance::Average => sampling + average.unwrap_or(g).powi(2) / (2.0 * total),
            HedgesGVariance::NoEffect => sampling * SmallSampleCorrection::null_share(measure, m, j)?,
            HedgesGVariance::RevMan => sampling + g * g / (2.0 * (total - 3.94)),
        };
        in_range(measure, g, v)
    }

    /// The mean of g over the studies that have one, weighted by size; only for the variance that needs it.
    fn average(&self, studies: impl Iterator<Item = ReportedDifference>) -> Option<f64> {
        if self.variance != HedgesGVariance::Average {
            return None;
        }
        weighted_mean(studies.filter_map(|study| {
            let j = self.correction.factor(StandardisedMeanDifference, study.df()).ok()?;
            Some((study.total(), j * study.d()))
        }))
    }

    fn average_of_reported(&self, all: &[&ReportedDifference]) -> Option<f64> {
        self.average(all.iter().map(|study| **study))
    }

    fn average_of_means(&self, all: &[&TwoMeans]) -> Option<f64> {
        self.average(all.iter().filter_map(|study| ReportedDifference::of(study).ok()))
    }

    fn of_means(&self, study: &TwoMeans, average: Option<f64>) -> Result<Effect<StandardisedMeanDifference>, Error> {
        self.of(&ReportedDifference::of(study)?, average)
    }
}

impl EffectSize<TwoMeans> for HedgesG {
    type Measure = StandardisedMeanDifference;

    over_the_set!(TwoMeans, average_of_means, of_means);
}

impl EffectSize<ReportedDifference> for HedgesG {
    type Measure = StandardisedMeanDifference;

    over_the_set!(ReportedDifference, average_of_reported, of);
}
