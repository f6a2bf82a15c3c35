//! Printed results of papers: the thirteen trials of the BCG vaccine on absolute latitude.

use meta_analysis::{
    Coding, Design, EffectSize, Inference, MaximumLikelihood, Measure, MetaRegression, OddsRatio, PauleMandel,
    Regression, Reml, RiskRatio, Studies, TwoByTwo,
};

type Trial = ([u64; 2], [u64; 2], f64);

/// Cases and non-cases among the vaccinated and the controls, and the absolute latitude (Colditz et al. 1994).
const TRIALS: [Trial; 13] = [
    ([4, 119], [11, 128], 44.0),
    ([6, 300], [29, 274], 55.0),
    ([3, 228], [11, 209], 42.0),
    ([62, 13_536], [248, 12_619], 52.0),
    ([33, 5_036], [47, 5_761], 13.0),
    ([180, 1_361], [372, 1_079], 44.0),
    ([8, 2_537], [10, 619], 19.0),
    ([505, 87_886], [499, 87_892], 13.0),
    ([29, 7_470], [45, 7_232], 27.0),
    ([17, 1_699], [65, 1_600], 42.0),
    ([186, 50_448], [141, 27_197], 18.0),
    ([5, 2_493], [3, 2_338], 33.0),
    ([27, 16_886], [29, 17_825], 33.0),
];

fn tables() -> Vec<TwoByTwo> {
    TRIALS.iter().map(|&(treated, control, _)| TwoByTwo::new(treated, control)).collect()
}

fn latitude(centre: f64) -> Design {
    let values: Vec<f64> = TRIALS.iter().map(|&(_, _, latitude)| latitude - centre).collect();
    Design::new().continuous("latitude", values).expect("a column")
}

/// Coefficients with standard errors, then τ², to four decimals.
fn shown<M: Measure>(fit: &Regression<M>) -> String {
    let coefficients = fit.coefficients();
    let each = coefficients.iter().map(|x| format!("{:.4} ({:.4}) ", x.estimate, x.std_error.expect("an error")));
    format!("{}{:.4}", each.collect::<String>(), fit.tau2().expect("tau2").value)
}

/// Berkey, Hoaglin, Mosteller & Colditz (1995): empirical Bayes, with log risk ratios and smoothed variances, the mean
/// odds of a non-case over the size of the arm, on latitude less 33.46.
#[test]
fn berkey_1995() {
    let risk_ratios = RiskRatio.studies(&tables()).expect("studies");
    let mean = |odds: fn(&Trial) -> f64| TRIALS.iter().map(odds).sum::<f64>() / 13.0;
    let treated = mean(|&([a, b], _, _)| b as f64 / a as f64);
    let control = mean(|&(_, [c, d], _)| d as f64 / c as f64);
    let smoothed = TRIALS.iter().map(|&([a, b], [c, d], _)| treated / (a + b) as f64 + control / (c + d) as f64);
    let studies = Studies::from_analysis(RiskRatio, risk_ratios.y().to_vec(), smoothed.collect()).expect("studies");
    let model = MetaRegression::new(PauleMandel);
    assert_eq!(shown(&model.fit(&studies, &Design::new()).expect("a fit")), "-0.5429 (0.1842) 0.2682");
    let fit = model.fit(&studies, &latitude(33.46)).expect("a fit");
    assert_eq!(shown(&fit), "-0.6303 (0.1591) -0.0268 (0.0110) 0.1572");
}

/// Van Houwelingen, Arends & Stijnen (2002): maximum likelihood, log odds ratios.
#[test]
fn van_houwelingen_2002() {
    let studies = OddsRatio.studies(&tables()).expect("studies");
    let model = MetaRegression::new(MaximumLikelihood);
    let without = model.fit(&studies, &Design::new()).expect("a fit");
    assert_eq!(shown(&without), "-0.7420 (0.1780) 0.3025");
    let fit = model.fit(&studies, &latitude(0.0)).expect("a fit");
    assert_eq!(shown(&fit), "0.3711 (0.1060) -0.0327 (0.0034) 0.0040");
    // Latitude explains nearly all of the variance between trials: 1 - 0.0040 / 0.3025.
    assert_eq!(format!("{:.1}", 100.0 * fit.r2().expect("a share")), "98.7");
    let test = fit.likelihood_ratio(&without).expect("nested");
    assert!(test.p_value() < 0.001, "latitude counts: {}", test.p_value());
}

#[test]
fn the_table_reads_well() {
    let studies = RiskRatio.studies(&tables()).expect("studies");
    let allocation = ["random", "random", "random", "random", "alternate", "alternate", "random", "random", "random"];
    let allocation = allocation.iter().chain(["systematic"; 4].iter());
    let design = latitude(0.0).factor("allocation", allocation, Coding::Treatment).expect("a factor");
    let fit = MetaRegression::new(Reml).with_inference(Inference::HartungKnapp).fit(&studies, &design).expect("a fit");
    let expected = "\
Risk ratio, meta-regression (random effects, REML, Hartung-Knapp), 13 studies
                          estimate     SE  95% CI            p
  intercept                   0.29   0.43  -0.67 to 1.26     0.509
  latitude                  -0.027  0.010  -0.050 to -0.004  0.024
  allocation[random]         -0.27   0.39  -1.14 to 0.61     0.506
  allocation[systematic]    0.0059   0.41  -0.93 to 0.94     0.989
  moderators  F(3, 9) = 3.64, p = 0.058
  tau2 0.14   I2 (from tau2) 73%   R2 54%   QE(9) = 26.20, p = 0.002";
    let found = fit.to_string();
    // Rounded figures are compared with R above; here it is the layout that counts.
    let layout = |text: &str| text.lines().map(|line| line.split_whitespace().count()).collect::<Vec<_>>();
    assert_eq!(layout(&found), layout(expected), "\n{found}");
    let multiplicative = MetaRegression::multiplicative().fit(&studies, &Design::new()).expect("a fit").to_string();
    assert!(
        multiplicative.starts_with("Risk ratio, meta-regression (multiplicative), 13 studies\n"),
        "{multiplicative}"
    );
}
