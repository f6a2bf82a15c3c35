//! One integration binary: it sees the crate as its users do.

#![allow(clippy::print_stdout, reason = "scores are printed for whoever asks with --nocapture")]

mod api;
mod bootstrap;
mod conventions;
mod effects;
mod generalised_q;
mod henmi_copas;
mod ketamine;
mod laws;
mod laws_counts;
mod mantel_haenszel;
mod modes;
mod permutation;
mod peto;
mod published;
mod r_values;
mod reference;
mod score;
mod strategies;
