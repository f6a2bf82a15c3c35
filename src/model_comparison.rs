//! How well a model fits: log-likelihood, information criteria, and the likelihood-ratio test of heterogeneity.

use crate::distributions;
use crate::error::Error;
use crate::evidence::Evidence;
use crate::real::Real;
use crate::tau2::{MaximumLikelihood, Reml, highest_mode};

/// The log-likelihood of a fit with its information criteria; smaller criteria are better.
///
/// Compare fits of the same studies by the same likelihood only. Under the restricted likelihood the number of
/// observations is k - p, and fits with different moderators are not comparable at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit<F = f64> {
    /// The log-likelihood, all constants included.
    pub log_likelihood: F,
    /// The number of parameters: the mean (with moderators, all p coefficients), and τ² if it was estimated.
    pub parameters: usize,
    /// The number of observations: k, or k - p under the restricted likelihood (p = 1 without moderators).
    pub observations: usize,
}

#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies and parameters")]
impl<F: Real> Fit<F> {
    fn minus_twice(&self) -> f64 {
        -2.0 * self.log_likelihood.f64()
    }

    /// -2 l. (Programs that report the deviance of the plain likelihood from that of a saturated model print less, by
    /// -k ln 2π - Σ ln v.)
    #[must_use]
    pub fn deviance(&self) -> F {
        F::of(self.minus_twice())
    }

    /// Akaike's criterion, -2 l + 2 p (Akaike 1974).
    #[must_use]
    pub fn aic(&self) -> F {
        F::of(self.minus_twice() + 2.0 * self.parameters as f64)
    }

    /// Akaike's criterion corrected for few observations, AIC + 2 p (p + 1) / (n - p - 1) (Hurvich & Tsai 1989). `None` unless
    /// n > p + 1.
    #[must_use]
    pub fn aicc(&self) -> Option<F> {
        let (n, p) = (self.observations as f64, self.parameters as f64);
        let left = n - p - 1.0;
        (left > 0.0).then(|| F::of(self.minus_twice() + 2.0 * p + 2.0 * p * (p + 1.0) / left))
    }

    /// The Bayesian criterion, -2 l + p ln n (Schwarz 1978).
    #[must_use]
    pub fn bic(&self) -> F {
        F::of(self.minus_twice() + self.parameters as f64 * (self.observations as f64).ln())
    }
}

/// The likelihood-ratio test of τ² = 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeterogeneityTest<F = f64> {
    /// Twice the difference of the log-likelihoods at the estimate and at 0.
    pub statistic: F,
    exact: f64,
}

impl<F: Real> HeterogeneityTest<F> {
    /// The p-value against the half-and-half mixture of chi-squared distributions with 0 and 1 degrees of freedom, which is
    /// the distribution under τ² = 0 on the boundary (Self & Liang 1987); 1 for a statistic of 0.
    #[must_use]
    pub fn p_value(&self) -> F {
        F::of(if self.exact > 0.0 { 0.5 * distributions::chi_squared_sf(self.exact, 1.0) } else { 1.0 })
    }

    /// The natural logarithm of [`p_value`](Self::p_value): finite where that underflows.
    #[must_use]
    pub fn log_p_value(&self) -> F {
        let log = distributions::chi_squared_log_sf(self.exact, 1.0) - std::f64::consts::LN_2;
        F::of(if self.exact > 0.0 { log } else { 0.0 })
    }

    /// The p-value against the chi-squared distribution with 1 degree of freedom, which ignores the boundary and is twice
    /// as large.
    #[must_use]
    pub fn plain_p_value(&self) -> F {
        F::of(distributions::chi_squared_sf(self.exact, 1.0))
    }
}

impl<F: Real> Evidence<'_, F> {
    /// The fit with this τ², or with a common effect if it is `None`, under the likelihood or the restricted one.
    fn fit(&self, tau2: Option<F>, restricted: bool) -> Fit<F> {
        let at = tau2.unwrap_or(F::zero());
        let log_likelihood = if restricted { self.restricted_log_likelihood(at) } else { self.log_likelihood(at) };
        let coefficients = self.coefficients();
        let observations = if restricted { self.k().saturating_sub(coefficients) } else { self.k() };
        Fit { log_likelihood, parameters: coefficients + usize::from(tau2.is_some()), observations }
    }

    fn heterogeneity_test(&self, restricted: bool) -> Result<HeterogeneityTest<F>, Error> {
        let (top, _) = highest_mode(self, restricted)?;
        let exact = if top > 0.0 { (-2.0 * self.rise(top, 0.0, restricted)).max(0.0) } else { 0.0 };
        Ok(HeterogeneityTest { statistic: F::of(exact), exact })
    }
}

/// The two likelihoods differ by one word.
macro_rules! comparisons {
    ($type:ty, restricted: $restricted:literal) => {
        impl $type {
            /// The log-likelihood and information criteria of a random-effects model with this τ², usually the estimate of
            /// this estimator.
            ///
            /// ```
            /// use meta_analysis::{MeanDifference, Reml, Studies};
            ///
            /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
            /// let evidence = studies.evidence();
            /// let random = Reml.fit(&evidence, 6.0);
            /// assert!(random.aic() < Reml.common_effect_fit(&evidence).aic());
            /// # Ok::<(), meta_analysis::Error>(())
            /// ```
            #[must_use]
            pub fn fit<F: Real>(&self, evidence: &Evidence<'_, F>, tau2: F) -> Fit<F> {
                evidence.fit(Some(tau2), $restricted)
            }

            /// The log-likelihood and information criteria of a common effect.
            #[must_use]
            pub fn common_effect_fit<F: Real>(&self, evidence: &Evidence<'_, F>) -> Fit<F> {
                evidence.fit(None, $restricted)
            }

            /// The likelihood-ratio test of τ² = 0.
            ///
            /// # Errors
            /// As [`tau2`](crate::Tau2Estimator::tau2).
            ///
            /// ```
            /// use meta_analysis::{MeanDifference, Reml, Studies};
            ///
            /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
            /// let test = Reml.heterogeneity_test(&studies.evidence())?;
            /// // 2 (7 - ln 7 - 1), from tau2 = 6 and three equal variances.
            /// assert!((test.statistic - (12.0 - 2.0 * 7.0_f64.ln())).abs() < 1e-13);
            /// assert_eq!(format!("{:.4}", test.p_value()), "0.0022");
            /// # Ok::<(), meta_analysis::Error>(())
            /// ```
            pub fn heterogeneity_test<F: Real>(
                &self,
                evidence: &Evidence<'_, F>,
            ) -> Result<HeterogeneityTest<F>, Error> {
                evidence.heterogeneity_test($restricted)
            }
        }
    };
}

comparisons!(Reml, restricted: true);
comparisons!(MaximumLikelihood, restricted: false);
