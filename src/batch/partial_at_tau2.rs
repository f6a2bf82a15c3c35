//! The second round for many outcomes at once.

#[cfg(doc)]
use super::BatchSummary;
use super::columns::PooledColumns;
use super::partial::{Outcome, Pooling, check_outcomes, pool, summed};
use super::{Batch, PartialColumns};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::partial_sums::{Source, Sums, SumsAt, check_measure, check_same, mismatch, moment_estimate};
use crate::pool::{Choices, Pool, RandomEffects};
use crate::real::Real;
use crate::tau2::{Tau2Estimator, Tau2Method};

/// [`PartialSumsAtTau2`](crate::PartialSumsAtTau2) of many outcomes: the second of two rounds, of which
/// [`PartialColumns`] is the first.
///
/// Every machine gets a copy of what [`PartialColumns::at`] gives, adds its own studies, and the copies are merged.
/// [`RandomEffects`] with the estimator named there pools them.
///
/// # Scale
/// The analysis scale.
///
/// # Errors
/// As [`PartialColumns`]; pooling gives [`NotThePooled`](ErrorKind::NotThePooled) unless every outcome has as many
/// studies as in the first round, and for a model with another estimator.
///
/// # Example
/// See [`PartialColumns`].
#[derive(Clone, Debug, PartialEq)]
pub struct PartialColumnsAtTau2<M> {
    pub(crate) first: PartialColumns<M>,
    pub(crate) method: Tau2Method,
    pub(crate) outcomes: Vec<Outcome<SumsAt>>,
    /// Derived from the first round: τ² and the unit, `None` where there is no result.
    pub(crate) at: Vec<Option<(Source, f64)>>,
}

impl<M: Measure> PartialColumnsAtTau2<M> {
    pub(crate) fn start(first: PartialColumns<M>, method: Tau2Method) -> Result<Self, Error> {
        let source = |sums: &Outcome<Sums>| match sums {
            Outcome::Sums(sums) if sums.k > 0 => match moment_estimate(sums, method) {
                Ok(tau2) => Ok(Some(Source { method: Some(method), tau2: Some(tau2) })),
                Err(error) if matches!(error.kind(), ErrorKind::NeedsStudies { .. }) => Err(error),
                Err(_) if sums.k == 1 => Ok(Some(Source { method: Some(method), tau2: None })),
                Err(_) => Ok(None),
            }
            .map(|source| source.and_then(|source| Some((source, source.unit(sums.v_min)?)))),
            _ => Ok(None),
        };
        // Without outcomes, too.
        if let Err(error) = moment_estimate(&Sums::default(), method)
            && matches!(error.kind(), ErrorKind::NeedsStudies { .. })
        {
            return Err(error);
        }
        let at = first.outcomes.iter().map(source).collect::<Result<Vec<_>, _>>()?;
        let outcomes = vec![Outcome::Sums(SumsAt::EMPTY); at.len()];
        Ok(Self { first, method, outcomes, at })
    }

    /// Adds the studies of a batch.
    ///
    /// # Errors
    /// [`OutcomeMismatch`](ErrorKind::OutcomeMismatch), [`MeasureChanged`](ErrorKind::MeasureChanged).
    pub fn add<F: Real>(&mut self, batch: &Batch<'_, M, F>) -> Result<(), Error> {
        check_measure(self.first.measure, batch.measure)?;
        check_outcomes(batch.outcomes(), self.outcomes.len())?;
        for (i, (sums, at)) in self.outcomes.iter_mut().zip(&self.at).enumerate() {
            let Some((source, unit)) = at else { continue };
            let tau2 = source.tau2.unwrap_or(0.0);
            for pair in batch.data.pairs(i) {
                let one = pair.map_or(Outcome::Invalid, |(y, v)| Outcome::Sums(SumsAt::of(y, v, tau2, *unit)));
                sums.join(one, |a, b| a.merge(b, *unit));
            }
        }
        Ok(())
    }

    /// Adds the studies of other sums.
    ///
    /// # Errors
    /// As [`add`](Self::add), and [`SumsMismatch`](ErrorKind::SumsMismatch) unless both were started from one first
    /// round and at the τ² of one estimator.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_measure(self.first.measure, other.first.measure)?;
        check_outcomes(other.outcomes.len(), self.outcomes.len())?;
        check_same("estimator", &self.method.to_string(), &other.method.to_string())?;
        if self.first.outcomes != other.first.outcomes {
            return Err(mismatch("first round", "one", "another"));
        }
        for ((sums, other), at) in self.outcomes.iter_mut().zip(&other.outcomes).zip(&self.at) {
            if let Some((_, unit)) = at {
                sums.join(*other, |a, b| a.merge(b, *unit));
            }
        }
        Ok(())
    }

    /// The number of outcomes.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.outcomes.len()
    }

    /// The τ² of an outcome's weights; `None` where it has none.
    #[must_use]
    pub fn tau2(&self, outcome: usize) -> Option<f64> {
        self.at.get(outcome)?.as_ref()?.0.tau2
    }

    fn pool(&self, choices: Choices) -> Result<PooledColumns<M>, Error> {
        let firsts = self.first.outcomes.iter().zip(&self.at);
        for ((first, _), second) in firsts.clone().zip(&self.outcomes) {
            if let (Outcome::Sums(first), Outcome::Sums(second)) = (first, second)
                && first.k != second.k
            {
                let (k, reason) =
                    (usize::try_from(first.k).unwrap_or(usize::MAX), "the second round has another number");
                return Err(ErrorKind::NotThePooled { k, reason }.into());
            }
        }
        let results = firsts.zip(&self.outcomes).map(|((first, at), second)| match first {
            Outcome::Sums(first) => {
                let random = |second: &SumsAt| at.as_ref().map(|(source, _)| second.random(first, source));
                summed(second, |second| second.k, random)
            }
            Outcome::Invalid => Pooling::Invalid,
            Outcome::Failed => Pooling::Failed,
        });
        pool(self.first.measure, results, choices)
    }
}

impl<M: Measure, T: Tau2Estimator> Pool<PartialColumnsAtTau2<M>> for RandomEffects<T> {
    type Output = PooledColumns<M>;

    fn pool(&self, sums: &PartialColumnsAtTau2<M>) -> Result<PooledColumns<M>, Error> {
        if self.estimator().to_string() != sums.method.to_string() {
            let k = sums.first.outcomes.iter().map(|o| if let Outcome::Sums(s) = o { s.k } else { 0 }).max();
            let k = k.and_then(|k| usize::try_from(k).ok()).unwrap_or(0);
            let reason = "the second round is at the tau2 of another estimator";
            return Err(ErrorKind::NotThePooled { k, reason }.into());
        }
        sums.pool(Choices { inference: self.inference(), prediction: None, level: self.level() })
    }
}
