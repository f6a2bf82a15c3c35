//! Outcomes on their way from memory: fetched ahead, and copied to where they stay in cache.

use std::array::from_fn;
use std::mem::swap;
use std::ops::Range;

use prefetch_index::prefetch_index;

use super::bounds::{Bounds, count};
use crate::batch::{Data, Layout, Precision};
use crate::num::sum::IN_SEQUENCE;
use crate::num::wide::{Group, LANES};
use crate::real::Real;

/// About how many numbers are asked for at once: small beside the fastest cache, and a long piece of each column.
const NUMBERS: usize = 640;
/// Numbers in a line of the cache, of any type: a smaller one is asked for twice.
const IN_LINE: usize = 8;
/// Bytes in a line of the cache.
const LINE: usize = 64;
/// Rows and columns of a block that is transposed.
const FOUR: usize = 4;
/// From how many outcomes on it pays to begin with a line of the cache.
const MANY: usize = 1024;

/// The pairs of LANES outcomes as doubles, and those of the next ones, which arrive while these are worked on.
///
/// Lanes that read from all columns, time and again, would wait for memory most of their time: processors fetch ahead for a few streams
/// only, and large columns, which all begin at the same place of a page, push each other out of the cache.
#[derive(Debug)]
pub(super) struct Stage<'d, 'a, F> {
    data: &'d Data<'a, F>,
    /// The columns from `begin` on, if there are any.
    columns: Vec<Column<'a, F>>,
    /// Where the tiles begin.
    begin: usize,
    ahead: Ahead,
    here: Vec<Pair>,
    next: Vec<Pair>,
    /// There were gaps among those that arrived last: there will be some among the next, too.
    has_gaps: bool,
}

/// The effects and the variances of one study, LANES outcomes at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a, F> {
    y: &'a [[F; LANES]],
    v: &'a [[F; LANES]],
}

impl<'a, F> Column<'a, F> {
    fn new((y, v): (&'a [F], &'a [F]), begin: usize) -> Self {
        let tiles = |x: &'a [F]| x.get(begin..).unwrap_or_default().as_chunks().0;
        Self { y: tiles(y), v: tiles(v) }
    }
}

/// The effects and the variances of one study, of LANES outcomes, on whole lines of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Pair {
    y: [f64; LANES],
    v: [f64; LANES],
}

impl Pair {
    /// With the instructions of `group`.
    #[inline(always)]
    pub(super) fn y<W: Group>(&self, group: W) -> W {
        group.load(&self.y)
    }

    #[inline(always)]
    pub(super) fn v<W: Group>(&self, group: W) -> W {
        group.load(&self.v)
    }
}

/// How many numbers of a column there are before the first that begins a line of the cache: what crosses lines takes one more of them.
pub(super) fn before_line<F>(column: &[F]) -> usize {
    if column.len() < MANY { 0 } else { column.as_ptr().align_offset(LINE) }
}

impl<'d, 'a, F: Real> Stage<'d, 'a, F> {
    pub(super) fn new(data: &'d Data<'a, F>, begin: usize) -> Self {
        let pairs = vec![Pair { y: [0.0; LANES], v: [0.0; LANES] }; data.studies];
        let columns = match &data.layout {
            Layout::Columns(columns) => columns.iter().map(|&pair| Column::new(pair, begin)).collect(),
            Layout::Rows(_) => Vec::new(),
        };
        let ahead = Ahead::new(columns.len(), begin);
        Self { data, columns, begin, ahead, here: pairs.clone(), next: pairs, has_gaps: false }
    }

    /// The pairs that have arrived, and those of the LANES outcomes from `first` on, if there are any.
    #[inline(always)]
    pub(super) fn split<W: Group>(&mut self, first: usize, zero: W) -> (&[Pair], Arrivals<'_, 'a, W, F>) {
        let Self { data, columns, begin, ahead, here, next, has_gaps } = self;
        let on_the_way = data.precision == Precision::Variance && matches!(data.layout, Layout::Columns(_));
        let gaps = *has_gaps && on_the_way;
        let bounds = Bounds::new(zero, if gaps { 0 } else { data.studies });
        let (begin, ahead) = (*begin, *ahead);
        (here, Arrivals { data, columns, begin, ahead, first, pairs: next, bounds, gaps, has_gaps, zero })
    }

    /// Brings the first outcomes.
    #[inline(always)]
    pub(super) fn first<W: Group>(&mut self, zero: W) -> Bounds<W> {
        let studies = self.data.studies;
        let (_, mut arrivals) = self.split(self.begin, zero);
        match arrivals.layout() {
            Layout::Columns(_) => bring(&mut ByColumns::<_, _, false>::new(&mut arrivals), studies),
            Layout::Rows(rows) => bring(&mut ByRows::new(*rows, &mut arrivals), studies),
        }
        let bounds = arrivals.bounds();
        self.go_on();
        bounds
    }

    /// Goes on to the next outcomes.
    pub(super) fn go_on(&mut self) {
        swap(&mut self.here, &mut self.next);
        self.ahead.go_on();
    }
}

/// Which part of the columns a tile asks for.
///
/// A long piece of each column at once is what memory brings quickest. So several tiles together ask for as many tiles to come, each
/// for its share of the columns.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    /// The first of the outcomes that are asked for.
    first: usize,
    /// For how many tiles, and which of these it is that asks.
    tiles: usize,
    tile: usize,
    /// How many columns are its share.
    share: usize,
}

impl Ahead {
    fn new(studies: usize, begin: usize) -> Self {
        let tiles = (NUMBERS / (2 * studies.max(1)) / LANES).max(1);
        Self { first: begin + tiles * LANES, tiles, tile: 0, share: studies.div_ceil(tiles) }
    }

    fn go_on(&mut self) {
        self.tile += 1;
        if self.tile == self.tiles {
            (self.tile, self.first) = (0, self.first + self.tiles * LANES);
        }
    }

    /// Its share of the columns.
    #[inline(always)]
    fn of<'c, T>(&self, columns: &'c [T]) -> &'c [T] {
        let others = columns.get(self.tile * self.share..).unwrap_or_default();
        others.get(..self.share).unwrap_or(others)
    }
}

/// What is done beside a pass through the studies of a tile. Its divisions leave time for it.
pub(super) trait Beside<W: Group> {
    fn begin(&self, part: usize) -> Bounds<W::Part>;

    /// At the study, in the pass of one vector.
    fn study(&mut self, bounds: &mut Bounds<W::Part>, study: usize, part: usize);

    fn end(&mut self, bounds: Bounds<W::Part>, part: usize);
}

/// Two things beside one pass; the former counts.
pub(super) struct Both<'t, A, B>(pub(super) &'t mut A, pub(super) &'t mut B);

impl<W: Group, A: Beside<W>, B: Beside<W>> Beside<W> for Both<'_, A, B> {
    #[inline(always)]
    fn begin(&self, part: usize) -> Bounds<W::Part> {
        self.0.begin(part)
    }

    #[inline(always)]
    fn study(&mut self, bounds: &mut Bounds<W::Part>, study: usize, part: usize) {
        self.0.study(bounds, study, part);
        self.1.study(bounds, study, part);
    }

    #[inline(always)]
    fn end(&mut self, bounds: Bounds<W::Part>, part: usize) {
        self.0.end(bounds, part);
        self.1.end(bounds, part);
    }
}

/// Brings what arrives beside a pass, without one.
#[inline(always)]
fn bring<W: Group>(arrivals: &mut impl Beside<W>, studies: usize) {
    for part in 0..W::PARTS {
        let mut bounds = arrivals.begin(part);
        for study in 0..studies {
            arrivals.study(&mut bounds, study, part);
        }
        arrivals.end(bounds, part);
    }
}

/// LANES outcomes on their way.
pub(super) struct Arrivals<'s, 'a, W: Group, F> {
    data: &'s Data<'a, F>,
    columns: &'s [Column<'a, F>],
    /// Where the tiles begin.
    begin: usize,
    ahead: Ahead,
    first: usize,
    pairs: &'s mut [Pair],
    bounds: Bounds<W>,
    /// What is missing is seen on the way.
    pub(super) gaps: bool,
    has_gaps: &'s mut bool,
    zero: W,
}

/// Columns, which are looked at on the way.
pub(super) struct ByColumns<'t, 's, 'a, W: Group, F, const GAPS: bool> {
    tile: usize,
    arrivals: &'t mut Arrivals<'s, 'a, W, F>,
}

impl<'t, 's, 'a, W: Group, F, const GAPS: bool> ByColumns<'t, 's, 'a, W, F, GAPS> {
    #[inline(always)]
    pub(super) fn new(arrivals: &'t mut Arrivals<'s, 'a, W, F>) -> Self {
        Self { tile: (arrivals.first - arrivals.begin) / LANES, arrivals }
    }
}

impl<W: Group, F: Real, const GAPS: bool> Beside<W> for ByColumns<'_, '_, '_, W, F, GAPS> {
    #[inline(always)]
    fn begin(&self, part: usize) -> Bounds<W::Part> {
        self.arrivals.bounds.part(part)
    }

    #[inline(always)]
    fn study(&mut self, bounds: &mut Bounds<W::Part>, study: usize, part: usize) {
        let Arrivals { columns, pairs, zero, .. } = &mut *self.arrivals;
        let (Some(pair), Some(column)) = (pairs.get_mut(study), columns.get(study)) else { return };
        let (Some(y), Some(v)) = (column.y.get(self.tile), column.v.get(self.tile)) else { return };
        let mut y = zero.load(&from_fn(|l| y[l].f64())).part(part);
        let mut v = zero.load(&from_fn(|l| v[l].f64())).part(part);
        if GAPS {
            (y, v) = bounds.take_present(y, v);
        } else {
            bounds.take(y, v);
        }
        W::store_part(y, part, &mut pair.y);
        W::store_part(v, part, &mut pair.v);
    }

    #[inline(always)]
    fn end(&mut self, bounds: Bounds<W::Part>, part: usize) {
        self.arrivals.bounds.set_part(part, bounds);
    }
}

/// Rows, in blocks of four studies and four rows that are spread evenly over the steps.
pub(super) struct ByRows<'t, 's, 'a, W: Group, F> {
    rows: (&'a [F], &'a [F]),
    /// How many blocks there are, and how many steps.
    blocks: usize,
    steps: usize,
    /// As a part of `steps`, how much of a block is due.
    due: usize,
    /// The next block.
    next: usize,
    arrivals: &'t mut Arrivals<'s, 'a, W, F>,
}

impl<'t, 's, 'a, W: Group, F: Real> ByRows<'t, 's, 'a, W, F> {
    #[inline(always)]
    pub(super) fn new(rows: (&'a [F], &'a [F]), arrivals: &'t mut Arrivals<'s, 'a, W, F>) -> Self {
        let k = arrivals.pairs.len();
        if k < FOUR {
            copy_rows(arrivals.pairs, arrivals.first, rows);
        }
        // For two steps at each study there are at most as many blocks.
        let blocks = if k < FOUR { 0 } else { LANES / FOUR * k.div_ceil(FOUR) };
        Self { rows, blocks, steps: W::PARTS * k, due: 0, next: 0, arrivals }
    }

    /// Brings the next block.
    #[inline(always)]
    fn bring(&mut self) {
        let Arrivals { first, pairs, zero, .. } = &mut *self.arrivals;
        let k = pairs.len();
        let (lane, study) = (self.next % FOUR * FOUR, self.next / FOUR * FOUR);
        self.next += 1;
        // The last four studies may be some of those before, too.
        let study = study.min(k - FOUR);
        let corner = (*first + lane) * k + study;
        let numbers = corner..corner + (FOUR - 1) * k + FOUR;
        // Beyond the end there is nothing to bring.
        let (Some(y), Some(v)) = (self.rows.0.get(numbers.clone()), self.rows.1.get(numbers)) else { return };
        let (y, v) = (zero.transpose(block(y, k)), zero.transpose(block(v, k)));
        for (pair, (y, v)) in pairs[study..].iter_mut().zip(y.iter().zip(&v)) {
            pair.y[lane..lane + FOUR].copy_from_slice(y);
            pair.v[lane..lane + FOUR].copy_from_slice(v);
        }
    }
}

impl<W: Group, F: Real> Beside<W> for ByRows<'_, '_, '_, W, F> {
    #[inline(always)]
    fn begin(&self, part: usize) -> Bounds<W::Part> {
        self.arrivals.bounds.part(part)
    }

    #[inline(always)]
    fn study(&mut self, _: &mut Bounds<W::Part>, _: usize, _: usize) {
        self.due += self.blocks;
        if self.due >= self.steps {
            self.due -= self.steps;
            self.bring();
        }
    }

    #[inline(always)]
    fn end(&mut self, _: Bounds<W::Part>, _: usize) {}
}

/// Outcomes that are asked for, a line of two columns at each step: memory brings only so many lines at a time.
pub(super) struct Fetch<'s, 'a, W, F> {
    /// Those columns that this tile asks for.
    columns: &'s [(&'a [F], &'a [F])],
    /// Which numbers of each.
    numbers: Range<usize>,
    /// The next line.
    column: usize,
    line: usize,
    zero: W,
}

impl<W: Group, F> Fetch<'_, '_, W, F> {
    /// Asks for what is left.
    #[inline(always)]
    fn rest(&mut self) {
        while self.column < self.columns.len() {
            self.step();
        }
    }

    #[inline(always)]
    fn step(&mut self) {
        let Some((y, v)) = self.columns.get(self.column) else { return };
        prefetch_index(y, self.line);
        prefetch_index(v, self.line);
        self.line += IN_LINE;
        if self.line >= self.numbers.end {
            (self.column, self.line) = (self.column + 1, self.numbers.start);
        }
    }
}

impl<W: Group, F> Beside<W> for Fetch<'_, '_, W, F> {
    #[inline(always)]
    fn begin(&self, part: usize) -> Bounds<W::Part> {
        Bounds::new(self.zero.part(part), 0)
    }

    #[inline(always)]
    fn study(&mut self, _: &mut Bounds<W::Part>, _: usize, part: usize) {
        // Two passes have about as many steps as there are lines.
        if part < 2 {
            self.step();
        }
    }

    #[inline(always)]
    fn end(&mut self, _: Bounds<W::Part>, part: usize) {
        if part == 1 {
            self.rest();
        }
    }
}

impl<'s, 'a, W: Group, F: Real> Arrivals<'s, 'a, W, F> {
    #[inline(always)]
    pub(super) fn layout(&self) -> &'s Layout<'a, F> {
        &self.data.layout
    }

    /// What asks for a part of the outcomes that follow them.
    #[inline(always)]
    pub(super) fn fetch(&self) -> Fetch<'s, 'a, W, F> {
        let Self { ahead, first, zero, data, .. } = self;
        let (columns, first, length) = match &data.layout {
            Layout::Columns(columns) => (ahead.of(columns), ahead.first, ahead.tiles * LANES),
            Layout::Rows(rows) => {
                let k = data.studies;
                (std::slice::from_ref(rows), (first + LANES) * k, LANES * k)
            }
        };
        // By the last number of each line's length: where lines begin elsewhere, the first is there already, as the last one before.
        let first = first + IN_LINE - 1;
        Fetch { columns, numbers: first..first + length, column: 0, line: first, zero: *zero }
    }

    /// Their extremes, when all have arrived. What is missing gets an effect of 0 and an infinite variance.
    #[inline(always)]
    pub(super) fn bounds(self) -> Bounds<W> {
        let Self { data, pairs, mut bounds, gaps, has_gaps, zero, .. } = self;
        if data.precision == Precision::StdError {
            for pair in &mut *pairs {
                pair.v = pair.v.map(variance::<F>);
            }
        }
        let mut present = gaps;
        if data.precision == Precision::StdError || matches!(data.layout, Layout::Rows(_)) {
            present = *has_gaps;
            bounds = if present { look::<W, true>(pairs, zero) } else { look::<W, false>(pairs, zero) };
        }
        if !present && W::any(bounds.incomplete()) {
            bounds = look::<W, true>(pairs, zero);
        }
        let gaps = bounds.k.is_below(zero.same(count(data.studies)));
        *has_gaps = W::any(gaps);
        if *has_gaps && data.studies > IN_SEQUENCE {
            let flags = zero.flags(gaps);
            (0..LANES).filter(|&lane| flags[lane]).for_each(|lane| close_gaps(pairs, lane));
        }
        bounds
    }
}

/// The extremes of pairs. With GAPS some may be missing, and are changed to what the sums want.
#[inline(always)]
fn look<W: Group, const GAPS: bool>(pairs: &mut [Pair], zero: W) -> Bounds<W> {
    let mut bounds = Bounds::new(zero, if GAPS { 0 } else { pairs.len() });
    // Written out, as vectors that a loop chooses among would not stay in registers.
    look_at::<W, GAPS>(pairs, &mut bounds, zero, 0);
    look_at::<W, GAPS>(pairs, &mut bounds, zero, 1);
    if W::PARTS > 2 {
        look_at::<W, GAPS>(pairs, &mut bounds, zero, 2);
        look_at::<W, GAPS>(pairs, &mut bounds, zero, 3);
    }
    bounds
}

/// The same of one vector.
#[inline(always)]
fn look_at<W: Group, const GAPS: bool>(pairs: &mut [Pair], bounds: &mut Bounds<W>, zero: W, part: usize) {
    let mut looked = bounds.part(part);
    for pair in pairs {
        let (y, v) = (pair.y(zero).part(part), pair.v(zero).part(part));
        if GAPS {
            let (y, v) = looked.take_present(y, v);
            W::store_part(y, part, &mut pair.y);
            W::store_part(v, part, &mut pair.v);
        } else {
            looked.take(y, v);
        }
    }
    bounds.set_part(part, looked);
}

/// Moves the studies of one outcome to the places that the single analysis, which has no gaps, adds them up by. What is missing comes last.
fn close_gaps(pairs: &mut [Pair], lane: usize) {
    let mut to = 0;
    for from in 0..pairs.len() {
        let (y, v) = (pairs[from].y[lane], pairs[from].v[lane]);
        (pairs[to].y[lane], pairs[to].v[lane]) = (y, v);
        to += usize::from(v < f64::INFINITY);
    }
    for pair in &mut pairs[to..] {
        (pair.y[lane], pair.v[lane]) = (0.0, f64::INFINITY);
    }
}

/// Rows of LANES outcomes into the columns of their pairs, one number after the other.
fn copy_rows<F: Real>(pairs: &mut [Pair], first: usize, (y, v): (&[F], &[F])) {
    // Of no studies there is nothing to copy.
    let k = pairs.len().max(1);
    let (Some(y), Some(v)) = (y.get(first * k..), v.get(first * k..)) else { return };
    for (lane, (y, v)) in y.chunks_exact(k).zip(v.chunks_exact(k)).take(LANES).enumerate() {
        for (pair, (y, v)) in pairs.iter_mut().zip(y.iter().zip(v)) {
            (pair.y[lane], pair.v[lane]) = (y.f64(), v.f64());
        }
    }
}

/// Four studies of four rows of k.
#[inline(always)]
fn block<F: Real>(numbers: &[F], k: usize) -> [[f64; FOUR]; FOUR] {
    from_fn(|row| {
        let row = &numbers[row * k..][..FOUR];
        from_fn(|study| row[study].f64())
    })
}

/// The variance that a standard error gives; NaN stays NaN, which is missing, and what is not positive becomes invalid.
#[inline(always)]
fn variance<F: Real>(se: f64) -> f64 {
    // As a number of the batch's own type has it: the square of a single-precision number is exact here, and rounded once.
    if se <= 0.0 { -1.0 } else { F::of(se * se).f64() }
}
