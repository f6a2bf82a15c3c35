//! What papers report, made into what is pooled: values of the R package metafor 5.1-12
//! (`tests/fixtures/effects.json`), values worked out with 30 digits, published examples and error texts.

mod absolute;
mod laws;
mod reported;

use meta_analysis::{
    BaselineRisk, BiserialFromDifference, CorrelationFromDifference, CorrelationZFromDifference,
    DifferenceFromCorrelation, DifferenceFromOddsRatio, Direction, Effect, EffectSize, Error, FiveNumbers, FromReport,
    Group, HazardRatio, Level, MeanDifference, Measure, OddsRatio, OddsRatioFromDifference, OddsRatioFromRiskRatio,
    PairedMeans, PointBiserialCorrelation, PointBiserialCorrelationZ, Reported, RiskDifferenceFromOddsRatio,
    RiskDifferenceFromRiskRatio, RiskRatio, RiskRatioFromHazardRatio, RiskRatioFromOddsRatio,
    StandardisedMeanDifference, StudyNote, TwoByTwo, TwoMeans, UnderlyingDistribution, ZeroCells,
};
use serde_json::Value;

use crate::score::json;

const TOLERANCE: f64 = 1e-10;

pub(crate) fn text<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.expect_err("an error").to_string()
}

pub(crate) fn near(computed: f64, expected: f64, tolerance: f64) -> bool {
    (computed - expected).abs() <= tolerance * expected.abs()
}

/// Asserts effect and variance.
fn check<M: Measure>(what: &str, effect: Result<Effect<M>, Error>, (y, v): (f64, f64)) {
    let effect = effect.expect(what);
    assert!(near(effect.y(), y, 1e-14), "{what}: effect {} for {y}", effect.y());
    assert!(near(effect.v(), v, 1e-13), "{what}: variance {} for {v}", effect.v());
}

/// The columns of a case.
struct Case<'a>(&'a Value);

impl Case<'_> {
    fn column(&self, part: &str, field: &str) -> Vec<Option<f64>> {
        let column = self.0[part][field].as_array().unwrap_or_else(|| panic!("{}: {field}", self.0["name"]));
        column.iter().map(Value::as_f64).collect()
    }

    fn input(&self, field: &str) -> Vec<f64> {
        self.column("input", field).into_iter().map(|x| x.expect("a number")).collect()
    }

    fn whole(&self, field: &str) -> Vec<u64> {
        self.0["input"][field].as_array().expect("a column").iter().map(|x| x.as_u64().expect("a count")).collect()
    }

    fn expected(&self, field: &str) -> Vec<f64> {
        self.column("expected", field).into_iter().map(|x| x.expect("a number")).collect()
    }
}

fn odds_ratio(y: f64) -> Effect<OddsRatio> {
    Effect::from_analysis(OddsRatio, y, 1.0).expect("an effect")
}

fn difference(y: f64) -> Effect<StandardisedMeanDifference> {
    Effect::from_analysis(StandardisedMeanDifference, y, 1.0).expect("an effect")
}

fn sizes(case: &Case<'_>) -> Vec<(u64, u64)> {
    case.whole("n1i").into_iter().zip(case.whole("n2i")).collect()
}

/// What the crate makes of a conversion of R; `None` if it is not one of this file.
fn transformed(name: &str, case: &Case<'_>) -> Option<Vec<f64>> {
    let normal = UnderlyingDistribution::Normal;
    let to_odds_ratio = |recipe: OddsRatioFromDifference| {
        case.input("x").into_iter().map(|d| recipe.effect(&difference(d)).expect("an effect").y()).collect()
    };
    let to_difference = |recipe: DifferenceFromOddsRatio| {
        case.input("x").into_iter().map(|y| recipe.effect(&odds_ratio(y)).expect("an effect").y()).collect()
    };
    let at_baseline = |convert: &dyn Fn(BaselineRisk, Effect<OddsRatio>) -> f64| {
        let risks = case.input("pc").into_iter().map(|p| BaselineRisk::new(p).expect("a risk"));
        case.input("xi").into_iter().zip(risks).map(|(y, risk)| convert(risk, odds_ratio(y))).collect()
    };
    let sized = |convert: &dyn Fn(f64, (u64, u64)) -> f64| {
        case.input("xi").into_iter().zip(sizes(case)).map(|(x, sizes)| convert(x, sizes)).collect()
    };
    Some(match name {
        "transf.dtolnor.logis" => to_odds_ratio(OddsRatioFromDifference::new()),
        "transf.dtolnor.norm" => to_odds_ratio(OddsRatioFromDifference::new().with_distribution(normal)),
        "transf.lnortod.logis" => to_difference(DifferenceFromOddsRatio::new()),
        "transf.lnortod.norm" => to_difference(DifferenceFromOddsRatio::new().with_distribution(normal)),
        "transf.dtorpb" => sized(&|d, (n1, n2)| {
            let recipe = CorrelationFromDifference::new().with_sizes(n1, n2).expect("sizes");
            recipe.effect(&difference(d)).expect("an effect").y()
        }),
        "transf.dtorbis" => sized(&|d, (n1, n2)| {
            let recipe = BiserialFromDifference::new().with_sizes(n1, n2).expect("sizes");
            recipe.effect(&difference(d)).expect("an effect").y()
        }),
        "transf.rpbtod" => sized(&|r, (n1, n2)| {
            let recipe = DifferenceFromCorrelation::new().with_sizes(n1, n2).expect("sizes");
            let r = Effect::from_analysis(PointBiserialCorrelation, r, 1.0).expect("an effect");
            recipe.effect(&r).expect("an effect").y()
        }),
        "transf.lnortorr" => {
            at_baseline(&|risk, y| RiskRatioFromOddsRatio(risk).effect(&y).expect("an effect").natural())
        }
        "transf.lnortord" => {
            at_baseline(&|risk, y| RiskDifferenceFromOddsRatio(risk).effect(&y).expect("an effect").y())
        }
        _ => return None,
    })
}

fn five_numbers(case: &Case<'_>) -> Vec<FiveNumbers> {
    let column = |field: &str| case.column("input", field);
    let (min, q1, median, q3, max) = (column("min"), column("q1"), column("median"), column("q3"), column("max"));
    (0..median.len())
        .map(|i| {
            let (n, median) = (case.whole("n")[i], median[i].expect("a median"));
            match (min[i].zip(max[i]), q1[i].zip(q3[i])) {
                (Some((min, max)), Some((q1, q3))) => FiveNumbers::new(n, [min, q1, median, q3, max]),
                (Some((min, max)), None) => FiveNumbers::from_range(n, [min, median, max]),
                (None, Some((q1, q3))) => FiveNumbers::from_quartiles(n, [q1, median, q3]),
                (None, None) => panic!("neither quartiles nor extremes"),
            }
            .expect("five numbers")
        })
        .collect()
}

/// Pairs of a computed and an expected number.
fn pairs(case: &Case<'_>, kind: &str) -> Option<Vec<(f64, f64)>> {
    let zip = |computed: Vec<f64>, field: &str| -> Vec<(f64, f64)> {
        let expected = case.expected(field);
        assert_eq!(computed.len(), expected.len(), "{}: {field}", case.0["name"]);
        computed.into_iter().zip(expected).collect()
    };
    match kind {
        "transform" => transformed(case.0["options"]["transf"].as_str()?, case).map(|found| zip(found, "y")),
        "conv.fivenum" => {
            let log_normal = case.0["options"]["dist"] == "lnorm";
            let estimate = if log_normal { FiveNumbers::log_normal } else { FiveNumbers::normal };
            let groups: Vec<Group> =
                five_numbers(case).iter().map(|five| estimate(five).expect("an estimate").group()).collect();
            let mut found = zip(groups.iter().map(Group::mean).collect(), "mean");
            found.extend(zip(groups.iter().map(Group::sd).collect(), "sd"));
            Some(found)
        }
        "conv.2x2" => {
            let association = case.0["input"]["ori"].is_array();
            let values = case.input(if association { "ori" } else { "ri" });
            // In R n2i is the number of events in both arms.
            let margins = case.whole("ni").into_iter().zip(sizes(case));
            let tables: Vec<TwoByTwo> = values
                .into_iter()
                .zip(margins)
                .map(|(x, (n, (n1, events)))| {
                    let sizes = (n1, n - n1);
                    let from = if association { TwoByTwo::from_odds_ratio } else { TwoByTwo::from_phi };
                    from(x, sizes, events).expect("a table")
                })
                .collect();
            let cell = |pick: fn(&TwoByTwo) -> u64| tables.iter().map(|table| pick(table) as f64).collect();
            let mut found = zip(cell(|t| t.treated()[0]), "ai");
            found.extend(zip(cell(|t| t.treated()[1]), "bi"));
            found.extend(zip(cell(|t| t.control()[0]), "ci"));
            found.extend(zip(cell(|t| t.control()[1]), "di"));
            Some(found)
        }
        "conv.wald" => {
            let (lower, upper, level) = (case.input("ci.lb"), case.input("ci.ub"), case.input("level"));
            let effects: Vec<Effect<RiskRatio>> = (0..level.len())
                .map(|i| {
                    let line = Reported::interval(case.input("out")[i], lower[i], upper[i]).expect("a line");
                    let level = Level::new(level[i] / 100.0).expect("a level");
                    FromReport(RiskRatio).effect(&line.with_level(level)).expect("an effect")
                })
                .collect();
            let mut found = zip(effects.iter().map(Effect::y).collect(), "yi");
            found.extend(zip(effects.iter().map(Effect::v).collect(), "vi"));
            Some(found)
        }
        _ => None,
    }
}

#[test]
fn every_conversion_of_r() {
    let file = json(include_str!("../fixtures/effects.json"));
    let (mut cases, mut compared, mut worst) = (0, 0, 0.0_f64);
    for case in file["cases"].as_array().expect("cases") {
        let Some(pairs) = case["options"]["kind"].as_str().and_then(|kind| pairs(&Case(case), kind)) else { continue };
        cases += 1;
        for (computed, expected) in pairs {
            compared += 1;
            assert!(near(computed, expected, TOLERANCE), "{}: {computed} for {expected}", case["name"]);
            worst = worst.max(((computed - expected) / expected).abs());
        }
    }
    println!("{compared} numbers of {cases} conversions compared with R, worst relative difference {worst:.1e}");
    // Three of conv.fivenum, two of conv.2x2, one of conv.wald, nine transforms.
    assert_eq!((cases, compared), (15, 62), "cases and numbers");
}

/// Where there is little spread, nothing cancels: the coefficient of variation is that of the logarithms.
#[test]
fn log_normal_moments_of_a_narrow_range() {
    let five = FiveNumbers::from_quartiles(1_000_000, [7.0 * (1.0 - 1e-9), 7.0, 7.0 * (1.0 + 1e-9)]);
    let five = five.expect("quartiles");
    let (group, logarithms) = (
        five.log_normal().expect("moments").group(),
        five.logarithms().and_then(|l| l.normal()).expect("moments").group(),
    );
    let expected = 7.0 * logarithms.sd() / (1.0 + 1.58e-6_f64).sqrt();
    assert!(near(group.sd(), expected, 1e-14), "{} for {expected}", group.sd());
    assert!(near(group.mean(), 7.0, 1e-14), "{} for 7", group.mean());
}

#[test]
fn skewness_checks() {
    let check = |five: Result<FiveNumbers, Error>| five.expect("five numbers").skewness().expect("a check");
    // With n = 25, by hand: |3 + 14 - 12| / 11, |0 + 30 - 12| / 30.
    let quartiles = check(FiveNumbers::from_quartiles(25, [3.0, 6.0, 14.0]));
    assert!(near(quartiles.statistic(), 5.0 / 11.0, 1e-15), "T2 {}", quartiles.statistic());
    assert!(near(quartiles.critical_value(), 0.522_528, 1e-14), "its critical value {}", quartiles.critical_value());
    assert!(!quartiles.contradicts_normality(), "0.45 is below 0.52");
    let range = check(FiveNumbers::from_range(25, [0.0, 6.0, 30.0]));
    assert!(near(range.statistic(), 0.6, 1e-15), "T1 {}", range.statistic());
    assert!(near(range.critical_value(), 0.379_875_815_433_385_2, 1e-14), "its critical value");
    assert!(range.contradicts_normality(), "0.6 is above 0.38");
    let both = check(FiveNumbers::new(25, [0.0, 3.0, 6.0, 14.0, 30.0]));
    assert!(near(both.statistic(), 0.6 * 1.435_266_606_584_171_3, 1e-14), "T3 {}", both.statistic());
    assert!(near(both.critical_value(), 0.591_497_6, 1e-14), "its critical value");
    assert!(both.contradicts_normality(), "0.86 is above 0.59");
    // On the scale of the logarithms the same quantiles are nearly symmetric.
    let logarithms =
        FiveNumbers::from_quartiles(25, [3.0, 6.0, 14.0]).expect("quartiles").log_normal().expect("moments");
    let statistic = (14.0_f64.ln() + 3.0_f64.ln() - 2.0 * 6.0_f64.ln()) / (14.0_f64.ln() - 3.0_f64.ln());
    assert!(near(logarithms.skewness().expect("a check").statistic(), statistic, 1e-13), "of the logarithms");
    assert_eq!(FiveNumbers::from_range(4, [1.0, 2.0, 9.0]).expect("a range").skewness(), None, "four patients");
}

/// The 95th percentiles of the statistics in normal samples, simulated with numpy (100,000 samples up to n = 101).
#[test]
fn critical_values_are_those_of_normal_samples() {
    let simulated = [
        (5, [0.7797, 0.9461, 1.0151]),
        (9, [0.5871, 0.7990, 0.9055]),
        (25, [0.3746, 0.5139, 0.5880]),
        (101, [0.2361, 0.2616, 0.2923]),
        (1001, [0.1481, 0.0841, 0.0932]),
    ];
    for (n, [range, quartiles, both]) in simulated {
        let critical = |five: Result<FiveNumbers, Error>| {
            five.expect("five numbers").skewness().expect("a check").critical_value()
        };
        for (found, expected) in [
            (critical(FiveNumbers::from_range(n, [0.0, 1.0, 2.0])), range),
            (critical(FiveNumbers::from_quartiles(n, [0.0, 1.0, 2.0])), quartiles),
            (critical(FiveNumbers::new(n, [0.0, 1.0, 2.0, 3.0, 4.0])), both),
        ] {
            assert!(near(found, expected, 0.04), "n = {n}: {found} for {expected}");
        }
    }
}

#[test]
fn five_number_errors() {
    let quartiles = |n, three| text(FiveNumbers::from_quartiles(n, three).and_then(|five| five.normal()));
    assert_eq!(quartiles(1, [1.0, 2.0, 3.0]), "the single arm must have at least 2 patients, but has 1");
    assert_eq!(quartiles(9, [1.0, f64::NAN, 3.0]), "the median must be finite, but is NaN");
    assert_eq!(
        quartiles(9, [4.0, 2.0, 3.0]),
        "the lower quartile and median must not be in descending order, but are 4 and 2"
    );
    assert_eq!(quartiles(9, [2.0, 2.0, 2.0]), "the standard deviation must be positive and finite, but is 0");
    assert_eq!(
        text(FiveNumbers::new(9, [1.0, 2.0, 3.0, 9.0, 4.0])),
        "the upper quartile and maximum must not be in descending order, but are 9 and 4"
    );
    assert_eq!(text(FiveNumbers::from_range(9, [f64::INFINITY, 2.0, 3.0])), "the minimum must be finite, but is inf");
    let log_normal = |three| text(FiveNumbers::from_range(9, three).and_then(|five| five.log_normal()));
    assert_eq!(log_normal([0.0, 2.0, 3.0]), "the minimum must be positive and finite, but is 0");
    assert_eq!(log_normal([1e-300, 2.0, 1e300]), "the mean is outside the range of floating-point numbers");
}

#[test]
fn arms() {
    // 2 4 9, 1 5 and 7 7 10 12: mean 57/9, sum of squares 469 - 57²/9.
    let group = |data: &[f64]| {
        let n = data.len() as f64;
        let mean = data.iter().sum::<f64>() / n;
        let ss: f64 = data.iter().map(|x| (x - mean) * (x - mean)).sum();
        Group::new(data.len() as u64, mean, (ss / (n - 1.0)).sqrt()).expect("a group")
    };
    let all = group(&[2.0, 4.0, 9.0]).combine([group(&[1.0, 5.0]), group(&[7.0, 7.0, 10.0, 12.0])]).expect("a group");
    assert_eq!(all.n(), 9, "patients");
    assert!(near(all.mean(), 57.0 / 9.0, 1e-15), "mean {}", all.mean());
    assert!(near(all.sd(), (108.0_f64 / 8.0).sqrt(), 1e-15), "standard deviation {}", all.sd());
    let alone = Group::new(7, 3.3, 1.7).expect("a group");
    assert_eq!(alone.combine([]).expect("a group"), alone, "one arm stays as it is");

    let rows = TwoByTwo::combine_arms([[1, 9], [4, 16], [0, 3]]).expect("a row");
    assert_eq!(rows, [5, 28], "rows are added");
    let shares: Vec<_> = TwoByTwo::split_arm([7, 35], 4).expect("shares").collect();
    assert_eq!(
        shares,
        [[2, 9], [2, 9], [2, 8], [1, 9]],
        "the rest of the non-events goes on where that of the events ends"
    );

    let large = Group::new(u64::MAX, 0.0, 1.0).expect("a group");
    assert_eq!(text(large.combine([large])), "the number of patients is outside the range of floating-point numbers");
    assert_eq!(text(TwoByTwo::combine_arms([[u64::MAX, 0], [1, 0]])), text(large.combine([large])));
    let few = Group::new(5, 0.0, 1.0).expect("a group");
    let split = |group: Group, m| text(group.split(m).map(|_| ()));
    assert_eq!(split(few, 0), "the number of comparisons must be positive and finite, but is 0");
    assert_eq!(split(few, 3), "the shared arm must have at least 2 patients, but has 1");
    let split = |row, m| text(TwoByTwo::split_arm(row, m).map(|_| ()));
    assert_eq!(split([1, 1], 3), "the shared arm must have at least 1 patients, but has 0");
    assert_eq!(split([1, 1], 0), "the number of comparisons must be positive and finite, but is 0");
    assert_eq!(text(Group::new(3, 1.0, -2.0)), "the standard deviation must be positive and finite, but is -2");
}

#[test]
fn changes_from_baseline() {
    // Cochrane Handbook, table 6.5.a: correlations 0.78 and 0.82.
    let change = |n, after, before, sd| PairedMeans::from_change_sd(n, after, before, sd).expect("a study");
    let treated = change(129, (16.2, 7.1), (15.2, 6.4), 4.5);
    let control = change(135, (17.2, 6.9), (15.7, 7.0), 4.2);
    assert!(near(treated.correlation(), (40.96 + 50.41 - 20.25) / 90.88, 1e-14), "0.78: {}", treated.correlation());
    assert!(near(control.correlation(), (49.0 + 47.61 - 17.64) / 96.6, 1e-14), "0.82: {}", control.correlation());
    let (treated, control) = (treated.change().expect("changes"), control.change().expect("changes"));
    let effect = MeanDifference.effect(&TwoMeans::from_groups(treated, control)).expect("an effect");
    assert!(near(effect.y(), -0.5, 1e-14), "difference of changes {}", effect.y());
    assert!(near(effect.v(), 20.25 / 129.0 + 17.64 / 135.0, 1e-13), "variance {}", effect.v());
    let same = PairedMeans::new(9, (1.0, 2.0), (0.0, 2.0), 1.0).expect("a study");
    assert_eq!(text(same.change()), "the standard deviation must be positive and finite, but is 0");
    let far = PairedMeans::new(9, (1e308, 2.0), (-1e308, 2.0), 0.0).expect("a study");
    assert_eq!(text(far.change()), "the mean change is outside the range of floating-point numbers");
    let wide = PairedMeans::new(9, (1.0, 1.5e308), (0.0, 1.5e308), -1.0).expect("a study");
    assert_eq!(
        text(wide.change()),
        "the standard deviation of the changes is outside the range of floating-point numbers"
    );
}

#[test]
fn tables_from_margins() {
    let positive = Direction::Positive;
    // 18 of 40 and 12 of 45: chi-squared 85 (18 * 33 - 22 * 12)² / (40 * 45 * 30 * 55) = 3.117; phi 0.1915.
    let table = TwoByTwo::from_chi_squared(3.117, positive, (40, 45), 30).expect("a table");
    assert_eq!(table, TwoByTwo::new([18, 22], [12, 33]), "from chi-squared");
    let turned = TwoByTwo::from_chi_squared(3.117, Direction::Negative, (45, 40), 30).expect("a table");
    assert_eq!(turned, TwoByTwo::new([12, 33], [18, 22]), "with the arms exchanged");
    // The ends: all events on one side.
    assert_eq!(TwoByTwo::from_odds_ratio(1e300, (10, 10), 5).expect("a table"), TwoByTwo::new([5, 5], [0, 10]));
    assert_eq!(TwoByTwo::from_odds_ratio(1e-300, (10, 10), 15).expect("a table"), TwoByTwo::new([5, 5], [10, 0]));
    assert_eq!(TwoByTwo::from_odds_ratio(2.0, (0, 0), 0).expect("a table"), TwoByTwo::new([0, 0], [0, 0]));
    assert_eq!(
        text(TwoByTwo::from_odds_ratio(0.0, (10, 10), 5)),
        "the odds ratio must be positive and finite, but is 0"
    );
    assert_eq!(
        text(TwoByTwo::from_odds_ratio(2.0, (10, 10), 25)),
        "the combined arm must not have more events than patients, but has 25 of 20"
    );
    assert_eq!(
        text(TwoByTwo::from_odds_ratio(2.0, (u64::MAX, 1), 25)),
        "the number of patients is outside the range of floating-point numbers"
    );
    assert_eq!(text(TwoByTwo::from_phi(1.2, (10, 10), 5)), "the phi coefficient must lie between -1 and 1, but is 1.2");
    // With 4 of 20 patients having the event, all 4 treated: (4 * 10 - 6 * 0) / √(10 * 10 * 4 * 16) = 0.5.
    assert_eq!(
        text(TwoByTwo::from_phi(0.9, (10, 10), 4)),
        "the phi coefficient must lie between -0.5 and 0.5, but is 0.9"
    );
    assert_eq!(
        text(TwoByTwo::from_phi(0.1, (10, 10), 0)),
        "the phi coefficient is not estimable: a margin of the table is empty"
    );
    let chi_squared = |x| text(TwoByTwo::from_chi_squared(x, positive, (10, 10), 4));
    assert_eq!(chi_squared(-1.0), "the chi-squared statistic must not be negative, but is -1");
    assert_eq!(chi_squared(f64::NAN), "the chi-squared statistic must be finite, but is NaN");
}

#[test]
fn conversions_with_their_variances() {
    let d = Effect::from_analysis(StandardisedMeanDifference, 0.3, 0.09).expect("an effect");
    let sized = |recipe: CorrelationFromDifference| recipe.with_sizes(25, 20).expect("sizes");
    check(
        "correlation",
        sized(CorrelationFromDifference::new()).effect(&d),
        (0.150_755_672_288_881_81, 0.021_705_954_169_797_145),
    );
    let z = CorrelationZFromDifference::new().with_sizes(25, 20).expect("sizes").effect(&d);
    check("Fisher's z", z, (0.151_913_592_025_826_8, 1.0 / 44.0));
    let biserial = BiserialFromDifference::new().with_sizes(25, 20).expect("sizes").effect(&d);
    check("biserial", biserial, (0.189_615_822_525_042_35, 0.034_338_451_508_660_96));
    let r = Effect::from_analysis(PointBiserialCorrelation, 0.5, 0.01).expect("an effect");
    let to_d = DifferenceFromCorrelation::new().with_sizes(25, 20).expect("sizes");
    check("difference", to_d.effect(&r), (1.135_781_669_160_054_7, 0.091_733_333_333_333_33));
    let z = Effect::from_analysis(PointBiserialCorrelationZ, 0.5_f64.atanh(), 0.01 / 0.75 / 0.75).expect("an effect");
    check("difference from z", to_d.effect(&z), (1.135_781_669_160_054_7, 0.091_733_333_333_333_33));

    let risk = |p| BaselineRisk::new(p).expect("a risk");
    let ratio = |y| Effect::from_analysis(OddsRatio, y, 0.1).expect("an effect");
    for (y, p, ratio_values, difference_values) in [
        (
            -1.0,
            0.1,
            (-0.934_701_664_001_166_3, 0.092_300_155_540_519_01),
            (-0.060_729_699_449_949_43, 0.000_142_341_285_306_210_42),
        ),
        (
            0.3,
            0.4,
            (0.169_021_280_022_204_18, 0.027_703_575_893_802_857),
            (0.073_658_134_917_971_24, 0.006_215_353_456_068_349),
        ),
        (50.0, 0.4, (0.916_290_731_874_155_1, 8.370_170_946_046_881e-45), (0.6, 8.370_170_946_046_881e-45)),
    ] {
        check("risk ratio", RiskRatioFromOddsRatio(risk(p)).effect(&ratio(y)), ratio_values);
        check("risk difference", RiskDifferenceFromOddsRatio(risk(p)).effect(&ratio(y)), difference_values);
    }
    let doubled = Effect::from_analysis(RiskRatio, 2.0_f64.ln(), 0.1).expect("an effect");
    let odds = OddsRatioFromRiskRatio(risk(0.2)).effect(&doubled);
    check("odds ratio", odds, (0.980_829_253_011_726_2, 0.277_777_777_777_777_8));
    check("risk difference", RiskDifferenceFromRiskRatio(risk(0.2)).effect(&doubled), (0.2, 0.016));
    let halved = Effect::from_analysis(HazardRatio, 0.5_f64.ln(), 0.1).expect("an effect");
    let survival = BaselineRisk::from_survival(0.64).expect("a risk");
    let ratio = RiskRatioFromHazardRatio(survival).effect(&halved);
    check("risk ratio", ratio, (-0.587_786_664_902_119_1, 0.079_668_871_188_987_78));

    assert_eq!(
        text(OddsRatioFromRiskRatio(risk(0.6)).effect(&doubled)),
        "the odds ratio is not estimable: at this baseline risk the risk ratio takes the risk beyond 1"
    );
    assert_eq!(
        text(RiskDifferenceFromRiskRatio(risk(0.6)).effect(&doubled)),
        "the risk difference is not estimable: at this baseline risk the risk ratio takes the risk beyond 1"
    );
    let beyond = Effect::from_analysis(PointBiserialCorrelation, 1.5, 0.01).expect("an effect");
    assert_eq!(
        text(DifferenceFromCorrelation::new().effect(&beyond)),
        "the correlation must lie between -1 and 1, but is 1.5"
    );
    assert_eq!(
        text(CorrelationFromDifference::new().with_sizes(1, 9)),
        "the treated arm must have at least 2 patients, but has 1"
    );
    let noted = OddsRatio.effect(&TwoByTwo::new([0, 9], [3, 6])).expect("an effect");
    let converted = DifferenceFromOddsRatio::new().effect(&noted).expect("an effect");
    assert_eq!(
        converted.note(),
        Some(StudyNote::ZeroCellsCorrected(ZeroCells::HALF)),
        "what was done to a study stays with it"
    );
}

#[test]
fn baseline_risks() {
    for value in [0.0, 1.0, -0.1, 1e-17 + 1.0, f64::NAN, f64::INFINITY] {
        let expected = format!("the baseline risk must lie between 0 and 1, both excluded, but is {value}");
        assert_eq!(text(BaselineRisk::new(value)), expected);
    }
    assert_eq!(
        text(BaselineRisk::from_events(0, 0)),
        "the baseline risk must lie between 0 and 1, both excluded, but is NaN"
    );
    assert_eq!(
        text(BaselineRisk::from_survival(1.0)),
        "the baseline risk must lie between 0 and 1, both excluded, but is 0"
    );
    assert_eq!(BaselineRisk::from_survival(0.64).expect("a risk").survival(), 0.64, "survival is kept as given");
}
