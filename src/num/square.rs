//! Small square matrices.

/// A square matrix, by rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Square {
    n: usize,
    entries: Vec<f64>,
}

impl Square {
    /// The matrix of an entry for each row and column.
    pub(crate) fn of(n: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        Self { n, entries: (0..n * n).map(|at| entry(at / n, at % n)).collect() }
    }

    pub(crate) fn n(&self) -> usize {
        self.n
    }

    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        self.entries[i * self.n + j]
    }

    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.entries[i * self.n..(i + 1) * self.n]
    }

    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        (0..self.n).map(|i| dot(self.row(i), x)).collect()
    }

    pub(crate) fn product(&self, other: &Self) -> Self {
        Self::of(self.n, |i, j| (0..self.n).map(|l| self.at(i, l) * other.at(l, j)).sum())
    }

    pub(crate) fn transposed(&self) -> Self {
        Self::of(self.n, |i, j| self.at(j, i))
    }

    /// tr AB.
    pub(crate) fn trace_of_product(&self, other: &Self) -> f64 {
        (0..self.n).map(|i| (0..self.n).map(|j| self.at(i, j) * other.at(j, i)).sum::<f64>()).sum()
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The lower triangle L of a positive definite matrix LL'.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cholesky(Square);

impl Cholesky {
    /// `None` if the matrix is not positive definite, or has entries that are not numbers.
    pub(crate) fn new(a: &Square) -> Option<Self> {
        let n = a.n;
        let mut l = Square::of(n, |_, _| 0.0);
        for i in 0..n {
            for j in 0..=i {
                let rest = a.at(i, j) - dot(&l.row(i)[..j], &l.row(j)[..j]);
                l.entries[i * n + j] = if i > j {
                    rest / l.at(j, j)
                } else if rest > 0.0 && rest.is_finite() {
                    rest.sqrt()
                } else {
                    return None;
                };
            }
        }
        Some(Self(l))
    }

    /// An entry of L.
    pub(crate) fn lower(&self, i: usize, j: usize) -> f64 {
        self.0.at(i, j)
    }

    /// L⁻¹ b.
    pub(crate) fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..x.len() {
            x[i] = (x[i] - dot(&self.0.row(i)[..i], &x[..i])) / self.0.at(i, i);
        }
        x
    }

    /// L'⁻¹ b.
    fn backward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in (0..x.len()).rev() {
            let known: f64 = (i + 1..x.len()).map(|j| self.0.at(j, i) * x[j]).sum();
            x[i] = (x[i] - known) / self.0.at(i, i);
        }
        x
    }

    /// (LL')⁻¹ b.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        self.backward(&self.forward(b))
    }

    /// (LL')⁻¹ B'.
    pub(crate) fn solve_rows(&self, b: &Square) -> Square {
        let columns: Vec<Vec<f64>> = (0..b.n).map(|j| self.solve(b.row(j))).collect();
        Square::of(b.n, |i, j| columns[j][i])
    }

    /// L x.
    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        (0..x.len()).map(|i| dot(&self.0.row(i)[..=i], &x[..=i])).collect()
    }

    /// L' x.
    pub(crate) fn upper_times(&self, x: &[f64]) -> Vec<f64> {
        (0..x.len()).map(|i| (i..x.len()).map(|j| self.0.at(j, i) * x[j]).sum()).collect()
    }

    /// ln det LL'.
    pub(crate) fn log_determinant(&self) -> f64 {
        (0..self.0.n).map(|i| 2.0 * self.0.at(i, i).ln()).sum()
    }
}

/// A matrix as rows to exchange and two triangles, by Gaussian elimination with the largest pivot of each column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lu {
    original: Square,
    triangles: Square,
    order: Vec<usize>,
}

impl Lu {
    /// `None` for a singular matrix.
    pub(crate) fn new(a: Square) -> Option<Self> {
        let n = a.n;
        let mut t = a.clone();
        let mut order: Vec<usize> = (0..n).collect();
        for step in 0..n {
            let largest = (step..n).max_by(|&i, &j| t.at(i, step).abs().total_cmp(&t.at(j, step).abs()))?;
            let pivot = t.at(largest, step);
            if pivot == 0.0 || !pivot.is_finite() {
                return None;
            }
            order.swap(step, largest);
            (0..n).for_each(|j| t.entries.swap(step * n + j, largest * n + j));
            for i in step + 1..n {
                let factor = t.at(i, step) / pivot;
                t.entries[i * n + step] = factor;
                for j in step + 1..n {
                    t.entries[i * n + j] -= factor * t.at(step, j);
                }
            }
        }
        Some(Self { original: a, triangles: t, order })
    }

    /// A⁻¹ b, with one step of refinement: the residual is small against the terms it is made of.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let x = self.solve_once(b);
        let rest: Vec<f64> = (0..b.len()).map(|i| residual(b[i], self.original.row(i).iter().zip(&x))).collect();
        x.iter().zip(self.solve_once(&rest)).map(|(x, change)| x + change).collect()
    }

    /// A'⁻¹ b, likewise.
    pub(crate) fn solve_transposed(&self, b: &[f64]) -> Vec<f64> {
        let x = self.solve_transposed_once(b);
        let transposed = self.original.transposed();
        let rest: Vec<f64> = (0..b.len()).map(|j| residual(b[j], transposed.row(j).iter().zip(&x))).collect();
        x.iter().zip(self.solve_transposed_once(&rest)).map(|(x, change)| x + change).collect()
    }

    fn solve_once(&self, b: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = self.order.iter().map(|&i| b[i]).collect();
        for i in 0..x.len() {
            x[i] -= dot(&self.triangles.row(i)[..i], &x[..i]);
        }
        for i in (0..x.len()).rev() {
            x[i] = (x[i] - dot(&self.triangles.row(i)[i + 1..], &x[i + 1..])) / self.triangles.at(i, i);
        }
        x
    }

    fn solve_transposed_once(&self, b: &[f64]) -> Vec<f64> {
        let (t, n) = (&self.triangles, b.len());
        let mut x = b.to_vec();
        for i in 0..n {
            let known: f64 = (0..i).map(|j| t.at(j, i) * x[j]).sum();
            x[i] = (x[i] - known) / t.at(i, i);
        }
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|j| t.at(j, i) * x[j]).sum();
            x[i] -= known;
        }
        let mut result = vec![0.0; n];
        self.order.iter().zip(x).for_each(|(&at, x)| result[at] = x);
        result
    }
}

/// b - Σ a x with the rounding errors of the products and sums kept.
fn residual<'a>(b: f64, terms: impl Iterator<Item = (&'a f64, &'a f64)>) -> f64 {
    let mut sum = super::sum::Compensated::default();
    sum.add(b);
    for (&a, &x) in terms {
        let product = a * x;
        sum.add(-product);
        sum.add(-a.mul_add(x, -product));
    }
    sum.total()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved() {
        let a = Square::of(3, |i, j| [[4.0, 2.0, 0.5], [2.0, 5.0, 1.0], [0.5, 1.0, 3.0]][i][j]);
        let (x, near) = ([1.0, -2.0, 3.0], |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14));
        let b = a.times(&x);
        let cholesky = Cholesky::new(&a).expect("positive definite");
        assert!(near(&cholesky.solve(&b), &x), "by Cholesky");
        assert!((cholesky.log_determinant() - 44.75_f64.ln()).abs() < 1e-14, "determinant");
        let skew = Square::of(3, |i, j| [[0.0, 2.0, 1.0], [1.0, 0.0, 1.0], [7.0, 1.0, 0.0]][i][j]);
        let lu = Lu::new(skew.clone()).expect("regular");
        assert!(near(&lu.solve(&skew.times(&x)), &x), "by elimination");
        assert!(near(&lu.solve_transposed(&skew.transposed().times(&x)), &x), "transposed");
        assert!(Lu::new(Square::of(2, |_, _| 1.0)).is_none(), "a singular matrix");
        assert!(Cholesky::new(&Square::of(2, |_, _| 1.0)).is_none(), "semidefinite");
        assert!(Cholesky::new(&Square::of(1, |_, _| f64::NAN)).is_none(), "not a number");
    }
}
