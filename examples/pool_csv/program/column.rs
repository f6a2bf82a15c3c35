//! What a column can hold, and the names by which it is recognised.

use std::fmt;
use std::str::FromStr;

use super::measure::Named;
use super::{Failure, listed, plain};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Label,
    Of(Arm, Quantity),
    Estimate,
    StdError,
    Variance,
    Lower,
    Upper,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arm {
    Treated,
    Control,
}

/// What there is of each arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Events,
    NonEvents,
    Total,
    Time,
    Mean,
    Sd,
}

/// What the scale of an estimate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// A risk ratio of 0.8.
    Natural,
    /// Its logarithm.
    Analysis,
}

/// What the name of a column of estimates tells about them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Estimates {
    pub(crate) measure: Option<Named>,
    pub(crate) scale: Option<Scale>,
}

const ARMS: [Arm; 2] = [Arm::Treated, Arm::Control];
const QUANTITIES: [Quantity; 6] =
    [Quantity::Events, Quantity::NonEvents, Quantity::Total, Quantity::Time, Quantity::Mean, Quantity::Sd];

impl Column {
    /// All of them.
    pub(crate) fn all() -> Vec<Self> {
        let of_arms = ARMS.iter().flat_map(|&arm| QUANTITIES.iter().map(move |&quantity| Self::Of(arm, quantity)));
        let mut all = vec![Self::Label];
        all.extend(of_arms);
        all.extend([Self::Estimate, Self::StdError, Self::Variance, Self::Lower, Self::Upper]);
        all
    }

    /// How well this name (in [`plain`] form) says that a column holds this: the smaller, the better.
    pub(crate) fn recognises(self, name: &str) -> Option<usize> {
        match self {
            Self::Of(arm, quantity) => is_of_arm(arm, quantity, name).then_some(0),
            Self::Estimate => estimates(name).map(|_| 0),
            // Several columns can name a study: the earlier in the list, the better.
            Self::Label => LABELS.iter().position(|label| *label == name),
            Self::StdError => STD_ERRORS.contains(&name).then_some(0),
            Self::Variance => VARIANCES.contains(&name).then_some(0),
            Self::Lower => is_limit(name, &["lower", "low", "start", "lb", "ll", "lcl"]).then_some(0),
            Self::Upper => is_limit(name, &["upper", "high", "end", "ub", "ul", "ucl"]).then_some(0),
        }
    }
}

const LABELS: [&str; 13] = [
    "slab",
    "studlab",
    "label",
    "study",
    "studyname",
    "studyid",
    "studylabel",
    "studies",
    "author",
    "authors",
    "trial",
    "name",
    "reference",
];
const STD_ERRORS: [&str; 8] = ["se", "sei", "sete", "stderr", "stderror", "standarderror", "seestimate", "givse"];
const VARIANCES: [&str; 6] = ["v", "vi", "var", "variance", "samplingvariance", "varte"];

/// `event.e`, `Events 1`, `treated_events`, `ai`, ...
fn is_of_arm(arm: Arm, quantity: Quantity, name: &str) -> bool {
    let arms: &[&str] = match arm {
        Arm::Treated => &[
            "treated",
            "treatment",
            "treat",
            "experimental",
            "exp",
            "intervention",
            "active",
            "e",
            "t",
            "1",
            "group1",
            "arm1",
        ],
        Arm::Control => {
            &["control", "controls", "ctrl", "comparator", "comparison", "placebo", "c", "2", "group2", "arm2"]
        }
    };
    let quantities: &[&str] = match quantity {
        Quantity::Events => &["events", "event", "cases"],
        Quantity::NonEvents => &["nonevents", "nonevent", "noevents", "noncases"],
        Quantity::Total => &["total", "totals", "n", "size", "samplesize", "patients", "participants"],
        Quantity::Time => &["time", "persontime", "personyears", "patientyears", "exposure"],
        Quantity::Mean => &["mean", "m"],
        Quantity::Sd => &["sd", "stddev", "standarddeviation"],
    };
    // The letters of R's metafor, and of its data sets.
    let letters: &[&str] = match (quantity, arm) {
        (Quantity::Events, Arm::Treated) => &["ai", "x1i", "tpos"],
        (Quantity::Events, Arm::Control) => &["ci", "x2i", "cpos"],
        (Quantity::NonEvents, Arm::Treated) => &["bi", "tneg"],
        (Quantity::NonEvents, Arm::Control) => &["di", "cneg"],
        (Quantity::Total, Arm::Treated) => &["n1i"],
        (Quantity::Total, Arm::Control) => &["n2i"],
        (Quantity::Time, Arm::Treated) => &["t1i"],
        (Quantity::Time, Arm::Control) => &["t2i"],
        (Quantity::Mean, Arm::Treated) => &["m1i"],
        (Quantity::Mean, Arm::Control) => &["m2i"],
        (Quantity::Sd, Arm::Treated) => &["sd1i"],
        (Quantity::Sd, Arm::Control) => &["sd2i"],
    };
    let composed = |q: &&str| {
        name.strip_prefix(q).is_some_and(|rest| arms.contains(&rest))
            || name.strip_suffix(q).is_some_and(|rest| arms.contains(&rest))
    };
    letters.contains(&name) || quantities.iter().any(composed)
}

/// `CI Start`, `ci.lb`, `lower`, `95% CI lower`, `lower_95`, ...
fn is_limit(name: &str, ends: &[&str]) -> bool {
    let rest = name.replace("95", "").replace("90", "").replace("99", "");
    ["", "ci", "limit", "cilimit", "confidencelimit", "bound"].iter().any(|around| {
        ends.iter().any(|end| {
            // `start` or `low` alone could be anything.
            let enough = !around.is_empty() || !matches!(*end, "start" | "end" | "low" | "high");
            enough && (rest == format!("{around}{end}") || rest == format!("{end}{around}"))
        })
    })
}

/// What a name (in [`plain`] form) tells of the estimates in a column, if it is one for estimates.
pub(crate) fn estimates(name: &str) -> Option<Estimates> {
    let (natural, analysis) = (Some(Scale::Natural), Some(Scale::Analysis));
    match name {
        "yi" | "y" | "te" | "givmean" => return Some(Estimates { measure: None, scale: analysis }),
        "effectestimate" => return Some(Estimates { measure: None, scale: natural }),
        "estimate" | "effect" | "effectsize" | "es" => return Some(Estimates::default()),
        _ => {}
    }
    let (rest, scale) = match name.strip_prefix("log").or_else(|| name.strip_prefix("ln")) {
        Some(rest) => (rest, analysis),
        None => (name, natural),
    };
    let measure = match rest {
        "or" | "oddsratio" => Named::OddsRatio,
        "rr" | "riskratio" | "relativerisk" => Named::RiskRatio,
        "hr" | "hazardratio" => Named::HazardRatio,
        "irr" | "rateratio" => Named::RateRatio,
        "rom" | "ratioofmeans" => Named::RatioOfMeans,
        "rd" | "riskdifference" if scale == natural => Named::RiskDifference,
        "md" | "meandifference" if scale == natural => Named::MeanDifference,
        "smd" | "standardisedmeandifference" | "standardizedmeandifference" | "hedgesg" if scale == natural => {
            Named::HedgesG
        }
        _ => return None,
    };
    Some(Estimates { measure: Some(measure), scale })
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Label => "label",
            Self::Estimate => "estimate",
            Self::StdError => "std-error",
            Self::Variance => "variance",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Of(Arm::Treated, quantity) => return write!(f, "treated-{quantity}"),
            Self::Of(Arm::Control, quantity) => return write!(f, "control-{quantity}"),
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Events => "events",
            Self::NonEvents => "non-events",
            Self::Total => "total",
            Self::Time => "time",
            Self::Mean => "mean",
            Self::Sd => "sd",
        })
    }
}

/// Reads the names that are printed, and `se`.
impl FromStr for Column {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        let wanted = plain(name);
        let named =
            |column: &Self| plain(&column.to_string()) == wanted || (*column == Self::StdError && wanted == "se");
        Self::all().into_iter().find(named).ok_or_else(|| {
            let known = listed(Self::all().iter().map(Self::to_string));
            Failure::new(format!("--column: unknown meaning {name:?}; there are {known}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(name: &str) -> Vec<String> {
        let name = plain(name);
        Column::all().into_iter().filter(|c| c.recognises(&name).is_some()).map(|c| c.to_string()).collect()
    }

    #[test]
    fn usual_names_have_one_meaning() {
        for (names, column) in [
            ("ai|event.e|Events 1|events_treated|treatedEvents|tpos|x1i|Experimental cases", "treated-events"),
            ("ci|event.c|Events 2|control events|cpos|x2i|Control cases", "control-events"),
            ("bi|treated_non_events|non-events 1|tneg", "treated-non-events"),
            ("n1i|n.e|Total 1|total_treated|N1|Experimental N", "treated-total"),
            ("n2i|n.c|TOTAL 2|Total (control)|n_c|placebo n", "control-total"),
            ("m1i|mean.e|Mean 1|treated_mean", "treated-mean"),
            ("sd2i|sd.c|SD 2|control sd", "control-sd"),
            ("t1i|time.e|person-time 1|exposure_treated", "treated-time"),
            ("yi|TE|Effect Estimate|estimate|OR|log_or|Hazard Ratio|lnHR|smd", "estimate"),
            ("sei|seTE|SE|std.error|standard error|GIV SE", "std-error"),
            ("vi|variance|var", "variance"),
            ("CI Start|ci.lb|lower|95% CI lower|lower_95|CI_low|lower CI limit", "lower"),
            ("CI End|ci.ub|upper|95% CI upper|upper_95|CI_high", "upper"),
            ("slab|studlab|Study|author|Name", "label"),
        ] {
            for name in names.split('|') {
                assert_eq!(meaning(name), [column], "{name}");
            }
        }
        for name in ["year", "weight", "start", "end", "log md", "", "n", "mean", "country", "t", "e"] {
            assert_eq!(meaning(name), [""; 0], "{name}");
        }
    }

    #[test]
    fn every_column_reads_its_own_name() {
        for column in Column::all() {
            assert_eq!(column.to_string().parse::<Column>().expect("a known name"), column);
        }
        let unknown = "dose".parse::<Column>().expect_err("no such column").to_string();
        assert!(
            unknown.starts_with("--column: unknown meaning \"dose\"; there are label, treated-events, "),
            "{unknown}"
        );
        assert!(unknown.ends_with(", lower and upper"), "{unknown}");
    }
}
