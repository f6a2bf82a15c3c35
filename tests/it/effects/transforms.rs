//! R's `transf.*` functions: links of measures, readings of a standardised difference, natural-scale means and modes.

use meta_analysis::{
    ArcsineProportion, BonettAlpha, DifferenceReadings, FisherZ, FreemanTukeyProportion, FreemanTukeyRate,
    HakstianWhalenAlpha, Link, LogitProportion, Measure, MultipleCorrelationFisherZ, RiskRatio, SquareRootRate,
    TrueEffects,
};
use serde_json::Value;

use crate::score::json;

const TOLERANCE: f64 = 1e-13;
/// How many numbers are compared, and the conversions between measures, which are compared elsewhere.
const COMPARED: usize = 97;
const CONVERSIONS: &[&str] = &[
    "dtolnor.norm",
    "dtolnor.logis",
    "lnortod.norm",
    "lnortod.logis",
    "dtorpb",
    "dtorbis",
    "rpbtod",
    "lnortorr",
    "lnortord",
];

/// DIFFERENCE: R's modes come from an optimiser that stops within 1e-4, also at an end of the scale where the density
/// is infinite and there is no peak. Exact peaks from mpmath with 25 digits: roots of (y - μ)/τ² + g''(y)/g'(y).
const PEAKS: &[(&str, f64, Option<f64>)] = &[
    ("ztor.mode", 0.2, Some(0.218_257_533_871)),
    ("ztor.mode", 0.8, Some(0.701_447_676_181)),
    ("iarcsin.mode", 0.2, None),
    ("iarcsin.mode", 0.8, Some(0.518_250_269_534)),
    ("iahw.mode", 0.2, Some(0.731_727_553_89)),
    ("iahw.mode", 0.8, None),
    ("iabt.mode", 0.2, Some(0.221_199_216_929)),
    ("iabt.mode", 0.8, Some(0.572_585_068_051)),
];

#[test]
fn every_transform_of_r() {
    let file = json(include_str!("../../fixtures/effects.json"));
    let (mut compared, mut conversions, mut failures) = (0, 0, Vec::new());
    let cases = file["cases"].as_array().expect("cases").iter();
    for case in cases.filter(|case| case["options"]["kind"] == "transform") {
        let name = case["options"]["transf"].as_str().and_then(|name| name.strip_prefix("transf.")).expect("a name");
        if CONVERSIONS.contains(&name) {
            conversions += 1;
            continue;
        }
        let tolerance = case["expected"]["tol"].as_f64().unwrap_or(TOLERANCE);
        for (i, expected) in case["expected"]["y"].as_array().expect("results").iter().enumerate() {
            compared += 1;
            let input = |column: &str| case["input"][column][i].as_f64();
            let x = input("x").or_else(|| input("xi")).expect("an argument");
            let size = input("ni").or_else(|| input("ti"));
            let computed = transform(name, x, size, case["options"]["tau2"].as_f64());
            let of_r = expected.as_f64().expect("a number");
            let fine = match PEAKS.iter().find(|(peak, at, _)| *peak == name && *at == x) {
                Some((_, _, None)) => computed.is_none(),
                Some((_, _, Some(exact))) => near(computed, *exact, 1e-9) && near(Some(of_r), *exact, 1e-4),
                None => near(computed, of_r, tolerance),
            };
            if !fine {
                failures.push(format!("{name} of {x}: computed {computed:?}, R {of_r}"));
            }
        }
    }
    println!("{compared} transforms compared with R");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
    assert_eq!((compared, conversions), (COMPARED, CONVERSIONS.len()), "transforms (compared, conversions)");
}

fn near(computed: Option<f64>, expected: f64, tolerance: f64) -> bool {
    computed.is_some_and(|computed| (computed - expected).abs() <= tolerance * expected.abs().max(1e-3))
}

fn transform(name: &str, x: f64, size: Option<f64>, tau2: Option<f64>) -> Option<f64> {
    if let Some(tau2) = tau2 {
        return natural_scale(name, x, tau2);
    }
    let to = |link: Link| Some(link.to_analysis(x));
    let from = |link: Link| Some(link.to_natural(x));
    let of_total = |n: Option<f64>| FreemanTukeyProportion::of_total(n.expect("a size")).expect("a measure").link();
    let of_time = |t: Option<f64>| FreemanTukeyRate::of_time(t.expect("a time")).expect("a measure").link();
    let reading = |read: fn(&DifferenceReadings) -> f64| Some(read(&DifferenceReadings::new(x).expect("finite")));
    match name {
        "rtoz" => to(FisherZ.link()),
        "ztor" => from(FisherZ.link()),
        "logit" => to(LogitProportion::new().link()),
        "ilogit" => from(LogitProportion::new().link()),
        "arcsin" => to(ArcsineProportion::new().link()),
        "iarcsin" => from(ArcsineProportion::new().link()),
        "isqrt" => from(SquareRootRate::new().link()),
        "ahw" => to(HakstianWhalenAlpha.link()),
        "iahw" => from(HakstianWhalenAlpha.link()),
        "abt" => to(BonettAlpha.link()),
        "iabt" => from(BonettAlpha.link()),
        "r2toz" => to(MultipleCorrelationFisherZ.link()),
        "ztor2" => from(MultipleCorrelationFisherZ.link()),
        "pft" => to(of_total(size)),
        "ipft" => from(of_total(size)),
        "irft" => to(of_time(size)),
        "iirft" => from(of_time(size)),
        "dtou1" => reading(DifferenceReadings::non_overlap),
        "dtou2" => reading(DifferenceReadings::above_same_share),
        "dtou3" => reading(DifferenceReadings::above_control_mean),
        "dtocles" => reading(DifferenceReadings::probability_of_superiority),
        "dtoovl" => reading(DifferenceReadings::overlap),
        "dtobesd" => reading(DifferenceReadings::success_rate),
        "clestod" => DifferenceReadings::from_probability_of_superiority(x).ok().map(|readings| readings.difference()),
        other => panic!("nobody knows {other}"),
    }
}

fn natural_scale(name: &str, mu: f64, tau2: f64) -> Option<f64> {
    fn of<M: Measure>(measure: M, mu: f64, tau2: f64, mode: bool) -> Option<f64> {
        let effects = TrueEffects::new(measure, mu, tau2).expect("a distribution");
        if mode { effects.mode() } else { effects.mean() }
    }
    let (link, what) = name.split_once('.').expect("two words");
    let mode = what == "mode";
    match link {
        "ztor" => of(FisherZ, mu, tau2, mode),
        "ilogit" => of(LogitProportion::new(), mu, tau2, mode),
        "iarcsin" => of(ArcsineProportion::new(), mu, tau2, mode),
        "exp" => of(RiskRatio, mu, tau2, mode),
        "iahw" => of(HakstianWhalenAlpha, mu, tau2, mode),
        "iabt" => of(BonettAlpha, mu, tau2, mode),
        other => panic!("nobody knows {other}"),
    }
}

/// Closed forms: exp(μ + τ²/2) for a logarithm, 1 - exp(-μ + τ²/2) for Bonett's transform, and for the cube root
/// E (1 - (1 - Y)³) over a normal cut at 1, from mpmath with 30 digits.
#[test]
fn means_on_the_natural_scale_are_exact() {
    for (mu, tau2) in [(-2.3_f64, 0.5_f64), (0.2, 1e-8), (1.0, 9.0), (-40.0, 4.0), (3.0, 200.0)] {
        let mean = TrueEffects::new(RiskRatio, mu, tau2).expect("valid").mean().expect("a mean");
        assert!((mean / (mu + 0.5 * tau2).exp() - 1.0).abs() < 1e-10, "log: {mu} {tau2}: {mean}");
        let mean = TrueEffects::new(BonettAlpha, mu, tau2).expect("valid").mean().expect("a mean");
        let exact = -(-mu + 0.5 * tau2).exp_m1();
        assert!((mean / exact - 1.0).abs() < 1e-9, "Bonett: {mu} {tau2}: {mean} for {exact}");
    }
    assert_eq!(TrueEffects::new(RiskRatio, 0.0, 1e4).expect("valid").mean(), None, "beyond the largest number");
    let far = TrueEffects::new(ArcsineProportion::new(), -50.0, 0.01).expect("valid").mean().expect("a mean");
    assert!(far > 0.0 && far < 1e-6, "the part of the distribution on the scale is at its end: {far}");
}

#[test]
fn readings_and_modes_at_the_edges() {
    let of = |mu: f64, tau2| TrueEffects::new(meta_analysis::MeanDifference, mu, tau2).expect("valid");
    for (mu, tau2) in [(0.0, 1.0), (-3.0, 1e-6), (1e6, 4.0)] {
        let near = |found: Option<f64>| found.is_some_and(|x| (x - mu).abs() <= 1e-11 * mu.abs() + 1e-6 * tau2);
        assert!(near(of(mu, tau2).mean()) && near(of(mu, tau2).mode()), "a normal distribution stays as it is: {mu}");
    }
    assert_eq!((of(0.5, 0.0).mean(), of(0.5, 0.0).mode()), (Some(0.5), Some(0.5)), "without heterogeneity");
    // U1 of a tiny d is 2 φ(0) d, by hand; the larger share of a large d is 1 - 1/d².
    let tiny = DifferenceReadings::new(1e-10).expect("finite").non_overlap();
    assert!((tiny / 7.978_845_608_028_654e-11 - 1.0).abs() < 1e-9, "U1 = {tiny:e}");
    let large = DifferenceReadings::new(-1e9).expect("finite").success_rate();
    assert!((large / 1e-18 - 1.0).abs() < 1e-15, "the rate of success of the worse arm: {large:e}");
}

#[test]
fn errors_of_natural_scale_distributions() {
    let text = |mu, tau2| TrueEffects::new(RiskRatio, mu, tau2).expect_err("invalid").to_string();
    assert_eq!(text(f64::NAN, 0.1), "the mean effect must be finite, but is NaN");
    assert_eq!(text(0.1, -0.1), "tau2 must be at least 0 and finite, but is -0.1");
    let text = |p| DifferenceReadings::from_probability_of_superiority(p).expect_err("invalid").to_string();
    assert_eq!(
        text(1.0),
        "a probability of superiority of 1 is outside the range of its scale (0 to 1, both excluded)"
    );
    let text = DifferenceReadings::new(f64::INFINITY).expect_err("invalid").to_string();
    assert_eq!(text, "the difference must be finite, but is inf");
}

/// Wald interval and test of one study.
#[test]
fn every_summary_of_r() {
    use meta_analysis::{Effect, Level, MeanDifference};
    let file = json(include_str!("../../fixtures/effects.json"));
    let cases = file["cases"].as_array().expect("cases").iter();
    let (mut summaries, mut compared) = (0, 0);
    for case in cases.filter(|case| case["options"]["kind"] == "summary") {
        summaries += 1;
        let (options, expected) = (&case["options"], &case["expected"]);
        let level = Level::new(options["level"].as_f64().expect("a level") / 100.0).expect("a level");
        let null = options["H0"].as_f64().unwrap_or(0.0);
        for i in 0..case["input"]["yi"].as_array().expect("effects").len() {
            let input = |column: &str| case["input"][column][i].as_f64().expect("a number");
            let difference = Effect::from_analysis(MeanDifference, input("yi"), input("vi")).expect("an effect");
            let ratio = Effect::from_analysis(RiskRatio, input("yi"), input("vi")).expect("an effect");
            let (estimate, interval) = if options["transf"] == "exp" {
                (ratio.natural(), ratio.interval(level))
            } else {
                (difference.natural(), difference.interval(level))
            };
            let test = difference.test(null).expect("a test");
            for (field, computed) in [
                ("yi", estimate),
                ("ci_lb", interval.lower),
                ("ci_ub", interval.upper),
                ("sei", difference.std_error()),
                ("zi", test.statistic),
                ("pval", test.p_value()),
            ] {
                let column: &Value = &expected[field];
                if column.is_null() {
                    continue;
                }
                compared += 1;
                let of_r = column[i].as_f64().expect("a number");
                // R's normal tails are good to 1e-12 or so of the smallest p-values.
                assert!(
                    near(Some(computed), of_r, 1e-12),
                    "{} {field} of study {}: {computed}, R {of_r}",
                    case["name"],
                    i + 1
                );
            }
        }
    }
    assert_eq!((summaries, compared), (5, 13 * (4 * 6 + 3)), "summaries and numbers in them");
}
