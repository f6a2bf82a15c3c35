//! Results into columns.

use std::array::from_fn;

use prefetch_index::prefetch_index;

use super::columns::ColumnsMut;
use super::lanes::Answers;
use crate::distributions::{chi_squared_sf_lanes, normal_two_sided_lanes, t_upper_quantile};
use crate::inference::{Inference, Test};
use crate::level::Level;
use crate::num::wide::{Group, LANES};
use crate::pool::Numbers;
use crate::real::Real;

/// How far ahead of what is written columns are fetched.
const AHEAD: usize = 2 * LANES;
/// Numbers in a line of the cache, of any type: a smaller one is asked for twice.
const IN_LINE: usize = 8;

/// Columns that begin with a given outcome, and what their limits are made of.
pub(super) struct Writer<'b, F> {
    inference: Inference,
    level: Level,
    /// The outcome of the first elements.
    start: usize,
    out: ColumnsMut<'b, F>,
    /// Quantiles of Student's t by degrees of freedom, as far as they have been needed.
    quantiles: Vec<f64>,
}

impl<'b, F: Real> Writer<'b, F> {
    pub(super) fn new(inference: Inference, level: Level, start: usize, out: ColumnsMut<'b, F>) -> Self {
        Self { inference, level, start, out, quantiles: Vec::new() }
    }

    pub(super) fn write_nan(&mut self, outcome: usize, k: u32) {
        self.out.write_nan(outcome - self.start, k);
    }

    /// The results of one outcome.
    pub(super) fn write(&mut self, outcome: usize, k: u32, numbers: &Numbers<F>) {
        self.out.write(outcome - self.start, k, numbers, self.level);
    }

    /// The results of LANES outcomes, by the formulas of `Numbers` and `Heterogeneity`.
    #[inline(always)]
    pub(super) fn write_lanes<W: Group>(&mut self, first: usize, a: &Answers<W>) {
        let at = first - self.start;
        let Self { out, quantiles, level, inference, .. } = self;
        let (zero, one, nan) = (a.k.same(0.0), a.k.same(1.0), a.k.same(f64::NAN));
        let df = a.k - one;
        fill(&mut out.estimate, at, || a.estimate);
        fill(&mut out.std_error, at, || a.std_error);
        fill(&mut out.tau2, at, || a.tau2);
        fill(&mut out.q, at, || a.q);
        if out.lower.is_some() || out.upper.is_some() {
            let half = match inference {
                Inference::Normal => zero.same(level.normal_quantile()) * a.std_error,
                _ => df.each(|df| quantile(quantiles, *level, df)) * a.std_error,
            };
            fill(&mut out.lower, at, || a.estimate - half);
            fill(&mut out.upper, at, || a.estimate + half);
        }
        if out.statistic.is_some() || out.p_value.is_some() || out.log_p_value.is_some() {
            let exact = a.estimate / a.std_error;
            // As `Test::new`, there is no test where the statistic overflows.
            let statistic = exact.each(|x| F::of(x).f64());
            let some = statistic.abs().is_below(zero.same(f64::INFINITY));
            fill(&mut out.statistic, at, || W::select(some, statistic, nan));
            if *inference == Inference::Normal {
                fill(&mut out.p_value, at, || W::select(some, normal_two_sided_lanes(exact), nan));
            } else {
                let test = tests::<W, F>(exact, Some(df));
                set_all(&mut out.p_value, at, &test, Test::p_value);
            }
            if out.log_p_value.is_some() {
                let test = tests::<W, F>(exact, (*inference != Inference::Normal).then_some(df));
                set_all(&mut out.log_p_value, at, &test, Test::log_p_value);
            }
        }
        fill(&mut out.q_p_value, at, || chi_squared_sf_lanes(a.q, df));
        fill(&mut out.i2_from_q, at, || {
            let share = ((a.q - df) / a.q).only(a.q.is_above(df));
            W::select(df.is_above(zero), share, nan)
        });
        fill(&mut out.i2_from_tau2, at, || one / (one + a.typical() / a.tau2));
        if let Some(column) = &mut out.k {
            for (x, k) in column[at..at + LANES].iter_mut().zip(a.k.array()) {
                *x = count(k);
            }
        }
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

/// Asks for the place of LANES numbers in a column: what is written comes from memory first.
#[inline(always)]
fn fetch<F>(column: &[F], at: usize) {
    for line in (at..at + LANES).step_by(IN_LINE) {
        prefetch_index(column, line);
    }
}

/// Writes LANES numbers into a column, if it is wanted.
#[inline(always)]
fn fill<W: Group, F: Real>(column: &mut Option<&mut [F]>, at: usize, value: impl FnOnce() -> W) {
    if let Some(column) = column {
        fetch(column, at + AHEAD);
        let Some(part) = column.get_mut(at..at + LANES) else { return };
        for (x, value) in part.iter_mut().zip(value().array()) {
            *x = F::of(value);
        }
    }
}

/// Writes what is computed one by one; NaN where there is no test.
fn set_all<F: Real>(column: &mut Option<&mut [F]>, at: usize, of: &Tests<F>, value: fn(&Test<F>) -> F) {
    if let Some(part) = column.as_mut().and_then(|column| column.get_mut(at..at + LANES)) {
        for (x, of) in part.iter_mut().zip(of) {
            *x = of.as_ref().map_or(F::nan(), value);
        }
    }
}

type Tests<F> = [Option<Test<F>>; LANES];

/// The tests of LANES outcomes, with degrees of freedom if they are Student's.
#[inline(always)]
fn tests<W: Group, F: Real>(statistic: W, df: Option<W>) -> Tests<F> {
    let (statistic, df) = (statistic.array(), df.map(Group::array));
    from_fn(|l| if statistic[l].is_nan() { None } else { Test::new(statistic[l], df.map(|df| df[l])) })
}

/// The t quantile for whole degrees of freedom, of which a batch has few; NaN below 1.
fn quantile(known: &mut Vec<f64>, level: Level, df: f64) -> f64 {
    let index = usize::try_from(count(df)).unwrap_or(0);
    while known.len() <= index {
        known.push(t_upper_quantile(level.tail(), f64::from(u32::try_from(known.len()).unwrap_or(u32::MAX))));
    }
    known[index]
}

/// A whole number that is kept as a float.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of studies: whole, and small")]
#[inline(always)]
fn count(x: f64) -> u32 {
    x as u32
}
