//! A tall matrix as combinations of a few of its own rows.
//!
//! A matrix A with k rows and p independent columns is `A = T A_B`, where B are p of its rows and T has the rows of the
//! identity there. If B is chosen such that no entry of T is larger than 2 in size, `A_B` has nearly the largest volume
//! of all such choices (Goreinov, Tyrtyshnikov & Zamarashkin 1997), and T is as well conditioned as a basis of the
//! column space can be: its singular values lie between 1 and √(1 + 4kp), whatever the condition of A is.
//!
//! The space that the columns span may be far less well determined by them: rounding errors move it by their condition.
//! Where it is found from the columns of a user, the elimination therefore runs in twice the precision.
//!
//! T is found by Gauss-Jordan elimination of columns with complete pivoting, then by exchanging rows until the bound
//! holds. Each row of A is treated at its own size, so that rows may differ by any number of orders of magnitude.

/// Exchanges of rows, each of which at least doubles the volume: more than elimination with complete pivoting leaves to
/// do.
const MAX_EXCHANGES: usize = 1000;
/// The bound of entries.
const BOUND: f64 = 2.0;

/// `A = T A_B`.
#[derive(Clone, Debug)]
pub(crate) struct Interpolation {
    /// The columns of T.
    pub(crate) t: Vec<Vec<f64>>,
    /// The rows B: T has a 1 in row `pivots[j]` of column j, and 0 in its other columns.
    pub(crate) pivots: Vec<usize>,
    /// `ln |det A_B|`.
    pub(crate) log_volume: f64,
}

/// Columns that are not independent: this one is a combination of the others, up to rounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependent {
    pub(crate) column: usize,
    /// The independent columns found until then, with a row for each in which they are independent.
    pub(crate) basis: Vec<(usize, usize)>,
}

/// The decomposition, for columns of one length; what is not larger than `tolerance` counts as 0.
pub(crate) fn interpolate(columns: Vec<Vec<f64>>, tolerance: f64) -> Result<Interpolation, Dependent> {
    Work { t: columns, rest: None, log_volume: 0.0 }.run(None, tolerance)
}

/// The same in twice the precision. The column `first`, if there is one, is eliminated first, with its first entry as
/// pivot.
pub(crate) fn interpolate_precisely(
    columns: Vec<Vec<f64>>,
    first: Option<usize>,
    tolerance: f64,
) -> Result<Interpolation, Dependent> {
    let rest = Some(columns.iter().map(|column| vec![0.0; column.len()]).collect());
    Work { t: columns, rest, log_volume: 0.0 }.run(first, tolerance)
}

struct Work {
    t: Vec<Vec<f64>>,
    /// What `t` is short of, in twice the precision.
    rest: Option<Vec<Vec<f64>>>,
    log_volume: f64,
}

impl Work {
    fn run(mut self, first: Option<usize>, tolerance: f64) -> Result<Interpolation, Dependent> {
        let p = self.t.len();
        let mut rows: Vec<Option<usize>> = vec![None; p];
        for step in 0..p {
            let mut open = (0..p).filter(|&j| rows[j].is_none());
            let (size, row, column) = match first {
                Some(first) if step == 0 => (self.t[first][0].abs(), 0, first),
                _ => self.largest(open.clone()),
            };
            if !(size > tolerance && size.is_finite()) {
                let basis = (0..p).filter_map(|j| Some((j, rows[j]?))).collect();
                // Of several, the one that came last in the design.
                return Err(Dependent { column: open.next_back().unwrap_or(column), basis });
            }
            self.eliminate(row, column);
            rows[column] = Some(row);
        }
        let mut pivots: Vec<usize> = rows.into_iter().flatten().collect();
        for _ in 0..MAX_EXCHANGES {
            let (size, row, column) = self.largest(0..p);
            if size <= BOUND {
                break;
            }
            self.eliminate(row, column);
            pivots[column] = row;
        }
        Ok(Interpolation { t: self.t, pivots, log_volume: self.log_volume })
    }

    /// The largest entry of some columns with its row and column; the first of equal ones.
    fn largest(&self, columns: impl Iterator<Item = usize>) -> (f64, usize, usize) {
        let mut best = (0.0, 0, 0);
        for j in columns {
            // Block by block, as the position matters for one of many.
            for (block, chunk) in self.t[j].chunks(256).enumerate() {
                let size = chunk.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
                if size > best.0 {
                    let within = chunk.iter().position(|x| x.abs() == size).unwrap_or(0);
                    best = (size, 256 * block + within, j);
                }
            }
        }
        best
    }

    /// Makes a row that of the identity, with the 1 in this column.
    fn eliminate(&mut self, row: usize, column: usize) {
        self.log_volume += self.t[column][row].abs().ln();
        match &mut self.rest {
            None => eliminate(&mut self.t, row, column),
            Some(rest) => eliminate_precisely(&mut self.t, rest, row, column),
        }
    }
}

fn eliminate(t: &mut [Vec<f64>], row: usize, column: usize) {
    let mut pivotal = std::mem::take(&mut t[column]);
    let pivot = pivotal[row];
    if pivot != 1.0 {
        pivotal.iter_mut().for_each(|x| *x /= pivot);
    }
    for (j, other) in t.iter_mut().enumerate() {
        if j == column || other[row] == 0.0 {
            continue;
        }
        let factor = other[row];
        other.iter_mut().zip(&pivotal).for_each(|(x, y)| *x -= factor * y);
        other[row] = 0.0;
    }
    t[column] = pivotal;
}

fn eliminate_precisely(t: &mut [Vec<f64>], rest: &mut [Vec<f64>], row: usize, column: usize) {
    let (mut high, mut low) = (std::mem::take(&mut t[column]), std::mem::take(&mut rest[column]));
    let pivot = (high[row], low[row]);
    if pivot != (1.0, 0.0) {
        high.iter_mut().zip(&mut low).for_each(|(x, y)| (*x, *y) = divided((*x, *y), pivot));
        (high[row], low[row]) = (1.0, 0.0);
    }
    for j in (0..t.len()).filter(|&j| j != column) {
        let factor = (t[j][row], rest[j][row]);
        if factor.0 == 0.0 {
            continue;
        }
        for ((x, y), (&high, &low)) in t[j].iter_mut().zip(&mut rest[j]).zip(high.iter().zip(&low)) {
            (*x, *y) = less_product((*x, *y), factor, (high, low));
        }
        (t[j][row], rest[j][row]) = (0.0, 0.0);
    }
    (t[column], rest[column]) = (high, low);
}

/// x - f y for unevaluated sums of two doubles, to about 31 digits of the largest term (Dekker 1971).
fn less_product(x: (f64, f64), f: (f64, f64), y: (f64, f64)) -> (f64, f64) {
    let product = f.0 * y.0;
    let lost = f.0.mul_add(y.0, -product) + (f.0 * y.1 + f.1 * y.0);
    let high = x.0 - product;
    let back = high - x.0;
    let rounding = (x.0 - (high - back)) - (product + back);
    normal(high, rounding + (x.1 - lost))
}

/// x / y likewise.
fn divided(x: (f64, f64), y: (f64, f64)) -> (f64, f64) {
    let quotient = x.0 / y.0;
    let left = less_product(x, (quotient, 0.0), y);
    normal(quotient, left.0 / y.0)
}

fn normal(high: f64, low: f64) -> (f64, f64) {
    let sum = high + low;
    (sum, low - (sum - high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_combinations_of_its_rows() {
        let columns = vec![vec![1.0; 5], vec![3.0, 1.0, 4.0, 1.0, 5.0], vec![9.0, 2.0, 6.0, 5.0, 35.0]];
        let found = interpolate_precisely(columns.clone(), Some(0), 1e-13).expect("independent columns");
        for row in 0..5 {
            for column in &columns {
                let combined: f64 = found.t.iter().zip(&found.pivots).map(|(t, &b)| t[row] * column[b]).sum();
                assert!((combined - column[row]).abs() < 1e-14 * 35.0, "row {row}: {combined}, {}", column[row]);
            }
            assert!(found.t.iter().all(|t| t[row].abs() <= 2.0), "row {row} is bounded");
        }
    }

    #[test]
    fn a_bad_basis_of_a_good_space_costs_nothing() {
        // 1 and 1 + 2^-30 x span what 1 and x span.
        let x: Vec<f64> = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0].to_vec();
        let near = x.iter().map(|x| 1.0 + x * 2.0_f64.powi(-30)).collect();
        let found = interpolate_precisely(vec![near, vec![1.0; 6]], None, 1e-13).expect("independent columns");
        let [b, c] = [x[found.pivots[0]], x[found.pivots[1]]];
        for (row, x) in x.iter().enumerate() {
            let exact = (x - c) / (b - c);
            assert!((found.t[0][row] - exact).abs() < 4e-16, "row {row}: {}, {exact}", found.t[0][row]);
        }
    }

    #[test]
    fn dependent_columns_are_named() {
        let columns = vec![vec![1.0, 1.0, 1.0, 1.0], vec![1.0, 2.0, 3.0, 4.0], vec![3.0, 5.0, 7.0, 9.0]];
        let error = interpolate(columns, 1e-13).unwrap_err();
        assert_eq!(error.basis.len(), 2, "two are independent");
    }
}
