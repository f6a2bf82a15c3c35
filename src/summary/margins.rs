//! 2×2 tables from their margins and a measure of association.

use super::{Direction, TwoByTwo, check_finite, float};
use crate::error::{Error, ErrorKind};

impl TwoByTwo {
    /// The table with the given odds ratio, from the sizes of the treated and of the control arm and the number of
    /// events in both, rounded to whole patients. So studies that print an odds ratio and margins can be pooled as
    /// tables.
    ///
    /// # Formula
    /// With n1 treated of n patients, e events and odds ratio θ, the events among the treated are
    /// ```text
    /// a = 2 θ n1 e / (b + √(b² - 4 θ (θ - 1) n1 e))        b = n - n1 - e + θ (n1 + e)
    /// ```
    /// (Bonett 2007, "Transforming odds ratios into correlations for meta-analytic research", solves the same
    /// quadratic). Rounding moves the odds ratio: compare [`OddsRatio`](crate::OddsRatio) of the result with what was
    /// printed.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for the odds ratio, [`ErrorKind::EventsAboveTotal`], [`ErrorKind::OutOfRange`] for
    /// more patients than can be counted.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::TwoByTwo;
    ///
    /// assert_eq!(TwoByTwo::from_odds_ratio(1.8, (40, 45), 30)?, TwoByTwo::new([17, 23], [13, 32]));
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "conv.2x2")]
    pub fn from_odds_ratio(odds_ratio: f64, sizes: (u64, u64), events: u64) -> Result<Self, Error> {
        if !(odds_ratio > 0.0 && odds_ratio.is_finite()) {
            return Err(ErrorKind::NotPositive { what: "odds ratio", value: odds_ratio }.into());
        }
        let margins = Margins::new(sizes, events)?;
        Ok(margins.table(margins.events_of_treated(odds_ratio)))
    }

    /// The table with the given phi coefficient, the correlation of treatment and event, from the sizes of the arms and
    /// the number of events in both, rounded to whole patients.
    ///
    /// # Formula
    /// ```text
    /// a = (n1 e + φ √(n1 n2 e (n - e))) / n
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] for a phi that no table with these margins has, [`ErrorKind::NotEstimable`] if a
    /// margin is empty, [`ErrorKind::EventsAboveTotal`], [`ErrorKind::OutOfRange`] for more patients than can be
    /// counted.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::TwoByTwo;
    ///
    /// assert_eq!(TwoByTwo::from_phi(0.2, (40, 45), 30)?, TwoByTwo::new([18, 22], [12, 33]));
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn from_phi(phi: f64, sizes: (u64, u64), events: u64) -> Result<Self, Error> {
        super::check_between("phi coefficient", phi, (-1.0, 1.0))?;
        let margins = Margins::new(sizes, events)?;
        if margins.scale() == 0.0 {
            let (measure, reason) = ("phi coefficient", "a margin of the table is empty");
            return Err(ErrorKind::NotEstimable { measure, reason }.into());
        }
        let (lower, upper) = margins.range_of_phi();
        // A phi that was rounded may be beyond the end by half a patient, which the rounding of the cells takes back.
        let half = margins.phi_of(0.5);
        if !(lower - half <= phi && phi <= upper + half) {
            return Err(ErrorKind::NotBetween { what: "phi coefficient", lower, upper, value: phi }.into());
        }
        Ok(margins.table(margins.expected() + phi * margins.scale()))
    }

    /// The table with the given chi-squared statistic (Pearson's, without Yates' correction), of which the direction is
    /// that of the risk difference; by φ = ±√(χ²/n) and [`from_phi`](Self::from_phi).
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] and [`ErrorKind::Negative`] for the statistic; as [`from_phi`](Self::from_phi).
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{Direction, TwoByTwo};
    ///
    /// let table = TwoByTwo::from_chi_squared(3.12, Direction::Positive, (40, 45), 30)?;
    /// assert_eq!(table, TwoByTwo::new([18, 22], [12, 33]));
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn from_chi_squared(
        chi_squared: f64,
        direction: Direction,
        sizes: (u64, u64),
        events: u64,
    ) -> Result<Self, Error> {
        check_finite("chi-squared statistic", chi_squared)?;
        if chi_squared < 0.0 {
            return Err(ErrorKind::Negative { what: "chi-squared statistic", value: chi_squared }.into());
        }
        let margins = Margins::new(sizes, events)?;
        let phi = (chi_squared / (margins.n1 + margins.n2).max(1.0)).sqrt();
        Self::from_phi(direction.sign(phi), sizes, events)
    }
}

/// The margins of a table.
#[derive(Clone, Copy)]
struct Margins {
    sizes: (u64, u64),
    events: u64,
    n1: f64,
    n2: f64,
    e: f64,
    /// Patients without the event.
    f: f64,
}

impl Margins {
    fn new(sizes: (u64, u64), events: u64) -> Result<Self, Error> {
        let Some(total) = sizes.0.checked_add(sizes.1) else {
            return Err(ErrorKind::OutOfRange { quantity: "the number of patients" }.into());
        };
        let Some(others) = total.checked_sub(events) else {
            return Err(ErrorKind::EventsAboveTotal { arm: "combined", events, total }.into());
        };
        Ok(Self { sizes, events, n1: float(sizes.0), n2: float(sizes.1), e: float(events), f: float(others) })
    }

    /// The events among the treated at an odds ratio, before rounding.
    fn events_of_treated(&self, odds_ratio: f64) -> f64 {
        // An odds ratio above 1 is turned into its inverse, with the arms exchanged: θ² could overflow.
        if odds_ratio > 1.0 {
            let turned = Self { sizes: (self.sizes.1, self.sizes.0), n1: self.n2, n2: self.n1, ..*self };
            return self.e - turned.events_of_treated(odds_ratio.recip());
        }
        // n - n1 - e may be negative; all other terms are not.
        let b = (self.n2 - self.e) + odds_ratio * (self.n1 + self.e);
        let (theta, product) = (odds_ratio, self.n1 * self.e);
        let root = (b * b + 4.0 * theta * (1.0 - theta) * product).sqrt();
        // The root of a (1 - θ) a² + b a - θ n1 e = 0 that is not negative, by the form that does not cancel.
        if b >= 0.0 {
            if b + root > 0.0 { 2.0 * theta * product / (b + root) } else { 0.0 }
        } else {
            (root - b) / (2.0 * (1.0 - theta))
        }
    }

    /// The events among the treated without association.
    fn expected(&self) -> f64 {
        let n = self.n1 + self.n2;
        if n > 0.0 { self.n1 / n * self.e } else { 0.0 }
    }

    /// √(n1 n2 e f) / n, the events by which a phi of 1 exceeds the expectation.
    fn scale(&self) -> f64 {
        let n = self.n1 + self.n2;
        if n > 0.0 { (self.n1 / n * self.n2).sqrt() * (self.e / n * self.f).sqrt() } else { 0.0 }
    }

    /// The phi of so many events more than expected, if no margin is empty.
    fn phi_of(&self, excess: f64) -> f64 {
        excess / self.scale()
    }

    /// The phi of the tables with the fewest and the most events among the treated.
    fn range_of_phi(&self) -> (f64, f64) {
        let ((fewest, most), expected) = (self.range(), self.expected());
        (self.phi_of(float(fewest) - expected).max(-1.0), self.phi_of(float(most) - expected).min(1.0))
    }

    /// The fewest and the most events that the treated can have had.
    fn range(&self) -> (u64, u64) {
        (self.events.saturating_sub(self.sizes.1), self.events.min(self.sizes.0))
    }

    /// The table with so many events among the treated, rounded.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is then put in range")]
    fn table(&self, events_of_treated: f64) -> TwoByTwo {
        let (fewest, most) = self.range();
        let a = (events_of_treated.round_ties_even() as u64).clamp(fewest, most);
        // The range makes all four differences at least 0.
        let c = self.events - a;
        TwoByTwo::new([a, self.sizes.0 - a], [c, self.sizes.1 - c])
    }
}
