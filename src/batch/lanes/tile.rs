//! The numbers of several outcomes, and their sums.
//!
//! The kernel of the single analysis changes the unit of the data first, by powers of two. That changes no bit of a sum, so that lanes
//! leave it out, and leave to the single analysis what is outside the range in which that is true.

use super::bounds::Bounds;
use super::stage::{Beside, Pair};
use crate::evidence::{AtZero, Centre, Curvature, ResidualSums, split, split_at, squares_about_mean};
use crate::num::lanes::Lanes;
use crate::num::sum::{IN_SEQUENCE, tree};
use crate::num::wide::{Group, Operation};

/// Sums of squares of effects, weighted relative to the largest weight, whose terms neither overflow nor lose bits.
const SQUARES: std::ops::Range<f64> = 1e-100..1e200;

/// Some outcomes side by side. Effects are taken as differences from the most precise study's. A missing study has an infinite variance,
/// hence a weight of 0, and adds 0 to every sum.
#[derive(Debug)]
pub(super) struct Tile<'s, W: Group> {
    pairs: &'s [Pair],
    /// The weights relative to the largest that a pass has left: those of the first vector, then those of the next.
    weights: &'s mut [W::Part],
    pub(super) pivot: W,
    pub(super) v_min: W,
    pub(super) v_max: W,
    /// How many studies have the outcome.
    pub(super) k: W,
    /// How many there may be: for so many there is something to do beside a pass.
    studies: usize,
    /// Valid numbers, in an order of summation and a range that lanes can do. An infinite effect shows in the results.
    pub(super) usable: W::Mask,
}

/// How many studies have the largest weight, Σ u and Σ u² of the rest.
pub(super) type Powers<W> = [W; 3];

/// Sums over the studies of a tile, in the order of `num::sum`: in sequence, or by eight accumulators that are joined as a tree. One
/// vector after the other, so that the sums stay in registers; `$outer` is what the terms need of each vector.
macro_rules! sums {
    ($tile:ident, $(beside $beside:ident,)? $(where $wanted:ident,)? [$($outer:ident),*], ($d:ident, $v:ident, $u:ident) => { $($work:tt)* } [
        $($sum:ident += $term:expr),+ $(,)?
    ]) => {
        let mut sums = [$({ let $sum = $tile.all(0.0); $sum }),+];
        // Written out, as vectors that a loop chooses among would not stay in registers.
        sums!(@part 0, sums, $tile, {$($beside)?} {$($wanted)?} [$($outer),*], ($d, $v, $u) => { $($work)* } [$($sum += $term),+]);
        sums!(@part 1, sums, $tile, {$($beside)?} {$($wanted)?} [$($outer),*], ($d, $v, $u) => { $($work)* } [$($sum += $term),+]);
        if W::PARTS > 2 {
            sums!(@part 2, sums, $tile, {$($beside)?} {$($wanted)?} [$($outer),*], ($d, $v, $u) => { $($work)* } [$($sum += $term),+]);
            sums!(@part 3, sums, $tile, {$($beside)?} {$($wanted)?} [$($outer),*], ($d, $v, $u) => { $($work)* } [$($sum += $term),+]);
        }
        let [$($sum),+] = sums;
    };
    (@part $part:expr, $sums:ident, $tile:ident, {$($beside:ident)?} {$($wanted:ident)?} [$($outer:ident),*], ($d:ident, $v:ident, $u:ident) => {
        $($work:tt)*
    } [$($sum:ident += $term:expr),+]) => {{
        let (group, pairs) = ($tile.pivot, $tile.pairs);
        let (pivot, zero) = (group.part($part), group.part($part).same(0.0));
        let weights = $tile.weights[$part * pairs.len()..].iter_mut();
        $(let $outer = $outer.part($part);)*
        $(let mut looked = $beside.begin($part);)?
        let parts = if false $(|| !W::any_part($wanted, $part))? {
            [$({ let $sum = zero; $sum }),+]
        } else if pairs.len() <= IN_SEQUENCE {
            $(let mut $sum = zero;)+
            for (_study, (pair, $u)) in pairs.iter().zip(weights).enumerate() {
                $($beside.study(&mut looked, _study, $part);)?
                let ($d, $v) = (pair.y(group).part($part) - pivot, pair.v(group).part($part));
                $($work)*
                $($sum += $term;)+
            }
            [$($sum),+]
        } else {
            $(let mut $sum = [zero; 8];)+
            let mut lane = 0;
            for (_study, (pair, $u)) in pairs.iter().zip(weights).enumerate() {
                $($beside.study(&mut looked, _study, $part);)?
                let ($d, $v) = (pair.y(group).part($part) - pivot, pair.v(group).part($part));
                $($work)*
                $($sum[lane] += $term;)+
                lane = (lane + 1) % 8;
            }
            // As the compensated sum of the one block.
            [$(zero + tree(&$sum)),+]
        };
        $(
            for study in pairs.len()..$tile.studies {
                $beside.study(&mut looked, study, $part);
            }
            $beside.end(looked, $part);
        )?
        for (sum, part) in $sums.iter_mut().zip(parts) {
            sum.set_part($part, part);
        }
    }};
}

impl<'s, W: Group> Tile<'s, W> {
    #[inline(always)]
    pub(super) fn new(bounds: &Bounds<W>, pairs: &'s [Pair], weights: &'s mut [W::Part]) -> Self {
        let Bounds { pivot, min, max, k, .. } = *bounds;
        let studies = pairs.len();
        let pairs = if studies > IN_SEQUENCE { without_gaps(k, pairs) } else { pairs };
        let usable = bounds.usable(pairs.len());
        Self { pairs, weights, pivot, v_min: min, v_max: max, k, studies, usable }
    }

    #[inline(always)]
    pub(super) fn all(&self, x: f64) -> W {
        self.pivot.same(x)
    }

    #[inline(always)]
    fn at_zero_inline<const KEEP: bool>(&mut self, beside: &mut impl Beside<W>) -> (AtZero<W>, Powers<W>) {
        let c = self.v_min;
        sums!(self, beside beside, [c], (d, v, u) => {
            // The weight is 1 where the variance is c, and only there.
            let largest = v.is(c);
            let weight = c / v;
            if KEEP {
                *u = weight;
            }
            let (rest, weighted) = (weight.only(!largest), weight * d);
        } [
            top += c.same(1.0).only(largest),
            s1 += rest,
            s2 += rest * rest,
            ud += weighted,
            squares += weighted * d,
        ]);
        let total = top + s1;
        let mean = ud / total;
        let (mut about_mean, exact) = squares_about_mean(squares, ud, mean);
        if W::any(!exact) {
            let in_two_passes = self.residuals(self.all(0.0), mean);
            about_mean = W::select(exact, about_mean, in_two_passes);
        }
        let ordinary = squares.is_above(self.all(SQUARES.start)) & squares.is_below(self.all(SQUARES.end));
        if W::any(!ordinary) {
            let equal = self.all_equal();
            self.usable = self.usable & (ordinary | equal);
        }
        let powers = [top, s1, s2];
        (AtZero::new(about_mean, powers, Centre { c, total, mean }), powers)
    }

    /// Where all effects are equal: a sum of squares of 0 does not tell that none of them is lost below the smallest number.
    #[inline(always)]
    fn all_equal_inline(&mut self) -> W::Mask {
        let (zero, infinite) = (self.all(0.0), self.all(f64::INFINITY));
        let mut equal = zero.is(zero);
        for pair in self.pairs {
            let missing = !pair.v(zero).is_below(infinite);
            equal = equal & (missing | pair.y(zero).is(self.pivot));
        }
        equal
    }

    #[inline(always)]
    fn centre_inline(&mut self, tau2: W, beside: &mut impl Beside<W>) -> Centre<W> {
        let c = self.v_min + tau2;
        sums!(self, beside beside, [c, tau2], (d, v, _u) => { let u = c / (v + tau2); } [total += u, ud += u * d]);
        Centre { c, total, mean: ud / total }
    }

    /// Σ u r² about a mean with the weights at τ²: c Q.
    #[inline(always)]
    fn residuals_inline(&mut self, tau2: W, mean: W) -> W {
        let c = self.v_min + tau2;
        sums!(self, [c, tau2, mean], (d, v, _u) => { let r = d - mean; } [q += c / (v + tau2) * (r * r)]);
        q
    }

    /// Σ (d - d̄)², unweighted, missing studies apart, as `evidence::Kernel::spread`.
    #[inline(always)]
    fn spread_inline(&mut self) -> W {
        let infinite = self.all(f64::INFINITY);
        sums!(self, [infinite], (d, v, _u) => {} [sum += d.only(v.is_below(infinite))]);
        let mean = sum / self.k;
        sums!(self, [infinite, mean], (d, v, _u) => {
            let r = d - mean;
        } [squares += (r * r).only(v.is_below(infinite))]);
        squares
    }

    /// Σ v times a share, missing studies apart: tr PV of equal weights.
    #[inline(always)]
    fn total_variance_inline(&mut self, share: W) -> W {
        let infinite = self.all(f64::INFINITY);
        sums!(self, [infinite, share], (_d, v, _u) => {} [sum += (v * share).only(v.is_below(infinite))]);
        sum
    }

    /// The terms of the (restricted) likelihood at τ², as `evidence::Kernel::curvature`, but for Q, for vectors in which
    /// an outcome wants them; leaves the weights.
    #[inline(always)]
    fn curvature_inline(&mut self, tau2: W, wanted: W::Mask, restricted: bool) -> Curvature<W> {
        let c = self.v_min + tau2;
        sums!(self, where wanted, [c, tau2], (d, v, u) => {
            *u = c / (v + tau2);
            let (largest, rest) = split(*u);
            let square = rest * rest;
        } [
            top += largest,
            s1 += rest,
            s2 += square,
            s3 += square * rest,
            s4 += square * square,
            ud += *u * d,
        ]);
        let total = top + s1;
        let mean = ud / total;
        sums!(self, where wanted, [mean], (d, _v, u) => {
            let r = d - mean;
            let all = *u * r;
            // The largest weight is 1, and adds nothing to the sums over the rest.
            let (largest, rest) = split_at(*u, all);
        } [
            pp += all * all,
            top_r2 += largest * largest,
            ur += rest,
            u2r += *u * rest,
            u3r2 += *u * (rest * rest),
        ]);
        let residuals = ResidualSums { q: self.all(0.0), pp, top_r2, ur, u2r, u3r2 };
        Curvature::new(c, top, [s1, s2, s3, s4], &residuals, restricted)
    }

    /// As [`curvature`](Self::curvature) with the weights at τ² = 0 that were kept; and Σ r², missing studies apart.
    #[inline(always)]
    pub(super) fn curvature_at_zero(
        &mut self,
        centre: &Centre<W>,
        powers: Powers<W>,
        restricted: bool,
    ) -> (Curvature<W>, W) {
        let (mean, infinite) = (centre.mean, self.all(f64::INFINITY));
        sums!(self, [mean, infinite], (d, v, u) => {
            let r = d - mean;
            let all = *u * r;
            let (largest, rest) = split_at(*u, all);
            let (_, rest_u) = split(*u);
            let square_u = rest_u * rest_u;
        } [
            s3 += square_u * rest_u,
            s4 += square_u * square_u,
            pp += all * all,
            top_r2 += largest * largest,
            ur += rest,
            u2r += *u * rest,
            u3r2 += *u * (rest * rest),
            squares += (r * r).only(v.is_below(infinite)),
        ]);
        let residuals = ResidualSums { q: self.all(0.0), pp, top_r2, ur, u2r, u3r2 };
        let [top, s1, s2] = powers;
        (Curvature::new(centre.c, top, [s1, s2, s3, s4], &residuals, restricted), squares)
    }

    /// Q at τ² and minus its slope, as `evidence::Kernel::q_and_slope`; leaves the weights.
    #[inline(always)]
    fn q_and_slope_inline(&mut self, tau2: W) -> (W, W) {
        let c = self.v_min + tau2;
        sums!(self, [c, tau2], (d, v, u) => { *u = c / (v + tau2); } [total += *u, ud += *u * d]);
        let mean = ud / total;
        sums!(self, [mean], (d, _v, u) => {
            let r = d - mean;
            let ur2 = *u * (r * r);
        } [q += ur2, pp += *u * ur2]);
        (q / c, pp / c / c)
    }
}

/// Those of many studies that there are, as gaps come last: by their number the order of summation is chosen.
#[inline(always)]
fn without_gaps<W: Group>(k: W, pairs: &[Pair]) -> &[Pair] {
    let is_there = |pair: &&Pair| W::any(pair.v(k).is_below(k.same(f64::INFINITY)));
    &pairs[..pairs.len() - pairs.iter().rev().take_while(|pair| !is_there(pair)).count()]
}

/// A pass at τ² = 0, and what goes on beside it.
struct SumsAtZero<'t, 's, W: Group, B, const KEEP: bool>(&'t mut Tile<'s, W>, &'t mut B);

impl<W: Group, B: Beside<W>, const KEEP: bool> Operation for SumsAtZero<'_, '_, W, B, KEEP> {
    type Output = (AtZero<W>, Powers<W>);

    #[inline(always)]
    fn run(self) -> (AtZero<W>, Powers<W>) {
        self.0.at_zero_inline::<KEEP>(self.1)
    }
}

/// A pass at another τ², and what goes on beside it.
struct SumsAtTau2<'t, 's, W: Group, B>(&'t mut Tile<'s, W>, W, &'t mut B);

impl<W: Group, B: Beside<W>> Operation for SumsAtTau2<'_, '_, W, B> {
    type Output = Centre<W>;

    #[inline(always)]
    fn run(self) -> Centre<W> {
        self.0.centre_inline(self.1, self.2)
    }
}

impl<W: Group> Tile<'_, W> {
    /// The sums at τ² = 0; with `KEEP` the weights are left.
    #[inline(always)]
    pub(super) fn at_zero<const KEEP: bool>(&mut self, beside: &mut impl Beside<W>) -> (AtZero<W>, Powers<W>) {
        self.all(0.0).call(SumsAtZero::<_, _, KEEP>(self, beside))
    }

    /// The sum of weights at τ² and their mean.
    #[inline(always)]
    pub(super) fn centre(&mut self, tau2: W, beside: &mut impl Beside<W>) -> Centre<W> {
        self.all(0.0).call(SumsAtTau2(self, tau2, beside))
    }
}

/// Sums that are compiled once each.
macro_rules! operations {
    ($($name:ident($($argument:ident: $type:ty),*) -> $output:ty = $inlined:ident;)*) => {$(
        impl<W: Group> Tile<'_, W> {
            #[inline(always)]
            pub(super) fn $name(&mut self, $($argument: $type),*) -> $output {
                struct Sums<'t, 's, W: Group>(&'t mut Tile<'s, W>, $($type),*);
                impl<W: Group> Operation for Sums<'_, '_, W> {
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
    residuals(tau2: W, mean: W) -> W = residuals_inline;
    spread() -> W = spread_inline;
    total_variance(share: W) -> W = total_variance_inline;
    curvature(tau2: W, wanted: W::Mask, restricted: bool) -> Curvature<W> = curvature_inline;
    q_and_slope(tau2: W) -> (W, W) = q_and_slope_inline;
    all_equal() -> W::Mask = all_equal_inline;
}
