//! Single results that R does not give, against mpmath at 60 digits by the textbook's matrices: the BCG trials.

use meta_analysis::{
    Design, GeneralisedQ, Inference, Level, MaximumLikelihood, MeanDifference, MetaRegression, QWeights, Regression,
    Reml, Studies, Tau2Estimator, TwoStepDerSimonianLaird,
};

use crate::score::{floats, json};

/// The studies and columns of a case of R.
fn case(name: &str) -> (Studies<MeanDifference>, Design) {
    let file = json(include_str!("../../fixtures/regression.json"));
    let case = file["cases"].as_array().expect("cases").iter().find(|case| case["name"] == name).expect("the case");
    let input = &case["input"];
    let studies = Studies::from_analysis(MeanDifference, floats(&input["yi"]), floats(&input["vi"])).expect("studies");
    let rows: Vec<Vec<f64>> = input["X"].as_array().expect("rows").iter().map(floats).collect();
    let mut design = Design::new();
    for (j, name) in input["columns"].as_array().expect("names").iter().enumerate().skip(1) {
        let column: Vec<f64> = rows.iter().map(|row| row[j]).collect();
        design = design.continuous(name.as_str().expect("a name"), column).expect("a column");
    }
    (studies, design)
}

fn near(what: &str, computed: f64, exact: f64) {
    assert!((computed / exact - 1.0).abs() < 1e-10, "{what}: {computed}, exact {exact}");
}

#[test]
fn kenward_and_roger() {
    let (studies, design) = case("bcg|rma|alloc+year+ablat|REML");
    let fit = MetaRegression::new(Reml).with_inference(Inference::KenwardRoger).fit(&studies, &design).expect("a fit");
    let exact = [
        (38.878_996_225_573_39, 6.043_489_337_952_072),
        (0.420_833_877_970_690_2, 5.468_013_281_969_903),
        (0.450_284_482_662_691_5, 4.747_080_819_233_597),
        (0.019_681_234_240_046_417, 6.071_282_497_849_673),
        (0.013_356_705_136_672_654, 4.244_450_135_080_491),
    ];
    for (x, (error, df)) in fit.coefficients().iter().zip(exact) {
        near(&x.name, x.std_error.expect("an error"), error);
        near(&x.name, x.test.and_then(|test| test.df).expect("degrees of freedom"), df);
    }
    let test = fit.test_of(&["allocrandom", "allocsystematic"]).expect("columns").expect("a test");
    near("F", test.statistic, 0.657_569_784_900_408_2);
    near("its denominator", test.denominator_df.expect("F"), 5.234_140_158_192_052);
    // Of one coefficient the joint test is the square of its own.
    let (one, own) = (fit.test_of(&["ablat"]).expect("a column").expect("a test"), fit.coefficients()[4].test);
    near("F of one", one.statistic, own.expect("a test").statistic.powi(2));
    near("p of one", one.p_value(), own.expect("a test").p_value());
}

#[test]
fn residuals_under_other_weights() {
    let (studies, design) = case("bcg|rma|ablat|REML");
    let model = MetaRegression::inverse_variance_weights(Reml);
    let residuals = model.fit(&studies, &design).expect("a fit").residuals().expect("residuals");
    for (i, error, leverage, residual) in [
        (0, 0.651_506_446_241_910_1, 0.011_679_189_094_621_958, 0.053_549_196_053_041_28),
        (3, 0.300_504_384_032_691_75, 0.311_159_636_377_930_7, -0.264_795_185_971_724_66),
        (7, 0.098_836_179_606_770_57, 0.736_150_461_873_107_5, 0.048_467_901_451_293_02),
        (12, 0.398_571_132_030_824_15, 0.027_173_395_535_794_23, 0.603_940_304_901_407_7),
    ] {
        near("residual", residuals[i].residual, residual);
        near("leverage", residuals[i].leverage, leverage);
        near("its standard error", residuals[i].std_error, error);
    }
}

#[test]
fn columns_in_single_precision() {
    let (studies, design) = case("bcg|rma|ablat|REML");
    let double = MetaRegression::new(Reml).fit(&studies, &design).expect("a fit");
    let single = MetaRegression::new(Reml).fit(&studies.cast::<f32>().expect("in range"), &design).expect("a fit");
    for (a, b) in double.coefficients().iter().zip(single.coefficients()) {
        let error = a.std_error.expect("an error");
        assert!((a.estimate - b.estimate).abs() < 1e-5 * error, "{}: {}, {}", a.name, a.estimate, b.estimate);
    }
}

/// One precise study between two that disagree, whose restricted likelihood has two peaks (see [`Reml::modes`]), and a
/// fourth study in a place of its own, which says nothing of heterogeneity.
#[test]
fn several_modes_with_moderators() {
    let (y, v) = (vec![-0.715, -0.559, 0.974, 3.0], vec![0.173, 0.0071, 0.506, 0.01]);
    let studies = Studies::from_analysis(MeanDifference, y, v).expect("studies");
    let design = Design::new().continuous("other place", [0.0, 0.0, 0.0, 1.0]).expect("a column");
    let fit = MetaRegression::new(Reml).fit(&studies, &design).expect("a fit");
    let modes = Reml.modes(&fit.evidence()).expect("modes");
    let shown: Vec<String> = modes.iter().map(|mode| format!("{:.2}", mode.tau2)).collect();
    assert_eq!(shown, ["0.00", "0.23"], "the modes of the three studies alone");
    assert_eq!(format!("{:.2}", fit.tau2().expect("tau2").value), "0.23");
    assert!(fit.to_string().ends_with("note: the likelihood has 2 local maxima; tau2 is at the highest"), "{fit}");
}

fn limits(fit: &Regression<MeanDifference>, restricted: bool) -> (f64, f64) {
    let evidence = fit.evidence();
    let interval = match restricted {
        true => Reml.profile_interval(&evidence, Level::P95),
        false => MaximumLikelihood.profile_interval(&evidence, Level::P95),
    };
    let limits = interval.expect("an interval").limits().expect("limits");
    (limits.lower, limits.upper)
}

#[test]
fn profile_likelihood_and_two_steps() {
    let (studies, design) = case("bcg|rma|ablat|REML");
    let fit = MetaRegression::new(Reml).fit(&studies, &design).expect("a fit");
    let (lower, upper) = limits(&fit, true);
    near("lower limit", lower, 0.005_806_634_732_602_412);
    near("upper limit", upper, 0.443_215_965_133_662_35);
    let (lower, upper) = limits(&fit, false);
    assert_eq!(lower, 0.0, "the lower limit of the plain likelihood");
    near("upper limit", upper, 0.245_045_817_238_191_26);
    let evidence = fit.evidence();
    let two_step = TwoStepDerSimonianLaird.estimate(&evidence).expect("an estimate");
    near("two-step", two_step.value, 0.117_988_028_060_576);
    near("two-step SE", two_step.std_error.expect("an error"), 0.084_224_063_190_536_73);
    let generalised = GeneralisedQ::new(QWeights::InverseStdError).estimate(&evidence).expect("an estimate");
    near("generalised Q", generalised.value, 0.111_170_759_500_068_47);
    near("generalised Q SE", generalised.std_error.expect("an error"), 0.082_732_962_106_028_72);
}
