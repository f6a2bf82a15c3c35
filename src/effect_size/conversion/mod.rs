//! Effects of one measure turned into those of another: recipes whose data are effects.

mod baseline;
mod correlation;
mod difference;

pub use baseline::{OddsRatioFromRiskRatio, RiskDifferenceFromOddsRatio, RiskDifferenceFromRiskRatio};
pub use baseline::{RiskRatioFromHazardRatio, RiskRatioFromOddsRatio};
pub use correlation::{
    BiserialFromDifference, CorrelationFromDifference, CorrelationZFromDifference, DifferenceFromCorrelation,
};
pub use difference::DifferenceFromOddsRatio;

use super::checked::in_range;
use crate::effect::Effect;
use crate::error::Error;
use crate::measure::Measure;

/// The converted effect, with the note of the one it comes from.
fn converted<A: Measure, B: Measure>(from: &Effect<A>, to: B, y: f64, v: f64) -> Result<Effect<B>, Error> {
    let effect = in_range(to, y, v)?;
    Ok(from.note().map_or(effect, |note| effect.with_note(note)))
}
