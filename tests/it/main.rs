//! One integration binary: it sees the crate as its users do.

#![allow(clippy::print_stdout, reason = "scores are printed for whoever asks with --nocapture")]

mod api;
mod generalised_q;
mod ketamine;
mod laws;
mod modes;
mod published;
mod r_values;
mod reference;
mod score;
mod strategies;
