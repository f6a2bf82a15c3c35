//! Tables of text.

use std::fmt;

use crate::error::Error;
use crate::measure::Measure;
use crate::pool::{Limits, Number, Pooled, percent};
use crate::real::Real;

/// Rows of cells under a header. The first column is aligned to the left, the others to the right.
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Row>,
}

enum Row {
    Cells(Vec<String>),
    /// A label with a sentence in the place of numbers.
    Text(String, String),
    /// A line of text over all columns.
    Line(String),
}

impl Table {
    pub(crate) fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(|&cell| cell.to_owned()).collect(), rows: Vec::new() }
    }

    /// The header of [`answer`](Self::answer).
    pub(crate) fn of_answers(first: &str) -> Self {
        Self::new(&[first, "k", "estimate", "interval", "p", "Q", "I2", "tau2"])
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(Row::Cells(cells));
    }

    pub(crate) fn line(&mut self, text: String) {
        self.rows.push(Row::Line(text));
    }

    /// Puts a mark behind the last row.
    pub(crate) fn mark(&mut self, mark: &str) {
        if let Some(Row::Cells(cells)) = self.rows.last_mut() {
            cells.push(mark.to_owned());
        }
    }

    /// A row for an answer, or for why there is none.
    pub(crate) fn answer<M: Measure, F: Real>(
        &mut self,
        label: String,
        answer: Result<&Pooled<M, F>, &Error>,
        decimals: usize,
    ) {
        let pooled = match answer {
            Ok(pooled) => pooled,
            Err(error) => return self.rows.push(Row::Text(label, error.to_string())),
        };
        let (natural, h) = (pooled.natural(), pooled.heterogeneity());
        let i2 = h.i2_from_tau2().or(h.i2_from_q()).map(|i2| percent(i2.f64()));
        self.row(vec![
            label,
            pooled.k().to_string(),
            Number(natural.estimate.f64(), decimals).to_string(),
            or_dash(natural.interval.map(|interval| Limits(interval, decimals))),
            or_dash(pooled.test().map(|test| p_value(test.p_value().f64()))),
            Number(h.q().f64(), decimals).to_string(),
            or_dash(i2),
            or_dash(h.tau2().map(|tau2| Number(tau2.f64(), decimals))),
        ]);
    }
}

/// `0.017`, `<0.001`, for a column that says p above.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".into() } else { format!("{p:.3}") }
}

pub(crate) fn or_dash(cell: Option<impl fmt::Display>) -> String {
    cell.map_or_else(|| "-".into(), |cell| cell.to_string())
}

/// A number that may be undefined.
pub(crate) fn number<F: Real>(x: Option<F>, decimals: usize) -> String {
    or_dash(x.map(|x| Number(x.f64(), decimals)))
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths: Vec<usize> = self.header.iter().map(|cell| cell.chars().count()).collect();
        // Of the marks behind the rows.
        widths.push(0);
        for row in &self.rows {
            let cells = match row {
                Row::Cells(cells) => &cells[..],
                Row::Text(label, _) => std::slice::from_ref(label),
                Row::Line(_) => &[],
            };
            widths.iter_mut().zip(cells).for_each(|(width, cell)| *width = (*width).max(cell.chars().count()));
        }
        let write = |f: &mut fmt::Formatter<'_>, cells: &[String]| {
            let mut line = String::new();
            for (i, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
                // Marks and plots stand behind the columns.
                let left = i == 0 || i >= self.header.len();
                line += &if left { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
            }
            f.write_str(line.trim_end())
        };
        write(f, &self.header)?;
        for row in &self.rows {
            f.write_str("\n")?;
            match row {
                Row::Cells(cells) => write(f, cells)?,
                Row::Line(text) => write!(f, "  {text}")?,
                Row::Text(label, text) => {
                    write!(f, "  {label:<width$}  {text}", width = widths.first().copied().unwrap_or(0))?;
                }
            }
        }
        Ok(())
    }
}
