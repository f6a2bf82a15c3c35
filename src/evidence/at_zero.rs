//! The common mean and Q, for one outcome and for several side by side.

use super::curvature::pairs_of_weights;
use crate::num::lanes::Lanes;

/// The largest change, as a part of the sum, by which a sum of squares is moved to the mean.
const LARGE: f64 = 0.875;

/// The weighted mean at one tau2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Centre<L = f64> {
    /// The smallest total variance: the largest weight is 1 / c.
    pub(crate) c: L,
    /// The sum of the relative weights.
    pub(crate) total: L,
    /// The weighted mean, as a difference from the kernel's origin: the effect of the most precise study, if there are few.
    pub(crate) mean: L,
}

impl<L: Lanes> Centre<L> {
    /// 1 / Σ w: the variance of the mean.
    #[inline(always)]
    pub(crate) fn variance(&self) -> L {
        self.c / self.total
    }

    /// `self` where the mask is true.
    #[inline(always)]
    pub(crate) fn or(self, mask: L::Mask, other: Self) -> Self {
        Self {
            c: L::select(mask, self.c, other.c),
            total: L::select(mask, self.total, other.total),
            mean: L::select(mask, self.mean, other.mean),
        }
    }
}

/// The sums at tau2 = 0: needed by every analysis, so taken once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtZero<L = f64> {
    pub(crate) q: L,
    /// c Q = Σ u r².
    squares: L,
    /// c tr P as a fraction.
    trace: [L; 2],
    pub(crate) centre: Centre<L>,
}

impl<L: Lanes> AtZero<L> {
    /// From c Q, and from how many studies have the largest weight with Σ u and Σ u² of the rest.
    #[inline(always)]
    pub(crate) fn new(squares: L, [top, s1, s2]: [L; 3], centre: Centre<L>) -> Self {
        Self { q: squares / centre.c, squares, trace: [pairs_of_weights(top, s1, s2), centre.total], centre }
    }

    /// The same mean with another P: c Q and c tr P.
    pub(super) fn with(self, squares: L, trace: L) -> Self {
        Self { q: squares / self.centre.c, squares, trace: [trace, trace.same(1.0)], centre: self.centre }
    }

    /// (Q - df) / tr P (DerSimonian & Laird 1986, equation 8).
    #[inline(always)]
    pub(crate) fn excess(&self, df: L) -> L {
        let [numerator, denominator] = self.trace;
        (self.squares - df * self.centre.c) * denominator / numerator
    }

    /// tr P, P with weights 1/v.
    #[inline(always)]
    pub(crate) fn trace(&self) -> L {
        let [numerator, denominator] = self.trace;
        numerator / (denominator * self.centre.c)
    }

    /// df / tr P, the typical variance (Higgins & Thompson 2002, equation 9).
    #[inline(always)]
    pub(crate) fn typical(&self, df: L) -> L {
        let [numerator, denominator] = self.trace;
        df * (denominator * self.centre.c) / numerator
    }
}

/// Σ u (d - mean)² from Σ u d² and Σ u d, where d are differences from the most precise study; and where no more than three bits are
/// lost by that. That study's own residual is a part of the sum, so that Σ u d² is at most 1 + Σ u times as large.
#[inline(always)]
pub(crate) fn squares_about_mean<L: Lanes>(squares: L, sum: L, mean: L) -> (L, L::Mask) {
    let (change, most) = (mean * sum, squares.same(LARGE) * squares);
    (squares - change, change.is_below(most) | change.is(most))
}

#[cfg(test)]
mod tests {
    use super::squares_about_mean;

    #[test]
    fn squares_near_the_most_precise_study_keep_their_digits() {
        // Effects 0, 2 and 4 with equal weights: 20 about 0 and 8 about the mean of 2.
        assert_eq!(squares_about_mean(20.0, 6.0, 2.0), (8.0, true));
        assert_eq!(squares_about_mean(0.0, 0.0, 0.0), (0.0, true), "all effects equal");
        // Nineteen at 10 and one at 0: 1900 about 0, 95 about 9.5, and four bits lost.
        assert_eq!(squares_about_mean(1900.0, 190.0, 9.5), (95.0, false));
        assert!(!squares_about_mean(f64::NAN, 1.0, 1.0).1);
    }
}
