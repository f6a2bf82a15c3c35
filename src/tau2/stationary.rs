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

use super::single_maximum::{Bend, Bounds, NOISE, Score, single_maximum};
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
struct Node {
    t: f64,
    /// l + t.
    c: f64,
    /// (l + t)² A, (l + t) A and (l + t) B.
    pp: f64,
    per: f64,
    trace: f64,
    /// (u + t) / (l + t).
    spread: f64,
    /// A / B: above 1 the likelihood rises.
    ratio: f64,
    /// (l + t) C / A and (l + t) D / B.
    log_c: f64,
    log_d: f64,
}

impl Node {
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
    let (kernel, zero) = (evidence.kernel(), evidence.at_zero());
    let (at_zero, spread) = evidence.likelihood_at_zero(restricted);
    let bounds = Bounds { v_min: kernel.v_min, v_max: kernel.v_max, spread, degrees: evidence.degrees() };
    let start = zero.excess(bounds.degrees);
    search(kernel, &bounds, start, &at_zero, |t| evidence.curvature(t, restricted), visit)
}

/// As [`stationary_points`], for the likelihood with the mean held at a value (in the kernel's unit and from its origin).
pub(crate) fn stationary_points_about<F: Real>(
    kernel: &Kernel<'_, F>,
    mean: f64,
    visit: impl FnMut(Stationary),
) -> Result<usize, Error> {
    let spread = kernel.spread_about(mean);
    let bounds = Bounds { v_min: kernel.v_min, v_max: kernel.v_max, spread, degrees: kernel.count() };
    search(kernel, &bounds, f64::NAN, &kernel.curvature_about(0.0, mean), |t| kernel.curvature_about(t, mean), visit)
}

/// The short way, and the long one where it does not lead.
fn search<F: Real>(
    kernel: &Kernel<'_, F>,
    bounds: &Bounds<f64>,
    start: f64,
    at_zero: &Curvature,
    curvature: impl Fn(f64) -> Curvature,
    mut visit: impl FnMut(Stationary),
) -> Result<usize, Error> {
    let mut curves = Counted { curvature: &curvature, evaluations: 1 };
    let (maximum, single) = single_maximum(&Bend::new(0.0, at_zero), start, bounds, true, &mut curves);
    if single {
        visit(Stationary::Maximum(maximum));
        return Ok(curves.evaluations);
    }
    let mut search = Search { bounds, curvature: &curvature, visit: &mut visit, evaluations: curves.evaluations };
    let last = search.run(&Node::new(0.0, bounds.v_max, at_zero))?;
    if search.evaluations >= MAX_EVALUATIONS {
        let (last, steps) = (kernel.in_user_unit(last), search.evaluations);
        return Err(ErrorKind::NoConvergence { what: "the search for all modes", last, steps }.into());
    }
    Ok(search.evaluations)
}

/// The curves of one outcome, and how often they were asked for.
struct Counted<'c, C> {
    curvature: &'c C,
    evaluations: usize,
}

impl<C: Fn(f64) -> Curvature> Score<f64> for Counted<'_, C> {
    fn at(&mut self, t: f64, _: bool) -> Bend<f64> {
        self.evaluations += 1;
        Bend::new(t, &(self.curvature)(t))
    }
}

/// The search for all stationary points, from left to right.
struct Search<'s, C, V> {
    bounds: &'s Bounds<f64>,
    curvature: &'s C,
    visit: &'s mut V,
    evaluations: usize,
}

impl<C: Fn(f64) -> Curvature, V: FnMut(Stationary)> Search<'_, C, V> {
    fn at(&mut self, t: f64) -> Node {
        self.evaluations += 1;
        Node::new(t, self.bounds.v_max, &(self.curvature)(t))
    }

    /// Visits every stationary point; gives how far it came.
    fn run(&mut self, zero: &Node) -> Result<f64, Error> {
        if !(self.bounds.spread.is_finite() && zero.ratio.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the likelihood" }.into());
        }
        if !zero.rises() {
            (self.visit)(Stationary::Maximum(0.0));
        }
        let mut a = *zero;
        // The right ends of the intervals to be looked at, with their depths; the next begins at a.
        let mut pending: Vec<(Node, u32)> = Vec::new();
        if let Some(end) = self.end(zero) {
            pending.push((self.at(end), 0));
        }
        while let Some((b, depth)) = pending.pop() {
            if !no_root(&a, &b) {
                let settled = falls(&a, &b) || rises(&a, &b) || b.c <= a.c * (1.0 + 1e-11) || depth >= MAX_DEPTH;
                if !(settled || self.evaluations >= MAX_EVALUATIONS) {
                    let middle = self.at(between(self.bounds.v_min, a.t, b.t));
                    pending.push((b, depth + 1));
                    pending.push((middle, depth + 1));
                    continue;
                }
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
            }
            a = b;
        }
        Ok(a.t)
    }

    /// No root beyond the first bound, as (l + t) A <= spread / (l + t) < (l + 0) B(0) <= (l + t) B there; nor beyond the second,
    /// as A <= spread / t² and B >= df / (u + t), so that a root has t - u <= t² / (u + t) <= spread / df.
    fn end(&self, zero: &Node) -> Option<f64> {
        let Bounds { v_min, v_max, spread, degrees } = *self.bounds;
        let first = spread / zero.trace * MARGIN - v_min;
        let second = (spread / degrees + v_max) * MARGIN;
        Some(first.min(second)).filter(|&end| end > 0.0)
    }

    /// The root of A/B = 1 between a node where it is above and one where it is below: Newton's method on B/A, which is a straight
    /// line when all variances are equal, and bisection where a step leaves the bracket.
    fn polish(&mut self, mut above: Node, mut below: Node) -> f64 {
        let mut node = *nearest(&above, &below);
        let mut previous = f64::INFINITY;
        for _ in 0..MAX_STEPS {
            let step = (node.ratio - 1.0) * node.c / (2.0 * node.log_c - node.log_d);
            let newton = node.t + step;
            let (low, high) = (above.t.min(below.t), above.t.max(below.t));
            let inside = newton > low && newton < high;
            let small = step.abs() <= 1e-8 * node.c;
            if step.abs() <= 2.0 * f64::EPSILON * node.t || (small && step.abs() >= 0.5 * previous) {
                return if inside { newton } else { node.t };
            }
            let next = if inside { newton } else { between(self.bounds.v_min, low, high) };
            if !(next > low && next < high) {
                break;
            }
            previous = if inside { step.abs() } else { f64::INFINITY };
            node = self.at(next);
            *(if node.rises() { &mut above } else { &mut below }) = node;
        }
        nearest(&above, &below).t
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
    (2.0 * b.log_c - NOISE) * b.spread > a.log_d * a.spread * MARGIN
}

/// True if A/B is proven to rise from a to b: a root between is the only one, and a minimum of the likelihood.
fn rises(a: &Node, b: &Node) -> bool {
    b.log_d * b.spread > (2.0 * a.log_c + NOISE) * a.spread * MARGIN
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in [0, 1), the same in every run.
    fn numbers() -> impl FnMut() -> f64 {
        let mut state = 88_172_645_463_325_252_u64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            f64::from(u32::try_from(state >> 32).unwrap_or(0)) / 2_f64.powi(32)
        }
    }

    struct Outcome {
        short: Option<f64>,
        evaluations: usize,
        all: Vec<Stationary>,
        v_min: f64,
    }

    /// Which likelihood.
    #[derive(Clone, Copy, Debug)]
    enum Of {
        Restricted,
        Plain,
        /// With the mean held at 0.
        NoEffect,
    }

    /// The short way and the full search, each by itself.
    fn both(y: &[f64], v: &[f64], of: Of) -> Outcome {
        let evidence = Evidence::new(y, v);
        let (kernel, zero) = (evidence.kernel(), evidence.at_zero());
        let held = kernel.mean_of(0.0);
        let (about, degrees, start) = match of {
            Of::Restricted | Of::Plain => (zero.centre.mean, evidence.degrees(), zero.excess(evidence.degrees())),
            Of::NoEffect => (held, kernel.count(), f64::NAN),
        };
        let bounds = Bounds { v_min: kernel.v_min, v_max: kernel.v_max, spread: kernel.spread_about(about), degrees };
        let curvature = |t| match of {
            Of::Restricted => evidence.curvature(t, true),
            Of::Plain => evidence.curvature(t, false),
            Of::NoEffect => kernel.curvature_about(t, held),
        };
        let at_zero = curvature(0.0);
        let mut curves = Counted { curvature: &curvature, evaluations: 1 };
        let (maximum, single) = single_maximum(&Bend::new(0.0, &at_zero), start, &bounds, true, &mut curves);
        let evaluations = curves.evaluations;
        let mut all = Vec::new();
        let mut visit = |point| all.push(point);
        let mut search = Search { bounds: &bounds, curvature: &curvature, visit: &mut visit, evaluations: 0 };
        search.run(&Node::new(0.0, bounds.v_max, &at_zero)).expect("data in range");
        Outcome { short: single.then_some(maximum), evaluations, all, v_min: kernel.v_min }
    }

    #[test]
    fn the_short_way_is_never_wrong_and_misses_hardly_any_single_maximum() {
        let mut number = numbers();
        // Several maxima are not rare where variances lie decades apart, and where effects have nothing to do with them. What is then
        // missed, at most, and how many evaluations each outcome takes: with a mean held, without a start near the root, two more.
        for (k, decades, far, missable, enough) in [
            (2, 1.7, false, 5, 2.5),
            (3, 1.7, false, 5, 3.5),
            (10, 1.7, false, 5, 4.5),
            (50, 1.7, false, 5, 5.0),
            (10, 5.0, false, 5, 7.0),
            (10, 18.0, false, 900, 25.0),
            (10, 18.0, true, 100, 11.0),
        ] {
            for of in [Of::Restricted, Of::Plain, Of::NoEffect] {
                let (mut missed, mut evaluations, n) = (0, 0, 3000_u32);
                for i in 0..n as usize {
                    let between = [0.0, 0.01, 0.03, 0.1, 0.3][i % 5];
                    let mut variance = || 0.01 * 10_f64.powf(decades * number());
                    let (of_effects, v): (Vec<f64>, Vec<f64>) = (0..k).map(|_| (variance(), variance())).unzip();
                    let of_effects = if far { of_effects } else { v.clone() };
                    let mut normal = || (0..12).map(|_| number()).sum::<f64>() - 6.0;
                    let y: Vec<f64> = of_effects.iter().map(|v| (v + between).sqrt() * normal()).collect();
                    let outcome = both(&y, &v, of);
                    evaluations += outcome.evaluations;
                    match (outcome.short, &outcome.all[..]) {
                        (Some(short), &[Stationary::Maximum(full)]) => {
                            let error = (short - full).abs() / (outcome.v_min + full);
                            assert!(error < 1e-13, "{y:?} {v:?}: {short} and {full}");
                        }
                        (Some(short), all) => panic!("{y:?} {v:?}: {short} is not alone: {all:?}"),
                        (None, [_]) => missed += 1,
                        (None, _) => {}
                    }
                }
                let what = format!(
                    "{of:?}, k {k}, {decades} decades: far {far}: {missed} missed of {n}, {evaluations} evaluations"
                );
                let enough = if matches!(of, Of::NoEffect) { enough + 2.0 } else { enough };
                assert!(missed <= missable && evaluations as f64 <= enough * f64::from(n), "{what}");
            }
        }
    }
    #[test]
    fn the_short_way_is_right_where_the_guess_is_close_to_zero() {
        let mut number = numbers();
        for (k, decades) in [(2, 1e-4), (3, 1e-6), (3, 1e-4), (3, 1e-2), (10, 1e-4), (10, 0.1), (10, 1.7)] {
            for i in 0..3000 {
                let v: Vec<f64> = (0..k).map(|_| 0.01 * 10_f64.powf(decades * number())).collect();
                let y: Vec<f64> = (0..k).map(|_| number()).collect();
                // Q just above its degrees of freedom.
                let excess = 10_f64.powf(-16.0 + 14.0 * number());
                let evidence = Evidence::new(&y, &v);
                let scale = (evidence.degrees() * (1.0 + excess) / evidence.at_zero().q).sqrt();
                let y: Vec<f64> = y.iter().map(|y| y * scale).collect();
                let of = [Of::Restricted, Of::Plain, Of::NoEffect][i % 3];
                let outcome = both(&y, &v, of);
                if let (Some(short), &[Stationary::Maximum(full)]) = (outcome.short, &outcome.all[..]) {
                    let error = (short - full).abs() / (outcome.v_min + full);
                    assert!(error < 1e-13, "{of:?}: {y:?} {v:?}: {short} and {full}");
                }
            }
        }
    }
    /// Where y'PPPy is a small remainder of what it is the difference of.
    #[test]
    fn proofs_allow_for_the_digits_that_the_slope_loses() {
        let mut number = numbers();
        for (precise, others) in [(2, 5), (80, 20), (80, 5000)] {
            for tau2 in [0.0, 1e-6, 1e-3] {
                let mut y = vec![0.3; precise];
                let mut v = vec![1e-6; precise];
                y.extend((0..others).map(|_| 2.0 * number()));
                v.extend((0..others).map(|_| 10.0 + 1e4 * number()));
                let at = Evidence::new(&y, &v).curvature(tau2, true);
                let u: Vec<f64> = v.iter().map(|v| (1e-6 + tau2) / (v + tau2)).collect();
                let total: f64 = u.iter().sum();
                let mean = u.iter().zip(&y).map(|(u, y)| u * (y - 0.3)).sum::<f64>() / total;
                let ur: Vec<f64> = u.iter().zip(&y).map(|(u, y)| u * (y - 0.3 - mean)).collect();
                let centre = u.iter().zip(&ur).map(|(u, ur)| u * ur).sum::<f64>() / total;
                let ppp: f64 = u.iter().zip(&ur).map(|(u, ur)| u * (ur - centre).powi(2)).sum();
                assert!(
                    (at.ppp - ppp).abs() < 0.1 * NOISE * at.pp,
                    "{precise} and {others} at {tau2}: {}, {ppp}",
                    at.ppp
                );
            }
        }
    }
}
