//! The mean share of the variance between studies in the variance of their effects.

use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::interval::Interval;
use crate::level::Level;
use crate::real::Real;
use crate::tau2::{DerSimonianLaird, Tau2Estimator};

/// The share of heterogeneity in the variance of an effect, averaged over studies; see [`Evidence::between_share`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetweenShare<F = f64> {
    /// The share, a proportion.
    pub estimate: F,
    /// Its Wald interval, cut off at 0 and 1; `None` where the standard error is out of range.
    pub interval: Option<Interval<F>>,
}

impl<F: Real> Evidence<'_, F> {
    /// The mean over studies of τ² / (v + τ²), for this τ² on the analysis scale squared, with its Wald interval by the
    /// standard error that [`DerSimonianLaird`] has at this τ² (Crippa et al. 2016).
    ///
    /// Unlike I² it rests on no typical variance, and it is 1 - k⁻¹ Σ w v rather than a ratio of two estimates.
    ///
    /// # Errors
    /// [`TooFewStudies`](ErrorKind::TooFewStudies) for one study; [`NegativeTau2`](ErrorKind::NegativeTau2).
    ///
    /// ```
    /// use meta_analysis::{Level, MeanDifference, Studies};
    ///
    /// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
    /// let share = studies.evidence().between_share(6.0, Level::P95)?;
    /// assert!((share.estimate - 6.0 / 7.0).abs() < 1e-15);     // with equal variances it is I²
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "Rb")]
    pub fn between_share(&self, tau2: F, level: Level) -> Result<BetweenShare<F>, Error> {
        if self.k() < 2 {
            return Err(ErrorKind::TooFewStudies { quantity: "R_b", needed: 2, found: self.k() }.into());
        }
        if !(tau2 >= F::zero() && tau2.is_finite()) {
            return Err(ErrorKind::NegativeTau2 { value: tau2.f64() }.into());
        }
        let kernel = self.kernel();
        let (estimate, slope) = kernel.between_share(kernel.in_unit(tau2.f64()));
        // The slope is in the kernel's unit, as the standard error has to be.
        let half = DerSimonianLaird
            .std_error(self, tau2)
            .map(|std_error| level.normal_quantile() * slope * kernel.in_unit(std_error.f64()))
            .filter(|half| half.is_finite());
        let interval = half.map(|half| Interval {
            lower: F::of((estimate - half).max(0.0)),
            upper: F::of((estimate + half).min(1.0)),
        });
        Ok(BetweenShare { estimate: F::of(estimate), interval })
    }
}
