//! From τ² to the numbers of an analysis.

use super::tile::Tile;
use crate::evidence::{AtZero, Centre};
use crate::inference::Inference;
use crate::num::wide::Group;
use crate::real::Real;

/// The numbers of several outcomes; NaN for what is undefined.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Answers<W: Group> {
    pub(in crate::batch) estimate: W,
    /// Under the inference.
    pub(in crate::batch) std_error: W,
    pub(in crate::batch) tau2: W,
    pub(in crate::batch) q: W,
    zero: AtZero<W>,
    pub(in crate::batch) k: W,
    /// The single analysis has to say.
    pub(in crate::batch) left: W::Mask,
}

/// As `pool::Numbers::new`; τ² is given to the last digit and as it entered the weights, and `None` for a common effect. `unsettled` says
/// what an estimator leaves.
#[inline(always)]
pub(super) fn finish<W: Group, F: Real>(
    tile: &mut Tile<'_, W>,
    zero: &AtZero<W>,
    centre: &Centre<W>,
    tau2: Option<(W, W)>,
    unsettled: W::Mask,
    inference: Inference,
) -> Answers<W> {
    let (none, nan, infinite) = (tile.all(0.0), tile.all(f64::NAN), tile.all(f64::INFINITY));
    let rounded = match tau2 {
        Some((_, rounded)) => rounded,
        None => none,
    };
    let classic = centre.variance().sqrt();
    let estimate = tile.pivot + centre.mean;
    let df = tile.k - tile.all(1.0);
    let some_df = df.is_above(tile.all(0.5));
    let std_error = match inference {
        Inference::Normal => classic,
        _ => {
            let of_mean = match inference {
                Inference::HartungKnapp => classic * (tile.residuals(rounded, centre.mean) / centre.c / df).sqrt(),
                _ => classic,
            };
            W::select(some_df & of_mean.is_above(none), of_mean, nan)
        }
    };
    let (largest, smallest) = (F::max_value().f64(), F::min_positive_value().f64());
    let root = tile.all(largest.sqrt());
    // As `Numbers::check`, and stricter: what is near the end of the range is left to it. NaN is, too.
    let mut sound = tile.usable
        & estimate.abs().is_below(tile.all(0.25 * largest))
        & !classic.is_below(tile.all(smallest))
        & classic.is_below(root)
        & (std_error.is_below(root) | !std_error.is(std_error))
        & zero.q.is_below(tile.all(0.5 * largest))
        & !unsettled;
    let tau2 = match tau2 {
        Some((exact, rounded)) => {
            // A variance that is lost on the way is an error.
            sound = sound & rounded.is_below(infinite) & (rounded.is_above(none) | exact.is(none));
            W::select(some_df, rounded, nan)
        }
        None => nan,
    };
    Answers { estimate, std_error, tau2, q: zero.q, zero: *zero, k: tile.k, left: !sound }
}

impl<W: Group> Answers<W> {
    /// The typical variance; NaN where it is undefined.
    #[inline(always)]
    pub(in crate::batch) fn typical(&self) -> W {
        let df = self.k - self.k.same(1.0);
        let typical = self.zero.typical(df);
        let defined = df.is_above(df.same(0.5)) & typical.is_below(df.same(f64::INFINITY));
        W::select(defined, typical, df.same(f64::NAN))
    }
}
