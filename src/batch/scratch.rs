//! One outcome, gathered from where it lies.

use super::{Data, Layout, Precision};
use crate::effect::check_pair;
use crate::real::Real;

/// The pairs of one outcome that are not missing.
#[derive(Debug)]
pub(super) struct Scratch<F> {
    pub(super) y: Vec<F>,
    pub(super) v: Vec<F>,
}

impl<F: Real> Scratch<F> {
    pub(super) fn new(studies: usize) -> Self {
        Self { y: Vec::with_capacity(studies), v: Vec::with_capacity(studies) }
    }

    /// Gathers an outcome; false if one of its numbers is invalid, whatever the others are.
    pub(super) fn gather(&mut self, data: &Data<'_, F>, outcome: usize) -> bool {
        self.y.clear();
        self.v.clear();
        let mut valid = true;
        for study in 0..data.studies {
            let (y, second) = data.pair(outcome, study);
            let v = data.variance(second);
            if !(y.is_nan() || second.is_nan()) {
                valid &= check_pair(y, v).is_ok();
                self.y.push(y);
                self.v.push(v);
            }
        }
        valid
    }
}

impl<F: Real> Data<'_, F> {
    /// The two numbers of a study as they are.
    #[inline]
    pub(super) fn pair(&self, outcome: usize, study: usize) -> (F, F) {
        match &self.layout {
            Layout::Columns(columns) => (columns[study].0[outcome], columns[study].1[outcome]),
            Layout::Rows((y, v)) => (y[outcome * self.studies + study], v[outcome * self.studies + study]),
        }
    }

    /// The variance that the second number of a pair is or gives.
    #[inline]
    pub(super) fn variance(&self, second: F) -> F {
        match self.precision {
            Precision::Variance => second,
            // As `Studies::from_std_errors` does; a negative standard error must not become a variance.
            Precision::StdError if second > F::zero() => second * second,
            Precision::StdError => -F::one(),
        }
    }
}
