//! Effects of one group other than counts. What each measures, and its formula, stands with the measure.

use super::correlation::square;
use super::over_the_set::{in_range, not_estimable, over_the_set};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::{
    BiasCorrection, BonettAlpha, GroupMean, HakstianWhalenAlpha, LogCoefficientOfVariation, LogMean,
    LogStandardDeviation, MeanVariance, Measure, RawAlpha, RelativeExcessHeterozygosity, StandardisedGroupMean,
};
use crate::summary::{CronbachAlpha, Genotypes, Group, float};

const NOT_POSITIVE: &str = "a logarithm needs a positive mean";
const ALPHA_OF_ONE: &str = "alpha of 1 has no variance, and an infinite logarithm";

impl GroupMean {
    /// The standard deviation pooled over the set.
    fn pooled_sd(self, data: &[&Group]) -> f64 {
        // Squared only after division by the largest: a square could overflow.
        let unit = data.iter().map(|study| study.sd()).fold(0.0, f64::max);
        let (mut total, mut sum) = (0.0, 0.0);
        for study in data {
            let df = float(study.n() - 1);
            total += df;
            sum += df * square(study.sd() / unit);
        }
        unit * (sum / total).sqrt()
    }

    fn in_set(self, study: &Group, pooled_sd: f64) -> Result<Effect<Self>, Error> {
        let sd = if self.variance == MeanVariance::Homoscedastic { pooled_sd } else { study.sd() };
        in_range(self, study.mean(), sd * (sd / float(study.n())))
    }
}

impl EffectSize<Group> for GroupMean {
    type Measure = Self;

    over_the_set!(Group, pooled_sd, in_set);
}

impl EffectSize<Group> for StandardisedGroupMean {
    type Measure = Self;

    fn effect(&self, study: &Group) -> Result<Effect<Self>, Error> {
        let n = float(study.n());
        let y = self.correction.factor(*self, n - 1.0)? * (study.mean() / study.sd());
        in_range(*self, y, n.recip() + y * (y / (2.0 * n)))
    }
}

impl EffectSize<Group> for LogMean {
    type Measure = Self;

    fn effect(&self, study: &Group) -> Result<Effect<Self>, Error> {
        check_positive(*self, study)?;
        in_range(*self, study.mean().ln(), relative_variance(study))
    }
}

impl EffectSize<Group> for LogStandardDeviation {
    type Measure = Self;

    fn effect(&self, study: &Group) -> Result<Effect<Self>, Error> {
        let v = half_per_degree(study);
        in_range(*self, study.sd().ln() + bias(self.bias, v), v)
    }
}

impl EffectSize<Group> for LogCoefficientOfVariation {
    type Measure = Self;

    fn effect(&self, study: &Group) -> Result<Effect<Self>, Error> {
        check_positive(*self, study)?;
        let of_sd = half_per_degree(study);
        // The two logarithms apart: the quotient could overflow.
        let log = study.sd().ln() - study.mean().ln();
        let quotient = study.sd() / study.mean();
        let log = if quotient.is_normal() { quotient.ln() } else { log };
        in_range(*self, log + bias(self.bias, of_sd), of_sd + relative_variance(study))
    }
}

/// 1/(2(n - 1)): both the bias of ln s, with the sign turned, and its variance.
fn half_per_degree(study: &Group) -> f64 {
    0.5 / float(study.n() - 1)
}

const fn bias(correction: BiasCorrection, amount: f64) -> f64 {
    match correction {
        BiasCorrection::Corrected => amount,
        BiasCorrection::Uncorrected => 0.0,
    }
}

/// s² / (n m²).
fn relative_variance(study: &Group) -> f64 {
    let relative = study.sd() / study.mean();
    relative * (relative / float(study.n()))
}

fn check_positive<M: Measure>(measure: M, study: &Group) -> Result<(), Error> {
    if study.mean() > 0.0 { Ok(()) } else { not_estimable(measure, NOT_POSITIVE) }
}

impl EffectSize<CronbachAlpha> for RawAlpha {
    type Measure = Self;

    fn effect(&self, study: &CronbachAlpha) -> Result<Effect<Self>, Error> {
        let rest = rest(*self, study)?;
        in_range(*self, study.alpha(), rest * (rest * bonett_variance(study)))
    }
}

impl EffectSize<CronbachAlpha> for HakstianWhalenAlpha {
    type Measure = Self;

    fn effect(&self, study: &CronbachAlpha) -> Result<Effect<Self>, Error> {
        let root = rest(*self, study)?.cbrt();
        let n = float(study.n());
        let v = 18.0 * items_factor(study) * ((n - 1.0) / (9.0 * n - 11.0)) * (root * (root / (9.0 * n - 11.0)));
        in_range(*self, self.link().to_analysis(study.alpha()), v)
    }
}

impl EffectSize<CronbachAlpha> for BonettAlpha {
    type Measure = Self;

    fn effect(&self, study: &CronbachAlpha) -> Result<Effect<Self>, Error> {
        rest(*self, study)?;
        in_range(*self, self.link().to_analysis(study.alpha()), bonett_variance(study))
    }
}

/// 1 - α, if positive.
fn rest<M: Measure>(measure: M, study: &CronbachAlpha) -> Result<f64, Error> {
    let rest = 1.0 - study.alpha();
    if rest > 0.0 { Ok(rest) } else { not_estimable(measure, ALPHA_OF_ONE) }
}

/// m / (m - 1).
fn items_factor(study: &CronbachAlpha) -> f64 {
    float(study.items()) / float(study.items() - 1)
}

fn bonett_variance(study: &CronbachAlpha) -> f64 {
    2.0 * items_factor(study) / float(study.n() - 2)
}

impl EffectSize<Genotypes> for RelativeExcessHeterozygosity {
    type Measure = Self;

    fn effect(&self, study: &Genotypes) -> Result<Effect<Self>, Error> {
        let [first, second] = study.homozygous().map(float);
        let both = float(study.heterozygous());
        if first == 0.0 || second == 0.0 || both == 0.0 {
            return not_estimable(*self, "a genotype was not seen");
        }
        // p1 / (2 √(p0 p2)) with counts for shares; 1 - p1 is the share of both homozygotes, which gives
        // (1 - p1) / (4 p0 p2) = n (1/first + 1/second) / 4.
        let y = (both / (2.0 * first.sqrt() * second.sqrt())).ln();
        in_range(*self, y, 0.25 * (first.recip() + second.recip()) + both.recip())
    }
}
