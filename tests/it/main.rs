//! One integration binary: it sees the crate as its users do.

mod api;
mod ketamine;
mod laws;
mod reference;
mod score;
mod strategies;
