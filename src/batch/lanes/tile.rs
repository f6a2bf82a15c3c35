//! The numbers of several outcomes, centred and scaled as the kernel of the single analysis does it.

use super::wide::{LANES, Mask, Wide};
use crate::batch::{Data, Layout, Precision};
use crate::real::Real;

/// Studies up to which sums run in sequence, and beyond which lanes leave an outcome to the single analysis: see `num::sum`.
const IN_SEQUENCE: usize = 32;
const BLOCK: usize = 512;

/// Some outcomes side by side, with the change of variable of the kernel: d = (y - pivot) unit, v in the square of the unit.
/// A missing study has an infinite variance, hence a weight of 0, and adds 0 to every sum.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) d: Vec<Wide>,
    pub(super) v: Vec<Wide>,
    /// Weights relative to the largest, at the last τ² asked for.
    pub(super) u: Vec<Wide>,
    pub(super) pivot: Wide,
    pub(super) unit: Wide,
    pub(super) v_min: Wide,
    pub(super) v_max: Wide,
    /// How many studies have the outcome.
    pub(super) k: Wide,
    /// Valid numbers, in an order of summation and a range that lanes can do.
    pub(super) usable: Mask,
}

/// Sums of weights and their mean at one τ², as `evidence::Centre` has them.
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

impl Tile {
    pub(super) fn new(studies: usize) -> Self {
        let columns = || vec![Wide::ZERO; studies];
        Self {
            d: columns(),
            v: columns(),
            u: columns(),
            pivot: Wide::ZERO,
            unit: Wide::ONE,
            v_min: Wide::ONE,
            v_max: Wide::ONE,
            k: Wide::ZERO,
            usable: [false; LANES],
        }
    }

    /// True if lanes sum this many studies in the order of the single analysis, nothing missing.
    pub(super) const fn can(studies: usize) -> bool {
        studies <= BLOCK
    }

    /// Loads LANES outcomes from the first on.
    #[inline(always)]
    pub(super) fn load<F: Real>(&mut self, data: &Data<'_, F>, first: usize) {
        let mut bounds = Bounds::default();
        match &data.layout {
            Layout::Columns(columns) => {
                for (j, (y, v)) in columns.iter().enumerate() {
                    let at = |column: &[F]| -> [F; LANES] {
                        column
                            .get(first..first + LANES)
                            .and_then(|part| part.try_into().ok())
                            .unwrap_or([F::nan(); LANES])
                    };
                    self.pair(j, at(y), at(v), data.precision, &mut bounds);
                }
            }
            Layout::Rows { y, v } => {
                let rows = first * data.studies..(first + LANES) * data.studies;
                let (y, v) = (y.get(rows.clone()).unwrap_or(&[]), v.get(rows).unwrap_or(&[]));
                for j in 0..data.studies {
                    let at = |row: &[F]| -> [F; LANES] {
                        std::array::from_fn(|l| row.get(l * data.studies + j).copied().unwrap_or(F::nan()))
                    };
                    self.pair(j, at(y), at(v), data.precision, &mut bounds);
                }
            }
        }
        self.change_variable(&bounds);
    }

    /// The pair of study j, as it is, with what it adds to the bounds.
    #[inline(always)]
    fn pair<F: Real>(&mut self, j: usize, y: [F; LANES], second: [F; LANES], precision: Precision, b: &mut Bounds) {
        let (mut d, mut v) = (Wide::ZERO, Wide::ZERO);
        for l in 0..LANES {
            let variance = match precision {
                Precision::Variance => second[l],
                Precision::StdError => {
                    if second[l] > F::zero() {
                        second[l] * second[l]
                    } else {
                        -F::one()
                    }
                }
            };
            let (yl, vl) = (y[l].f64(), variance.f64());
            let missing = yl.is_nan() | second[l].is_nan();
            let valid = (yl.abs() < f64::INFINITY) & (vl > 0.0) & (vl < f64::INFINITY);
            b.invalid[l] |= !missing & !valid;
            b.k.0[l] += if missing { 0.0 } else { 1.0 };
            let vl = if missing { f64::INFINITY } else { vl };
            let yl = if missing { 0.0 } else { yl };
            let less = vl < b.min.0[l];
            b.min.0[l] = if less { vl } else { b.min.0[l] };
            b.pivot.0[l] = if less { yl } else { b.pivot.0[l] };
            b.max.0[l] = if (vl > b.max.0[l]) & !missing { vl } else { b.max.0[l] };
            (d.0[l], v.0[l]) = (yl, vl);
        }
        (self.d[j], self.v[j]) = (d, v);
    }

    /// Centres at the most precise study, in units of about its standard error.
    #[inline(always)]
    fn change_variable(&mut self, b: &Bounds) {
        let unit = b.min.map(unit_of_variance);
        (self.unit, self.pivot, self.k) = (unit, b.pivot, b.k);
        (self.v_min, self.v_max) = (b.min * unit * unit, b.max * unit * unit);
        let studies = self.d.len();
        for l in 0..LANES {
            let complete = b.k.0[l] == count(studies);
            // A gap moves the later studies to other accumulators.
            let in_order = complete | (studies <= IN_SEQUENCE);
            self.usable[l] = !b.invalid[l] & in_order & (b.k.0[l] > 0.0) & (b.min.0[l] >= f64::MIN_POSITIVE);
        }
        for (d, v) in self.d.iter_mut().zip(&mut self.v) {
            *v = *v * unit * unit;
            let present = v.map(|v| if v < f64::INFINITY { 1.0 } else { 0.0 });
            // A missing study must not add an infinite difference times a weight of 0.
            *d = (*d - b.pivot) * unit;
            *d = Wide(std::array::from_fn(|l| if present.0[l] > 0.0 { d.0[l] } else { 0.0 }));
        }
    }

    /// Weights at τ² (in the unit of the tile), their sums and the mean; leaves the weights in `u`.
    #[inline(always)]
    pub(super) fn centre(&mut self, tau2: Wide) -> Centre {
        let c = self.v_min + tau2;
        let Self { d, v, u, .. } = self;
        let [top, s1, s2, ud] = sums(v.len(), |j| {
            let w = c / (v[j] + tau2);
            u[j] = w;
            let (top, rest) = split(w);
            [top, rest, rest * rest, w * d[j]]
        });
        Centre { c, top, s1, s2, mean: ud / (top + s1) }
    }

    /// Σ u r² about a mean, with the weights in `u`: c Q.
    #[inline(always)]
    pub(super) fn residuals(&self, mean: Wide) -> Wide {
        let [q] = sums(self.d.len(), |j| {
            let r = self.d[j] - mean;
            [self.u[j] * (r * r)]
        });
        q
    }
}

/// What is found on the way through the studies.
struct Bounds {
    min: Wide,
    max: Wide,
    pivot: Wide,
    k: Wide,
    invalid: Mask,
}

impl Default for Bounds {
    #[inline(always)]
    fn default() -> Self {
        Self {
            min: Wide::all(f64::INFINITY),
            max: Wide::ZERO,
            pivot: Wide::ZERO,
            k: Wide::ZERO,
            invalid: [false; LANES],
        }
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
pub(super) fn count(studies: usize) -> f64 {
    studies as f64
}

/// As `evidence::split`.
#[inline(always)]
pub(super) fn split(u: Wide) -> (Wide, Wide) {
    (u.map(|u| if u == 1.0 { 1.0 } else { 0.0 }), u.map(|u| if u == 1.0 { 0.0 } else { u }))
}

/// Sums over studies in the order of `num::sum`.
#[inline(always)]
pub(super) fn sums<const N: usize>(studies: usize, mut term: impl FnMut(usize) -> [Wide; N]) -> [Wide; N] {
    if studies <= IN_SEQUENCE {
        let mut sums = [Wide::ZERO; N];
        for j in 0..studies {
            let terms = term(j);
            for n in 0..N {
                sums[n] = sums[n] + terms[n];
            }
        }
        return sums;
    }
    let mut lanes = [[Wide::ZERO; N]; 8];
    for j in 0..studies {
        let terms = term(j);
        let lane = &mut lanes[j % 8];
        for n in 0..N {
            lane[n] = lane[n] + terms[n];
        }
    }
    std::array::from_fn(|n| {
        let at = |i: usize| lanes[i][n];
        let tree = ((at(0) + at(4)) + (at(2) + at(6))) + ((at(1) + at(5)) + (at(3) + at(7)));
        // The compensated sum of one block.
        Wide::ZERO + tree
    })
}
