//! Means and standard deviations of two arms.

use crate::error::{Error, ErrorKind};

/// Size, mean and standard deviation (not standard error) of one group of patients.
///
/// Alone it is the data of recipes such as [`GroupMean`](crate::GroupMean); two of them are a study of
/// [`TwoMeans`].
///
/// ```
/// use meta_analysis::Group;
///
/// let group = Group::new(155, 55.0, 47.0)?;  // patients, mean, standard deviation
/// assert_eq!(group.mean(), 55.0);
/// assert_eq!(Group::new(1, 55.0, 47.0).unwrap_err().to_string(),
///     "the single arm must have at least 2 patients, but has 1");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    n: u64,
    mean: f64,
    sd: f64,
}

impl Group {
    /// A group from its size, mean and standard deviation, to be combined, split or put into a study with
    /// [`TwoMeans::from_groups`].
    ///
    /// # Errors
    /// As [`TwoMeans::new`].
    pub fn new(n: u64, mean: f64, sd: f64) -> Result<Self, Error> {
        Self::in_arm("single", (n, mean, sd))
    }

    fn in_arm(arm: &'static str, (n, mean, sd): (u64, f64, f64)) -> Result<Self, Error> {
        if n < 2 {
            return Err(ErrorKind::ArmTooSmall { arm, needed: 2, found: n }.into());
        }
        if !mean.is_finite() {
            return Err(ErrorKind::NotFinite { what: "mean", value: mean }.into());
        }
        if !(sd > 0.0 && sd.is_finite()) {
            return Err(ErrorKind::NotPositive { what: "standard deviation", value: sd }.into());
        }
        Ok(Self { n, mean, sd })
    }

    /// The number of patients.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The mean, in the unit of the outcome.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation, in the unit of the outcome.
    #[must_use]
    pub const fn sd(&self) -> f64 {
        self.sd
    }

    /// The same with `n` patients, two or more.
    pub(super) const fn with_size(self, n: u64) -> Self {
        Self { n, ..self }
    }

    /// The number of patients as a floating-point number.
    pub(crate) const fn size(&self) -> f64 {
        super::float(self.n)
    }
}

/// Means of a treated and a control arm, with standard deviations (not standard errors).
///
/// ```
/// use meta_analysis::TwoMeans;
///
/// let study = TwoMeans::new((12, 6.0, 2.6), (12, 8.2, 3.9))?;  // (patients, mean, standard deviation)
/// assert_eq!(study.treated().mean(), 6.0);
/// assert_eq!(TwoMeans::new((12, 6.0, 2.6), (12, 8.2, 0.0)).unwrap_err().to_string(),
///     "the standard deviation must be positive and finite, but is 0");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoMeans {
    treated: Group,
    control: Group,
}

impl TwoMeans {
    /// A study from `(patients, mean, standard deviation)` of the treated and of the control arm.
    ///
    /// # Errors
    /// [`ErrorKind::ArmTooSmall`] with fewer than two patients, [`ErrorKind::NotFinite`] for a mean,
    /// [`ErrorKind::NotPositive`] for a standard deviation.
    pub fn new(treated: (u64, f64, f64), control: (u64, f64, f64)) -> Result<Self, Error> {
        Ok(Self { treated: Group::in_arm("treated", treated)?, control: Group::in_arm("control", control)? })
    }

    /// A study from two groups: as estimated from quantiles ([`FiveNumbers`](crate::FiveNumbers)), combined, or split.
    #[must_use]
    pub const fn from_groups(treated: Group, control: Group) -> Self {
        Self { treated, control }
    }

    /// Studies from rows of `(treated, control)`, so that an error names its study.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use meta_analysis::TwoMeans;
    ///
    /// let rows = [((12, 6.0, 2.6), (12, 8.2, 3.9)), ((9, 3.75, 1.64), (1, 16.45, 6.79))];
    /// assert_eq!(TwoMeans::from_rows(rows).unwrap_err().to_string(),
    ///     "study 2: the control arm must have at least 2 patients, but has 1");
    /// ```
    pub fn from_rows(rows: impl IntoIterator<Item = ((u64, f64, f64), (u64, f64, f64))>) -> Result<Vec<Self>, Error> {
        rows.into_iter()
            .enumerate()
            .map(|(i, (treated, control))| Self::new(treated, control).map_err(|e| e.in_study(i)))
            .collect()
    }

    /// The treated arm.
    #[must_use]
    pub const fn treated(&self) -> Group {
        self.treated
    }

    /// The control arm.
    #[must_use]
    pub const fn control(&self) -> Group {
        self.control
    }

    /// The pooled standard deviation, as the larger of the two and a factor: each is squared only after division by the
    /// larger one, so that nothing overflows.
    pub(crate) fn pooled_sd(&self) -> (f64, f64) {
        let (f1, f2) = (self.treated.size() - 1.0, self.control.size() - 1.0);
        let unit = self.treated.sd.max(self.control.sd);
        let (u1, u2) = (self.treated.sd / unit, self.control.sd / unit);
        (unit, ((f1 * (u1 * u1) + f2 * (u2 * u2)) / (f1 + f2)).sqrt())
    }
}
