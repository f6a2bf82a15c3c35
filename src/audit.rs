//! Do published figures agree with each other?
//!
//! Papers print an estimate, an interval and a p-value, each rounded. All three follow from an estimate and a standard
//! error, so they can be checked against each other: the audit works out, from the decimals as printed, which p-values
//! the printed interval allows, and says whether the printed one is among them.
//!
//! ```
//! use meta_analysis::{Level, MeanDifference, audit::PrintedLine};
//!
//! // Pain under intravenous ketamine (Odutola & Gupta 2023).
//! let line = PrintedLine::new("-1.05", "-1.72", "-0.39")?.with_p("0.002")?;
//! let audit = line.audit(MeanDifference, Level::P95)?;
//! assert_eq!(format!("{:.3} {:.4}", audit.std_error, audit.p_value), "0.339 0.0020");
//! assert!(audit.is_consistent());
//! # Ok::<(), meta_analysis::Error>(())
//! ```

use std::fmt;
use std::str::FromStr;

use crate::distributions;
use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::Measure;

/// A number as a paper prints it: every value that rounds to it is possible.
///
/// Reads decimals such as `-1.05`, and for p-values `<0.001`: anything from 0 up to that.
///
/// ```
/// use meta_analysis::audit::Printed;
///
/// let figure: Printed = "0.30".parse()?;
/// assert!(figure.admits(0.2951) && !figure.admits(0.306));
/// assert!("<0.001".parse::<Printed>()?.admits(1e-9));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Printed {
    text: Box<str>,
    value: f64,
    range: Interval,
    decimals: usize,
    below: bool,
}

impl Printed {
    /// The number itself; for `<0.001`, 0.001.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The values that would be printed so: half a unit of the last decimal to either side.
    #[must_use]
    pub fn range(&self) -> Interval {
        self.range
    }

    /// The number of decimals.
    #[must_use]
    pub fn decimals(&self) -> usize {
        self.decimals
    }

    /// True if `value` would be printed so, ties either way.
    #[must_use]
    pub fn admits(&self, value: f64) -> bool {
        // Half a unit is itself not exact in binary.
        let dust = 1e-12 * (self.range.upper - self.range.lower);
        self.range.lower - dust <= value && value <= self.range.upper + dust
    }
}

impl FromStr for Printed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::from(ErrorKind::NotDecimal { text: text.into() });
        let trimmed = text.trim();
        let (below, digits) = match trimmed.strip_prefix('<') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, trimmed),
        };
        // Typographic minus signs are common in papers.
        let plain = digits.replace(['−', '–'], "-");
        if plain.is_empty() || !plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
            return Err(bad());
        }
        let value: f64 = plain.parse().map_err(|_| bad())?;
        if !value.is_finite() || (below && value < 0.0) {
            return Err(bad());
        }
        let decimals = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let half = 0.5 * 0.1_f64.powi(i32::try_from(decimals).map_err(|_| bad())?);
        let range = if below {
            Interval { lower: 0.0, upper: value }
        } else {
            Interval { lower: value - half, upper: value + half }
        };
        Ok(Self { text: trimmed.into(), value, range, decimals, below })
    }
}

/// Prints the text it was read from.
impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// A published line: an estimate with its interval and perhaps a p-value, on the natural scale, as printed.
#[derive(Clone, Debug, PartialEq)]
pub struct PrintedLine {
    estimate: Printed,
    lower: Printed,
    upper: Printed,
    p_value: Option<Printed>,
}

impl PrintedLine {
    /// A line from its figures, as decimal strings.
    ///
    /// # Errors
    /// [`ErrorKind::NotDecimal`]; [`ErrorKind::IntervalInverted`].
    pub fn new(estimate: &str, lower: &str, upper: &str) -> Result<Self, Error> {
        let line = Self { estimate: estimate.parse()?, lower: lower.parse()?, upper: upper.parse()?, p_value: None };
        if let Some(figure) = [&line.estimate, &line.lower, &line.upper].into_iter().find(|figure| figure.below) {
            return Err(ErrorKind::NotDecimal { text: figure.text.clone() }.into());
        }
        if line.lower.value >= line.upper.value {
            return Err(ErrorKind::IntervalInverted { lower: line.lower.value, upper: line.upper.value }.into());
        }
        Ok(line)
    }

    /// The same with its printed p-value.
    ///
    /// # Errors
    /// [`ErrorKind::NotDecimal`]; [`ErrorKind::PValueOutside`].
    pub fn with_p(self, p_value: &str) -> Result<Self, Error> {
        let p_value: Printed = p_value.parse()?;
        if !(p_value.value >= 0.0 && p_value.value <= 1.0) {
            return Err(ErrorKind::PValueOutside { value: p_value.value }.into());
        }
        Ok(Self { p_value: Some(p_value), ..self })
    }

    /// The printed estimate.
    #[must_use]
    pub fn estimate(&self) -> &Printed {
        &self.estimate
    }

    /// The printed lower limit.
    #[must_use]
    pub fn lower(&self) -> &Printed {
        &self.lower
    }

    /// The printed upper limit.
    #[must_use]
    pub fn upper(&self) -> &Printed {
        &self.upper
    }

    /// The printed p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<&Printed> {
        self.p_value.as_ref()
    }

    /// What a normal analysis on the scale of `measure` implies, with the range that rounding allows.
    ///
    /// # Errors
    /// [`ErrorKind::OutsideScale`] for figures the measure cannot take, such as a ratio whose lower limit may be 0.
    pub fn audit<M: Measure>(&self, measure: M, level: Level) -> Result<Audit, Error> {
        let on_scale = |value: f64| {
            let y = measure.link().to_analysis(value);
            let (label, link) = (measure.label(), measure.link().name());
            if y.is_finite() {
                Ok(y)
            } else {
                Err(Error::from(ErrorKind::OutsideScale { measure: label, link, value }))
            }
        };
        let range = |printed: &Printed| -> Result<(f64, f64), Error> {
            let (a, b) = (on_scale(printed.range.lower)?, on_scale(printed.range.upper)?);
            Ok((a.min(b), a.max(b)))
        };
        let (y, a, b) = (on_scale(self.estimate.value)?, on_scale(self.lower.value)?, on_scale(self.upper.value)?);
        let std_error = 0.5 * (b - a).abs() / level.normal_quantile();
        // A decreasing link turns the limits round.
        let (lower, upper) = if a <= b { (&self.lower, &self.upper) } else { (&self.upper, &self.lower) };
        let vertices =
            Lines { estimate: range(&self.estimate)?, lower: range(lower)?, upper: range(upper)? }.vertices();
        let p = |statistic: f64| (2.0 * distributions::normal_sf(statistic.abs())).min(1.0);
        Ok(Audit {
            std_error,
            statistic: y / std_error,
            p_value: p(y / std_error),
            p_range: p_range(&vertices, level.normal_quantile(), p),
            printed: self.p_value.clone(),
        })
    }
}

/// What a published line implies.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Audit {
    /// The standard error that the interval implies, on the analysis scale.
    pub std_error: f64,
    /// The estimate over it.
    pub statistic: f64,
    /// The two-sided normal p-value of that statistic.
    pub p_value: f64,
    /// The p-values of all analyses that would be printed so; `None` if there is none, because no estimate is midway
    /// between limits that round to the printed ones.
    pub p_range: Option<Interval>,
    /// The p-value as printed.
    pub printed: Option<Printed>,
}

/// Whether the figures of a line can come from one normal analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All printed figures can come from one analysis.
    Consistent,
    /// No analysis gives the printed p-value with the printed interval.
    PValueDisagrees,
    /// No estimate that rounds to the printed one is midway between the printed limits.
    NotMidway,
}

impl Audit {
    /// Whether the figures can come from one normal analysis.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (&self.p_range, &self.printed) {
            (None, _) => Verdict::NotMidway,
            (Some(possible), Some(printed))
                if printed.range().upper < possible.lower || possible.upper < printed.range().lower =>
            {
                Verdict::PValueDisagrees
            }
            _ => Verdict::Consistent,
        }
    }

    /// True if the verdict is [`Verdict::Consistent`].
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.verdict() == Verdict::Consistent
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Consistent => "consistent",
            Self::PValueDisagrees => "p disagrees with the interval",
            Self::NotMidway => "estimate is not midway",
        })
    }
}

/// The analyses that round to a line: estimate m and half width h with m, m - h and m + h in their ranges, a convex
/// polygon bounded by six lines.
struct Lines {
    estimate: (f64, f64),
    lower: (f64, f64),
    upper: (f64, f64),
}

impl Lines {
    /// The corners (m, h) of the polygon: the crossings of its boundary lines that satisfy all six conditions.
    fn vertices(&self) -> Vec<(f64, f64)> {
        let ends = |(a, b): (f64, f64)| [a, b];
        let mut corners = Vec::new();
        for l in ends(self.lower) {
            corners.extend(ends(self.upper).map(|u| (0.5 * (l + u), 0.5 * (u - l))));
            corners.extend(ends(self.estimate).map(|m| (m, m - l)));
        }
        for u in ends(self.upper) {
            corners.extend(ends(self.estimate).map(|m| (m, u - m)));
        }
        // Where all three ranges overlap the polygon reaches down to intervals of no width.
        let overlap =
            [self.estimate.0.max(self.lower.0).max(self.upper.0), self.estimate.1.min(self.lower.1).min(self.upper.1)];
        if overlap[0] <= overlap[1] {
            corners.extend(overlap.map(|m| (m, 0.0)));
        }
        let dust = 1e-9 * (self.upper.1 - self.lower.0);
        let within = |x: f64, (a, b): (f64, f64)| a - dust <= x && x <= b + dust;
        let inside = |&(m, h): &(f64, f64)| {
            h >= 0.0 && within(m, self.estimate) && within(m - h, self.lower) && within(m + h, self.upper)
        };
        corners.into_iter().filter(inside).collect()
    }
}

/// The p-values over the polygon: m / h is monotone along every line, so its extremes are at corners (infinite at one of no
/// width); it is 0 inside if m changes sign.
fn p_range(vertices: &[(f64, f64)], quantile: f64, p: impl Fn(f64) -> f64) -> Option<Interval> {
    // No width and no effect is no statistic; its neighbours on the polygon bound what is possible.
    let statistics = vertices.iter().map(|&(m, h)| m / h * quantile).filter(|z| !z.is_nan());
    let (low, high) = statistics.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, u), z| (l.min(z), u.max(z)));
    if low > high {
        return None;
    }
    let nearest_zero = if low <= 0.0 && high >= 0.0 { 0.0 } else { low.abs().min(high.abs()) };
    Some(Interval { lower: p(low.abs().max(high.abs())), upper: p(nearest_zero) })
}
