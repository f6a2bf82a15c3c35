//! One's own effect size and one's own estimator of tau2, as another crate would add them.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::fmt;

use meta_analysis::{
    Effect, EffectSize, Error, Evidence, Link, Measure, Pool, RandomEffects, Real, RiskRatio, Tau2Estimator, TwoByTwo,
};

/// Vaccine efficacy, 1 - RR: pooled as a log risk ratio, read as an efficacy.
#[derive(Clone, Copy, Debug, Default)]
struct VaccineEfficacy;

impl Measure for VaccineEfficacy {
    fn label(&self) -> &'static str {
        "vaccine efficacy"
    }

    // A decreasing link: the limits of intervals are put in order again.
    fn link(&self) -> Link {
        Link::new("log(1 - x)", |ve| (-ve).ln_1p(), |y| -y.exp_m1())
    }
}

impl EffectSize<TwoByTwo> for VaccineEfficacy {
    type Measure = Self;

    fn effect(&self, table: &TwoByTwo) -> Result<Effect<Self>, Error> {
        let rr = RiskRatio.effect(table)?;
        Effect::from_analysis(*self, rr.y(), rr.v())
    }
}

/// Hartung and Makambi (2003): Q² / ((2 df + Q) tr P), positive by construction.
struct HartungMakambi;

impl fmt::Display for HartungMakambi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hartung-Makambi")
    }
}

impl<F: Real> Tau2Estimator<F> for HartungMakambi {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        let m = evidence.moments(F::recip);
        Ok(m.q * m.q / ((evidence.df() + evidence.df() + m.q) * m.trace))
    }
}

fn main() -> Result<(), Error> {
    // The first five trials of the BCG vaccine (Colditz et al. 1994).
    let trials = [
        TwoByTwo::new([4, 119], [11, 128]),
        TwoByTwo::new([6, 300], [29, 274]),
        TwoByTwo::new([3, 228], [11, 209]),
        TwoByTwo::new([62, 13_536], [248, 12_619]),
        TwoByTwo::new([33, 5_036], [47, 5_761]),
    ];
    let studies = VaccineEfficacy.studies(&trials)?.with_labels([
        "Aronson 1948",
        "Ferguson & Simes 1949",
        "Rosenthal et al. 1960",
        "Hart & Sutherland 1977",
        "Frimodt-Moller et al. 1973",
    ])?;
    let pooled = RandomEffects::new(HartungMakambi).pool(&studies)?;
    println!("{:#}\n", pooled.with(&studies)?);

    // The same estimator on columns of single precision.
    let single = RandomEffects::new(HartungMakambi).pool(&studies.cast::<f32>()?)?;
    println!("in f32: efficacy {:.4}", single.natural().estimate);
    Ok(())
}
