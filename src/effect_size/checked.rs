//! What recipes have in common: an effect that can be pooled, or why there is none.

use crate::effect::{Effect, StudyNote};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::summary::ZeroCells;

/// The effect of a pair (y, v), or why it is not one that can be pooled. `zero`: a count that it was made of is zero.
pub(super) fn checked<M: Measure>(
    measure: M,
    [y, v]: [f64; 2],
    zero: bool,
    added: Option<ZeroCells>,
) -> Result<Effect<M>, Error> {
    if !(y.is_finite() && v.is_finite() && v > 0.0) {
        return Err(match (zero, y.is_finite() && v == 0.0) {
            (true, true) => not_estimable(measure, "its variance is zero"),
            (true, false) => not_estimable(measure, "a cell is zero, and nothing is added to it"),
            (false, _) => ErrorKind::OutOfRange { quantity: "the effect or its variance" }.into(),
        });
    }
    let effect = Effect::from_analysis(measure, y, v)?;
    Ok(added.map_or(effect, |zero_cells| effect.with_note(StudyNote::ZeroCellsCorrected(zero_cells))))
}

/// The effect, or an error for data so large or small that it or its variance is not a number.
pub(super) fn in_range<M: Measure>(measure: M, y: f64, v: f64) -> Result<Effect<M>, Error> {
    if !y.is_finite() {
        return Err(ErrorKind::OutOfRange { quantity: "the effect" }.into());
    }
    if !(v.is_finite() && v > 0.0) {
        return Err(ErrorKind::OutOfRange { quantity: "the variance" }.into());
    }
    Effect::from_analysis(measure, y, v)
}

/// The error for valid data that say nothing about the measure.
pub(super) fn not_estimable<M: Measure>(measure: M, reason: &'static str) -> Error {
    ErrorKind::NotEstimable { measure: measure.label(), reason }.into()
}

/// Recipes that look at the whole set: [`EffectSize`](super::EffectSize) from a method on a slice of references.
macro_rules! effects_of_sets {
    ($data:ty, $effects:ident) => {
        fn effect(&self, data: &$data) -> Result<Effect<Self::Measure>, Error> {
            let whole = self.$effects(&[data]).pop();
            whole.unwrap_or_else(|| Err(ErrorKind::NoStudies { excluded: 0 }.into()))
        }

        fn studies<'a, I>(&self, data: I) -> Result<Studies<Self::Measure>, Error>
        where
            I: IntoIterator<Item = &'a $data>,
        {
            let data: Vec<_> = data.into_iter().collect();
            Studies::collect(self.$effects(&data).into_iter().map(|effect| (None, effect)))
        }

        fn labelled_studies<'a, L, I>(&self, data: I) -> Result<Studies<Self::Measure>, Error>
        where
            L: Into<String>,
            I: IntoIterator<Item = (L, &'a $data)>,
        {
            let (labels, data): (Vec<_>, Vec<_>) =
                data.into_iter().map(|(label, data)| (Some(label.into()), data)).unzip();
            Studies::collect(labels.into_iter().zip(self.$effects(&data)))
        }
    };
}
pub(super) use effects_of_sets;
