//! Measures of one group: means and spreads, reliabilities, genotypes.

use super::{Link, Measure, SmallSampleCorrection, measures_with_link, measures_with_options};

/// Cronbach's alpha as it is: at most 1.
const ALPHA: Link = Link::new("identity", |a| if a <= 1.0 { a } else { f64::NAN }, at_most_one);
const HAKSTIAN_WHALEN: Link = Link::new("cube root", alpha_to_cube_root, cube_root_to_alpha);
const BONETT: Link = Link::new("log(1 - x)", |a| -(-a).ln_1p(), |y| -(-y).exp_m1());

const fn at_most_one(x: f64) -> f64 {
    if x > 1.0 { 1.0 } else { x }
}

/// 1 - (1 - α)^(1/3), without the cancellation for small α; NaN above 1.
fn alpha_to_cube_root(alpha: f64) -> f64 {
    if alpha.abs() < 0.5 {
        -((-alpha).ln_1p() / 3.0).exp_m1()
    } else if alpha <= 1.0 {
        1.0 - (1.0 - alpha).cbrt()
    } else {
        f64::NAN
    }
}

/// 1 - (1 - y)³; 1 from y = 1 on.
fn cube_root_to_alpha(y: f64) -> f64 {
    if y >= 1.0 {
        1.0
    } else if y > 0.5 {
        let rest = 1.0 - y;
        1.0 - rest * rest * rest
    } else {
        // Without the cancellation for small y.
        y * (3.0 - y * (3.0 - y))
    }
}

/// The variance of [`GroupMean`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MeanVariance {
    /// s² / n, from the study's own standard deviation.
    #[default]
    #[doc(alias = "LS")]
    Own,
    /// s² / n, with s² pooled over the set of studies by their degrees of freedom: for studies of one population with
    /// one standard deviation. A study alone has its own.
    #[doc(alias = "HO")]
    Homoscedastic,
}

/// Whether the bias of a logarithm in small samples is corrected, by adding an estimate of it.
///
/// Standardised effects are corrected by a factor instead, of which there are two:
/// [`SmallSampleCorrection`](crate::SmallSampleCorrection).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BiasCorrection {
    /// It is.
    #[default]
    Corrected,
    /// The plain estimate.
    Uncorrected,
}

measures_with_options! {
    /// The mean of one group, in the unit of the outcome.
    ///
    /// As a recipe it takes a [`Group`](crate::Group).
    ///
    /// # Formula
    /// ```text
    /// y = m        v = s² / n
    /// ```
    ///
    /// # Scale
    /// The unit of the outcome on both scales.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the variance is not a positive finite number.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, GroupMean, Group};
    ///
    /// // Days in hospital after a stroke, Edinburgh, with specialist care (Normand 1999).
    /// let effect = GroupMean::new().effect(&Group::new(155, 55.0, 47.0)?)?;
    /// assert_eq!(format!("{} {:.4}", effect.y(), effect.v()), "55 14.2516");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "MN")]
    GroupMean, "mean", Link::IDENTITY, {
        /// The same with another variance.
        variance: MeanVariance = MeanVariance::Own, with_variance;
    }

    /// The mean of one group in units of its standard deviation, such as a mean change against 0.
    ///
    /// As a recipe it takes a [`Group`](crate::Group).
    ///
    /// # Formula
    /// ```text
    /// y = J(n - 1) m / s        v = 1/n + y² / (2n)
    /// ```
    /// with the factor J of a [`SmallSampleCorrection`](crate::SmallSampleCorrection), the exact one (Hedges 1981) by
    /// default.
    ///
    /// # Scale
    /// Standard deviations.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for two patients with a correction, where J is 0.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, Group, StandardisedGroupMean};
    ///
    /// let effect = StandardisedGroupMean::new().effect(&Group::new(155, 55.0, 47.0)?)?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "1.1645 0.010826");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "SMN")]
    StandardisedGroupMean, "standardised mean", Link::IDENTITY, {
        /// The same with another small-sample correction, or none.
        correction: SmallSampleCorrection = SmallSampleCorrection::Exact, with_correction;
    }

    /// The logarithm of the standard deviation of one group.
    ///
    /// As a recipe it takes a [`Group`](crate::Group), whose mean does not enter.
    ///
    /// # Formula
    /// ```text
    /// y = ln s + 1/(2(n - 1))        v = 1/(2(n - 1))
    /// ```
    /// (Nakagawa et al. 2015); without the second term for the plain estimate.
    ///
    /// # Scale
    /// Pooled as a logarithm, read in the unit of the outcome.
    ///
    /// # Errors
    /// None for valid data.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, LogStandardDeviation, Group};
    ///
    /// let effect = LogStandardDeviation::new().effect(&Group::new(155, 55.0, 47.0)?)?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "3.8534 0.003247");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "SDLN")]
    LogStandardDeviation, "standard deviation", Link::LOG, {
        /// The same with or without the correction for small-sample bias.
        bias: BiasCorrection = BiasCorrection::Corrected, with_bias;
    }

    /// The logarithm of the coefficient of variation of one group, for outcomes on a ratio scale.
    ///
    /// As a recipe it takes a [`Group`](crate::Group) with a positive mean.
    ///
    /// # Formula
    /// ```text
    /// y = ln (s / m) + 1/(2(n - 1))        v = 1/(2(n - 1)) + s² / (n m²)
    /// ```
    /// (Nakagawa et al. 2015); without the second term of y for the plain estimate.
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) unless the mean is positive.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, LogCoefficientOfVariation, Group};
    ///
    /// let effect = LogCoefficientOfVariation::new().effect(&Group::new(155, 55.0, 47.0)?)?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "-0.1539 0.007958");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "CVLN")]
    LogCoefficientOfVariation, "coefficient of variation", Link::LOG, {
        /// The same with or without the correction for small-sample bias.
        bias: BiasCorrection = BiasCorrection::Corrected, with_bias;
    }
}

measures_with_link! {
    /// The logarithm of the mean of one group, for positive outcomes.
    ///
    /// As a recipe it takes a [`Group`](crate::Group) with a positive mean.
    ///
    /// # Formula
    /// ```text
    /// y = ln m        v = s² / (n m²)
    /// ```
    /// by the delta method.
    ///
    /// # Scale
    /// Pooled as a logarithm, read in the unit of the outcome.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) unless the mean is positive.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, LogMean, Group};
    ///
    /// let effect = LogMean.effect(&Group::new(155, 55.0, 47.0)?)?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "4.0073 0.004711");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "MNLN")]
    LogMean, "mean", Link::LOG;

    /// Cronbach's alpha of a scale, pooled as it is.
    ///
    /// As a recipe it takes a [`CronbachAlpha`](crate::CronbachAlpha); [`BonettAlpha`] is nearer to normal.
    ///
    /// # Formula
    /// ```text
    /// y = α        v = 2 m (1 - α)² / ((m - 1)(n - 2))
    /// ```
    /// with m items (Bonett 2010).
    ///
    /// # Scale
    /// At most 1 on both scales; limits of intervals are cut there.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for alpha of 1.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{CronbachAlpha, EffectSize, RawAlpha};
    ///
    /// // A depression scale of 20 items, 103 caregivers (Bonett 2010).
    /// let effect = RawAlpha.effect(&CronbachAlpha::new(0.93, 20, 103)?)?;
    /// assert_eq!(format!("{} {:.7}", effect.y(), effect.v()), "0.93 0.0001021");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ARAW")]
    RawAlpha, "coefficient alpha", ALPHA;

    /// Cronbach's alpha by the transform of Hakstian & Whalen, the cube root of 1 - α.
    ///
    /// As a recipe it takes a [`CronbachAlpha`](crate::CronbachAlpha).
    ///
    /// # Formula
    /// ```text
    /// y = 1 - (1 - α)^(1/3)        v = 18 m (n - 1) (1 - α)^(2/3) / ((m - 1)(9n - 11)²)
    /// ```
    /// with m items (Hakstian & Whalen 1976).
    ///
    /// # Scale
    /// Pooled transformed, read as alpha, never above 1.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for alpha of 1.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{CronbachAlpha, EffectSize, HakstianWhalenAlpha};
    ///
    /// let effect = HakstianWhalenAlpha.effect(&CronbachAlpha::new(0.93, 20, 103)?)?;
    /// assert_eq!(format!("{:.4} {:.7} {:.2}", effect.y(), effect.v(), effect.natural()), "0.5879 0.0003912 0.93");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "AHW")]
    HakstianWhalenAlpha, "coefficient alpha", HAKSTIAN_WHALEN;

    /// Cronbach's alpha by the transform of Bonett, -ln (1 - α), whose variance does not depend on alpha.
    ///
    /// As a recipe it takes a [`CronbachAlpha`](crate::CronbachAlpha).
    ///
    /// # Formula
    /// ```text
    /// y = -ln (1 - α)        v = 2 m / ((m - 1)(n - 2))
    /// ```
    /// with m items (Bonett 2002).
    ///
    /// # Scale
    /// Pooled transformed, read as alpha, never above 1.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for alpha of 1.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{BonettAlpha, CronbachAlpha, EffectSize};
    ///
    /// let effect = BonettAlpha.effect(&CronbachAlpha::new(0.93, 20, 103)?)?;
    /// assert_eq!(format!("{:.4} {:.5} {:.2}", effect.y(), effect.v(), effect.natural()), "2.6593 0.02084 0.93");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ABT")]
    BonettAlpha, "coefficient alpha", BONETT;

    /// The share of heterozygotes over that expected from the homozygotes in Hardy-Weinberg equilibrium.
    ///
    /// As a recipe it takes [`Genotypes`](crate::Genotypes).
    ///
    /// # Formula
    /// ```text
    /// y = ln (p1 / (2 √(p0 p2)))        v = ((1 - p1) / (4 p0 p2) + 1/p1) / n
    /// ```
    /// with the shares p0 and p2 of the two homozygotes and p1 of heterozygotes (Ziegler et al. 2011).
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is equilibrium.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) if one of the genotypes was not seen.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, Genotypes, RelativeExcessHeterozygosity};
    ///
    /// // Cases of the first study of CARD8 and Crohn's disease (Frank et al. 2008).
    /// let effect = RelativeExcessHeterozygosity.effect(&Genotypes::new([298, 535, 221]))?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "0.0415 0.003839");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "REH")]
    RelativeExcessHeterozygosity, "relative excess heterozygosity", Link::LOG;
}
