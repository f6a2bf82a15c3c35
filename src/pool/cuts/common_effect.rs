//! Parts of the studies of a common effect by inverse variance.

use super::super::notes::notes_of;
use super::super::uncertainty::Uncertainty;
use super::super::{Model, Note, Numbers, Pooled};
use super::{Frame, OffsetSums, Terms};
use crate::effect::{Effect, StudyNote};
use crate::error::{Error, ErrorKind};
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;
use crate::subset::Subset;
use crate::summary::ZeroCells;

/// The sums, and what the notes of an answer tell.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct State {
    sums: OffsetSums,
    corrected: usize,
    excluded: usize,
}

/// A common effect of studies, or of tables through their effects.
pub(in super::super) struct CommonEffectTerms<'a, M, F> {
    measure: M,
    model: Model,
    inference: Inference,
    level: Level,
    corrected: fn(usize, Option<ZeroCells>) -> Note,
    zero_cells: Option<ZeroCells>,
    /// The effect of each row of the data; `None` for one that is not estimable.
    effects: Vec<Option<Effect<M, F>>>,
    /// How many studies were excluded before, and have no row.
    excluded: usize,
    frame: Frame,
    /// Pools some rows.
    pool: Box<PoolRows<'a, M, F>>,
}

type PoolRows<'a, M, F> = dyn Fn(&[usize]) -> Result<Pooled<M, F>, Error> + 'a;

impl<'a, M: Measure, F: Real> CommonEffectTerms<'a, M, F> {
    /// For data with this number of rows, each of them one of the studies or, if there are more rows than studies, one of
    /// the excluded. `None` for an inference that needs more than sums.
    pub(in super::super) fn new(
        (studies, rows): (&Studies<M, F>, usize),
        model: Model,
        (inference, level): (Inference, Level),
        corrected: fn(usize, Option<ZeroCells>) -> Note,
        pool: impl Fn(&[usize]) -> Result<Pooled<M, F>, Error> + 'a,
    ) -> Option<Self> {
        let of_sums = matches!(inference, Inference::Normal | Inference::StudentT);
        let frame = Frame::of(studies.y(), studies.v()).filter(|_| of_sums)?;
        let mut effects = vec![None; rows];
        let each_row = rows == studies.k();
        for (index, (study, at)) in studies.iter().zip(studies.positions()).enumerate() {
            *effects.get_mut(if each_row { index } else { at })? = Some(study.effect);
        }
        let excluded = if each_row { studies.excluded().len() } else { 0 };
        let (measure, pool) = (studies.measure(), Box::new(pool));
        // Where policies differ, those of a part may not: pooling tells.
        let zero_cells = studies.zero_cells();
        if studies.corrected() > 0 && zero_cells.is_none() {
            return None;
        }
        Some(Self { measure, model, inference, level, corrected, zero_cells, effects, excluded, frame, pool })
    }
}

impl<M: Measure, F: Real> Terms for CommonEffectTerms<'_, M, F> {
    type State = State;
    type Output = Pooled<M, F>;

    fn size(&self) -> usize {
        self.effects.len()
    }

    fn empty(&self) -> State {
        State { excluded: self.excluded, ..State::default() }
    }

    fn add(&self, state: &mut State, index: usize) {
        match self.effects.get(index) {
            Some(Some(effect)) => {
                self.frame.add(&mut state.sums, effect.y(), effect.v());
                state.corrected += usize::from(matches!(effect.note(), Some(StudyNote::ZeroCellsCorrected(_))));
            }
            _ => state.excluded += 1,
        }
    }

    fn join(&self, a: &State, b: &State) -> State {
        State {
            sums: a.sums.join(&b.sums),
            corrected: a.corrected + b.corrected,
            // Those without a row count in both.
            excluded: a.excluded + b.excluded - self.excluded,
        }
    }

    fn answer(&self, state: &State) -> Option<Result<Pooled<M, F>, Error>> {
        let (sums, frame) = (&state.sums, &self.frame);
        if sums.k() == 0 {
            return Some(Err(ErrorKind::NoStudies { excluded: state.excluded }.into()));
        }
        if !sums.are_sound() {
            return None;
        }
        let (k, std_error) = (sums.k(), frame.std_error(sums));
        let note = || (self.corrected)(state.corrected, self.zero_cells);
        let pooled = Pooled {
            measure: self.measure,
            model: self.model.clone(),
            inference: self.inference,
            level: self.level,
            k,
            numbers: Numbers {
                estimate: sums.mean(frame.pivot, frame.unit),
                std_error,
                of_mean: match self.inference {
                    Inference::Normal => Some(Uncertainty::normal(std_error)),
                    _ => Uncertainty::t(std_error, sums.df()),
                },
                of_new_study: None,
                heterogeneity: frame.heterogeneity(sums, frame.q(sums.squares()), None),
            },
            notes: notes_of(k, (state.corrected > 0).then(note), state.excluded),
        };
        Some(pooled.checked())
    }

    fn pool(&self, kept: &[usize]) -> Result<Pooled<M, F>, Error> {
        (self.pool)(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cuts, Sums, all_but};
    use super::*;
    use crate::effect_size::EffectSize;
    use crate::measure::RiskRatio;
    use crate::pool::{CommonEffect, Pool};
    use crate::summary::TwoByTwo;

    fn pool(tables: &[TwoByTwo]) -> Result<Pooled<RiskRatio>, Error> {
        CommonEffect::new().pool(&RiskRatio.studies(tables)?)
    }

    #[test]
    fn tables_that_are_not_estimable_have_their_rows() {
        let zero = TwoByTwo::new([0, 10], [0, 10]);
        let tables = [zero, TwoByTwo::new([1, 9], [2, 8]), zero, TwoByTwo::new([3, 9], [2, 8]), zero];
        let studies = RiskRatio.studies(&tables).expect("studies");
        let part = |kept: &[usize]| -> Vec<TwoByTwo> { kept.iter().map(|&index| tables[index]).collect() };
        let terms = CommonEffectTerms::new(
            (&studies, tables.len()),
            Model::CommonEffect,
            (Inference::Normal, Level::P95),
            |studies, zero_cells| Note::ZeroCellsCorrected { studies, zero_cells },
            |kept| pool(&part(kept)),
        );
        let mut sums = Sums::new(terms.expect("a fast way"));
        for (gone, answer) in sums.without_each().into_iter().enumerate() {
            let (a, b) = (answer.expect("a"), pool(&part(&all_but(5, gone))).expect("b"));
            let (x, y) = (a.analysis().estimate, b.analysis().estimate);
            assert!((x - y).abs() < 1e-15, "without {gone}: {x} {y}");
            assert!(a.notes().eq(b.notes()) && a.k() == b.k(), "without {gone}: the notes");
        }
        sums.push(0);
        assert_eq!(sums.answer().unwrap_err(), pool(&[zero]).unwrap_err(), "nothing to pool");
        sums.push(3);
        assert_eq!(sums.answer().expect("an answer").k(), 1, "one of two");
        sums.pop();
        sums.pop();
        assert_eq!(sums.answer().unwrap_err(), pool(&[]).unwrap_err(), "nothing at all");
    }
}
