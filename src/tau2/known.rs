//! A variance that is not estimated.

use std::fmt;

use super::{Tau2, Tau2Estimator};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::real::Real;

/// A known τ², from an earlier review or for a sensitivity analysis.
///
/// It is the only estimator that does not follow a change of the unit of the data: τ² is in that unit squared. It is
/// defined for one study, too.
///
/// # Scale
/// The analysis scale squared.
///
/// # Example
/// ```
/// use meta_analysis::{KnownTau2, MeanDifference, Pool, RandomEffects, Studies};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0], vec![1.0, 1.0])?;
/// let pooled = RandomEffects::new(KnownTau2::new(1.0)?).pool(&studies)?;
/// assert_eq!(pooled.analysis().std_error, Some(1.0));
/// assert_eq!(KnownTau2::new(-1.0).unwrap_err().to_string(), "tau2 must be at least 0 and finite, but is -1");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownTau2(f64);

impl KnownTau2 {
    /// No variance between studies.
    pub const ZERO: Self = Self(0.0);

    /// τ² as known, on the analysis scale squared.
    ///
    /// # Errors
    /// [`ErrorKind::NegativeTau2`] unless it is a finite number of at least 0.
    pub fn new(tau2: f64) -> Result<Self, Error> {
        if tau2 >= 0.0 && tau2.is_finite() {
            Ok(Self(tau2))
        } else {
            Err(ErrorKind::NegativeTau2 { value: tau2 }.into())
        }
    }

    /// The value.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for KnownTau2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "known tau2 {}", self.0)
    }
}

impl<F: Real> Tau2Estimator<F> for KnownTau2 {
    fn tau2(&self, _: &Evidence<'_, F>) -> Result<F, Error> {
        let value = F::of(self.0);
        if value.is_finite() { Ok(value) } else { Err(ErrorKind::OutOfRange { quantity: "tau2" }.into()) }
    }

    fn estimate(&self, evidence: &Evidence<'_, F>) -> Result<Tau2<F>, Error> {
        Ok(Tau2 { value: self.tau2(evidence)?, std_error: None, modes: None })
    }
}
