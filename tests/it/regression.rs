//! Meta-regression against R, 60 digits, papers and laws.

mod certified;
mod exact;
mod ill_conditioned;
mod large;
mod laws;
mod published;
mod r_values;
mod residuals;
mod texts;
