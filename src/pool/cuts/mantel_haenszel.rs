//! Parts of the tables of a Mantel-Haenszel analysis.

use super::super::common_effect::notes_of;
use super::super::uncertainty::Uncertainty;
use super::super::{MantelHaenszel, MantelHaenszelMeasure, Model, Note, Pool, Pooled};
use super::{Frame, OffsetSums, Terms};
use crate::effect::{Effect, StudyNote};
use crate::error::{Error, ErrorKind};
use crate::inference::Inference;
use crate::level::Level;
use crate::num::sum::Compensated;
use crate::summary::TwoByTwo;

/// The Mantel-Haenszel sums, and those of the effects that Q is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct State {
    sums: [Compensated; 5],
    effects: OffsetSums,
    corrected: usize,
    excluded: usize,
}

pub(in super::super) struct MantelHaenszelTerms<'a, M> {
    measure: M,
    level: Level,
    tables: &'a [TwoByTwo],
    /// `None` for a table that is not estimable.
    effects: Vec<Option<Effect<M>>>,
    frame: Frame,
}

impl<'a, M: MantelHaenszelMeasure> MantelHaenszelTerms<'a, M> {
    /// `None` if a table is wrong: then pooling tells how.
    pub(in super::super) fn new(measure: M, level: Level, tables: &'a [TwoByTwo]) -> Option<Self> {
        let effect = |table: &TwoByTwo| match measure.effect(table) {
            Ok(effect) => Some(Some(effect)),
            Err(error) => error.is_not_estimable().then_some(None),
        };
        let effects: Vec<Option<Effect<M>>> = tables.iter().map(effect).collect::<Option<_>>()?;
        let (y, v): (Vec<f64>, Vec<f64>) = effects.iter().flatten().map(|effect| (effect.y(), effect.v())).unzip();
        let frame = Frame::of(&y, &v)?;
        Some(Self { measure, level, tables, effects, frame })
    }
}

impl<M: MantelHaenszelMeasure> Terms for MantelHaenszelTerms<'_, M> {
    type State = State;
    type Output = Pooled<M>;

    fn size(&self) -> usize {
        self.tables.len()
    }

    fn empty(&self) -> State {
        State::default()
    }

    fn add(&self, state: &mut State, index: usize) {
        let (Some(table), Some(effect)) = (self.tables.get(index), self.effects.get(index)) else { return };
        let Some(effect) = effect else {
            state.excluded += 1;
            return;
        };
        self.frame.add(&mut state.effects, effect.y(), effect.v());
        state.corrected += usize::from(effect.note() == Some(StudyNote::HalfAdded));
        for (sum, term) in state.sums.iter_mut().zip(self.measure.terms(table)) {
            sum.add(term);
        }
    }

    fn join(&self, a: &State, b: &State) -> State {
        let mut sums = a.sums;
        sums.iter_mut().zip(b.sums).for_each(|(sum, other)| *sum = sum.plus(other));
        State {
            sums,
            effects: a.effects.join(&b.effects),
            corrected: a.corrected + b.corrected,
            excluded: a.excluded + b.excluded,
        }
    }

    fn answer(&self, state: &State) -> Option<Result<Pooled<M>, Error>> {
        let (effects, frame) = (&state.effects, &self.frame);
        if effects.k() == 0 {
            return Some(Err(ErrorKind::NoStudies { excluded: state.excluded }.into()));
        }
        let (estimate, variance) = match self.measure.of_sums(state.sums.map(Compensated::total)) {
            Ok(pooled) => pooled,
            Err(error) => return Some(Err(error)),
        };
        if !effects.are_sound() {
            return None;
        }
        let squares = effects.squares_about(estimate, frame.pivot, frame.unit);
        let q = if effects.k() < 2 { 0.0 } else { frame.q(squares) };
        let pooled = Pooled {
            measure: self.measure,
            model: Model::MantelHaenszel,
            inference: Inference::Normal,
            level: self.level,
            k: effects.k(),
            estimate,
            std_error: variance.sqrt(),
            of_mean: Some(Uncertainty::normal(variance.sqrt())),
            of_new_study: None,
            heterogeneity: frame.heterogeneity(effects, q, None),
            notes: notes_of(effects.k(), state.corrected, state.excluded, |studies| Note::HalfAddedForQ { studies }),
        };
        Some(pooled.checked())
    }

    fn pool(&self, kept: &[usize]) -> Result<Pooled<M>, Error> {
        let part: Vec<TwoByTwo> = kept.iter().filter_map(|&index| self.tables.get(index).copied()).collect();
        MantelHaenszel::new(self.measure).with_level(self.level).pool(&part)
    }
}
