//! The file of published figures, read strictly: a field or a word that nobody knows fails.

use std::fmt;

use meta_analysis::Level;
use serde_json::{Map, Value};

/// One published meta-analysis.
pub(crate) struct Example<'a>(&'a Value);

/// One printed figure.
#[derive(Default)]
pub(crate) struct Figure<'a> {
    pub(crate) model: &'a str,
    pub(crate) quantity: &'a str,
    /// As printed.
    pub(crate) value: &'a str,
    /// Printed as "less than".
    pub(crate) below: bool,
    pub(crate) scale: Option<&'a str>,
    pub(crate) level: Option<&'a str>,
    pub(crate) interval: Option<&'a str>,
    pub(crate) variance: Option<&'a str>,
    pub(crate) i2_definition: Option<&'a str>,
    pub(crate) q_about: Option<&'a str>,
    pub(crate) subset: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
}

impl<'a> Example<'a> {
    pub(crate) fn all(file: &'a Value) -> impl Iterator<Item = Self> {
        list(&file["examples"]).iter().map(Example)
    }

    pub(crate) fn name(&self) -> &'a str {
        text(&self.0["name"])
    }

    pub(crate) fn measure(&self) -> &'a str {
        text(&self.0["measure"])
    }

    pub(crate) fn figures(&self) -> impl Iterator<Item = Figure<'a>> {
        let mut note = None;
        list(&self.0["printed"]).iter().map(move |json| {
            let mut figure = Figure::read(json);
            // The p-value of a test follows its statistic, which has the note.
            note = figure.note.or(note.filter(|_| figure.quantity.ends_with("_p")));
            figure.note = note;
            figure
        })
    }

    /// The studies of a subset, or all.
    pub(crate) fn studies(&self, subset: Option<&str>) -> Vec<Row<'a>> {
        let group = match subset {
            None | Some("all 65 trials") => None,
            Some(subset) => Some(subset.strip_prefix("group ").and_then(|n| n.parse::<u64>().ok()).expect("a group")),
        };
        let rows = list(&self.0["studies"]).iter().map(Row);
        rows.filter(|row| group.is_none_or(|group| row.0["group"].as_u64() == Some(group))).collect()
    }
}

/// One study of an example.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a>(&'a Value);

impl Row<'_> {
    pub(crate) fn number(&self, column: &str) -> f64 {
        self.0[column].as_f64().unwrap_or_else(|| panic!("no number {column} in {}", self.0))
    }

    pub(crate) fn count(&self, column: &str) -> u64 {
        self.0[column].as_u64().unwrap_or_else(|| panic!("no count {column} in {}", self.0))
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.0.get(column).is_some()
    }
}

impl<'a> Figure<'a> {
    fn read(json: &'a Value) -> Self {
        Self::of(json.as_object().expect("an object"), &["source"])
    }

    /// A figure that does not reproduce, with its exact value.
    pub(crate) fn dropped(json: &'a Value) -> (Self, f64) {
        let figure = Self::of(json.as_object().expect("an object"), &["name", "exact", "reason"]);
        (figure, text(&json["exact"]).parse().expect("a decimal"))
    }

    fn of(fields: &'a Map<String, Value>, ignored: &[&str]) -> Self {
        let mut figure = Self::default();
        for (field, value) in fields {
            match field.as_str() {
                "model" => figure.model = text(value),
                "quantity" => figure.quantity = text(value),
                "value" | "printed" => figure.value = text(value),
                "relation" if text(value) == "<" => figure.below = true,
                "scale" => figure.scale = Some(text(value)),
                "level" => figure.level = Some(text(value)),
                "interval" => figure.interval = Some(text(value)),
                "variance" => figure.variance = Some(text(value)),
                "i2_definition" => figure.i2_definition = Some(text(value)),
                "q_about" => figure.q_about = Some(text(value)),
                "note" => figure.note = Some(text(value)),
                "subset" => figure.subset = Some(text(value)),
                other => assert!(ignored.contains(&other), "nobody looks at {other}"),
            }
        }
        figure
    }

    pub(crate) fn level(&self) -> Level {
        self.level.map_or(Level::P95, |level| level.parse().expect("a level"))
    }

    /// True if this is how `computed` is printed: off by half a unit of the last decimal at most.
    pub(crate) fn is_rounded_from(&self, computed: f64) -> bool {
        let printed: f64 = self.value.parse().expect("a decimal");
        if self.below {
            return computed < printed;
        }
        let decimals = self.value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        // A variance printed as an integer 0 is no rounded number.
        let exact = self.quantity == "tau2" && self.value == "0";
        let half = if exact { 0.0 } else { 0.5 * 0.1_f64.powi(i32::try_from(decimals).expect("few decimals")) };
        (computed - printed).abs() <= half + 1e-9 * printed.abs()
    }
}

impl fmt::Display for Figure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.model, self.quantity)?;
        for mark in
            [self.scale, self.level, self.interval, self.variance, self.i2_definition, self.q_about, self.subset]
        {
            mark.map_or(Ok(()), |mark| write!(f, " [{mark}]"))?;
        }
        write!(f, " printed as {}{}", if self.below { "< " } else { "" }, self.value)
    }
}

fn text(json: &Value) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text"))
}

fn list(json: &Value) -> &[Value] {
    json.as_array().unwrap_or_else(|| panic!("{json} is no list"))
}
