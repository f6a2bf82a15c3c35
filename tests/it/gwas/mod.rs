//! The example `gwas`: its modules, and its tables against the single analysis of every variant.

#![allow(dead_code, reason = "the program uses more of its modules than these tests")]

mod numbers;

#[path = "../../../examples/gwas/align.rs"]
mod align;
#[path = "../../../examples/gwas/gather.rs"]
mod gather;
#[path = "../../../examples/gwas/generate.rs"]
mod generate;
#[path = "../../../examples/gwas/header.rs"]
mod header;
#[path = "../../../examples/gwas/lines.rs"]
mod lines;
#[path = "../../../examples/gwas/number.rs"]
mod number;
#[path = "../../../examples/gwas/one_file.rs"]
mod one_file;
#[path = "../../../examples/gwas/options.rs"]
mod options;
#[path = "../../../examples/gwas/run.rs"]
mod run;
#[path = "../../../examples/gwas/table.rs"]
mod table;
#[path = "../../../examples/gwas/tally.rs"]
mod tally;
#[path = "../../../examples/gwas/variants.rs"]
mod variants;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use meta_analysis::{CommonEffect, MeanDifference, Pool, Pooled, RandomEffects, Studies, Tau2Method};
use proptest::prelude::*;

use align::{Alignment, is_ambiguous};
use gather::Reading;
use header::{Header, Names};
use options::{Command, Pooling};
use run::Outcome;
use table::Model;
use tally::Trouble;

/// A folder of its own for each test, which goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("gwas-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn pooling(files: Vec<PathBuf>, model: &str) -> Pooling {
    let model = Model::parse(model).expect("a model");
    Pooling { files, reading: Reading::default(), model, out: None, quiet: true }
}

fn run(pooling: &Pooling) -> (Outcome, String) {
    let mut table = Vec::new();
    let outcome = run::run(pooling, &mut table).expect("readable files");
    (outcome, String::from_utf8(table).expect("text"))
}

#[test]
fn alleles_are_aligned() {
    let bytes = |(effect, other): (&'static str, &'static str)| (effect.as_bytes(), other.as_bytes());
    let cases = [
        (("A", "G"), ("A", "G"), Alignment::Same),
        (("A", "G"), ("a", "g"), Alignment::Same),
        (("A", "G"), ("G", "A"), Alignment::Swapped),
        (("A", "G"), ("T", "C"), Alignment::Flipped),
        (("A", "G"), ("C", "T"), Alignment::FlippedAndSwapped),
        (("A", "C"), ("T", "G"), Alignment::Flipped),
        (("A", "C"), ("G", "T"), Alignment::FlippedAndSwapped),
        (("A", "G"), ("A", "C"), Alignment::Mismatch),
        (("A", "G"), ("A", "T"), Alignment::Mismatch),
        (("A", "G"), ("G", "G"), Alignment::Mismatch),
        // Where all files are said to be on one strand, these are what they seem.
        (("A", "T"), ("A", "T"), Alignment::Same),
        (("A", "T"), ("T", "A"), Alignment::Swapped),
        (("AT", "A"), ("AT", "A"), Alignment::Same),
        (("AT", "A"), ("A", "AT"), Alignment::Swapped),
        (("AT", "A"), ("TA", "T"), Alignment::Mismatch),
        (("AT", "A"), ("A", "G"), Alignment::Mismatch),
        (("I", "D"), ("D", "I"), Alignment::Swapped),
    ];
    for (reference, row, expected) in cases {
        assert_eq!(Alignment::of(bytes(reference), bytes(row)), expected, "{reference:?} and {row:?}");
    }
    for (effect, other, expected) in
        [("A", "T", true), ("t", "A", true), ("C", "G", true), ("G", "c", true), ("A", "G", false), ("AT", "A", false)]
    {
        assert_eq!(is_ambiguous(effect.as_bytes(), other.as_bytes()), expected, "{effect}/{other}");
    }
}

proptest! {
    #[test]
    fn no_file_is_too_strange(content in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        prop::collection::vec(prop::sample::select(b"rs1AGTC\t\t,\n\n\r\"0.5-1eNA".to_vec()), 0..300),
    ], seed in any::<u32>()) {
        let folder = Folder::new(&format!("strange{seed}"));
        let mut text = b"SNP\tA1\tA2\tBETA\tSE\n".to_vec();
        text.extend(&content);
        let files = vec![folder.file("headed", &text), folder.file("bare", &content)];
        let first = Pooling { files: files[..1].to_vec(), ..pooling(Vec::new(), "DL") };
        let outcome = run::run(&first, &mut Vec::new()).expect("a header is enough");
        let tally = &outcome.gathered.tallies[0];
        let left_out: u64 = Trouble::ALL.iter().map(|&trouble| tally.case(trouble).count).sum();
        prop_assert_eq!(tally.used + left_out, tally.lines, "every line is accounted for");
        // Without a header it is mostly an error, but never a panic.
        let _ = run::run(&pooling(files, "DL"), &mut Vec::new());
    }
}

/// Three files whose every line is there for a reason.
fn hand_made(folder: &Folder) -> Vec<PathBuf> {
    let first = folder.file(
        "first.tsv",
        "SNP\tA1\tA2\tBETA\tSE\tN\n\
         same\tA\tG\t0.10\t0.05\t1\n\
         swap\tA\tG\t0.20\t0.04\t1\n\
         flip\tA\tG\t0.30\t0.03\t1\n\
         both\tA\tC\t-0.15\t0.10\t1\n\
         indel\tAT\tA\t0.25\t0.08\t1\n\
         at\tA\tT\t0.40\t0.05\t1\n\
         other\tA\tG\t0.05\t0.05\t1\n\
         once\tC\tT\t0.50\t0.25\t1\n",
    );
    // Other names, another order, commas, quotes and the line ends of Windows.
    let second = folder.file(
        "second.csv",
        "\"rsid\",\"effect_allele\",\"other_allele\",\"beta\",\"se\"\r\n\
         \"indel\",A,AT,-0.35,0.09\r\n\
         both,G,T,0.25,0.12\r\n\
         flip,T,C,0.20,0.05\r\n\
         swap,g,a,-0.10,0.06\r\n\
         same,A,G,0.30,0.07\r\n\
         at,T,A,0.30,0.05\r\n\
         other,A,C,0.06,0.05\r\n\
         new,C,T,0.07,0.02\r\n",
    );
    let packed = folder.0.join("third.tsv.gz");
    let mut encoder =
        flate2::write::GzEncoder::new(std::fs::File::create(&packed).expect("a file"), flate2::Compression::fast());
    let third = "#SNP\tCHR\tA1\tA2\tBETA\tSE\n\
                 same\t1\tG\tA\t0.10\t0.06\n\
                 swap\t1\tA\tG\t-0.05\t0.07\n\
                 flip\t1\tC\tT\t-0.10\t0.04\n\
                 both\t1\tA\tC\t-0.20\t0.11\n\
                 new\t1\tG\tA\t0.03\t0.03";
    encoder.write_all(third.as_bytes()).and_then(|()| encoder.finish().map(drop)).expect("a packed file");
    vec![first, second, packed]
}

/// Effects and standard errors by variant, aligned by hand.
fn aligned() -> BTreeMap<&'static str, Vec<(f64, f64)>> {
    BTreeMap::from([
        ("same", vec![(0.10, 0.05), (0.30, 0.07), (-0.10, 0.06)]),
        ("swap", vec![(0.20, 0.04), (0.10, 0.06), (-0.05, 0.07)]),
        // C/T on the other strand is G/A: the effect of the other allele.
        ("flip", vec![(0.30, 0.03), (0.20, 0.05), (0.10, 0.04)]),
        // G/T on the other strand is C/A.
        ("both", vec![(-0.15, 0.10), (-0.25, 0.12), (-0.20, 0.11)]),
        ("indel", vec![(0.25, 0.08), (0.35, 0.09)]),
        ("other", vec![(0.05, 0.05)]),
        ("once", vec![(0.50, 0.25)]),
        // G/A on the other strand is C/T.
        ("new", vec![(0.07, 0.02), (0.03, 0.03)]),
    ])
}

fn single(rows: &[(f64, f64)], model: &str) -> Pooled<MeanDifference> {
    let (y, se): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
    let studies = Studies::from_std_errors(MeanDifference, y, se).expect("valid");
    match model {
        "common" => CommonEffect::new().pool(&studies),
        name => RandomEffects::new(name.parse::<Tau2Method>().expect("an estimator")).pool(&studies),
    }
    .expect("a result")
}

#[test]
fn every_variant_agrees_with_the_single_analysis() {
    let folder = Folder::new("hand-made");
    let files = hand_made(&folder);
    for model in ["common", "DL", "REML"] {
        let (_, table) = run(&pooling(files.clone(), model));
        let mut expected = aligned();
        let mut lines = table.lines();
        assert_eq!(
            lines.next(),
            Some("variant\teffect_allele\tother_allele\tk\teffect\tstd_error\tp_value\ttau2\ti2\tq\tq_p_value")
        );
        for line in lines {
            let fields: Vec<&str> = line.split('\t').collect();
            let rows = expected.remove(fields[0]).unwrap_or_else(|| panic!("{} once only", fields[0]));
            let pooled = single(&rows, model);
            let (x, h) = (pooled.analysis(), pooled.heterogeneity());
            let numbers = [
                Some(x.estimate),
                x.std_error,
                pooled.test().map(|test| test.p_value()),
                h.tau2(),
                if model == "common" { h.i2_from_q() } else { h.i2_from_tau2() },
                Some(h.q()),
                Some(h.p_value()),
            ];
            assert_eq!(fields[3], rows.len().to_string(), "{line}");
            for (field, number) in fields[4..].iter().zip(numbers) {
                match number {
                    None => assert_eq!(*field, "NA", "{line}"),
                    Some(number) => {
                        let found: f64 = field.parse().expect("a number");
                        let error = (found - number).abs();
                        assert!(error <= 5.001e-6 * number.abs() + 1e-15, "{field} for {number} in {model}: {line}");
                    }
                }
            }
        }
        assert!(expected.is_empty(), "missing: {expected:?}");
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let folder = Folder::new("left-out");
    let files = hand_made(&folder);
    let (outcome, _) = run(&pooling(files.clone(), "common"));
    let [first, second, third] = &outcome.gathered.tallies[..] else { panic!("three files") };
    assert_eq!((first.lines, first.used, first.swapped, first.flipped), (8, 7, 0, 0));
    assert_eq!((second.lines, second.used, second.swapped, second.flipped), (8, 6, 3, 2));
    assert_eq!((third.lines, third.used, third.swapped, third.flipped), (5, 5, 2, 2));
    assert_eq!((first.case(Trouble::Ambiguous).count, first.case(Trouble::Ambiguous).line), (1, 7));
    assert_eq!(second.case(Trouble::Mismatch).text, "other,A,C,0.06,0.05");
    let report = run::report(&pooling(files.clone(), "common"), &outcome);
    assert!(report.contains("8 variants of 3 files, common effect: 8 pooled"), "{report}");

    // On one strand, A/T is what it seems.
    let mut kept = pooling(files, "common");
    kept.reading.keep_ambiguous = true;
    let (_, table) = run(&kept);
    let at = table.lines().find(|line| line.starts_with("at\t")).expect("is kept");
    // (0.4 - 0.3) / 2
    assert!(at.starts_with("at\tA\tT\t2\t0.0500000\t"), "{at}");
}

#[test]
fn malformed_lines_are_shown_and_never_lost() {
    let folder = Folder::new("malformed");
    let file = folder.file(
        "bad.tsv",
        "SNP\tA1\tA2\tBETA\tSE\n\
         a\tA\tG\t0.1\t0.1\n\
         \n\
         b\tA\tG\t0.1\n\
         c\tA\tG\tx\t0.1\n\
         d\tA\tG\t0.1\t1e999\n\
         e\tA\tG\t0.1\t0\n\
         f\tA\tG\tNA\t0.1\n\
         g\tA\tG\t.\t.\n\
         \tA\tG\t0.1\t0.1\n\
         h\t\tG\t0.1\t0.1\n\
         a\tA\tG\t0.2\t0.1\n\
         i\tA\tG\tinf\t0.1\n\
         j\tA\tG\t0.1\t-0.1\n\
         b\n\
         k\tC\tG\t0.1\t0.1\n",
    );
    let long = format!("{}\tA\tG\t0.1\t0.1\n", "x".repeat(70_000));
    let (outcome, table) = run(&pooling(
        vec![file.clone(), folder.file("long.tsv", "SNP\tA1\tA2\tBETA\tSE\n".to_owned() + &long)],
        "common",
    ));
    assert_eq!(table.lines().count(), 2, "the header and a");
    let text = outcome.gathered.tallies[0].to_string();
    let expected = format!(
        "{}: 1 of 14 lines used, 0 with swapped alleles, 0 from the other strand
  2 left out: too few fields; first in line 4: b A G 0.1
  1 left out: no name of a variant; first in line 10:  A G 0.1 0.1
  1 left out: no alleles; first in line 11: h  G 0.1 0.1
  2 left out: effect or standard error missing (NA); first in line 8: f A G NA 0.1
  2 left out: effect not a finite number; first in line 5: c A G x 0.1
  1 left out: standard error not a finite number; first in line 6: d A G 0.1 1e999
  2 left out: standard error not positive; first in line 7: e A G 0.1 0
  1 left out: variant seen before in this file; first in line 12: a A G 0.2 0.1
  1 left out: strand-ambiguous alleles (A/T or C/G); first in line 16: k C G 0.1 0.1",
        file.display()
    );
    assert_eq!(text, expected);
    assert_eq!(outcome.gathered.tallies[1].case(Trouble::TooLong).count, 1);
}

#[test]
fn files_that_cannot_be_read_are_errors() {
    let folder = Folder::new("errors");
    let error = |pooling: &Pooling| run::run(pooling, &mut Vec::new()).expect_err("refused");
    let path = folder.file("f", "");
    let said = |path: &Path, text: &str| format!("{}{text}", path.display());
    assert_eq!(error(&pooling(vec![path.clone()], "DL")), said(&path, " is empty"));
    let path = folder.file("f", "SNP\tA1\tA2\tOR\tSE\n");
    let none = " has none of the usual columns BETA, EFFECT, B, ESTIMATE, LOG_OR, LOGOR; name it by --effect";
    assert_eq!(error(&pooling(vec![path.clone()], "DL")), said(&path, none));
    let mut named = pooling(vec![path.clone()], "DL");
    named.reading.names[3] = Some("b".to_owned());
    assert_eq!(error(&named), said(&path, " has no column \"b\""));
    named.reading.names[3] = Some("SE".to_owned());
    assert_eq!(error(&named), said(&path, " has one column \"SE\" for --effect and --std-error"));
    named.reading.names[3] = Some("or".to_owned());
    assert!(run::run(&named, &mut Vec::new()).is_ok(), "names do not care about case");
    let path = folder.0.join("none");
    assert!(error(&pooling(vec![path.clone()], "DL")).starts_with(&said(&path, ": ")), "no such file");
    let path = folder.file("cut.gz", [0x1f, 0x8b, 8, 0, 0, 0]);
    assert!(error(&pooling(vec![path.clone()], "DL")).starts_with(&said(&path, ": ")), "a packed file that ends early");
    assert_eq!(
        Model::parse("fixed").expect_err("no such model"),
        "unknown estimator of tau2 \"fixed\"; --model takes common, DL, REML or another estimator of tau2"
    );
}

#[test]
fn columns_are_found() {
    let read = |line: &str| Header::read(line.as_bytes(), &Names::default());
    let header = read("CHR\tID\tREF\tALT\tBETA\tSE\tRSID\n").expect("all five");
    assert_eq!(header.delimiter, b'\t');
    let fields = header.fields(b"1\tx\tG\tA\t0.1\t0.2\trs1\textra").expect("enough");
    assert_eq!(fields, [&b"rs1"[..], b"A", b"G", b"0.1", b"0.2"]);
    assert!(header.fields(b"1\tx\tG\tA\t0.1\t0.2").is_none(), "one is missing");
    let header = read("\u{feff}snp,a1,a2,b,stderr").expect("all five");
    assert_eq!(header.fields(b" rs2 ,\"A\",G,,0.2"), Some([&b"rs2"[..], b"A", b"G", b"", b"0.2"]));
    // Wherever the delimiters fall in a word of eight bytes.
    for length in 0..20 {
        let name = "x".repeat(length);
        let line = format!("{name},{name}A,,{name}1,0");
        let expected = [name.clone(), format!("{name}A"), String::new(), format!("{name}1"), "0".to_owned()];
        let found =
            header.fields(line.as_bytes()).expect("five").map(|field| String::from_utf8_lossy(field).into_owned());
        assert_eq!(found, expected);
    }
}

#[test]
fn many_variants_are_found_again() {
    let mut variants = variants::Variants::default();
    let name = |i: usize| format!("rs{}", i * 7919 % 100_003);
    for i in 0..50_000 {
        assert_eq!(variants.find(name(i).as_bytes(), Some(i)), None);
        assert_eq!(variants.insert(name(i).as_bytes(), b"A", b"GT"), Some(i));
    }
    for i in (0..50_000).rev() {
        let variant = variants.get(i);
        assert_eq!((variant.index, variant.name), (i, name(i).as_bytes()));
        assert_eq!((variant.effect, variant.other), (&b"A"[..], &b"GT"[..]));
        for guess in [None, Some(i), Some(i / 2), Some(60_000)] {
            assert_eq!(variants.find(name(i).as_bytes(), guess), Some(variant));
        }
    }
}

#[test]
fn generated_files_can_be_pooled_in_any_order() {
    let folder = Folder::new("generated");
    let plan = |shuffled| generate::Plan { files: 4, variants: 3000, seed: 5, shuffled };
    let sorted = generate::generate(&plan(false), &folder.0.join("sorted"), |_| {}).expect("files");
    let (outcome, _) = run(&pooling(sorted.clone(), "common"));
    let lambda = outcome.totals.lambda.expect("a lambda");
    // The median of 2500 values varies by 4.5 %; one variant in 200 has an effect.
    assert!((0.85..1.15).contains(&lambda), "lambda is {lambda}");
    assert!((5..40).contains(&outcome.totals.significant), "{} found", outcome.totals.significant);
    assert!(outcome.gathered.tallies.iter().all(|tally| tally.case(Trouble::Mismatch).count == 0), "no mismatch");
    let shuffled = generate::generate(&plan(true), &folder.0.join("shuffled"), |_| {}).expect("files");
    let (outcome, _) = run(&pooling(shuffled, "common"));
    assert!(outcome.totals.summary.pooled > 2500, "{}", outcome.totals.summary);
    // The same lines in reverse give the same table, but for the order of its lines.
    let reversed: Vec<PathBuf> = sorted
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("text");
            let (header, lines) = text.split_once('\n').expect("a header");
            let lines: Vec<&str> = lines.lines().rev().collect();
            folder.file(
                &format!("r{}", path.file_name().expect("a name").display()),
                format!("{header}\n{}", lines.join("\n")),
            )
        })
        .collect();
    let table = |files: Vec<PathBuf>| {
        let (_, table) = run(&pooling(files, "DL"));
        table.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    let (a, b) = (table(sorted), table(reversed));
    assert_eq!(a, b);
}

#[test]
fn lambda_is_the_median_over_that_of_chi_squared() {
    let folder = Folder::new("lambda");
    let file = folder.file("f.csv", "SNP,A1,A2,BETA,SE\na,A,G,1,1\nb,A,G,2,1\nc,A,G,-3,1\nd,A,G,0.5,1\n");
    let (outcome, _) = run(&pooling(vec![file], "common"));
    // (1 + 4) / 2 over the median 0.4549364.
    assert!((outcome.totals.lambda.expect("a lambda") - 2.5 / 0.454_936_423_119_572_8).abs() < 1e-12, "{outcome:?}");
    assert_eq!(outcome.totals.best.map(|(_, index)| index), Some(2));
}

#[test]
fn the_command_line_is_understood() {
    let parse = |words: &[&str]| Command::parse(lexopt::Parser::from_args(words.iter().copied()));
    assert!(matches!(parse(&[]), Ok(Command::Demonstrate)), "no arguments");
    assert!(matches!(parse(&["-h"]), Ok(Command::Help)), "help");
    let Ok(Command::Pool(pooling)) =
        parse(&["--model", "reml", "a.tsv", "--std-error=stderr", "b.tsv", "-q", "--keep-ambiguous", "--out", "t"])
    else {
        panic!("two files")
    };
    assert_eq!(pooling.files, [PathBuf::from("a.tsv"), PathBuf::from("b.tsv")]);
    assert_eq!((pooling.model, pooling.quiet), (Model::Random(Tau2Method::Reml), true));
    assert_eq!(pooling.reading.names[4].as_deref(), Some("stderr"));
    assert!(pooling.reading.keep_ambiguous && pooling.out.is_some(), "both");
    let Ok(Command::Generate { plan, .. }) = parse(&["generate", "--files", "3", "--out", "x"]) else {
        panic!("a plan")
    };
    assert_eq!((plan.files, plan.variants), (3, 100_000));
    let error = |words: &[&str]| parse(words).expect_err("refused");
    assert_eq!(error(&["--fast", "x"]), "invalid option '--fast'; see --help");
    assert_eq!(error(&["-q"]), "no file to pool; see --help");
    assert_eq!(error(&["generate"]), "generate needs --out FOLDER; see --help");
}
