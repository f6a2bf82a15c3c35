//! Studies of the published examples, by the recipes of the crate.

use meta_analysis::{
    AnyMeasure, Convention, Correlation, EffectSize, FisherZ, FromReport, HazardRatio, HedgesG, LogRank,
    LogRatioOfMeans, LogitProportion, MeanDifference, MeansModel, OddsRatio, PersonTime, PetoOddsRatio,
    PooledMeanDifference, Proportion, RateDifference, RateRatio, RawProportion, Reported, RiskDifference, RiskRatio,
    StandardisedMeanDifference, Studies, TwoByTwo, TwoMeans,
};

use super::file::{Example, Figure, Row};

/// The studies of a figure, on the scale of their measure.
pub(crate) fn studies(example: &Example<'_>, figure: &Figure<'_>) -> Studies<AnyMeasure> {
    let rows = example.studies(figure.subset);
    match example.measure() {
        "lnrr" | "mh_rr" => recipe(RiskRatio, &tables(&rows)),
        "lnor" | "mh_or" => recipe(OddsRatio, &tables(&rows)),
        "rd" | "mh_rd" => recipe(RiskDifference, &tables(&rows)),
        "md" if figure.variance == Some("pooled SD") => recipe(PooledMeanDifference, &means(&rows)),
        "md" => recipe(MeanDifference, &means(&rows)),
        "smd" if figure.variance == Some("RevMan") => {
            let choices = Convention::RevMan5.means(StandardisedMeanDifference, MeansModel::CommonEffect);
            let g = HedgesG::new().with_correction(choices.correction).with_variance(choices.variance);
            recipe(g, &means(&rows))
        }
        "smd" => recipe(HedgesG::new(), &means(&rows)),
        "generic" => ready_made(&rows),
        "generic_from_ratio_ci" => recipe(FromReport(OddsRatio), &lines(&rows)),
        "lnhr_oe_v" => recipe(HazardRatio, &log_ranks(&rows)),
        "peto_or" => recipe(PetoOddsRatio, &tables(&rows)),
        "rom" => recipe(LogRatioOfMeans::new().without_bias_correction(), &means(&rows)),
        "zcor" => recipe(FisherZ, &correlations(&rows)),
        "lnirr" => recipe(RateRatio, &rates(&rows)),
        "ird" => recipe(RateDifference, &rates(&rows)),
        "proportion" => recipe(RawProportion::new(), &proportions(&rows)),
        "logit_proportion" => recipe(LogitProportion::new(), &proportions(&rows)),
        other => panic!("nobody knows the measure {other}"),
    }
}

pub(crate) fn tables(rows: &[Row<'_>]) -> Vec<TwoByTwo> {
    let arm = |row: &Row<'_>, i| [row.count(&format!("events{i}")), row.count(&format!("n{i}"))];
    rows.iter().map(|row| TwoByTwo::from_totals(arm(row, 1), arm(row, 2)).expect("a table")).collect()
}

/// Times in units of 10,000 years, as printed.
pub(crate) fn rates(rows: &[Row<'_>]) -> Vec<PersonTime> {
    let arm = |row: &Row<'_>, i| (row.count(&format!("events{i}")), row.number(&format!("time{i}")));
    rows.iter().map(|row| PersonTime::new(arm(row, 1), arm(row, 2)).expect("two rates")).collect()
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

fn log_ranks(rows: &[Row<'_>]) -> Vec<LogRank> {
    let study = |row: &Row<'_>| LogRank::new(row.number("o_minus_e"), row.number("v_oe"));
    rows.iter().map(|row| study(row).expect("a log-rank test")).collect()
}

fn correlations(rows: &[Row<'_>]) -> Vec<Correlation> {
    rows.iter().map(|row| Correlation::new(row.number("r"), row.count("n")).expect("a correlation")).collect()
}

fn proportions(rows: &[Row<'_>]) -> Vec<Proportion> {
    rows.iter().map(|row| Proportion::new(row.count("events"), row.count("n")).expect("a proportion")).collect()
}
