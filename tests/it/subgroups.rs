//! Subgroups: every value of the R package meta 8.4-0 (`tests/fixtures/subgroups.json`) within 1e-8, and the edges.

use meta_analysis::sensitivity::Pipeline;
use meta_analysis::{
    CommonEffect, EffectSize, ErrorKind, Inference, MantelHaenszel, MantelHaenszelMeasure, MeanDifference, OddsRatio,
    Pool, Pooled, RandomEffects, Real, RiskDifference, RiskRatio, Studies, SubgroupTest, Subgroups, Tables, Tau2Method,
    TwoByTwo, subgroups, subgroups_with_common_tau2,
};
use serde_json::Value;

use crate::score::{floats, json};

const TOLERANCE: f64 = 1e-8;
/// How many numbers are compared.
const COMPARED: usize = 2274;

#[derive(Default)]
struct Tally {
    compared: usize,
    worst: f64,
    failures: Vec<String>,
}

impl Tally {
    fn check(&mut self, what: &str, computed: Option<f64>, expected: &Value, scale: f64) {
        self.compared += 1;
        let b = expected.as_f64().expect("a number");
        let error = computed.map_or(f64::INFINITY, |a| if a == b { 0.0 } else { (a - b).abs() / b.abs().max(scale) });
        if error <= TOLERANCE {
            self.worst = self.worst.max(error);
        } else {
            self.failures.push(format!("{what}: computed {computed:?}, R {expected}"));
        }
    }

    /// A statistic between groups, with its degrees of freedom and p-value.
    fn check_test(&mut self, what: &str, computed: Option<SubgroupTest>, expected: &Value, names: [&str; 3]) {
        let values = computed.map(|test| [test.q(), test.df(), test.p_value()]);
        for (i, name) in names.into_iter().enumerate().filter(|(_, name)| !expected[name].is_null()) {
            self.check(&format!("{what} {name}"), values.map(|values| values[i]), &expected[name], 1e-6);
        }
    }
}

#[test]
fn every_subgroup_of_meta() {
    let file = json(include_str!("../fixtures/subgroups.json"));
    let mut tally = Tally::default();
    let cases = file["cases"].as_array().expect("cases");
    for case in cases {
        let name = case["name"].as_str().expect("a name");
        match (case["options"]["fn"].as_str(), case["options"]["sm"].as_str()) {
            (Some("metagen"), _) => metagen(&mut tally, name, case),
            (Some("metabin"), Some("OR")) => metabin(&mut tally, name, case, OddsRatio),
            (Some("metabin"), Some("RR")) => metabin(&mut tally, name, case, RiskRatio),
            (Some("metabin"), Some("RD")) => metabin(&mut tally, name, case, RiskDifference),
            other => panic!("{name}: nobody looks at {other:?}"),
        }
    }
    let Tally { compared, worst, failures } = tally;
    println!("{compared} values compared with R, worst {worst:e}");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures[..failures.len().min(60)].join("\n"));
    assert_eq!((cases.len(), compared), (51, COMPARED), "cases and values compared");
}

fn names(case: &Value) -> Vec<&str> {
    case["input"]["subgroup"].as_array().expect("groups").iter().map(|name| name.as_str().expect("a name")).collect()
}

fn metagen(tally: &mut Tally, name: &str, case: &Value) {
    let (input, options, expected) = (&case["input"], &case["options"], &case["expected"]);
    let studies = Studies::from_analysis(MeanDifference, floats(&input["yi"]), floats(&input["vi"])).expect("valid");
    let method: Tau2Method = options["method.tau"].as_str().expect("a method").parse().expect("an estimator");
    let inference = if options["method.random.ci"] == "HK" { Inference::HartungKnapp } else { Inference::Normal };
    let model = RandomEffects::new(method).with_inference(inference);
    let random = if options["tau.common"] == true {
        subgroups_with_common_tau2(&model, &studies, names(case)).expect("groups")
    } else {
        subgroups(&model, &studies, names(case)).expect("groups")
    };
    let common = subgroups(&CommonEffect::new(), &studies, names(case)).expect("groups");
    for (field, value) in expected.as_object().expect("fields") {
        let what = format!("{name} {field}");
        match field.as_str() {
            "groups" => check_names(&random, value),
            "TE_common" => tally.check(&what, Some(common.total().analysis().estimate), value, 1e-3),
            "TE_random" => tally.check(&what, Some(random.total().analysis().estimate), value, 1e-3),
            "seTE_random" => tally.check(&what, random.total().analysis().std_error, value, 0.0),
            "tau2" => tally.check(&what, random.total().heterogeneity().tau2(), value, 1e-3),
            "Q_b_common" => {
                let fields = ["Q_b_common", "df_Q_b_common", "pval_Q_b_common"];
                tally.check_test(name, common.between(), expected, fields);
                tally.check_test(name, random.between_common(), expected, fields);
            }
            "Q_b_random" => {
                let fields = ["Q_b_random", "df_Q_b_random", "pval_Q_b_random"];
                tally.check_test(name, random.between(), expected, fields);
            }
            "Q_w_common" => {
                let fields = ["Q_w_common", "df_Q_w", "pval_Q_w_common"];
                tally.check_test(name, Some(common.within()), expected, fields);
                tally.check_test(name, Some(random.within()), expected, fields);
            }
            // With their statistics.
            "df_Q_b_common" | "pval_Q_b_common" | "df_Q_b_random" | "pval_Q_b_random" | "df_Q_w"
            | "pval_Q_w_common" => {}
            of_groups => check_groups(tally, name, of_groups, value, &common, &random),
        }
    }
}

fn check_names<M: meta_analysis::Measure>(result: &Subgroups<M>, expected: &Value) {
    let names: Vec<&str> = result.groups().iter().map(|group| &group.name[..]).collect();
    assert_eq!(serde_json::json!(names), *expected, "the groups");
}

fn check_groups<M: meta_analysis::Measure>(
    tally: &mut Tally,
    name: &str,
    field: &str,
    values: &Value,
    common: &Subgroups<M>,
    random: &Subgroups<M>,
) {
    let answers = |groups: &Subgroups<M>| -> Vec<Pooled<M>> {
        groups.groups().iter().map(|group| group.result.clone().expect("an answer")).collect()
    };
    let values = values.as_array().expect("a value for each group");
    assert_eq!(values.len(), common.groups().len(), "{name}: groups");
    for (i, ((c, r), value)) in answers(common).iter().zip(answers(random)).zip(values).enumerate() {
        let (what, se) = (format!("{name} {field} {i}"), c.classic_std_error());
        let computed = match field {
            "k_w" => Some(c.k() as f64),
            "TE_common_w" => Some(c.analysis().estimate),
            "seTE_common_w" => c.analysis().std_error,
            "lower_common_w" => c.analysis().interval.map(|interval| interval.lower),
            "upper_common_w" => c.analysis().interval.map(|interval| interval.upper),
            "TE_random_w" => Some(r.analysis().estimate),
            "seTE_random_w" => r.analysis().std_error,
            "lower_random_w" => r.analysis().interval.map(|interval| interval.lower),
            "upper_random_w" => r.analysis().interval.map(|interval| interval.upper),
            "Q_w" => Some(c.heterogeneity().q()),
            "tau2_w" => r.heterogeneity().tau2(),
            "I2_w" => c.heterogeneity().i2_from_q(),
            other => panic!("{name}: nobody looks at {other}"),
        };
        tally.check(&what, computed, value, if field == "tau2_w" { 1e-2 * se * se } else { se });
    }
}

fn metabin<M: MantelHaenszelMeasure>(tally: &mut Tally, name: &str, case: &Value, measure: M) {
    let counts = |field: &str| -> Vec<u64> {
        let column = case["input"][field].as_array().expect("a column");
        column.iter().map(|n| n.as_u64().expect("a count")).collect()
    };
    let [events, n, control_events, control_n] = ["event_e", "n_e", "event_c", "n_c"].map(counts);
    let table =
        |i: usize| TwoByTwo::from_totals([events[i], n[i]], [control_events[i], control_n[i]]).expect("a table");
    let tables: Vec<TwoByTwo> = (0..n.len()).map(table).collect();
    let common = subgroups(&MantelHaenszel::new(measure), &tables, names(case)).expect("groups");
    let random = subgroups(&MantelHaenszel::new(measure).random_effects(), &tables, names(case)).expect("groups");
    let expected = &case["expected"];
    for (field, value) in expected.as_object().expect("fields") {
        match field.as_str() {
            "groups" => check_names(&common, value),
            "Q_b_common" => {
                tally.check_test(name, common.between(), expected, ["Q_b_common", "", "pval_Q_b_common"]);
            }
            "Q_b_random" => {
                tally.check_test(name, random.between(), expected, ["Q_b_random", "", "pval_Q_b_random"]);
            }
            "pval_Q_b_common" | "pval_Q_b_random" => {}
            of_groups => check_groups(tally, name, of_groups, value, &common, &random),
        }
    }
}

type Data = Studies<MeanDifference>;

fn data(y: &[f64], v: &[f64]) -> Data {
    Studies::from_analysis(MeanDifference, y.to_vec(), v.to_vec()).expect("valid columns")
}

#[test]
fn a_group_of_one_study_is_that_study() {
    let studies = data(&[1.0, 2.0, 6.0], &[1.0, 1.0, 2.0]);
    let result = subgroups(&RandomEffects::default(), &studies, ["a", "a", "b"]).expect("groups");
    let one = result.groups()[1].result.as_ref().expect("an answer");
    assert_eq!((one.k(), one.analysis().estimate, one.heterogeneity().tau2()), (1, 6.0, None));
    assert_eq!(result.between().expect("a test").df(), 1.0, "it takes part in the test");
    assert_eq!(result.within().df(), 1.0, "and not within");
    // Without a standard error it does not.
    let model = RandomEffects::default().with_inference(Inference::HartungKnapp);
    let result = subgroups(&model, &studies, ["a", "a", "b"]).expect("groups");
    assert_eq!(result.between(), None, "one group with a standard error");
    assert_eq!(result.between_common().expect("a test").df(), 1.0, "the common effects have one");
    assert!(result.to_string().ends_with("Test for subgroup differences: not applicable"), "{result}");
    assert!(result.with(&studies).expect("a report").to_string().contains("Heterogeneity: not applicable"), "{result}");
    // With one τ² for all, the other group gives it.
    let result = subgroups_with_common_tau2(&RandomEffects::default(), &studies, ["a", "a", "b"]).expect("groups");
    let tau2 = |group: usize| result.groups()[group].result.as_ref().expect("an answer").heterogeneity().tau2();
    assert_eq!((tau2(0), tau2(1)), (Some(0.0), Some(0.0)));
    let error = subgroups_with_common_tau2(&RandomEffects::default(), &studies, ["a", "b", "c"]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooFewStudies { .. }), "{error}");
}

#[test]
fn groups_without_an_estimable_study_are_listed() {
    let tables = Tables::from_totals([
        ("none", [0, 20], [0, 20]),
        ("first", [4, 20], [8, 20]),
        ("second", [2, 30], [9, 30]),
        ("all", [0, 20], [0, 20]),
    ])
    .expect("tables");
    let groups = ["empty", "full", "full", "empty"];
    let of_tables = subgroups(&MantelHaenszel::new(RiskRatio), &tables, groups).expect("groups");
    let studies = RiskRatio.labelled_studies(&tables).expect("studies");
    let of_studies = subgroups(&CommonEffect::new(), &studies, groups).expect("groups");
    for result in [&of_tables, &of_studies] {
        let error = result.groups()[0].result.as_ref().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoStudies { .. }), "{error}");
        assert_eq!(result.groups()[1].result.as_ref().expect("an answer").k(), 2, "the other group");
        assert_eq!(result.between(), None, "one estimable group");
    }
    assert_eq!((&of_tables.groups()[0].studies[..], &of_studies.groups()[0].studies[..]), (&[0, 3][..], &[][..]));
    let report = of_tables.with(&tables).expect("a report").to_string();
    assert!(report.contains("none") && report.contains("not estimable"), "{report}");
    let wrong = subgroups(&CommonEffect::new(), &studies, ["a", "b"]).unwrap_err();
    assert_eq!(wrong.to_string(), "there must be as many groups as studies (4), but there are 2");
}

#[test]
fn the_report_has_the_lines_of_review_manager() {
    let tables = Tables::from_totals([
        ("Hudetz 2009", [1, 29], [9, 29]),
        ("Avidan 2017", [85, 450], [43, 217]),
        ("Hollinger 2021", [3, 47], [4, 44]),
        ("Ma 2023", [3, 31], [4, 31]),
    ])
    .expect("tables");
    let groups = ["cardiac", "other", "cardiac", "other"];
    let result = subgroups(&MantelHaenszel::new(RiskRatio), &tables, groups).expect("groups");
    let report = result.with(&tables).expect("a report").to_string();
    println!("{result}\n\n{report}");
    assert_eq!(report, include_str!("../fixtures/subgroup_report.txt").trim_end(), "the report");
}

#[test]
fn one_tau2_of_one_group_is_its_own() {
    let studies = data(&[0.3, -0.4, 1.9, 0.8, 0.1, 1.2], &[0.1, 0.3, 0.2, 0.05, 0.4, 0.15]);
    for &method in Tau2Method::ALL {
        let model = RandomEffects::new(method);
        let all = model.pool(&studies).expect("an answer").heterogeneity().tau2().expect("tau2");
        // Those that have no form about several means say so.
        let Ok(result) = subgroups_with_common_tau2(&model, &studies, ["all"; 6]) else {
            println!("{method} has none");
            continue;
        };
        let one = result.groups()[0].result.as_ref().expect("an answer").heterogeneity().tau2().expect("tau2");
        assert!((one - all).abs() <= 1e-12 * all, "{method}: {one} for {all}");
    }
}

#[test]
fn effects_of_tables_are_grouped_as_their_tables() {
    let rows = [("a", [0, 20], [0, 20]), ("b", [4, 20], [8, 20]), ("c", [2, 30], [9, 30]), ("d", [7, 40], [9, 41])];
    let tables = Tables::from_totals(rows).expect("tables");
    let studies = RiskRatio.labelled_studies(&tables).expect("studies");
    let groups = [1, 2, 1, 2];
    let model = RandomEffects::default();
    let of_tables = subgroups(&Pipeline::new(RiskRatio, model), &tables, groups).expect("groups");
    let of_studies = subgroups(&model, &studies, groups).expect("groups");
    assert_eq!(of_tables.between(), of_studies.between(), "by the model");
    assert_eq!(of_tables.between_common(), of_studies.between_common(), "by the common effects");
    assert_eq!(
        of_studies.between_common(),
        subgroups(&CommonEffect::new(), &studies, groups).expect("groups").between()
    );
}

#[test]
fn single_precision_rounds_once() {
    let (y, v) = ([0.5, 1.25, -0.75, 2.0], [0.25, 0.5, 0.125, 1.0]);
    let double = data(&y, &v);
    let single: Studies<MeanDifference, f32> = double.clone().cast().expect("within range");
    let groups = ["a", "b", "a", "b"];
    let (a, b) = (subgroups(&CommonEffect::new(), &single, groups), subgroups(&CommonEffect::new(), &double, groups));
    let (a, b) = (a.expect("groups").between().expect("a test"), b.expect("groups").between().expect("a test"));
    assert_eq!((a.q(), a.p_value()), (f32::of(b.q()), f32::of(b.p_value())), "the same in double precision");
}
