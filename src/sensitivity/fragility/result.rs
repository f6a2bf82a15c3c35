//! What the search found, and how far it went.

use std::fmt;

use super::super::Table;
use super::super::table::{or_dash, p_value};
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::{PValue, Pooled};

/// The result of [`Fragility`](super::Fragility). Prints as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct FragilityResult<M> {
    pub(super) pooled: Pooled<M>,
    pub(super) significant: bool,
    pub(super) level: Level,
    pub(super) studies: Vec<StudyFragility>,
    pub(super) any: AnyStudies,
}

/// Other numbers of events in one study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The index of the study.
    pub study: usize,
    /// Its label, or its number.
    pub label: String,
    /// How many events more there are in the treated arm; below 0, fewer.
    pub treated: i64,
    /// How many events more there are in the control arm; below 0, fewer.
    pub control: i64,
}

impl Change {
    /// The number of patients whose outcome is another.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.treated.unsigned_abs().saturating_add(self.control.unsigned_abs())
    }
}

/// How few events of one study turn the conclusion.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyFragility {
    /// The label of the study, or its number.
    pub label: String,
    /// A change with the fewest events that turns the conclusion; `None` if none was found.
    pub change: Option<Change>,
    /// The p-value after that change.
    pub p_value: Option<f64>,
    /// No change of up to so many events turns it.
    pub ruled_out: u64,
    /// True if every table with these numbers of patients was tried, or the fewest events were found.
    pub complete: bool,
}

/// How few events in any studies turn the conclusion: more than [`ruled_out`](Self::ruled_out), and no more than
/// [`fewest`](Self::fewest).
#[derive(Clone, Debug, PartialEq)]
pub struct AnyStudies {
    /// Changes that together turn the conclusion; empty if none were found.
    pub changes: Vec<Change>,
    /// The p-value after those.
    pub p_value: Option<f64>,
    /// No changes of up to so many events turn it.
    pub ruled_out: u64,
}

impl AnyStudies {
    /// The number of events of the changes found, an upper bound on the fewest; `None` if none were found.
    #[must_use]
    pub fn fewest(&self) -> Option<u64> {
        let events = self.changes.iter().map(Change::events).fold(0, u64::saturating_add);
        (!self.changes.is_empty()).then_some(events)
    }

    /// True if the changes found have the fewest events: all fewer are ruled out.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.fewest().is_some_and(|fewest| fewest == self.ruled_out.saturating_add(1))
    }
}

impl<M: Measure> FragilityResult<M> {
    /// The answer of the model to the tables as they are.
    #[must_use]
    pub fn pooled(&self) -> &Pooled<M> {
        &self.pooled
    }

    /// True if the effect is significant in the tables as they are; the changes then make it not so.
    #[must_use]
    pub fn was_significant(&self) -> bool {
        self.significant
    }

    /// How few events of each study alone turn the conclusion.
    #[must_use]
    pub fn studies(&self) -> &[StudyFragility] {
        &self.studies
    }

    /// How few events in any studies do.
    #[must_use]
    pub fn any(&self) -> &AnyStudies {
        &self.any
    }
}

/// `-3`, `+1`, `0`.
fn signed(change: i64) -> String {
    if change > 0 { format!("+{change}") } else { change.to_string() }
}

impl<M: Measure> fmt::Display for FragilityResult<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let test = self.pooled.test().map_or_else(|| "no test".into(), |test| PValue(test.p_value()).to_string());
        let (is, would_be) =
            if self.significant { ("significant", "not significant") } else { ("not significant", "significant") };
        writeln!(f, "{}: {is} at {} ({test})", self.pooled.title(), self.level)?;
        let mut table = Table::new(&[&format!("{would_be} by"), "events", "treated", "control", "p then"]);
        for study in &self.studies {
            let events = match (&study.change, study.complete) {
                (Some(change), _) => change.events().to_string(),
                (None, true) => "never".into(),
                (None, false) => format!(">{}", study.ruled_out),
            };
            let arm = |of: fn(&Change) -> i64| or_dash(study.change.as_ref().map(|change| signed(of(change))));
            let (treated, control) = (arm(|change| change.treated), arm(|change| change.control));
            table.row(vec![study.label.clone(), events, treated, control, or_dash(study.p_value.map(p_value))]);
        }
        write!(f, "{table}\n  any studies: ")?;
        match self.any.fewest() {
            Some(fewest) if self.any.is_exact() => write!(f, "{fewest}")?,
            Some(fewest) => write!(f, "{} to {fewest}", self.any.ruled_out.saturating_add(1))?,
            None => write!(f, "more than {}", self.any.ruled_out)?,
        }
        f.write_str(if self.any.fewest() == Some(1) { " event" } else { " events" })?;
        for (i, change) in self.any.changes.iter().enumerate() {
            f.write_str(if i == 0 { " (" } else { "; " })?;
            write!(f, "{}: treated {}, control {}", change.label, signed(change.treated), signed(change.control))?;
        }
        f.write_str(if self.any.changes.is_empty() { "" } else { ")" })
    }
}
