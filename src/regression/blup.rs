//! The effect in each study, given all the others and the moderators.

use super::errors::StdError;
use super::residuals::Residual;
use super::result::Regression;
use crate::error::Error;
use crate::measure::Measure;
use crate::real::Real;
use crate::sensitivity::{Blups, shrunken};
use crate::subset::Subset;

impl<M: Measure, F: Real> Regression<M, F> {
    /// The effect in each study, shrunken towards what its moderators predict: as [`blup`](crate::sensitivity::blup),
    /// with x'β in the place of the mean.
    ///
    /// # Errors
    /// As [`residuals`](Self::residuals).
    ///
    /// ```
    /// use meta_analysis::{Design, KnownTau2, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0, 3.0], vec![1.0; 4])?;
    /// let design = Design::new().continuous("x", [0.0, 1.0, 2.0, 3.0])?;
    /// let fit = MetaRegression::new(KnownTau2::new(1.0)?).fit(&studies, &design)?;
    /// // Half way between the effect, 6, and the line, which is at 3.5 there.
    /// assert!((fit.blups()?.rows()[2].effect - 4.75).abs() < 1e-14);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ranef")]
    #[doc(alias = "shrinkage")]
    pub fn blups(&self) -> Result<Blups<M>, Error> {
        let tau2 = self.tau2.map_or(0.0, |tau2| tau2.value);
        let row = |((i, label), beside): ((usize, String), Residual)| {
            let error = self.errors.of_whitened(&self.solution.whitened(&self.row_of(i)));
            let mean = (beside.fitted, error.map(|error| error.size / self.solution.unit));
            let half_width = |size: f64| Some(StdError { size, ..error? }.half_width(self.level));
            shrunken(label, (self.studies.y()[i].f64(), self.studies.v()[i].f64()), mean, tau2, half_width)
        };
        let rows = self.studies.names().into_iter().enumerate().zip(self.residuals()?).map(row);
        Ok(Blups::of(self.studies.measure(), rows.collect()))
    }
}
