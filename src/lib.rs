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
//! Effects live on two scales. One reads a risk ratio on the *natural* scale; it is pooled on the *analysis* scale, as
//! a logarithm. No number here comes without its scale: [`Pooled`] has [`natural`](Pooled::natural) and
//! [`analysis`](Pooled::analysis), and no estimate of its own. The subject's letters `y`, `v`, `tau2`, `q` are always
//! on the analysis scale (variances in its square).
//!
//! One analysis fails loudly: every function that can meet invalid data returns a [`Result`] with one [`Error`], which
//! names the study and the number. What is undefined for valid data is `None`, and the docs say when. Nothing panics,
//! and no NaN comes out.
//!
//! # The catalogue
//!
//! Grouped by the question it answers; [`guide::choosing`] says which to take when.
//!
//! **What did each study report?**
//!
//! | | data |
//! |---|---|
//! | counts in two groups | [`TwoByTwo`], with labels [`Tables`]; paired, [`MatchedPairs`], [`PairedMargins`]; over time, [`PersonTime`] |
//! | survival | [`LogRank`], from [`LogRankEvents`] and whom a p-value [`Favours`] |
//! | means of two groups | [`TwoMeans`] of two [`Group`]s; without means, [`ReportedDifference`] and its [`Direction`], [`ReportedAuc`] |
//! | means of one group, twice | [`PairedMeans`] of two [`Measurement`]s; without means, [`ReportedChange`] |
//! | medians | [`FiveNumbers`], which make an [`EstimatedGroup`] with a [`SkewnessCheck`] |
//! | one group | [`Proportion`], [`PersonTimeRate`], [`Group`], [`CronbachAlpha`], [`Genotypes`] |
//! | two variables | [`Correlation`], [`PartialCorrelation`], [`SemipartialCorrelation`], [`RSquared`] |
//! | a printed estimate | [`Reported`], with limits, a p-value, a test statistic or a standard error |
//! | effects and variances | [`Studies`], of one [`Study`] or [`Effect`] each; many outcomes at once, [`Batch`] |
//!
//! **What is the effect?** Recipes are values with the methods [`effect`](EffectSize::effect) and
//! [`studies`](EffectSize::studies); [`FromReport`] makes a recipe on printed lines of any measure.
//!
//! | data | recipes |
//! |---|---|
//! | a table | [`RiskRatio`], [`OddsRatio`], [`RiskDifference`], [`PetoOddsRatio`], [`ArcsineDifference`], [`VaccineEfficacy`], [`DiagnosticOddsRatio`] |
//! | a table, as an association | [`PhiCoefficient`], [`FisherZPhi`], [`YuleQ`], [`YuleY`], [`TetrachoricCorrelation`], [`FisherZTetrachoric`] |
//! | a table, as a standardised difference | [`LogisticD`], [`CoxD`], [`ProbitD`] |
//! | pairs | the first four of a table, and [`ConditionalOddsRatio`]; from margins the odds ratio |
//! | person-time; log-rank tests | [`RateRatio`], [`RateDifference`], [`RateRootDifference`]; [`HazardRatio`] |
//! | two means, in their unit | [`MeanDifference`], [`PooledMeanDifference`] |
//! | two means, standardised | [`HedgesG`] (also Cohen's d), [`GlassDelta`], [`BonettD`] |
//! | two means, as ratios | [`LogRatioOfMeans`], [`LogVariabilityRatio`], [`LogCoefficientOfVariationRatio`] |
//! | two means, as probabilities | [`CommonLanguage`], [`EqualVarianceCommonLanguage`], [`AreaUnderCurve`] |
//! | two means, as correlations | [`PointBiserial`], [`PointBiserialZ`], [`BiserialCorrelation`], [`BiserialCorrelationZ`] |
//! | one group, twice | [`ChangeScoreD`], [`BaselineD`], [`AverageD`]; the mean difference, ratios and common language of two means |
//! | a proportion | [`RawProportion`], [`LogProportion`], [`LogitProportion`], [`ProbitProportion`], [`ArcsineProportion`], [`FreemanTukey`] |
//! | a rate | [`RawRate`], [`LogRate`], [`SquareRootRate`], and Freeman and Tukey's again |
//! | a mean | [`GroupMean`], [`StandardisedGroupMean`], [`LogMean`], [`LogStandardDeviation`], [`LogCoefficientOfVariation`] |
//! | a reliability; genotypes | [`RawAlpha`], [`HakstianWhalenAlpha`], [`BonettAlpha`]; [`RelativeExcessHeterozygosity`] |
//! | a correlation | [`RawCorrelation`], [`OlkinPratt`], [`FisherZ`] |
//! | a regression | [`RawPartialCorrelation`], [`PartialFisherZ`], [`RawSemipartialCorrelation`], [`SemipartialFisherZ`], [`RawRSquared`], [`RSquaredFisherZ`] |
//!
//! Where recipe and measure are two things, the measure has the name of what is read: [`StandardisedMeanDifference`],
//! [`RatioOfMeans`], [`VariabilityRatio`], [`CoefficientOfVariationRatio`], [`CommonLanguageEffectSize`],
//! [`PointBiserialCorrelation`], [`PointBiserialCorrelationZ`], [`ChangeScoreStandardisedMeanChange`],
//! [`RawScoreStandardisedMeanChange`], [`FreemanTukeyProportion`], [`FreemanTukeyRate`], [`CorrelationCoefficient`],
//! [`PartialCorrelationCoefficient`], [`SemipartialCorrelationCoefficient`], [`MultipleCorrelationSquared`],
//! [`MultipleCorrelationFisherZ`]; chosen at run time, [`AnyMeasure`].
//!
//! **What if a cell is zero, or another variance is wanted?** [`ZeroCells`] says what is added, to which
//! [`CorrectedCells`] of which [`CorrectedStudies`]. [`FromTable`], [`FromPairs`] and [`FromPersonTime`] give it, or
//! another variance, to a measure on counts; every other recipe has its choices as `with_` methods, such as the
//! [`SmallSampleCorrection`] of [`HedgesG`].
//!
//! **What if a paper reports something else?** Tables from margins: [`TwoByTwo::from_odds_ratio`],
//! [`TwoByTwo::from_phi`], [`TwoByTwo::from_chi_squared`]. Trials of several arms: [`Group::combine`] and
//! [`Group::split`], [`TwoByTwo::combine_arms`] and [`TwoByTwo::split_arm`]. Changes: [`PairedMeans::change`]. One
//! measure from the effect of another, by recipes whose data are effects:
//!
//! | from | to |
//! |---|---|
//! | a standardised difference | [`OddsRatioFromDifference`], [`CorrelationFromDifference`], [`CorrelationZFromDifference`], [`BiserialFromDifference`] |
//! | an odds ratio; a correlation | [`DifferenceFromOddsRatio`]; [`DifferenceFromCorrelation`] |
//! | a ratio, at a [`BaselineRisk`] | [`RiskRatioFromOddsRatio`], [`OddsRatioFromRiskRatio`], [`RiskRatioFromHazardRatio`], [`RiskDifferenceFromOddsRatio`], [`RiskDifferenceFromRiskRatio`] |
//!
//! **How does that read?** [`TrueEffects`] for the natural scale, [`DifferenceReadings`] for standard deviations.
//!
//! **What does it mean for a patient?** [`Pooled::absolute`], an [`AbsoluteEffect`] at a baseline risk, and its
//! [`NumberNeededToTreat`].
//!
//! **What is the common effect?** [`CommonEffect`], [`MantelHaenszel`]; with weights of one's own, [`FixedWeights`].
//!
//! **What is the mean effect, and how much do effects differ?** [`RandomEffects`] with [`DerSimonianLaird`],
//! [`TwoStepDerSimonianLaird`], [`HedgesOlkin`], [`HunterSchmidt`], [`HunterSchmidtSmallSample`], [`SidikJonkman`],
//! [`SidikJonkmanIterated`], [`HartungMakambi`], [`PauleMandel`], [`GeneralisedQ`], [`MedianUnbiasedPauleMandel`],
//! [`MedianUnbiasedGeneralisedQ`], [`MaximumLikelihood`] or [`Reml`], with [`Tau2Method`] chosen at run time, a
//! [`KnownTau2`], or an estimator of one's own. This model and the common effect pool a [`Batch`] as well, with the
//! [`Columns`] asked for.
//!
//! **How sure is that?** [`Inference`], [`Level`], [`Test`], [`Prediction`] and [`PredictionMethod`]; [`HenmiCopas`],
//! [`ProfileLikelihood`], [`PermutationTest`], [`Studies::bootstrap_prediction`].
//!
//! **How much do the studies disagree?** [`Heterogeneity`], [`Evidence::q_profile`],
//! [`Evidence::generalised_q_interval`], [`Reml::profile_interval`], [`Evidence::between_share`],
//! [`Reml::heterogeneity_test`]; [`Fit`] compares models.
//!
//! **What do effects differ with?** [`MetaRegression`] on a [`Design`]; [`RegressionPermutation`], [`LikelihoodRatio`].
//!
//! **Does the answer hang on the choice of method?** [`multiverse`](multiverse()). **On single studies, their order, single
//! events?** [`sensitivity`]. **Is it the same in groups of studies?** [`subgroups`](subgroups()).
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
//! [`Tau2Estimator`] for the variance between studies, [`Pool`] for models. `use meta_analysis::prelude::*` brings
//! their methods into scope.
//!
//! # Numbers
//!
//! [`guide::choosing`] tells which method to choose when, [`guide::accuracy`] how right the results are,
//! [`guide::performance`] how fast batches are.
//!
//! Sums run in double precision in a stated order, whatever the type of the columns: in sequence up to 32 studies, in a
//! fixed split beyond. No result depends on the unit of the data: multiplying effects by a power of two changes no
//! digit. Iterations are bracketed or monotone, with bounds that are never reached. Tails are survival functions, right
//! to 13 digits.
//!
//! # What is not here
//!
//! Tests and models of small-study effects, reading RevMan files and graphics are on their way.
//! Dependent effects, generalised linear mixed models and Bayesian models are not planned for the first version.

// Floor 0: no statistics.
mod distributions;
mod draws;
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
mod study_notes;
mod subset;
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
pub mod sensitivity;
#[cfg(feature = "serde")]
mod serialise;
mod stratified;
mod subgroups;

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
    RiskRatioFromHazardRatio, RiskRatioFromOddsRatio, Standardiser, TableRecipe, UnderlyingDistribution,
    VariabilityVariance,
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
    RiskDifference, RiskRatio, SemipartialCorrelationCoefficient, SemipartialFisherZ, SmallSampleCorrection,
    SquareRootRate, StandardisedGroupMean, StandardisedMeanDifference, TetrachoricCorrelation, VaccineEfficacy,
    VariabilityRatio, YuleQ, YuleY,
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
    Coding, Coefficient, DeletedResidual, Design, LikelihoodRatio, MetaRegression, Regression, RegressionInfluence,
    RegressionPermutation, RegressionPermutationResult, RegressionPrediction, Residual, Setting,
    StudyRegressionInfluence, VarianceInflation, WaldTest,
};
pub use stratified::{BreslowDay, CochranMantelHaenszel, Stratum};
pub use studies::{Studies, Study};
pub use subgroups::{Subgroup, SubgroupReport, SubgroupTest, Subgroups, subgroups, subgroups_with_common_tau2};
pub use subset::Subset;
pub use summary::{
    CorrectedCells, CorrectedStudies, Correlation, CronbachAlpha, Direction, EstimatedGroup, Favours, FiveNumbers,
    Genotypes, Group, LogRank, LogRankEvents, MatchedPairs, Measurement, PairedMargins, PairedMeans,
    PartialCorrelation, PersonTime, PersonTimeRate, Proportion, RSquared, Reported, ReportedAuc, ReportedChange,
    ReportedDifference, SemipartialCorrelation, SkewnessCheck, Tables, TwoByTwo, TwoMeans, ZeroCells,
};
pub use tau2::{
    DerSimonianLaird, GeneralisedQ, HartungMakambi, HedgesOlkin, HunterSchmidt, HunterSchmidtSmallSample, KnownTau2,
    MaximumLikelihood, MedianUnbiasedGeneralisedQ, MedianUnbiasedPauleMandel, Mode, PauleMandel, QWeights, Reml,
    SidikJonkman, SidikJonkmanIterated, Tau2, Tau2Estimator, Tau2Method, TwoStepDerSimonianLaird,
};
#[doc(hidden)]
pub use tau2::{LaneMethod, MeanAt};
pub use true_effects::TrueEffects;

/// The README's code compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
