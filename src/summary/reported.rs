//! A line of a paper: an estimate with its interval, p-value, test statistic or standard error.

use super::{Direction, check_finite};
use crate::distributions::{normal_upper_quantile, t_upper_quantile};
use crate::error::{Error, ErrorKind};
use crate::level::Level;

/// An estimate as a paper prints it, with what the paper says of its precision.
///
/// The estimate and its limits are on the natural scale (a risk ratio, not its logarithm) unless
/// [`on_analysis_scale`](Self::on_analysis_scale) says otherwise; a standard error is always on the analysis scale,
/// since that is the only scale on which it is defined. Turn it into an effect with [`FromReport`](crate::FromReport).
///
/// | the paper prints | constructor |
/// |---|---|
/// | an interval | [`interval`](Self::interval) |
/// | one limit, the other being left out | [`lower_limit`](Self::lower_limit), [`upper_limit`](Self::upper_limit) |
/// | a p-value | [`p_value`](Self::p_value), [`one_sided_p_value`](Self::one_sided_p_value) |
/// | z or t | [`statistic`](Self::statistic) |
/// | F with one degree of freedom above, or a chi-squared of one | [`f_statistic`](Self::f_statistic) |
/// | a standard error | [`std_error`](Self::std_error) |
///
/// Intervals and p-values are those of the normal distribution; of Student's t, [`with_df`](Self::with_df).
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
    /// Infinite for the normal distribution.
    df: f64,
    analysis_scale: bool,
    decimals: Option<u32>,
}

/// What was said of the precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Said {
    Interval { lower: f64, upper: f64 },
    Limit(f64),
    PValue(f64),
    OneSidedPValue(f64, Direction),
    Statistic(f64),
    FStatistic(f64),
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

    /// An estimate with its lower limit alone, as of an interval whose upper limit was cut off or left out. The level
    /// is that of the two-sided interval: a one-sided 95 % limit is one of a 90 % interval.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`], [`ErrorKind::IntervalInverted`] for a limit equal to the estimate,
    /// [`ErrorKind::EstimateOutsideInterval`] for one above it.
    pub fn lower_limit(estimate: f64, lower: f64) -> Result<Self, Error> {
        let line = Self::checked(estimate, Said::Limit(lower))?;
        check_finite("lower limit", lower)?;
        check_one_side(estimate, lower, f64::INFINITY)?;
        Ok(line)
    }

    /// An estimate with its upper limit alone; see [`lower_limit`](Self::lower_limit).
    ///
    /// # Errors
    /// As [`lower_limit`](Self::lower_limit), for a limit below the estimate.
    ///
    /// ```
    /// use meta_analysis::{EffectSize, FromReport, RiskRatio, Reported};
    ///
    /// let effect = FromReport(RiskRatio).effect(&Reported::upper_limit(1.42, 2.39)?)?;
    /// assert_eq!(format!("{:.3}", effect.std_error()), "0.266");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn upper_limit(estimate: f64, upper: f64) -> Result<Self, Error> {
        let line = Self::checked(estimate, Said::Limit(upper))?;
        check_finite("upper limit", upper)?;
        check_one_side(estimate, f64::NEG_INFINITY, upper)?;
        Ok(line)
    }

    /// An estimate on the natural scale with the two-sided p-value of the test that there is no effect.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`], [`ErrorKind::PValueOutside`], and [`ErrorKind::NoStdErrorFromP`] for p = 1, from which
    /// no standard error follows.
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

    /// An estimate with the one-sided p-value of the test against the alternative that the effect has this direction on
    /// the analysis scale: [`Direction::Negative`] for a test of non-inferiority whose hoped-for risk ratio is below 1.
    /// The p-value is above one half where the estimate points the other way.
    ///
    /// # Errors
    /// As [`p_value`](Self::p_value); [`FromReport`](crate::FromReport) refuses a p-value that contradicts the sign of
    /// the estimate.
    pub fn one_sided_p_value(estimate: f64, p_value: f64, alternative: Direction) -> Result<Self, Error> {
        Ok(Self { said: Said::OneSidedPValue(p_value, alternative), ..Self::p_value(estimate, p_value)? })
    }

    /// An estimate with the z or t statistic of the test that there is no effect: the effect on the analysis scale over
    /// its standard error, with its sign.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`], and [`ErrorKind::NoStdErrorFromStatistic`] for a statistic of 0;
    /// [`FromReport`](crate::FromReport) refuses one whose sign is not that of the effect.
    ///
    /// ```
    /// use meta_analysis::{EffectSize, FromReport, OddsRatio, Reported};
    ///
    /// let effect = FromReport(OddsRatio).effect(&Reported::statistic(0.5, -2.0)?)?;
    /// assert_eq!(effect.std_error(), 0.5 * 2.0_f64.ln());
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "t")]
    #[doc(alias = "z")]
    pub fn statistic(estimate: f64, statistic: f64) -> Result<Self, Error> {
        let line = Self::checked(estimate, Said::Statistic(statistic))?;
        check_finite("test statistic", statistic)?;
        if statistic == 0.0 {
            return Err(ErrorKind::NoStdErrorFromStatistic { statistic, estimate }.into());
        }
        Ok(line)
    }

    /// An estimate with the F statistic, of one degree of freedom above, of the test that there is no effect; or with
    /// Wald's chi-squared statistic of one degree of freedom. Either is the square of [`statistic`](Self::statistic),
    /// whose sign is that of the effect.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`], [`ErrorKind::Negative`], and [`ErrorKind::NoStdErrorFromStatistic`] for F = 0.
    pub fn f_statistic(estimate: f64, f: f64) -> Result<Self, Error> {
        let line = Self::checked(estimate, Said::FStatistic(f))?;
        check_finite("F statistic", f)?;
        if f < 0.0 {
            return Err(ErrorKind::Negative { what: "F statistic", value: f }.into());
        }
        if f == 0.0 {
            return Err(ErrorKind::NoStdErrorFromStatistic { statistic: f, estimate }.into());
        }
        Ok(line)
    }

    /// An estimate on the natural scale with its standard error on the analysis scale: for a ratio, that of its
    /// logarithm.
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

    /// The interval or p-value is that of Student's t with these degrees of freedom, as in a regression or a t-test. It
    /// changes nothing for a statistic or a standard error.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] unless the degrees of freedom are positive and finite.
    ///
    /// ```
    /// use meta_analysis::{EffectSize, FromReport, MeanDifference, Reported};
    ///
    /// // Two groups of 25 and 22, mean difference 3.8, p = 0.008 by the t-test (Cochrane Handbook, 6.5.2.3).
    /// let line = Reported::p_value(3.8, 0.008)?.with_df(45.0)?;
    /// let effect = FromReport(MeanDifference).effect(&line)?;
    /// assert_eq!(format!("{:.2}", effect.std_error()), "1.37");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn with_df(self, df: f64) -> Result<Self, Error> {
        if df > 0.0 && df.is_finite() {
            return Ok(Self { df, ..self });
        }
        Err(ErrorKind::NotPositive { what: "number of degrees of freedom", value: df }.into())
    }

    /// The estimate and its limits are printed on the analysis scale: as a log odds ratio, say.
    ///
    /// ```
    /// use meta_analysis::{EffectSize, FromReport, OddsRatio, Reported};
    ///
    /// let line = Reported::interval(-0.94, -2.11, 0.23)?.on_analysis_scale();
    /// let effect = FromReport(OddsRatio).effect(&line)?;
    /// assert_eq!(format!("{} {:.3}", effect.y(), effect.std_error()), "-0.94 0.597");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub const fn on_analysis_scale(self) -> Self {
        Self { analysis_scale: true, ..self }
    }

    /// To how many decimals the paper rounded. Without it, the most decimals that any of the figures shows.
    ///
    /// It matters only for the check that the estimate is midway between its limits: write it where trailing zeros were
    /// lost, as in 0.5 (0.2, 1.2) for 0.50 (0.20, 1.20), and not for a whole table whose lines differ: 1.2 (0.8, 1.6)
    /// was rounded to one decimal, and is not midway to two.
    #[must_use]
    pub const fn with_decimals(self, decimals: u32) -> Self {
        Self { decimals: Some(decimals), ..self }
    }

    /// The estimate, on the scale on which it was given.
    #[must_use]
    pub const fn estimate(&self) -> f64 {
        self.estimate
    }

    pub(crate) const fn said(&self) -> Said {
        self.said
    }

    pub(crate) const fn is_on_analysis_scale(&self) -> bool {
        self.analysis_scale
    }

    /// The quantile of the interval's level, of the distribution it was computed with.
    pub(crate) fn quantile(&self) -> f64 {
        if self.df.is_finite() { t_upper_quantile(self.level.tail(), self.df) } else { self.level.normal_quantile() }
    }

    /// The quantile of an upper tail of the distribution of the test.
    pub(crate) fn quantile_of(&self, tail: f64) -> f64 {
        if self.df.is_finite() { t_upper_quantile(tail, self.df) } else { normal_upper_quantile(tail) }
    }

    /// Half a unit of the last printed decimal.
    pub(crate) fn rounding(&self) -> f64 {
        let shown = match self.said {
            Said::Interval { lower, upper } => decimals(self.estimate).max(decimals(lower)).max(decimals(upper)),
            _ => decimals(self.estimate),
        };
        0.5 * 0.1_f64.powi(i32::try_from(self.decimals.unwrap_or(shown)).unwrap_or(i32::MAX))
    }

    fn checked(estimate: f64, said: Said) -> Result<Self, Error> {
        check_finite("estimate", estimate)?;
        Ok(Self { estimate, said, level: Level::P95, df: f64::INFINITY, analysis_scale: false, decimals: None })
    }
}

/// That a single limit is on its side of the estimate; the other one is infinite.
fn check_one_side(estimate: f64, lower: f64, upper: f64) -> Result<(), Error> {
    if estimate == lower || estimate == upper {
        return Err(ErrorKind::IntervalInverted { lower: estimate, upper: estimate }.into());
    }
    if lower < estimate && estimate < upper {
        return Ok(());
    }
    Err(ErrorKind::EstimateOutsideInterval { estimate, lower, upper }.into())
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
