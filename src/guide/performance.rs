//! How fast batches are, what bounds them, and how to measure it.
//!
//! `cargo bench --bench batch` pools 10⁶ outcomes of 10 studies: variances log-uniform on 0.01 to 0.5, heterogeneity such that
//! about a third of the estimates of τ² are 0. Its `floor` sums all input columns once, with enough independent vector accumulators
//! to be bound by memory. Machines differ and are noisy; divide every line by the floor of the same run.
//!
//! Measured on a server processor with AVX-512, in units of the floor of the same layout, type and number of threads:
//!
//! | 10⁶ outcomes of 10 studies, one thread | by columns | 5 % missing | by rows | two threads against one (by columns) |
//! |---|---|---|---|---|
//! | common effect: estimate, standard error, Q | 2.5 | 2.7 | 3.1 | 1.9 times as fast |
//! | DerSimonian-Laird: the same and τ² | 3.1 | 3.3 | 3.7 | 1.9 |
//! | with limits, I² and both p-values | 4.5 | 5.0 | 6.0 | 1.9 |
//! | REML, every outcome at its global maximum | 14 | 13 | 15 | 2.0 |
//!
//! By columns these are 43 million DerSimonian-Laird and 9.5 million REML analyses a second. The floor is what varies most, from 6.5
//! to 8.3 ms on the same machine, 7.4 in the first column: where it took 6.5, the work beside it took as long, and the ratios were
//! 3.5 and 16. With 5 % missing DerSimonian-Laird takes 17 % more time, with all results 24 %, REML 5 %. With 50 studies (200,000
//! outcomes) DerSimonian-Laird and REML take 4.6 and 12 floors. In single precision the arithmetic is the same and the floor
//! half as long: 5.5 and 29. Two threads are faster from the smallest batches measured on: 1.8 times for 2,000 outcomes by REML and
//! for 10,000 by DerSimonian-Laird. By AVX2 alone they run at 0.7 of the speed, by SSE2 alone at 0.3.
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
//! leave to it what they cannot do in that order or range: outcomes with a missing study among more than 32, variances near the ends of
//! the floating-point range and results there, and likelihoods with several maxima, which
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
//!   fetches ahead for a few streams only. Read in place they cost three floors, however fast the arithmetic was. So a block of columns is
//!   copied, one long piece after the other, to where lanes read it, and the pieces of the block after next are asked for
//!   meanwhile: one floor, and part of it hidden.
//! - **DerSimonian-Laird**: two divisions for each study. They take a third of the time, as the sums of weights need
//!   quotients to the last bit; a division that serves two reciprocals would be faster and less exact. The pivot and the unit of an
//!   outcome are known only after the first pass, so that a tile is passed four times. Sixteen outcomes at once were a
//!   quarter faster than eight: what follows a pass is a chain of divisions and roots, which then overlap.
//! - **p-values**: a polynomial for the normal tail, finite sums for chi-squared, in lanes: 3 to 4 ns each beside five more columns.
//! - **REML**: 3.5 evaluations of the score for each outcome on average, 5.7 for the slowest of sixteen. Outcomes that climb and
//!   outcomes whose proof goes on beyond the root share them, which saved a fifth. Putting slow outcomes of several tiles together left 4.6
//!   evaluations, but moving an outcome's numbers and its state between lanes cost more than it saved (a tenth slower).
//!   Each evaluation takes two passes, of which the second needs the mean from the first.
//! - **Missing studies**: a tile in which one number is missing is cleaned in its copy, and looked at again.
//!
//! A function of vectors that is not inlined is compiled without their instructions and calls a function for each: closures made
//! REML 50 times slower. Vectors that a loop chooses from an array are kept in memory: passes are written out for each vector.
//!
//! # One analysis
//!
//! `cargo bench --bench pool` measures one whole analysis of 13 studies, without a heap allocation: 0.31 µs for DerSimonian-Laird, of
//! which a quarter are the sums of weights, a seventh both p-values, and a fifth the standard error of τ²; 0.73 µs for REML with
//! the proof that its maximum is the highest; 0.17 µs for the common effect.
//!
//! One pool of many studies runs its sums by vector instructions, too, in the same order and with the same bits. For 10⁶ studies,
//! in units of the time to read both columns: DerSimonian-Laird 4.2, REML 18, without memory in proportion to the studies. From 4,096
//! studies on, a mean and the sums about it are taken in one pass about a guess of the mean, and in two where the guess was not close.
