//! Standardised mean differences and correlations with the group.

use super::converted;
use crate::distributions::normal_upper_quantile;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::{
    BiserialCorrelation, PointBiserialCorrelation, PointBiserialCorrelationZ, StandardisedMeanDifference,
};
use crate::summary::float;

/// How the patients are shared out over the two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Sizes(Option<(u64, u64)>);

impl Sizes {
    fn new(n1: u64, n2: u64) -> Result<Self, Error> {
        for (arm, found) in [("treated", n1), ("control", n2)] {
            if found < 2 {
                return Err(ErrorKind::ArmTooSmall { arm, needed: 2, found }.into());
            }
        }
        Ok(Self(Some((n1, n2))))
    }

    fn as_floats(self) -> Option<(f64, f64)> {
        self.0.map(|(n1, n2)| (float(n1), float(n2)))
    }

    /// (n1 + n2 - 2) (1/n1 + 1/n2); 4 for two equal, large groups.
    fn h(self) -> f64 {
        self.as_floats().map_or(4.0, |(n1, n2)| {
            let m = (n1 - 1.0) + (n2 - 1.0);
            m / n1 + m / n2
        })
    }

    /// √(p q) / f, with f the normal density at the point that the share p of the treated lies above.
    fn biserial_factor(self) -> f64 {
        let (p, q) = self.as_floats().map_or((0.5, 0.5), |(n1, n2)| (n1 / (n1 + n2), n2 / (n1 + n2)));
        let z = normal_upper_quantile(p.min(q));
        (p * q).sqrt() * (2.0 * std::f64::consts::PI).sqrt() * (0.5 * z * z).exp()
    }
}

/// A recipe that knows the sizes of the groups.
macro_rules! with_sizes {
    ($($name:ident),*) => {$(
        impl $name {
            /// For two groups of equal, large size.
            #[must_use]
            pub const fn new() -> Self {
                Self { sizes: Sizes(None) }
            }

            /// The same for groups of these sizes, treated and control.
            ///
            /// # Errors
            /// [`ErrorKind::ArmTooSmall`] with fewer than two patients in a group.
            pub fn with_sizes(self, treated: u64, control: u64) -> Result<Self, Error> {
                Ok(Self { sizes: Sizes::new(treated, control)? })
            }
        }
    )*};
}

/// Point-biserial correlation that a standardised mean difference amounts to.
///
/// Use it to pool studies that compare two groups beside studies that report correlations. Where the means are at hand,
/// [`PointBiserial`](crate::PointBiserial) starts from them.
///
/// # Formula
/// ```text
/// r = d / √(d² + h)        v(r) = h² v / (d² + h)³        h = (n1 + n2 - 2) (1/n1 + 1/n2)
/// ```
/// so that r is the correlation that belongs to the t statistic of d; h = 4 for equal, large groups (Rosenthal 1984;
/// variance of Borenstein et al. 2009, chapter 7, who have a = (n1 + n2)²/(n1 n2) for h).
///
/// # Scale
/// In: standard deviations. Out: a correlation, 0 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the variance is 0 in floating point.
///
/// # Example
/// ```
/// use meta_analysis::{CorrelationFromDifference, Effect, EffectSize, StandardisedMeanDifference};
///
/// // Borenstein et al. 2009, chapter 7.
/// let d = Effect::from_analysis(StandardisedMeanDifference, 0.5, 0.0205)?;
/// let r = CorrelationFromDifference::new().effect(&d)?;
/// assert_eq!(format!("{:.4} {:.4}", r.y(), r.v()), "0.2425 0.0043");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "dtorpb")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CorrelationFromDifference {
    sizes: Sizes,
}

/// The correlation of [`CorrelationFromDifference`], pooled as Fisher's z.
///
/// # Formula
/// ```text
/// z = asinh (d / √h)        v(z) = v / (d² + h)
/// ```
/// which is atanh r, with the variance by the delta method.
///
/// # Scale
/// In: standard deviations. Out: Fisher's z, read as a correlation.
///
/// # Errors
/// As for [`CorrelationFromDifference`].
///
/// # Example
/// ```
/// use meta_analysis::{CorrelationZFromDifference, Effect, EffectSize, StandardisedMeanDifference};
///
/// let d = Effect::from_analysis(StandardisedMeanDifference, 0.5, 0.0205)?;
/// let z = CorrelationZFromDifference::new().effect(&d)?;
/// assert_eq!(format!("{:.4} {:.4}", z.y(), z.natural()), "0.2475 0.2425");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CorrelationZFromDifference {
    sizes: Sizes,
}

/// Biserial correlation that a standardised mean difference amounts to, for groups made by cutting a normal variable in
/// two.
///
/// # Formula
/// ```text
/// y = r √(p q) / f        v(y) = v(r) p q / f²
/// ```
/// with r and v(r) of [`CorrelationFromDifference`], p = n1/(n1 + n2), q = 1 - p and f the normal density at the point
/// that p lies above (Soper 1914; the variance by the delta method, with the shares taken as known).
/// [`BiserialCorrelation`] has a better variance where the means or a test are at hand. The estimate may exceed 1.
///
/// # Scale
/// In: standard deviations. Out: a correlation, 0 is no effect.
///
/// # Errors
/// As for [`CorrelationFromDifference`].
///
/// # Example
/// ```
/// use meta_analysis::{BiserialFromDifference, Effect, EffectSize, StandardisedMeanDifference};
///
/// let d = Effect::from_analysis(StandardisedMeanDifference, 0.3, 0.09)?;
/// let r = BiserialFromDifference::new().with_sizes(25, 20)?.effect(&d)?;
/// assert_eq!(format!("{:.4}", r.y()), "0.1896");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "dtorbis")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BiserialFromDifference {
    sizes: Sizes,
}

/// Standardised mean difference that a point-biserial correlation amounts to: the inverse of
/// [`CorrelationFromDifference`] and of [`CorrelationZFromDifference`].
///
/// # Formula
/// ```text
/// d = √h r / √(1 - r²)        v(d) = h v / (1 - r²)³        of Fisher's z:  d = √h sinh z,  v(d) = h v cosh² z
/// ```
/// with h as there (Borenstein et al. 2009, chapter 7, with h = 4).
///
/// # Scale
/// In: a correlation, or Fisher's z. Out: standard deviations, 0 is no effect.
///
/// # Errors
/// [`NotBetween`](ErrorKind::NotBetween) for a correlation beyond -1 or 1,
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{DifferenceFromCorrelation, Effect, EffectSize, PointBiserialCorrelation};
///
/// // Borenstein et al. 2009, chapter 7.
/// let r = Effect::from_analysis(PointBiserialCorrelation, 0.5, 0.0058)?;
/// let d = DifferenceFromCorrelation::new().effect(&r)?;
/// assert_eq!(format!("{:.4} {:.4}", d.y(), d.v()), "1.1547 0.0550");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "rpbtod")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DifferenceFromCorrelation {
    sizes: Sizes,
}

with_sizes!(CorrelationFromDifference, CorrelationZFromDifference, BiserialFromDifference, DifferenceFromCorrelation);

impl EffectSize<Effect<StandardisedMeanDifference>> for CorrelationFromDifference {
    type Measure = PointBiserialCorrelation;

    fn effect(&self, effect: &Effect<StandardisedMeanDifference>) -> Result<Effect<Self::Measure>, Error> {
        let (d, h) = (effect.y(), self.sizes.h());
        // h / (d² + h), which is 0 where d² overflows.
        let rest = h / (d * d + h);
        converted(effect, PointBiserialCorrelation, d / d.hypot(h.sqrt()), rest * rest * rest * effect.v() / h)
    }
}

impl EffectSize<Effect<StandardisedMeanDifference>> for CorrelationZFromDifference {
    type Measure = PointBiserialCorrelationZ;

    fn effect(&self, effect: &Effect<StandardisedMeanDifference>) -> Result<Effect<Self::Measure>, Error> {
        let (d, h) = (effect.y(), self.sizes.h());
        converted(effect, PointBiserialCorrelationZ, asinh(d / h.sqrt()), effect.v() / (d * d + h))
    }
}

impl EffectSize<Effect<StandardisedMeanDifference>> for BiserialFromDifference {
    type Measure = BiserialCorrelation;

    fn effect(&self, effect: &Effect<StandardisedMeanDifference>) -> Result<Effect<Self::Measure>, Error> {
        let (r, factor) =
            (CorrelationFromDifference { sizes: self.sizes }.effect(effect)?, self.sizes.biserial_factor());
        converted(effect, BiserialCorrelation, r.y() * factor, r.v() * factor * factor)
    }
}

impl EffectSize<Effect<PointBiserialCorrelation>> for DifferenceFromCorrelation {
    type Measure = StandardisedMeanDifference;

    fn effect(&self, effect: &Effect<PointBiserialCorrelation>) -> Result<Effect<Self::Measure>, Error> {
        let (r, h) = (effect.y(), self.sizes.h());
        if r.abs() > 1.0 {
            return Err(ErrorKind::NotBetween { what: "correlation", lower: -1.0, upper: 1.0, value: r }.into());
        }
        let rest = (1.0 - r) * (1.0 + r);
        let v = h * effect.v() / rest / rest / rest;
        converted(effect, StandardisedMeanDifference, h.sqrt() * r / rest.sqrt(), v)
    }
}

impl EffectSize<Effect<PointBiserialCorrelationZ>> for DifferenceFromCorrelation {
    type Measure = StandardisedMeanDifference;

    fn effect(&self, effect: &Effect<PointBiserialCorrelationZ>) -> Result<Effect<Self::Measure>, Error> {
        let (z, h) = (effect.y(), self.sizes.h());
        let cosh = z.cosh();
        converted(effect, StandardisedMeanDifference, h.sqrt() * z.sinh(), h * effect.v() * cosh * cosh)
    }
}

/// The inverse hyperbolic sine, to full precision near 0 and without overflow.
fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let value = if size < 1e8 {
        (size + size * size / (1.0 + size.hypot(1.0))).ln_1p()
    } else {
        size.ln() + std::f64::consts::LN_2
    };
    value.copysign(x)
}
