//! Batches against the single analysis: the same bits, outcome by outcome.

use meta_analysis::{
    Batch, BatchSummary, Columns, ColumnsMut, CommonEffect, Error, Evidence, Inference, Level, MeanDifference, Pool,
    Pooled, PooledColumns, RandomEffects, Real, Reml, Studies, Tau2Estimator, Tau2Method,
};
use proptest::prelude::*;

/// The single analysis by some model.
type Single<'a, F> = dyn Fn(&Studies<MeanDifference, F>) -> Result<Pooled<MeanDifference, F>, Error> + 'a;

/// Columns of a batch, one pair per study.
#[derive(Clone, Debug)]
struct Table<F> {
    studies: Vec<(Vec<F>, Vec<F>)>,
    outcomes: usize,
}

impl<F: Real> Table<F> {
    fn batch(&self) -> Batch<'_, MeanDifference, F> {
        let columns = self.studies.iter().map(|(y, v)| (&y[..], &v[..]));
        Batch::from_columns(MeanDifference, columns).expect("columns of one length").with_columns(Columns::ALL)
    }

    /// The same numbers, a row per outcome.
    fn rows(&self) -> (Vec<F>, Vec<F>) {
        let pairs = (0..self.outcomes).flat_map(|i| self.studies.iter().map(move |(y, v)| (y[i], v[i])));
        pairs.unzip()
    }

    /// The single analysis of an outcome; `None` if it has invalid numbers or no studies.
    fn single(&self, outcome: usize, pool: &Single<'_, F>) -> Option<Pooled<MeanDifference, F>> {
        let pairs = self.studies.iter().map(|(y, v)| (y[outcome], v[outcome]));
        let (y, v) = pairs.filter(|(y, v)| !(y.is_nan() || v.is_nan())).unzip();
        pool(&Studies::from_analysis(MeanDifference, y, v).ok()?).ok()
    }
}

/// Compares every number of every outcome, bit for bit.
fn same_bits<F: Real>(
    table: &Table<F>,
    columns: &PooledColumns<MeanDifference, F>,
    pool: &Single<'_, F>,
) -> Result<(), TestCaseError> {
    for i in 0..table.outcomes {
        let single = table.single(i, pool);
        let x = single.as_ref().map(Pooled::analysis);
        let (h, test) = (single.as_ref().map(Pooled::heterogeneity), single.as_ref().and_then(Pooled::test));
        let pairs = [
            ("estimate", columns.estimate(), x.map(|x| x.estimate)),
            ("std_error", columns.std_error(), x.and_then(|x| x.std_error)),
            ("lower", columns.lower(), x.and_then(|x| x.interval).map(|i| i.lower)),
            ("upper", columns.upper(), x.and_then(|x| x.interval).map(|i| i.upper)),
            ("statistic", columns.statistic(), test.map(|test| test.statistic)),
            ("p_value", columns.p_value(), test.map(|test| test.p_value())),
            ("log_p_value", columns.log_p_value(), test.map(|test| test.log_p_value())),
            ("tau2", columns.tau2(), h.and_then(|h| h.tau2())),
            ("q", columns.q(), h.map(|h| h.q())),
            ("q_p_value", columns.q_p_value(), h.map(|h| h.p_value())),
            ("i2_from_q", columns.i2_from_q(), h.and_then(|h| h.i2_from_q())),
            ("i2_from_tau2", columns.i2_from_tau2(), h.and_then(|h| h.i2_from_tau2())),
        ];
        for (name, column, expected) in pairs {
            let found = column.expect("asked for")[i];
            let expected = expected.unwrap_or(F::nan());
            let same = found == expected || (found.is_nan() && expected.is_nan());
            prop_assert!(same, "{} of outcome {}: {:e} in the batch, {:e} alone", name, i, found.f64(), expected.f64());
        }
    }
    Ok(())
}

/// An effect with its variance: mostly ordinary, sometimes missing, extreme or invalid.
fn pair() -> impl Strategy<Value = (f64, f64)> {
    let ordinary = (-3.0..3.0_f64, -3.0..1.0_f64).prop_map(|(y, log_v)| (y, 10_f64.powf(log_v)));
    let trouble = prop::sample::select(vec![
        (f64::NAN, 1.0),
        (1.0, f64::NAN),
        (f64::NAN, f64::NAN),
        (1.0, 0.0),
        (1.0, -1.0),
        (f64::INFINITY, 1.0),
        (1.0, f64::INFINITY),
        (0.0, 1.0),
        (1e300, 1e-300),
        (1.0, 5e-324),
        (1e-160, 1e-320),
        (-1.0, f64::MAX),
    ]);
    let missing = Just((f64::NAN, 1.0));
    let tied = prop::sample::select(vec![(1.0, 1.0), (1.0, 0.25), (1.0 + f64::EPSILON, 0.25)]);
    prop_oneof![24 => ordinary, 3 => missing, 3 => tied, 1 => trouble]
}

/// Batches with up to `studies` studies and 40 outcomes, some of them clean.
fn table(studies: usize) -> impl Strategy<Value = Table<f64>> {
    let clean = (-3.0..3.0_f64, -3.0..1.0_f64).prop_map(|(y, log_v)| (y, 10_f64.powf(log_v)));
    (1..=studies, 1_usize..40).prop_flat_map(move |(k, n)| {
        let rows = prop_oneof![
            1 => prop::collection::vec(pair(), k).boxed(),
            2 => prop::collection::vec(clean.clone(), k).boxed(),
        ];
        prop::collection::vec(rows, n).prop_map(move |rows| Table {
            studies: (0..k).map(|j| rows.iter().map(|row| row[j]).unzip()).collect(),
            outcomes: n,
        })
    })
}

#[allow(clippy::cast_possible_truncation, reason = "single precision is what is wanted")]
fn single_precision(table: &Table<f64>) -> Table<f32> {
    let cast = |column: &Vec<f64>| column.iter().map(|&x| x as f32).collect();
    Table { studies: table.studies.iter().map(|(y, v)| (cast(y), cast(v))).collect(), outcomes: table.outcomes }
}

/// The estimators that run in lanes, and some that do not.
const METHODS: [Tau2Method; 10] = [
    Tau2Method::DerSimonianLaird,
    Tau2Method::HedgesOlkin,
    Tau2Method::HunterSchmidt,
    Tau2Method::SidikJonkman,
    Tau2Method::PauleMandel,
    Tau2Method::MaximumLikelihood,
    Tau2Method::Reml,
    Tau2Method::TwoStepDerSimonianLaird,
    Tau2Method::HartungMakambi,
    Tau2Method::HunterSchmidtSmallSample,
];

fn check<F: Real>(table: &Table<F>, inference: Inference, level: Level) -> Result<(), TestCaseError> {
    let common = CommonEffect::new().with_inference(inference).with_level(level);
    same_bits(table, &common.pool(&table.batch()).expect("columns"), &|studies| common.pool(studies))?;
    for method in METHODS {
        let model = RandomEffects::new(method).with_inference(inference).with_level(level);
        let columns = model.pool(&table.batch()).expect("columns");
        same_bits(table, &columns, &|studies| model.pool(studies))?;
        let (y, v) = table.rows();
        let rows = Batch::from_rows(MeanDifference, table.studies.len(), &y, &v).expect("rows");
        let by_rows = model.pool(&rows.with_columns(Columns::ALL)).expect("columns");
        prop_assert_eq!(format!("{:?}", columns), format!("{:?}", by_rows), "{}: both layouts", method);
        #[cfg(feature = "rayon")]
        prop_assert_eq!(
            format!("{:?}", columns),
            format!("{:?}", model.pool(&table.batch().par()).expect("columns")),
            "{}: in parallel",
            method
        );
    }
    Ok(())
}

fn inference() -> impl Strategy<Value = Inference> {
    prop::sample::select(Inference::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn few_studies_agree_with_the_single_analysis(table in table(12), inference in inference()) {
        check(&table, inference, Level::P95)?;
    }

    #[test]
    fn single_precision_agrees_with_the_single_analysis(table in table(12), inference in inference()) {
        check(&single_precision(&table), inference, Level::P99)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn many_studies_agree_with_the_single_analysis(table in table(80), inference in inference()) {
        check(&table, inference, Level::P90)?;
    }
}

#[test]
fn standard_errors_are_squared() {
    let (y, se) = ([0.1, 0.4, -0.2, 1.0, 0.3, -0.7], [0.2, 0.3, 0.25, 0.1, 0.4, 0.2]);
    let v = se.map(|se| se * se);
    let model = RandomEffects::default();
    let by_se = model.pool(&Batch::from_std_error_rows(MeanDifference, 3, &y, &se).expect("rows")).expect("columns");
    let by_v = model.pool(&Batch::from_rows(MeanDifference, 3, &y, &v).expect("rows")).expect("columns");
    assert_eq!(by_se, by_v);
    // A negative standard error is not made a variance by squaring.
    let wrong = Batch::from_std_error_rows(MeanDifference, 2, &[0.1, 0.2], &[0.3, -0.3]).expect("rows");
    assert_eq!(model.pool(&wrong).expect("columns").summary().invalid, 1);
}

#[test]
fn what_became_of_every_outcome() {
    let nan = f64::NAN;
    let (y1, v1) = ([0.1, nan, 1.0, 1.0, -1e300], [0.04, 0.1, 0.0, 1.0, 1e-300]);
    let (y2, v2) = ([0.3, nan, 1.0, nan, 1e300], [0.02, nan, 1.0, nan, 1e-300]);
    let batch = Batch::from_columns(MeanDifference, [(&y1[..], &v1[..]), (&y2[..], &v2[..])]).expect("columns");
    let pooled = RandomEffects::default().pool(&batch).expect("results");
    let BatchSummary { pooled: good, without_studies, invalid, failed, .. } = pooled.summary();
    assert_eq!((good, without_studies, invalid, failed), (2, 1, 1, 1));
    assert_eq!(pooled.k().expect("k"), [2, 0, 2, 1, 2]);
    assert!(pooled.natural(0).is_some() && pooled.natural(1).is_none() && pooled.natural(9).is_none());
    assert_eq!(pooled.summary().to_string(), "2 pooled, 1 without studies, 1 with invalid numbers, 1 failed");
    assert_eq!(pooled.p_value().map(<[f64]>::len), Some(5), "asked for");
    assert_eq!(pooled.log_p_value(), None, "not asked for");
}

#[test]
fn columns_of_the_callers() {
    let (y, v) = ([1.0, 2.0, 6.0, 0.0, 0.0, 3.0], [1.0; 6]);
    let batch = Batch::from_rows(MeanDifference, 3, &y, &v).expect("rows");
    let (mut p, mut k) = ([0.0; 2], [0; 2]);
    let wanted = ColumnsMut { p_value: Some(&mut p), k: Some(&mut k), ..ColumnsMut::default() };
    let summary = CommonEffect::new().pool_into(&batch, wanted).expect("written");
    let all = CommonEffect::new().pool(&batch).expect("columns");
    assert_eq!((&p[..], &k[..], summary), (all.p_value().expect("p"), all.k().expect("k"), all.summary()));
    let wanted = ColumnsMut { q: Some(&mut p[..1]), ..ColumnsMut::default() };
    let error = RandomEffects::default().pool_into(&batch, wanted).expect_err("too short");
    assert_eq!(error.to_string(), "there must be as many q as outcomes (2), but there are 1");
}

#[test]
fn columns_must_fit() {
    let error = |result: Result<Batch<'_, MeanDifference>, Error>| result.expect_err("refused").to_string();
    let columns: [(&[f64], &[f64]); 2] = [(&[1.0, 2.0], &[1.0, 1.0]), (&[1.0, 2.0], &[1.0])];
    assert_eq!(
        error(Batch::from_columns(MeanDifference, columns)),
        "study 2: there must be as many variances as outcomes (2), but there are 1"
    );
    assert_eq!(
        error(Batch::from_rows(MeanDifference, 2, &[1.0, 2.0, 3.0], &[1.0, 1.0])),
        "there must be as many effects as outcomes (2), but there are 3"
    );
    let empty: Batch<'_, MeanDifference> = Batch::from_columns(MeanDifference, []).expect("nothing is a batch");
    assert!(RandomEffects::default().pool(&empty).expect("columns").is_empty());
    let none = Batch::from_rows(MeanDifference, 0, &[0.0; 0], &[]).expect("no studies");
    assert_eq!(none.outcomes(), 0);
}

/// Half of DerSimonian and Laird's estimate.
struct Half;

impl std::fmt::Display for Half {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("half")
    }
}

impl<F: Real> Tau2Estimator<F> for Half {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        let tau2 = meta_analysis::DerSimonianLaird.tau2(evidence)?;
        Ok(F::of(0.5 * tau2.f64()))
    }
}

#[test]
fn foreign_estimators_are_welcome() {
    let table = Table {
        studies: (0..5)
            .map(|j| (0..7).map(|i| (f64::from((i * 7 + j * 3) % 5), 0.2 + 0.1 * f64::from(j))).unzip())
            .collect(),
        outcomes: 7,
    };
    let model = RandomEffects::new(Half);
    let columns = model.pool(&table.batch()).expect("columns");
    same_bits(&table, &columns, &|studies| model.pool(studies)).expect("the same bits");
    let boxed: Box<dyn Tau2Estimator<f64>> = Box::new(Half);
    assert_eq!(RandomEffects::new(boxed).pool(&table.batch()).expect("columns"), columns);
}

/// Columns of effects and of variances.
type Pairs<'a> = Vec<(&'a [f64], &'a [f64])>;

#[test]
fn long_batches_have_the_bits_of_the_single_analysis_wherever_they_begin() {
    let table = many(3_000);
    for method in [None, Some(Tau2Method::DerSimonianLaird), Some(Tau2Method::Reml)] {
        for (skipped, studies) in [(0, 6), (1, 6), (7, 5), (0, 3)] {
            let part = |x: &Vec<f64>| x[skipped..].to_vec();
            let part = Table {
                studies: table.studies[..studies].iter().map(|(y, v)| (part(y), part(v))).collect(),
                outcomes: table.outcomes - skipped,
            };
            // The same memory, from another place in a line of the cache on.
            let pairs: Pairs<'_> =
                table.studies[..studies].iter().map(|(y, v)| (&y[skipped..], &v[skipped..])).collect();
            let columns = Batch::from_columns(MeanDifference, pairs).expect("columns").with_columns(Columns::ALL);
            let (y, v) = part.rows();
            let rows = Batch::from_rows(MeanDifference, studies, &y, &v).expect("rows").with_columns(Columns::ALL);
            for batch in [columns, rows] {
                let (common, random) = (CommonEffect::new(), method.map(RandomEffects::new));
                let single = |studies: &_| match random {
                    Some(random) => random.pool(studies),
                    None => common.pool(studies),
                };
                let pooled = match random {
                    Some(random) => random.pool(&batch),
                    None => common.pool(&batch),
                };
                same_bits(&part, &pooled.expect("columns"), &single).expect("the same bits");
            }
        }
    }
}

#[test]
fn standard_errors_with_gaps_are_squared_in_columns_as_in_rows() {
    let table = many(1_500);
    let errors: Vec<_> = table.studies.iter().map(|(y, v)| (y.clone(), v.iter().map(|v| v.sqrt()).collect())).collect();
    let squared = |(y, se): &(Vec<f64>, Vec<f64>)| (y.clone(), se.iter().map(|se| se * se).collect());
    let squares = Table { studies: errors.iter().map(squared).collect(), outcomes: table.outcomes };
    let columns = errors.iter().map(|(y, se)| (&y[..], &se[..]));
    let batch = Batch::from_std_error_columns(MeanDifference, columns).expect("columns").with_columns(Columns::ALL);
    let model = RandomEffects::new(Tau2Method::DerSimonianLaird);
    same_bits(&squares, &model.pool(&batch).expect("columns"), &|studies| model.pool(studies)).expect("the same bits");
}

/// Outcomes whose sums about the most precise study lose bits, or are lost themselves.
#[test]
fn outcomes_far_from_their_most_precise_study() {
    let k = 20;
    // That study's effect, and the effect and the variance of all others.
    let cases = [
        (0.0, 10.0, 1.0),
        (0.0, 10.0, 1.5),
        (0.0, 1e8, 2.0),
        (3.0, 3.0, 1.0),
        (0.0, 1e-170, 1.0),
        (0.0, 1e-320, 1.0),
        (0.0, 1e150, 1.0),
        (0.0, 1.0, 1e39),
        (0.0, 1.0, 1e41),
    ];
    let outcomes = 16 * cases.len();
    let column = |study: usize, of: fn((f64, f64, f64), bool) -> f64| {
        (0..outcomes).map(|i| of(cases[i % cases.len()], study == 0)).collect::<Vec<f64>>()
    };
    let effect = |(first, others, _), is_first: bool| if is_first { first } else { others };
    let variance = |(_, _, others), is_first: bool| if is_first { 1.0 } else { others };
    let studies = (0..k).map(|study| (column(study, effect), column(study, variance))).collect();
    let table = Table { studies, outcomes };
    for method in METHODS {
        let model = RandomEffects::new(method);
        let pooled = model.pool(&table.batch()).expect("columns");
        same_bits(&table, &pooled, &|studies| model.pool(studies)).expect("the same bits");
    }
    let q = CommonEffect::new().pool(&table.batch()).expect("columns").q().expect("asked for").to_vec();
    // Σ (y - 9.5)² for one effect of 0 and nineteen of 10; and u1 u2 y² / (u1 + u2) with weights of 1 and 19 / 1.5 together.
    assert_eq!(q[0], 95.0);
    let expected = 100.0 * (19.0 / 1.5) / (1.0 + 19.0 / 1.5);
    assert!((q[1] / expected - 1.0).abs() < 1e-14, "{} for {expected}", q[1]);
    assert_eq!(q[3], 0.0, "all effects equal");
}

/// Outcomes of more studies than are added in sequence, so many of them missing that as few are left, and in all tiles, some or none.
#[test]
fn gaps_among_many_studies() {
    for (studies, missing) in
        [(33, 0.02), (40, 0.05), (40, 0.2), (40, 0.5), (100, 0.05), (100, 0.68), (100, 0.9), (300, 0.3)]
    {
        let table = with_gaps(200, studies, missing);
        let (y, v) = table.rows();
        let rows = Batch::from_rows(MeanDifference, studies, &y, &v).expect("rows").with_columns(Columns::ALL);
        for batch in [table.batch(), rows] {
            let common = CommonEffect::new();
            same_bits(&table, &common.pool(&batch).expect("columns"), &|studies| common.pool(studies))
                .expect("the same bits");
            for method in METHODS {
                let model = RandomEffects::new(method).with_inference(Inference::HartungKnapp);
                same_bits(&table, &model.pool(&batch).expect("columns"), &|studies| model.pool(studies))
                    .expect("the same bits");
            }
        }
    }
}

/// Heterogeneity in two thirds of the outcomes, studies missing here and there.
fn many(outcomes: usize) -> Table<f64> {
    with_gaps(outcomes, 6, 0.05)
}

fn with_gaps(outcomes: usize, studies: usize, missing: f64) -> Table<f64> {
    let mut simulation = crate::strategies::Simulation(7);
    let studies = (0..studies).map(|_| {
        (0..outcomes)
            .map(|i| {
                let v = 0.01 + 0.3 * simulation.uniform();
                let y = (v + [0.0, 0.05, 0.3][i % 3]).sqrt() * simulation.normal();
                (if simulation.uniform() < missing { f64::NAN } else { y }, v)
            })
            .unzip()
    });
    Table { studies: studies.collect(), outcomes }
}

#[cfg(feature = "rayon")]
#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let table = many(5_003);
    for method in [Tau2Method::DerSimonianLaird, Tau2Method::Reml] {
        let model = RandomEffects::new(method);
        let alone = format!("{:?}", model.pool(&table.batch()).expect("columns"));
        for threads in [1, 2, 3, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let together = pool.install(|| model.pool(&table.batch().par()).expect("columns"));
            assert_eq!(format!("{together:?}"), alone, "{method} on {threads} threads");
        }
    }
}

#[cfg(feature = "rayon")]
#[test]
fn threads_write_the_same_bits_into_columns_of_the_callers() {
    let table = many(5_003);
    let batch = table.batch();
    let (common, random) = (CommonEffect::new(), RandomEffects::default());
    let written = |pool: &dyn Fn(ColumnsMut<'_>) -> Result<BatchSummary, Error>| {
        let (mut estimate, mut p) = (vec![0.0; table.outcomes], vec![0.0; table.outcomes]);
        let wanted = ColumnsMut { estimate: Some(&mut estimate), p_value: Some(&mut p), ..ColumnsMut::default() };
        let summary = pool(wanted).expect("written");
        (summary, estimate.iter().chain(&p).map(|x| x.to_bits()).collect::<Vec<u64>>())
    };
    assert!(
        written(&|out| common.pool_into(&batch, out)) == written(&|out| common.par_pool_into(&batch, out)),
        "common effect"
    );
    assert!(
        written(&|out| random.pool_into(&batch, out)) == written(&|out| random.par_pool_into(&batch, out)),
        "random effects"
    );
    let wanted = ColumnsMut { q: Some(&mut [0.0]), ..ColumnsMut::default() };
    let error = random.par_pool_into(&batch, wanted).expect_err("too short");
    assert_eq!(error.to_string(), "there must be as many q as outcomes (5003), but there are 1");
}

#[test]
fn several_maxima_are_counted_and_the_highest_is_taken() {
    // Variances over five decades: several maxima are not rare.
    let mut state = 88_172_645_463_325_252_u64;
    let mut number = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from(u32::try_from(state >> 32).expect("32 bits")) / 2_f64.powi(32)
    };
    let (studies, outcomes) = (10, 500);
    let v: Vec<f64> = (0..studies * outcomes).map(|_| 10_f64.powf(5.0 * number() - 4.0)).collect();
    let y: Vec<f64> = v.iter().map(|v| (v + 0.05).sqrt() * (number() + number() + number() - 1.5) * 2.0).collect();
    let batch = Batch::from_rows(MeanDifference, studies, &y, &v).expect("rows");
    let pooled = RandomEffects::new(Reml).pool(&batch).expect("results");
    let mut several = 0;
    for (outcome, (y, v)) in y.chunks(studies).zip(v.chunks(studies)).enumerate() {
        let alone = Studies::from_analysis(MeanDifference, y.to_vec(), v.to_vec()).expect("valid");
        let tau2 = Reml.estimate(&alone.evidence()).expect("tau2");
        several += usize::from(tau2.modes > Some(1));
        assert_eq!(pooled.tau2().expect("tau2")[outcome], tau2.value, "outcome {outcome}");
    }
    assert!(several > 0 && pooled.summary().several_maxima == several, "{several}: {}", pooled.summary());
    let said = format!("500 pooled ({several} at the highest of several maxima), 0 without");
    assert!(pooled.summary().to_string().starts_with(&said), "{}", pooled.summary());
}
