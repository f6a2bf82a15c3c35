//! Do the studies have one odds ratio?

use super::cochran_mantel_haenszel::variance;
use crate::chi_squared_test::ChiSquaredTest;
use crate::error::{Error, ErrorKind};
use crate::measure::OddsRatio;
use crate::num::scale::unit_of_variance;
use crate::num::sum::Compensated;
use crate::pool::sums::estimate;
use crate::summary::{Cells, TwoByTwo, ZeroCells};

/// The test of Breslow and Day that the odds ratio is the same in all tables, with Tarone's correction unless asked
/// otherwise.
///
/// It compares each table with the one that has the same margins and the Mantel-Haenszel odds ratio. It needs no
/// effect of each study, so that tables with a zero cell take part as they are; it needs many patients in each table.
///
/// # Formula
/// ```text
/// χ² = Σ (a - A)² / V - (Σ (a - A))² / Σ V        V = 1 / (1/A + 1/B + 1/C + 1/D)        k - 1 df
/// ```
/// where A, B, C, D have the margins of the table and A D / (B C) is the Mantel-Haenszel odds ratio (Breslow & Day
/// 1980). The second term is the correction of Tarone (1985), which is small. Tables without events, or without non-events, in
/// both arms do not count.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies), [`TooFewStudies`](ErrorKind::TooFewStudies) with one table that counts;
/// [`NotEstimable`](ErrorKind::NotEstimable) if the Mantel-Haenszel odds ratio would be 0 or infinite;
/// [`ArmTooSmall`](ErrorKind::ArmTooSmall) for an empty arm.
///
/// # Example
/// ```
/// use meta_analysis::{BreslowDay, TwoByTwo};
///
/// let trials = [
///     TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274]), TwoByTwo::new([33, 72], [47, 61]),
/// ];
/// let test = BreslowDay::new().test(&trials)?;
/// assert_eq!(format!("{:.2} {} {:.3}", test.statistic(), test.df(), test.p_value()), "4.75 2 0.093");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "Tarone")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreslowDay {
    tarone: bool,
    zero_cells: ZeroCells,
}

impl Default for BreslowDay {
    fn default() -> Self {
        Self::new()
    }
}

impl BreslowDay {
    /// The test with Tarone's correction.
    #[must_use]
    pub const fn new() -> Self {
        Self { tarone: true, zero_cells: ZeroCells::NONE }
    }

    /// The test without Tarone's correction, which is never smaller.
    #[must_use]
    pub const fn without_tarone_correction(self) -> Self {
        Self { tarone: false, ..self }
    }

    /// The same with a policy on zero cells.
    #[must_use]
    pub const fn with_zero_cells(self, zero_cells: ZeroCells) -> Self {
        Self { zero_cells, ..self }
    }

    /// The test.
    ///
    /// # Errors
    /// See [`BreslowDay`].
    pub fn test(&self, tables: &(impl AsRef<[TwoByTwo]> + ?Sized)) -> Result<ChiSquaredTest, Error> {
        let tables = tables.as_ref();
        for (i, table) in tables.iter().enumerate() {
            table.check_arms().map_err(|error| error.in_study(i))?;
        }
        let corrected: Vec<_> = self.zero_cells.correct(tables.iter(), true).flatten().collect();
        if corrected.is_empty() {
            return Err(ErrorKind::NoStudies { excluded: tables.len() }.into());
        }
        let odds_ratio = estimate(OddsRatio, &corrected)?.exp();
        let counting = corrected.iter().map(|table| table.for_effect).filter(|cells| variance(cells, false) > 0.0);
        let (mut excess, mut total, mut k) = (Compensated::default(), Compensated::default(), 0.0);
        let mut deviations = Vec::with_capacity(corrected.len());
        for cells in counting {
            let (deviation, v) = deviation(&cells, odds_ratio);
            excess.add(deviation);
            total.add(v);
            deviations.push((deviation, v));
            k += 1.0;
        }
        if deviations.len() < 2 {
            let (quantity, found) = ("the Breslow-Day test", deviations.len());
            return Err(ErrorKind::TooFewStudies { quantity, needed: 2, found }.into());
        }
        // With Tarone's correction as a sum of squares about the mean deviation, instead of a difference of two sums.
        let centre = if self.tarone { excess.total() / total.total() } else { 0.0 };
        let mut statistic = Compensated::default();
        for (deviation, v) in deviations {
            let distance = deviation - centre * v;
            statistic.add(distance / v * distance);
        }
        let statistic = statistic.total();
        if statistic.is_finite() {
            return Ok(ChiSquaredTest::new(statistic, k - 1.0));
        }
        Err(ErrorKind::OutOfRange { quantity: "the Breslow-Day statistic" }.into())
    }
}

/// a - A and V.
fn deviation(cells: &Cells, odds_ratio: f64) -> (f64, f64) {
    let Cells { a, b, c, d } = *cells;
    let (n1, n2, m1, m2) = (cells.n1(), cells.n2(), a + c, b + d);
    let inverse = odds_ratio.recip();
    // Each cell from its own equation: found by subtraction from a margin, a small one would have lost its digits.
    let fitted = [
        (a, first_cell([n1, n2], [m1, m2], odds_ratio)),
        (b, first_cell([n1, n2], [m2, m1], inverse)),
        (c, first_cell([n2, n1], [m1, m2], inverse)),
        (d, first_cell([n2, n1], [m2, m1], odds_ratio)),
    ];
    let v = fitted.iter().map(|(_, fitted)| fitted.recip()).sum::<f64>().recip();
    // All cells deviate by the same number, up to their sign; the smallest one gives it best.
    let signs = [1.0, -1.0, -1.0, 1.0];
    let smallest = fitted.iter().zip(signs).min_by(|((_, x), _), ((_, y), _)| x.total_cmp(y));
    (smallest.map_or(0.0, |((cell, fitted), sign)| sign * (cell - fitted)), v)
}

/// The first cell x of a table with rows n and columns m whose odds ratio is ψ: the root of
/// (1 - ψ) x² + (n2 - m1 + ψ (n1 + m1)) x - ψ n1 m1 = 0 for which all cells are positive.
fn first_cell([n1, n2]: [f64; 2], [m1, m2]: [f64; 2], odds_ratio: f64) -> f64 {
    // About the largest margin as unit, so that squares of counts times a large odds ratio stay in range; a power of two,
    // so that differences of margins keep their digits.
    let unit = unit_of_variance(n1.max(n2).max(m1).max(m2));
    let [n1, n2, m1, m2] = [n1, n2, m1, m2].map(|x| x * unit * unit);
    let linear = (n2 - m1) + odds_ratio * (n1 + m1);
    // The discriminant as a sum of positive terms.
    let (ascent, descent) = (odds_ratio * (n1 - m1), n2 - m1);
    let root = (ascent * ascent + descent * descent + 2.0 * odds_ratio * (n1 * n2 + m1 * m2)).sqrt();
    let x = if linear >= 0.0 {
        2.0 * odds_ratio * n1 * m1 / (linear + root)
    } else {
        // Only for an odds ratio below 1.
        0.5 * (root - linear) / (1.0 - odds_ratio)
    };
    x / unit / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitted_cells_have_the_margins_and_the_odds_ratio() {
        for (n, m) in [([10.0, 20.0], [7.0, 23.0]), ([3.0, 1e6], [5.0, 999_998.0]), ([1e6, 3.0], [999_998.0, 5.0])] {
            for psi in [1e-6, 0.2, 1.0 - 1e-9, 1.0, 1.0 + 1e-9, 7.0, 1e6] {
                let a = first_cell(n, m, psi);
                let b = first_cell(n, [m[1], m[0]], 1.0 / psi);
                let c = first_cell([n[1], n[0]], m, 1.0 / psi);
                let d = first_cell([n[1], n[0]], [m[1], m[0]], psi);
                assert!(((a + b) / n[0] - 1.0).abs() < 1e-14, "{n:?} {m:?} {psi}: rows {a} {b}");
                assert!(((a + c) / m[0] - 1.0).abs() < 1e-14, "{n:?} {m:?} {psi}: columns {a} {c}");
                assert!(
                    (a / b * (d / c) / psi - 1.0).abs() < 1e-13,
                    "{n:?} {m:?} {psi}: odds ratio of {a} {b} {c} {d}"
                );
            }
        }
    }
}
