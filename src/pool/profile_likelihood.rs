//! The profile likelihood of the pooled effect.

use super::common_effect::check_some;
use super::likelihood_profile::{EffectProfile, bartlett_factor};
use super::{Analysis, Natural, Pool};
use crate::error::{Error, ErrorKind};
use crate::inference::Test;
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::Measure;
use crate::profile_likelihood::half_chi_squared;
use crate::real::Real;
use crate::studies::Studies;

/// The random-effects model by maximum likelihood, with an interval and a test from the profile likelihood of the effect.
///
/// The interval need not be symmetric and takes along that τ² is estimated, and estimated anew for every value of the
/// effect. From the plain likelihood ratio it is still too narrow with few studies; the two
/// [corrections](LikelihoodCorrection) mend that.
///
/// # Formula
/// ```text
/// W(μ) = 2 (max l - max_t l(μ, t))      l(μ, t) = -½ Σ (ln(v + t) + w (y - μ)²)      w = 1 / (v + t), t >= 0
/// interval {μ: W(μ) <= χ²}              r(μ) = sign(μ̂ - μ) √W(μ), the test of an effect of 0 being by r(0)
/// ```
/// (Hardy & Thompson 1996), with χ² the quantile with 1 degree of freedom. For every μ the maximum over t is the global
/// one, all local ones being isolated first. Where the likelihood has several peaks the set can fall into
/// [`pieces`](ProfileLikelihoodResult::pieces): the interval is the one that holds the estimate.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`with_correction`](Self::with_correction) | none | how the statistic is referred to its distribution | [`LikelihoodCorrection`] |
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: the analysis scale. Out: both; τ² is on the analysis scale squared.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies); [`TooFewStudies`](ErrorKind::TooFewStudies) for one study;
/// [`OutOfRange`](ErrorKind::OutOfRange); [`NoConvergence`](ErrorKind::NoConvergence) as for
/// [`MaximumLikelihood`](crate::MaximumLikelihood).
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, LikelihoodCorrection, Pool, ProfileLikelihood, RiskRatio, TwoByTwo};
///
/// let trials = [
///     TwoByTwo::new([4, 119], [11, 128]),
///     TwoByTwo::new([6, 300], [29, 274]),
///     TwoByTwo::new([3, 228], [11, 209]),
///     TwoByTwo::new([62, 13_536], [248, 12_619]),
///     TwoByTwo::new([33, 5_036], [47, 5_761]),
/// ];
/// let studies = RiskRatio.studies(&trials)?;
/// for (correction, expected) in [
///     (LikelihoodCorrection::None, "0.35 (0.18 to 0.65)"),
///     (LikelihoodCorrection::Bartlett, "0.35 (0.15 to 0.77)"),
///     (LikelihoodCorrection::Skovgaard, "0.35 (0.16 to 0.74)"),
/// ] {
///     let result = ProfileLikelihood::new().with_correction(correction).pool(&studies)?;
///     let interval = result.natural().interval.unwrap();
///     assert_eq!(format!("{:.2} ({interval:.2})", result.natural().estimate), expected);
/// }
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProfileLikelihood {
    correction: LikelihoodCorrection,
    level: Level,
}

/// How the likelihood ratio of a [`ProfileLikelihood`] is referred to its distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LikelihoodCorrection {
    /// W against chi-squared with 1 degree of freedom (Hardy & Thompson 1996).
    #[default]
    None,
    /// W / (1 + C) against the same, so that its mean is that of the distribution to the next order in 1/k: C = 2 Σw³ / (Σw Σw²) -
    /// Σw² / (2 (Σw)²), at the estimate of τ² (Huizenga, Visser & Dolan 2011; the general expansion is Lawley's, 1956).
    Bartlett,
    /// Skovgaard's (1996) second-order statistic `r + ln(u / r) / r` against the normal distribution (Guolo 2012), where
    /// u = (μ̂ - μ) (Σw̃² / Σw²) (j / j̃)^½ with w̃ = 1/(v + t) at the t that is best for μ, j the determinant of the observed
    /// information of μ and τ² at the estimates, and j̃ the observed information of τ² at μ (the expected one where that t is 0).
    ///
    /// Within a fiftieth of a standard error of the estimate, where both r and ln u/r vanish, it is taken from a straight
    /// line. Undefined, hence without interval and test, where the estimate of τ² is 0, at the edge of its range, which the
    /// expansion does not allow for, and where an information is not positive.
    Skovgaard,
}

impl LikelihoodCorrection {
    /// All of them.
    pub const ALL: &[Self] = &[Self::None, Self::Bartlett, Self::Skovgaard];
}

impl ProfileLikelihood {
    /// The 95 % interval of the plain likelihood ratio.
    #[must_use]
    pub const fn new() -> Self {
        Self { correction: LikelihoodCorrection::None, level: Level::P95 }
    }

    /// The same with a correction of the likelihood ratio.
    #[must_use]
    pub const fn with_correction(self, correction: LikelihoodCorrection) -> Self {
        Self { correction, ..self }
    }

    /// The same with an interval of another level.
    #[must_use]
    pub const fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }
}

/// The answer of [`ProfileLikelihood`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfileLikelihoodResult<M, F = f64> {
    measure: M,
    correction: LikelihoodCorrection,
    level: Level,
    k: usize,
    estimate: f64,
    std_error: f64,
    tau2: f64,
    interval: Option<Interval<F>>,
    test: Option<Test<F>>,
    pieces: usize,
}

impl<M: Measure, F: Real> ProfileLikelihoodResult<M, F> {
    /// The pooled effect with its interval, on the natural scale.
    #[must_use]
    pub fn natural(&self) -> Natural<F> {
        let link = self.measure.link();
        let interval = self.interval.map(|interval| interval.to_natural(link));
        Natural { estimate: link.to_natural(F::of(self.estimate)), interval }
    }

    /// The pooled effect with its interval, on the analysis scale; the standard error is (Σ w)^-½ at the estimate of τ², for
    /// comparison: the interval is not made of it.
    #[must_use]
    pub fn analysis(&self) -> Analysis<F> {
        Analysis { estimate: F::of(self.estimate), std_error: Some(F::of(self.std_error)), interval: self.interval }
    }

    /// The test that there is no effect (0 on the analysis scale): the signed root of the (corrected) likelihood ratio, against
    /// the normal distribution. `None` where the interval is.
    #[must_use]
    pub fn test(&self) -> Option<Test<F>> {
        self.test
    }

    /// The maximum-likelihood estimate of the variance between studies, on the analysis scale squared.
    #[must_use]
    pub fn tau2(&self) -> F {
        F::of(self.tau2)
    }

    /// How many separate pieces the set of effects has that the likelihood ratio does not reject: more than 1 only for a
    /// likelihood with several peaks, and the interval is then the piece that holds the estimate. Under
    /// [`Skovgaard`](LikelihoodCorrection::Skovgaard) the pieces of the uncorrected set.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// The correction of the likelihood ratio.
    #[must_use]
    pub fn correction(&self) -> LikelihoodCorrection {
        self.correction
    }

    /// The number of studies pooled.
    #[must_use]
    pub fn k(&self) -> usize {
        self.k
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    /// The level of the interval.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }
}

impl<M: Measure, F: Real> Pool<Studies<M, F>> for ProfileLikelihood {
    type Output = ProfileLikelihoodResult<M, F>;

    fn pool(&self, studies: &Studies<M, F>) -> Result<ProfileLikelihoodResult<M, F>, Error> {
        check_some(studies)?;
        let evidence = studies.evidence();
        let kernel = evidence.kernel();
        if !evidence.at_zero().q.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "Cochran's Q" }.into());
        }
        let mut profile = EffectProfile::new(&evidence, half_chi_squared(self.level))?;
        let zero = kernel.mean_of(0.0);
        let plain = profile.signed_root(zero)?;
        let (limits, pieces, root) = match self.correction {
            LikelihoodCorrection::None => {
                let (limits, pieces) = profile.limits()?;
                (Some(limits), pieces, Some(plain))
            }
            LikelihoodCorrection::Bartlett => {
                let factor = bartlett_factor(&profile);
                profile = profile.with_drop(half_chi_squared(self.level) * factor);
                let (limits, pieces) = profile.limits()?;
                (Some(limits), pieces, Some(plain / factor.sqrt()))
            }
            LikelihoodCorrection::Skovgaard => {
                let (_, pieces) = profile.limits()?;
                (profile.skovgaard_limits(self.level.normal_quantile())?, pieces, profile.skovgaard(zero)?)
            }
        };
        let interval = limits
            .map(|(lower, upper)| Interval { lower: F::of(kernel.effect(lower)), upper: F::of(kernel.effect(upper)) });
        let result = ProfileLikelihoodResult {
            measure: studies.measure(),
            correction: self.correction,
            level: self.level,
            k: studies.k(),
            estimate: kernel.effect(profile.mean()),
            std_error: profile.std_error() * kernel.per_unit,
            tau2: kernel.in_user_unit(profile.tau2()),
            interval,
            test: interval.and(root).and_then(|root| Test::new(root, None)),
            pieces,
        };
        result.checked(profile.tau2())
    }
}

impl<M: Measure, F: Real> ProfileLikelihoodResult<M, F> {
    /// The result, if every number on the analysis scale is finite; `tau2` in the kernel's unit.
    fn checked(self, tau2: f64) -> Result<Self, Error> {
        let out_of_range = |quantity| Err(ErrorKind::OutOfRange { quantity }.into());
        let user = F::of(self.tau2);
        if !user.is_finite() || (user.is_zero() && tau2 > 0.0) {
            return out_of_range("tau2");
        }
        let std_error = F::of(self.std_error);
        if !(F::of(self.estimate).is_finite() && std_error > F::zero() && std_error.is_finite()) {
            return out_of_range("the pooled effect");
        }
        if self.interval.is_some_and(|interval| !(interval.lower.is_finite() && interval.upper.is_finite())) {
            return out_of_range("the interval of the pooled effect");
        }
        Ok(self)
    }
}
