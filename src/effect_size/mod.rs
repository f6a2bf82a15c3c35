//! Recipes that turn raw data into effects.

mod association;
mod binary;
mod checked;
mod conversion;
mod from_margins;
mod from_pairs;
mod from_person_time;
mod from_table;
mod log_rank;
mod means;
mod report;
mod standardised;
mod tetrachoric;
mod two_by_two;

// One group, and correlations.
mod correlation;
mod counts;
mod one_group;
mod over_the_set;
mod partial_correlation;
mod proportion;
mod r_squared;
mod rate;
mod readings;

pub use association::PhiVariance;
pub use conversion::{
    BiserialFromDifference, CorrelationFromDifference, CorrelationZFromDifference, DifferenceFromCorrelation,
    DifferenceFromOddsRatio, OddsRatioFromRiskRatio, RiskDifferenceFromOddsRatio, RiskDifferenceFromRiskRatio,
    RiskRatioFromHazardRatio, RiskRatioFromOddsRatio,
};
pub use from_pairs::{FromPairs, MatchedPairsMeasure};
pub use from_person_time::{FromPersonTime, PersonTimeMeasure};
pub use from_table::{FromTable, RatioVariance, RiskDifferenceVariance, TableRecipe};
pub use means::{
    AreaUnderCurve, AucVariance, AverageD, AverageDVariance, BaselineD, BaselineDVariance, BonettD, ChangeScoreD,
    ChangeScoreDVariance, CommonLanguage, EqualVarianceCommonLanguage, GlassDelta, GlassDeltaVariance, HedgesG,
    HedgesGVariance, HeteroscedasticVariance, LogCoefficientOfVariationRatio, LogRatioOfMeans, LogVariabilityRatio,
    OddsRatioFromDifference, PointBiserial, PointBiserialVariance, PointBiserialZ, PooledMeanDifference,
    RatioOfMeansVariance, Standardiser, UnderlyingDistribution, VariabilityVariance,
};
pub use report::FromReport;
pub use standardised::{CoxD, LogisticD, ProbitD};

pub use correlation::{CorrelationVariance, OlkinPratt, OlkinPrattVariance, RawCorrelation};
pub use partial_correlation::{RawPartialCorrelation, RawSemipartialCorrelation};
pub use proportion::FreemanTukey;
pub use r_squared::{RSquaredFisherZ, RSquaredFisherZVariance, RSquaredVariance, RawRSquared};
pub use readings::DifferenceReadings;

use crate::effect::Effect;
use crate::error::Error;
use crate::measure::Measure;
use crate::studies::Studies;

/// A recipe that turns one study's raw data into an effect.
///
/// `D` is the raw data, so that others may add recipes on their own data for our measures, or their own measures for our
/// data.
///
/// ```
/// use meta_analysis::{EffectSize, Error, MeanDifference, OddsRatio, TwoByTwo, TwoMeans};
///
/// let odds_ratio = OddsRatio.effect(&TwoByTwo::new([4, 119], [11, 128]))?;
/// let difference = MeanDifference.effect(&TwoMeans::new((155, 55.0, 47.0), (156, 75.0, 64.0))?)?;
/// assert_eq!(difference.natural(), -20.0);
///
/// // The same over many: what cannot be estimated is kept out and told.
/// let trials = [TwoByTwo::new([3, 7], [5, 5]), TwoByTwo::new([0, 20], [0, 21])];
/// let studies = OddsRatio.studies(&trials)?;
/// assert_eq!(studies.k(), 1);
/// assert_eq!(studies.excluded()[0].to_string(), "study 2: the odds ratio is not estimable: no events in either arm");
/// # Ok::<(), Error>(())
/// ```
pub trait EffectSize<D: ?Sized> {
    /// What the effect measures. Often the recipe itself; a conversion or a choice at run time gives another.
    type Measure: Measure;

    /// The effect of one study.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for valid data without information on the measure, which
    /// [`studies`](Self::studies) turns into an exclusion; any other error for data that are invalid.
    fn effect(&self, data: &D) -> Result<Effect<Self::Measure>, Error>;

    /// The effects of many studies. Those that are not estimable are kept out, and
    /// [`Studies::excluded`] tells which and why.
    ///
    /// # Errors
    /// The first error of [`effect`](Self::effect) other than "not estimable", with the index of its study;
    /// [`MeasureChanged`](crate::ErrorKind::MeasureChanged) if the recipe gives two measures;
    /// [`NoStudies`](crate::ErrorKind::NoStudies) if nothing is left.
    fn studies<'a, I>(&self, data: I) -> Result<Studies<Self::Measure>, Error>
    where
        Self: Sized,
        I: IntoIterator<Item = &'a D>,
        D: 'a,
    {
        Studies::collect(data.into_iter().map(|data| (None, self.effect(data))))
    }

    /// As [`studies`](Self::studies), from pairs of a label and the data; a [`Tables`](crate::Tables) is a list of such
    /// pairs.
    ///
    /// # Errors
    /// As [`studies`](Self::studies), with the label in the text.
    fn labelled_studies<'a, L, I>(&self, data: I) -> Result<Studies<Self::Measure>, Error>
    where
        Self: Sized,
        L: Into<String>,
        I: IntoIterator<Item = (L, &'a D)>,
        D: 'a,
    {
        Studies::collect(data.into_iter().map(|(label, data)| (Some(label.into()), self.effect(data))))
    }
}
