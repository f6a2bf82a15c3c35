//! Means and intervals at new points.

use super::design::Setting;
use super::errors::StdError;
use super::result::Regression;
use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::measure::Measure;
use crate::pool::{Analysis, Natural, Prediction};
use crate::real::Real;

/// The mean effect of studies with given moderators, on both scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegressionPrediction {
    /// The mean with its confidence interval, on the natural scale.
    pub natural: Natural,
    /// The mean with its standard error and confidence interval, on the analysis scale.
    pub analysis: Analysis,
    /// The interval in which the effect of a new study with these moderators is expected; `None` where it is undefined,
    /// and for models without τ².
    pub new_study: Option<Prediction>,
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// The mean effect where each moderator has the value given here.
    ///
    /// ```
    /// use meta_analysis::{Design, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0, 4.0], vec![1.0; 4])?;
    /// let fit = MetaRegression::common_effect()
    ///     .fit(&studies, &Design::new().continuous("dose", [0.0, 1.0, 2.0, 3.0])?)?;
    /// let prediction = fit.predict(&[("dose", 1.5.into())])?;
    /// assert!((prediction.natural.estimate - 3.25).abs() < 1e-14);
    /// assert!((prediction.analysis.std_error.unwrap() - 0.5).abs() < 1e-15);
    /// let error = fit.predict(&[("dosis", 1.0.into())]).unwrap_err();
    /// assert_eq!(error.to_string(), "unknown moderator \"dosis\"");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Design::point`](super::Design::point); [`ErrorKind::OutOfRange`].
    pub fn predict(&self, settings: &[(&str, Setting<'_>)]) -> Result<RegressionPrediction, Error> {
        self.predict_row(&self.design.point(settings)?)
    }

    /// The mean effect at a row of the design, with an entry for each column.
    ///
    /// # Errors
    /// [`ErrorKind::WrongRow`]; [`ErrorKind::NotFinite`]; [`ErrorKind::OutOfRange`].
    pub fn predict_row(&self, row: &[f64]) -> Result<RegressionPrediction, Error> {
        self.check_row(row)?;
        let (estimate, unit) = (self.solution.value(row), self.solution.unit);
        let whitened = self.solution.whitened(row);
        let error = self.errors.of_whitened(&whitened);
        let interval = |error: StdError| Interval::around(estimate, error.half_width(self.level) / unit);
        let of_mean = error.map(interval);
        let tau = self.tau2_in_unit().sqrt();
        let of_new_study = self.of_new_study.as_ref().and_then(|errors| errors.with_zero(&whitened));
        let analysis = of_new_study.map(|error| interval(StdError { size: error.size.hypot(tau), ..error }));
        let finite = |interval: Option<Interval>| interval.is_none_or(|i| i.lower.is_finite() && i.upper.is_finite());
        if !(estimate.is_finite() && finite(of_mean) && finite(analysis)) {
            return Err(ErrorKind::OutOfRange { quantity: "a prediction of the regression" }.into());
        }
        let link = self.studies.measure().link();
        Ok(RegressionPrediction {
            natural: Natural {
                estimate: link.to_natural(estimate),
                interval: of_mean.map(|interval| interval.to_natural(link)),
            },
            analysis: Analysis { estimate, std_error: error.map(|error| error.size / unit), interval: of_mean },
            new_study: analysis.map(|analysis| Prediction { natural: analysis.to_natural(link), analysis }),
        })
    }
}
