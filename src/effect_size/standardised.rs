//! Standardised mean differences from 2×2 tables that cut something continuous in two.

use std::f64::consts::PI;

use super::binary::{log_odds_ratio, log_odds_ratio_variance};
use super::from_table::sealed::TableFormula;
use super::from_table::{RatioVariance, Total};
use crate::distributions::{inverse_density, probit, probit_difference};
use crate::measure::StandardisedMeanDifference;
use crate::summary::{Cells, Corrected};

/// The recipe for a standardised mean difference from the odds ratio of a 2×2 table, if the outcome behind the event is
/// logistic.
///
/// With it, studies that report responders can be pooled with studies that report means.
///
/// # Formula
/// ```text
/// y = √3/π ln OR        v = 3/π² v(ln OR)
/// ```
/// (Hasselblad & Hedges 1995; Chinn 2000). Zero cells as for the [`OddsRatio`](crate::OddsRatio).
///
/// # Scale
/// Standard deviations: 0 is no effect.
///
/// # Errors
/// As for [`OddsRatio`](crate::OddsRatio).
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, HedgesG, LogisticD, Studies, TwoByTwo, TwoMeans};
///
/// let mut studies: Studies<_> = [LogisticD.effect(&TwoByTwo::new([30, 20], [20, 30]))?].into_iter().collect();
/// studies.push(HedgesG::new().effect(&TwoMeans::new((50, 12.0, 4.0), (50, 10.0, 4.2))?)?);
/// assert_eq!(format!("{:.2} {:.2}", studies.y()[0], studies.y()[1]), "0.45 0.48");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "OR2D")]
#[doc(alias = "OR2DL")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogisticD;

/// The recipe for a standardised mean difference from the odds ratio of a 2×2 table, if the outcome behind the event is
/// normal: the log odds ratio over 1.65.
///
/// # Formula
/// ```text
/// y = ln OR / 1.65        v = v(ln OR) / 1.65²
/// ```
/// (Cox & Snell 1989; Sánchez-Meca et al. 2003, who found it less biased than [`LogisticD`] for normal outcomes). Zero cells as for the
/// [`OddsRatio`](crate::OddsRatio).
///
/// # Scale
/// Standard deviations: 0 is no effect.
///
/// # Errors
/// As for [`OddsRatio`](crate::OddsRatio).
///
/// # Example
/// ```
/// use meta_analysis::{CoxD, EffectSize, TwoByTwo};
///
/// let effect = CoxD.effect(&TwoByTwo::new([30, 20], [20, 30]))?;
/// assert_eq!(format!("{:.3}", effect.y()), "0.491");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "OR2DN")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CoxD;

/// The recipe for a standardised mean difference from the risks of a 2×2 table, if the outcome behind the event is normal:
/// the difference of the thresholds.
///
/// # Formula
/// ```text
/// y = Φ⁻¹(p1) - Φ⁻¹(p2)        v = Σ 2π p (1 - p) exp(z²) / n,   z = Φ⁻¹(p)
/// ```
/// (Sánchez-Meca et al. 2003). A table with a zero cell has one half added to all four; one
/// without events in both arms, or without non-events in both, is not estimable.
///
/// # Scale
/// Standard deviations: 0 is no effect.
///
/// # Errors
/// As for [`OddsRatio`](crate::OddsRatio).
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, ProbitD, TwoByTwo};
///
/// let effect = ProbitD.effect(&TwoByTwo::new([25, 75], [40, 60]))?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.4211 0.0346");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "PBIT")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProbitD;

/// The two things that all recipes here have in common.
macro_rules! of_d {
    () => {
        type Measure = StandardisedMeanDifference;

        fn measure(self) -> StandardisedMeanDifference {
            StandardisedMeanDifference
        }
    };
}

impl TableFormula for LogisticD {
    of_d!();
    type Variance = RatioVariance;

    fn pair(self, table: &Corrected, variance: RatioVariance, all: &Total) -> Result<[f64; 2], &'static str> {
        Ok(scaled(3_f64.sqrt() / PI, table, variance, all))
    }
}

impl TableFormula for CoxD {
    of_d!();
    type Variance = RatioVariance;

    fn pair(self, table: &Corrected, variance: RatioVariance, all: &Total) -> Result<[f64; 2], &'static str> {
        Ok(scaled(1.65_f64.recip(), table, variance, all))
    }
}

fn scaled(factor: f64, table: &Corrected, variance: RatioVariance, all: &Total) -> [f64; 2] {
    let v = log_odds_ratio_variance(&table.for_variance, variance, all);
    [factor * log_odds_ratio(&table.for_effect), factor * (factor * v)]
}

impl TableFormula for ProbitD {
    of_d!();
    type Variance = ();

    fn pair(self, table: &Corrected, (): (), _: &Total) -> Result<[f64; 2], &'static str> {
        let Cells { a, b, c, d } = table.for_effect;
        // p1 - p2 = (a d - b c) / (n1 n2).
        let difference = table.for_effect.cross() / (a + b) / (c + d);
        let y = probit_difference([a, b], [c, d], difference);
        let Cells { a, b, c, d } = table.for_variance;
        Ok([y, probit_variance(a, b) + probit_variance(c, d)])
    }
}

fn probit_variance(events: f64, others: f64) -> f64 {
    let (n, inverse) = (events + others, inverse_density(probit(events, others)));
    events / n * inverse * (others / n * inverse) / n
}
