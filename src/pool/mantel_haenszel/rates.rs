//! Ratio and difference of rates.

use super::sums::{MantelHaenszelSums, Terms, log_ratio, not_estimable};
use crate::effect_size::{EffectSize, FromPersonTime};
use crate::error::Error;
use crate::measure::{RateDifference, RateRatio};
use crate::num::scale::unit_of_variance;
use crate::studies::Studies;
use crate::summary::{PersonTime, ZeroCells};

/// Events and times of both arms, with zero cells seen to.
#[derive(Clone, Copy, Debug)]
#[allow(unreachable_pub, unnameable_types, reason = "part of a sealed trait")]
pub struct Rates {
    /// The events that the effect is made of, and those of the variance.
    pub(crate) for_effect: [f64; 2],
    pub(crate) for_variance: [f64; 2],
    pub(crate) times: [f64; 2],
}

impl Rates {
    /// t1/T and t2/T.
    pub(crate) fn shares(&self) -> [f64; 2] {
        let [t1, t2] = self.times;
        // By the larger: T itself could overflow.
        let unit = t1.max(t2);
        let (u1, u2) = (t1 / unit, t2 / unit);
        [u1 / (u1 + u2), u2 / (u1 + u2)]
    }

    /// x1 t2/T - x2 t1/T, the events treated in excess of what is expected without effect.
    pub(crate) fn excess(&self) -> f64 {
        // A power of two, so that no digit of the times is lost before the two products are subtracted.
        let unit = unit_of_variance(self.times[0].max(self.times[1]));
        let [t1, t2] = self.times.map(|time| time * unit * unit);
        let [x1, x2] = self.for_effect;
        let product = x2 * t1;
        let lost = (-x2).mul_add(t1, product);
        (x1.mul_add(t2, -product) + lost) / (t1 + t2)
    }
}

/// Corrects events by a policy.
pub(crate) fn corrected(data: &[PersonTime], policy: ZeroCells, relative: bool) -> Vec<Option<(Rates, bool)>> {
    let left_out = |study: &PersonTime| policy.drops_double_zeros(relative) && study.no_ratio().is_some();
    let any = data.iter().any(|study| study.has_zero_cell() && !left_out(study));
    let rates = |study: &PersonTime| {
        let ([x1, x2], times) = events_and_times(study);
        let added = policy.corrects(study.has_zero_cell(), any);
        let [more1, more2] = policy.amounts(times[0], times[1]);
        let events = if added { [x1 + more1, x2 + more2] } else { [x1, x2] };
        let [for_effect, for_variance] = policy.entering([x1, x2], events);
        (Rates { for_effect, for_variance, times }, added)
    };
    data.iter().map(|study| (!left_out(study)).then(|| rates(study))).collect()
}

#[allow(clippy::cast_precision_loss, reason = "counts above 2^53 are rounded, which moves an effect by 1e-16")]
fn events_and_times(study: &PersonTime) -> ([f64; 2], [f64; 2]) {
    let ((x1, t1), (x2, t2)) = (study.treated(), study.control());
    ([x1 as f64, x2 as f64], [t1, t2])
}

/// What both measures do alike. `relative`: double zeros bear no information on the measure.
macro_rules! of_rates {
    (relative: $relative:literal) => {
        type Data = PersonTime;
        type Cells = Rates;
        type Variance = ();

        fn corrected(self, data: &[PersonTime], zero_cells: ZeroCells) -> Vec<Option<(Rates, bool)>> {
            corrected(data, zero_cells, $relative)
        }

        fn studies(self, data: &[PersonTime], zero_cells: ZeroCells) -> Result<Studies<Self>, Error> {
            FromPersonTime::new(self).with_zero_cells(zero_cells).studies(data)
        }
    };
}

impl MantelHaenszelSums for RateRatio {
    of_rates!(relative: true);

    fn terms(self, rates: &Rates, _: f64) -> Terms {
        let ([x1, x2], [z1, z2], [u1, u2]) = (rates.for_effect, rates.for_variance, rates.shares());
        [x1 * u2, x2 * u1, z1 * u2, z2 * u1, (z1 + z2) * u1 * u2, 0.0, 0.0]
    }

    fn estimate(self, [r, s, ..]: &Terms, _: f64) -> Result<f64, Error> {
        log_ratio(self, *r, *s)
    }

    fn variance(self, [_, _, r, s, p, ..]: &Terms, _: f64, _: f64, (): ()) -> Result<f64, Error> {
        Ok(p / r / s)
    }

    fn weight(self, rates: &Rates) -> f64 {
        rates.for_effect[1] * rates.shares()[0]
    }
}

impl MantelHaenszelSums for RateDifference {
    of_rates!(relative: false);

    /// The unit of weights: in that of the longest time they neither overflow nor underflow. It is a power of two, so
    /// that no digit depends on which time is the longest.
    fn reference(self, rates: &[Rates], (): ()) -> f64 {
        let longest = rates.iter().flat_map(|rates| rates.times).fold(0.0, f64::max);
        if longest > 0.0 { unit_of_variance(longest) } else { 1.0 }
    }

    fn terms(self, rates: &Rates, unit: f64) -> Terms {
        let ([x1, x2], [u1, u2]) = (rates.for_variance, rates.shares());
        let spread = x1 * u2 * u2 + x2 * u1 * u1;
        [rates.excess(), weight(rates, unit), spread, 0.0, 0.0, 0.0, 0.0]
    }

    fn estimate(self, [excess, total, ..]: &Terms, unit: f64) -> Result<f64, Error> {
        Ok(excess / total * unit * unit)
    }

    fn variance(self, [_, total, spread, ..]: &Terms, unit: f64, _: f64, (): ()) -> Result<f64, Error> {
        if *spread == 0.0 {
            return Err(not_estimable(self, "no arm of any study has an event"));
        }
        Ok(spread / total * unit * unit / total * unit * unit)
    }

    fn weight(self, rates: &Rates) -> f64 {
        weight(rates, 1.0)
    }
}

/// t1 t2/T with times in a unit, which is taken twice.
fn weight(rates: &Rates, unit: f64) -> f64 {
    let [t1, t2] = rates.times;
    t1.max(t2) * unit * unit * (rates.shares()[0].min(rates.shares()[1]))
}
