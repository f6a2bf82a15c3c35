//! Phi coefficient, Yule's Q and Y.

use super::binary::log_odds_ratio_variance;
use super::from_table::sealed::TableFormula;
use super::from_table::{RatioVariance, Total, of_itself};
use crate::measure::{FisherZPhi, PhiCoefficient, YuleQ, YuleY};
use crate::summary::{Cells, Corrected, ZeroCells};

/// The sampling variance of a [`PhiCoefficient`]: which margins of the table the design fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PhiVariance {
    /// Cross-sectional: only the total is given, and the four cells are multinomial (Yule 1912).
    #[default]
    #[doc(alias = "CS")]
    CrossSectional,
    /// Stratified: the sizes of both arms are given, as in a trial, and the events in each are binomial.
    #[doc(alias = "ST")]
    Stratified,
}

impl TableFormula for PhiCoefficient {
    of_itself!();
    type Variance = PhiVariance;
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;

    fn pair(self, table: &Corrected, variance: PhiVariance, _: &Total) -> Result<[f64; 2], &'static str> {
        not_perfect(table)?;
        Ok([phi(&table.for_effect), phi_variance(&table.for_variance, variance)])
    }
}

impl TableFormula for FisherZPhi {
    of_itself!();
    type Variance = PhiVariance;
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;

    fn pair(self, table: &Corrected, variance: PhiVariance, _: &Total) -> Result<[f64; 2], &'static str> {
        not_perfect(table)?;
        let (cells, corrected) = (table.for_effect, table.for_variance);
        // artanh φ = arsinh (φ / √(1 - φ²)), which keeps its digits near 1.
        let y = (phi(&cells) / unexplained(&cells).sqrt()).asinh();
        let unexplained = unexplained(&corrected);
        Ok([y, phi_variance(&corrected, variance) / unexplained / unexplained])
    }
}

/// An error for a table with nothing in a diagonal, where rounding would leave a variance that is not quite zero.
fn not_perfect(table: &Corrected) -> Result<(), &'static str> {
    let perfect = |&Cells { a, b, c, d }: &Cells| (a == 0.0 && d == 0.0) || (b == 0.0 && c == 0.0);
    if perfect(&table.for_effect) || perfect(&table.for_variance) {
        return Err("it is 1 or -1, which has no variance");
    }
    Ok(())
}

fn phi(cells: &Cells) -> f64 {
    let root = |x: f64, y: f64| (x * y).sqrt();
    let phi = cells.cross() / root(cells.n1(), cells.a + cells.c) / root(cells.n2(), cells.b + cells.d);
    // Rounding may step over the end.
    phi.clamp(-1.0, 1.0)
}

/// 1 - φ² = N (a d (b + c) + b c (a + d)) / (n1 n2 (a + c) (b + d)), a sum of positive terms.
fn unexplained(cells: &Cells) -> f64 {
    let Cells { a, b, c, d } = *cells;
    let (n1, n2) = (cells.n1(), cells.n2());
    let terms = a / n1 * (d / n2) * (b + c) + b / n1 * (c / n2) * (a + d);
    (n1 + n2) / (a + c) * (terms / (b + d))
}

fn phi_variance(cells: &Cells, variance: PhiVariance) -> f64 {
    match variance {
        PhiVariance::CrossSectional => multinomial_variance(cells),
        PhiVariance::Stratified => binomial_variance(cells),
    }
}

/// By the delta method on four multinomial proportions: Σ π π' (w - w')² / N over pairs of cells, where w is the derivative
/// of phi by a proportion. The sum has no negative term; Yule's form of it cancels for strong associations.
fn multinomial_variance(cells: &Cells) -> f64 {
    let (n1, n2) = (cells.n1(), cells.n2());
    let n = n1 + n2;
    let Cells { a, b, c, d } = Cells { a: cells.a / n, b: cells.b / n, c: cells.c / n, d: cells.d / n };
    let (r1, r2, c1, c2) = (n1 / n, n2 / n, a + c, b + d);
    let (root, half) = ((r1 * r2 * c1 * c2).sqrt(), 0.5 * phi(cells));
    let slopes = [
        (a, d / root - half * (r1.recip() + c1.recip())),
        (b, -c / root - half * (r1.recip() + c2.recip())),
        (c, -b / root - half * (r2.recip() + c1.recip())),
        (d, a / root - half * (r2.recip() + c2.recip())),
    ];
    spread(&slopes) / n
}

/// The variance of a value that is taken with given probabilities, which sum to 1, as a sum over pairs.
fn spread(values: &[(f64, f64); 4]) -> f64 {
    let mut sum = 0.0;
    for (i, (p, x)) in values.iter().enumerate() {
        for (q, y) in values.iter().take(i) {
            // Rare cells have steep slopes: the root goes to the difference, lest its square overflow.
            sum += ((p * q).sqrt() * (x - y)).powi(2);
        }
    }
    sum
}

/// By the delta method on the proportions of two binomial arms of given sizes.
fn binomial_variance(cells: &Cells) -> f64 {
    let Cells { a, b, c, d } = *cells;
    let (n1, n2) = (cells.n1(), cells.n2());
    let n = n1 + n2;
    let (p, q, r1, r2) = ((a + c) / n, (b + d) / n, n1 / n, n2 / n);
    // φ = (p1 - p2) √(r1 r2 / (P Q)) with P = r1 p1 + r2 p2.
    let difference = cells.cross() / n1 / n2;
    let bend = difference * (q - p) / (2.0 * p * q);
    let scale = r1 * r2 / (p * q);
    let arm = |slope: f64, events: f64, others: f64, n: f64| slope * slope * (events / n) * (others / n) / n;
    scale * (arm(1.0 - r1 * bend, a, b, n1) + arm(1.0 + r2 * bend, c, d, n2))
}

impl TableFormula for YuleQ {
    of_itself!();
    type Variance = ();

    fn pair(self, table: &Corrected, (): (), all: &Total) -> Result<[f64; 2], &'static str> {
        let y = |cells: &Cells| cells.cross() / (cells.a * cells.d + cells.b * cells.c);
        // 1 - y² = 4 a d b c / (a d + b c)², which keeps its digits near 1.
        let cells = table.for_variance;
        let (ad, bc) = (cells.a * cells.d, cells.b * cells.c);
        let rest = 4.0 * (ad / (ad + bc)) * (bc / (ad + bc));
        let odds = log_odds_ratio_variance(&cells, RatioVariance::LargeSample, all);
        Ok([y(&table.for_effect), scaled_square(0.5 * rest, odds)])
    }
}

impl TableFormula for YuleY {
    of_itself!();
    type Variance = ();

    fn pair(self, table: &Corrected, (): (), all: &Total) -> Result<[f64; 2], &'static str> {
        let roots = |cells: &Cells| ((cells.a * cells.d).sqrt(), (cells.b * cells.c).sqrt());
        let (ad, bc) = roots(&table.for_effect);
        let y = table.for_effect.cross() / (ad + bc) / (ad + bc);
        let cells = table.for_variance;
        let (ad, bc) = roots(&cells);
        let rest = 4.0 * (ad / (ad + bc)) * (bc / (ad + bc));
        let odds = log_odds_ratio_variance(&cells, RatioVariance::LargeSample, all);
        Ok([y, scaled_square(0.25 * rest, odds)])
    }
}

/// s² v, where s may be 0 and v infinite for a zero cell: then it is not finite.
fn scaled_square(scale: f64, variance: f64) -> f64 {
    scale * (scale * variance)
}
