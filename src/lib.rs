//! Pools the results of studies.
//!
//! # The tour
//!
//! Raw data become effects by a recipe, effects become an answer by a model:
//!
//! ```
//! use meta_analysis::{prelude::*, Error, Inference, RandomEffects, Reml, RiskRatio, TwoByTwo};
//!
//! fn main() -> Result<(), Error> {
//!     let trials = [
//!         TwoByTwo::new([4, 119], [11, 128]),          // events and non-events, treated and control
//!         TwoByTwo::new([6, 300], [29, 274]),
//!         TwoByTwo::new([3, 228], [11, 209]),
//!         TwoByTwo::new([62, 13_536], [248, 12_619]),
//!         TwoByTwo::new([33, 5_036], [47, 5_761]),
//!     ];
//!     let studies = RiskRatio.studies(&trials)?;
//!     let pooled = RandomEffects::new(Reml)
//!         .with_inference(Inference::HartungKnapp)
//!         .pool(&studies)?;
//!
//!     println!("{pooled:.2}");
//!     println!("log RR = {:.3}", pooled.analysis().estimate);
//!     # assert_eq!(format!("{:.2}", pooled.natural().estimate), "0.35");
//!     Ok(())
//! }
//! ```
//!
//! Effects live on two scales. One reads a risk ratio on the *natural* scale; it is pooled on the *analysis* scale, as a
//! logarithm. No number here comes without its scale: [`Pooled`] has [`natural`](Pooled::natural) and
//! [`analysis`](Pooled::analysis), and no estimate of its own. The subject's letters `y`, `v`, `tau2`, `q` are always on the
//! analysis scale (variances in its square).
//!
//! One analysis fails loudly: every function that can meet invalid data returns a [`Result`] with one [`Error`], which names
//! the study and the number. What is undefined for valid data is `None`, and the docs say when. Nothing panics, and no
//! NaN comes out.
//!
//! # The catalogue
//!
//! **What did each study find?** [`TwoByTwo`], [`Tables`], [`TwoMeans`], [`Reported`]; or columns, [`Studies`].
//!
//! **What is the effect?** Recipes are values with the method [`effect`](EffectSize::effect) (and
//! [`studies`](EffectSize::studies) for many): [`RiskRatio`], [`OddsRatio`], [`RiskDifference`] on tables;
//! [`MeanDifference`], [`HedgesG`] on means; [`FromReport`] with any measure on printed lines.
//!
//! **What is the common effect?** [`CommonEffect`], [`MantelHaenszel`]; with weights of one's own, [`FixedWeights`].
//!
//! **What is the mean effect, and how much do effects differ?** [`RandomEffects`] with [`DerSimonianLaird`],
//! [`TwoStepDerSimonianLaird`], [`HedgesOlkin`], [`HunterSchmidt`], [`SidikJonkman`], [`HartungMakambi`], [`PauleMandel`],
//! [`GeneralisedQ`], [`MedianUnbiasedPauleMandel`], [`MedianUnbiasedGeneralisedQ`], [`MaximumLikelihood`] or [`Reml`], with
//! [`Tau2Method`] chosen at run time, a [`KnownTau2`], or an estimator of one's own.
//!
//! **How sure is that?** [`Inference`], [`Level`], [`Test`], [`Prediction`] and [`PredictionMethod`]; [`HenmiCopas`],
//! [`ProfileLikelihood`], [`PermutationTest`], [`Studies::bootstrap_prediction`].
//!
//! **How much do the studies disagree?** [`Heterogeneity`], [`Evidence::q_profile`],
//! [`Evidence::generalised_q_interval`], [`Reml::profile_interval`], [`Evidence::between_share`], [`Reml::heterogeneity_test`]; [`Fit`] compares models.
//!
//! **Does the answer hang on the choice of method?** [`multiverse`](multiverse()). **On single studies, their order, single
//! events?** [`sensitivity`]. **Is it the same in groups of studies?** [`subgroups`](subgroups()).
//!
//! **Do published figures agree with each other?** [`audit`].
//!
//! **Something of one's own?** Four traits, and no more: [`Measure`] and [`EffectSize`] for effect sizes,
//! [`Tau2Estimator`] for the variance between studies, [`Pool`] for models. `use meta_analysis::prelude::*` brings their
//! methods into scope.
//!
//! # Numbers
//!
//! [`guide::choosing`] tells which method to choose when, [`guide::accuracy`] how right the results are.
//!
//! Sums run in double precision in a stated order, whatever the type of the columns: in sequence up to 32 studies, in a fixed
//! split beyond. No result depends on the unit of the data: multiplying effects by a power of two changes no digit.
//! Iterations are bracketed or monotone, with bounds that are never reached. Tails are survival functions, right to 13 digits.
//!
//! # What is not here
//!
//! Batches of outcomes, meta-regression and small-study effects are on their way.
//! Dependent effects, generalised linear mixed models and Bayesian models are not planned for the first version.

// Floor 0: no statistics.
mod distributions;
mod error;
mod level;
mod num;
mod random;
mod real;

// Floor 1: what a study says.
mod effect;
mod effect_size;
mod interval;
mod measure;
mod studies;
mod subset;
mod summary;

// Floor 2: how much studies disagree.
mod between_share;
mod evidence;
mod generalised_q;
mod heterogeneity;
mod model_comparison;
mod profile_likelihood;
mod tau2;

// Floor 3: the answer.
mod inference;
mod pool;

// Floor 4: what one does with answers.
pub mod audit;
mod multiverse;
mod permutation;
mod prediction_bootstrap;
pub mod sensitivity;
#[cfg(feature = "serde")]
mod serialise;
mod subgroups;

pub mod guide;
pub mod prelude;

pub use between_share::BetweenShare;
pub use effect::{Effect, StudyNote};
pub use effect_size::{EffectSize, FromReport, HedgesG, HedgesGVariance};
pub use error::{Error, ErrorKind};
pub use evidence::{Evidence, Moments, Score};
pub use heterogeneity::{Heterogeneity, Tau2Interval};
pub use inference::{Inference, PredictionMethod, Test};
pub use interval::Interval;
pub use level::Level;
pub use measure::{
    AnyMeasure, HazardRatio, Link, MeanDifference, Measure, OddsRatio, RiskDifference, RiskRatio,
    StandardisedMeanDifference,
};
pub use model_comparison::{Fit, HeterogeneityTest};
pub use multiverse::{Multiverse, MultiverseRow, multiverse};
pub use permutation::{PermutationResult, PermutationTest};
pub use pool::{
    Analysis, CommonEffect, FixedWeights, HenmiCopas, HenmiCopasResult, LikelihoodCorrection, MantelHaenszel,
    MantelHaenszelMeasure, Natural, Note, Pool, Pooled, Prediction, ProfileLikelihood, ProfileLikelihoodResult,
    RandomEffects, Report, StudyData, StudyLine,
};
pub use real::Real;
pub use studies::{Studies, Study};
pub use subgroups::{Subgroup, SubgroupReport, SubgroupTest, Subgroups, subgroups, subgroups_with_common_tau2};
pub use subset::Subset;
pub use summary::{Group, Reported, Tables, TwoByTwo, TwoMeans};
pub use tau2::{
    DerSimonianLaird, GeneralisedQ, HartungMakambi, HedgesOlkin, HunterSchmidt, HunterSchmidtSmallSample, KnownTau2,
    MaximumLikelihood, MedianUnbiasedGeneralisedQ, MedianUnbiasedPauleMandel, Mode, PauleMandel, QWeights, Reml,
    SidikJonkman, SidikJonkmanIterated, Tau2, Tau2Estimator, Tau2Method, TwoStepDerSimonianLaird,
};

/// The README's code compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
