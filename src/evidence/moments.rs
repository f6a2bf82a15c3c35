//! Quadratic forms with weights of any kind.

use super::Moments;
use crate::num::sum::sum_pairs;
use crate::real::Real;

/// The moments for weights a = `weight(v)` about a common mean.
///
/// As in the kernel, weights are taken relative to the largest, and that one is counted apart, so that traces do not
/// cancel when one study dominates.
pub(super) fn without_moderators<F: Real>(y: &[F], v: &[F], weight: &impl Fn(F) -> F) -> Moments<F> {
    let largest = v.iter().map(|&v| weight(v).f64()).fold(0.0_f64, f64::max);
    let relative = |v: f64| weight(F::of(v)).f64() / largest;
    // Differences from the effect of a study with the largest weight, for the same reason as in the kernel.
    let pivot = y.iter().zip(v).find(|&(_, &v)| weight(v).f64() == largest).map_or(0.0, |(y, _)| y.f64());

    let [top, s1, s2, s3, s4, ud] = sum_pairs(y, v, |y, v| {
        let u = relative(v);
        let (top, rest) = super::split(u);
        [top, rest, rest * rest, rest * rest * rest, (rest * rest) * (rest * rest), u * (y - pivot)]
    });
    let weights = super::Weights::new(largest.recip(), top, [s1, s2, s3, s4]);
    let total = weights.total();
    let mean = ud / total;
    let [q, trace_v] = sum_pairs(y, v, |y, v| {
        let (u, r) = (relative(v), y - pivot - mean);
        // 1 - u / total, again without subtracting the largest weight from the total that holds it.
        let others = if u == 1.0 { top - 1.0 + s1 } else { total - u };
        [u * r * r, u * (others / total) * (v * largest)]
    });
    Moments {
        q: q * largest,
        total: total * largest,
        trace: weights.trace() * largest,
        trace_v,
        trace_pp: weights.trace_pp() * largest * largest,
    }
    .rounded()
}
