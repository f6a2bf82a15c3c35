//! One error type for the whole crate: what was required, what was found, and in which study.

use std::fmt;

/// What went wrong, with the offending numbers.
///
/// The texts state the requirement, then the finding; [`Error`] puts the study in front.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is nothing to pool.
    #[error("there must be at least one study to pool, but there is none{}", excluded_text(*.excluded))]
    NoStudies {
        /// How many studies were excluded because they are not estimable.
        excluded: usize,
    },
    /// The quantity needs more studies than there are.
    #[error("{quantity} needs at least {needed} studies, but there are {found}")]
    TooFewStudies {
        /// What was to be computed.
        quantity: &'static str,
        /// The smallest number of studies for which it is defined.
        needed: usize,
        /// The number of studies.
        found: usize,
    },
    /// Two columns that belong together differ in length.
    #[error("there must be as many {what} as studies ({expected}), but there are {found}")]
    LengthMismatch {
        /// The column that has the wrong length.
        what: &'static str,
        /// The number of studies.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// An effect, mean or estimate is NaN or infinite.
    #[error("the {what} must be finite, but is {value}")]
    NotFinite {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A variance, standard error or standard deviation is not a positive finite number.
    #[error("the {what} must be positive and finite, but is {value}")]
    NotPositive {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A group has more events than members.
    #[error("the {arm} arm must not have more events than patients, but has {events} of {total}")]
    EventsAboveTotal {
        /// `treated` or `control`.
        arm: &'static str,
        /// The number of events.
        events: u64,
        /// The size of the arm.
        total: u64,
    },
    /// A group is too small for its statistic to be defined.
    #[error("the {arm} arm must have at least {needed} patients, but has {found}")]
    ArmTooSmall {
        /// `treated` or `control`.
        arm: &'static str,
        /// The smallest size for which the effect has a variance.
        needed: u64,
        /// The size found.
        found: u64,
    },
    /// The data are valid, but hold no information on this measure; `studies` excludes such a study with this reason.
    #[error("the {measure} is not estimable: {reason}")]
    NotEstimable {
        /// The measure.
        measure: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// A confidence level outside (0, 1).
    #[error("the level must lie between 0 and 1, both excluded, but is {value}")]
    LevelOutside {
        /// The level given.
        value: f64,
    },
    /// A p-value outside (0, 1].
    #[error("the p-value must lie between 0 (excluded) and 1, but is {value}")]
    PValueOutside {
        /// The p-value given.
        value: f64,
    },
    /// A p-value from which no standard error follows.
    #[error("a p-value of {p_value} with an estimate of {estimate} determines no standard error")]
    NoStdErrorFromP {
        /// The p-value given.
        p_value: f64,
        /// The estimate given, on the natural scale.
        estimate: f64,
    },
    /// The lower limit is not below the upper one.
    #[error("the lower limit must be below the upper one, but the interval is {lower} to {upper}")]
    IntervalInverted {
        /// The lower limit.
        lower: f64,
        /// The upper limit.
        upper: f64,
    },
    /// The estimate is outside its own interval.
    #[error("the interval must contain its estimate, but {estimate} is not within {lower} to {upper}")]
    EstimateOutsideInterval {
        /// The estimate.
        estimate: f64,
        /// The lower limit.
        lower: f64,
        /// The upper limit.
        upper: f64,
    },
    /// The estimate is not midway between its limits on the analysis scale, beyond what rounding allows.
    #[error(
        "the interval must be symmetric on the analysis scale ({link}) up to rounding, but {estimate} is not midway in {lower} to {upper}"
    )]
    IntervalNotSymmetric {
        /// The estimate.
        estimate: f64,
        /// The lower limit.
        lower: f64,
        /// The upper limit.
        upper: f64,
        /// The name of the scale.
        link: &'static str,
    },
    /// A value that its measure cannot take, such as a negative ratio.
    #[error("a {measure} of {value} is outside the range of its scale ({link})")]
    OutsideScale {
        /// The measure.
        measure: &'static str,
        /// The name of the analysis scale.
        link: &'static str,
        /// The value given.
        value: f64,
    },
    /// A recipe gave effects of more than one measure.
    #[error("all studies must have one measure, but {expected} is followed by {found}")]
    MeasureChanged {
        /// The measure of the first study.
        expected: &'static str,
        /// The measure of this one.
        found: &'static str,
    },
    /// An estimator of the variance between studies gave something that is not a variance.
    #[error("{estimator} must give a finite tau2 of at least 0, but gave {value}")]
    InvalidTau2 {
        /// The estimator's name.
        estimator: Box<str>,
        /// What it gave.
        value: f64,
    },
    /// A variance between studies that is negative or not a number.
    #[error("tau2 must be at least 0 and finite, but is {value}")]
    NegativeTau2 {
        /// The value given.
        value: f64,
    },
    /// An iteration did not settle within its bound.
    #[error("{what} did not converge in {steps} steps (last value {last})")]
    NoConvergence {
        /// What was iterated.
        what: &'static str,
        /// The last iterate.
        last: f64,
        /// The number of steps taken.
        steps: usize,
    },
    /// The data are so far apart in size that the result is not a finite number.
    #[error("{quantity} is outside the range of floating-point numbers")]
    OutOfRange {
        /// The quantity.
        quantity: &'static str,
    },
    /// A method name that no member of the closed set answers to.
    #[error("unknown {what} {name:?}")]
    UnknownName {
        /// What was looked up.
        what: &'static str,
        /// The name given.
        name: Box<str>,
    },
    /// A published figure that is not a decimal number.
    #[error("a printed figure must be a decimal number, but is {text:?}")]
    NotDecimal {
        /// The text given.
        text: Box<str>,
    },
    /// The data shown with a result are not those it came from.
    #[error("the data must be those that were pooled ({k} studies), but {reason}")]
    NotThePooled {
        /// The number of studies pooled.
        k: usize,
        /// What gave them away.
        reason: &'static str,
    },
    /// Random draws that are too few for what is asked of them.
    #[error("{quantity} needs at least {needed} draws, but there are {found}")]
    TooFewDraws {
        /// What was to be computed.
        quantity: &'static str,
        /// The smallest number of draws for which it is defined.
        needed: usize,
        /// The number of draws asked for.
        found: usize,
    },
    /// The caller's progress function stopped the computation.
    #[error("cancelled after {done} of {total}")]
    Cancelled {
        /// How many steps were done.
        done: u64,
        /// How many there are.
        total: u64,
    },
    /// Values by which studies are to be ordered, of which one has no place in the order, as NaN has none.
    #[error("the {what} must have an order, but one compares with none")]
    Unordered {
        /// Which values.
        what: &'static str,
    },
    /// An error of somebody else's effect size or estimator.
    #[error("{0}")]
    Other(Box<str>),
}

fn excluded_text(excluded: usize) -> String {
    match excluded {
        0 => String::new(),
        1 => " (1 is excluded as not estimable)".into(),
        n => format!(" ({n} are excluded as not estimable)"),
    }
}

/// Why an analysis or a study was refused: the [`kind`](Self::kind) and, where it applies, the [`study`](Self::study).
///
/// ```
/// use meta_analysis::{RiskRatio, Studies};
///
/// let error = Studies::from_analysis(RiskRatio, vec![0.1, 0.2], vec![0.04, -0.02]).unwrap_err();
/// assert_eq!(error.to_string(), "study 2: the variance must be positive and finite, but is -0.02");
/// assert_eq!(error.study(), Some(1));
/// ```
#[derive(Clone, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    study: Option<usize>,
    label: Option<Box<str>>,
}

impl Error {
    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The index of the study, counted from 0; the text counts from 1.
    #[must_use]
    pub const fn study(&self) -> Option<usize> {
        self.study
    }

    /// The label of the study, if it is known.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The same error, said of the study with this index (from 0). An index that is already there stays.
    #[must_use]
    pub fn in_study(mut self, index: usize) -> Self {
        self.study.get_or_insert(index);
        self
    }

    /// The same error, with the study's label in its text. A label that is already there stays.
    #[must_use]
    pub fn with_label(mut self, label: &str) -> Self {
        self.label.get_or_insert_with(|| label.into());
        self
    }

    /// An error of one's own effect size or estimator, in one's own words.
    #[must_use]
    pub fn other(message: impl Into<String>) -> Self {
        ErrorKind::Other(message.into().into_boxed_str()).into()
    }

    /// True if the data are valid but hold no information on the measure (see [`ErrorKind::NotEstimable`]).
    #[must_use]
    pub const fn is_not_estimable(&self) -> bool {
        matches!(self.kind, ErrorKind::NotEstimable { .. })
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, study: None, label: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.study, &self.label) {
            (Some(index), Some(label)) => write!(f, "study {} ({label}): ", index.saturating_add(1))?,
            (Some(index), None) => write!(f, "study {}: ", index.saturating_add(1))?,
            (None, Some(label)) => write!(f, "{label}: ")?,
            (None, None) => {}
        }
        self.kind.fmt(f)
    }
}

/// Prints the sentence, so that `fn main() -> Result<(), Error>` shows it; `{:#?}` shows the fields.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("study", &self.study)
            .field("label", &self.label)
            .finish()
    }
}

impl std::error::Error for Error {}
