//! The numbers of several outcomes, centred and scaled as the kernel of the single analysis does it.

use super::likelihood::WideCurvature;
use super::wide::{LANES, Mask, Wide, lanes};
use crate::batch::{Data, Layout, Precision};
use crate::real::Real;

/// Studies up to which sums run in sequence, and beyond which lanes leave an outcome to the single analysis: see `num::sum`.
const IN_SEQUENCE: usize = 32;
const BLOCK: usize = 512;

/// Some outcomes side by side, with the change of variable of the kernel: d = (y - pivot) unit, v in the square of the unit.
/// A missing study has an infinite variance, hence a weight of 0, and adds 0 to every sum.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) studies: Vec<Study>,
    pub(super) pivot: Wide,
    pub(super) unit: Wide,
    /// 1 / unit: a power of two, so that multiplying by it is dividing by the unit, bit for bit.
    pub(super) inverse: Wide,
    pub(super) v_min: Wide,
    /// How many studies have the outcome.
    pub(super) k: Wide,
    /// Valid variances, in an order of summation and a range that lanes can do. An infinite effect shows in the results.
    pub(super) usable: Mask,
}

/// One study of several outcomes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Study {
    pub(super) d: Wide,
    pub(super) v: Wide,
    /// The weight relative to the largest, at τ² = 0.
    pub(super) u: Wide,
}

/// Sums of weights and their mean at one τ², as `evidence::Centre` has them; `s2` at τ² = 0 only.
#[derive(Clone, Copy)]
pub(super) struct Centre {
    pub(super) c: Wide,
    pub(super) top: Wide,
    pub(super) s1: Wide,
    pub(super) s2: Wide,
    pub(super) mean: Wide,
}

impl Centre {
    #[inline(always)]
    pub(super) fn total(&self) -> Wide {
        self.top + self.s1
    }

    /// c tr P, as `evidence::Weights::trace`.
    #[inline(always)]
    pub(super) fn trace(&self) -> Wide {
        let Self { top, s1, s2, .. } = *self;
        let rest = (s1 * s1 - s2).at_least_zero();
        (top * (top - Wide::ONE) + Wide::all(2.0) * top * s1 + rest) / self.total()
    }
}

/// Sums over the studies of a tile, in the order of `num::sum`: in sequence, or by eight accumulators that are joined as a tree.
macro_rules! sums {
    ($studies:expr, $study:ident => [$($sum:ident += $term:expr),+ $(,)?]) => {
        let ($($sum,)+) = if $studies.len() <= IN_SEQUENCE {
            $(let mut $sum = Wide::ZERO;)+
            for $study in $studies {
                $($sum += $term;)+
            }
            ($($sum,)+)
        } else {
            $(let mut $sum = [Wide::ZERO; 8];)+
            let mut lane = 0;
            for $study in $studies {
                $($sum[lane] += $term;)+
                lane = (lane + 1) % 8;
            }
            ($(tree(&$sum),)+)
        };
    };
}

/// The eight accumulators of a block, and the compensated sum of that one block.
#[inline(always)]
fn tree(s: &[Wide; 8]) -> Wide {
    Wide::ZERO + (((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])))
}

impl Tile {
    pub(super) fn new(studies: usize) -> Self {
        let study = Study { d: Wide::ZERO, v: Wide::ONE, u: Wide::ZERO };
        Self {
            studies: vec![study; studies],
            pivot: Wide::ZERO,
            unit: Wide::ONE,
            inverse: Wide::ONE,
            v_min: Wide::ONE,
            k: Wide::ZERO,
            usable: [false; LANES],
        }
    }

    /// True if lanes sum this many studies in the order of the single analysis, nothing missing.
    pub(super) const fn can(studies: usize) -> bool {
        studies <= BLOCK
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
        let mut bounds = Bounds::new();
        match &data.layout {
            Layout::Columns(columns) => {
                for (study, (y, v)) in self.studies.iter_mut().zip(columns) {
                    let (Some(y), Some(v)) = (y.get(first..first + LANES), v.get(first..first + LANES)) else {
                        continue;
                    };
                    let (y, v) = (lanes!(l => y[l].f64()), lanes!(l => variance(v[l]).f64()));
                    bounds.load(study, y, v);
                }
            }
            Layout::Rows { y, v } => {
                let k = data.studies;
                let rows = first * k..(first + LANES) * k;
                let (Some(y), Some(v)) = (y.get(rows.clone()), v.get(rows)) else { return };
                for (j, study) in self.studies.iter_mut().enumerate() {
                    let (y, v) = (lanes!(l => y[l * k + j].f64()), lanes!(l => variance(v[l * k + j]).f64()));
                    bounds.load(study, y, v);
                }
            }
        }
        self.set_unit(&bounds);
    }

    #[inline(always)]
    fn set_unit(&mut self, b: &Bounds) {
        self.unit = lanes!(l => unit_of_variance(b.min.0[l]));
        self.inverse = Wide::ONE / self.unit;
        (self.pivot, self.k) = (b.pivot, b.k);
        self.v_min = b.min * self.unit * self.unit;
        // An infinite variance is invalid, and one that becomes infinite in the unit of the smallest would pass for missing.
        let v_max = b.max * self.unit * self.unit;
        let studies = self.studies.len();
        for l in 0..LANES {
            // A gap among many moves the later studies to other accumulators.
            let in_order = (studies <= IN_SEQUENCE) | (b.k.0[l] == count(studies));
            let valid = (b.min.0[l] >= f64::MIN_POSITIVE) & (v_max.0[l] < f64::INFINITY) & (b.k.0[l] > 0.0);
            self.usable[l] = in_order & valid;
        }
    }

    /// Changes the variable of what was loaded, and sums at τ² = 0.
    #[inline(always)]
    pub(super) fn centre_at_zero(&mut self) -> Centre {
        let Self { unit, pivot, v_min: c, .. } = *self;
        sums!(&mut self.studies, study => [
            top += {
                study.v = study.v * unit * unit;
                study.d = (study.d - pivot) * unit;
                study.u = c / study.v;
                is_largest(study.u)
            },
            s1 += other(study.u),
            s2 += other(study.u) * other(study.u),
            ud += study.u * study.d,
        ]);
        Centre { c, top, s1, s2, mean: ud / (top + s1) }
    }

    /// Weights at τ² (in the unit of the tile), their sums and the mean.
    #[inline(always)]
    pub(super) fn centre(&self, tau2: Wide) -> Centre {
        let c = self.v_min + tau2;
        let mut u;
        sums!(&self.studies, study => [
            top += {
                u = c / (study.v + tau2);
                is_largest(u)
            },
            s1 += other(u),
            ud += u * study.d,
        ]);
        Centre { c, top, s1, s2: Wide::ZERO, mean: ud / (top + s1) }
    }

    /// Σ u r² about a mean with the weights at τ² = 0: c Q.
    #[inline(always)]
    pub(super) fn residuals_at_zero(&self, mean: Wide) -> Wide {
        let mut r;
        sums!(&self.studies, study => [q += {
            r = study.d - mean;
            study.u * (r * r)
        }]);
        q
    }

    /// Σ u r² about a mean with the weights at τ²: c Q.
    #[inline(always)]
    pub(super) fn residuals(&self, tau2: Wide, mean: Wide) -> Wide {
        let c = self.v_min + tau2;
        let mut r;
        sums!(&self.studies, study => [q += {
            r = study.d - mean;
            c / (study.v + tau2) * (r * r)
        }]);
        q
    }

    /// The largest variance, missing studies apart.
    #[inline(always)]
    pub(super) fn v_max(&self) -> Wide {
        let mut max = Wide::ZERO;
        for study in &self.studies {
            let v = study.v;
            max = lanes!(l => if (v.0[l] > max.0[l]) & (v.0[l] < f64::INFINITY) { v.0[l] } else { max.0[l] });
        }
        max
    }

    /// Σ (d - d̄)², unweighted, missing studies apart, as `evidence::Kernel::spread`.
    #[inline(always)]
    pub(super) fn spread(&self) -> Wide {
        sums!(&self.studies, study => [
            sum += lanes!(l => if study.v.0[l] < f64::INFINITY { study.d.0[l] } else { 0.0 }),
        ]);
        let mean = sum / self.k;
        let mut r;
        sums!(&self.studies, study => [squares += {
            r = study.d - mean;
            lanes!(l => if study.v.0[l] < f64::INFINITY { r.0[l] * r.0[l] } else { 0.0 })
        }]);
        squares
    }

    /// Σ v times a share, missing studies apart: tr PV of equal weights.
    #[inline(always)]
    pub(super) fn total_variance(&self, share: Wide) -> Wide {
        sums!(&self.studies, study => [
            sum += lanes!(l => if study.v.0[l] < f64::INFINITY { study.v.0[l] * share.0[l] } else { 0.0 }),
        ]);
        sum
    }

    /// The terms of the (restricted) likelihood at τ², as `evidence::Kernel::curvature`; leaves the weights in `u`.
    #[inline(always)]
    pub(super) fn curvature(&mut self, tau2: Wide, restricted: bool) -> WideCurvature {
        let c = self.v_min + tau2;
        let mut rest;
        let mut square;
        sums!(&mut self.studies, study => [
            top += {
                study.u = c / (study.v + tau2);
                rest = other(study.u);
                square = rest * rest;
                is_largest(study.u)
            },
            s1 += rest,
            s2 += square,
            s3 += square * rest,
            s4 += square * square,
            ud += study.u * study.d,
        ]);
        let total = top + s1;
        let mean = ud / total;
        let (mut r, mut all);
        sums!(&self.studies, study => [
            pp += {
                r = study.d - mean;
                all = study.u * r;
                all * all
            },
            top_r2 += is_largest(study.u) * r * r,
            ur += other(study.u) * r,
            u2r += other(study.u) * (other(study.u) * r),
            u3r2 += other(study.u) * ((other(study.u) * r) * (other(study.u) * r)),
        ]);
        let two = Wide::all(2.0);
        let among = (top_r2 - ur * (ur / top)).at_least_zero();
        let among = lanes!(l => if top.0[l] > 1.0 { among.0[l] } else { 0.0 });
        let crossed = (ur * (ur / top) * s1 + u2r * (two * ur - u2r)) / total;
        let ppp = (among + u3r2 + crossed).at_least_zero();
        if !restricted {
            return WideCurvature { c, pp, ppp, trace: total, trace_pp: top + s2 };
        }
        let trace = (top * (top - Wide::ONE) + two * top * s1 + (s1 * s1 - s2).at_least_zero()) / total;
        let top_share = (top - Wide::ONE + s1) / total;
        let diagonal = top * top_share * top_share + (s2 - two * s3 / total + s4 / (total * total)).at_least_zero();
        let off = top * (top - Wide::ONE) + two * top * s2 + (s2 * s2 - s4).at_least_zero();
        WideCurvature { c, pp, ppp, trace, trace_pp: diagonal + off / (total * total) }
    }

    /// Q at τ² and minus its slope, as `evidence::Kernel::q_and_slope`; leaves the weights in `u`.
    #[inline(always)]
    pub(super) fn q_and_slope(&mut self, tau2: Wide) -> (Wide, Wide) {
        let c = self.v_min + tau2;
        sums!(&mut self.studies, study => [
            top += {
                study.u = c / (study.v + tau2);
                is_largest(study.u)
            },
            s1 += other(study.u),
            ud += study.u * study.d,
        ]);
        let mean = ud / (top + s1);
        let (mut r, mut ur2);
        sums!(&self.studies, study => [
            q += {
                r = study.d - mean;
                ur2 = study.u * (r * r);
                ur2
            },
            pp += study.u * ur2,
        ]);
        (q / c, pp / c / c)
    }
}

/// What is found on the way through the studies.
struct Bounds {
    min: Wide,
    max: Wide,
    pivot: Wide,
    k: Wide,
}

impl Bounds {
    #[inline(always)]
    fn new() -> Self {
        Self { min: Wide::all(f64::INFINITY), max: Wide::ZERO, pivot: Wide::ZERO, k: Wide::ZERO }
    }

    /// Takes the pair of one study in.
    #[inline(always)]
    fn load(&mut self, study: &mut Study, y: Wide, v: Wide) {
        study.d = lanes!(l => if y.0[l].is_nan() | v.0[l].is_nan() { 0.0 } else { y.0[l] });
        study.v = lanes!(l => if y.0[l].is_nan() | v.0[l].is_nan() { f64::INFINITY } else { v.0[l] });
        self.k += lanes!(l => if y.0[l].is_nan() | v.0[l].is_nan() { 0.0 } else { 1.0 });
        self.max = lanes!(l => if v.0[l] > self.max.0[l] { v.0[l] } else { self.max.0[l] });
        // By bits, as the compiler would make branches of choices that are as likely as not.
        self.pivot = lanes!(l => {
            let less = if study.v.0[l] < self.min.0[l] { u64::MAX } else { 0 };
            f64::from_bits((study.d.0[l].to_bits() & less) | (self.pivot.0[l].to_bits() & !less))
        });
        self.min = lanes!(l => if study.v.0[l] < self.min.0[l] { study.v.0[l] } else { self.min.0[l] });
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
fn count(studies: usize) -> f64 {
    studies as f64
}

/// The first half of `evidence::split`: 1 for the largest weight, 0 for others.
#[inline(always)]
fn is_largest(u: Wide) -> Wide {
    lanes!(l => if u.0[l] == 1.0 { 1.0 } else { 0.0 })
}

/// The second half of `evidence::split`: 0 for the largest weight, others as they are.
#[inline(always)]
fn other(u: Wide) -> Wide {
    lanes!(l => if u.0[l] == 1.0 { 0.0 } else { u.0[l] })
}
