//! The search over tables with the same numbers of patients.

use super::{AnyStudies, Change, StudyFragility};
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::{Pool, Pooled};
use crate::summary::TwoByTwo;

/// One copy of the tables, on which changes are tried.
pub(super) struct Search<'a, P> {
    pub(super) model: &'a P,
    pub(super) original: &'a [TwoByTwo],
    tables: Vec<TwoByTwo>,
    /// The conclusion from the original tables.
    significant: bool,
    level: Level,
    /// How many analyses are left to the search at hand.
    pub(super) left: u64,
}

/// What an analysis of changed tables said.
pub(super) struct Outcome {
    pub(super) turned: bool,
    pub(super) p_value: Option<f64>,
    log_p: f64,
}

/// The arms of study i are 2 i and 2 i + 1.
type Arm = usize;

impl<'a, M: Measure, P: Pool<[TwoByTwo], Output = Pooled<M>>> Search<'a, P> {
    pub(super) fn new(model: &'a P, original: &'a [TwoByTwo], significant: bool, level: Level) -> Self {
        Self { model, original, tables: original.to_vec(), significant, level, left: 0 }
    }

    /// True if an answer comes to another conclusion than that of the original tables.
    pub(super) fn is_turned(&self, pooled: &Pooled<M>) -> bool {
        pooled.is_significant_at(self.level) != self.significant
    }

    /// Pools the tables as they now are; `None` if no analysis is left.
    pub(super) fn outcome(&mut self) -> Option<Outcome> {
        self.left = self.left.checked_sub(1)?;
        let pooled = self.model.pool(&self.tables[..]);
        let test = pooled.as_ref().ok().and_then(Pooled::test);
        Some(Outcome {
            turned: pooled.is_ok_and(|pooled| self.is_turned(&pooled)),
            p_value: test.map(|test| test.p_value()),
            log_p: test.map_or(f64::NAN, |test| test.log_p_value()),
        })
    }

    /// The table of a study with other numbers of events; `None` if an arm has not so many patients.
    pub(super) fn changed(&self, study: usize, treated: i64, control: i64) -> Option<TwoByTwo> {
        let original = self.original.get(study)?;
        let shifted = |[events, others]: [u64; 2], change: i64| {
            Some([events.checked_add_signed(change)?, others.checked_add_signed(change.checked_neg()?)?])
        };
        Some(TwoByTwo::new(shifted(original.treated(), treated)?, shifted(original.control(), control)?))
    }

    /// Puts that table among the others; false if there is none.
    pub(super) fn set(&mut self, study: usize, treated: i64, control: i64) -> bool {
        let table = self.changed(study, treated, control);
        table.is_some_and(|table| {
            self.tables[study] = table;
            true
        })
    }

    /// The fewest events in any studies that turn the conclusion.
    pub(super) fn anywhere(&mut self, studies: &[StudyFragility], labels: &[String], analyses: u64) -> AnyStudies {
        let alone = studies.iter().filter_map(|study| Some((study.change.clone()?, study.p_value)));
        let alone = alone.min_by_key(|(change, _)| change.events());
        let mut any = match alone {
            Some((change, p_value)) => AnyStudies { changes: vec![change], p_value, ruled_out: 0 },
            None => AnyStudies { changes: Vec::new(), p_value: None, ruled_out: 0 },
        };
        // A half for the steps, the rest for the search.
        self.left = analyses / 2;
        if let Some((changes, p_value)) = self.stepwise(labels, any.fewest()) {
            any = AnyStudies { changes, p_value, ruled_out: 0 };
        }
        self.tables = self.original.to_vec();
        self.left += analyses - analyses / 2;
        let mut moves = vec![0; 2 * labels.len()];
        let mut events: u64 = 1;
        while any.fewest().is_none_or(|fewest| events < fewest) {
            let Ok(wanted) = i64::try_from(events) else { break };
            let mut tried = false;
            match self.over_arms(0, wanted, &mut moves, &mut tried) {
                None => break,
                Some(Some(p_value)) => {
                    any = AnyStudies { changes: changes_of(&moves, labels), p_value, ruled_out: events - 1 };
                    break;
                }
                Some(None) if !tried => break,
                Some(None) => any.ruled_out = events,
            }
            events += 1;
        }
        self.tables = self.original.to_vec();
        any
    }

    /// Steps that each move the p-value most, until the conclusion turns, in fewer than `bound` steps.
    fn stepwise(&mut self, labels: &[String], bound: Option<u64>) -> Option<(Vec<Change>, Option<f64>)> {
        let mut moves = vec![0_i64; 2 * labels.len()];
        let mut steps: u64 = 1;
        while bound.is_none_or(|bound| steps < bound) {
            let mut best: Option<(Arm, i64, f64)> = None;
            for arm in 0..moves.len() {
                for step in [-1, 1] {
                    // Never back.
                    if moves[arm] * step < 0 || !self.step(arm, moves[arm] + step, &moves) {
                        continue;
                    }
                    let outcome = self.outcome()?;
                    if outcome.turned {
                        moves[arm] += step;
                        return Some((changes_of(&moves, labels), outcome.p_value));
                    }
                    let gain = if self.significant { outcome.log_p } else { -outcome.log_p };
                    if !gain.is_nan() && best.is_none_or(|(_, _, most)| gain > most) {
                        best = Some((arm, step, gain));
                    }
                }
                self.step(arm, moves[arm], &moves);
            }
            let (arm, step, _) = best?;
            moves[arm] += step;
            self.step(arm, moves[arm], &moves);
            steps += 1;
        }
        None
    }

    /// Puts so many events more into one arm, with what the other arm of the study has been given.
    fn step(&mut self, arm: Arm, change: i64, moves: &[i64]) -> bool {
        let other = moves.get(arm ^ 1).copied().unwrap_or(0);
        let (treated, control) = if arm.is_multiple_of(2) { (change, other) } else { (other, change) };
        self.set(arm / 2, treated, control)
    }

    /// All ways to spread so many events over the arms from `arm` on: the p-value of the first that turns the
    /// conclusion, with the ways left in `moves`. `None` if no analysis is left.
    fn over_arms(&mut self, arm: Arm, events: i64, moves: &mut [i64], tried: &mut bool) -> Option<Option<Option<f64>>> {
        if events == 0 {
            *tried = true;
            let outcome = self.outcome()?;
            return Some(outcome.turned.then_some(outcome.p_value));
        }
        // Over the first arm that changes, so that the depth is the number of arms that do.
        for first in arm..moves.len() {
            for change in (-events..=events).filter(|&change| change != 0) {
                moves[first] = change;
                if self.step(first, change, moves)
                    && let Some(turned) = self.over_arms(first + 1, events - change.abs(), moves, tried)?
                {
                    return Some(Some(turned));
                }
            }
            moves[first] = 0;
            self.step(first, 0, moves);
        }
        Some(None)
    }
}

fn changes_of(moves: &[i64], labels: &[String]) -> Vec<Change> {
    let change = |(study, (moves, label)): (usize, (&[i64], &String))| match *moves {
        [treated, control] if treated != 0 || control != 0 => {
            Some(Change { study, label: label.clone(), treated, control })
        }
        _ => None,
    };
    moves.chunks(2).zip(labels).enumerate().filter_map(change).collect()
}
