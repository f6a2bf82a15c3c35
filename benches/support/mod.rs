//! What the benchmarks share: data from a fixed seed, and the floor that they are divided by.

pub(crate) mod data;
pub(crate) mod floor;
