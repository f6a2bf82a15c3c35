//! Standard errors from what a paper prints: numbers with 30 digits, and the texts of refusals.

use meta_analysis::{
    Direction, EffectSize, Error, FromReport, Level, Link, MeanDifference, Measure, OddsRatio, Reported, RiskRatio,
};

use super::{near, text};

fn std_error<M: Measure>(measure: M, line: Result<Reported, Error>) -> f64 {
    FromReport(measure).effect(&line.expect("a line")).expect("an effect").std_error()
}

#[test]
fn standard_errors() {
    let t = |line: Result<Reported, Error>, df| line.and_then(|line| line.with_df(df));
    let (positive, negative) = (Direction::Positive, Direction::Negative);
    let at_90 = |line: Result<Reported, Error>| line.map(|line| line.with_level(Level::P90));
    for (what, found, expected) in [
        // Cochrane Handbook, 6.5.2.3: "t = 2.78, SE = 3.8/2.78 = 1.37".
        ("p of t", std_error(MeanDifference, t(Reported::p_value(3.8, 0.008), 45.0)), 1.369_100_300_705_26),
        (
            "interval of t",
            std_error(MeanDifference, t(Reported::interval(2.0, 0.5, 3.5), 9.0)),
            0.663_083_902_687_183_3,
        ),
        ("limit of t", std_error(MeanDifference, t(Reported::lower_limit(2.0, 0.5), 9.0)), 0.663_083_902_687_183_3),
        (
            "one-sided p of t",
            std_error(MeanDifference, t(Reported::one_sided_p_value(2.0, 0.1, positive), 9.0)),
            1.446_101_548_344_275_6,
        ),
        (
            "one-sided p",
            std_error(OddsRatio, Reported::one_sided_p_value(0.5, 0.03, negative)),
            0.368_539_736_394_194_1,
        ),
        (
            "one-sided p of the other side",
            std_error(OddsRatio, Reported::one_sided_p_value(0.5, 0.97, positive)),
            0.368_539_736_394_194_1,
        ),
        ("upper limit", std_error(RiskRatio, Reported::upper_limit(1.42, 2.39)), 0.265_635_745_573_369_8),
        ("lower limit", std_error(RiskRatio, at_90(Reported::lower_limit(2.0, 1.1))), 0.363_459_088_979_020_83),
        ("z", std_error(OddsRatio, Reported::statistic(0.5, -2.0)), 0.346_573_590_279_972_65),
        ("F", std_error(OddsRatio, Reported::f_statistic(0.5, 4.0)), 0.346_573_590_279_972_65),
        (
            "far limit",
            std_error(MeanDifference, Reported::lower_limit(1.5e150, -1.5e150)),
            3e150 / 1.959_963_984_540_054_2,
        ),
    ] {
        assert!(near(found, expected, 1e-13), "{what}: {found} for {expected}");
    }
    // A limit and a level of the normal distribution are the limit of infinitely many degrees of freedom.
    let (many, normal) = (t(Reported::p_value(1.5, 0.04), 1e250), Reported::p_value(1.5, 0.04));
    assert_eq!(std_error(RiskRatio, many), std_error(RiskRatio, normal), "many degrees of freedom");
}

#[test]
fn lines_on_the_analysis_scale() {
    let natural = Reported::interval(0.5, 0.25, 1.0).expect("a line");
    let ln2 = 2.0_f64.ln();
    let logged = Reported::interval(-ln2, -2.0 * ln2, 0.0).expect("a line").on_analysis_scale();
    let (a, b) = (FromReport(OddsRatio).effect(&natural), FromReport(OddsRatio).effect(&logged));
    let (a, b) = (a.expect("an effect"), b.expect("an effect"));
    assert!(near(a.y(), b.y(), 1e-15) && near(a.v(), b.v(), 1e-15), "{a:?} and {b:?}");
    let skewed = Reported::interval(0.5, 0.25, 1.0).expect("a line").on_analysis_scale();
    assert_eq!(
        text(FromReport(OddsRatio).effect(&skewed)),
        "the interval must be symmetric on the analysis scale (log) up to rounding, but 0.5 is not midway in 0.25 to 1"
    );
}

/// A measure whose scale runs the other way: the upper limit is the lower one on the analysis scale.
#[derive(Clone, Copy, Debug)]
struct Efficacy;

impl Measure for Efficacy {
    fn label(&self) -> &'static str {
        "efficacy"
    }

    fn link(&self) -> Link {
        Link::new("log(1 - x)", |x| (-x).ln_1p(), |y| -y.exp_m1())
    }
}

#[test]
fn a_decreasing_scale() {
    let found = std_error(Efficacy, Reported::lower_limit(0.6, 0.2));
    assert!(near(found, 2.0_f64.ln() / 1.959_963_984_540_054_2, 1e-14), "the lower limit of an efficacy: {found}");
}

#[test]
fn refusals() {
    assert_eq!(
        text(Reported::lower_limit(1.0, 2.0)),
        "the interval must contain its estimate, but 1 is not within 2 to inf"
    );
    assert_eq!(
        text(Reported::upper_limit(1.0, 0.5)),
        "the interval must contain its estimate, but 1 is not within -inf to 0.5"
    );
    assert_eq!(
        text(Reported::upper_limit(1.0, 1.0)),
        "the lower limit must be below the upper one, but the interval is 1 to 1"
    );
    assert_eq!(text(Reported::lower_limit(1.0, f64::NAN)), "the lower limit must be finite, but is NaN");
    assert_eq!(text(Reported::upper_limit(1.0, f64::INFINITY)), "the upper limit must be finite, but is inf");
    assert_eq!(text(Reported::statistic(1.0, f64::NAN)), "the test statistic must be finite, but is NaN");
    assert_eq!(
        text(Reported::statistic(2.0, 0.0)),
        "a test statistic of 0 with an estimate of 2 determines no standard error"
    );
    assert_eq!(text(Reported::f_statistic(2.0, -1.0)), "the F statistic must not be negative, but is -1");
    assert_eq!(
        text(Reported::f_statistic(2.0, 0.0)),
        "a test statistic of 0 with an estimate of 2 determines no standard error"
    );
    let line = Reported::p_value(2.0, 0.1).expect("a line");
    for df in [0.0, -3.0, f64::NAN, f64::INFINITY] {
        let expected = format!("the number of degrees of freedom must be positive and finite, but is {df}");
        assert_eq!(text(line.with_df(df)), expected);
    }
    let effect = |line: Result<Reported, Error>| text(line.and_then(|line| FromReport(OddsRatio).effect(&line)));
    assert_eq!(
        effect(Reported::statistic(2.0, -3.0)),
        "a test statistic of -3 with an estimate of 2 determines no standard error"
    );
    for (p_value, alternative) in [(0.03, Direction::Negative), (0.97, Direction::Positive), (0.5, Direction::Positive)]
    {
        assert_eq!(
            effect(Reported::one_sided_p_value(2.0, p_value, alternative)),
            format!("a p-value of {p_value} with an estimate of 2 determines no standard error")
        );
    }
    assert_eq!(
        effect(Reported::one_sided_p_value(2.0, 1.5, Direction::Positive)),
        "the p-value must lie between 0 (excluded) and 1, but is 1.5"
    );
    assert_eq!(effect(Reported::lower_limit(2.0, -1.0)), "a odds ratio of -1 is outside the range of its scale (log)");
}
