//! Risk ratio, odds ratio and risk difference of a 2×2 table. What each measures, and its formula, stands with the measure.

use super::from_table::sealed::TableFormula;
use super::from_table::{RatioVariance, RiskDifferenceVariance, Total, of_itself};
use crate::measure::{OddsRatio, RiskDifference, RiskRatio};
use crate::summary::{Cells, Corrected};

impl TableFormula for RiskRatio {
    of_itself!();
    type Variance = RatioVariance;

    fn pair(self, table: &Corrected, variance: RatioVariance, all: &Total) -> Result<[f64; 2], &'static str> {
        let cells = table.for_effect;
        // (a / n1) / (c / n2) - 1 = (a d - b c) / (n1 c).
        let y = log_ratio(cells.a / cells.n1(), cells.c / cells.n2(), cells.cross() / cells.n1() / cells.c);
        let cells = table.for_variance;
        // 1/a - 1/n1 = b / (a n1): the difference would cancel for a frequent event. Two divisions, lest a n1 overflow.
        let term = |[events, others]: [f64; 2], n: f64| others / events / n;
        Ok([y, variance_of(variance, &cells, all, term)])
    }
}

impl TableFormula for OddsRatio {
    of_itself!();
    type Variance = RatioVariance;

    fn pair(self, table: &Corrected, variance: RatioVariance, all: &Total) -> Result<[f64; 2], &'static str> {
        Ok([log_odds_ratio(&table.for_effect), log_odds_ratio_variance(&table.for_variance, variance, all)])
    }
}

impl TableFormula for RiskDifference {
    of_itself!();
    type Variance = RiskDifferenceVariance;
    const RELATIVE: bool = false;

    fn pair(self, table: &Corrected, variance: RiskDifferenceVariance, all: &Total) -> Result<[f64; 2], &'static str> {
        let (cells, corrected) = (table.for_effect, table.for_variance);
        // a / n1 - c / n2 = (a d - b c) / (n1 n2), without the cancellation of two proportions that agree.
        let y = cells.cross() / cells.n1() / cells.n2();
        let term = |[events, others]: [f64; 2], n: f64| {
            let size = events + others;
            events / size * (others / size) / n
        };
        let v = match variance {
            RiskDifferenceVariance::LargeSample => variance_of(RatioVariance::LargeSample, &corrected, all, term),
            RiskDifferenceVariance::Average => variance_of(RatioVariance::Average, &corrected, all, term),
            RiskDifferenceVariance::Null => variance_of(RatioVariance::Null, &corrected, all, term),
            RiskDifferenceVariance::Unbiased => {
                let (n1, n2) = (corrected.n1() - 1.0, corrected.n2() - 1.0);
                if n1 <= 0.0 || n2 <= 0.0 {
                    return Err("its unbiased variance needs more than one patient in each arm");
                }
                let Cells { a, b, c, d } = corrected;
                term([a, b], n1) + term([c, d], n2)
            }
        };
        Ok([y, v])
    }
}

/// ln (a d / (b c)).
pub(super) fn log_odds_ratio(cells: &Cells) -> f64 {
    // a d / (b c) - 1 = (a d - b c) / (b c).
    log_ratio(cells.a / cells.b, cells.c / cells.d, cells.cross() / cells.b / cells.c)
}

pub(super) fn log_odds_ratio_variance(cells: &Cells, variance: RatioVariance, all: &Total) -> f64 {
    // 1/(p q n) is 1/(p n) + 1/(q n), with p = events / (events + others).
    let term = |[events, others]: [f64; 2], n: f64| {
        let size = events + others;
        size / events / n + size / others / n
    };
    match variance {
        RatioVariance::LargeSample => (cells.a.recip() + cells.b.recip()) + (cells.c.recip() + cells.d.recip()),
        RatioVariance::Average | RatioVariance::Null => variance_of(variance, cells, all, term),
    }
}

/// The sum over both arms of a function of the events and non-events that give the proportion, and of the arm's size.
fn variance_of(variance: RatioVariance, cells: &Cells, all: &Total, term: impl Fn([f64; 2], f64) -> f64) -> f64 {
    let Cells { a, b, c, d } = *cells;
    let (treated, control) = match variance {
        RatioVariance::LargeSample => ([a, b], [c, d]),
        RatioVariance::Average => (all.treated, all.control),
        RatioVariance::Null => ([a + c, b + d], [a + c, b + d]),
    };
    term(treated, cells.n1()) + term(control, cells.n2())
}

/// ln (x / y), from the relative difference (x - y) / y where the two are close.
pub(super) fn log_ratio(x: f64, y: f64, difference: f64) -> f64 {
    if difference.abs() < 0.5 { difference.ln_1p() } else { (x / y).ln() }
}
