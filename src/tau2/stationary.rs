//! All stationary points of the profile likelihood of tau2, with proof that none is missed.
//!
//! Twice the score is A(t) - B(t) with A = y'PPy and, for the restricted likelihood, B = tr P (for the plain one tr W). Both
//! are positive and decreasing, and with C = y'PPPy, D = tr PP (tr WW), `l = v_min` and `u = v_max` one has for t >= 0
//!
//! * (l + t)² A and (l + t) B increase, (u + t)² A and (u + t) B decrease, since 1/(u + t) <= P <= 1/(l + t) on the range of
//!   P and P' = -PP;
//! * (u + t) C/A and (u + t) D/B decrease, by the Cauchy-Schwarz inequality between moments of the spectrum of P;
//! * (ln A/B)' = D/B - 2 C/A.
//!
//! With the mean held at a given value the same holds for A = Σ w² (y - μ)², B = Σ w, C = Σ w³ (y - μ)², D = Σ w².
//!
//! So the values at both ends of an interval bound the score inside it, and its logarithmic form tells whether A/B falls, or
//! rises, throughout. Every interval is halved until its ends prove that it holds no root, or at most one, which is then
//! bracketed and polished. (The bounds are this crate's; the derivatives are in Harville 1977.) What cannot be proven in
//! double precision is an interval narrower than 1e-11 of l + t, where A/B touches 1 or nearly so: its ends decide.

use super::pending::Pending;
use super::single_maximum::{Bend, Bounds, Score, single_maximum};
use crate::error::{Error, ErrorKind};
use crate::evidence::{Curvature, Evidence, Kernel, between};
use crate::real::Real;

/// A bound that data of ordinary range do not come near: tangent roots, the hardest ones, take a few hundred evaluations.
const MAX_EVALUATIONS: usize = 4000;
/// Halvings of one interval.
const MAX_DEPTH: u32 = 64;
/// Steps of one polish.
const MAX_STEPS: usize = 200;
/// Inequalities must hold by more than rounding errors to count as proof.
const MARGIN: f64 = 1.0 + 1e-9;

/// The score and its ingredients at one t, in the kernel's unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) t: f64,
    /// l + t.
    pub(crate) c: f64,
    /// (l + t)² A, (l + t) A and (l + t) B.
    pub(crate) pp: f64,
    pub(crate) per: f64,
    pub(crate) trace: f64,
    /// (u + t) / (l + t).
    pub(crate) spread: f64,
    /// A / B: above 1 the likelihood rises.
    pub(crate) ratio: f64,
    /// (l + t) C / A and (l + t) D / B.
    pub(crate) log_c: f64,
    pub(crate) log_d: f64,
}

impl Node {
    pub(super) const ZERO: Self =
        Self { t: 0.0, c: 0.0, pp: 0.0, per: 0.0, trace: 0.0, spread: 1.0, ratio: 0.0, log_c: 0.0, log_d: 0.0 };

    fn new(t: f64, v_max: f64, at: &Curvature) -> Self {
        Self {
            t,
            c: at.c,
            pp: at.pp,
            per: at.pp / at.c,
            trace: at.trace,
            spread: (v_max + t) / at.c,
            ratio: at.pp / at.c / at.trace,
            log_c: at.ppp / at.pp,
            log_d: at.trace_pp / at.trace,
        }
    }

    fn rises(&self) -> bool {
        self.ratio > 1.0
    }
}

/// A stationary point of a likelihood over t >= 0, in the kernel's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stationary {
    /// A local maximum; a likelihood that falls from the start has one at 0.
    Maximum(f64),
    /// A local minimum between two maxima.
    Minimum(f64),
}

/// Calls `visit` with every stationary point of the (restricted) likelihood over t >= 0, in increasing order; gives the number
/// of evaluations of the score.
pub(crate) fn stationary_points<F: Real>(
    evidence: &Evidence<'_, F>,
    restricted: bool,
    visit: impl FnMut(Stationary),
) -> Result<usize, Error> {
    let limits = Limits { spread: evidence.spread(), degrees: evidence.degrees() };
    let zero = evidence.at_zero();
    let start = (zero.q - evidence.degrees()) / zero.trace;
    search(evidence.kernel(), limits, start, |t| evidence.curvature(t, restricted), visit)
}

/// As [`stationary_points`], for the likelihood with the mean held at a value (in the kernel's unit and from its origin).
pub(crate) fn stationary_points_about<F: Real>(
    kernel: &Kernel<'_, F>,
    mean: f64,
    visit: impl FnMut(Stationary),
) -> Result<usize, Error> {
    let limits = Limits { spread: kernel.spread_about(mean), degrees: kernel.count() };
    search(kernel, limits, f64::NAN, |t| kernel.curvature_about(t, mean), visit)
}

fn search<F: Real>(
    kernel: &Kernel<'_, F>,
    limits: Limits,
    start: f64,
    curvature: impl Fn(f64) -> Curvature,
    mut visit: impl FnMut(Stationary),
) -> Result<usize, Error> {
    let mut evaluations = 1;
    let zero = Bend::new(0.0, &curvature(0.0));
    let bounds = Bounds { v_min: kernel.v_min, v_max: kernel.v_max, spread: limits.spread, degrees: limits.degrees };
    let mut curves = Counted { curvature: &curvature, evaluations: 1 };
    let (maximum, single) = single_maximum(&zero, start, &bounds, true, &mut curves);
    evaluations = curves.evaluations;
    if single {
        visit(Stationary::Maximum(maximum));
        return Ok(evaluations);
    }
    let mut search = Search::new(kernel.v_min, kernel.v_max, limits);
    loop {
        match search.next() {
            Step::Evaluate(t) => search.evaluated(Node::new(t, kernel.v_max, &curvature(t))),
            Step::Found(point) => visit(point),
            Step::Done => return Ok(search.evaluations),
            Step::OutOfRange => return Err(ErrorKind::OutOfRange { quantity: "the likelihood" }.into()),
            Step::TooMany => {
                let last = kernel.in_user_unit(search.a.t);
                let steps = search.evaluations;
                return Err(ErrorKind::NoConvergence { what: "the search for all modes", last, steps }.into());
            }
        }
    }
}

/// How the two parts of the score end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The limit of t² A for large t.
    pub(crate) spread: f64,
    /// The limit of t B.
    pub(crate) degrees: f64,
}

/// What a search asks for, or has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// The score at this t, to be answered by [`Search::evaluated`].
    Evaluate(f64),
    Found(Stationary),
    Done,
    /// The likelihood is not a number, or its limits are not.
    OutOfRange,
    /// The bound on evaluations is reached.
    TooMany,
}

/// The search for all stationary points, from left to right, as a sequence of evaluations that others carry out: one after the other
/// in a single analysis, those of several outcomes side by side in a batch.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    v_min: f64,
    v_max: f64,
    limits: Limits,
    evaluations: usize,
    doing: Doing,
    /// Where the score is asked for, or was last.
    t: f64,
    /// The interval at hand goes from here to the last of `pending`.
    a: Node,
    pending: Pending,
    polish: Polish,
}

#[derive(Clone, Copy, Debug)]
enum Doing {
    Starting,
    /// Waits for the score at 0.
    AtZero,
    /// The maximum at 0 is to be told.
    MaximumAtZero,
    /// Waits for the score at the end of the range.
    AtEnd,
    /// Waits for the score in the middle of the interval at hand, of this depth.
    Halving(u32),
    /// Looks at the interval at hand.
    Looking,
    Polishing,
    Ended,
}

/// The way to a root between a node where the likelihood rises and one where it falls, in either order.
#[derive(Clone, Copy, Debug)]
struct Polish {
    above: Node,
    below: Node,
    node: Node,
    previous: f64,
    steps: usize,
}

impl Search {
    pub(crate) const fn new(v_min: f64, v_max: f64, limits: Limits) -> Self {
        let polish = Polish { above: Node::ZERO, below: Node::ZERO, node: Node::ZERO, previous: 0.0, steps: 0 };
        Self {
            v_min,
            v_max,
            limits,
            evaluations: 0,
            doing: Doing::Starting,
            t: 0.0,
            a: Node::ZERO,
            pending: Pending::new(),
            polish,
        }
    }

    /// Starts again with other data.
    pub(crate) fn restart(&mut self, v_min: f64, v_max: f64, limits: Limits) {
        (self.v_min, self.v_max, self.limits) = (v_min, v_max, limits);
        (self.evaluations, self.doing, self.t) = (0, Doing::Starting, 0.0);
        self.pending.clear();
    }

    /// What to do next.
    pub(crate) fn next(&mut self) -> Step {
        match self.doing {
            Doing::Starting => {
                self.doing = Doing::AtZero;
                Step::Evaluate(0.0)
            }
            Doing::MaximumAtZero | Doing::AtEnd | Doing::Ended if self.out_of_range() => Step::OutOfRange,
            Doing::MaximumAtZero => {
                self.go_to_the_end();
                Step::Found(Stationary::Maximum(0.0))
            }
            Doing::AtZero | Doing::AtEnd | Doing::Halving(_) => Step::Evaluate(self.t),
            Doing::Looking => self.look(),
            Doing::Polishing => self.polish(),
            Doing::Ended if self.evaluations >= MAX_EVALUATIONS => Step::TooMany,
            Doing::Ended => Step::Done,
        }
    }

    /// The score where [`next`](Self::next) asked for it.
    pub(crate) fn evaluated(&mut self, node: Node) {
        self.evaluations += 1;
        match self.doing {
            Doing::AtZero => {
                self.a = node;
                self.doing = Doing::MaximumAtZero;
                if self.a.rises() {
                    self.go_to_the_end();
                }
            }
            Doing::AtEnd => {
                self.pending.push(node, 0);
                self.doing = Doing::Looking;
            }
            Doing::Halving(depth) => {
                self.pending.set_depth(depth + 1);
                self.pending.push(node, depth + 1);
                self.doing = Doing::Looking;
            }
            Doing::Polishing => {
                self.polish.node = node;
                *(if node.rises() { &mut self.polish.above } else { &mut self.polish.below }) = node;
            }
            Doing::Starting | Doing::MaximumAtZero | Doing::Looking | Doing::Ended => {}
        }
    }

    /// From the score at 0 on: no root beyond the first bound, as (l + t) A <= spread / (l + t) < (l + 0) B(0) <= (l + t) B
    /// there; nor beyond the second, as A <= spread / t² and B >= df / (u + t), so that a root has
    /// t - u <= t² / (u + t) <= spread / df.
    fn go_to_the_end(&mut self) {
        let first = self.limits.spread / self.a.trace * MARGIN - self.v_min;
        let second = (self.limits.spread / self.limits.degrees + self.v_max) * MARGIN;
        let end = first.min(second);
        self.doing = if end > 0.0 { Doing::AtEnd } else { Doing::Ended };
        self.t = end;
    }

    /// True if the numbers at 0 are none.
    fn out_of_range(&self) -> bool {
        !(self.limits.spread.is_finite() && self.a.ratio.is_finite())
    }

    fn look(&mut self) -> Step {
        while let Some((b, depth)) = self.pending.last() {
            let a = &self.a;
            if no_root(a, b) {
                self.move_on();
                continue;
            }
            let settled = falls(a, b) || rises(a, b) || b.c <= a.c * (1.0 + 1e-11) || depth >= MAX_DEPTH;
            if !(settled || self.evaluations >= MAX_EVALUATIONS) {
                self.t = between(self.v_min, a.t, b.t);
                self.doing = Doing::Halving(depth);
                return Step::Evaluate(self.t);
            }
            let (above, below) = match (a.rises(), b.rises()) {
                (true, false) => (*a, *b),
                (false, true) => (*b, *a),
                _ => {
                    self.move_on();
                    continue;
                }
            };
            let node = *nearest(&above, &below);
            self.polish = Polish { above, below, node, previous: f64::INFINITY, steps: 0 };
            return self.polish();
        }
        self.doing = Doing::Ended;
        self.next()
    }

    /// To the next interval.
    fn move_on(&mut self) {
        if let Some((b, _)) = self.pending.last() {
            self.a = *b;
        }
        self.pending.pop();
    }

    /// The root of A/B = 1: Newton's method on B/A, which is a straight line when all variances are equal, and bisection where a
    /// step leaves the bracket.
    fn polish(&mut self) -> Step {
        let Polish { above, below, node, previous, steps } = &self.polish;
        if *steps >= MAX_STEPS {
            return self.found(nearest(above, below).t);
        }
        let step = (node.ratio - 1.0) * node.c / (2.0 * node.log_c - node.log_d);
        let newton = node.t + step;
        let (low, high) = (above.t.min(below.t), above.t.max(below.t));
        let inside = newton > low && newton < high;
        let small = step.abs() <= 1e-8 * node.c;
        if step.abs() <= 2.0 * f64::EPSILON * node.t || (small && step.abs() >= 0.5 * previous) {
            return self.found(if inside { newton } else { node.t });
        }
        let next = if inside { newton } else { between(self.v_min, low, high) };
        if !(next > low && next < high) {
            return self.found(nearest(above, below).t);
        }
        self.polish.previous = if inside { step.abs() } else { f64::INFINITY };
        self.polish.steps += 1;
        (self.doing, self.t) = (Doing::Polishing, next);
        Step::Evaluate(next)
    }

    fn found(&mut self, root: f64) -> Step {
        // The one of the two that is on the left says what it is.
        let maximum = self.polish.above.t < self.polish.below.t;
        self.move_on();
        self.doing = Doing::Looking;
        Step::Found(if maximum { Stationary::Maximum(root) } else { Stationary::Minimum(root) })
    }
}

/// The node at which the score is closer to 0, relatively.
fn nearest<'n>(above: &'n Node, below: &'n Node) -> &'n Node {
    if (above.ratio - 1.0).abs() < (below.ratio - 1.0).abs() { above } else { below }
}

/// True if the score is proven to keep its sign between a and b.
fn no_root(a: &Node, b: &Node) -> bool {
    let rises_throughout = b.per * b.spread > a.trace * a.spread * MARGIN || a.pp / b.c > b.trace * MARGIN;
    let falls_throughout = a.per * a.spread * MARGIN < b.trace * b.spread || b.pp / a.c * MARGIN < a.trace;
    rises_throughout || falls_throughout
}

/// True if A/B is proven to fall from a to b: a root between is the only one, and a maximum of the likelihood.
fn falls(a: &Node, b: &Node) -> bool {
    2.0 * b.log_c * b.spread > a.log_d * a.spread * MARGIN
}

/// True if A/B is proven to rise from a to b: a root between is the only one, and a minimum of the likelihood.
fn rises(a: &Node, b: &Node) -> bool {
    b.log_d * b.spread > 2.0 * a.log_c * a.spread * MARGIN
}

struct Counted<'c, C> {
    curvature: &'c C,
    evaluations: usize,
}

impl<C: Fn(f64) -> Curvature> Score<f64> for Counted<'_, C> {
    fn at(&mut self, t: f64) -> Bend<f64> {
        self.evaluations += 1;
        Bend::new(t, &(self.curvature)(t))
    }
}
