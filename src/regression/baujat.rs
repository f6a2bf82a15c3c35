//! Which studies make for the heterogeneity about a regression, and which of those for the answer.

use super::influence::finite;
use super::{Design, MetaRegression};
use crate::error::Error;
use crate::measure::Measure;
use crate::real::Real;
use crate::sensitivity::{Baujat, BaujatPoint};
use crate::studies::Studies;
use crate::subset::Subset;
use crate::tau2::Tau2Estimator;

impl<T> MetaRegression<T> {
    /// The coordinates of a Baujat plot about the regression, as [`baujat`](crate::sensitivity::baujat) without
    /// moderators: the squared residual over v + τ², and how far the study moves its own fitted value, as the square of
    /// that in standard errors of the fit without it (Baujat et al. 2002).
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit).
    ///
    /// ```
    /// use meta_analysis::{Design, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![0.0, 1.0, 6.0, 3.0], vec![1.0; 4])?;
    /// let design = Design::new().continuous("x", [0.0, 1.0, 2.0, 3.0])?;
    /// let third = &MetaRegression::common_effect().baujat(&studies, &design)?.rows()[2].clone();
    /// assert_eq!(format!("{:.2} {:.2}", third.heterogeneity, third.influence.unwrap()), "7.84 3.36");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn baujat<M: Measure, F: Real>(&self, studies: &Studies<M, F>, design: &Design) -> Result<Baujat, Error>
    where
        T: Tau2Estimator<F>,
    {
        let all = self.fit_without_total(studies, design)?;
        let residuals = all.residuals()?;
        let names = all.studies.names();
        let rows = self.without_each(&all, |i, rest| {
            let moved = rest.and_then(|rest| {
                let x = all.row_of(i);
                let error = rest.errors.of_whitened(&rest.solution.whitened(&x))?.size / rest.solution.unit;
                finite((all.solution.moved_from(&rest.solution, &x) / error).powi(2))
            });
            let heterogeneity = (residuals[i].residual / all.spread_of(all.studies.v()[i].f64())).powi(2);
            BaujatPoint { label: names[i].clone(), heterogeneity, influence: moved }
        })?;
        Ok(Baujat::of(rows))
    }
}
