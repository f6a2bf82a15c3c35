//! The same on several threads.

use super::columns::{ColumnsMut, PooledColumns};
use super::engine::{BatchSummary, Plan};
use super::{Batch, Data};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::pool::{CommonEffect, Pool, RandomEffects};
use crate::real::Real;
use crate::tau2::Tau2Estimator;

/// Outcomes that one thread pools at a time: their columns fit into its cache, and take some ten microseconds at least.
const PIECE: usize = 1024;

/// A batch that is pooled by rayon's threads: the same results, bit for bit, for any number of them.
///
/// ```
/// use meta_analysis::{Batch, MeanDifference, Pool, RandomEffects, Reml};
///
/// let batch = Batch::from_rows(MeanDifference, 3, &[1.0, 2.0, 6.0, 0.0, 0.0, 3.0], &[1.0; 6])?;
/// let model = RandomEffects::new(Reml);
/// assert_eq!(model.pool(&batch.par())?, model.pool(&batch)?);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Par<'p, B>(&'p B);

impl<'a, M: Measure, F: Real> Batch<'a, M, F> {
    /// The batch, to be pooled by rayon's threads.
    #[must_use]
    pub const fn par(&self) -> Par<'_, Self> {
        Par(self)
    }

    pub(super) fn pool_columns_in_parallel(&self, plan: &Plan<'_, F>) -> PooledColumns<M, F> {
        self.pool_columns_by(plan, run)
    }

    fn pool_into_in_parallel(&self, plan: &Plan<'_, F>, columns: ColumnsMut<'_, F>) -> Result<BatchSummary, Error> {
        let expected = self.data.outcomes;
        if let Some((what, found)) = columns.wrong_length(expected) {
            return Err(ErrorKind::OutcomeMismatch { what, expected, found }.into());
        }
        Ok(run(plan, &self.data, 0..expected, columns))
    }
}

/// Halves the outcomes until the pieces are small.
pub(super) fn run<F: Real>(
    plan: &Plan<'_, F>,
    data: &Data<'_, F>,
    outcomes: std::ops::Range<usize>,
    out: ColumnsMut<'_, F>,
) -> BatchSummary {
    if outcomes.len() <= PIECE {
        return plan.run(data, outcomes, out);
    }
    // Whole pieces on the left.
    let half = outcomes.len().div_ceil(PIECE).div_ceil(2) * PIECE;
    let middle = outcomes.start + half;
    let (left, right) = out.split_at(half);
    let (a, b) =
        rayon::join(|| run(plan, data, outcomes.start..middle, left), || run(plan, data, middle..outcomes.end, right));
    a.and(b)
}

impl<M: Measure, F: Real> Pool<Par<'_, Batch<'_, M, F>>> for CommonEffect {
    type Output = PooledColumns<M, F>;

    fn pool(&self, batch: &Par<'_, Batch<'_, M, F>>) -> Result<PooledColumns<M, F>, Error> {
        Ok(batch.0.pool_columns_in_parallel(&self.plan()))
    }
}

impl<M: Measure, F: Real, T: Tau2Estimator<F>> Pool<Par<'_, Batch<'_, M, F>>> for RandomEffects<T> {
    type Output = PooledColumns<M, F>;

    fn pool(&self, batch: &Par<'_, Batch<'_, M, F>>) -> Result<PooledColumns<M, F>, Error> {
        Ok(batch.0.pool_columns_in_parallel(&self.plan()))
    }
}

impl CommonEffect {
    /// As [`pool_into`](Self::pool_into), by rayon's threads: the same bits for any number of them.
    ///
    /// # Errors
    /// As [`pool_into`](Self::pool_into).
    pub fn par_pool_into<M: Measure, F: Real>(
        &self,
        batch: &Batch<'_, M, F>,
        columns: ColumnsMut<'_, F>,
    ) -> Result<BatchSummary, Error> {
        batch.pool_into_in_parallel(&self.plan(), columns)
    }
}

impl<T> RandomEffects<T> {
    /// As [`pool_into`](Self::pool_into), by rayon's threads: the same bits for any number of them.
    ///
    /// # Errors
    /// As [`pool_into`](Self::pool_into).
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{Batch, ColumnsMut, MeanDifference, RandomEffects, Reml};
    ///
    /// let batch = Batch::from_rows(MeanDifference, 3, &[1.0, 2.0, 6.0, 0.0, 0.0, 3.0], &[1.0; 6])?;
    /// let mut estimates = [0.0; 2];
    /// let wanted = ColumnsMut { estimate: Some(&mut estimates), ..ColumnsMut::default() };
    /// RandomEffects::new(Reml).par_pool_into(&batch, wanted)?;
    /// assert_eq!(estimates, [3.0, 1.0]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn par_pool_into<M: Measure, F: Real>(
        &self,
        batch: &Batch<'_, M, F>,
        columns: ColumnsMut<'_, F>,
    ) -> Result<BatchSummary, Error>
    where
        T: Tau2Estimator<F>,
    {
        batch.pool_into_in_parallel(&self.plan(), columns)
    }
}
