//! Meta-regression against R, 60 digits, papers and laws.

mod ill_conditioned;
mod laws;
mod published;
mod r_values;
mod texts;
