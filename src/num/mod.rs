//! Numerical tools without statistics in them.

pub(crate) mod quadrature;
pub(crate) mod root;
pub(crate) mod scale;
pub(crate) mod sum;
