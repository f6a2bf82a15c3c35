//! The design of a meta-regression: which moderators, in which coding.

use std::ops::Range;

use super::coding::{Coding, Data, Rule, Value};
use crate::error::{Error, ErrorKind};

/// What the mean effect is a function of: an intercept, continuous moderators, factors, and interactions of them.
///
/// The columns keep the order: the intercept, the moderators as they were added, the interactions. A moderator has a
/// value for each study, in the order of the studies (those that were excluded as not estimable may be among them).
///
/// ```
/// use meta_analysis::{Coding, Design};
///
/// let design = Design::new()
///     .continuous("latitude", [44.0, 55.0, 42.0, 52.0])?
///     .factor("allocation", ["random", "random", "alternate", "systematic"], Coding::Treatment)?;
/// assert_eq!(design.column_names(), ["intercept", "latitude", "allocation[random]", "allocation[systematic]"]);
/// assert_eq!(design.row(3).unwrap(), [1.0, 52.0, 0.0, 1.0]);
/// // The same for a new point.
/// let point = design.point(&[("latitude", 33.5.into()), ("allocation", "random".into())])?;
/// assert_eq!(point, [1.0, 33.5, 1.0, 0.0]);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "formula")]
#[doc(alias = "model.matrix")]
#[doc(alias = "mods")]
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    intercept: bool,
    variables: Vec<Variable>,
    /// Indices of variables.
    interactions: Vec<Vec<usize>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Variable {
    name: Box<str>,
    data: Data,
}

/// The value of a moderator at a new point: a number, or the level of a factor. Made by `.into()` from either.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting<'a> {
    /// The value of a continuous moderator.
    Number(f64),
    /// The level of a factor.
    Level(&'a str),
}

impl From<f64> for Setting<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Setting<'a> {
    fn from(level: &'a str) -> Self {
        Self::Level(level)
    }
}

impl Default for Design {
    fn default() -> Self {
        Self::new()
    }
}

impl Design {
    /// An intercept and nothing else.
    #[must_use]
    pub const fn new() -> Self {
        Self { intercept: true, variables: Vec::new(), interactions: Vec::new() }
    }

    /// The same without an intercept. The first factor then has a column for each of its levels, whatever its coding,
    /// so that its coefficients are the means of its levels.
    ///
    /// ```
    /// use meta_analysis::{Coding, Design};
    ///
    /// let design = Design::new().factor("drug", ["a", "b", "b"], Coding::Treatment)?.without_intercept();
    /// assert_eq!(design.column_names(), ["drug[a]", "drug[b]"]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// The same with a continuous moderator.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] with the index of its study; [`ErrorKind::LengthMismatch`] with the moderators before;
    /// [`ErrorKind::Moderator`] for a name that is there already.
    pub fn continuous(self, name: &str, values: impl Into<Vec<f64>>) -> Result<Self, Error> {
        let values = values.into();
        if let Some(i) = values.iter().position(|x| !x.is_finite()) {
            let kind = ErrorKind::NotFinite { what: "moderator", value: values[i] };
            return Err(Error::from(kind).in_study(i));
        }
        self.with(name, Data::Continuous(values))
    }

    /// The same with a factor, its levels in alphabetical order. The first is the one that the others are compared
    /// with.
    ///
    /// # Errors
    /// [`ErrorKind::Moderator`] for fewer than two levels, and for a name that is there already;
    /// [`ErrorKind::LengthMismatch`] with the moderators before.
    pub fn factor<L: AsRef<str>>(
        self,
        name: &str,
        labels: impl IntoIterator<Item = L>,
        coding: Coding,
    ) -> Result<Self, Error> {
        let labels: Vec<L> = labels.into_iter().collect();
        let mut levels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        levels.sort_unstable();
        levels.dedup();
        self.factor_with_levels(name, &labels, &levels, coding)
    }

    /// As [`factor`](Self::factor), with the levels in an order of one's own.
    ///
    /// ```
    /// use meta_analysis::{Coding, Design};
    ///
    /// let (doses, levels) = (["low", "none", "high"], ["none", "low", "high"]);
    /// let design = Design::new().factor_with_levels("dose", &doses, &levels, Coding::Helmert)?;
    /// assert_eq!(design.column_names(), ["intercept", "dose[low against before]", "dose[high against before]"]);
    /// assert_eq!(design.row(2).unwrap(), [1.0, 0.0, 2.0]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`factor`](Self::factor); [`ErrorKind::UnknownName`] for a label that is none of the levels.
    pub fn factor_with_levels<L: AsRef<str>>(
        self,
        name: &str,
        labels: &[L],
        levels: &[&str],
        coding: Coding,
    ) -> Result<Self, Error> {
        if levels.len() < 2 {
            return Err(refused(name, "must have at least two levels"));
        }
        if (1..levels.len()).any(|i| levels[..i].contains(&levels[i])) {
            return Err(refused(name, "must have each level once"));
        }
        let codes = labels.iter().enumerate().map(|(i, label)| {
            let label = label.as_ref();
            let code = levels.iter().position(|level| *level == label);
            code.ok_or_else(|| Error::from(ErrorKind::UnknownName { what: "level", name: label.into() }).in_study(i))
        });
        let codes = codes.collect::<Result<_, _>>()?;
        let levels = levels.iter().map(|&level| level.into()).collect();
        self.with(name, Data::Factor { levels, codes, coding })
    }

    /// The same with the interaction of two moderators or more: the products of their columns. A continuous one with
    /// itself is its square.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownName`] for a moderator that is not there; [`ErrorKind::Moderator`] for an interaction that
    /// is, and for one of fewer than two.
    pub fn interaction(mut self, names: &[&str]) -> Result<Self, Error> {
        let find = |name: &&str| {
            let index = self.variables.iter().position(|variable| *variable.name == **name);
            index.ok_or_else(|| Error::from(ErrorKind::UnknownName { what: "moderator", name: (*name).into() }))
        };
        let term = names.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        if term.len() < 2 {
            return Err(refused(&names.join(":"), "must be an interaction of at least two moderators"));
        }
        if self.interactions.contains(&term) {
            return Err(refused(&names.join(":"), "is there already"));
        }
        self.interactions.push(term);
        Ok(self)
    }

    fn with(mut self, name: &str, data: Data) -> Result<Self, Error> {
        if name == INTERCEPT || self.variables.iter().any(|variable| *variable.name == *name) {
            return Err(refused(name, "is there already"));
        }
        match self.rows() {
            Some(expected) if expected != data.len() => {
                Err(ErrorKind::LengthMismatch { what: "values of a moderator", expected, found: data.len() }.into())
            }
            _ => {
                self.variables.push(Variable { name: name.into(), data });
                Ok(self)
            }
        }
    }

    /// The number of studies it is for; `None` for an intercept alone, which is for any number.
    #[must_use]
    pub fn rows(&self) -> Option<usize> {
        self.variables.first().map(|variable| variable.data.len())
    }

    /// True if the first column is an intercept.
    #[must_use]
    pub fn has_intercept(&self) -> bool {
        self.intercept
    }

    /// The names of the columns.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        self.columns().into_iter().map(|column| column.name).collect()
    }

    /// The names of the terms (the intercept, the moderators, the interactions), each with its columns.
    #[must_use]
    pub fn terms(&self) -> Vec<(String, Range<usize>)> {
        let mut terms: Vec<(String, Range<usize>)> = Vec::new();
        for (i, column) in self.columns().into_iter().enumerate() {
            match terms.last_mut() {
                Some((name, range)) if *name == column.term => range.end = i + 1,
                _ => terms.push((column.term, i..i + 1)),
            }
        }
        terms
    }

    /// The row of the study with this index.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<Vec<f64>> {
        if self.rows().is_some_and(|rows| index >= rows) {
            return None;
        }
        let values: Vec<Value> = self.variables.iter().map(|variable| variable.data.value(index)).collect();
        Some(self.columns().iter().map(|column| column.at(&values)).collect())
    }

    /// The row of a new point, from a value for each moderator.
    ///
    /// # Errors
    /// [`ErrorKind::Moderator`] for a moderator without a value, or with one of the wrong kind;
    /// [`ErrorKind::UnknownName`] for a moderator or a level that is not there; [`ErrorKind::NotFinite`].
    pub fn point(&self, settings: &[(&str, Setting<'_>)]) -> Result<Vec<f64>, Error> {
        if let Some((name, _)) = settings.iter().find(|(name, _)| self.variables.iter().all(|v| *v.name != **name)) {
            return Err(ErrorKind::UnknownName { what: "moderator", name: (*name).into() }.into());
        }
        let value = |variable: &Variable| {
            let setting = settings.iter().find(|(name, _)| **name == *variable.name);
            let (name, setting) = setting.ok_or_else(|| refused(&variable.name, "needs a value"))?;
            match (&variable.data, setting) {
                (Data::Continuous(_), Setting::Number(x)) if x.is_finite() => Ok(Value::Number(*x)),
                (Data::Continuous(_), Setting::Number(x)) => {
                    Err(ErrorKind::NotFinite { what: "moderator", value: *x }.into())
                }
                (Data::Continuous(_), Setting::Level(_)) => Err(refused(name, "is continuous and needs a number")),
                (Data::Factor { .. }, Setting::Number(_)) => Err(refused(name, "is a factor and needs a level")),
                (Data::Factor { levels, .. }, Setting::Level(level)) => {
                    let code = levels.iter().position(|known| **known == **level);
                    let unknown = || ErrorKind::UnknownName { what: "level", name: (*level).into() };
                    Ok(Value::Level(code.ok_or_else(unknown)?))
                }
            }
        };
        let values = self.variables.iter().map(value).collect::<Result<Vec<_>, Error>>()?;
        Ok(self.columns().iter().map(|column| column.at(&values)).collect())
    }

    /// The columns for k studies.
    pub(super) fn matrix(&self, k: usize) -> Vec<Vec<f64>> {
        let value = |i: usize, rules: &[(usize, Rule)]| -> f64 {
            rules.iter().map(|&(variable, rule)| rule.at(self.variables[variable].data.value(i))).product()
        };
        self.columns().iter().map(|column| (0..k).map(|i| value(i, &column.rules)).collect()).collect()
    }

    /// The design of the studies with these indices, in this order.
    pub(super) fn select(&self, kept: &[usize]) -> Self {
        let select = |variable: &Variable| Variable { name: variable.name.clone(), data: variable.data.select(kept) };
        Self { variables: self.variables.iter().map(select).collect(), ..self.clone() }
    }

    /// The first column that is constant by definition.
    pub(super) fn constant(&self) -> Option<usize> {
        self.intercept.then_some(0)
    }

    fn columns(&self) -> Vec<Column> {
        let intercept =
            self.intercept.then(|| Column { term: INTERCEPT.into(), name: INTERCEPT.into(), rules: vec![] });
        let mut columns: Vec<Column> = intercept.into_iter().collect();
        let is_factor = |variable: &Variable| matches!(variable.data, Data::Factor { .. });
        let full = if self.intercept { None } else { self.variables.iter().position(is_factor) };
        for (index, variable) in self.variables.iter().enumerate() {
            for (suffix, rule) in variable.data.rules(full == Some(index)) {
                let (term, name) = (variable.name.to_string(), format!("{}{suffix}", variable.name));
                columns.push(Column { term, name, rules: vec![(index, rule)] });
            }
        }
        for term in &self.interactions {
            columns.extend(self.products(term));
        }
        columns
    }

    /// The columns of an interaction, the levels of its first factor running fastest.
    fn products(&self, term: &[usize]) -> Vec<Column> {
        let names: Vec<&str> = term.iter().map(|&index| &*self.variables[index].name).collect();
        let mut products = vec![(Vec::<String>::new(), Vec::new())];
        for &index in term {
            let variable = &self.variables[index];
            let mut longer = Vec::new();
            for (suffix, rule) in variable.data.rules(false) {
                for (names, rules) in &products {
                    let (mut names, mut rules) = (names.clone(), rules.clone());
                    names.push(format!("{}{suffix}", variable.name));
                    rules.push((index, rule));
                    longer.push((names, rules));
                }
            }
            products = longer;
        }
        let column = |(parts, rules): (Vec<String>, _)| Column { term: names.join(":"), name: parts.join(":"), rules };
        products.into_iter().map(column).collect()
    }
}

pub(super) const INTERCEPT: &str = "intercept";

fn refused(name: &str, reason: &'static str) -> Error {
    ErrorKind::Moderator { name: name.into(), reason }.into()
}

/// A column as a product of functions of moderators; of none, it is 1.
struct Column {
    term: String,
    name: String,
    rules: Vec<(usize, Rule)>,
}

impl Column {
    fn at(&self, values: &[Value]) -> f64 {
        self.rules.iter().map(|&(variable, rule)| rule.at(values[variable])).product()
    }
}
