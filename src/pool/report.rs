//! A result with its studies.

use std::fmt::{self, Display};

use super::display::{DECIMALS, Limits, Number};
use super::forest::{Axis, Glyphs};
use super::{Pooled, StudyData};
use crate::effect::Effect;
use crate::error::Error;
use crate::interval::Interval;
use crate::measure::Measure;
use crate::real::Real;

/// A result with a line for each study, made by [`Pooled::with`].
///
/// `{}` prints a table, `{:#}` adds a forest plot in text; [`ascii`](Self::ascii) keeps to ASCII.
#[derive(Clone, Debug)]
pub struct Report<M, F = f64> {
    pooled: Pooled<M, F>,
    lines: Vec<StudyLine<M, F>>,
    excluded: Vec<Error>,
    ascii: bool,
}

/// One study of a [`Report`].
#[derive(Clone, Debug, PartialEq)]
pub struct StudyLine<M, F = f64> {
    /// The label, or `study 1` and so on.
    pub label: String,
    /// The effect.
    pub effect: Effect<M, F>,
    /// The normal interval of this study alone, on the natural scale, at the level of the analysis.
    pub interval: Interval<F>,
    /// The share of the study in the pooled effect.
    pub weight: F,
}

impl<M: Measure, F: Real> Report<M, F> {
    pub(super) fn new<S: StudyData<M, F> + ?Sized>(pooled: &Pooled<M, F>, data: &S) -> Result<Self, Error> {
        let (weights, studies) = (data.line_weights(pooled)?, data.effects(pooled)?);
        let excluded = studies.excluded();
        let position = |index: usize| {
            // The number a reader would count, excluded studies included.
            excluded.iter().filter_map(Error::study).fold(index, |at, gone| if gone <= at { at + 1 } else { at })
        };
        let line = |(i, (study, weight)): (usize, (crate::studies::Study<'_, M, F>, F))| StudyLine {
            label: study.label.map_or_else(|| format!("study {}", position(i) + 1), str::to_owned),
            effect: study.effect,
            interval: study.effect.interval(pooled.level()),
            weight,
        };
        let lines = studies.iter().zip(weights).enumerate().map(line).collect();
        Ok(Self { pooled: pooled.clone(), lines, excluded: excluded.to_vec(), ascii: false })
    }

    /// The same in plain ASCII (labels stay what they are).
    #[must_use]
    pub fn ascii(self) -> Self {
        Self { ascii: true, ..self }
    }

    /// The studies, for a table or plot of one's own.
    #[must_use]
    pub fn lines(&self) -> &[StudyLine<M, F>] {
        &self.lines
    }

    /// The studies that were left out because they are not estimable: which, and why.
    #[must_use]
    pub fn excluded(&self) -> &[Error] {
        &self.excluded
    }

    /// The result without the studies.
    #[must_use]
    pub fn pooled(&self) -> &Pooled<M, F> {
        &self.pooled
    }
}

/// The texts of one line of the table.
struct Row {
    label: String,
    estimate: String,
    interval: String,
    weight: String,
    plot: Option<String>,
}

impl<M: Measure, F: Real> Report<M, F> {
    fn rows(&self, decimals: usize, plot: bool) -> Vec<Row> {
        let glyphs = if self.ascii { Glyphs::ASCII } else { Glyphs::UNICODE };
        let pooled = self.pooled.analysis();
        let axis =
            Axis::around(self.lines.iter().map(|line| line.effect.y().f64()), &pooled, self.pooled.measure().link());
        let level = self.pooled.level();
        let mut rows: Vec<Row> = self
            .lines
            .iter()
            .map(|line| Row {
                label: line.label.clone(),
                estimate: Number(line.effect.natural().f64(), decimals).to_string(),
                interval: Limits(line.interval, decimals).to_string(),
                weight: format!("{:.1}%", 100.0 * line.weight.f64()),
                plot: plot.then(|| axis.study(&glyphs, &line.effect, level)),
            })
            .collect();
        let natural = self.pooled.natural();
        rows.push(Row {
            label: "pooled".into(),
            estimate: Number(natural.estimate.f64(), decimals).to_string(),
            interval: natural.interval.map_or_else(|| "no interval".into(), |i| Limits(i, decimals).to_string()),
            weight: "100.0%".into(),
            plot: plot.then(|| axis.pooled(&glyphs, &pooled)),
        });
        rows
    }
}

impl<M: Measure, F: Real> Display for Report<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let rows = self.rows(decimals, f.alternate());
        let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
        let (labels, estimates, weights) = (width(|r| &r.label), width(|r| &r.estimate), width(|r| &r.weight));
        let intervals = width(|r| &r.interval);
        // The summary without `{:#}`, in the same precision.
        writeln!(f, "{:.decimals$}", self.pooled)?;
        for row in &rows {
            let Row { label, estimate, interval, weight, plot } = row;
            write!(f, "\n  {label:labels$}  {estimate:>estimates$}  {interval:<intervals$}  {weight:>weights$}")?;
            if let Some(plot) = plot {
                write!(f, "  {plot}")?;
            }
        }
        self.excluded.iter().try_for_each(|error| write!(f, "\n  left out: {error}"))
    }
}
