//! What a log-rank test says of two survival curves.

use crate::distributions::normal_upper_quantile;
use crate::error::{Error, ErrorKind};

/// Observed minus expected events in the treated arm, with its variance: the two numbers of a log-rank test.
///
/// They come from individual data, or from a p-value and the number of events. [`HazardRatio`](crate::HazardRatio) makes
/// an effect of them; for a printed hazard ratio with its interval use [`FromReport`](crate::FromReport).
///
/// ```
/// use meta_analysis::{EffectSize, Favours, HazardRatio, LogRank, LogRankEvents};
///
/// // 45 of the 100 events came in the treated arm, which did better with p = 0.04.
/// let events = LogRankEvents::ByArm { treated: 45, control: 55 };
/// let study = LogRank::from_p_value(0.04, Favours::Treated, events)?;
/// assert_eq!(format!("{:.2} {:.2}", study.observed_minus_expected(), study.variance()), "-10.22 24.75");
/// assert_eq!(format!("{:.3}", HazardRatio.effect(&study)?.natural()), "0.662");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    observed_minus_expected: f64,
    variance: f64,
}

/// The arm with the longer survival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Favours {
    /// The hazard ratio is below 1.
    Treated,
    /// The hazard ratio is above 1.
    Control,
}

/// What is known of the number of events, from which the variance of a log-rank test follows approximately.
///
/// ```text
/// ByArm     V = O1 O2 / (O1 + O2)
/// Total     V = O R1 R2 / (R1 + R2)²
/// ```
/// with O events and R patients randomised (Parmar, Torri & Stewart 1998; Tierney et al. 2007).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogRankEvents {
    /// The events in each arm.
    ByArm {
        /// Events in the treated arm.
        treated: u64,
        /// Events in the control arm.
        control: u64,
    },
    /// The events in both arms together, and how patients were allocated: their numbers, or the ratio such as `[1, 1]`.
    Total {
        /// Events in both arms.
        events: u64,
        /// Patients in the treated and in the control arm.
        allocation: [u64; 2],
    },
}

impl LogRank {
    /// Observed minus expected events in the treated arm, and the variance of that difference.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`], [`ErrorKind::NotPositive`] for the variance.
    pub fn new(observed_minus_expected: f64, variance: f64) -> Result<Self, Error> {
        if !observed_minus_expected.is_finite() {
            let (what, value) = ("observed minus expected events", observed_minus_expected);
            return Err(ErrorKind::NotFinite { what, value }.into());
        }
        if !(variance > 0.0 && variance.is_finite()) {
            return Err(ErrorKind::NotPositive { what: "variance of the log-rank test", value: variance }.into());
        }
        Ok(Self { observed_minus_expected, variance })
    }

    /// From the two-sided p-value of a log-rank test, the arm that did better, and the number of events.
    ///
    /// # Formula
    /// ```text
    /// O - E = ±√V z        z = Φ⁻¹(1 - p/2)
    /// ```
    /// with V of [`LogRankEvents`] (Parmar, Torri & Stewart 1998; Tierney et al. 2007). A p-value of 1 is a hazard
    /// ratio of 1. Never put a bound such as p < 0.001 in place of a p-value.
    ///
    /// # Errors
    /// [`ErrorKind::PValueOutside`]; [`ErrorKind::NotEstimable`] for an arm without events or patients, from which no
    /// variance follows.
    pub fn from_p_value(p_value: f64, favours: Favours, events: LogRankEvents) -> Result<Self, Error> {
        if !(p_value > 0.0 && p_value <= 1.0) {
            return Err(ErrorKind::PValueOutside { value: p_value }.into());
        }
        let variance = events.variance()?;
        let z = normal_upper_quantile(0.5 * p_value);
        let sign = match favours {
            Favours::Treated => -1.0,
            Favours::Control => 1.0,
        };
        Self::new(sign * variance.sqrt() * z, variance)
    }

    /// Observed minus expected events in the treated arm.
    #[must_use]
    pub const fn observed_minus_expected(&self) -> f64 {
        self.observed_minus_expected
    }

    /// The variance of observed minus expected events.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.variance
    }
}

impl LogRankEvents {
    /// The variance of observed minus expected events.
    fn variance(self) -> Result<f64, Error> {
        #[allow(clippy::cast_precision_loss, reason = "counts above 2^53 are rounded, which moves an effect by 1e-16")]
        let float = |x: u64| x as f64;
        let (scale, [first, second]) = match self {
            Self::ByArm { treated, control } => (float(treated) + float(control), [treated, control].map(float)),
            Self::Total { events, allocation } => (float(events), allocation.map(float)),
        };
        let total = first + second;
        let variance = scale * (first / total) * (second / total);
        if variance > 0.0 {
            return Ok(variance);
        }
        let reason = "an arm without events or patients gives no variance";
        Err(ErrorKind::NotEstimable { measure: "hazard ratio", reason }.into())
    }
}
