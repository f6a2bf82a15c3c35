//! The command line.

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt as _};
use meta_analysis::{
    Convention, CorrectedStudies, Inference, KnownTau2, Level, PredictionMethod, Tau2Estimator, Tau2Method, ZeroCells,
};

use super::column::{Column, Scale};
use super::measure::Named;
use super::plan::Kind;
use super::{Failure, listed};

/// What is asked for.
pub(crate) enum Command {
    Help,
    Pool(Box<Options>),
}

/// How to read and to pool.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) file: Option<OsString>,
    pub(crate) separator: Option<char>,
    pub(crate) decimal_comma: bool,
    pub(crate) skip_missing: bool,
    pub(crate) columns: Vec<(Column, String)>,
    pub(crate) kind: Option<Kind>,
    pub(crate) measure: Option<Named>,
    pub(crate) scale: Option<Scale>,
    pub(crate) interval_level: Option<Level>,
    pub(crate) zero_cells: Option<ZeroCells>,
    pub(crate) zero_cells_in_sums: Option<ZeroCells>,
    pub(crate) convention: Option<Convention>,
    pub(crate) model: Model,
    pub(crate) tau2: Option<Box<dyn Tau2Estimator<f64>>>,
    pub(crate) inference: Option<Inference>,
    pub(crate) prediction: Option<PredictionMethod>,
    pub(crate) level: Level,
    pub(crate) decimals: Option<usize>,
    pub(crate) ascii: bool,
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Model {
    #[default]
    Random,
    Common,
    MantelHaenszel,
    MantelHaenszelRandom,
    Peto,
    Ivhet,
    Unweighted,
}

impl Model {
    /// All of them, each with its names and what it is.
    pub(crate) const ALL: [(Self, &[&str], &str); 7] = [
        (Self::Random, &["random"], "true effects differ"),
        (Self::Common, &["common", "fixed"], "all studies have one true effect; inverse variance"),
        (Self::MantelHaenszel, &["mantel-haenszel", "mh"], "one true rr, or, rd, irr or ird; Mantel-Haenszel weights"),
        (Self::MantelHaenszelRandom, &["mh-random"], "true effects differ; tau2 from the Q about Mantel-Haenszel"),
        (Self::Peto, &["peto"], "one true odds ratio; Peto's method"),
        (Self::Ivhet, &["ivhet"], "weights of the common effect, variance of random effects"),
        (Self::Unweighted, &["unweighted"], "equal weights"),
    ];

    fn read(name: &str) -> Result<Self, Failure> {
        let found = Self::ALL.into_iter().find(|(_, names, _)| names.iter().any(|n| n.eq_ignore_ascii_case(name)));
        found.map(|(model, ..)| model).ok_or_else(|| {
            let known = listed(Self::ALL.iter().filter_map(|(_, names, _)| names.first()));
            Failure::new(format!("--model: unknown model {name:?}; there are {known}"))
        })
    }

    /// True if it pools counts and not effects.
    pub(crate) const fn is_of_counts(self) -> bool {
        matches!(self, Self::MantelHaenszel | Self::MantelHaenszelRandom | Self::Peto)
    }

    /// True if true effects differ.
    const fn is_random(self) -> bool {
        matches!(self, Self::Random | Self::MantelHaenszelRandom | Self::Ivhet | Self::Unweighted)
    }

    const fn has_tau2(self) -> bool {
        matches!(self, Self::Random | Self::Ivhet | Self::Unweighted)
    }
}

/// Reads the arguments (without the program's name).
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Failure> {
    let mut parser = Parser::from_args(args);
    let mut options = Options::default();
    let mut zero_cells = ZeroCellsFlags::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("skip-missing") => options.skip_missing = true,
            Arg::Long("decimal-comma") => options.decimal_comma = true,
            Arg::Long("ascii") => options.ascii = true,
            Arg::Long("json") => options.json = true,
            Arg::Long(flag) => {
                let flag = flag.to_owned();
                if !FLAGS.contains(&flag.as_str()) {
                    return Err(Failure::new(format!("unknown option --{flag}; --help lists them all")));
                }
                let value = parser.value()?.string()?;
                set(&mut options, &mut zero_cells, &flag, &value)?;
            }
            Arg::Value(file) => match &options.file {
                None => options.file = Some(file),
                Some(first) => {
                    let (first, second) = (first.to_string_lossy(), file.to_string_lossy());
                    return Err(Failure::new(format!("expected one file, but found {first:?} and {second:?}")));
                }
            },
            other => return Err(other.unexpected().into()),
        }
    }
    options.zero_cells = zero_cells.policy();
    check(&options)?;
    Ok(Command::Pool(Box::new(options)))
}

/// The options with a value.
const FLAGS: [&str; 17] = [
    "separator",
    "column",
    "data",
    "measure",
    "scale",
    "interval-level",
    "zero-cells",
    "zero-cells-in",
    "zero-cells-in-sums",
    "convention",
    "double-zeros",
    "model",
    "tau2",
    "inference",
    "prediction",
    "level",
    "decimals",
];

fn set(options: &mut Options, zero_cells: &mut ZeroCellsFlags, flag: &str, value: &str) -> Result<(), Failure> {
    let of_flag = |error: meta_analysis::Error| Failure::new(format!("--{flag}: {error}"));
    match flag {
        "separator" => options.separator = Some(separator(value)?),
        "column" => {
            let (column, name) = value.split_once('=').ok_or_else(|| {
                Failure::new(format!(
                    "--column: expected MEANING=NAME, as in treated-events=Deaths, but found {value:?}"
                ))
            })?;
            let column: Column = column.parse()?;
            if options.columns.iter().any(|(before, _)| *before == column) {
                return Err(Failure::new(format!("--column: {column} is given twice")));
            }
            options.columns.push((column, name.trim().to_owned()));
        }
        "data" => {
            let kinds = Kind::ALL.map(|kind| (kind.name(), kind));
            options.kind = Some(one_of(flag, value, &kinds)?);
        }
        "measure" => options.measure = Some(value.parse()?),
        "scale" => {
            let scales = [("natural", Scale::Natural), ("analysis", Scale::Analysis)];
            options.scale = Some(one_of(flag, value, &scales)?);
        }
        "interval-level" => options.interval_level = Some(value.parse().map_err(of_flag)?),
        "zero-cells" => zero_cells.amount = Some(amount(flag, value)?),
        "zero-cells-in-sums" => options.zero_cells_in_sums = Some(amount(flag, value)?),
        "convention" => {
            options.convention = Some(value.parse().map_err(|error| known(of_flag(error), Convention::ALL))?);
        }
        "zero-cells-in" => {
            let studies = [
                ("with-zero", CorrectedStudies::WithZero),
                ("all", CorrectedStudies::All),
                ("all-if-any", CorrectedStudies::AllIfAny),
            ];
            zero_cells.studies = Some(one_of(flag, value, &studies)?);
        }
        "double-zeros" => zero_cells.keep = Some(one_of(flag, value, &[("keep", true), ("exclude", false)])?),
        "model" => options.model = Model::read(value)?,
        "tau2" => options.tau2 = Some(tau2(value)?),
        "inference" => options.inference = Some(value.parse().map_err(|error| known(of_flag(error), Inference::ALL))?),
        "prediction" => {
            options.prediction = Some(value.parse().map_err(|error| known(of_flag(error), PredictionMethod::ALL))?);
        }
        "level" => options.level = value.parse().map_err(of_flag)?,
        _ => {
            let decimals = value.parse().ok().filter(|decimals| *decimals <= 15);
            let expected = || Failure::new(format!("--decimals: expected a number from 0 to 15, but found {value:?}"));
            options.decimals = Some(decimals.ok_or_else(expected)?);
        }
    }
    Ok(())
}

fn separator(value: &str) -> Result<char, Failure> {
    let mut characters = value.chars();
    match (value, characters.next(), characters.next()) {
        ("comma", ..) => Ok(','),
        ("semicolon", ..) => Ok(';'),
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(one), None) if !one.is_alphanumeric() && !matches!(one, '"' | '\n' | '\r') => Ok(one),
        _ => Err(Failure::new(format!(
            "--separator: expected comma, semicolon, tab or a character that is no letter or digit, but found {value:?}"
        ))),
    }
}

fn one_of<T: Copy>(flag: &str, value: &str, values: &[(&str, T)]) -> Result<T, Failure> {
    let found = values.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known = listed(values.iter().map(|(name, _)| name));
        Failure::new(format!("--{flag}: expected one of {known}, but found {value:?}"))
    })
}

/// The sentence, and what would have been right.
fn known<T: ToString>(failure: Failure, values: &[T]) -> Failure {
    Failure::new(format!(
        "{failure}; there are {}",
        listed(values.iter().map(|value| format!("{:?}", value.to_string())))
    ))
}

/// An estimator, or a number.
fn tau2(value: &str) -> Result<Box<dyn Tau2Estimator<f64>>, Failure> {
    if let Ok(number) = value.parse::<f64>() {
        let known = KnownTau2::new(number).map_err(|error| Failure::new(format!("--tau2: {error}")))?;
        return Ok(Box::new(known));
    }
    let method: Result<Tau2Method, _> = value.parse();
    let method = method.map_err(|error| known(Failure::new(format!("--tau2: {error}")), Tau2Method::ALL))?;
    Ok(Box::new(method))
}

fn amount(flag: &str, value: &str) -> Result<ZeroCells, Failure> {
    if let Ok(number) = value.parse::<f64>() {
        return ZeroCells::constant(number).map_err(|error| Failure::new(format!("--{flag}: {error}")));
    }
    let named = [("half", ZeroCells::HALF), ("none", ZeroCells::NONE), ("treatment-arm", ZeroCells::treatment_arm())];
    one_of(flag, value, &named)
        .map_err(|failure| Failure::new(failure.to_string().replacen("one of", "a number or one of", 1)))
}

/// The parts of a policy, each with its flag.
#[derive(Default)]
struct ZeroCellsFlags {
    amount: Option<ZeroCells>,
    studies: Option<CorrectedStudies>,
    keep: Option<bool>,
}

impl ZeroCellsFlags {
    fn policy(&self) -> Option<ZeroCells> {
        if self.amount.is_none() && self.studies.is_none() && self.keep.is_none() {
            return None;
        }
        let policy = self.amount.unwrap_or(ZeroCells::HALF);
        let policy = self.studies.map_or(policy, |studies| policy.in_studies(studies));
        Some(match self.keep {
            None => policy,
            Some(true) => policy.keeping_double_zeros(),
            Some(false) => policy.excluding_double_zeros(),
        })
    }
}

/// No flag is ignored in silence.
fn check(options: &Options) -> Result<(), Failure> {
    let model = options.model;
    let name = Model::ALL.iter().find(|(one, ..)| *one == model).and_then(|(_, names, _)| names.first()).unwrap_or(&"");
    let by_sums = matches!(model, Model::MantelHaenszel | Model::MantelHaenszelRandom);
    // Each flag, whether it is given, and whether the model has a use for it.
    let flags = [
        ("--tau2", options.tau2.is_some(), model.has_tau2()),
        ("--prediction", options.prediction.is_some(), model.is_random()),
        ("--inference", options.inference.is_some(), model.is_random() || model == Model::Common),
        ("--zero-cells", options.zero_cells.is_some(), true),
        ("--zero-cells-in-sums", options.zero_cells_in_sums.is_some(), by_sums),
    ];
    for (flag, given, useful) in flags {
        if given && options.convention.is_some() {
            return Err(Failure::new(format!("{flag} is decided by --convention: give one of them")));
        }
        if given && !useful {
            return Err(Failure::new(format!("{flag} has no meaning for --model {name}")));
        }
    }
    let allowed: &[Named] = match model {
        Model::MantelHaenszel | Model::MantelHaenszelRandom => {
            &[Named::RiskRatio, Named::OddsRatio, Named::RiskDifference, Named::RateRatio, Named::RateDifference]
        }
        Model::Peto => &[Named::Peto, Named::OddsRatio],
        _ => return Ok(()),
    };
    match options.measure {
        Some(measure) if !allowed.contains(&measure) => {
            let allowed = listed(allowed.iter().map(|measure| measure.about()));
            Err(Failure::new(format!("--model {name} pools the {allowed}, but --measure is {}", measure.about())))
        }
        _ => Ok(()),
    }
}
