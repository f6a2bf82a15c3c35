//! Correlations and squared multiple correlations of one sample.

use super::{check_between, check_finite, float};
use crate::distributions;
use crate::error::{Error, ErrorKind};

/// A product-moment correlation of n pairs.
///
/// ```
/// use meta_analysis::Correlation;
///
/// let study = Correlation::new(0.187, 109)?;
/// // The same from the t-test of no correlation, or from its two-sided p-value with the sign of the correlation.
/// assert_eq!(format!("{:.3}", Correlation::from_t(1.969, 109)?.r()), "0.187");
/// assert_eq!(format!("{:.3}", Correlation::from_signed_p(0.0515, 109)?.r()), "0.187");
/// assert_eq!(Correlation::new(1.2, 40).unwrap_err().to_string(),
///     "the correlation must lie between -1 and 1, but is 1.2");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    r: f64,
    n: u64,
}

impl Correlation {
    /// A correlation and the number of pairs.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] unless r is in [-1, 1].
    pub fn new(r: f64, n: u64) -> Result<Self, Error> {
        Ok(Self { r: correlation("correlation", r)?, n })
    }

    /// From Student's t of the test that there is no correlation, r = t / √(t² + n - 2).
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] for t; [`ErrorKind::NotEstimable`] for fewer than 3 pairs, for which there is no such
    /// test.
    pub fn from_t(t: f64, n: u64) -> Result<Self, Error> {
        let df = degrees("correlation", n, 2, "its t-test needs at least 3 pairs")?;
        Ok(Self { r: correlation_of_t(t, df)?, n })
    }

    /// From the two-sided p-value of the t-test that there is no correlation, with the sign of the correlation.
    ///
    /// # Errors
    /// [`ErrorKind::PValueOutside`] unless the size of p is in (0, 1]; as [`from_t`](Self::from_t) for n.
    pub fn from_signed_p(signed_p: f64, n: u64) -> Result<Self, Error> {
        let df = degrees("correlation", n, 2, "its t-test needs at least 3 pairs")?;
        let p = signed_p.abs();
        if !(p > 0.0 && p <= 1.0) {
            return Err(ErrorKind::PValueOutside { value: signed_p }.into());
        }
        let t = distributions::t_upper_quantile(0.5 * p, df);
        // A p-value near the smallest number has a t beyond the largest one if there are few pairs: r is then 1.
        Ok(Self { r: correlation_of_t(t.min(f64::MAX).copysign(signed_p), df)?, n })
    }

    /// The correlation.
    #[must_use]
    pub const fn r(&self) -> f64 {
        self.r
    }

    /// The number of pairs.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }
}

/// A partial correlation: of the outcome and one predictor, given the other predictors of a regression.
///
/// ```
/// use meta_analysis::PartialCorrelation;
///
/// // t of the coefficient, 218 observations, 4 predictors in all (the first study of Aloe & Thompson 2013).
/// assert_eq!(format!("{:.3}", PartialCorrelation::from_t(4.61, 218, 4)?.r()), "0.301");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartialCorrelation {
    r: f64,
    n: u64,
    predictors: u64,
}

impl PartialCorrelation {
    /// A partial correlation, the number of observations, and that of all predictors, the one of interest included.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] unless r is in [-1, 1].
    pub fn new(r: f64, n: u64, predictors: u64) -> Result<Self, Error> {
        Ok(Self { r: correlation("partial correlation", r)?, n, predictors })
    }

    /// From the t of the predictor's coefficient, r = t / √(t² + n - m - 1) with m predictors.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] for t; [`ErrorKind::NotEstimable`] unless there are more than m + 1 observations.
    pub fn from_t(t: f64, n: u64, predictors: u64) -> Result<Self, Error> {
        let df = degrees("partial correlation", n, predictors.saturating_add(1), RESIDUAL)?;
        Ok(Self { r: correlation_of_t(t, df)?, n, predictors })
    }

    /// The partial correlation.
    #[must_use]
    pub const fn r(&self) -> f64 {
        self.r
    }

    /// The number of observations.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The number of predictors.
    #[must_use]
    pub const fn predictors(&self) -> u64 {
        self.predictors
    }
}

/// A semi-partial correlation: of the outcome and what the other predictors of a regression leave of one predictor.
///
/// ```
/// use meta_analysis::SemipartialCorrelation;
///
/// // t of the coefficient, R² of the regression, observations, predictors (Aloe & Thompson 2013).
/// assert_eq!(format!("{:.3}", SemipartialCorrelation::from_t(4.61, 0.24, 218, 4)?.r()), "0.275");
/// assert_eq!(SemipartialCorrelation::new(0.6, 0.24, 218, 4).unwrap_err().to_string(),
///     "the squared semi-partial correlation, a part of R², must lie between 0 and 0.24, but is 0.36");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SemipartialCorrelation {
    r: f64,
    r2: f64,
    n: u64,
    predictors: u64,
}

impl SemipartialCorrelation {
    /// A semi-partial correlation, the R² of the whole regression, the number of observations and that of all
    /// predictors.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] unless r is in [-1, 1], R² in [0, 1], and r² at most R² (but for rounding).
    pub fn new(r: f64, r2: f64, n: u64, predictors: u64) -> Result<Self, Error> {
        let r = correlation("semi-partial correlation", r)?;
        let r2 = square(r2)?;
        if r * r > r2 * (1.0 + 1e-12) {
            let what = "squared semi-partial correlation, a part of R²,";
            return Err(ErrorKind::NotBetween { what, lower: 0.0, upper: r2, value: r * r }.into());
        }
        Ok(Self { r, r2, n, predictors })
    }

    /// From the t of the predictor's coefficient, r = t √(1 - R²) / √(n - m - 1) with m predictors.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] for t; [`ErrorKind::NotEstimable`] unless there are more than m + 1 observations; as
    /// [`new`](Self::new) for a t that does not go with R².
    pub fn from_t(t: f64, r2: f64, n: u64, predictors: u64) -> Result<Self, Error> {
        let df = degrees("semi-partial correlation", n, predictors.saturating_add(1), RESIDUAL)?;
        let r2 = square(r2)?;
        check_finite("t statistic", t)?;
        Self::new(t * ((1.0 - r2) / df).sqrt(), r2, n, predictors)
    }

    /// The semi-partial correlation.
    #[must_use]
    pub const fn r(&self) -> f64 {
        self.r
    }

    /// The R² of the whole regression.
    #[must_use]
    pub const fn r2(&self) -> f64 {
        self.r2
    }

    /// The number of observations.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The number of predictors.
    #[must_use]
    pub const fn predictors(&self) -> u64 {
        self.predictors
    }
}

/// The R² of a regression: the squared multiple correlation.
///
/// ```
/// use meta_analysis::RSquared;
///
/// let study = RSquared::new(0.3, 25, 2)?;
/// // The same from the F statistic of the whole regression, with 2 and 22 degrees of freedom.
/// assert_eq!(format!("{:.3}", RSquared::from_f(4.714, 25, 2)?.r2()), "0.300");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RSquared {
    r2: f64,
    n: u64,
    predictors: u64,
}

impl RSquared {
    /// R², the number of observations and that of the predictors.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] unless R² is in [0, 1].
    pub fn new(r2: f64, n: u64, predictors: u64) -> Result<Self, Error> {
        Ok(Self { r2: square(r2)?, n, predictors })
    }

    /// From the F statistic of the regression, R² = m F / (m F + n - m - 1) with m predictors.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] or [`ErrorKind::Negative`] for F; [`ErrorKind::NotEstimable`] unless there are more
    /// than m + 1 observations.
    pub fn from_f(f: f64, n: u64, predictors: u64) -> Result<Self, Error> {
        let df = degrees("squared multiple correlation", n, predictors.saturating_add(1), RESIDUAL)?;
        check_finite("F statistic", f)?;
        if f < 0.0 {
            return Err(ErrorKind::Negative { what: "F statistic", value: f }.into());
        }
        // m F could overflow, df / (m F) could only be infinite, which is R² = 0.
        let odds = f / df * float(predictors);
        let r2 = if odds > 1.0 { 1.0 / (1.0 + 1.0 / odds) } else { odds / (1.0 + odds) };
        Ok(Self { r2, n, predictors })
    }

    /// R².
    #[must_use]
    pub const fn r2(&self) -> f64 {
        self.r2
    }

    /// The number of observations.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The number of predictors.
    #[must_use]
    pub const fn predictors(&self) -> u64 {
        self.predictors
    }
}

const RESIDUAL: &str = "its test needs at least 2 observations more than predictors";

/// n minus what is spent, if that is positive.
fn degrees(measure: &'static str, n: u64, spent: u64, reason: &'static str) -> Result<f64, Error> {
    match n.checked_sub(spent) {
        Some(df) if df > 0 => Ok(float(df)),
        _ => Err(ErrorKind::NotEstimable { measure, reason }.into()),
    }
}

fn correlation_of_t(t: f64, df: f64) -> Result<f64, Error> {
    check_finite("t statistic", t)?;
    Ok(t / t.hypot(df.sqrt()))
}

fn correlation(what: &'static str, r: f64) -> Result<f64, Error> {
    check_between(what, r, (-1.0, 1.0))?;
    Ok(r)
}

fn square(r2: f64) -> Result<f64, Error> {
    check_between("squared multiple correlation", r2, (0.0, 1.0))?;
    Ok(r2)
}
