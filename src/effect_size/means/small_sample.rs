//! The correction of standardised differences for their bias in small samples.

use super::not_estimable;
use crate::distributions::hedges_j;
use crate::error::Error;
use crate::measure::{Measure, SmallSampleCorrection};

impl SmallSampleCorrection {
    pub(in crate::effect_size) fn factor<M: Measure>(self, measure: M, m: f64) -> Result<f64, Error> {
        match self {
            Self::Uncorrected => Ok(1.0),
            _ if m <= 1.0 => {
                Err(not_estimable(measure, "its small-sample correction needs more than 1 degree of freedom"))
            }
            Self::Exact => Ok(hedges_j(m)),
            Self::Approximate => Ok(1.0 - 3.0 / (4.0 * m - 1.0)),
        }
    }

    /// 1 - (m - 2) / (m J²), where J is the factor of m: the squared effect times this is the unbiased part of the
    /// variance.
    ///
    /// For large m it is a difference of numbers near 1, about 1/(2m), and is taken as a logarithm.
    pub(super) fn unbiased_share(self, m: f64, j: f64) -> f64 {
        if m < 1e3 {
            return 1.0 - (m - 2.0) / (m * j * j);
        }
        let ln_j = match self {
            Self::Exact => ln_j_of_large(m),
            Self::Approximate => (-3.0 / (4.0 * m - 1.0)).ln_1p(),
            Self::Uncorrected => 0.0,
        };
        -((-2.0 / m).ln_1p() - 2.0 * ln_j).exp_m1()
    }

    /// m J² / (m - 2), the variance of a standardised difference without effect over its sampling term. It needs m > 2.
    pub(super) fn null_share<M: Measure>(measure: M, m: f64, j: f64) -> Result<f64, Error> {
        if m > 2.0 {
            return Ok(j * j * (m / (m - 2.0)));
        }
        Err(not_estimable(measure, "its variance without effect needs more than 2 degrees of freedom"))
    }
}

/// ln J(m) for m of a thousand and more, from the series of ln Γ(w + 3/4) - ln Γ(w + 1/4) in 1/w² with w = m/2 - 3/4
/// (Stirling's series with Bernoulli polynomials: Abramowitz & Stegun 1964, 6.1.40); the next term is below 1e-18.
fn ln_j_of_large(m: f64) -> f64 {
    let u = (0.5 * m - 0.75).powi(2).recip();
    let series = u * (1.0 / 64.0 - u * (5.0 / 2048.0 - u * (61.0 / 49_152.0)));
    0.5 * (-1.5 / m).ln_1p() + series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_of_the_unbiased_share_meet() {
        for m in [1e3, 3e3, 1e4_f64] {
            let plain = 1.0 - (m - 2.0) / (m * hedges_j(m).powi(2));
            let series = SmallSampleCorrection::Exact.unbiased_share(m, f64::NAN);
            // The plain form loses log10(2m) digits.
            assert!((plain / series - 1.0).abs() < 4e-15 * m, "m = {m}: {plain} and {series}");
        }
        // 1/(2m) + 9/(8m²) + ... for large m, by hand from ln J = -3/(4m) + ...
        let share = SmallSampleCorrection::Exact.unbiased_share(1e12, 1.0);
        assert!((share * 2e12 - 1.0).abs() < 1e-11, "the leading term is 1/(2m)");
    }
}
