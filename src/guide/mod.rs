//! Pages to read: which method to choose when, and how right the numbers are. There is no code here.

pub mod accuracy;
pub mod choosing;
pub mod performance;
