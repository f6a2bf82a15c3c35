//! A block of outcomes, copied to where it stays in cache.

use std::array::from_fn;

use prefetch_index::prefetch_index;

use crate::batch::{Data, Layout, Precision};
use crate::num::wide::{Group, LANES};
use crate::real::Real;

/// About how many numbers are staged: small beside the fastest cache, most of which holds what is asked for and worked on.
const NUMBERS: usize = 640;
/// Numbers in a line of the cache, of any type: a smaller one is asked for twice.
const IN_LINE: usize = 8;

/// The pairs of some outcomes as doubles, one column of effects and one of variances for each study.
///
/// Columns are read one after the other, a long piece of each. Lanes that read from all columns at once would wait for memory most of
/// their time: processors fetch ahead for a few streams only, and large columns, which all begin at the same place of a page, push each
/// other out of the cache.
#[derive(Debug)]
pub(super) struct Stage {
    /// Effects and variances of a study follow each other.
    lines: Vec<Lines>,
    /// How long a column is.
    length: usize,
}

/// LANES numbers, on whole lines of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Lines([f64; LANES]);

impl Stage {
    pub(super) fn new(studies: usize) -> Self {
        let length = (NUMBERS / (2 * studies.max(1)) / LANES).max(1);
        Self { lines: vec![Lines([0.0; LANES]); 2 * studies * length], length }
    }

    /// How many outcomes there is room for.
    pub(super) const fn width(&self) -> usize {
        self.length * LANES
    }

    /// Copies `count` outcomes from the first on, at most as many as there is room for, a multiple of LANES.
    #[inline(always)]
    pub(super) fn fill<F: Real>(&mut self, data: &Data<'_, F>, first: usize, count: usize) {
        let k = data.studies;
        match &data.layout {
            Layout::Columns(columns) => {
                let studies = self.lines.chunks_exact_mut(2 * self.length);
                for (to, (y, v)) in studies.zip(columns) {
                    let (to_y, to_v) = to.split_at_mut(self.length);
                    copy(to_y, &y[first..first + count], Precision::Variance);
                    copy(to_v, &v[first..first + count], data.precision);
                }
            }
            Layout::Rows { y, v } => {
                let rows = first * k..(first + count) * k;
                let (length, step) = (self.length, 2 * self.length);
                copy_rows(&mut self.lines, step, (&y[rows.clone()], k), Precision::Variance);
                copy_rows(&mut self.lines[length..], step, (&v[rows], k), data.precision);
            }
        }
    }

    /// Asks for one part of the block that begins with `first`, while another is worked on.
    #[inline(always)]
    pub(super) fn fetch<F: Real>(&self, data: &Data<'_, F>, first: usize, part: usize) {
        let Layout::Columns(columns) = &data.layout else { return };
        let columns = &columns[columns.len() * part / self.length..columns.len() * (part + 1) / self.length];
        for (y, v) in columns {
            for line in (first..first + self.width()).step_by(IN_LINE) {
                prefetch_index(y, line);
                prefetch_index(v, line);
            }
        }
    }

    /// The effects and variances of one study, of LANES outcomes.
    #[inline(always)]
    pub(super) fn pair<W: Group>(&self, study: usize, at: usize, zero: W) -> (W, W) {
        let column = 2 * study * self.length + at;
        (zero.load(&self.lines[column].0), zero.load(&self.lines[column + self.length].0))
    }

    #[inline(always)]
    pub(super) fn set_pair<W: Group>(&mut self, study: usize, at: usize, y: W, v: W) {
        let column = 2 * study * self.length + at;
        self.lines[column].0 = y.array();
        self.lines[column + self.length].0 = v.array();
    }
}

#[inline(always)]
fn copy<F: Real>(to: &mut [Lines], from: &[F], precision: Precision) {
    let from = from.as_chunks::<LANES>().0;
    match precision {
        Precision::Variance => {
            for (to, from) in to.iter_mut().zip(from) {
                to.0 = from_fn(|l| from[l].f64());
            }
        }
        Precision::StdError => {
            for (to, from) in to.iter_mut().zip(from) {
                to.0 = from_fn(|l| variance(from[l]));
            }
        }
    }
}

/// Rows of k numbers into columns, the first lines of which are so many lines apart.
#[inline(always)]
fn copy_rows<F: Real>(lines: &mut [Lines], step: usize, (from, k): (&[F], usize), precision: Precision) {
    for (outcome, row) in from.chunks_exact(k.max(1)).enumerate() {
        let (tile, lane) = (outcome / LANES, outcome % LANES);
        for (to, x) in lines[tile..].iter_mut().step_by(step).zip(row) {
            to.0[lane] = match precision {
                Precision::Variance => x.f64(),
                Precision::StdError => variance(*x),
            };
        }
    }
}

/// The variance that a standard error gives; NaN stays NaN, which is missing, and what is not positive becomes invalid.
#[inline(always)]
fn variance<F: Real>(se: F) -> f64 {
    if se <= F::zero() { -1.0 } else { (se * se).f64() }
}
