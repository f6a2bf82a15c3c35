//! What is wrong, and where.

use super::{METAFOR, delirium_csv, failure, run, run_bytes, without_file};

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
