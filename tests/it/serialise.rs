//! What serde reads and writes.

use meta_analysis::sensitivity::{Fragility, Gosh, blup, cumulative, influence, leave_one_out};
use meta_analysis::{
    CommonEffect, Design, EffectSize, Inference, Level, MantelHaenszel, MeanDifference, MetaRegression, Pool,
    PredictionMethod, RandomEffects, Reml, RiskRatio, Studies, Tables, Tau2Method, TwoByTwo, TwoMeans, subgroups,
};
use proptest::prelude::*;
use serde_json::{Value, from_str, from_value, json, to_string, to_value};

use crate::strategies::{anything, table, two_means};

fn trials() -> Tables {
    Tables::from_totals([
        ("Hudetz 2009", [1, 29], [9, 29]),
        ("Avidan 2017", [85, 450], [43, 217]),
        ("none", [0, 10], [0, 10]),
        ("Hollinger 2021", [3, 47], [4, 44]),
        ("Ma 2023", [3, 31], [4, 31]),
    ])
    .expect("valid tables")
}

#[test]
fn a_result_is_a_record_of_everything() {
    let studies = RiskRatio.labelled_studies(&trials()).expect("studies");
    let model = RandomEffects::new(Reml).with_inference(Inference::HartungKnapp);
    let pooled = model.pool(&studies).expect("a result");
    let record = to_value(pooled.with(&studies).expect("its own studies")).expect("a record");
    assert_eq!(record["analysis_of"], "Risk ratio, random effects (REML, Hartung-Knapp), 4 studies");
    assert_eq!((&record["measure"], &record["scale"], &record["k"]), (&json!("risk ratio"), &json!("log"), &json!(4)));
    assert_eq!(record["level"], 0.95);
    assert_eq!(record["inference"], "Hartung-Knapp");
    let (natural, analysis) = (pooled.natural(), pooled.analysis());
    assert_eq!(record["natural"]["estimate"], natural.estimate);
    assert_eq!(record["natural"]["interval"]["upper"], natural.interval.expect("an interval").upper);
    assert_eq!(record["analysis"]["std_error"], analysis.std_error.expect("one"));
    assert_eq!(record["test"]["df"], 3.0);
    assert_eq!(record["test"]["log_p_value"], pooled.test().expect("a test").log_p_value());
    let h = pooled.heterogeneity();
    assert_eq!(record["heterogeneity"]["tau2"], h.tau2().expect("tau2"));
    assert_eq!(record["heterogeneity"]["i2_from_q"], h.i2_from_q().expect("I2"));
    assert_eq!(record["studies"][2]["label"], "Hollinger 2021");
    assert_eq!(record["studies"].as_array().expect("lines").len(), 4);
    assert_eq!(record["excluded"][0], "study 3 (none): the risk ratio is not estimable: no events in either arm");
    assert_eq!(record["notes"][0], "1 study left out as not estimable");
    // A bare result lacks the studies and says the same.
    let bare = to_value(&pooled).expect("a record");
    assert_eq!((&bare["test"], bare.get("studies")), (&record["test"], None));
}

#[test]
fn what_is_undefined_is_null() {
    let one = Studies::from_analysis(MeanDifference, vec![1.0], vec![0.04]).expect("valid");
    let record = to_value(RandomEffects::default().pool(&one).expect("a result")).expect("a record");
    assert_eq!((&record["prediction"], &record["heterogeneity"]["tau2"]), (&Value::Null, &Value::Null));
    let huge = Studies::from_analysis(RiskRatio, vec![900.0, 901.0], vec![1.0, 1.0]).expect("valid");
    let record = to_value(RandomEffects::default().pool(&huge).expect("a result")).expect("a record");
    assert_eq!(record["natural"]["estimate"], Value::Null, "e^900 is infinite");
    assert_eq!(record["analysis"]["estimate"], 900.5);
    let equal = Studies::from_analysis(MeanDifference, vec![1.0, 1.01, 1.02], vec![1.0; 3]).expect("valid");
    let interval = to_value(equal.evidence().q_profile(Level::P95).expect("a set")).expect("a record");
    assert_eq!(interval["tau2"], Value::Null, "an empty set");
}

#[test]
fn choices_go_by_their_names() {
    for &inference in Inference::ALL {
        let text = to_string(&inference).expect("a name");
        assert_eq!(from_str::<Inference>(&text).expect("the same"), inference);
    }
    for &method in Tau2Method::ALL {
        assert_eq!(from_str::<Tau2Method>(&to_string(&method).expect("a name")).expect("the same"), method);
    }
    for &method in PredictionMethod::ALL {
        assert_eq!(from_str::<PredictionMethod>(&to_string(&method).expect("a name")).expect("the same"), method);
    }
    assert_eq!(from_str::<Tau2Method>("\"DL\"").expect("R's name"), Tau2Method::DerSimonianLaird);
    assert_eq!("riley".parse::<PredictionMethod>().expect("R's name"), PredictionMethod::default());
    assert_eq!(
        "wide".parse::<PredictionMethod>().expect_err("no such").to_string(),
        "unknown prediction interval \"wide\""
    );
    assert_eq!(from_str::<Level>("0.9").expect("a level"), Level::P90);
}

#[test]
fn nothing_invalid_comes_in() {
    let refused = |result: Result<(), serde_json::Error>| result.expect_err("refused").to_string();
    let studies = |text: &str| refused(from_str::<Studies<RiskRatio>>(text).map(drop));
    assert_eq!(
        studies(r#"{"y": [0.1, 0.2], "v": [1.0, -0.5]}"#),
        "study 2: the variance must be positive and finite, but is -0.5"
    );
    assert_eq!(
        studies(r#"{"y": [0.1], "v": [1.0, 0.5]}"#),
        "there must be as many variances as studies (1), but there are 2"
    );
    assert_eq!(
        studies(r#"{"measure": "odds ratio", "y": [0.1], "v": [1.0]}"#),
        "expected studies of a risk ratio, found odds ratio"
    );
    assert!(studies(r#"{"y": [0.1], "v": [1.0], "w": [1.0]}"#).starts_with("unknown field `w`"));
    let means = r#"{"treated": {"n": 9, "mean": 1.0, "sd": 0.0}, "control": {"n": 9, "mean": 1.0, "sd": 1.0}}"#;
    assert_eq!(
        refused(from_str::<TwoMeans>(means).map(drop)),
        "the standard deviation must be positive and finite, but is 0"
    );
    assert!(refused(from_str::<TwoByTwo>(r#"{"treated": [-1, 2], "control": [1, 2]}"#).map(drop)).contains("-1"));
    assert_eq!(
        refused(from_str::<Level>("95.0").map(drop)),
        "the level must lie between 0 and 1, both excluded, but is 95"
    );
}

#[test]
fn a_regression_is_a_record() {
    // Residual squares 9 with 2 degrees of freedom, a slope of 1 and a mean of 3.
    let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0, 3.0], vec![1.0; 4]).expect("valid");
    let design = Design::new().continuous("dose", [0.0, 1.0, 2.0, 3.0]).expect("a design");
    let fit = MetaRegression::new(Reml).fit(&studies, &design).expect("a fit");
    let record = to_value(&fit).expect("a record");
    assert_eq!(record["analysis_of"], "Mean difference, meta-regression (random effects, REML), 4 studies");
    assert_eq!((&record["measure"], &record["scale"]), (&json!("mean difference"), &json!("identity")));
    assert_eq!((&record["k"], &record["p"], &record["level"]), (&json!(4), &json!(2), &json!(0.95)));
    assert_eq!(
        (&record["coefficients"][0]["name"], &record["coefficients"][1]["name"]),
        (&json!("intercept"), &json!("dose"))
    );
    let close = |value: &Value, expected: f64| {
        let found = value.as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{found} {expected}");
    };
    close(&record["coefficients"][1]["estimate"], 1.0);
    close(&record["residual_heterogeneity"]["q"], 9.0);
    close(&record["residual_heterogeneity"]["df"], 2.0);
    // 9 / 2 less the variance 1; the slope has the variance 4.5 / 5.
    close(&record["residual_heterogeneity"]["tau2"], 3.5);
    close(&record["covariance"][1][1], 0.9);
    close(&record["test_of_moderators"]["statistic"], 1.0 / 0.9);
    assert_eq!(record["test_of_moderators"]["denominator_df"], Value::Null, "a chi-squared test");
    assert_eq!(record["restricted_likelihood"]["parameters"], 3);
    assert_eq!(record["excluded"], json!([]));
    let at = to_value(fit.predict(&[("dose", 1.5.into())]).expect("a prediction")).expect("a record");
    close(&at["natural"]["estimate"], 3.0);
    close(&at["analysis"]["std_error"], (4.5_f64 / 4.0).sqrt());
    assert!(at["new_study"]["natural"]["lower"].as_f64() < at["natural"]["interval"]["lower"].as_f64());
    let rows = to_value(fit.residuals().expect("rows")).expect("records");
    close(&rows[2]["residual"], 2.5);
    close(&rows[0]["leverage"], 0.7);
    let factors = to_value(fit.variance_inflation()).expect("records");
    assert_eq!(factors[0]["term"], "dose");
    let influence = MetaRegression::common_effect().influence(&studies, &design).expect("rows");
    let influence = to_value(influence).expect("a record");
    assert_eq!(influence["coefficients"], json!(["intercept", "dose"]));
    close(&influence["rows"][0]["hat"], 0.7);
    close(&influence["rows"][2]["weight"], 0.25);
    assert_eq!(influence["rows"][2]["tau2_deleted"], Value::Null, "a model without tau2");
    assert_eq!(influence["rows"][2]["dfbetas"].as_array().map(Vec::len), Some(2));
}

#[test]
fn subgroups_are_a_record() {
    let studies = RiskRatio.labelled_studies(&trials()).expect("studies");
    let groups = ["early", "late", "none", "late", "late"];
    let result = subgroups(&CommonEffect::new(), &studies, groups).expect("groups");
    let record = to_value(&result).expect("a record");
    assert_eq!((&record["groups"][1]["name"], &record["groups"][1]["studies"]), (&json!("late"), &json!([1, 2, 3])));
    let late = result.groups()[1].result.clone().expect("an answer");
    assert_eq!(record["groups"][1]["result"], to_value(&late).expect("a record"));
    assert_eq!(record["groups"][2]["result"], Value::Null);
    let reason = "there must be at least one study to pool, but there is none (1 is excluded as not estimable)";
    assert_eq!(record["groups"][2]["error"], reason);
    assert_eq!(record["total"]["k"], 4);
    let between = result.between().expect("two groups");
    assert_eq!((&record["between"]["q"], &record["between"]["df"]), (&json!(between.q()), &json!(1.0)));
    assert_eq!(record["within"]["df"], 2.0);
}

#[test]
fn sensitivity_analyses_are_records() {
    let tables = trials();
    let model = MantelHaenszel::new(RiskRatio);
    let names = ["Hudetz 2009", "Avidan 2017", "none", "Hollinger 2021", "Ma 2023"];
    let result = leave_one_out(&model, &tables).expect("rows");
    let record = to_value(&result).expect("a record");
    assert_eq!(record["all"], to_value(model.pool(&tables).expect("an answer")).expect("a record"));
    for (i, row) in record["rows"].as_array().expect("rows").iter().enumerate() {
        assert_eq!((&row["label"], &row["left_out"], &row["error"]), (&json!(names[i]), &json!([i]), &Value::Null));
        let answer = result.rows()[i].result.as_ref().expect("an answer").natural().estimate;
        assert_eq!(row["result"]["natural"]["estimate"], answer);
    }
    let one = Tables::from_totals([("only", [1, 29], [9, 29])]).expect("a table");
    let record = to_value(leave_one_out(&model, &one).expect("a row")).expect("a record");
    assert_eq!(
        (&record["rows"][0]["result"], &record["rows"][0]["error"]),
        (&Value::Null, &json!("there must be at least one study to pool, but there is none"))
    );
    let record = to_value(cumulative(&model, &tables)).expect("rows");
    assert_eq!((&record[1]["added"], &record[1]["result"]["k"]), (&json!([1]), &json!(2)));

    let result = influence(&model, &tables).expect("rows");
    let record = to_value(&result).expect("rows");
    assert_eq!((&record[2]["label"], &record[2]["hat"]), (&json!("Hollinger 2021"), &json!(result.rows()[2].hat)));
    assert_eq!(record[0]["cooks_distance"], json!(result.rows()[0].cooks_distance));
    assert_eq!(record[0]["tau2_deleted"], Value::Null, "a common effect");
    let studies = RiskRatio.labelled_studies(&tables).expect("studies");
    let random = RandomEffects::default();
    let record = to_value(blup(&random, &studies).expect("rows")).expect("rows");
    assert_eq!(record[1]["label"], "Avidan 2017");
    assert!(record[1]["interval"]["lower"].as_f64() < record[1]["effect"].as_f64());
    let gosh = Gosh::new(random).run(&studies).expect("points");
    let record = to_value(&gosh).expect("a record");
    let points = record["points"].as_array().expect("points");
    assert_eq!((points.len(), &record["is_exact"]), (15, &json!(true)));
    assert_eq!(
        (&points[14]["studies"], &points[14]["estimate"]),
        (&json!([0, 1, 2, 3]), &record["all"]["analysis"]["estimate"])
    );
    assert!(points.iter().all(|point| point["studies"].as_array().expect("studies").len() as u64 == point["k"]));
    let tables = Tables::from_totals([("first", [1, 100], [9, 100]), ("second", [2, 100], [10, 100])]).expect("tables");
    let record = to_value(Fragility::new(model).run(&tables).expect("a result")).expect("a record");
    assert_eq!(
        (&record["was_significant"], &record["any"]["fewest"], &record["any"]["is_exact"]),
        (&json!(true), &json!(6), &json!(true))
    );
}

proptest! {
    #[test]
    fn data_come_back(rows in prop::collection::vec((table(), two_means()), 1..5)) {
        let mut tables = Tables::default();
        for (i, (table, means)) in rows.into_iter().enumerate() {
            tables.push(format!("study {i}"), table);
            let back: TwoMeans = from_str(&to_string(&means).expect("text")).expect("means");
            prop_assert_eq!(back, means);
            let back: TwoByTwo = from_value(to_value(table).expect("a value")).expect("a table");
            prop_assert_eq!(back, table);
        }
        let back: Tables = from_str(&to_string(&tables).expect("text")).expect("tables");
        prop_assert_eq!(back, tables);
    }

    #[test]
    fn studies_come_back_to_the_last_bit((y, v) in anything()) {
        let Ok(studies) = Studies::from_analysis(MeanDifference, y, v) else { return Ok(()) };
        let labels: Vec<String> = (0..studies.k()).map(|i| format!("{i}")).collect();
        let studies = studies.with_labels(labels).expect("as many labels");
        let back: Studies<MeanDifference> = from_str(&to_string(&studies).expect("text")).expect("studies");
        prop_assert_eq!((back.y(), back.v(), back.label(0)), (studies.y(), studies.v(), studies.label(0)));
    }
}
