//! What a review of the edges found.

use meta_analysis::{
    Batch, BiserialCorrelation, CorrelationCoefficient, EffectSize, FreemanTukey, MultipleCorrelationSquared,
    OddsRatio, PairedMargins, Pool, Proportion, RandomEffects, Reml, ReportedDifference, RiskRatio, Studies, TwoByTwo,
    VaccineEfficacy,
};

/// All had the event in one arm: 1 - 2/3 and 1/3 differ in the last digit, and the least proportion of pairs with both
/// events seems to be above the largest.
#[test]
fn margins_that_allow_one_proportion_alone() {
    let arms = TwoByTwo::new([3, 0], [1, 2]);
    let margins = PairedMargins::with_joint_proportion(arms, 1.0 / 3.0).expect("the only proportion there is");
    assert!(OddsRatio.effect(&margins).is_ok(), "half an event is added");
    // Every pair alike: a correlation of 1, and no variance.
    let arms = TwoByTwo::new([3, 5], [3, 5]);
    for margins in [PairedMargins::with_joint_proportion(arms, 0.375), PairedMargins::with_correlation(arms, 1.0)] {
        let error = OddsRatio.effect(&margins.expect("margins")).expect_err("no variance");
        assert_eq!(
            error.to_string(),
            "the odds ratio is not estimable: its variance is 0 for a correlation of 1 within pairs"
        );
    }
}

/// Soper's polynomial p q / f² - s y² + y⁴ at p = 0.02, d = 7: y = 2.03, and the polynomial is about -7 (by hand). Such a
/// study is left out, and does not stop the review.
#[test]
fn a_biserial_correlation_without_a_variance_is_left_out() {
    let studies = [(7.0, (2, 98)), (0.4, (20, 30)), (0.2, (25, 35))]
        .map(|(d, sizes)| ReportedDifference::from_d(d, sizes).expect("a difference"));
    let set = BiserialCorrelation.studies(&studies).expect("two studies");
    assert_eq!(set.k(), 2, "two studies");
    assert_eq!(
        set.excluded()[0].to_string(),
        "study 1: the biserial correlation is not estimable: its variance formula is not positive for an estimate beyond \
         -1 or 1"
    );
}

/// What is beyond the end of a scale is read as the end, and is not above it.
#[test]
fn nothing_is_above_the_upper_end() {
    let (y, v) = (vec![0.5, 0.9, 0.99, 0.2], vec![0.01, 0.02, 0.03, 0.02]);
    let above = |pooled: Option<f64>| pooled.expect("a prediction");
    let set = Studies::from_analysis(CorrelationCoefficient, y.clone(), v.clone()).expect("valid");
    let pooled = RandomEffects::new(Reml).pool(&set).expect("a result");
    assert_eq!(above(pooled.probability_above(1.0)), 0.0, "correlations end at 1");
    assert!(above(pooled.probability_above(0.999)) > 0.05, "much of the distribution is read as 1");
    assert_eq!(pooled.probability_above(1.1), None, "no correlation");
    let set = Studies::from_analysis(MultipleCorrelationSquared, y.clone(), v.clone()).expect("valid");
    assert_eq!(above(RandomEffects::new(Reml).pool(&set).expect("a result").probability_above(1.0)), 0.0, "R²");
    // A decreasing link, whose upper end is at the lower end of the analysis scale.
    let set = Studies::from_analysis(VaccineEfficacy, y.clone(), v.clone()).expect("valid");
    let pooled = RandomEffects::new(Reml).pool(&set).expect("a result");
    assert_eq!(above(pooled.probability_above(1.0)), 0.0, "efficacy ends at 1");
    // 1 - RR > 0 where RR < 1.
    let ratios = RandomEffects::new(Reml).pool(&Studies::from_analysis(RiskRatio, y, v).expect("valid")).expect("one");
    let sum = above(pooled.probability_above(0.0)) + above(ratios.probability_above(1.0));
    assert!((sum - 1.0).abs() < 1e-14, "{sum}");
}

/// A measure with a number of its own, and one that turns the scale round: what is filtered, erased or pooled in a batch
/// is read as the whole set is.
#[test]
fn measures_keep_their_link_through_every_container() {
    let groups = [(3, 40), (0, 25), (11, 90), (30, 30)].map(|(x, n)| Proportion::new(x, n).expect("a proportion"));
    let set = FreemanTukey::new().studies(&groups).expect("studies");
    let kept = set.filter(|study| study.effect.natural() < 0.9);
    assert_eq!((kept.k(), kept.measure()), (3, set.measure()), "the size it is read back at stays");
    let tables =
        [TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274]), TwoByTwo::new([3, 9], [8, 4])];
    let vaccines = VaccineEfficacy.studies(&tables).expect("studies");
    let model = RandomEffects::new(Reml);
    let natural = model.pool(&kept).expect("a result").natural();
    assert_eq!(model.pool(&kept.clone().erase()).expect("a result").natural(), natural, "erased");
    let natural = model.pool(&vaccines).expect("a result").natural();
    let erased = vaccines.clone().erase();
    assert_eq!(model.pool(&erased).expect("a result").natural(), natural, "erased");
    let batch = Batch::from_rows(erased.measure(), 3, vaccines.y(), vaccines.v()).expect("one outcome");
    assert_eq!(model.pool(&batch).expect("columns").natural(0), Some(natural), "in a batch");
    assert!(natural.interval.is_some_and(|i| i.lower < natural.estimate && natural.estimate < i.upper), "in order");
}
