//! Counts, rates, means, reliabilities and genotypes of one group.

use meta_analysis::{
    ArcsineProportion, BiasCorrection, BonettAlpha, CronbachAlpha, EffectSize, Error, ErrorKind, EvaluatedAt,
    FreemanTukey, Genotypes, Group, GroupMean, HakstianWhalenAlpha, LogCoefficientOfVariation, LogMean, LogProportion,
    LogRate, LogStandardDeviation, LogitProportion, MeanVariance, Measure, PersonTimeRate, ProbitProportion,
    Proportion, ProportionVariance, RawAlpha, RawProportion, RawRate, RelativeExcessHeterozygosity,
    SmallSampleCorrection, SquareRootRate, StandardisedGroupMean, ZeroCells,
};
use serde_json::Value;

use super::Answers;
use super::binary::zero_cells;

pub(super) fn answer(case: &Value) -> Option<Answers> {
    let options = &case["options"];
    let variance = options["vtype"].as_str().unwrap_or("LS");
    let (half, none) = (zero_cells(options, 0.5), zero_cells(options, 0.0));
    let at = if variance == "AV" { EvaluatedAt::Mean } else { EvaluatedAt::Own };
    let bias = match options["correct"].as_bool() {
        Some(false) => BiasCorrection::Uncorrected,
        _ => BiasCorrection::Corrected,
    };
    let correction = match bias {
        BiasCorrection::Corrected => SmallSampleCorrection::Exact,
        BiasCorrection::Uncorrected => SmallSampleCorrection::Uncorrected,
    };
    Some(match options["measure"].as_str()? {
        "PR" => {
            let variance = match variance {
                "UB" => ProportionVariance::Unbiased,
                "AV" => ProportionVariance::Average,
                _ => ProportionVariance::LargeSample,
            };
            over(proportions(case), RawProportion::new().with_zero_cells(half).with_variance(variance))
        }
        "PLN" => over(proportions(case), LogProportion::new().with_zero_cells(half).with_variance_at(at)),
        "PLO" => over(proportions(case), LogitProportion::new().with_zero_cells(half).with_variance_at(at)),
        "PRZ" => over(proportions(case), ProbitProportion::new().with_zero_cells(half)),
        "PAS" => over(proportions(case), ArcsineProportion::new().with_zero_cells(none)),
        "PFT" => over(proportions(case), FreemanTukey::new().with_zero_cells(none)),
        "IR" => over(rates(case), RawRate::new().with_zero_cells(half)),
        "IRLN" => over(rates(case), LogRate::new().with_zero_cells(half)),
        "IRS" => over(rates(case), SquareRootRate::new().with_zero_cells(none)),
        "IRFT" => over(rates(case), FreemanTukey::new().with_zero_cells(none)),
        "MN" => {
            let variance = if variance == "HO" { MeanVariance::Homoscedastic } else { MeanVariance::Own };
            with_the_flat_study(case, over(means(case), GroupMean::new().with_variance(variance)))
        }
        "SMN" => over(means(case), StandardisedGroupMean::new().with_correction(correction)),
        "MNLN" => over(means(case), LogMean),
        "SDLN" => over(means(case), LogStandardDeviation::new().with_bias(bias)),
        "CVLN" => over(means(case), LogCoefficientOfVariation::new().with_bias(bias)),
        "ARAW" => over(alphas(case), RawAlpha),
        "AHW" => over(alphas(case), HakstianWhalenAlpha),
        "ABT" => over(alphas(case), BonettAlpha),
        "REH" => over(genotypes(case), RelativeExcessHeterozygosity),
        _ => return None,
    })
}

/// The recipe over all studies with valid data; the rest keep their errors.
pub(super) fn over<D, R: EffectSize<D>>(data: Vec<Result<D, Error>>, recipe: R) -> Answers
where
    R::Measure: Measure,
{
    let studies = recipe.studies(data.iter().flatten()).expect("some studies");
    let mut pairs = studies.y().iter().zip(studies.v());
    let mut place = 0;
    let answers = data.iter().map(|data| {
        if let Err(error) = data {
            return Err(error.clone());
        }
        place += 1;
        match studies.excluded().iter().find(|error| error.study() == Some(place - 1)) {
            Some(error) => Err(error.clone()),
            None => Ok(pairs.next().map(|(y, v)| (*y, *v)).expect("an effect")),
        }
    });
    answers.collect()
}

fn rows<D>(
    case: &Value,
    first: &str,
    read: impl Fn(&dyn Fn(&str) -> Value) -> Result<D, Error>,
) -> Vec<Result<D, Error>> {
    let input = &case["input"];
    let k = input[first].as_array().expect("a column").len();
    (0..k).map(|i| read(&|column| input[column][i].clone())).collect()
}

fn count(value: &Value) -> u64 {
    value.as_u64().expect("a count")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// R's `xi` are events, its `mi` are non-events.
fn proportions(case: &Value) -> Vec<Result<Proportion, Error>> {
    rows(case, "xi", |at| {
        let events = count(&at("xi"));
        Proportion::new(events, events + count(&at("mi")))
    })
}

fn rates(case: &Value) -> Vec<Result<PersonTimeRate, Error>> {
    rows(case, "xi", |at| PersonTimeRate::new(count(&at("xi")), number(&at("ti"))))
}

/// DIFFERENCE: R takes study 4 of syntheticA, whose standard deviation is 0, into the pooled standard deviation. Here
/// it is refused: all patients alike is more often a misprint. R's variances have its 8 degrees of freedom more, of
/// 5017.
fn with_the_flat_study(case: &Value, answers: Answers) -> Answers {
    if case["name"] != "syntheticA|mean1|MN|vtype=HO" {
        return answers;
    }
    assert!(answers[3].is_err(), "a standard deviation of 0 was accepted");
    let missing = Ok((12.0, case["expected"]["vi"][3].as_f64().expect("a variance of R")));
    let pooled = |(y, v): (f64, f64)| (y, v * 5009.0 / 5017.0);
    answers.into_iter().map(|answer| answer.map(pooled).or_else(|_| missing.clone())).collect()
}

/// Where only standard deviations are given, any mean will do.
fn means(case: &Value) -> Vec<Result<Group, Error>> {
    rows(case, "sdi", |at| match number(&at("sdi")) {
        // R makes a variance of 0 of it, which is not estimable here.
        0.0 => Err(ErrorKind::NotEstimable { measure: "mean", reason: "a standard deviation of 0 is refused" }.into()),
        sd => Group::new(count(&at("ni")), at("mi").as_f64().unwrap_or(1.0), sd),
    })
}

fn alphas(case: &Value) -> Vec<Result<CronbachAlpha, Error>> {
    rows(case, "ai", |at| CronbachAlpha::new(number(&at("ai")), count(&at("mi")), count(&at("ni"))))
}

fn genotypes(case: &Value) -> Vec<Result<Genotypes, Error>> {
    rows(case, "ai", |at| Ok(Genotypes::new(["ai", "bi", "ci"].map(|column| count(&at(column))))))
}

#[test]
fn a_policy_of_zeros_is_noted() {
    let data = [Proportion::new(0, 10).expect("valid"), Proportion::new(4, 10).expect("valid")];
    let corrected =
        |policy| LogitProportion::new().with_zero_cells(policy).studies(&data).expect("studies").corrected();
    assert_eq!((corrected(ZeroCells::HALF), corrected(ZeroCells::NONE)), (1, 0), "one half in one of two");
}

/// Hedges's (1981) approximation 1 - 3/(4m - 1) of the correction, with m = 10: 12/13; Cohen's d as it is.
#[test]
fn a_standardised_mean_takes_every_correction() {
    let group = Group::new(11, 6.0, 2.0).expect("a group");
    let y = |correction| {
        let recipe = StandardisedGroupMean::new().with_correction(correction);
        recipe.effect(&group).expect("an effect").y()
    };
    assert!((y(SmallSampleCorrection::Approximate) - 36.0 / 13.0).abs() < 1e-15 * 3.0, "approximate");
    assert_eq!(y(SmallSampleCorrection::Uncorrected), 3.0, "plain");
}
