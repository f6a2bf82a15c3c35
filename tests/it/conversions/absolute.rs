//! Absolute effects and numbers needed to treat.

use meta_analysis::{
    AbsoluteEffect, BaselineRisk, CommonEffect, Error, EventIs, HazardRatio, Inference, Level, Measure, NumberNeeded,
    NumberNeededInterval, OddsRatio, Pool, Pooled, RiskDifference, RiskRatio, Studies,
};

use super::{near, text};

/// A pooled effect from one study, with the given limits of its 95 % interval on the analysis scale.
fn pooled<M: Measure>(measure: M, lower: f64, upper: f64) -> Pooled<M> {
    let std_error = (upper - lower) / (2.0 * Level::P95.normal_quantile());
    let studies = Studies::from_analysis(measure, vec![0.5 * (lower + upper)], vec![std_error * std_error]);
    CommonEffect::new().pool(&studies.expect("a study")).expect("a result")
}

fn baseline(risk: f64) -> BaselineRisk {
    BaselineRisk::new(risk).expect("a risk")
}

fn check(what: &str, absolute: Result<AbsoluteEffect, Error>, [estimate, lower, upper]: [f64; 3]) {
    let absolute = absolute.expect(what);
    let interval = absolute.interval().expect("an interval");
    for (found, expected) in [(absolute.difference(), estimate), (interval.lower, lower), (interval.upper, upper)] {
        assert!(near(found, expected, 1e-13), "{what}: {found} for {expected}");
    }
    assert!(!absolute.is_capped(), "{what}: nothing to cap");
}

#[test]
fn risks_by_hand() {
    let (half, third) = (0.5_f64.ln(), (1.0_f64 / 3.0).ln());
    // Risk ratio √(1/6), limits 1/3 and 1/2, at 0.3; the odds 3/7 become 1/7 and 3/14; the survival 0.49 becomes 0.7.
    let middle = (1.0_f64 / 6.0).sqrt();
    let by_ratio = [0.3 * (middle - 1.0), -0.2, -0.15];
    check("risk ratio", pooled(RiskRatio, third, half).absolute(baseline(0.3)), by_ratio);
    let risk = |odds: f64| odds / (1.0 + odds);
    let by_odds = [risk(middle * 3.0 / 7.0) - 0.3, 0.125 - 0.3, 3.0 / 17.0 - 0.3];
    check("odds ratio", pooled(OddsRatio, third, half).absolute(baseline(0.3)), by_odds);
    let by_hazard = [0.49 - 0.49_f64.powf(middle), 0.49 - 0.49_f64.powf(1.0 / 3.0), 0.49 - 0.7];
    let survival = BaselineRisk::from_survival(0.49).expect("a risk");
    check("hazard ratio", pooled(HazardRatio, third, half).absolute(survival), by_hazard);
    check("risk difference", pooled(RiskDifference, -0.2, -0.1).absolute(), [-0.15, -0.2, -0.1]);
    // Small effects at a small risk keep their digits.
    let small = pooled(HazardRatio, -2e-9, -1e-9).absolute(baseline(1e-9)).expect("a risk").difference();
    assert!(near(small, -1.5e-18, 1e-8), "tiny: {small:e}");
}

#[test]
fn published_examples() {
    // Cochrane Handbook, 15.4.4: a risk ratio of 0.92 and an odds ratio of 0.73 at a risk of 0.3.
    let ratio = pooled(RiskRatio, 0.92_f64.ln() - 0.1, 0.92_f64.ln() + 0.1).absolute(baseline(0.3)).expect("a risk");
    assert!(near(ratio.per(1000).estimate, -24.0, 1e-12), "24 fewer per 1000");
    let needed = ratio.number_needed_to_treat(EventIs::Undesirable);
    assert!(needed.to_string().starts_with("NNTB 42 ("), "{needed}");
    let odds = pooled(OddsRatio, 0.73_f64.ln() - 0.1, 0.73_f64.ln() + 0.1).absolute(baseline(0.3)).expect("a risk");
    assert_eq!(format!("{:.0}", odds.per(1000).estimate), "-62", "62 fewer per 1000");
    assert!(odds.number_needed_to_treat(EventIs::Undesirable).to_string().starts_with("NNTB 17 ("), "17 rounded up");
    assert_eq!(odds.baseline(), Some(baseline(0.3)), "its baseline");
}

#[test]
fn numbers_needed_cannot_be_misread() {
    use NumberNeededInterval as Needed;
    let needed = |lower: f64, upper: f64, event| {
        pooled(RiskDifference, lower, upper).absolute().expect("a risk").number_needed_to_treat(event)
    };
    let undesirable = |lower, upper| needed(lower, upper, EventIs::Undesirable);
    let close = |x: f64, y: f64| near(x, y, 1e-13);
    // Altman (1998): a difference of 10 % with limits -5 % and 25 % is not "NNT 10 (-20 to 4)".
    let altman = undesirable(-0.25, 0.05);
    assert!(matches!(altman.estimate(), NumberNeeded::Benefit(n) if close(n, 10.0)), "{altman:?}");
    let interval = altman.interval().expect("an interval");
    assert!(
        matches!(interval, Needed::BenefitToHarm { benefit, harm } if close(benefit, 4.0) && close(harm, 20.0)),
        "{interval:?}"
    );
    assert_eq!(altman.to_string(), "NNTB 10 (95% interval NNTB 4 to infinity to NNTH 20)");
    assert_eq!(format!("{altman:.1}"), "NNTB 10.0 (95% interval NNTB 4.0 to infinity to NNTH 20.0)");
    let turned = needed(-0.25, 0.05, EventIs::Desirable);
    assert_eq!(turned.to_string(), "NNTH 10 (95% interval NNTB 20 to infinity to NNTH 4)");

    let benefit = undesirable(-0.2, -0.1).interval().expect("an interval");
    assert!(
        matches!(benefit, Needed::Benefit { fewest, most } if close(fewest, 5.0) && close(most, 10.0)),
        "{benefit:?}"
    );
    assert_eq!(undesirable(-0.2, -0.1).to_string(), "NNTB 7 (95% interval NNTB 5 to NNTB 10)");
    assert_eq!(undesirable(0.1, 0.2).to_string(), "NNTH 7 (95% interval NNTH 5 to NNTH 10)");
    assert_eq!(needed(0.1, 0.2, EventIs::Desirable).to_string(), "NNTB 7 (95% interval NNTB 5 to NNTB 10)");
    let none = undesirable(-0.1, 0.1);
    assert_eq!(none.estimate(), NumberNeeded::Infinite, "no difference");
    assert_eq!(none.to_string(), "infinity (95% interval NNTB 10 to infinity to NNTH 10)");
}

#[test]
fn risks_stay_risks() {
    // Limits of 1 and 4 at a risk of 0.4: 1.6 is no risk.
    let wide = pooled(RiskRatio, 0.0, 4.0_f64.ln()).absolute(baseline(0.4)).expect("a risk");
    assert!(wide.is_capped(), "the upper limit");
    assert!(near(wide.interval().expect("an interval").upper, 0.6, 1e-15), "all have the event");
    assert_eq!(wide.to_string(), "400 more per 1000 (95% interval 0 more to 600 more)");
    assert_eq!(
        text(pooled(RiskRatio, 2.0_f64.ln(), 8.0_f64.ln()).absolute(baseline(0.5))),
        "the change of the risk at this baseline must lie between -0.5 and 0.5, but is 1.5"
    );
    assert_eq!(
        text(pooled(RiskDifference, 0.5, 2.5).absolute()),
        "the change of the risk at this baseline must lie between -1 and 1, but is 1.5"
    );
    // Ratios beyond floating point lead to the ends all the same.
    let none =
        pooled(HazardRatio, -1e5, 1e5).absolute(baseline(0.25)).expect("a risk").interval().expect("an interval");
    assert!(near(none.lower, -0.25, 1e-15) && near(none.upper, 0.75, 1e-15), "{none:?}");
    let none = pooled(OddsRatio, -1e5, 1e5).absolute(baseline(0.25)).expect("a risk").interval().expect("an interval");
    assert!(near(none.lower, -0.25, 1e-15) && near(none.upper, 0.75, 1e-15), "{none:?}");
}

#[test]
fn without_an_interval() {
    let studies = Studies::from_analysis(RiskRatio, vec![0.5_f64.ln()], vec![0.1]).expect("a study");
    let pooled = CommonEffect::new().with_inference(Inference::HartungKnapp).pool(&studies).expect("a result");
    let absolute = pooled.absolute(baseline(0.2)).expect("a risk");
    assert_eq!(absolute.interval(), None, "one study has no such interval");
    assert_eq!(absolute.to_string(), "100 fewer per 1000");
    assert_eq!(absolute.number_needed_to_treat(EventIs::default()).to_string(), "NNTB 10");
    let single = studies.cast::<f32>().expect("it fits");
    let single = CommonEffect::new().pool(&single).expect("a result").absolute(baseline(0.2)).expect("a risk");
    assert!(near(single.difference(), -0.1, 1e-6), "in single precision");
}
