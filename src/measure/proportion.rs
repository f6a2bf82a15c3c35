//! Measures of a proportion in one group.

use std::f64::consts::FRAC_PI_2;

use super::{EvaluatedAt, Link, Measure, measures_with_options};
use crate::distributions::{normal_quantile, normal_sf};
use crate::summary::ZeroCells;

/// Proportions as they are.
const RAW: Link = Link::new("identity", |p| if (0.0..=1.0).contains(&p) { p } else { f64::NAN }, |y| y.clamp(0.0, 1.0));
const LOG: Link = Link::new("log", |p| if p <= 1.0 { p.ln() } else { f64::NAN }, |y| y.exp().clamp(0.0, 1.0));
/// The upper tail beyond -y is the lower tail up to y.
const PROBIT: Link = Link::new("probit", normal_quantile, |y| normal_sf(-y));
/// Angles beyond a right one are no proportions: the sine would turn round.
const ARCSINE: Link =
    Link::new("arcsine", |p| arcsine(p, 1.0 - p), |y| y.clamp(0.0, FRAC_PI_2).sin().powi(2).clamp(0.0, 1.0));

/// asin √(x / (x + rest)), good at both ends; NaN if one is negative.
pub(crate) fn arcsine(x: f64, rest: f64) -> f64 {
    x.sqrt().atan2(rest.sqrt())
}

/// The variance of [`RawProportion`], with the proportion p of n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProportionVariance {
    /// p (1 - p) / n.
    #[default]
    #[doc(alias = "LS")]
    LargeSample,
    /// p (1 - p) / (n - 1), which has no bias.
    #[doc(alias = "UB")]
    Unbiased,
    /// p̄ (1 - p̄) / n with the events over the members of all studies. A study alone is its own mean.
    #[doc(alias = "AV")]
    Average,
}

measures_with_options! {
    /// A proportion, pooled as it is.
    ///
    /// As a recipe it takes a [`Proportion`](crate::Proportion). The variance of a proportion near 0 or 1 is small by
    /// chance, which draws the pooled one there: prefer [`LogitProportion`] or [`ArcsineProportion`] for those.
    ///
    /// # Formula
    /// ```text
    /// y = x / n        v = p (1 - p) / n
    /// ```
    /// with x events among n (Fleiss & Berlin 2009). One half is added to events and to non-events where one of them is
    /// 0.
    ///
    /// # Scale
    /// 0 to 1 on both scales; limits of intervals are cut there.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) where the variance is 0: without a correction, for no events or
    /// no non-events.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, Proportion, ProportionVariance, RawProportion, ZeroCells};
    ///
    /// let effect = RawProportion::new().effect(&Proportion::new(20, 100)?)?;
    /// assert_eq!(format!("{} {:.4}", effect.y(), effect.v()), "0.2 0.0016");
    /// let unbiased = RawProportion::new().with_variance(ProportionVariance::Unbiased);
    /// assert_eq!(format!("{:.6}", unbiased.effect(&Proportion::new(20, 100)?)?.v()), "0.001616");
    /// let plain = RawProportion::new().with_zero_cells(ZeroCells::NONE);
    /// assert!(plain.effect(&Proportion::new(0, 10)?).unwrap_err().is_not_estimable());
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PR")]
    #[doc(alias = "PRAW")]
    RawProportion, "proportion", RAW, {
        /// The same with another policy for counts of zero.
        zero_cells: ZeroCells = ZeroCells::HALF, with_zero_cells;
        /// The same with another variance.
        variance: ProportionVariance = ProportionVariance::LargeSample, with_variance;
    }

    /// The logarithm of a proportion, for rare events.
    ///
    /// As a recipe it takes a [`Proportion`](crate::Proportion).
    ///
    /// # Formula
    /// ```text
    /// y = ln (x / n)        v = 1/x - 1/n
    /// ```
    /// with x events among n (Fleiss & Berlin 2009). One half is added to events and to non-events where one of them is
    /// 0.
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a proportion; a limit above 1 is read as 1.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without a correction, for no events or no non-events.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, LogProportion, Proportion};
    ///
    /// let effect = LogProportion::new().effect(&Proportion::new(20, 100)?)?;
    /// assert_eq!(format!("{:.4} {:.4} {:.1}", effect.y(), effect.v(), effect.natural()), "-1.6094 0.0400 0.2");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PLN")]
    LogProportion, "proportion", LOG, {
        /// The same with another policy for counts of zero.
        zero_cells: ZeroCells = ZeroCells::HALF, with_zero_cells;
        /// The same with the variance formula evaluated elsewhere: at the events over the members of all studies.
        variance_at: EvaluatedAt = EvaluatedAt::Own, with_variance_at;
    }

    /// The log odds of a proportion, the usual choice.
    ///
    /// As a recipe it takes a [`Proportion`](crate::Proportion).
    ///
    /// # Formula
    /// ```text
    /// y = ln (x / (n - x))        v = 1/x + 1/(n - x)
    /// ```
    /// with x events among n (Fleiss & Berlin 2009). One half is added to events and to non-events where one of them is
    /// 0.
    ///
    /// # Scale
    /// Pooled as log odds, read as a proportion.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without a correction, for no events or no non-events.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, Level, LogitProportion, Proportion};
    ///
    /// let effect = LogitProportion::new().effect(&Proportion::new(20, 100)?)?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-1.3863 0.0625");
    /// assert_eq!(format!("{:.2} ({:.2})", effect.natural(), effect.interval(Level::P95)), "0.20 (0.13 to 0.29)");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PLO")]
    LogitProportion, "proportion", Link::LOGIT, {
        /// The same with another policy for counts of zero.
        zero_cells: ZeroCells = ZeroCells::HALF, with_zero_cells;
        /// The same with the variance formula evaluated elsewhere: at the events over the members of all studies.
        variance_at: EvaluatedAt = EvaluatedAt::Own, with_variance_at;
    }

    /// The normal quantile of a proportion: for an event that happens when a normal trait passes a threshold.
    ///
    /// As a recipe it takes a [`Proportion`](crate::Proportion).
    ///
    /// # Formula
    /// ```text
    /// y = Φ⁻¹(p)        v = 2π p (1 - p) exp(y²) / n
    /// ```
    /// by the delta method. One half is added to events and to non-events where one of them is 0.
    ///
    /// # Scale
    /// Pooled as a normal quantile, read as a proportion.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without a correction, for no events or no non-events.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, ProbitProportion, Proportion};
    ///
    /// let effect = ProbitProportion::new().effect(&Proportion::new(20, 100)?)?;
    /// assert_eq!(format!("{:.4} {:.4} {:.1}", effect.y(), effect.v(), effect.natural()), "-0.8416 0.0204 0.2");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PRZ")]
    ProbitProportion, "proportion", PROBIT, {
        /// The same with another policy for counts of zero.
        zero_cells: ZeroCells = ZeroCells::HALF, with_zero_cells;
    }

    /// The angle of a proportion, whose variance does not depend on it, and which needs no correction of zeros.
    ///
    /// As a recipe it takes a [`Proportion`](crate::Proportion).
    ///
    /// # Formula
    /// ```text
    /// y = asin √(x / n)        v = 1 / (4n)
    /// ```
    /// with x events among n (Rücker et al. 2009).
    ///
    /// # Scale
    /// Pooled as an angle, read as a proportion; limits beyond 0 and a right angle are read as 0 and 1.
    ///
    /// # Errors
    /// None for valid data.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{ArcsineProportion, EffectSize, Proportion};
    ///
    /// let effect = ArcsineProportion::new().effect(&Proportion::new(20, 100)?)?;
    /// assert_eq!(format!("{:.4} {:.4} {:.1}", effect.y(), effect.v(), effect.natural()), "0.4636 0.0025 0.2");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PAS")]
    ArcsineProportion, "proportion", ARCSINE, {
        /// The same with another policy for counts of zero; by default nothing is added.
        zero_cells: ZeroCells = ZeroCells::NONE, with_zero_cells;
    }
}

/// A proportion on the double-arcsine scale of Freeman & Tukey, read back with a given number of members.
///
/// The recipe is [`FreemanTukey`](crate::FreemanTukey), which sets that number: a study's own, or the harmonic mean
/// over the studies. Without such a number the scale cannot be read, which is its weakness: the same pooled value is
/// another proportion for another number, and where sizes differ much, the reading with the harmonic mean can be far
/// from the proportions of the studies (Schwarzer et al. 2019). Prefer [`LogitProportion`] or [`ArcsineProportion`].
///
/// # Formula
/// ```text
/// y = ½ (asin √(x / (n + 1)) + asin √((x + 1) / (n + 1)))
/// p = ½ (1 - sgn(cos 2y) √(1 - s²))        s = sin 2y - cos² 2y / (n sin 2y)
/// ```
/// with x = n p (Freeman & Tukey 1950; the inverse is that of Miller 1978).
///
/// # Scale
/// Pooled as an angle, read as a proportion; a value below that of no events is read as 0, one above that of nothing
/// else as 1.
///
/// # Example
/// ```
/// use meta_analysis::{FreemanTukeyProportion, Measure};
///
/// let (few, many) = (FreemanTukeyProportion::of_total(20.0)?, FreemanTukeyProportion::of_total(2_000.0)?);
/// // One value, two proportions.
/// assert_eq!(format!("{:.3} {:.3}", few.link().to_natural(0.3), many.link().to_natural(0.3)), "0.068 0.087");
/// assert_eq!(few.link().to_natural(0.1), 0.0);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "PFT")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreemanTukeyProportion {
    total: f64,
}

impl FreemanTukeyProportion {
    /// Read back with this number of members, which need not be whole: a mean.
    ///
    /// # Errors
    /// [`NotPositive`](crate::ErrorKind::NotPositive).
    pub fn of_total(total: f64) -> Result<Self, crate::Error> {
        if total > 0.0 && total.is_finite() {
            Ok(Self { total })
        } else {
            Err(crate::ErrorKind::NotPositive { what: "number of members", value: total }.into())
        }
    }

    /// The number of members.
    #[must_use]
    pub const fn total(&self) -> f64 {
        self.total
    }
}

impl Measure for FreemanTukeyProportion {
    fn label(&self) -> &'static str {
        "proportion"
    }

    fn link(&self) -> Link {
        Link::with_parameter("double arcsine", self.total, |p, n| double_arcsine(p * n, (1.0 - p) * n), miller)
    }
}

/// The double arcsine of x events and `rest` non-events; NaN if one is negative.
pub(crate) fn double_arcsine(x: f64, rest: f64) -> f64 {
    0.5 * (arcsine(x, rest + 1.0) + arcsine(x + 1.0, rest))
}

/// Miller's (1978) inverse of the double arcsine for n members, cut at its values for proportions of 0 and 1.
fn miller(y: f64, n: f64) -> f64 {
    if y <= double_arcsine(0.0, n) {
        return 0.0;
    }
    if y >= double_arcsine(n, 0.0) {
        return 1.0;
    }
    let (sin, cos) = (2.0 * y).sin_cos();
    let excess = cos / (n * sin);
    let s = (sin - cos * excess).clamp(0.0, 1.0);
    // √(1 - s²), written so that it keeps its digits near a proportion of one half, where s is near 1.
    let root = (cos.abs() * (1.0 + 2.0 / n - excess * excess).clamp(0.0, f64::INFINITY).sqrt()).clamp(0.0, 1.0);
    // (1 - root) / 2 without cancellation where root is near 1.
    let smaller = 0.5 * s * (s / (1.0 + root));
    if cos >= 0.0 { smaller } else { 1.0 - smaller }
}
