//! A difference of two groups that was reported as a test or as a standardised difference, without means.

use super::TwoMeans;
use crate::distributions::t_upper_quantile;
use crate::error::{Error, ErrorKind};

/// Which group has the higher mean: F and two-sided p-values do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The treated group, or the later of two measurements: the effect is positive.
    Positive,
    /// The control group, or the earlier of two measurements: the effect is negative.
    Negative,
}

impl Direction {
    /// `size` with the sign of this direction.
    pub(super) const fn sign(self, size: f64) -> f64 {
        match self {
            Self::Positive => size,
            Self::Negative => -size,
        }
    }
}

/// The standardised difference of two independent groups as a paper reports it: as d itself, or as the t, F or p-value
/// of the test that takes the standard deviations to be equal.
///
/// It feeds the recipes that need no more than d and the group sizes: [`HedgesG`](crate::HedgesG),
/// [`PointBiserial`](crate::PointBiserial), [`BiserialCorrelation`](crate::BiserialCorrelation),
/// [`OddsRatioFromDifference`](crate::OddsRatioFromDifference) and
/// [`EqualVarianceCommonLanguage`](crate::EqualVarianceCommonLanguage).
///
/// # Formula
/// ```text
/// d = t √(1/n1 + 1/n2)        t = ±√F        |t| = upper p/2 quantile of Student's t with n1 + n2 - 2 degrees
/// ```
///
/// # Example
/// ```
/// use meta_analysis::{Direction, EffectSize, HedgesG, ReportedDifference};
///
/// let from_t = ReportedDifference::from_t(2.1, (12, 14))?;
/// let from_f = ReportedDifference::from_f(4.41, Direction::Positive, (12, 14))?;
/// assert_eq!(format!("{:.4} {:.4}", from_t.d(), from_f.d()), "0.8261 0.8261");
/// assert_eq!(format!("{:.4}", HedgesG::new().effect(&from_t)?.y()), "0.8000");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportedDifference {
    d: f64,
    n1: u64,
    n2: u64,
}

impl ReportedDifference {
    /// From d, the difference of the means over their pooled standard deviation without correction for small samples,
    /// and the sizes `(treated, control)`.
    ///
    /// # Errors
    /// [`ErrorKind::ArmTooSmall`] with fewer than two patients in a group, [`ErrorKind::NotFinite`] for d.
    pub fn from_d(d: f64, sizes: (u64, u64)) -> Result<Self, Error> {
        let sized = Self::sized(sizes)?;
        super::check_finite("standardised difference", d)?;
        Ok(Self { d, ..sized })
    }

    /// From the t statistic of the test with equal variances; positive if the treated group has the higher mean.
    ///
    /// # Errors
    /// As [`from_d`](Self::from_d).
    pub fn from_t(t: f64, sizes: (u64, u64)) -> Result<Self, Error> {
        let sized = Self::sized(sizes)?;
        super::check_finite("t statistic", t)?;
        Ok(Self { d: t * sized.sampling().sqrt(), ..sized })
    }

    /// From the F statistic of the analysis of variance of the two groups.
    ///
    /// # Errors
    /// As [`from_d`](Self::from_d); [`ErrorKind::Negative`] for a negative F.
    pub fn from_f(f: f64, direction: Direction, sizes: (u64, u64)) -> Result<Self, Error> {
        Self::from_t(direction.sign(root_of_f(f)?), sizes)
    }

    /// From the two-sided p-value of the t-test with equal variances.
    ///
    /// # Errors
    /// [`ErrorKind::ArmTooSmall`]; [`ErrorKind::PValueOutside`]; [`ErrorKind::OutOfRange`] for a p-value so small that
    /// the difference is not a finite number.
    pub fn from_p(p_value: f64, direction: Direction, sizes: (u64, u64)) -> Result<Self, Error> {
        let sized = Self::sized(sizes)?;
        let t = t_of_p(p_value, sized.df())?;
        Ok(Self { d: direction.sign(t) * sized.sampling().sqrt(), ..sized })
    }

    /// The difference of a study with means, in units of the pooled standard deviation.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] if the means are too far apart.
    pub(crate) fn of(study: &TwoMeans) -> Result<Self, Error> {
        let (g1, g2) = (study.treated(), study.control());
        let (unit, relative) = study.pooled_sd();
        let d = (g1.mean() - g2.mean()) / unit / relative;
        if !d.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "the effect" }.into());
        }
        Ok(Self { d, n1: g1.n(), n2: g2.n() })
    }

    /// The difference in units of the pooled standard deviation, without correction for small samples.
    #[must_use]
    pub const fn d(&self) -> f64 {
        self.d
    }

    /// The number of patients in the treated and in the control group.
    #[must_use]
    pub const fn sizes(&self) -> (u64, u64) {
        (self.n1, self.n2)
    }

    /// The sizes as floating-point numbers.
    pub(crate) const fn n(&self) -> (f64, f64) {
        (super::float(self.n1), super::float(self.n2))
    }

    /// n1 + n2.
    pub(crate) const fn total(&self) -> f64 {
        super::float(self.n1) + super::float(self.n2)
    }

    /// n1 + n2 - 2.
    pub(crate) const fn df(&self) -> f64 {
        (super::float(self.n1) - 1.0) + (super::float(self.n2) - 1.0)
    }

    /// 1/n1 + 1/n2.
    pub(crate) const fn sampling(&self) -> f64 {
        1.0 / super::float(self.n1) + 1.0 / super::float(self.n2)
    }

    fn sized((n1, n2): (u64, u64)) -> Result<Self, Error> {
        for (arm, found) in [("treated", n1), ("control", n2)] {
            if found < 2 {
                return Err(ErrorKind::ArmTooSmall { arm, needed: 2, found }.into());
            }
        }
        Ok(Self { d: 0.0, n1, n2 })
    }
}

/// |t| of a two-sided p-value.
pub(super) fn t_of_p(p_value: f64, df: f64) -> Result<f64, Error> {
    if !(p_value > 0.0 && p_value <= 1.0) {
        return Err(ErrorKind::PValueOutside { value: p_value }.into());
    }
    let t = t_upper_quantile(0.5 * p_value, df);
    if t.is_finite() { Ok(t) } else { Err(ErrorKind::OutOfRange { quantity: "the t statistic" }.into()) }
}

/// |t| of an F statistic with one degree of freedom.
pub(super) fn root_of_f(f: f64) -> Result<f64, Error> {
    super::check_finite("F statistic", f)?;
    if f < 0.0 { Err(ErrorKind::Negative { what: "F statistic", value: f }.into()) } else { Ok(f.sqrt()) }
}
