//! Measures of two groups with means, and of one group measured twice.

use super::{Link, Measure, measures};

measures! {
    /// Mean of the treated arm minus that of the control arm, in the unit of the outcome.
    ///
    /// As a recipe on [`TwoMeans`](crate::TwoMeans) it gives the mean difference of one study with the variance that
    /// does not take the two standard deviations to be equal ([`PooledMeanDifference`](crate::PooledMeanDifference)
    /// does), and on [`PairedMeans`](crate::PairedMeans) the mean change, after minus before. Use it where all studies
    /// measured on one scale.
    ///
    /// # Formula
    /// ```text
    /// two groups   y = m1 - m2        v = s1² / n1 + s2² / n2
    /// paired       y = m1 - m2        v = (s1² + s2² - 2 r s1 s2) / n
    /// ```
    ///
    /// # Scale
    /// The unit of the outcome on both scales: 0 is no effect.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the difference or its variance is not a positive finite number;
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) if all changes are equal (a correlation of 1 and equal standard
    /// deviations).
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, MeanDifference, TwoMeans};
    ///
    /// // Edinburgh, the first of nine trials of stroke care (Normand 1999): 20 days less in hospital.
    /// let effect = MeanDifference.effect(&TwoMeans::new((155, 55.0, 47.0), (156, 75.0, 64.0))?)?;
    /// assert_eq!(format!("{} {:.4}", effect.y(), effect.v()), "-20 40.5080");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "MD")]
    #[doc(alias = "MC")]
    MeanDifference, "mean difference", IDENTITY;

    /// Difference of two means in units of a standard deviation within groups.
    ///
    /// The recipes are [`HedgesG`](crate::HedgesG), [`GlassDelta`](crate::GlassDelta) and [`BonettD`](crate::BonettD);
    /// this is what they measure.
    ///
    /// # Scale
    /// Standard deviations on both scales: 0 is no effect.
    #[doc(alias = "SMD")]
    StandardisedMeanDifference, "standardised mean difference", IDENTITY;

    /// Mean change in units of the standard deviation of one measurement.
    ///
    /// The recipes are [`BaselineD`](crate::BaselineD) and [`AverageD`](crate::AverageD). It is on the scale of the
    /// [`StandardisedMeanDifference`], and not on that of the [`ChangeScoreStandardisedMeanChange`] (Morris & DeShon
    /// 2002).
    ///
    /// # Scale
    /// Standard deviations of the raw scores on both scales: 0 is no change.
    #[doc(alias = "SMCR")]
    #[doc(alias = "SMCRP")]
    RawScoreStandardisedMeanChange, "standardised mean change (raw scores)", IDENTITY;

    /// Mean change in units of the standard deviation of the changes.
    ///
    /// The recipe is [`ChangeScoreD`](crate::ChangeScoreD). It grows with the correlation of the two measurements, and
    /// is not to be mixed with the [`RawScoreStandardisedMeanChange`] (Morris & DeShon 2002).
    ///
    /// # Scale
    /// Standard deviations of the changes on both scales: 0 is no change.
    #[doc(alias = "SMCC")]
    ChangeScoreStandardisedMeanChange, "standardised mean change (change scores)", IDENTITY;

    /// Mean of the treated arm over that of the control arm, for outcomes that cannot be negative.
    ///
    /// The recipe is [`LogRatioOfMeans`](crate::LogRatioOfMeans).
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no effect.
    #[doc(alias = "ROM")]
    #[doc(alias = "lnRR")]
    RatioOfMeans, "ratio of means", LOG;

    /// Standard deviation of the treated arm over that of the control arm.
    ///
    /// The recipe is [`LogVariabilityRatio`](crate::LogVariabilityRatio).
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no difference in variability.
    #[doc(alias = "VR")]
    VariabilityRatio, "variability ratio", LOG;

    /// Coefficient of variation (standard deviation over mean) of the treated arm over that of the control arm.
    ///
    /// The recipe is [`LogCoefficientOfVariationRatio`](crate::LogCoefficientOfVariationRatio).
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no difference in relative variability.
    #[doc(alias = "CVR")]
    CoefficientOfVariationRatio, "coefficient of variation ratio", LOG;

    /// Correlation of a continuous outcome with a group that is a true dichotomy.
    ///
    /// The recipe is [`PointBiserial`](crate::PointBiserial); this is what it measures.
    ///
    /// # Scale
    /// A correlation on both scales: 0 is no effect.
    #[doc(alias = "RPB")]
    PointBiserialCorrelation, "point-biserial correlation", IDENTITY;

    /// Correlation of a continuous outcome with a group that is a true dichotomy, pooled as Fisher's z.
    ///
    /// The recipe is [`PointBiserialZ`](crate::PointBiserialZ).
    ///
    /// # Scale
    /// Pooled as Fisher's z, read as a correlation: 0 is no effect.
    #[doc(alias = "ZPB")]
    PointBiserialCorrelationZ, "point-biserial correlation", FISHER_Z;

    /// Correlation of a continuous outcome with the normal variable that was cut in two to make the groups.
    ///
    /// As a recipe on [`TwoMeans`](crate::TwoMeans) or a [`ReportedDifference`](crate::ReportedDifference) it gives the
    /// biserial correlation of one study. Use it for artificial groups (above and below a median, say) beside studies
    /// that report ordinary correlations; for groups that are what they are, the
    /// [`PointBiserial`](crate::PointBiserial) correlation.
    ///
    /// # Formula
    /// ```text
    /// y = r √(p q) / f        r = d / √(d² + h)        h = m/n1 + m/n2        p = n1/N, q = n2/N, m = N - 2
    /// v = (p q / f² - (3/2 + (1 - p z / f) (1 + q z / f)) y² + y⁴) / (N - 1)
    /// ```
    /// with f the normal density at z, the point that p lies above (Soper 1914; Jacobs & Viechtbauer 2017). With groups
    /// far apart the estimate may exceed 1.
    ///
    /// # Scale
    /// A correlation on both scales: 0 is no effect.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{BiserialCorrelation, EffectSize, ReportedDifference};
    ///
    /// let effect = BiserialCorrelation.effect(&ReportedDifference::from_t(2.1, (12, 14))?)?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.4946 0.0409");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "RBIS")]
    BiserialCorrelation, "biserial correlation", IDENTITY;

    /// The [`BiserialCorrelation`], pooled as Fisher's z.
    ///
    /// # Formula
    /// ```text
    /// z = atanh y        v(z) = v(y) / (1 - y²)²
    /// ```
    /// (Jacobs & Viechtbauer 2017).
    ///
    /// # Scale
    /// Pooled as Fisher's z, read as a correlation: 0 is no effect.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) if the estimated correlation is not between -1 and 1;
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{BiserialCorrelationZ, EffectSize, ReportedDifference};
    ///
    /// let effect = BiserialCorrelationZ.effect(&ReportedDifference::from_t(2.1, (12, 14))?)?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.natural()), "0.5422 0.4946");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ZBIS")]
    BiserialCorrelationZ, "biserial correlation", FISHER_Z;
}

/// Probability that a member of the treated group scores higher than one of the control group.
///
/// Also the area under the curve, the probability of superiority, or the c statistic. The recipes are
/// [`CommonLanguage`](crate::CommonLanguage) and [`EqualVarianceCommonLanguage`](crate::EqualVarianceCommonLanguage) on
/// means, and [`AreaUnderCurve`](crate::AreaUnderCurve) on a reported area.
///
/// # Scale
/// A probability on both scales: 1/2 is no effect. Limits beyond 0 and 1 are read as 0 and 1.
#[doc(alias = "CLES")]
#[doc(alias = "AUC")]
#[doc(alias = "probability of superiority")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CommonLanguageEffectSize;

impl Measure for CommonLanguageEffectSize {
    fn label(&self) -> &'static str {
        "common-language effect size"
    }

    fn link(&self) -> Link {
        let to_analysis = |p: f64| if (0.0..=1.0).contains(&p) { p } else { f64::NAN };
        Link::new("probability", to_analysis, |y| y.clamp(0.0, 1.0))
    }
}
