//! The example that pools a CSV file: what it recognises, what it answers, and what it says of malformed files.

#[path = "../../examples/pool_csv/program/mod.rs"]
mod program;

use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering};

use meta_analysis::{
    AnyMeasure, CommonEffect, Convention, CorrectedStudies, DerSimonianLaird, EffectSize, FixedWeights, FromPersonTime,
    FromReport, FromTable, HazardRatio, HedgesG, HedgesGVariance, Inference, KnownTau2, Level, LogRatioOfMeans,
    MantelHaenszel, MeanDifference, MeansModel, OddsRatio, PauleMandel, PersonTime, Peto, PetoOddsRatio,
    PredictionMethod, RandomEffects, RateRatio, Reml, Reported, RiskDifference, RiskRatio, StandardisedMeanDifference,
    Studies, TableModel, Tables, TwoByTwo, TwoMeans, ZeroCells, prelude::*,
};
use program::Output;
use proptest::prelude::*;

/// A file of its own for each call, deleted afterwards.
fn run_bytes(bytes: &[u8], args: &[&str]) -> Result<Output, String> {
    static COUNTER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("pool_csv-{}-{}.csv", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).expect("a temporary file");
    let mut all: Vec<OsString> = args.iter().map(Into::into).collect();
    all.push(path.clone().into());
    let output = program::run(all).map_err(|failure| failure.to_string());
    std::fs::remove_file(path).expect("the temporary file");
    output
}

fn run(text: &str, args: &[&str]) -> Output {
    run_bytes(text.as_bytes(), args).unwrap_or_else(|failure| panic!("{args:?} on {text:?}: {failure}"))
}

fn failure(text: &str, args: &[&str]) -> String {
    match run_bytes(text.as_bytes(), args) {
        Ok(output) => panic!("{args:?} on {text:?} should fail, but gives {output:?}"),
        Err(failure) => failure,
    }
}

fn without_file(args: &[&str]) -> Result<Output, String> {
    program::run(args.iter().map(OsString::from)).map_err(|failure| failure.to_string())
}

/// Perioperative ketamine and delirium (American Society of Anesthesiologists 2025).
const DELIRIUM: [(&str, [u64; 2], [u64; 2]); 4] = [
    ("Hudetz 2009", [1, 29], [9, 29]),
    ("Avidan 2017", [85, 450], [43, 217]),
    ("Hollinger 2021", [3, 47], [4, 44]),
    ("Ma 2023", [3, 31], [4, 31]),
];

fn delirium() -> Tables {
    Tables::from_totals(DELIRIUM).expect("valid tables")
}

fn delirium_csv(header: &str) -> String {
    let rows = DELIRIUM.map(|(label, [a, n1], [c, n2])| format!("{label},{a},{n1},{c},{n2}\n"));
    format!("{header}\n{}", rows.concat())
}

const METAFOR: &str = "slab,ai,n1i,ci,n2i";

/// Social functioning under ketamine (Marchi et al. 2022).
const FUNCTIONING: &str = "\
study,n.e,mean.e,sd.e,n.c,mean.c,sd.c
Fedgchin 2019,115,13,9.32,113,16,9.7
Ochs-Ross 2020,72,-6.1,8.35,65,\u{2212}3.8,6.35
";

fn functioning() -> Vec<(&'static str, TwoMeans)> {
    let rows = [((115, 13.0, 9.32), (113, 16.0, 9.7)), ((72, -6.1, 8.35), (65, -3.8, 6.35))];
    let data = TwoMeans::from_rows(rows).expect("valid means");
    ["Fedgchin 2019", "Ochs-Ross 2020"].into_iter().zip(data).collect()
}

fn means<R: EffectSize<TwoMeans>>(recipe: R) -> Studies<AnyMeasure> {
    let rows = functioning();
    recipe.labelled_studies(rows.iter().map(|(label, data)| (*label, data))).expect("estimable").erase()
}

/// The whole text that the library gives for REML and all defaults.
fn reml(studies: &Studies<AnyMeasure>) -> String {
    let pooled = RandomEffects::new(Reml).pool(studies).expect("a result");
    format!("{:#}", pooled.with(studies).expect("its own studies"))
}

#[test]
fn the_demonstration_is_worth_reading() {
    let output = without_file(&[]).expect("the demonstration");
    assert!(output.text.starts_with("Deaths with ketamine or etomidate"), "{}", output.text);
    for part in ["\n\nRisk ratio, random effects (REML), 8 studies\n", "Casey 2025", "pooled", "95% CI"] {
        assert!(output.text.contains(part), "{part:?} is in {}", output.text);
    }
    // The published line of this review (odds ratio, DerSimonian-Laird): 0.97 (0.81 to 1.16), I2 25%, tau2 0.015.
    let published = without_file(&["--measure", "or", "--tau2", "DL"]).expect("the same").text;
    for part in ["0.97   95% CI 0.81 to 1.16", "tau2 0.015   I2 (from tau2) 25%"] {
        assert!(published.contains(part), "{part:?} is in {published}");
    }
}

#[test]
fn help_names_every_choice() {
    let help = without_file(&["--help"]).expect("help").text;
    for measure in ["risk ratio", "Paule-Mandel", "mantel-haenszel", "Kenward-Roger", "--skip-missing", "smd-revman"] {
        assert!(help.contains(measure), "{measure} is in the help");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 110), "no line is too wide for a terminal");
    assert_eq!(without_file(&["-h", "--nonsense"]).expect("help").text, help);
}

#[test]
fn usual_names_are_recognised() {
    let expected = reml(&RiskRatio.labelled_studies(&delirium()).expect("estimable").erase());
    for header in [
        METAFOR,
        "studlab,event.e,n.e,event.c,n.c",
        "Study,Events 1,Total 1,Events 2,Total 2",
        "study,events_treated,total_treated,events_control,total_control",
        "Author,Treated Events,TREATED.TOTAL,control_events,ControlTotal",
        "Study,Experimental cases,Experimental N,Control cases,Control N",
    ] {
        let output = run(&delirium_csv(header), &[]);
        assert_eq!(output.text, expected, "{header}");
        let names: Vec<&str> = header.split(',').collect();
        assert_eq!(
            output.notes,
            [format!(
                "4 studies read: label from {:?}, treated-events from {:?}, treated-total from {:?}, control-events from \
                 {:?} and control-total from {:?}",
                names[0], names[1], names[2], names[3], names[4]
            )]
        );
    }
    let non_events = "slab,ai,bi,ci,di\nHudetz 2009,1,28,9,20\nAvidan 2017,85,365,43,174\nHollinger 2021,3,44,4,40\nMa 2023,3,28,4,27\n";
    assert_eq!(run(non_events, &[]).text, expected);
}

#[test]
fn other_columns_are_chosen_and_what_is_not_used_is_said() {
    let expected = reml(&RiskRatio.labelled_studies(&delirium()).expect("estimable").erase());
    let csv = delirium_csv("trial,Deaths,n1i,Deaths (placebo),n2i");
    let output = run(&csv, &["--column", "treated-events=Deaths", "--column=control-events=deaths_placebo"]);
    assert_eq!(output.text, expected, "by name, exact or not");
    let swapped = run(&csv, &["--column", "treated-events=Deaths", "--column", "control-events=Deaths (placebo)"]);
    assert_eq!(swapped.text, expected);
    let more = "slab,year,ai,n1i,ci,n2i,country\nA,1999,1,10,2,10,UK\nB,2001,3,10,2,10,FR\n";
    let [note] = run(more, &[]).notes.try_into().expect("one note");
    assert!(note.ends_with("; not used: \"year\" and \"country\""), "{note}");
}

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

#[test]
fn means_are_those_of_the_library() {
    assert_eq!(run(FUNCTIONING, &[]).text, reml(&means(MeanDifference)));
    for (name, studies) in [
        ("smd", means(HedgesG::new())),
        ("cohen-d", means(HedgesG::uncorrected())),
        ("smd-revman", means(HedgesG::revman())),
    ] {
        assert_eq!(run(FUNCTIONING, &["--measure", name]).text, reml(&studies), "{name}");
    }
    // The review's own figures: -0.31 (-0.52 to -0.10).
    let unbiased = means(HedgesG::new().with_variance(HedgesGVariance::Unbiased));
    assert!(reml(&unbiased).contains("-0.31   95% CI -0.52 to -0.10"));
    let positive = "m1i,sd1i,n1i,m2i,sd2i,n2i\n5.8,5.94,115,7.2,6.01,113\n12,2,9,14,3,9\n";
    let rows = [((115, 5.8, 5.94), (113, 7.2, 6.01)), ((9, 12.0, 2.0), (9, 14.0, 3.0))];
    let data = TwoMeans::from_rows(rows).expect("valid means");
    let labelled = LogRatioOfMeans::new().labelled_studies(["line 2", "line 3"].into_iter().zip(&data));
    assert_eq!(run(positive, &["--measure", "rom"]).text, reml(&labelled.expect("estimable").erase()));
}

#[test]
fn person_time_is_that_of_the_library() {
    let csv = "study,x1i,t1i,x2i,t2i\nA,9,413.0,19,398\nB,3,20.5,0,12.5\n";
    let rows = [((9, 413.0), (19, 398.0)), ((3, 20.5), (0, 12.5))];
    let data = PersonTime::from_rows(rows).expect("valid rows");
    let studies = RateRatio.labelled_studies(["A", "B"].into_iter().zip(&data)).expect("estimable").erase();
    assert_eq!(run(csv, &[]).text, reml(&studies));
    let quarter = ZeroCells::constant(0.25).expect("an amount");
    let recipe = FromPersonTime::new(RateRatio).with_zero_cells(quarter);
    let studies = recipe.labelled_studies(["A", "B"].into_iter().zip(&data)).expect("estimable").erase();
    assert_eq!(run(csv, &["--zero-cells", "0.25"]).text, reml(&studies));
}

#[test]
fn estimates_are_read_on_their_scale() {
    let line = |line: Result<Reported, meta_analysis::Error>| line.expect("a valid line");
    let pooled = |lines: [Reported; 2]| {
        let studies = FromReport(HazardRatio).labelled_studies(["A", "B"].into_iter().zip(&lines));
        reml(&studies.expect("estimable").erase())
    };
    let intervals = [(0.85, 0.70, 1.03), (0.6, 0.4, 0.9)];
    let natural = pooled(intervals.map(|(e, l, u)| line(Reported::interval(e, l, u))));
    assert_eq!(run("study,HR,CI Start,CI End\nA,0.85,0.70,1.03\nB,0.6,0.4,0.9\n", &[]).text, natural);
    // The interval and not the standard error, which could be on either scale.
    let both = "study,Effect Estimate,SE,CI Start,CI End\nA,0.85,9,0.70,1.03\nB,0.6,9,0.4,0.9\n";
    assert_eq!(run(both, &["--measure", "hr"]).text, natural);
    let of_ninety = pooled(intervals.map(|(e, l, u)| line(Reported::interval(e, l, u)).with_level(Level::P90)));
    let text = "study,estimate,lower,upper\nA,0.85,0.70,1.03\nB,0.6,0.4,0.9\n";
    let args = ["--measure", "hr", "--scale", "natural", "--interval-level", "90%"];
    assert_eq!(run(text, &args).text, of_ninety);

    let logs = pooled([(-0.2, 0.1), (-0.5, 0.2)].map(|(y, se)| line(Reported::std_error(y, se)).on_analysis_scale()));
    assert_eq!(run("study,logHR,se\nA,-0.2,0.1\nB,-0.5,0.2\n", &[]).text, logs, "the name tells");
    assert_eq!(run("studlab,TE,seTE\nA,-0.2,0.1\nB,-0.5,0.2\n", &["--measure", "hr"]).text, logs, "R's meta");
    let output = run("slab;yi;sei\nA;-0,2;0,1\nB;-0,5;0,2\n", &["--measure", "hr", "--decimal-comma"]);
    assert_eq!(output.text, logs, "R's metafor, in German");
    assert_eq!(output.notes[0], "fields are separated by semicolons");
    assert!(output.notes[1].ends_with("; estimates on the analysis scale (log)"), "{:?}", output.notes);
    let natural = pooled([(0.85, 0.1), (0.6, 0.2)].map(|(e, se)| line(Reported::std_error(e, se))));
    let text = "study,estimate,se\nA,0.85,0.1\nB,0.6,0.2\n";
    assert_eq!(run(text, &["--measure", "hr", "--scale", "natural"]).text, natural);

    let (y, v) = (vec![-0.3, -0.5], vec![0.07, 0.1]);
    let studies = Studies::from_analysis(StandardisedMeanDifference, y, v).expect("valid").with_labels(["A", "B"]);
    let text = "slab,yi,vi\nA,-0.3,0.07\nB,-0.5,0.1\n";
    assert_eq!(run(text, &["--measure", "smd"]).text, reml(&studies.expect("labels").erase()), "no scale to choose");
}

#[test]
fn files_of_all_programs_are_read() {
    let expected = run(&delirium_csv(METAFOR), &[]).text;
    let csv = delirium_csv(METAFOR);
    let tabs = csv.replace(',', "\t");
    let semicolons = csv.replace(',', ";");
    let marked = format!("sep=;\r\n{}", semicolons.replace('\n', "\r\n"));
    let quoted = csv.replace("Avidan 2017", "\"Avidan 2017\"").replace("slab", " \"slab\" ");
    let blank = csv.replace('\n', "\n  \n\n");
    let marked_bytes = format!("\u{feff}{csv}");
    let mac = csv.replace('\n', "\r");
    let decimals = csv.replace(",85,450,", ",85.0,4.5e+02,");
    for (text, notes) in [
        (&tabs, vec!["fields are separated by tabs"]),
        (&semicolons, vec!["fields are separated by semicolons"]),
        (&marked, vec!["fields are separated by semicolons"]),
        (&quoted, vec![]),
        (&blank, vec![]),
        (&marked_bytes, vec!["the file starts with a byte order mark, which was skipped"]),
        (&mac, vec![]),
        (&decimals, vec![]),
    ] {
        let output = run(text, &[]);
        assert_eq!(output.text, expected, "{text:?}");
        assert_eq!(output.notes[..output.notes.len() - 1], notes, "{text:?}");
    }
    let piped = csv.replace(',', "|");
    assert_eq!(run(&piped, &["--separator", "|"]).text, expected);
    let label = run("study,ai,bi,ci,di\n\"Doe, \"\"J\"\"\n1999\",1,2,3,4\nRoe,1,2,3,5\n", &[]).text;
    assert!(label.contains("Doe, \"J\" 1999"), "quotes are text within quotes, and a label has one line: {label}");
}

#[test]
fn missing_values_are_errors_or_listed() {
    let csv = "slab,ai,n1i,ci,n2i\nA,1,10,2,10\n\nB,NA,10,2,\nC,3,12,2,11\n,,,,\nD,3,12,1,11\n";
    assert_eq!(
        failure(csv, &[]),
        "line 4, column 2 (\"ai\"): expected a value, but found none (--skip-missing leaves such lines out)"
    );
    let output = run(csv, &["--skip-missing"]);
    assert_eq!(
        output.notes[..2],
        [
            "line 6 holds nothing but separators and was skipped",
            "line 4 (B) was skipped: no value in column 2 (\"ai\") and column 5 (\"n2i\")"
        ]
    );
    assert!(output.notes[2].starts_with("3 studies read: "), "{:?}", output.notes);
    assert!(output.text.contains("3 studies"), "{}", output.text);
    assert_eq!(failure("ai,bi,ci,di\n1,,2,3\n", &["--skip-missing"]), "no study is left: all 1 lines were skipped");
    // A value that is not read may be missing.
    assert!(run("slab,ai,bi,ci,di,year\nA,1,2,3,4,\n,4,2,3,4,NA\n", &[]).text.contains("line 3"), "and so may a label");
}

#[test]
fn malformed_lines_are_errors_that_say_where() {
    for (text, expected) in [
        ("", "the file is empty: expected a header line"),
        ("ai,bi,ci,di\n", "the file has a header and no rows: expected a line for each study"),
        ("ai,bi,ci,di\n1,2,3,4\n\n1,2,3\n", "line 4: expected 4 fields as in the header, but found 3"),
        ("ai,bi,ci,di\n1,2,3,4,5\n", "line 2: expected 4 fields as in the header, but found 5"),
        (
            "slab,ai,n1i,ci,n2i\nA,1,9,2,9\nB,two,9,3,9\n",
            "line 3, column 2 (\"ai\"): expected a count (a whole number of at least 0), but found \"two\"",
        ),
        (
            "slab,ai,n1i,ci,n2i\nA,1,9,-2,9\n",
            "line 2, column 4 (\"ci\"): expected a count (a whole number of at least 0), but found \"-2\"",
        ),
        (
            "slab,ai,n1i,ci,n2i\nA,1,9.5,2,9\n",
            "line 2, column 3 (\"n1i\"): expected a count (a whole number of at least 0), but found \"9.5\"",
        ),
        (
            "slab,ai,n1i,ci,n2i\nA,1,10,2,10\nB,12,10,2,10\n",
            "line 3 (B): the treated arm must not have more events than patients, but has 12 of 10",
        ),
        ("ai,n1i,ci,n2i\n1,10,2,10\n0,0,2,10\n", "line 3: the treated arm must have at least 1 patients, but has 0"),
        ("slab,md,vi\nA,1,inf\n", "line 2, column 3 (\"vi\"): expected a number, but found \"inf\""),
        ("slab,md,se\nA,1,0\n", "line 2 (A): the standard error must be positive and finite, but is 0"),
        ("slab,md,vi\nA,1,-1\n", "line 2 (A): the variance must be positive and finite, but is -1"),
        (
            "slab,md,se\nA,\"1,5\",1\n",
            "line 2, column 2 (\"md\"): expected a number, but found \"1,5\" (--decimal-comma reads commas as decimal points)",
        ),
        (
            "slab,or,lower,upper\nA,2,3,4\n",
            "line 2 (A): the interval must contain its estimate, but 2 is not within 3 to 4",
        ),
        ("slab,or,se\nA,-2,3\n", "line 2 (A): a odds ratio of -2 is outside the range of its scale (log)"),
        (
            "slab,n1i,m1i,sd1i,n2i,m2i,sd2i\nA,10,1,1,10,1,1\nB,10,1,-1,10,1,1\n",
            "line 3 (B): the standard deviation must be positive and finite, but is -1",
        ),
        (
            "slab,ai,bi,ci,di\nA,\"1,2,3,4\nB,1,2,3,4\n",
            "line 2, column 2: expected a closing quote, but found the end of the file",
        ),
        (
            "slab,ai,bi,ci,di\n\"A\"x,1,2,3,4\n",
            "line 2, column 1: expected a separator after the closing quote, but found 'x'",
        ),
        (
            "study,n1,n2,ai,ci\nA,1,2,3,4\n\"B\n\",1,2,3,4\nC,1,2,3\n",
            "line 5: expected 5 fields as in the header, but found 4",
        ),
    ] {
        assert_eq!(failure(text, &[]), expected, "{text:?}");
    }
    let not_utf8 = run_bytes(b"ai,bi,ci,di\n1,2,3,4\n1,2,\xe4,4\n", &[]).expect_err("Latin-1");
    let expected = "line 3 is not encoded as UTF-8: expected UTF-8 (save the file as \"CSV UTF-8\")";
    assert_eq!(not_utf8, expected);
    let utf16 = run_bytes(b"\xff\xfea\0i\0", &[]).expect_err("UTF-16");
    assert_eq!(utf16, "the file is encoded as UTF-16: expected UTF-8 (save it as \"CSV UTF-8\")");
}

#[test]
fn columns_that_are_not_there_are_errors() {
    let csv = delirium_csv(METAFOR);
    for (text, args, expected) in [
        (
            csv.as_str(),
            vec!["--column", "treated-events=Deaths"],
            "there is no column \"Deaths\"; the columns are \"slab\", \"ai\", \"n1i\", \"ci\" and \"n2i\"",
        ),
        (
            &csv,
            vec!["--column", "treated-events"],
            "--column: expected MEANING=NAME, as in treated-events=Deaths, but found \"treated-events\"",
        ),
        (
            &csv,
            vec!["--column", "treated-events=ai", "--column", "control-events=ai"],
            "--column: \"ai\" cannot be both treated-events and control-events",
        ),
        (&csv, vec!["--column", "se=ai", "--column", "std-error=ci"], "--column: std-error is given twice"),
        (
            "slab,ai,n1i,ci\nA,1,2,3\n",
            vec![],
            "expected columns for treated-events, treated-total, control-events and control-total, but found none for \
             control-total; the columns are \"slab\", \"ai\", \"n1i\" and \"ci\" (name one by --column control-total=NAME)",
        ),
        (
            "slab,ai,n1i,Total 1,ci,n2i\nA,1,2,3,4,5\n",
            vec![],
            "2 columns could be the treated-total: \"n1i\" and \"Total 1\"; choose one by --column treated-total=NAME",
        ),
        ("a,a\n1,2\n", vec!["--column", "estimate=a"], "there are 2 columns named \"a\""),
        (
            "slab,yi,vi\nA,1,2\n",
            vec![],
            "what the estimates measure is not in the name of their column: say so by --measure",
        ),
        (
            "slab,estimate,se\nA,1,2\n",
            vec!["--measure", "or"],
            "the scale of the estimates is not in the name of their column: say by --scale natural that they are read as \
             they are, or by --scale analysis that they are transformed (log)",
        ),
    ] {
        assert_eq!(failure(text, &args), expected, "{args:?}");
    }
}

#[test]
fn flags_that_make_no_sense_are_errors() {
    for (args, expected) in [
        ("--model mh --tau2 DL", "--tau2 has no meaning for --model mantel-haenszel"),
        ("--model common --prediction hk", "--prediction has no meaning for --model common"),
        (
            "--convention stata",
            "--convention: unknown convention \"stata\"; there are \"RevMan 5\", \"metafor\" and \"meta\"",
        ),
        ("--convention meta --tau2 DL", "--tau2 is decided by --convention: give one of them"),
        ("--convention meta --measure peto", "--convention needs rr, or or rd of events, or md or smd of means"),
        ("--convention meta --model peto", "--convention needs rr, or or rd of events, or md or smd of means"),
        ("--convention meta --model ivhet", "--convention needs --model random, common, mantel-haenszel or mh-random"),
        ("--model common --zero-cells-in-sums half", "--zero-cells-in-sums has no meaning for --model common"),
        (
            "--model mh --measure hr",
            "--model mantel-haenszel pools the risk ratio, odds ratio, risk difference, rate ratio and rate difference, but --measure is hazard ratio",
        ),
        ("--model peto --inference t", "--inference has no meaning for --model peto"),
        (
            "--model peto --measure rd",
            "--model peto pools the odds ratio by Peto's method and odds ratio, but --measure is risk difference",
        ),
        (
            "--model fancy",
            "--model: unknown model \"fancy\"; there are random, common, mantel-haenszel, mh-random, peto, ivhet and unweighted",
        ),
        ("--scale natural", "--scale needs estimates, but the data are events"),
        ("--interval-level 0.9", "--interval-level needs estimates with intervals, but none are read"),
        ("--level 95", "--level: the level must lie between 0 and 1, both excluded, but is 95"),
        ("--tau2 -1", "--tau2: tau2 must be at least 0 and finite, but is -1"),
        ("--decimals many", "--decimals: expected a number from 0 to 15, but found \"many\""),
        ("--zero-cells -1", "--zero-cells: the amount added to cells must be positive and finite, but is -1"),
        ("--double-zeros drop", "--double-zeros: expected one of keep and exclude, but found \"drop\""),
        (
            "--separator x",
            "--separator: expected comma, semicolon, tab or a character that is no letter or digit, but found \"x\"",
        ),
        ("--measure hr --data events", "--measure, --model, --data and --column ask for different kinds of data"),
        ("--forest", "unknown option --forest; --help lists them all"),
        ("a.csv b.csv", "expected one file, but found \"a.csv\" and \"b.csv\""),
    ] {
        let found = without_file(&args.split(' ').collect::<Vec<_>>()).expect_err(args);
        assert_eq!(found, expected, "{args}");
    }
    for (args, start) in [
        ("--measure foo", "--measure: unknown measure \"foo\"; there are rr, or, rd, "),
        ("--tau2 foo", "--tau2: unknown estimator of tau2 \"foo\"; there are \"DerSimonian-Laird\", "),
        ("--inference foo", "--inference: unknown inference \"foo\"; there are \"normal\", "),
        ("--prediction foo", "--prediction: unknown prediction interval \"foo\"; there are \"t, k - 2\", "),
        ("--column foo=a", "--column: unknown meaning \"foo\"; there are label, "),
        ("/no/such/file.csv", "cannot read /no/such/file.csv: "),
    ] {
        let found = without_file(&args.split(' ').collect::<Vec<_>>()).expect_err(args);
        assert!(found.starts_with(start), "{args}: {found}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_file_has_a_result_or_one_sentence(text in file(), args in flags()) {
        let words: Vec<&str> = args.split_whitespace().collect();
        match run_bytes(text.as_bytes(), &words) {
            Ok(output) => prop_assert!(output.text.contains("estimate") && !output.text.contains("NaN"), "{}", output.text),
            Err(failure) => {
                prop_assert!(!failure.is_empty() && !failure.contains('\n') && !failure.contains("NaN"), "{failure}");
                prop_assert!(failure.starts_with(|c: char| !c.is_uppercase()), "a sentence of this crate: {failure}");
            }
        }
    }
}

/// A header that means something, and rows that may not.
fn file() -> impl Strategy<Value = String> {
    let header = prop::sample::select(vec![
        "slab,ai,n1i,ci,n2i",
        "ai;bi;ci;di",
        "study,x1i,t1i,x2i,t2i",
        "n1i,m1i,sd1i,n2i,m2i,sd2i",
        "study,or,lower,upper",
        "logHR\tse",
        "slab,smd,vi",
    ]);
    let usual = prop_oneof![(0_u64..40).prop_map(|n| n.to_string()), (0.0..40.0_f64).prop_map(|x| x.to_string()),];
    let odd = prop::sample::select(vec![
        "",
        "NA",
        "-1",
        "1e308",
        "1e-308",
        "5e-324",
        "18446744073709551615",
        "1e400",
        "inf",
        "0,5",
        "\"",
        "\"a\"",
        "\n",
        "\r",
        ";",
        "\u{feff}",
        "\u{2212}3",
        "x",
    ]);
    let cell = prop_oneof![30 => usual, 1 => odd.prop_map(str::to_owned)];
    let rows = prop::collection::vec(prop::collection::vec(cell, 6), 1..6);
    (header, rows).prop_map(|(header, rows)| {
        let separator = header.chars().find(|c| matches!(c, ',' | ';' | '\t')).unwrap_or(',').to_string();
        let fields = header.split(separator.as_str()).count();
        let lines = rows.iter().map(|row| row[..fields].join(&separator));
        format!("{header}\n{}\n", lines.collect::<Vec<_>>().join("\n"))
    })
}

fn flags() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "",
        "--skip-missing",
        "--decimal-comma",
        "--model common",
        "--model mh",
        "--model mh-random",
        "--model peto",
        "--model ivhet",
        "--tau2 DL --inference hk",
        "--convention revman5",
        "--convention meta --model mh",
        "--measure smd",
        "--measure or",
        "--measure rd",
        "--zero-cells none",
        "--inference kr",
        "--data estimates",
        "--model unweighted --level 0.5",
    ])
    .prop_map(str::to_owned)
}

#[cfg(feature = "serde")]
#[test]
fn json_is_the_whole_result() {
    let studies = RiskRatio.labelled_studies(&delirium()).expect("estimable");
    let pooled = RandomEffects::new(Reml).pool(&studies).expect("a result");
    let expected = serde_json::to_value(pooled.with(&studies).expect("its own studies")).expect("a record");
    let found: serde_json::Value = serde_json::from_str(&run(&delirium_csv(METAFOR), &["--json"]).text).expect("JSON");
    assert_eq!(found, expected);
    assert!(without_file(&["--json"]).expect("the demonstration").text.starts_with('{'), "no title before JSON");
}

#[cfg(not(feature = "serde"))]
#[test]
fn json_needs_a_feature() {
    let found = failure(&delirium_csv(METAFOR), &["--json"]);
    assert_eq!(found, "--json needs the feature serde: build with --features serde");
}
