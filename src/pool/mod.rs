//! Models that turn studies into an answer.

mod common_effect;
mod cuts;
mod data;
mod display;
mod fixed_weights;
mod forest;
mod henmi_copas;
mod likelihood_profile;
mod mantel_haenszel;
mod name;
mod notes;
mod numbers;
mod of_sums;
mod peto;
mod profile_likelihood;
mod random_effects;
mod report;
mod sample_size;
mod uncertainty;

pub use common_effect::CommonEffect;
pub(crate) use cuts::{Cuts, Frame, OffsetSums, Repooled};
pub use data::StudyData;
pub use fixed_weights::FixedWeights;
pub use henmi_copas::{HenmiCopas, HenmiCopasResult};
pub use mantel_haenszel::sums::MantelHaenszelSums;
pub use mantel_haenszel::{
    MantelHaenszel, MantelHaenszelMeasure, MantelHaenszelRandomEffects, MantelHaenszelVariance, QCentre,
};
pub use notes::Note;
pub use peto::{Peto, PetoMeasure};
pub use profile_likelihood::{LikelihoodCorrection, ProfileLikelihood, ProfileLikelihoodResult};
pub use random_effects::RandomEffects;
pub use report::{Report, StudyLine};
pub use sample_size::{SampleSizeWeights, TwoArms};

pub(crate) use common_effect::study_notes;
pub(crate) use display::{DECIMALS, Limits, Number, PValue, percent};
use fixed_weights::FixedScheme;
pub(crate) use forest::{Axis, Glyphs};
use mantel_haenszel::Policies;
pub(crate) use mantel_haenszel::{rates, sums};
pub(crate) use name::Name;
pub(crate) use numbers::{Choices, Numbers};
pub(crate) use of_sums::{Summed, needs_studies};
pub(crate) use random_effects::{estimate_tau2, estimate_tau2_and_mean};
use uncertainty::Uncertainty;

use crate::error::Error;
use crate::heterogeneity::Heterogeneity;
use crate::inference::{Inference, Test};
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::{AnyMeasure, Measure};
use crate::real::Real;
use crate::summary::ZeroCells;

/// A model: it turns studies, in whatever form, into an answer.
///
/// Models are values, so that analyses can be generic over them; `S` is what is pooled.
///
/// ```
/// use meta_analysis::{CommonEffect, Error, MeanDifference, Pool, Pooled, RandomEffects, Studies};
///
/// type Data = Studies<MeanDifference>;
/// let models: [Box<dyn Pool<Data, Output = Pooled<MeanDifference>>>; 2] =
///     [Box::new(CommonEffect::new()), Box::new(RandomEffects::default())];
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// for model in &models {
///     assert_eq!(model.pool(&studies)?.natural().estimate, 3.0);
/// }
/// # Ok::<(), Error>(())
/// ```
pub trait Pool<S: ?Sized> {
    /// The answer.
    type Output;

    /// Pools the studies.
    ///
    /// # Errors
    /// [`NoStudies`](crate::ErrorKind::NoStudies); [`OutOfRange`](crate::ErrorKind::OutOfRange) where a result would not be a finite
    /// number; what the model itself adds.
    fn pool(&self, studies: &S) -> Result<Self::Output, Error>;

    /// A way to pool parts of the studies that is faster than pooling each; `None` if the model has none.
    #[doc(hidden)]
    fn cuts<'a>(&'a self, studies: &'a S) -> Option<Box<dyn Cuts<Self::Output> + 'a>>
    where
        Self::Output: 'a,
    {
        let _ = studies;
        None
    }
}

/// Passes the method on, so that references and boxes of models are models.
macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<S: ?Sized, P: Pool<S> + ?Sized> Pool<S> for $pointer {
            type Output = P::Output;

            fn pool(&self, studies: &S) -> Result<P::Output, Error> {
                (**self).pool(studies)
            }

            fn cuts<'a>(&'a self, studies: &'a S) -> Option<Box<dyn Cuts<P::Output> + 'a>>
            where
                P::Output: 'a,
            {
                (**self).cuts(studies)
            }
        }
    )*};
}

forward!(&P, Box<P>, std::sync::Arc<P>);

/// The answer of an analysis: a pooled effect, its uncertainty, and how much the studies disagree.
///
/// It has no bare estimate: [`natural`](Self::natural) is the risk ratio, [`analysis`](Self::analysis) its logarithm.
///
/// ```compile_fail,E0609
/// # use meta_analysis::{MeanDifference, Pool, RandomEffects, Studies};
/// # let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0], vec![1.0, 1.0]).unwrap();
/// let pooled = RandomEffects::default().pool(&studies).unwrap();
/// println!("{}", pooled.estimate); // no field `estimate` on type `Pooled<..>`
/// ```
///
/// It prints on the natural scale; [`with`](Self::with) adds the studies.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled<M, F = f64> {
    measure: M,
    model: Model,
    inference: Inference,
    level: Level,
    k: usize,
    numbers: Numbers<F>,
    notes: Vec<Note>,
}

/// Which model gave an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Model {
    CommonEffect,
    MantelHaenszel(Policies),
    MantelHaenszelRandomEffects(ZeroCells),
    Peto(ZeroCells),
    /// With the name of the estimator of τ², if there is one.
    SampleSize(Option<Name>),
    RandomEffects(Name),
    FixedWeights(FixedScheme, Name),
}

/// A pooled effect on the natural scale: the one a reader wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Natural<F = f64> {
    /// The estimate, such as a risk ratio. 0 or infinite at the ends of the floating-point range.
    pub estimate: F,
    /// Its confidence interval; `None` where it is undefined.
    pub interval: Option<Interval<F>>,
}

/// A pooled effect on the analysis scale: the one computations go on with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Analysis<F = f64> {
    /// The estimate, such as a log risk ratio.
    pub estimate: F,
    /// Its standard error under the chosen [`Inference`]; `None` where it is undefined.
    pub std_error: Option<F>,
    /// Its confidence interval; `None` where it is undefined.
    pub interval: Option<Interval<F>>,
}

/// An interval for the effect of a new study, on both scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction<F = f64> {
    /// On the natural scale.
    pub natural: Interval<F>,
    /// On the analysis scale.
    pub analysis: Interval<F>,
}

impl<M: Measure, F: Real> Pooled<M, F> {
    /// The pooled effect with its interval, on the natural scale.
    #[must_use]
    pub fn natural(&self) -> Natural<F> {
        let link = self.measure.link();
        Natural {
            estimate: link.to_natural(F::of(self.numbers.estimate)),
            interval: self.interval().map(|interval| interval.to_natural(link)),
        }
    }

    /// The pooled effect with its standard error and interval, on the analysis scale.
    #[must_use]
    pub fn analysis(&self) -> Analysis<F> {
        Analysis {
            estimate: F::of(self.numbers.estimate),
            std_error: self.numbers.of_mean.map(|of_mean| F::of(of_mean.std_error)),
            interval: self.interval(),
        }
    }

    /// The classic standard error (Σ w)^-½, whatever the [`Inference`], on the analysis scale; for other weights than the
    /// inverse variance, the one they have.
    #[must_use]
    pub fn classic_std_error(&self) -> F {
        F::of(self.numbers.std_error)
    }

    /// The two-sided test that there is no effect (0 on the analysis scale). `None` where the standard error is undefined, and where
    /// an estimate is so many standard errors from 0 that their ratio overflows.
    #[must_use]
    pub fn test(&self) -> Option<Test<F>> {
        self.numbers.test()
    }

    /// The interval in which the effect of a new study is expected. Unless
    /// [`RandomEffects::with_prediction`] said otherwise: estimate -+ t √(SE² + τ²) with k - 2 degrees of freedom (Higgins,
    /// Thompson & Spiegelhalter 2009, section 4.1), on the classic standard error whatever the [`Inference`].
    ///
    /// `None` for fewer than three studies (two where there are k - 1 degrees of freedom) and for models without τ².
    #[must_use]
    pub fn prediction(&self) -> Option<Prediction<F>> {
        let analysis = self.numbers.prediction(self.level)?;
        Some(Prediction { natural: analysis.to_natural(self.measure.link()), analysis })
    }

    /// The probability that the effect of a new study lies above a value on the natural scale, by the distribution of
    /// [`prediction`](Self::prediction); `None` where that is, and for a value the measure cannot take. An effect beyond
    /// the end of the natural scale is read as the end, so that nothing is above the upper one.
    ///
    /// ```
    /// use meta_analysis::{MeanDifference, Pool, RandomEffects, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
    /// let pooled = RandomEffects::default().pool(&studies)?;
    /// assert_eq!(pooled.probability_above(3.0), Some(0.5));     // the mean
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn probability_above(&self, natural: F) -> Option<F> {
        let link = self.measure.link();
        let value = link.to_analysis(natural.f64());
        let of_new_study = self.numbers.of_new_study.filter(|_| !value.is_nan())?.uncertainty();
        let ends = [f64::NEG_INFINITY, f64::INFINITY].map(|y| link.to_natural(y));
        if ends.iter().all(|end| *end <= natural.f64()) {
            return Some(F::zero());
        }
        let distance = value - self.numbers.estimate;
        // Above on the natural scale is below on the analysis scale if the link is decreasing.
        let decreasing = link.to_natural(1.0) < link.to_natural(-1.0);
        let probability = of_new_study.beyond(if decreasing { -distance } else { distance });
        // Without any spread, a value at the mean itself is neither above nor below.
        (!probability.is_nan()).then(|| F::of(probability))
    }

    /// How much the studies disagree.
    #[must_use]
    pub fn heterogeneity(&self) -> &Heterogeneity<F> {
        &self.numbers.heterogeneity
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

    /// The level of the intervals.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// How uncertainty is expressed.
    #[must_use]
    pub fn inference(&self) -> Inference {
        self.inference
    }

    /// What a reader should know besides the numbers.
    pub fn notes(&self) -> impl Iterator<Item = Note> {
        self.notes.iter().copied()
    }

    /// The share of each study in the pooled effect, in the order of the studies; they sum to 1.
    ///
    /// # Errors
    /// [`NotThePooled`](crate::ErrorKind::NotThePooled) if pooling these studies would give another estimate, and for the effects
    /// of a Mantel-Haenszel analysis, whose weights need the tables.
    pub fn weights<S: StudyData<M, F> + ?Sized>(&self, studies: &S) -> Result<Vec<F>, Error> {
        studies.weights(self)
    }

    /// The result with a line for each study: `{}` prints a table, `{:#}` adds a forest plot in text.
    ///
    /// # Errors
    /// As [`weights`](Self::weights).
    ///
    /// ```
    /// use meta_analysis::{CommonEffect, EffectSize, Pool, RiskRatio, Tables};
    ///
    /// let tables = Tables::from_totals([
    ///     ("Hudetz 2009", [1, 29], [9, 29]), ("Avidan 2017", [85, 450], [43, 217]),
    ///     ("Hollinger 2021", [3, 47], [4, 44]), ("Ma 2023", [3, 31], [4, 31]),
    /// ])?;
    /// let studies = RiskRatio.labelled_studies(&tables)?;
    /// println!("{:#}", CommonEffect::new().pool(&studies)?.with(&studies)?);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn with<S: StudyData<M, F> + ?Sized>(&self, studies: &S) -> Result<Report<M, F>, Error> {
        Report::new(self, studies)
    }

    /// Forgets the type of the measure, so that results of several measures fit into one list.
    #[must_use]
    pub fn erase(self) -> Pooled<AnyMeasure, F> {
        Pooled {
            measure: AnyMeasure::of(self.measure),
            model: self.model,
            inference: self.inference,
            level: self.level,
            k: self.k,
            numbers: self.numbers,
            notes: self.notes,
        }
    }

    /// The estimate and the standard error of the chosen inference, before they are rounded to `F`.
    pub(crate) fn unrounded(&self) -> (f64, Option<f64>) {
        (self.numbers.estimate, self.numbers.of_mean.map(|of_mean| of_mean.std_error))
    }

    /// Half the width that an interval with this standard error has under the chosen inference.
    pub(crate) fn half_width(&self, std_error: f64) -> Option<f64> {
        Some(Uncertainty { std_error, ..self.numbers.of_mean? }.half_width(self.level))
    }

    /// True if the test of no effect has a p-value below one less this level; false where the test is undefined.
    #[must_use]
    pub fn is_significant_at(&self, level: Level) -> bool {
        // Twice the tail, which is exact where 1 - level is not.
        self.test().is_some_and(|test| test.p_value().f64() < 2.0 * level.tail())
    }

    /// The factor by which the chosen inference multiplies the variances of all studies; `None` where it is undefined.
    /// Kenward and Roger correct the variance of the mean alone.
    pub(crate) fn variance_factor(&self) -> Option<f64> {
        let std_error = self.numbers.of_mean?.std_error;
        let corrects_mean = self.inference == Inference::KenwardRoger;
        Some(if corrects_mean { 1.0 } else { (std_error / self.numbers.std_error).powi(2) })
    }

    /// True if tables, not effects, were pooled.
    pub(crate) fn is_of_tables(&self) -> bool {
        matches!(self.model, Model::MantelHaenszel(_) | Model::Peto(_))
    }

    fn interval(&self) -> Option<Interval<F>> {
        self.numbers.interval(self.level)
    }

    /// The answer, if it is one: every number on the analysis scale is finite.
    fn checked(self) -> Result<Self, Error> {
        self.numbers.check(self.level)?;
        Ok(self)
    }
}
