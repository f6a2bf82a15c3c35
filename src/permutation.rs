//! The sign-flip permutation test of a pooled effect.

use std::ops::ControlFlow;

use crate::draws::{Draws, report};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::pool::{Pool, Pooled, RandomEffects};
use crate::real::Real;
use crate::studies::Studies;

/// Statistics closer to each other than this, relatively, are ties.
const TIE: f64 = 1e-12;

/// The permutation test that there is no effect: the statistic of a model, compared with those that the same studies would give
/// with the signs of their effects turned at random (Follmann & Proschan 1999).
///
/// For few studies, where the normal and the t distribution are approximations of unknown quality: without an effect, and with
/// errors and study effects symmetric about 0, all 2^k patterns of signs are equally likely, so the p-value is exact
/// whatever the distributions are. It cannot be below 2 / 2^k, so that fewer than six studies never give p < 0.05.
///
/// The statistic is the model's own [`Test`](crate::Test) statistic, with τ² estimated anew for every pattern.
///
/// # Formula
/// ```text
/// p = share of patterns s with |T(s y)| >= |T(y)| (1 - 1e-12)        s in {-1, 1}^k
/// ```
/// With up to [`EXACT_UP_TO`](Self::EXACT_UP_TO) studies all patterns are taken (half of them: turning every sign turns the
/// statistic's, so a model that treats the two directions differently must not be used). With more, patterns are drawn by
/// xoshiro256++ (Blackman & Vigna 2021), seeded by `SplitMix64`; the observed pattern then counts as one of them, p =
/// (1 + extreme) / (1 + draws), which keeps the level (Phipson & Smyth 2010). The same seed gives the same p everywhere.
///
/// Patterns whose statistics differ by less than 1e-12 of themselves are ties and count as extreme: those that should be equal
/// differ by rounding, in this crate's models by less than that on all but ill-conditioned data.
///
/// A pattern in which the statistic is undefined, because [`HartungKnapp`](crate::Inference::HartungKnapp) finds no residuals, gets
/// its limit: infinite, or 0 if the estimate is 0, too. One that [`KenwardRoger`](crate::Inference::KenwardRoger) leaves
/// undefined counts as extreme, which errs on the side of a larger p. [`undefined`](PermutationResult::undefined) counts both.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`new`](Self::new) | | the model | any with the answer [`Pooled`] |
/// | [`with_draws`](Self::with_draws) | 10 000, seed 0 | patterns drawn where not all are taken | at least 1 |
/// | [`randomised`](Self::randomised) | no | draws for few studies, too | |
///
/// # Scale
/// The analysis scale: the hypothesis is an effect of 0 there, such as a risk ratio of 1.
///
/// # Errors
/// Those of the model; [`TooFewStudies`](ErrorKind::TooFewStudies) where it has no statistic for so few studies at all;
/// [`TooFewDraws`](ErrorKind::TooFewDraws) for none; [`Cancelled`](ErrorKind::Cancelled) by [`run_with`](Self::run_with).
///
/// # Example
/// ```
/// use meta_analysis::{Inference, MeanDifference, PermutationTest, RandomEffects, Reml, Studies};
///
/// // With six effects of one sign, the observed pattern and its mirror image are the most extreme of 64.
/// let y = vec![-0.78, -0.94, -1.58, -0.39, -1.20, -1.14];
/// let studies = Studies::from_analysis(MeanDifference, y, vec![0.16, 0.18, 0.41, 0.28, 0.19, 0.07])?;
/// let model = RandomEffects::new(Reml).with_inference(Inference::HartungKnapp);
/// let test = PermutationTest::new(model).run(&studies)?;
/// assert_eq!((test.p_value(), test.patterns(), test.is_exact()), (2.0 / 64.0, 64, true));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "permutest")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PermutationTest<P = RandomEffects> {
    model: P,
    draws: Draws,
}

/// The result of a [`PermutationTest`].
#[derive(Clone, Debug, PartialEq)]
pub struct PermutationResult<M, F = f64> {
    observed: Pooled<M, F>,
    patterns: u64,
    extreme: u64,
    undefined: u64,
    exact: bool,
}

/// What has been counted.
#[derive(Clone, Copy, Default)]
struct Counts {
    extreme: u64,
    undefined: u64,
}

impl<P> PermutationTest<P> {
    /// The largest number of studies for which all patterns are taken: half a million of them.
    pub const EXACT_UP_TO: usize = 20;

    /// The test with the statistic of this model.
    pub const fn new(model: P) -> Self {
        Self { model, draws: Draws::new(10_000) }
    }

    /// The same with this number of random patterns, from this seed, where not all patterns are taken.
    #[must_use]
    pub fn with_draws(self, draws: usize, seed: u64) -> Self {
        Self { draws: self.draws.with(draws, seed), ..self }
    }

    /// The same with random patterns even where all could be taken.
    #[must_use]
    pub fn randomised(self) -> Self {
        Self { draws: self.draws.always(), ..self }
    }

    /// Runs the test.
    ///
    /// # Errors
    /// See [`PermutationTest`].
    pub fn run<M: Measure, F: Real>(&self, studies: &Studies<M, F>) -> Result<PermutationResult<M, F>, Error>
    where
        P: Pool<Studies<M, F>, Output = Pooled<M, F>>,
    {
        self.run_with(studies, |_, _| ControlFlow::Continue(()))
    }

    /// Runs the test and reports how many patterns are done of how many, every so often and at the end. The function stops
    /// the test by returning [`ControlFlow::Break`].
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use meta_analysis::{MeanDifference, PermutationTest, RandomEffects, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0; 18], vec![1.0; 18])?;
    /// let impatient = |done, _total| if done < 1000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    /// let error = PermutationTest::new(RandomEffects::default()).run_with(&studies, impatient).unwrap_err();
    /// assert_eq!(error.to_string(), "cancelled after 1024 of 131072");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    ///
    /// # Errors
    /// See [`PermutationTest`].
    pub fn run_with<M: Measure, F: Real>(
        &self,
        studies: &Studies<M, F>,
        progress: impl FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<PermutationResult<M, F>, Error>
    where
        P: Pool<Studies<M, F>, Output = Pooled<M, F>>,
    {
        let observed = self.model.pool(studies)?;
        let (statistic, _) = magnitude(&observed)?;
        let exact = !self.draws.are_always() && studies.k() <= Self::EXACT_UP_TO;
        let mut run =
            Run { model: &self.model, studies: studies.clone(), threshold: statistic * (1.0 - TIE), progress };
        let (patterns, counts) = if exact { run.exhaustive()? } else { run.random(self.draws)? };
        Ok(PermutationResult { observed, patterns, extreme: counts.extreme, undefined: counts.undefined, exact })
    }
}

/// The patterns of one test, all on one copy of the studies.
struct Run<'p, P, M, F, C> {
    model: &'p P,
    studies: Studies<M, F>,
    threshold: f64,
    progress: C,
}

impl<P, M: Measure, F: Real, C> Run<'_, P, M, F, C>
where
    P: Pool<Studies<M, F>, Output = Pooled<M, F>>,
    C: FnMut(u64, u64) -> ControlFlow<()>,
{
    /// The number of patterns and what was counted among them.
    ///
    /// The last sign stays, the others run through the binary-reflected Gray code: one sign turns from pattern to pattern.
    fn exhaustive(&mut self) -> Result<(u64, Counts), Error> {
        let free = self.studies.k().saturating_sub(1);
        let total = 1_u64 << free;
        let mut counts = Counts::default();
        for done in 1..=total {
            self.count(&mut counts)?;
            report(&mut self.progress, done, total)?;
            // The number of trailing zeros is `free` only at the end.
            let index = usize::try_from(done.trailing_zeros()).unwrap_or(free);
            if index < free {
                self.studies.negate(index);
            }
        }
        // The mirror images count as much.
        Ok((2 * total, Counts { extreme: 2 * counts.extreme, undefined: 2 * counts.undefined }))
    }

    /// As [`exhaustive`](Self::exhaustive), for random patterns and the observed one.
    fn random(&mut self, draws: Draws) -> Result<(u64, Counts), Error> {
        let (total, mut generator) = draws.start("the permutation test")?;
        let mut counts = Counts::default();
        self.count(&mut counts)?;
        for done in 1..=total {
            let mut bits = 0;
            // Turning a random set of signs gives a random pattern, whatever the pattern was before.
            for index in 0..self.studies.k() {
                bits = if index.is_multiple_of(64) { generator.next() } else { bits >> 1 };
                if bits & 1 == 1 {
                    self.studies.negate(index);
                }
            }
            self.count(&mut counts)?;
            report(&mut self.progress, done, total)?;
        }
        Ok((total + 1, counts))
    }

    fn count(&self, counts: &mut Counts) -> Result<(), Error> {
        let (statistic, defined) = magnitude(&self.model.pool(&self.studies)?)?;
        counts.extreme += u64::from(statistic >= self.threshold);
        counts.undefined += u64::from(!defined);
        Ok(())
    }
}

/// The statistic without its sign, and whether it is defined; where it is not, its limit.
fn magnitude<M: Measure, F: Real>(pooled: &Pooled<M, F>) -> Result<(f64, bool), Error> {
    match pooled.unrounded() {
        (estimate, Some(std_error)) => Ok(((estimate / std_error).abs(), true)),
        (_, None) if pooled.k() < 2 => {
            let quantity = "the statistic of the permutation test";
            Err(ErrorKind::TooFewStudies { quantity, needed: 2, found: pooled.k() }.into())
        }
        (estimate, None) => Ok((if estimate == 0.0 { 0.0 } else { f64::INFINITY }, false)),
    }
}

impl<M: Measure, F: Real> PermutationResult<M, F> {
    /// The two-sided p-value: never 0.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "nobody takes 2^53 patterns")]
    pub fn p_value(&self) -> F {
        F::of(self.extreme as f64 / self.patterns as f64)
    }

    /// How much the p-value of random patterns varies from seed to seed, as a standard deviation; 0 where all patterns were
    /// taken.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "nobody takes 2^53 patterns")]
    pub fn p_value_std_error(&self) -> F {
        let (p, n) = (self.extreme as f64 / self.patterns as f64, self.patterns as f64);
        F::of(if self.exact { 0.0 } else { (p * (1.0 - p) / n).sqrt() })
    }

    /// The number of patterns, the observed one included: 2^k where all were taken.
    #[must_use]
    pub fn patterns(&self) -> u64 {
        self.patterns
    }

    /// How many patterns have a statistic at least as far from 0 as the observed one, which is one of them.
    #[must_use]
    pub fn extreme(&self) -> u64 {
        self.extreme
    }

    /// In how many patterns the statistic is undefined and its limit was taken.
    #[must_use]
    pub fn undefined(&self) -> u64 {
        self.undefined
    }

    /// True if all patterns were taken.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The answer of the model to the studies as they are.
    #[must_use]
    pub fn observed(&self) -> &Pooled<M, F> {
        &self.observed
    }
}
