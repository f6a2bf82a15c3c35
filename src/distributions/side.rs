//! Probabilities as exponent and factor, and the side of a distribution they are of.

use super::double_double::DoubleDouble;

/// A probability `exp(-exponent) * factor`, kept apart so that its logarithm
/// outlives its underflow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scaled {
    pub(crate) exponent: DoubleDouble,
    pub(crate) factor: f64,
    /// `x f(x) / probability`, with `f` the density at the argument `x`.
    pub(crate) steepness: f64,
}

impl Scaled {
    /// Clamped, as rounding may pass 1; `clamp` hands a NaN on.
    pub(crate) fn value(self) -> f64 {
        self.exponent.exp_neg_times(self.factor).clamp(0.0, 1.0)
    }

    pub(crate) fn ln(self) -> f64 {
        self.exponent.ln_of_exp_neg_times(self.factor).clamp(f64::NEG_INFINITY, 0.0)
    }
}

/// One side of a distribution, computed without cancellation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side {
    Lower(Scaled),
    Upper(Scaled),
}

impl Side {
    pub(crate) fn lower(self) -> f64 {
        match self {
            Self::Lower(part) => part.value(),
            Self::Upper(part) => 1.0 - part.value(),
        }
    }

    pub(crate) fn upper(self) -> f64 {
        self.swapped().lower()
    }

    pub(crate) fn ln_lower(self) -> f64 {
        match self {
            Self::Lower(part) => part.ln(),
            Self::Upper(part) => (-part.value()).ln_1p(),
        }
    }

    pub(crate) fn ln_upper(self) -> f64 {
        self.swapped().ln_lower()
    }

    fn swapped(self) -> Self {
        match self {
            Self::Lower(part) => Self::Upper(part),
            Self::Upper(part) => Self::Lower(part),
        }
    }
}
