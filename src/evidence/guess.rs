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

#[cfg(test)]
mod tests {
    use super::MANY;
    use crate::evidence::{AtZero, Centre, Curvature, Kernel};

    /// One pass against two, for studies in any order, sorted by effect, and far from the most precise one.
    #[test]
    fn one_pass_has_the_digits_of_two() {
        let close = |a: f64, b: f64, what: &str| {
            assert!((a - b).abs() <= 2e-14 * b.abs(), "{what}: {a:e} in one pass, {b:e} in two");
        };
        for (sorted, far) in [(false, 0.0), (true, 0.0), (false, 1e6), (true, 1e6)] {
            let share = |i: usize, step: usize| f64::from(u32::try_from(i * step % 4999).unwrap()) / 4999.0;
            let mut y: Vec<f64> = (0..MANY + 700).map(|i| share(i, 2741) - 0.5 + far).collect();
            let mut v: Vec<f64> = (0..y.len()).map(|i| 0.01 * 50_f64.powf(share(i, 1733))).collect();
            if sorted {
                y.sort_by(f64::total_cmp);
            }
            (y[4000], v[4000]) = (0.0, 0.009);
            let kernel = Kernel::new(&y, &v);
            let (AtZero { q, centre: Centre { mean, .. }, .. }, _) = kernel.at_zero();
            close(q, kernel.q(0.0, mean), "Q");
            close(kernel.spread_near(mean), kernel.spread(), "spread");
            for (tau2, restricted) in [(0.5, true), (0.5, false), (40.0, true)] {
                let Curvature { q, pp, ppp, trace, trace_pp, .. } = kernel.curvature(tau2, restricted, mean);
                let (weights, mean) = kernel.full_centre(tau2);
                let two = kernel.curvature_from(&weights, mean, tau2, restricted);
                close(q, two.q, "Σ u r²");
                close(pp, two.pp, "Σ u² r²");
                close(ppp, two.ppp, "y'PPPy");
                assert_eq!((trace, trace_pp), (two.trace, two.trace_pp), "sums of weights alone keep their bits");
            }
        }
    }
}
