//! The example that pools a CSV file: what it recognises, what it answers, and what it says of malformed files.

#[path = "../../examples/pool_csv/program/mod.rs"]
mod program;

mod laws;
mod malformed;
mod models;

use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering};

use meta_analysis::{
    AnyMeasure, EffectSize, FromPersonTime, FromReport, HazardRatio, HedgesG, HedgesGVariance, Level, LogRatioOfMeans,
    MeanDifference, PersonTime, RandomEffects, RateRatio, Reml, Reported, RiskRatio, StandardisedMeanDifference,
    Studies, Tables, TwoMeans, ZeroCells, prelude::*,
};
use program::Output;

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
