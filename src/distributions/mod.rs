//! Tails and quantiles of the normal, Student and chi-squared distributions, and the tail of F.
//!
//! This folder is the only place that names `statrs` or `libm`. Measured against 60
//! digits, statrs 0.19.1 has an inverse of erfc good to 4.4e-16, used here. Its
//! other tails fall short of 1e-13: normal 1e-10, t 2e-12 (8e-10 near 0),
//! chi-squared 7e-13, F 8e-11 (3e-8 far out), and its chi-squared quantile fails
//! below 1e-10. They are replaced by the kernels beside this file; the errors
//! measured for those stand at each function.
//!
//! No function panics. NaN in any argument gives NaN, and so do degrees of
//! freedom that are not positive and probabilities outside `[0, 1]`.

mod beta;
mod bivariate_normal;
mod chi_squared_tail;
mod complex;
mod double_double;
mod erf;
mod exponential;
mod fisher;
#[cfg(test)]
mod fixture;
mod gamma;
mod incomplete_gamma;
mod noncentral_f;
mod normal_tail;
mod olkin_pratt;
mod probit;
mod quadratic_form;
mod side;
mod temme;

pub(crate) use self::double_double::DoubleDouble;

use self::beta::{StudentPart, student_part};
pub(crate) use self::bivariate_normal::Thresholds;
pub(crate) use self::chi_squared_tail::chi_squared_sf_lanes;
use self::chi_squared_tail::{FINITE_SUM_DF, chi_squared_upper_sum};
pub(crate) use self::fisher::{f_log_sf, f_sf};
pub(crate) use self::gamma::hedges_j;
use self::gamma::{gamma_half_ratio, stirling_error};
use self::incomplete_gamma::gamma_side;
pub(crate) use self::noncentral_f::RegressionF;
pub(crate) use self::normal_tail::{normal_two_sided, normal_two_sided_lanes};
pub(crate) use self::olkin_pratt::OlkinPratt;
pub(crate) use self::probit::{inverse_density, probit, probit_difference};
pub(crate) use self::quadratic_form::QuadraticForm;
use self::side::{Scaled, Side};
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// `ln(2 pi) / 2`.
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;
/// Below this a number may be subnormal: logarithms of tails then come from the
/// exponent, and roots are not polished.
const SAFE: f64 = 1e-305;
/// Degrees of freedom from which t is the normal, in double precision and
/// without overflow of `t^2`.
const INFINITE_STUDENT: f64 = 1e200;
/// Steps of a quantile; with a bracket, three or four are the rule.
const MAX_STEPS: u32 = 100;

/// Upper tail of the standard normal; 0 at infinity, 1 at minus infinity.
///
/// Measured error 4e-16 down to 1e-300.
pub(crate) fn normal_sf(z: f64) -> f64 {
    let upper = 0.5 * normal_two_sided(z);
    if z < 0.0 { 1.0 - upper } else { upper }
}

/// Probability of the standard normal between `-z` and `z`, for `z >= 0`.
pub(crate) fn normal_central(z: f64) -> f64 {
    erf::erf(z * FRAC_1_SQRT_2)
}

/// Logarithm of [`normal_sf`]; minus infinity only beyond 1.8e154.
pub(crate) fn normal_log_sf(z: f64) -> f64 {
    if z < 0.0 {
        return (-normal_sf(-z)).ln_1p();
    }
    if z < 10.0 || z.is_nan() {
        return normal_sf(z).ln();
    }
    if z.is_infinite() {
        return f64::NEG_INFINITY;
    }
    // Laplace's continued fraction for Mills' ratio (Abramowitz and Stegun 1964,
    // 26.2.14), from the inside out.
    let inner = (1..=14).rev().fold(z, |tail, k| z + f64::from(k) / tail);
    -0.5 * z * z - (HALF_LN_TWO_PI + inner.ln())
}

/// Normal quantile of the lower tail `p`.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    -normal_upper_quantile(p)
}

/// Normal quantile of the upper tail `q`: infinite at 0, minus infinite at 1.
///
/// The inverse of statrs was within 4.4e-16 of 600 exact values, `q` from 1e-300
/// to 1/2, and needs no polish.
pub(crate) fn normal_upper_quantile(q: f64) -> f64 {
    if q.is_nan() || !(0.0..=1.0).contains(&q) {
        return f64::NAN;
    }
    if q > 0.5 {
        // 1 - q is exact here.
        return -normal_upper_quantile(1.0 - q);
    }
    if q == 0.0 || q == 0.5 {
        return if q == 0.0 { f64::INFINITY } else { 0.0 };
    }
    SQRT_2 * statrs::function::erf::erfc_inv(2.0 * q)
}

/// `ln(value / target)`, keeping the digits of a small difference.
fn ln_quotient(value: f64, target: f64) -> f64 {
    let relative = (value - target) / target;
    if relative.abs() < 0.5 { relative.ln_1p() } else { value.ln() - target.ln() }
}

/// `ln(part / target)`, from the exponent where the part may underflow.
fn miss_of(part: Scaled, target: f64) -> f64 {
    let value = part.value();
    if value > SAFE { ln_quotient(value, target) } else { part.ln() - target.ln() }
}

/// Halley's step for `G(u) = ln F(exp u) - ln target` in `u = ln x`.
///
/// `slope` is `G' = x f / F`, negative for an upper tail, and `curve` is
/// `1 + x f' / f`, so that `G'' / G' = curve - slope`. On the logarithmic scale
/// power-law and exponential tails are both nearly straight.
fn halley(miss: f64, slope: f64, curve: f64) -> f64 {
    let newton = -miss / slope;
    newton / (1.0 + 0.5 * newton * (curve - slope)).clamp(0.3, 3.0)
}

/// The positive root reached from `start` by steps in `ln x`, kept inside the
/// bracket that the signs of earlier steps leave; at most [`MAX_STEPS`] steps.
fn polish(start: f64, step_at: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut x = start.clamp(f64::MIN_POSITIVE, f64::MAX);
    for _ in 0..MAX_STEPS {
        let (miss, step) = step_at(x);
        // Convergence is cubic: from here one step lands within rounding.
        if miss.abs() < 3e-6 || step.is_nan() {
            return if step.is_nan() { x } else { x + x * step.exp_m1() };
        }
        if step > 0.0 {
            low = x;
        } else {
            high = x;
        }
        let next = x * step.clamp(-3.0, 3.0).exp();
        let next = if next > low && next < high { next } else { between(low, high) };
        if next == x {
            return x;
        }
        x = next;
    }
    x
}

/// A point inside a bracket of positive numbers; the upper end may be infinite.
fn between(low: f64, high: f64) -> f64 {
    if high.is_infinite() {
        return (2.0 * low).min(f64::MAX);
    }
    low + 0.5 * (high - low)
}

/// Whether degrees of freedom make no distribution.
fn invalid(df: f64) -> bool {
    df.is_nan() || df <= 0.0
}

/// Degrees of freedom kept clear of the subnormals, where half of them is 0.
fn kept_normal(df: f64) -> f64 {
    df.max(1e-290)
}

/// Upper tail of Student's t for real `df > 0`; the normal for infinite `df`.
/// 0 at infinity, 1 at minus infinity. Measured error 5e-15 down to 1e-300.
pub(crate) fn t_sf(t: f64, df: f64) -> f64 {
    if t.is_nan() || invalid(df) {
        return f64::NAN;
    }
    if df >= INFINITE_STUDENT {
        return normal_sf(t);
    }
    if t < 0.0 {
        return 1.0 - t_sf(-t, df);
    }
    if t == 0.0 || t.is_infinite() {
        return if t == 0.0 { 0.5 } else { 0.0 };
    }
    student_part(t, kept_normal(df)).upper()
}

/// Logarithm of [`t_sf`], finite for every finite `t`.
pub(crate) fn t_log_sf(t: f64, df: f64) -> f64 {
    if t.is_nan() || invalid(df) {
        return f64::NAN;
    }
    if df >= INFINITE_STUDENT {
        return normal_log_sf(t);
    }
    if t < 0.0 {
        return (-t_sf(-t, df)).ln_1p();
    }
    if t == 0.0 || t.is_infinite() {
        return t_sf(t, df).ln();
    }
    student_part(t, kept_normal(df)).ln_upper()
}

/// Student's quantile of the upper tail `q`: infinite at 0, minus infinite at 1.
///
/// Measured error 1.1e-15 for `q` from 1e-300.
pub(crate) fn t_upper_quantile(q: f64, df: f64) -> f64 {
    if q.is_nan() || !(0.0..=1.0).contains(&q) || invalid(df) {
        return f64::NAN;
    }
    if df >= INFINITE_STUDENT || q == 0.0 || q == 0.5 {
        return normal_upper_quantile(q);
    }
    if q > 0.5 {
        // 1 - q is exact here.
        return -t_upper_quantile(1.0 - q, df);
    }
    let df = kept_normal(df);
    polish(student_start(q, df), |t| {
        let square = t / df.sqrt() * (t / df.sqrt());
        let curve = 1.0 - (df + 1.0) / (1.0 + 1.0 / square);
        match student_part(t, df) {
            StudentPart::Central(part) => {
                // 0.5 - q is exact for q >= 1/4, where the root is central.
                let miss = miss_of(part, 0.5 - q);
                (miss, halley(miss, part.steepness, curve))
            }
            StudentPart::Upper(part) => {
                let miss = miss_of(part, q);
                (miss, halley(miss, -part.steepness, curve))
            }
        }
    })
}

/// Start value: the leading term of the tail where it is far out, else the
/// inverse of Wallace's (1959, "Bounds on normal approximations to Student's
/// and the chi-square distributions") normal approximation.
fn student_start(q: f64, df: f64) -> f64 {
    let a = 0.5 * df;
    let scaled = 2.0 * PI.sqrt() * q * (a / gamma_half_ratio(a));
    // df / (df + t^2) to first order in itself, as a logarithm: it underflows.
    let ln_y = scaled.ln() / a;
    if ln_y < -1.2 {
        return (0.5 * (df.ln() - ln_y + (-ln_y.exp()).ln_1p())).exp();
    }
    let z = normal_upper_quantile(q) * (8.0 * df + 3.0) / (8.0 * df + 1.0);
    (df * (z * z / df).exp_m1()).sqrt()
}

/// Whether the finite sum serves this number of degrees of freedom.
fn whole_and_small(df: f64) -> bool {
    df <= FINITE_SUM_DF && df.fract() == 0.0
}

/// The values of the chi-squared tails that need no computation: `Some(lower
/// tail)`, or NaN in it.
fn chi_squared_edge(x: f64, df: f64) -> Option<f64> {
    if x.is_nan() || invalid(df) {
        return Some(f64::NAN);
    }
    // Halving the least subnormal gives 0 as well.
    if 0.5 * x <= 0.0 {
        return Some(0.0);
    }
    if x.is_infinite() {
        return Some(1.0);
    }
    // The kernels would overflow: no finite x comes near such a mean.
    (df > 1e290).then_some(if x > df { 1.0 } else { 0.0 })
}

/// Upper tail of chi-squared for real `df > 0`; 1 for `x <= 0`, 0 at infinity.
///
/// Measured error 4e-15 down to 1e-300 for `df >= 1`. Below, `1 - P` loses digits
/// where `x < 2`.
pub(crate) fn chi_squared_sf(x: f64, df: f64) -> f64 {
    match chi_squared_edge(x, df) {
        Some(lower) => 1.0 - lower,
        None if whole_and_small(df) => chi_squared_upper_sum(x, df),
        None => gamma_side(0.5 * kept_normal(df), 0.5 * x).upper(),
    }
}

/// Lower tail of chi-squared for real `df > 0`, without cancellation; 0 for `x <= 0`, 1 at infinity.
pub(crate) fn chi_squared_cdf(x: f64, df: f64) -> f64 {
    match chi_squared_edge(x, df) {
        Some(lower) => lower,
        None => gamma_side(0.5 * kept_normal(df), 0.5 * x).lower(),
    }
}

/// Logarithm of [`chi_squared_sf`], finite for every finite `x`.
pub(crate) fn chi_squared_log_sf(x: f64, df: f64) -> f64 {
    match chi_squared_edge(x, df) {
        Some(lower) => (1.0 - lower).ln(),
        None => gamma_side(0.5 * kept_normal(df), 0.5 * x).ln_upper(),
    }
}

/// Chi-squared quantile of the lower tail `p`: 0 at 0, infinite at 1.
pub(crate) fn chi_squared_quantile(p: f64, df: f64) -> f64 {
    chi_squared_root(p, 1.0 - p, df)
}

/// Chi-squared quantile of the upper tail `q`: infinite at 0, 0 at 1. NaN for `df`
/// beyond 1e290, infinity included.
///
/// Measured error 1.3e-15 for `df >= 1` and `q` from 1e-300.
pub(crate) fn chi_squared_upper_quantile(q: f64, df: f64) -> f64 {
    chi_squared_root(1.0 - q, q, df)
}

/// The root for tails `p` and `q = 1 - p`, of which the larger may be rounded.
fn chi_squared_root(p: f64, q: f64, df: f64) -> f64 {
    if invalid(df) || df > 1e290 || p.is_nan() || p < 0.0 || q < 0.0 {
        return f64::NAN;
    }
    if p == 0.0 || q == 0.0 {
        return if p == 0.0 { 0.0 } else { f64::INFINITY };
    }
    if df == 1.0 && q <= 0.5 {
        // The square of a normal: shorter and more accurate than the kernel.
        return normal_upper_quantile(0.5 * q).powi(2);
    }
    let df = kept_normal(df);
    let a = 0.5 * df;
    // A root this small is its start value, to within 1e-13; it may round to 0.
    let start = chi_squared_start(p, q, df);
    if start < SAFE {
        return start;
    }
    polish(start, |x| {
        let half = 0.5 * x;
        match gamma_side(a, half) {
            Side::Lower(part) => {
                let miss = miss_of(part, p);
                (miss, halley(miss, part.steepness, a - half))
            }
            Side::Upper(part) => {
                let miss = miss_of(part, q);
                (miss, halley(miss, -part.steepness, a - half))
            }
        }
    })
}

/// Start value: `P` to leading order for a small root, else Wilson and Hilferty
/// (1931, "The distribution of chi-square").
fn chi_squared_start(p: f64, q: f64, df: f64) -> f64 {
    let a = 0.5 * df;
    let ln_gamma = HALF_LN_TWO_PI + 0.5 * a.ln() + a * (a.ln() - 1.0) + stirling_error(a);
    let half = ((p.ln() + ln_gamma) / a).exp();
    if half < 0.2 * (a + 1.0) {
        return 2.0 * half;
    }
    let z = if p < q { normal_quantile(p) } else { normal_upper_quantile(q) };
    let spread = 2.0 / (9.0 * df);
    let root = 1.0 - spread + z * spread.sqrt();
    df * root.max(0.05).powi(3)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_tails;
