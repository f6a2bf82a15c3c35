//! The main job on real data: intravenous ketamine in published reviews.
//!
//! First the five pooled outcomes of the review that set this crate off, checked from their printed figures alone; then
//! reviews with study-level data, pooled anew beside their published lines; then one review by every estimator.
#![allow(clippy::print_stdout, reason = "an example prints")]

mod published;
mod reviews;

use std::fmt::Display;

use meta_analysis::audit::{Printed, PrintedLine, Verdict};
use meta_analysis::{
    CommonEffect, DerSimonianLaird, Error, Level, MantelHaenszel, Measure, Pooled, RandomEffects, Reml, RiskRatio,
    Studies, StudyData, Tau2Method, prelude::*,
};

fn main() -> Result<(), Error> {
    heading("1. Five pooled outcomes as printed (Odutola & Gupta 2023, doi 10.1002/med4.45)");
    audit_published_outcomes()?;
    heading("2. Reviews with study-level data, pooled anew");
    delirium()?;
    anxiety("Anxiety", reviews::anxiety()?, published::ANXIETY)?;
    anxiety("Anxiety, without ECT anaesthesia", reviews::anxiety_without_ect()?, published::ANXIETY_WITHOUT_ECT)?;
    anxiety("Social functioning", reviews::social_functioning()?, published::SOCIAL_FUNCTIONING)?;
    mortality()?;
    heading("3. One review, every estimator: they disagree");
    every_estimator()
}

fn heading(text: &str) {
    println!("\n{text}\n{}", "=".repeat(text.chars().count()));
}

/// What each printed interval implies, beside the printed p-value.
fn audit_published_outcomes() -> Result<(), Error> {
    println!("\nA normal interval implies a standard error, hence z and p. \"Possible p\" are the p-values of all");
    println!("analyses that would be printed so, given the rounding of estimate and limits.\n");
    println!(
        "{:<15} {:>5} {:<14} {:>7} {:>6} {:>7}  {:<16} {:>9}  verdict",
        "outcome", "est.", "95% CI", "SE", "z", "p", "possible p", "printed p"
    );
    for outcome in published::OUTCOMES {
        let line = PrintedLine::new(outcome.estimate, outcome.lower, outcome.upper)?.with_p(outcome.p)?;
        let audit = line.audit(outcome.measure(), Level::P95)?;
        let possible = audit.p_range.map_or_else(|| "none".into(), |p| format!("{:.4} to {:.4}", p.lower, p.upper));
        println!(
            "{:<15} {:>5} {:<14} {:>7.4} {:>6.2} {:>7.4}  {possible:<16} {:>9}  {}",
            outcome.name,
            outcome.estimate,
            format!("{} to {}", outcome.lower, outcome.upper),
            audit.std_error,
            audit.statistic,
            audit.p_value,
            outcome.p,
            audit.verdict(),
        );
        assert_eq!(audit.verdict(), Verdict::Consistent, "{}: the figures contradict each other", outcome.name);
    }
    println!("\nSE and z are on the analysis scale: for a risk ratio, that of its logarithm.");
    Ok(())
}

fn delirium() -> Result<(), Error> {
    let tables = reviews::delirium()?;
    let studies = RiskRatio.labelled_studies(&tables)?;
    title("Delirium", "ASA practice advisory 2025, perioperative ketamine against placebo, risk ratio");
    let mantel_haenszel = MantelHaenszel::new(RiskRatio).pool(&tables)?;
    let reml = RandomEffects::new(Reml).pool(&studies)?;
    let common = CommonEffect::new().pool(&studies)?;
    let mut comparison = Comparison::default();
    comparison.effect("Mantel-Haenszel", &mantel_haenszel, published::DELIRIUM_MANTEL_HAENSZEL)?;
    comparison.effect("REML", &reml, published::DELIRIUM_REML)?;
    let prediction = reml.prediction().ok_or_else(|| Error::other("four studies have a prediction interval"))?.natural;
    comparison.figure("prediction from", prediction.lower, "0.13")?;
    comparison.figure("prediction to", prediction.upper, "4.51")?;
    // The review's I2 is the one from the Q of the inverse-variance estimate, with its test-based interval.
    let h = common.heterogeneity();
    let interval = h.i2_test_based(Level::P95).ok_or_else(|| Error::other("four studies have an interval of I2"))?;
    comparison.figure("I2 (%)", 100.0 * h.i2_from_q().unwrap_or(f64::NAN), "33")?;
    comparison.figure("I2 from (%)", 100.0 * interval.lower, "0")?;
    comparison.figure("I2 to (%)", 100.0 * interval.upper, "76")?;
    comparison.print();
    show(&mantel_haenszel, &tables)?;
    show(&reml, &studies)
}

/// The three outcomes of Marchi et al. 2022: Hedges' g, DerSimonian-Laird.
fn anxiety<M: Measure>(name: &str, studies: Studies<M>, line: [&str; 3]) -> Result<(), Error> {
    title(name, "Marchi et al. 2022, ketamine against control in psychiatric disorders, Hedges' g");
    let pooled = RandomEffects::new(DerSimonianLaird).pool(&studies)?;
    let mut comparison = Comparison::default();
    comparison.effect("DerSimonian-Laird", &pooled, line)?;
    comparison.print();
    show(&pooled, &studies)
}

fn mortality() -> Result<(), Error> {
    let studies = reviews::mortality()?;
    title("Mortality", "Zampieri et al., ketamine against etomidate for emergency intubation, odds ratio");
    let pooled = RandomEffects::new(DerSimonianLaird).pool(&studies)?;
    let h = pooled.heterogeneity();
    let mut comparison = Comparison::default();
    comparison.effect("DerSimonian-Laird", &pooled, published::MORTALITY)?;
    comparison.figure("I2 (%)", 100.0 * h.i2_from_q().unwrap_or(f64::NAN), "25")?;
    comparison.figure("tau2", h.tau2().unwrap_or(f64::NAN), "0.015")?;
    comparison.print();
    show(&pooled, &studies)
}

fn every_estimator() -> Result<(), Error> {
    let studies = reviews::mortality()?;
    println!("\nMortality: the variance between trials depends on who estimates it, and the interval with it.\n");
    println!("{:<18} {:>8} {:>8} {:>6}  {:<14} {:<14}", "estimator", "tau2", "SE", "OR", "95% CI", "prediction");
    for &method in Tau2Method::ALL {
        let pooled = RandomEffects::new(method).pool(&studies)?;
        let (natural, h) = (pooled.natural(), pooled.heterogeneity());
        println!(
            "{:<18} {:>8.4} {:>8.4} {:>6.2}  {:<14} {:<14}",
            method.to_string(),
            h.tau2().unwrap_or(f64::NAN),
            h.tau2_std_error().unwrap_or(f64::NAN),
            natural.estimate,
            text(natural.interval),
            text(pooled.prediction().map(|prediction| prediction.natural)),
        );
    }
    let interval = studies.evidence().q_profile(Level::P95)?;
    println!("\nQ-profile 95% interval of tau2: {interval:.4}, which holds all of them.");
    Ok(())
}

fn text(interval: Option<impl Display>) -> String {
    interval.map_or_else(|| "undefined".into(), |interval| format!("{interval:.2}"))
}

fn title(name: &str, source: &str) {
    println!("\n{name}: {source}");
    println!("{}\n", "-".repeat(name.chars().count()));
}

/// The result with its forest lines, indented.
fn show<M: Measure, S: StudyData<M, f64> + ?Sized>(pooled: &Pooled<M>, data: &S) -> Result<(), Error> {
    println!("\n{:#}", pooled.with(data)?);
    Ok(())
}

/// Computed figures beside printed ones.
#[derive(Default)]
struct Comparison {
    rows: Vec<(String, String, String)>,
}

impl Comparison {
    fn effect<M: Measure>(&mut self, name: &str, pooled: &Pooled<M>, line: [&str; 3]) -> Result<(), Error> {
        let natural = pooled.natural();
        let interval = natural.interval.ok_or_else(|| Error::other("a normal interval is defined"))?;
        let figures = [natural.estimate, interval.lower, interval.upper];
        for ((figure, printed), what) in figures.into_iter().zip(line).zip(["", ", from", ", to"]) {
            self.figure(&format!("{name}{what}"), figure, printed)?;
        }
        Ok(())
    }

    /// Rounds the computed figure as the printed one was, and insists that they are equal.
    fn figure(&mut self, name: &str, computed: f64, printed: &str) -> Result<(), Error> {
        let decimals = printed.parse::<Printed>()?.decimals();
        let rounded = format!("{computed:.decimals$}");
        if rounded != printed {
            return Err(Error::other(format!("{name}: computed {rounded}, printed {printed}")));
        }
        self.rows.push((name.to_owned(), format!("{computed:.6}"), printed.to_owned()));
        Ok(())
    }

    fn print(&self) {
        println!("{:<24} {:>10} {:>10}", "", "computed", "published");
        for (name, computed, printed) in &self.rows {
            println!("{name:<24} {computed:>10} {printed:>10}  equal");
        }
    }
}
