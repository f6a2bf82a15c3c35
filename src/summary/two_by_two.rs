//! Events and non-events in two arms.

use crate::error::{Error, ErrorKind};

/// A 2×2 table: events and non-events in a treated and a control arm.
///
/// Counts are `u64`, so that negative or missing cells cannot be written down.
///
/// ```
/// use meta_analysis::TwoByTwo;
///
/// let drawn = TwoByTwo::new([4, 119], [11, 128]);              // rows as drawn: events, non-events
/// let totalled = TwoByTwo::from_totals([4, 123], [11, 139])?;  // rows as printed: events, patients
/// assert_eq!(drawn, totalled);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TwoByTwo {
    treated: [u64; 2],
    control: [u64; 2],
}

/// The cells a, b, c, d of a table as floating-point numbers, with the totals of the arms.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(unreachable_pub, unnameable_types, reason = "part of a sealed trait")]
pub struct Cells {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) c: f64,
    pub(crate) d: f64,
}

impl TwoByTwo {
    /// A table from its rows: `[events, non-events]` of the treated and of the control arm.
    #[must_use]
    pub const fn new(treated: [u64; 2], control: [u64; 2]) -> Self {
        Self { treated, control }
    }

    /// A table from `[events, patients]` of the treated and of the control arm.
    ///
    /// # Errors
    /// [`ErrorKind::EventsAboveTotal`] if an arm has more events than patients.
    pub fn from_totals(treated: [u64; 2], control: [u64; 2]) -> Result<Self, Error> {
        let row = |arm, [events, total]: [u64; 2]| match total.checked_sub(events) {
            Some(others) => Ok([events, others]),
            None => Err(Error::from(ErrorKind::EventsAboveTotal { arm, events, total })),
        };
        Ok(Self { treated: row("treated", treated)?, control: row("control", control)? })
    }

    /// `[events, non-events]` of the treated arm.
    #[must_use]
    pub const fn treated(&self) -> [u64; 2] {
        self.treated
    }

    /// `[events, non-events]` of the control arm.
    #[must_use]
    pub const fn control(&self) -> [u64; 2] {
        self.control
    }

    /// True if any of the four cells is zero.
    #[must_use]
    pub const fn has_zero_cell(&self) -> bool {
        let ([a, b], [c, d]) = (self.treated, self.control);
        a == 0 || b == 0 || c == 0 || d == 0
    }

    /// Why a ratio of risks or odds is not estimable from this table, if it is not.
    pub(crate) const fn no_ratio(&self) -> Option<&'static str> {
        let ([a, b], [c, d]) = (self.treated, self.control);
        if a == 0 && c == 0 {
            Some("no events in either arm")
        } else if b == 0 && d == 0 {
            Some("only events in both arms")
        } else {
            None
        }
    }

    /// An error for an empty arm.
    pub(crate) fn check_arms(&self) -> Result<(), Error> {
        for (arm, row) in [("treated", self.treated), ("control", self.control)] {
            if row == [0, 0] {
                return Err(ErrorKind::ArmTooSmall { arm, needed: 1, found: 0 }.into());
            }
        }
        Ok(())
    }

    /// The cells as they are.
    #[allow(clippy::cast_precision_loss, reason = "counts above 2^53 are rounded, which moves an effect by 1e-16")]
    pub(crate) const fn cells(&self) -> Cells {
        let ([a, b], [c, d]) = (self.treated, self.control);
        Cells { a: a as f64, b: b as f64, c: c as f64, d: d as f64 }
    }
}

impl Cells {
    /// True if a cell is zero.
    pub(crate) fn has_zero(&self) -> bool {
        [self.a, self.b, self.c, self.d].contains(&0.0)
    }

    /// The size of the treated arm.
    pub(crate) fn n1(&self) -> f64 {
        self.a + self.b
    }

    /// The size of the control arm.
    pub(crate) fn n2(&self) -> f64 {
        self.c + self.d
    }

    /// a d - b c, with one rounding: the difference of two products that agree to many digits (Kahan's use of a fused
    /// multiply-add; Jeannerod, Louvet & Muller 2013).
    pub(crate) fn cross(&self) -> f64 {
        let bc = self.b * self.c;
        let lost = (-self.b).mul_add(self.c, bc);
        self.a.mul_add(self.d, -bc) + lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cross_difference_keeps_its_digits() {
        let table = TwoByTwo::new([94_906_265, 94_906_266], [94_906_264, 94_906_265]);
        // 94906265² - 94906266 * 94906264 = 1, which plain doubles give as 0 or 2.
        assert_eq!(table.cells().cross(), 1.0);
    }

    #[test]
    fn the_largest_counts_do_not_overflow() {
        let table = TwoByTwo::new([u64::MAX, u64::MAX], [u64::MAX, 1]);
        assert!(table.cells().n1().is_finite() && table.cells().cross().is_finite(), "finite at the top of u64");
        assert!(TwoByTwo::from_totals([0, u64::MAX], [u64::MAX, u64::MAX]).is_ok(), "totals at the top of u64");
    }
}
