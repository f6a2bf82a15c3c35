//! Results into columns.

use std::array::from_fn;

use super::columns::ColumnsMut;
use super::lanes::{Answers, LANES, Simd, Wide};
use crate::distributions::{chi_squared_sf_lanes, normal_two_sided, t_upper_quantile};
use crate::inference::{Inference, Test};
use crate::level::Level;
use crate::pool::Numbers;
use crate::real::Real;

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
    pub(super) fn write_lanes<S: Simd>(&mut self, simd: S, first: usize, a: &Answers) {
        let at = first - self.start;
        let Self { out, quantiles, level, inference, .. } = self;
        let df: [f64; LANES] = from_fn(|l| a.k[l] - 1.0);
        fill(&mut out.estimate, at, |l| a.estimate[l]);
        fill(&mut out.std_error, at, |l| a.std_error[l]);
        fill(&mut out.tau2, at, |l| a.tau2[l]);
        fill(&mut out.q, at, |l| a.q[l]);
        if out.lower.is_some() || out.upper.is_some() {
            let half: [f64; LANES] = match inference {
                Inference::Normal => from_fn(|l| level.normal_quantile() * a.std_error[l]),
                _ => from_fn(|l| quantile(quantiles, *level, df[l]) * a.std_error[l]),
            };
            fill(&mut out.lower, at, |l| a.estimate[l] - half[l]);
            fill(&mut out.upper, at, |l| a.estimate[l] + half[l]);
        }
        if out.statistic.is_some() || out.p_value.is_some() || out.log_p_value.is_some() {
            let df = |l: usize| (*inference != Inference::Normal).then_some(df[l]);
            let test: [Option<Test<F>>; LANES] = from_fn(|l| {
                let statistic = a.estimate[l] / a.std_error[l];
                if statistic.is_nan() { None } else { Test::new(statistic, df(l)) }
            });
            let value = |of: fn(&Test<F>) -> F| move |test: &Option<Test<F>>| test.as_ref().map_or(F::nan(), of);
            set_all(&mut out.statistic, at, &test, value(|test| test.statistic));
            if *inference == Inference::Normal && out.p_value.is_some() {
                let p = normal_two_sided(Wide::load(simd, from_fn(|l| a.estimate[l] / a.std_error[l]))).array();
                fill(&mut out.p_value, at, |l| if test[l].is_some() { p[l] } else { f64::NAN });
            } else {
                set_all(&mut out.p_value, at, &test, value(Test::p_value));
            }
            set_all(&mut out.log_p_value, at, &test, value(Test::log_p_value));
        }
        if out.q_p_value.is_some() {
            let p = chi_squared_sf_lanes(Wide::load(simd, a.q), Wide::load(simd, df)).array();
            fill(&mut out.q_p_value, at, |l| p[l]);
        }
        fill(&mut out.i2_from_q, at, |l| {
            let share = if a.q[l] > df[l] { (a.q[l] - df[l]) / a.q[l] } else { 0.0 };
            if df[l] > 0.0 { share } else { f64::NAN }
        });
        fill(&mut out.i2_from_tau2, at, |l| 1.0 / (1.0 + a.typical(l) / a.tau2[l]));
        if let Some(column) = &mut out.k {
            for l in 0..LANES {
                column[at + l] = count(a.k[l]);
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

/// Writes LANES numbers into a column, if it is wanted.
#[inline(always)]
fn fill<F: Real>(column: &mut Option<&mut [F]>, at: usize, value: impl Fn(usize) -> f64) {
    if let Some(part) = column.as_mut().and_then(|column| column.get_mut(at..at + LANES)) {
        for (l, x) in part.iter_mut().enumerate() {
            *x = F::of(value(l));
        }
    }
}

#[inline(always)]
fn set_all<F: Real, T>(column: &mut Option<&mut [F]>, at: usize, of: &[T; LANES], value: impl Fn(&T) -> F) {
    if let Some(part) = column.as_mut().and_then(|column| column.get_mut(at..at + LANES)) {
        for (x, of) in part.iter_mut().zip(of) {
            *x = value(of);
        }
    }
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
