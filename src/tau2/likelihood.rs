//! Likelihood estimators.

use super::moment::finite;
use super::stationary::{Stationary, stationary_points};
use super::{LaneMethod, MeanAt, Tau2, Tau2Estimator, check_degrees, named, to_user};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::real::Real;

/// Restricted maximum likelihood: the default, and the usual recommendation for effects that are about normal.
///
/// The estimate is the *global* maximum of the exact restricted likelihood over τ² >= 0. All local maxima are isolated
/// with proof before they are compared (the likelihood can have several), so there is no starting value, no tolerance
/// in the unit of the data, and nothing that fails to converge. [`modes`](Self::modes) tells the others.
///
/// # Formula
/// ```text
/// maximise  -½ (Σ ln(v + τ²) + ln Σ w + Σ w (y - μ)²)        w = 1 / (v + τ²),  μ = Σ w y / Σ w
/// ```
/// (Patterson & Thompson 1971; Harville 1977; Raudenbush 2009.) The standard error is √(2 / tr PP), from the
/// expected information (Harville 1977).
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange);
/// [`NoConvergence`](crate::ErrorKind::NoConvergence) if the search for modes is not done after 4000 evaluations, which
/// happens only where variances are hundreds of orders of magnitude apart (data of ordinary range take 5 on average).
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, Reml, Studies, Tau2Estimator};
///
/// // Thirteen trials of the BCG vaccine (Colditz et al. 1994), log risk ratios: tau2 0.3132 (SE 0.1664).
/// let y = vec![-0.8893113339202057, -1.5853886572014306, -1.3480731482996928, -1.4415511900213054,
///     -0.2175473222112957, -0.7861155858188641, -1.6208982235983924, 0.01195233352384116,
///     -0.4694176487381487, -1.3713448034727844, -0.33935882833839026, 0.44591340057137846, -0.017313948216879593];
/// let v = vec![0.32558476500396133, 0.19458112139814387, 0.4153679653679654, 0.020010031902247573,
///     0.05121017216963086, 0.0069056184559087574, 0.22301724757231517, 0.00396157929781773,
///     0.05643421046324896, 0.07302479361302891, 0.01241221397155972, 0.5325058452001528, 0.0714046596839863];
/// let studies = Studies::from_analysis(MeanDifference, y, v)?;
/// let tau2 = Reml.estimate(&studies.evidence())?;
/// assert_eq!(format!("{:.4} {:.4}", tau2.value, tau2.std_error.unwrap()), "0.3132 0.1664");
/// assert_eq!(tau2.modes, Some(1));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "restricted maximum likelihood")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reml;

named!(Reml, "REML");

/// Maximum likelihood: the global maximum of the exact likelihood of τ² and the mean together.
///
/// Its mean squared error is small, but it is biased downwards, since it does not allow for the estimation of the mean;
/// [`Reml`] does. Use it to compare models of the mean by their likelihoods.
///
/// # Formula
/// ```text
/// maximise  -½ (Σ ln(v + τ²) + Σ w (y - μ)²)        w = 1 / (v + τ²),  μ = Σ w y / Σ w
/// ```
/// (Hardy & Thompson 1996.) The standard error is √(2 / Σ w²), from the expected information.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// As [`Reml`].
///
/// # Example
/// ```
/// use meta_analysis::{MaximumLikelihood, MeanDifference, Studies, Tau2Estimator};
///
/// // With equal variances it is the mean square of the effects about their mean, minus the variance.
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let tau2: f64 = MaximumLikelihood.tau2(&studies.evidence())?;
/// assert!((tau2 - 11.0 / 3.0).abs() < 1e-14);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "ML")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MaximumLikelihood;

named!(MaximumLikelihood, "maximum likelihood");

/// A local maximum of a likelihood over τ² >= 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode<F = f64> {
    /// Where it is, on the analysis scale squared.
    pub tau2: F,
    /// The (restricted) log-likelihood there, all constants included.
    pub log_likelihood: F,
}

impl Reml {
    /// Every local maximum of the restricted likelihood over τ² >= 0, in increasing order of τ².
    ///
    /// # Errors
    /// As [`tau2`](Tau2Estimator::tau2).
    ///
    /// ```
    /// use meta_analysis::{MeanDifference, Reml, Studies};
    ///
    /// // One precise study between two that disagree: the likelihood has two peaks, nearly equally high.
    /// let studies = Studies::from_analysis(MeanDifference, vec![-0.715, -0.559, 0.974], vec![0.173, 0.0071, 0.506])?;
    /// let modes = Reml.modes(&studies.evidence())?;
    /// let shown: Vec<String> = modes.iter().map(|m| format!("{:.3} at {:.2}", m.log_likelihood, m.tau2)).collect();
    /// assert_eq!(shown, ["-2.475 at 0.00", "-2.453 at 0.23"]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn modes<F: Real>(&self, evidence: &Evidence<'_, F>) -> Result<Vec<Mode<F>>, Error> {
        modes(evidence, true)
    }
}

impl MaximumLikelihood {
    /// Every local maximum of the likelihood over τ² >= 0, in increasing order of τ².
    ///
    /// # Errors
    /// As [`tau2`](Tau2Estimator::tau2).
    pub fn modes<F: Real>(&self, evidence: &Evidence<'_, F>) -> Result<Vec<Mode<F>>, Error> {
        modes(evidence, false)
    }
}

/// The two likelihoods differ by one word.
macro_rules! likelihood_estimator {
    ($type:ty, restricted: $restricted:literal, $lanes:ident) => {
        impl<F: Real> Tau2Estimator<F> for $type {
            fn static_name(&self) -> Option<&'static str> {
                Some(Self::NAME)
            }

            fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
                Ok(global_maximum(evidence, $restricted)?.0)
            }

            fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
                std_error_and_mean(evidence, tau2, $restricted).0
            }

            fn estimate(&self, evidence: &Evidence<'_, F>) -> Result<Tau2<F>, Error> {
                Ok(self.estimate_and_mean(evidence)?.0)
            }

            fn estimate_and_mean(&self, evidence: &Evidence<'_, F>) -> Result<(Tau2<F>, Option<MeanAt>), Error> {
                let (value, modes) = global_maximum(evidence, $restricted)?;
                let (std_error, mean) = std_error_and_mean(evidence, value, $restricted);
                Ok((Tau2 { value, std_error, modes: Some(modes) }, mean))
            }

            fn lanes(&self) -> Option<LaneMethod> {
                Some(LaneMethod::$lanes)
            }
        }
    };
}

likelihood_estimator!(Reml, restricted: true, Reml);
likelihood_estimator!(MaximumLikelihood, restricted: false, MaximumLikelihood);

/// √(2 / tr PP), or √(2 / tr WW), from the expected information; and the mean of the same weights.
fn std_error_and_mean<F: Real>(evidence: &Evidence<'_, F>, tau2: F, restricted: bool) -> (Option<F>, Option<MeanAt>) {
    let tau2 = evidence.kernel().in_unit(tau2.f64());
    let (c, trace_pp, mean) = match evidence.moderators() {
        Some(_) => {
            let at = evidence.curvature(tau2, restricted);
            (at.c, at.trace_pp, None)
        }
        // The residuals are not needed.
        None => {
            let (weights, centre) = evidence.full_centre(tau2);
            let trace_pp = if restricted { weights.trace_pp() } else { weights.total_squares() };
            (weights.c, trace_pp, Some(MeanAt { tau2, centre }))
        }
    };
    (finite(evidence, (2.0 / trace_pp).sqrt() * c), mean)
}

fn modes<F: Real>(evidence: &Evidence<'_, F>, restricted: bool) -> Result<Vec<Mode<F>>, Error> {
    check_degrees(evidence)?;
    let mut found = Vec::new();
    stationary_points(evidence, restricted, |point| {
        if let Stationary::Maximum(tau2) = point {
            found.push(tau2);
        }
    })?;
    found
        .into_iter()
        .map(|tau2| {
            let log_likelihood = F::of(evidence.log_likelihood_at(tau2, restricted));
            Ok(Mode { tau2: to_user(evidence, tau2)?, log_likelihood })
        })
        .collect()
}

fn global_maximum<F: Real>(evidence: &Evidence<'_, F>, restricted: bool) -> Result<(F, usize), Error> {
    let (tau2, modes) = highest_mode(evidence, restricted)?;
    Ok((to_user(evidence, tau2)?, modes))
}

/// The highest of the local maxima, in the kernel's unit, and their number. The likelihood itself is computed only if
/// there are several.
pub(crate) fn highest_mode<F: Real>(evidence: &Evidence<'_, F>, restricted: bool) -> Result<(f64, usize), Error> {
    check_degrees(evidence)?;
    let mut best: Option<(f64, Option<f64>)> = None;
    let mut modes = 0;
    stationary_points(evidence, restricted, |point| {
        let Stationary::Maximum(tau2) = point else { return };
        modes += 1;
        // Without the constants that hang on the unit of the data, whose rounding could decide between equal peaks.
        let height = |tau2| evidence.relative_log_likelihood(tau2, restricted);
        best = match best {
            None => Some((tau2, None)),
            Some((best, known)) => {
                let (old, new) = (known.unwrap_or_else(|| height(best)), height(tau2));
                Some(if new > old { (tau2, Some(new)) } else { (best, Some(old)) })
            }
        };
    })?;
    // A likelihood that rises from 0 and falls in the end has a maximum; none is found only if its sums are not numbers.
    let (tau2, _) = best.ok_or(crate::error::ErrorKind::OutOfRange { quantity: "the likelihood" })?;
    Ok((tau2, modes))
}
