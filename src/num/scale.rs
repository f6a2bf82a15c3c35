//! Powers of two: changing the unit of the data without changing a digit.

/// A factor s = 2^n with `variance * s * s` in [1, 4), for any positive finite variance, subnormal ones included.
///
/// Multiplying by s twice, never by s^2 at once, is exact for every positive double: s^2 itself could overflow.
pub(crate) fn unit_of_variance(variance: f64) -> f64 {
    debug_assert!(variance > 0.0 && variance.is_finite(), "a variance, not {variance}");
    let exponent = binary_exponent(variance);
    power_of_two(-exponent.div_euclid(2))
}

/// The n with 2^n <= x < 2^(n + 1).
fn binary_exponent(x: f64) -> i32 {
    // A subnormal number is first moved into the normal range.
    let (x, moved) = if x < f64::MIN_POSITIVE { (x * power_of_two(64), 64) } else { (x, 0) };
    let biased = i32::try_from((x.to_bits() >> 52) & 0x7ff).unwrap_or(0);
    biased - 1023 - moved
}

/// 2^n for n within the range of normal doubles.
fn power_of_two(n: i32) -> f64 {
    let biased = u64::try_from(n.clamp(-1022, 1023) + 1023).unwrap_or(1023);
    f64::from_bits(biased << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variance_has_a_unit() {
        for variance in [5e-324, 1e-310, f64::MIN_POSITIVE, 1e-300, 0.3, 1.0, 3.9, 4.0, 1e300, f64::MAX] {
            let s = unit_of_variance(variance);
            let unit = variance * s * s;
            assert!((1.0..4.0).contains(&unit), "{variance:e} becomes {unit}");
            assert_eq!(unit / s / s, variance, "{variance:e} must come back");
        }
    }
}
