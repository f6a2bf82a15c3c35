//! Effects of 2×2 tables. What each measures, and its formula, stands with the measure.

use crate::effect::{Effect, StudyNote};
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::{Measure, OddsRatio, RiskDifference, RiskRatio};
use crate::summary::TwoByTwo;

impl EffectSize<TwoByTwo> for RiskRatio {
    type Measure = Self;

    fn effect(&self, table: &TwoByTwo) -> Result<Effect<Self>, Error> {
        check_ratio(*self, table)?;
        let (cells, corrected) = table.corrected();
        // 1/a - 1/n1 = b / (a n1): the difference would cancel for a frequent event. Two divisions, lest a n1 overflow.
        let v = cells.b / cells.a / cells.n1() + cells.d / cells.c / cells.n2();
        // (a / n1) / (c / n2) - 1 = (a d - b c) / (n1 c).
        let y = log_ratio(cells.a / cells.n1(), cells.c / cells.n2(), cells.cross() / cells.n1() / cells.c);
        noted(*self, y, v, corrected)
    }
}

impl EffectSize<TwoByTwo> for OddsRatio {
    type Measure = Self;

    fn effect(&self, table: &TwoByTwo) -> Result<Effect<Self>, Error> {
        check_ratio(*self, table)?;
        let (cells, corrected) = table.corrected();
        let v = (cells.a.recip() + cells.b.recip()) + (cells.c.recip() + cells.d.recip());
        // a d / (b c) - 1 = (a d - b c) / (b c).
        let y = log_ratio(cells.a / cells.b, cells.c / cells.d, cells.cross() / cells.b / cells.c);
        noted(*self, y, v, corrected)
    }
}

impl EffectSize<TwoByTwo> for RiskDifference {
    type Measure = Self;

    fn effect(&self, table: &TwoByTwo) -> Result<Effect<Self>, Error> {
        table.check_arms()?;
        let (cells, corrected) = table.corrected();
        let (n1, n2) = (cells.n1(), cells.n2());
        let v = cells.a / n1 * (cells.b / n1) / n1 + cells.c / n2 * (cells.d / n2) / n2;
        // a / n1 - c / n2 = (a d - b c) / (n1 n2), without the cancellation of two proportions that agree.
        noted(*self, cells.cross() / n1 / n2, v, corrected)
    }
}

fn check_ratio<M: Measure>(measure: M, table: &TwoByTwo) -> Result<(), Error> {
    table.check_arms()?;
    match table.no_ratio() {
        Some(reason) => Err(ErrorKind::NotEstimable { measure: measure.label(), reason }.into()),
        None => Ok(()),
    }
}

/// ln (x / y), from the relative difference (x - y) / y where the two are close.
fn log_ratio(x: f64, y: f64, difference: f64) -> f64 {
    if difference.abs() < 0.5 { difference.ln_1p() } else { (x / y).ln() }
}

fn noted<M: Measure>(measure: M, y: f64, v: f64, corrected: bool) -> Result<Effect<M>, Error> {
    let effect = Effect::from_analysis(measure, y, v)?;
    Ok(if corrected { effect.with_note(StudyNote::HalfAdded) } else { effect })
}
