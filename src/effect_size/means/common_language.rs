//! Common-language effect sizes from means: the probability of superiority of normal outcomes.

use super::{HeteroscedasticVariance, in_range, not_estimable, square, within};
use crate::distributions::{normal_quantile, normal_sf};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::CommonLanguageEffectSize;
use crate::summary::{PairedMeans, ReportedAuc, ReportedDifference, TwoMeans};
use std::f64::consts::{PI, SQRT_2};

/// Common-language effect size of two normal groups whose standard deviations may differ: the probability that a
/// treated patient scores higher than a control.
///
/// Use it where readers are to understand the effect without standard deviations. On [`PairedMeans`] it is the
/// probability that the later measurement of one patient is higher than the earlier one of another, so that it compares
/// the two distributions and not the changes.
///
/// # Formula
/// ```text
/// y = Φ(z)        z = (m1 - m2) / √(s1² + s2²)
/// v = φ(z)² [(s1² / (n1 - 1) + s2² / (n2 - 1)) / (s1² + s2²)
///            + z² (s1⁴ / (n1 - 1) + s2⁴ / (n2 - 1)) / (2 (s1² + s2²)²)]
/// paired   v = φ(z)² / (n - 1) [sd² / (s1² + s2²) + z² (s1⁴ + s2⁴ + 2 r² s1² s2²) / (2 (s1² + s2²)²)]
/// ```
/// with sd the standard deviation of the changes (McGraw & Wong 1992; variance by the delta method from the moments of
/// normal samples, as in Bonett 2008). [`HeteroscedasticVariance`] names what is divided by n in place of n - 1.
///
/// # Scale
/// A probability on both scales: 1/2 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the groups are so far apart that the variance is 0 in floating
/// point.
///
/// # Example
/// ```
/// use meta_analysis::{CommonLanguage, EffectSize, TwoMeans};
///
/// let effect = CommonLanguage::new().effect(&TwoMeans::new((2, 10.0, 2.0), (3, 8.0, 3.0))?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.7105 0.0825");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "CLESN")]
#[doc(alias = "AUCN")]
#[doc(alias = "CLESCN")]
#[doc(alias = "AUCCN")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CommonLanguage {
    variance: HeteroscedasticVariance,
}

impl CommonLanguage {
    /// The common-language effect size with the variance by degrees of freedom.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: HeteroscedasticVariance::DegreesOfFreedom }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: HeteroscedasticVariance) -> Self {
        Self { variance }
    }
}

impl EffectSize<TwoMeans> for CommonLanguage {
    type Measure = CommonLanguageEffectSize;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<Self::Measure>, Error> {
        let (g1, g2) = (study.treated(), study.control());
        let (n1, n2) = (g1.size(), g2.size());
        let spread = Spread::new(g1.sd(), g2.sd());
        let [q1, q2] = spread.shares;
        let z = spread.standardise(g1.mean() - g2.mean());
        let at = self.variance.at(z);
        let means = q1 / self.variance.for_mean(n1) + q2 / self.variance.for_mean(n2);
        let sds = q1 * q1 / self.variance.for_sd(n1) + q2 * q2 / self.variance.for_sd(n2);
        in_range(CommonLanguageEffectSize, below(z), density_squared(at) * (means + 0.5 * at * at * sds))
    }
}

impl EffectSize<PairedMeans> for CommonLanguage {
    type Measure = CommonLanguageEffectSize;

    fn effect(&self, study: &PairedMeans) -> Result<Effect<Self::Measure>, Error> {
        let (a, b, n, r) = (study.after(), study.before(), study.size(), study.correlation());
        let spread = Spread::new(a.sd(), b.sd());
        let [q1, q2] = spread.shares;
        let z = spread.standardise(a.mean() - b.mean());
        let at = self.variance.at(z);
        let means = square(study.change_sd_in_units().1 / spread.size) / self.variance.for_mean(n);
        let sds = (q1 * q1 + q2 * q2 + 2.0 * r * r * q1 * q2) / self.variance.for_sd(n);
        within(CommonLanguageEffectSize, below(z), density_squared(at) * (means + 0.5 * at * at * sds), r)
    }
}

/// √(s1² + s2²), and the shares of the two in its square.
struct Spread {
    unit: f64,
    size: f64,
    shares: [f64; 2],
}

impl Spread {
    fn new(s1: f64, s2: f64) -> Self {
        // In units of the larger one, so that no square overflows.
        let unit = s1.max(s2);
        let (u1, u2) = (square(s1 / unit), square(s2 / unit));
        Self { unit, size: (u1 + u2).sqrt(), shares: [u1 / (u1 + u2), u2 / (u1 + u2)] }
    }

    fn standardise(&self, difference: f64) -> f64 {
        difference / self.unit / self.size
    }
}

/// Φ(z).
fn below(z: f64) -> f64 {
    normal_sf(-z)
}

/// φ(z)².
fn density_squared(z: f64) -> f64 {
    (-z * z).exp() / (2.0 * PI)
}

/// Common-language effect size of two normal groups with one standard deviation.
///
/// Use it where a study gives no more than d, t, F or p ([`ReportedDifference`]), or an area under the curve that is
/// taken to be that of two normal groups ([`ReportedAuc`]). From means, [`CommonLanguage`] does without the assumption.
///
/// # Formula
/// ```text
/// y = Φ(d / √2)        v = φ(d / √2)² (1/n1 + 1/n2 + d² / (2N)) / 2
/// ```
/// with d the difference in pooled standard deviations without correction for small samples, or √2 times the normal
/// quantile of a reported area (McGraw & Wong 1992; variance by the delta method).
///
/// # Scale
/// A probability on both scales: 1/2 is no effect.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for a reported area of 0 or 1;
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the groups are so far apart that the variance is 0 in floating
/// point.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, EqualVarianceCommonLanguage, ReportedAuc, ReportedDifference};
///
/// let effect = EqualVarianceCommonLanguage.effect(&ReportedDifference::from_t(2.1, (12, 14))?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.7204 0.0095");
/// let effect = EqualVarianceCommonLanguage.effect(&ReportedAuc::new(0.72, (35, 30))?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.7200 0.0038");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "CLESN")]
#[doc(alias = "AUCN")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EqualVarianceCommonLanguage;

/// The variance for z = d / √2.
fn equal_variance(z: f64, sampling: f64, total: f64) -> f64 {
    density_squared(z) * (0.5 * sampling + 0.5 * z * z / total)
}

impl EffectSize<ReportedDifference> for EqualVarianceCommonLanguage {
    type Measure = CommonLanguageEffectSize;

    fn effect(&self, study: &ReportedDifference) -> Result<Effect<Self::Measure>, Error> {
        let z = study.d() / SQRT_2;
        in_range(CommonLanguageEffectSize, below(z), equal_variance(z, study.sampling(), study.total()))
    }
}

impl EffectSize<TwoMeans> for EqualVarianceCommonLanguage {
    type Measure = CommonLanguageEffectSize;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<Self::Measure>, Error> {
        self.effect(&ReportedDifference::of(study)?)
    }
}

impl EffectSize<ReportedAuc> for EqualVarianceCommonLanguage {
    type Measure = CommonLanguageEffectSize;

    fn effect(&self, study: &ReportedAuc) -> Result<Effect<Self::Measure>, Error> {
        let z = normal_quantile(study.auc());
        if !z.is_finite() {
            return Err(not_estimable(CommonLanguageEffectSize, "two normal groups have no area of 0 or 1"));
        }
        let (n1, n2) = study.n();
        in_range(CommonLanguageEffectSize, study.auc(), equal_variance(z, n1.recip() + n2.recip(), n1 + n2))
    }
}
