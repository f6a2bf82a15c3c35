//! The coefficients of a weighted regression with their covariance.

use crate::evidence::{Moderators, Weighted};
use crate::num::scale::unit_of_variance;
use crate::num::square::{Cholesky, Lu, Square, dot};

/// A solved regression. A linear combination x'β is written as h'f, with the fitted values f of p pivotal studies; h
/// solves `X_B'h = x`. Its standard error is the length of a vector, in the kernel's unit, so that nothing cancels or
/// overflows.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// The rows of the pivotal studies, each column times a power of two.
    rows: Lu,
    scale: Vec<f64>,
    /// √u of the pivotal studies.
    roots: Vec<f64>,
    /// Their fitted values less the offset, in the kernel's unit.
    fitted: Vec<f64>,
    spread: Spread,
    /// The power of two from the user's unit to the kernel's.
    pub(super) unit: f64,
    /// What has been taken from the effects, in the user's unit, with the index of the constant column.
    offset: Option<(usize, f64)>,
}

/// What turns h into a vector with the standard error as its length.
#[derive(Clone, Debug)]
enum Spread {
    /// √c L⁻¹: the variances are those that the weights stand for.
    Weights(Cholesky, f64),
    /// The variances are others: the weights' M and the inner part of the covariance.
    Other(Cholesky, Cholesky),
}

impl Solution {
    /// The solution for relative weights u = c / variance; with `variances` (in the kernel's unit), those of the
    /// effects are these instead. `None` where the design or the data are out of range.
    pub(super) fn new(
        moderators: &Moderators,
        columns: &[Vec<f64>],
        weighted: &Weighted<'_>,
        (unit, c): (f64, f64),
        constant: Option<usize>,
        variances: Option<&[f64]>,
    ) -> Option<Self> {
        let pivots = weighted.pivots();
        let scale: Vec<f64> = columns
            .iter()
            .map(|column| {
                let size = pivots.iter().map(|&row| column[row].abs()).fold(0.0, f64::max);
                if size > 0.0 { unit_of_variance(size).powi(2) } else { 1.0 }
            })
            .collect();
        let rows = Lu::new(Square::of(pivots.len(), |b, j| columns[j][pivots[b]] * scale[j]))?;
        let spread = match variances {
            None => Spread::Weights(weighted.cholesky().clone(), c.sqrt()),
            Some(variances) => {
                let d: Vec<f64> = weighted.u().iter().zip(variances).map(|(u, s)| u * s).collect();
                Spread::Other(weighted.cholesky().clone(), Cholesky::new(&weighted.inner(&d))?)
            }
        };
        let fitted = weighted.fitted_pivots(&weighted.residuals());
        let offset = constant.map(|index| (index, moderators.offset));
        let solution = Self { rows, scale, roots: weighted.pivot_roots(), fitted, spread, unit, offset };
        solution.fitted.iter().all(|x| x.is_finite()).then_some(solution)
    }

    pub(super) fn p(&self) -> usize {
        self.scale.len()
    }

    /// β, in the user's unit.
    pub(super) fn coefficients(&self) -> Vec<f64> {
        let mut coefficients: Vec<f64> =
            self.rows.solve(&self.fitted).iter().zip(&self.scale).map(|(b, scale)| b * scale / self.unit).collect();
        if let Some((index, offset)) = self.offset {
            coefficients[index] += offset;
        }
        coefficients
    }

    fn interpolation(&self, x: &[f64]) -> Vec<f64> {
        let scaled: Vec<f64> = x.iter().zip(&self.scale).map(|(x, scale)| x * scale).collect();
        self.rows.solve_transposed(&scaled)
    }

    /// x'β in the user's unit.
    pub(super) fn value(&self, x: &[f64]) -> f64 {
        let shift = self.offset.map_or(0.0, |(index, offset)| if x[index] == 0.0 { 0.0 } else { x[index] * offset });
        dot(&self.interpolation(x), &self.fitted) / self.unit + shift
    }

    /// x'β less that of another solution, in the user's unit; what was taken from the effects does not cancel.
    pub(super) fn moved_from(&self, other: &Self, x: &[f64]) -> f64 {
        let without_offset = |of: &Self| dot(&of.interpolation(x), &of.fitted) / of.unit;
        let shift = match (self.offset, other.offset) {
            (Some((index, offset)), Some((_, others))) if x[index] != 0.0 => x[index] * (offset - others),
            _ => 0.0,
        };
        without_offset(self) - without_offset(other) + shift
    }

    /// x'β in the kernel's unit.
    pub(super) fn value_in_unit(&self, x: &[f64]) -> f64 {
        let shift = self.offset.map_or(0.0, |(index, offset)| if x[index] == 0.0 { 0.0 } else { x[index] * offset });
        dot(&self.interpolation(x), &self.fitted) + shift * self.unit
    }

    /// A vector of p entries whose length is the standard error of x'β in the kernel's unit, and whose product with
    /// that of another combination is their covariance.
    pub(super) fn whitened(&self, x: &[f64]) -> Vec<f64> {
        let weighted: Vec<f64> = self.interpolation(x).iter().zip(&self.roots).map(|(h, root)| h / root).collect();
        match &self.spread {
            Spread::Weights(m, root_c) => m.forward(&weighted).into_iter().map(|x| x * root_c).collect(),
            Spread::Other(m, inner) => inner.upper_times(&m.solve(&weighted)),
        }
    }

    /// The same for each coefficient.
    pub(super) fn whitened_coefficients(&self) -> Vec<Vec<f64>> {
        let unit = |j: usize| (0..self.p()).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        (0..self.p()).map(|j| self.whitened(&unit(j))).collect()
    }
}
