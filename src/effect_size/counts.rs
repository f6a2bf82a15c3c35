//! Counts of one group after zeros were seen to.

use crate::effect::{Effect, StudyNote};
use crate::measure::Measure;
use crate::summary::{Cells, Corrected, PersonTimeRate, Proportion, TwoByTwo, ZeroCells};

pub(super) const NO_EVENTS: &str = "no events";
pub(super) const ONLY_EVENTS: &str = "only events";

/// Events and non-events, as they enter the effect or the variance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) events: f64,
    pub(super) others: f64,
}

impl Counts {
    pub(super) fn total(self) -> f64 {
        self.events + self.others
    }

    /// Why a count of zero is in the way, if there is one.
    pub(super) fn zero(self) -> Option<&'static str> {
        if self.events == 0.0 {
            Some(NO_EVENTS)
        } else if self.others == 0.0 {
            Some(ONLY_EVENTS)
        } else {
            None
        }
    }
}

impl From<Cells> for Counts {
    fn from(cells: Cells) -> Self {
        Self { events: cells.a, others: cells.b }
    }
}

/// A group after its zeros were seen to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) for_effect: Counts,
    pub(super) for_variance: Counts,
    /// The policy, if it added anything.
    added: Option<ZeroCells>,
}

impl Seen {
    /// The effect with a note of what was added.
    pub(super) fn note<M: Measure>(&self, effect: Effect<M>) -> Effect<M> {
        self.added.map_or(effect, |policy| effect.with_note(StudyNote::ZeroCellsCorrected(policy)))
    }
}

/// Data with counts that can be zero.
pub(super) trait HasCounts {
    /// Events and non-events.
    fn counts(&self) -> [u64; 2];

    /// The counts by a policy, in a set in which `any` study has a zero; the reason if the policy leaves the study out.
    ///
    /// The group is its own opposite arm: a policy of tables then means the same here, treatment-arm shares being one
    /// half, and no events in the group are no events in both.
    fn seen(&self, policy: ZeroCells, any: bool) -> Result<Seen, &'static str> {
        let group = self.counts();
        let [events, _] = group;
        let Corrected { for_effect, for_variance, added } = policy
            .correct_one(&TwoByTwo::new(group, group), any, false)
            .map_err(|_| if events == 0 { NO_EVENTS } else { ONLY_EVENTS })?;
        let (for_effect, for_variance) = (for_effect.into(), for_variance.into());
        Ok(Seen { for_effect, for_variance, added: added.then_some(policy) })
    }

    /// True if a count is zero in a study that the policy keeps.
    fn has_zero(&self, policy: ZeroCells) -> bool {
        self.counts().contains(&0) && self.seen(policy, false).is_ok()
    }
}

impl HasCounts for Proportion {
    fn counts(&self) -> [u64; 2] {
        [self.events(), self.non_events()]
    }
}

impl HasCounts for PersonTimeRate {
    /// There is no count of non-events; 1 is not zero.
    fn counts(&self) -> [u64; 2] {
        [self.events(), 1]
    }
}
