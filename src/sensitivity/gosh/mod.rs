//! What all subsets of the studies say.

mod result;

pub use result::{GoshPoint, GoshResult};

use std::ops::ControlFlow;

use result::words;

use super::cuts;
use crate::draws::{Draws, report};
use crate::error::Error;
use crate::measure::Measure;
use crate::pool::{CommonEffect, Cuts, Pool, Pooled};
use crate::real::Real;
use crate::subset::Subset;

/// How often an empty random subset is drawn again.
const REDRAWS: usize = 64;

/// The answers of a model to all subsets of the studies, the graphical display of study heterogeneity (Olkin, Dahabreh
/// & Trikalinos 2012).
///
/// Estimates that fall into two clumps say that the studies are of two kinds, and which study parts them.
///
/// With up to [`EXACT_UP_TO`](Self::EXACT_UP_TO) studies all 2^k - 1 subsets are taken, one study at a time: each is
/// one addition away from another. With more, subsets are drawn in which each study is with probability one half, by
/// xoshiro256++ (Blackman & Vigna 2021); the first point is then that of all studies. The same seed gives the same
/// points everywhere.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`new`](Self::new) | | the model | any with the answer [`Pooled`] |
/// | [`with_draws`](Self::with_draws) | 100 000, seed 0 | subsets drawn where not all are taken | at least 1 |
/// | [`randomised`](Self::randomised) | no | draws for few studies, too | |
///
/// # Scale
/// In: what the model pools. Out: the analysis scale.
///
/// # Errors
/// Those of pooling all studies; [`TooFewDraws`](crate::ErrorKind::TooFewDraws) for none; [`Cancelled`](crate::ErrorKind::Cancelled)
/// by [`run_with`](Self::run_with). A subset that cannot be pooled is counted, and gives no point.
///
/// # Example
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Studies, sensitivity::Gosh};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let gosh = Gosh::new(CommonEffect::new()).run(&studies)?;
/// let mut estimates: Vec<f64> = gosh.points().iter().map(|point| point.estimate).collect();
/// estimates.sort_by(f64::total_cmp);
/// assert_eq!(estimates, [1.0, 1.5, 2.0, 3.0, 3.5, 4.0, 6.0]);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gosh<P = CommonEffect> {
    model: P,
    draws: Draws,
}

impl<P> Gosh<P> {
    /// The largest number of studies for which all subsets are taken: a million of them.
    pub const EXACT_UP_TO: usize = 20;

    /// The subsets' answers by this model.
    pub const fn new(model: P) -> Self {
        Self { model, draws: Draws::new(100_000) }
    }

    /// The same with this number of random subsets, from this seed, where not all subsets are taken.
    #[must_use]
    pub fn with_draws(self, draws: usize, seed: u64) -> Self {
        Self { draws: self.draws.with(draws, seed), ..self }
    }

    /// The same with random subsets even where all could be taken.
    #[must_use]
    pub fn randomised(self) -> Self {
        Self { draws: self.draws.always(), ..self }
    }

    /// Pools the subsets.
    ///
    /// # Errors
    /// See [`Gosh`].
    pub fn run<S, M, F>(&self, data: &S) -> Result<GoshResult<M, F>, Error>
    where
        S: Subset,
        M: Measure,
        F: Real,
        P: Pool<S, Output = Pooled<M, F>>,
    {
        self.run_with(data, |_, _| ControlFlow::Continue(()))
    }

    /// Pools the subsets and reports how many are done of how many, every so often and at the end. The function stops
    /// the work by returning [`ControlFlow::Break`].
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use meta_analysis::{CommonEffect, MeanDifference, Studies, sensitivity::Gosh};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0; 18], vec![1.0; 18])?;
    /// let impatient = |done, _total| if done < 1000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    /// let error = Gosh::new(CommonEffect::new()).run_with(&studies, impatient).unwrap_err();
    /// assert_eq!(error.to_string(), "cancelled after 1024 of 262143");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    ///
    /// # Errors
    /// See [`Gosh`].
    pub fn run_with<S, M, F>(
        &self,
        data: &S,
        progress: impl FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<GoshResult<M, F>, Error>
    where
        S: Subset,
        M: Measure,
        F: Real,
        P: Pool<S, Output = Pooled<M, F>>,
    {
        let all = self.model.pool(data)?;
        let (k, exact) = (data.size(), !self.draws.are_always() && data.size() <= Self::EXACT_UP_TO);
        let result =
            GoshResult { all, labels: data.names(), points: Vec::new(), members: Vec::new(), failed: 0, exact };
        let all_subsets = if exact { (1 << k) - 1 } else { 0 };
        let cuts = cuts(&self.model, data);
        let mut run = Run { k, cuts, stack: Vec::new(), result, done: 0, total: all_subsets, progress };
        if exact {
            run.descend(0)?;
        } else {
            run.draw(self.draws)?;
        }
        Ok(run.result)
    }
}

/// The subsets of one run, on one stack.
struct Run<'a, M, F, C> {
    k: usize,
    cuts: Box<dyn Cuts<Pooled<M, F>> + 'a>,
    stack: Vec<usize>,
    result: GoshResult<M, F>,
    done: u64,
    total: u64,
    progress: C,
}

impl<M: Measure, F: Real, C: FnMut(u64, u64) -> ControlFlow<()>> Run<'_, M, F, C> {
    /// All subsets of the studies from `next` on, without and with that one, beside what is on the stack: in the order
    /// of binary numbers whose first digit is the first study.
    fn descend(&mut self, next: usize) -> Result<(), Error> {
        if next == self.k {
            return if self.stack.is_empty() { Ok(()) } else { self.pool() };
        }
        self.descend(next + 1)?;
        self.push(next);
        self.descend(next + 1)?;
        self.pop();
        Ok(())
    }

    /// All studies, then random subsets.
    fn draw(&mut self, draws: Draws) -> Result<(), Error> {
        let (total, mut generator) = draws.start("the subsets")?;
        self.total = total;
        for draw in 0..total {
            (0..self.k).for_each(|index| {
                if draw == 0 {
                    self.push(index);
                }
            });
            for _ in 0..REDRAWS {
                if !self.stack.is_empty() {
                    break;
                }
                let mut bits = 0;
                for index in 0..self.k {
                    bits = if index.is_multiple_of(64) { generator.next() } else { bits >> 1 };
                    if bits & 1 == 1 {
                        self.push(index);
                    }
                }
            }
            self.pool()?;
            while !self.stack.is_empty() {
                self.pop();
            }
        }
        Ok(())
    }

    fn push(&mut self, index: usize) {
        self.cuts.push(index);
        self.stack.push(index);
    }

    fn pop(&mut self) {
        self.cuts.pop();
        self.stack.pop();
    }

    fn pool(&mut self) -> Result<(), Error> {
        match self.cuts.answer() {
            Ok(pooled) => {
                let h = pooled.heterogeneity();
                self.result.points.push(GoshPoint {
                    k: pooled.k(),
                    estimate: pooled.analysis().estimate,
                    q: h.q(),
                    i2: h.i2_from_tau2().or(h.i2_from_q()),
                    tau2: h.tau2(),
                });
                let start = self.result.members.len();
                self.result.members.resize(start + words(self.k), 0);
                for &index in &self.stack {
                    self.result.members[start + index / 64] |= 1 << (index % 64);
                }
            }
            Err(_) => self.result.failed += 1,
        }
        self.done += 1;
        let (done, total) = (self.done, self.total);
        report(&mut self.progress, done, total)
    }
}
