//! Effects of a rate in one group. What each measures, and its formula, stands with the measure.

use super::counts::correct_rate;
use super::over_the_set::{in_range, not_estimable, over_the_set};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::{LogRate, RawRate, SquareRootRate};
use crate::summary::PersonTimeRate;

const NO_EVENTS: &str = "no events";

fn any_zero(data: &[&PersonTimeRate]) -> bool {
    data.iter().any(|study| study.events() == 0)
}

impl RawRate {
    fn any_zero(self, data: &[&PersonTimeRate]) -> bool {
        any_zero(data)
    }

    fn in_set(self, study: &PersonTimeRate, any: bool) -> Result<Effect<Self>, Error> {
        let events = correct_rate(study, self.zero_cells, any);
        let t = study.time();
        if events.for_variance == 0.0 {
            return not_estimable(self, NO_EVENTS);
        }
        in_range(self, events.for_effect / t, events.for_variance / t / t).map(|effect| events.note(effect))
    }
}

impl EffectSize<PersonTimeRate> for RawRate {
    type Measure = Self;

    over_the_set!(PersonTimeRate, any_zero, in_set);
}

impl LogRate {
    fn any_zero(self, data: &[&PersonTimeRate]) -> bool {
        any_zero(data)
    }

    fn in_set(self, study: &PersonTimeRate, any: bool) -> Result<Effect<Self>, Error> {
        let events = correct_rate(study, self.zero_cells, any);
        if events.for_effect == 0.0 || events.for_variance == 0.0 {
            return not_estimable(self, NO_EVENTS);
        }
        let rate = events.for_effect / study.time();
        // A rate beyond the range of normal numbers has a logarithm all the same.
        let y = if rate.is_normal() { rate.ln() } else { events.for_effect.ln() - study.time().ln() };
        in_range(self, y, events.for_variance.recip()).map(|effect| events.note(effect))
    }
}

impl EffectSize<PersonTimeRate> for LogRate {
    type Measure = Self;

    over_the_set!(PersonTimeRate, any_zero, in_set);
}

impl SquareRootRate {
    fn any_zero(self, data: &[&PersonTimeRate]) -> bool {
        any_zero(data)
    }

    fn in_set(self, study: &PersonTimeRate, any: bool) -> Result<Effect<Self>, Error> {
        let events = correct_rate(study, self.zero_cells, any);
        let t = study.time();
        in_range(self, (events.for_effect / t).sqrt(), 0.25 / t).map(|effect| events.note(effect))
    }
}

impl EffectSize<PersonTimeRate> for SquareRootRate {
    type Measure = Self;

    over_the_set!(PersonTimeRate, any_zero, in_set);
}
