//! From τ² to the numbers of an analysis.

use super::centre_at;
use super::tile::{Centre, Tile};
use super::wide::{LANES, Mask, Wide, select};
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
    /// The typical variance.
    pub(in crate::batch) typical: Wide,
    pub(in crate::batch) k: Wide,
    /// The single analysis has to say.
    pub(in crate::batch) left: Mask,
}

/// As `pool::Numbers::new`; τ² in the unit of the tile, `None` for a common effect.
#[inline(always)]
pub(super) fn finish<F: Real>(
    tile: &mut Tile,
    zero: &Centre,
    q: Wide,
    trace: Wide,
    tau2: Option<Wide>,
    inference: Inference,
) -> Answers {
    let unit = tile.unit;
    // As `tau2::to_user` and back: for a single-precision batch τ² is rounded before it enters the weights.
    let user = tau2.map(|tau2| (tau2 / unit / unit).map(|x| F::of(x).f64()));
    let lost: Mask = match (tau2, user) {
        (Some(tau2), Some(user)) => {
            std::array::from_fn(|l| !(user.0[l] < f64::INFINITY) | ((user.0[l] == 0.0) & (tau2.0[l] != 0.0)))
        }
        _ => [false; LANES],
    };
    let centre = centre_at(tile, zero, user.map(|user| user * unit * unit));
    let classic = (centre.c / centre.total()).sqrt() / unit;
    let estimate = tile.pivot + centre.mean / unit;
    let df = tile.k - Wide::ONE;
    let std_error = match inference {
        Inference::HartungKnapp => classic * (tile.residuals(centre.mean) / centre.c / df).sqrt(),
        _ => classic,
    };
    let defined: Mask = match inference {
        Inference::Normal => [true; LANES],
        _ => std::array::from_fn(|l| (df.0[l] >= 1.0) & (std_error.0[l] > 0.0)),
    };
    let several: Mask = df.0.map(|df| df >= 1.0);
    let nan = Wide::all(f64::NAN);
    let typical = df / trace / unit / unit;
    let largest = F::max_value().f64();
    let left = std::array::from_fn(|l| {
        // As `Numbers::check`, and stricter: what is near the end of the range is left to it.
        let size = estimate.0[l].abs() < 0.25 * largest;
        let spread = F::of(classic.0[l]) > F::zero()
            && classic.0[l] < largest.sqrt()
            && !(defined[l] && std_error.0[l] >= largest.sqrt());
        let q = q.0[l] < 0.5 * largest;
        !(tile.usable[l] && size && spread && q && !lost[l])
    });
    Answers {
        estimate,
        std_error: select(&defined, std_error, nan),
        tau2: user.map_or(nan, |user| select(&several, user, nan)),
        q,
        typical: Wide(std::array::from_fn(|l| {
            if several[l] && typical.0[l] < f64::INFINITY { typical.0[l] } else { f64::NAN }
        })),
        k: tile.k,
        left,
    }
}
