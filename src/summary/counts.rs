//! Events in one group, among persons or over time.

use crate::error::{Error, ErrorKind};

/// Events among the members of one group.
///
/// ```
/// use meta_analysis::Proportion;
///
/// let study = Proportion::new(12, 80)?;  // events, members
/// assert_eq!(study.non_events(), 68);
/// assert_eq!(Proportion::new(5, 3).unwrap_err().to_string(),
///     "the single arm must not have more events than patients, but has 5 of 3");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proportion {
    events: u64,
    total: u64,
}

impl Proportion {
    /// A group from its events and its size.
    ///
    /// # Errors
    /// [`ErrorKind::EventsAboveTotal`], and [`ErrorKind::ArmTooSmall`] for an empty group.
    pub fn new(events: u64, total: u64) -> Result<Self, Error> {
        if events > total {
            return Err(ErrorKind::EventsAboveTotal { arm: "single", events, total }.into());
        }
        if total == 0 {
            return Err(ErrorKind::ArmTooSmall { arm: "single", needed: 1, found: 0 }.into());
        }
        Ok(Self { events, total })
    }

    /// Groups from rows of `[events, size]`, so that an error names its study.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use meta_analysis::Proportion;
    ///
    /// assert_eq!(Proportion::from_rows([[1, 30], [4, 3]]).unwrap_err().to_string(),
    ///     "study 2: the single arm must not have more events than patients, but has 4 of 3");
    /// ```
    pub fn from_rows(rows: impl IntoIterator<Item = [u64; 2]>) -> Result<Vec<Self>, Error> {
        rows.into_iter().enumerate().map(|(i, [events, n])| Self::new(events, n).map_err(|e| e.in_study(i))).collect()
    }

    /// The number of events.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// The number of members without the event.
    #[must_use]
    pub const fn non_events(&self) -> u64 {
        self.total - self.events
    }

    /// The size of the group.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }
}

/// Events of one group over the time that its members were observed.
///
/// ```
/// use meta_analysis::PersonTimeRate;
///
/// let study = PersonTimeRate::new(9, 413.0)?;  // events, person-years
/// assert_eq!(study.time(), 413.0);
/// assert_eq!(PersonTimeRate::new(9, 0.0).unwrap_err().to_string(),
///     "the person-time must be positive and finite, but is 0");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonTimeRate {
    events: u64,
    time: f64,
}

impl PersonTimeRate {
    /// A group from its events and its person-time.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for the person-time.
    pub fn new(events: u64, time: f64) -> Result<Self, Error> {
        if time > 0.0 && time.is_finite() {
            Ok(Self { events, time })
        } else {
            Err(ErrorKind::NotPositive { what: "person-time", value: time }.into())
        }
    }

    /// The number of events.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// The person-time.
    #[must_use]
    pub const fn time(&self) -> f64 {
        self.time
    }
}
