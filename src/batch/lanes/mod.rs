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
pub(super) use wide::{LANES, Simd, Wide};

use std::ops::Range;

use super::Data;
use crate::inference::Inference;
use crate::real::Real;
use crate::tau2::{LaneMethod, Limits, Search};
use answers::finish;
use tile::{Centre, Tile};
use wide::Mask;

/// What takes the answers for LANES outcomes from `first` on, and may compute with the same instructions.
pub(super) trait Visit {
    fn visit<S: Simd>(&mut self, simd: S, first: usize, answers: &Answers);
}

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
    tile::can(studies) && matches!(inference, Inference::Normal | Inference::StudentT | Inference::HartungKnapp)
}

impl<F: Real, V: Visit> Lanes<'_, '_, F, V> {
    /// Runs with vector instructions where the processor has them.
    pub(super) fn run(self) {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if let Some(avx2) = pulp::x86::V3::try_new() {
            return pulp::Simd::vectorize(avx2, self);
        }
        self.work(pulp::Scalar256b);
    }

    #[inline(always)]
    fn work<S: Simd>(mut self, simd: S) {
        let mut tile = Tile::new(simd, self.data.studies);
        let mut searches = std::array::from_fn(|_| Search::new(1.0, 1.0, Limits { spread: 0.0, degrees: 1.0 }));
        let mut first = self.outcomes.start;
        while first + LANES <= self.outcomes.end {
            tile.load(self.data, first);
            let answers = pool::<S, F>(&mut tile, &mut searches, self.method, self.inference);
            self.visit.visit(simd, first, &answers);
            first += LANES;
        }
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl<F: Real, V: Visit> pulp::WithSimd for Lanes<'_, '_, F, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        // That the vectors are of four, the type of these instructions says.
        if let Some(avx2) = pulp::x86::V3::try_new() {
            self.work(avx2);
        }
    }
}

/// One tile from numbers to answers.
#[inline(always)]
fn pool<S: Simd, F: Real>(
    tile: &mut Tile<S>,
    searches: &mut [Search; LANES],
    method: Option<LaneMethod>,
    inference: Inference,
) -> Answers {
    let (centre, trace) = tile.centre_at_zero();
    let q = tile.residuals_at_zero(centre.mean) / centre.c;
    let at_zero = AtZero { q, trace: trace / centre.c, centre };
    let Some(method) = method else {
        return finish::<S, F>(tile, &at_zero, None, [false; LANES], inference);
    };
    let (tau2, unsettled) = estimate(tile, searches, &at_zero, method);
    // The estimators are undefined for one study.
    let tau2 = tile.k.above(tile.all(1.0), tau2, tile.all(0.0));
    finish::<S, F>(tile, &at_zero, Some(tau2), unsettled, inference)
}

/// τ² in the unit of the tile by the formula of the estimator, operation by operation, and the outcomes that lanes leave.
#[inline(always)]
fn estimate<S: Simd>(
    tile: &mut Tile<S>,
    searches: &mut [Search; LANES],
    zero: &AtZero<S>,
    method: LaneMethod,
) -> (Wide<S>, Mask) {
    let AtZero { q, trace, centre } = *zero;
    let (k, df) = (tile.k, tile.k - tile.all(1.0));
    let none = [false; LANES];
    let hunter_schmidt = |excess: Wide<S>| (excess / (centre.total / centre.c)).at_least_zero();
    match method {
        LaneMethod::DerSimonianLaird => (((q - df) / trace).at_least_zero(), none),
        LaneMethod::HunterSchmidt => (hunter_schmidt(q - k), none),
        LaneMethod::HunterSchmidtSmallSample => (hunter_schmidt(k / df * q - k), none),
        LaneMethod::HartungMakambi => (q / (tile.all(2.0) * df + q) * (q / trace), none),
        LaneMethod::HedgesOlkin => {
            let trace_v = tile.total_variance(df / k);
            let tau2 = ((tile.spread() - trace_v) / (k * df / k)).at_least_zero();
            (tau2, trace_v.array().map(|trace_v| !trace_v.is_finite()))
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
struct AtZero<S> {
    q: Wide<S>,
    trace: Wide<S>,
    centre: Centre<S>,
}
