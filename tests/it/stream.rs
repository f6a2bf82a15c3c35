//! Streams of blocks against one batch of all outcomes.

use std::ops::ControlFlow;

use meta_analysis::{
    Batch, BatchStream, Block, Columns, CommonEffect, Error, ErrorKind, MeanDifference, Pool, PooledColumns, Progress,
    RandomEffects, Tau2Method,
};
use proptest::prelude::*;

type Study = (Vec<f64>, Vec<f64>);

/// Three studies of up to 60 outcomes, some missing, some invalid.
fn studies() -> impl Strategy<Value = Vec<Study>> {
    let pair = prop_oneof![
        20 => (-3.0..3.0_f64, 0.01..10.0_f64),
        3 => Just((f64::NAN, 1.0)),
        1 => Just((1.0, -1.0)),
    ];
    (1_usize..60).prop_flat_map(move |n| {
        prop::collection::vec(prop::collection::vec(pair.clone(), n).prop_map(|rows| rows.into_iter().unzip()), 3)
    })
}

fn block(studies: &[Study], outcomes: std::ops::Range<usize>) -> Block<MeanDifference> {
    let cut = |column: &[f64]| column[outcomes.clone()].to_vec();
    Block::from_columns(MeanDifference, studies.iter().map(|(y, v)| (cut(y), cut(v))).collect())
}

fn blocks(studies: &[Study], size: usize) -> impl Iterator<Item = Result<Block<MeanDifference>, Error>> {
    let n = studies[0].0.len();
    (0..n).step_by(size).map(move |start| Ok(block(studies, start..(start + size).min(n))))
}

fn rows(pooled: &PooledColumns<MeanDifference>) -> Vec<String> {
    let (estimate, tau2, k) = (pooled.estimate(), pooled.tau2(), pooled.k());
    let all = (estimate.expect("asked for"), tau2.expect("asked for"), k.expect("asked for"));
    (0..pooled.len()).map(|i| format!("{:e} {:e} {}", all.0[i], all.1[i], all.2[i])).collect()
}

proptest! {
    #[test]
    fn blocks_give_the_bits_of_one_batch(studies in studies(), size in 1_usize..70) {
        let columns = studies.iter().map(|(y, v)| (&y[..], &v[..]));
        let batch = Batch::from_columns(MeanDifference, columns).expect("one length").with_columns(Columns::CORE);
        for method in [Tau2Method::DerSimonianLaird, Tau2Method::Reml] {
            let model = RandomEffects::new(method);
            let whole = model.pool(&batch).expect("columns");
            let mut reports = Vec::new();
            let mut stream = BatchStream::new(model, blocks(&studies, size))
                .with_columns(Columns::CORE)
                .with_total(whole.len() as u64)
                .with_progress(|progress: &Progress| {
                    reports.push(progress.outcomes);
                    ControlFlow::Continue(())
                });
            let found: Vec<String> = stream.by_ref().flat_map(|pooled| rows(&pooled.expect("a block"))).collect();
            let end = stream.progress();
            drop(stream);
            prop_assert_eq!(&found, &rows(&whole));
            prop_assert_eq!((end.summary, end.outcomes), (whole.summary(), whole.len() as u64));
            prop_assert_eq!(end.blocks, whole.len().div_ceil(size) as u64);
            prop_assert_eq!(reports.len() as u64, end.blocks);
            prop_assert!(reports.is_sorted() && reports.last() == Some(&end.outcomes));
            #[cfg(feature = "rayon")]
            {
                let stream = BatchStream::new(model, blocks(&studies, size)).with_columns(Columns::CORE).par();
                let parallel: Vec<String> = stream.flat_map(|pooled| rows(&pooled.expect("a block"))).collect();
                prop_assert_eq!(parallel, found);
            }
        }
    }
}

/// An error of a program that reads files.
#[derive(Debug)]
enum Failure {
    Io(&'static str),
    Pooling(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Pooling(error)
    }
}

#[test]
fn errors_are_passed_on_and_the_stream_goes_on() {
    let good = || Block::from_rows(MeanDifference, 2, vec![1.0; 4], vec![1.0; 4]);
    let bad = Block::from_rows(MeanDifference, 2, vec![1.0; 4], vec![1.0; 3]);
    let source = vec![Ok(good()), Err(Failure::Io("the disk is on fire")), Ok(bad), Ok(good())];
    let mut stream = BatchStream::new(CommonEffect::new(), source);
    assert!(stream.next().is_some_and(|item| item.is_ok()), "the first");
    assert!(matches!(stream.next(), Some(Err(Failure::Io("the disk is on fire")))), "of the source");
    let Some(Err(Failure::Pooling(error))) = stream.next() else { panic!("a bad block") };
    assert_eq!(error.to_string(), "there must be as many variances as outcomes (4), but there are 3");
    assert!(stream.next().is_some_and(|item| item.is_ok()), "the last");
    assert!(stream.next().is_none() && stream.next().is_none(), "and no more");
    assert_eq!(stream.progress().to_string(), "4 outcomes");
    assert_eq!(stream.progress().blocks, 2);
}

#[test]
fn a_stream_stops_when_told() {
    let block = || Ok::<_, Error>(Block::from_std_error_rows(MeanDifference, 2, vec![1.0_f32; 4], vec![2.0; 4]));
    let stop = |_: &Progress| ControlFlow::Break(());
    let model = CommonEffect::new();
    // The results of the block that was just pooled are not lost.
    let mut stream = BatchStream::new(model, std::iter::repeat_with(block)).with_total(100).with_progress(stop);
    let pooled = stream.next().expect("a block").expect("pooled");
    assert_eq!(pooled.std_error().expect("asked for"), [2.0_f32.sqrt(); 2]);
    let error = stream.next().expect("an error").expect_err("an error");
    assert_eq!(error.kind(), &ErrorKind::Cancelled { done: 2, total: 100 });
    assert!(stream.next().is_none(), "the end");
    // At the end there is nothing to stop.
    let stream = BatchStream::new(model, std::iter::once(block())).with_total(2).with_progress(stop);
    assert!(stream.collect::<Result<Vec<_>, _>>().is_ok(), "it was done");
    // Without a total the next block would be one too many.
    let mut stream = BatchStream::new(model, std::iter::repeat_with(block)).with_progress(stop);
    assert_eq!(stream.nth(1).and_then(Result::err).expect("an error").to_string(), "cancelled after 2 outcomes");
    assert!(format!("{stream:?}").contains("outcomes: 2"), "{stream:?}");
}

#[test]
fn standard_error_columns_are_a_block_too() {
    let block = Block::from_std_error_columns(MeanDifference, vec![(vec![1.0], vec![0.5]), (vec![3.0], vec![0.5])]);
    let pooled = CommonEffect::new().pool(&block.batch().expect("a batch")).expect("columns");
    assert_eq!((pooled.estimate(), pooled.std_error()), (Some(&[2.0][..]), Some(&[0.125_f64.sqrt()][..])));
}
