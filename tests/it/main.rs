//! One integration binary: it sees the crate as its users do.

#![allow(clippy::print_stdout, reason = "scores are printed for whoever asks with --nocapture")]

mod api;
mod batch;
mod bootstrap;
mod conventions;
mod conversions;
mod diagnostics;
mod effects;
mod generalised_q;
mod gwas;
mod henmi_copas;
mod ketamine;
mod laws;
mod laws_counts;
mod laws_cuts;
mod laws_sensitivity;
mod mantel_haenszel;
mod modes;
mod partial_sums;
mod permutation;
mod peto;
mod pool_csv;
mod profile_likelihood;
mod published;
mod r_values;
mod reference;
mod regression;
mod score;
mod sensitivity;
#[cfg(feature = "serde")]
mod serialise;
mod strategies;
mod stream;
mod subgroups;
