//! Laws of the conversions, on data that love trouble.

use meta_analysis::{
    BaselineRisk, CommonEffect, CorrelationFromDifference, CorrelationZFromDifference, DifferenceFromCorrelation,
    DifferenceFromOddsRatio, Direction, Effect, EffectSize, EventIs, FiveNumbers, FromReport, Group, HazardRatio,
    MeanDifference, NumberNeeded, NumberNeededInterval, OddsRatio, OddsRatioFromDifference, OddsRatioFromRiskRatio,
    PairedMeans, Pool, Reported, RiskDifferenceFromOddsRatio, RiskRatio, RiskRatioFromHazardRatio,
    RiskRatioFromOddsRatio, StandardisedMeanDifference, Studies, TwoByTwo, UnderlyingDistribution,
};
use proptest::prelude::*;

use super::near;

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -50.0..50.0_f64,
        2 => (-300.0..300.0_f64).prop_map(|l| 10_f64.powf(l)),
        2 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 1e300, -1e300, f64::MAX, f64::MIN, 1e-300, 5e-324]),
        1 => prop::num::f64::ANY,
    ]
}

fn size() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0_u64..200, 2 => 2_u64..10, 1 => any::<u64>(), 1 => Just(u64::MAX)]
}

fn cell() -> impl Strategy<Value = u64> {
    prop_oneof![5 => 1_u64..50, 2 => Just(1), 3 => 1_u64..1_000_000]
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let n = prop_oneof![5 => 2_u64..100, 1 => Just(2), 1 => 2_u64..1 << 60];
    let mean = prop_oneof![6 => -100.0..100.0_f64, 1 => Just(7.0), 1 => Just(1e300), 1 => Just(-1e300)];
    let sd = prop_oneof![6 => 0.01..50.0_f64, 1 => Just(1e-300), 1 => Just(1e300), 1 => Just(5e-324)];
    let group = (n, mean, sd).prop_map(|(n, mean, sd)| Group::new(n, mean, sd).expect("a group"));
    prop::collection::vec(group, 3)
}

fn same_group(a: Group, b: Group) -> bool {
    // Rounding of the means is relative to the data's size; of the standard deviation, to both.
    let scale = a.sd() + 1e-2 * a.mean().abs();
    a.n() == b.n()
        && (a.mean() - b.mean()).abs() <= 1e-13 * (a.mean().abs() + a.sd())
        && (a.sd() - b.sd()).abs() <= 1e-12 * scale
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn combining_arms_is_associative(arms in groups()) {
        let (a, b, c) = (arms[0], arms[1], arms[2]);
        let left = a.combine([b]).and_then(|ab| ab.combine([c]));
        let right = b.combine([c]).and_then(|bc| a.combine([bc]));
        let at_once = c.combine([a, b]);
        if let (Ok(left), Ok(right), Ok(at_once)) = (&left, &right, &at_once) {
            prop_assert!(same_group(*left, *right) && same_group(*left, *at_once), "{left:?} {right:?} {at_once:?}");
        } else {
            // Only standard deviations and means at the end of the range leave it.
            prop_assert!(arms.iter().any(|arm| arm.mean().abs() > 1e299 || arm.sd() > 1e299), "{left:?} {right:?}");
        }
    }

    #[test]
    fn combined_arms_are_the_concatenated_data(
        data in prop::collection::vec(prop::collection::vec(-1e3..1e3_f64, 2..12), 1..5),
        shift in prop_oneof![Just(0.0), Just(1e5)],
    ) {
        let moments = |data: &[f64]| {
            let n = data.len() as f64;
            let mean = data.iter().sum::<f64>() / n;
            let ss = data.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
            (data.len() as u64, mean, (ss / (n - 1.0)).sqrt())
        };
        let data: Vec<Vec<f64>> = data.iter().map(|arm| arm.iter().map(|x| x + shift).collect()).collect();
        let arms: Vec<Group> = data.iter().filter_map(|arm| {
            let (n, mean, sd) = moments(arm);
            Group::new(n, mean, sd).ok()
        }).collect();
        prop_assume!(arms.len() == data.len());
        let (n, mean, sd) = moments(&data.concat());
        let all = arms[0].combine(arms[1..].iter().copied()).expect("a group");
        prop_assert_eq!(all.n(), n);
        prop_assert!((all.mean() - mean).abs() <= 1e-13 * (mean.abs() + sd), "{} for {mean}", all.mean());
        prop_assert!((all.sd() - sd).abs() <= 1e-12 * (sd + 1e-2 * mean.abs()), "{} for {sd}", all.sd());
    }

    #[test]
    fn shares_sum_to_the_whole(events in 0_u64..1000, others in 0_u64..1000, m in 1_u32..40) {
        let Ok(shares) = TwoByTwo::split_arm([events, others], m) else {
            prop_assert!(events + others < u64::from(m), "a share for each was refused");
            return Ok(());
        };
        let shares: Vec<_> = shares.collect();
        prop_assert_eq!(shares.len(), m as usize);
        prop_assert_eq!(TwoByTwo::combine_arms(shares.iter().copied()).expect("a row"), [events, others]);
        let sizes = shares.iter().map(|[a, b]| a + b);
        let (least, most) = (sizes.clone().min().expect("one"), sizes.max().expect("one"));
        prop_assert!(least >= 1 && most - least <= 1, "sizes from {least} to {most}");
        let events = shares.iter().map(|[a, _]| *a);
        prop_assert!(events.clone().max().expect("one") - events.min().expect("one") <= 1, "{shares:?}");
        if let Ok(group) = Group::new(others, 3.0, 2.0).and_then(|group| Ok((group.split(m)?.collect::<Vec<_>>(), group))) {
            let (shares, group) = group;
            prop_assert_eq!(shares.iter().map(Group::n).sum::<u64>(), group.n());
            prop_assert!(shares.iter().all(|share| share.mean() == 3.0 && share.sd() == 2.0 && share.n() >= 2), "{shares:?}");
        }
    }

    #[test]
    fn quantiles_give_moments_or_an_error(n in size(), mut x in prop::array::uniform5(number())) {
        let raw = FiveNumbers::new(n, x);
        x.sort_by(f64::total_cmp);
        let sorted = [
            FiveNumbers::new(n, x),
            FiveNumbers::from_quartiles(n, [x[1], x[2], x[3]]),
            FiveNumbers::from_range(n, [x[0], x[2], x[4]]),
        ];
        let valid = n >= 2 && x.iter().all(|x| x.is_finite());
        prop_assert!(!valid || sorted.iter().all(Result::is_ok), "valid numbers were refused: {sorted:?}");
        for five in sorted.into_iter().chain([raw]).flatten() {
            for estimate in [five.normal(), five.log_normal()].into_iter().flatten() {
                let group = estimate.group();
                prop_assert!(group.mean().is_finite() && group.sd() > 0.0 && group.sd().is_finite(), "{estimate:?}");
            }
            if let Some(check) = five.skewness() {
                prop_assert!(check.statistic() >= 0.0 && check.statistic().is_finite(), "{check:?}");
                prop_assert!(check.critical_value() > 0.0 && check.critical_value().is_finite(), "{check:?}");
            }
        }
    }

    #[test]
    fn quantiles_shift_and_scale(
        n in 2_u64..500,
        mut x in prop::array::uniform5(0.1..100.0_f64),
        scale in 0.01..100.0_f64,
        shift in -50.0..50.0_f64,
    ) {
        x.sort_by(f64::total_cmp);
        let five = |x| FiveNumbers::new(n, x).expect("five numbers");
        let plain = five(x).normal().expect("moments").group();
        let moved = five(x.map(|x| x * scale + shift)).normal().expect("moments").group();
        let size = scale * x[4] + shift.abs();
        prop_assert!((moved.mean() - (plain.mean() * scale + shift)).abs() < 1e-13 * size, "{plain:?} {moved:?}");
        prop_assert!((moved.sd() - plain.sd() * scale).abs() < 1e-12 * size, "{plain:?} {moved:?}");
        prop_assert!(x[0] <= plain.mean() && plain.mean() <= x[4], "the mean is among the data: {plain:?}");
        let logs = five(x).log_normal().expect("moments").group();
        let scaled = five(x.map(|x| x * scale)).log_normal().expect("moments").group();
        prop_assert!(near(scaled.mean(), logs.mean() * scale, 1e-10), "{logs:?} {scaled:?}");
        prop_assert!(near(scaled.sd(), logs.sd() * scale, 1e-9), "{logs:?} {scaled:?}");
    }

    #[test]
    fn tables_come_back_from_their_margins(a in cell(), b in cell(), c in cell(), d in cell()) {
        let table = TwoByTwo::new([a, b], [c, d]);
        let (n1, n2, events) = (a + b, c + d, a + c);
        let (x, y, z, w) = (a as f64, b as f64, c as f64, d as f64);
        let back = TwoByTwo::from_odds_ratio(x / y / (z / w), (n1, n2), events).expect("a table");
        prop_assert_eq!(back, table);
        let phi = (x * w - y * z) / ((x + y) * (z + w)).sqrt() / ((x + z) * (y + w)).sqrt();
        prop_assert_eq!(TwoByTwo::from_phi(phi.clamp(-1.0, 1.0), (n1, n2), events).expect("a table"), table);
    }

    #[test]
    fn margins_are_kept(x in number(), n1 in size(), n2 in size(), events in size()) {
        for table in [
            TwoByTwo::from_odds_ratio(x, (n1, n2), events),
            TwoByTwo::from_phi(x, (n1, n2), events),
            TwoByTwo::from_chi_squared(x, Direction::Negative, (n1, n2), events),
        ].into_iter().flatten() {
            let ([a, b], [c, d]) = (table.treated(), table.control());
            prop_assert_eq!((a.checked_add(b), c.checked_add(d), a.checked_add(c)), (Some(n1), Some(n2), Some(events)));
        }
    }

    #[test]
    fn conversions_come_back(y in -8.0..8.0_f64, log_v in -6.0..4.0_f64, n1 in 2_u64..500, n2 in 2_u64..500) {
        let v = 10_f64.powf(log_v);
        let d = Effect::from_analysis(StandardisedMeanDifference, y, v).expect("an effect");
        for distribution in [UnderlyingDistribution::Logistic, UnderlyingDistribution::Normal] {
            let there = OddsRatioFromDifference::new().with_distribution(distribution).effect(&d).expect("an odds ratio");
            let back = DifferenceFromOddsRatio::new().with_distribution(distribution).effect(&there).expect("a difference");
            prop_assert!(near(back.y(), y, 1e-15) && near(back.v(), v, 1e-15), "{back:?} for {d:?}");
        }
        let to_d = DifferenceFromCorrelation::new().with_sizes(n1, n2).expect("sizes");
        let r = CorrelationFromDifference::new().with_sizes(n1, n2).expect("sizes").effect(&d).expect("a correlation");
        // 1 - r² loses the digits by which r is near 1: at d = 8 with lopsided groups h may be above 1, at most 1 +
        // d²/h of them.
        let back = to_d.effect(&r).expect("a difference");
        prop_assert!(near(back.y(), y, 1e-13) && near(back.v(), v, 5e-13), "{back:?} for {d:?}");
        let z = CorrelationZFromDifference::new().with_sizes(n1, n2).expect("sizes").effect(&d).expect("a correlation");
        let back = to_d.effect(&z).expect("a difference");
        prop_assert!(near(back.y(), y, 1e-14) && near(back.v(), v, 1e-13), "{back:?} for {d:?}");
        prop_assert!(near(z.natural(), r.y(), 1e-14), "z is of r: {z:?} {r:?}");
    }

    #[test]
    fn risk_and_odds_ratios_come_back(y in -8.0..8.0_f64, log_v in -6.0..4.0_f64, p in 0.001..0.999_f64) {
        let risk = BaselineRisk::new(p).expect("a risk");
        let odds = Effect::from_analysis(OddsRatio, y, 10_f64.powf(log_v)).expect("an effect");
        let ratio = RiskRatioFromOddsRatio(risk).effect(&odds).expect("a risk ratio");
        // 1 - p1 is what the way back has left of the digits.
        let p1 = p * ratio.natural();
        if p1 < 1.0 - 1e-12 {
            let back = OddsRatioFromRiskRatio(risk).effect(&ratio).expect("an odds ratio");
            let tolerance = 1e-14 / (1.0 - p1);
            prop_assert!((back.y() - y).abs() <= tolerance * (1.0 + y.abs()), "{} for {y}", back.y());
            prop_assert!(near(back.v(), odds.v(), 10.0 * tolerance), "{} for {}", back.v(), odds.v());
        }
        let difference = RiskDifferenceFromOddsRatio(risk).effect(&odds).expect("a risk difference");
        prop_assert!((difference.y() - (p1 - p)).abs() <= 1e-14, "{difference:?}");
        prop_assert!(difference.y() * y >= 0.0 && -p <= difference.y() && difference.y() <= 1.0 - p, "{difference:?}");
    }

    #[test]
    fn any_line_gives_an_effect_or_an_error(
        estimate in number(), x in number(), p in prop_oneof![0.0..1.0_f64, number()], df in number(), log in any::<bool>(),
    ) {
        let lines = [
            Reported::lower_limit(estimate, x),
            Reported::upper_limit(estimate, x),
            Reported::interval(estimate, x, 2.0 * estimate - x),
            Reported::p_value(estimate, p),
            Reported::one_sided_p_value(estimate, p, Direction::Positive),
            Reported::one_sided_p_value(estimate, p, Direction::Negative),
            Reported::statistic(estimate, x),
            Reported::f_statistic(estimate, x),
            Reported::std_error(estimate, x),
        ];
        for line in lines.into_iter().flatten() {
            let line = line.with_df(df).unwrap_or(line);
            let line = if log { line.on_analysis_scale() } else { line };
            for (y, v) in [
                FromReport(RiskRatio).effect(&line).map(|effect| (effect.y(), effect.v())),
                FromReport(MeanDifference).effect(&line).map(|effect| (effect.y(), effect.v())),
            ].into_iter().flatten() {
                prop_assert!(y.is_finite() && v > 0.0 && v.is_finite(), "{line:?}: {y} {v}");
            }
        }
    }

    #[test]
    fn any_effect_is_converted_or_refused(y in number(), v in number(), p in 1e-12..1.0_f64, n1 in size(), n2 in size()) {
        let risk = BaselineRisk::new(p).expect("a risk");
        let finite = |found: Option<(f64, f64)>| found.is_none_or(|(y, v)| y.is_finite() && v > 0.0 && v.is_finite());
        if let Ok(odds) = Effect::from_analysis(OddsRatio, y, v) {
            prop_assert!(finite(RiskRatioFromOddsRatio(risk).effect(&odds).ok().map(|e| (e.y(), e.v()))), "RR");
            prop_assert!(finite(RiskDifferenceFromOddsRatio(risk).effect(&odds).ok().map(|e| (e.y(), e.v()))), "RD");
            prop_assert!(finite(DifferenceFromOddsRatio::new().effect(&odds).ok().map(|e| (e.y(), e.v()))), "d");
        }
        if let Ok(hazard) = Effect::from_analysis(HazardRatio, y, v) {
            prop_assert!(finite(RiskRatioFromHazardRatio(risk).effect(&hazard).ok().map(|e| (e.y(), e.v()))), "HR");
        }
        if let Ok(ratio) = Effect::from_analysis(RiskRatio, y, v) {
            prop_assert!(finite(OddsRatioFromRiskRatio(risk).effect(&ratio).ok().map(|e| (e.y(), e.v()))), "OR");
        }
        if let Ok(d) = Effect::from_analysis(StandardisedMeanDifference, y, v) {
            let sized = CorrelationFromDifference::new().with_sizes(n1, n2).unwrap_or_default();
            let r = sized.effect(&d).ok();
            prop_assert!(finite(r.map(|e| (e.y(), e.v()))) && r.is_none_or(|r| r.y().abs() <= 1.0), "r {r:?}");
            prop_assert!(finite(CorrelationZFromDifference::new().effect(&d).ok().map(|e| (e.y(), e.v()))), "z");
        }
    }

    #[test]
    fn numbers_needed_are_at_least_one(y in number(), v in number(), p in 1e-12..1.0_f64) {
        let risk = BaselineRisk::new(p).expect("a risk");
        let Ok(studies) = Studies::from_analysis(OddsRatio, vec![y], vec![v]) else { return Ok(()) };
        let Ok(pooled) = CommonEffect::new().pool(&studies) else { return Ok(()) };
        let absolute = pooled.absolute(risk).expect("every odds ratio leads to a risk");
        prop_assert!(!absolute.is_capped(), "{absolute:?}");
        let interval = absolute.interval().expect("an interval");
        prop_assert!(interval.lower <= absolute.difference() && absolute.difference() <= interval.upper, "{absolute:?}");
        let needed = absolute.number_needed_to_treat(EventIs::Undesirable);
        let one = |n: f64| n >= 1.0 - 1e-12;
        let fine = match needed.estimate() {
            NumberNeeded::Benefit(n) | NumberNeeded::Harm(n) => one(n) && n.is_finite(),
            _ => true,
        };
        let limits = match needed.interval().expect("an interval") {
            NumberNeededInterval::Benefit { fewest, most } | NumberNeededInterval::Harm { fewest, most } => {
                one(fewest) && fewest <= most
            }
            NumberNeededInterval::BenefitToHarm { benefit, harm } => one(benefit) && one(harm),
            _ => true,
        };
        prop_assert!(fine && limits && !format!("{needed} {absolute}").contains("NaN"), "{needed:?}");
    }

    #[test]
    fn changes_go_there_and_back(s1 in 0.1..10.0_f64, s2 in 0.1..10.0_f64, r in -1.0..0.999_f64) {
        let study = PairedMeans::new(20, (3.0, s1), (1.0, s2), r).expect("a study");
        let change = study.change().expect("changes");
        let back = PairedMeans::from_change_sd(20, (3.0, s1), (1.0, s2), change.sd());
        // At r = -1 rounding may leave the range.
        if let Ok(back) = back {
            prop_assert!((back.correlation() - r).abs() < 1e-12 * (s1 / s2 + s2 / s1), "{} for {r}", back.correlation());
        } else {
            prop_assert!(r < -1.0 + 1e-12, "{back:?}");
        }
    }
}
