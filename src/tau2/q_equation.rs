//! The equation Q(tau2) = target, which Paule-Mandel and the Q-profile interval have in common.

use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::real::Real;

/// More than any solvable case takes: Newton's method needs a few steps for each order of magnitude among variances.
const MAX_STEPS: usize = 500;

/// The solution of Q(tau2) = target on tau2 >= 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum QSolution {
    /// Q is at or below the target already at tau2 = 0.
    BelowAtZero,
    /// The root, in the kernel's unit.
    Root(f64),
}

/// Solves Q(tau2) = target for a positive target.
///
/// In the basis of eigenvectors of P, Q is a sum of terms b² / (l + tau2) with l > 0 (Jackson 2013), so 1/Q is
/// increasing and concave: a harmonic mean of lines. A tangent to a concave function lies above it, so Newton's method on
/// 1/Q reaches the root from the left, from any start, without ever passing it: no bracket and no upper limit to guess.
/// With equal variances 1/Q is a line and one step is exact.
pub(crate) fn solve_q<F: Real>(evidence: &Evidence<'_, F>, target: f64) -> Result<QSolution, Error> {
    Ok(solve_q_in_steps(evidence, target)?.0)
}

/// As [`solve_q`], with the number of steps.
pub(super) fn solve_q_in_steps<F: Real>(evidence: &Evidence<'_, F>, target: f64) -> Result<(QSolution, usize), Error> {
    let q = evidence.at_zero().q;
    if !q.is_finite() {
        return Err(ErrorKind::OutOfRange { quantity: "Cochran's Q" }.into());
    }
    if q <= target {
        return Ok((QSolution::BelowAtZero, 0));
    }
    let (mut tau2, mut previous) = (0.0, f64::INFINITY);
    for steps in 1..=MAX_STEPS {
        let (q, slope) = evidence.q_and_slope(tau2);
        let step = (q / target - 1.0) * (q / -slope);
        let next = tau2 + step;
        if !next.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "tau2" }.into());
        }
        // Steps from the left are positive and, near the root, shrink by squares: one that is negative, or small and not
        // shrinking, is rounding noise about the root.
        let small = step <= 1e-8 * (evidence.kernel().v_min + tau2);
        if step <= 2.0 * f64::EPSILON * tau2 || (small && step >= 0.5 * previous) {
            return Ok((QSolution::Root(next.max(0.0)), steps));
        }
        (tau2, previous) = (next, step);
    }
    Err(ErrorKind::NoConvergence { what: "the equation Q(tau2) = target", last: tau2, steps: MAX_STEPS }.into())
}
