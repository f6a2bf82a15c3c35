//! Hard cases of the restricted likelihood: several peaks, near ties, ranges at the end of the floating-point numbers.

use meta_analysis::{MeanDifference, Pool, RandomEffects, Reml, Studies, Tau2Estimator};

fn studies(y: &[f64], v: &[f64]) -> Studies<MeanDifference> {
    Studies::from_analysis(MeanDifference, y.to_vec(), v.to_vec()).expect("valid studies")
}

#[test]
fn the_highest_of_three_peaks_is_found() {
    // A peak at 1.26, and one 3.35 higher in log-likelihood at 82813.576 (60-digit arithmetic).
    let data = studies(
        &[
            -4.097431181394123,
            -1.9193173461629585,
            -40.72654608471011,
            -1.6935759021253234,
            649.5580131705703,
            539.6925509789495,
            -302.7094402939867,
        ],
        &[
            0.98990014495265,
            1.509053304827092,
            199.16102091664442,
            321.08220529418793,
            26212.76754051819,
            24775.943485800657,
            17435.30830111621,
        ],
    );
    let modes = Reml.modes(&data.evidence()).expect("modes");
    assert_eq!(modes.len(), 3, "{modes:?}");
    let tau2 = Reml.tau2(&data.evidence()).expect("an estimate");
    assert_eq!(format!("{tau2:.3}"), "82813.576", "{modes:?}");
    let low = modes.iter().find(|mode| format!("{:.2}", mode.tau2) == "1.26").expect("the low peak");
    assert_eq!(format!("{:.2}", modes[2].log_likelihood - low.log_likelihood), "3.35", "{modes:?}");
    let note = RandomEffects::default().pool(&data).expect("a result").to_string();
    assert!(note.contains("the likelihood has 3 local maxima"), "{note}");
}

#[test]
fn near_ties_do_not_depend_on_the_unit() {
    // The peaks at 0 and 0.19 are equally high where the third effect is about 0.9540680717.
    for step in -200..=200 {
        let third = 0.954_068_071_717_837_8 + f64::from(step) * 1e-15;
        let y = [-0.715_353_389_452_861_4, -0.558_740_475_931_649_4, third];
        let v = [0.173_310_736_323_961_2, 0.007_115_352_811_332_719, 0.505_967_751_831_915_1];
        let plain = Reml.tau2(&studies(&y, &v).evidence()).expect("an estimate");
        for exponent in [-498, -3, 3, 498] {
            let s = 2.0_f64.powi(exponent);
            let scaled = Reml.tau2(&studies(&y.map(|y| y * s), &v.map(|v| v * s * s)).evidence()).expect("an estimate");
            assert_eq!(plain * s * s, scaled, "third effect {third}, unit 2^{exponent}");
        }
    }
}

#[test]
fn a_peak_far_out_is_reached() {
    for (y, v) in [([0.0, 1e150], [1.0, 1e20]), ([0.0, 1e150], [1.0, 1e280])] {
        let tau2 = Reml.tau2(&studies(&y, &v).evidence()).expect("an estimate");
        // Two studies: half the squared difference, less the mean variance.
        assert!((tau2 / 5e299 - 1.0).abs() < 1e-13, "{tau2:e}");
    }
}
