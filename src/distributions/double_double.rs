//! Double-double arithmetic: just enough of it to hold the exponent of a tail, and sums that merge in any order.
//!
//! A tail near 1e-300 is `exp(-E)` with `E` near 690. Rounding `E` to one
//! double costs 6e-14 of relative error, so exponents are carried as an
//! unevaluated sum of two doubles (Dekker 1971, "A floating-point technique for
//! extending the available precision").

/// The unevaluated sum `hi + lo`, with `|lo| <= ulp(hi) / 2`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DoubleDouble {
    pub(crate) hi: f64,
    pub(crate) lo: f64,
}

/// `ln 2` cut after 33 bits, so that its product with an exponent is exact.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
/// `ln 2 - LN2_HIGH`.
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// `tan(pi / 8)^2`, which is `(m - 1) / (m + 1)` for `m = sqrt 2`, rounded up.
const ATANH_LIMIT: f64 = 0.171_6;

impl DoubleDouble {
    /// The exact sum of two doubles (Knuth 1969, vol. 2, sec. 4.2.2, theorem B).
    pub(crate) fn sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        let shadow = hi - a;
        let lo = (a - (hi - shadow)) + (b - shadow);
        Self { hi, lo }
    }

    /// The exact product of two doubles, by one fused multiply-add.
    pub(crate) fn product(a: f64, b: f64) -> Self {
        let hi = a * b;
        let lo = a.mul_add(b, -hi);
        Self { hi, lo }
    }

    /// Dekker's (1971) quick sum; needs `|a| >= |b|`.
    fn quick_sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        let lo = b - (hi - a);
        Self { hi, lo }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        let high = Self::sum(self.hi, other.hi);
        let low = Self::sum(self.lo, other.lo);
        // Two renormalisations keep the full length when the high parts cancel.
        let first = Self::quick_sum(high.hi, high.lo + low.hi);
        Self::quick_sum(first.hi, first.lo + low.lo)
    }

    pub(crate) fn is_finite(self) -> bool {
        self.hi.is_finite() && self.lo.is_finite()
    }

    pub(crate) fn negate(self) -> Self {
        Self { hi: -self.hi, lo: -self.lo }
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let main = Self::product(self.hi, other.hi);
        let cross = self.hi.mul_add(other.lo, self.lo * other.hi);
        Self::quick_sum(main.hi, main.lo + cross)
    }

    pub(crate) fn divided_by(self, other: Self) -> Self {
        let hi = self.hi / other.hi;
        let rest = (-hi).mul_add(other.hi, self.hi) + (-hi).mul_add(other.lo, self.lo);
        Self::quick_sum(hi, rest / other.hi)
    }

    /// The natural logarithm of a finite positive double, absolute error about
    /// 1e-18 (relative error 1e-18 near 1).
    pub(crate) fn ln_of(x: f64) -> Self {
        let (mantissa, exponent) = split_exponent(x);
        let ratio = Self::sum(mantissa, -1.0).divided_by(Self::sum(mantissa, 1.0));
        // LN2_HIGH has 33 bits and the exponent 11: the product is exact.
        let main = Self::sum(exponent * LN2_HIGH, exponent * LN2_LOW);
        main.add(two_atanh(ratio))
    }

    /// `ln(num / den)` for positive arguments.
    ///
    /// Near 1 it is `2 atanh((num - den) / (num + den))`, as in Loader
    /// (2000): the difference is taken before any rounding, so that the linear
    /// terms of a deviance may cancel later without loss.
    pub(crate) fn ln_ratio(num: Self, den: Self) -> Self {
        let difference = num.add(den.negate());
        let total = num.add(den);
        if difference.hi.abs() <= ATANH_LIMIT * total.hi {
            return two_atanh(difference.divided_by(total));
        }
        let correction = Self::sum(num.lo / num.hi, -den.lo / den.hi);
        Self::ln_of(num.hi).add(Self::ln_of(den.hi).negate()).add(correction)
    }

    /// `factor * exp(-self)`, without underflow before the factor is applied.
    pub(crate) fn exp_neg_times(self, factor: f64) -> f64 {
        if self.hi < 700.0 {
            return (-self.hi).exp() * (factor * (1.0 - self.lo));
        }
        if self.hi.is_nan() {
            return f64::NAN;
        }
        // exp(-hi) alone may vanish while the product is still a normal number.
        let half = (-0.5 * self.hi).exp();
        if half == 0.0 {
            return 0.0;
        }
        half * (factor * (1.0 - self.lo)) * half
    }

    /// `ln(factor) - self`, rounded once.
    pub(crate) fn ln_of_exp_neg_times(self, factor: f64) -> f64 {
        // An overflowed exponent has no meaningful low part.
        if self.hi.is_infinite() {
            return -self.hi;
        }
        (factor.ln() - self.lo) - self.hi
    }
}

impl From<f64> for DoubleDouble {
    fn from(hi: f64) -> Self {
        Self { hi, lo: 0.0 }
    }
}

/// `2 atanh(s)` for `|s| <= 0.1716` by its odd power series (Abramowitz and
/// Stegun 1964, 4.6.33). The leading term stays a double-double and the rest,
/// below 1 % of it, is a double.
fn two_atanh(s: DoubleDouble) -> DoubleDouble {
    let square = s.hi * s.hi;
    let series = [
        1.0 / 23.0,
        1.0 / 21.0,
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0,
    ]
    .iter()
    .fold(0.0, |sum, c| sum * square + c);
    let rest = s.hi * (square * series) + s.lo * (1.0 + square);
    let half = DoubleDouble::quick_sum(s.hi, rest);
    DoubleDouble { hi: 2.0 * half.hi, lo: 2.0 * half.lo }
}

/// `x = mantissa * 2^exponent` with the mantissa in `[sqrt(1/2), sqrt 2)`.
fn split_exponent(x: f64) -> (f64, f64) {
    const MANTISSA_BITS: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    // Subnormals carry no implicit bit: scale them by 2^54 first.
    let (scaled, shift) = if x < f64::MIN_POSITIVE { (x * 18_014_398_509_481_984.0, 54.0) } else { (x, 0.0) };
    let bits = scaled.to_bits();
    let mantissa = f64::from_bits((bits & MANTISSA_BITS) | ONE);
    let biased = u16::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    let exponent = f64::from(biased) - 1023.0 - shift;
    if mantissa > std::f64::consts::SQRT_2 { (0.5 * mantissa, exponent + 1.0) } else { (mantissa, exponent) }
}
