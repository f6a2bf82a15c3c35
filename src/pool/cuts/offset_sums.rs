//! Weighted sums of some of the studies, which can be joined.

use crate::num::sum::Compensated;

/// The effect of a study as its exact difference from a fixed one: a double and what it lost.
#[derive(Clone, Copy, Debug, Default)]
struct Offset {
    high: f64,
    low: f64,
}

/// a + b and the rounding error of it (Knuth 1969).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

impl Offset {
    /// self - other, rounded once where the two are not all but equal.
    fn less(self, other: Self) -> f64 {
        let (high, low) = two_sum(self.high, -other.high);
        high + (low + (self.low - other.low))
    }

    fn plus(self, step: f64) -> Self {
        let (high, low) = two_sum(self.high, step);
        let (high, low) = two_sum(high, low + self.low);
        Self { high, low }
    }
}

/// The number of studies, the sum of their weights, their mean and their sum of squares about it, and the sum of
/// products of weights over pairs.
///
/// They are updated by the formulas of West (1979) for one study and of Chan, Golub & `LeVeque` (1983) for two sets, in
/// which squares are only ever added. The mean is kept in two doubles, so that differences from it have all their
/// digits wherever the fixed effect lies.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OffsetSums {
    k: usize,
    total: Compensated,
    mean: Offset,
    squares: Compensated,
    pairs: Compensated,
}

impl OffsetSums {
    /// Adds a study with effect `y` and weight `u`; effects as differences from `pivot` in units of 1 / `unit`.
    pub(crate) fn add(&mut self, y: f64, pivot: f64, unit: f64, u: f64) {
        let (high, low) = two_sum(y, -pivot);
        let one = Self {
            k: 1,
            total: Compensated::of(u),
            mean: Offset { high: high * unit, low: low * unit },
            ..Self::default()
        };
        *self = self.join(&one);
    }

    /// The sums of two sets of studies together.
    pub(crate) fn join(&self, other: &Self) -> Self {
        if self.k == 0 {
            return *other;
        }
        if other.k == 0 {
            return *self;
        }
        // From the mean of the heavier set, which moves less.
        let (a, b) = if self.total() >= other.total() { (self, other) } else { (other, self) };
        let (total, u, w) = (a.total.plus(b.total), a.total(), b.total());
        let (delta, share) = (b.mean.less(a.mean), w / total.total());
        let mut squares = a.squares.plus(b.squares);
        squares.add(u * share * delta * delta);
        let mut pairs = a.pairs.plus(b.pairs);
        pairs.add(2.0 * u * w);
        Self { k: a.k + b.k, total, mean: a.mean.plus(delta * share), squares, pairs }
    }

    /// The number of studies.
    pub(crate) fn k(&self) -> usize {
        self.k
    }

    /// k - 1.
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
    pub(crate) fn df(&self) -> f64 {
        self.k as f64 - 1.0
    }

    /// Σ u.
    pub(crate) fn total(&self) -> f64 {
        self.total.total()
    }

    /// Σ u (d - mean)².
    pub(crate) fn squares(&self) -> f64 {
        self.squares.total()
    }

    /// Σ u (d - c)² about another centre c, in the user's unit: the squares about the mean and those of its distance.
    pub(crate) fn squares_about(&self, centre: f64, pivot: f64, unit: f64) -> f64 {
        let (high, low) = two_sum(centre, -pivot);
        let distance = self.mean.less(Offset { high: high * unit, low: low * unit });
        self.squares.plus(Compensated::of(self.total() * distance * distance)).total()
    }

    /// Σ u - Σ u² / Σ u, as a sum over pairs of studies.
    pub(crate) fn trace(&self) -> f64 {
        self.pairs.total() / self.total()
    }

    /// The mean in the user's unit.
    pub(crate) fn mean(&self, pivot: f64, unit: f64) -> f64 {
        let (high, low) = two_sum(pivot, self.mean.high / unit);
        high + (low + self.mean.low / unit)
    }

    /// True if the sums are what they should be: nothing overflowed, and the weights did not vanish.
    pub(crate) fn are_sound(&self) -> bool {
        self.total() > 1e-100 && self.squares().is_finite() && self.mean.high.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_pivot_costs_no_digit() {
        // Without the pivot: three effects near 1e8 that differ by less than 1e-6, weights 1.
        let effects = [1e8, 1e8 + 2.0_f64.powi(-20), 1e8 + 2.0_f64.powi(-19)];
        let mut sums = OffsetSums::default();
        for y in effects {
            sums.add(y, -3.7, 1.0, 1.0);
        }
        assert_eq!(sums.squares(), 2.0 * 2.0_f64.powi(-40), "the squares of -1, 0 and 1, in units of 2^-20");
        assert_eq!(sums.mean(-3.7, 1.0), effects[1], "the mean");
    }
}
