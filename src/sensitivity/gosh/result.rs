//! What the subsets said.

use std::fmt;

use super::super::Table;
use crate::measure::Measure;
use crate::pool::{DECIMALS, Number, Pooled, percent};
use crate::real::Real;

/// The result of [`Gosh`](super::Gosh). Prints as a summary.
#[derive(Clone, Debug, PartialEq)]
pub struct GoshResult<M, F = f64> {
    pub(super) all: Pooled<M, F>,
    pub(super) labels: Vec<String>,
    pub(super) points: Vec<GoshPoint<F>>,
    /// For each point a bit for each study, in as many words as that takes.
    pub(super) members: Vec<u64>,
    pub(super) failed: u64,
    pub(super) exact: bool,
}

/// The answer to one subset.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct GoshPoint<F = f64> {
    /// The number of studies pooled.
    pub k: usize,
    /// The pooled effect, on the analysis scale.
    pub estimate: F,
    /// Cochran's Q.
    pub q: F,
    /// I² from τ², for a model without τ² from Q; `None` for one study.
    pub i2: Option<F>,
    /// τ²; `None` for one study and for a model without τ².
    pub tau2: Option<F>,
}

/// How many words hold a bit for each of k studies.
pub(super) fn words(k: usize) -> usize {
    k.div_ceil(64)
}

impl<M: Measure, F: Real> GoshResult<M, F> {
    /// The answer of all studies.
    #[must_use]
    pub fn all(&self) -> &Pooled<M, F> {
        &self.all
    }

    /// A point for each subset that could be pooled.
    #[must_use]
    pub fn points(&self) -> &[GoshPoint<F>] {
        &self.points
    }

    /// True if the study with this index is in the subset of the point with that index.
    #[must_use]
    pub fn contains(&self, point: usize, study: usize) -> bool {
        let k = self.labels.len();
        let word = || self.members.get(point.checked_mul(words(k))?.checked_add(study / 64)?);
        study < k && word().is_some_and(|word| word >> (study % 64) & 1 == 1)
    }

    /// The indices of the studies in the subset of the point with this index.
    #[must_use]
    pub fn studies_of(&self, point: usize) -> Vec<usize> {
        (0..self.labels.len()).filter(|&study| self.contains(point, study)).collect()
    }

    /// How many subsets could not be pooled.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// True if all subsets were taken.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The mean of the estimates (on the analysis scale) of the subsets with a study, and of those without; `None`
    /// where there is none.
    #[must_use]
    pub fn means_by(&self, study: usize) -> (Option<F>, Option<F>) {
        let mean = |with: bool| {
            let chosen = (0..self.points.len()).filter(|&point| self.contains(point, study) == with);
            let (mut mean, mut n) = (0.0, 0.0);
            for point in chosen {
                n += 1.0;
                // Divided first, so that large estimates of opposite signs do not overflow.
                mean += self.points[point].estimate.f64() / n - mean / n;
            }
            (n > 0.0).then(|| F::of(mean))
        };
        (mean(true), mean(false))
    }
}

impl<M: Measure, F: Real> fmt::Display for GoshResult<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let link = self.all.measure().link();
        let natural = |x: F| Number(link.to_natural(x).f64(), decimals).to_string();
        let kind = if self.exact { "all" } else { "random" };
        write!(f, "{}: {} subsets ({kind})", self.all.title(), self.points.len())?;
        if self.failed > 0 {
            write!(f, ", {} that cannot be pooled", self.failed)?;
        }
        let mut estimates: Vec<F> = self.points.iter().map(|point| point.estimate).collect();
        estimates.sort_by(|a, b| a.f64().total_cmp(&b.f64()));
        let mut i2: Vec<F> = self.points.iter().filter_map(|point| point.i2).collect();
        i2.sort_by(|a, b| a.f64().total_cmp(&b.f64()));
        let mut table = Table::new(&["", "smallest", "5%", "25%", "median", "75%", "95%", "largest"]);
        for (label, sorted, show) in
            [("estimate", &estimates, &natural as &dyn Fn(F) -> String), ("I2", &i2, &|x: F| percent(x.f64()))]
        {
            let at = [0, 5, 25, 50, 75, 95, 100].map(|share| sorted.get(sorted.len().saturating_sub(1) * share / 100));
            let cells = at.map(|x| x.map_or_else(|| "-".into(), |&x| show(x)));
            table.row(std::iter::once(label.to_owned()).chain(cells).collect());
        }
        write!(f, "\n{table}")?;
        let mut by_study = Table::new(&["mean estimate of subsets", "with", "without"]);
        for (study, label) in self.labels.iter().enumerate() {
            let (with, without) = self.means_by(study);
            let cells = [with, without].map(|x| x.map_or_else(|| "-".into(), natural));
            by_study.row(std::iter::once(label.clone()).chain(cells).collect());
        }
        write!(f, "\n{by_study}")
    }
}
