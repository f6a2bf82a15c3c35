//! What the regression leaves of each study.

use super::errors::Errors;
use super::result::Regression;
use super::{Design, Effects, MetaRegression};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::num::square::dot;
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::Tau2Estimator;

/// A study that the design fits whatever its effect has leverage 1 under all weights, up to the squares of rounding
/// errors.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// One study beside the regression, on the analysis scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    /// The fitted value x'β.
    pub fitted: f64,
    /// The effect less the fitted value.
    pub residual: f64,
    /// The leverage: the weight of the study in its own fitted value, between 0 and 1; leverages sum to p.
    pub leverage: f64,
    /// The standard error of the residual; 0 for a study that the regression goes through whatever its effect is.
    pub std_error: f64,
}

impl Residual {
    /// The residual over its standard error, the (internally) standardised residual; about standard normal. `None`
    /// where that is 0.
    #[doc(alias = "rstandard")]
    #[must_use]
    pub fn standardised(&self) -> Option<f64> {
        Some(self.residual / self.std_error).filter(|z| z.is_finite())
    }
}

/// A study against the regression of all others, on the analysis scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeletedResidual {
    /// The effect less its prediction from the other studies.
    pub residual: f64,
    /// Its standard error, √(v + τ² + Var x'β), all from the fit without the study; where the
    /// [`Inference`](crate::Inference) has a factor on the variance, times the root of that.
    pub std_error: f64,
    /// τ² without the study; `None` for models without it.
    pub tau2: Option<f64>,
}

impl DeletedResidual {
    /// The residual over its standard error: the externally studentised (deleted) residual.
    #[doc(alias = "rstudent")]
    #[must_use]
    pub fn studentised(&self) -> f64 {
        self.residual / self.std_error
    }
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// Fitted values, residuals and leverages, in the order of the studies.
    ///
    /// The variance of a residual is (v + τ²) (1 - h) with the leverage h; under other weights than these the diagonal
    /// of (I - H) (V + τ² I) (I - H)' (Viechtbauer & Cheung 2010).
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] where a residual is not finite.
    pub fn residuals(&self) -> Result<Vec<Residual>, Error> {
        let (tau2, unit) = (self.tau2_in_unit(), self.solution.unit);
        let own_weights = self.effects != Effects::InverseVarianceWeights;
        let out_of_range = || Error::from(ErrorKind::OutOfRange { quantity: "a residual of the regression" });
        let weighted = self.weighted()?;
        let mut raw = weighted.unweighted(&weighted.residuals());
        let (mut left, leverages) = (weighted.left(), weighted.leverages());
        let equal = self.moderators.weighted(|_| 1.0).ok_or_else(out_of_range)?.left();
        #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
        let least = ROUNDING * ROUNDING * self.k() as f64;
        for i in (0..self.k()).filter(|&i| equal[i] <= least) {
            (raw[i], left[i]) = (0.0, 0.0);
        }
        let variances: Vec<f64> = self.moderators.variances().iter().map(|v| v + tau2).collect();
        let factor = match (self.effects, &self.errors) {
            (Effects::Multiplicative, Errors::Factor { factor, .. }) => *factor,
            _ => 1.0,
        };
        let inner = (!own_weights).then(|| {
            let d: Vec<f64> = weighted.u().iter().zip(&variances).map(|(u, s)| u * s).collect();
            weighted.inner(&d)
        });
        let variance = |i: usize| match &inner {
            None => variances[i] * left[i],
            // (1 - h)² s + Σ over the others of H² s.
            Some(inner) => {
                let row = weighted.influence(i);
                let all = dot(&row, &inner.times(&row)) / weighted.u()[i];
                left[i] * left[i] * variances[i] + (all - leverages[i] * leverages[i] * variances[i]).max(0.0)
            }
        };
        let residuals: Vec<Residual> = (0..self.k())
            .map(|i| Residual {
                fitted: self.moderators.offset + (self.moderators.effects()[i] - raw[i]) / unit,
                residual: raw[i] / unit,
                leverage: leverages[i],
                std_error: (factor * variance(i)).sqrt() / unit,
            })
            .collect();
        let finite = |r: &Residual| r.fitted.is_finite() && r.residual.is_finite() && r.std_error.is_finite();
        if residuals.iter().all(finite) { Ok(residuals) } else { Err(out_of_range()) }
    }
}

impl<T> MetaRegression<T> {
    /// The residual of each study against the regression fitted without it, τ² estimated anew: k fits (Viechtbauer &
    /// Cheung 2010). `None` for a study without which the design has dependent columns or too few studies.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), but for what `None` stands for.
    ///
    /// ```
    /// use meta_analysis::{Design, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![0.0, 1.0, 6.0, 3.0], vec![1.0; 4])?;
    /// let design = Design::new().continuous("x", [0.0, 1.0, 2.0, 3.0])?;
    /// let deleted = MetaRegression::common_effect().deleted_residuals(&studies, &design)?;
    /// // The others lie on the line y = x.
    /// assert!((deleted[2].unwrap().residual - 4.0).abs() < 1e-14);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn deleted_residuals<M: Measure, F: Real>(
        &self,
        studies: &Studies<M, F>,
        design: &Design,
    ) -> Result<Vec<Option<DeletedResidual>>, Error>
    where
        T: Tau2Estimator<F>,
    {
        let all = self.fit_without_total(studies, design)?;
        self.without_each(&all, |i, rest| rest.and_then(|rest| rest.deleted_residual(&all, i)))
    }
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// The residual of the study of index i against this fit of all but that one.
    pub(super) fn deleted_residual(&self, all: &Self, i: usize) -> Option<DeletedResidual> {
        let row = all.row_of(i);
        let residual = all.studies.y()[i].f64() - self.solution.value(&row);
        let mean = self.errors.of_whitened(&self.solution.whitened(&row))?;
        // What scales all variances scales the study's own: the ratio is then Student's t.
        let std_error =
            (self.error_factor(&row)? * self.spread_of(all.studies.v()[i].f64())).hypot(mean.size / self.solution.unit);
        Some(DeletedResidual { residual, std_error, tau2: self.tau2.map(|tau2| tau2.value) })
    }
}
