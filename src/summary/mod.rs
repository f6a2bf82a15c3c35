//! What a study reports: the raw data that recipes turn into effects.

mod correlation;
mod one_group;
mod reported;
mod tables;
mod two_by_two;
mod two_means;

pub use correlation::{Correlation, PartialCorrelation, RSquared, SemipartialCorrelation};
pub use one_group::{CronbachAlpha, Genotypes, OneMean};
pub use reported::Reported;
pub use tables::Tables;
pub use two_by_two::TwoByTwo;
pub use two_means::{Group, TwoMeans};

pub(crate) use correlation::float;
pub(crate) use reported::Said;
