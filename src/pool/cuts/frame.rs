//! The origin and the unit of sums over parts of the studies.

use std::marker::PhantomData;

use super::OffsetSums;
use crate::evidence::Kernel;
use crate::heterogeneity::Heterogeneity;
use crate::real::Real;

/// Beyond this ratio sums in one unit may lose a study, and each part is pooled in its own.
const WIDEST: f64 = 1e100;

/// The origin and the unit in which sums over parts of these studies are taken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame {
    pub(crate) pivot: f64,
    pub(crate) unit: f64,
    /// The smallest variance, in that unit.
    pub(crate) v_min: f64,
}

impl Frame {
    /// `None` for studies too far apart in size.
    pub(crate) fn of<F: Real>(y: &[F], v: &[F]) -> Option<Self> {
        let kernel = Kernel::new(y, v);
        let frame = Self { pivot: kernel.effect(0.0), unit: kernel.unit, v_min: kernel.v_min };
        let near = |y: &F| ((y.f64() - frame.pivot) * frame.unit).abs() <= WIDEST;
        (!y.is_empty() && kernel.v_max <= WIDEST && y.iter().all(near)).then_some(frame)
    }

    /// The weight of a study relative to that of the most precise one.
    pub(crate) fn weight(&self, v: f64) -> f64 {
        self.v_min / (v * self.unit * self.unit)
    }

    pub(crate) fn add<F: Real>(&self, sums: &mut OffsetSums, y: F, v: F) {
        sums.add(y.f64(), self.pivot, self.unit, self.weight(v.f64()));
    }

    /// A variance from our unit to the user's.
    pub(crate) fn user(&self, variance: f64) -> f64 {
        variance / self.unit / self.unit
    }

    /// Q of these sums, or of their squares about another centre.
    pub(crate) fn q(&self, squares: f64) -> f64 {
        squares / self.v_min
    }

    pub(crate) fn std_error(&self, sums: &OffsetSums) -> f64 {
        (self.v_min / sums.total()).sqrt() / self.unit
    }

    /// Heterogeneity with a given Q and τ² (in the user's unit).
    pub(crate) fn heterogeneity<F: Real>(&self, sums: &OffsetSums, q: f64, tau2: Option<f64>) -> Heterogeneity<F> {
        let df = sums.df();
        let typical = Some(self.user(df * self.v_min / sums.trace())).filter(|s2| s2.is_finite() && df >= 1.0);
        Heterogeneity { q, df, tau2, tau2_std_error: None, typical, float: PhantomData }
    }
}
