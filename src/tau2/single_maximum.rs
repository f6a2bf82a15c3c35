//! The maximum of a likelihood of tau2, with a proof that there is no other stationary point: the short way, which nearly all data take.
//!
//! P' = -PP, and on its range P has a fixed eigenbasis: with eigenvalues `λ_i` of the variances there, `A = y'PPy = Σ z_i² / (λ_i + t)²`
//! and `B = tr P = Σ 1 / (λ_i + t)` (tr W likewise). So
//!
//! * α = A^-½ and β = 1 / B are power means of `λ_i + t` with negative exponents: increasing and concave in t (Hardy, Littlewood &
//!   Pólya 1934, theorem 198). They lie below their tangents and above their chords;
//! * α' >= 1 / √S throughout, for any S >= lim t² A: the slope that a concave function keeps in the end.
//!
//! The likelihood rises where α² < β. Two nodes of an interval therefore bound both functions inside it, to second order in its length,
//! and one node bounds them up to infinity. (The bounds are this crate's; the derivatives are in Harville 1977.)
//!
//! The root of α² = β is found by the steps of Halley's method, with the second derivatives that the last two nodes show. α and β are
//! straight when all variances are equal, and nearly so for ordinary data: three evaluations are the rule.

use crate::evidence::Curvature;
use crate::num::lanes::Lanes;

/// Evaluations on the way to the root, with those beyond it, and left of it. Ordinary data need three, none or one, and none.
const MAX_STEPS: usize = 24;
const MAX_EVALUATIONS: usize = 40;
const MAX_CUTS: usize = 6;
/// A step, relative to the smallest total variance, after which the next one would be lost in rounding.
const CLOSE: f64 = 1e-6;
/// A step times the distance of the last two nodes, relative to the square of that variance: farther apart they do not show second
/// derivatives well enough for a step of that length to be the last one.
const SEEN: f64 = 1e-8;
/// A guess, relative to the smallest variance, from which second derivatives can be seen.
const FAR: f64 = 1e-4;
/// Inequalities must hold by more than rounding errors to count as proof.
const MARGIN: f64 = 1e-10;
/// The error of α', relative to α and the smallest total variance: it is as good as y'PPPy, which loses digits where many studies of equal
/// effects dominate, but no more than the rounding errors of y'PPy, which is larger.
pub(crate) const NOISE: f64 = 1e-13;
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
    /// α² - β, to the last digits near its root.
    gap: L,
}

impl<L: Lanes> Bend<L> {
    #[inline(always)]
    pub(crate) fn new(t: L, at: &Curvature<L>) -> Self {
        // One division for both, which need not wait for the root.
        let inverse = t.same(1.0) / (at.pp * at.trace);
        let (per_pp, per_trace) = (inverse * at.trace, inverse * at.pp);
        let per_root = at.pp.sqrt() * per_pp;
        Self {
            t,
            alpha: at.c * per_root,
            alpha_slope: at.ppp * per_root * per_root * per_root,
            beta: at.c * per_trace,
            beta_slope: at.trace_pp * per_trace * per_trace,
            gap: (at.c * at.trace - at.pp) * per_root * per_root * (at.c * per_trace),
        }
    }

    #[inline(always)]
    fn rises(&self) -> L::Mask {
        self.gap.is_below(self.t.same(0.0))
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
            gap: L::select(mask, self.gap, other.gap),
        }
    }

    /// The step to the root of (α + α' s)² = β + β' s; NaN where there is none ahead.
    #[inline(always)]
    fn straight(&self) -> L {
        let two = self.t.same(2.0);
        let square = self.alpha_slope * self.alpha_slope;
        let linear = two * self.alpha * self.alpha_slope - self.beta_slope;
        let root = (linear * linear - self.t.same(4.0) * square * self.gap).sqrt();
        let step = (self.t.same(0.0) - two * self.gap) / (linear + root);
        L::select(linear.is_above(self.t.same(0.0)), step, self.t.same(f64::NAN))
    }

    /// Halley's step to the root of α² = β, with the second derivatives that this node and the one before show, but no less than a half
    /// of Newton's step and no more than twice that; NaN where the difference does not grow. And whether it is the last one, with
    /// the smallest total variance: a small step that had to be cut does not mean a root.
    #[inline(always)]
    fn bent(&self, before: &Self, c: L) -> (L, L::Mask) {
        let (zero, two, three) = (self.t.same(0.0), self.t.same(2.0), self.t.same(3.0));
        let per_h = self.t.same(1.0) / (self.t - before.t);
        // Half the second derivatives, at this node, of the cubics through both.
        let alpha_chord = (self.alpha - before.alpha) * per_h;
        let beta_chord = (self.beta - before.beta) * per_h;
        let alpha2 = ((two * self.alpha_slope + before.alpha_slope) - three * alpha_chord) * per_h;
        let beta2 = ((two * self.beta_slope + before.beta_slope) - three * beta_chord) * per_h;
        let slope = two * self.alpha * self.alpha_slope - self.beta_slope;
        let curve = self.alpha_slope * self.alpha_slope + (two * self.alpha * alpha2 - beta2);
        let square = slope * slope;
        let (least, bent, most) = (self.t.same(0.5) * square, square - self.gap * curve, two * square);
        let step = (zero - self.gap) * slope / bent.at_most(most).at_least(least);
        let uncut = bent.is_above(least) & bent.is_below(most);
        let enough = (self.t.same(SEEN) * (c * c) * per_h.abs()).at_most(self.t.same(CLOSE) * c);
        (L::select(slope.is_above(zero), step, self.t.same(f64::NAN)), uncut & step.abs().is_below(enough))
    }
}

/// Both curves of a likelihood.
pub(crate) trait Score<L: Lanes> {
    // A closure would not be inlined into code for vectors, which then calls a function for each instruction.
    /// Where `wanted` is false anything will do.
    fn at(&mut self, t: L, wanted: L::Mask) -> Bend<L>;
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
    let rises = wanted & zero.rises();
    let mut climb = Climb::new(zero, start, bounds, rises);
    let mut fall = Fall::new(bounds);
    fall.begin(zero, wanted & !rises);
    // Some lanes climb while others are beyond their root: they need not wait for each other.
    for step in 0..MAX_EVALUATIONS {
        if step == MAX_STEPS {
            climb.give_up();
        }
        let (climbing, falling) = (climb.active, fall.active);
        if !L::any(climbing | falling) {
            break;
        }
        let at = score.at(L::select(climbing, climb.t, fall.t), climbing | falling);
        if L::any(falling) {
            fall.take(&at);
        }
        if L::any(climbing) {
            let arrived = climb.take(&at);
            fall.begin(&climb.node, arrived);
        }
    }
    let left = rises_between(zero, &climb.node, bounds.v_min, fall.proven & rises, score);
    (L::select(rises, climb.root, zero.t), fall.proven & (left | !rises))
}

/// The way to the root ahead of a node where the likelihood rises.
struct Climb<L: Lanes> {
    v_min: L,
    active: L::Mask,
    /// The next node.
    t: L,
    low: L,
    high: L,
    /// The last node, and the one before.
    node: Bend<L>,
    before: Bend<L>,
    root: L,
}

impl<L: Lanes> Climb<L> {
    #[inline(always)]
    fn new(zero: &Bend<L>, start: L, bounds: &Bounds<L>, active: L::Mask) -> Self {
        let none = start.same(0.0);
        // No root lies beyond, as A <= S / t² and B >= df / (v_max + t).
        let high = (bounds.spread / bounds.degrees + bounds.v_max) * start.same(1.0 + 1e-9);
        let mut climb =
            Self { v_min: bounds.v_min, active, t: none, low: none, high, node: *zero, before: *zero, root: none };
        let tangent = zero.straight();
        let second = L::select(climb.holds(tangent), tangent, start.same(0.5) * high);
        // Two nodes that nearly coincide show no second derivative, only rounding; and so close to 0 a tangent is the better guess.
        let far = start.is_above(start.same(FAR) * bounds.v_min);
        climb.t = L::select(far & climb.holds(start), start, second);
        climb
    }

    #[inline(always)]
    fn holds(&self, t: L) -> L::Mask {
        t.is_above(self.low) & t.is_below(self.high)
    }

    #[inline(always)]
    fn give_up(&mut self) {
        self.active = self.t.is_above(self.t);
    }

    /// Takes the next node. True where it is close enough for the last step: then the root is known.
    #[inline(always)]
    fn take(&mut self, at: &Bend<L>) -> L::Mask {
        let (active, t) = (self.active, self.t);
        // What is before the last node of lanes that have arrived is not looked at.
        (self.before, self.node) = (self.node, at.or(active, self.node));
        let rises = at.rises();
        self.low = L::select(rises, t, self.low);
        self.high = L::select(rises, self.high, t);
        let (step, close) = at.bent(&self.before, self.v_min + t);
        let next = t + step;
        let good = self.holds(next);
        // A root that rounding puts outside the bracket is at its end.
        self.root = L::select(active, L::select(good, next, t), self.root);
        self.active = active & !close;
        self.t = L::select(good, next, t.same(0.5) * (self.low + self.high));
        // What is close is the root only if α² - β crosses 0 at an angle, and then it is the only one near.
        let slope = t.same(2.0) * at.alpha * at.alpha_slope;
        active & close & slope.is_above(at.beta_slope * t.same(1.0 + ANGLE))
    }
}

/// The proof that the likelihood falls from a node on, at which it falls or has its root.
struct Fall<L: Lanes> {
    v_min: L,
    /// The slope that α keeps in the end.
    limit: L,
    active: L::Mask,
    proven: L::Mask,
    /// The next node.
    t: L,
    /// Up to here it is proven.
    node: Bend<L>,
    stride: L,
}

impl<L: Lanes> Fall<L> {
    #[inline(always)]
    fn new(bounds: &Bounds<L>) -> Self {
        let none = bounds.v_min.same(0.0);
        let nowhere = none.is_above(none);
        let node = Bend { t: none, alpha: none, alpha_slope: none, beta: none, beta_slope: none, gap: none };
        Self {
            v_min: bounds.v_min,
            limit: none.same(1.0) / bounds.spread.sqrt(),
            active: nowhere,
            proven: nowhere,
            t: none,
            node,
            stride: none.same(STRIDE),
        }
    }

    #[inline(always)]
    fn begin(&mut self, node: &Bend<L>, here: L::Mask) {
        let done = self.to_infinity(node);
        self.node = node.or(here, self.node);
        self.proven = self.proven | (here & done);
        self.active = self.active | (here & !done);
        self.go_on();
    }

    #[inline(always)]
    fn to_infinity(&self, from: &Bend<L>) -> L::Mask {
        is_above_tangent(from.alpha, self.limit, from.beta, from.beta_slope)
    }

    #[inline(always)]
    fn go_on(&mut self) {
        self.t = self.node.t + self.stride * (self.v_min + self.node.t);
    }

    /// Takes the next node.
    #[inline(always)]
    fn take(&mut self, at: &Bend<L>) {
        let (below, inside) = falls_inside(&self.node, at);
        self.proven = self.proven | (self.active & inside & self.to_infinity(at));
        let going = self.active & below & !self.proven;
        // What a long stride does not prove a shorter one may.
        let stride = L::select(inside, self.stride.same(STRIDE), self.stride * self.stride.same(SHORTER));
        self.stride = L::select(self.active, stride, self.stride);
        self.node = at.or(self.active & inside, self.node);
        self.active = going;
        self.go_on();
    }
}

/// True where the likelihood is proven to rise from a to b, the root at the latter apart.
#[inline(always)]
fn rises_between<L: Lanes>(a: &Bend<L>, b: &Bend<L>, v_min: L, wanted: L::Mask, score: &mut impl Score<L>) -> L::Mask {
    let (mut a, mut b) = (*a, *b);
    let (sure, mut t) = rises_inside(&a, &b, v_min);
    let mut proven = wanted & sure;
    let mut active = wanted & !sure;
    for _ in 0..MAX_CUTS {
        if !L::any(active) {
            break;
        }
        let middle = score.at(t, active);
        // One of the two halves must be done for the other to be looked at.
        let ((left, left_cut), (right, right_cut)) =
            (rises_inside(&a, &middle, v_min), rises_inside(&middle, &b, v_min));
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
fn rises_inside<L: Lanes>(a: &Bend<L>, b: &Bend<L>, v_min: L) -> (L::Mask, L) {
    let h = b.t - a.t;
    let bend = a.alpha_slope - b.alpha_slope;
    let meet = ((b.alpha - b.alpha_slope * h) - a.alpha) / bend;
    let bent = bend.is_above(a.alpha_slope.same(1e-9) * a.alpha_slope) & meet.is_above(h.same(0.0)) & meet.is_below(h);
    let x = L::select(bent, meet, h.same(0.5) * h);
    let alpha = (a.alpha + a.alpha_slope * x).at_least(b.alpha - b.alpha_slope * (h - x));
    let beta = a.beta + (b.beta - a.beta) * (x / h);
    let c = v_min + a.t;
    ((alpha * alpha * (c * h.same(1.0 + MARGIN) + h * h.same(2.0 * NOISE))).is_below(beta * c), a.t + x)
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
