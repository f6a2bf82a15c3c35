//! The search within one study.

use super::search::Search;
use super::{Change, StudyFragility};
use crate::measure::Measure;
use crate::pool::{Pool, Pooled};
use crate::summary::TwoByTwo;

/// What all changes of some number of events in one study said.
enum Found {
    Turned(i64, i64, Option<f64>),
    No,
    /// There is no such table.
    NoTable,
    /// The number of analyses ran out.
    Unknown,
}

impl<M: Measure, P: Pool<[TwoByTwo], Output = Pooled<M>>> Search<'_, P> {
    /// The fewest events of one study that turn the conclusion.
    pub(super) fn in_study(&mut self, study: usize, label: &str, analyses: u64) -> StudyFragility {
        self.left = analyses;
        let label = label.to_owned();
        let mut found = StudyFragility { label, change: None, p_value: None, ruled_out: 0, complete: false };
        let mut events: i64 = 1;
        while !found.complete {
            match self.with_events(study, events) {
                Found::Turned(treated, control, p_value) => {
                    found.change = Some(Change { study, label: found.label.clone(), treated, control });
                    found.p_value = p_value;
                    found.complete = true;
                }
                Found::No => found.ruled_out = events.unsigned_abs(),
                // Fewer patients than that, so that there are no more events to change.
                Found::NoTable => found.complete = true,
                Found::Unknown => break,
            }
            events += 1;
        }
        self.set(study, 0, 0);
        found
    }

    /// All changes of exactly so many events in one study.
    ///
    /// A model with a fast way pools the other studies once, and adds each changed table to them; an answer that turns
    /// the conclusion is then pooled in the order of the studies.
    fn with_events(&mut self, study: usize, events: i64) -> Found {
        let changes = self.changes(study, events);
        if changes.is_empty() {
            return Found::NoTable;
        }
        let others = self.original.iter().enumerate().filter(|&(index, _)| index != study).map(|(_, table)| *table);
        let tables: Vec<TwoByTwo> = others.chain(changes.iter().map(|&(.., table)| table)).collect();
        let fixed = self.original.len() - 1;
        let mut cuts = self.model.cuts(&tables[..]);
        if let Some(cuts) = &mut cuts {
            (0..fixed).for_each(|index| cuts.push(index));
        }
        for (i, &(treated, control, _)) in changes.iter().enumerate() {
            if let Some(cuts) = &mut cuts {
                let Some(left) = self.left.checked_sub(1) else { return Found::Unknown };
                self.left = left;
                cuts.push(fixed + i);
                let turned = cuts.answer().is_ok_and(|pooled| self.is_turned(&pooled));
                cuts.pop();
                if !turned {
                    continue;
                }
            }
            self.set(study, treated, control);
            match self.outcome() {
                None => return Found::Unknown,
                Some(outcome) if outcome.turned => return Found::Turned(treated, control, outcome.p_value),
                Some(_) => {}
            }
        }
        Found::No
    }

    /// The tables of a study with exactly so many events changed.
    fn changes(&self, study: usize, events: i64) -> Vec<(i64, i64, TwoByTwo)> {
        let pairs = (-events..=events).flat_map(|treated| {
            let rest = events - treated.abs();
            [Some(-rest), (rest != 0).then_some(rest)].into_iter().flatten().map(move |control| (treated, control))
        });
        pairs
            .filter_map(|(treated, control)| Some((treated, control, self.changed(study, treated, control)?)))
            .collect()
    }
}
