//! What is found on the way through the numbers of several outcomes.

use crate::num::lanes::Lanes;
use crate::num::sum::{BLOCK, IN_SEQUENCE};
use crate::num::wide::Group;

/// Variances for which a change of unit by a power of two changes no bit of any sum. Beyond, the single analysis has to say.
const ORDINARY: std::ops::Range<f64> = 1e-40..1e40;

/// True if lanes sum this many studies in the order of the single analysis, nothing missing.
pub(super) const fn can(studies: usize) -> bool {
    studies <= BLOCK
}

/// The extremes of several outcomes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds<W> {
    /// The smallest and the largest variance.
    pub(super) min: W,
    pub(super) max: W,
    /// The effect of the most precise study.
    pub(super) pivot: W,
    /// How many studies there are.
    pub(super) k: W,
    /// Of all numbers: not finite where one is not.
    sum: W,
}

impl<W: Group> Bounds<W> {
    #[inline(always)]
    pub(super) fn part(&self, n: usize) -> Bounds<W::Part> {
        let Self { min, max, pivot, k, sum } = *self;
        Bounds { min: min.part(n), max: max.part(n), pivot: pivot.part(n), k: k.part(n), sum: sum.part(n) }
    }

    #[inline(always)]
    pub(super) fn set_part(&mut self, n: usize, part: Bounds<W::Part>) {
        self.min.set_part(n, part.min);
        self.max.set_part(n, part.max);
        self.pivot.set_part(n, part.pivot);
        self.k.set_part(n, part.k);
        self.sum.set_part(n, part.sum);
    }
}

impl<W: Lanes> Bounds<W> {
    /// Of nothing yet, with so many studies.
    #[inline(always)]
    pub(super) fn new(zero: W, studies: usize) -> Self {
        Self { min: zero.same(f64::INFINITY), max: zero, pivot: zero, k: zero.same(count(studies)), sum: zero }
    }

    /// True where lanes can go on.
    #[inline(always)]
    pub(super) fn usable(&self, studies: usize) -> W::Mask {
        let (least, most) = (self.k.same(ORDINARY.start), self.k.same(ORDINARY.end));
        let usable = self.min.is_above(least) & self.max.is_below(most) & self.k.is_above(self.k.same(0.0));
        // Of many with gaps so few may be there that the single analysis adds them up in sequence.
        if studies > IN_SEQUENCE { usable & self.k.is_above(self.k.same(count(IN_SEQUENCE))) } else { usable }
    }

    /// True where a number may be NaN.
    #[inline(always)]
    pub(super) fn incomplete(&self) -> W::Mask {
        #[allow(clippy::eq_op, reason = "0 for a finite number, NaN for any other")]
        let none = self.sum - self.sum;
        !none.is(none)
    }

    /// Takes a pair in that may be missing, and gives it back as the sums want it.
    #[inline(always)]
    pub(super) fn take_present(&mut self, y: W, v: W) -> (W, W) {
        let present = y.is(y) & v.is(v);
        self.k += v.same(1.0).only(present);
        // Not selected: where the pair came from the place it goes to, that becomes a store through a mask, which takes ten times as long.
        let (y, v) = (y.only(present), v.only(present) + v.same(f64::INFINITY).only(!present));
        // An infinite variance that is not missing is invalid.
        self.max = W::select(v.is_above(self.max) & present, v, self.max);
        self.take_smaller(y, v);
        (y, v)
    }

    /// Takes a pair in that must not be missing.
    #[inline(always)]
    pub(super) fn take(&mut self, y: W, v: W) {
        self.sum += y + v;
        self.take_smaller(y, v);
        self.max = self.max.larger(v);
    }

    #[inline(always)]
    fn take_smaller(&mut self, y: W, v: W) {
        let smaller = v.is_below(self.min);
        self.pivot = W::select(smaller, y, self.pivot);
        self.min = self.min.smaller(v);
    }
}

#[allow(clippy::cast_precision_loss, reason = "there are at most 512 studies")]
#[inline(always)]
pub(super) const fn count(studies: usize) -> f64 {
    studies as f64
}
