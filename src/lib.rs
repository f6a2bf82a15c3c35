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
//! **What did each study find?** Counts: [`TwoByTwo`], [`Tables`], [`MatchedPairs`], [`PairedMargins`], [`PersonTime`],
//! [`LogRank`]. Means: [`TwoMeans`], [`PairedMeans`]; a test or a standardised effect without means,
//! [`ReportedDifference`], [`ReportedChange`], [`ReportedAuc`]. A printed line: [`Reported`]. Columns: [`Studies`].
//!
//! **What is the effect?** Recipes are values with the method [`effect`](EffectSize::effect) (and
//! [`studies`](EffectSize::studies) for many); [`FromReport`] takes any measure on printed lines.
//!
//! - On tables: [`RiskRatio`], [`OddsRatio`], [`RiskDifference`], [`PetoOddsRatio`], [`ArcsineDifference`],
//!   [`PhiCoefficient`], [`YuleQ`], [`YuleY`], [`TetrachoricCorrelation`], [`VaccineEfficacy`], [`DiagnosticOddsRatio`]; as
//!   standardised differences [`LogisticD`], [`CoxD`], [`ProbitD`]. On pairs: these ratios and [`ConditionalOddsRatio`]. On
//!   person-time: [`RateRatio`], [`RateDifference`], [`RateRootDifference`]. On log-rank statistics: [`HazardRatio`].
//!   [`FromTable`], [`FromPairs`] and [`FromPersonTime`] give them another [`ZeroCells`] policy or variance.
//! - On means of two groups: [`MeanDifference`], [`PooledMeanDifference`]; standardised, [`HedgesG`] (also Cohen's d),
//!   [`GlassDelta`], [`BonettD`]; ratios, [`LogRatioOfMeans`], [`LogVariabilityRatio`],
//!   [`LogCoefficientOfVariationRatio`]; as probabilities, [`CommonLanguage`], [`EqualVarianceCommonLanguage`],
//!   [`AreaUnderCurve`]; as correlations, [`PointBiserial`], [`PointBiserialZ`], [`BiserialCorrelation`],
//!   [`BiserialCorrelationZ`]; as an odds ratio, [`OddsRatioFromDifference`].
//! - On one group measured twice: [`MeanDifference`], [`ChangeScoreD`], [`BaselineD`], [`AverageD`], the ratios and
//!   [`CommonLanguage`].
//!
//! **What if a paper reports something else?** [`Reported`] with limits, p-values and test statistics; [`FiveNumbers`]
//! for medians; [`TwoByTwo::from_odds_ratio`] and [`TwoByTwo::from_phi`] for tables from margins; [`Group::combine`] and
//! [`Group::split`], [`TwoByTwo::combine_arms`] and [`TwoByTwo::split_arm`] for trials of several arms;
//! [`PairedMeans::change`]. Effects of one measure become those of another by recipes whose data are effects:
//! [`DifferenceFromOddsRatio`], [`OddsRatioFromDifference`], [`CorrelationFromDifference`],
//! [`DifferenceFromCorrelation`]; at a baseline risk, [`RiskRatioFromOddsRatio`] and its kin.
//!
//! **What did it find in one group, or between two variables?** [`Proportion`], [`PersonTimeRate`], [`OneMean`],
//! [`CronbachAlpha`], [`Genotypes`]; [`Correlation`], [`PartialCorrelation`], [`SemipartialCorrelation`], [`RSquared`]. Their
//! effects: [`RawProportion`], [`LogProportion`], [`LogitProportion`], [`ProbitProportion`], [`ArcsineProportion`],
//! [`FreemanTukey`]; [`RawRate`], [`LogRate`], [`SquareRootRate`]; [`GroupMean`], [`StandardisedGroupMean`], [`LogMean`],
//! [`LogStandardDeviation`], [`LogCoefficientOfVariation`]; [`RawAlpha`], [`HakstianWhalenAlpha`], [`BonettAlpha`];
//! [`RelativeExcessHeterozygosity`]; [`RawCorrelation`], [`OlkinPratt`], [`FisherZ`], [`RawPartialCorrelation`],
//! [`PartialFisherZ`], [`RawSemipartialCorrelation`], [`SemipartialFisherZ`], [`RawRSquared`], [`RSquaredFisherZ`].
//!
//! **How does that read?** [`TrueEffects`] for the natural scale, [`DifferenceReadings`] for standard deviations.
//!
//! **What is the common effect?** [`CommonEffect`], [`MantelHaenszel`]; with weights of one's own, [`FixedWeights`].
//!
//! **What is the mean effect, and how much do effects differ?** [`RandomEffects`] with [`DerSimonianLaird`],
//! [`TwoStepDerSimonianLaird`], [`HedgesOlkin`], [`HunterSchmidt`], [`SidikJonkman`], [`HartungMakambi`], [`PauleMandel`],
//! [`GeneralisedQ`], [`MedianUnbiasedPauleMandel`], [`MedianUnbiasedGeneralisedQ`], [`MaximumLikelihood`] or [`Reml`], with
//! [`Tau2Method`] chosen at run time, a [`KnownTau2`], or an estimator of one's own.
//!
//! **What does it mean for a patient?** [`AbsoluteEffect`] at a [`BaselineRisk`], and [`NumberNeededToTreat`]:
//! [`Pooled::absolute`].
//!
//! **How sure is that?** [`Inference`], [`Level`], [`Test`], [`Prediction`] and [`PredictionMethod`]; [`HenmiCopas`],
//! [`ProfileLikelihood`], [`PermutationTest`], [`Studies::bootstrap_prediction`].
//!
//! **How much do the studies disagree?** [`Heterogeneity`], [`Evidence::q_profile`],
//! [`Evidence::generalised_q_interval`], [`Reml::profile_interval`], [`Evidence::between_share`], [`Reml::heterogeneity_test`]; [`Fit`] compares models.
//!
//! **What do effects differ with?** [`MetaRegression`] on a [`Design`]; [`RegressionPermutation`], [`LikelihoodRatio`].
//!
//! **Does the answer hang on the choice of method?** [`multiverse`](multiverse()).
//!
//! **Many outcomes of the same studies?** [`Batch`], and [`BatchStream`] where they do not fit into memory. **Studies on many machines?**
//! [`PartialSums`], for many outcomes [`PartialColumns`]: sums that merge.
//!
//! **And without a variance for each study?** [`MantelHaenszel`], [`Peto`], [`SampleSizeWeights`]; tests:
//! [`CochranMantelHaenszel`], [`BreslowDay`].
//!
//! **Why does another program say something else?** [`Convention`], [`explain`].
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
//! Subgroups, sensitivity analyses and small-study effects are on their way.
//! Dependent effects, generalised linear mixed models and Bayesian models are not planned for the first version.

// Floor 0: no statistics.
mod distributions;
mod error;
mod level;
mod num;
mod random;
mod real;

// Floor 1: what a study says.
mod baseline_risk;
mod effect;
mod effect_size;
mod interval;
mod measure;
mod studies;
mod summary;
mod true_effects;

// Floor 2: how much studies disagree.
mod between_share;
mod evidence;
mod generalised_q;
mod heterogeneity;
mod model_comparison;
mod profile_likelihood;
mod tau2;

// Floor 3: the answer.
mod batch;
mod inference;
mod pool;
mod regression;

// Floor 4: what one does with answers.
mod absolute;
pub mod audit;
mod chi_squared_test;
mod convention;
mod multiverse;
mod partial_sums;
mod permutation;
mod prediction_bootstrap;
#[cfg(feature = "serde")]
mod serialise;
mod stratified;

pub mod guide;
pub mod prelude;

pub use absolute::{AbsoluteEffect, EventIs, NumberNeeded, NumberNeededInterval, NumberNeededToTreat};
pub use baseline_risk::BaselineRisk;
#[cfg(feature = "rayon")]
pub use batch::Par;
pub use batch::{
    Batch, BatchStream, BatchSummary, Block, Columns, ColumnsMut, PartialColumns, PartialColumnsAtTau2, PooledColumns,
    Progress,
};
pub use between_share::BetweenShare;
pub use chi_squared_test::ChiSquaredTest;
pub use convention::{
    Convention, ConventionMeansMeasure, ConventionTableMeasure, Explained, Explanation, ExplanationLine, I2Definition,
    MeansAnalysis, MeansModel, RevManFooter, TableAnalysis, TableModel, explain,
};
pub use effect::{Effect, StudyNote};
pub use effect_size::{
    AreaUnderCurve, AucVariance, AverageD, AverageDVariance, BaselineD, BaselineDVariance, BiserialFromDifference,
    BonettD, ChangeScoreD, ChangeScoreDVariance, CommonLanguage, CorrelationFromDifference, CorrelationVariance,
    CorrelationZFromDifference, CoxD, DifferenceFromCorrelation, DifferenceFromOddsRatio, DifferenceReadings,
    EffectSize, EqualVarianceCommonLanguage, FreemanTukey, FromPairs, FromPersonTime, FromReport, FromTable,
    GlassDelta, GlassDeltaVariance, HedgesG, HedgesGVariance, HeteroscedasticVariance, LogCoefficientOfVariationRatio,
    LogRatioOfMeans, LogVariabilityRatio, LogisticD, MatchedPairsMeasure, OddsRatioFromDifference,
    OddsRatioFromRiskRatio, OlkinPratt, OlkinPrattVariance, PersonTimeMeasure, PhiVariance, PointBiserial,
    PointBiserialVariance, PointBiserialZ, PooledMeanDifference, ProbitD, RSquaredFisherZ, RSquaredFisherZVariance,
    RSquaredVariance, RatioOfMeansVariance, RatioVariance, RawCorrelation, RawPartialCorrelation, RawRSquared,
    RawSemipartialCorrelation, RiskDifferenceFromOddsRatio, RiskDifferenceFromRiskRatio, RiskDifferenceVariance,
    RiskRatioFromHazardRatio, RiskRatioFromOddsRatio, SmallSampleCorrection, Standardiser, TableRecipe,
    UnderlyingDistribution, VariabilityVariance,
};
pub use error::{Error, ErrorKind};
pub use evidence::{Evidence, Moments, Score};
pub use heterogeneity::{Heterogeneity, Tau2Interval};
pub use inference::{Inference, PredictionMethod, Test};
pub use interval::Interval;
pub use level::Level;
pub use measure::{
    AnyMeasure, ArcsineDifference, ArcsineProportion, BiasCorrection, BiserialCorrelation, BiserialCorrelationZ,
    BonettAlpha, ChangeScoreStandardisedMeanChange, CoefficientOfVariationRatio, CommonLanguageEffectSize,
    ConditionalOddsRatio, CorrelationCoefficient, DiagnosticOddsRatio, EvaluatedAt, FisherZ, FisherZPhi,
    FisherZTetrachoric, FreemanTukeyProportion, FreemanTukeyRate, GroupMean, HakstianWhalenAlpha, HazardRatio, Link,
    LogCoefficientOfVariation, LogMean, LogProportion, LogRate, LogStandardDeviation, LogitProportion, MeanDifference,
    MeanVariance, Measure, MultipleCorrelationFisherZ, MultipleCorrelationSquared, OddsRatio,
    PartialCorrelationCoefficient, PartialFisherZ, PetoOddsRatio, PhiCoefficient, PointBiserialCorrelation,
    PointBiserialCorrelationZ, ProbitProportion, ProportionVariance, RateDifference, RateRatio, RateRootDifference,
    RatioOfMeans, RawAlpha, RawProportion, RawRate, RawScoreStandardisedMeanChange, RelativeExcessHeterozygosity,
    RiskDifference, RiskRatio, SemipartialCorrelationCoefficient, SemipartialFisherZ, SquareRootRate,
    StandardisedGroupMean, StandardisedMeanDifference, TetrachoricCorrelation, VaccineEfficacy, VariabilityRatio,
    YuleQ, YuleY,
};
pub use model_comparison::{Fit, HeterogeneityTest};
pub use multiverse::{Multiverse, MultiverseRow, multiverse};
pub use partial_sums::{PartialSums, PartialSumsAtTau2};
pub use permutation::{PermutationResult, PermutationTest};
pub use pool::{
    Analysis, CommonEffect, FixedWeights, HenmiCopas, HenmiCopasResult, LikelihoodCorrection, MantelHaenszel,
    MantelHaenszelMeasure, MantelHaenszelRandomEffects, MantelHaenszelSums, MantelHaenszelVariance, Natural, Note,
    Peto, PetoMeasure, Pool, Pooled, Prediction, ProfileLikelihood, ProfileLikelihoodResult, QCentre, RandomEffects,
    Report, SampleSizeWeights, StudyData, StudyLine, TwoArms,
};
pub use real::Real;
pub use regression::{
    Coding, Coefficient, DeletedResidual, Design, LikelihoodRatio, MetaRegression, Regression, RegressionPermutation,
    RegressionPermutationResult, RegressionPrediction, Residual, Setting, VarianceInflation, WaldTest,
};
pub use stratified::{BreslowDay, CochranMantelHaenszel, Stratum};
pub use studies::{Studies, Study};
pub use summary::{
    CorrectedCells, CorrectedStudies, Correlation, CronbachAlpha, Direction, EstimatedGroup, Favours, FiveNumbers,
    Genotypes, Group, LogRank, LogRankEvents, MatchedPairs, Measurement, OneMean, PairedMargins, PairedMeans,
    PartialCorrelation, PersonTime, PersonTimeRate, Proportion, RSquared, Reported, ReportedAuc, ReportedChange,
    ReportedDifference, SemipartialCorrelation, SkewnessCheck, Tables, TwoByTwo, TwoMeans, ZeroCells,
};
#[doc(hidden)]
pub use tau2::LaneMethod;
pub use tau2::{
    DerSimonianLaird, GeneralisedQ, HartungMakambi, HedgesOlkin, HunterSchmidt, HunterSchmidtSmallSample, KnownTau2,
    MaximumLikelihood, MedianUnbiasedGeneralisedQ, MedianUnbiasedPauleMandel, Mode, PauleMandel, QWeights, Reml,
    SidikJonkman, SidikJonkmanIterated, Tau2, Tau2Estimator, Tau2Method, TwoStepDerSimonianLaird,
};
pub use true_effects::TrueEffects;

/// The README's code compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
