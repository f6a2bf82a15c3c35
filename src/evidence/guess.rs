//! Sums about a mean that is known only at the end of them: one pass over many studies instead of two.
//!
//! Of residuals r about a guess, sums about the mean follow by `Σ w (r - s)² = Σ w r² - s (2 Σ w r - s Σ w)`, s being how far the mean
//! lies from the guess. That costs no digits as long as the change is a small part of the sum; where it is not, the
//! studies are passed through once more.

use super::curvature::ResidualSums;
use super::kernel::Weights;

/// From how many studies on one pass is taken: fewer are close to the processor, and passed through twice as quickly.
pub(super) const MANY: usize = 4096;
/// The largest change, as a part of the sum.
const SMALL: f64 = 0.125;

/// Σ w (r - shift)² from Σ w r², Σ w r and Σ w; `None` where digits would be lost.
pub(super) fn squares_about(shift: f64, [squares, residuals, weights]: [f64; 3]) -> Option<f64> {
    let change = shift * (2.0 * residuals - shift * weights);
    (squares.is_finite() && change.abs() <= SMALL * squares).then_some(squares - change)
}

/// Sums about a guess of the mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuessedResiduals {
    pub(super) sums: ResidualSums<f64>,
    /// Σ r of the largest weight, Σ u³ r of the rest.
    pub(super) top_r: f64,
    pub(super) u3r: f64,
}

impl GuessedResiduals {
    /// The sums about the mean; `None` where digits would be lost.
    pub(super) fn about(&self, shift: f64, weights: &Weights) -> Option<ResidualSums<f64>> {
        let Self { sums: ResidualSums { q, pp, top_r2, ur, u2r, u3r2 }, top_r, u3r } = *self;
        let (top, [s1, s2, s3, _]) = (weights.top, weights.rest);
        Some(ResidualSums {
            q: squares_about(shift, [q, top_r + ur, top + s1])?,
            pp: squares_about(shift, [pp, top_r + u2r, top + s2])?,
            // Of one study alone it is not needed.
            top_r2: if top > 1.0 { squares_about(shift, [top_r2, top_r, top])? } else { 0.0 },
            ur: ur - shift * s1,
            u2r: u2r - shift * s2,
            u3r2: squares_about(shift, [u3r2, u3r, s3])?,
        })
    }
}
