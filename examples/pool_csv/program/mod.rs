//! The program without its process: arguments in, text out, so that tests can call it.

mod answer;
mod cells;
mod column;
mod convention;
mod counts;
mod data;
mod help;
mod measure;
mod options;
mod plan;
mod sheet;

use std::ffi::OsString;
use std::fmt;
use std::io::Read as _;

use options::{Command, Options};
use sheet::Sheet;

const DEMO: &str = include_str!("../demo.csv");
const DEMO_TITLE: &str = "\
Deaths with ketamine or etomidate for emergency intubation (Zampieri F et al., PROSPERO CRD420251251225).
This is a demonstration; --help tells how to pool a file of your own.";

/// What the program has to say.
#[derive(Debug)]
pub(crate) struct Output {
    /// The result, for standard output.
    pub(crate) text: String,
    /// What a reader should know about how the file was read, for standard error.
    pub(crate) notes: Vec<String>,
}

/// Why there is no result, in one sentence.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the program with these arguments (without its name).
pub(crate) fn run(args: impl IntoIterator<Item = OsString>) -> Result<Output, Failure> {
    let options = match options::parse(args)? {
        Command::Help => return Ok(Output { text: help::text(), notes: Vec::new() }),
        Command::Pool(options) => options,
    };
    let sheet = read(&options)?;
    let plan = plan::Plan::new(&sheet, &options)?;
    let mut notes = sheet.notes.clone();
    let data = data::Data::read(&sheet, &plan, &options, &mut notes)?;
    notes.push(plan.note(&sheet, data.len()));
    notes.extend(data.key(&options));
    let mut text = data.answer(&plan, &options)?;
    if options.file.is_none() && !options.json {
        text = format!("{DEMO_TITLE}\n\n{text}");
    }
    Ok(Output { text, notes })
}

fn read(options: &Options) -> Result<Sheet, Failure> {
    let Some(file) = &options.file else {
        return Sheet::parse(DEMO.as_bytes(), options.separator);
    };
    let bytes = if file == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.map_err(|error| Failure::new(format!("cannot read {}: {error}", file.to_string_lossy())))?;
    Sheet::parse(&bytes, options.separator)
}

/// A name without what people write differently: letters and digits, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `"a", "b" and "c"`.
fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
    match (names.pop(), names.is_empty()) {
        (None, _) => "none".into(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} and {last}", names.join(", ")),
    }
}
