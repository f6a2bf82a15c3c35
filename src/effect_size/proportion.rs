//! Effects of a proportion in one group. What each measures, and its formula, stands with the measure.

use super::counts::{Counts, HasCounts, NO_EVENTS};
use super::over_the_set::{in_range, not_estimable, over_the_set};
use crate::distributions::{inverse_density, probit};
use crate::effect::Effect;
use crate::effect_size::{EffectSize, checked};
use crate::error::{Error, ErrorKind};
use crate::measure::{
    ArcsineProportion, EvaluatedAt, FreemanTukeyProportion, FreemanTukeyRate, LogProportion, LogitProportion,
    ProbitProportion, ProportionVariance, RawProportion, arcsine, double_arcsine,
};
use crate::summary::{PersonTimeRate, Proportion, ZeroCells, float};

const SINGLE: &str = "the unbiased variance needs at least 2 members";

/// What a set of proportions has to say to each of them.
#[derive(Clone, Copy, Debug)]
struct Set {
    /// True if there is a zero in one of them.
    any: bool,
    /// The events and the non-events of all, as they enter the variance.
    sum: Counts,
}

impl Set {
    fn of(data: &[&Proportion], policy: ZeroCells) -> Self {
        let any = data.iter().any(|study| study.has_zero(policy));
        let mut sum = Counts { events: 0.0, others: 0.0 };
        for study in data.iter().filter_map(|study| study.seen(policy, any).ok()) {
            let counts = study.for_variance;
            sum.events += counts.events;
            sum.others += counts.others;
        }
        Self { any, sum }
    }
}

/// The counts whose share is the proportion at which the variance is evaluated.
fn evaluated(at: EvaluatedAt, own: Counts, set: Set) -> Counts {
    match at {
        EvaluatedAt::Mean => set.sum,
        EvaluatedAt::Own => own,
    }
}

impl RawProportion {
    fn set(self, data: &[&Proportion]) -> Set {
        Set::of(data, self.zero_cells)
    }

    fn in_set(self, study: &Proportion, set: Set) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, set.any).map_err(|reason| checked::not_estimable(self, reason))?;
        let (own, n) = (counts.for_variance, counts.for_variance.total());
        let (at, n) = match self.variance {
            ProportionVariance::LargeSample => (own, n),
            ProportionVariance::Unbiased => (own, n - 1.0),
            ProportionVariance::Average => (set.sum, n),
        };
        if let Some(reason) = at.zero().or((n <= 0.0).then_some(SINGLE)) {
            return not_estimable(self, reason);
        }
        let v = at.events / at.total() * (at.others / at.total()) / n;
        let y = counts.for_effect.events / counts.for_effect.total();
        in_range(self, y, v).map(|effect| counts.note(effect))
    }
}

impl EffectSize<Proportion> for RawProportion {
    type Measure = Self;

    over_the_set!(Proportion, set, in_set);
}

impl LogProportion {
    fn set(self, data: &[&Proportion]) -> Set {
        Set::of(data, self.zero_cells)
    }

    fn in_set(self, study: &Proportion, set: Set) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, set.any).map_err(|reason| checked::not_estimable(self, reason))?;
        let (x, own) = (counts.for_effect, counts.for_variance);
        let at = evaluated(self.variance_at, own, set);
        if x.events == 0.0 {
            return not_estimable(self, NO_EVENTS);
        }
        if let Some(reason) = at.zero() {
            return not_estimable(self, reason);
        }
        // (1 - p) / (p n), where 1/x - 1/n would cancel.
        let v = at.others / at.events / own.total();
        let share = x.others / x.total();
        let y = if share < 0.5 { (-share).ln_1p() } else { (x.events / x.total()).ln() };
        in_range(self, y, v).map(|effect| counts.note(effect))
    }
}

impl EffectSize<Proportion> for LogProportion {
    type Measure = Self;

    over_the_set!(Proportion, set, in_set);
}

impl LogitProportion {
    fn set(self, data: &[&Proportion]) -> Set {
        Set::of(data, self.zero_cells)
    }

    fn in_set(self, study: &Proportion, set: Set) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, set.any).map_err(|reason| checked::not_estimable(self, reason))?;
        let (x, own) = (counts.for_effect, counts.for_variance);
        let at = evaluated(self.variance_at, own, set);
        if let Some(reason) = x.zero().or(at.zero()) {
            return not_estimable(self, reason);
        }
        // 1 / (p (1 - p) n).
        let v = (at.total() / at.events + at.total() / at.others) / own.total();
        let relative = (x.events - x.others) / x.others;
        let y = if relative.abs() < 0.5 { relative.ln_1p() } else { (x.events / x.others).ln() };
        in_range(self, y, v).map(|effect| counts.note(effect))
    }
}

impl EffectSize<Proportion> for LogitProportion {
    type Measure = Self;

    over_the_set!(Proportion, set, in_set);
}

impl ProbitProportion {
    fn set(self, data: &[&Proportion]) -> Set {
        Set::of(data, self.zero_cells)
    }

    fn in_set(self, study: &Proportion, set: Set) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, set.any).map_err(|reason| checked::not_estimable(self, reason))?;
        let (x, own) = (counts.for_effect, counts.for_variance);
        if let Some(reason) = x.zero().or(own.zero()) {
            return not_estimable(self, reason);
        }
        // √(2π) exp(z²/2) with each share: its square could overflow.
        let slope = inverse_density(probit(own.events, own.others));
        let v = (slope * (own.events / own.total())) * (slope * (own.others / own.total())) / own.total();
        in_range(self, probit(x.events, x.others), v).map(|effect| counts.note(effect))
    }
}

impl EffectSize<Proportion> for ProbitProportion {
    type Measure = Self;

    over_the_set!(Proportion, set, in_set);
}

impl ArcsineProportion {
    fn set(self, data: &[&Proportion]) -> Set {
        Set::of(data, self.zero_cells)
    }

    fn in_set(self, study: &Proportion, set: Set) -> Result<Effect<Self>, Error> {
        let counts = study.seen(self.zero_cells, set.any).map_err(|reason| checked::not_estimable(self, reason))?;
        let x = counts.for_effect;
        let v = 0.25 / counts.for_variance.total();
        in_range(self, arcsine(x.events, x.others), v).map(|effect| counts.note(effect))
    }
}

impl EffectSize<Proportion> for ArcsineProportion {
    type Measure = Self;

    over_the_set!(Proportion, set, in_set);
}

/// The transforms of Freeman & Tukey: the double arcsine of a [`Proportion`], the double square root of a
/// [`PersonTimeRate`].
///
/// They make the variance nearly independent of the effect and need no correction of zeros, but their scale can only be
/// read back with a size. That of [`studies`](EffectSize::studies) is the harmonic mean of the sizes of all studies
/// given, fixed from then on, whichever studies are filtered out later; that of [`effect`](EffectSize::effect) is the
/// study's own. Readings with the harmonic mean can be far from what the studies say where sizes differ much (Schwarzer
/// et al. 2019); prefer [`LogitProportion`] or [`ArcsineProportion`], [`LogRate`](crate::LogRate) or
/// [`SquareRootRate`](crate::SquareRootRate).
///
/// # Formula
/// ```text
/// y = ½ (asin √(x / (n + 1)) + asin √((x + 1) / (n + 1)))        v = 1 / (4n + 2)        (proportions)
/// y = ½ (√(x / t) + √((x + 1) / t))                              v = 1 / (4t)            (rates)
/// ```
/// (Freeman & Tukey 1950).
///
/// # Scale
/// Pooled transformed, read as a proportion or a rate through the inverse of Miller (1978), see
/// [`FreemanTukeyProportion`] and [`FreemanTukeyRate`].
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a person-time whose reciprocal is not finite;
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for a study that the policy for zeros leaves out.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, FreemanTukey, Proportion};
///
/// let studies = FreemanTukey::new().studies(&Proportion::from_rows([[0, 10], [7, 14], [20, 100]])?)?;
/// assert_eq!(format!("{:.4} {:.4}", studies.y()[0], studies.v()[0]), "0.1531 0.0238");
/// assert_eq!(format!("{:.3}", studies.measure().total()), "16.535");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "PFT")]
#[doc(alias = "IRFT")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FreemanTukey {
    zero_cells: ZeroCells,
}

impl FreemanTukey {
    /// Nothing is added to counts of zero.
    #[must_use]
    pub const fn new() -> Self {
        Self { zero_cells: ZeroCells::NONE }
    }

    /// The same with another policy for counts of zero.
    #[must_use]
    pub const fn with_zero_cells(self, zero_cells: ZeroCells) -> Self {
        Self { zero_cells }
    }

    /// Whether there is a zero, and the harmonic mean of the sizes.
    fn proportions(self, data: &[&Proportion]) -> (bool, f64) {
        let any = data.iter().any(|study| study.has_zero(self.zero_cells));
        let seen = data.iter().filter_map(|study| study.seen(self.zero_cells, any).ok());
        (any, harmonic_mean(seen.map(|study| study.for_effect.total())))
    }

    fn proportion(self, study: &Proportion, (any, n): (bool, f64)) -> Result<Effect<FreemanTukeyProportion>, Error> {
        let counts = match study.seen(self.zero_cells, any) {
            Ok(counts) => counts,
            Err(reason) => return Err(ErrorKind::NotEstimable { measure: "proportion", reason }.into()),
        };
        let x = counts.for_effect;
        let v = 1.0 / (4.0 * counts.for_variance.total() + 2.0);
        let measure = FreemanTukeyProportion::of_total(n)?;
        in_range(measure, double_arcsine(x.events, x.others), v).map(|effect| counts.note(effect))
    }

    /// Whether one is without events, and the harmonic mean of the person-times.
    fn rates(self, data: &[&PersonTimeRate]) -> (bool, f64) {
        let any = data.iter().any(|study| study.has_zero(self.zero_cells));
        let kept = data.iter().filter(|study| study.seen(self.zero_cells, any).is_ok());
        (any, harmonic_mean(kept.map(|study| study.time())))
    }

    fn rate(self, study: &PersonTimeRate, (any, time): (bool, f64)) -> Result<Effect<FreemanTukeyRate>, Error> {
        let counts = match study.seen(self.zero_cells, any) {
            Ok(counts) => counts,
            Err(reason) => return Err(ErrorKind::NotEstimable { measure: "rate", reason }.into()),
        };
        let (x, t) = (counts.for_effect.events, study.time());
        let y = 0.5 * ((x / t).sqrt() + ((x + 1.0) / t).sqrt());
        in_range(FreemanTukeyRate::of_time(time)?, y, 0.25 / t).map(|effect| counts.note(effect))
    }
}

impl Default for FreemanTukey {
    fn default() -> Self {
        Self::new()
    }
}

impl EffectSize<Proportion> for FreemanTukey {
    type Measure = FreemanTukeyProportion;

    over_the_set!(Proportion, proportions, proportion);
}

impl EffectSize<PersonTimeRate> for FreemanTukey {
    type Measure = FreemanTukeyRate;

    over_the_set!(PersonTimeRate, rates, rate);
}

fn harmonic_mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    // In units of the smallest, whose reciprocal could overflow.
    let smallest = values.clone().fold(f64::INFINITY, f64::min);
    let (mut count, mut sum) = (0_u64, 0.0);
    for value in values {
        count += 1;
        sum += smallest / value;
    }
    smallest * (float(count) / sum)
}
