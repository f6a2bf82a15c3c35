//! The estimator, the inference and the measure chosen at run time, as a command line or a configuration would.
//!
//! ```sh
//! cargo run --example choose_at_run_time -- odds-ratio paule-mandel hartung-knapp
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use meta_analysis::{
    AnyMeasure, DerSimonianLaird, Error, Inference, Level, OddsRatio, PauleMandel, RandomEffects, Reml, RiskDifference,
    RiskRatio, Studies, Tables, Tau2Estimator, Tau2Method, multiverse, prelude::*,
};

fn main() -> Result<(), Error> {
    let mut words = std::env::args().skip(1);
    let mut next = |default: &str| words.next().unwrap_or_else(|| default.to_owned());
    let studies = effects(&next("risk-ratio"), &trials()?)?;
    let method: Tau2Method = next("REML").parse()?;
    let inference: Inference = next("hartung-knapp").parse()?;

    println!("The choice\n");
    let pooled = RandomEffects::new(method).with_inference(inference).pool(&studies)?;
    println!("{:#}\n", pooled.with(&studies)?);

    println!("The closed set: every estimator with every inference\n");
    println!("{}", multiverse(&studies, Level::P95));

    println!("\nThe open set: boxes of estimators, foreign ones welcome\n");
    let estimators: [Box<dyn Tau2Estimator<f64>>; 3] =
        [Box::new(DerSimonianLaird), Box::new(PauleMandel), Box::new(Reml)];
    for estimator in &estimators {
        println!("{}\n", RandomEffects::new(estimator).pool(&studies)?);
    }
    Ok(())
}

/// Effects of a measure that is only known now: the types end here, `AnyMeasure` goes on.
fn effects(measure: &str, trials: &Tables) -> Result<Studies<AnyMeasure>, Error> {
    match measure {
        "risk-ratio" => Ok(RiskRatio.labelled_studies(trials)?.erase()),
        "odds-ratio" => Ok(OddsRatio.labelled_studies(trials)?.erase()),
        "risk-difference" => Ok(RiskDifference.labelled_studies(trials)?.erase()),
        other => Err(Error::other(format!("unknown measure {other:?}: risk-ratio, odds-ratio or risk-difference"))),
    }
}

/// Ketamine against etomidate for emergency intubation: deaths (Zampieri et al., PROSPERO CRD420251251225), as [events, patients].
fn trials() -> Result<Tables, Error> {
    Tables::from_totals([
        ("Jabre 2009", [72, 235], [81, 234]),
        ("Cinar 2011", [8, 10], [5, 12]),
        ("Punt 2014", [54, 140], [61, 161]),
        ("Matchett 2022", [131, 395], [142, 396]),
        ("Knack 2023", [8, 70], [15, 73]),
        ("Srivilaithon 2023", [35, 130], [25, 130]),
        ("Casey 2025", [330, 1173], [345, 1186]),
        ("Agarwal 2025", [11, 40], [8, 40]),
    ])
}
