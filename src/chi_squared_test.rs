//! A test statistic with its chi-squared distribution.

use crate::distributions;

/// A test whose statistic has a chi-squared distribution if there is nothing to be found.
///
/// ```
/// use meta_analysis::{CochranMantelHaenszel, TwoByTwo};
///
/// let trials = [TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274])];
/// let test = CochranMantelHaenszel::new().test(&trials)?;
/// assert_eq!(format!("{:.2} {} {:.5}", test.statistic(), test.df(), test.p_value()), "16.92 1 0.00004");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquaredTest {
    statistic: f64,
    df: f64,
}

impl ChiSquaredTest {
    pub(crate) const fn new(statistic: f64, df: f64) -> Self {
        Self { statistic, df }
    }

    /// The statistic.
    #[must_use]
    pub const fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The degrees of freedom.
    #[must_use]
    pub const fn df(&self) -> f64 {
        self.df
    }

    /// The upper tail at the statistic; 0 only if it is below the smallest floating-point number, 1 without degrees of
    /// freedom.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        if self.df > 0.0 { distributions::chi_squared_sf(self.statistic, self.df) } else { 1.0 }
    }

    /// The natural logarithm of [`p_value`](Self::p_value): finite where that underflows.
    #[must_use]
    pub fn log_p_value(&self) -> f64 {
        if self.df > 0.0 { distributions::chi_squared_log_sf(self.statistic, self.df) } else { 0.0 }
    }
}
