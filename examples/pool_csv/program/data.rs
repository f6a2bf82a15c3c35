//! Rows as data of the library.

use meta_analysis::{
    AnyMeasure, Effect, FromReport, PersonTime, Reported, Studies, Tables, TwoByTwo, TwoMeans, prelude::*,
};

use super::Failure;
use super::cells::{Cells, place};
use super::column::{Arm, Column, Quantity, Scale};
use super::options::Options;
use super::plan::{Plan, Shape};
use super::sheet::Sheet;

/// The data of all studies, with the place of each in the file.
pub(crate) struct Data {
    pub(crate) values: Values,
    pub(crate) places: Vec<Place>,
}

pub(crate) enum Values {
    Events(Tables),
    PersonTime(Vec<PersonTime>),
    Means(Vec<TwoMeans>),
    Estimates(Studies<AnyMeasure>),
}

/// Where a study is.
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) label: String,
}

impl Data {
    /// Reads every row, or stops at the first that is wrong; what is skipped goes into the notes.
    pub(crate) fn read(
        sheet: &Sheet,
        plan: &Plan,
        options: &Options,
        notes: &mut Vec<String>,
    ) -> Result<Self, Failure> {
        let mut rows = Vec::new();
        for row in &sheet.rows {
            let cells = Cells { sheet, plan, row, decimal_comma: options.decimal_comma };
            let missing = cells.missing();
            match missing.first() {
                None => rows.push(cells),
                Some(_) if options.skip_missing => {
                    let missing = super::listed(&missing);
                    notes.push(format!("{} was skipped: no value in {missing}", place(row.line, &cells.label())));
                }
                Some(column) => {
                    return Err(Failure::new(format!(
                        "line {}, {column}: expected a value, but found none (--skip-missing leaves such lines out)",
                        row.line
                    )));
                }
            }
        }
        if rows.is_empty() {
            return Err(Failure::new(format!("no study is left: all {} lines were skipped", sheet.rows.len())));
        }
        let places = rows.iter().map(|cells| Place { line: cells.row.line, label: cells.label() }).collect();
        Ok(Self { values: Values::read(&rows, plan, options)?, places })
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Which study is which, where the table has numbers for labels: the library has no labels for rates of person-time.
    pub(crate) fn key(&self, options: &Options) -> Option<String> {
        let numbered = matches!(self.values, Values::PersonTime(_)) && options.model.is_of_counts();
        let named = self.labels().enumerate().map(|(i, label)| format!("study {} is {label}", i + 1));
        numbered.then(|| super::listed(named))
    }

    /// The labels in order.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| place.label.as_str())
    }
}

impl Values {
    fn read(rows: &[Cells<'_>], plan: &Plan, options: &Options) -> Result<Self, Failure> {
        Ok(match plan.shape {
            Shape::Totals | Shape::NonEvents => {
                let tables = each(rows, |cells| table(cells, plan.shape))?;
                Self::Events(rows.iter().map(Cells::label).zip(tables).collect())
            }
            Shape::PersonTime => Self::PersonTime(each(rows, person_time)?),
            Shape::Means => Self::Means(each(rows, means)?),
            Shape::Variances | Shape::StdErrors | Shape::Intervals => {
                let effects = each(rows, |cells| estimate(cells, plan, options))?;
                let (y, v) = effects.iter().map(|effect| (effect.y(), effect.v())).unzip();
                let studies = Studies::from_analysis(plan.measure.any(), y, v)?;
                Self::Estimates(studies.with_labels(rows.iter().map(Cells::label))?)
            }
        })
    }
}

fn each<T>(rows: &[Cells<'_>], read: impl Fn(&Cells<'_>) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    rows.iter().map(read).collect()
}

fn table(cells: &Cells<'_>, shape: Shape) -> Result<TwoByTwo, Failure> {
    let arm = |arm| -> Result<[u64; 2], Failure> {
        let rest = if shape == Shape::Totals { Quantity::Total } else { Quantity::NonEvents };
        Ok([cells.count(Column::Of(arm, Quantity::Events))?, cells.count(Column::Of(arm, rest))?])
    };
    let (treated, control) = (arm(Arm::Treated)?, arm(Arm::Control)?);
    if shape == Shape::NonEvents {
        return Ok(TwoByTwo::new(treated, control));
    }
    TwoByTwo::from_totals(treated, control).map_err(|error| cells.locate(error))
}

fn person_time(cells: &Cells<'_>) -> Result<PersonTime, Failure> {
    let arm = |arm| -> Result<(u64, f64), Failure> {
        Ok((cells.count(Column::Of(arm, Quantity::Events))?, cells.number(Column::Of(arm, Quantity::Time))?))
    };
    PersonTime::new(arm(Arm::Treated)?, arm(Arm::Control)?).map_err(|error| cells.locate(error))
}

fn means(cells: &Cells<'_>) -> Result<TwoMeans, Failure> {
    let arm = |arm| -> Result<(u64, f64, f64), Failure> {
        let number = |quantity| cells.number(Column::Of(arm, quantity));
        Ok((cells.count(Column::Of(arm, Quantity::Total))?, number(Quantity::Mean)?, number(Quantity::Sd)?))
    };
    TwoMeans::new(arm(Arm::Treated)?, arm(Arm::Control)?).map_err(|error| cells.locate(error))
}

fn estimate(cells: &Cells<'_>, plan: &Plan, options: &Options) -> Result<Effect<AnyMeasure>, Failure> {
    let measure = plan.measure.any();
    let estimate = cells.number(Column::Estimate)?;
    let reported = |line: Reported| if plan.scale == Scale::Analysis { line.on_analysis_scale() } else { line };
    let effect = match plan.shape {
        Shape::Intervals => {
            let (lower, upper) = (cells.number(Column::Lower)?, cells.number(Column::Upper)?);
            let level = options.interval_level.unwrap_or_default();
            let line = Reported::interval(estimate, lower, upper).map(|line| reported(line.with_level(level)));
            line.and_then(|line| FromReport(measure).effect(&line))
        }
        Shape::StdErrors => {
            let line = Reported::std_error(estimate, cells.number(Column::StdError)?).map(reported);
            line.and_then(|line| FromReport(measure).effect(&line))
        }
        _ => {
            let v = cells.number(Column::Variance)?;
            // A variance as it is: the square of its root would not be the same number. The line sees to the estimate.
            let line = Reported::std_error(estimate, 1.0).map(reported);
            line.and_then(|line| FromReport(measure).effect(&line))
                .and_then(|effect| Effect::from_analysis(measure, effect.y(), v))
        }
    };
    effect.map_err(|error| cells.locate(error))
}
