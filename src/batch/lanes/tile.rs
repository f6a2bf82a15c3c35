//! The numbers of several outcomes, centred and scaled as the kernel of the single analysis does it.

use super::likelihood::WideCurvature;
use super::wide::{LANES, Mask, Simd, Wide};
use crate::batch::{Data, Layout, Precision};
use crate::real::Real;

/// Studies up to which sums run in sequence, and beyond which lanes leave an outcome to the single analysis: see `num::sum`.
const IN_SEQUENCE: usize = 32;
const BLOCK: usize = 512;

/// Some outcomes side by side, with the change of variable of the kernel: d = (y - pivot) unit, v in the square of the unit.
/// A missing study has an infinite variance, hence a weight of 0, and adds 0 to every sum.
#[derive(Debug)]
pub(super) struct Tile<S> {
    pub(super) simd: S,
    studies: Vec<Study<S>>,
    pub(super) pivot: Wide<S>,
    pub(super) unit: Wide<S>,
    /// 1 / unit: a power of two, so that multiplying by it is dividing by the unit, bit for bit.
    pub(super) inverse: Wide<S>,
    pub(super) v_min: Wide<S>,
    /// How many studies have the outcome.
    pub(super) k: Wide<S>,
    /// Valid variances, in an order of summation and a range that lanes can do. An infinite effect shows in the results.
    pub(super) usable: Mask,
}

/// One study of several outcomes.
#[derive(Clone, Copy, Debug)]
struct Study<S> {
    d: Wide<S>,
    v: Wide<S>,
    /// The weight relative to the largest.
    u: Wide<S>,
}

/// Sums of weights and their mean at one τ², as `evidence::Centre` has them.
#[derive(Clone, Copy)]
pub(super) struct Centre<S> {
    pub(super) c: Wide<S>,
    pub(super) total: Wide<S>,
    pub(super) mean: Wide<S>,
}

/// Sums over the studies of a tile, in the order of `num::sum`: in sequence, or by eight accumulators that are joined as a tree.
/// `$zero` is where they start.
macro_rules! sums {
    ($zero:expr, $studies:expr, $study:ident => { $($work:tt)* } [$($sum:ident += $term:expr),+ $(,)?]) => {
        let ($($sum,)+) = if $studies.len() <= IN_SEQUENCE {
            $(let mut $sum = $zero;)+
            for $study in $studies {
                $($work)*
                $($sum += $term;)+
            }
            ($($sum,)+)
        } else {
            $(let mut $sum = [$zero; 8];)+
            let mut lane = 0;
            for $study in $studies {
                $($work)*
                $($sum[lane] += $term;)+
                lane = (lane + 1) % 8;
            }
            ($(tree($zero, &$sum),)+)
        };
    };
}

/// The eight accumulators of a block, and the compensated sum of that one block.
#[inline(always)]
fn tree<S: Simd>(zero: Wide<S>, s: &[Wide<S>; 8]) -> Wide<S> {
    zero + (((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])))
}

impl<S: Simd> Tile<S> {
    pub(super) fn new(simd: S, studies: usize) -> Self {
        let (zero, one) = (Wide::all(simd, 0.0), Wide::all(simd, 1.0));
        Self {
            simd,
            studies: vec![Study { d: zero, v: one, u: zero }; studies],
            pivot: zero,
            unit: one,
            inverse: one,
            v_min: one,
            k: zero,
            usable: [false; LANES],
        }
    }

    #[inline(always)]
    pub(super) fn all(&self, x: f64) -> Wide<S> {
        Wide::all(self.simd, x)
    }

    /// Loads LANES outcomes from the first on, as they are.
    #[inline(always)]
    pub(super) fn load<F: Real>(&mut self, data: &Data<'_, F>, first: usize) {
        match data.precision {
            Precision::Variance => self.load_as(data, first, |v| v),
            // NaN stays NaN, which is missing; what is not positive becomes invalid.
            Precision::StdError => self.load_as(data, first, |se| if se <= F::zero() { -F::one() } else { se * se }),
        }
    }

    #[inline(always)]
    fn load_as<F: Real>(&mut self, data: &Data<'_, F>, first: usize, variance: impl Fn(F) -> F) {
        let mut bounds = Bounds::new(self.simd);
        let simd = self.simd;
        match &data.layout {
            Layout::Columns(columns) => {
                for (study, (y, v)) in self.studies.iter_mut().zip(columns) {
                    let (Some(y), Some(v)) = (four(y, first), four(v, first)) else { continue };
                    bounds.load(
                        study,
                        Wide::load(simd, y.map(Real::f64)),
                        Wide::load(simd, v.map(|v| variance(v).f64())),
                    );
                }
            }
            Layout::Rows { y, v } => {
                let k = data.studies;
                let rows = first * k..(first + LANES) * k;
                let (Some(y), Some(v)) = (y.get(rows.clone()), v.get(rows)) else { return };
                for (j, study) in self.studies.iter_mut().enumerate() {
                    let at = |row: &[F]| [row[j], row[k + j], row[2 * k + j], row[3 * k + j]];
                    let (y, v) = (at(y), at(v));
                    bounds.load(
                        study,
                        Wide::load(simd, y.map(Real::f64)),
                        Wide::load(simd, v.map(|v| variance(v).f64())),
                    );
                }
            }
        }
        self.set_unit(&bounds);
    }

    #[inline(always)]
    fn set_unit(&mut self, b: &Bounds<S>) {
        self.unit = b.min.each(unit_of_variance);
        self.inverse = self.all(1.0) / self.unit;
        (self.pivot, self.k) = (b.pivot, b.k);
        self.v_min = b.min * self.unit * self.unit;
        // An infinite variance is invalid, and one that becomes infinite in the unit of the smallest would pass for missing.
        let v_max = (b.max * self.unit * self.unit).array();
        let (min, k, studies) = (b.min.array(), b.k.array(), self.studies.len());
        self.usable = std::array::from_fn(|l| {
            // A gap among many moves the later studies to other accumulators.
            let in_order = (studies <= IN_SEQUENCE) | (k[l] == count(studies));
            in_order & (min[l] >= f64::MIN_POSITIVE) & (v_max[l] < f64::INFINITY) & (k[l] > 0.0)
        });
    }

    /// Changes the variable of what was loaded, and sums at τ² = 0; also c tr P, as `evidence::Weights::trace`. Leaves the weights in
    /// the studies.
    #[inline(always)]
    pub(super) fn centre_at_zero(&mut self) -> (Centre<S>, Wide<S>) {
        let (unit, pivot, c) = (self.unit, self.pivot, self.v_min);
        let (zero, one) = (self.all(0.0), self.all(1.0));
        sums!(zero, &mut self.studies, study => {
            study.v = study.v * unit * unit;
            study.d = (study.d - pivot) * unit;
            study.u = c / study.v;
            let (largest, rest) = split(study.u, one, zero);
        } [top += largest, s1 += rest, s2 += rest * rest, ud += study.u * study.d]);
        let total = top + s1;
        (Centre { c, total, mean: ud / total }, trace(top, s1, s2, one) / total)
    }

    /// The sum of weights at τ² (in the unit of the tile) and their mean.
    #[inline(always)]
    pub(super) fn centre(&self, tau2: Wide<S>) -> Centre<S> {
        let c = self.v_min + tau2;
        let (zero, one) = (self.all(0.0), self.all(1.0));
        sums!(zero, &self.studies, study => {
            let u = c / (study.v + tau2);
            let (largest, rest) = split(u, one, zero);
        } [top += largest, s1 += rest, ud += u * study.d]);
        let total = top + s1;
        Centre { c, total, mean: ud / total }
    }

    /// Σ u r² about a mean with the weights that the studies have: c Q.
    #[inline(always)]
    pub(super) fn residuals_at_zero(&self, mean: Wide<S>) -> Wide<S> {
        sums!(self.all(0.0), &self.studies, study => { let r = study.d - mean; } [q += study.u * (r * r)]);
        q
    }

    /// Σ u r² about a mean with the weights at τ²: c Q.
    #[inline(always)]
    pub(super) fn residuals(&self, tau2: Wide<S>, mean: Wide<S>) -> Wide<S> {
        let c = self.v_min + tau2;
        sums!(self.all(0.0), &self.studies, study => {
            let r = study.d - mean;
        } [q += c / (study.v + tau2) * (r * r)]);
        q
    }

    /// The largest variance, missing studies apart.
    #[inline(always)]
    pub(super) fn v_max(&self) -> Wide<S> {
        let infinite = self.all(f64::INFINITY);
        let mut max = self.all(0.0);
        for study in &self.studies {
            let v = study.v.below(infinite, study.v, max);
            max = v.above(max, v, max);
        }
        max
    }

    /// Σ (d - d̄)², unweighted, missing studies apart, as `evidence::Kernel::spread`.
    #[inline(always)]
    pub(super) fn spread(&self) -> Wide<S> {
        let (zero, infinite) = (self.all(0.0), self.all(f64::INFINITY));
        sums!(zero, &self.studies, study => {} [sum += study.v.below(infinite, study.d, zero)]);
        let mean = sum / self.k;
        sums!(zero, &self.studies, study => {
            let r = study.d - mean;
        } [squares += study.v.below(infinite, r * r, zero)]);
        squares
    }

    /// Σ v times a share, missing studies apart: tr PV of equal weights.
    #[inline(always)]
    pub(super) fn total_variance(&self, share: Wide<S>) -> Wide<S> {
        let (zero, infinite) = (self.all(0.0), self.all(f64::INFINITY));
        sums!(zero, &self.studies, study => {} [sum += study.v.below(infinite, study.v * share, zero)]);
        sum
    }

    /// The terms of the (restricted) likelihood at τ², as `evidence::Kernel::curvature`; leaves the weights in the studies.
    #[inline(always)]
    pub(super) fn curvature(&mut self, tau2: Wide<S>, restricted: bool) -> WideCurvature<S> {
        let c = self.v_min + tau2;
        let (zero, one, two) = (self.all(0.0), self.all(1.0), self.all(2.0));
        sums!(zero, &mut self.studies, study => {
            study.u = c / (study.v + tau2);
            let (largest, rest) = split(study.u, one, zero);
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
        sums!(zero, &self.studies, study => {
            let r = study.d - mean;
            let (largest, rest) = split(study.u, one, zero);
            let (all, part) = (study.u * r, rest * r);
        } [
            pp += all * all,
            top_r2 += largest * r * r,
            ur += part,
            u2r += rest * part,
            u3r2 += rest * (part * part),
        ]);
        let among = (top_r2 - ur * (ur / top)).at_least_zero();
        let among = top.above(one, among, zero);
        let crossed = (ur * (ur / top) * s1 + u2r * (two * ur - u2r)) / total;
        let ppp = (among + u3r2 + crossed).at_least_zero();
        if !restricted {
            return WideCurvature { c, pp, ppp, trace: total, trace_pp: top + s2 };
        }
        let top_share = (top - one + s1) / total;
        let diagonal = top * top_share * top_share + (s2 - two * s3 / total + s4 / (total * total)).at_least_zero();
        let off = top * (top - one) + two * top * s2 + (s2 * s2 - s4).at_least_zero();
        let trace_pp = diagonal + off / (total * total);
        WideCurvature { c, pp, ppp, trace: trace(top, s1, s2, one) / total, trace_pp }
    }

    /// Q at τ² and minus its slope, as `evidence::Kernel::q_and_slope`; leaves the weights in the studies.
    #[inline(always)]
    pub(super) fn q_and_slope(&mut self, tau2: Wide<S>) -> (Wide<S>, Wide<S>) {
        let c = self.v_min + tau2;
        let (zero, one) = (self.all(0.0), self.all(1.0));
        sums!(zero, &mut self.studies, study => {
            study.u = c / (study.v + tau2);
            let (largest, rest) = split(study.u, one, zero);
        } [top += largest, s1 += rest, ud += study.u * study.d]);
        let mean = ud / (top + s1);
        sums!(zero, &self.studies, study => {
            let r = study.d - mean;
            let ur2 = study.u * (r * r);
        } [q += ur2, pp += study.u * ur2]);
        (q / c, pp / c / c)
    }
}

/// True if lanes sum this many studies in the order of the single analysis, nothing missing.
pub(super) const fn can(studies: usize) -> bool {
    studies <= BLOCK
}

/// What is found on the way through the studies.
struct Bounds<S> {
    min: Wide<S>,
    max: Wide<S>,
    pivot: Wide<S>,
    k: Wide<S>,
    infinite: Wide<S>,
    zero: Wide<S>,
    one: Wide<S>,
}

impl<S: Simd> Bounds<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let (zero, one, infinite) = (Wide::all(simd, 0.0), Wide::all(simd, 1.0), Wide::all(simd, f64::INFINITY));
        Self { min: infinite, max: zero, pivot: zero, k: zero, infinite, zero, one }
    }

    /// Takes the pair of one study in: a sum is NaN if either is.
    #[inline(always)]
    fn load(&mut self, study: &mut Study<S>, y: Wide<S>, v: Wide<S>) {
        let present = {
            let y_or_nan = v.equal(v, y, v);
            y_or_nan.equal(y_or_nan, self.one, self.zero)
        };
        study.d = present.above(self.zero, y, self.zero);
        study.v = present.above(self.zero, v, self.infinite);
        self.k += present;
        self.max = v.above(self.max, v, self.max);
        self.pivot = study.v.below(self.min, study.d, self.pivot);
        self.min = study.v.below(self.min, study.v, self.min);
    }
}

/// LANES elements of a column.
#[inline(always)]
fn four<F: Real>(column: &[F], first: usize) -> Option<[F; LANES]> {
    column.get(first..first + LANES)?.try_into().ok()
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

/// As `evidence::split`: (1, 0) for the largest weight, (0, u) for others.
#[inline(always)]
fn split<S: Simd>(u: Wide<S>, one: Wide<S>, zero: Wide<S>) -> (Wide<S>, Wide<S>) {
    (u.equal(one, one, zero), u.equal(one, zero, u))
}

/// c tr P times the sum of weights, as in `evidence::Weights::trace`.
#[inline(always)]
fn trace<S: Simd>(top: Wide<S>, s1: Wide<S>, s2: Wide<S>, one: Wide<S>) -> Wide<S> {
    top * (top - one) + (one + one) * top * s1 + (s1 * s1 - s2).at_least_zero()
}
