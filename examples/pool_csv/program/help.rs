//! What `--help` prints.

use meta_analysis::{Inference, PredictionMethod, Tau2Method};

use super::measure;
use super::options::Model;
use super::plan::Kind;

const HEAD: &str = "\
Pools a CSV file of studies, one on each line.

Usage: pool_csv [FILE] [OPTIONS]
  FILE is `-` for standard input; without it, a demonstration is pooled.

Data, by the names of the columns (in any case; spaces, dots and underscores do not matter)
  events        events and totals, or events and non-events, of two arms:
                events_treated total_treated events_control total_control; ai n1i ci n2i; ai bi ci di;
                event.e n.e event.c n.c; \"Events 1\" \"Total 1\" \"Events 2\" \"Total 2\"
  person-time   events and time at risk: events_treated time_treated ...; x1i t1i x2i t2i; event.e time.e ...
  means         sizes, means and standard deviations: n1i m1i sd1i n2i m2i sd2i; n.e mean.e sd.e ...;
                \"Total 1\" \"Mean 1\" \"SD 1\" ...
  estimates     with a variance, a standard error or an interval: yi vi; yi sei; TE seTE;
                \"Effect Estimate\" \"SE\" \"CI Start\" \"CI End\"; or lower upper; log_hr se
  A column for labels: study, slab, studlab, author, ...

Reading
  --column MEANING=NAME  read this column as: label, treated-events, treated-non-events, treated-total,
                         treated-time, treated-mean, treated-sd, the same with control-, estimate,
                         std-error, variance, lower, upper (may be repeated)
  --data KIND            events, person-time, means or estimates, where the file has several
  --scale SCALE          of estimates and their limits: natural (an odds ratio) or analysis (its logarithm).
                         Needed unless the column's name tells. Standard errors and variances are always on
                         the analysis scale
  --interval-level LEVEL of the intervals in the file (default 95%)
  --separator SEPARATOR  comma, semicolon, tab or a character (default: what the header has most of)
  --decimal-comma        0,5 is a half
  --skip-missing         leave lines without a value (empty, NA, NaN, null, .) out, and list them
";

const POOLING: &str = "\
Pooling
  --measure MEASURE      see below (default: rr of events, irr of person-time, md of means; of estimates what
                         the name of their column says)
  --model MODEL          see below (default: random)
  --tau2 METHOD          estimator of the variance between studies, or a number (default: REML; for ivhet and
                         unweighted DerSimonian-Laird)
  --inference METHOD     standard error and distribution of the estimate (default: normal)
  --prediction METHOD    of the prediction interval (default: t, k - 2)
  --level LEVEL          of intervals, as 0.95 or 95% (default 95%)
  --zero-cells AMOUNT    added to the cells of studies with a zero cell: half, none, treatment-arm or a number
                         (default: by measure, half for ratios)
  --zero-cells-in WHICH  with-zero, all or all-if-any: the studies in which it is added
  --double-zeros WHAT    keep or exclude studies without events, or without others, in both arms
  --zero-cells-in-sums AMOUNT  the same as --zero-cells for the sums of Mantel and Haenszel (default: none)
  --convention PROGRAM   revman5, metafor or meta: everything but measure, model and level as this program
                         has it by default (rr, or, rd, md and smd)

Output
  --decimals N           of estimates (default 2)
  --ascii                no other characters in the plot
  --json                 the whole result as JSON (needs a build with --features serde)
  -h, --help             this text
";

/// The whole text.
pub(crate) fn text() -> String {
    let mut text = format!("{HEAD}\n{POOLING}\nMeasures, and the data they are computed from\n");
    for entry in measure::ALL {
        let kinds: Vec<&str> = entry.kinds.iter().copied().map(Kind::name).collect();
        let name = entry.names.first().copied().unwrap_or_default();
        text.push_str(&format!("  {name:<14} {:<44} {}\n", entry.about, kinds.join(", ")));
    }
    text.push_str("\nModels\n");
    for (_, names, about) in Model::ALL {
        text.push_str(&format!("  {:<20} {about}\n", names.join(", ")));
    }
    let list = |title: &str, names: Vec<String>| format!("\n{title}\n  {}\n", names.join("\n  "));
    text.push_str(&list("Estimators of tau2 (also R's abbreviations)", strings(Tau2Method::ALL)));
    text.push_str(&list("Inference (also R's abbreviations)", strings(Inference::ALL)));
    text.push_str(&list("Prediction (also R's abbreviations)", strings(PredictionMethod::ALL)));
    text.truncate(text.trim_end().len());
    text
}

fn strings<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
