//! From τ² to the numbers of an analysis.

use super::AtZero;
use super::tile::Tile;
use super::wide::{Array, LANES, Mask, Simd, Wide};
use crate::inference::Inference;
use crate::real::Real;

/// The numbers of several outcomes, in the user's unit; NaN for what is undefined.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Answers {
    pub(in crate::batch) estimate: Array,
    /// Under the inference.
    pub(in crate::batch) std_error: Array,
    pub(in crate::batch) tau2: Array,
    pub(in crate::batch) q: Array,
    /// tr P, in the unit of which this is the inverse.
    trace: Array,
    inverse: Array,
    pub(in crate::batch) k: Array,
    /// The single analysis has to say.
    pub(in crate::batch) left: Mask,
}

/// As `pool::Numbers::new`; τ² in the unit of the tile, `None` for a common effect. `unsettled` says what an estimator leaves.
#[inline(always)]
pub(super) fn finish<S: Simd, F: Real>(
    tile: &Tile<S>,
    zero: &AtZero<S>,
    tau2: Option<Wide<S>>,
    unsettled: Mask,
    inference: Inference,
) -> Answers {
    let AtZero { q, trace, centre: at_zero } = *zero;
    let (unit, inverse) = (tile.unit, tile.inverse);
    // As `tau2::to_user` and back: for a single-precision batch τ² is rounded before it enters the weights.
    let user = tau2.map(|tau2| (tau2 * inverse * inverse).each(|x| F::of(x).f64()));
    let weighed = user.map_or(tile.all(0.0), |user| user * unit * unit);
    // At τ² = 0 it is the same, bit for bit.
    let centre = if tau2.is_some() { tile.centre(weighed) } else { at_zero };
    let classic = (centre.c / centre.total).sqrt() * inverse;
    let estimate = (tile.pivot + centre.mean * inverse).array();
    let df = tile.k - tile.all(1.0);
    let std_error = match inference {
        Inference::HartungKnapp => classic * (tile.residuals(weighed, centre.mean) / centre.c / df).sqrt(),
        _ => classic,
    };
    let (df, classic, mut std_error) = (df.array(), classic.array(), std_error.array());
    if inference != Inference::Normal {
        let defined = std_error;
        std_error = std::array::from_fn(|l| if df[l] >= 1.0 && defined[l] > 0.0 { defined[l] } else { f64::NAN });
    }
    let q = q.array();
    let (largest, smallest) = (F::max_value().f64(), F::min_positive_value().f64());
    let root = largest.sqrt();
    let left = std::array::from_fn(|l| {
        // As `Numbers::check`, and stricter: what is near the end of the range is left to it. NaN is, too.
        let size = estimate[l].abs() < 0.25 * largest;
        let spread = (classic[l] >= smallest) & (classic[l] < root);
        let wide = std_error[l] >= root;
        let range = q[l] < 0.5 * largest;
        !(tile.usable[l] & size & spread & !wide & range) | unsettled[l]
    });
    let mut answers = Answers {
        estimate,
        std_error,
        tau2: [f64::NAN; LANES],
        q,
        trace: trace.array(),
        inverse: inverse.array(),
        k: tile.k.array(),
        left,
    };
    if let (Some(tau2), Some(user)) = (tau2, user) {
        let (tau2, user) = (tau2.array(), user.array());
        for l in 0..LANES {
            // A variance that is lost on the way is an error.
            answers.left[l] |= !((user[l] < f64::INFINITY) & ((user[l] > 0.0) | (tau2[l] == 0.0)));
            answers.tau2[l] = if df[l] >= 1.0 { user[l] } else { f64::NAN };
        }
    }
    answers
}

impl Answers {
    /// The typical variance of one outcome; NaN where it is undefined.
    pub(in crate::batch) fn typical(&self, l: usize) -> f64 {
        let df = self.k[l] - 1.0;
        let typical = df / self.trace[l] * self.inverse[l] * self.inverse[l];
        if df >= 1.0 && typical < f64::INFINITY { typical } else { f64::NAN }
    }
}
