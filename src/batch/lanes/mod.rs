//! The crate's own estimators over several outcomes at once, with the bits of the single analysis.
//!
//! Every step is the step of `evidence::Kernel` and of `pool::Numbers`, operation by operation, on each lane. What lanes cannot do
//! in the order or in the range of the single analysis they leave to it: outcomes whose smallest variance is a subnormal number,
//! those with a missing study among more than 32, and results near the end of the floating-point range.

mod answers;
mod tile;
mod wide;

pub(super) use answers::Answers;
pub(super) use wide::LANES;

use std::ops::Range;

use super::Data;
use crate::inference::Inference;
use crate::real::Real;
use crate::tau2::LaneMethod;
use answers::finish;
use tile::Tile;
use wide::Wide;

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
        let mut first = self.outcomes.start;
        while first + LANES <= self.outcomes.end {
            tile.load(self.data, first);
            let answers = moments::<F>(&mut tile, self.method, self.inference);
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

/// The common effect and the estimators that are closed formulas.
#[inline(always)]
fn moments<F: Real>(tile: &mut Tile, method: Option<LaneMethod>, inference: Inference) -> Answers {
    let zero = tile.centre_at_zero();
    let q = tile.residuals_at_zero(zero.mean) / zero.c;
    let df = tile.k - Wide::ONE;
    let trace = zero.trace() / zero.c;
    let tau2 = match method {
        None => None,
        Some(LaneMethod::DerSimonianLaird) => Some(((q - df) / trace).at_least_zero()),
    };
    finish::<F>(tile, &zero, q, trace, tau2, inference)
}
