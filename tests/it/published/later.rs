//! What the crate cannot do yet, in one place.

use super::file::Figure;

/// Why a figure is not checked, if it is not.
pub(crate) fn later(figure: &Figure<'_>) -> Option<&'static str> {
    interval(figure).or_else(|| estimator(figure))
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
