//! Study-level data of published reviews.

use meta_analysis::{
    Error, HedgesG, HedgesGVariance, OddsRatio, StandardisedMeanDifference, Studies, Tables, TwoMeans, prelude::*,
};

/// Perioperative ketamine and delirium: the evidence synthesis behind the 2025 practice advisory of the American Society
/// of Anesthesiologists on older adults. Rows are [events, patients], treated and control.
pub(crate) fn delirium() -> Result<Tables, Error> {
    Tables::from_totals([
        ("Hudetz 2009", [1, 29], [9, 29]),
        // Two ketamine arms merged.
        ("Avidan 2017", [85, 450], [43, 217]),
        ("Hollinger 2021", [3, 47], [4, 44]),
        ("Ma 2023", [3, 31], [4, 31]),
    ])
}

/// Deaths with ketamine or etomidate for emergency intubation (Zampieri F et al., PROSPERO CRD420251251225).
pub(crate) fn mortality() -> Result<Studies<OddsRatio>, Error> {
    OddsRatio.labelled_studies(&Tables::from_totals([
        ("Jabre 2009", [72, 235], [81, 234]),
        ("Cinar 2011", [8, 10], [5, 12]),
        ("Punt 2014", [54, 140], [61, 161]),
        ("Matchett 2022", [131, 395], [142, 396]),
        ("Knack 2023", [8, 70], [15, 73]),
        ("Srivilaithon 2023", [35, 130], [25, 130]),
        ("Casey 2025", [330, 1173], [345, 1186]),
        ("Agarwal 2025", [11, 40], [8, 40]),
    ])?)
}

/// (patients, mean, standard deviation) of one arm.
type Arm = (u64, f64, f64);

/// The review's recipe: Hedges' g with the unbiased variance.
fn hedges(rows: &[(&str, Arm, Arm)]) -> Result<Studies<StandardisedMeanDifference>, Error> {
    let data = TwoMeans::from_rows(rows.iter().map(|&(_, treated, control)| (treated, control)))?;
    let labels = rows.iter().map(|&(label, ..)| label);
    HedgesG::new().with_variance(HedgesGVariance::Unbiased).labelled_studies(labels.zip(&data))
}

const ANDERSON: (&str, Arm, Arm) = ("Anderson 2017", (33, 4.96, 4.62), (37, 4.43, 0.89));
const OTHERS: [(&str, Arm, Arm); 5] = [
    ("Domany 2020", (9, 3.75, 1.64), (9, 16.45, 6.79)),
    ("Fedgchin 2019", (115, 5.8, 5.94), (113, 7.2, 6.01)),
    ("Murrough 2015", (12, 6.0, 2.6), (12, 8.2, 3.9)),
    ("Price 2014", (36, 42.31, 16.31), (21, 44.1, 16.33)),
    ("Taylor 2018", (18, 66.1, 30.9), (17, 86.1, 30.0)),
];

/// Anxiety (Marchi M et al. Front Neurosci 2022;16, doi 10.3389/fnins.2022.1011103).
pub(crate) fn anxiety() -> Result<Studies<StandardisedMeanDifference>, Error> {
    let mut rows = vec![ANDERSON];
    rows.extend(OTHERS);
    hedges(&rows)
}

/// The same without the trial of ketamine as an anaesthetic for electroconvulsive therapy.
pub(crate) fn anxiety_without_ect() -> Result<Studies<StandardisedMeanDifference>, Error> {
    hedges(&OTHERS)
}

/// Social functioning in the same review.
pub(crate) fn social_functioning() -> Result<Studies<StandardisedMeanDifference>, Error> {
    hedges(&[
        ("Fedgchin 2019", (115, 13.0, 9.32), (113, 16.0, 9.7)),
        ("Ochs-Ross 2020", (72, -6.1, 8.35), (65, -3.8, 6.35)),
    ])
}
