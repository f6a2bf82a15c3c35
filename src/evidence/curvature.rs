//! What the likelihood and its derivatives are made of, for one outcome and for several side by side.

use crate::num::lanes::Lanes;

/// The likelihood at one tau2, with r = d - mean and P = W - W1 1'W / 1'W1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Curvature<L = f64> {
    pub(crate) c: L,
    /// c y'Py = Σ u r².
    pub(crate) q: L,
    /// `c² y'PPy = Σ u² r²`.
    pub(crate) pp: L,
    /// `c³ y'PPPy`, of which `Σ u³ r² - (Σ u² r)² / Σ u` is the textbook form.
    pub(crate) ppp: L,
    /// c tr P and c² tr PP; under maximum likelihood c tr W and c² tr WW.
    pub(crate) trace: L,
    pub(crate) trace_pp: L,
}

/// Sums of residuals about the weighted mean, by relative weights u: those of the largest weight (u = 1) and those of the rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResidualSums<L> {
    /// Σ u r² and Σ u² r² of all.
    pub(crate) q: L,
    pub(crate) pp: L,
    /// Σ r² of the largest weight.
    pub(crate) top_r2: L,
    /// Σ u r, Σ u² r and Σ u³ r² of the rest.
    pub(crate) ur: L,
    pub(crate) u2r: L,
    pub(crate) u3r2: L,
}

impl<L: Lanes> Curvature<L> {
    /// From how many studies have the largest weight 1 / c, from the sums of the other weights and of their squares, cubes and fourth
    /// powers, and from the residuals.
    #[inline(always)]
    pub(crate) fn new(c: L, top: L, rest: [L; 4], r: &ResidualSums<L>, restricted: bool) -> Self {
        let (one, two) = (c.same(1.0), c.same(2.0));
        let [s1, s2, ..] = rest;
        let total = top + s1;
        let per_total = one / total;
        // Σ u³ r² - (Σ u² r)² / Σ u, in which the studies of largest weight cancel when they dominate. Their residuals sum
        // to -Σ u r of the rest; with that put in, only the rest is left, beside the spread among them.
        let mut square = r.ur * r.ur;
        let mut among_top = top.same(0.0);
        let several = top.is_above(one);
        if L::any(several) {
            square = r.ur * (r.ur * (one / top));
            among_top = (r.top_r2 - square).at_least_zero().only(several);
        }
        let crossed = (square * s1 + r.u2r * (two * r.ur - r.u2r)) * per_total;
        let ppp = (among_top + r.u3r2 + crossed).at_least_zero();
        let (trace, trace_pp) = if restricted {
            (pairs_of_weights(top, s1, s2) * per_total, trace_pp(top, rest, per_total))
        } else {
            (total, top + s2)
        };
        Self { c, q: r.q, pp: r.pp, ppp, trace, trace_pp }
    }
}

/// `Σ_{i≠j} u_i u_j` from how many weights are 1, the sum of the others and that of their squares.
#[inline(always)]
pub(crate) fn pairs_of_weights<L: Lanes>(top: L, s1: L, s2: L) -> L {
    let (one, two) = (top.same(1.0), top.same(2.0));
    top * (top - one) + two * top * s1 + (s1 * s1 - s2).at_least_zero()
}

/// `c² tr PP = Σ u² (1 - u / Σ u)² + Σ_{i≠j} u_i² u_j² / (Σ u)²`, a sum of positive terms, from 1 / Σ u.
#[inline(always)]
pub(super) fn trace_pp<L: Lanes>(top: L, [s1, s2, s3, s4]: [L; 4], per_total: L) -> L {
    let (one, two) = (top.same(1.0), top.same(2.0));
    let share = (top - one + s1) * per_total;
    let rest = (s2 - two * s3 * per_total + s4 * (per_total * per_total)).at_least_zero();
    let off = top * (top - one) + two * top * s2 + (s2 * s2 - s4).at_least_zero();
    top * share * share + rest + off * (per_total * per_total)
}

/// A weight as (1, 0) if it is the largest, as (0, u) otherwise.
#[inline(always)]
pub(crate) fn split<L: Lanes>(u: L) -> (L, L) {
    split_at(u, u)
}

/// (x, 0) where the weight is the largest, (0, x) elsewhere.
#[inline(always)]
pub(crate) fn split_at<L: Lanes>(u: L, x: L) -> (L, L) {
    let top = x.only(u.is(u.same(1.0)));
    // Exact, and less than a second choice.
    (top, x - top)
}
