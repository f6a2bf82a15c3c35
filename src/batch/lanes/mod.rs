//! The crate's own estimators over several outcomes at once, with the bits of the single analysis.
//!
//! Every step is the step of `evidence::Kernel` and of `pool::Numbers`, operation by operation, on each lane. What lanes cannot do
//! in the order or in the range of the single analysis they leave to it: outcomes with variances outside 1e-40 to 1e40, those of which
//! no more than 32 of many studies are there, where others of the same tile have more, and results near the end of the floating-point range.

mod answers;
mod bounds;
mod likelihood;
mod stage;
mod tile;

pub(super) use answers::Answers;

use std::ops::Range;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use super::{Data, Layout};
use crate::evidence::AtZero;
use crate::inference::Inference;
use crate::num::wide::{Group, LANES, Wide};
use crate::real::Real;
use crate::tau2::LaneMethod;
use answers::finish;
use stage::{Arrivals, Both, ByColumns, ByRows, Stage};
use tile::Tile;

/// Takes the answers, LANES at a time, with the index of the first of them.
pub(super) trait Visit {
    fn take<W: Group>(&mut self, first: usize, answers: &Answers<W>);
}

/// Pools outcomes in lanes and hands out the answers.
pub(super) struct Lanes<'p, 'a, F, V> {
    pub(super) data: &'p Data<'a, F>,
    /// `None` for a common effect.
    pub(super) method: Option<LaneMethod>,
    pub(super) inference: Inference,
    /// As [`whole`] has them.
    pub(super) outcomes: Range<usize>,
    pub(super) visit: V,
}

/// True if lanes can do what is asked.
pub(super) fn can(studies: usize, inference: Inference) -> bool {
    bounds::can(studies) && matches!(inference, Inference::Normal | Inference::StudentT | Inference::HartungKnapp)
}

/// Those outcomes that lanes take: a multiple of LANES, the first of which begins a line of the cache in the columns that are read, or in
/// those that are written if there are rows to read. `results` is one of the latter.
pub(super) fn whole<F>(data: &Data<'_, F>, outcomes: &Range<usize>, results: Option<&[F]>) -> Range<usize> {
    let column = match &data.layout {
        Layout::Columns(columns) => columns.first().and_then(|(y, _)| y.get(outcomes.start..)),
        Layout::Rows(_) => results,
    };
    let start = outcomes.start + column.map_or(0, stage::before_line).min(outcomes.len());
    start..outcomes.end - (outcomes.end - start) % LANES
}

impl<F: Real, V: Visit> Lanes<'_, '_, F, V> {
    /// Runs with vector instructions where the processor has them.
    pub(super) fn run(self) {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            if let Some(avx512) = V4::try_new() {
                return avx512.vectorize(With { lanes: self, zero: Wide::<_, 2>::all(avx512, 0.0) });
            }
            if let Some(avx2) = V3::try_new() {
                return avx2.vectorize(With { lanes: self, zero: Wide::<_, 4>::all(avx2, 0.0) });
            }
        }
        self.work(Wide::<_, 4>::all(pulp::Scalar256b, 0.0));
    }

    #[inline(always)]
    fn work<W: Group>(mut self, zero: W) {
        let mut weights = vec![zero.part(0); W::PARTS * self.data.studies];
        let Range { start, end } = self.outcomes;
        let mut stage = Stage::new(self.data, start);
        let mut bounds = stage.first(zero);
        for first in (start..end).step_by(LANES) {
            let (pairs, mut arrivals) = stage.split(first + LANES, zero);
            let mut tile = Tile::new(&bounds, pairs, &mut weights);
            let answers = pool::<W, F>(&mut tile, self.method, self.inference, &mut arrivals);
            bounds = arrivals.bounds();
            stage.go_on();
            self.visit.take(first, &answers);
        }
    }
}

/// Work with the vectors of one set of instructions.
struct With<'p, 'a, F, V, W> {
    lanes: Lanes<'p, 'a, F, V>,
    zero: W,
}

impl<F: Real, V: Visit, W: Group> pulp::NullaryFnOnce for With<'_, '_, F, V, W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.lanes.work(self.zero);
    }
}

/// A pass beside which the next outcomes arrive.
macro_rules! beside {
    ($arrivals:ident, |$beside:ident| $pass:expr) => {
        match $arrivals.layout() {
            Layout::Rows(rows) => {
                let $beside = &mut ByRows::new(*rows, $arrivals);
                $pass
            }
            Layout::Columns(_) if $arrivals.gaps => {
                let $beside = &mut ByColumns::<_, _, true>::new($arrivals);
                $pass
            }
            Layout::Columns(_) => {
                let $beside = &mut ByColumns::<_, _, false>::new($arrivals);
                $pass
            }
        }
    };
}

/// One tile from sums to answers, while the next one arrives beside the last pass.
#[inline(always)]
fn pool<W: Group, F: Real>(
    tile: &mut Tile<'_, W>,
    method: Option<LaneMethod>,
    inference: Inference,
    arrivals: &mut Arrivals<'_, '_, W, F>,
) -> Answers<W> {
    let mut fetch = arrivals.fetch();
    let (zero, (tau2, unsettled)) = match method {
        None => {
            let (zero, _) = beside!(arrivals, |beside| tile.at_zero::<false>(&mut Both(beside, &mut fetch)));
            return finish::<W, F>(tile, &zero, &zero.centre, None, no_lane(tile), inference);
        }
        Some(LaneMethod::MaximumLikelihood | LaneMethod::Reml) => {
            let (zero, powers) = tile.at_zero::<true>(&mut fetch);
            (zero, likelihood::maximise(tile, &zero, powers, method == Some(LaneMethod::Reml)))
        }
        Some(method) => {
            let (zero, _) = tile.at_zero::<false>(&mut fetch);
            (zero, estimate(tile, &zero, method))
        }
    };
    // The estimators are undefined for one study.
    let tau2 = tau2.only(tile.k.is_above(tile.all(1.0)));
    // As `tau2::to_user`: for a single-precision batch τ² is rounded before it enters the weights.
    let rounded = tau2.each(|x| F::of(x).f64());
    let centre = beside!(arrivals, |beside| tile.centre(rounded, beside));
    let centre = zero.centre.or(rounded.is(tile.all(0.0)), centre);
    finish::<W, F>(tile, &zero, &centre, Some((tau2, rounded)), unsettled, inference)
}

#[inline(always)]
fn no_lane<W: Group>(tile: &Tile<'_, W>) -> W::Mask {
    tile.k.is_above(tile.k)
}

/// τ² by the formula of the estimator, operation by operation, and the outcomes that lanes leave.
#[inline(always)]
fn estimate<W: Group>(tile: &mut Tile<'_, W>, zero: &AtZero<W>, method: LaneMethod) -> (W, W::Mask) {
    let AtZero { q, centre, .. } = *zero;
    let (k, df) = (tile.k, tile.k - tile.all(1.0));
    let none = no_lane(tile);
    let hunter_schmidt = |excess: W| (excess / (centre.total / centre.c)).at_least_zero();
    match method {
        LaneMethod::DerSimonianLaird => (zero.excess(df).at_least_zero(), none),
        LaneMethod::HunterSchmidt => (hunter_schmidt(q - k), none),
        LaneMethod::HunterSchmidtSmallSample => (hunter_schmidt(k / df * q - k), none),
        LaneMethod::HartungMakambi => (q / (tile.all(2.0) * df + q) * (q / zero.trace()), none),
        LaneMethod::HedgesOlkin => {
            let trace_v = tile.total_variance(df / k);
            let tau2 = ((tile.spread() - trace_v) / (k * df / k)).at_least_zero();
            (tau2, !trace_v.is_below(tile.all(f64::INFINITY)))
        }
        LaneMethod::SidikJonkman => {
            let start = tile.spread() / k;
            let (q, _) = tile.q_and_slope(start);
            (start * (q / df), none)
        }
        LaneMethod::PauleMandel => likelihood::paule_mandel(tile, q, df),
        // Not by a formula.
        LaneMethod::MaximumLikelihood | LaneMethod::Reml => (tile.all(0.0), none),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::measure::MeanDifference;

    /// The bits of all answers.
    #[derive(Default)]
    struct Bits(Vec<[u64; LANES]>);

    impl Visit for &mut Bits {
        fn take<W: Group>(&mut self, _: usize, answers: &Answers<W>) {
            let Answers { estimate, std_error, tau2, q, .. } = answers;
            self.0.extend([estimate, std_error, tau2, q].map(|x| x.array().map(f64::to_bits)));
        }
    }

    #[test]
    fn instructions_do_not_change_bits() {
        let (studies, outcomes) = (7, 200);
        let number = |i: usize| (f64::from(u32::try_from(i).unwrap_or(0)) * 0.618_033_988_7).fract();
        let v: Vec<f64> = (0..studies * outcomes).map(|i| 0.01 * 50_f64.powf(number(i))).collect();
        let y: Vec<f64> = v.iter().enumerate().map(|(i, v)| v.sqrt() * (number(3 * i + 1) - 0.5) * 5.0).collect();
        let batch = Batch::from_rows(MeanDifference, studies, &y, &v).expect("rows");
        let methods =
            [LaneMethod::DerSimonianLaird, LaneMethod::HedgesOlkin, LaneMethod::PauleMandel, LaneMethod::Reml];
        for method in methods.map(Some).into_iter().chain([None]) {
            let run = |how: &dyn Fn(Lanes<'_, '_, f64, &mut Bits>)| {
                let mut bits = Bits::default();
                let (data, inference, visit) = (&batch.data, Inference::HartungKnapp, &mut bits);
                let outcomes = whole(data, &(0..outcomes), None);
                how(Lanes { data, method, inference, outcomes, visit });
                bits.0
            };
            let expected = run(&|lanes| lanes.work(Wide::<_, 4>::all(pulp::Scalar256b, 0.0)));
            assert_eq!(expected.len(), 4 * (outcomes / LANES), "{method:?}: all tiles");
            assert_eq!(run(&|lanes| lanes.run()), expected, "{method:?}");
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            if let Some(avx2) = V3::try_new() {
                let zero = Wide::<_, 4>::all(avx2, 0.0);
                assert_eq!(run(&|lanes| avx2.vectorize(With { lanes, zero })), expected, "{method:?}, AVX2");
            }
        }
    }
}
