//! Iterated estimators in lanes: the steps of the single analysis for each outcome, their sums side by side.

use super::tile::{Powers, Tile};
use crate::evidence::AtZero;
use crate::num::wide::Group;
use crate::tau2::{Bend, Bounds, Score, single_maximum};

/// The estimates, and the outcomes whose likelihood is left to the single analysis, which searches it in full. The weights at τ² = 0 must
/// have been kept.
#[inline(always)]
pub(super) fn maximise<W: Group>(
    tile: &mut Tile<'_, W>,
    at_zero: &AtZero<W>,
    powers: Powers<W>,
    restricted: bool,
) -> (W, W::Mask) {
    let degrees = tile.k - tile.all(1.0);
    let wanted = tile.usable & degrees.is_above(tile.all(0.5));
    let (curvature, spread) = tile.curvature_at_zero(&at_zero.centre, powers, restricted);
    let bounds = Bounds { v_min: tile.v_min, v_max: tile.v_max, spread, degrees };
    let start = at_zero.excess(degrees);
    let zero = Bend::new(tile.all(0.0), &curvature);
    let (maximum, single) = single_maximum(&zero, start, &bounds, wanted, &mut Curves { tile, restricted });
    (maximum, wanted & !single)
}

struct Curves<'t, 's, W: Group> {
    tile: &'t mut Tile<'s, W>,
    restricted: bool,
}

impl<W: Group> Score<W> for Curves<'_, '_, W> {
    #[inline(always)]
    fn at(&mut self, t: W, wanted: W::Mask) -> Bend<W> {
        Bend::new(t, &self.tile.curvature(t, wanted, self.restricted))
    }
}

/// Lanes that have not settled by then are left to the single analysis.
const MAX_STEPS: usize = 60;

/// The root of Q(τ²) = target, 0 where Q(0) is not above it: the steps of `tau2::solve_q`. The second is true where the single
/// analysis has to say.
#[inline(always)]
pub(super) fn paule_mandel<W: Group>(tile: &mut Tile<'_, W>, q: W, target: W) -> (W, W::Mask) {
    let (one, infinite) = (tile.all(1.0), tile.all(f64::INFINITY));
    let (mut tau2, mut previous) = (tile.all(0.0), infinite);
    let mut active = tile.usable & tile.k.is_above(one) & q.is_above(target);
    for _ in 0..MAX_STEPS {
        if !W::any(active) {
            break;
        }
        let (q, slope) = tile.q_and_slope(tau2);
        let step = (q / target - one) * (q / slope);
        let next = tau2 + step;
        let small = !step.is_above(tile.all(1e-8) * (tile.v_min + tau2));
        let noise = !step.is_above(tile.all(2.0 * f64::EPSILON) * tau2) & step.is(step);
        let settled = noise | (small & !step.is_below(tile.all(0.5) * previous) & step.is(step));
        tau2 = W::select(active, W::select(settled, next.at_least_zero(), next), tau2);
        previous = W::select(active, step, previous);
        active = active & !settled;
    }
    // What has not settled, or is not a number, is the single analysis's to name.
    (tau2, active | !tau2.is_below(infinite))
}
