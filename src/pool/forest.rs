//! A forest plot that a terminal can show.

use super::Analysis;
use crate::effect::Effect;
use crate::level::Level;
use crate::measure::{Link, Measure};
use crate::real::Real;

const COLUMNS: usize = 41;

/// The characters of a plot.
pub(crate) struct Glyphs {
    line: char,
    null: char,
    study: char,
    pooled: char,
    beyond: [char; 2],
}

impl Glyphs {
    pub(crate) const UNICODE: Self =
        Self { line: '─', null: '│', study: '■', pooled: '◆', beyond: ['◂', '▸'] };
    pub(crate) const ASCII: Self = Self { line: '-', null: '|', study: '#', pooled: 'O', beyond: ['<', '>'] };
}

/// The part of the analysis scale that is drawn. No effect is always on it.
pub(crate) struct Axis {
    lower: f64,
    upper: f64,
    /// A decreasing link is drawn mirrored, so that the natural scale runs to the right.
    mirrored: bool,
}

impl Axis {
    /// From the estimates, the pooled interval and 0, with a margin. Intervals of imprecise studies may go beyond: they
    /// end in an arrow, so that one small study does not flatten all others.
    pub(crate) fn around<F: Real>(estimates: impl Iterator<Item = f64>, pooled: &Analysis<F>, link: Link) -> Self {
        let mirrored = link.to_natural(1.0) < link.to_natural(-1.0);
        let limits = pooled.interval.map_or([0.0; 2], |interval| [interval.lower.f64(), interval.upper.f64()]);
        let shown = estimates.chain(limits).chain([0.0]);
        let (lower, upper) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, u), x| (l.min(x), u.max(x)));
        let margin = 0.15 * (upper - lower);
        if margin > 0.0 && margin.is_finite() {
            Self { lower: lower - margin, upper: upper + margin, mirrored }
        } else {
            // All at 0, or limits so far apart that their distance overflows.
            Self { lower: -1.0, upper: 1.0, mirrored }
        }
    }

    /// The column of a value; `Err` with the side if it is beyond the axis.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the share is checked to be in [0, 1]")]
    #[allow(clippy::cast_precision_loss, reason = "there are a few dozen columns")]
    fn column(&self, x: f64) -> Result<usize, usize> {
        let share = (x - self.lower) / (self.upper - self.lower);
        let share = if self.mirrored { 1.0 - share } else { share };
        if share < 0.0 {
            Err(0)
        } else if share > 1.0 {
            Err(1)
        } else {
            Ok((share * (COLUMNS - 1) as f64).round() as usize)
        }
    }

    pub(crate) fn study<M: Measure, F: Real>(&self, glyphs: &Glyphs, effect: &Effect<M, F>, level: Level) -> String {
        let half = level.normal_quantile() * effect.std_error().f64();
        let y = effect.y().f64();
        self.drawn(glyphs, y, Some((y - half, y + half)), glyphs.study)
    }

    pub(crate) fn pooled<F: Real>(&self, glyphs: &Glyphs, pooled: &Analysis<F>) -> String {
        let limits = pooled.interval.map(|interval| (interval.lower.f64(), interval.upper.f64()));
        self.drawn(glyphs, pooled.estimate.f64(), limits, glyphs.pooled)
    }

    fn drawn(&self, glyphs: &Glyphs, y: f64, limits: Option<(f64, f64)>, marker: char) -> String {
        let mut cells = [' '; COLUMNS];
        if let Some((lower, upper)) = limits {
            let (from, to) = (self.column(lower), self.column(upper));
            let (from, to) = if self.mirrored { (to, from) } else { (from, to) };
            let end = |column: Result<usize, usize>| column.unwrap_or_else(|side| side * (COLUMNS - 1));
            cells[end(from)..=end(to).max(end(from))].fill(glyphs.line);
            for beyond in [from, to].into_iter().filter_map(Result::err) {
                cells[beyond * (COLUMNS - 1)] = glyphs.beyond[beyond];
            }
        }
        if let Ok(column) = self.column(0.0) {
            cells[column] = glyphs.null;
        }
        if let Ok(column) = self.column(y) {
            cells[column] = marker;
        }
        cells.iter().collect::<String>().trim_end().to_owned()
    }
}
