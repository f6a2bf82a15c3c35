//! Which effect size, which estimator and which interval to choose.
//!
//! # The effect size
//!
//! Choose by the question and the data, before looking at the results. Whatever is pooled, say what it means on a scale
//! that readers know: a pooled ratio at a [`BaselineRisk`](crate::BaselineRisk) by
//! [`Pooled::absolute`](crate::Pooled::absolute), a standardised difference by
//! [`DifferenceReadings`](crate::DifferenceReadings).
//!
//! **Events in two groups**
//!
//! | situation | choose | why |
//! |---|---|---|
//! | nothing special | [`RiskRatio`](crate::RiskRatio) | ratios are on average more alike over studies than differences, and a risk ratio is rarely misread (Cochrane Handbook, 6.4.1 and 10.4.3; Deeks 2002) |
//! | case-control studies, adjusted models, or events that may be turned into non-events | [`OddsRatio`](crate::OddsRatio) | the same whichever of the two is counted; it is no risk ratio where events are common |
//! | one setting, one baseline risk | [`RiskDifference`](crate::RiskDifference) | what a patient gains, but less alike over studies, and with rare events its interval is too wide (Handbook, 10.4.4.1) |
//! | a number needed to treat | pool a ratio, then [`AbsoluteEffect::number_needed_to_treat`](crate::AbsoluteEffect::number_needed_to_treat) | pooled numbers needed to treat mix baseline risks; where the interval holds no effect it passes through infinity (Altman 1998) |
//! | events over unequal times | [`RateRatio`](crate::RateRatio) | patients are observed for unlike times, or have several events (Handbook, 6.7) |
//! | time to event | [`HazardRatio`](crate::HazardRatio) | uses censored patients; from printed limits, or from a log-rank test (Parmar et al. 1998; Tierney et al. 2007) |
//! | matched pairs, cross-over trials | [`FromPairs`](crate::FromPairs), [`ConditionalOddsRatio`](crate::ConditionalOddsRatio) | as independent groups they would have the wrong variance (Elbourne et al. 2002) |
//!
//! **Means of two groups**
//!
//! | situation | choose | why |
//! |---|---|---|
//! | all studies in one unit | [`MeanDifference`](crate::MeanDifference) | read in that unit, and no study's spread enters its effect (Handbook, 6.5.1 and 10.5) |
//! | several scales of one quantity | [`HedgesG`](crate::HedgesG) | Cohen's d ([`HedgesG::uncorrected`](crate::HedgesG::uncorrected)) is too large by about 3/(4m - 1), 4 % with m = 20 degrees of freedom; g is without that bias (Hedges 1981), and what the Handbook calls the SMD |
//! | the treatment changes the spread | [`GlassDelta`](crate::GlassDelta) | in standard deviations of the untreated; less precise, as one group alone gives the unit (Glass 1976) |
//! | standard deviations that differ | [`BonettD`](crate::BonettD), or a [variance](crate::HedgesGVariance) of one's choice | the usual variance takes them to be equal (Bonett 2008) |
//! | positive quantities, effects in proportion | [`LogRatioOfMeans`](crate::LogRatioOfMeans) | no unit is needed, and "20 % more" is understood; not for scores whose zero is arbitrary or for changes, which may be negative (Friedrich et al. 2008; Lajeunesse 2011) |
//! | the question is the spread | [`LogVariabilityRatio`](crate::LogVariabilityRatio), [`LogCoefficientOfVariationRatio`](crate::LogCoefficientOfVariationRatio) | the second one where spread grows with the mean (Nakagawa et al. 2015) |
//! | one group before and after | [`MeanDifference`](crate::MeanDifference); standardised, [`BaselineD`](crate::BaselineD) | [`ChangeScoreD`](crate::ChangeScoreD) is in another unit and cannot be pooled with differences between groups; both need the correlation of the two measurements or the standard deviation of the changes (Morris & DeShon 2002) |
//! | some studies counted, others measured | [`DifferenceFromOddsRatio`](crate::DifferenceFromOddsRatio) or its converse | exact for logistic outcomes (Chinn 2000; Handbook, 10.6) |
//!
//! **One group, or two variables**
//!
//! | situation | choose | why |
//! |---|---|---|
//! | proportions | [`LogitProportion`](crate::LogitProportion) | the usual choice where no count is zero; read back without a study's size |
//! | proportions near 0 or 1 | [`LogitProportion`](crate::LogitProportion) and, beside it, [`ArcsineProportion`](crate::ArcsineProportion) | the arcsine needs no correction and has a variance that is known, but no meaning of its own (Warton & Hui 2011) |
//! | to match a published double arcsine | [`FreemanTukey`](crate::FreemanTukey) | the way back needs a number of patients. The harmonic mean, which is used here as in most programs, can give a pooled proportion far from all studies where sizes are very unlike (Schwarzer et al. 2019; Röver & Friede 2022): never rely on it alone |
//! | rates | [`LogRate`](crate::LogRate); with zeros [`SquareRootRate`](crate::SquareRootRate) | as for proportions |
//! | correlations | [`FisherZ`](crate::FisherZ) | about normal, with a variance that does not hang on the correlation (Fisher 1921; Hedges & Olkin 1985) |
//! | correlations of small samples, as they are | [`OlkinPratt`](crate::OlkinPratt) | unbiased, where [`RawCorrelation`](crate::RawCorrelation) is too near 0 (Olkin & Pratt 1958) |
//! | reliabilities | [`BonettAlpha`](crate::BonettAlpha) | about normal (Bonett 2002) |
//!
//! # Zero cells
//!
//! A ratio of counts of which one is zero has no variance, and something has to be added:
//! [`ZeroCells`](crate::ZeroCells) says what. Every correction is an assumption, and with rare events the answer hangs
//! on it (Sweeting et al. 2004; Efthimiou 2018). First ask whether one is needed:
//!
//! | situation | choose | why |
//! |---|---|---|
//! | a few zeros among many studies | the default, [`ZeroCells::HALF`](crate::ZeroCells::HALF) | what most reviews do, and of little weight there |
//! | many zeros | [`MantelHaenszel`](crate::MantelHaenszel) | its sums take tables as they are, without a correction (Handbook, 10.4.4; Efthimiou 2018) |
//! | events below 1 %, arms of about one size, small effects | [`PetoOddsRatio`](crate::PetoOddsRatio) | the least biased then, and biased with unequal arms or large effects (Bradburn et al. 2007; Handbook, 10.4.4) |
//! | zeros and arms of unequal size | [`ZeroCells::treatment_arm`](crate::ZeroCells::treatment_arm) | one half pulls unequal arms towards a false effect (Sweeting et al. 2004) |
//! | studies without events in both arms | leave them out of ratios, or take [`RiskDifference`](crate::RiskDifference) or [`ArcsineDifference`](crate::ArcsineDifference) | they say nothing on a ratio (Handbook, 10.4.4.2); a difference counts them, and the arcsine adds nothing (Rücker et al. 2009). Leaving them out is disputed (Kuss 2015) |
//! | in any case | the same analysis with other policies | if they disagree, the data do not answer the question (Efthimiou 2018) |
//!
//! ```
//! use meta_analysis::{CommonEffect, FromTable, MantelHaenszel, OddsRatio, TwoByTwo, ZeroCells, prelude::*};
//!
//! let trials = [
//!     TwoByTwo::new([0, 100], [2, 398]),
//!     TwoByTwo::new([1, 149], [5, 445]),
//!     TwoByTwo::new([2, 198], [9, 591]),
//! ];
//! for policy in [ZeroCells::HALF, ZeroCells::treatment_arm(), ZeroCells::NONE] {
//!     let studies = FromTable::new(OddsRatio).with_zero_cells(policy).studies(&trials)?;
//!     let pooled = CommonEffect::new().pool(&studies)?;
//!     println!("{} studies, {} corrected: {:.2}", studies.k(), studies.corrected(), pooled.natural().estimate);
//! }
//! let uncorrected = MantelHaenszel::new(OddsRatio).pool(&trials)?;
//! assert_eq!(format!("{:.2}", uncorrected.natural().estimate), "0.57");
//! # Ok::<(), meta_analysis::Error>(())
//! ```
//!
//! By default nothing is added by Peto's odds ratio, the arcsine difference, phi and tetrachoric correlations and
//! square roots of rates, which need nothing. Every corrected study carries a note, and
//! [`Studies::corrected`](crate::Studies::corrected) counts them.
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
//! [`HigginsThompsonSpiegelhalter`](crate::PredictionMethod::HigginsThompsonSpiegelhalter) is the usual prediction
//! interval. It covers too rarely with few studies, or where heterogeneity is small and studies differ in size
//! (Partlett & Riley 2017); [`bootstrap_prediction`](crate::Studies::bootstrap_prediction) takes the uncertainty of τ²
//! along (Nagashima et al. 2019).
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
//! Altman (1998) BMJ 317:1309. Bonett (2002) J Educ Behav Stat 27:335. Bonett (2008) Psychol Methods 13:99. Bradburn,
//! Deeks, Berlin & Localio (2007) Stat Med 26:53. Chinn (2000) Stat Med 19:3127. Cochrane Handbook for Systematic
//! Reviews of Interventions, chapters 6 and 10. Deeks (2002) Stat Med 21:1575. Efthimiou (2018) Evid Based Ment Health
//! 21:72. Elbourne et al. (2002) Int J Epidemiol 31:140. Fisher (1921) Metron 1:3. Friedrich, Adhikari & Beyene (2008)
//! BMC Med Res Methodol 8:32. Glass (1976) Educ Res 5:3. Hedges (1981) J Educ Stat 6:107. Hedges & Olkin (1985)
//! Statistical Methods for Meta-Analysis. Kuss (2015) Stat Med 34:1097. Lajeunesse (2011) Ecology 92:2049. Morris &
//! DeShon (2002) Psychol Methods 7:105. Nakagawa et al. (2015) Methods Ecol Evol 6:143. Olkin & Pratt (1958) Ann Math
//! Stat 29:201. Parmar, Torri & Stewart (1998) Stat Med 17:2815. Röver & Friede (2022) Res Synth Methods 13:645.
//! Rücker, Schwarzer, Carpenter & Olkin (2009) Stat Med 28:721. Schwarzer, Chemaitelly, Abu-Raddad & Rücker (2019) Res
//! Synth Methods 10:476. Sweeting, Sutton & Lambert (2004) Stat Med 23:1351. Tierney et al. (2007) Trials 8:16. Warton
//! & Hui (2011) Ecology 92:3.
//!
//! Guolo (2012) Stat Med 31:313. Huizenga, Visser & Dolan (2011) Br J Math Stat Psychol 64:1. IntHout, Ioannidis & Borm
//! (2014) BMC Med Res Methodol 14:25. Jackson, Law, Rücker & Schwarzer (2017) Stat Med 36:3923. Knapp & Hartung (2003)
//! Stat Med 22:2693. Langan et al. (2019) Res Synth Methods 10:83. Partlett & Riley (2017) Stat Med 36:301. Veroniki et
//! al. (2016) Res Synth Methods 7:55. Viechtbauer (2005) J Educ Behav Stat 30:261.
