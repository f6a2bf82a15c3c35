//! Results as text.

use std::fmt::{self, Display};

use super::fixed_weights::FixedScheme;
use super::{Model, Pooled};
use crate::inference::Inference;
use crate::interval::Interval;
use crate::measure::Measure;
use crate::real::Real;

/// Decimals of a printed number when the format string does not say.
pub(crate) const DECIMALS: usize = 2;

/// A number with a fixed number of decimals, but never fewer than two significant digits: 0.000122 is not 0.00.
pub(crate) struct Number(pub(crate) f64, pub(crate) usize);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(x, decimals) = *self;
        let size = x.abs();
        if size == 0.0 || !size.is_finite() {
            return write!(f, "{x:.decimals$}");
        }
        if !(1e-4..1e7).contains(&size) {
            return write!(f, "{x:.digits$e}", digits = decimals.max(1));
        }
        // Two significant digits need this many decimals: 0.015 needs three.
        let needed = (1..=6).find(|&d| size * 10_f64.powi(d) >= 9.95).unwrap_or(6);
        let needed = usize::try_from(needed).unwrap_or(DECIMALS);
        write!(f, "{x:.digits$}", digits = if size < 0.1 { decimals.max(needed) } else { decimals })
    }
}

/// Limits with `to` between them.
pub(crate) struct Limits<F>(pub(crate) Interval<F>, pub(crate) usize);

impl<F: Real> Display for Limits<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(interval, decimals) = self;
        write!(f, "{} to {}", Number(interval.lower.f64(), *decimals), Number(interval.upper.f64(), *decimals))
    }
}

/// `p = 0.017`, `p < 0.001`.
pub(crate) struct PValue(pub(crate) f64);

impl Display for PValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0.001 { f.write_str("p < 0.001") } else { write!(f, "p = {:.3}", self.0) }
    }
}

pub(crate) fn percent(proportion: f64) -> String {
    format!("{:.0}%", 100.0 * proportion)
}

/// The three lines of a result: what was done, the effect, the heterogeneity; then a line for each note.
impl<M: Measure, F: Real> Display for Pooled<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        self.write_title(f)?;
        self.write_effect(f, decimals)?;
        self.write_heterogeneity(f, decimals)?;
        self.notes().try_for_each(|note| write!(f, "\n  note: {note}"))
    }
}

impl<M: Measure, F: Real> Pooled<M, F> {
    /// What was done, as the first line says it.
    #[must_use]
    pub fn title(&self) -> String {
        let mut title = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_title(&mut title);
        title
    }

    fn write_title(&self, f: &mut impl fmt::Write) -> fmt::Result {
        let label = self.measure.label();
        let (first, rest) = label.split_at(label.chars().next().map_or(0, char::len_utf8));
        write!(f, "{}{rest}, ", first.to_uppercase())?;
        let (model, method) = match &self.model {
            Model::CommonEffect => ("common effect", "inverse variance"),
            Model::MantelHaenszel => ("common effect", "Mantel-Haenszel"),
            Model::RandomEffects(name) => ("random effects", name.as_str()),
            Model::FixedWeights(scheme, name) => {
                let weights = match scheme {
                    FixedScheme::InverseVariance => "inverse-variance weights",
                    FixedScheme::Equal => "equal weights",
                    FixedScheme::Given => "given weights",
                };
                (weights, name.as_str())
            }
        };
        write!(f, "{model} ({method}")?;
        if self.inference != Inference::Normal {
            write!(f, ", {}", self.inference)?;
        }
        write!(f, "), {} {}", self.k, if self.k == 1 { "study" } else { "studies" })
    }

    fn write_effect(&self, f: &mut fmt::Formatter<'_>, decimals: usize) -> fmt::Result {
        let natural = self.natural();
        write!(f, "\n  estimate    {}", Number(natural.estimate.f64(), decimals))?;
        match natural.interval {
            Some(interval) => write!(f, "   {} CI {}", self.level, Limits(interval, decimals))?,
            None => f.write_str("   no interval")?,
        }
        if let Some(test) = self.test() {
            write!(f, "   {}", PValue(test.p_value().f64()))?;
        }
        if let Some(prediction) = self.prediction() {
            write!(f, "\n  prediction  {} for a new study", Limits(prediction.natural, decimals))?;
        }
        Ok(())
    }

    fn write_heterogeneity(&self, f: &mut fmt::Formatter<'_>, decimals: usize) -> fmt::Result {
        let h = &self.heterogeneity;
        f.write_str("\n  ")?;
        if let Some(tau2) = h.tau2 {
            write!(f, "tau2 {}   ", Number(tau2, decimals))?;
        }
        match (h.i2_from_tau2(), h.i2_from_q()) {
            (Some(i2), _) => write!(f, "I2 (from tau2) {}   ", percent(i2.f64()))?,
            (None, Some(i2)) => write!(f, "I2 (from Q) {}   ", percent(i2.f64()))?,
            (None, None) => {}
        }
        write!(f, "Q({}) = {}, {}", h.df, Number(h.q, decimals), PValue(h.p_value().f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_keep_two_digits() {
        for (x, text) in [
            (0.0, "0.00"),
            (1.22553e-4, "0.00012"),
            (1.2e-5, "1.20e-5"),
            (0.015, "0.015"),
            (0.0995, "0.10"),
            (0.05, "0.050"),
            (0.5, "0.50"),
            (-0.0333, "-0.033"),
            (12.345, "12.35"),
            (2e8, "2.00e8"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(Number(x, 2).to_string(), text, "{x:e}");
        }
        assert_eq!(Number(0.015, 4).to_string(), "0.0150", "the precision asked for");
    }

    #[test]
    fn p_values_are_never_zero() {
        assert_eq!(PValue(1e-300).to_string(), "p < 0.001");
        assert_eq!(PValue(0.0174).to_string(), "p = 0.017");
    }
}
