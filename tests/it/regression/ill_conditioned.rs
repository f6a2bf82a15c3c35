//! ill_conditioned
