//! What a study reports: the raw data that recipes turn into effects.

mod log_rank;
mod matched_pairs;
mod paired_means;
mod person_time;
mod reported;
mod reported_auc;
mod reported_difference;
mod tables;
mod two_by_two;
mod two_means;
mod zero_cells;

pub use log_rank::{Favours, LogRank, LogRankEvents};
pub use matched_pairs::{MatchedPairs, PairedMargins};
pub use paired_means::{Measurement, PairedMeans, ReportedChange};
pub use person_time::PersonTime;
pub use reported::Reported;
pub use reported_auc::ReportedAuc;
pub use reported_difference::{Direction, ReportedDifference};
pub use tables::Tables;
pub use two_by_two::TwoByTwo;
pub use two_means::{Group, TwoMeans};
pub use zero_cells::{CorrectedCells, CorrectedStudies, ZeroCells};

pub(crate) use reported::Said;
pub(crate) use two_by_two::Cells;
pub(crate) use zero_cells::Corrected;

use crate::error::{Error, ErrorKind};

fn check_finite(what: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() { Ok(()) } else { Err(ErrorKind::NotFinite { what, value }.into()) }
}

/// Both ends belong to the range.
fn check_between(what: &'static str, value: f64, (lower, upper): (f64, f64)) -> Result<(), Error> {
    if lower <= value && value <= upper {
        return Ok(());
    }
    Err(ErrorKind::NotBetween { what, lower, upper, value }.into())
}

/// The size of a group as a floating-point number.
#[allow(clippy::cast_precision_loss, reason = "sizes above 2^53 are rounded, which moves an effect by 1e-16")]
const fn size(n: u64) -> f64 {
    n as f64
}
