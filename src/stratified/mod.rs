//! Tests on tables of several studies, without an effect for each.

mod breslow_day;
mod cochran_mantel_haenszel;

pub use breslow_day::BreslowDay;
pub use cochran_mantel_haenszel::{CochranMantelHaenszel, Stratum};
