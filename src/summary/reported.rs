//! A line of a paper: an estimate with its interval, p-value or standard error.

use crate::error::{Error, ErrorKind};
use crate::level::Level;

/// An estimate as a paper prints it, with what the paper says of its precision.
///
/// The estimate and its limits are on the natural scale (a risk ratio, not its logarithm); a standard error is always on
/// the analysis scale, since that is the only scale on which it is defined. Turn it into an effect with
/// [`FromReport`](crate::FromReport).
///
/// ```
/// use meta_analysis::{EffectSize, FromReport, HazardRatio, Level, Reported};
///
/// let line = Reported::interval(0.84, 0.78, 0.92)?;                 // 95 % unless said otherwise
/// let effect = FromReport(HazardRatio).effect(&line)?;
/// assert_eq!(format!("{:.4}", effect.std_error()), "0.0421");
/// let line = Reported::interval(0.84, 0.78, 0.92)?.with_level(Level::P90);
/// assert_eq!(format!("{:.4}", FromReport(HazardRatio).effect(&line)?.std_error()), "0.0502");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reported {
    estimate: f64,
    said: Said,
    level: Level,
    decimals: Option<u32>,
}

/// What was said of the precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Said {
    Interval { lower: f64, upper: f64 },
    PValue(f64),
    StdError(f64),
}

impl Reported {
    /// An estimate with its confidence limits, all on the natural scale; 95 % unless [`with_level`](Self::with_level)
    /// says otherwise.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`], [`ErrorKind::IntervalInverted`], [`ErrorKind::EstimateOutsideInterval`].
    pub fn interval(estimate: f64, lower: f64, upper: f64) -> Result<Self, Error> {
        let line = Self::checked(estimate, Said::Interval { lower, upper })?;
        check_finite("lower limit", lower)?;
        check_finite("upper limit", upper)?;
        if lower >= upper {
            return Err(ErrorKind::IntervalInverted { lower, upper }.into());
        }
        if !(lower <= estimate && estimate <= upper) {
            return Err(ErrorKind::EstimateOutsideInterval { estimate, lower, upper }.into());
        }
        Ok(line)
    }

    /// An estimate on the natural scale with the two-sided p-value of the normal test that there is no effect.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`], [`ErrorKind::PValueOutside`], and [`ErrorKind::NoStdErrorFromP`] for p = 1, from which no
    /// standard error follows.
    pub fn p_value(estimate: f64, p_value: f64) -> Result<Self, Error> {
        let line = Self::checked(estimate, Said::PValue(p_value))?;
        if !(p_value > 0.0 && p_value <= 1.0) {
            return Err(ErrorKind::PValueOutside { value: p_value }.into());
        }
        if p_value == 1.0 {
            return Err(ErrorKind::NoStdErrorFromP { p_value, estimate }.into());
        }
        Ok(line)
    }

    /// An estimate on the natural scale with its standard error on the analysis scale: for a ratio, that of its logarithm.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] for the estimate, [`ErrorKind::NotPositive`] for the standard error.
    pub fn std_error(estimate: f64, std_error: f64) -> Result<Self, Error> {
        let line = Self::checked(estimate, Said::StdError(std_error))?;
        if !(std_error > 0.0 && std_error.is_finite()) {
            return Err(ErrorKind::NotPositive { what: "standard error", value: std_error }.into());
        }
        Ok(line)
    }

    /// The level of the interval. It changes nothing for a p-value or a standard error.
    #[must_use]
    pub const fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// To how many decimals the paper rounded. Without it, the most decimals that any of the figures shows.
    ///
    /// It matters only for the check that the estimate is midway between its limits: write it where trailing zeros were
    /// lost, as in 0.5 (0.2, 1.2) for 0.50 (0.20, 1.20), and not for a whole table whose lines differ: 1.2 (0.8, 1.6) was
    /// rounded to one decimal, and is not midway to two.
    #[must_use]
    pub const fn with_decimals(self, decimals: u32) -> Self {
        Self { decimals: Some(decimals), ..self }
    }

    /// The estimate, on the natural scale.
    #[must_use]
    pub const fn estimate(&self) -> f64 {
        self.estimate
    }

    pub(crate) const fn said(&self) -> Said {
        self.said
    }

    pub(crate) const fn level(&self) -> Level {
        self.level
    }

    /// Half a unit of the last printed decimal.
    pub(crate) fn rounding(&self) -> f64 {
        let shown = match self.said {
            Said::Interval { lower, upper } => decimals(self.estimate).max(decimals(lower)).max(decimals(upper)),
            Said::PValue(_) | Said::StdError(_) => decimals(self.estimate),
        };
        0.5 * 0.1_f64.powi(i32::try_from(self.decimals.unwrap_or(shown)).unwrap_or(i32::MAX))
    }

    fn checked(estimate: f64, said: Said) -> Result<Self, Error> {
        check_finite("estimate", estimate)?;
        Ok(Self { estimate, said, level: Level::P95, decimals: None })
    }
}

fn check_finite(what: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() { Ok(()) } else { Err(ErrorKind::NotFinite { what, value }.into()) }
}

/// The number of decimals in the shortest text that reads back as this number.
fn decimals(x: f64) -> u32 {
    let text = format!("{x}");
    text.split_once('.').map_or(0, |(_, fraction)| u32::try_from(fraction.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_the_shortest_text() {
        for (x, expected) in [(1.0, 0), (0.84, 2), (-1.05, 2), (0.003, 3), (1e-7, 7), (1e22, 0)] {
            assert_eq!(decimals(x), expected, "decimals of {x}");
        }
    }
}
