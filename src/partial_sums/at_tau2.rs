//! The second round.

use std::fmt::Display;

use super::first::{PartialSums, check_measure};
use super::sums::{Sums, SumsAt};
use crate::effect::Effect;
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::num::scale::unit_of_variance;
use crate::pool::{Choices, Model, Name, Pool, Pooled, RandomEffects, Summed};
use crate::real::Real;
use crate::tau2::{KnownTau2, Tau2Estimator, Tau2Method};

/// Sums over the studies of one outcome with weights at a given τ²: the second of two rounds, of which [`PartialSums`]
/// is the first.
///
/// [`PartialSums::at`] starts it and holds no study yet. Every machine gets a copy, adds its own studies, and the
/// copies are merged;
/// [`RandomEffects`] with the estimator that was named there, and with any of its options that sums allow, pools them.
/// The studies must be those of the first round.
///
/// # Scale
/// The analysis scale.
///
/// # Errors
/// Pooling gives [`NotThePooled`](ErrorKind::NotThePooled) unless there are as many studies as in the first round, and
/// for a model with another estimator; [`NeedsStudies`](ErrorKind::NeedsStudies) for Kenward and Roger's inference and
/// IQWiG's rule.
///
/// # Example
/// See [`PartialSums`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartialSumsAtTau2<M> {
    pub(crate) measure: M,
    pub(crate) first: Sums,
    pub(crate) source: Source,
    pub(crate) sums: SumsAt,
}

/// Where a τ² is from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Source {
    /// `None` for a known one.
    pub(crate) method: Option<Tau2Method>,
    /// `None` where one study has none.
    pub(crate) tau2: Option<f64>,
}

impl Source {
    /// The name of the estimator.
    pub(crate) fn name(&self) -> String {
        match (self.method, self.tau2.map(KnownTau2::new)) {
            (Some(method), _) => method.to_string(),
            (None, Some(Ok(known))) => known.to_string(),
            (None, _) => String::new(),
        }
    }

    /// The unit of the weights at this τ², the smallest variance being given; `None` if that is out of range.
    pub(crate) fn unit(&self, v_min: f64) -> Option<f64> {
        Some(v_min + self.tau2.unwrap_or(0.0)).filter(|c| c.is_finite() && *c > 0.0).map(unit_of_variance)
    }
}

impl<M: Measure> PartialSumsAtTau2<M> {
    pub(super) fn start(first: &PartialSums<M>, method: Option<Tau2Method>, tau2: Option<f64>) -> Result<Self, Error> {
        let source = Source { method, tau2 };
        source.unit(first.sums.v_min).ok_or(ErrorKind::OutOfRange { quantity: "tau2" })?;
        Ok(Self { measure: first.measure, first: first.sums, source, sums: SumsAt::EMPTY })
    }

    /// Adds a study.
    ///
    /// # Errors
    /// [`OutOfRange`](ErrorKind::OutOfRange) if the weighted sum of squares overflows.
    pub fn add<F: Real>(&mut self, effect: Effect<M, F>) -> Result<(), Error> {
        check_measure(self.measure, effect.measure())?;
        let one = self.sums_of(effect.y().f64(), effect.v().f64());
        self.join(&one)
    }

    /// Adds the studies of other sums.
    ///
    /// # Errors
    /// [`SumsMismatch`](ErrorKind::SumsMismatch) unless both were started from one first round and at one τ²;
    /// [`OutOfRange`](ErrorKind::OutOfRange) if the weighted sum of squares overflows.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_measure(self.measure, other.measure)?;
        check_same("estimator", &self.source.name(), &other.source.name())?;
        let tau2 = |source: &Source| source.tau2.map_or_else(|| "none".to_owned(), |tau2| tau2.to_string());
        check_same("tau2", &tau2(&self.source), &tau2(&other.source))?;
        if self.first != other.first {
            let said = |sums: &Sums| format!("{} studies about {}", sums.k, sums.at_zero().estimate);
            return Err(mismatch("first round", said(&self.first), said(&other.first)));
        }
        self.join(&other.sums)
    }

    fn sums_of(&self, y: f64, v: f64) -> SumsAt {
        SumsAt::of(y, v, self.tau2().unwrap_or(0.0), self.unit())
    }

    fn join(&mut self, other: &SumsAt) -> Result<(), Error> {
        let quantity = "the weighted sum of squares";
        self.sums = self.sums.merge(other, self.unit()).ok_or(ErrorKind::OutOfRange { quantity })?;
        Ok(())
    }

    /// Checked at the start.
    fn unit(&self) -> f64 {
        self.source.unit(self.first.v_min).unwrap_or(1.0)
    }

    /// The number of studies in this round.
    #[must_use]
    pub fn k(&self) -> u64 {
        self.sums.k
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    /// The τ² of the weights; `None` if the first round had one study and its estimator gave none.
    #[must_use]
    pub fn tau2(&self) -> Option<f64> {
        self.source.tau2
    }
}

pub(crate) fn check_same(what: &'static str, expected: &str, found: &str) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(mismatch(what, expected, found)) }
}

pub(crate) fn mismatch(what: &'static str, expected: impl Display, found: impl Display) -> Error {
    ErrorKind::SumsMismatch { what, found: format!("{expected} and {found}").into_boxed_str() }.into()
}

impl SumsAt {
    /// What a random-effects model needs; there must be a study.
    pub(crate) fn random(&self, first: &Sums, source: &Source) -> Summed {
        let (at_zero, unit) = (first.at_zero(), source.unit(first.v_min).unwrap_or(1.0));
        Summed {
            k: self.k,
            estimate: self.moment.mean.hi,
            std_error: (1.0 / self.total.hi).sqrt() / unit,
            residuals: self.moment.squares.hi,
            q: at_zero.q,
            tau2: source.tau2,
            typical: at_zero.typical,
        }
    }
}

impl<M: Measure, T: Tau2Estimator> Pool<PartialSumsAtTau2<M>> for RandomEffects<T> {
    type Output = Pooled<M>;

    fn pool(&self, sums: &PartialSumsAtTau2<M>) -> Result<Pooled<M>, Error> {
        let k = usize::try_from(sums.first.k).unwrap_or(usize::MAX);
        let not_the_pooled = |reason| Error::from(ErrorKind::NotThePooled { k, reason });
        if sums.k() == 0 {
            return Err(ErrorKind::NoStudies { excluded: 0 }.into());
        }
        if sums.k() != sums.first.k {
            return Err(not_the_pooled("the second round has another number"));
        }
        let name = Name::of(self.estimator());
        if name.as_str() != sums.source.name() {
            return Err(not_the_pooled("the second round is at the tau2 of another estimator"));
        }
        let choices = Choices { inference: self.inference(), prediction: Some(self.prediction()), level: self.level() };
        sums.sums.random(&sums.first, &sums.source).pooled(sums.measure, Model::RandomEffects(name), choices)
    }
}
