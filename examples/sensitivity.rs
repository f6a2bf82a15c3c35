//! One real review through every question of "does the answer hold?": deaths with ketamine or etomidate for emergency
//! intubation (Zampieri F et al., PROSPERO CRD420251251225).
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::fmt::Display;

use meta_analysis::sensitivity::{
    Fragility, Gosh, baujat, blup, cumulative, derivatives, influence, leave_one_out, residuals,
};
use meta_analysis::{
    DerSimonianLaird, Error, MantelHaenszel, OddsRatio, RandomEffects, Tables, prelude::*, subgroups,
    subgroups_with_common_tau2,
};

fn main() -> Result<(), Error> {
    // [deaths, patients] with ketamine and with etomidate.
    let tables = Tables::from_totals([
        ("Jabre 2009", [72, 235], [81, 234]),
        ("Cinar 2011", [8, 10], [5, 12]),
        ("Punt 2014", [54, 140], [61, 161]),
        ("Matchett 2022", [131, 395], [142, 396]),
        ("Knack 2023", [8, 70], [15, 73]),
        ("Srivilaithon 2023", [35, 130], [25, 130]),
        ("Casey 2025", [330, 1173], [345, 1186]),
        ("Agarwal 2025", [11, 40], [8, 40]),
    ])?;
    let studies = OddsRatio.labelled_studies(&tables)?;
    let counts = MantelHaenszel::new(OddsRatio);
    let random = RandomEffects::new(DerSimonianLaird);
    // Trials of more than a hundred patients, and the others.
    let sizes = ["large", "small", "large", "large", "large", "large", "large", "small"];

    show("Does it hang on one trial? (by the counts)", leave_one_out(&counts, &tables)?);
    show("How did it come about?", cumulative(&counts, &tables));
    show("Which trials pull at it? (random effects from here on)", influence(&random, &studies)?);
    show("Which do not fit?", residuals(&random, &studies)?);
    show("Which make for the heterogeneity, and which of those for the answer?", baujat(&random, &studies)?);
    show("What is the odds ratio in each, given all the others?", blup(&random, &studies)?);
    show("How does the answer move with each figure?", derivatives(&studies)?);
    show("What do all subsets say?", Gosh::new(random).run(&studies)?);
    show("How few deaths would turn the conclusion?", Fragility::new(counts).run(&tables)?);
    show("Is it the same in large and small trials?", subgroups(&counts, &tables, sizes)?.with(&tables)?);
    show("And with one tau2 for both?", subgroups_with_common_tau2(&random, &studies, sizes)?);
    Ok(())
}

fn show(question: &str, answer: impl Display) {
    println!("{question}\n{answer:#}\n");
}
