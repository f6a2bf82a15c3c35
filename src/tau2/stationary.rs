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

use crate::error::{Error, ErrorKind};
use crate::evidence::{Curvature, Evidence, Kernel};
use crate::real::Real;

/// A bound that data of ordinary range do not come near: tangent roots, the hardest ones, take a few hundred evaluations.
const MAX_EVALUATIONS: usize = 4000;
/// Inequalities must hold by more than rounding errors to count as proof.
const MARGIN: f64 = 1.0 + 1e-9;

/// The score and its ingredients at one t, in the kernel's unit.
#[derive(Clone, Copy)]
struct Node {
    t: f64,
    /// (u + t) / (l + t).
    spread: f64,
    at: Curvature,
}

impl Node {
    /// A / B.
    fn ratio(&self) -> f64 {
        self.at.pp / self.at.c / self.at.trace
    }

    /// The likelihood rises here.
    fn rises(&self) -> bool {
        self.ratio() > 1.0
    }

    /// (l + t) C / A and (l + t) D / B.
    fn logarithmic(&self) -> (f64, f64) {
        (self.at.ppp / self.at.pp, self.at.trace_pp / self.at.trace)
    }
}

struct Search<'e, 'a, F, C, V> {
    kernel: &'e Kernel<'a, F>,
    curvature: C,
    /// The limit of t² A for large t.
    spread: f64,
    /// The limit of t B.
    degrees: f64,
    evaluations: usize,
    visit: V,
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
    Search {
        kernel: evidence.kernel(),
        curvature: |t| evidence.curvature(t, restricted),
        spread: evidence.spread(),
        degrees: evidence.degrees(),
        evaluations: 0,
        visit,
    }
    .run()
}

/// As [`stationary_points`], for the likelihood with the mean held at a value (in the kernel's unit and from its origin).
pub(crate) fn stationary_points_about<F: Real>(
    kernel: &Kernel<'_, F>,
    mean: f64,
    visit: impl FnMut(Stationary),
) -> Result<usize, Error> {
    let (curvature, spread) = (|t| kernel.curvature_about(t, mean), kernel.spread_about(mean));
    Search { kernel, curvature, spread, degrees: kernel.count(), evaluations: 0, visit }.run()
}

impl<F: Real, C: Fn(f64) -> Curvature, V: FnMut(Stationary)> Search<'_, '_, F, C, V> {
    /// Runs the search; the number of evaluations of the score.
    fn run(&mut self) -> Result<usize, Error> {
        let start = self.node(0.0);
        if !(self.spread.is_finite() && start.ratio().is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the likelihood" }.into());
        }
        if !start.rises() {
            (self.visit)(Stationary::Maximum(0.0));
        }
        // No root beyond the first, as (l + t) A <= spread / (l + t) < (l + 0) B(0) <= (l + t) B there; nor beyond the second,
        // as A <= spread / t² and B >= df / (u + t), so that a root has t - u <= t² / (u + t) <= spread / df.
        let kernel = self.kernel;
        let first = self.spread / start.at.trace * MARGIN - kernel.v_min;
        let second = (self.spread / self.degrees + kernel.v_max) * MARGIN;
        let end = first.min(second);
        if end > 0.0 {
            let end = self.node(end);
            self.between(start, end, 0);
        }
        if self.evaluations < MAX_EVALUATIONS {
            return Ok(self.evaluations);
        }
        let last = kernel.in_user_unit(end);
        Err(ErrorKind::NoConvergence { what: "the search for all modes", last, steps: self.evaluations }.into())
    }
    fn node(&mut self, t: f64) -> Node {
        self.evaluations += 1;
        let at = (self.curvature)(t);
        Node { t, spread: (self.kernel.v_max + t) / at.c, at }
    }

    fn between(&mut self, a: Node, b: Node, depth: u32) {
        if no_root(&a, &b) {
            return;
        }
        let settled = falls(&a, &b) || rises(&a, &b) || b.at.c <= a.at.c * (1.0 + 1e-11) || depth >= 64;
        if settled || self.evaluations >= MAX_EVALUATIONS {
            match (a.rises(), b.rises()) {
                (true, false) => {
                    let root = self.polish(a, b);
                    (self.visit)(Stationary::Maximum(root));
                }
                (false, true) => {
                    let root = self.polish(b, a);
                    (self.visit)(Stationary::Minimum(root));
                }
                _ => {}
            }
            return;
        }
        let middle = self.node(self.kernel.between(a.t, b.t));
        self.between(a, middle, depth + 1);
        self.between(middle, b, depth + 1);
    }

    /// The root of A/B = 1 between a node where the likelihood rises and one where it falls, in either order: Newton's
    /// method on B/A, which is a straight line when all variances are equal, and bisection where a step leaves the bracket.
    fn polish(&mut self, mut above: Node, mut below: Node) -> f64 {
        let nearest = |above: &Node, below: &Node| match (above.ratio() - 1.0).abs() < (below.ratio() - 1.0).abs() {
            true => *above,
            false => *below,
        };
        let mut node = nearest(&above, &below);
        let mut previous = f64::INFINITY;
        for _ in 0..200 {
            let (c_a, d_b) = node.logarithmic();
            let step = (node.ratio() - 1.0) * node.at.c / (2.0 * c_a - d_b);
            let newton = node.t + step;
            let (low, high) = if above.t < below.t { (above, below) } else { (below, above) };
            let inside = newton > low.t && newton < high.t;
            let small = step.abs() <= 1e-8 * node.at.c;
            if step.abs() <= 2.0 * f64::EPSILON * node.t || (small && step.abs() >= 0.5 * previous) {
                return if inside { newton } else { node.t };
            }
            let next = if inside { newton } else { self.kernel.between(low.t, high.t) };
            if !(next > low.t && next < high.t) {
                break;
            }
            previous = if inside { step.abs() } else { f64::INFINITY };
            node = self.node(next);
            *(if node.rises() { &mut above } else { &mut below }) = node;
        }
        nearest(&above, &below).t
    }
}

/// True if the score is proven to keep its sign between a and b.
fn no_root(a: &Node, b: &Node) -> bool {
    let (x, y) = (&a.at, &b.at);
    let rises_throughout = y.pp / y.c * b.spread > x.trace * a.spread * MARGIN || x.pp / y.c > y.trace * MARGIN;
    let falls_throughout = x.pp / x.c * a.spread * MARGIN < y.trace * b.spread || y.pp / x.c * MARGIN < x.trace;
    rises_throughout || falls_throughout
}

/// True if A/B is proven to fall from a to b: a root between is the only one, and a maximum of the likelihood.
fn falls(a: &Node, b: &Node) -> bool {
    2.0 * b.logarithmic().0 * b.spread > a.logarithmic().1 * a.spread * MARGIN
}

/// True if A/B is proven to rise from a to b: a root between is the only one, and a minimum of the likelihood.
fn rises(a: &Node, b: &Node) -> bool {
    b.logarithmic().1 * b.spread > 2.0 * a.logarithmic().0 * a.spread * MARGIN
}
