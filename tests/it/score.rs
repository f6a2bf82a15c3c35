//! Scoring against certified values: the number of right digits, by kind of quantity.

use std::collections::BTreeMap;

use serde_json::Value;

/// Certified values are stored as doubles, so that no score above this can be told from a perfect one.
const CUT_OFF: f64 = 15.5;

/// Kinds of quantity, with the fewest right digits that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Estimate,
    StdError,
    Limit,
    Tau2,
    Tau2Limit,
    Tau2StdError,
    Q,
    PValue,
    LogP,
    LogLikelihood,
}

impl Kind {
    pub(crate) fn floor(self) -> f64 {
        match self {
            Self::Estimate | Self::StdError | Self::Limit => 13.5,
            Self::Tau2 | Self::Tau2Limit | Self::Tau2StdError => 12.5,
            Self::Q => 14.0,
            Self::PValue | Self::LogP => 11.0,
            Self::LogLikelihood => 13.0,
        }
    }
}

/// One computed value to be scored.
pub(crate) struct Scored<'a> {
    pub(crate) kind: Kind,
    pub(crate) group: &'a str,
    pub(crate) what: &'a str,
    pub(crate) computed: f64,
    pub(crate) certified: f64,
    /// What the error is relative to where the certified value is smaller.
    pub(crate) scale: f64,
    /// The kind's floor, unless a named exception lowers it.
    pub(crate) floor: f64,
}

/// The scores of a run: each with the name of its value, by kind and set, and, but for the named
/// exceptions, by kind and estimator.
#[derive(Default)]
pub(crate) struct Scores {
    by_kind: BTreeMap<(Kind, String), Vec<(f64, String)>>,
    by_estimator: BTreeMap<(Kind, String), Vec<(f64, String)>>,
    failures: Vec<String>,
}

/// -log10 of the relative error, cut off; relative to `scale` where that is larger than the value.
pub(crate) fn digits(computed: f64, certified: f64, scale: f64) -> f64 {
    let error = (computed - certified).abs();
    if error == 0.0 {
        return CUT_OFF;
    }
    let digits = -(error / certified.abs().max(scale)).log10();
    if digits.is_nan() { 0.0 } else { digits.min(CUT_OFF) }
}

impl Scores {
    pub(crate) fn add(&mut self, value: &Scored<'_>) {
        let Scored { kind, group, what, computed, certified, scale, floor } = *value;
        let score = digits(computed, certified, scale);
        if score < floor {
            self.failures.push(format!(
                "{what} ({group}): {score:.2} digits, {floor} wanted: computed {computed:e}, certified {certified:e}"
            ));
        }
        self.by_kind.entry((kind, group.to_owned())).or_default().push((score, what.to_owned()));
        // "set estimator.field"; named exceptions are left out here.
        if floor >= kind.floor() {
            let estimator = what.split([' ', '.']).nth(1).unwrap_or_default();
            self.by_estimator.entry((kind, estimator.to_owned())).or_default().push((score, what.to_owned()));
        }
    }

    pub(crate) fn fail(&mut self, message: String) {
        self.failures.push(message);
    }

    /// Prints the minimum and the median per kind, then fails if anything is below its floor.
    pub(crate) fn finish(self) {
        print("sets", self.by_kind);
        print("estimator", self.by_estimator);
        assert!(
            self.failures.is_empty(),
            "{} values below their floor:\n{}",
            self.failures.len(),
            self.failures.join("\n")
        );
    }
}

fn print(by: &str, scores: BTreeMap<(Kind, String), Vec<(f64, String)>>) {
    println!("{:<16} {by:<12} {:>6} {:>8} {:>8}  lowest", "statistic", "values", "minimum", "median");
    for ((kind, group), mut scores) in scores {
        scores.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (lowest, what) = &scores[0];
        let median = scores[scores.len() / 2].0;
        println!("{:<16} {group:<12} {:>6} {lowest:>8.2} {median:>8.2}  {what}", format!("{kind:?}"), scores.len());
    }
}

/// The text of a fixture as JSON.
pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture is valid JSON")
}

pub(crate) fn floats(column: &Value) -> Vec<f64> {
    column.as_array().expect("a column").iter().map(|x| x.as_f64().expect("a number")).collect()
}
