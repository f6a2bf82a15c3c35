//! Marginal odds ratios of matched pairs of which only the margins are known.

use super::binary::log_odds_ratio;
use crate::effect::Effect;
use crate::effect_size::checked::{checked, effects_of_sets, not_estimable};
use crate::effect_size::{EffectSize, FromPairs};
use crate::error::{Error, ErrorKind};
use crate::measure::OddsRatio;
use crate::studies::Studies;
use crate::summary::{Cells, Corrected, PairedMargins, TwoByTwo};

impl EffectSize<PairedMargins> for OddsRatio {
    type Measure = Self;

    fn effect(&self, margins: &PairedMargins) -> Result<Effect<Self>, Error> {
        FromPairs::new(*self).effect(margins)
    }
}

impl EffectSize<PairedMargins> for FromPairs<OddsRatio> {
    type Measure = OddsRatio;

    effects_of_sets!(PairedMargins, effects_of_margins);
}

impl FromPairs<OddsRatio> {
    fn effects_of_margins(&self, data: &[&PairedMargins]) -> Vec<Result<Effect<OddsRatio>, Error>> {
        let policy = self.policy();
        let arms: Vec<TwoByTwo> = data.iter().map(|margins| margins.arms()).collect();
        let effect = |(margins, table): (&&PairedMargins, Result<Corrected, &'static str>)| {
            let table = table.map_err(|reason| not_estimable(OddsRatio, reason))?;
            let correlation = margins.correlation(&table.for_variance);
            let pair = [log_odds_ratio(&table.for_effect), variance(&table.for_variance, correlation)];
            if correlation >= 1.0 && pair.last() == Some(&0.0) {
                return Err(not_estimable(OddsRatio, "its variance is 0 for a correlation of 1 within pairs"));
            }
            let zero = table.for_effect.has_zero() || table.for_variance.has_zero();
            checked(OddsRatio, pair, zero, table.added.then_some(policy))
        };
        data.iter().zip(policy.correct(arms.iter(), true)).map(effect).collect()
    }
}

/// v1 + v2 - 2 ρ √(v1 v2), as a sum of positive terms.
fn variance(cells: &Cells, correlation: f64) -> f64 {
    let Cells { a, b, c, d } = *cells;
    let (s1, s2) = ((a.recip() + b.recip()).sqrt(), (c.recip() + d.recip()).sqrt());
    (s1 - s2) * (s1 - s2) + 2.0 * (1.0 - correlation) * s1 * s2
}
