//! The regression without each study.

use super::MetaRegression;
use super::errors::Errors;
use super::result::Regression;
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::real::Real;
use crate::tau2::Tau2Estimator;

impl<T> MetaRegression<T> {
    /// What a function says of the fit without each study in turn, τ² estimated anew; `None` where the design has
    /// dependent columns or too few studies then.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), but for what `None` stands for.
    pub(super) fn without_each<M: Measure, F: Real, O>(
        &self,
        all: &Regression<M, F>,
        mut row: impl FnMut(usize, Option<Regression<M, F>>) -> O,
    ) -> Result<Vec<O>, Error>
    where
        T: Tau2Estimator<F>,
    {
        let mut without = |i: usize| {
            let kept: Vec<usize> = (0..all.k()).filter(|&j| j != i).collect();
            match self.fit_without_total(&all.studies.select_fitted(&kept), &all.design.select(&kept)) {
                Ok(fit) => Ok(row(i, Some(fit))),
                Err(error) if ErrorKind::is_lack_of_studies(error.kind()) => Ok(row(i, None)),
                Err(error) => Err(error),
            }
        };
        (0..all.k()).map(&mut without).collect()
    }
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// The row of the design of a study.
    pub(super) fn row_of(&self, i: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column[i]).collect()
    }

    /// The square root of v + τ².
    pub(super) fn spread_of(&self, variance: f64) -> f64 {
        variance.sqrt().hypot(self.tau2.map_or(0.0, |tau2| tau2.value.sqrt()))
    }

    /// What the [`Inference`](crate::Inference) multiplies all standard errors by, that of x'β among them; `None` where
    /// that has none. Kenward and Roger correct the covariance of the coefficients alone.
    pub(super) fn error_factor(&self, x: &[f64]) -> Option<f64> {
        self.errors.of_whitened(&self.solution.whitened(x))?;
        match &self.errors {
            Errors::Factor { factor, .. } => Some(factor.sqrt()),
            Errors::KenwardRoger(_) => Some(1.0),
            Errors::Undefined => None,
        }
    }
}
