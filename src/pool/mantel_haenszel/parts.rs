//! Parts of the counts of a Mantel-Haenszel analysis, by sums that are only ever added.

use super::sums::{MantelHaenszelSums, TERMS, Terms, add};
use super::{Counted, MantelHaenszel, QCentre, effects, no_heterogeneity};
use crate::effect::Effect;
use crate::error::{Error, ErrorKind};
use crate::num::sum::Compensated;
use crate::pool::cuts::{self, Sums};
use crate::pool::{Cuts, Frame, OffsetSums, Pool, Pooled};
use crate::subset::Subset;

/// Terms within these bounds can be added without losing one in the other.
const NARROWEST: f64 = 1e-100;
const WIDEST: f64 = 1e100;

/// The Mantel-Haenszel sums, and those of the effects that Q is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct State {
    sums: [Compensated; TERMS],
    effects: OffsetSums,
    counted: Counted,
}

/// What a study adds.
struct Row<M> {
    /// `None` for one that is left out of the sums; and whether something was added to its counts.
    terms: Option<(Terms, bool)>,
    /// `None` for one without an effect.
    effect: Option<Effect<M>>,
}

struct Parts<'a, M: MantelHaenszelSums> {
    model: MantelHaenszel<M>,
    data: &'a [M::Data],
    reference: f64,
    rows: Vec<Row<M>>,
    /// Of the effects; `None` if there are none.
    frame: Option<Frame>,
}

impl<M: MantelHaenszelSums> MantelHaenszel<M> {
    /// `None` for data that only pooling can judge, and for policies on zero cells that look at the whole set.
    pub(crate) fn parts<'a>(&self, data: &'a [M::Data]) -> Option<Box<dyn Cuts<Pooled<M>> + 'a>>
    where
        M: 'a,
    {
        let (measure, rules) = (self.measure, self.rules);
        if rules.effects.looks_at_the_set() || rules.sums.looks_at_the_set() {
            return None;
        }
        let studies = effects(measure, data, rules.effects).ok()?;
        let corrected = measure.corrected(data, rules.sums);
        let cells: Vec<M::Cells> = corrected.iter().flatten().map(|(cells, _)| *cells).collect();
        let reference = measure.reference(&cells, rules.variance);
        let row = |cells: Option<(M::Cells, bool)>| {
            let terms = cells.map(|(cells, added)| (measure.terms(&cells, reference), added));
            Row { terms, effect: None }
        };
        let mut rows: Vec<Row<M>> = corrected.into_iter().map(row).collect();
        let in_range = |term: &f64| *term == 0.0 || (NARROWEST..=WIDEST).contains(&term.abs());
        if !rows.iter().filter_map(|row| row.terms.as_ref()).all(|(terms, _)| terms.iter().all(in_range)) {
            return None;
        }
        let frame = match &studies {
            Some(studies) => {
                for (study, at) in studies.iter().zip(studies.positions()) {
                    rows.get_mut(at)?.effect = Some(study.effect);
                }
                Some(Frame::of(studies.y(), studies.v())?)
            }
            None => None,
        };
        Some(Box::new(Sums::new(Parts { model: *self, data, reference, rows, frame })))
    }
}

impl<M: MantelHaenszelSums> cuts::Terms for Parts<'_, M> {
    type State = State;
    type Output = Pooled<M>;

    fn size(&self) -> usize {
        self.rows.len()
    }

    fn empty(&self) -> State {
        State::default()
    }

    fn add(&self, state: &mut State, index: usize) {
        let Some(row) = self.rows.get(index) else { return };
        let counted = &mut state.counted;
        match &row.terms {
            Some((terms, added)) => {
                add(&mut state.sums, *terms);
                counted.k += 1;
                counted.added += usize::from(*added);
            }
            None => counted.left_out += 1,
        }
        if let (Some(effect), Some(frame)) = (&row.effect, &self.frame) {
            frame.add(&mut state.effects, effect.y(), effect.v());
            counted.added_for_q += usize::from(effect.note().is_some());
        }
    }

    fn join(&self, a: &State, b: &State) -> State {
        let mut sums = a.sums;
        sums.iter_mut().zip(b.sums).for_each(|(sum, other)| *sum = sum.plus(other));
        State { sums, effects: a.effects.join(&b.effects), counted: a.counted.plus(b.counted) }
    }

    fn answer(&self, state: &State) -> Option<Result<Pooled<M>, Error>> {
        let (MantelHaenszel { measure, rules, q_centre, .. }, reference) = (self.model, self.reference);
        if state.counted.k == 0 {
            return Some(Err(ErrorKind::NoStudies { excluded: state.counted.left_out }.into()));
        }
        let sums = state.sums.map(Compensated::total);
        let estimate = match measure.estimate(&sums, reference) {
            Ok(estimate) if measure.cancels(&sums, reference, estimate, rules.variance) => return None,
            Ok(estimate) => estimate,
            Err(error) => return Some(Err(error)),
        };
        let variance = match measure.variance(&sums, reference, estimate, rules.variance) {
            Ok(variance) => variance,
            Err(error) => return Some(Err(error)),
        };
        let (effects, frame) = (&state.effects, self.frame.unwrap_or_default());
        let heterogeneity = match (effects.k(), q_centre) {
            (0, _) => no_heterogeneity(),
            _ if !effects.are_sound() => return None,
            (1, QCentre::MantelHaenszel) => frame.heterogeneity(effects, 0.0, None),
            (_, QCentre::MantelHaenszel) => {
                let squares = effects.squares_about(estimate, frame.pivot, frame.unit);
                frame.heterogeneity(effects, frame.q(squares), None)
            }
            (_, QCentre::InverseVariance) => frame.heterogeneity(effects, frame.q(effects.squares()), None),
        };
        // Where a number is out of range, pooling has the last word.
        self.model.pooled(state.counted, (estimate, variance), heterogeneity).ok().map(Ok)
    }

    fn pool(&self, kept: &[usize]) -> Result<Pooled<M>, Error> {
        let part: Vec<M::Data> = kept.iter().filter_map(|&index| self.data.get(index).copied()).collect();
        self.model.pool(&part)
    }
}

impl Counted {
    fn plus(self, other: Self) -> Self {
        Self {
            k: self.k + other.k,
            added: self.added + other.added,
            added_for_q: self.added_for_q + other.added_for_q,
            left_out: self.left_out + other.left_out,
        }
    }
}
