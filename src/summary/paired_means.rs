//! Means and standard deviations of one group, measured twice.

use super::Direction;
use super::reported_difference::{root_of_f, t_of_p};
use crate::error::{Error, ErrorKind};

/// Mean and standard deviation of one of two measurements of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    mean: f64,
    sd: f64,
}

impl Measurement {
    fn new((mean, sd): (f64, f64)) -> Result<Self, Error> {
        super::check_finite("mean", mean)?;
        if !(sd > 0.0 && sd.is_finite()) {
            return Err(ErrorKind::NotPositive { what: "standard deviation", value: sd }.into());
        }
        Ok(Self { mean, sd })
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
}

/// One group measured twice (after and before, or under treatment and under control in a crossover trial), or matched
/// pairs; with the correlation of the two measurements.
///
/// Where the correlation is not reported, it follows from the standard deviation of the changes
/// ([`from_change_sd`](Self::from_change_sd)).
///
/// ```
/// use meta_analysis::PairedMeans;
///
/// // Patients, then (mean, standard deviation) after and before, and the correlation.
/// let study = PairedMeans::new(40, (5.1, 1.2), (5.4, 1.1), 0.8)?;
/// assert_eq!(format!("{:.4}", study.change_sd()), "0.7335");
/// let same = PairedMeans::from_change_sd(40, (5.1, 1.2), (5.4, 1.1), study.change_sd())?;
/// assert_eq!(format!("{:.4}", same.correlation()), "0.8000");
/// assert_eq!(PairedMeans::new(40, (5.1, 1.2), (5.4, 1.1), 8.0).unwrap_err().to_string(),
///     "the correlation must lie between -1 and 1, but is 8");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedMeans {
    n: u64,
    after: Measurement,
    before: Measurement,
    correlation: f64,
}

impl PairedMeans {
    /// A study from the number of patients, `(mean, standard deviation)` after and before, and the correlation of the
    /// two measurements.
    ///
    /// # Errors
    /// [`ErrorKind::TooFewPairs`] with fewer than two, [`ErrorKind::NotFinite`] for a mean, [`ErrorKind::NotPositive`]
    /// for a standard deviation, [`ErrorKind::NotBetween`] for a correlation outside [-1, 1].
    pub fn new(n: u64, after: (f64, f64), before: (f64, f64), correlation: f64) -> Result<Self, Error> {
        check_pairs(n)?;
        let (after, before) = (Measurement::new(after)?, Measurement::new(before)?);
        super::check_between("correlation", correlation, (-1.0, 1.0))?;
        Ok(Self { n, after, before, correlation })
    }

    /// A study from the standard deviation of the changes in place of the correlation.
    ///
    /// # Errors
    /// As [`new`](Self::new); the correlation is outside [-1, 1] if the standard deviation of the changes is not
    /// between the difference and the sum of the two others.
    pub fn from_change_sd(n: u64, after: (f64, f64), before: (f64, f64), change_sd: f64) -> Result<Self, Error> {
        let study = Self::new(n, after, before, 0.0)?;
        if !(change_sd > 0.0 && change_sd.is_finite()) {
            return Err(ErrorKind::NotPositive { what: "standard deviation of the changes", value: change_sd }.into());
        }
        let (s1, s2) = (study.after.sd, study.before.sd);
        // s1² + s2² - sd² = (s1 - s2)² + 2 s1 s2 - sd², factored and divided as it goes lest a square overflow.
        let correlation = 1.0 + 0.5 * ((s1 - s2 - change_sd) / s1) * ((s1 - s2 + change_sd) / s2);
        super::check_between("correlation", correlation, (-1.0, 1.0))?;
        Ok(Self { correlation, ..study })
    }

    /// The number of patients, or of pairs.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The later measurement, or that of the treated.
    #[must_use]
    pub const fn after(&self) -> Measurement {
        self.after
    }

    /// The earlier measurement, or that of the controls.
    #[must_use]
    pub const fn before(&self) -> Measurement {
        self.before
    }

    /// The correlation of the two measurements.
    #[must_use]
    pub const fn correlation(&self) -> f64 {
        self.correlation
    }

    /// The standard deviation of the changes, √(s1² + s2² - 2 r s1 s2); 0 for r = 1 and equal standard deviations.
    #[must_use]
    pub fn change_sd(&self) -> f64 {
        let (unit, relative) = self.change_sd_in_units();
        unit * relative
    }

    /// The standard deviation of the changes, as the larger of the two standard deviations and a factor: so nothing
    /// overflows, nor is rounded to a subnormal.
    pub(crate) fn change_sd_in_units(&self) -> (f64, f64) {
        let (s1, s2) = (self.after.sd, self.before.sd);
        let unit = s1.max(s2);
        // (s1 - s2)² + 2 (1 - r) s1 s2 has no cancelling terms.
        let product = 2.0 * (1.0 - self.correlation) * (s1.min(s2) / unit);
        (unit, ((s1 - s2) / unit).hypot(product.sqrt()))
    }

    /// The number of pairs as a floating-point number.
    pub(crate) const fn size(&self) -> f64 {
        super::float(self.n)
    }
}

/// A change of one group that was reported without means: as the change in units of the standard deviation of the
/// changes, or as the t, F or p-value of the paired test.
///
/// It feeds [`ChangeScoreD`](crate::ChangeScoreD).
///
/// # Formula
/// ```text
/// d = t / √n        t = ±√F        |t| = upper p/2 quantile of Student's t with n - 1 degrees of freedom
/// ```
///
/// # Example
/// ```
/// use meta_analysis::{ChangeScoreD, EffectSize, ReportedChange};
///
/// let effect = ChangeScoreD::new().effect(&ReportedChange::from_t(2.3, 15)?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.5614 0.0772");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportedChange {
    d: f64,
    n: u64,
}

impl ReportedChange {
    /// From the mean change over the standard deviation of the changes, without correction for small samples, and the
    /// number of patients.
    ///
    /// # Errors
    /// [`ErrorKind::TooFewPairs`] with fewer than two, [`ErrorKind::NotFinite`] for d.
    pub fn from_d(d: f64, n: u64) -> Result<Self, Error> {
        check_pairs(n)?;
        super::check_finite("standardised change", d)?;
        Ok(Self { d, n })
    }

    /// From the t statistic of the paired test.
    ///
    /// # Errors
    /// As [`from_d`](Self::from_d).
    pub fn from_t(t: f64, n: u64) -> Result<Self, Error> {
        check_pairs(n)?;
        super::check_finite("t statistic", t)?;
        Ok(Self { d: t / super::float(n).sqrt(), n })
    }

    /// From the F statistic of the analysis of variance with repeated measurements.
    ///
    /// # Errors
    /// As [`from_d`](Self::from_d); [`ErrorKind::Negative`] for a negative F.
    pub fn from_f(f: f64, direction: Direction, n: u64) -> Result<Self, Error> {
        Self::from_t(direction.sign(root_of_f(f)?), n)
    }

    /// From the two-sided p-value of the paired t-test.
    ///
    /// # Errors
    /// [`ErrorKind::TooFewPairs`]; [`ErrorKind::PValueOutside`]; [`ErrorKind::OutOfRange`] for a p-value so small that
    /// the change is not a finite number.
    pub fn from_p(p_value: f64, direction: Direction, n: u64) -> Result<Self, Error> {
        check_pairs(n)?;
        Self::from_t(direction.sign(t_of_p(p_value, super::float(n) - 1.0)?), n)
    }

    /// The change in units of the standard deviation of the changes, without correction for small samples.
    #[must_use]
    pub const fn d(&self) -> f64 {
        self.d
    }

    /// The number of patients.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The number of patients as a floating-point number.
    pub(crate) const fn size(&self) -> f64 {
        super::float(self.n)
    }
}

fn check_pairs(found: u64) -> Result<(), Error> {
    if found < 2 { Err(ErrorKind::TooFewPairs { needed: 2, found }.into()) } else { Ok(()) }
}
