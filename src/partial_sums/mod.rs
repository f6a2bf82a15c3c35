//! Sums over studies that merge: for studies that no one machine has all of.

mod at_tau2;
mod first;
mod sums;

pub use at_tau2::PartialSumsAtTau2;
pub use first::PartialSums;

pub(crate) use at_tau2::{Source, check_same, mismatch};
pub(crate) use first::{check_measure, moment_estimate};
#[cfg(feature = "serde")]
pub(crate) use sums::Moment;
pub(crate) use sums::{Sums, SumsAt};
