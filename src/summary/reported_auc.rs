//! A reported area under the curve of two groups.

use crate::error::{Error, ErrorKind};

/// The probability that a member of the treated group scores higher than one of the control group, as reported: the
/// area under the receiver operating characteristic curve, the c statistic, or Mann and Whitney's U over n1 n2.
///
/// Turn it into an effect with [`AreaUnderCurve`](crate::AreaUnderCurve), or, if both groups are taken to be normal
/// with one standard deviation, with [`EqualVarianceCommonLanguage`](crate::EqualVarianceCommonLanguage).
///
/// ```
/// use meta_analysis::ReportedAuc;
///
/// let study = ReportedAuc::new(0.72, (35, 30))?;
/// assert_eq!(study.auc(), 0.72);
/// assert_eq!(ReportedAuc::new(72.0, (35, 30)).unwrap_err().to_string(),
///     "the area under the curve must lie between 0 and 1, but is 72");
/// assert_eq!(format!("{:.2}", ReportedAuc::from_u(756.0, (35, 30))?.auc()), "0.72");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportedAuc {
    auc: f64,
    n1: u64,
    n2: u64,
    ties: f64,
}

impl ReportedAuc {
    /// From the area, with ties counted as one half, and the sizes `(treated, control)`.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] for an area outside [0, 1], [`ErrorKind::ArmTooSmall`] with fewer than two in a group.
    pub fn new(auc: f64, (n1, n2): (u64, u64)) -> Result<Self, Error> {
        for (arm, found) in [("treated", n1), ("control", n2)] {
            if found < 2 {
                return Err(ErrorKind::ArmTooSmall { arm, needed: 2, found }.into());
            }
        }
        super::check_between("area under the curve", auc, (0.0, 1.0))?;
        Ok(Self { auc, n1, n2, ties: 0.0 })
    }

    /// From Mann and Whitney's U of the treated group: the number of pairs of a treated and a control in which the
    /// treated one scores higher, with ties counted as one half.
    ///
    /// # Errors
    /// As [`new`](Self::new), with U / (n1 n2) as the area.
    pub fn from_u(u: f64, (n1, n2): (u64, u64)) -> Result<Self, Error> {
        Self::new(u / super::float(n1) / super::float(n2), (n1, n2))
    }

    /// The same with the proportion of pairs of a treated and a control that are tied; 0 unless said otherwise. Only
    /// the [`HanleyMcNeil`](crate::AucVariance::HanleyMcNeil) variance uses it.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] if it is outside [0, 1].
    pub fn with_ties(self, ties: f64) -> Result<Self, Error> {
        super::check_between("proportion of ties", ties, (0.0, 1.0))?;
        Ok(Self { ties, ..self })
    }

    /// The area under the curve.
    #[must_use]
    pub const fn auc(&self) -> f64 {
        self.auc
    }

    /// The number of patients in the treated and in the control group.
    #[must_use]
    pub const fn sizes(&self) -> (u64, u64) {
        (self.n1, self.n2)
    }

    /// The proportion of pairs that are tied.
    #[must_use]
    pub const fn ties(&self) -> f64 {
        self.ties
    }

    /// The sizes as floating-point numbers.
    pub(crate) const fn n(&self) -> (f64, f64) {
        (super::float(self.n1), super::float(self.n2))
    }
}
