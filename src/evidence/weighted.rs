//! A weighted regression, without normal equations and without cancellation.
//!
//! With weights u the projector onto what the design does not explain is Π = I - A (A'A)⁻¹ A', A = √u X, and P = √u Π
//! √u. Writing `A = T A_B` with p rows B of nearly the largest volume ([`interpolate`]) and N for the others, the
//! columns of (-T, I)' span the space that Π projects on, so that with M = I + T'T, G = T'T over N,
//!
//! * Π z = (f - T a, -a) with `f = z_N - T z_B` and a = M⁻¹ T'f;
//! * `Π_NN = I - T M⁻¹ T'`, `Π_NB = -T M⁻¹`, `Π_BB = M⁻¹ G`.
//!
//! Nothing here is a small difference of large numbers: rows outside B have leverages bounded away from 1, and for
//! those inside, where a precise study may have a leverage of nearly 1, the rest is M⁻¹ G. This is what counting the
//! largest weight apart is in the kernel. M is well conditioned, as the entries of T are at most 2; the equations for a
//! are solved once more for their residual, which makes them as accurate as an orthogonal decomposition (Björck 1987).

use super::Moderators;
use crate::num::eigenvalues::symmetric_eigenvalues;
use crate::num::interpolation::interpolate;
use crate::num::square::{Cholesky, Square, dot};
use crate::num::sum::sum_pairs;

/// The regression for one set of weights.
#[derive(Clone, Debug)]
pub(crate) struct Weighted<'m> {
    of: &'m Moderators,
    u: Vec<f64>,
    /// √u.
    root: Vec<f64>,
    /// The columns of T, with 0 in the rows B.
    t: Vec<Vec<f64>>,
    pivots: Vec<usize>,
    /// G.
    gram: Square,
    /// Of M.
    cholesky: Cholesky,
    log_volume: f64,
}

impl<'m> Weighted<'m> {
    pub(super) fn new(of: &'m Moderators, u: Vec<f64>) -> Option<Self> {
        let root: Vec<f64> = u.iter().map(|u| u.sqrt()).collect();
        let columns = of.basis.iter().map(|x| x.iter().zip(&root).map(|(x, r)| x * r).collect()).collect();
        let mut found = interpolate(columns, 0.0).ok()?;
        for (column, &row) in found.t.iter_mut().zip(&found.pivots) {
            column[row] = 0.0;
        }
        let gram = weighted_gram(&found.t, None);
        let with_identity = Square::of(gram.n(), |i, j| gram.at(i, j) + f64::from(u8::from(i == j)));
        let cholesky = Cholesky::new(&with_identity)?;
        let (t, pivots, log_volume) = (found.t, found.pivots, found.log_volume);
        Some(Self { of, u, root, t, pivots, gram, cholesky, log_volume })
    }

    /// The relative weights.
    pub(crate) fn u(&self) -> &[f64] {
        &self.u
    }

    /// The rows B.
    pub(crate) fn pivots(&self) -> &[usize] {
        &self.pivots
    }

    /// √u of the rows B.
    pub(crate) fn pivot_roots(&self) -> Vec<f64> {
        self.pivots.iter().map(|&row| self.root[row]).collect()
    }

    /// Of M = I + T'T.
    pub(crate) fn cholesky(&self) -> &Cholesky {
        &self.cholesky
    }

    /// ln |T₀' U T₀| with the basis T₀ of the design.
    pub(super) fn log_determinant(&self) -> f64 {
        2.0 * self.log_volume + self.cholesky.log_determinant()
    }

    /// T'f.
    fn transposed(&self, f: &[f64]) -> Vec<f64> {
        self.t.iter().map(|t| sum_pairs(t, f, |t, f| [t * f])[0]).collect()
    }

    /// f - T a.
    fn without(&self, f: &[f64], a: &[f64]) -> Vec<f64> {
        let mut rest = f.to_vec();
        for (t, &a) in self.t.iter().zip(a) {
            if a != 0.0 {
                rest.iter_mut().zip(t).for_each(|(x, t)| *x -= a * t);
            }
        }
        rest
    }

    /// Π z.
    pub(crate) fn project(&self, z: &[f64]) -> Vec<f64> {
        let of_pivots: Vec<f64> = self.pivots.iter().map(|&row| z[row]).collect();
        let mut f = self.without(z, &of_pivots);
        self.pivots.iter().for_each(|&row| f[row] = 0.0);
        let first = self.cholesky.solve(&self.transposed(&f));
        let left: Vec<f64> =
            self.transposed(&self.without(&f, &first)).iter().zip(&first).map(|(x, a)| x - a).collect();
        let a: Vec<f64> = first.iter().zip(self.cholesky.solve(&left)).map(|(a, change)| a + change).collect();
        let mut projected = self.without(&f, &a);
        self.pivots.iter().zip(&a).for_each(|(&row, a)| projected[row] = -a);
        projected
    }

    /// The residuals, times √u.
    pub(crate) fn residuals(&self) -> Vec<f64> {
        let weighted: Vec<f64> = self.root.iter().zip(&self.of.d).map(|(r, d)| r * d).collect();
        self.project(&weighted)
    }

    /// Σ u r².
    pub(crate) fn q(&self) -> f64 {
        let e = self.residuals();
        sum_pairs(&e, &e, |e, _| [e * e])[0]
    }

    /// The diagonal of Π: 1 less the leverage of each study.
    pub(crate) fn left(&self) -> Vec<f64> {
        let mut left: Vec<f64> = self.leverages_outside().into_iter().map(|leverage| 1.0 - leverage).collect();
        let rest = self.cholesky.solve_rows(&self.gram);
        self.pivots.iter().enumerate().for_each(|(b, &row)| left[row] = rest.at(b, b));
        left
    }

    /// t'M⁻¹t for the rows outside B, column by column; 0 for the others.
    fn leverages_outside(&self) -> Vec<f64> {
        let mut leverages = vec![0.0; self.u.len()];
        let mut scaled: Vec<Vec<f64>> = Vec::with_capacity(self.t.len());
        for (j, t) in self.t.iter().enumerate() {
            let mut column = t.clone();
            for (l, other) in scaled.iter().enumerate() {
                let factor = self.cholesky.lower(j, l);
                column.iter_mut().zip(other).for_each(|(x, y)| *x -= factor * y);
            }
            let factor = self.cholesky.lower(j, j);
            for (x, leverage) in column.iter_mut().zip(&mut leverages) {
                *x /= factor;
                *leverage += *x * *x;
            }
            scaled.push(column);
        }
        leverages
    }

    fn row(&self, i: usize) -> Vec<f64> {
        self.t.iter().map(|t| t[i]).collect()
    }

    /// The leverages: the diagonal of I - Π.
    pub(crate) fn leverages(&self) -> Vec<f64> {
        let mut leverages = self.leverages_outside();
        for (b, &row) in self.pivots.iter().enumerate() {
            let scaled = self.cholesky.forward(&unit(self.pivots.len(), b));
            leverages[row] = dot(&scaled, &scaled);
        }
        leverages
    }

    /// tr(ΠDΠD) for a diagonal D, with the diagonal of Π: sums of positive terms, up to what p terms of moderate size
    /// cancel.
    pub(crate) fn trace_of_squares(&self, d: &[f64], left: &[f64]) -> f64 {
        let of_pivots: Vec<f64> = self.pivots.iter().map(|&row| d[row]).collect();
        let inside = self.cholesky.solve_rows(&self.gram);
        let outside = self.cholesky.solve_rows(&weighted_gram(&self.t, Some(d)));
        let squares = outside.trace_of_product(&outside);
        // Π_BN D Π_NB = M⁻¹ H M⁻¹.
        let between = self.cholesky.solve_rows(&outside);
        let p = self.pivots.len();
        let mut total = 0.0;
        for b in 0..p {
            total += 2.0 * between.at(b, b) * of_pivots[b];
            total += (0..p).map(|c| inside.at(b, c) * inside.at(c, b) * of_pivots[c]).sum::<f64>() * of_pivots[b];
        }
        let mut others = d.to_vec();
        self.pivots.iter().for_each(|&row| others[row] = 0.0);
        let [own, leveraged] = sum_pairs(&others, left, |d, left| {
            let (own, leverage) = (d * left, d * (1.0 - left));
            [own * own, leverage * leverage]
        });
        total + own + (squares - leveraged).max(0.0)
    }

    /// (I, T')  D (I, T')': the inner part of a covariance matrix with variances D of the weighted effects.
    pub(crate) fn inner(&self, d: &[f64]) -> Square {
        let outside = weighted_gram(&self.t, Some(d));
        Square::of(outside.n(), |i, j| outside.at(i, j) + if i == j { d[self.pivots[i]] } else { 0.0 })
    }

    /// The part (I, T')'M⁻¹ of each study: row i of it, of which row i of the hat matrix is made.
    pub(crate) fn influence(&self, i: usize) -> Vec<f64> {
        match self.pivots.iter().position(|&row| row == i) {
            Some(b) => self.cholesky.solve(&unit(self.pivots.len(), b)),
            None => self.cholesky.solve(&self.row(i)),
        }
    }

    /// The k - p positive eigenvalues of √D Π √D, in k³ steps.
    pub(crate) fn eigenvalues(&self, d: &[f64]) -> Option<Vec<f64>> {
        let k = d.len();
        let inside = self.cholesky.solve_rows(&self.gram);
        let place: Vec<Option<usize>> = (0..k).map(|i| self.pivots.iter().position(|&row| row == i)).collect();
        let influence: Vec<Vec<f64>> = (0..k).map(|i| self.influence(i)).collect();
        let rows: Vec<Vec<f64>> = (0..k).map(|i| self.row(i)).collect();
        let entry = |i: usize, j: usize| {
            let projected = match (place[i], place[j]) {
                (Some(b), Some(c)) => inside.at(b, c),
                (Some(b), None) => -influence[j][b],
                (None, Some(c)) => -influence[i][c],
                (None, None) => f64::from(u8::from(i == j)) - dot(&rows[i], &influence[j]),
            };
            d[i].sqrt() * d[j].sqrt() * projected
        };
        let mut values = symmetric_eigenvalues((0..k).map(|i| (0..=i).map(|j| entry(i, j)).collect()).collect())?;
        values.sort_by(f64::total_cmp);
        Some(values.split_off(self.pivots.len()))
    }

    /// The fitted values of the rows B, less the offset of the moderators.
    pub(crate) fn fitted_pivots(&self, residuals: &[f64]) -> Vec<f64> {
        self.pivots.iter().map(|&row| self.of.d[row] - residuals[row] / self.root[row]).collect()
    }

    /// Residuals without their weights.
    pub(crate) fn unweighted(&self, residuals: &[f64]) -> Vec<f64> {
        residuals.iter().zip(&self.root).map(|(e, r)| e / r).collect()
    }
}

/// T'DT, D being the identity unless it is given.
fn weighted_gram(t: &[Vec<f64>], d: Option<&[f64]>) -> Square {
    let p = t.len();
    let scaled: Option<Vec<Vec<f64>>> = d.map(|d| {
        t.iter().map(|t| t.iter().zip(d).map(|(t, d)| if *t == 0.0 { 0.0 } else { t * d }).collect()).collect()
    });
    let left = scaled.as_deref().unwrap_or(t);
    let mut lower = vec![vec![0.0; p]; p];
    for i in 0..p {
        for j in 0..=i {
            lower[i][j] = sum_pairs(&left[i], &t[j], |a, b| [a * b])[0];
        }
    }
    Square::of(p, |i, j| lower[i.max(j)][i.min(j)])
}

fn unit(n: usize, at: usize) -> Vec<f64> {
    (0..n).map(|i| f64::from(u8::from(i == at))).collect()
}
