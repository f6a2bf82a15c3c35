//! The design of a meta-regression, as estimators of tau2 see it: through the same functionals as without one.

use super::weighted::Weighted;
use super::{Curvature, Kernel, Moments};
use crate::num::interpolation::{Dependent, interpolate_precisely};
use crate::num::sum::sum_pairs;
use crate::real::Real;

/// Columns whose independent part is smaller than this, relative to their size, are combinations of others.
const DEPENDENT: f64 = 1e-13;

/// The columns of a design in a well-conditioned basis, with the data, in the kernel's unit.
///
/// All functionals depend on the space that the columns span and not on the columns: they are found in the basis T of
/// [`interpolate_precisely`], in which the data are differences from their interpolation through p of the studies,
/// whatever the condition of the design. At each tau2 the basis is made anew for the weights.
#[derive(Clone, Debug)]
pub(crate) struct Moderators {
    /// The columns of T.
    pub(super) basis: Vec<Vec<f64>>,
    /// Effects, less the offset.
    pub(super) d: Vec<f64>,
    pub(super) v: Vec<f64>,
    v_min: f64,
    /// What was taken from the effects, in the user's unit: 0 if the design has no constant.
    pub(crate) offset: f64,
    /// ln |T'T|.
    log_gram: f64,
}

impl Moderators {
    /// The design for these data; `constant` is the index of its constant column.
    pub(crate) fn new<F: Real>(
        kernel: &Kernel<'_, F>,
        (y, v): (&[F], &[F]),
        columns: &[Vec<f64>],
        constant: Option<usize>,
    ) -> Result<Self, Dependent> {
        let scaled = columns.iter().map(|column| scaled(column)).collect();
        let basis = interpolate_precisely(scaled, constant, DEPENDENT)?.t;
        // Without a constant, the effects may not be shifted.
        let offset = if constant.is_some() { kernel.effect(0.0) } else { 0.0 };
        let d = y.iter().map(|y| (y.f64() - offset) * kernel.unit).collect();
        let v: Vec<f64> = v.iter().map(|v| kernel.in_unit(v.f64())).collect();
        let mut moderators = Self { basis, d, v, v_min: kernel.v_min, offset, log_gram: 0.0 };
        moderators.log_gram = moderators.weighted(|_| 1.0).map_or(f64::NAN, |equal| equal.log_determinant());
        Ok(moderators)
    }

    /// The effects less the offset, in the kernel's unit.
    pub(crate) fn effects(&self) -> &[f64] {
        &self.d
    }

    /// The variances, in the kernel's unit.
    pub(crate) fn variances(&self) -> &[f64] {
        &self.v
    }

    /// k.
    pub(crate) fn k(&self) -> usize {
        self.d.len()
    }

    /// p.
    pub(crate) fn p(&self) -> usize {
        self.basis.len()
    }

    /// k - p.
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
    pub(crate) fn df(&self) -> f64 {
        self.k() as f64 - self.p() as f64
    }

    /// The weighted regression for weights u in [0, 1] by study; `None` where they leave no design.
    pub(crate) fn weighted(&self, u: impl Fn(usize) -> f64) -> Option<Weighted<'_>> {
        Weighted::new(self, (0..self.k()).map(u).collect())
    }

    /// The weighted regression at a tau2, with `u = c / (v + tau2)`, `c = v_min + tau2`.
    pub(crate) fn at(&self, tau2: f64) -> Option<Weighted<'_>> {
        let c = self.v_min + tau2;
        self.weighted(|i| c / (self.v[i] + tau2))
    }

    /// As [`Kernel::curvature`]. Sums are NaN where variances are so far apart that no design is left.
    pub(crate) fn curvature(&self, tau2: f64, restricted: bool) -> Curvature {
        let c = self.v_min + tau2;
        let Some(weighted) = self.at(tau2) else {
            let none = f64::NAN;
            return Curvature { c, q: none, pp: none, ppp: none, trace: none, trace_pp: none };
        };
        let (u, e) = (weighted.u(), weighted.residuals());
        let [q, pp] = sum_pairs(u, &e, |u, e| [e * e, u * e * e]);
        let ue: Vec<f64> = u.iter().zip(&e).map(|(u, e)| u * e).collect();
        let z = weighted.project(&ue);
        let [ppp] = sum_pairs(&z, &z, |z, _| [z * z]);
        let (trace, trace_pp) = if restricted {
            let left = weighted.left();
            let [trace] = sum_pairs(u, &left, |u, left| [u * left]);
            (trace, weighted.trace_of_squares(u, &left))
        } else {
            let [total, squares] = sum_pairs(u, u, |u, _| [u, u * u]);
            (total, squares)
        };
        Curvature { c, q, pp, ppp, trace, trace_pp }
    }

    /// The residual sum of squares of the unweighted regression.
    pub(crate) fn spread(&self) -> f64 {
        self.weighted(|_| 1.0).map_or(f64::NAN, |equal| equal.q())
    }

    /// ln |X'WX| - ln |X'X|.
    #[allow(clippy::cast_precision_loss, reason = "there are few columns")]
    pub(crate) fn log_determinant(&self, tau2: f64) -> f64 {
        let c = self.v_min + tau2;
        let weighted = self.at(tau2).map_or(f64::NAN, |weighted| weighted.log_determinant());
        weighted - self.log_gram - self.p() as f64 * c.ln()
    }

    /// tr(PSPS) with S = diag(v + tau2) and P of weights 1 / (v + base).
    pub(crate) fn trace_psps(&self, base: f64, tau2: f64) -> Option<f64> {
        let (c, weighted) = (self.v_min + base, self.at(base)?);
        let us: Vec<f64> = weighted.u().iter().zip(&self.v).map(|(u, v)| u * ((v + tau2) / c)).collect();
        Some(weighted.trace_of_squares(&us, &weighted.left()))
    }

    /// The moments for any weights, given by study, in the user's unit.
    pub(crate) fn moments(&self, weight: impl Fn(usize) -> f64, unit: f64) -> Moments {
        let weights: Vec<f64> = (0..self.k()).map(weight).collect();
        let largest = weights.iter().copied().fold(0.0, f64::max);
        let [total] = sum_pairs(&weights, &weights, |w, _| [w / largest]);
        let Some(weighted) = self.weighted(|i| weights[i] / largest) else {
            let none = f64::NAN;
            return Moments { q: none, total: total * largest, trace: none, trace_v: none, trace_pp: none };
        };
        let (u, left) = (weighted.u(), weighted.left());
        let [trace] = sum_pairs(u, &left, |u, left| [u * left]);
        let uv: Vec<f64> = u.iter().zip(&self.v).map(|(u, v)| u * (v / unit / unit * largest)).collect();
        let [trace_v] = sum_pairs(&uv, &left, |uv, left| [uv * left]);
        Moments {
            q: weighted.q() / unit / unit * largest,
            total: total * largest,
            trace: trace * largest,
            trace_v,
            trace_pp: weighted.trace_of_squares(u, &left) * largest * largest,
        }
    }
}

/// A column times a power of two, with its largest entry between 1/2 and 2.
fn scaled(column: &[f64]) -> Vec<f64> {
    let size = column.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    // In two steps, as the factor itself could overflow.
    let root = if size > 0.0 { crate::num::scale::unit_of_variance(size) } else { 1.0 };
    column.iter().map(|x| x * root * root).collect()
}
