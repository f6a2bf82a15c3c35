//! One integration binary: it sees the crate as its users do.

#![allow(clippy::print_stdout, reason = "scores are printed for whoever asks with --nocapture")]

mod api;
mod bootstrap;
mod diagnostics;
mod effects;
mod generalised_q;
mod henmi_copas;
mod ketamine;
mod laws;
mod laws_sensitivity;
mod modes;
mod permutation;
mod profile_likelihood;
mod published;
mod r_values;
mod reference;
mod score;
mod sensitivity;
#[cfg(feature = "serde")]
mod serialise;
mod strategies;
mod subgroups;
