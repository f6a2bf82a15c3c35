//! Readings of a standardised mean difference for those who do not think in standard deviations.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use crate::distributions::{normal_central, normal_quantile, normal_sf};
use crate::error::{Error, ErrorKind};

/// What a standardised mean difference d says of two normal populations of equal spread.
///
/// # Scale
/// In: standard deviations, positive where the treated have more. Out: proportions.
///
/// # Errors
/// [`ErrorKind::NotFinite`].
///
/// # Example
/// ```
/// use meta_analysis::DifferenceReadings;
///
/// // A large effect by Cohen's (1988) rule: 79 % of treated are above the mean of controls.
/// let readings = DifferenceReadings::new(0.8)?;
/// assert_eq!(format!("{:.3}", readings.above_control_mean()), "0.788");
/// assert_eq!(format!("{:.3}", readings.probability_of_superiority()), "0.714");
/// assert_eq!(format!("{:.3}", readings.overlap()), "0.689");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DifferenceReadings {
    d: f64,
}

impl DifferenceReadings {
    /// The readings of a difference in standard deviations.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`].
    pub fn new(d: f64) -> Result<Self, Error> {
        if d.is_finite() { Ok(Self { d }) } else { Err(ErrorKind::NotFinite { what: "difference", value: d }.into()) }
    }

    /// The readings of the difference with this probability of superiority, d = √2 Φ⁻¹(p).
    ///
    /// # Errors
    /// [`ErrorKind::OutsideScale`] unless the probability is between 0 and 1, both excluded.
    #[doc(alias = "clestod")]
    pub fn from_probability_of_superiority(probability: f64) -> Result<Self, Error> {
        if probability > 0.0 && probability < 1.0 {
            return Ok(Self { d: SQRT_2 * normal_quantile(probability) });
        }
        let (measure, link) = ("probability of superiority", "0 to 1, both excluded");
        Err(ErrorKind::OutsideScale { measure, link, value: probability }.into())
    }

    /// The difference, in standard deviations.
    #[must_use]
    pub const fn difference(&self) -> f64 {
        self.d
    }

    /// Cohen's U1: the share of the two populations together that does not overlap, (2Φ(|d|/2) - 1) / Φ(|d|/2) (Cohen
    /// 1988).
    #[doc(alias = "U1")]
    #[must_use]
    pub fn non_overlap(&self) -> f64 {
        let half = 0.5 * self.d.abs();
        normal_central(half) / normal_sf(-half)
    }

    /// Cohen's U2: the share of the treated above the value that the same share of controls is below, Φ(d/2).
    #[doc(alias = "U2")]
    #[must_use]
    pub fn above_same_share(&self) -> f64 {
        normal_sf(-0.5 * self.d)
    }

    /// Cohen's U3: the share of the treated above the mean of controls, Φ(d).
    #[doc(alias = "U3")]
    #[must_use]
    pub fn above_control_mean(&self) -> f64 {
        normal_sf(-self.d)
    }

    /// The probability that one of the treated, drawn at random, has more than one of the controls, Φ(d/√2); also known
    /// as the common-language effect size (`McGraw` & Wong 1992) and the area under the curve.
    #[doc(alias = "CLES")]
    #[doc(alias = "AUC")]
    #[must_use]
    pub fn probability_of_superiority(&self) -> f64 {
        normal_sf(-self.d * FRAC_1_SQRT_2)
    }

    /// The area that the two densities have in common, 2Φ(-|d|/2).
    #[doc(alias = "OVL")]
    #[must_use]
    pub fn overlap(&self) -> f64 {
        (2.0 * normal_sf(0.5 * self.d.abs())).min(1.0)
    }

    /// The rate of success among the treated in the binomial effect size display, ½ + r/2 with r = d/√(d² + 4)
    /// (Rosenthal & Rubin 1982); that of controls is the rest.
    #[doc(alias = "BESD")]
    #[must_use]
    pub fn success_rate(&self) -> f64 {
        // (1 - |r|) / 2 = 2 / (s (s + |d|)) with s = √(d² + 4), without the cancellation for large differences.
        let s = self.d.hypot(2.0);
        let smaller = 2.0 / s / (s + self.d.abs());
        if self.d < 0.0 { smaller } else { 1.0 - smaller }
    }
}
