//! Iterated estimators in lanes: the steps of the single analysis for each outcome, their sums side by side.

use super::tile::Tile;
use super::wide::{Array, LANES, Mask, Simd, Wide};
use crate::tau2::{Limits, Node, Search, Stationary, Step};

/// The estimates in the unit of the tile, and the outcomes whose likelihood is left to the single analysis: it has several maxima, or
/// its search did not end.
#[inline(always)]
pub(super) fn maximise<S: Simd>(
    tile: &mut Tile<S>,
    searches: &mut [Search; LANES],
    restricted: bool,
) -> (Wide<S>, Mask) {
    let wide_v_max = tile.v_max();
    let (v_max, spread, k, v_min) = (wide_v_max.array(), tile.spread().array(), tile.k.array(), tile.v_min.array());
    let (mut left, mut active, mut best, mut maxima) = ([false; LANES], [false; LANES], [0.0; LANES], [0_u32; LANES]);
    for (l, search) in searches.iter_mut().enumerate() {
        active[l] = tile.usable[l] && k[l] >= 2.0;
        search.restart(v_min[l], v_max[l], Limits { spread: spread[l], degrees: k[l] - 1.0 });
    }
    let mut t = [0.0; LANES];
    loop {
        for (l, search) in searches.iter_mut().enumerate() {
            if !active[l] {
                continue;
            }
            match advance(search, &mut maxima[l], &mut best[l]) {
                Some(next) => t[l] = next,
                None => (active[l], left[l]) = (false, maxima[l] != 1),
            }
        }
        if active == [false; LANES] {
            return (Wide::load(tile.simd, best), left);
        }
        let at = Wide::load(tile.simd, t);
        let nodes = nodes(&t, at, wide_v_max, &tile.curvature(at, restricted));
        for (l, search) in searches.iter_mut().enumerate() {
            if active[l] {
                search.evaluated(nodes[l]);
            }
        }
    }
}

/// As `Node::new`, for several outcomes.
#[inline(always)]
fn nodes<S: Simd>(t: &Array, at: Wide<S>, v_max: Wide<S>, curvature: &WideCurvature<S>) -> [Node; LANES] {
    let WideCurvature { c, pp, ppp, trace, trace_pp } = *curvature;
    let (spread, per) = ((v_max + at) / c, pp / c);
    let (ratio, log_c, log_d) = ((per / trace).array(), (ppp / pp).array(), (trace_pp / trace).array());
    let (c, pp, per, trace, spread) = (c.array(), pp.array(), per.array(), trace.array(), spread.array());
    std::array::from_fn(|l| Node {
        t: t[l],
        c: c[l],
        pp: pp[l],
        per: per[l],
        trace: trace[l],
        spread: spread[l],
        ratio: ratio[l],
        log_c: log_c[l],
        log_d: log_d[l],
    })
}

/// Goes on until the search asks for a score; `None` if it has ended. Counts maxima and keeps the first; a search that went wrong has
/// none.
#[inline(always)]
fn advance(search: &mut Search, maxima: &mut u32, best: &mut f64) -> Option<f64> {
    loop {
        match search.next() {
            Step::Evaluate(t) => return Some(t),
            Step::Found(Stationary::Maximum(t)) => {
                if *maxima == 0 {
                    *best = t;
                }
                *maxima += 1;
            }
            Step::Found(Stationary::Minimum(_)) => {}
            Step::Done => return None,
            Step::OutOfRange | Step::TooMany => {
                *maxima = 0;
                return None;
            }
        }
    }
}

/// `evidence::Curvature` of several outcomes.
#[derive(Clone, Copy)]
pub(super) struct WideCurvature<S> {
    pub(super) c: Wide<S>,
    pub(super) pp: Wide<S>,
    pub(super) ppp: Wide<S>,
    pub(super) trace: Wide<S>,
    pub(super) trace_pp: Wide<S>,
}

/// Lanes that have not settled by then are left to the single analysis.
const MAX_STEPS: usize = 60;

/// The root of Q(τ²) = target, 0 where Q(0) is not above it: the steps of `tau2::solve_q`. The second is true where the single
/// analysis has to say.
#[inline(always)]
pub(super) fn paule_mandel<S: Simd>(tile: &mut Tile<S>, q: Wide<S>, target: Wide<S>) -> (Wide<S>, Mask) {
    let (mut tau2, mut previous) = ([0.0; LANES], [f64::INFINITY; LANES]);
    let (k, v_min, q, targets) = (tile.k.array(), tile.v_min.array(), q.array(), target.array());
    let mut active: Mask = std::array::from_fn(|l| tile.usable[l] & (k[l] >= 2.0) & (q[l] > targets[l]));
    for _ in 0..MAX_STEPS {
        if active == [false; LANES] {
            break;
        }
        let at = Wide::load(tile.simd, tau2);
        let (q, slope) = tile.q_and_slope(at);
        let step = (q / target - tile.all(1.0)) * (q / slope);
        let (next, step) = ((at + step).array(), step.array());
        for (l, active) in active.iter_mut().enumerate() {
            if !*active {
                continue;
            }
            let (step, next) = (step[l], next[l]);
            let small = step <= 1e-8 * (v_min[l] + tau2[l]);
            if step <= 2.0 * f64::EPSILON * tau2[l] || (small && step >= 0.5 * previous[l]) {
                tau2[l] = next.max(0.0);
                *active = false;
            } else {
                (tau2[l], previous[l]) = (next, step);
            }
        }
    }
    // What has not settled, or is not a number, is the single analysis's to name.
    (Wide::load(tile.simd, tau2), std::array::from_fn(|l| active[l] | !tau2[l].is_finite()))
}
