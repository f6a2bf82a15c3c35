//! Differences of normal quantiles.

use std::f64::consts::TAU;

use super::normal_quantile;

/// The normal quantile of `below / (below + above)`, from the smaller of the two shares.
pub(crate) fn probit(below: f64, above: f64) -> f64 {
    let n = below + above;
    if below <= above { normal_quantile(below / n) } else { -normal_quantile(above / n) }
}

/// The reciprocal of the standard normal density.
pub(crate) fn inverse_density(z: f64) -> f64 {
    TAU.sqrt() * (0.5 * z * z).exp()
}

/// The quantile of one share minus that of another, from their `difference`.
///
/// A share is a pair of numbers, below and above the quantile. The plain difference of two quantiles has an error of 4e-16
/// times either of them; this one is right to 1e-14 however close the shares are, if their difference is.
pub(crate) fn probit_difference(first: [f64; 2], second: [f64; 2], difference: f64) -> f64 {
    let half = |[below, above]: [f64; 2]| {
        let n = below + above;
        [0.5 * (below / n), 0.5 * (above / n)]
    };
    let ([p, q], [r, s]) = (half(first), half(second));
    let middle = probit(p + r, q + s);
    let step = difference * inverse_density(middle);
    if step.abs() * (1.0 + middle * middle) < 1e-3 {
        // Taylor's series about the middle, in which even terms vanish; the next term is below 1e-14.
        step + step.powi(3) * (1.0 + 2.0 * middle * middle) / 24.0
    } else {
        probit(first[0], first[1]) - probit(second[0], second[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_shares_keep_their_digits() {
        // By mpmath, 40 digits.
        for (p, r, n, exact) in [
            (300000001.0, 299999999.0, 1000000000.0, 5.752207318528585e-9),
            (3001.0, 2999.0, 10000.0, 0.0005752207441448364),
            (301.0, 299.0, 1000.0, 0.005752219610576261),
            (31.0, 29.0, 100.0, 0.05753437220821949),
            (10000001.0, 9999997.0, 1000000000000000.0, 6.920003827688595e-8),
            (2.0, 1.0, 1000000.0, 0.1420419465202306),
        ] {
            let found = probit_difference([p, n - p], [r, n - r], (p - r) / n);
            assert!((found / exact - 1.0_f64).abs() < 2e-14, "{p} and {r} of {n}: {found:e}, exact {exact:e}");
        }
    }
}
