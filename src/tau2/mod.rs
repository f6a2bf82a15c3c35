//! Estimators of tau2, the variance between studies.

mod generalised_q;
mod iterative;
mod known;
mod likelihood;
mod median_unbiased;
mod method;
mod moment;
mod q_distribution;
mod q_equation;
mod single_maximum;
mod stationary;

pub use generalised_q::{GeneralisedQ, QWeights};
pub use iterative::{PauleMandel, SidikJonkman, SidikJonkmanIterated};
pub use known::KnownTau2;
pub use likelihood::{MaximumLikelihood, Mode, Reml};
pub use median_unbiased::{MedianUnbiasedGeneralisedQ, MedianUnbiasedPauleMandel};
pub use method::Tau2Method;
pub use moment::{
    DerSimonianLaird, HartungMakambi, HedgesOlkin, HunterSchmidt, HunterSchmidtSmallSample, TwoStepDerSimonianLaird,
};

pub(crate) use likelihood::highest_mode;
pub(crate) use q_distribution::solve_generalised_q;
pub(crate) use q_equation::{QSolution, solve_q};
pub(crate) use single_maximum::{Bend, Bounds, Score, single_maximum};
pub(crate) use stationary::{Stationary, stationary_points, stationary_points_about};

use std::fmt::Display;
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::evidence::{Centre, Evidence};
use crate::real::Real;

/// An estimator of tau2. Its name is its [`Display`].
///
/// Implement [`tau2`](Self::tau2) to add one of one's own: it then works wherever this crate's do, also as
/// `Box<dyn Tau2Estimator<f64>>`.
///
/// ```
/// use std::fmt;
/// use meta_analysis::{Error, Evidence, Pool, RandomEffects, Real, RiskRatio, Studies, Tau2Estimator};
///
/// /// Hartung and Makambi (2003): Q² / ((2 df + Q) tr P), positive by construction.
/// struct HartungMakambi;
///
/// impl fmt::Display for HartungMakambi {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("Hartung-Makambi") }
/// }
/// impl<F: Real> Tau2Estimator<F> for HartungMakambi {
///     fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
///         let m = evidence.moments(F::recip);
///         Ok(m.q * m.q / ((evidence.df() + evidence.df() + m.q) * m.trace))
///     }
/// }
///
/// let studies = Studies::from_analysis(RiskRatio, vec![-0.9, -1.6, 0.1], vec![0.3, 0.2, 0.1])?;
/// println!("{}", RandomEffects::new(HartungMakambi).pool(&studies)?);
/// # Ok::<(), Error>(())
/// ```
pub trait Tau2Estimator<F: Real = f64>: Display + Send + Sync {
    /// The estimate: finite and at least 0, on the analysis scale squared.
    ///
    /// # Errors
    /// [`TooFewStudies`](ErrorKind::TooFewStudies) where the estimator is undefined: a model of one study then goes on
    /// without tau2. Any other error ends the analysis.
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error>;

    /// The standard error of an estimate, if the estimator has one.
    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        let _ = (evidence, tau2);
        None
    }

    /// The estimate with all the estimator knows about it. Override it only where that saves work.
    ///
    /// # Errors
    /// As [`tau2`](Self::tau2).
    #[inline(always)]
    fn estimate(&self, evidence: &Evidence<'_, F>) -> Result<Tau2<F>, Error> {
        let value = self.tau2(evidence)?;
        Ok(Tau2 { value, std_error: self.std_error(evidence, value), modes: None })
    }

    /// The estimate, and the weighted mean there, where an estimator without moderators comes by it on the way: that spares a pass over
    /// the studies.
    #[doc(hidden)]
    #[inline(always)]
    fn estimate_and_mean(&self, evidence: &Evidence<'_, F>) -> Result<(Tau2<F>, Option<MeanAt>), Error> {
        Ok((self.estimate(evidence)?, None))
    }

    /// The name of an estimator that has one and the same always: it need not be written out to be kept.
    #[doc(hidden)]
    fn static_name(&self) -> Option<&'static str> {
        None
    }

    /// How a batch can compute this estimate for several outcomes at once; an estimator of one's own leaves it.
    #[doc(hidden)]
    fn lanes(&self) -> Option<LaneMethod> {
        None
    }
}

/// The weighted mean at an estimate.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct MeanAt {
    /// In the kernel's unit.
    pub(crate) tau2: f64,
    pub(crate) centre: Centre,
}

/// The estimators that batches compute for several outcomes at once.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LaneMethod {
    DerSimonianLaird,
    HedgesOlkin,
    HunterSchmidt,
    HunterSchmidtSmallSample,
    HartungMakambi,
    SidikJonkman,
    PauleMandel,
    MaximumLikelihood,
    Reml,
}

/// An estimate of tau2 with what is known about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tau2<F = f64> {
    /// The estimate.
    pub value: F,
    /// Its standard error, where one is defined.
    pub std_error: Option<F>,
    /// For a likelihood estimator the number of local maxima it was chosen from; `None` for others.
    pub modes: Option<usize>,
}

/// Passes the methods on, so that references and boxes of estimators are estimators.
macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<F: Real, T: Tau2Estimator<F> + ?Sized> Tau2Estimator<F> for $pointer {
            fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
                (**self).tau2(evidence)
            }

            fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
                (**self).std_error(evidence, tau2)
            }

            fn estimate(&self, evidence: &Evidence<'_, F>) -> Result<Tau2<F>, Error> {
                (**self).estimate(evidence)
            }

            fn estimate_and_mean(&self, evidence: &Evidence<'_, F>) -> Result<(Tau2<F>, Option<MeanAt>), Error> {
                (**self).estimate_and_mean(evidence)
            }

            fn static_name(&self) -> Option<&'static str> {
                (**self).static_name()
            }

            fn lanes(&self) -> Option<LaneMethod> {
                (**self).lanes()
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);

/// Gives an estimator its name.
macro_rules! named {
    ($type:ty, $name:literal) => {
        impl $type {
            const NAME: &str = $name;
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(Self::NAME)
            }
        }
    };
}
pub(crate) use named;

/// Refuses evidence without degrees of freedom: one study says nothing of how studies differ.
fn check_degrees<F: Real>(evidence: &Evidence<'_, F>) -> Result<(), Error> {
    if evidence.degrees() >= 1.0 {
        return Ok(());
    }
    let needed = if evidence.k() <= 1 { 2 } else { evidence.k() + 1 };
    Err(ErrorKind::TooFewStudies { quantity: "tau2", needed, found: evidence.k() }.into())
}

/// From the kernel's unit to the user's float, or an error if that is not a finite number.
fn to_user<F: Real>(evidence: &Evidence<'_, F>, tau2: f64) -> Result<F, Error> {
    let value = F::of(evidence.kernel().in_user_unit(tau2));
    // A positive variance must not become 0 on the way, nor an overflow pass as a number.
    if value.is_finite() && (value > F::zero() || tau2 == 0.0) {
        Ok(value)
    } else {
        Err(ErrorKind::OutOfRange { quantity: "tau2" }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::q_equation::solve_q_in_steps;
    use super::stationary::{stationary_points, stationary_points_about};
    use crate::evidence::{Evidence, Moderators};
    use proptest::prelude::*;

    /// Reviews of 2 to 200 studies with variances over twelve orders of magnitude, in units from 1e-150 to 1e150.
    fn reviews() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        let study = (-3.0..3.0_f64, -6.0..6.0_f64);
        (prop::collection::vec(study, 2..=200), -150.0..150.0_f64).prop_map(|(rows, unit)| {
            let unit = 10_f64.powf(unit);
            rows.into_iter().map(|(y, log_v)| (y * unit, 10_f64.powf(log_v) * unit * unit)).unzip()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn iterations_stay_far_below_their_bounds((y, v) in reviews()) {
            let evidence = Evidence::new(&y, &v);
            for restricted in [false, true] {
                let evaluations = stationary_points(&evidence, restricted, |_| {}).expect("all modes");
                prop_assert!(evaluations <= 400, "{evaluations} evaluations, restricted: {restricted}");
            }
            let evaluations = stationary_points_about(evidence.kernel(), 0.0, |_| {}).expect("all modes");
            prop_assert!(evaluations <= 400, "{evaluations} evaluations about a mean");
            for target in [0.1, 1.0, 10.0].map(|share| share * evidence.degrees()) {
                let (_, steps) = solve_q_in_steps(&evidence, target).expect("a solution");
                prop_assert!(steps <= 100, "{steps} steps to Q = {target}");
            }
        }

        #[test]
        fn iterations_about_a_regression_stay_far_below_their_bounds(
            (y, v) in reviews(),
            x in prop::collection::vec(-3.0..3.0_f64, 200),
        ) {
            prop_assume!(y.len() > 2);
            let plain = Evidence::new(&y, &v);
            let columns = [vec![1.0; y.len()], x[..y.len()].to_vec()];
            let moderators = Moderators::new(plain.kernel(), (&y, &v), &columns, Some(0)).expect("independent columns");
            let evidence = plain.with_moderators(&moderators);
            for restricted in [false, true] {
                let evaluations = stationary_points(&evidence, restricted, |_| {}).expect("all modes");
                prop_assert!(evaluations <= 400, "{evaluations} evaluations, restricted: {restricted}");
            }
            for target in [0.1, 1.0, 10.0].map(|share| share * evidence.degrees()) {
                let (_, steps) = solve_q_in_steps(&evidence, target).expect("a solution");
                prop_assert!(steps <= 100, "{steps} steps to Q = {target}");
            }
        }
    }
}
