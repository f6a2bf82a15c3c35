//! A pair of limits.

use std::fmt;

use crate::measure::Link;
use crate::real::Real;

/// An interval with its limits in order. Which scale they are on is said where it comes from.
///
/// ```
/// use meta_analysis::Interval;
///
/// let interval = Interval { lower: 0.84, upper: 2.39 };
/// assert!(interval.contains(1.0));
/// assert_eq!(format!("{interval:.1}"), "0.8 to 2.4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval<F = f64> {
    /// The lower limit.
    pub lower: F,
    /// The upper limit.
    pub upper: F,
}

impl<F: Real> Interval<F> {
    /// `centre` -+ `half`, rounded once.
    pub(crate) fn around(centre: f64, half: f64) -> Self {
        Self { lower: F::of(centre - half), upper: F::of(centre + half) }
    }

    /// True if `value` lies within the limits or on one of them.
    #[must_use]
    pub fn contains(&self, value: F) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// The distance between the limits.
    #[must_use]
    pub fn width(&self) -> F {
        self.upper - self.lower
    }

    /// Analysis to natural scale; a decreasing link turns the limits round.
    pub(crate) fn to_natural(self, link: Link) -> Self {
        let (a, b) = (link.to_natural(self.lower), link.to_natural(self.upper));
        if a > b { Self { lower: b, upper: a } } else { Self { lower: a, upper: b } }
    }
}

/// Prints as `0.84 to 2.39`, each limit in the precision asked for.
impl<F: Real> fmt::Display for Interval<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.lower, f)?;
        f.write_str(" to ")?;
        fmt::Display::fmt(&self.upper, f)
    }
}
