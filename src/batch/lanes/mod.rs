//! The crate's own estimators over several outcomes at once, with the bits of the single analysis.
//!
//! Every step is the step of `evidence::Kernel` and of `pool::Numbers`, operation by operation, on each lane. What lanes cannot do
//! in the order or in the range of the single analysis they leave to it: outcomes whose smallest variance is a subnormal number,
//! those with a missing study among more than 32, and results near the end of the floating-point range.

mod answers;
mod likelihood;
mod tile;
mod wide;

pub(super) use answers::Answers;
pub(super) use wide::LANES;

use std::ops::Range;

use super::Data;
use crate::inference::Inference;
use crate::real::Real;
use crate::tau2::{LaneMethod, Limits, Search};
use answers::finish;
use tile::{Centre, Tile};
use wide::{Mask, Wide, lanes};

/// Pools outcomes in lanes and hands out the answers, LANES at a time, with the index of the first of them.
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
    Tile::can(studies) && matches!(inference, Inference::Normal | Inference::StudentT | Inference::HartungKnapp)
}

impl<F: Real, V: FnMut(usize, &Answers)> Lanes<'_, '_, F, V> {
    /// Runs with the widest vectors of the processor.
    pub(super) fn run(self) {
        #[cfg(feature = "simd")]
        pulp::Arch::new().dispatch(self);
        #[cfg(not(feature = "simd"))]
        self.work();
    }

    #[inline(always)]
    fn work(mut self) {
        let mut tile = Tile::new(self.data.studies);
        let mut searches = std::array::from_fn(|_| Search::new(1.0, 1.0, Limits { spread: 0.0, degrees: 1.0 }));
        let mut first = self.outcomes.start;
        while first + LANES <= self.outcomes.end {
            tile.load(self.data, first);
            let answers = pool::<F>(&mut tile, &mut searches, self.method, self.inference);
            (self.visit)(first, &answers);
            first += LANES;
        }
    }
}

#[cfg(feature = "simd")]
impl<F: Real, V: FnMut(usize, &Answers)> pulp::WithSimd for Lanes<'_, '_, F, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.work();
    }
}

/// One tile from numbers to answers.
#[inline(always)]
fn pool<F: Real>(
    tile: &mut Tile,
    searches: &mut [Search; LANES],
    method: Option<LaneMethod>,
    inference: Inference,
) -> Answers {
    let zero = tile.centre_at_zero();
    let q = tile.residuals_at_zero(zero.mean) / zero.c;
    let trace = zero.trace() / zero.c;
    let at_zero = AtZero { q, trace, centre: zero };
    match method {
        None => finish::<F>(tile, &at_zero, None, inference),
        Some(method) => {
            let (tau2, left) = estimate(tile, searches, &at_zero, method);
            // The estimators are undefined for one study.
            let tau2 = lanes!(l => if tile.k.0[l] >= 2.0 { tau2.0[l] } else { 0.0 });
            let mut answers = finish::<F>(tile, &at_zero, Some(tau2), inference);
            answers.left = std::array::from_fn(|l| answers.left[l] | left[l]);
            answers
        }
    }
}

/// τ² in the unit of the tile by the formula of the estimator, operation by operation, and the outcomes that lanes leave.
#[inline(always)]
fn estimate(tile: &mut Tile, searches: &mut [Search; LANES], zero: &AtZero, method: LaneMethod) -> (Wide, Mask) {
    let AtZero { q, trace, centre } = *zero;
    let (k, df) = (tile.k, tile.k - Wide::ONE);
    let none = [false; LANES];
    let hunter_schmidt = |excess: Wide| (excess / (centre.total() / centre.c)).at_least_zero();
    match method {
        LaneMethod::DerSimonianLaird => (((q - df) / trace).at_least_zero(), none),
        LaneMethod::HunterSchmidt => (hunter_schmidt(q - k), none),
        LaneMethod::HunterSchmidtSmallSample => (hunter_schmidt(k / df * q - k), none),
        LaneMethod::HartungMakambi => (q / (Wide::all(2.0) * df + q) * (q / trace), none),
        LaneMethod::HedgesOlkin => {
            let trace_v = tile.total_variance(df / k);
            let tau2 = ((tile.spread() - trace_v) / (k * df / k)).at_least_zero();
            (tau2, std::array::from_fn(|l| !trace_v.0[l].is_finite()))
        }
        LaneMethod::SidikJonkman => {
            let start = tile.spread() / k;
            let (q, _) = tile.q_and_slope(start);
            (start * (q / df), none)
        }
        LaneMethod::PauleMandel => likelihood::paule_mandel(tile, q, df),
        LaneMethod::MaximumLikelihood => likelihood::maximise(tile, searches, false),
        LaneMethod::Reml => likelihood::maximise(tile, searches, true),
    }
}

/// `evidence::AtZero` of several outcomes.
#[derive(Clone, Copy)]
struct AtZero {
    q: Wide,
    trace: Wide,
    centre: Centre,
}
