//! Numerical tools without statistics in them.

pub(crate) mod eigenvalues;
pub(crate) mod extremes;
pub(crate) mod interpolation;
pub(crate) mod lanes;
pub(crate) mod pair_sum;
pub(crate) mod quadrature;
pub(crate) mod root;
pub(crate) mod scale;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod short_sum;
pub(crate) mod square;
pub(crate) mod sum;
pub(crate) mod vector_sum;
pub(crate) mod wide;
