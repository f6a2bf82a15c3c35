//! Parts of the studies of a common-effect analysis.

use super::super::common_effect::notes_of;
use super::super::uncertainty::Uncertainty;
use super::super::{CommonEffect, Model, Note, Pool, Pooled};
use super::{Frame, OffsetSums, Terms};
use crate::effect::StudyNote;
use crate::error::Error;
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;

/// The sums, and how many of the studies had one half added.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct State {
    sums: OffsetSums,
    corrected: usize,
}

pub(in super::super) struct CommonEffectTerms<'a, M, F> {
    model: &'a CommonEffect,
    inference: Inference,
    level: Level,
    studies: &'a Studies<M, F>,
    frame: Frame,
}

impl<'a, M: Measure, F: Real> CommonEffectTerms<'a, M, F> {
    pub(in super::super) fn new(
        model: &'a CommonEffect,
        inference: Inference,
        level: Level,
        studies: &'a Studies<M, F>,
    ) -> Option<Self> {
        let of_sums = matches!(inference, Inference::Normal | Inference::StudentT);
        let frame = Frame::of(studies.y(), studies.v())?;
        of_sums.then_some(Self { model, inference, level, studies, frame })
    }
}

impl<M: Measure, F: Real> Terms for CommonEffectTerms<'_, M, F> {
    type State = State;
    type Output = Pooled<M, F>;

    fn size(&self) -> usize {
        self.studies.k()
    }

    fn empty(&self) -> State {
        State::default()
    }

    fn add(&self, state: &mut State, index: usize) {
        let Some(study) = self.studies.get(index) else { return };
        self.frame.add(&mut state.sums, study.effect.y(), study.effect.v());
        state.corrected += usize::from(study.effect.note() == Some(StudyNote::HalfAdded));
    }

    fn join(&self, a: &State, b: &State) -> State {
        State { sums: a.sums.join(&b.sums), corrected: a.corrected + b.corrected }
    }

    fn answer(&self, state: &State) -> Option<Result<Pooled<M, F>, Error>> {
        let (sums, frame) = (&state.sums, &self.frame);
        if !sums.are_sound() {
            return None;
        }
        let (k, excluded, std_error) = (sums.k(), self.studies.excluded().len(), frame.std_error(sums));
        let pooled = Pooled {
            measure: self.studies.measure(),
            model: Model::CommonEffect,
            inference: self.inference,
            level: self.level,
            k,
            estimate: sums.mean(frame.pivot, frame.unit),
            std_error,
            of_mean: match self.inference {
                Inference::Normal => Some(Uncertainty::normal(std_error)),
                _ => Uncertainty::t(std_error, sums.df()),
            },
            of_new_study: None,
            heterogeneity: frame.heterogeneity(sums, frame.q(sums.squares()), None),
            notes: notes_of(k, state.corrected, excluded, |studies| Note::HalfAdded { studies }),
        };
        Some(pooled.checked())
    }

    fn pool(&self, kept: &[usize]) -> Result<Pooled<M, F>, Error> {
        self.model.pool(&self.studies.select(kept))
    }
}
