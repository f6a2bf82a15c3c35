//! Measures of a rate: events per person-time in one group.

use super::{Link, Measure, measures_with_options};
use crate::summary::ZeroCells;

/// Rates as they are.
const RAW: Link = Link::new("identity", |r| if r >= 0.0 { r } else { f64::NAN }, |y| y.clamp(0.0, f64::INFINITY));
/// A negative root is no rate.
const ROOT: Link = Link::new("square root", f64::sqrt, |y| {
    let root = y.clamp(0.0, f64::INFINITY);
    root * root
});

measures_with_options! {
    /// A rate, pooled as it is.
    ///
    /// As a recipe it takes a [`PersonTimeRate`](crate::PersonTimeRate).
    ///
    /// # Formula
    /// ```text
    /// y = x / t        v = x / t²
    /// ```
    /// with x events over time t (Rothman, Greenland & Lash 2008). One half is added to no events.
    ///
    /// # Scale
    /// Events per unit of time on both scales; a negative limit is read as 0.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without events and without a correction.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PersonTimeRate, RawRate};
    ///
    /// let effect = RawRate::new().effect(&PersonTimeRate::new(4, 120.0)?)?;
    /// assert_eq!(format!("{:.4} {:.7}", effect.y(), effect.v()), "0.0333 0.0002778");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "IR")]
    RawRate, "rate", RAW, {
        /// The same with another policy for counts of zero.
        zero_cells: ZeroCells = ZeroCells::HALF, with_zero_cells;
    }

    /// The logarithm of a rate, the usual choice.
    ///
    /// As a recipe it takes a [`PersonTimeRate`](crate::PersonTimeRate).
    ///
    /// # Formula
    /// ```text
    /// y = ln (x / t)        v = 1/x
    /// ```
    /// with x events over time t (Rothman, Greenland & Lash 2008). One half is added to no events.
    ///
    /// # Scale
    /// Pooled as a logarithm, read as events per unit of time.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without events and without a correction.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, LogRate, PersonTimeRate};
    ///
    /// let effect = LogRate::new().effect(&PersonTimeRate::new(4, 120.0)?)?;
    /// assert_eq!(format!("{:.4} {} {:.4}", effect.y(), effect.v(), effect.natural()), "-3.4012 0.25 0.0333");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "IRLN")]
    LogRate, "rate", Link::LOG, {
        /// The same with another policy for counts of zero.
        zero_cells: ZeroCells = ZeroCells::HALF, with_zero_cells;
    }

    /// The square root of a rate, whose variance does not depend on it, and which needs no correction of zeros.
    ///
    /// As a recipe it takes a [`PersonTimeRate`](crate::PersonTimeRate).
    ///
    /// # Formula
    /// ```text
    /// y = √(x / t)        v = 1 / (4t)
    /// ```
    /// with x events over time t (Rothman, Greenland & Lash 2008).
    ///
    /// # Scale
    /// Pooled as a square root, read as events per unit of time; a negative limit is read as 0.
    ///
    /// # Errors
    /// None for valid data.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PersonTimeRate, SquareRootRate};
    ///
    /// let effect = SquareRootRate::new().effect(&PersonTimeRate::new(4, 120.0)?)?;
    /// assert_eq!(format!("{:.4} {:.6} {:.4}", effect.y(), effect.v(), effect.natural()), "0.1826 0.002083 0.0333");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "IRS")]
    SquareRootRate, "rate", ROOT, {
        /// The same with another policy for counts of zero; by default nothing is added.
        zero_cells: ZeroCells = ZeroCells::NONE, with_zero_cells;
    }
}

/// A rate on the scale of Freeman & Tukey, read back with a given person-time.
///
/// The recipe is [`FreemanTukey`](crate::FreemanTukey), which sets the person-time: a study's own, or the harmonic mean
/// over the studies. As for [`FreemanTukeyProportion`](crate::FreemanTukeyProportion), one value is another rate for
/// another person-time (Schwarzer et al. 2019). Prefer [`LogRate`] or [`SquareRootRate`].
///
/// # Formula
/// ```text
/// y = ½ (√(x / t) + √((x + 1) / t))        rate = (y - 1 / (4 t y))²
/// ```
/// (Freeman & Tukey 1950).
///
/// # Scale
/// Pooled as a square root, read as a rate; a value below that of no events is read as 0.
///
/// # Example
/// ```
/// use meta_analysis::{FreemanTukeyRate, Measure};
///
/// let measure = FreemanTukeyRate::of_time(33.0)?;
/// assert_eq!(format!("{:.4}", measure.link().to_natural(0.5)), "0.2351");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "IRFT")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreemanTukeyRate {
    time: f64,
}

impl FreemanTukeyRate {
    /// Read back with this person-time.
    ///
    /// # Errors
    /// [`NotPositive`](crate::ErrorKind::NotPositive).
    pub fn of_time(time: f64) -> Result<Self, crate::Error> {
        if time > 0.0 && time.is_finite() {
            Ok(Self { time })
        } else {
            Err(crate::ErrorKind::NotPositive { what: "person-time", value: time }.into())
        }
    }

    /// The person-time.
    #[must_use]
    pub const fn time(&self) -> f64 {
        self.time
    }
}

impl Measure for FreemanTukeyRate {
    fn label(&self) -> &'static str {
        "rate"
    }

    fn link(&self) -> Link {
        let to_analysis = |rate: f64, t: f64| 0.5 * (rate.sqrt() + (rate + t.recip()).sqrt());
        Link::with_parameter("double square root", self.time, to_analysis, |y, t| {
            // The least value, of no events, is 1 / (2 √t); NaN stays NaN.
            let root = if y <= 0.5 / t.sqrt() { 0.0 } else { y - 0.25 / (t * y) };
            root * root
        })
    }
}
