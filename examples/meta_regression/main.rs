//! Why does a vaccine against tuberculosis protect in one place and not in another? Thirteen trials of BCG (Colditz et
//! al. 1994) on the distance from the equator, read from a table beside this file.
//!
//! ```sh
//! cargo run --example meta_regression
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use meta_analysis::{
    Coding, Design, Error, Inference, Level, MaximumLikelihood, MetaRegression, RandomEffects, Regression,
    RegressionPermutation, Reml, RiskRatio, Studies, TwoByTwo, prelude::*,
};

const TABLE: &str = include_str!("bcg.csv");

fn main() -> Result<(), Error> {
    let studies = RiskRatio.studies(&trials()?)?.with_labels(column("trial")?)?;
    let latitude = Design::new().continuous("latitude", numbers("latitude")?)?;
    let model = MetaRegression::new(Reml).with_inference(Inference::HartungKnapp);

    println!("Trials alone disagree:\n");
    println!("{:#}\n", RandomEffects::new(Reml).pool(&studies)?.with(&studies)?);

    println!("The farther from the equator, the better the vaccine protects (log risk ratio per degree):\n");
    let fit = model.fit(&studies, &latitude)?;
    println!("{fit:.3}\n");
    predictions(&fit)?;
    residuals(&fit)?;
    println!("Trials that pull at the line:\n");
    println!("{}\n", model.influence(&studies, &latitude)?);

    println!("The way of allocation and the year tell nothing beyond:\n");
    let larger = latitude.clone().factor("allocation", column("allocation")?, Coding::Treatment)?;
    let larger = larger.continuous("year", numbers("year")?)?;
    let full = model.fit(&studies, &larger)?;
    println!("{full:.3}");
    if let Some(test) = full.test_of(&["allocation", "year"])? {
        println!("  both of them  {test}");
    }
    for inflation in full.variance_inflation() {
        println!("  variance inflation of {}: {:.2} on {} columns", inflation.term, inflation.factor, inflation.df);
    }

    let by_likelihood = MetaRegression::new(MaximumLikelihood);
    let test = by_likelihood.fit(&studies, &larger)?.likelihood_ratio(&by_likelihood.fit(&studies, &latitude)?)?;
    println!("  by likelihood: chi2({}) = {:.2}, p = {:.3}\n", test.df, test.statistic, test.p_value());

    how_sure(&studies, &latitude, &fit)
}

/// The risk ratio to be expected in some cities, for the average trial and for a new one.
fn predictions(fit: &Regression<RiskRatio>) -> Result<(), Error> {
    println!("What to expect of a trial in ...\n");
    println!("  {:<12} {:>9}  {:>10}  {:<14}  for a new trial", "", "latitude", "risk ratio", "95% CI");
    for (city, latitude) in [("Singapore", 1.3), ("Chennai", 13.1), ("Cairo", 30.0), ("Chicago", 41.9), ("Oslo", 59.9)]
    {
        let prediction = fit.predict(&[("latitude", latitude.into())])?;
        let shown = |interval: Option<meta_analysis::Interval>| {
            interval.map_or_else(|| "-".into(), |interval| format!("{interval:.2}"))
        };
        println!(
            "  {city:<12} {latitude:>9.1}  {:>10.2}  {:<14}  {}",
            prediction.natural.estimate,
            shown(prediction.natural.interval),
            shown(prediction.new_study.map(|new| new.natural))
        );
    }
    println!();
    Ok(())
}

/// Trials that lie far from the line, or that draw it.
fn residuals(fit: &Regression<RiskRatio>) -> Result<(), Error> {
    println!("Trials beyond two standard errors of the line, or with twice the average leverage:\n");
    for (study, x) in fit.studies().iter().zip(fit.residuals()?) {
        let z = x.standardised().unwrap_or(0.0);
        if z.abs() > 2.0 || x.leverage > 2.0 * fit.p() as f64 / fit.k() as f64 {
            println!("  {:<20} z {z:>5.2}   leverage {:.2}", study.label.unwrap_or_default(), x.leverage);
        }
    }
    println!();
    Ok(())
}

/// The same question without leaning on a distribution, and how much heterogeneity is left.
fn how_sure(studies: &Studies<RiskRatio>, design: &Design, fit: &Regression<RiskRatio>) -> Result<(), Error> {
    let model = MetaRegression::new(Reml).with_inference(Inference::HartungKnapp);
    let test = RegressionPermutation::new(model).with_draws(2000, 1).run(studies, design)?;
    println!("How sure is that?\n");
    if let Some(p) = test.moderators_p_value() {
        println!("  latitudes dealt out at random do as well in {:.2}% of {} deals", 100.0 * p, test.arrangements());
    }
    let (evidence, level) = (fit.evidence(), Level::P95);
    println!("  variance left: {:.3}", fit.tau2().map_or(0.0, |tau2| tau2.value));
    println!("    by Q-profile           {:.3}", evidence.q_profile(level)?);
    println!("    by profile likelihood  {:.3}", Reml.profile_interval(&evidence, level)?);
    Ok(())
}

/// A column of the table.
fn column(name: &str) -> Result<Vec<&'static str>, Error> {
    let header = TABLE.lines().next().unwrap_or_default();
    let at = header.split(',').position(|column| column == name);
    let at = at.ok_or_else(|| Error::other(format!("the table has no column {name:?}")))?;
    Ok(TABLE.lines().skip(1).map(|line| line.split(',').nth(at).unwrap_or_default()).collect())
}

fn numbers(name: &str) -> Result<Vec<f64>, Error> {
    let number = |text: &str| text.parse().map_err(|_| Error::other(format!("{text:?} in {name:?} is not a number")));
    column(name)?.into_iter().map(number).collect()
}

fn counts(name: &str) -> Result<Vec<u64>, Error> {
    let count = |text: &str| text.parse().map_err(|_| Error::other(format!("{text:?} in {name:?} is not a count")));
    column(name)?.into_iter().map(count).collect()
}

fn trials() -> Result<Vec<TwoByTwo>, Error> {
    let treated = counts("tb_vaccinated")?.into_iter().zip(counts("healthy_vaccinated")?);
    let control = counts("tb_control")?.into_iter().zip(counts("healthy_control")?);
    Ok(treated.zip(control).map(|((a, b), (c, d))| TwoByTwo::new([a, b], [c, d])).collect())
}
