//! Measures of two groups with means.

use super::{Link, Measure, measures};

measures! {
    /// Mean of the treated arm minus that of the control arm, in the unit of the outcome.
    ///
    /// As a recipe on [`TwoMeans`](crate::TwoMeans) it gives the mean difference of one study with the variance that does
    /// not take the two standard deviations to be equal. Use it where all studies measured on one scale.
    ///
    /// # Formula
    /// ```text
    /// y = m1 - m2        v = s1² / n1 + s2² / n2
    /// ```
    ///
    /// # Scale
    /// The unit of the outcome on both scales: 0 is no effect.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the difference or its variance is not a positive finite number.
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
    MeanDifference, "mean difference", IDENTITY;

    /// Difference of two means in units of their common standard deviation.
    ///
    /// The recipe is [`HedgesG`](crate::HedgesG); this is what it measures.
    ///
    /// # Scale
    /// Standard deviations on both scales: 0 is no effect.
    #[doc(alias = "SMD")]
    StandardisedMeanDifference, "standardised mean difference", IDENTITY;
}
