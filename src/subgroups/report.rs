//! Subgroups as text.

use std::fmt::{self, Display};

use super::{SubgroupTest, Subgroups};
use crate::effect::Effect;
use crate::error::Error;
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::{Axis, DECIMALS, Glyphs, Limits, Number, Pooled, StudyData, percent};
use crate::real::Real;
use crate::sensitivity::Table;
use crate::subset::Subset;

/// Subgroups with a line for each study, made by [`Subgroups::with`]. Prints the lines that stand in and below a forest
/// plot of Review Manager 5: studies and subtotals with their weights in the total, heterogeneity and overall effect of
/// each group and of all, and the test for subgroup differences. `{:#}` adds the plot in text.
///
/// I² is from Q here, as in Review Manager 5.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgroupReport<M, F = f64> {
    subgroups: Subgroups<M, F>,
    lines: Vec<Line<M, F>>,
}

/// One study.
#[derive(Clone, Debug, PartialEq)]
struct Line<M, F> {
    label: String,
    /// The effect and its weight in the total; `None` if it is not estimable.
    effect: Option<(Effect<M, F>, f64)>,
}

impl<M: Measure, F: Real> SubgroupReport<M, F> {
    pub(super) fn new<S: Subset + StudyData<M, F>>(subgroups: &Subgroups<M, F>, data: &S) -> Result<Self, Error> {
        let total = subgroups.total();
        let (weights, effects) = (total.weights(data)?, data.effects(total)?);
        let mut lines: Vec<Line<M, F>> = data.names().into_iter().map(|label| Line { label, effect: None }).collect();
        let places = if effects.k() == data.size() { (0..effects.k()).collect() } else { effects.positions() };
        for ((study, weight), at) in effects.iter().zip(weights).zip(places) {
            if let Some(line) = lines.get_mut(at) {
                line.effect = Some((study.effect, weight.f64()));
            }
        }
        Ok(Self { subgroups: subgroups.clone(), lines })
    }

    /// The axis of all studies, if a plot is wanted.
    fn axis(&self, wanted: bool) -> Option<Axis> {
        let total = self.subgroups.total();
        let estimates = self.lines.iter().filter_map(|line| Some(line.effect.as_ref()?.0.y().f64()));
        wanted.then(|| Axis::around(estimates, &total.analysis(), total.measure().link()))
    }
}

impl<M: Measure, F: Real> Display for Subgroups<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::of_answers("group");
        for group in &self.groups {
            table.answer(group.name.clone(), group.result.as_ref(), decimals);
        }
        table.answer("all".into(), Ok(&self.total), decimals);
        write!(f, "{}, by groups\n{table}", self.total.title())?;
        let within = self.within();
        write!(
            f,
            "\n  within groups: Q({}) = {}, {}",
            within.df(),
            Number(within.q, decimals),
            p_two_decimals(within.p_value().f64())
        )?;
        write!(f, "\n  {}", difference(self.between(), decimals))
    }
}

impl<M: Measure, F: Real> Display for SubgroupReport<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let total = self.subgroups.total();
        let axis = self.axis(f.alternate());
        let mut table = Table::new(&["", "estimate", &format!("{} CI", total.level()), "weight"]);
        for group in self.subgroups.groups() {
            table.line(group.name.clone());
            let lines: Vec<&Line<M, F>> = group.studies.iter().filter_map(|&index| self.lines.get(index)).collect();
            lines.iter().for_each(|line| table.row(of_study(line, total.level(), axis.as_ref(), decimals)));
            let weight = lines.iter().filter_map(|line| Some(line.effect.as_ref()?.1)).sum();
            let (subtotal, heterogeneity) = ("  Subtotal".to_owned(), "    Heterogeneity: not applicable".to_owned());
            match &group.result {
                Ok(pooled) => {
                    table.row(summary(subtotal, pooled, weight, axis.as_ref(), decimals));
                    table.line(if pooled.k() < 2 { heterogeneity } else { of_heterogeneity(pooled, decimals) });
                    table.line(of_effect(pooled));
                }
                Err(_) => {
                    table.row(vec![subtotal, "not estimable".into()]);
                    table.line(heterogeneity);
                }
            }
        }
        table.row(summary("Total".into(), total, 1.0, axis.as_ref(), decimals));
        table.line(of_heterogeneity(total, decimals));
        table.line(of_effect(total));
        table.line(format!("    {}", difference(self.subgroups.between(), decimals)));
        write!(f, "{}\n{table}", total.title())
    }
}

fn of_study<M: Measure, F: Real>(line: &Line<M, F>, level: Level, axis: Option<&Axis>, decimals: usize) -> Vec<String> {
    let label = format!("  {}", line.label);
    let Some((effect, weight)) = &line.effect else { return vec![label, "not estimable".into()] };
    let mut cells = vec![
        label,
        Number(effect.natural().f64(), decimals).to_string(),
        Limits(effect.interval(level), decimals).to_string(),
        format!("{:.1}%", 100.0 * weight),
    ];
    cells.extend(axis.map(|axis| axis.study(&Glyphs::UNICODE, effect, level)));
    cells
}

/// The line of a subtotal or total.
fn summary<M: Measure, F: Real>(
    label: String,
    pooled: &Pooled<M, F>,
    weight: f64,
    axis: Option<&Axis>,
    decimals: usize,
) -> Vec<String> {
    let natural = pooled.natural();
    let mut cells = vec![
        format!("{label} ({})", pooled.k()),
        Number(natural.estimate.f64(), decimals).to_string(),
        natural.interval.map_or_else(|| "no interval".into(), |interval| Limits(interval, decimals).to_string()),
        format!("{:.1}%", 100.0 * weight),
    ];
    cells.extend(axis.map(|axis| axis.pooled(&Glyphs::UNICODE, &pooled.analysis())));
    cells
}

/// `Heterogeneity: Tau2 = 0.39; Chi2 = 110.21, df = 6 (P < 0.00001); I2 = 95%`.
fn of_heterogeneity<M: Measure, F: Real>(pooled: &Pooled<M, F>, decimals: usize) -> String {
    let h = pooled.heterogeneity();
    let tau2 = h.tau2().map_or_else(String::new, |tau2| format!("Tau2 = {}; ", Number(tau2.f64(), decimals)));
    let i2 = h.i2_from_q().map_or_else(String::new, |i2| format!("; I2 = {}", percent(i2.f64())));
    let q = Number(h.q, decimals);
    format!("    Heterogeneity: {tau2}Chi2 = {q}, df = {} ({}){i2}", h.df(), p_two_decimals(h.p_value().f64()))
}

/// `Test for overall effect: Z = 3.41 (P = 0.0007)`.
fn of_effect<M: Measure, F: Real>(pooled: &Pooled<M, F>) -> String {
    let Some(test) = pooled.test() else { return "    Test for overall effect: not applicable".into() };
    let statistic = test.statistic.f64().abs();
    let name = test.df.map_or_else(|| "Z".to_owned(), |df| format!("t({df:.0})"));
    format!("    Test for overall effect: {name} = {statistic:.2} ({})", p_two_decimals(test.p_value().f64()))
}

/// `Test for subgroup differences: Chi2 = 1.86, df = 2 (P = 0.39), I2 = 0%`.
fn difference<F: Real>(between: Option<SubgroupTest<F>>, decimals: usize) -> String {
    let Some(between) = between else { return "Test for subgroup differences: not applicable".into() };
    let i2 = between.i2().map_or_else(String::new, |i2| format!(", I2 = {}", percent(i2.f64())));
    let (q, p) = (Number(between.q, decimals), p_two_decimals(between.p_value().f64()));
    format!("Test for subgroup differences: Chi2 = {q}, df = {} ({p}){i2}", between.df())
}

/// As Review Manager 5 prints it: two decimals, more for a small one, `P < 0.00001` at the floor.
fn p_two_decimals(p: f64) -> String {
    if p < 1e-5 {
        return "P < 0.00001".into();
    }
    let decimals = [(2, 0.0095), (3, 0.00095), (4, 0.000_095)].into_iter().find(|&(_, least)| p >= least);
    format!("P = {p:.*}", decimals.map_or(5, |(decimals, _)| decimals))
}
