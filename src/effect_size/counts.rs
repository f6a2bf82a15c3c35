//! Counts of one group after zeros were seen to.

use crate::effect::{Effect, StudyNote};
use crate::summary::{PersonTimeRate, Proportion, ZeroCells, float};

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
}

/// Something that enters the effect, and something that enters the variance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corrected<T> {
    pub(super) for_effect: T,
    pub(super) for_variance: T,
    /// The policy, if it added anything.
    added: Option<ZeroCells>,
}

impl<T> Corrected<T> {
    /// The effect with a note of what was added.
    pub(super) fn note<M: crate::Measure>(&self, effect: Effect<M>) -> Effect<M> {
        self.added.map_or(effect, |policy| effect.with_note(StudyNote::ZeroCellsCorrected(policy)))
    }
}

/// True if one of the counts is zero.
pub(super) fn has_zero(study: &Proportion) -> bool {
    study.events() == 0 || study.non_events() == 0
}

/// A proportion in a set in which `any` study has a zero.
pub(super) fn correct(study: &Proportion, policy: ZeroCells, any: bool) -> Corrected<Counts> {
    let plain = Counts { events: float(study.events()), others: float(study.non_events()) };
    let added = policy.corrects(has_zero(study), any);
    let amount = if added { amount(policy) } else { 0.0 };
    let [for_effect, for_variance] =
        policy.entering(plain, Counts { events: plain.events + amount, others: plain.others + amount });
    Corrected { for_effect, for_variance, added: added.then_some(policy) }
}

/// The events of a rate in a set in which `any` study has none.
pub(super) fn correct_rate(study: &PersonTimeRate, policy: ZeroCells, any: bool) -> Corrected<f64> {
    let events = float(study.events());
    let added = policy.corrects(study.events() == 0, any);
    let [for_effect, for_variance] = policy.entering(events, if added { events + amount(policy) } else { events });
    Corrected { for_effect, for_variance, added: added.then_some(policy) }
}

/// What one group gains: a group alone is as large as its opposite, so that both shares of a treatment-arm correction are
/// one half.
fn amount(policy: ZeroCells) -> f64 {
    let [amount, _] = policy.amounts(1.0, 1.0);
    amount
}
