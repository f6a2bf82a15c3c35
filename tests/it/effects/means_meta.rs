//! Values of the R package meta 8.4-0 (`tests/fixtures/effects-meta.json`): its conventions differ from those of
//! metafor.

use meta_analysis::{
    Effect, EffectSize, Error, GlassDelta, GlassDeltaVariance, HedgesG, HedgesGVariance, LogRatioOfMeans,
    MeanDifference, PooledMeanDifference, SmallSampleCorrection, StandardisedMeanDifference, Standardiser, TwoMeans,
};
use serde_json::Value;

use super::{near, pair};
use crate::score::json;

/// The variance of exact Cohen's d in meta is that of the exact g, which no recipe mixes with d: only the effect is
/// compared.
const EFFECT_ONLY: &str = "method.smd=Cohen|exact.smd=TRUE";

fn smd(options: &Value, study: &TwoMeans) -> Result<Effect<StandardisedMeanDifference>, Error> {
    let exact = options["exact.smd"].as_bool().unwrap_or(true);
    match options["method.smd"].as_str().unwrap_or("Hedges") {
        "Hedges" if exact => HedgesG::new().with_variance(HedgesGVariance::Unbiased).effect(study),
        // The Review Manager 5 preset.
        "Hedges" => HedgesG::revman().effect(study),
        "Cohen" => HedgesG::uncorrected().effect(study),
        _ => {
            let treated = options["sd.glass"] == "experimental";
            GlassDelta::new()
                .with_correction(SmallSampleCorrection::Uncorrected)
                .with_variance(GlassDeltaVariance::DegreesOfFreedom)
                .with_standardiser(if treated { Standardiser::Treated } else { Standardiser::Control })
                .effect(study)
        }
    }
}

#[test]
fn every_effect_of_meta() {
    let file = json(include_str!("../../fixtures/effects-meta.json"));
    let mut compared = 0;
    for case in file["cases"].as_array().expect("cases") {
        let (name, input, options) = (case["name"].as_str().expect("a name"), &case["input"], &case["options"]);
        let effects = case["expected"]["TE"].as_array().expect("a column");
        for (i, y) in effects.iter().enumerate() {
            let number = |column: &str| input[column][i].as_f64().expect("a number");
            let arm = |n: &str, mean, sd| (input[n][i].as_u64().expect("a count"), number(mean), number(sd));
            let study = TwoMeans::new(arm("n_e", "mean_e", "sd_e"), arm("n_c", "mean_c", "sd_c")).expect("a study");
            let effect = match options["sm"].as_str().expect("a measure") {
                "MD" if options["pooledvar"] == true => pair(PooledMeanDifference.effect(&study)),
                "MD" => pair(MeanDifference.effect(&study)),
                "SMD" => pair(smd(options, &study)),
                // Without the term for bias, which metafor adds.
                "ROM" => pair(LogRatioOfMeans::new().without_bias_correction().effect(&study)),
                other => panic!("{name}: unknown measure {other}"),
            };
            let (computed, v) = effect.expect("an effect");
            let (y, se) = (y.as_f64().expect("y"), case["expected"]["seTE"][i].as_f64().expect("se"));
            compared += 1;
            assert!(near(computed, y, 1e-11), "{name} study {}: {computed}, R {y}", i + 1);
            assert!(
                name.contains(EFFECT_ONLY) || near(v, se * se, 1e-11),
                "{name} study {}: variance {v}, R {}",
                i + 1,
                se * se
            );
        }
    }
    println!("{compared} effects compared with meta");
    assert_eq!(compared, COMPARED, "effects compared");
}

const COMPARED: usize = 330;
