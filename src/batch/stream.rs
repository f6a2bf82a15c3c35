//! Batches larger than memory, block by block.

use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;

#[cfg(feature = "rayon")]
use super::Par;
use super::columns::PooledColumns;
use super::engine::BatchSummary;
use super::{Batch, Block, Columns};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::pool::Pool;
use crate::real::Real;

/// How far a [`BatchStream`] is; prints as in `2000 of 5000 outcomes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of blocks done.
    pub blocks: u64,
    /// The number of outcomes done.
    pub outcomes: u64,
    /// The number of outcomes there are, if [`BatchStream::with_total`] told.
    pub total: Option<u64>,
    /// What became of the outcomes.
    pub summary: BatchSummary,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            Some(total) => write!(f, "{} of {total} outcomes", self.outcomes),
            None => write!(f, "{} outcomes", self.outcomes),
        }
    }
}

/// Pools blocks of outcomes one after the other: an iterator over the results of each block, which holds no more than
/// one block at a time.
///
/// For data larger than memory. Blocks come from any iterator of `Result<Block, E>`, where E is [`Error`] or
/// anything that is made of it, such as `Box<dyn std::error::Error>`: an error of the source is passed on in its place.
/// The results are those of one batch of all outcomes, bit for bit.
///
/// | option | default | purpose |
/// |---|---|---|
/// | [`with_columns`](Self::with_columns) | [`Columns::DEFAULT`] | which results are asked for |
/// | [`with_progress`](Self::with_progress) | none | is told after every block, and may stop |
/// | [`with_total`](Self::with_total) | unknown | how many outcomes there are, for the progress |
/// | `par()` (feature `rayon`) | one thread | each block on all threads |
///
/// # Errors
/// As items: errors of the source; [`OutcomeMismatch`](ErrorKind::OutcomeMismatch) for a block whose columns differ in
/// length, after which the stream goes on; [`Cancelled`](ErrorKind::Cancelled) or, without a total,
/// [`StreamCancelled`](ErrorKind::StreamCancelled), after which it ends.
///
/// # Example
/// ```
/// use std::ops::ControlFlow;
/// use meta_analysis::{BatchStream, Block, Error, MeanDifference, RandomEffects, Reml};
///
/// // A hundred blocks of a thousand outcomes, of which one is in memory at a time.
/// let blocks = (0..100).map(|b| {
///     let column = |shift: f64| (vec![f64::from(b) + shift; 1000], vec![1.0; 1000]);
///     Ok::<_, Error>(Block::from_columns(MeanDifference, vec![column(0.0), column(0.5), column(1.0)]))
/// });
/// let mut shown = Vec::new();
/// let mut stream = BatchStream::new(RandomEffects::new(Reml), blocks).with_total(100_000).with_progress(|progress| {
///     shown.push(progress.to_string());
///     ControlFlow::Continue(())
/// });
/// let mut sum = 0.0;
/// for pooled in stream.by_ref() {
///     sum += pooled?.estimate().unwrap().iter().sum::<f64>();
/// }
/// assert_eq!(sum / 100_000.0, 50.0);
/// assert_eq!(stream.progress().summary.pooled, 100_000);
/// drop(stream);
/// assert_eq!(shown[1], "2000 of 100000 outcomes");
/// # Ok::<(), Error>(())
/// ```
pub struct BatchStream<P, I, M, F = f64, C = fn(&Progress) -> ControlFlow<()>> {
    model: P,
    blocks: I,
    columns: Columns,
    pool: PoolBlock<P, M, F>,
    report: Option<C>,
    progress: Progress,
    state: State,
    float: PhantomData<F>,
}

/// How a block is pooled: on one thread or several.
type PoolBlock<P, M, F> = fn(&P, &Batch<'_, M, F>) -> Result<PooledColumns<M, F>, Error>;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    /// The caller wants no more.
    Cancelled,
    Ended,
}

impl<P, I, M, F, E> BatchStream<P, I, M, F>
where
    M: Measure,
    F: Real,
    I: Iterator<Item = Result<Block<M, F>, E>>,
    P: for<'b> Pool<Batch<'b, M, F>, Output = PooledColumns<M, F>>,
{
    /// The results of a model, block by block.
    pub fn new(model: P, blocks: impl IntoIterator<IntoIter = I>) -> Self {
        Self {
            model,
            blocks: blocks.into_iter(),
            columns: Columns::DEFAULT,
            pool: |model, batch| model.pool(batch),
            report: None,
            progress: Progress::default(),
            state: State::Running,
            float: PhantomData,
        }
    }
}

impl<P, I, M, F, C> BatchStream<P, I, M, F, C> {
    /// The same, of which these results are asked for.
    #[must_use]
    pub fn with_columns(self, columns: Columns) -> Self {
        Self { columns, ..self }
    }

    /// The same with the number of outcomes of all blocks together, for the progress.
    #[must_use]
    pub fn with_total(self, outcomes: u64) -> Self {
        Self { progress: Progress { total: Some(outcomes), ..self.progress }, ..self }
    }

    /// The same with a function that is told how far the stream is after every block. Once it returns
    /// [`ControlFlow::Break`], the results of that block are the last, and an error says so.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use meta_analysis::{BatchStream, Block, CommonEffect, Error, MeanDifference, Progress};
    ///
    /// let blocks = std::iter::repeat_with(|| {
    ///     Ok::<_, Error>(Block::from_rows(MeanDifference, 2, vec![0.0; 20], vec![1.0; 20]))
    /// });
    /// let impatient = |progress: &Progress| match progress.outcomes {
    ///     ..30 => ControlFlow::Continue(()),
    ///     30.. => ControlFlow::Break(()),
    /// };
    /// let mut stream = BatchStream::new(CommonEffect::new(), blocks).with_progress(impatient);
    /// let error = stream.find_map(Result::err).unwrap();
    /// assert_eq!(error.to_string(), "cancelled after 30 outcomes");
    /// assert!(stream.next().is_none());
    /// ```
    pub fn with_progress<D: FnMut(&Progress) -> ControlFlow<()>>(self, report: D) -> BatchStream<P, I, M, F, D> {
        let Self { model, blocks, columns, pool, progress, state, float, .. } = self;
        BatchStream { model, blocks, columns, pool, report: Some(report), progress, state, float }
    }

    /// How far the stream is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    fn cancelled(&self) -> Error {
        let done = self.progress.outcomes;
        match self.progress.total {
            Some(total) => ErrorKind::Cancelled { done, total }.into(),
            None => ErrorKind::StreamCancelled { outcomes: done }.into(),
        }
    }
}

#[cfg(feature = "rayon")]
impl<P, I, M: Measure, F: Real, C> BatchStream<P, I, M, F, C> {
    /// The same, each block pooled by rayon's threads.
    #[must_use]
    pub fn par(self) -> Self
    where
        P: for<'p, 'b> Pool<Par<'p, Batch<'b, M, F>>, Output = PooledColumns<M, F>>,
    {
        Self { pool: |model, batch| model.pool(&batch.par()), ..self }
    }
}

impl<P, I, M, F, C, E> Iterator for BatchStream<P, I, M, F, C>
where
    M: Measure,
    F: Real,
    I: Iterator<Item = Result<Block<M, F>, E>>,
    C: FnMut(&Progress) -> ControlFlow<()>,
    E: From<Error>,
{
    type Item = Result<PooledColumns<M, F>, E>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.state {
            State::Running => {}
            State::Cancelled => {
                self.state = State::Ended;
                return Some(Err(self.cancelled().into()));
            }
            State::Ended => return None,
        }
        let block = match self.blocks.next() {
            Some(Ok(block)) => block,
            Some(Err(error)) => return Some(Err(error)),
            None => {
                self.state = State::Ended;
                return None;
            }
        };
        Some(self.pool_block(&block).map_err(E::from))
    }
}

impl<P, I, M, F, C> BatchStream<P, I, M, F, C>
where
    M: Measure,
    F: Real,
    C: FnMut(&Progress) -> ControlFlow<()>,
{
    fn pool_block(&mut self, block: &Block<M, F>) -> Result<PooledColumns<M, F>, Error> {
        let pooled = (self.pool)(&self.model, &block.batch()?.with_columns(self.columns))?;
        self.progress.blocks += 1;
        self.progress.outcomes += u64::try_from(pooled.len()).unwrap_or(u64::MAX);
        self.progress.summary = self.progress.summary.and(pooled.summary());
        let done = self.progress.total.is_some_and(|total| self.progress.outcomes >= total);
        if let Some(report) = &mut self.report
            && report(&self.progress).is_break()
            && !done
        {
            self.state = State::Cancelled;
        }
        Ok(pooled)
    }
}

impl<P: fmt::Debug, I, M, F, C> fmt::Debug for BatchStream<P, I, M, F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchStream")
            .field("model", &self.model)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
