//! Recipes whose variances need the whole set of studies.

use crate::effect::Effect;
use crate::error::Error;
use crate::measure::Measure;
use crate::studies::Studies;

/// Gathers effects that depend on what `summary` finds in all studies together.
pub(super) fn collect<'a, D: 'a, S: Copy, M: Measure>(
    data: impl Iterator<Item = (Option<String>, &'a D)>,
    summary: impl FnOnce(&[&'a D]) -> S,
    effect: impl Fn(&D, S) -> Result<Effect<M>, Error>,
) -> Result<Studies<M>, Error> {
    let (labels, rows): (Vec<_>, Vec<_>) = data.unzip();
    let whole = summary(&rows);
    Studies::collect(labels.into_iter().zip(rows).map(|(label, row)| (label, effect(row, whole))))
}

/// The mean of pairs `(weight, value)`, weighted; `None` without pairs.
///
/// Each weight is divided by their sum first, lest a product overflow. A value that is not finite is left out: its own
/// study is going to be refused.
pub(super) fn weighted_mean(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = pairs.filter(|(_, value)| value.is_finite()).collect();
    let total: f64 = pairs.iter().map(|(weight, _)| weight).sum();
    (total > 0.0).then(|| pairs.iter().map(|(weight, value)| weight / total * value).sum())
}

/// Overrides `studies` and `labelled_studies` of a recipe on `$data`, from a summary of all rows and the effect of one
/// row with that summary.
macro_rules! seen_whole {
    ($data:ty, $summary:path, $effect:path) => {
        fn studies<'a, I>(&self, data: I) -> Result<crate::studies::Studies<Self::Measure>, Error>
        where
            I: IntoIterator<Item = &'a $data>,
        {
            let rows = data.into_iter().map(|row| (None, row));
            crate::effect_size::means::whole::collect(rows, |all| $summary(self, all), |row, s| $effect(self, row, s))
        }

        fn labelled_studies<'a, L, I>(&self, data: I) -> Result<crate::studies::Studies<Self::Measure>, Error>
        where
            L: Into<String>,
            I: IntoIterator<Item = (L, &'a $data)>,
        {
            let rows = data.into_iter().map(|(label, row)| (Some(label.into()), row));
            crate::effect_size::means::whole::collect(rows, |all| $summary(self, all), |row, s| $effect(self, row, s))
        }
    };
}
pub(super) use seen_whole;
