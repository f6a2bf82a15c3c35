//! Why two conventions give different results.

use std::fmt;

use super::I2Definition;
use crate::error::Error;
use crate::interval::Interval;
use crate::measure::Measure;
use crate::pool::Pooled;

/// Why two analyses of the same data differ: one line for each choice in which they do, with its effect.
///
/// Made by [`explain`]. Prints as a text for a reviewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    measure: &'static str,
    first: Outcome,
    lines: Vec<ExplanationLine>,
}

/// One choice in which two analyses differ.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplanationLine {
    choice: &'static str,
    from: String,
    to: String,
    before: Outcome,
    after: Outcome,
}

/// What a reader looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Outcome {
    estimate: f64,
    interval: Option<Interval>,
    tau2: Option<f64>,
    i2: Option<f64>,
    k: usize,
}

/// An analysis with one choice switched.
#[derive(Clone, Debug)]
#[allow(unreachable_pub, unnameable_types, reason = "part of a sealed trait")]
pub struct Switch<A> {
    pub(super) choice: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) analysis: A,
}

/// The switches from one analysis to another, for fields that differ. A choice without a say in the analysis is
/// switched in silence.
macro_rules! switches {
    ($now:ident, $to:ident; $($counts:expr, $choice:literal, $field:ident, $show:expr;)*) => {{
        let mut switches = Vec::new();
        $(
            if $now.$field != $to.$field {
                let show = $show;
                let (from, to) = (show($now.$field).to_string(), show($to.$field).to_string());
                $now.$field = $to.$field;
                // What comes to the same for this measure is no choice.
                if $counts && from != to {
                    switches.push(Switch { choice: $choice, from, to, analysis: $now });
                }
            }
        )*
        switches
    }};
}
pub(super) use switches;

/// An analysis that [`explain`] can take apart: [`TableAnalysis`](crate::TableAnalysis) and
/// [`MeansAnalysis`](crate::MeansAnalysis). Sealed.
pub trait Explained: sealed::Sealed + Sized {
    /// One study's data.
    type Data;
    /// The measure.
    type Measure: Measure;

    #[doc(hidden)]
    fn result(&self, data: &[Self::Data]) -> Result<Pooled<Self::Measure>, Error>;

    #[doc(hidden)]
    fn i2(&self) -> I2Definition;

    #[doc(hidden)]
    fn switches(&self, to: &Self) -> Vec<Switch<Self>>;
}

mod sealed {
    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Sealed {}
    impl<M> Sealed for crate::convention::TableAnalysis<M> {}
    impl<M> Sealed for crate::convention::MeansAnalysis<M> {}
}

/// Explains why two analyses of the same data give different results: it goes from the first to the second by one
/// choice at a time, and tells what each step does to estimate and interval.
///
/// The size of a step depends on the steps before it; their sum does not.
///
/// # Errors
/// Those of the analyses, if one of them or of the steps between them has no result.
///
/// # Example
/// ```
/// use meta_analysis::{Convention, OddsRatio, TableModel, TwoByTwo, explain};
///
/// let trials = [TwoByTwo::new([0, 20], [4, 18]), TwoByTwo::new([3, 12], [0, 14]), TwoByTwo::new([8, 32], [11, 31])];
/// let by = |convention: Convention| convention.tables(OddsRatio, TableModel::MantelHaenszel);
/// let explanation = explain(&trials, &by(Convention::RevMan5), &by(Convention::Metafor))?;
/// assert_eq!(explanation.lines().len(), 1);
/// assert_eq!(explanation.lines()[0].choice(), "zero cells in the Mantel-Haenszel sums");
/// println!("{explanation}");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn explain<A: Explained>(data: &(impl AsRef<[A::Data]> + ?Sized), from: &A, to: &A) -> Result<Explanation, Error> {
    let data = data.as_ref();
    let pooled = from.result(data)?;
    let first = Outcome::of(&pooled, from.i2());
    let mut explanation = Explanation { measure: pooled.measure().label(), first, lines: Vec::new() };
    let mut before = first;
    for Switch { choice, from, to, analysis } in from.switches(to) {
        let after = Outcome::of(&analysis.result(data)?, analysis.i2());
        explanation.lines.push(ExplanationLine { choice, from, to, before, after });
        before = after;
    }
    Ok(explanation)
}

impl Outcome {
    fn of<M: Measure>(pooled: &Pooled<M>, i2: I2Definition) -> Self {
        let (natural, heterogeneity) = (pooled.natural(), pooled.heterogeneity());
        Self {
            estimate: natural.estimate,
            interval: natural.interval,
            tau2: heterogeneity.tau2(),
            i2: i2.of(heterogeneity),
            k: pooled.k(),
        }
    }
}

impl Explanation {
    /// The choices in which the analyses differ, in the order in which they were switched.
    #[must_use]
    pub fn lines(&self) -> &[ExplanationLine] {
        &self.lines
    }
}

impl ExplanationLine {
    /// The choice, such as `the estimator of tau2`.
    #[must_use]
    pub const fn choice(&self) -> &'static str {
        self.choice
    }

    /// What the first and the second analysis choose.
    #[must_use]
    pub fn values(&self) -> [&str; 2] {
        [&self.from, &self.to]
    }

    /// The estimates before and after the switch, on the natural scale.
    #[must_use]
    pub const fn estimates(&self) -> [f64; 2] {
        [self.before.estimate, self.after.estimate]
    }

    /// The intervals before and after the switch, on the natural scale.
    #[must_use]
    pub const fn intervals(&self) -> [Option<Interval>; 2] {
        [self.before.interval, self.after.interval]
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(4);
        write!(f, "{:.decimals$}", self.estimate)?;
        if let Some(interval) = self.interval {
            write!(f, " ({:.decimals$} to {:.decimals$})", interval.lower, interval.upper)?;
        }
        Ok(())
    }
}

impl Outcome {
    /// What else changed.
    fn write_rest(&self, f: &mut fmt::Formatter<'_>, after: &Self) -> fmt::Result {
        if self.k != after.k {
            write!(f, "; studies {} to {}", self.k, after.k)?;
        }
        if let Some((a, b)) = self.tau2.zip(after.tau2).filter(|(a, b)| (a - b).abs() > 5e-5) {
            write!(f, "; tau2 {a:.4} to {b:.4}")?;
        }
        if let Some((a, b)) = self.i2.zip(after.i2).filter(|(a, b)| (a - b).abs() > 5e-4) {
            write!(f, "; I2 {:.1}% to {:.1}%", 100.0 * a, 100.0 * b)?;
        }
        Ok(())
    }

    fn same_estimate(&self, other: &Self) -> bool {
        self.estimate == other.estimate && self.interval == other.interval
    }
}

/// The result of the first analysis, a line for each choice, the result of the second.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.lines.last().map_or(self.first, |line| line.after);
        write!(f, "the {} is {} in the first analysis and {} in the second", self.measure, self.first, last)?;
        if self.lines.is_empty() {
            return f.write_str(": they make the same choices");
        }
        for line in &self.lines {
            write!(f, "\n  {}: {} becomes {}\n    ", line.choice, line.from, line.to)?;
            if line.before.same_estimate(&line.after) {
                f.write_str("estimate and interval stay")?;
            } else {
                write!(f, "{} becomes {}", line.before, line.after)?;
            }
            line.before.write_rest(f, &line.after)?;
        }
        Ok(())
    }
}
