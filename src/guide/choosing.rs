//! Which estimator and which interval to choose.
//!
//! # The variance between studies
//!
//! | situation | choose | why |
//! |---|---|---|
//! | nothing special | [`Reml`](crate::Reml) | about unbiased, and efficient if effects are about normal (Viechtbauer 2005; Langan et al. 2019) |
//! | binary outcomes, effects far from normal | [`PauleMandel`](crate::PauleMandel) | no assumption on the distribution, little bias (Veroniki et al. 2016) |
//! | to match a published review | [`DerSimonianLaird`](crate::DerSimonianLaird) | what Review Manager 5 computes; biased downwards if heterogeneity is large |
//! | to compare models by likelihood | [`MaximumLikelihood`](crate::MaximumLikelihood) | its likelihoods are comparable; biased downwards |
//! | an estimate above zero is wanted | [`SidikJonkman`](crate::SidikJonkman), [`HartungMakambi`](crate::HartungMakambi) | positive by construction, too large if there is little heterogeneity |
//! | psychology's habits | [`HunterSchmidt`](crate::HunterSchmidt), [`HunterSchmidtSmallSample`](crate::HunterSchmidtSmallSample) | small error, negative bias |
//!
//! With fewer than about ten studies every estimate is imprecise: give an interval
//! ([`q_profile`](crate::Evidence::q_profile), recommended by Veroniki et al. 2016, or
//! [`profile_interval`](crate::Reml::profile_interval)), and look at the [`multiverse`](crate::multiverse()).
//!
//! # The pooled effect
//!
//! | situation | choose | why |
//! |---|---|---|
//! | random effects, any number of studies | [`HartungKnapp`](crate::Inference::HartungKnapp) | keeps its error rate where the normal interval does not (IntHout et al. 2014; Langan et al. 2019) |
//! | the same, and studies may agree by chance | [`HartungKnappFloored`](crate::Inference::HartungKnappFloored) | the factor on the variance can fall below 1 and the interval become too narrow (Knapp & Hartung 2003; Jackson et al. 2017) |
//! | REML with few studies of very different size | [`KenwardRoger`](crate::Inference::KenwardRoger) | allows for the estimation of the variance (Partlett & Riley 2017) |
//! | likelihood inference with few studies | [`ProfileLikelihood`](crate::ProfileLikelihood) with a [correction](crate::LikelihoodCorrection) | the plain likelihood ratio is too liberal with few studies; Bartlett's and Skovgaard's corrections keep the level (Huizenga et al. 2011; Guolo 2012) |
//! | many studies, or to match Review Manager 5 | [`Normal`](crate::Inference::Normal) | too narrow with few studies |
//! | a centre that small studies do not move | [`HenmiCopas`](crate::HenmiCopas), [`FixedWeights`](crate::FixedWeights) | common-effect weights with an error that allows for heterogeneity |
//! | very few studies, no distribution assumed | [`PermutationTest`](crate::PermutationTest) | exact for effects symmetric about 0; needs six studies for p < 0.05 |
//! | few events | [`MantelHaenszel`](crate::MantelHaenszel) | weights that do not rest on the variance of each table |
//!
//! With two studies no interval is good: Hartung and Knapp's is very wide, the normal one too narrow.
//!
//! # A new study
//!
//! [`HigginsThompsonSpiegelhalter`](crate::PredictionMethod::HigginsThompsonSpiegelhalter) is the usual prediction interval. It
//! covers too rarely with few studies, or where heterogeneity is small and studies differ in size (Partlett & Riley 2017);
//! [`bootstrap_prediction`](crate::Studies::bootstrap_prediction) takes the uncertainty of τ² along (Nagashima et al. 2019).
//!
//! # Moderators
//!
//! | situation | choose | why |
//! |---|---|---|
//! | effects may differ with a moderator | [`MetaRegression`](crate::MetaRegression) with [`Reml`](crate::Reml) and [`HartungKnapp`](crate::Inference::HartungKnapp) | keeps its error rate with few studies (Knapp & Hartung 2003; Viechtbauer et al. 2015) |
//! | few studies, or several moderators tried | [`RegressionPermutation`](crate::RegressionPermutation) | exact whatever the distribution; false positives abound otherwise (Higgins & Thompson 2004) |
//! | which of two nested sets of moderators | [`likelihood_ratio`](crate::Regression::likelihood_ratio) with [`MaximumLikelihood`](crate::MaximumLikelihood), or [`test_of`](crate::Regression::test_of) | restricted likelihoods of different designs are not comparable |
//!
//! # What other packages do by default
//!
//! | package | estimator | effect | prediction | I² |
//! |---|---|---|---|---|
//! | metafor 5.1 | REML | normal | normal | from τ² |
//! | meta 8.4 | REML | normal | t, k - 1 | from Q |
//! | Stata 19 | REML | normal | t, k - 2 | from τ² |
//! | Review Manager 5.4 | DerSimonian-Laird | normal | none | from Q |
//! | RevMan (web, 2025) | REML | normal or Hartung-Knapp | t or normal | from τ² |
//! | PyMARE 0.0.13 | DerSimonian-Laird | Hartung-Knapp | none | from Q |
//! | statsmodels 0.15 | Paule-Mandel or DerSimonian-Laird | normal | none | from Q, not cut off at 0 |
//! | this crate | REML | normal, with a note below four studies | t, k - 2 | both, by name |
//!
//! # References
//!
//! Guolo (2012) Stat Med 31:313. Huizenga, Visser & Dolan (2011) Br J Math Stat Psychol 64:1. IntHout, Ioannidis & Borm (2014) BMC Med Res Methodol 14:25. Jackson, Law, Rücker & Schwarzer (2017) Stat Med 36:3923.
//! Knapp & Hartung (2003) Stat Med 22:2693. Langan et al. (2019) Res Synth Methods 10:83. Partlett & Riley (2017) Stat Med
//! 36:301. Veroniki et al. (2016) Res Synth Methods 7:55. Viechtbauer (2005) J Educ Behav Stat 30:261.
