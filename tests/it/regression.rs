//! Meta-regression against R, 60 digits, papers and laws.

mod certified;
mod diagnostics;
mod exact;
mod ill_conditioned;
mod large;
mod laws;
mod laws_influence;
mod permutations;
mod published;
mod r_values;
mod texts;
