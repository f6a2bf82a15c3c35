//! From pairs to columns.

use std::ops::Range;

use super::columns::{ColumnsMut, PooledColumns};
use super::lanes::{self, Answers, Lanes, Visit};
use super::scratch::Scratch;
use super::writer::Writer;
use super::{Batch, Data};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::Measure;
use crate::num::wide::{Group, LANES};
use crate::pool::{Choices, CommonEffect, Numbers, Pool, RandomEffects, estimate_tau2_and_mean};
use crate::real::Real;
use crate::tau2::Tau2Estimator;

/// What became of the outcomes of a batch; prints as a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchSummary {
    /// How many have a result.
    pub pooled: usize,
    /// How many no study has.
    pub without_studies: usize,
    /// How many have a number that is neither missing nor valid: an infinite effect, or a variance that is not positive and finite.
    pub invalid: usize,
    /// How many have valid studies, but no result: it is out of range, or the estimator failed.
    pub failed: usize,
    /// Of those that have a result, how many have a likelihood of τ² with several maxima, of which the highest was taken: for ML and
    /// REML, which prove for all others that there is one only.
    pub several_maxima: usize,
}

impl BatchSummary {
    /// The summary of two parts of a batch together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            pooled: self.pooled + other.pooled,
            without_studies: self.without_studies + other.without_studies,
            invalid: self.invalid + other.invalid,
            failed: self.failed + other.failed,
            several_maxima: self.several_maxima + other.several_maxima,
        }
    }
}

impl std::fmt::Display for BatchSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pooled, without_studies, invalid, failed, several_maxima } = self;
        write!(f, "{pooled} pooled")?;
        if *several_maxima > 0 {
            write!(f, " ({several_maxima} at the highest of several maxima)")?;
        }
        write!(f, ", {without_studies} without studies, {invalid} with invalid numbers, {failed} failed")
    }
}

/// What is to be done with every outcome.
#[derive(Clone, Copy)]
pub(super) struct Plan<'e, F> {
    /// `None` for a common effect.
    estimator: Option<&'e dyn Tau2Estimator<F>>,
    inference: Inference,
    level: Level,
}

impl<F: Real> Plan<'_, F> {
    /// Pools some outcomes into columns that begin with the first of them.
    pub(super) fn run(&self, data: &Data<'_, F>, outcomes: Range<usize>, out: ColumnsMut<'_, F>) -> BatchSummary {
        let whole = lanes::whole(data, &outcomes, out.first());
        let mut work = Work {
            plan: self,
            data,
            scratch: Scratch::new(data.studies),
            writer: Writer::new(self.inference, self.level, outcomes.start, out),
            summary: BatchSummary::default(),
        };
        let method = match self.estimator {
            Some(estimator) => estimator.lanes().map(Some),
            None => Some(None),
        };
        match method.filter(|_| lanes::can(data.studies, self.inference)) {
            Some(method) => {
                (outcomes.start..whole.start).for_each(|outcome| work.alone(outcome));
                let inference = self.inference;
                Lanes { data, method, inference, outcomes: whole.clone(), visit: &mut work }.run();
                (whole.end..outcomes.end).for_each(|outcome| work.alone(outcome));
            }
            None => outcomes.for_each(|outcome| work.alone(outcome)),
        }
        work.summary
    }

    /// The single analysis, without its errors, and the number of maxima that it chose from.
    fn pool(&self, scratch: &Scratch<F>) -> Option<(Numbers<F>, usize)> {
        let evidence = Evidence::new(&scratch.y, &scratch.v);
        if !evidence.at_zero().q.is_finite() {
            return None;
        }
        let (tau2, mean) = match self.estimator {
            Some(estimator) => estimate_tau2_and_mean(estimator, &evidence).ok()?.unzip(),
            None => (None, None),
        };
        let maxima = tau2.and_then(|tau2| tau2.modes).unwrap_or(1);
        let tau2 = tau2.map(|tau2| tau2.value.f64());
        let choices = Choices { inference: self.inference, prediction: None, level: self.level };
        let numbers = Numbers::new(&evidence, tau2, None, mean.flatten(), choices);
        numbers.check(self.level).is_ok().then_some((numbers, maxima))
    }
}

/// Some outcomes on their way from pairs to columns.
struct Work<'p, 'e, 'a, 'b, F> {
    plan: &'p Plan<'e, F>,
    data: &'p Data<'a, F>,
    scratch: Scratch<F>,
    writer: Writer<'b, F>,
    summary: BatchSummary,
}

impl<F: Real> Work<'_, '_, '_, '_, F> {
    /// One outcome by the single analysis.
    fn alone(&mut self, outcome: usize) {
        let valid = self.scratch.gather(self.data, outcome);
        let k = u32::try_from(self.scratch.y.len()).unwrap_or(u32::MAX);
        let numbers = if valid && k > 0 { self.plan.pool(&self.scratch) } else { None };
        match (&numbers, valid, k) {
            (Some((_, maxima)), ..) => {
                self.summary.pooled += 1;
                self.summary.several_maxima += usize::from(*maxima > 1);
            }
            (None, false, _) => self.summary.invalid += 1,
            (None, true, 0) => self.summary.without_studies += 1,
            (None, true, _) => self.summary.failed += 1,
        }
        match numbers {
            Some((numbers, _)) => self.writer.write(outcome, k, &numbers),
            None => self.writer.write_nan(outcome, k),
        }
    }
}

impl<F: Real> Visit for &mut Work<'_, '_, '_, '_, F> {
    /// Several outcomes that lanes have pooled, but for those that they left.
    #[inline(always)]
    fn take<W: Group>(&mut self, first: usize, answers: &Answers<W>) {
        self.writer.write_lanes(first, answers);
        self.summary.pooled += LANES;
        if W::any(answers.left) {
            for (l, left) in answers.k.flags(answers.left).into_iter().enumerate() {
                if left {
                    self.summary.pooled -= 1;
                    self.alone(first + l);
                }
            }
        }
    }
}

/// How the outcomes are gone through: in order, or by several threads.
type Run<F> = fn(&Plan<'_, F>, &Data<'_, F>, Range<usize>, ColumnsMut<'_, F>) -> BatchSummary;

impl<M: Measure, F: Real> Batch<'_, M, F> {
    pub(super) fn pool_columns_by(&self, plan: &Plan<'_, F>, run: Run<F>) -> PooledColumns<M, F> {
        let mut columns = PooledColumns::new(self.measure, plan.level, self.columns, self.data.outcomes);
        let summary = run(plan, &self.data, 0..self.data.outcomes, columns.columns_mut());
        columns.with_summary(summary)
    }

    fn pool_into(&self, plan: &Plan<'_, F>, columns: ColumnsMut<'_, F>) -> Result<BatchSummary, Error> {
        let expected = self.data.outcomes;
        if let Some((what, found)) = columns.wrong_length(expected) {
            return Err(ErrorKind::OutcomeMismatch { what, expected, found }.into());
        }
        Ok(plan.run(&self.data, 0..expected, columns))
    }
}

impl CommonEffect {
    pub(super) const fn plan<F>(&self) -> Plan<'_, F> {
        Plan { estimator: None, inference: self.inference(), level: self.level() }
    }

    /// Pools a batch into columns of the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeMismatch`] if a column does not have as many elements as there are outcomes.
    pub fn pool_into<M: Measure, F: Real>(
        &self,
        batch: &Batch<'_, M, F>,
        columns: ColumnsMut<'_, F>,
    ) -> Result<BatchSummary, Error> {
        batch.pool_into(&self.plan(), columns)
    }
}

impl<T> RandomEffects<T> {
    pub(super) fn plan<F: Real>(&self) -> Plan<'_, F>
    where
        T: Tau2Estimator<F>,
    {
        Plan { estimator: Some(self.estimator()), inference: self.inference(), level: self.level() }
    }

    /// Pools a batch into columns of the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeMismatch`] if a column does not have as many elements as there are outcomes.
    pub fn pool_into<M: Measure, F: Real>(
        &self,
        batch: &Batch<'_, M, F>,
        columns: ColumnsMut<'_, F>,
    ) -> Result<BatchSummary, Error>
    where
        T: Tau2Estimator<F>,
    {
        batch.pool_into(&self.plan(), columns)
    }
}

impl<M: Measure, F: Real> Pool<Batch<'_, M, F>> for CommonEffect {
    type Output = PooledColumns<M, F>;

    fn pool(&self, batch: &Batch<'_, M, F>) -> Result<PooledColumns<M, F>, Error> {
        Ok(batch.pool_columns_by(&self.plan(), |plan, data, outcomes, out| plan.run(data, outcomes, out)))
    }
}

impl<M: Measure, F: Real, T: Tau2Estimator<F>> Pool<Batch<'_, M, F>> for RandomEffects<T> {
    type Output = PooledColumns<M, F>;

    fn pool(&self, batch: &Batch<'_, M, F>) -> Result<PooledColumns<M, F>, Error> {
        Ok(batch.pool_columns_by(&self.plan(), |plan, data, outcomes, out| plan.run(data, outcomes, out)))
    }
}
