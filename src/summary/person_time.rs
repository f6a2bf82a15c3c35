//! Events and time at risk in two arms.

use crate::error::{Error, ErrorKind};

/// Events and person-time in a treated and a control arm.
///
/// Time may be in any unit, the same in both arms; for differences the same in all studies.
///
/// | recipe | what it is |
/// |---|---|
/// | [`RateRatio`](crate::RateRatio) | the usual choice |
/// | [`RateDifference`](crate::RateDifference) | events per unit of time, in absolute numbers |
/// | [`RateRootDifference`](crate::RateRootDifference) | stable variance, no correction for zeros |
///
/// Other zero-cell policies come with [`FromPersonTime`](crate::FromPersonTime).
///
/// ```
/// use meta_analysis::{EffectSize, PersonTime, RateRatio};
///
/// // 9 strokes in 413 patient-years under warfarin, 19 in 398 under control.
/// let study = PersonTime::new((9, 413.0), (19, 398.0))?;
/// assert_eq!(format!("{:.2}", RateRatio.effect(&study)?.natural()), "0.46");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonTime {
    treated: (u64, f64),
    control: (u64, f64),
}

impl PersonTime {
    /// A study from `(events, time at risk)` of the treated and of the control arm.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for a time at risk that is not positive and finite.
    pub fn new(treated: (u64, f64), control: (u64, f64)) -> Result<Self, Error> {
        for (what, (_, time)) in
            [("time at risk of the treated arm", treated), ("time at risk of the control arm", control)]
        {
            if !(time > 0.0 && time.is_finite()) {
                return Err(ErrorKind::NotPositive { what, value: time }.into());
            }
        }
        Ok(Self { treated, control })
    }

    /// Studies from rows of `(treated, control)`, so that an error names its study.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use meta_analysis::PersonTime;
    ///
    /// let rows = [((9, 413.0), (19, 398.0)), ((3, 0.0), (5, 12.5))];
    /// assert_eq!(PersonTime::from_rows(rows).unwrap_err().to_string(),
    ///     "study 2: the time at risk of the treated arm must be positive and finite, but is 0");
    /// ```
    pub fn from_rows(rows: impl IntoIterator<Item = ((u64, f64), (u64, f64))>) -> Result<Vec<Self>, Error> {
        rows.into_iter()
            .enumerate()
            .map(|(i, (treated, control))| Self::new(treated, control).map_err(|e| e.in_study(i)))
            .collect()
    }

    /// `(events, time at risk)` of the treated arm.
    #[must_use]
    pub const fn treated(&self) -> (u64, f64) {
        self.treated
    }

    /// `(events, time at risk)` of the control arm.
    #[must_use]
    pub const fn control(&self) -> (u64, f64) {
        self.control
    }

    /// True if an arm has no event.
    #[must_use]
    pub const fn has_zero_cell(&self) -> bool {
        self.treated.0 == 0 || self.control.0 == 0
    }

    /// Why a ratio of rates is not estimable, if it is not.
    pub(crate) const fn no_ratio(&self) -> Option<&'static str> {
        if self.treated.0 == 0 && self.control.0 == 0 { Some("no events in either arm") } else { None }
    }
}
