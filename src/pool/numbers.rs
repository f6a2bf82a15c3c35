//! The numbers of an analysis, without the studies they came from.

use std::marker::PhantomData;

use super::uncertainty::{NewStudy, Sources, Uncertainty};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::heterogeneity::Heterogeneity;
use crate::inference::{Inference, PredictionMethod, Test};
use crate::interval::Interval;
use crate::level::Level;
use crate::real::Real;
use crate::tau2::MeanAt;

/// How uncertainty is to be expressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Choices {
    pub(crate) inference: Inference,
    /// `None` where nobody asks for a prediction interval.
    pub(crate) prediction: Option<PredictionMethod>,
    pub(crate) level: Level,
}

/// What every model computes, on the analysis scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Numbers<F> {
    pub(crate) estimate: f64,
    /// (Σ w)^-½.
    pub(crate) std_error: f64,
    /// What the inference makes of it.
    pub(crate) of_mean: Option<Uncertainty>,
    pub(crate) of_new_study: Option<NewStudy>,
    pub(crate) heterogeneity: Heterogeneity<F>,
}

impl<F: Real> Numbers<F> {
    /// The inverse-variance mean with weights 1 / (v + τ²), τ² = 0 for a common effect; τ² and its error in the user's unit, and the mean
    /// at τ² if it is known.
    #[inline(always)]
    pub(crate) fn new(
        evidence: &Evidence<'_, F>,
        tau2: Option<f64>,
        tau2_std_error: Option<f64>,
        mean: Option<MeanAt>,
        choices: Choices,
    ) -> Self {
        let kernel = evidence.kernel();
        let in_unit = kernel.in_unit(tau2.unwrap_or(0.0));
        let known = mean.filter(|mean| mean.tau2.to_bits() == in_unit.to_bits());
        let centre = known.map_or_else(|| evidence.centre(in_unit), |mean| mean.centre);
        let std_error = centre.variance().sqrt() * kernel.per_unit;
        let (estimated, level) = (tau2.is_some(), choices.level);
        let sources = Sources { evidence, tau2: in_unit, estimated, centre, classic: std_error, level };
        let of_new_study = |tau2: f64| sources.of_new_study(choices.prediction?, tau2.sqrt());
        Self {
            estimate: kernel.effect(centre.mean),
            std_error,
            of_mean: sources.of_mean(choices.inference),
            of_new_study: tau2.and_then(of_new_study),
            heterogeneity: heterogeneity(evidence, evidence.at_zero().q, tau2, tau2_std_error),
        }
    }

    /// The test that there is no effect.
    pub(crate) fn test(&self) -> Option<Test<F>> {
        let Uncertainty { std_error, df } = self.of_mean?;
        Test::new(self.estimate / std_error, df.is_finite().then_some(df))
    }

    pub(crate) fn interval(&self, level: Level) -> Option<Interval<F>> {
        Some(Interval::around(self.estimate, self.of_mean?.half_width(level)))
    }

    pub(crate) fn prediction(&self, level: Level) -> Option<Interval<F>> {
        Some(Interval::around(self.estimate, self.of_new_study?.uncertainty().half_width(level)))
    }

    /// An error if a number on the analysis scale is not finite.
    #[inline]
    pub(crate) fn check(&self, level: Level) -> Result<(), Error> {
        let out_of_range = |quantity| Err(ErrorKind::OutOfRange { quantity }.into());
        if !F::of(self.estimate).is_finite() {
            return out_of_range("the pooled effect");
        }
        let std_error = F::of(self.std_error);
        if !(std_error > F::zero() && std_error.is_finite()) {
            return out_of_range("the standard error");
        }
        if !F::of(self.heterogeneity.q).is_finite() {
            return out_of_range("Cochran's Q");
        }
        if self.is_far_from_overflow() || self.intervals_are_finite(level) {
            Ok(())
        } else {
            out_of_range("an interval of the pooled effect")
        }
    }

    /// True if no quantile can take a limit out of range: spares the quantiles until they are asked for.
    #[inline]
    fn is_far_from_overflow(&self) -> bool {
        let max = F::max_value().f64();
        // The largest quantile, of Student's t with 1 df beyond a tail of 2^-54, is below 1e16.
        let of_mean = self.of_mean.map_or(0.0, |of_mean| of_mean.std_error);
        let of_new_study = self.of_new_study.map_or(0.0, |new| new.mean.std_error + new.tau);
        let widest = of_mean.max(of_new_study);
        self.estimate.abs() < 0.25 * max && widest < max.sqrt()
    }

    fn intervals_are_finite(&self, level: Level) -> bool {
        let finite = |interval: Option<Interval<F>>| {
            interval.is_none_or(|interval| interval.lower.is_finite() && interval.upper.is_finite())
        };
        finite(self.interval(level)) && finite(self.prediction(level))
    }
}

/// Heterogeneity with a given Q, which is not about the same estimate in every model.
pub(crate) fn heterogeneity<F: Real>(
    evidence: &Evidence<'_, F>,
    q: f64,
    tau2: Option<f64>,
    tau2_std_error: Option<f64>,
) -> Heterogeneity<F> {
    let df = evidence.degrees();
    // With variances more than 300 orders of magnitude apart it may overflow.
    let typical =
        Some(evidence.kernel().in_user_unit(evidence.at_zero().typical(df))).filter(|s2| s2.is_finite() && df >= 1.0);
    Heterogeneity { q, df, tau2, tau2_std_error, typical, float: PhantomData }
}
