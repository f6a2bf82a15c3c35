//! Recipes that look at the whole set of studies before they turn one into an effect.

pub(super) use super::checked::in_range;
use crate::effect_size::checked;
use crate::error::Error;
use crate::measure::Measure;

/// The methods of [`EffectSize`](crate::EffectSize) for a recipe whose effects depend on the set of studies: `$set`
/// sums up the set, `$effect` is one study within it. A single study is a set of one.
macro_rules! over_the_set {
    ($data:ty, $set:ident, $effect:ident) => {
        fn effect(&self, data: &$data) -> Result<$crate::Effect<Self::Measure>, $crate::Error> {
            self.$effect(data, self.$set(&[data]))
        }

        fn studies<'a, I>(&self, data: I) -> Result<$crate::Studies<Self::Measure>, $crate::Error>
        where
            I: IntoIterator<Item = &'a $data>,
            $data: 'a,
        {
            let data: Vec<&$data> = data.into_iter().collect();
            let set = self.$set(&data);
            $crate::Studies::collect(data.into_iter().map(|data| (None, self.$effect(data, set))))
        }

        fn labelled_studies<'a, L, I>(&self, data: I) -> Result<$crate::Studies<Self::Measure>, $crate::Error>
        where
            L: Into<String>,
            I: IntoIterator<Item = (L, &'a $data)>,
            $data: 'a,
        {
            let (labels, data): (Vec<String>, Vec<&$data>) =
                data.into_iter().map(|(label, data)| (label.into(), data)).unzip();
            let set = self.$set(&data);
            $crate::Studies::collect(labels.into_iter().zip(data).map(|(l, data)| (Some(l), self.$effect(data, set))))
        }
    };
}
pub(crate) use over_the_set;

/// The mean of pairs `(weight, value)`, weighted; `None` without pairs.
///
/// Each weight is divided by their sum first, lest a product overflow. A value that is not finite is left out: its own
/// study is going to be refused.
pub(super) fn weighted_mean(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = pairs.filter(|(_, value)| value.is_finite()).collect();
    let total: f64 = pairs.iter().map(|(weight, _)| weight).sum();
    (total > 0.0).then(|| pairs.iter().map(|(weight, value)| weight / total * value).sum())
}

/// Valid data that say nothing about the measure.
pub(super) fn not_estimable<M: Measure, T>(measure: M, reason: &'static str) -> Result<T, Error> {
    Err(checked::not_estimable(measure, reason))
}
