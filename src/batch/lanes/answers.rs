//! From τ² to the numbers of an analysis.

use super::AtZero;
use super::tile::Tile;
use super::wide::{LANES, Mask, Wide, lanes};
use crate::inference::Inference;
use crate::real::Real;

/// The numbers of several outcomes, in the user's unit; NaN for what is undefined.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Answers {
    pub(in crate::batch) estimate: Wide,
    /// Under the inference.
    pub(in crate::batch) std_error: Wide,
    pub(in crate::batch) tau2: Wide,
    pub(in crate::batch) q: Wide,
    /// tr P, in the unit of which this is the inverse.
    trace: Wide,
    inverse: Wide,
    pub(in crate::batch) k: Wide,
    /// The single analysis has to say.
    pub(in crate::batch) left: Mask,
}

/// As `pool::Numbers::new`; τ² in the unit of the tile, `None` for a common effect.
#[inline(always)]
pub(super) fn finish<F: Real>(tile: &mut Tile, zero: &AtZero, tau2: Option<Wide>, inference: Inference) -> Answers {
    let AtZero { q, trace, centre: at_zero } = *zero;
    let (unit, inverse) = (tile.unit, tile.inverse);
    // As `tau2::to_user` and back: for a single-precision batch τ² is rounded before it enters the weights.
    let user = tau2.map(|tau2| {
        let user = tau2 * inverse * inverse;
        lanes!(l => F::of(user.0[l]).f64())
    });
    // A variance that is lost on the way is an error.
    let kept = |l: usize| match (tau2, user) {
        (Some(tau2), Some(user)) => (user.0[l] < f64::INFINITY) & ((user.0[l] > 0.0) | (tau2.0[l] == 0.0)),
        _ => true,
    };
    let weighed = user.map_or(Wide::ZERO, |user| user * unit * unit);
    // At τ² = 0 it is the same, bit for bit.
    let centre = if tau2.is_some() { tile.centre(weighed) } else { at_zero };
    let classic = (centre.c / centre.total()).sqrt() * inverse;
    let estimate = tile.pivot + centre.mean * inverse;
    let df = tile.k - Wide::ONE;
    let std_error = match inference {
        Inference::HartungKnapp => classic * (tile.residuals(weighed, centre.mean) / centre.c / df).sqrt(),
        _ => classic,
    };
    let undefined = |l: usize| inference != Inference::Normal && !(df.0[l] >= 1.0 && std_error.0[l] > 0.0);
    let std_error = lanes!(l => if undefined(l) { f64::NAN } else { std_error.0[l] });
    let (largest, root) = (F::max_value().f64(), F::max_value().f64().sqrt());
    let smallest = F::min_positive_value().f64();
    let left = std::array::from_fn(|l| {
        // As `Numbers::check`, and stricter: what is near the end of the range is left to it. NaN is, too.
        let size = estimate.0[l].abs() < 0.25 * largest;
        let spread = (classic.0[l] >= smallest) & (classic.0[l] < root);
        let wide = std_error.0[l] >= root;
        let range = q.0[l] < 0.5 * largest;
        !(tile.usable[l] & size & spread & !wide & range & kept(l))
    });
    let tau2 = match user {
        Some(user) => lanes!(l => if df.0[l] >= 1.0 { user.0[l] } else { f64::NAN }),
        None => Wide::all(f64::NAN),
    };
    Answers { estimate, std_error, tau2, q, trace, inverse, k: tile.k, left }
}

impl Answers {
    /// The typical variance of one outcome; NaN where it is undefined.
    pub(in crate::batch) fn typical(&self, l: usize) -> f64 {
        let df = self.k.0[l] - 1.0;
        let typical = df / self.trace.0[l] * self.inverse.0[l] * self.inverse.0[l];
        if df >= 1.0 && typical < f64::INFINITY { typical } else { f64::NAN }
    }
}
