//! What serde reads and writes.

use meta_analysis::{
    EffectSize, Inference, Level, MeanDifference, Pool, PredictionMethod, RandomEffects, Reml, RiskRatio, Studies,
    Tables, Tau2Method, TwoByTwo, TwoMeans,
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
