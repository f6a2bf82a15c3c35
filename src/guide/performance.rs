//! How fast batches are, what bounds them, and how to measure it.
//!
//! `cargo bench --bench batch` pools 10⁶ outcomes of 10 studies: variances log-uniform on 0.01 to 0.5, heterogeneity such that
//! about a third of the estimates of τ² are 0. Its `floor` sums all input columns once, with enough independent vector accumulators
//! to be bound by memory. Machines differ and are noisy; divide every line by the floor of the same run.
//!
//! Measured on a server processor with AVX-512, one thread, in ms for 10⁶ outcomes and in units of the floor (6.1 ms; REML 7.4):
//!
//! | 10⁶ outcomes of 10 studies | by columns | in floors | 5 % missing | by rows | two threads against one (by columns) |
//! |---|---|---|---|---|---|
//! | common effect: estimate, standard error, Q | 11.5 | 1.9 | 12.3 | 16 to 20 | 1.5 times as fast |
//! | DerSimonian-Laird: the same and τ² | 13.6 | 2.2 | 14.9 | 15 to 18 | 1.5 |
//! | with limits, I² and both p-values | 21.8 | 3.6 | 24.5 | 27 | 1.6 |
//! | REML, every outcome at its global maximum | 90 | 12.2 | 91 | 94 | 1.8 to 1.9 |
//!
//! By columns these are 74 million DerSimonian-Laird and 11 million REML analyses a second. The floor is what varies most, from 5.5 to
//! 7.9 ms on the same machine, and the work beside it hardly. Two threads share a memory
//! that one nearly fills. Where columns begin at different places of a line of the cache, as an allocator lays them after large memory
//! was freed, DerSimonian-Laird takes longer. With 50 studies (200,000 outcomes) DerSimonian-Laird and REML take 31 and 91 ms. In
//! single precision the arithmetic is the same: 13.0 and 89 ms, with a floor less than half as long. Two threads are faster from the smallest
//! batches measured on: 1.8 times for 2,000 outcomes by REML, 1.4 times for 10,000 by DerSimonian-Laird.
//!
//! A server processor with AVX2 only, with a floor of 10 to 11.7 ms, took 25 ms for DerSimonian-Laird (2.2 to 2.5 floors), 40 ms with
//! limits, I² and p-values (3.4), 170 to 185 ms for REML (16), by columns and by rows.
//!
//! # What runs in lanes
//!
//! The common effect, DerSimonian-Laird, Hedges-Olkin, Hunter-Schmidt and its small-sample form, Hartung-Makambi, Sidik-Jonkman and
//! its iteration, Paule-Mandel, maximum likelihood and REML, with normal, Student t and Hartung-Knapp inference: sixteen
//! outcomes advance together, in vectors of eight (AVX-512) or four (AVX2), asked for at run time; elsewhere by what the compiler makes
//! of arrays. Everything else, foreign estimators included, is gathered outcome by outcome. All give the bits of
//! the single analysis, which the tests compare for every column, layout, float type, set of instructions and number of threads.
//!
//! The lanes keep the order of summation of the single analysis: in sequence up to 32 studies, by eight accumulators beyond. They
//! leave to it what they cannot do in that order or range: outcomes of which no more than 32 of many studies are there (unless this is
//! so for all sixteen), variances near the ends of the floating-point range and results there, and likelihoods with several maxima, which
//! [`BatchSummary::several_maxima`](crate::BatchSummary::several_maxima) counts.
//!
//! # How REML knows that its maximum is the highest
//!
//! With P the projection that REML weighs by, twice its score is A - B with A = y'PPy and B = tr P. As functions of τ², A^-½ and
//! 1/B are power means of the eigenvalues plus τ², with negative exponents, hence increasing and concave. So tangents bound them from
//! above and chords from below: the value at τ² = 0, those on the way to the root, and the slope that A^-½ keeps at infinity prove
//! for nearly all data, without another evaluation, that the score changes its sign once. What is not proven, the single analysis
//! searches in full. Of 50,000 outcomes like the benchmark's, 30 were, and all of those had several maxima.
//!
//! # What bounds each kernel
//!
//! - **Memory**: twenty columns that each begin at the same place of a page push each other out of the first-level cache, and a processor
//!   fetches ahead for a few streams only. Read in place they cost three floors, however fast the arithmetic was. So the next sixteen
//!   outcomes are copied while the last pass through the present ones divides, and the block after them is asked for beside the first pass,
//!   a line of two columns at each study: asked for at once, the lines waited for each other, and the pass for them (a fifth of the time).
//!   What crosses lines of the cache costs half as much again: tiles begin with one. With all that memory adds 1 to 2 ns to the 12
//!   that DerSimonian-Laird takes on columns in the cache.
//! - **DerSimonian-Laird**: two divisions for each study take more than half of those 12 ns, as the sums of weights need quotients to the
//!   last bit; a division that serves two reciprocals would be faster and less exact. A tile is passed twice: Q comes with the sums of
//!   weights, about the most precise study, where no more than three bits are lost by that. Sixteen outcomes at once were a
//!   quarter faster than eight: what follows a pass is a chain of divisions and roots, which then overlap.
//! - **Rows** are transposed four by four, in blocks that are spread evenly beside the last pass: together, they took longer than its
//!   divisions. The columns of results, written meanwhile, cost more than beside columns.
//! - **p-values**: a polynomial for the normal tail, finite sums for chi-squared, in lanes: 3 to 4 ns each beside five more columns.
//! - **REML**: 3.5 evaluations of the score for each outcome on average, 5.7 for the slowest of sixteen. Outcomes that climb and
//!   outcomes whose proof goes on beyond the root share them, which saved a fifth. Putting slow outcomes of several tiles together left 4.6
//!   evaluations, but moving an outcome's numbers and its state between lanes cost more than it saved (a tenth slower).
//!   Each evaluation takes two passes, of which the second needs the mean from the first; a vector none of whose outcomes needs it is left
//!   out. A third of the time goes to the steps and proofs between evaluations.
//! - **Missing studies**: after a tile with gaps they are looked for while the next one is copied, or, by rows, beside its extremes:
//!   20 % by rows with AVX2 (60 % as long as the compiler made stores through a mask of a selection that goes back to its place).
//!   Of more than 32 studies those that are there are moved together, for the order of summation of the single analysis, which did such
//!   outcomes before: with 5 % of 50 studies missing, DerSimonian-Laird takes 1.5 times (was 5) and REML 1.15 times as long as with none.
//!
//! A function of vectors that is not inlined is compiled without their instructions and calls a function for each: closures made
//! REML 50 times slower. Vectors that a loop chooses from an array are kept in memory: passes are written out for each vector. So are
//! vectors in an enumeration or an option, and one more branch in a pass leaves too few registers for its sums.
//!
//! # One analysis
//!
//! `cargo bench --bench pool` measures one whole analysis of 13 studies, without a heap allocation: 0.19 µs for DerSimonian-Laird, of
//! which half are the sums of weights, a quarter p-values and logarithms taken back; 0.54 µs for REML with the proof that its maximum is
//! the highest; 0.13 µs for the common effect. (Notes, where there are any, and names of more than 46 bytes are.)
//!
//! What bounds it is the chain of operations that wait for one another. Up to 32 studies are added one after the other, as lanes add
//! them, which takes 3 cycles for each; but the terms of four studies are found at once, by AVX2, and transposed, so that one addition
//! serves four sums. That took the sums of 13 studies from 50 to 27 ns, and those of a mean from 18 to 11. Of REML's three
//! evaluations of the score beyond the one at 0 each takes two such sums, and the next waits for a chain of divisions: a step of
//! Halley's method. Solving a quadratic instead took two roots more, and a tenth longer. Weights kept from the first sum for the second
//! spared nothing, as their divisions overlap with what waits. A result is put together where it is returned, once all is known, by
//! functions that are inlined: to move its 256 bytes costs 5 ns.
//!
//! One pool of many studies runs its sums by vector instructions, too, in the same order and with the same bits. For 10⁶ studies,
//! in units of the time to read both columns (0.22 ms): DerSimonian-Laird 2.4, REML 9.4, without memory in proportion to the studies.
//! From 4,096 studies on, if none of them has a 64th of the weight,
//!
//! - a division serves two weights (multiplications are free beside it): the pass of a mean went from 0.31 to 0.22 ms, the floor;
//! - the smallest and the largest variance are found in the same pass as Q and the sums of weights, about a guess of the mean: 0.31
//!   instead of 0.60 ms. Where the guess was not close, studies take several passes as before;
//! - the largest weight is not counted apart: an evaluation of the likelihood makes 9 sums instead of 14, in 0.38 instead of 0.65 ms. It
//!   is bound by its 11 additions for each study.
//!
//! Below, one of few studies may dominate, quotients must be exact, and lanes must find the same bits.
