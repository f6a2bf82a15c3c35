//! A confidence level, checked once.

use std::fmt;
use std::str::FromStr;

use crate::distributions;
use crate::error::{Error, ErrorKind};

/// The confidence level of an interval, strictly between 0 and 1.
///
/// Checked when it is made, so that no model fails for its level. The default is 95 %.
///
/// ```
/// use meta_analysis::Level;
///
/// assert_eq!(Level::new(0.95)?, Level::P95);
/// assert_eq!(Level::new(95.0).unwrap_err().to_string(),
///     "the level must lie between 0 and 1, both excluded, but is 95");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    level: f64,
    tail: f64,
    normal: f64,
}

impl Level {
    /// 90 %.
    pub const P90: Self = Self { level: 0.90, tail: 0.05, normal: 1.644_853_626_951_472_7 };
    /// 95 %.
    pub const P95: Self = Self { level: 0.95, tail: 0.025, normal: 1.959_963_984_540_054_2 };
    /// 99 %.
    pub const P99: Self = Self { level: 0.99, tail: 0.005, normal: 2.575_829_303_548_901 };

    /// A level such as `0.95`.
    ///
    /// # Errors
    /// [`ErrorKind::LevelOutside`] unless 0 < level < 1 and 1 - level differs from 1 in double precision.
    pub fn new(level: f64) -> Result<Self, Error> {
        if let Some(known) = [Self::P90, Self::P95, Self::P99].into_iter().find(|known| known.level == level) {
            return Ok(known);
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(ErrorKind::LevelOutside { value: level }.into());
        }
        let tail = tail_of(level);
        // So close to 0 that its interval would have no width.
        if tail >= 0.5 {
            return Err(ErrorKind::LevelOutside { value: level }.into());
        }
        Ok(Self { level, tail, normal: distributions::normal_upper_quantile(tail) })
    }

    /// The level as a proportion, such as `0.95`.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.level
    }

    /// The normal quantile of a two-sided interval, such as 1.959963984540054 for 95 %.
    #[must_use]
    pub const fn normal_quantile(self) -> f64 {
        self.normal
    }

    /// The probability beyond each end of an interval, such as 0.025.
    pub(crate) const fn tail(self) -> f64 {
        self.tail
    }
}

/// (1 - level) / 2 as the decimal that was meant: 0.95 gives 0.025 and not 0.025000000000000022.
fn tail_of(level: f64) -> f64 {
    let tail = 0.5 * (1.0 - level);
    let decimal = (tail * 1e12).round() / 1e12;
    // 1 - level is exact, so only the rounding of `level` itself (at most 2^-54) has to be undone.
    if decimal > 0.0 && (decimal - tail).abs() <= 6e-17 { decimal } else { tail }
}

impl Default for Level {
    fn default() -> Self {
        Self::P95
    }
}

/// Prints as a percentage, as in `95%`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Twelve decimals hide the rounding of the multiplication (0.999 * 100 = 99.9).
        let percent = (self.level * 1e14).round() / 1e12;
        write!(f, "{percent}%")
    }
}

/// Reads a proportion (`0.95`) or a percentage (`95%`).
impl FromStr for Level {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let trimmed = text.trim();
        let number = trimmed.strip_suffix('%').unwrap_or(trimmed).trim_end();
        let value: f64 = number.parse().map_err(|_| ErrorKind::NotDecimal { text: text.into() })?;
        Self::new(if trimmed.ends_with('%') { value / 100.0 } else { value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_what_new_would_make() {
        for known in [Level::P90, Level::P95, Level::P99] {
            assert_eq!(tail_of(known.level), known.tail, "tail of {known}");
            let normal = distributions::normal_upper_quantile(known.tail);
            assert!((normal - known.normal).abs() <= 4.5e-16, "quantile of {known}: {normal:e}");
        }
    }

    #[test]
    fn levels_print_and_parse() {
        assert_eq!(Level::new(0.999).unwrap().to_string(), "99.9%", "no binary dust in the percentage");
        assert_eq!("95%".parse::<Level>().unwrap(), Level::P95, "percentages parse");
        assert_eq!("0.9".parse::<Level>().unwrap(), Level::P90, "proportions parse");
        assert!("high".parse::<Level>().is_err(), "words are no levels");
    }
}
