//! Kernels of the regularised incomplete beta function, in the forms that the
//! tails of Student's t and of F need.

use super::double_double::DoubleDouble;
use super::gamma::gamma_half_ratio;
use super::side::Scaled;

/// Longest continued fraction; t needs fewer than a hundred terms.
const MAX_FRACTION: u32 = 2_000;
/// Longest power series; it is used with ratio at most 1/2.
const MAX_SERIES: u32 = 200;
/// `1 / sqrt(pi)`.
const INVERSE_SQRT_PI: f64 = 0.5 * std::f64::consts::FRAC_2_SQRT_PI;

/// The arguments of an incomplete beta function `I_x(a, b)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct BetaPoint {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) x: f64,
    /// `1 - x`, never formed by that subtraction.
    pub(super) y: f64,
    /// `a - (a + b) x`, given by the caller because it cancels near the mean.
    pub(super) lambda: f64,
}

/// `I_x(a, b) B(a, b) / (x^a y^b)` by the continued fraction of Didonato and
/// Morris (1992, "Algorithm 708", BFRAC), for `x` up to about the mean
/// `a / (a + b)`, by Lentz' method (Thompson and Barnett 1986).
pub(super) fn beta_fraction(at: BetaPoint) -> f64 {
    let BetaPoint { a, b, x, y, lambda } = at;
    let mut denominator = a * (lambda + 1.0) / (a + 1.0);
    let mut d = 1.0 / denominator;
    let mut c = f64::INFINITY;
    let mut value = d;
    for n in 1..MAX_FRACTION {
        let n = f64::from(n);
        let odd = a + 2.0 * n - 1.0;
        let step = n * (b - n) * x / odd;
        // Divided before multiplied: a^2 b x^2 overflows for large shapes.
        let numerator = ((a + n - 1.0) / odd) * ((a + b + n - 1.0) * x) * step;
        denominator = n + step + (a + n) / (odd + 2.0) * (lambda + 1.0 + n * (1.0 + y));
        d = 1.0 / (denominator + numerator * d);
        c = denominator + numerator / c;
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() < 2.3e-16 {
            break;
        }
    }
    value
}

/// The part of Student's distribution that is cheap and free of cancellation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StudentPart {
    /// `P(0 < T < t)`.
    Central(Scaled),
    /// `P(T > t)`.
    Upper(Scaled),
}

impl StudentPart {
    /// `P(T > t)`.
    pub(crate) fn upper(self) -> f64 {
        match self {
            Self::Central(part) => 0.5 - part.value(),
            Self::Upper(part) => part.value(),
        }
    }

    /// `ln P(T > t)`.
    pub(crate) fn ln_upper(self) -> f64 {
        match self {
            Self::Central(_) => self.upper().ln(),
            Self::Upper(part) => part.ln(),
        }
    }
}

/// Student's t at finite `t > 0` with `df` in `[1e-290, 1e200]`: the centre up to
/// `sqrt 2`, the upper tail beyond. At 1 the fraction would need many terms for
/// large `df`; up to `sqrt 2` the difference from 1/2 costs two bits.
///
/// The exponent `(df / 2) ln(1 + t^2 / df)` is formed from the double-double
/// `df + t^2`, as `df ln` of a rounded ratio loses `df` roundings.
pub(crate) fn student_part(t: f64, df: f64) -> StudentPart {
    if t > 1e150 {
        return StudentPart::Upper(student_far(t, df));
    }
    let square = DoubleDouble::product(t, t);
    let total = square.add(df.into());
    let x = df / total.hi;
    let w = square.hi / total.hi;
    let exponent = DoubleDouble::from(0.5 * df).times(DoubleDouble::ln_ratio(total, df.into()));
    let a = 0.5 * df;
    // t f(t) = this times exp(-exponent).
    let rise = t / total.hi.sqrt() * gamma_half_ratio(a) * INVERSE_SQRT_PI;
    if square.hi < 2.0 && w < 0.5 {
        let sum = central_series(a, w);
        return StudentPart::Central(Scaled { exponent, factor: rise * sum, steepness: 1.0 / sum });
    }
    let lambda = 0.5 * x * (square.hi - 1.0);
    let fraction = beta_fraction(BetaPoint { a, b: 0.5, x, y: w, lambda });
    StudentPart::Upper(Scaled { exponent, factor: rise * 0.5 * fraction, steepness: 2.0 / fraction })
}

/// `sum (a + 1/2)_n / (3/2)_n w^n` (DLMF 8.17.8 with shapes 1/2 and `a`), all
/// terms positive.
fn central_series(a: f64, w: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 0..MAX_SERIES {
        let n = f64::from(n);
        term *= (a + 0.5 + n) * w / (n + 1.5);
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

/// The leading term of Student's tail, exact where `t^2` would overflow.
fn student_far(t: f64, df: f64) -> Scaled {
    let a = 0.5 * df;
    let log = DoubleDouble::ln_of(t).times(2.0.into());
    let exponent = log.add(DoubleDouble::ln_of(df).negate()).times(a.into());
    Scaled { exponent, factor: 0.5 * gamma_half_ratio(a) * INVERSE_SQRT_PI / a, steepness: df }
}
