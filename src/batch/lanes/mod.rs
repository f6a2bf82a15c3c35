//! The crate's own estimators over several outcomes at once, with the bits of the single analysis.
//!
//! Every step is the step of `evidence::Kernel` and of `pool::Numbers`, operation by operation, on each lane. What lanes cannot do
//! in the order or in the range of the single analysis they leave to it: outcomes whose smallest variance is a subnormal number,
//! those with a missing study among more than 32, and results near the end of the floating-point range.

mod answers;
mod likelihood;
mod stage;
mod tile;

pub(super) use answers::Answers;

use std::ops::Range;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use super::Data;
use crate::inference::Inference;
use crate::num::wide::{Group, LANES, Wide};
use crate::real::Real;
use crate::tau2::LaneMethod;
use answers::finish;
use stage::Stage;
use tile::{Centre, Tile};

/// Takes the answers, LANES at a time, with the index of the first of them.
pub(super) trait Visit {
    fn take<W: Group>(&mut self, first: usize, answers: &Answers<W>);
}

/// Pools outcomes in lanes and hands out the answers.
pub(super) struct Lanes<'p, 'a, F, V> {
    pub(super) data: &'p Data<'a, F>,
    /// `None` for a common effect.
    pub(super) method: Option<LaneMethod>,
    pub(super) inference: Inference,
    pub(super) outcomes: Range<usize>,
    pub(super) visit: V,
}

/// True if lanes can do what is asked.
pub(super) fn can(studies: usize, inference: Inference) -> bool {
    tile::can(studies) && matches!(inference, Inference::Normal | Inference::StudentT | Inference::HartungKnapp)
}

impl<F: Real, V: Visit> Lanes<'_, '_, F, V> {
    /// Runs with vector instructions where the processor has them.
    pub(super) fn run(self) {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            if let Some(avx512) = V4::try_new() {
                return avx512.vectorize(With { lanes: self, zero: Wide::<_, 2>::all(avx512, 0.0) });
            }
            if let Some(avx2) = V3::try_new() {
                return avx2.vectorize(With { lanes: self, zero: Wide::<_, 4>::all(avx2, 0.0) });
            }
        }
        self.work(Wide::<_, 4>::all(pulp::Scalar256b, 0.0));
    }

    #[inline(always)]
    fn work<W: Group>(mut self, zero: W) {
        let mut tile = Tile::new(zero, self.data.studies);
        let mut stage = Stage::new(self.data.studies);
        let mut first = self.outcomes.start;
        while first + LANES <= self.outcomes.end {
            let next = first + stage.width().min((self.outcomes.end - first) / LANES * LANES);
            stage.fill(self.data, first, next - first);
            for (at, outcome) in (first..next).step_by(LANES).enumerate() {
                stage.fetch(self.data, next + stage.width(), at);
                tile.look(&mut stage, at);
                let centre = tile.centre_at_zero(&stage, at);
                let answers = pool::<W, F>(&mut tile, centre, self.method, self.inference);
                self.visit.take(outcome, &answers);
            }
            first = next;
        }
    }
}

/// Work with the vectors of one set of instructions.
struct With<'p, 'a, F, V, W> {
    lanes: Lanes<'p, 'a, F, V>,
    zero: W,
}

impl<F: Real, V: Visit, W: Group> pulp::NullaryFnOnce for With<'_, '_, F, V, W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.lanes.work(self.zero);
    }
}

/// One tile from numbers to answers.
#[inline(always)]
fn pool<W: Group, F: Real>(
    tile: &mut Tile<W>,
    (centre, trace): (Centre<W>, W),
    method: Option<LaneMethod>,
    inference: Inference,
) -> Answers<W> {
    let q = tile.residuals_at_zero(centre.mean) / centre.c;
    let at_zero = AtZero { q, trace: trace / centre.c, centre };
    let Some(method) = method else {
        return finish::<W, F>(tile, &at_zero, None, no_lane(tile), inference);
    };
    let (tau2, unsettled) = estimate(tile, &at_zero, method);
    // The estimators are undefined for one study.
    let tau2 = tau2.only(tile.k.is_above(tile.all(1.0)));
    finish::<W, F>(tile, &at_zero, Some(tau2), unsettled, inference)
}

#[inline(always)]
fn no_lane<W: Group>(tile: &Tile<W>) -> W::Mask {
    tile.k.is_above(tile.k)
}

/// τ² in the unit of the tile by the formula of the estimator, operation by operation, and the outcomes that lanes leave.
#[inline(always)]
fn estimate<W: Group>(tile: &mut Tile<W>, zero: &AtZero<W>, method: LaneMethod) -> (W, W::Mask) {
    let AtZero { q, trace, centre } = *zero;
    let (k, df) = (tile.k, tile.k - tile.all(1.0));
    let none = no_lane(tile);
    let hunter_schmidt = |excess: W| (excess / (centre.total / centre.c)).at_least_zero();
    match method {
        LaneMethod::DerSimonianLaird => (((q - df) / trace).at_least_zero(), none),
        LaneMethod::HunterSchmidt => (hunter_schmidt(q - k), none),
        LaneMethod::HunterSchmidtSmallSample => (hunter_schmidt(k / df * q - k), none),
        LaneMethod::HartungMakambi => (q / (tile.all(2.0) * df + q) * (q / trace), none),
        LaneMethod::HedgesOlkin => {
            let trace_v = tile.total_variance(df / k);
            let tau2 = ((tile.spread() - trace_v) / (k * df / k)).at_least_zero();
            (tau2, !trace_v.is_below(tile.all(f64::INFINITY)))
        }
        LaneMethod::SidikJonkman => {
            let start = tile.spread() / k;
            let (q, _) = tile.q_and_slope(start);
            (start * (q / df), none)
        }
        LaneMethod::PauleMandel => likelihood::paule_mandel(tile, q, df),
        LaneMethod::MaximumLikelihood => likelihood::maximise(tile, zero, false),
        LaneMethod::Reml => likelihood::maximise(tile, zero, true),
    }
}

/// `evidence::AtZero` of several outcomes.
#[derive(Clone, Copy)]
struct AtZero<W> {
    q: W,
    trace: W,
    centre: Centre<W>,
}
