//! Likelihoods of regressions.

use super::Effects;
use super::result::Regression;
use crate::distributions;
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::model_comparison::Fit;
use crate::num::sum::sum_pairs;
use crate::pool::Name;
use crate::real::Real;
use crate::tau2::{MaximumLikelihood, Reml};

/// What is left of a column by another design's, relative to its size, if it is a combination of them.
const NESTED: f64 = 1e-8;

/// A likelihood-ratio test of nested regressions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelihoodRatio {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// The number of coefficients that the larger regression has more.
    pub df: usize,
}

impl LikelihoodRatio {
    /// The upper tail of the chi-squared distribution; 1 for regressions of one size.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        if self.df == 0 { 1.0 } else { distributions::chi_squared_sf(self.statistic, self.degrees()) }
    }

    /// The natural logarithm of [`p_value`](Self::p_value): finite where that underflows.
    #[must_use]
    pub fn log_p_value(&self) -> f64 {
        if self.df == 0 { 0.0 } else { distributions::chi_squared_log_sf(self.statistic, self.degrees()) }
    }

    #[allow(clippy::cast_precision_loss, reason = "there are few coefficients")]
    fn degrees(&self) -> f64 {
        self.df as f64
    }
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// The log-likelihood at the estimate of τ² with its information criteria; to compare any regressions of the same
    /// studies. `None` for multiplicative models and other weights, whose coefficients do not maximise it.
    #[must_use]
    pub fn likelihood(&self) -> Option<Fit> {
        self.fit_by(false)
    }

    /// The restricted log-likelihood at the estimate of τ²; it compares regressions of one and the same design only.
    /// `None` as for [`likelihood`](Self::likelihood).
    #[must_use]
    pub fn restricted_likelihood(&self) -> Option<Fit> {
        self.fit_by(true)
    }

    fn fit_by(&self, restricted: bool) -> Option<Fit> {
        let estimated = match self.effects {
            Effects::Random => true,
            Effects::Common => false,
            Effects::Multiplicative | Effects::InverseVarianceWeights => return None,
        };
        let log_likelihood = self.evidence().log_likelihood_at(self.tau2_in_unit(), restricted);
        let observations = if restricted { self.k() - self.p() } else { self.k() };
        Some(Fit { log_likelihood, parameters: self.p() + usize::from(estimated), observations })
    }

    /// The likelihood-ratio test of this regression against one with fewer coefficients, both by [`MaximumLikelihood`]
    /// (or both common-effect).
    ///
    /// # Errors
    /// [`ErrorKind::NotComparable`] unless the studies are the same, the smaller design is nested in the larger, and
    /// both have one likelihood. The restricted likelihood is one of the effects less what the design explains: fits by
    /// [`Reml`] with different designs are refused, as their likelihoods are of different data (Harville 1974).
    ///
    /// ```
    /// use meta_analysis::{Design, MaximumLikelihood, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0, 7.0], vec![1.0; 4])?;
    /// let (model, small) = (MetaRegression::new(MaximumLikelihood), Design::new());
    /// let large = small.clone().continuous("x", [0.0, 1.0, 2.0, 3.0])?;
    /// let test = model.fit(&studies, &large)?.likelihood_ratio(&model.fit(&studies, &small)?)?;
    /// // Residual squares 1.8 and 26: twice the difference is 4 ln (26/4) + 4 - 1.8.
    /// assert_eq!((test.df, format!("{:.3}", test.p_value())), (1, "0.002".into()));
    /// let reml = MetaRegression::default();
    /// assert!(reml.fit(&studies, &large)?.likelihood_ratio(&reml.fit(&studies, &small)?).is_err());
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "anova")]
    #[doc(alias = "LRT")]
    pub fn likelihood_ratio(&self, smaller: &Self) -> Result<LikelihoodRatio, Error> {
        let refuse = |reason| Err(ErrorKind::NotComparable { reason }.into());
        if self.studies.y() != smaller.studies.y() || self.studies.v() != smaller.studies.v() {
            return refuse("the studies differ");
        }
        if self.effects != smaller.effects || self.estimator != smaller.estimator {
            return refuse("the models of heterogeneity differ");
        }
        let restricted = self.estimator == Name::of(&Reml);
        match self.effects {
            Effects::Common => {}
            Effects::Random if restricted || self.estimator == Name::of(&MaximumLikelihood) => {}
            _ => return refuse("tau2 is not estimated by maximum likelihood"),
        }
        if smaller.p() > self.p() || !smaller.columns.iter().all(|column| self.explains(column)) {
            return refuse("the second design is not nested in the first");
        }
        if restricted && self.effects == Effects::Random && self.p() != smaller.p() {
            return refuse("the restricted likelihoods of different designs are of different data");
        }
        let (Some(large), Some(small)) = (self.fit_by(restricted), smaller.fit_by(restricted)) else {
            return refuse("they have no likelihood");
        };
        let statistic = 2.0 * (large.log_likelihood - small.log_likelihood);
        if !statistic.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "the likelihood" }.into());
        }
        // Rounding must not make it negative.
        Ok(LikelihoodRatio { statistic: statistic.max(0.0), df: self.p() - smaller.p() })
    }

    /// True if a column is a combination of those of the design.
    fn explains(&self, column: &[f64]) -> bool {
        let largest = column.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let Some(equal) = self.moderators.weighted(|_| 1.0) else { return false };
        let relative: Vec<f64> = column.iter().map(|x| x / largest).collect();
        let rest = equal.project(&relative);
        let [left, all] = sum_pairs(&rest, &relative, |rest, x| [rest * rest, x * x]);
        left <= NESTED * NESTED * all
    }
}
