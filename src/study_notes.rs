//! What was done to studies, by index.

use crate::effect::StudyNote;
use crate::summary::ZeroCells;

/// Notes up to the last study that has one: most sets of studies have none, and are not read through for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct StudyNotes(Vec<Option<StudyNote>>);

impl StudyNotes {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, index: usize) -> Option<StudyNote> {
        self.0.get(index).copied().flatten()
    }

    pub(crate) fn set(&mut self, index: usize, note: Option<StudyNote>) {
        match self.0.get_mut(index) {
            Some(old) => *old = note,
            None if note.is_none() => return,
            None => {
                self.0.resize(index, None);
                self.0.push(note);
            }
        }
        self.trim();
    }

    /// Forgets the notes of all but the first `k` studies.
    pub(crate) fn truncate(&mut self, k: usize) {
        self.0.truncate(k);
        self.trim();
    }

    /// The notes of the studies with these indices, in their order.
    pub(crate) fn select(&self, kept: &[usize]) -> Self {
        if self.0.is_empty() {
            return Self::new();
        }
        let mut selected = Self(kept.iter().map(|&index| self.get(index)).collect());
        selected.trim();
        selected
    }

    /// The policy of each study that had something added to its cells.
    pub(crate) fn policies(&self) -> impl Iterator<Item = ZeroCells> {
        self.0.iter().flatten().map(|StudyNote::ZeroCellsCorrected(zero_cells)| *zero_cells)
    }

    fn trim(&mut self) {
        while let Some(None) = self.0.last() {
            self.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_keep_their_places() {
        let note = Some(StudyNote::ZeroCellsCorrected(ZeroCells::default()));
        let mut notes = StudyNotes::new();
        notes.set(7, None);
        assert!(notes.0.is_empty(), "no note takes no room");
        notes.set(2, note);
        notes.set(4, note);
        let of = |notes: &StudyNotes| (0..6).filter(|&i| notes.get(i).is_some()).collect::<Vec<_>>();
        assert_eq!((of(&notes), notes.policies().count()), (vec![2, 4], 2));
        assert_eq!(of(&notes.select(&[0, 4, 5])), [1], "of a selection");
        notes.set(4, None);
        assert_eq!((of(&notes), notes.0.len()), (vec![2], 3), "one is gone");
        notes.truncate(2);
        assert!(notes.0.is_empty(), "and so is the other");
    }
}
