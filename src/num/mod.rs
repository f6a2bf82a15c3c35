//! Numerical tools without statistics in them.

pub(crate) mod scale;
pub(crate) mod sum;
