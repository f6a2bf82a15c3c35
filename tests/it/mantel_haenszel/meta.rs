//! The package meta: `metabin` and `metacont`.

use meta_analysis::{
    AnyMeasure, ArcsineDifference, ChiSquaredTest, CochranMantelHaenszel, CommonEffect, CorrectedCells,
    CorrectedStudies, DerSimonianLaird, EffectSize, Error, FromTable, GlassDelta, GlassDeltaVariance, HedgesG,
    HedgesGVariance, Level, LogRatioOfMeans, MantelHaenszel, MantelHaenszelMeasure, MeanDifference, OddsRatio, Peto,
    PetoOddsRatio, Pool, Pooled, PooledMeanDifference, QCentre, RandomEffects, RiskDifference, RiskRatio,
    SampleSizeWeights, SmallSampleCorrection, StandardisedMeanDifference, Standardiser, Studies, TableRecipe,
    Tau2Method, TwoByTwo, TwoMeans, ZeroCells,
};
use serde_json::Value;

use super::{Tally, by_study, column, name};
use crate::score::{floats, json};

/// What meta makes of a case.
struct Meta {
    given: usize,
    studies: Studies<AnyMeasure>,
    common: Pooled<AnyMeasure>,
    random: Pooled<AnyMeasure>,
    /// Of the studies in the common effect, with the number of those given. `None`: not looked at.
    weights: Option<Vec<Option<f64>>>,
    /// Of the studies that have an effect in the random-effects model.
    random_weights: Option<Vec<Option<f64>>>,
    k_sums: Option<usize>,
    q: f64,
    association: Option<ChiSquaredTest>,
}

pub(super) fn metabin(tally: &mut Tally, case: &Value) {
    let (options, input) = (&case["options"], &case["input"]);
    let count = |column: &str, i: usize| input[column][i].as_u64().expect("a count");
    let k = input["n_e"].as_array().expect("a column").len();
    let table =
        |i| TwoByTwo::from_totals([count("event_e", i), count("n_e", i)], [count("event_c", i), count("n_c", i)]);
    let tables: Vec<TwoByTwo> = (0..k).map(|i| table(i).expect("a table")).collect();
    let association = CochranMantelHaenszel::new().without_continuity_correction().with_binomial_variance();
    let association = association.test(&tables).expect("a test");
    let effects = meta_policy(options);
    let meta = match (options["method"].as_str().expect("a method"), options["sm"].as_str().expect("a measure")) {
        ("Peto", _) => {
            let studies = PetoOddsRatio.studies(&tables).expect("effects");
            let common = Peto::new().pool(&tables).expect("a result");
            inverse(k, &studies.erase(), common.erase(), Tau2Method::DerSimonianLaird)
        }
        ("Inverse", "ASD") => {
            let studies = ArcsineDifference.studies(&tables).expect("effects").erase();
            let common = CommonEffect::new().pool(&studies).expect("a result");
            inverse(k, &studies, common, Tau2Method::DerSimonianLaird)
        }
        ("SSW", "OR") => sample_size(&tables),
        (method, "OR") => counts(options, &tables, OddsRatio, method, effects),
        (method, "RR") => {
            let events = options["RR.Cochrane"] == false;
            let effects = if events { effects.in_cells(CorrectedCells::Events) } else { effects };
            counts(options, &tables, RiskRatio, method, effects)
        }
        (method, "RD") => counts(options, &tables, RiskDifference, method, effects),
        other => panic!("nobody looks at {other:?}"),
    };
    meta_fields(tally, case, &Meta { association: Some(association), ..meta });
}

/// The increments of meta. Risk differences keep the effect of the counts as they are.
fn meta_policy(options: &Value) -> ZeroCells {
    let policy = match options["incr"].as_f64() {
        Some(constant) => ZeroCells::constant(constant).expect("positive"),
        None => ZeroCells::treatment_arm(),
    };
    let policy = match options["method.incr"].as_str() {
        Some("all") => policy.in_studies(CorrectedStudies::All),
        Some("if0all") => policy.in_studies(CorrectedStudies::AllIfAny),
        _ => policy,
    };
    let policy = if options["allstudies"] == true { policy.keeping_double_zeros() } else { policy };
    if options["sm"] == "RD" { policy.in_variance_only() } else { policy }
}

fn counts<M>(options: &Value, tables: &Vec<TwoByTwo>, measure: M, method: &str, effects: ZeroCells) -> Meta
where
    M: MantelHaenszelMeasure + TableRecipe<Measure = M>,
    FromTable<M>: EffectSize<TwoByTwo, Measure = M>,
    Vec<TwoByTwo>: meta_analysis::StudyData<M, f64>,
{
    let studies = FromTable::new(measure).with_zero_cells(effects).studies(tables).expect("effects");
    if method == "Inverse" {
        let studies = studies.erase();
        let common = CommonEffect::new().pool(&studies).expect("a result");
        return inverse(tables.len(), &studies, common, Tau2Method::DerSimonianLaird);
    }
    // The sums always add to all four cells.
    let sums = if options["MH.exact"] == true { ZeroCells::NONE } else { effects.in_cells(CorrectedCells::All) };
    let cochrane = options["Q.Cochrane"] == true;
    let model = MantelHaenszel::new(measure).with_zero_cells(effects).with_zero_cells_in_sums(sums);
    let model = model.with_q_about(if cochrane { QCentre::MantelHaenszel } else { QCentre::InverseVariance });
    let common = model.pool(tables).expect("a result");
    let mut weights: Vec<Option<f64>> = common.weights(tables).expect("weights").into_iter().map(Some).collect();
    if weights.len() < tables.len() {
        // The sums leave out the same tables as the effects.
        for i in studies.excluded().iter().filter_map(Error::study) {
            weights.insert(i, Some(0.0));
        }
    }
    // meta counts the studies that have a weight.
    let k_sums = weights.iter().flatten().filter(|weight| **weight > 0.0).count();
    let q = common.heterogeneity().q();
    let (random, random_weights) = if cochrane {
        let random = model.random_effects().pool(tables).expect("a result");
        (random.clone().erase(), random.weights(tables).expect("weights"))
    } else {
        let random = RandomEffects::new(DerSimonianLaird).pool(&studies).expect("a result");
        (random.clone().erase(), random.weights(&studies).expect("weights"))
    };
    Meta {
        given: tables.len(),
        studies: studies.erase(),
        common: common.erase(),
        random,
        weights: Some(weights),
        random_weights: Some(random_weights.into_iter().map(Some).collect()),
        k_sums: Some(k_sums),
        q,
        association: None,
    }
}

fn inverse(given: usize, studies: &Studies<AnyMeasure>, common: Pooled<AnyMeasure>, tau2: Tau2Method) -> Meta {
    let random = RandomEffects::new(tau2).pool(studies).expect("a result");
    let shares = |weights: Vec<f64>| -> Vec<Option<f64>> { weights.into_iter().map(Some).collect() };
    let mut weights =
        CommonEffect::new().pool(studies).and_then(|pooled| pooled.weights(studies)).map(shares).expect("weights");
    for i in studies.excluded().iter().filter_map(Error::study) {
        weights.insert(i, Some(0.0));
    }
    let random_weights = shares(random.weights(studies).expect("weights"));
    let q = common.heterogeneity().q();
    Meta {
        given,
        studies: studies.clone(),
        common,
        random,
        weights: Some(weights),
        random_weights: Some(random_weights),
        k_sums: None,
        q,
        association: None,
    }
}

fn sample_size(tables: &Vec<TwoByTwo>) -> Meta {
    let studies = OddsRatio.studies(tables).expect("effects");
    let common = SampleSizeWeights::common_effect(OddsRatio).pool(tables).expect("a result");
    let random = SampleSizeWeights::new(OddsRatio, DerSimonianLaird).pool(tables).expect("a result");
    let q = common.heterogeneity().q();
    Meta {
        given: tables.len(),
        studies: studies.erase(),
        common: common.erase(),
        random: random.erase(),
        weights: None,
        random_weights: None,
        k_sums: None,
        q,
        association: None,
    }
}

pub(super) fn metacont(tally: &mut Tally, case: &Value) {
    let (options, input) = (&case["options"], &case["input"]);
    let k = input["n_e"].as_array().expect("a column").len();
    let study = |i: usize| {
        let number = |column: &str| input[column][i].as_f64().expect("a number");
        let arm = |n: &str, mean, sd| (input[n][i].as_u64().expect("a count"), number(mean), number(sd));
        TwoMeans::new(arm("n_e", "mean_e", "sd_e"), arm("n_c", "mean_c", "sd_c")).expect("a study")
    };
    let data: Vec<TwoMeans> = (0..k).map(study).collect();
    let studies = match options["sm"].as_str().expect("a measure") {
        "MD" if options["pooledvar"] == true => PooledMeanDifference.studies(&data).expect("effects").erase(),
        "MD" => MeanDifference.studies(&data).expect("effects").erase(),
        "ROM" => LogRatioOfMeans::new().without_bias_correction().studies(&data).expect("effects").erase(),
        _ => smd(options, &data).erase(),
    };
    let common = CommonEffect::new().pool(&studies).expect("a result");
    let tau2 = if options["method.tau"] == "REML" { Tau2Method::Reml } else { Tau2Method::DerSimonianLaird };
    meta_fields(tally, case, &inverse(k, &studies, common, tau2));
}

fn smd(options: &Value, data: &[TwoMeans]) -> Studies<StandardisedMeanDifference> {
    let exact = options["exact.smd"].as_bool().unwrap_or(true);
    let unbiased = HedgesG::new().with_variance(HedgesGVariance::Unbiased);
    let studies = match options["method.smd"].as_str().unwrap_or("Hedges") {
        "Hedges" if exact => unbiased.studies(data),
        "Hedges" => HedgesG::revman().studies(data),
        // The variance is that of the exact g.
        "Cohen" if exact => {
            let (d, g) = (HedgesG::uncorrected().studies(data).expect("d"), unbiased.studies(data).expect("g"));
            Studies::from_analysis(StandardisedMeanDifference, d.y().to_vec(), g.v().to_vec())
        }
        "Cohen" => HedgesG::uncorrected().studies(data),
        _ => GlassDelta::new()
            .with_correction(SmallSampleCorrection::Uncorrected)
            .with_variance(GlassDeltaVariance::DegreesOfFreedom)
            .with_standardiser(match options["sd.glass"].as_str() {
                Some("experimental") => Standardiser::Treated,
                _ => Standardiser::Control,
            })
            .studies(data),
    };
    studies.expect("effects")
}

fn meta_fields(tally: &mut Tally, case: &Value, meta: &Meta) {
    let Meta { studies, random, .. } = meta;
    let h = random.heterogeneity();
    let q_fields = meta.common.heterogeneity();
    let half = Level::P95.normal_quantile();
    for (field, value) in case["expected"].as_object().expect("an object") {
        let what = format!("{} {field}", name(case));
        // DIFFERENCE: meta keeps the weight of a study without an effect, whose standard error it sets to infinity: one study
        // that says nothing makes the standard error of the mean infinite. Here it is left out; `sample_size_weights...`
        // below has the values.
        if case["options"]["method"] == "SSW" && studies.k() < meta.given && ssw_is_infinite(tally, field) {
            continue;
        }
        let limits = q_fields.i2_test_based(Level::P95);
        let h2_limits = q_fields.h2_test_based(Level::P95);
        match field.as_str() {
            "k" => tally.check(&what, Some(studies.k() as f64), value, 0.0),
            "k_all" => tally.check(&what, Some(meta.given as f64), value, 0.0),
            "k_MH" => tally.check(&what, meta.k_sums.map(|k| k as f64), value, 0.0),
            "TE" => column(tally, &what, &by_study(studies, |effect| effect.y()), value),
            "seTE" => column(tally, &what, &by_study(studies, |effect| effect.v().sqrt()), &without_infinite(value)),
            "lower" => column(tally, &what, &by_study(studies, |e| e.y() - half * e.v().sqrt()), value),
            "upper" => column(tally, &what, &by_study(studies, |e| e.y() + half * e.v().sqrt()), value),
            "w_common" => shares(tally, &what, meta.weights.as_deref(), value),
            "w_random" => random_shares(tally, &what, meta, value),
            "Q" => tally.check(&what, Some(meta.q), value, 0.0),
            "df_Q" => tally.check(&what, Some(q_fields.df()), value, 0.0),
            "pval_Q" => tally.check(&what, Some(q_fields.p_value()), value, 0.0),
            "tau2" => tally.check(&what, h.tau2(), value, h.typical_variance().expect("a typical variance")),
            "tau" => tally.check(&what, h.tau2().map(f64::sqrt), value, h.typical_variance().expect("one").sqrt()),
            "I2" => tally.check(&what, q_fields.i2_from_q(), value, 1.0),
            "lower_I2" => tally.check(&what, limits.map(|i| i.lower), value, 1.0),
            "upper_I2" => tally.check(&what, limits.map(|i| i.upper), value, 1.0),
            "H" => tally.check(&what, q_fields.h2_from_q().map(|h2| h2.sqrt().max(1.0)), value, 0.0),
            "lower_H" => tally.check(&what, h2_limits.map(|i| i.lower.sqrt()), value, 0.0),
            "upper_H" => tally.check(&what, h2_limits.map(|i| i.upper.sqrt()), value, 0.0),
            "lower_tau2" | "upper_tau2" => tau2_limit(tally, &what, field, case, studies, value),
            "Q_CMH" => tally.check(&what, meta.association.map(|test| test.statistic()), value, 0.0),
            "df_Q_CMH" => tally.check(&what, meta.association.map(|test| test.df()), value, 0.0),
            "pval_Q_CMH" => tally.check(&what, meta.association.map(|test| test.p_value()), value, 0.0),
            // What meta says it added: the policy put in.
            "incr_e" | "incr_c" => tally.apart += 1,
            other => {
                let (name, kind) = other.rsplit_once('_').expect("a field of a model");
                let pooled = if kind == "common" { &meta.common } else { random };
                model_field(tally, &what, name, pooled, value);
            }
        }
    }
}

fn model_field(tally: &mut Tally, what: &str, field: &str, pooled: &Pooled<AnyMeasure>, value: &Value) {
    let (x, test) = (pooled.analysis(), pooled.test().expect("a test"));
    let (interval, se) = (x.interval.expect("an interval"), x.std_error.expect("a standard error"));
    match field {
        "TE" => tally.check(what, Some(x.estimate), value, 1e-3 * se),
        "seTE" => tally.check(what, Some(se), value, 0.0),
        "lower" => tally.check(what, Some(interval.lower), value, se),
        "upper" => tally.check(what, Some(interval.upper), value, se),
        "statistic" => tally.check(what, Some(test.statistic), value, 1e-3),
        "pval" => tally.check(what, Some(test.p_value()), value, 0.0),
        other => panic!("{what}: nobody looks at {other}"),
    }
}

/// Weights as shares: meta gives them in units of their own.
fn shares(tally: &mut Tally, what: &str, computed: Option<&[Option<f64>]>, expected: &Value) {
    let Some(computed) = computed else {
        tally.apart += 1;
        return;
    };
    let expected = floats(expected);
    let total: f64 = expected.iter().sum();
    let expected: Vec<Value> = expected.into_iter().map(|weight| Value::from(weight / total)).collect();
    column(tally, what, computed, &Value::from(expected));
}

fn random_shares(tally: &mut Tally, what: &str, meta: &Meta, expected: &Value) {
    let with_zeros = meta.random_weights.clone().map(|mut weights| {
        for i in meta.studies.excluded().iter().filter_map(Error::study) {
            weights.insert(i, Some(0.0));
        }
        weights
    });
    shares(tally, what, with_zeros.as_deref(), expected);
}

/// Jackson's interval with DerSimonian-Laird, Q-profile otherwise; not with a Q about the Mantel-Haenszel estimate.
fn tau2_limit(tally: &mut Tally, what: &str, field: &str, case: &Value, studies: &Studies<AnyMeasure>, value: &Value) {
    let options = &case["options"];
    if options["Q.Cochrane"] == true && value.is_null() {
        return tally.apart += 1;
    }
    // DIFFERENCE: meta does not look beyond 100.
    let cut = value.as_f64() == Some(100.0);
    let evidence = studies.evidence();
    let interval = if options["method.tau"] == "DL" {
        evidence.generalised_q_interval(meta_analysis::QWeights::InverseStdError, Level::P95)
    } else {
        evidence.q_profile(Level::P95)
    };
    let limits = interval.expect("an interval").limits();
    let limit = limits.map(|limits| if field == "lower_tau2" { limits.lower } else { limits.upper });
    let typical = studies.evidence().moments(|v| 1.0 / v);
    let typical = (studies.k() as f64 - 1.0) / typical.trace;
    tally.check(what, limit.map(|limit| if cut { limit.min(100.0) } else { limit }), value, typical);
}

/// A study that is left out has an infinite standard error in meta, or none.
fn without_infinite(column: &Value) -> Value {
    let values = column.as_array().expect("a column").iter();
    Value::from(values.map(|value| if value.is_string() { Value::Null } else { value.clone() }).collect::<Vec<_>>())
}

fn ssw_is_infinite(tally: &mut Tally, field: &str) -> bool {
    let infinite = matches!(
        field,
        "seTE"
            | "seTE_common"
            | "lower_common"
            | "upper_common"
            | "statistic_common"
            | "pval_common"
            | "seTE_random"
            | "lower_random"
            | "upper_random"
            | "statistic_random"
            | "pval_random"
            | "w_common"
            | "w_random"
    );
    tally.apart += usize::from(infinite);
    infinite
}

#[test]
fn sample_size_weights_leave_out_studies_without_an_effect() {
    // Estimate, standard errors of the common and of the random effect, by 30 digits (mpmath) from the studies that have an
    // odds ratio. In meta both standard errors are infinite.
    for (set, expected) in [
        ("nielweise2007", [-1.1803505829530152, 0.3253326577797105, 0.3253326577797105]),
        ("syntheticA", [-0.7698335080880495, 0.6129697111704551, 0.7849336465983987]),
    ] {
        let file = json(include_str!("../../fixtures/mantel_haenszel.json"));
        let cases = file["cases"].as_array().expect("cases");
        let case =
            cases.iter().find(|case| name(case).starts_with(&format!("{set}|metabin|method=SSW"))).expect("a case");
        let input = &case["input"];
        let count = |column: &str, i: usize| input[column][i].as_u64().expect("a count");
        let table =
            |i| TwoByTwo::from_totals([count("event_e", i), count("n_e", i)], [count("event_c", i), count("n_c", i)]);
        let k = input["n_e"].as_array().expect("a column").len();
        let tables: Vec<TwoByTwo> = (0..k).map(|i| table(i).expect("a table")).collect();
        let common = SampleSizeWeights::common_effect(OddsRatio).pool(&tables).expect("a result").analysis();
        let random = SampleSizeWeights::new(OddsRatio, DerSimonianLaird).pool(&tables).expect("a result").analysis();
        let computed = [common.estimate, common.std_error.expect("one"), random.std_error.expect("one")];
        for (computed, expected) in computed.into_iter().zip(expected) {
            assert!((computed / expected - 1.0).abs() < 1e-14, "{set}: {computed} and {expected}");
        }
    }
}
