//! The effect of one study.

use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::{AnyMeasure, Measure};
use crate::real::Real;
use crate::summary::ZeroCells;

/// What was done to a study on its way from raw data to an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StudyNote {
    /// Something was added to the cells, by this policy.
    ZeroCellsCorrected(ZeroCells),
}

/// The effect of one study, with its sampling variance, on the scale of its measure.
///
/// The measure is in the type, so that effects of two measures cannot be mixed:
///
/// ```compile_fail,E0308
/// use meta_analysis::{Effect, OddsRatio, RiskRatio, Studies};
///
/// let mut studies: Studies<RiskRatio> = Studies::new(RiskRatio);
/// // expected `Effect<RiskRatio>`, found `Effect<OddsRatio>`
/// studies.push(Effect::from_analysis(OddsRatio, 0.3, 0.04).unwrap());
/// ```
///
/// and no number comes without its scale: [`y`](Self::y) is on the analysis scale (for a ratio, its logarithm),
/// [`natural`](Self::natural) on the scale one reads.
///
/// ```
/// use meta_analysis::{Effect, Level, RiskRatio};
///
/// let effect = Effect::from_analysis(RiskRatio, -0.8893, 0.3256)?;
/// assert_eq!(format!("{:.2} ({:.2})", effect.natural(), effect.interval(Level::P95)), "0.41 (0.13 to 1.26)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect<M, F = f64> {
    measure: M,
    y: F,
    v: F,
    note: Option<StudyNote>,
}

impl<M: Measure, F: Real> Effect<M, F> {
    /// An effect `y` with its sampling variance `v`, both on the analysis scale.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] for the effect, [`ErrorKind::NotPositive`] for the variance.
    pub fn from_analysis(measure: M, y: F, v: F) -> Result<Self, Error> {
        check_pair(y, v)?;
        Ok(Self { measure, y, v, note: None })
    }

    /// The same effect with a note of what was done to the study.
    #[must_use]
    pub fn with_note(self, note: StudyNote) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    /// The effect on the analysis scale.
    #[must_use]
    pub fn y(&self) -> F {
        self.y
    }

    /// Its sampling variance, on the analysis scale.
    #[must_use]
    pub fn v(&self) -> F {
        self.v
    }

    /// Its standard error, the square root of [`v`](Self::v).
    #[must_use]
    pub fn std_error(&self) -> F {
        F::of(self.v.f64().sqrt())
    }

    /// The effect on the natural scale; may be 0 or infinite at the ends of the range.
    #[must_use]
    pub fn natural(&self) -> F {
        self.measure.link().to_natural(self.y)
    }

    /// The normal interval of this study alone, on the natural scale.
    #[must_use]
    pub fn interval(&self, level: Level) -> Interval<F> {
        let half = level.normal_quantile() * self.v.f64().sqrt();
        Interval::around(self.y.f64(), half).to_natural(self.measure.link())
    }

    /// What was done to the study, if anything.
    #[must_use]
    pub fn note(&self) -> Option<StudyNote> {
        self.note
    }

    /// Forgets the type of the measure.
    #[must_use]
    pub fn erase(self) -> Effect<AnyMeasure, F> {
        Effect { measure: AnyMeasure::of(self.measure), y: self.y, v: self.v, note: self.note }
    }
}

/// The one place that says what a valid effect is.
pub(crate) fn check_pair<F: Real>(y: F, v: F) -> Result<(), Error> {
    if !y.is_finite() {
        return Err(ErrorKind::NotFinite { what: "effect", value: y.f64() }.into());
    }
    // Written so that NaN fails.
    if !(v > F::zero() && v.is_finite()) {
        return Err(ErrorKind::NotPositive { what: "variance", value: v.f64() }.into());
    }
    Ok(())
}
