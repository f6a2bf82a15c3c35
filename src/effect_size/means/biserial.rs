//! Correlations of a continuous outcome with a group.

use super::{in_range, not_estimable, square};
use crate::distributions::normal_upper_quantile;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::{
    BiserialCorrelation, BiserialCorrelationZ, Measure, PointBiserialCorrelation, PointBiserialCorrelationZ,
};
use crate::summary::{ReportedDifference, TwoMeans};

/// Point-biserial correlation: that of the outcome with membership in the treated group.
///
/// Use it to pool comparisons of two groups beside studies that report correlations, where the groups are what they
/// are. For groups made by cutting a continuous variable in two, the
/// [`BiserialCorrelation`](crate::BiserialCorrelation) estimates the correlation with that variable.
///
/// # Formula
/// ```text
/// y = d / √(d² + h)        h = m/n1 + m/n2        m = N - 2, N = n1 + n2
/// ```
/// with d the difference in pooled standard deviations. The variance is a named choice, see [`PointBiserialVariance`].
///
/// # Scale
/// A correlation on both scales: 0 is no effect. [`PointBiserialZ`] pools it as Fisher's z.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the groups are so far apart that the variance is 0 in floating
/// point.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, PointBiserial, PointBiserialZ, ReportedDifference};
///
/// let study = ReportedDifference::from_t(2.1, (12, 14))?;
/// let effect = PointBiserial::new().effect(&study)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.3940 0.0272");
/// let effect = PointBiserialZ::new().effect(&study)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.natural()), "0.4165 0.3940");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "RPB")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PointBiserial {
    variance: PointBiserialVariance,
}

/// The [`PointBiserial`] correlation, pooled as Fisher's z.
///
/// # Formula
/// ```text
/// z = atanh y        v(z) = v(y) / (1 - y²)²
/// ```
/// (Jacobs & Viechtbauer 2017).
///
/// # Scale
/// Pooled as Fisher's z, read as a correlation: 0 is no effect.
///
/// # Errors
/// As for [`PointBiserial`].
///
/// # Example
/// See [`PointBiserial`].
#[doc(alias = "ZPB")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PointBiserialZ {
    variance: PointBiserialVariance,
}

/// The variance of the point-biserial correlation: were the sizes of the groups fixed, or drawn?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PointBiserialVariance {
    /// Fixed sizes, as in a trial: h² / (h + d²)³ (1/n1 + 1/n2 + d²/(2N)), from the variance of d.
    #[default]
    #[doc(alias = "ST")]
    FixedSizes,
    /// One sample of N, in which membership is observed: (1 - y²)² (1 - 3y²/2 + y²/(4 p q)) / N with p = n1/N, q = n2/N
    /// (Tate 1954, 1955).
    #[doc(alias = "CS")]
    CrossSectional,
}

macro_rules! options {
    ($name:ident) => {
        impl $name {
            /// The correlation with the variance for fixed sizes of the groups.
            #[must_use]
            pub const fn new() -> Self {
                Self { variance: PointBiserialVariance::FixedSizes }
            }

            /// The same with another variance.
            #[must_use]
            pub const fn with_variance(self, variance: PointBiserialVariance) -> Self {
                Self { variance }
            }
        }
    };
}
options!(PointBiserial);
options!(PointBiserialZ);

impl PointBiserialVariance {
    /// v(y) / (1 - y²)², the variance of Fisher's z, and 1 - y²: no difference of a correlation near 1 from 1.
    fn of_z(self, study: &ReportedDifference) -> (f64, f64) {
        let (h, d2, total) = (study.df() * study.sampling(), square(study.d()), study.total());
        let rest = h / (h + d2);
        let v = match self {
            Self::FixedSizes => (study.sampling() + d2 / (2.0 * total)) / (h + d2),
            Self::CrossSectional => {
                let ((n1, n2), y2) = (study.n(), square(correlation(study)));
                (1.0 - 1.5 * y2 + 0.25 * y2 / (n1 / total) / (n2 / total)) / total
            }
        };
        (v, rest)
    }
}

/// The point-biserial correlation.
fn correlation(study: &ReportedDifference) -> f64 {
    study.d() / study.d().hypot((study.df() * study.sampling()).sqrt())
}

impl EffectSize<ReportedDifference> for PointBiserial {
    type Measure = PointBiserialCorrelation;

    fn effect(&self, study: &ReportedDifference) -> Result<Effect<Self::Measure>, Error> {
        let (v, rest) = self.variance.of_z(study);
        in_range(PointBiserialCorrelation, correlation(study), v * square(rest))
    }
}

impl EffectSize<ReportedDifference> for PointBiserialZ {
    type Measure = PointBiserialCorrelationZ;

    fn effect(&self, study: &ReportedDifference) -> Result<Effect<Self::Measure>, Error> {
        let (v, _) = self.variance.of_z(study);
        // atanh (d / √(d² + h)) = asinh (d / √h).
        in_range(PointBiserialCorrelationZ, (study.d() / (study.df() * study.sampling()).sqrt()).asinh(), v)
    }
}

/// The biserial correlation and its variance (Soper 1914), which is a variance up to an estimate somewhat above 1.
fn biserial<M: Measure>(measure: M, study: &ReportedDifference) -> Result<(f64, f64), Error> {
    let ((n1, n2), total) = (study.n(), study.total());
    let (p, q) = (n1 / total, n2 / total);
    let z = if n1 <= n2 { normal_upper_quantile(p) } else { -normal_upper_quantile(q) };
    let f = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let y = (p * q).sqrt() / f * correlation(study);
    let y2 = y * y;
    let slope = 1.5 + (1.0 - p * z / f) * (1.0 + q * z / f);
    let v = (p / f * (q / f) - slope * y2 + y2 * y2) / (total - 1.0);
    if y.abs() > 1.0 && v <= 0.0 {
        return Err(not_estimable(measure, "its variance formula is not positive for an estimate beyond -1 or 1"));
    }
    Ok((y, v))
}

impl EffectSize<ReportedDifference> for BiserialCorrelation {
    type Measure = Self;

    fn effect(&self, study: &ReportedDifference) -> Result<Effect<Self>, Error> {
        let (y, v) = biserial(*self, study)?;
        in_range(*self, y, v)
    }
}

impl EffectSize<ReportedDifference> for BiserialCorrelationZ {
    type Measure = Self;

    fn effect(&self, study: &ReportedDifference) -> Result<Effect<Self>, Error> {
        let (y, v) = biserial(*self, study)?;
        if y.abs() >= 1.0 {
            return Err(not_estimable(*self, "the estimated correlation is not between -1 and 1"));
        }
        in_range(*self, y.atanh(), v / square((1.0 - y) * (1.0 + y)))
    }
}

/// The same recipes on means, by way of the standardised difference.
macro_rules! on_means {
    ($($name:ty, $measure:ty;)*) => {$(
        impl EffectSize<TwoMeans> for $name {
            type Measure = $measure;

            fn effect(&self, study: &TwoMeans) -> Result<Effect<$measure>, Error> {
                self.effect(&ReportedDifference::of(study)?)
            }
        }
    )*};
}
on_means! {
    PointBiserial, PointBiserialCorrelation;
    PointBiserialZ, PointBiserialCorrelationZ;
    BiserialCorrelation, BiserialCorrelation;
    BiserialCorrelationZ, BiserialCorrelationZ;
}
