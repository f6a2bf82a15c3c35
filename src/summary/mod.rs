//! What a study reports: the raw data that recipes turn into effects.

mod correlation;
mod counts;
mod log_rank;
mod matched_pairs;
mod one_group;
mod person_time;
mod reported;
mod tables;
mod two_by_two;
mod two_means;
mod zero_cells;

pub use correlation::{Correlation, PartialCorrelation, RSquared, SemipartialCorrelation};
pub use counts::{PersonTimeRate, Proportion};
pub use log_rank::{Favours, LogRank, LogRankEvents};
pub use matched_pairs::{MatchedPairs, PairedMargins};
pub use one_group::{CronbachAlpha, Genotypes, OneMean};
pub use person_time::PersonTime;
pub use reported::Reported;
pub use tables::Tables;
pub use two_by_two::TwoByTwo;
pub use two_means::{Group, TwoMeans};
pub use zero_cells::{CorrectedCells, CorrectedStudies, ZeroCells};

pub(crate) use correlation::float;
pub(crate) use reported::Said;
pub(crate) use two_by_two::Cells;
pub(crate) use zero_cells::Corrected;
