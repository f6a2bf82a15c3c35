//! The small-sample correction of standardised effects.

/// The factor by which a standardised difference is multiplied, since it is too large on average in small samples.
///
/// With m degrees of freedom of the standard deviation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SmallSampleCorrection {
    /// Γ(m/2) / (√(m/2) Γ((m-1)/2)), the exact factor for normal data (Hedges 1981, equation 6e). It needs m > 1.
    #[default]
    Exact,
    /// 1 - 3 / (4m - 1), Hedges's approximation (1981). It needs m > 1, and is too large by 1.3 % for m = 2, 0.04 % for
    /// m = 10.
    Approximate,
    /// 1: Cohen's d and its kin.
    Uncorrected,
}
