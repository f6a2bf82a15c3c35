//! Studies in groups, each with a mean of its own: the simplest design of a meta-regression.

use super::{AtZero, Curvature, Evidence, Kernel, Moderators, Moments};
use crate::error::{Error, ErrorKind};
use crate::num::sum::sums_of_others;
use crate::real::Real;

/// One mean for each group. P is then block-diagonal, and every functional a sum over the groups.
#[derive(Clone, Debug)]
pub(crate) struct GroupMeans<'a, F> {
    /// All in the unit of all studies together.
    groups: Vec<Kernel<'a, F>>,
    columns: Vec<(&'a [F], &'a [F])>,
    v_min: f64,
}

impl<'a, F: Real> GroupMeans<'a, F> {
    /// For columns that hold the groups one after the other, of these sizes (none of them 0).
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] where variances are too far apart for one unit.
    pub(crate) fn new(y: &'a [F], v: &'a [F], sizes: &[usize]) -> Result<Self, Error> {
        let all = Kernel::new(y, v);
        let mut start = 0;
        let columns = sizes.iter().filter_map(|size| {
            let group = start..start + size;
            start = group.end;
            Some((y.get(group.clone())?, v.get(group)?))
        });
        let columns: Vec<(&[F], &[F])> = columns.collect();
        if !all.v_max.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "the ratio of variances" }.into());
        }
        let groups = columns.iter().map(|(y, v)| Kernel::new(y, v).with_unit(all.unit)).collect();
        Ok(Self { groups, columns, v_min: all.v_min })
    }

    fn sum(&self, of_group: impl Fn(&Kernel<'a, F>) -> f64) -> f64 {
        self.groups.iter().map(of_group).sum()
    }
}

impl<'a, F: Real> Evidence<'a, F> {
    /// The evidence of the same columns with a mean for each group of them.
    pub(crate) fn in_groups(self, groups: &'a GroupMeans<'a, F>) -> Self {
        let Curvature { c, q, trace, .. } = groups.curvature(0.0, true);
        let at_zero = AtZero { q: q / c, trace: trace / c, ..self.at_zero };
        Self { at_zero, moderators: Some(groups), ..self }
    }
}

impl<F: Real> Moderators for GroupMeans<'_, F> {
    fn df(&self) -> f64 {
        self.sum(|group| group.count() - 1.0)
    }

    fn curvature(&self, tau2: f64, restricted: bool) -> Curvature {
        let c = self.v_min + tau2;
        let mut sum = Curvature { c, q: 0.0, pp: 0.0, ppp: 0.0, trace: 0.0, trace_pp: 0.0 };
        for group in &self.groups {
            let own = group.curvature(tau2, restricted);
            // From the group's largest weight to that of all.
            let ratio = c / own.c;
            sum.q += ratio * own.q;
            sum.pp += ratio * ratio * own.pp;
            sum.ppp += ratio * ratio * ratio * own.ppp;
            sum.trace += ratio * own.trace;
            sum.trace_pp += ratio * ratio * own.trace_pp;
        }
        sum
    }

    fn spread(&self) -> f64 {
        self.sum(Kernel::spread)
    }

    fn log_determinant(&self, tau2: f64) -> f64 {
        self.sum(|group| {
            let weights = group.centre(tau2).weights;
            (weights.total() / weights.c / group.count()).ln()
        })
    }

    fn moments(&self, weight: &dyn Fn(usize) -> f64) -> Moments {
        let mut sum = Moments { q: 0.0, total: 0.0, trace: 0.0, trace_v: 0.0, trace_pp: 0.0 };
        let mut start = 0;
        for (y, v) in &self.columns {
            let weights: Vec<f64> = (start..start + y.len()).map(weight).collect();
            start += y.len();
            let own = moments_of(y, v, &weights);
            sum.q += own.q;
            sum.total += own.total;
            sum.trace += own.trace;
            sum.trace_v += own.trace_v;
            sum.trace_pp += own.trace_pp;
        }
        sum
    }
}

/// The moments of one group for any weights, as sums of positive terms; in the user's unit.
fn moments_of<F: Real>(y: &[F], v: &[F], weights: &[f64]) -> Moments {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let u: Vec<f64> = weights.iter().map(|weight| weight / largest).collect();
    let at = u.iter().position(|&u| u == 1.0).unwrap_or(0);
    let pivot = y.get(at).map_or(0.0, |y| y.f64());
    let total: f64 = u.iter().sum();
    let mean = u.iter().zip(y).map(|(u, y)| u * (y.f64() - pivot)).sum::<f64>() / total;
    let squares: Vec<f64> = u.iter().map(|u| u * u).collect();
    let others = sums_of_others(&u).into_iter().zip(sums_of_others(&squares));
    let mut sum = Moments { q: 0.0, total: largest * total, trace: 0.0, trace_v: 0.0, trace_pp: 0.0 };
    for (((y, v), u), (others, other_squares)) in y.iter().zip(v).zip(&u).zip(others) {
        let (r, share) = (y.f64() - pivot - mean, others / total);
        sum.q += largest * (u * r * r);
        sum.trace += largest * (u * share);
        sum.trace_v += u * share * (v.f64() * largest);
        sum.trace_pp += largest * largest * (u * u * (share * share + other_squares / total / total));
    }
    sum
}
