//! Moderators as columns.

use std::fmt;

/// How a factor with m levels becomes m - 1 columns.
///
/// Coefficients have another meaning in each coding; fit, predictions and the test of the factor as a whole are the
/// same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// Each level but the first against the first.
    #[default]
    #[doc(alias = "dummy")]
    #[doc(alias = "contr.treatment")]
    Treatment,
    /// Each level but the last against the mean of all levels.
    #[doc(alias = "deviation")]
    #[doc(alias = "contr.sum")]
    Sum,
    /// Each level but the first against the mean of those before it: a coefficient is the difference divided by the
    /// number of the level.
    #[doc(alias = "contr.helmert")]
    Helmert,
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Treatment => "treatment",
            Self::Sum => "sum",
            Self::Helmert => "Helmert",
        })
    }
}

/// The values of one moderator.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Continuous(Vec<f64>),
    Factor { levels: Vec<Box<str>>, codes: Vec<usize>, coding: Coding },
}

/// One value of a moderator.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Number(f64),
    Level(usize),
}

/// What turns the value of a moderator into the entry of a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    Itself,
    /// 1 for this level.
    Is(usize),
    /// 1 for this level, -1 for the last.
    Sum {
        level: usize,
        last: usize,
    },
    /// The number of the level, counted from 0, for this level, -1 for those before.
    Helmert(usize),
}

impl Rule {
    #[allow(clippy::cast_precision_loss, reason = "there are few levels")]
    pub(super) fn at(self, value: Value) -> f64 {
        match (self, value) {
            (Self::Itself, Value::Number(x)) => x,
            (Self::Is(level), Value::Level(code)) => f64::from(u8::from(code == level)),
            (Self::Sum { level, last }, Value::Level(code)) => {
                f64::from(i8::from(code == level) - i8::from(code == last))
            }
            (Self::Helmert(level), Value::Level(code)) if code == level => level as f64,
            (Self::Helmert(level), Value::Level(code)) => -f64::from(u8::from(code < level)),
            // A rule is only ever made for its own kind of moderator.
            (Self::Itself, Value::Level(_)) | (_, Value::Number(_)) => f64::NAN,
        }
    }
}

impl Data {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Continuous(values) => values.len(),
            Self::Factor { codes, .. } => codes.len(),
        }
    }

    pub(super) fn value(&self, i: usize) -> Value {
        match self {
            Self::Continuous(values) => Value::Number(values[i]),
            Self::Factor { codes, .. } => Value::Level(codes[i]),
        }
    }

    pub(super) fn select(&self, kept: &[usize]) -> Self {
        match self {
            Self::Continuous(values) => Self::Continuous(kept.iter().map(|&i| values[i]).collect()),
            Self::Factor { levels, codes, coding } => {
                let codes = kept.iter().map(|&i| codes[i]).collect();
                Self::Factor { levels: levels.clone(), codes, coding: *coding }
            }
        }
    }

    /// The columns of the moderator with what they add to its name; `full` for one of each level.
    pub(super) fn rules(&self, full: bool) -> Vec<(String, Rule)> {
        let Self::Factor { levels, coding, .. } = self else { return vec![(String::new(), Rule::Itself)] };
        let named = |level: usize, rule| (format!("[{}]", levels[level]), rule);
        let last = levels.len() - 1;
        match coding {
            _ if full => (0..=last).map(|level| named(level, Rule::Is(level))).collect(),
            Coding::Treatment => (1..=last).map(|level| named(level, Rule::Is(level))).collect(),
            Coding::Sum => (0..last).map(|level| named(level, Rule::Sum { level, last })).collect(),
            Coding::Helmert => {
                (1..=last).map(|level| (format!("[{} against before]", levels[level]), Rule::Helmert(level))).collect()
            }
        }
    }
}
