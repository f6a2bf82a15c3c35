//! Thirteen trials of BCG vaccine against tuberculosis (Colditz et al. 1994, JAMA 271:698), the data set that every
//! textbook analyses. The figures are those of Viechtbauer 2010, J Stat Softw 36(3), and of the documentation of metafor.

use meta_analysis::{EffectSize, Heterogeneity, Level, Pool, Pooled, RandomEffects, RiskRatio, Studies, Tables};

/// `[cases of tuberculosis, people]` of the vaccinated and of the controls.
const TRIALS: [(&str, [u64; 2], [u64; 2]); 13] = [
    ("Aronson 1948", [4, 123], [11, 139]),
    ("Ferguson & Simes 1949", [6, 306], [29, 303]),
    ("Rosenthal et al. 1960", [3, 231], [11, 220]),
    ("Hart & Sutherland 1977", [62, 13_598], [248, 12_867]),
    ("Frimodt-Moller et al. 1973", [33, 5_069], [47, 5_808]),
    ("Stein & Aronson 1953", [180, 1_541], [372, 1_451]),
    ("Vandiviere et al. 1973", [8, 2_545], [10, 629]),
    ("TPT Madras 1980", [505, 88_391], [499, 88_391]),
    ("Coetzee & Berjak 1968", [29, 7_499], [45, 7_277]),
    ("Rosenthal et al. 1961", [17, 1_716], [65, 1_665]),
    ("Comstock et al. 1974", [186, 50_634], [141, 27_338]),
    ("Comstock & Webster 1969", [5, 2_498], [3, 2_341]),
    ("Comstock et al. 1976", [27, 16_913], [29, 17_854]),
];

fn studies() -> Studies<RiskRatio> {
    let tables = Tables::from_totals(TRIALS).expect("thirteen tables");
    RiskRatio.labelled_studies(&tables).expect("thirteen log risk ratios")
}

fn pooled() -> Pooled<RiskRatio> {
    RandomEffects::default().pool(&studies()).expect("a pooled log risk ratio")
}

#[test]
fn the_log_risk_ratio() {
    let pooled = pooled();
    let (log, test) = (pooled.analysis(), pooled.test().expect("a test"));
    assert_eq!(format!("{:.4}", log.estimate), "-0.7145", "estimate");
    assert_eq!(format!("{:.4}", log.std_error.expect("a standard error")), "0.1798", "standard error");
    assert_eq!(format!("{:.4}", test.statistic), "-3.9744", "z");
    assert_eq!(format!("{:.4}", log.interval.expect("an interval")), "-1.0669 to -0.3622", "interval");
}

#[test]
fn the_risk_ratio() {
    let natural = pooled().natural();
    assert_eq!(format!("{:.4}", natural.estimate), "0.4894", "estimate");
    assert_eq!(format!("{:.4}", natural.interval.expect("an interval")), "0.3441 to 0.6962", "interval");
}

#[test]
fn the_heterogeneity() {
    let pooled = pooled();
    let h: &Heterogeneity = pooled.heterogeneity();
    assert_eq!(format!("{:.4}", h.tau2().expect("tau2")), "0.3132", "tau2");
    assert_eq!(format!("{:.4}", h.tau2_std_error().expect("a standard error")), "0.1664", "standard error of tau2");
    assert_eq!(format!("{:.2}%", 100.0 * h.i2_from_tau2().expect("I2")), "92.22%", "I2 from tau2");
    assert_eq!(format!("{:.2}", h.h2_from_tau2().expect("H2")), "12.86", "H2 from tau2");
    assert_eq!(format!("Q({}) = {:.3}", h.df(), h.q()), "Q(12) = 152.233", "Cochran's Q");
}

#[test]
fn the_q_profile_interval_of_tau2() {
    let interval = studies().evidence().q_profile(Level::P95).expect("an interval");
    assert_eq!(format!("{interval:.4}"), "0.1197 to 1.1115", "limits");
}
