//! What analyses take from the heap, by an allocator that counts: a process of its own, with one test, so that nothing else
//! is counted.

use meta_analysis::{
    Batch, ColumnsMut, CommonEffect, DerSimonianLaird, MeanDifference, Pool, RandomEffects, Reml, Studies,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The most bytes that are taken at once while `work` runs, beyond those that were before.
fn bytes<T>(work: impl FnOnce() -> T) -> usize {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let result = work();
    let most = HEAP.peak_usage().saturating_sub(before);
    drop(result);
    most
}

/// A million numbers between 0 and 1, by a linear congruential generator.
fn numbers(seed: u64) -> Vec<f64> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) + 1) as f64 / (1_u64 << 53) as f64
    };
    std::iter::repeat_with(next).take(1_000_000).collect()
}

#[test]
fn memory_does_not_grow_with_the_data() {
    let (y, v) = (numbers(1), numbers(2));

    // One analysis, of few studies and of a million: nothing at all.
    let some = |k: usize| Studies::from_analysis(MeanDifference, y[..k].to_vec(), v[..k].to_vec()).expect("studies");
    for studies in [some(13), some(1_000_000)] {
        assert_eq!(bytes(|| CommonEffect::new().pool(&studies).expect("a result")), 0, "common effect");
        assert_eq!(bytes(|| RandomEffects::new(DerSimonianLaird).pool(&studies).expect("a result")), 0, "moments");
    }
    assert_eq!(bytes(|| RandomEffects::new(Reml).pool(&some(13)).expect("a result")) / 1024, 0, "REML");

    // A million outcomes of four studies into given columns, in both layouts: less than a hundredth of the data.
    let columns = [(&y[..], &v[..]), (&v[..], &v[..]), (&y[..], &y[..]), (&v[..], &y[..])];
    let by_study = Batch::from_columns(MeanDifference, columns).expect("columns");
    let by_outcome = Batch::from_rows(MeanDifference, 4, &y, &v).expect("rows");
    let model = RandomEffects::new(DerSimonianLaird);
    let mut results = [(); 4].map(|()| vec![0.0; 1_000_000]);
    for batch in [by_study, by_outcome] {
        let n = batch.outcomes();
        let [a, b, c, d] = results.each_mut().map(|column| Some(&mut column[..n]));
        let wanted = ColumnsMut { estimate: a, tau2: b, p_value: c, q_p_value: d, ..ColumnsMut::default() };
        let taken = bytes(|| model.pool_into(&batch, wanted).expect("results"));
        assert!(taken < 640_000, "{taken} bytes for {n} outcomes");
        #[cfg(feature = "rayon")]
        {
            let [a, b, c, d] = results.each_mut().map(|column| Some(&mut column[..n]));
            let wanted = ColumnsMut { estimate: a, tau2: b, p_value: c, q_p_value: d, ..ColumnsMut::default() };
            let taken = bytes(|| model.par_pool_into(&batch, wanted).expect("results"));
            assert!(taken < 640_000, "{taken} bytes for {n} outcomes on threads");
        }
    }
}
