//! No file makes the program panic.

use proptest::prelude::*;

use super::run_bytes;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_file_has_a_result_or_one_sentence(text in file(), args in flags()) {
        let words: Vec<&str> = args.split_whitespace().collect();
        match run_bytes(text.as_bytes(), &words) {
            Ok(output) => prop_assert!(output.text.contains("estimate") && !output.text.contains("NaN"), "{}", output.text),
            Err(failure) => {
                prop_assert!(!failure.is_empty() && !failure.contains('\n') && !failure.contains("NaN"), "{failure}");
                prop_assert!(!failure.ends_with('.'), "a sentence of this crate: {failure}");
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
    let usual =
        prop_oneof![20 => (0_u64..40).prop_map(|n| n.to_string()), 1 => (0.0..40.0_f64).prop_map(|x| x.to_string())];
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
    let cell = prop_oneof![60 => usual, 1 => odd.prop_map(str::to_owned)];
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
