//! From pairs to columns.

use std::ops::Range;

use super::columns::{ColumnsMut, PooledColumns};
use super::scratch::Scratch;
use super::{Batch, Data};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::{Choices, CommonEffect, Numbers, Pool, RandomEffects, estimate_tau2};
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
        }
    }
}

impl std::fmt::Display for BatchSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pooled, without_studies, invalid, failed } = self;
        write!(f, "{pooled} pooled, {without_studies} without studies, {invalid} with invalid numbers, {failed} failed")
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
    pub(super) fn run(&self, data: &Data<'_, F>, outcomes: Range<usize>, mut out: ColumnsMut<'_, F>) -> BatchSummary {
        let mut scratch = Scratch::new(data.studies);
        let mut summary = BatchSummary::default();
        let start = outcomes.start;
        for outcome in outcomes {
            let valid = scratch.gather(data, outcome);
            let k = u32::try_from(scratch.y.len()).unwrap_or(u32::MAX);
            let (at, counter) = (outcome - start, &mut summary);
            let numbers = match (valid, k) {
                (false, _) => None,
                (true, 0) => None,
                (true, _) => self.pool(&scratch),
            };
            match (&numbers, valid, k) {
                (Some(_), ..) => counter.pooled += 1,
                (None, false, _) => counter.invalid += 1,
                (None, true, 0) => counter.without_studies += 1,
                (None, true, _) => counter.failed += 1,
            }
            match numbers {
                Some(numbers) => out.write(at, k, &numbers, self.level),
                None => out.write_nan(at, k),
            }
        }
        summary
    }

    /// The single analysis, without its errors.
    fn pool(&self, scratch: &Scratch<F>) -> Option<Numbers<F>> {
        let evidence = Evidence::new(&scratch.y, &scratch.v);
        if !evidence.at_zero().q.is_finite() {
            return None;
        }
        let tau2 = match self.estimator {
            Some(estimator) => estimate_tau2(estimator, &evidence).ok()?.map(|tau2| tau2.value.f64()),
            None => None,
        };
        let choices = Choices { inference: self.inference, prediction: None, level: self.level };
        let numbers = Numbers::new(&evidence, tau2, None, choices);
        numbers.check(self.level).is_ok().then_some(numbers)
    }
}

impl<F: Real> ColumnsMut<'_, F> {
    /// Writes the results of one outcome.
    pub(super) fn write(&mut self, at: usize, k: u32, numbers: &Numbers<F>, level: Level) {
        let nan = F::nan();
        let (h, of_mean) = (&numbers.heterogeneity, numbers.of_mean);
        let set = |column: &mut Option<&mut [F]>, value: &dyn Fn() -> F| {
            if let Some(column) = column {
                column[at] = value();
            }
        };
        set(&mut self.estimate, &|| F::of(numbers.estimate));
        set(&mut self.std_error, &|| of_mean.map_or(nan, |u| F::of(u.std_error)));
        if self.lower.is_some() || self.upper.is_some() {
            let interval = numbers.interval(level);
            set(&mut self.lower, &|| interval.map_or(nan, |i| i.lower));
            set(&mut self.upper, &|| interval.map_or(nan, |i| i.upper));
        }
        let test = numbers.test();
        set(&mut self.statistic, &|| test.map_or(nan, |test| test.statistic));
        set(&mut self.p_value, &|| test.map_or(nan, |test| test.p_value()));
        set(&mut self.log_p_value, &|| test.map_or(nan, |test| test.log_p_value()));
        set(&mut self.tau2, &|| h.tau2().unwrap_or(nan));
        set(&mut self.q, &|| h.q());
        set(&mut self.q_p_value, &|| h.p_value());
        set(&mut self.i2_from_q, &|| h.i2_from_q().unwrap_or(nan));
        set(&mut self.i2_from_tau2, &|| h.i2_from_tau2().unwrap_or(nan));
        if let Some(column) = &mut self.k {
            column[at] = k;
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
