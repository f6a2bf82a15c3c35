//! The likelihood of the squared multiple correlation, from the non-central F distribution.

use super::HALF_LN_TWO_PI;
use super::gamma::stirling_error;
use crate::num::quadrature::integrate;

/// Beyond this position of the largest term the expansion for large arguments replaces the series.
const FAR: f64 = 1e6;
/// From this position of the largest term on the series is summed in strides.
const STRIDED: f64 = 400.0;
/// More terms than any series here has.
const MAX_TERMS: usize = 10_000;
/// Drop of the logarithm beyond which a likelihood is taken to be nothing.
const DROP: f64 = 38.0;
/// Observations times R² up to which the likelihood is integrated; more of them for more than a hundred predictors.
const INTEGRATED: f64 = 1e5;
/// The same for each predictor.
const INTEGRATED_PER_PREDICTOR: f64 = 1e3;
/// The most predictors for more observations than those.
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

    /// The variances under the likelihood of ρ², normalised to 1 over [0, 1]; `None` for so many observations with so
    /// many predictors that neither the integral nor its expansion serves.
    ///
    /// Within 1e-9 of 30 digits where integrated, that is for n R² up to 1e5; beyond, an expansion in 1/n about the
    /// limits `2 R² (2 - R²) (1 - R²)² / n` and `(2 - R²) / (2 n)`, within 1e-6.
    pub(crate) fn variances(&self) -> Option<LikelihoodVariances> {
        let predictors = 2.0 * self.b;
        let integrated = INTEGRATED.max(INTEGRATED_PER_PREDICTOR * predictors) / self.r2;
        if self.n <= integrated {
            return Some(self.integrate());
        }
        if predictors > FEW_PREDICTORS {
            return None;
        }
        // n V is its limit + c/n + ...: c from the integral at the largest n.
        let there = Self { n: integrated, a: 0.5 * (integrated - 1.0), ..*self };
        let (found, at_there, limit) = (there.integrate(), there.limit(), self.limit());
        let expanded =
            |found: f64, at_there: f64, limit: f64| limit * (1.0 + (found / at_there - 1.0) * integrated / self.n);
        Some(LikelihoodVariances {
            of_square: expanded(found.of_square, at_there.of_square, limit.of_square),
            of_z: expanded(found.of_z, at_there.of_z, limit.of_z),
        })
    }

    /// The limits for many observations.
    fn limit(&self) -> LikelihoodVariances {
        let of_z = (2.0 - self.r2) / (2.0 * self.n);
        LikelihoodVariances { of_square: 4.0 * self.r2 * (self.rest * self.rest * of_z), of_z }
    }

    fn integrate(&self) -> LikelihoodVariances {
        let (top, low, high) = self.range();
        let log_top = self.log_density(top);
        let weight = |u: f64| (self.log_density(u) - log_top).exp();
        let total = integrate(weight, low, high, 1e-10);
        let variance = |f: &dyn Fn(f64) -> f64| {
            // Moments about the value at the top, which is near the mean.
            let centre = f(top);
            let mean = integrate(|u| weight(u) * (f(u) - centre), low, high, 1e-10) / total;
            let square = |u: f64| (f(u) - centre) * (f(u) - centre);
            integrate(|u| weight(u) * square(u), low, high, 1e-10) / total - mean * mean
        };
        // Differences of ρ² near 1 come from 1 - ρ².
        let near_one = top > 0.0;
        let of_square = variance(&|u| if near_one { share(-u) } else { share(u) });
        LikelihoodVariances { of_square, of_z: variance(&fisher_z) }
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
        let spread = (1.0 / (peak + 1.0) + 1.0 / (b + peak) - 1.0 / (a + peak)).max(0.0).sqrt().recip();
        // Far from 0 the terms are a bell of this spread: a trapezoidal rule with four points to it is exact to 1e-60.
        let stride = if peak > STRIDED { (0.25 * spread).floor().max(1.0) } else { 1.0 };
        let step = |j: f64| if stride == 1.0 { ratio(j) } else { self.stride(j, stride, ratio(j)) };
        let (mut sum, mut term, mut j) = (1.0, 1.0, peak);
        for _ in 0..MAX_TERMS {
            term *= step(j);
            sum += term;
            j += stride;
            if term < 1e-17 * sum {
                break;
            }
        }
        (term, j) = (1.0, peak);
        for _ in 0..MAX_TERMS {
            if j < stride || term < 1e-17 * sum {
                break;
            }
            j -= stride;
            term /= step(j);
            sum += term;
        }
        sum *= stride;
        let largest = ln_rising(a, peak) - ln_rising(b, peak) - ln_rising(1.0, peak) + peak * z.ln();
        (largest - z) + sum.ln()
    }

    /// The ratio of the term `stride` after j to that at j, from the ratio of neighbours.
    fn stride(&self, j: f64, stride: f64, ratio: f64) -> f64 {
        let excess = |x: f64| ln_rising_excess(x, stride);
        (stride * ratio.ln() + (excess(self.a + j) - excess(self.b + j) - excess(1.0 + j))).exp()
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
        for _ in 0..50 {
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
    j * x.ln() + ln_rising_excess(x, j)
}

/// The same less j ln x: Γ(x + j) / Γ(x) by Stirling, as one difference.
fn ln_rising_excess(x: f64, j: f64) -> f64 {
    ((x + j - 0.5) * (j / x).ln_1p() - j) + (shifted_error(x + j) - shifted_error(x))
}

/// `ln Γ(x) - (x - 1/2) ln x + x - ln(2π)/2`.
fn shifted_error(x: f64) -> f64 {
    // Stirling's error is of Γ(x + 1) = x Γ(x).
    stirling_error(x)
}

fn ln_gamma(x: f64) -> f64 {
    (x - 0.5) * x.ln() - x + HALF_LN_TWO_PI + stirling_error(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn variances_are_those_of_the_exact_likelihood() {
        let file: Value =
            serde_json::from_str(include_str!("../../tests/fixtures/r_squared_likelihood.json")).expect("a fixture");
        let cases = file["cases"].as_array().expect("cases");
        assert_eq!(cases.len(), 16, "cases");
        for case in cases {
            let [r2, m, n, v, of_z] = [0, 1, 2, 3, 4].map(|i| case[i].as_f64().expect("a number"));
            let found = RegressionF::new(r2, n, m).variances().expect("variances");
            let errors = [found.of_square / v - 1.0, found.of_z / of_z - 1.0];
            assert!(errors.iter().all(|error| error.abs() < 1e-9), "R2 = {r2}, m = {m}, n = {n}: {errors:?}");
        }
    }

    #[test]
    fn the_expansion_meets_the_integral() {
        for r2 in [0.3, 0.9] {
            let n = 2.0 * INTEGRATED / r2;
            let f = RegressionF::new(r2, n, 2.0);
            let (expanded, exact) = (f.variances().expect("variances"), f.integrate());
            for (a, b) in [(expanded.of_square, exact.of_square), (expanded.of_z, exact.of_z)] {
                assert!((a / b - 1.0).abs() < 1e-6, "R2 = {r2}: {a} and {b}");
            }
        }
        assert_eq!(RegressionF::new(0.5, 1e12, 2e6).variances(), None, "too many predictors for the expansion");
    }

    #[test]
    fn far_arguments_meet_the_series() {
        let f = RegressionF::new(0.999_999, 40.0, 3.0);
        for z in [1e5, 4e5] {
            let (series, far) = (f.log_kummer(z), f.log_kummer_far(z));
            assert!((series - far).abs() < 1e-9, "z = {z}: {series} and {far}");
        }
    }

    #[test]
    fn extreme_data_have_variances() {
        for (r2, n, m) in [
            (0.0, 3.0, 1.0),
            (1e-300, 3.0, 1.0),
            (1.0 - 2e-16, 3.0, 1.0),
            (1.0 - 2e-16, 9e4, 5.0),
            (0.5, 9e4, 8e4),
            (1e-12, 1e15, 1.0),
            (0.5, 1.8e19, 1.0),
            (0.5, 1e5, 99_998.0),
        ] {
            let v = RegressionF::new(r2, n, m).variances().expect("variances");
            assert!(
                v.of_square > 0.0 && v.of_square < 1.0 && v.of_z > 0.0 && v.of_z.is_finite(),
                "{r2} {n} {m}: {v:?}"
            );
        }
    }
}
