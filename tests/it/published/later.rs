//! What the crate cannot do yet, in one place.

use super::file::{Example, Figure};

/// Why a figure is not checked, if it is not.
pub(crate) fn later(example: &Example<'_>, figure: &Figure<'_>) -> Option<&'static str> {
    interval(figure)
        .or_else(|| estimator(figure))
        .or_else(|| mantel_haenszel(example, figure))
        .or_else(|| review_manager(figure))
}

fn interval(figure: &Figure<'_>) -> Option<&'static str> {
    match figure.interval? {
        // DIFFERENCE: printed below 0, where a variance cannot be; cut off at 0 here.
        "Wald" if figure.quantity == "tau2_lower" => Some("Wald limit below 0"),
        "profile likelihood" | "Wald" => None,
        "Sidik-Jonkman" => Some("Sidik-Jonkman interval of tau2"),
        "t(k-2), Hartung-Knapp" | "normal" | "tau only" | "Q-profile" | "test-based" => None,
        other => panic!("nobody knows the interval {other}"),
    }
}

fn estimator(figure: &Figure<'_>) -> Option<&'static str> {
    // This interval does not depend on the estimator.
    if figure.interval == Some("Q-profile") {
        return None;
    }
    match figure.model.trim_end_matches("+HK") {
        "HE2" => Some("HE2"),
        "SJ2" => Some("SJ2"),
        "EE" | "DL" | "DL2" | "HE" | "HS" | "SJ" | "PM" | "ML" | "REML" | "MH" | "PETO" => None,
        other => panic!("nobody knows the model {other}"),
    }
}

fn mantel_haenszel(example: &Example<'_>, figure: &Figure<'_>) -> Option<&'static str> {
    if figure.model != "MH" {
        return None;
    }
    match (example.measure(), figure.quantity) {
        ("mh_irr", _) => Some("Mantel-Haenszel rate ratio"),
        ("mh_ird", _) => Some("Mantel-Haenszel rate difference"),
        (_, "cmh" | "cmh_p") => Some("Cochran-Mantel-Haenszel test"),
        (_, "tarone" | "tarone_p") => Some("Tarone's test"),
        // The estimate and Q do not depend on the variance.
        (_, "lower" | "upper" | "se" | "z" | "p") if figure.variance == Some("Sato 1989") => Some("Sato's variance"),
        _ => None,
    }
}

fn review_manager(figure: &Figure<'_>) -> Option<&'static str> {
    if figure.variance == Some("RevMan") {
        return Some("RevMan's variance of g");
    }
    // Q itself about that estimate is what a Mantel-Haenszel analysis gives.
    let of_q = matches!(figure.quantity, "q" | "q_df" | "q_p" | "h") || figure.i2_definition.is_some();
    (figure.q_about == Some("MH") && !of_q).then_some("DL with Q about the MH estimate")
}
