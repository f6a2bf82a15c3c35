//! Studies of the published examples: by the crate's recipes where it has one, by a line of formula where it has not.

use meta_analysis::{
    AnyMeasure, EffectSize, FromReport, HazardRatio, HedgesG, Link, MeanDifference, Measure, OddsRatio, Reported,
    RiskDifference, RiskRatio, StandardisedMeanDifference, Studies, TwoByTwo, TwoMeans,
};

use super::file::{Example, Figure, Row};

/// A measure of the test's own: just the scale.
#[derive(Clone, Copy, Debug)]
struct Own(&'static str, Link);

impl Measure for Own {
    fn label(&self) -> &'static str {
        self.0
    }

    fn link(&self) -> Link {
        self.1
    }
}

/// The studies of a figure, on the scale of their measure.
pub(crate) fn studies(example: &Example<'_>, figure: &Figure<'_>) -> Studies<AnyMeasure> {
    let rows = example.studies(figure.subset);
    match example.measure() {
        "lnrr" | "mh_rr" => recipe(RiskRatio, &tables(&rows)),
        "lnor" | "mh_or" => recipe(OddsRatio, &tables(&rows)),
        "rd" | "mh_rd" => recipe(RiskDifference, &tables(&rows)),
        "md" if figure.variance == Some("pooled SD") => {
            formula(Own("mean difference", Link::IDENTITY), &rows, pooled_sd)
        }
        "md" => recipe(MeanDifference, &means(&rows)),
        "smd" => recipe(HedgesG::new(), &means(&rows)),
        "generic" => ready_made(&rows),
        "generic_from_ratio_ci" => recipe(FromReport(OddsRatio), &lines(&rows)),
        "lnhr_oe_v" => formula(HazardRatio, &rows, |row| observed(row.number("o_minus_e"), row.number("v_oe"))),
        "peto_or" => formula(OddsRatio, &rows, peto),
        "rom" => formula(Own("ratio of means", Link::LOG), &rows, ratio_of_means),
        "zcor" => formula(Own("correlation", Link::FISHER_Z), &rows, fisher_z),
        "lnirr" => formula(Own("rate ratio", Link::LOG), &rows, rate_ratio),
        "ird" => formula(Own("rate difference", Link::IDENTITY), &rows, rate_difference),
        "proportion" => formula(Own("proportion", Link::IDENTITY), &rows, proportion),
        "logit_proportion" => formula(Own("proportion", Link::LOGIT), &rows, logit),
        other => panic!("nobody knows the measure {other}"),
    }
}

pub(crate) fn tables(rows: &[Row<'_>]) -> Vec<TwoByTwo> {
    let arm = |row: &Row<'_>, i| [row.count(&format!("events{i}")), row.count(&format!("n{i}"))];
    rows.iter().map(|row| TwoByTwo::from_totals(arm(row, 1), arm(row, 2)).expect("a table")).collect()
}

fn means(rows: &[Row<'_>]) -> Vec<TwoMeans> {
    let arm = |row: &Row<'_>, i| {
        (row.count(&format!("n{i}")), row.number(&format!("mean{i}")), row.number(&format!("sd{i}")))
    };
    rows.iter().map(|row| TwoMeans::new(arm(row, 1), arm(row, 2)).expect("two means")).collect()
}

/// Ratios with intervals: most printed with two decimals, some with one, so that each line speaks for itself.
fn lines(rows: &[Row<'_>]) -> Vec<Reported> {
    let line = |row: &Row<'_>| Reported::interval(row.number("or"), row.number("or_lower"), row.number("or_upper"));
    rows.iter().map(|row| line(row).expect("an interval")).collect()
}

fn ready_made(rows: &[Row<'_>]) -> Studies<AnyMeasure> {
    let column = |name: &str| rows.iter().map(|row| row.number(name)).collect::<Vec<f64>>();
    let measure = AnyMeasure::of(StandardisedMeanDifference);
    let studies = match rows[0].has("se") {
        true => Studies::from_std_errors(measure, column("y"), column("se")),
        false => Studies::from_analysis(measure, column("y"), column("v")),
    };
    studies.expect("ready-made effects")
}

fn recipe<D, R: EffectSize<D>>(recipe: R, data: &[D]) -> Studies<AnyMeasure> {
    recipe.studies(data).expect("effects of a recipe").erase()
}

/// Effects by a formula that gives y and v; tables without information give none.
fn formula<M: Measure>(
    measure: M,
    rows: &[Row<'_>],
    effect: impl Fn(&Row<'_>) -> Option<(f64, f64)>,
) -> Studies<AnyMeasure> {
    let (y, v) = rows.iter().filter_map(effect).unzip();
    Studies::from_analysis(AnyMeasure::of(measure), y, v).expect("effects of a formula")
}

/// y = (O - E) / V with variance 1/V.
fn observed(o_minus_e: f64, v: f64) -> Option<(f64, f64)> {
    (v > 0.0).then(|| (o_minus_e / v, v.recip()))
}

/// O - E and V of a 2×2 table, hypergeometric (Yusuf et al. 1985).
fn peto(row: &Row<'_>) -> Option<(f64, f64)> {
    let (events1, n1, events2, n2) = (row.number("events1"), row.number("n1"), row.number("events2"), row.number("n2"));
    let (events, n) = (events1 + events2, n1 + n2);
    observed(events1 - n1 * events / n, n1 * n2 * events * (n - events) / (n * n * (n - 1.0)))
}

fn pooled_sd(row: &Row<'_>) -> Option<(f64, f64)> {
    let (n1, n2) = (row.number("n1"), row.number("n2"));
    let squares = (n1 - 1.0) * row.number("sd1").powi(2) + (n2 - 1.0) * row.number("sd2").powi(2);
    Some((row.number("mean1") - row.number("mean2"), squares / (n1 + n2 - 2.0) * (n1.recip() + n2.recip())))
}

fn ratio_of_means(row: &Row<'_>) -> Option<(f64, f64)> {
    let (mean1, mean2) = (row.number("mean1"), row.number("mean2"));
    let variance = |mean: f64, sd: f64, n: f64| (sd / mean).powi(2) / n;
    let v = variance(mean1, row.number("sd1"), row.number("n1")) + variance(mean2, row.number("sd2"), row.number("n2"));
    Some(((mean1 / mean2).ln(), v))
}

fn fisher_z(row: &Row<'_>) -> Option<(f64, f64)> {
    Some((row.number("r").atanh(), (row.number("n") - 3.0).recip()))
}

fn rate_ratio(row: &Row<'_>) -> Option<(f64, f64)> {
    let (events1, events2) = (row.number("events1"), row.number("events2"));
    let y = (events1 / row.number("time1")).ln() - (events2 / row.number("time2")).ln();
    Some((y, events1.recip() + events2.recip()))
}

fn rate_difference(row: &Row<'_>) -> Option<(f64, f64)> {
    let (rate1, rate2) = (row.number("events1") / row.number("time1"), row.number("events2") / row.number("time2"));
    Some((rate1 - rate2, rate1 / row.number("time1") + rate2 / row.number("time2")))
}

/// Events and non-events, with one half added to both if one of them is zero.
fn split(row: &Row<'_>) -> (f64, f64) {
    let (events, others) = (row.number("events"), row.number("n") - row.number("events"));
    let add = if events == 0.0 || others == 0.0 { 0.5 } else { 0.0 };
    (events + add, others + add)
}

fn proportion(row: &Row<'_>) -> Option<(f64, f64)> {
    let (events, others) = split(row);
    let n = events + others;
    Some((events / n, events * others / n.powi(3)))
}

fn logit(row: &Row<'_>) -> Option<(f64, f64)> {
    let (events, others) = split(row);
    Some(((events / others).ln(), events.recip() + others.recip()))
}
