//! Likelihood estimators in lanes: the search of the single analysis for each outcome, their scores evaluated side by side.

use super::tile::Tile;
use super::wide::{LANES, Mask, Wide};
use crate::tau2::{Limits, Node, Search, Stationary, Step};

/// The estimates in the unit of the tile, and the outcomes whose likelihood is left to the single analysis: it has several maxima, or
/// its search did not end.
#[inline(always)]
pub(super) fn maximise(tile: &mut Tile, searches: &mut [Search; LANES], restricted: bool) -> (Wide, Mask) {
    let (v_max, spread) = (tile.v_max(), tile.spread());
    let mut left = [false; LANES];
    let mut best = [0.0; LANES];
    let mut active = [false; LANES];
    for (l, search) in searches.iter_mut().enumerate() {
        let limits = Limits { spread: spread.0[l], degrees: tile.k.0[l] - 1.0 };
        active[l] = tile.usable[l] && tile.k.0[l] >= 2.0;
        search.restart(tile.v_min.0[l], v_max.0[l], limits);
    }
    let mut maxima = [0_u32; LANES];
    let mut t = Wide::ZERO;
    loop {
        for (l, search) in searches.iter_mut().enumerate() {
            if !active[l] {
                continue;
            }
            match advance(search, &mut maxima[l], &mut best[l]) {
                Some(next) => t.0[l] = next,
                None => (active[l], left[l]) = (false, maxima[l] != 1),
            }
        }
        if active == [false; LANES] {
            return (Wide(best), left);
        }
        let nodes = nodes(t, v_max, &tile.curvature(t, restricted));
        for (l, search) in searches.iter_mut().enumerate() {
            if active[l] {
                search.evaluated(nodes[l]);
            }
        }
    }
}

/// As `Node::new`, for several outcomes.
#[inline(always)]
fn nodes(t: Wide, v_max: Wide, at: &WideCurvature) -> [Node; LANES] {
    let WideCurvature { c, pp, ppp, trace, trace_pp } = *at;
    let (spread, per) = ((v_max + t) / c, pp / c);
    let (ratio, log_c, log_d) = (per / trace, ppp / pp, trace_pp / trace);
    std::array::from_fn(|l| Node {
        t: t.0[l],
        c: c.0[l],
        pp: pp.0[l],
        per: per.0[l],
        trace: trace.0[l],
        spread: spread.0[l],
        ratio: ratio.0[l],
        log_c: log_c.0[l],
        log_d: log_d.0[l],
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
pub(super) struct WideCurvature {
    pub(super) c: Wide,
    pub(super) pp: Wide,
    pub(super) ppp: Wide,
    pub(super) trace: Wide,
    pub(super) trace_pp: Wide,
}

/// The root of Q(τ²) = target, 0 where Q(0) is not above it: the steps of `tau2::solve_q`. The second is true where the single
/// analysis has to say.
#[inline(always)]
pub(super) fn paule_mandel(tile: &mut Tile, q: Wide, target: Wide) -> (Wide, Mask) {
    let mut tau2 = Wide::ZERO;
    let mut previous = Wide::all(f64::INFINITY);
    let mut active: Mask = std::array::from_fn(|l| tile.usable[l] & (tile.k.0[l] >= 2.0) & (q.0[l] > target.0[l]));
    for _ in 0..MAX_STEPS {
        if !active.contains(&true) {
            break;
        }
        let (q, slope) = tile.q_and_slope(tau2);
        let step = (q / target - Wide::ONE) * (q / slope);
        let next = tau2 + step;
        for (l, active) in active.iter_mut().enumerate() {
            if !*active {
                continue;
            }
            let (step, next) = (step.0[l], next.0[l]);
            let small = step <= 1e-8 * (tile.v_min.0[l] + tau2.0[l]);
            if step <= 2.0 * f64::EPSILON * tau2.0[l] || (small && step >= 0.5 * previous.0[l]) {
                tau2.0[l] = next.max(0.0);
                *active = false;
            } else {
                (tau2.0[l], previous.0[l]) = (next, step);
            }
        }
    }
    // What has not settled, or is not a number, is the single analysis's to name.
    (tau2, std::array::from_fn(|l| active[l] | !tau2.0[l].is_finite()))
}

/// Lanes that have not settled by then are left to the single analysis.
const MAX_STEPS: usize = 60;
