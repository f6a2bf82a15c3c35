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
    /// The quantity takes time or memory that grows so fast with the number of studies that it is not computed.
    #[error("{quantity} is computed for at most {most} studies, but there are {found}")]
    TooManyStudies {
        /// What was to be computed.
        quantity: &'static str,
        /// The largest number of studies for which it is.
        most: usize,
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
    /// A column of a batch does not have a number for every outcome.
    #[error("there must be as many {what} as outcomes ({expected}), but there are {found}")]
    OutcomeMismatch {
        /// The column that has the wrong length.
        what: &'static str,
        /// The number of outcomes, or of outcomes times studies.
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
    /// A number is negative where only 0 and positive ones have a meaning.
    #[error("the {what} must not be negative, but is {value}")]
    Negative {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A number outside its range, the ends of which are valid.
    #[error("the {what} must lie between {lower} and {upper}, but is {value}")]
    NotBetween {
        /// Which number.
        what: &'static str,
        /// The least valid value.
        lower: f64,
        /// The largest valid value.
        upper: f64,
        /// The value given.
        value: f64,
    },
    /// One group measured twice has too few members.
    #[error("there must be at least {needed} pairs of measurements, but there are {found}")]
    TooFewPairs {
        /// The smallest number for which the effect has a variance.
        needed: u64,
        /// The number found.
        found: u64,
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
    /// Arms that are matched differ in size.
    #[error("matched arms must have one size, but have {treated} and {control} patients")]
    UnequalArms {
        /// The size of the treated arm.
        treated: u128,
        /// The size of the control arm.
        control: u128,
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
    /// A baseline risk outside (0, 1).
    #[error("the baseline risk must lie between 0 and 1, both excluded, but is {value}")]
    BaselineRiskOutside {
        /// The risk given.
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
    /// A test statistic from which no standard error follows: it is 0, or its sign is not that of the effect.
    #[error("a test statistic of {statistic} with an estimate of {estimate} determines no standard error")]
    NoStdErrorFromStatistic {
        /// The statistic given.
        statistic: f64,
        /// The estimate given.
        estimate: f64,
    },
    /// Two quantiles of one sample in the wrong order.
    #[error("the {quantiles} must not be in descending order, but are {first} and {second}")]
    QuantilesNotOrdered {
        /// Which ones, as in `lower quartile and median`.
        quantiles: &'static str,
        /// The one that should not be above the other.
        first: f64,
        /// The other one.
        second: f64,
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
    /// The caller's progress function stopped a stream of unknown length.
    #[error("cancelled after {outcomes} outcomes")]
    StreamCancelled {
        /// How many outcomes were pooled.
        outcomes: u64,
    },
    /// What was asked for does not follow from sums over studies.
    #[error("{method} needs the studies themselves, but there are only sums over them")]
    NeedsStudies {
        /// The estimator or inference.
        method: Box<str>,
    },
    /// Sums that do not belong together.
    #[error("sums must have one {what} to be merged, but have {found}")]
    SumsMismatch {
        /// In what they differ.
        what: &'static str,
        /// What both have, as in `6 and 5.2`.
        found: Box<str>,
    },
    /// A moderator, or its value at a new point, is not what its design needs.
    #[error("the moderator {name:?} {reason}")]
    Moderator {
        /// Its name.
        name: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A design without an intercept and without moderators.
    #[error("a design must have at least one column, but has none")]
    NoColumns,
    /// A column of a design is determined by the others.
    #[error("the columns of a design must be independent, but {column:?} {}", combination_text(.others))]
    DependentColumns {
        /// The name of the column.
        column: Box<str>,
        /// The names of the columns of which it is a combination; none if it is 0 throughout.
        others: Vec<String>,
    },
    /// A row of a design with the wrong number of entries.
    #[error("a row must have an entry for each of the {expected} columns of the design, but has {found}")]
    WrongRow {
        /// The number of columns.
        expected: usize,
        /// The number of entries.
        found: usize,
    },
    /// Something that is defined for a pooled effect, but not for a regression.
    #[error("{what} is not defined for a regression on moderators")]
    NotWithModerators {
        /// What was asked for.
        what: &'static str,
    },
    /// A permutation test of moderators that has nothing to permute.
    #[error("a permutation test of moderators needs studies with different ones, but all rows of the design are equal")]
    EqualRows,
    /// Two fits that no likelihood-ratio test compares.
    #[error("a likelihood-ratio test needs nested fits of the same studies by one likelihood, but {reason}")]
    NotComparable {
        /// What stands against it.
        reason: &'static str,
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

impl ErrorKind {
    /// True if other studies would be needed, or more of them.
    pub(crate) const fn is_lack_of_studies(&self) -> bool {
        matches!(self, Self::TooFewStudies { .. } | Self::DependentColumns { .. } | Self::NoStudies { .. })
    }
}

fn excluded_text(excluded: usize) -> String {
    match excluded {
        0 => String::new(),
        1 => " (1 is excluded as not estimable)".into(),
        n => format!(" ({n} are excluded as not estimable)"),
    }
}

fn combination_text(others: &[String]) -> String {
    if others.is_empty() {
        return "is 0 throughout".into();
    }
    let quoted: Vec<String> = others.iter().map(|name| format!("{name:?}")).collect();
    format!("is a combination of {}", quoted.join(", "))
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
