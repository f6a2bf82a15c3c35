//! Weights by the sizes of the arms alone.

use super::fixed_weights::FixedWeights;
use super::{Model, Name, Pool, Pooled};
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::inference::Inference;
use crate::level::Level;
use crate::studies::Studies;
use crate::summary::{Tables, TwoByTwo, TwoMeans};
use crate::tau2::{DerSimonianLaird, KnownTau2, Tau2Estimator};

/// Weights by the sizes of the arms, n1 n2 / (n1 + n2), with a standard error that allows for the variance between studies.
///
/// With rare events the estimated variance of an effect goes along with the effect itself, and weights by it bias the mean.
/// Sizes are known without error, and bias nothing (Bakbergenuly, Hoaglin & Kulinskaya 2020).
///
/// # Formula
/// ```text
/// μ = Σ w y / Σ w        Var = Σ w² (v + τ²) / (Σ w)²        w = n1 n2 / (n1 + n2)
/// ```
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`new`](Self::new), [`common_effect`](Self::common_effect) | | the recipe for effects, the estimator of τ² | any |
/// | [`with_inference`](Self::with_inference) | normal | distribution | normal or Student t |
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: [`TwoByTwo`] or [`TwoMeans`]. Out: both scales of the measure.
///
/// # Errors
/// Those of the recipe and of the estimator; [`NoStudies`](crate::ErrorKind::NoStudies). A study whose effect is not
/// estimable is left out of sums and weights.
///
/// # Example
/// ```
/// use meta_analysis::{DerSimonianLaird, OddsRatio, Pool, SampleSizeWeights, TwoByTwo};
///
/// let trials = [
///     TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274]), TwoByTwo::new([33, 72], [47, 61]),
/// ];
/// let pooled = SampleSizeWeights::new(OddsRatio, DerSimonianLaird).pool(&trials)?;
/// assert_eq!(format!("{:.3}", pooled.natural().estimate), "0.282");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SSW")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleSizeWeights<R, T = DerSimonianLaird> {
    recipe: R,
    tau2: T,
    /// False for a common effect.
    random: bool,
    inference: Inference,
    level: Level,
}

impl<R, T> SampleSizeWeights<R, T> {
    /// The model for effects by a recipe, with an estimator of τ².
    pub const fn new(recipe: R, tau2: T) -> Self {
        Self { recipe, tau2, random: true, inference: Inference::Normal, level: Level::P95 }
    }

    /// The same with another reference distribution or factor on the variance, as [`FixedWeights::with_inference`].
    #[must_use]
    pub fn with_inference(self, inference: Inference) -> Self {
        Self { inference, ..self }
    }

    /// The same with intervals of another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }
}

impl<R> SampleSizeWeights<R, KnownTau2> {
    /// The model without a variance between studies.
    pub const fn common_effect(recipe: R) -> Self {
        Self { recipe, tau2: KnownTau2::ZERO, random: false, inference: Inference::Normal, level: Level::P95 }
    }
}

impl<D: TwoArms, R: EffectSize<D>, T: Tau2Estimator> Pool<[D]> for SampleSizeWeights<R, T> {
    type Output = Pooled<R::Measure>;

    fn pool(&self, data: &[D]) -> Result<Pooled<R::Measure>, Error> {
        let studies = self.recipe.studies(data)?;
        let weights = sizes(data, &studies);
        let mean = FixedWeights::new(weights, &self.tau2)?.with_inference(self.inference).with_level(self.level);
        let mut pooled = mean.pool(&studies)?;
        pooled.model = Model::SampleSize(self.random.then(|| Name::of(&self.tau2)));
        if !self.random {
            pooled.numbers.heterogeneity.tau2 = None;
            pooled.numbers.of_new_study = None;
        }
        Ok(pooled)
    }
}

impl<D: TwoArms, R: EffectSize<D>, T: Tau2Estimator> Pool<Vec<D>> for SampleSizeWeights<R, T> {
    type Output = Pooled<R::Measure>;

    fn pool(&self, data: &Vec<D>) -> Result<Pooled<R::Measure>, Error> {
        self.pool(data.as_slice())
    }
}

impl<D: TwoArms, R: EffectSize<D>, T: Tau2Estimator, const N: usize> Pool<[D; N]> for SampleSizeWeights<R, T> {
    type Output = Pooled<R::Measure>;

    fn pool(&self, data: &[D; N]) -> Result<Pooled<R::Measure>, Error> {
        self.pool(data.as_slice())
    }
}

impl<R: EffectSize<TwoByTwo>, T: Tau2Estimator> Pool<Tables> for SampleSizeWeights<R, T> {
    type Output = Pooled<R::Measure>;

    fn pool(&self, data: &Tables) -> Result<Pooled<R::Measure>, Error> {
        self.pool(data.as_ref())
    }
}

/// n1 n2 / (n1 + n2) of the studies that are not excluded.
pub(super) fn sizes<D: TwoArms, M: crate::measure::Measure>(data: &[D], studies: &Studies<M>) -> Vec<f64> {
    let mut excluded = studies.excluded().iter().filter_map(Error::study).peekable();
    let kept = data.iter().enumerate().filter(|(i, _)| excluded.next_if_eq(i).is_none());
    kept.map(|(_, study)| study.arms()).map(|[n1, n2]| n1 * (n2 / (n1 + n2))).collect()
}

/// Data of two arms with sizes: [`TwoByTwo`] and [`TwoMeans`]. Sealed.
pub trait TwoArms: sealed::Sized {}

impl<D: sealed::Sized> TwoArms for D {}

mod sealed {
    use super::{TwoByTwo, TwoMeans};

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Sized {
        /// The sizes of the treated and of the control arm.
        fn arms(&self) -> [f64; 2];
    }

    impl Sized for TwoByTwo {
        fn arms(&self) -> [f64; 2] {
            let cells = self.cells();
            [cells.n1(), cells.n2()]
        }
    }

    impl Sized for TwoMeans {
        fn arms(&self) -> [f64; 2] {
            [self.treated().size(), self.control().size()]
        }
    }
}
