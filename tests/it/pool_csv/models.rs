//! Every model, with its options, against the library.

use meta_analysis::{
    AnyMeasure, CommonEffect, Convention, CorrectedStudies, DerSimonianLaird, FixedWeights, FromTable, Inference,
    KnownTau2, Level, MantelHaenszel, MeanDifference, MeansModel, OddsRatio, PauleMandel, PersonTime, Peto,
    PetoOddsRatio, PredictionMethod, RandomEffects, RateRatio, Reml, RiskDifference, RiskRatio,
    StandardisedMeanDifference, TableModel, Tables, TwoByTwo, TwoMeans, ZeroCells, prelude::*,
};

use super::{FUNCTIONING, METAFOR, delirium, delirium_csv, functioning, reml, run};

#[test]
fn measures_of_tables_are_those_of_the_library() {
    let csv = delirium_csv(METAFOR);
    for (name, studies) in [
        ("or", OddsRatio.labelled_studies(&delirium()).expect("estimable").erase()),
        ("RD", RiskDifference.labelled_studies(&delirium()).expect("estimable").erase()),
        ("peto-odds-ratio", PetoOddsRatio.labelled_studies(&delirium()).expect("estimable").erase()),
    ] {
        assert_eq!(run(&csv, &["--measure", name]).text, reml(&studies), "{name}");
    }
    let zeros = "slab,ai,n1i,ci,n2i\nA,0,20,3,40\nB,2,30,5,31\nC,0,10,0,10\n";
    let tables = Tables::from_totals([("A", [0, 20], [3, 40]), ("B", [2, 30], [5, 31]), ("C", [0, 10], [0, 10])]);
    let tables = tables.expect("valid tables");
    for (args, policy) in [
        (vec!["--zero-cells", "treatment-arm"], ZeroCells::treatment_arm()),
        (vec!["--zero-cells", "0.25"], ZeroCells::constant(0.25).expect("an amount")),
        (vec!["--zero-cells-in", "all"], ZeroCells::HALF.in_studies(CorrectedStudies::All)),
        (vec!["--double-zeros", "keep"], ZeroCells::HALF.keeping_double_zeros()),
    ] {
        let studies = FromTable::new(RiskRatio).with_zero_cells(policy).labelled_studies(&tables);
        assert_eq!(run(zeros, &args).text, reml(&studies.expect("estimable").erase()), "{args:?}");
    }
    let left_out = run(zeros, &[]).text;
    assert!(left_out.ends_with("left out: study 3 (C): the risk ratio is not estimable: no events in either arm"));
}

#[test]
fn models_and_their_options_are_those_of_the_library() {
    let (csv, tables) = (delirium_csv(METAFOR), delirium());
    let studies = RiskRatio.labelled_studies(&tables).expect("estimable").erase();
    let shown = |pooled: Result<meta_analysis::Pooled<AnyMeasure>, meta_analysis::Error>| {
        format!("{:#}", pooled.expect("a result").with(&studies).expect("its own studies"))
    };
    let wide = Level::new(0.99).expect("a level");
    let hts = PredictionMethod::HartungKnapp;
    let hartung = RandomEffects::new(PauleMandel).with_inference(Inference::HartungKnapp).with_prediction(hts);
    for (args, expected) in [
        ("--model common", shown(CommonEffect::new().pool(&studies))),
        ("--tau2 DL", shown(RandomEffects::new(DerSimonianLaird).pool(&studies))),
        ("--tau2 0.3", shown(RandomEffects::new(KnownTau2::new(0.3).expect("tau2")).pool(&studies))),
        ("--tau2 paule-mandel --inference hksj --prediction hk", shown(hartung.pool(&studies))),
        ("--level 99%", shown(RandomEffects::new(Reml).with_level(wide).pool(&studies))),
        ("--model ivhet", shown(FixedWeights::ivhet().pool(&studies))),
        ("--model unweighted --tau2 reml", shown(FixedWeights::unweighted(Reml).pool(&studies))),
    ] {
        let args: Vec<&str> = args.split(' ').collect();
        assert_eq!(run(&csv, &args).text, expected, "{args:?}");
    }
    let pooled = MantelHaenszel::new(RiskDifference).pool(&tables).expect("a result");
    let expected = format!("{:#}", pooled.with(&tables).expect("its own tables"));
    assert_eq!(run(&csv, &["--model", "mh", "--measure", "rd"]).text, expected);
    // Published for these trials: Mantel-Haenszel 0.83 (0.61 to 1.12).
    let mantel_haenszel = run(&csv, &["--model", "mantel-haenszel"]).text;
    assert!(mantel_haenszel.contains("estimate    0.83   95% CI 0.61 to 1.12"), "{mantel_haenszel}");
    let pooled = Peto::new().pool(&tables).expect("a result");
    let expected = format!("{:#}", pooled.with(&tables).expect("its own tables"));
    assert_eq!(run(&csv, &["--model", "peto"]).text, expected);
    assert_eq!(run(&csv, &["--model", "peto", "--measure", "or"]).text, expected);
    let ascii = run(&csv, &["--ascii", "--decimals", "4"]).text;
    assert!(ascii.is_ascii() && ascii.contains("0.1111"), "1/29 by 9/29 in four decimals in ASCII: {ascii}");
}

const ZEROS: &str = "slab,ai,bi,ci,di\nA,0,20,4,18\nB,3,12,0,14\nC,8,32,11,31\n";

fn zeros() -> Tables {
    [("A", [0, 20], [4, 18]), ("B", [3, 12], [0, 14]), ("C", [8, 32], [11, 31])]
        .map(|(label, treated, control)| (label, TwoByTwo::new(treated, control)))
        .into_iter()
        .collect()
}

#[test]
fn mantel_haenszel_has_its_options() {
    let half = MantelHaenszel::new(OddsRatio).with_zero_cells_in_sums(ZeroCells::HALF);
    let pooled = half.pool(&zeros()).expect("a result");
    let expected = format!("{:#}", pooled.with(&zeros()).expect("its own tables"));
    let args = ["--model", "mh", "--measure", "or", "--zero-cells-in-sums", "half"];
    assert_eq!(run(ZEROS, &args).text, expected);
    let quarter = ZeroCells::constant(0.25).expect("an amount");
    let model = MantelHaenszel::new(RiskRatio).with_zero_cells(quarter).random_effects();
    let pooled = model.with_inference(Inference::HartungKnapp).pool(&zeros()).expect("a result");
    let expected = format!("{:#}", pooled.with(&zeros()).expect("its own tables"));
    let args = ["--model", "mh-random", "--zero-cells", "0.25", "--inference", "hk"];
    assert_eq!(run(ZEROS, &args).text, expected);

    let rates = PersonTime::from_rows([((9, 413.0), (19, 398.0)), ((3, 20.5), (0, 12.5))]).expect("valid rows");
    let pooled = MantelHaenszel::new(RateRatio).pool(&rates).expect("a result");
    let output = run("study,x1i,t1i,x2i,t2i\nX,9,413,19,398\nY,3,20.5,0,12.5\n", &["--model", "mh"]);
    assert_eq!(output.text, format!("{:#}", pooled.with(&rates).expect("its own rates")));
    assert_eq!(output.notes[1], "study 1 is X and study 2 is Y");
}

#[test]
fn conventions_are_those_of_the_library() {
    // The footer that Review Manager 5 prints for these tables.
    let output = run(ZEROS, &["--convention", "revman5", "--model", "mh-random"]).text;
    let footer = "As Review Manager 5 prints it\n\
        Heterogeneity: Tau² = 1.03; Chi² = 3.73, df = 2 (P = 0.16); I² = 46%\n\
        Test for overall effect: Z = 0.25 (P = 0.80)";
    assert!(output.ends_with(footer), "{output}");
    for convention in Convention::ALL {
        let name = convention.to_string();
        for (model, of_tables) in [
            ("random", TableModel::InverseVarianceRandom),
            ("common", TableModel::InverseVariance),
            ("mh", TableModel::MantelHaenszel),
            ("mh-random", TableModel::MantelHaenszelRandom),
        ] {
            for measure in ["rr", "or", "rd"] {
                let pooled = match measure {
                    "rr" => convention.tables(RiskRatio, of_tables).pool(&zeros()).expect("a result").erase(),
                    "or" => convention.tables(OddsRatio, of_tables).pool(&zeros()).expect("a result").erase(),
                    _ => convention.tables(RiskDifference, of_tables).pool(&zeros()).expect("a result").erase(),
                };
                let args = ["--convention", &name, "--model", model, "--measure", measure];
                let found = run(ZEROS, &args).text;
                assert!(found.starts_with(&pooled.to_string()), "{args:?}: {found}\nis not that of {pooled}");
                assert!(found.contains("\n  C "), "the lines have labels: {found}");
            }
        }
        for (model, of_means) in [("random", MeansModel::RandomEffects), ("common", MeansModel::CommonEffect)] {
            let rows: Vec<TwoMeans> = functioning().into_iter().map(|(_, data)| data).collect();
            let smd = convention.means(StandardisedMeanDifference, of_means).pool(&rows).expect("a result");
            let args = ["--convention", &name, "--model", model, "--measure", "smd"];
            let found = run(FUNCTIONING, &args).text;
            assert!(found.starts_with(&smd.to_string()), "{args:?}: {found}");
            let md = convention.means(MeanDifference, of_means).pool(&rows).expect("a result");
            let found = run(FUNCTIONING, &args[..4]).text;
            assert!(found.starts_with(&md.to_string()), "{args:?}: {found}");
        }
    }
    let metafor = run(ZEROS, &["--convention", "metafor"]).text;
    assert!(metafor.contains("\n\nI2 as metafor defines it (from tau2): "), "{metafor}");
    let wide = run(ZEROS, &["--convention", "meta", "--level", "0.99"]).text;
    assert!(wide.contains("99% CI"), "{wide}");
}
