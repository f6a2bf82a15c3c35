//! One integration binary: it sees the crate as its users do.

mod reference;
mod score;
