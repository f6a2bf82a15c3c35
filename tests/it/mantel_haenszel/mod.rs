//! Values of the R packages metafor 5.1-12 and meta 8.4-0 (`tests/fixtures/mantel_haenszel.json`): every field of every case,
//! within 1e-9.

use meta_analysis::{
    AnyMeasure, BreslowDay, ChiSquaredTest, CochranMantelHaenszel, CorrectedStudies, Effect, EffectSize, Error,
    FromPersonTime, FromTable, Level, MantelHaenszel, MantelHaenszelMeasure, MantelHaenszelVariance, OddsRatio,
    PersonTime, PersonTimeMeasure, Pool, Pooled, RateDifference, RateRatio, RiskDifference, RiskRatio, Stratum,
    Studies, TableRecipe, TwoByTwo, ZeroCells,
};
use serde_json::Value;

use crate::score::{floats, json};

mod meta;

const TOLERANCE: f64 = 1e-9;
/// How many numbers are compared, and how many are not: what was put in, what R leaves undefined, and errors that are
/// infinite in R.
const COMPARED: usize = 28_533;
const APART: usize = 502;

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) compared: usize,
    pub(crate) apart: usize,
    /// The largest relative error.
    pub(crate) worst: f64,
    pub(crate) failures: Vec<String>,
}

impl Tally {
    /// Compares a number, or that both sides say it is undefined.
    pub(crate) fn check(&mut self, what: &str, computed: Option<f64>, expected: &Value, scale: f64) {
        self.compared += 1;
        let expected_number = match expected.as_str() {
            Some("Inf") => Some(f64::INFINITY),
            Some("-Inf") => Some(f64::NEG_INFINITY),
            _ => expected.as_f64(),
        };
        let fine = match (computed, expected_number) {
            (Some(a), Some(b)) => a == b || (a - b).abs() <= TOLERANCE * b.abs().max(scale),
            (None, None) => true,
            _ => false,
        };
        if let (Some(a), Some(b)) = (computed, expected_number) {
            let error = (a - b).abs() / b.abs().max(scale);
            self.worst = if error.is_finite() { self.worst.max(error) } else { self.worst };
        }
        if !fine {
            self.failures.push(format!("{what}: computed {computed:?}, R {expected}"));
        }
    }

    pub(crate) fn finish(self, numbers: (usize, usize)) {
        let Self { compared, apart, worst, failures } = self;
        println!("{compared} values compared with R, worst error {worst:.1e}, {apart} not compared");
        assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures[..failures.len().min(60)].join("\n"));
        assert_eq!((compared, apart), numbers, "values (compared, apart)");
    }
}

#[test]
fn every_value_of_r() {
    let file = json(include_str!("../../fixtures/mantel_haenszel.json"));
    let mut tally = Tally::default();
    for case in file["cases"].as_array().expect("cases") {
        let options = &case["options"];
        match (options["fn"].as_str().expect("a function"), options["measure"].as_str()) {
            ("rma.mh", Some("OR")) => rma_mh(&mut tally, case, MantelHaenszel::new(OddsRatio)),
            ("rma.mh", Some("RR")) => rma_mh(&mut tally, case, MantelHaenszel::new(RiskRatio)),
            ("rma.mh", Some("RD")) => {
                let model = MantelHaenszel::new(RiskDifference).with_variance(MantelHaenszelVariance::Sato);
                rma_mh(&mut tally, case, model);
            }
            ("rma.mh", Some("IRR")) => rma_mh_rates(&mut tally, case, MantelHaenszel::new(RateRatio), RateRatio),
            ("rma.mh", Some("IRD")) => {
                rma_mh_rates(&mut tally, case, MantelHaenszel::new(RateDifference), RateDifference);
            }
            ("metabin", None) => meta::metabin(&mut tally, case),
            ("metacont", None) => meta::metacont(&mut tally, case),
            other => panic!("nobody looks at {other:?}"),
        }
    }
    tally.finish((COMPARED, APART));
}

pub(crate) fn name(case: &Value) -> &str {
    case["name"].as_str().expect("a name")
}

/// `[events, non-events]` columns.
pub(crate) fn tables(input: &Value) -> Vec<TwoByTwo> {
    let count = |column: &str, i: usize| input[column][i].as_u64().expect("a count");
    let k = input["ai"].as_array().expect("a column").len();
    (0..k).map(|i| TwoByTwo::new([count("ai", i), count("bi", i)], [count("ci", i), count("di", i)])).collect()
}

pub(crate) fn level(options: &Value) -> Level {
    Level::new(options["level"].as_f64().map_or(0.95, |percent| percent / 100.0)).expect("a level")
}

/// The policies of metafor's two-entry `add` and `to`: for the effects of the studies, and for the pooled computation. By
/// default metafor leaves double zeros out of the former and not of the latter; `drop00` with one entry repeats that.
pub(crate) fn metafor_policies(options: &Value) -> [ZeroCells; 2] {
    let policy = |i: usize, add: f64, to: &str| {
        let add = options["add"][i].as_f64().unwrap_or(add);
        let to = options["to"][i].as_str().unwrap_or(to);
        if add == 0.0 {
            return ZeroCells::NONE;
        }
        let policy = ZeroCells::constant(add).expect("positive");
        match to {
            "none" => ZeroCells::NONE,
            "only0" => policy,
            "all" => policy.in_studies(CorrectedStudies::All),
            "if0all" => policy.in_studies(CorrectedStudies::AllIfAny),
            other => panic!("unknown {other}"),
        }
    };
    [policy(0, 0.5, "only0").excluding_double_zeros(), policy(1, 0.0, "none").keeping_double_zeros()]
}

fn rma_mh<M: MantelHaenszelMeasure + TableRecipe<Measure = M>>(
    tally: &mut Tally,
    case: &Value,
    model: MantelHaenszel<M>,
) where
    FromTable<M>: EffectSize<TwoByTwo, Measure = M>,
    MantelHaenszel<M>: Pool<Vec<TwoByTwo>, Output = Pooled<M>>,
    Vec<TwoByTwo>: meta_analysis::StudyData<M, f64>,
{
    let (options, tables) = (&case["options"], tables(&case["input"]));
    let [effects, sums] = metafor_policies(options);
    let model = model.with_zero_cells(effects).with_zero_cells_in_sums(sums).with_level(level(options));
    let pooled = model.pool(&tables).expect("a result");
    let weights = pooled.weights(&tables).expect("weights");
    let measure = pooled.measure();
    let studies = FromTable::new(measure).with_zero_cells(effects).studies(&tables).expect("effects");
    // Only an odds ratio has these tests.
    let tests = (options["measure"] == "OR").then(|| {
        let (plain, corrected) = (BreslowDay::new().without_tarone_correction(), BreslowDay::new());
        let result = |test: BreslowDay| test.with_zero_cells(sums).test(&tables).expect("a test");
        [association(options, &tables, sums), result(plain), result(corrected)]
    });
    rma_mh_fields(tally, case, &pooled.erase(), &weights, &studies.erase(), tests);
}

fn rma_mh_rates<M>(tally: &mut Tally, case: &Value, model: MantelHaenszel<M>, measure: M)
where
    M: PersonTimeMeasure + meta_analysis::MantelHaenszelSums<Data = PersonTime>,
{
    let (options, input) = (&case["options"], &case["input"]);
    let count = |column: &str, i: usize| input[column][i].as_u64().expect("a count");
    let (t1, t2) = (floats(&input["t1i"]), floats(&input["t2i"]));
    let rows = (0..t1.len()).map(|i| ((count("x1i", i), t1[i]), (count("x2i", i), t2[i])));
    let data = PersonTime::from_rows(rows).expect("valid data");
    let [effects, sums] = metafor_policies(options);
    let model = model.with_zero_cells(effects).with_zero_cells_in_sums(sums).with_level(level(options));
    let pooled = model.pool(&data).expect("a result");
    let weights = pooled.weights(&data).expect("weights");
    let studies = FromPersonTime::new(measure).with_zero_cells(effects).studies(&data).expect("effects");
    let tests = (options["measure"] == "IRR").then(|| {
        let test = association(options, &data, sums);
        [test, test, test]
    });
    rma_mh_fields(tally, case, &pooled.erase(), &weights, &studies.erase(), tests);
}

fn association<D: Stratum>(options: &Value, data: &Vec<D>, sums: ZeroCells) -> ChiSquaredTest {
    let test = CochranMantelHaenszel::new().with_zero_cells(sums);
    let test = if options["correct"] == false { test.without_continuity_correction() } else { test };
    test.test(data).expect("a test")
}

fn rma_mh_fields(
    tally: &mut Tally,
    case: &Value,
    pooled: &Pooled<AnyMeasure>,
    weights: &[f64],
    studies: &Studies<AnyMeasure>,
    tests: Option<[ChiSquaredTest; 3]>,
) {
    let (rates, h) = (case["options"]["measure"] == "IRR", pooled.heterogeneity());
    let [association, breslow_day, tarone] = tests.map_or([None; 3], |tests| tests.map(Some));
    // Person-time has no odds ratio.
    let [breslow_day, tarone] = [breslow_day, tarone].map(|test| test.filter(|_| !rates));
    for (field, value) in case["expected"].as_object().expect("an object") {
        let what = format!("{} {field}", name(case));
        match field.as_str() {
            "BD" => tally.check(&what, breslow_day.map(|test| test.statistic()), value, 0.0),
            "BDp" => tally.check(&what, breslow_day.map(|test| test.p_value()), value, 0.0),
            "TA" => tally.check(&what, tarone.map(|test| test.statistic()), value, 0.0),
            "TAp" => tally.check(&what, tarone.map(|test| test.p_value()), value, 0.0),
            "MH" => tally.check(&what, association.map(|test| test.statistic()), value, 0.0),
            "MHp" => tally.check(&what, association.map(|test| test.p_value()), value, 0.0),
            "k_pos" => tally.check(&what, breslow_day.map(|test| test.df() + 1.0), value, 0.0),
            "k_yi" => tally.check(&what, Some(studies.k() as f64), value, 0.0),
            "k" => tally.check(&what, Some(pooled.k() as f64), value, 0.0),
            "weights_pct" => column(tally, &what, &weights.iter().map(|w| Some(100.0 * w)).collect::<Vec<_>>(), value),
            // With one effect Q says nothing: metafor then prints 0 for I2 and 1 for H2 and p.
            "I2" => tally.check(&what, Some(100.0 * h.i2_from_q().unwrap_or(0.0)), value, 1.0),
            "H2" => tally.check(&what, Some(h.h2_from_q().unwrap_or(1.0)), value, 0.0),
            _ => estimate_field(tally, &what, field, pooled, studies, value),
        }
    }
}

/// The fields that `rma.mh` and `rma.peto` have in common.
pub(crate) fn estimate_field(
    tally: &mut Tally,
    what: &str,
    field: &str,
    pooled: &Pooled<AnyMeasure>,
    studies: &Studies<AnyMeasure>,
    value: &Value,
) {
    let (x, h, test) = (pooled.analysis(), pooled.heterogeneity(), pooled.test().expect("a test"));
    let interval = x.interval.expect("an interval");
    let se = x.std_error.expect("a standard error");
    match field {
        "beta" => tally.check(what, Some(x.estimate), value, 1e-3),
        "se" => tally.check(what, x.std_error, value, 0.0),
        "zval" => tally.check(what, Some(test.statistic), value, 1e-2),
        "pval" => tally.check(what, Some(test.p_value()), value, 0.0),
        "ci_lb" => tally.check(what, Some(interval.lower), value, se),
        "ci_ub" => tally.check(what, Some(interval.upper), value, se),
        "QE" => tally.check(what, Some(h.q()), value, 0.0),
        "QEp" => tally.check(what, Some(h.p_value()), value, 0.0),
        "yi" => column(tally, what, &by_study(studies, |effect| effect.y()), value),
        "vi" => column(tally, what, &by_study(studies, |effect| effect.v()), value),
        other => panic!("{what}: nobody looks at {other}"),
    }
}

/// A number of each study, `None` for those left out.
pub(crate) fn by_study(studies: &Studies<AnyMeasure>, of: impl Fn(&Effect<AnyMeasure>) -> f64) -> Vec<Option<f64>> {
    let mut values: Vec<Option<f64>> = studies.iter().map(|study| Some(of(&study.effect))).collect();
    for i in studies.excluded().iter().filter_map(Error::study) {
        values.insert(i, None);
    }
    values
}

pub(crate) fn column(tally: &mut Tally, what: &str, computed: &[Option<f64>], expected: &Value) {
    let expected = expected.as_array().expect("a column");
    assert_eq!(computed.len(), expected.len(), "{what}: studies");
    for (i, (computed, expected)) in computed.iter().zip(expected).enumerate() {
        tally.check(&format!("{what}[{i}]"), *computed, expected, 1e-4);
    }
}
