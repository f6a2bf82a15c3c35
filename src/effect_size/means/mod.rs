//! Effects of means: of two groups, or of one group measured twice.

mod area_under_curve;
mod biserial;
mod bonett;
mod change_score;
mod common_language;
mod glass;
mod hedges_g;
mod mean_difference;
mod odds_ratio;
mod ratio_of_means;
mod raw_score;
mod small_sample;
mod variability;

pub use area_under_curve::{AreaUnderCurve, AucVariance};
pub use biserial::{PointBiserial, PointBiserialVariance, PointBiserialZ};
pub use bonett::{BonettD, HeteroscedasticVariance};
pub use change_score::{ChangeScoreD, ChangeScoreDVariance};
pub use common_language::{CommonLanguage, EqualVarianceCommonLanguage};
pub use glass::{GlassDelta, GlassDeltaVariance, Standardiser};
pub use hedges_g::{HedgesG, HedgesGVariance};
pub use mean_difference::PooledMeanDifference;
pub use odds_ratio::{OddsRatioFromDifference, UnderlyingDistribution};
pub use ratio_of_means::{LogRatioOfMeans, RatioOfMeansVariance};
pub use raw_score::{AverageD, AverageDVariance, BaselineD, BaselineDVariance};
pub use variability::{LogCoefficientOfVariationRatio, LogVariabilityRatio, VariabilityVariance};

use crate::effect::Effect;
use crate::effect_size::checked::{in_range, not_estimable};
use crate::error::Error;
use crate::measure::{Measure, SmallSampleCorrection};

/// As [`in_range`]; measurements of correlation `r` that are one and the same but for scale may leave no variance at
/// all.
fn within<M: Measure>(measure: M, y: f64, v: f64, r: f64) -> Result<Effect<M>, Error> {
    if v == 0.0 && r.abs() == 1.0 {
        return Err(not_estimable(measure, "its variance is 0 for a correlation of 1 or -1"));
    }
    in_range(measure, y, v)
}

/// ln (x / y) of two positive numbers: from their difference where they are close, and without overflow of the ratio.
fn ln_ratio(x: f64, y: f64) -> f64 {
    let relative = (x - y) / y;
    let ratio = x / y;
    if relative.abs() < 0.5 {
        relative.ln_1p()
    } else if ratio.is_normal() {
        ratio.ln()
    } else {
        x.ln() - y.ln()
    }
}

/// x² for sums of squares that are divided by it again.
fn square(x: f64) -> f64 {
    x * x
}
