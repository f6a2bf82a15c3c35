//! The maximum of a likelihood of tau2, with a proof that there is no other stationary point: the short way, which nearly all data take.
//!
//! P' = -PP, and on its range P has a fixed eigenbasis: with eigenvalues λ_i of the variances there, A = y'PPy = Σ z_i² / (λ_i + t)²
//! and B = tr P = Σ 1 / (λ_i + t) (tr W likewise). So
//!
//! * α = A^-½ and β = 1 / B are power means of λ_i + t with negative exponents: increasing and concave in t (Hardy, Littlewood &
//!   Pólya 1934, theorem 198). They lie below their tangents and above their chords;
//! * α' >= 1 / √S throughout, with S = lim t² A, the slope that a concave function keeps in the end.
//!
//! The likelihood rises where α² < β. Two nodes of an interval therefore bound both functions inside it, to second order in its length,
//! and one node bounds them up to infinity. (The bounds are this crate's; the derivatives are in Harville 1977.)
//!
//! The root of α² = β is found by steps that solve it for straight α and β, which is exact when all variances are equal, with the
//! bending that the last two nodes show put in.

use crate::evidence::Curvature;
use crate::num::lanes::Lanes;

/// Evaluations on the way to the root, of each interval on its left, and on its right. Ordinary data need three, none and one.
const MAX_STEPS: usize = 24;
const MAX_CUTS: usize = 6;
const MAX_STRIDES: usize = 16;
/// A step, relative to the smallest total variance, after which the next one would be lost in rounding.
const CLOSE: f64 = 1e-6;
/// Inequalities must hold by more than rounding errors to count as proof.
const MARGIN: f64 = 1e-10;
/// Relative difference of slopes by which two curves are seen to cross at a root that is known to [`CLOSE`].
const ANGLE: f64 = 0.01;
/// How far, in units of the smallest total variance, the next node on the right is.
const STRIDE: f64 = 2.0;
const SHORTER: f64 = 0.25;

/// α, β and their slopes at one t.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bend<L> {
    t: L,
    alpha: L,
    alpha_slope: L,
    beta: L,
    beta_slope: L,
}

impl<L: Lanes> Bend<L> {
    #[inline(always)]
    pub(crate) fn new(t: L, at: &Curvature<L>) -> Self {
        let root = at.pp.sqrt();
        Self {
            t,
            alpha: at.c / root,
            alpha_slope: at.ppp / (at.pp * root),
            beta: at.c / at.trace,
            beta_slope: at.trace_pp / (at.trace * at.trace),
        }
    }

    #[inline(always)]
    fn rises(&self) -> L::Mask {
        (self.alpha * self.alpha).is_below(self.beta)
    }

    /// `self` where the mask is true.
    #[inline(always)]
    fn or(self, mask: L::Mask, other: Self) -> Self {
        Self {
            t: L::select(mask, self.t, other.t),
            alpha: L::select(mask, self.alpha, other.alpha),
            alpha_slope: L::select(mask, self.alpha_slope, other.alpha_slope),
            beta: L::select(mask, self.beta, other.beta),
            beta_slope: L::select(mask, self.beta_slope, other.beta_slope),
        }
    }

    /// The step to the root of (α + α' s)² = β + β' s; NaN where there is none ahead.
    #[inline(always)]
    fn straight(&self) -> L {
        let two = self.t.same(2.0);
        let square = self.alpha_slope * self.alpha_slope;
        let linear = two * self.alpha * self.alpha_slope - self.beta_slope;
        let constant = self.alpha * self.alpha - self.beta;
        let root = (linear * linear - self.t.same(4.0) * square * constant).sqrt();
        let step = (self.t.same(0.0) - two * constant) / (linear + root);
        L::select(linear.is_above(self.t.same(0.0)), step, self.t.same(f64::NAN))
    }

    /// What a straight step has to be corrected by, from second derivatives through this node and the one before.
    #[inline(always)]
    fn bending(&self, before: &Self, step: L) -> L {
        let h = self.t - before.t;
        let (two, three) = (self.t.same(2.0), self.t.same(3.0));
        // Of the cubic through both, at this node.
        let scale = two / h;
        let alpha2 = (two * self.alpha_slope + before.alpha_slope - three * (self.alpha - before.alpha) / h) * scale;
        let beta2 = (two * self.beta_slope + before.beta_slope - three * (self.beta - before.beta) / h) * scale;
        let alpha = self.alpha + self.alpha_slope * step;
        let excess = (alpha * alpha2 - self.t.same(0.5) * beta2) * step * step;
        let slope = two * alpha * self.alpha_slope - self.beta_slope + (two * alpha * alpha2 - beta2) * step;
        let correction = self.t.same(0.0) - excess / slope;
        let sound = correction.abs().is_below(self.t.same(0.5) * step.abs());
        L::select(sound, correction, self.t.same(0.0))
    }
}

/// Both curves of a likelihood.
pub(crate) trait Score<L> {
    // A closure would not be inlined into code for vectors, which then calls a function for each instruction.
    fn at(&mut self, t: L) -> Bend<L>;
}

/// What the search needs to know of the data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds<L> {
    pub(crate) v_min: L,
    pub(crate) v_max: L,
    /// S.
    pub(crate) spread: L,
    /// The limit of t B.
    pub(crate) degrees: L,
}

/// The maximum over t >= 0, and where it is proven to be the only stationary point (0 counts as one where the likelihood falls from
/// there). `start` is a guess. Where `wanted` is false nothing is done.
#[inline(always)]
pub(crate) fn single_maximum<L: Lanes>(
    zero: &Bend<L>,
    start: L,
    bounds: &Bounds<L>,
    wanted: L::Mask,
    score: &mut impl Score<L>,
) -> (L, L::Mask) {
    let rising = wanted & zero.rises();
    let (root, at_root, found) = climb(zero, start, bounds, rising, score);
    let last = at_root.or(rising, *zero);
    let open = wanted & (found | !rising);
    let left = rises_between(zero, &at_root, open & rising, score);
    let proven = open & (left | !rising);
    let right = falls_beyond(&last, bounds, proven, score);
    (L::select(rising, root, zero.t), proven & right)
}

/// The root ahead of a node where the likelihood rises, the last node before it was known, and where it was found.
#[inline(always)]
fn climb<L: Lanes>(
    zero: &Bend<L>,
    start: L,
    bounds: &Bounds<L>,
    mut active: L::Mask,
    score: &mut impl Score<L>,
) -> (L, Bend<L>, L::Mask) {
    let (none, half) = (start.same(0.0), start.same(0.5));
    let all = active;
    // No root lies beyond, as A <= S / t² and B >= df / (v_max + t).
    let (mut low, mut high) = (none, (bounds.spread / bounds.degrees + bounds.v_max) * start.same(1.0 + 1e-9));
    let inside = |t: L, low: L, high: L| t.is_above(low) & t.is_below(high);
    let tangent = zero.straight();
    let mut t = L::select(inside(start, low, high), start, L::select(inside(tangent, low, high), tangent, half * high));
    let (mut node, mut before, mut root) = (*zero, *zero, none);
    for _ in 0..MAX_STEPS {
        if !L::any(active) {
            break;
        }
        let at = score.at(t);
        (before, node) = (node.or(active, before), at.or(active, node));
        let rises = at.rises();
        low = L::select(rises, t, low);
        high = L::select(rises, high, t);
        let step = at.straight();
        let next = t + (step + at.bending(&before, step));
        let good = inside(next, low, high);
        let close = step.abs().is_below(start.same(CLOSE) * (bounds.v_min + t));
        // A root that rounding puts outside the bracket is at its end.
        root = L::select(active, L::select(good, next, t), root);
        active = active & !close;
        t = L::select(active, L::select(good, next, half * (low + high)), t);
    }
    // What is close is the root only if α² - β crosses 0 at an angle, and then it is the only one near.
    let slope = start.same(2.0) * node.alpha * node.alpha_slope;
    let angle = slope.is_above(node.beta_slope * start.same(1.0 + ANGLE));
    (root, node, all & angle & !active)
}

/// True where the likelihood is proven to rise from a to b, the root at the latter apart.
#[inline(always)]
fn rises_between<L: Lanes>(
    a: &Bend<L>,
    b: &Bend<L>,
    wanted: L::Mask,
    score: &mut impl Score<L>,
) -> L::Mask {
    let (mut a, mut b) = (*a, *b);
    let (sure, mut t) = rises_inside(&a, &b);
    let mut proven = wanted & sure;
    let mut active = wanted & !sure;
    for _ in 0..MAX_CUTS {
        if !L::any(active) {
            break;
        }
        let middle = score.at(t);
        // One of the two halves must be done for the other to be looked at.
        let ((left, left_cut), (right, right_cut)) = (rises_inside(&a, &middle), rises_inside(&middle, &b));
        let rises = middle.rises();
        proven = proven | (active & rises & left & right);
        active = active & rises & ((left & !right) | (right & !left));
        (a, b) = (middle.or(left, a), b.or(left, middle));
        t = L::select(left, right_cut, left_cut);
    }
    proven
}

/// True where it rises between two nodes, at the left of which it does; and where their tangents of α meet.
///
/// The chord of β less the square of a tangent of α is concave: positive at both ends, or 0 at one of them, it is positive between.
#[inline(always)]
fn rises_inside<L: Lanes>(a: &Bend<L>, b: &Bend<L>) -> (L::Mask, L) {
    let h = b.t - a.t;
    let bend = a.alpha_slope - b.alpha_slope;
    let meet = ((b.alpha - b.alpha_slope * h) - a.alpha) / bend;
    let bent = bend.is_above(a.alpha_slope.same(1e-9) * a.alpha_slope) & meet.is_above(h.same(0.0)) & meet.is_below(h);
    let x = L::select(bent, meet, h.same(0.5) * h);
    let alpha = (a.alpha + a.alpha_slope * x).at_least(b.alpha - b.alpha_slope * (h - x));
    let beta = a.beta + (b.beta - a.beta) * (x / h);
    ((alpha * alpha * h.same(1.0 + MARGIN)).is_below(beta), a.t + x)
}

/// True where the likelihood is proven to fall from a node on, at which it falls or has its root.
#[inline(always)]
fn falls_beyond<L: Lanes>(
    node: &Bend<L>,
    bounds: &Bounds<L>,
    wanted: L::Mask,
    score: &mut impl Score<L>,
) -> L::Mask {
    let one = node.t.same(1.0);
    let limit = one / bounds.spread.sqrt();
    let mut a = *node;
    let falls_to_infinity = |a: &Bend<L>| is_above_tangent(a.alpha, limit, a.beta, a.beta_slope);
    let mut proven = wanted & falls_to_infinity(&a);
    let mut active = wanted & !proven;
    let mut stride = node.t.same(STRIDE);
    for _ in 0..MAX_STRIDES {
        if !L::any(active) {
            break;
        }
        let b = score.at(a.t + stride * (bounds.v_min + a.t));
        let (below, inside) = falls_inside(&a, &b);
        proven = proven | (active & inside & falls_to_infinity(&b));
        active = active & below & !proven;
        // What a long stride does not prove a shorter one may.
        stride = L::select(inside, node.t.same(STRIDE), stride * node.t.same(SHORTER));
        a = b.or(active & inside, a);
    }
    proven
}

/// True where it falls at the right one of two nodes, and between them: a chord of α has a square above the tangents of β, that of the left node up to where they
/// meet, that of the right one beyond.
#[inline(always)]
fn falls_inside<L: Lanes>(a: &Bend<L>, b: &Bend<L>) -> (L::Mask, L::Mask) {
    let h = b.t - a.t;
    let (zero, two, more) = (h.same(0.0), h.same(2.0), h.same(1.0 + MARGIN));
    let chord = (b.alpha - a.alpha) / h;
    let before = is_above_tangent(a.alpha, chord, a.beta, a.beta_slope);
    // Backwards from b the chord descends.
    let beyond = is_above_tangent(b.alpha, zero - chord, b.beta, zero - b.beta_slope);
    let meet = ((b.beta - b.beta_slope * h) - a.beta) / (a.beta_slope - b.beta_slope);
    let alpha = a.alpha + chord * meet;
    let above = (alpha * alpha).is_above((a.beta + a.beta_slope * meet) * more);
    // Either difference is convex: positive at both ends it can dip below 0 between only if it falls first and rises then.
    let slope = two * alpha * chord;
    let dips_before = slope.is_above(a.beta_slope) & (two * a.alpha * chord).is_below(a.beta_slope);
    let dips_beyond = slope.is_below(b.beta_slope) & (two * b.alpha * chord).is_above(b.beta_slope);
    let parts = above & meet.is_above(zero) & meet.is_below(h) & (!dips_before | before) & (!dips_beyond | beyond);
    let below = (b.alpha * b.alpha).is_above(b.beta * more);
    (below, below & (before | beyond | parts))
}

/// True where (α + slope s)² > β + tangent s for all s > 0, a root near s = 0 apart.
#[inline(always)]
fn is_above_tangent<L: Lanes>(alpha: L, slope: L, beta: L, tangent: L) -> L::Mask {
    let more = alpha.same(1.0 + MARGIN);
    let linear = alpha.same(2.0) * alpha * slope - tangent;
    let constant = alpha * alpha - beta * more;
    let no_root = (linear * linear * more).is_below(alpha.same(4.0) * slope * slope * constant);
    linear.is_above(alpha.same(ANGLE) * tangent.abs()) | no_root
}

