//! The permutation test of moderators.

use std::ops::ControlFlow;

use super::contrast::{Joint, joint};
use super::fit::Core;
use super::result::Regression;
use super::{Design, MetaRegression};
use crate::draws::{Draws, report};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::random::Xoshiro256PlusPlus;
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::{Reml, Tau2Estimator};

/// Statistics closer to each other than this, relatively, are ties.
const TIE: f64 = 1e-9;

/// The permutation test that moderators have no effect: the statistics of a regression, compared with those that it
/// would give with the rows of the design dealt out to the studies at random (Higgins & Thompson 2004).
///
/// For few studies, and for many moderators tried on them. Without an effect of the moderators all arrangements are
/// equally likely, so that the p-values are exact whatever the distributions are, if studies are exchangeable
/// otherwise. τ² is estimated anew for every arrangement.
///
/// # Formula
/// ```text
/// p = share of arrangements with |T| >= |T observed| (1 - 1e-9)
/// ```
/// for the statistic T of each coefficient and for the omnibus statistic of all moderators. If there are at most
/// [`EXACT_UP_TO`](Self::EXACT_UP_TO) different arrangements (eight studies with different rows; more if rows are
/// alike), all of them are taken. With more, arrangements are drawn by xoshiro256++ as in
/// [`PermutationTest`](crate::PermutationTest), and the observed one counts as one of them (Phipson & Smyth 2010). The
/// same seed gives the same p everywhere.
///
/// A statistic without a standard error, where [`HartungKnapp`](crate::Inference::HartungKnapp) finds no residuals,
/// counts as infinite.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`new`](Self::new) | | the regression | |
/// | [`with_draws`](Self::with_draws) | 10 000, seed 0 | arrangements drawn where not all are taken | at least 1 |
/// | [`randomised`](Self::randomised) | no | draws even where all could be taken | |
///
/// # Errors
/// Those of the regression; [`EqualRows`](ErrorKind::EqualRows) for a design with equal rows, which has one
/// arrangement; [`TooFewDraws`](ErrorKind::TooFewDraws) for none; [`Cancelled`](ErrorKind::Cancelled) by
/// [`run_with`](Self::run_with).
///
/// # Example
/// ```
/// use meta_analysis::{Design, MeanDifference, MetaRegression, RegressionPermutation, Studies};
///
/// // The observed order and its mirror image are the most extreme of 120.
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 3.5, 4.0, 5.5], vec![1.0; 5])?;
/// let design = Design::new().continuous("dose", [1.0, 2.0, 3.0, 4.0, 5.0])?;
/// let test = RegressionPermutation::new(MetaRegression::default()).run(&studies, &design)?;
/// assert_eq!((test.arrangements(), test.moderators_p_value()), (120, Some(2.0 / 120.0)));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "permutest")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegressionPermutation<T = Reml> {
    model: MetaRegression<T>,
    draws: Draws,
}

/// The result of a [`RegressionPermutation`].
#[derive(Clone, Debug)]
pub struct RegressionPermutationResult<M, F = f64> {
    observed: Regression<M, F>,
    arrangements: u64,
    /// For each coefficient, then for all moderators.
    extreme: Vec<u64>,
    has_moderators: bool,
    exact: bool,
}

impl<T> RegressionPermutation<T> {
    /// The largest number of different arrangements that are all taken.
    pub const EXACT_UP_TO: u64 = 50_000;

    /// The test with the statistics of this regression.
    pub const fn new(model: MetaRegression<T>) -> Self {
        Self { model, draws: Draws::new(10_000) }
    }

    /// The same with this number of random arrangements, from this seed, where not all are taken.
    #[must_use]
    pub fn with_draws(self, draws: usize, seed: u64) -> Self {
        Self { draws: self.draws.with(draws, seed), ..self }
    }

    /// The same with random arrangements even where all could be taken.
    #[must_use]
    pub fn randomised(self) -> Self {
        Self { draws: self.draws.always(), ..self }
    }

    /// Runs the test.
    ///
    /// # Errors
    /// See [`RegressionPermutation`].
    pub fn run<M: Measure, F: Real>(
        &self,
        studies: &Studies<M, F>,
        design: &Design,
    ) -> Result<RegressionPermutationResult<M, F>, Error>
    where
        T: Tau2Estimator<F>,
    {
        self.run_with(studies, design, |_, _| ControlFlow::Continue(()))
    }

    /// Runs the test and reports how many arrangements are done of how many, every so often and at the end. The
    /// function stops the test by returning [`ControlFlow::Break`].
    ///
    /// # Errors
    /// See [`RegressionPermutation`].
    pub fn run_with<M: Measure, F: Real>(
        &self,
        studies: &Studies<M, F>,
        design: &Design,
        progress: impl FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<RegressionPermutationResult<M, F>, Error>
    where
        T: Tau2Estimator<F>,
    {
        let observed = self.model.fit(studies, design)?;
        let classes = classes(&observed.columns);
        let total = arrangements(&classes);
        if total == Some(1) {
            return Err(ErrorKind::EqualRows.into());
        }
        let core = self.model.core(&observed.studies, &observed.design, &observed.columns)?;
        let thresholds = statistics(&core, &observed).into_iter().map(|t| t * (1.0 - TIE)).collect();
        let extreme = vec![0; observed.p() + 1];
        let mut run = Run { model: &self.model, observed: &observed, thresholds, extreme, progress };
        let all = total.filter(|&total| !self.draws.are_always() && total <= Self::EXACT_UP_TO);
        let arrangements = match all {
            Some(total) => run.exhaustive(classes, total)?,
            None => run.random(self.draws)?,
        };
        let extreme = run.extreme;
        let has_moderators = observed.test_of_moderators().is_some();
        Ok(RegressionPermutationResult { observed, arrangements, extreme, has_moderators, exact: all.is_some() })
    }
}

struct Run<'r, T, M, F, C> {
    model: &'r MetaRegression<T>,
    observed: &'r Regression<M, F>,
    thresholds: Vec<f64>,
    extreme: Vec<u64>,
    progress: C,
}

impl<T: Tau2Estimator<F>, M: Measure, F: Real, C: FnMut(u64, u64) -> ControlFlow<()>> Run<'_, T, M, F, C> {
    /// Every different arrangement, in lexicographic order of the classes of equal rows.
    fn exhaustive(&mut self, mut classes: Vec<usize>, total: u64) -> Result<u64, Error> {
        let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); classes.len()];
        classes.iter().enumerate().for_each(|(row, &class)| rows_of[class].push(row));
        classes.sort_unstable();
        let mut done = 0;
        loop {
            // Any row of a class will do.
            let order: Vec<usize> = classes.iter().filter_map(|&class| rows_of[class].first().copied()).collect();
            self.count(&order)?;
            done += 1;
            report(&mut self.progress, done, total)?;
            if !next_arrangement(&mut classes) {
                return Ok(done);
            }
        }
    }

    fn random(&mut self, draws: Draws) -> Result<u64, Error> {
        let (total, mut generator) = draws.start("the permutation test")?;
        let mut order: Vec<usize> = (0..self.observed.k()).collect();
        self.count(&order)?;
        for done in 1..=total {
            // Fisher and Yates' shuffle.
            for last in (1..order.len()).rev() {
                order.swap(last, below(&mut generator, last + 1));
            }
            self.count(&order)?;
            report(&mut self.progress, done, total)?;
        }
        Ok(total + 1)
    }

    fn count(&mut self, order: &[usize]) -> Result<(), Error> {
        let Regression { studies, design, columns, .. } = self.observed;
        let arranged: Vec<Vec<f64>> =
            columns.iter().map(|column| order.iter().map(|&row| column[row]).collect()).collect();
        let core = self.model.core(studies, design, &arranged)?;
        let found = statistics(&core, self.observed);
        for ((extreme, statistic), threshold) in self.extreme.iter_mut().zip(found).zip(&self.thresholds) {
            *extreme += u64::from(statistic >= *threshold);
        }
        Ok(())
    }
}

/// The size of the statistic of each coefficient, then the omnibus statistic; infinite where they are undefined.
fn statistics<M: Measure, F: Real>(core: &Core, observed: &Regression<M, F>) -> Vec<f64> {
    let p = core.solution.p();
    let unit = |j: usize| (0..p).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
    let mut found: Vec<f64> = (0..p)
        .map(|j| match core.errors.of(&core.solution, &unit(j)) {
            Some(error) => (core.solution.value_in_unit(&unit(j)) / error.size).abs(),
            None => f64::INFINITY,
        })
        .collect();
    let moderators: Vec<Vec<f64>> = (usize::from(observed.design.has_intercept())..p).map(unit).collect();
    found.push(match joint(&moderators, &core.solution, &core.errors) {
        Joint::Test(test) => test.statistic,
        Joint::Undefined | Joint::Dependent(_) => f64::INFINITY,
    });
    found
}

/// A number for each row of the design, the same for equal rows.
fn classes(columns: &[Vec<f64>]) -> Vec<usize> {
    let k = columns.first().map_or(0, Vec::len);
    let row = |i: usize| columns.iter().map(|column| column[i]).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..k).map(row).collect();
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&a, &b| rows[a].partial_cmp(&rows[b]).unwrap_or(std::cmp::Ordering::Equal));
    let mut classes = vec![0; k];
    let mut class = 0;
    for (at, &row) in order.iter().enumerate() {
        if at > 0 && rows[row] != rows[order[at - 1]] {
            class += 1;
        }
        classes[row] = class;
    }
    classes
}

/// The number of different arrangements of the classes; `None` if it overflows.
fn arrangements(classes: &[usize]) -> Option<u64> {
    let mut counts = vec![0_u64; classes.len()];
    let (mut total, mut placed) = (1_u64, 0_u64);
    for &class in classes {
        placed += 1;
        counts[class] += 1;
        // The multinomial coefficient of those placed; the division leaves nothing.
        total = u64::try_from(u128::from(total) * u128::from(placed) / u128::from(counts[class])).ok()?;
    }
    Some(total)
}

/// The next arrangement in lexicographic order; false after the last.
fn next_arrangement(classes: &mut [usize]) -> bool {
    let Some(turn) = (1..classes.len()).rev().find(|&i| classes[i - 1] < classes[i]) else { return false };
    let pivot = classes[turn - 1];
    if let Some(larger) = (turn..classes.len()).rev().find(|&i| classes[i] > pivot) {
        classes.swap(turn - 1, larger);
    }
    classes[turn..].reverse();
    true
}

/// A random number below n, by multiplication (Lemire 2019), with a bias of n / 2^64.
fn below(generator: &mut Xoshiro256PlusPlus, n: usize) -> usize {
    let n = u128::try_from(n).unwrap_or(u128::MAX);
    usize::try_from((u128::from(generator.next()) * n) >> 64).unwrap_or(0)
}

#[allow(clippy::cast_precision_loss, reason = "nobody takes 2^53 arrangements")]
impl<M: Measure, F: Real> RegressionPermutationResult<M, F> {
    /// The two-sided p-value of each coefficient, in the order of the columns; never 0.
    #[must_use]
    pub fn p_values(&self) -> Vec<f64> {
        let coefficients = self.extreme.iter().take(self.observed.p());
        coefficients.map(|&extreme| extreme as f64 / self.arrangements as f64).collect()
    }

    /// The p-value of all moderators together; `None` where the design has none.
    #[must_use]
    pub fn moderators_p_value(&self) -> Option<f64> {
        let extreme = self.extreme.last().filter(|_| self.has_moderators)?;
        Some(*extreme as f64 / self.arrangements as f64)
    }

    /// The number of arrangements, the observed one included.
    #[must_use]
    pub fn arrangements(&self) -> u64 {
        self.arrangements
    }

    /// True if all different arrangements were taken.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The regression of the studies as they are.
    #[must_use]
    pub fn observed(&self) -> &Regression<M, F> {
        &self.observed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrangements_are_counted_and_listed() {
        let classes = classes(&[vec![1.0; 5], vec![2.0, 0.0, 2.0, 7.0, 0.0]]);
        assert_eq!(classes, [1, 0, 1, 2, 0]);
        assert_eq!(arrangements(&classes), Some(30), "5! / 2! / 2!");
        assert_eq!(arrangements(&(0..40).collect::<Vec<_>>()), None, "40! overflows");
        let mut sorted = vec![0, 0, 1, 1, 2];
        assert_eq!((0..100).take_while(|_| next_arrangement(&mut sorted)).count() + 1, 30);
    }
}
