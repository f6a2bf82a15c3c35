//! Many studies of one measure.

use crate::effect::{Effect, check_pair};
use crate::error::{Error, ErrorKind};
use crate::measure::{AnyMeasure, Measure, same_measure};
use crate::real::Real;
use crate::study_notes::StudyNotes;
use crate::summary::ZeroCells;

/// Studies of one measure: columns `y` and `v` on the analysis scale, with labels if there are any.
///
/// Valid once built: every effect is finite, every variance positive and finite. They come from a recipe
/// ([`EffectSize::studies`](crate::EffectSize::studies)), from columns, or one by one:
///
/// ```
/// use meta_analysis::{CommonEffect, Pool, RiskRatio, Studies};
///
/// let studies = Studies::from_std_errors(RiskRatio, vec![-0.89, -1.59, -1.35], vec![0.57, 0.44, 0.64])?
///     .with_labels(["Aronson 1948", "Ferguson 1949", "Rosenthal 1960"])?;
/// let early = studies.filter(|study| study.label != Some("Rosenthal 1960"));
/// assert_eq!((studies.k(), early.k()), (3, 2));
/// let pooled = CommonEffect::new().pool(&early)?;
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Studies<M, F = f64> {
    measure: M,
    y: Vec<F>,
    v: Vec<F>,
    notes: StudyNotes,
    labels: Option<Vec<String>>,
    excluded: Vec<Error>,
}

/// One study of [`Studies`]: its label, if it has one, and its effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Study<'a, M, F = f64> {
    /// The label, if the studies have labels.
    pub label: Option<&'a str>,
    /// The effect.
    pub effect: Effect<M, F>,
}

impl<M: Measure, F: Real> Studies<M, F> {
    /// No study yet.
    #[must_use]
    pub const fn new(measure: M) -> Self {
        Self { measure, y: Vec::new(), v: Vec::new(), notes: StudyNotes::new(), labels: None, excluded: Vec::new() }
    }

    /// Columns of effects `y` and sampling variances `v`, both on the analysis scale.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; the first [`ErrorKind::NotFinite`] effect or [`ErrorKind::NotPositive`] variance, with
    /// the index of its study.
    pub fn from_analysis(measure: M, y: Vec<F>, v: Vec<F>) -> Result<Self, Error> {
        if y.len() != v.len() {
            return Err(ErrorKind::LengthMismatch { what: "variances", expected: y.len(), found: v.len() }.into());
        }
        for (i, (&y, &v)) in y.iter().zip(&v).enumerate() {
            check_pair(y, v).map_err(|error| error.in_study(i))?;
        }
        Ok(Self { y, v, ..Self::new(measure) })
    }

    /// Columns of effects `y` and their standard errors, both on the analysis scale.
    ///
    /// # Errors
    /// As [`from_analysis`](Self::from_analysis); also [`ErrorKind::OutOfRange`] if a standard error is so small or large that
    /// its square is not a positive finite number.
    pub fn from_std_errors(measure: M, y: Vec<F>, std_errors: Vec<F>) -> Result<Self, Error> {
        if y.len() != std_errors.len() {
            let (expected, found) = (y.len(), std_errors.len());
            return Err(ErrorKind::LengthMismatch { what: "standard errors", expected, found }.into());
        }
        let mut v = std_errors;
        for (i, se) in v.iter_mut().enumerate() {
            *se = variance_of(*se).map_err(|error| error.in_study(i))?;
        }
        Self::from_analysis(measure, y, v)
    }

    /// The same studies with one label each, in the order in which they were given, excluded ones included.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`] unless there is a label for every study.
    pub fn with_labels<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Result<Self, Error> {
        let mut labels: Vec<String> = labels.into_iter().map(Into::into).collect();
        let expected = self.k() + self.excluded.len();
        if labels.len() != expected {
            return Err(ErrorKind::LengthMismatch { what: "labels", expected, found: labels.len() }.into());
        }
        // From the last to the first, so that the indices before it stay what they are.
        for error in self.excluded.iter_mut().rev() {
            let label = labels.remove(error.study().unwrap_or(0).min(labels.len() - 1));
            *error = error.clone().with_label(&label);
        }
        self.labels = Some(labels);
        Ok(self)
    }

    /// The number of studies that can be pooled.
    #[must_use]
    pub fn k(&self) -> usize {
        self.y.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.y.is_empty()
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    /// The effects, on the analysis scale.
    #[must_use]
    pub fn y(&self) -> &[F] {
        &self.y
    }

    /// The sampling variances, on the analysis scale.
    #[must_use]
    pub fn v(&self) -> &[F] {
        &self.v
    }

    /// The label of the study with this index, if there are labels.
    #[must_use]
    pub fn label(&self, index: usize) -> Option<&str> {
        self.labels.as_ref()?.get(index).map(String::as_str)
    }

    /// The study with this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Study<'_, M, F>> {
        let effect = Effect::from_analysis(self.measure, *self.y.get(index)?, *self.v.get(index)?).ok()?;
        let effect = self.notes.get(index).map_or(effect, |note| effect.with_note(note));
        Some(Study { label: self.label(index), effect })
    }

    /// The studies in order.
    pub fn iter(&self) -> impl Iterator<Item = Study<'_, M, F>> {
        (0..self.k()).filter_map(|index| self.get(index))
    }

    /// The studies that were kept out because they are not estimable: which, and why.
    #[must_use]
    pub fn excluded(&self) -> &[Error] {
        &self.excluded
    }

    /// How many studies had something added to their cells.
    #[must_use]
    pub fn corrected(&self) -> usize {
        self.notes.policies().count()
    }

    /// False where nothing was done to the studies and none is left out.
    pub(crate) fn may_have_notes(&self) -> bool {
        !(self.notes.is_empty() && self.excluded.is_empty())
    }

    /// The policy by which studies had something added to their cells; `None` if there are none, or several policies.
    pub(crate) fn zero_cells(&self) -> Option<ZeroCells> {
        let first = self.notes.policies().next()?;
        self.notes.policies().all(|policy| policy == first).then_some(first)
    }

    /// The studies for which `keep` is true, with their labels. What was excluded before stays listed, under the index
    /// it would have now.
    ///
    /// Effects and measure stay as they are, even those that a recipe made from the whole set, such as the size at
    /// which a double arcsine is read back; make the studies anew from the data where that matters.
    #[must_use]
    pub fn filter(&self, mut keep: impl FnMut(&Study<'_, M, F>) -> bool) -> Self {
        let kept: Vec<usize> =
            (0..self.k()).filter(|&index| self.get(index).is_some_and(|study| keep(&study))).collect();
        self.select(&kept)
    }

    /// The studies with these indices (all in range, in increasing order).
    pub(crate) fn select(&self, kept: &[usize]) -> Self {
        let reindexed = |(before, error): (usize, &Error)| {
            let position = error.study().unwrap_or(before) - before;
            let index = before + kept.partition_point(|&index| index < position);
            let moved = Error::from(error.kind().clone()).in_study(index);
            error.label().map_or(moved.clone(), |label| moved.with_label(label))
        };
        Self {
            measure: self.measure,
            y: kept.iter().map(|&i| self.y[i]).collect(),
            v: kept.iter().map(|&i| self.v[i]).collect(),
            notes: self.notes.select(kept),
            labels: self.labels.as_ref().map(|labels| kept.iter().map(|&i| labels[i].clone()).collect()),
            excluded: self.excluded.iter().enumerate().map(reindexed).collect(),
        }
    }

    /// The same without a trace of excluded studies.
    pub(crate) fn select_fitted(&self, kept: &[usize]) -> Self {
        Self { excluded: Vec::new(), ..self.select(kept) }
    }

    /// Adds the study with this index of others, with its label if these have labels.
    pub(crate) fn append_from(&mut self, other: &Self, index: usize) {
        let (Some(&y), Some(&v)) = (other.y.get(index), other.v.get(index)) else { return };
        self.notes.set(self.k(), other.notes.get(index));
        self.y.push(y);
        self.v.push(v);
        if let Some(labels) = &mut self.labels {
            labels.push(other.label(index).unwrap_or_default().to_owned());
        }
    }

    /// Removes the last study, if there is one.
    pub(crate) fn remove_last(&mut self) {
        self.y.pop();
        self.v.pop();
        self.notes.truncate(self.k());
        if let Some(labels) = &mut self.labels {
            labels.pop();
        }
    }

    /// Puts the study with this index of others in the place of one of these (both in range).
    pub(crate) fn overwrite(&mut self, at: usize, other: &Self, index: usize) {
        (self.y[at], self.v[at]) = (other.y[index], other.v[index]);
        self.notes.set(at, other.notes.get(index));
        if let Some(labels) = &mut self.labels {
            other.label(index).unwrap_or_default().clone_into(&mut labels[at]);
        }
    }

    /// Turns the sign of one effect (the index in range).
    pub(crate) fn negate(&mut self, index: usize) {
        self.y[index] = -self.y[index];
    }

    /// Forgets the type of the measure, so that sets of several measures fit into one list.
    #[must_use]
    pub fn erase(self) -> Studies<AnyMeasure, F> {
        Studies {
            measure: AnyMeasure::of(self.measure),
            y: self.y,
            v: self.v,
            notes: self.notes,
            labels: self.labels,
            excluded: self.excluded,
        }
    }

    /// The same studies in the other float type.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] if an effect or a variance is not finite, or a variance not positive, in that type.
    pub fn cast<G: Real>(self) -> Result<Studies<M, G>, Error> {
        let convert = |column: Vec<F>| column.into_iter().map(|x| G::of(x.f64())).collect::<Vec<G>>();
        let (y, v) = (convert(self.y), convert(self.v));
        for (i, (&y, &v)) in y.iter().zip(&v).enumerate() {
            let lost = |_| Error::from(ErrorKind::OutOfRange { quantity: "the effect or its variance" }).in_study(i);
            check_pair(y, v).map_err(lost)?;
        }
        Ok(Studies { measure: self.measure, y, v, notes: self.notes, labels: self.labels, excluded: self.excluded })
    }

    fn append(&mut self, effect: Effect<M, F>) {
        self.notes.set(self.k(), effect.note());
        self.y.push(effect.y());
        self.v.push(effect.v());
        if let Some(labels) = &mut self.labels {
            labels.push(String::new());
        }
    }
}

impl<M: Measure + Default, F: Real> Studies<M, F> {
    /// Adds an effect. If the studies have labels, the new one's is empty.
    ///
    /// For measures that the type alone determines; studies of an [`AnyMeasure`] come from
    /// [`from_analysis`](Self::from_analysis) or [`erase`](Self::erase).
    pub fn push(&mut self, effect: Effect<M, F>) {
        self.append(effect);
    }
}

impl<M: Measure> Studies<M> {
    /// Gathers the results of a recipe: keeps what is estimable, lists what is not, stops at what is wrong.
    pub(crate) fn collect(
        results: impl IntoIterator<Item = (Option<String>, Result<Effect<M>, Error>)>,
    ) -> Result<Self, Error> {
        let mut studies: Option<Self> = None;
        let (mut excluded, mut labels) = (Vec::new(), Vec::new());
        for (i, (label, result)) in results.into_iter().enumerate() {
            let locate = |error: Error| match &label {
                Some(label) => error.in_study(i).with_label(label),
                None => error.in_study(i),
            };
            let effect = match result.map_err(&locate) {
                Err(error) if error.is_not_estimable() => {
                    excluded.push(error);
                    continue;
                }
                result => result?,
            };
            let studies = studies.get_or_insert_with(|| Self::new(effect.measure()));
            same_as(studies.measure, effect.measure()).map_err(&locate)?;
            studies.append(effect);
            labels.extend(label);
        }
        let Some(mut studies) = studies else {
            return Err(ErrorKind::NoStudies { excluded: excluded.len() }.into());
        };
        studies.labels = (labels.len() == studies.k()).then_some(labels);
        studies.excluded = excluded;
        Ok(studies)
    }
}

fn same_as<M: Measure>(expected: M, found: M) -> Result<(), Error> {
    if same_measure(&expected, &found) {
        return Ok(());
    }
    Err(ErrorKind::MeasureChanged { expected: expected.label(), found: found.label() }.into())
}

fn variance_of<F: Real>(std_error: F) -> Result<F, Error> {
    if !(std_error > F::zero() && std_error.is_finite()) {
        return Err(ErrorKind::NotPositive { what: "standard error", value: std_error.f64() }.into());
    }
    let v = std_error * std_error;
    if v > F::zero() && v.is_finite() {
        Ok(v)
    } else {
        Err(ErrorKind::OutOfRange { quantity: "the square of the standard error" }.into())
    }
}

impl<M: Measure + Default, F: Real> FromIterator<Effect<M, F>> for Studies<M, F> {
    fn from_iter<I: IntoIterator<Item = Effect<M, F>>>(effects: I) -> Self {
        let mut studies = Self::new(M::default());
        studies.extend(effects);
        studies
    }
}

impl<M: Measure + Default, F: Real> Extend<Effect<M, F>> for Studies<M, F> {
    fn extend<I: IntoIterator<Item = Effect<M, F>>>(&mut self, effects: I) {
        effects.into_iter().for_each(|effect| self.push(effect));
    }
}
