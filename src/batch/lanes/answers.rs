//! From τ² to the numbers of an analysis.

use super::AtZero;
use super::tile::Tile;
use crate::inference::Inference;
use crate::num::wide::Group;
use crate::real::Real;

/// The numbers of several outcomes, in the user's unit; NaN for what is undefined.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Answers<W: Group> {
    pub(in crate::batch) estimate: W,
    /// Under the inference.
    pub(in crate::batch) std_error: W,
    pub(in crate::batch) tau2: W,
    pub(in crate::batch) q: W,
    /// tr P, in the unit of which this is the inverse.
    trace: W,
    inverse: W,
    pub(in crate::batch) k: W,
    /// The single analysis has to say.
    pub(in crate::batch) left: W::Mask,
}

/// As `pool::Numbers::new`; τ² in the unit of the tile, `None` for a common effect. `unsettled` says what an estimator leaves.
#[inline(always)]
pub(super) fn finish<W: Group, F: Real>(
    tile: &mut Tile<W>,
    zero: &AtZero<W>,
    tau2: Option<W>,
    unsettled: W::Mask,
    inference: Inference,
) -> Answers<W> {
    let AtZero { q, trace, centre: at_zero } = *zero;
    let (unit, inverse) = (tile.unit, tile.inverse);
    let (none, nan, infinite) = (tile.all(0.0), tile.all(f64::NAN), tile.all(f64::INFINITY));
    // As `tau2::to_user` and back: for a single-precision batch τ² is rounded before it enters the weights.
    let user = tau2.map(|tau2| (tau2 * inverse * inverse).each(|x| F::of(x).f64()));
    let weighed = user.map_or(none, |user| user * unit * unit);
    // At τ² = 0 it is the same, bit for bit.
    let centre = if tau2.is_some() { tile.centre(weighed) } else { at_zero };
    let classic = (centre.c / centre.total).sqrt() * inverse;
    let estimate = tile.pivot + centre.mean * inverse;
    let df = tile.k - tile.all(1.0);
    let some_df = df.is_above(tile.all(0.5));
    let std_error = match inference {
        Inference::Normal => classic,
        _ => {
            let of_mean = match inference {
                Inference::HartungKnapp => classic * (tile.residuals(weighed, centre.mean) / centre.c / df).sqrt(),
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
        & q.is_below(tile.all(0.5 * largest))
        & !unsettled;
    if let (Some(tau2), Some(user)) = (tau2, user) {
        // A variance that is lost on the way is an error.
        sound = sound & user.is_below(infinite) & (user.is_above(none) | tau2.is(none));
    }
    let tau2 = user.map_or(nan, |user| W::select(some_df, user, nan));
    Answers { estimate, std_error, tau2, q, trace, inverse, k: tile.k, left: !sound }
}

impl<W: Group> Answers<W> {
    /// The typical variance; NaN where it is undefined.
    #[inline(always)]
    pub(in crate::batch) fn typical(&self) -> W {
        let df = self.k - self.k.same(1.0);
        let typical = df / self.trace * self.inverse * self.inverse;
        let defined = df.is_above(df.same(0.5)) & typical.is_below(df.same(f64::INFINITY));
        W::select(defined, typical, df.same(f64::NAN))
    }
}
