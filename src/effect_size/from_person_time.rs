//! Effects of events in person-time.

use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::effect_size::checked::{checked, effects_of_sets, not_estimable};
use crate::error::{Error, ErrorKind};
use crate::measure::{Measure, RateDifference, RateRatio, RateRootDifference};
use crate::studies::Studies;
use crate::summary::{PersonTime, ZeroCells, float};

/// A recipe on [`PersonTime`] with another zero-cell policy than its own.
///
/// The policy corrects events, never time. [`ZeroCells::treatment_arm`] takes the times at risk for the sizes of the arms.
///
/// # Scale
/// In: counts and times. Out: the analysis scale of the measure.
///
/// # Errors
/// [`NotEstimable`](ErrorKind::NotEstimable) for a study that the policy leaves out, and for one whose effect or variance
/// needs a correction that the policy does not give; [`OutOfRange`](ErrorKind::OutOfRange) for numbers so large or small
/// that the result is not a positive finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, FromPersonTime, PersonTime, RateRatio, ZeroCells};
///
/// let recipe = FromPersonTime::new(RateRatio).with_zero_cells(ZeroCells::constant(0.1)?);
/// let effect = recipe.effect(&PersonTime::new((0, 12.5), (2, 14.0))?)?;
/// assert_eq!(format!("{:.3}", effect.natural()), "0.053");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FromPersonTime<M: PersonTimeMeasure> {
    measure: M,
    zero_cells: Option<ZeroCells>,
}

/// The measures of [`PersonTime`]. Sealed.
pub trait PersonTimeMeasure: Measure + sealed::RateFormula {}

impl<M: Measure + sealed::RateFormula> PersonTimeMeasure for M {}

/// Events and time of one arm, with what was added.
#[derive(Clone, Copy, Debug)]
#[allow(unreachable_pub, unnameable_types, reason = "part of a sealed trait")]
pub struct Rate {
    events: f64,
    time: f64,
}

mod sealed {
    use super::{Rate, ZeroCells};

    /// What differs between the measures.
    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait RateFormula: Copy {
        /// The measure's own policy.
        const ZERO_CELLS: ZeroCells = ZeroCells::HALF;
        /// True if a study without events says nothing on the measure.
        const RELATIVE: bool = false;

        /// The effect.
        fn y(self, treated: Rate, control: Rate) -> f64;

        /// Its variance.
        fn v(self, treated: Rate, control: Rate) -> f64;
    }
}

impl<M: PersonTimeMeasure> FromPersonTime<M> {
    /// The recipe with the defaults of the measure.
    #[must_use]
    pub const fn new(measure: M) -> Self {
        Self { measure, zero_cells: None }
    }

    /// The same with another policy on zero cells.
    #[must_use]
    pub fn with_zero_cells(self, zero_cells: ZeroCells) -> Self {
        Self { zero_cells: Some(zero_cells), ..self }
    }

    fn effects(&self, data: &[&PersonTime]) -> Vec<Result<Effect<M>, Error>> {
        let policy = self.zero_cells.unwrap_or(M::ZERO_CELLS);
        let left_out = |study: &PersonTime| study.no_ratio().filter(|_| policy.drops_double_zeros(M::RELATIVE));
        let any = data.iter().any(|study| study.has_zero_cell() && left_out(study).is_none());
        let effect = |study: &&PersonTime| {
            if let Some(reason) = left_out(study) {
                return Err(not_estimable(self.measure, reason));
            }
            let plain = [study.treated(), study.control()].map(Rate::of);
            let added = policy.corrects(study.has_zero_cell(), any);
            let corrected = if added { corrected(plain, policy) } else { plain };
            let [[t, c], [u, d]] = policy.entering(plain, corrected);
            let pair = [self.measure.y(t, c), self.measure.v(u, d)];
            let zero = [t, c, u, d].iter().any(|rate| rate.events == 0.0);
            checked(self.measure, pair, zero, added.then_some(policy))
        };
        data.iter().map(effect).collect()
    }
}

impl<M: PersonTimeMeasure> EffectSize<PersonTime> for FromPersonTime<M> {
    type Measure = M;

    effects_of_sets!(PersonTime, effects);
}

macro_rules! rate_recipes {
    ($($measure:ident),*) => {$(
        impl EffectSize<PersonTime> for $measure {
            type Measure = Self;

            fn effect(&self, study: &PersonTime) -> Result<Effect<Self>, Error> {
                FromPersonTime::new(*self).effect(study)
            }
        }
    )*};
}

rate_recipes!(RateRatio, RateDifference, RateRootDifference);

fn corrected([treated, control]: [Rate; 2], policy: ZeroCells) -> [Rate; 2] {
    let [a, c] = policy.amounts(treated.time, control.time);
    let plus = |rate: Rate, amount| Rate { events: rate.events + amount, ..rate };
    [plus(treated, a), plus(control, c)]
}

impl Rate {
    fn of((events, time): (u64, f64)) -> Self {
        Self { events: float(events), time }
    }

    fn root(self) -> f64 {
        // Each root by itself: the rate could overflow.
        self.events.sqrt() / self.time.sqrt()
    }
}

/// (x1 / t1 - x2 / t2) times the longer of the times, and that time.
fn difference(treated: Rate, control: Rate) -> (f64, f64) {
    let unit = treated.time.max(control.time);
    let (t, u) = (treated.time / unit, control.time / unit);
    let (x, z) = (treated.events, control.events);
    if t.min(u) < 1e-30 {
        // No rates of counts with such times agree in their first digits.
        return (x / t - z / u, unit);
    }
    // (x u - z t) / (t u), with the products' difference in one rounding: rates that agree would cancel.
    let zt = z * t;
    let lost = (-z).mul_add(t, zt);
    ((x.mul_add(u, -zt) + lost) / t / u, unit)
}

impl sealed::RateFormula for RateRatio {
    const RELATIVE: bool = true;

    fn y(self, treated: Rate, control: Rate) -> f64 {
        let (difference, unit) = difference(treated, control);
        let relative = difference / (control.events / (control.time / unit));
        if relative.abs() < 0.5 {
            return relative.ln_1p();
        }
        let times = control.time / treated.time;
        let times = if times.is_normal() { times.ln() } else { control.time.ln() - treated.time.ln() };
        (treated.events / control.events).ln() + times
    }

    fn v(self, treated: Rate, control: Rate) -> f64 {
        treated.events.recip() + control.events.recip()
    }
}

impl sealed::RateFormula for RateDifference {
    fn y(self, treated: Rate, control: Rate) -> f64 {
        let (difference, unit) = difference(treated, control);
        difference / unit
    }

    fn v(self, treated: Rate, control: Rate) -> f64 {
        treated.events / treated.time / treated.time + control.events / control.time / control.time
    }
}

impl sealed::RateFormula for RateRootDifference {
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;

    fn y(self, treated: Rate, control: Rate) -> f64 {
        let roots = treated.root() + control.root();
        if roots == 0.0 {
            return 0.0;
        }
        let (difference, unit) = difference(treated, control);
        if difference.is_finite() {
            // r - s = (√r - √s) (√r + √s): the difference of roots would cancel where the rates agree.
            difference / (roots * unit.sqrt()) / unit.sqrt()
        } else {
            treated.root() - control.root()
        }
    }

    fn v(self, treated: Rate, control: Rate) -> f64 {
        0.25 / treated.time + 0.25 / control.time
    }
}
