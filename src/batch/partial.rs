//! Sums over studies that merge, for many outcomes at once.

use super::columns::PooledColumns;
use super::engine::BatchSummary;
use super::{Batch, Columns, Data, PartialColumnsAtTau2};
use crate::effect::check_pair;
use crate::error::{Error, ErrorKind};
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::Measure;
use crate::partial_sums::{PartialSums, Sums, check_measure};
#[cfg(doc)]
use crate::pool::RandomEffects;
use crate::pool::{Choices, CommonEffect, Pool, Summed, needs_studies};
use crate::real::Real;
use crate::tau2::Tau2Method;

/// [`PartialSums`] of many outcomes: the first of two rounds, for batches whose studies lie on several machines or
/// arrive one after the other.
///
/// [`add`](Self::add) takes a [`Batch`] with any number of studies; [`merge`](Self::merge) joins sums over different
/// studies of the same outcomes. [`CommonEffect`] pools them; [`at`](Self::at) starts the second round for
/// [`RandomEffects`]. About 150 bytes per outcome are held, whatever the number of studies.
///
/// As in a batch, NaN means that a study lacks the outcome; an invalid number, or a sum out of range, makes the outcome
/// NaN and is counted in the [`BatchSummary`].
///
/// # Scale
/// The analysis scale.
///
/// # Errors
/// [`OutcomeMismatch`](ErrorKind::OutcomeMismatch) unless all batches and sums have as many outcomes as these.
///
/// # Example
/// ```
/// use meta_analysis::{
///     Batch, CommonEffect, HedgesOlkin, MeanDifference, PartialColumns, Pool, RandomEffects, Tau2Method,
/// };
///
/// // Three studies of two outcomes, which arrive one by one.
/// let studies = [([1.0, 0.0], [1.0, 1.0]), ([2.0, 0.0], [1.0, 1.0]), ([6.0, f64::NAN], [1.0, 1.0])];
/// let mut first = PartialColumns::new(MeanDifference, 2);
/// for (y, v) in &studies {
///     first.add(&Batch::from_columns(MeanDifference, [(&y[..], &v[..])])?)?;
/// }
/// assert_eq!(CommonEffect::new().pool(&first)?.q().unwrap(), [14.0, 0.0]);
///
/// let mut second = first.at(Tau2Method::HedgesOlkin)?;
/// for (y, v) in &studies {
///     second.add(&Batch::from_columns(MeanDifference, [(&y[..], &v[..])])?)?;
/// }
/// let pooled = RandomEffects::new(HedgesOlkin).pool(&second)?;
/// assert_eq!((pooled.estimate().unwrap(), pooled.tau2().unwrap()), (&[3.0, 0.0][..], &[6.0, 0.0][..]));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PartialColumns<M> {
    pub(crate) measure: M,
    pub(crate) outcomes: Vec<Outcome<Sums>>,
}

/// The sums of one outcome, or why there are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome<S> {
    Sums(S),
    /// A number is neither missing nor valid; that wins over all else, so that the order of studies does not matter.
    Invalid,
    /// A sum is out of range.
    Failed,
}

impl<S: Copy> Outcome<S> {
    pub(super) fn join(&mut self, other: Self, merge: impl Fn(&S, &S) -> Option<S>) {
        *self = match (*self, other) {
            (Self::Invalid, _) | (_, Self::Invalid) => Self::Invalid,
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::Sums(a), Self::Sums(b)) => merge(&a, &b).map_or(Self::Failed, Self::Sums),
        };
    }
}

impl<F: Real> Data<'_, F> {
    /// The effects and variances of an outcome that are not missing; `None` for an invalid pair.
    pub(super) fn pairs(&self, outcome: usize) -> impl Iterator<Item = Option<(f64, f64)>> {
        (0..self.studies).filter_map(move |study| {
            let (y, second) = self.pair(outcome, study);
            let v = self.variance(second);
            let missing = y.is_nan() || second.is_nan();
            (!missing).then(|| check_pair(y, v).is_ok().then(|| (y.f64(), v.f64())))
        })
    }
}

pub(super) fn check_outcomes(expected: usize, found: usize) -> Result<(), Error> {
    if expected == found {
        return Ok(());
    }
    Err(ErrorKind::OutcomeMismatch { what: "sums", expected, found }.into())
}

impl<M: Measure> PartialColumns<M> {
    /// The sums of no study.
    #[must_use]
    pub fn new(measure: M, outcomes: usize) -> Self {
        Self { measure, outcomes: vec![Outcome::Sums(Sums::default()); outcomes] }
    }

    /// Adds the studies of a batch.
    ///
    /// # Errors
    /// [`OutcomeMismatch`](ErrorKind::OutcomeMismatch), [`MeasureChanged`](ErrorKind::MeasureChanged).
    pub fn add<F: Real>(&mut self, batch: &Batch<'_, M, F>) -> Result<(), Error> {
        check_measure(self.measure, batch.measure)?;
        check_outcomes(batch.outcomes(), self.outcomes.len())?;
        for (i, sums) in self.outcomes.iter_mut().enumerate() {
            for pair in batch.data.pairs(i) {
                let one = pair.map_or(Outcome::Invalid, |(y, v)| Outcome::Sums(Sums::of(y, v)));
                sums.join(one, Sums::merge);
            }
        }
        Ok(())
    }

    /// Adds the studies of other sums.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_measure(self.measure, other.measure)?;
        check_outcomes(other.outcomes.len(), self.outcomes.len())?;
        for (sums, other) in self.outcomes.iter_mut().zip(&other.outcomes) {
            sums.join(*other, Sums::merge);
        }
        Ok(())
    }

    /// The number of outcomes.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.outcomes.len()
    }

    /// The sums of one outcome; `None` if they are invalid or out of range, and for an index out of range.
    #[must_use]
    pub fn outcome(&self, outcome: usize) -> Option<PartialSums<M>> {
        match self.outcomes.get(outcome)? {
            Outcome::Sums(sums) => Some(PartialSums { measure: self.measure, sums: *sums }),
            Outcome::Invalid | Outcome::Failed => None,
        }
    }

    /// The start of the second round, at the τ² of an estimator; see [`PartialSums::tau2`] for which ones.
    ///
    /// # Errors
    /// [`NeedsStudies`](ErrorKind::NeedsStudies) for an estimator that needs more than sums.
    pub fn at(&self, method: Tau2Method) -> Result<PartialColumnsAtTau2<M>, Error> {
        PartialColumnsAtTau2::start(self.clone(), method)
    }

    fn pool(&self, inference: Inference, level: Level) -> Result<PooledColumns<M>, Error> {
        let choices = Choices { inference, prediction: None, level };
        pool(self.measure, self.outcomes.iter().map(|sums| summed(sums, |s| s.k, |s| Some(s.common()))), choices)
    }
}

/// What is to be made of one outcome.
pub(super) enum Pooling {
    Studies(Summed),
    WithoutStudies,
    Invalid,
    Failed,
}

pub(super) fn summed<S>(sums: &Outcome<S>, k: impl Fn(&S) -> u64, of: impl Fn(&S) -> Option<Summed>) -> Pooling {
    match sums {
        Outcome::Sums(sums) if k(sums) == 0 => Pooling::WithoutStudies,
        Outcome::Sums(sums) => of(sums).map_or(Pooling::Failed, Pooling::Studies),
        Outcome::Invalid => Pooling::Invalid,
        Outcome::Failed => Pooling::Failed,
    }
}

pub(super) fn pool<M: Measure>(
    measure: M,
    outcomes: impl ExactSizeIterator<Item = Pooling>,
    choices: Choices,
) -> Result<PooledColumns<M>, Error> {
    if matches!(choices.inference, Inference::HartungKnappIqwig | Inference::KenwardRoger) {
        return Err(needs_studies(choices.inference));
    }
    let mut columns = PooledColumns::new(measure, choices.level, Columns::ALL, outcomes.len());
    let mut summary = BatchSummary::default();
    let mut out = columns.columns_mut();
    for (i, outcome) in outcomes.enumerate() {
        let k = match &outcome {
            Pooling::Studies(summed) => u32::try_from(summed.k).unwrap_or(u32::MAX),
            _ => 0,
        };
        match outcome {
            Pooling::Studies(summed) => match summed.numbers(choices) {
                Ok(numbers) => {
                    summary.pooled += 1;
                    out.write(i, k, &numbers, choices.level);
                    continue;
                }
                Err(_) => summary.failed += 1,
            },
            Pooling::WithoutStudies => summary.without_studies += 1,
            Pooling::Invalid => summary.invalid += 1,
            Pooling::Failed => summary.failed += 1,
        }
        out.write_nan(i, k);
    }
    Ok(columns.with_summary(summary))
}

/// With `Inference::HartungKnappIqwig`, [`NeedsStudies`](ErrorKind::NeedsStudies).
impl<M: Measure> Pool<PartialColumns<M>> for CommonEffect {
    type Output = PooledColumns<M>;

    fn pool(&self, sums: &PartialColumns<M>) -> Result<PooledColumns<M>, Error> {
        sums.pool(self.inference(), self.level())
    }
}
