//! The risk without treatment, without which no relative effect says how many patients it concerns.

use crate::error::{Error, ErrorKind};

/// The risk of the event without treatment, strictly between 0 and 1.
///
/// A relative effect becomes an absolute one only at a baseline risk: one that is typical of the patients to be
/// treated, from a register or a cohort, rather than the mean of the trials' control arms.
///
/// ```
/// use meta_analysis::BaselineRisk;
///
/// assert_eq!(BaselineRisk::new(0.3)?.get(), 0.3);
/// assert_eq!(BaselineRisk::from_events(30, 120)?.get(), 0.25);
/// assert_eq!(BaselineRisk::new(30.0).unwrap_err().to_string(),
///     "the baseline risk must lie between 0 and 1, both excluded, but is 30");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BaselineRisk {
    risk: f64,
    /// 1 - risk, with the digits it was given.
    survival: f64,
}

impl BaselineRisk {
    /// A risk such as `0.3`.
    ///
    /// # Errors
    /// [`ErrorKind::BaselineRiskOutside`].
    pub fn new(risk: f64) -> Result<Self, Error> {
        Self::checked(risk, 1.0 - risk, risk)
    }

    /// The risk of those who do not survive without the event: for hazard ratios, at the time that matters.
    ///
    /// # Errors
    /// [`ErrorKind::BaselineRiskOutside`].
    pub fn from_survival(survival: f64) -> Result<Self, Error> {
        Self::checked(1.0 - survival, survival, 1.0 - survival)
    }

    /// The risk in a group with so many events among so many patients.
    ///
    /// # Errors
    /// [`ErrorKind::BaselineRiskOutside`] without events, or with nothing but events.
    #[allow(clippy::cast_precision_loss, reason = "counts above 2^53 are rounded, which moves a risk by 1e-16")]
    pub fn from_events(events: u64, patients: u64) -> Result<Self, Error> {
        let (e, n) = (events as f64, patients as f64);
        Self::checked(e / n, (n - e) / n, e / n)
    }

    fn checked(risk: f64, survival: f64, value: f64) -> Result<Self, Error> {
        if risk > 0.0 && survival > 0.0 && risk < 1.0 && survival < 1.0 {
            return Ok(Self { risk, survival });
        }
        Err(ErrorKind::BaselineRiskOutside { value }.into())
    }

    /// The risk as a proportion.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.risk
    }

    /// The proportion without the event.
    #[must_use]
    pub const fn survival(self) -> f64 {
        self.survival
    }

    /// The change of the risk by a log risk ratio; the risk may pass 1.
    pub(crate) fn change_by_risk_ratio(self, y: f64) -> f64 {
        self.risk * y.exp_m1()
    }

    /// The change of the risk by a log odds ratio: p (1 - p) (θ - 1) / (1 - p + p θ), divided by θ where that is large.
    pub(crate) fn change_by_odds_ratio(self, y: f64) -> f64 {
        let (p, q) = (self.risk, self.survival);
        if y > 0.0 { -p * q * (-y).exp_m1() / (q * (-y).exp() + p) } else { p * q * y.exp_m1() / (q + p * y.exp()) }
    }

    /// The change of the risk by a log hazard ratio: S - S^θ under proportional hazards.
    pub(crate) fn change_by_hazard_ratio(self, y: f64) -> f64 {
        -self.survival * (-y.exp_m1() * self.cumulative_hazard()).exp_m1()
    }

    /// -ln (1 - p).
    pub(crate) fn cumulative_hazard(self) -> f64 {
        if self.risk < 0.5 { -(-self.risk).ln_1p() } else { -self.survival.ln() }
    }

    /// The log risk ratio of a log odds ratio, -ln (p + (1 - p) / θ), and its slope in y.
    pub(crate) fn risk_ratio_of_odds_ratio(self, y: f64) -> (f64, f64) {
        let (p, q) = (self.risk, self.survival);
        // p + q / θ - 1, which keeps the digits of a small effect and loses those of a sum near 0.
        let beyond_one = q * (-y).exp_m1();
        if beyond_one == f64::INFINITY {
            return (y - (q + p * y.exp()).ln(), q / (q + p * y.exp()));
        }
        let y_of_ratio = if beyond_one > -0.5 { -beyond_one.ln_1p() } else { -(p + q * (-y).exp()).ln() };
        (y_of_ratio, if y > 0.0 { q * (-y).exp() / (q * (-y).exp() + p) } else { q / (q + p * y.exp()) })
    }
}
