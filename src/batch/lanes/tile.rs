//! The numbers of several outcomes, centred and scaled as the kernel of the single analysis does it.

use super::stage::Stage;
use crate::evidence::{Curvature, ResidualSums, pairs_of_weights, split, split_at};
use crate::num::lanes::Lanes;
use crate::num::sum::{BLOCK, IN_SEQUENCE, tree};
use crate::num::wide::{Group, Operation};

/// The range of smallest variances for which the square of the unit is a number. Beyond, the single analysis has to say.
const ORDINARY: std::ops::Range<f64> = 1e-290..1e290;

/// Some outcomes side by side, with the change of variable of the kernel: d = (y - pivot) unit, v in the square of the unit.
/// A missing study has an infinite variance, hence a weight of 0, and adds 0 to every sum.
#[derive(Debug)]
pub(super) struct Tile<W: Group> {
    /// How many studies there are.
    pub(super) studies: usize,
    /// Those of the first vector, then those of the next.
    pairs: Vec<Study<W::Part>>,
    pub(super) pivot: W,
    pub(super) unit: W,
    /// 1 / unit: a power of two, so that multiplying by it is dividing by the unit, bit for bit.
    pub(super) inverse: W,
    pub(super) v_min: W,
    pub(super) v_max: W,
    /// How many studies have the outcome.
    pub(super) k: W,
    /// Valid variances, in an order of summation and a range that lanes can do. An infinite effect shows in the results.
    pub(super) usable: W::Mask,
    /// The last outcomes that were looked at have missing studies.
    has_gaps: bool,
}

/// One study of several outcomes.
#[derive(Clone, Copy, Debug)]
struct Study<P> {
    d: P,
    v: P,
    /// The weight relative to the largest.
    u: P,
}

/// Sums of weights and the mean at τ² = 0, as `evidence::Weights` and `evidence::Centre` have them.
#[derive(Clone, Copy)]
pub(super) struct Weights<W> {
    pub(super) c: W,
    top: W,
    rest: [W; 2],
    pub(super) mean: W,
}

impl<W: Lanes> Weights<W> {
    #[inline(always)]
    pub(super) fn centre(&self) -> Centre<W> {
        Centre { c: self.c, total: self.top + self.rest[0], mean: self.mean }
    }

    /// c tr P.
    #[inline(always)]
    pub(super) fn trace(&self) -> W {
        let ([s1, s2], top) = (self.rest, self.top);
        pairs_of_weights(top, s1, s2) / (top + s1)
    }
}

/// Sums of weights and their mean at one τ², as `evidence::Centre` has them.
#[derive(Clone, Copy)]
pub(super) struct Centre<W> {
    pub(super) c: W,
    pub(super) total: W,
    pub(super) mean: W,
}

/// Sums over the studies of a tile, in the order of `num::sum`: in sequence, or by eight accumulators that are joined as a tree. One
/// vector after the other, so that the sums stay in registers; `$outer` is what the terms need of each vector.
macro_rules! sums {
    ($tile:ident, [$($outer:ident),*], $study:ident => $($rest:tt)*) => {
        sums!($tile, [$($outer),*], |n, studies| $study in studies.iter_mut() => $($rest)*);
    };
    ($tile:ident, [$($outer:ident),*], |$n:ident, $studies:ident| $study:pat in $all:expr => { $($work:tt)* } [
        $($sum:ident += $term:expr),+ $(,)?
    ]) => {
        let mut sums = [$({ let $sum = $tile.all(0.0); $sum }),+];
        // Written out, as vectors that a loop chooses among would not stay in registers.
        sums!(@part 0, sums, $tile, [$($outer),*], |$n, $studies| $study in $all => { $($work)* } [$($sum += $term),+]);
        sums!(@part 1, sums, $tile, [$($outer),*], |$n, $studies| $study in $all => { $($work)* } [$($sum += $term),+]);
        if W::PARTS > 2 {
            sums!(@part 2, sums, $tile, [$($outer),*], |$n, $studies| $study in $all => { $($work)* } [$($sum += $term),+]);
            sums!(@part 3, sums, $tile, [$($outer),*], |$n, $studies| $study in $all => { $($work)* } [$($sum += $term),+]);
        }
        let [$($sum),+] = sums;
    };
    (@part $part:expr, $sums:ident, $tile:ident, [$($outer:ident),*], |$n:ident, $studies:ident| $study:pat in $all:expr => {
        $($work:tt)*
    } [$($sum:ident += $term:expr),+]) => {{
        let $n = $part;
        let $studies = &mut $tile.pairs[$n * $tile.studies..($n + 1) * $tile.studies];
        let zero = $sums[0].part($n).same(0.0);
        $(let $outer = $outer.part($n);)*
        let parts = if $studies.len() <= IN_SEQUENCE {
            $(let mut $sum = zero;)+
            for $study in $all {
                $($work)*
                $($sum += $term;)+
            }
            [$($sum),+]
        } else {
            $(let mut $sum = [zero; 8];)+
            let mut lane = 0;
            for $study in $all {
                $($work)*
                $($sum[lane] += $term;)+
                lane = (lane + 1) % 8;
            }
            // As the compensated sum of the one block.
            [$(zero + tree(&$sum)),+]
        };
        for (sum, part) in $sums.iter_mut().zip(parts) {
            sum.set_part($n, part);
        }
    }};
}

impl<W: Group> Tile<W> {
    pub(super) fn new(zero: W, studies: usize) -> Self {
        let one = zero.same(1.0);
        let none = zero.part(0);
        let study = Study { d: none, v: none.same(1.0), u: none };
        Self {
            studies,
            pairs: vec![study; W::PARTS * studies],
            pivot: zero,
            unit: one,
            inverse: one,
            v_min: one,
            v_max: one,
            k: zero,
            usable: zero.is_above(zero),
            has_gaps: false,
        }
    }

    #[inline(always)]
    pub(super) fn all(&self, x: f64) -> W {
        self.pivot.same(x)
    }

    /// Looks at LANES outcomes: their most precise studies, their units. What is missing gets an effect of 0 and an infinite variance.
    #[inline(always)]
    pub(super) fn look(&mut self, stage: &mut Stage, at: usize) {
        let zero = self.all(0.0);
        let all = self.all(count(self.studies));
        // After a tile with gaps the next one will have some, too: it is not looked at twice.
        if !self.has_gaps {
            let mut bounds = Bounds::new(zero);
            for study in 0..self.studies {
                let (y, v) = stage.pair(study, at, zero);
                bounds.sum += y + v;
                bounds.take(y, v);
            }
            bounds.k = all;
            self.has_gaps = W::any(bounds.incomplete());
            if !self.has_gaps {
                self.set_unit(&bounds);
                return;
            }
        }
        let mut bounds = Bounds::new(zero);
        for study in 0..self.studies {
            let (y, v) = stage.pair(study, at, zero);
            let (y, v) = bounds.take_present(y, v);
            stage.set_pair(study, at, y, v);
        }
        self.has_gaps = W::any(bounds.k.is_below(all));
        self.set_unit(&bounds);
    }

    #[inline(always)]
    fn set_unit(&mut self, b: &Bounds<W>) {
        self.unit = b.min.each(unit_of_variance);
        self.inverse = self.all(1.0) / self.unit;
        (self.pivot, self.k) = (b.pivot, b.k);
        self.v_min = b.min * self.unit * self.unit;
        self.v_max = b.max * self.unit * self.unit;
        let (zero, infinite) = (self.all(0.0), self.all(f64::INFINITY));
        // An infinite variance is invalid, and one that becomes infinite in the unit of the smallest would pass for missing.
        self.usable = b.min.is_above(self.all(ORDINARY.start))
            & b.min.is_below(self.all(ORDINARY.end))
            & self.v_max.is_below(infinite)
            & self.k.is_above(zero);
        if self.studies > IN_SEQUENCE {
            // A gap among many moves the later studies to other accumulators.
            self.usable = self.usable & self.k.is(self.all(count(self.studies)));
        }
    }

    /// Loads the pairs that were looked at, with the change of variable, and sums at τ² = 0. Leaves the weights in the studies.
    #[inline(always)]
    pub(super) fn weigh(&mut self, stage: &Stage, at: usize) -> Weights<W> {
        let (unit, square, pivot, c) = (self.unit, self.unit * self.unit, self.pivot, self.v_min);
        let all = self.all(0.0);
        sums!(self, [unit, square, pivot, c], |n, studies| (j, study) in studies.iter_mut().enumerate() => {
            let (y, v) = stage.pair(j, at, all);
            let (y, v) = (y.part(n), v.part(n));
            // Twice by the unit has the same bits: it is a power of two.
            study.v = v * square;
            study.d = (y - pivot) * unit;
            study.u = c / study.v;
            let (largest, rest) = split(study.u);
        } [top += largest, s1 += rest, s2 += rest * rest, ud += study.u * study.d]);
        Weights { c, top, rest: [s1, s2], mean: ud / (top + s1) }
    }

    /// The sum of weights at τ² (in the unit of the tile) and their mean.
    #[inline(always)]
    fn centre_inline(&mut self, tau2: W) -> Centre<W> {
        let c = self.v_min + tau2;
        sums!(self, [c, tau2], study => {
            let u = c / (study.v + tau2);
            let (largest, rest) = split(u);
        } [top += largest, s1 += rest, ud += u * study.d]);
        let total = top + s1;
        Centre { c, total, mean: ud / total }
    }

    /// Σ u r² about a mean with the weights that the studies have: c Q.
    #[inline(always)]
    pub(super) fn residuals_at_zero(&mut self, mean: W) -> W {
        sums!(self, [mean], study => { let r = study.d - mean; } [q += study.u * (r * r)]);
        q
    }

    /// Σ u r² about a mean with the weights at τ²: c Q.
    #[inline(always)]
    fn residuals_inline(&mut self, tau2: W, mean: W) -> W {
        let c = self.v_min + tau2;
        sums!(self, [c, tau2, mean], study => {
            let r = study.d - mean;
        } [q += c / (study.v + tau2) * (r * r)]);
        q
    }

    /// Σ (d - d̄)², unweighted, missing studies apart, as `evidence::Kernel::spread`.
    #[inline(always)]
    fn spread_inline(&mut self) -> W {
        let infinite = self.all(f64::INFINITY);
        sums!(self, [infinite], study => {} [sum += study.d.only(study.v.is_below(infinite))]);
        let mean = sum / self.k;
        sums!(self, [infinite, mean], study => {
            let r = study.d - mean;
        } [squares += (r * r).only(study.v.is_below(infinite))]);
        squares
    }

    /// Σ v times a share, missing studies apart: tr PV of equal weights.
    #[inline(always)]
    fn total_variance_inline(&mut self, share: W) -> W {
        let infinite = self.all(f64::INFINITY);
        sums!(self, [infinite, share], study => {} [sum += (study.v * share).only(study.v.is_below(infinite))]);
        sum
    }

    /// The terms of the (restricted) likelihood at τ², as `evidence::Kernel::curvature`, but for Q; leaves the weights in the studies.
    #[inline(always)]
    fn curvature_inline(&mut self, tau2: W, restricted: bool) -> Curvature<W> {
        let c = self.v_min + tau2;
        sums!(self, [c, tau2], study => {
            study.u = c / (study.v + tau2);
            let (largest, rest) = split(study.u);
            let square = rest * rest;
        } [
            top += largest,
            s1 += rest,
            s2 += square,
            s3 += square * rest,
            s4 += square * square,
            ud += study.u * study.d,
        ]);
        let total = top + s1;
        let mean = ud / total;
        sums!(self, [mean], study => {
            let r = study.d - mean;
            let all = study.u * r;
            // The largest weight is 1, and adds nothing to the sums over the rest.
            let (largest, rest) = split_at(study.u, all);
        } [
            pp += all * all,
            top_r2 += largest * largest,
            ur += rest,
            u2r += study.u * rest,
            u3r2 += study.u * (rest * rest),
        ]);
        let residuals = ResidualSums { q: self.all(0.0), pp, top_r2, ur, u2r, u3r2 };
        Curvature::new(c, top, [s1, s2, s3, s4], &residuals, restricted)
    }

    /// As [`curvature`](Self::curvature) with the weights at τ² = 0 that the studies have; and Σ r², missing studies apart.
    #[inline(always)]
    pub(super) fn curvature_at_zero(&mut self, weights: &Weights<W>, restricted: bool) -> (Curvature<W>, W) {
        let (mean, infinite) = (weights.mean, self.all(f64::INFINITY));
        sums!(self, [mean, infinite], study => {
            let r = study.d - mean;
            let square = r * r;
            let all = study.u * r;
            let (largest, rest) = split_at(study.u, all);
            let (_, rest_u) = split(study.u);
            let square_u = rest_u * rest_u;
        } [
            s3 += square_u * rest_u,
            s4 += square_u * square_u,
            q += study.u * square,
            pp += all * all,
            top_r2 += largest * largest,
            ur += rest,
            u2r += study.u * rest,
            u3r2 += study.u * (rest * rest),
            squares += square.only(study.v.is_below(infinite)),
        ]);
        let residuals = ResidualSums { q, pp, top_r2, ur, u2r, u3r2 };
        let [s1, s2] = weights.rest;
        (Curvature::new(weights.c, weights.top, [s1, s2, s3, s4], &residuals, restricted), squares)
    }

    /// Q at τ² and minus its slope, as `evidence::Kernel::q_and_slope`; leaves the weights in the studies.
    #[inline(always)]
    fn q_and_slope_inline(&mut self, tau2: W) -> (W, W) {
        let c = self.v_min + tau2;
        sums!(self, [c, tau2], study => {
            study.u = c / (study.v + tau2);
            let (largest, rest) = split(study.u);
        } [top += largest, s1 += rest, ud += study.u * study.d]);
        let mean = ud / (top + s1);
        sums!(self, [mean], study => {
            let r = study.d - mean;
            let ur2 = study.u * (r * r);
        } [q += ur2, pp += study.u * ur2]);
        (q / c, pp / c / c)
    }
}

/// Sums that are compiled once each.
macro_rules! operations {
    ($($name:ident($($argument:ident: $type:ty),*) -> $output:ty = $inlined:ident;)*) => {$(
        impl<W: Group> Tile<W> {
            #[inline(always)]
            pub(super) fn $name(&mut self, $($argument: $type),*) -> $output {
                struct Sums<'t, W: Group>(&'t mut Tile<W>, $($type),*);
                impl<W: Group> Operation for Sums<'_, W> {
                    type Output = $output;

                    #[inline(always)]
                    fn run(self) -> $output {
                        let Self(tile, $($argument),*) = self;
                        tile.$inlined($($argument),*)
                    }
                }
                self.all(0.0).call(Sums(self, $($argument),*))
            }
        }
    )*};
}

operations! {
    centre(tau2: W) -> Centre<W> = centre_inline;
    residuals(tau2: W, mean: W) -> W = residuals_inline;
    spread() -> W = spread_inline;
    total_variance(share: W) -> W = total_variance_inline;
    curvature(tau2: W, restricted: bool) -> Curvature<W> = curvature_inline;
    q_and_slope(tau2: W) -> (W, W) = q_and_slope_inline;
}

/// True if lanes sum this many studies in the order of the single analysis, nothing missing.
pub(super) const fn can(studies: usize) -> bool {
    studies <= BLOCK
}

/// What is found on the way through the studies.
struct Bounds<W> {
    min: W,
    max: W,
    pivot: W,
    k: W,
    /// Of all numbers: not finite where one is not.
    sum: W,
}

impl<W: Group> Bounds<W> {
    #[inline(always)]
    fn new(zero: W) -> Self {
        Self { min: zero.same(f64::INFINITY), max: zero, pivot: zero, k: zero, sum: zero }
    }

    /// True where a number may be NaN.
    #[inline(always)]
    fn incomplete(&self) -> W::Mask {
        #[allow(clippy::eq_op, reason = "0 for a finite number, NaN for any other")]
        let none = self.sum - self.sum;
        !none.is(none)
    }

    /// Takes a pair in that may be missing, and gives it back as the sums want it.
    #[inline(always)]
    fn take_present(&mut self, y: W, v: W) -> (W, W) {
        let present = y.is(y) & v.is(v);
        self.k += v.same(1.0).only(present);
        let (y, v) = (y.only(present), W::select(present, v, v.same(f64::INFINITY)));
        // An infinite variance that is not missing is invalid.
        self.max = W::select(v.is_above(self.max) & present, v, self.max);
        self.take_smaller(y, v);
        (y, v)
    }

    #[inline(always)]
    fn take(&mut self, y: W, v: W) {
        self.take_smaller(y, v);
        self.max = v.at_least(self.max);
    }

    #[inline(always)]
    fn take_smaller(&mut self, y: W, v: W) {
        let smaller = v.is_below(self.min);
        self.pivot = W::select(smaller, y, self.pivot);
        self.min = W::select(smaller, v, self.min);
    }
}

/// As `num::scale::unit_of_variance` for a normal number: 2^n with n = -floor(e / 2), e being its binary exponent.
#[inline(always)]
fn unit_of_variance(v: f64) -> f64 {
    let biased = v.to_bits() >> 52;
    f64::from_bits((1535_u64.wrapping_sub((biased + 1) >> 1)) << 52)
}

#[allow(clippy::cast_precision_loss, reason = "there are at most 512 studies")]
#[inline(always)]
const fn count(studies: usize) -> f64 {
    studies as f64
}
