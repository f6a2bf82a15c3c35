//! Effects of a rate in one group. What each measures, and its formula, stands with the measure.

use super::counts::{HasCounts, NO_EVENTS};
use super::over_the_set::{in_range, not_estimable, over_the_set};
use crate::effect::Effect;
use crate::effect_size::{EffectSize, checked};
use crate::error::Error;
use crate::measure::{LogRate, RawRate, SquareRootRate};
use crate::summary::{PersonTimeRate, ZeroCells};

fn any_zero(data: &[&PersonTimeRate], policy: ZeroCells) -> bool {
    data.iter().any(|study| study.has_zero(policy))
}

impl RawRate {
    fn any_zero(self, data: &[&PersonTimeRate]) -> bool {
        any_zero(data, self.zero_cells)
    }

    fn in_set(self, study: &PersonTimeRate, any: bool) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, any).map_err(|reason| checked::not_estimable(self, reason))?;
        let (x, own) = (counts.for_effect.events, counts.for_variance.events);
        let t = study.time();
        if own == 0.0 {
            return not_estimable(self, NO_EVENTS);
        }
        in_range(self, x / t, own / t / t).map(|effect| counts.note(effect))
    }
}

impl EffectSize<PersonTimeRate> for RawRate {
    type Measure = Self;

    over_the_set!(PersonTimeRate, any_zero, in_set);
}

impl LogRate {
    fn any_zero(self, data: &[&PersonTimeRate]) -> bool {
        any_zero(data, self.zero_cells)
    }

    fn in_set(self, study: &PersonTimeRate, any: bool) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, any).map_err(|reason| checked::not_estimable(self, reason))?;
        let (x, own) = (counts.for_effect.events, counts.for_variance.events);
        if x == 0.0 || own == 0.0 {
            return not_estimable(self, NO_EVENTS);
        }
        let rate = x / study.time();
        // A rate beyond the range of normal numbers has a logarithm all the same.
        let y = if rate.is_normal() { rate.ln() } else { x.ln() - study.time().ln() };
        in_range(self, y, own.recip()).map(|effect| counts.note(effect))
    }
}

impl EffectSize<PersonTimeRate> for LogRate {
    type Measure = Self;

    over_the_set!(PersonTimeRate, any_zero, in_set);
}

impl SquareRootRate {
    fn any_zero(self, data: &[&PersonTimeRate]) -> bool {
        any_zero(data, self.zero_cells)
    }

    fn in_set(self, study: &PersonTimeRate, any: bool) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, any).map_err(|reason| checked::not_estimable(self, reason))?;
        let (x, t) = (counts.for_effect.events, study.time());
        in_range(self, (x / t).sqrt(), 0.25 / t).map(|effect| counts.note(effect))
    }
}

impl EffectSize<PersonTimeRate> for SquareRootRate {
    type Measure = Self;

    over_the_set!(PersonTimeRate, any_zero, in_set);
}
