//! The surface: error texts, undefined results, printing, and what the compiler must keep promising.

use meta_analysis::{
    AnyMeasure, CommonEffect, DerSimonianLaird, Effect, EffectSize, Error, FixedWeights, FromReport, HazardRatio,
    HedgesG, HedgesGVariance, Inference, Level, Link, MantelHaenszel, MeanDifference, Measure, Note, OddsRatio,
    PauleMandel, Pool, Pooled, RandomEffects, Real, Reml, Reported, RiskDifference, RiskRatio, Studies, StudyNote,
    Tables, Tau2Estimator, Tau2Method, TwoByTwo, TwoMeans, ZeroCells,
};

fn text<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.expect_err("an error").to_string()
}

#[test]
fn errors_name_the_study_and_the_number() {
    let columns = |y: Vec<f64>, v: Vec<f64>| text(Studies::from_analysis(RiskRatio, y, v));
    assert_eq!(columns(vec![0.1], vec![0.0]), "study 1: the variance must be positive and finite, but is 0");
    assert_eq!(
        columns(vec![0.1, 0.2, 0.3], vec![1.0, 1.0, -0.02]),
        "study 3: the variance must be positive and finite, but is -0.02"
    );
    assert_eq!(columns(vec![0.1], vec![f64::NAN]), "study 1: the variance must be positive and finite, but is NaN");
    assert_eq!(
        columns(vec![0.1], vec![f64::INFINITY]),
        "study 1: the variance must be positive and finite, but is inf"
    );
    assert_eq!(columns(vec![1.0, f64::NAN], vec![1.0; 2]), "study 2: the effect must be finite, but is NaN");
    assert_eq!(columns(vec![1.0, 2.0], vec![1.0]), "there must be as many variances as studies (2), but there are 1");
    let errors = |se: Vec<f64>| text(Studies::from_std_errors(RiskRatio, vec![1.0; 2], se));
    assert_eq!(errors(vec![1.0, -0.1]), "study 2: the standard error must be positive and finite, but is -0.1");
    assert_eq!(
        errors(vec![1.0, 1e-200]),
        "study 2: the square of the standard error is outside the range of floating-point numbers"
    );
    assert_eq!(errors(vec![1.0]), "there must be as many standard errors as studies (2), but there are 1");
    let studies = Studies::from_analysis(RiskRatio, vec![0.1], vec![1.0]).expect("a study");
    assert_eq!(text(studies.with_labels(["a", "b"])), "there must be as many labels as studies (1), but there are 2");
}

#[test]
fn raw_data_errors() {
    assert_eq!(
        text(TwoByTwo::from_totals([5, 4], [1, 2])),
        "the treated arm must not have more events than patients, but has 5 of 4"
    );
    assert_eq!(
        text(Tables::from_totals([("Smith", [1, 4], [1, 2]), ("Jones", [1, 4], [3, 2])])),
        "study 2 (Jones): the control arm must not have more events than patients, but has 3 of 2"
    );
    let empty = [TwoByTwo::new([1, 2], [3, 4]), TwoByTwo::new([0, 0], [3, 4])];
    assert_eq!(text(RiskRatio.studies(&empty)), "study 2: the treated arm must have at least 1 patients, but has 0");
    assert_eq!(
        text(TwoMeans::new((1, 0.0, 1.0), (2, 0.0, 1.0))),
        "the treated arm must have at least 2 patients, but has 1"
    );
    assert_eq!(
        text(TwoMeans::new((0, 0.0, 1.0), (2, 0.0, 1.0))),
        "the treated arm must have at least 2 patients, but has 0"
    );
    assert_eq!(text(TwoMeans::new((9, f64::NAN, 1.0), (2, 0.0, 1.0))), "the mean must be finite, but is NaN");
    let sd = |sd| text(TwoMeans::new((9, 0.0, 1.0), (9, 0.0, sd)));
    assert_eq!(sd(0.0), "the standard deviation must be positive and finite, but is 0");
    assert_eq!(sd(-1.5), "the standard deviation must be positive and finite, but is -1.5");
    let small = TwoMeans::new((2, 0.0, 1.0), (2, 1.0, 1.0)).expect("a study");
    assert_eq!(
        text(HedgesG::new().with_variance(HedgesGVariance::Unbiased).effect(&small)),
        "the standardised mean difference is not estimable: its unbiased variance needs more than 4 patients"
    );
}

#[test]
fn reported_errors() {
    let reported = |e, l, u| text(Reported::interval(e, l, u));
    assert_eq!(reported(1.0, 2.0, 1.0), "the lower limit must be below the upper one, but the interval is 2 to 1");
    assert_eq!(reported(3.0, 1.0, 2.0), "the interval must contain its estimate, but 3 is not within 1 to 2");
    assert_eq!(reported(f64::NAN, 1.0, 2.0), "the estimate must be finite, but is NaN");
    assert_eq!(reported(1.5, f64::NAN, 2.0), "the lower limit must be finite, but is NaN");
    assert_eq!(reported(1.5, 1.0, f64::INFINITY), "the upper limit must be finite, but is inf");
    let effect = |line: Result<Reported, Error>| text(line.and_then(|line| FromReport(RiskRatio).effect(&line)));
    assert_eq!(
        effect(Reported::interval(0.5, -0.5, 1.5)),
        "a risk ratio of -0.5 is outside the range of its scale (log)"
    );
    assert_eq!(effect(Reported::std_error(-2.0, 0.1)), "a risk ratio of -2 is outside the range of its scale (log)");
    assert_eq!(
        effect(Reported::interval(1.6, 0.8, 2.4)),
        "the interval must be symmetric on the analysis scale (log) up to rounding, but 1.6 is not midway in 0.8 to 2.4"
    );
    assert_eq!(
        effect(Reported::p_value(1.2, 1.0)),
        "a p-value of 1 with an estimate of 1.2 determines no standard error"
    );
    assert_eq!(
        effect(Reported::p_value(1.0, 0.3)),
        "a p-value of 0.3 with an estimate of 1 determines no standard error"
    );
    assert_eq!(effect(Reported::p_value(1.2, 0.0)), "the p-value must lie between 0 (excluded) and 1, but is 0");
    assert_eq!(effect(Reported::std_error(1.2, 0.0)), "the standard error must be positive and finite, but is 0");
    let lines = [Reported::interval(1.2, 1.0, 1.44).expect("a line"), Reported::std_error(-1.0, 0.1).expect("a line")];
    assert_eq!(
        text(FromReport(HazardRatio).studies(&lines)),
        "study 2: a hazard ratio of -1 is outside the range of its scale (log)"
    );
}

#[test]
fn other_errors() {
    for level in [0.0, 1.0, -0.5, 95.0, 1e-17, f64::NAN, f64::INFINITY] {
        let expected = format!("the level must lie between 0 and 1, both excluded, but is {level}");
        assert_eq!(text(Level::new(level)), expected);
    }
    let none: Studies<RiskRatio> = Studies::new(RiskRatio);
    assert_eq!(text(CommonEffect::new().pool(&none)), "there must be at least one study to pool, but there is none");
    let double_zero = [TwoByTwo::new([0, 9], [0, 9])];
    assert_eq!(
        text(MantelHaenszel::new(RiskRatio).pool(&double_zero)),
        "there must be at least one study to pool, but there is none (1 is excluded as not estimable)"
    );
    let one_sided = [TwoByTwo::new([0, 9], [3, 9]), TwoByTwo::new([0, 5], [1, 9])];
    assert_eq!(
        text(MantelHaenszel::new(RiskRatio).pool(&one_sided)),
        "the risk ratio is not estimable: the Mantel-Haenszel sum of the treated arms is zero"
    );
    let no_spread = [TwoByTwo::new([0, 9], [0, 9]), TwoByTwo::new([5, 0], [5, 0])];
    assert_eq!(
        text(MantelHaenszel::new(RiskDifference).pool(&no_spread)),
        "the risk difference is not estimable: no arm of any study has both events and non-events"
    );
    assert_eq!(text("XY".parse::<Tau2Method>()), "unknown estimator of tau2 \"XY\"");
    assert_eq!(text("bayes".parse::<Inference>()), "unknown inference \"bayes\"");
    let apart = Studies::from_analysis(MeanDifference, vec![-1e300, 1e300], vec![1e-300; 2]).expect("valid");
    assert_eq!(
        text(RandomEffects::default().pool(&apart)),
        "Cochran's Q is outside the range of floating-point numbers"
    );
    let one = Studies::from_analysis(MeanDifference, vec![1.0], vec![1.0]).expect("valid");
    assert_eq!(text(Reml.tau2(&one.evidence())), "tau2 needs at least 2 studies, but there are 1");
    assert_eq!(
        text(one.evidence().q_profile(Level::P95)),
        "the Q-profile interval needs at least 2 studies, but there are 1"
    );
    let small = Studies::from_analysis(MeanDifference, vec![1.0], vec![1e-60]).expect("valid");
    assert_eq!(
        text(small.cast::<f32>()),
        "study 1: the effect or its variance is outside the range of floating-point numbers"
    );
    let error = Error::other("my estimator needs dose levels").in_study(4).with_label("Smith 2001");
    assert_eq!(error.to_string(), "study 5 (Smith 2001): my estimator needs dose levels");
    assert_eq!(format!("{error:?}"), error.to_string(), "Debug prints the sentence");
}

/// An estimator that gives nonsense.
struct Nonsense(f64);

impl std::fmt::Display for Nonsense {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonsense")
    }
}

impl Tau2Estimator for Nonsense {
    fn tau2(&self, _: &meta_analysis::Evidence<'_>) -> Result<f64, Error> {
        Ok(self.0)
    }
}

#[test]
fn a_foreign_estimator_cannot_smuggle_in_a_nonsense_variance() {
    let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0], vec![1.0; 2]).expect("valid");
    for (value, shown) in [(-0.5, "-0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let expected = format!("Nonsense must give a finite tau2 of at least 0, but gave {shown}");
        assert_eq!(text(RandomEffects::new(Nonsense(value)).pool(&studies)), expected);
    }
}

#[test]
fn a_recipe_must_not_change_its_measure() {
    /// Risk ratios for frequent events, odds ratios for rare ones: two measures.
    struct Fickle;
    impl EffectSize<TwoByTwo> for Fickle {
        type Measure = AnyMeasure;
        fn effect(&self, table: &TwoByTwo) -> Result<Effect<AnyMeasure>, Error> {
            if table.treated()[0] > 5 {
                Ok(RiskRatio.effect(table)?.erase())
            } else {
                Ok(OddsRatio.effect(table)?.erase())
            }
        }
    }
    let trials = [TwoByTwo::new([9, 5], [3, 4]), TwoByTwo::new([2, 5], [3, 4])];
    assert_eq!(
        text(Fickle.studies(&trials)),
        "study 2: all studies must have one measure, but risk ratio is followed by odds ratio"
    );
}

#[test]
fn undefined_results_are_none() {
    let one = Studies::from_analysis(MeanDifference, vec![1.0], vec![0.04]).expect("valid");
    for &inference in Inference::ALL {
        let pooled = RandomEffects::default().with_inference(inference).pool(&one).expect("one study is a result");
        let (x, h) = (pooled.analysis(), pooled.heterogeneity());
        assert_eq!(x.estimate, 1.0, "the study itself");
        assert_eq!((h.tau2(), h.i2_from_q(), h.i2_from_tau2(), h.h2_from_q()), (None, None, None, None), "{inference}");
        assert_eq!((h.q(), h.df(), h.p_value()), (0.0, 0.0, 1.0), "{inference}: Q of one study");
        assert_eq!(pooled.prediction(), None, "{inference}: no prediction from one study");
        assert_eq!(x.interval.is_some(), inference == Inference::Normal, "{inference}: t has no degrees of freedom");
        assert_eq!(pooled.test().is_some(), inference == Inference::Normal, "{inference}: test");
        assert!(pooled.notes().any(|note| note == Note::OneStudy), "{inference}: the note says so");
    }
    let two = Studies::from_analysis(MeanDifference, vec![1.0, 3.0], vec![0.04; 2]).expect("valid");
    let pooled = RandomEffects::default().pool(&two).expect("two studies");
    // DIFFERENCE: metafor uses one degree of freedom here.
    assert_eq!(pooled.prediction(), None, "two studies have no k - 2 prediction interval");
    assert_eq!(pooled.heterogeneity().i2_test_based(Level::P95), None, "nor a test-based interval of I2");
    let three = Studies::from_analysis(MeanDifference, vec![1.0, 3.0, 2.0], vec![0.04; 3]).expect("valid");
    assert_eq!(
        CommonEffect::new().pool(&three).expect("a result").prediction(),
        None,
        "a common effect predicts nothing"
    );
    assert!(RandomEffects::default().pool(&three).expect("a result").prediction().is_some(), "three studies do");
}

#[test]
fn equal_effects_have_no_hartung_knapp_interval() {
    let equal = Studies::from_analysis(MeanDifference, vec![0.7; 4], vec![0.1, 0.2, 0.3, 0.4]).expect("valid");
    let model = RandomEffects::default();
    let plain = model.with_inference(Inference::HartungKnapp).pool(&equal).expect("a result");
    assert_eq!((plain.analysis().std_error, plain.analysis().interval), (None, None), "undefined");
    assert_eq!(plain.test(), None, "no test either");
    assert!(plain.notes().any(|note| note == Note::NoResiduals), "the note says so");
    assert!(plain.to_string().contains("no interval"), "and so does the print: {plain}");
    let floored = model.with_inference(Inference::HartungKnappFloored).pool(&equal).expect("a result");
    assert_eq!(floored.analysis().std_error, Some(floored.classic_std_error()), "floored at the classic one");
}

#[test]
fn intervals_and_fixed_weights_at_the_edges() {
    let data = |y: Vec<f64>| {
        let v = vec![0.04; y.len()];
        Studies::from_analysis(MeanDifference, y, v).expect("valid")
    };
    let one = data(vec![1.0]);
    assert_eq!(
        text(Reml.profile_interval(&one.evidence(), Level::P95)),
        "tau2 needs at least 2 studies, but there are 1"
    );
    let pooled = FixedWeights::ivhet().pool(&one).expect("one study is a result");
    assert_eq!((pooled.analysis().estimate, pooled.heterogeneity().tau2()), (1.0, None), "the study itself");
    assert_eq!(pooled.probability_above(0.0), None, "nothing to predict from");
    // Equal effects: tau2 is 0 and its set starts there; the test has nothing to test.
    for k in [2, 5] {
        let equal = data(vec![0.7; k]);
        let interval = Reml.profile_interval(&equal.evidence(), Level::P95).expect("an interval");
        assert!(interval.lower_is_at_zero(), "{k} equal effects: {interval}");
        let test = Reml.heterogeneity_test(&equal.evidence()).expect("a test");
        assert_eq!((test.statistic, test.p_value()), (0.0, 1.0), "{k} equal effects");
    }
    let wrong = FixedWeights::new(vec![1.0, 2.0], DerSimonianLaird).expect("weights");
    assert_eq!(text(wrong.pool(&one)), "there must be as many weights as studies (1), but there are 2");
    assert_eq!(
        text(FixedWeights::new(vec![1.0, f64::NAN], DerSimonianLaird)),
        "study 2: the weight must be positive and finite, but is NaN"
    );
}

#[test]
fn zero_cells_are_visible() {
    let mut tables = Tables::default();
    tables.push("ordinary", TwoByTwo::new([4, 119], [11, 128]));
    tables.push("double zero", TwoByTwo::new([0, 50], [0, 60]));
    tables.push("one zero", TwoByTwo::new([0, 40], [3, 37]));
    tables.push("all events", TwoByTwo::new([5, 0], [7, 0]));
    tables.push("last", TwoByTwo::new([9, 91], [12, 88]));
    let studies = RiskRatio.labelled_studies(&tables).expect("studies");
    assert_eq!((studies.k(), studies.corrected(), studies.excluded().len()), (3, 1, 2), "kept, corrected, excluded");
    assert_eq!(
        studies.excluded()[1].to_string(),
        "study 4 (all events): the risk ratio is not estimable: only events in both arms"
    );
    let notes: Vec<_> = studies.iter().map(|study| (study.label.expect("labels"), study.effect.note())).collect();
    assert_eq!(
        notes,
        [("ordinary", None), ("one zero", Some(StudyNote::ZeroCellsCorrected(ZeroCells::HALF))), ("last", None)],
        "notes"
    );
    // (0.5/41) / (3.5/41)
    assert!((studies.y()[1] - (1.0_f64 / 7.0).ln()).abs() < 1e-15, "one half in all four cells");
    for text in [
        format!("{}", RandomEffects::default().pool(&studies).expect("a result").with(&studies).expect("lines")),
        format!("{}", MantelHaenszel::new(RiskRatio).pool(&tables).expect("a result").with(&tables).expect("lines")),
    ] {
        assert!(text.contains("one half was added to the cells of 1 study with a zero cell"), "{text}");
        assert!(text.contains("2 studies left out as not estimable"), "{text}");
        assert!(
            text.contains("left out: study 2 (double zero): the risk ratio is not estimable: no events in either arm"),
            "{text}"
        );
    }
    // The risk difference keeps them all.
    assert_eq!(RiskDifference.labelled_studies(&tables).expect("studies").k(), 5, "a difference needs no events");
}

#[test]
fn labels_stay_with_their_studies() {
    let tables = [TwoByTwo::new([1, 9], [2, 8]), TwoByTwo::new([0, 9], [0, 8]), TwoByTwo::new([3, 9], [4, 8])];
    let studies = RiskRatio.studies(&tables).expect("studies").with_labels(["a", "b", "c"]).expect("labels");
    assert_eq!((studies.label(0), studies.label(1)), (Some("a"), Some("c")), "the excluded one's label goes with it");
    assert_eq!(studies.excluded()[0].label(), Some("b"), "to the list of exclusions");
    let last = studies.filter(|study| study.label == Some("c"));
    assert_eq!((last.k(), last.label(0)), (1, Some("c")), "filtered");
    assert_eq!(last.excluded()[0].study(), Some(0), "the index it would have now");
    let erased = studies.clone().erase();
    assert_eq!((erased.label(1), erased.measure().label()), (Some("c"), "risk ratio"), "erasing keeps the labels");
    let mut pushed: Studies<RiskRatio> = studies.iter().map(|study| study.effect).collect();
    pushed.extend(studies.get(0).map(|study| study.effect));
    assert_eq!((pushed.k(), pushed.label(0)), (3, None), "collected one by one");
}

#[test]
fn weights_need_the_data_that_were_pooled() {
    let tables = [TwoByTwo::new([1, 9], [2, 8]), TwoByTwo::new([3, 9], [4, 8])];
    let studies = RiskRatio.studies(&tables).expect("studies");
    let pooled = MantelHaenszel::new(RiskRatio).pool(&tables).expect("a result");
    assert_eq!(
        text(pooled.weights(&studies)),
        "the data must be those that were pooled (2 studies), but a Mantel-Haenszel analysis pools tables, not effects"
    );
    let inverse = CommonEffect::new().pool(&studies).expect("a result");
    assert_eq!(
        inverse.weights(&tables).expect("weights"),
        inverse.weights(&studies).expect("weights"),
        "tables serve both"
    );
    let one = studies.filter(|study| study.effect.y() < -0.6);
    assert_eq!(
        text(inverse.weights(&one)),
        "the data must be those that were pooled (2 studies), but their number differs"
    );
}

#[test]
fn weights_of_other_studies_are_refused() {
    let studies = |y: Vec<f64>| Studies::from_analysis(MeanDifference, y, vec![0.1; 2]).expect("valid");
    let pooled = CommonEffect::new().pool(&studies(vec![1.0, 2.0])).expect("a result");
    assert_eq!(
        text(pooled.weights(&studies(vec![1.0, 3.0]))),
        "the data must be those that were pooled (2 studies), but they give another estimate"
    );
    assert_eq!(pooled.clone().erase().measure().label(), "mean difference", "a result without its type");
}

#[test]
fn the_forest_plot_lines_up() {
    let tables = Tables::from_totals([("short", [1, 29], [9, 29]), ("a rather long name", [85, 450], [43, 217])])
        .expect("tables");
    let studies = RiskRatio.labelled_studies(&tables).expect("studies");
    let report = CommonEffect::new().pool(&studies).expect("a result").with(&studies).expect("lines");
    let unicode = format!("{report:#}");
    let ascii = format!("{:#}", report.clone().ascii());
    assert!(ascii.is_ascii(), "{ascii}");
    let null = |line: &str, glyph: char| line.chars().position(|c| c == glyph);
    let rows = |text: &str| text.lines().skip(4).map(str::to_owned).collect::<Vec<_>>();
    for (text, glyph) in [(&unicode, '│'), (&ascii, '|')] {
        let columns: Vec<_> = rows(text).iter().map(|row| null(row, glyph)).collect();
        assert_eq!(columns.len(), 3, "two studies and the pooled line: {text}");
        assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "the line of no effect is straight: {text}");
    }
    assert!(!format!("{report}").contains('■'), "without the alternate flag there is no plot");
    assert!(format!("{report:.4}").contains("0.1111"), "precision is respected");
}

#[test]
fn prints_without_labels_and_with_small_numbers() {
    let studies = Studies::from_analysis(RiskDifference, vec![1e-4, 3e-4, 2e-4], vec![1e-9; 3]).expect("valid");
    let pooled = RandomEffects::new(DerSimonianLaird).pool(&studies).expect("a result");
    let text = pooled.to_string();
    assert!(text.contains("tau2 9.00e-9"), "small numbers do not print as 0.00: {text}");
    assert!(format!("{}", pooled.with(&studies).expect("lines")).contains("study 3"), "studies are counted from 1");
}

#[test]
fn p_values_reach_1e_300_and_their_logarithms_go_on() {
    let z_test = |y: f64| {
        let studies = Studies::from_analysis(MeanDifference, vec![y], vec![1.0]).expect("valid");
        CommonEffect::new().pool(&studies).expect("a result").test().expect("a test")
    };
    // erfc(37 / √2) and ln erfc(1e6 / √2), computed with 40 digits.
    let p: f64 = z_test(37.0).p_value();
    assert!((p / 1.145_114_244_504_915_4e-299 - 1.0).abs() < 1e-13, "p = {p:e}");
    let log: f64 = z_test(1e6).log_p_value();
    assert!((log / -500_000_000_014.041_3 - 1.0).abs() < 1e-15, "log p = {log}");
}

#[test]
fn counts_at_the_top_of_u64_do_not_overflow() {
    let tables =
        [TwoByTwo::new([u64::MAX, u64::MAX], [u64::MAX - 1, u64::MAX]), TwoByTwo::new([u64::MAX, 1], [1, u64::MAX])];
    let studies = RiskRatio.studies(&tables).expect("effects");
    assert!(studies.y().iter().all(|y| y.is_finite()), "finite effects");
    assert!(MantelHaenszel::new(OddsRatio).pool(&tables).is_ok(), "finite sums");
}

#[test]
fn hedges_g_holds_for_ten_million_patients() {
    let study = TwoMeans::new((5_000_000, 1.0, 2.0), (5_000_000, 0.0, 2.0)).expect("a study");
    let effect = HedgesG::new().effect(&study).expect("an effect");
    // J(m) = 1 - 3/(4m) + O(1/m²), with m = 9999998.
    let expected = 0.5 * (1.0 - 0.75 / 9_999_998.0);
    assert!((effect.y() / expected - 1.0).abs() < 1e-13, "g = {}", effect.y());
}

#[test]
fn the_compiler_keeps_its_promises() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Error>();
    shared::<Studies<RiskRatio>>();
    shared::<Pooled<AnyMeasure, f32>>();
    shared::<RandomEffects<Tau2Method>>();
    shared::<Box<dyn Tau2Estimator<f32>>>();
    let boxed: Vec<Box<dyn Tau2Estimator>> = vec![Box::new(DerSimonianLaird), Box::new(PauleMandel), Box::new(Reml)];
    let names: Vec<String> = boxed.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["DerSimonian-Laird", "Paule-Mandel", "REML"], "a name is a Display");
    assert_eq!(size_of::<Effect<RiskRatio>>(), size_of::<(f64, f64, Option<StudyNote>)>(), "a measure costs nothing");
    assert!(size_of::<Effect<RiskRatio>>() <= 32, "and a note 16 bytes");
    assert_eq!(size_of::<AnyMeasure>(), size_of::<(&str, Link)>(), "a measure at run time is a name and a link");
    assert!(size_of::<Error>() <= 80, "errors are {} bytes", size_of::<Error>());
}

#[test]
fn references_boxes_and_arcs_are_estimators() {
    fn estimate<F: Real>(estimator: impl Tau2Estimator<F>, studies: &Studies<MeanDifference, F>) -> F {
        estimator.estimate(&studies.evidence()).expect("an estimate").value
    }
    let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0; 3]).expect("valid");
    let expected = estimate(Reml, &studies);
    assert_eq!(estimate(&Reml as &dyn Tau2Estimator, &studies), expected, "a reference");
    assert_eq!(estimate(Box::new(Reml), &studies), expected, "a box");
    assert_eq!(estimate(std::sync::Arc::new(Reml), &studies), expected, "an arc");
    assert_eq!(estimate(Tau2Method::Reml, &studies), expected, "a member of the closed set");
    let single = studies.cast::<f32>().expect("fits");
    assert_eq!(estimate(Reml, &single), 6.0_f32, "single precision");
}
