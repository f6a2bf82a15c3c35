//! A result as Review Manager 5.4 prints it below a forest plot.

use std::fmt;

use crate::measure::Measure;
use crate::pool::Pooled;

/// The lines below a forest plot of Review Manager 5.4; made by [`Pooled::revman_footer`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RevManFooter {
    heterogeneity: Option<HeterogeneityLine>,
    /// z and its p-value.
    test: Option<(f64, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct HeterogeneityLine {
    tau2: Option<f64>,
    q: f64,
    df: f64,
    p: f64,
    i2: f64,
}

impl<M: Measure> Pooled<M> {
    /// Heterogeneity and test of the overall effect as Review Manager 5.4 prints them, with I² from Q.
    ///
    /// ```
    /// use meta_analysis::{MantelHaenszel, OddsRatio, Pool, TwoByTwo};
    ///
    /// let trials = [TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274])];
    /// let pooled = MantelHaenszel::new(OddsRatio).pool(&trials)?;
    /// assert_eq!(pooled.revman_footer().to_string(), "\
    /// Heterogeneity: Chi² = 0.94, df = 1 (P = 0.33); I² = 0%
    /// Test for overall effect: Z = 3.95 (P < 0.0001)");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn revman_footer(&self) -> RevManFooter {
        let h = self.heterogeneity();
        RevManFooter {
            heterogeneity: h.i2_from_q().map(|i2| HeterogeneityLine {
                tau2: h.tau2(),
                q: h.q(),
                df: h.df(),
                p: h.p_value(),
                i2,
            }),
            test: self.test().map(|test| (test.statistic.abs(), test.p_value())),
        }
    }
}

/// `P = 0.39`, `P = 0.004`, `P < 0.00001`: two decimals, one digit of a smaller number, and a floor.
struct P(f64);

impl fmt::Display for P {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            p if p < 1e-5 => f.write_str("P < 0.00001"),
            p if p < 1e-4 => f.write_str("P < 0.0001"),
            p if p < 9.5e-4 => write!(f, "P = {p:.4}"),
            p if p < 9.5e-3 => write!(f, "P = {p:.3}"),
            p => write!(f, "P = {p:.2}"),
        }
    }
}

impl fmt::Display for RevManFooter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heterogeneity: ")?;
        match self.heterogeneity {
            Some(HeterogeneityLine { tau2, q, df, p, i2 }) => {
                if let Some(tau2) = tau2 {
                    write!(f, "Tau² = {tau2:.2}; ")?;
                }
                write!(f, "Chi² = {q:.2}, df = {df} ({}); I² = {:.0}%", P(p), 100.0 * i2)?;
            }
            None => f.write_str("Not applicable")?,
        }
        match self.test {
            Some((z, p)) => write!(f, "\nTest for overall effect: Z = {z:.2} ({})", P(p)),
            None => f.write_str("\nTest for overall effect: Not applicable"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_as_revman_prints_them() {
        for (p, text) in [
            (0.389, "P = 0.39"),
            (0.05, "P = 0.05"),
            (0.0096, "P = 0.01"),
            (0.0042, "P = 0.004"),
            (0.00031, "P = 0.0003"),
            (0.00009, "P < 0.0001"),
            (1e-7, "P < 0.00001"),
        ] {
            assert_eq!(P(p).to_string(), text, "{p}");
        }
    }
}
