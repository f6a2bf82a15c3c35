//! The likelihood of the squared multiple correlation, from the non-central F distribution.

use super::HALF_LN_TWO_PI;
use super::gamma::stirling_error;
use crate::num::quadrature::integrate;

/// Beyond this position of the largest term the expansion for large arguments replaces the series.
const FAR: f64 = 1e6;
/// More terms than 40 standard deviations of the widest series evaluated.
const MAX_TERMS: usize = 400_000;
/// Drop of the logarithm beyond which a likelihood is taken to be nothing.
const DROP: f64 = 42.0;
/// Observations, and observations times R², from which the large-sample limits stand in for the integrals.
const LARGE_SAMPLE: (f64, f64) = (1e5, 1e6);
/// The most predictors for which that is done.
const FEW_PREDICTORS: f64 = 1e3;

/// Variances of a normalised likelihood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LikelihoodVariances {
    /// Of the squared correlation.
    pub(crate) of_square: f64,
    /// Of Fisher's z of the correlation.
    pub(crate) of_z: f64,
}

/// The F statistic of a regression with n observations: `F = (R² / m) / ((1 - R²) / (n - m - 1))`, which has the
/// non-central F distribution with non-centrality `n ρ² / (1 - ρ²)` for fixed predictors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegressionF {
    /// R² and 1 - R².
    r2: f64,
    rest: f64,
    n: f64,
    /// The shapes of the confluent hypergeometric function `1F1(a; b; z)`.
    a: f64,
    b: f64,
}

impl RegressionF {
    /// For `0 < r2 < 1` and `n > m + 1`.
    pub(crate) fn new(r2: f64, n: f64, predictors: f64) -> Self {
        Self { r2, rest: 1.0 - r2, n, a: 0.5 * (n - 1.0), b: 0.5 * predictors }
    }

    /// The variances under the likelihood of ρ², normalised to 1 over [0, 1]; `None` for so many observations with so many
    /// predictors that neither the integral nor its large-sample limit serves.
    ///
    /// Within 1e-9 of 30 digits; from 1e5 observations with n R² above 1e6 on the large-sample limits
    /// `2 R² (2 - R²) (1 - R²)² / n` and `(2 - R²) / (2 n)`, whose error is of the order of `1 / (n R²)`.
    pub(crate) fn variances(&self) -> Option<LikelihoodVariances> {
        let Self { r2, rest, n, .. } = *self;
        if n > LARGE_SAMPLE.0 && n * r2 > LARGE_SAMPLE.1 {
            let of_z = (2.0 - r2) / (2.0 * n);
            let of_square = 4.0 * r2 * (rest * rest * of_z);
            return (self.b <= 0.5 * FEW_PREDICTORS).then_some(LikelihoodVariances { of_square, of_z });
        }
        let (top, low, high) = self.range();
        let log_top = self.log_density(top);
        let weight = |u: f64| (self.log_density(u) - log_top).exp();
        let mean = |f: &dyn Fn(f64) -> f64| {
            integrate(|u| weight(u) * f(u), low, high, 1e-10) / integrate(weight, low, high, 1e-10)
        };
        let variance = |f: &dyn Fn(f64) -> f64| {
            let centre = mean(f);
            mean(&|u| (f(u) - centre) * (f(u) - centre))
        };
        // Differences of ρ² near 1 come from 1 - ρ².
        let near_one = top > 0.0;
        let of_square = variance(&|u| if near_one { share(-u) } else { share(u) });
        Some(LikelihoodVariances { of_square, of_z: variance(&fisher_z) })
    }

    /// Logarithm of the likelihood times the density of u = ln(ρ² / (1 - ρ²)) for a flat ρ², ρ² (1 - ρ²).
    fn log_density(&self, u: f64) -> f64 {
        let lambda = self.n * u.exp();
        let z = 0.5 * lambda * self.r2;
        // -λ/2 + z is -λ (1 - R²) / 2: the growth exp(z) of 1F1 is kept apart.
        -0.5 * lambda * self.rest + self.log_kummer(z) + u - 2.0 * u.exp().ln_1p()
    }

    /// `ln (1F1(a; b; z) exp(-z))`, up to a constant.
    fn log_kummer(&self, z: f64) -> f64 {
        let Self { a, b, .. } = *self;
        if z == 0.0 {
            return 0.0;
        }
        // Consecutive terms have the ratio (a + j) z / ((b + j)(j + 1)): 1 at the largest.
        let half = 0.5 * (z - b - 1.0);
        let peak = (half + (half * half + (a * z - b).max(0.0)).sqrt()).max(0.0).floor();
        if peak > FAR && 100.0 * z > a * a {
            return self.log_kummer_far(z);
        }
        let ratio = |j: f64| (a + j) / (b + j) * z / (j + 1.0);
        let (mut sum, mut term, mut j) = (1.0, 1.0, peak);
        for _ in 0..MAX_TERMS {
            term *= ratio(j);
            sum += term;
            j += 1.0;
            if term < 1e-17 * sum {
                break;
            }
        }
        (term, j) = (1.0, peak);
        for _ in 0..MAX_TERMS {
            if j == 0.0 || term < 1e-17 * sum {
                break;
            }
            j -= 1.0;
            term /= ratio(j);
            sum += term;
        }
        let largest = ln_rising(a, peak) - ln_rising(b, peak) - ln_rising(1.0, peak) + peak * z.ln();
        (largest - z) + sum.ln()
    }

    /// The same for large z: `Γ(b)/Γ(a) z^(a - b) 2F0(b - a, 1 - a; 1/z)` (Abramowitz & Stegun 1964, 13.5.1).
    fn log_kummer_far(&self, z: f64) -> f64 {
        let Self { a, b, .. } = *self;
        let (mut sum, mut term) = (1.0, 1.0);
        for s in 0..1_000 {
            let s = f64::from(s);
            term *= (b - a + s) * (1.0 - a + s) / ((s + 1.0) * z);
            sum += term;
            if f64::abs(term) < 1e-17 * sum {
                break;
            }
        }
        ln_gamma(b) - ln_gamma(a) + (a - b) * z.ln() + sum.ln()
    }

    /// The u of the largest density, and the range beyond which it is nothing.
    fn range(&self) -> (f64, f64, f64) {
        let f = |u: f64| self.log_density(u);
        // Between no correlation that n could tell from 0 and one that it could not tell from R².
        let (mut low, mut high) = (-self.n.ln() - 60.0, (self.r2 / self.rest).ln().max(0.0) + 60.0);
        let golden = 0.618_033_988_749_894_9;
        for _ in 0..80 {
            let (a, b) = (high - golden * (high - low), low + golden * (high - low));
            if f(a) < f(b) {
                low = a;
            } else {
                high = b;
            }
        }
        let top = 0.5 * (low + high);
        let enough = f(top) - DROP;
        let end = |side: f64| {
            let mut step = 1e-3;
            while f(top + side * step) > enough && step < 1e3 {
                step *= 1.5;
            }
            top + side * step
        };
        (top, end(-1.0), end(1.0))
    }
}

/// ρ² from u; 1 - ρ² from -u.
fn share(u: f64) -> f64 {
    1.0 / (1.0 + (-u).exp())
}

/// Fisher's z, atanh ρ: half of ln((1 + ρ)² (1 + θ)) with θ = ρ² / (1 - ρ²).
fn fisher_z(u: f64) -> f64 {
    // asinh √θ is atanh ρ.
    (0.5 * u).exp().asinh()
}

/// `ln (x (x + 1) ... (x + j - 1))` for x > 0 and a whole j.
fn ln_rising(x: f64, j: f64) -> f64 {
    if j == 0.0 {
        return 0.0;
    }
    // Γ(x + j) / Γ(x) with both logarithms by Stirling, as one difference.
    let (top, bottom) = (x + j, x);
    (top - 0.5) * (j / bottom).ln_1p() + j * bottom.ln() - j + (shifted_error(top) - shifted_error(bottom))
}

/// `ln Γ(x) - (x - 1/2) ln x + x - ln(2π)/2`.
fn shifted_error(x: f64) -> f64 {
    // Stirling's error is of Γ(x + 1) = x Γ(x).
    stirling_error(x)
}

fn ln_gamma(x: f64) -> f64 {
    (x - 0.5) * x.ln() - x + HALF_LN_TWO_PI + stirling_error(x)
}
