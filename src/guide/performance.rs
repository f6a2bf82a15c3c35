//! How fast batches are, what bounds them, and how to measure it.
//!
//! `cargo bench --bench batch` pools 10⁶ outcomes of 10 studies: variances log-uniform on 0.01 to 0.5, heterogeneity such that
//! about a third of the estimates of τ² are 0. Its `floor` sums all input columns once, with enough independent vector accumulators
//! to be bound by memory. Machines differ and are noisy; divide every line by the floor of the same run.
//!
//! Measured on one core of a server processor with AVX2, in units of the floor (7.4 ms there; the scalar path is the same analysis
//! without lanes, measured before they were written):
//!
//! | work | in lanes | 5 % missing | scalar path |
//! |---|---|---|---|
//! | DerSimonian-Laird: estimate, standard error, τ², Q | 6.2 | 5.6 | 49 |
//! | the same with limits and both p-values | 16 | 16 | 113 |
//! | REML, every outcome at its global maximum | 71 | 69 | 185 |
//!
//! # What runs in lanes
//!
//! The common effect, DerSimonian-Laird, Hedges-Olkin, Hunter-Schmidt and its small-sample form, Hartung-Makambi, Sidik-Jonkman and
//! its iteration, Paule-Mandel, maximum likelihood and REML, with normal, Student t and Hartung-Knapp inference: four
//! outcomes advance together. Everything else, foreign estimators included, is gathered outcome by outcome. Both give the bits of
//! the single analysis, which the tests compare for every column, layout, float type and number of threads.
//!
//! The lanes keep the order of summation of the single analysis: in sequence up to 32 studies, by eight accumulators beyond. They
//! leave to it what they cannot do in that order or range: outcomes with a missing study among more than 32, subnormal variances,
//! results near the end of the floating-point range, and likelihoods with several maxima.
//!
//! # What bounds each kernel
//!
//! - **DerSimonian-Laird**: two divisions for each study and seven for each outcome, and the columns, of which each is read once; the
//!   pivot and the unit of an outcome are known only after the first pass, so that a tile of four outcomes is passed three times in the
//!   first-level cache. Choosing the pivot by a branch instead of a blend doubled the time. What is left beside the sums is
//!   the way from vectors to columns, four numbers at a time.
//! - **p-values**: the tails are scalar functions, and cost twice as much as pooling.
//! - **REML**: eight evaluations of the score for each outcome on average, of which about four are Newton steps and the others prove
//!   that no other maximum exists. The four outcomes of a tile wait for the slowest. Arrays that the compiler was to turn into vectors
//!   stayed scalar in this kernel; explicit vectors nearly halved the time.
//!
//! # One analysis
//!
//! `cargo bench --bench pool` measures one whole analysis of 13 studies, without a heap allocation.
