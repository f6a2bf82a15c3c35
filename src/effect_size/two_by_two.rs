//! Peto's odds ratio, the arcsine difference, and measures that are an odds or risk ratio by another name.

use super::from_table::sealed::TableFormula;
use super::from_table::{RatioVariance, Total, of_itself};
use crate::measure::{ArcsineDifference, DiagnosticOddsRatio, OddsRatio, PetoOddsRatio, RiskRatio, VaccineEfficacy};
use crate::summary::{Cells, Corrected, ZeroCells};

impl TableFormula for PetoOddsRatio {
    of_itself!();
    type Variance = ();
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;

    fn pair(self, table: &Corrected, (): (), _: &Total) -> Result<[f64; 2], &'static str> {
        // a - E = (a d - b c) / N.
        let cells = table.for_effect;
        let y = cells.cross() / (cells.n1() + cells.n2()) / hypergeometric_variance(&cells);
        Ok([y, hypergeometric_variance(&table.for_variance).recip()])
    }
}

/// The variance of a if all margins are given.
fn hypergeometric_variance(cells: &Cells) -> f64 {
    let Cells { a, b, c, d } = *cells;
    let n = cells.n1() + cells.n2();
    (a + c) / n * ((b + d) / n) * cells.n1() * (cells.n2() / (n - 1.0))
}

impl TableFormula for ArcsineDifference {
    of_itself!();
    type Variance = ();
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;
    const RELATIVE: bool = false;

    fn pair(self, table: &Corrected, (): (), _: &Total) -> Result<[f64; 2], &'static str> {
        let cells = table.for_effect;
        let (n1, n2) = (cells.n1(), cells.n2());
        let root = |x: f64, y: f64| (x / n1 * (y / n2)).sqrt();
        let (ad, bc) = (root(cells.a, cells.d), root(cells.b, cells.c));
        // The sine of the difference is √(p1 q2) - √(q1 p2): as a quotient, it does not cancel.
        let sine = if ad + bc > 0.0 { cells.cross() / n1 / n2 / (ad + bc) } else { 0.0 };
        let y = sine.atan2(root(cells.a, cells.c) + root(cells.b, cells.d));
        let cells = table.for_variance;
        Ok([y, 0.25 / cells.n1() + 0.25 / cells.n2()])
    }
}

impl TableFormula for VaccineEfficacy {
    of_itself!();
    type Variance = RatioVariance;

    fn pair(self, table: &Corrected, variance: RatioVariance, all: &Total) -> Result<[f64; 2], &'static str> {
        RiskRatio.pair(table, variance, all)
    }
}

impl TableFormula for DiagnosticOddsRatio {
    of_itself!();
    type Variance = RatioVariance;

    fn pair(self, table: &Corrected, variance: RatioVariance, all: &Total) -> Result<[f64; 2], &'static str> {
        OddsRatio.pair(table, variance, all)
    }
}
