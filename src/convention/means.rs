//! Analyses of two means by convention.

use super::explain::{Explained, Switch, switches};
use super::{Convention, I2Definition};
use crate::effect_size::{EffectSize, HedgesG, HedgesGVariance};
use crate::error::Error;
use crate::level::Level;
use crate::measure::{MeanDifference, Measure, SmallSampleCorrection, StandardisedMeanDifference};
use crate::pool::{CommonEffect, Pool, Pooled, RandomEffects};
use crate::studies::Studies;
use crate::summary::TwoMeans;
use crate::tau2::Tau2Method;

/// How means are pooled, with inverse-variance weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MeansModel {
    /// One effect for all studies, the default of Review Manager 5.
    #[default]
    CommonEffect,
    /// An effect of its own for each study.
    RandomEffects,
}

/// An analysis of means of two arms with every choice spelt out; made by [`Convention::means`].
///
/// The fields may be changed.
///
/// ```
/// use meta_analysis::{Convention, MeansModel, Pool, StandardisedMeanDifference, TwoMeans};
///
/// let trials = TwoMeans::from_rows([((12, 6.0, 2.6), (12, 8.2, 3.9)), ((9, 3.75, 1.64), (9, 16.45, 6.79))])?;
/// let analysis = Convention::RevMan5.means(StandardisedMeanDifference, MeansModel::RandomEffects);
/// assert_eq!(format!("{:.3}", analysis.pool(&trials)?.natural().estimate), "-1.473");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MeansAnalysis<M> {
    /// The measure.
    pub measure: M,
    /// How means are pooled.
    pub model: MeansModel,
    /// The small-sample correction of a standardised mean difference.
    pub correction: SmallSampleCorrection,
    /// The variance of a standardised mean difference.
    pub variance: HedgesGVariance,
    /// The estimator of the variance between studies.
    pub tau2: Tau2Method,
    /// The I² that is printed.
    pub i2: I2Definition,
    /// The level of the intervals.
    pub level: Level,
}

/// The measures of means that conventions are about: [`MeanDifference`] and [`StandardisedMeanDifference`]. Sealed.
pub trait ConventionMeansMeasure: sealed::Means {}

impl<M: sealed::Means> ConventionMeansMeasure for M {}

mod sealed {
    use super::*;

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Means: Measure {
        const STANDARDISED: bool;

        fn effects(self, recipe: HedgesG, data: &[TwoMeans]) -> Result<Studies<Self>, Error>;
    }

    impl Means for MeanDifference {
        const STANDARDISED: bool = false;

        fn effects(self, _: HedgesG, data: &[TwoMeans]) -> Result<Studies<Self>, Error> {
            EffectSize::<TwoMeans>::studies(&self, data)
        }
    }

    impl Means for StandardisedMeanDifference {
        const STANDARDISED: bool = true;

        fn effects(self, recipe: HedgesG, data: &[TwoMeans]) -> Result<Studies<Self>, Error> {
            EffectSize::<TwoMeans>::studies(&recipe, data)
        }
    }
}

impl Convention {
    /// The analysis of means of two arms that this program does unless told otherwise.
    #[must_use]
    pub fn means<M: ConventionMeansMeasure>(self, measure: M, model: MeansModel) -> MeansAnalysis<M> {
        let (correction, variance) = match self {
            Self::RevMan5 => (SmallSampleCorrection::Approximate, HedgesGVariance::RevMan),
            Self::Metafor => (SmallSampleCorrection::Exact, HedgesGVariance::LargeSample),
            Self::Meta => (SmallSampleCorrection::Exact, HedgesGVariance::Unbiased),
        };
        MeansAnalysis {
            measure,
            model,
            correction,
            variance,
            tau2: if self == Self::RevMan5 { Tau2Method::DerSimonianLaird } else { Tau2Method::Reml },
            i2: if self == Self::Metafor { I2Definition::FromTau2 } else { I2Definition::FromQ },
            level: Level::P95,
        }
    }
}

impl<M: ConventionMeansMeasure, S: AsRef<[TwoMeans]> + ?Sized> Pool<S> for MeansAnalysis<M> {
    type Output = Pooled<M>;

    fn pool(&self, data: &S) -> Result<Pooled<M>, Error> {
        let recipe = HedgesG::new().with_correction(self.correction).with_variance(self.variance);
        let studies = self.measure.effects(recipe, data.as_ref())?;
        match self.model {
            MeansModel::CommonEffect => CommonEffect::new().with_level(self.level).pool(&studies),
            MeansModel::RandomEffects => RandomEffects::new(self.tau2).with_level(self.level).pool(&studies),
        }
    }
}

impl<M: ConventionMeansMeasure> Explained for MeansAnalysis<M> {
    type Data = TwoMeans;
    type Measure = M;

    fn result(&self, data: &[TwoMeans]) -> Result<Pooled<M>, Error> {
        self.pool(data)
    }

    fn i2(&self) -> I2Definition {
        self.i2
    }

    fn switches(&self, to: &Self) -> Vec<Switch<Self>> {
        let mut now = *self;
        let random = self.model == MeansModel::RandomEffects;
        let correction = |correction| match correction {
            SmallSampleCorrection::Exact => "exact",
            SmallSampleCorrection::Approximate => "1 - 3/(4 N - 9)",
            SmallSampleCorrection::Uncorrected => "none",
        };
        let variance = |variance| match variance {
            HedgesGVariance::LargeSample => "large sample, g²/(2 N)",
            HedgesGVariance::Borenstein => "Borenstein",
            HedgesGVariance::Unbiased => "unbiased",
            HedgesGVariance::Average => "large sample with the average effect",
            HedgesGVariance::NoEffect => "that without effect",
            HedgesGVariance::RevMan => "Review Manager's, g²/(2 (N - 3.94))",
        };
        switches! { now, to;
            true, "the model", model, |model| match model {
                MeansModel::CommonEffect => "common effect",
                MeansModel::RandomEffects => "random effects",
            };
            M::STANDARDISED, "the small-sample correction", correction, correction;
            M::STANDARDISED, "the variance of g", variance, variance;
            random, "the estimator of tau2", tau2, |tau2| tau2;
            random, "the definition of I2", i2, |i2| i2;
            true, "the level of the interval", level, |level| level;
        }
    }
}
