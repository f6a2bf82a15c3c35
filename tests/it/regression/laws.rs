//! Laws of meta-regression, on data that love trouble.

use meta_analysis::{
    Coding, CommonEffect, Design, HartungMakambi, Inference, Level, MaximumLikelihood, MeanDifference, MetaRegression,
    Pool, PredictionMethod, QWeights, RandomEffects, Regression, Reml, Studies, Tau2Estimator, Tau2Method,
};
use proptest::prelude::*;

use crate::strategies::{anything, large, ordinary, studies, troublesome};

type Fit = Regression<MeanDifference>;

pub(super) fn near(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(scale) || a == b
}

/// The same, for values that are undefined together.
pub(super) fn both(a: Option<f64>, b: Option<f64>, scale: f64, tolerance: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => near(a, b, scale, tolerance),
        (None, None) => true,
        _ => false,
    }
}

/// Columns with k values of a moderator and labels of a factor with three levels, each of them there.
pub(super) fn moderated() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<f64>, Vec<&'static str>)> {
    let label = prop::sample::select(vec!["a", "b", "c"]);
    let study = (-3.0..3.0_f64, -3.0..3.0_f64, prop_oneof![-5.0..5.0_f64, 1940.0..2000.0_f64], label);
    prop::collection::vec(study, 7..=20).prop_map(|rows| {
        let (mut y, mut v, mut x, mut labels) = (vec![], vec![], vec![], vec![]);
        for (i, (effect, log_v, moderator, label)) in rows.into_iter().enumerate() {
            y.push(effect);
            v.push(10_f64.powf(log_v));
            x.push(moderator);
            labels.push(["a", "b", "c"].get(i).copied().unwrap_or(label));
        }
        (y, v, x, labels)
    })
}

fn fit<T: Tau2Estimator<f64>>(model: MetaRegression<T>, data: &Studies<MeanDifference>, design: &Design) -> Fit {
    model.fit(data, design).expect("a fit")
}

/// Both fit the same: τ², Q, likelihood, fitted values.
fn same_fit(a: &Fit, b: &Fit, tolerance: f64) -> Result<(), TestCaseError> {
    let scale = a.studies().v().iter().copied().fold(f64::INFINITY, f64::min);
    let tau2 = |fit: &Fit| fit.tau2().map(|tau2| tau2.value);
    prop_assert!(both(tau2(a), tau2(b), scale, tolerance), "tau2: {:?}, {:?}", tau2(a), tau2(b));
    prop_assert!(near(a.residual_q(), b.residual_q(), 1e-3, tolerance), "{}, {}", a.residual_q(), b.residual_q());
    let likelihood = |fit: &Fit| fit.likelihood().map(|fit| fit.log_likelihood);
    prop_assert!(both(likelihood(a), likelihood(b), 1.0, tolerance), "{:?}, {:?}", likelihood(a), likelihood(b));
    for (a, b) in a.residuals().expect("residuals").iter().zip(b.residuals().expect("residuals")) {
        prop_assert!(near(a.fitted, b.fitted, a.std_error, tolerance), "fitted: {}, {}", a.fitted, b.fitted);
        prop_assert!(near(a.leverage, b.leverage, 1e-3, tolerance), "leverage: {}, {}", a.leverage, b.leverage);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn an_intercept_alone_pools(columns in prop_oneof![ordinary(), troublesome()]) {
        let data = studies(columns);
        for method in Tau2Method::ALL {
            for inference in Inference::ALL.iter().copied().filter(|i| *i != Inference::HartungKnappIqwig) {
                let prediction = PredictionMethod::ALL[data.k() % PredictionMethod::ALL.len()];
                let pooled = RandomEffects::new(*method).with_inference(inference).with_prediction(prediction);
                let pooled = pooled.pool(&data).expect("an answer");
                let model = MetaRegression::new(*method).with_inference(inference).with_prediction(prediction);
                let fit = fit(model, &data, &Design::new());
                let (x, h, found) = (pooled.analysis(), pooled.heterogeneity(), &fit.coefficients()[0]);
                let (se, what) = (pooled.classic_std_error(), format!("{method}, {inference}"));
                let typical = h.typical_variance().expect("a variance");
                let tau2 = fit.tau2().expect("tau2");
                // The distribution of a quadratic form by its eigenvalues is as good as these are, 1e-13 or so.
                let loose = if *method == Tau2Method::MedianUnbiasedGeneralisedQ { 1e-8 } else { 1e-10 };
                prop_assert!(both(Some(tau2.value), h.tau2(), typical, loose), "{what}: tau2 {tau2:?}, {:?}", h.tau2());
                let (new, old) = (tau2.std_error, h.tau2_std_error());
                prop_assert!(both(new, old, 0.0, loose), "{what}: SE of tau2 {new:?}, {old:?}");
                prop_assert!(near(found.estimate, x.estimate, se, loose), "{what}: {}, {}", found.estimate, x.estimate);
                prop_assert!(near(fit.residual_q(), h.q(), 1e-6, 1e-11), "{what}: {}, {}", fit.residual_q(), h.q());
                // Where effects are equal up to rounding, residuals are rounding, too: undefined here sooner than
                // there. And with two studies Kenward and Roger's degrees of freedom are 1, or a rounding less, and
                // then no interval.
                if h.q() > 1e-20 && (data.k() > 2 || inference != Inference::KenwardRoger) {
                    prop_assert!(both(found.std_error, x.std_error, 0.0, 1e2 * loose), "{what}: {found:?}, {x:?}");
                    let limits = |p: meta_analysis::Prediction| (p.analysis.lower, p.analysis.upper);
                    let new = fit.predict_row(&[1.0]).expect("a prediction").new_study.map(limits);
                    let old = pooled.prediction().map(limits);
                    prop_assert!(both(new.map(|p| p.0), old.map(|p| p.0), se, 1e2 * loose), "{what}: {new:?}, {old:?}");
                    prop_assert!(both(new.map(|p| p.1), old.map(|p| p.1), se, 1e2 * loose), "{what}: {new:?}, {old:?}");
                }
            }
        }
        let fit = fit(MetaRegression::common_effect(), &data, &Design::new());
        let pooled = CommonEffect::new().pool(&data);
        let (x, pooled) = (&fit.coefficients()[0], pooled.expect("an answer").analysis());
        prop_assert!(both(x.std_error, pooled.std_error, 0.0, 1e-13), "{x:?}, {pooled:?}");
        prop_assert!(near(x.estimate, pooled.estimate, pooled.std_error.unwrap_or(0.0), 1e-13), "{x:?}, {pooled:?}");
    }

    #[test]
    fn an_intercept_alone_pools_in_any_unit(columns in large()) {
        let data = studies(columns);
        let pooled = RandomEffects::new(Reml).pool(&data).expect("an answer");
        let fit = fit(MetaRegression::new(Reml), &data, &Design::new());
        let (x, se) = (&fit.coefficients()[0], pooled.classic_std_error());
        prop_assert!(near(x.estimate, pooled.analysis().estimate, se, 1e-10), "{x:?}, {:?}", pooled.analysis());
        prop_assert!(both(x.std_error, pooled.analysis().std_error, 0.0, 1e-10), "{x:?}, {:?}", pooled.analysis());
    }

    #[test]
    fn coordinates_do_not_count((y, v, x, labels) in moderated(), shift in -1e2..1e2_f64, scale in 1e-2..1e2_f64) {
        let (data, model) = (studies((y, v)), MetaRegression::new(Reml).with_inference(Inference::StudentT));
        let design = |x: &[f64], coding| {
            Design::new().continuous("x", x).and_then(|d| d.factor("f", &labels, coding)).expect("a design")
        };
        let moved: Vec<f64> = x.iter().map(|x| shift + scale * x).collect();
        let first = fit(model, &data, &design(&x, Coding::Treatment));
        for coding in [Coding::Treatment, Coding::Sum, Coding::Helmert] {
            let other = fit(model, &data, &design(&moved, coding));
            same_fit(&first, &other, 1e-9)?;
            let (a, b) = (first.test_of_moderators().expect("a test"), other.test_of_moderators().expect("a test"));
            prop_assert!(near(a.statistic, b.statistic, 1e-3, 1e-9), "{a:?}, {b:?}");
            let (a, b) = (first.test_of(&["f"]).expect("a factor"), other.test_of(&["f"]).expect("a factor"));
            let (a, b) = (a.expect("a test"), b.expect("a test"));
            prop_assert!(near(a.statistic, b.statistic, 1e-3, 1e-9), "{a:?}, {b:?}");
            for level in ["a", "b", "c"] {
                let (at, moved) = (3.0, shift + scale * 3.0);
                let a = first.predict(&[("x", at.into()), ("f", level.into())]).expect("a prediction");
                let b = other.predict(&[("x", moved.into()), ("f", level.into())]).expect("a prediction");
                let se = a.analysis.std_error.expect("an error");
                prop_assert!(both(Some(se), b.analysis.std_error, 0.0, 1e-8), "{a:?}, {b:?}");
                prop_assert!(near(a.analysis.estimate, b.analysis.estimate, se, 1e-8), "{a:?}, {b:?}");
            }
        }
        // A factor without an intercept spans the same space.
        let cells = design(&x, Coding::Sum).without_intercept();
        same_fit(&first, &fit(MetaRegression::new(Reml), &data, &cells), 1e-9)?;
    }

    #[test]
    fn the_order_of_studies_does_not_count((y, v, x, labels) in moderated(), by in 1_usize..6) {
        let turn = |from: &[f64]| from.iter().rev().cycle().skip(by).take(from.len()).copied().collect::<Vec<f64>>();
        let turned: Vec<&str> = labels.iter().rev().cycle().skip(by).take(labels.len()).copied().collect();
        let design = |x: &[f64], labels: &[&str]| {
            Design::new().continuous("x", x).and_then(|d| d.factor("f", labels, Coding::Treatment)).expect("a design")
        };
        let a = fit(MetaRegression::new(Reml), &studies((y.clone(), v.clone())), &design(&x, &labels));
        let b = fit(MetaRegression::new(Reml), &studies((turn(&y), turn(&v))), &design(&turn(&x), &turned));
        for (a, b) in a.coefficients().iter().zip(b.coefficients()) {
            let se = a.std_error.expect("an error");
            prop_assert!(near(a.estimate, b.estimate, se, 1e-9), "{a:?}, {b:?}");
            prop_assert!(both(Some(se), b.std_error, 0.0, 1e-9), "{a:?}, {b:?}");
        }
    }

    #[test]
    fn powers_of_two_change_no_digit((y, v, x, labels) in moderated(), unit in -200_i32..200, of_x in -300_i32..300) {
        let (s, t) = (2.0_f64.powi(unit), 2.0_f64.powi(of_x));
        let times = |from: &[f64], factor: f64| from.iter().map(|x| x * factor).collect::<Vec<f64>>();
        let design = |x: &[f64]| {
            Design::new().continuous("x", x).and_then(|d| d.factor("f", &labels, Coding::Treatment)).expect("a design")
        };
        let model = MetaRegression::new(Reml).with_inference(Inference::HartungKnapp);
        let a = fit(model, &studies((y.clone(), v.clone())), &design(&x));
        let b = fit(model, &studies((times(&y, s), times(&v, s * s))), &design(&times(&x, t)));
        prop_assert_eq!(a.tau2().map(|tau2| tau2.value * s * s), b.tau2().map(|tau2| tau2.value));
        prop_assert_eq!(a.residual_q(), b.residual_q());
        for (j, (a, b)) in a.coefficients().iter().zip(b.coefficients()).enumerate() {
            let factor = if j == 1 { s / t } else { s };
            prop_assert_eq!(a.estimate * factor, b.estimate, "{}", a.name);
            prop_assert_eq!(a.std_error.map(|se| se * factor), b.std_error, "{}", a.name);
        }
    }

    #[test]
    fn residuals_keep_their_laws((y, v, x, _) in moderated()) {
        let data = studies((y, v));
        let design = Design::new().continuous("x", x).expect("a column");
        let model = MetaRegression::common_effect();
        let fit = fit(model, &data, &design);
        let residuals = fit.residuals().expect("residuals");
        let total: f64 = residuals.iter().map(|x| x.leverage).sum();
        prop_assert!((total - 2.0).abs() < 1e-11, "leverages sum to p: {total}");
        prop_assert!(residuals.iter().all(|x| (0.0..=1.0 + 1e-12).contains(&x.leverage)), "leverages are shares");
        for (i, deleted) in model.deleted_residuals(&data, &design).expect("residuals").into_iter().enumerate() {
            // e / (1 - h), with 1 - h from the standard error, which has its digits.
            let (own, Some(deleted)) = (residuals[i], deleted) else { continue };
            let left = own.std_error * own.std_error / data.v()[i];
            prop_assert!(near(deleted.residual, own.residual / left, deleted.std_error, 1e-8), "{own:?}, {deleted:?}");
        }
    }

    #[test]
    fn multiplicative_errors_are_hartung_and_knapps_at_zero((y, v, x, _) in moderated()) {
        let (data, design) = (studies((y, v)), Design::new().continuous("x", x).expect("a column"));
        let common = MetaRegression::common_effect();
        let (a, b) = (fit(MetaRegression::multiplicative(), &data, &design), common.with_inference(Inference::HartungKnapp));
        let b = fit(b, &data, &design);
        prop_assert_eq!(a.coefficients(), b.coefficients());
        prop_assert_eq!(a.test_of_moderators(), b.test_of_moderators());
        // The wider of two intervals, and a factor of at least 1.
        let half = |fit: &Fit| fit.coefficients()[1].interval.expect("an interval").width();
        let of = |inference| half(&fit(common.with_inference(inference), &data, &design));
        let widest = of(Inference::HartungKnapp).max(of(Inference::Normal));
        prop_assert!(near(of(Inference::HartungKnappOrNormal), widest, 0.0, 1e-12), "the wider");
        let floored = of(Inference::HartungKnapp).max(of(Inference::StudentT));
        prop_assert!(near(of(Inference::HartungKnappFloored), floored, 0.0, 1e-12), "floored");
    }

    #[test]
    fn a_column_for_one_study_deletes_it((y, v, x, _) in moderated(), at in 0_usize..7) {
        let data = studies((y, v));
        let design = Design::new().continuous("x", x).expect("a column");
        let dummy: Vec<f64> = (0..data.k()).map(|i| f64::from(u8::from(i == at))).collect();
        let longer = design.clone().continuous("study", dummy).expect("a column");
        // Those whose equation has no k, Σ w or mean of its own.
        for method in [
            Tau2Method::DerSimonianLaird,
            Tau2Method::TwoStepDerSimonianLaird,
            Tau2Method::HedgesOlkin,
            Tau2Method::HartungMakambi,
            Tau2Method::PauleMandel,
            Tau2Method::MedianUnbiasedPauleMandel,
            Tau2Method::GeneralisedQ,
            Tau2Method::MedianUnbiasedGeneralisedQ,
            Tau2Method::Reml,
        ] {
            let model = MetaRegression::new(method).with_inference(Inference::HartungKnapp);
            let with = fit(model, &data, &longer);
            let Some(without) = model.deleted_residuals(&data, &design).expect("residuals")[at] else { continue };
            let (x, tau2) = (&with.coefficients()[2], with.tau2().map(|tau2| tau2.value));
            prop_assert!(both(tau2, without.tau2, data.v()[at].min(1e-3), 1e-8), "{method}: {tau2:?}, {without:?}");
            prop_assert!(near(x.estimate, without.residual, without.std_error, 1e-8), "{method}: {x:?}, {without:?}");
            prop_assert!(both(x.std_error, Some(without.std_error), 0.0, 1e-8), "{method}: {x:?}, {without:?}");
        }
    }

    #[test]
    fn tau2_is_where_its_equations_say((y, v, x, _) in moderated()) {
        let data = studies((y, v));
        let fit = fit(MetaRegression::new(Reml), &data, &Design::new().continuous("x", x).expect("a column"));
        let evidence = fit.evidence();
        let (reml, ml) = (Reml.tau2(&evidence).expect("REML"), MaximumLikelihood.tau2(&evidence).expect("ML"));
        for (estimate, score) in [(reml, evidence.restricted_score(reml)), (ml, evidence.score(ml))] {
            let flat = score.gradient.abs() <= 1e-8 * score.expected.sqrt();
            prop_assert!(if estimate > 0.0 { flat } else { score.gradient <= 0.0 || flat }, "{estimate}: {score:?}");
        }
        // The global maximum: higher than any other mode, and no lower than a grid.
        let height = |tau2: f64| evidence.restricted_log_likelihood(tau2);
        let top = height(reml);
        for exponent in -30..30 {
            let tau2 = 10_f64.powf(f64::from(exponent) / 5.0);
            prop_assert!(height(tau2) <= top + 1e-9 * top.abs().max(1.0), "higher at {tau2}");
        }
        // Moments by a weight function are those at that τ².
        let m = evidence.moments(f64::recip);
        prop_assert!(near(m.q, fit.residual_q(), 0.0, 1e-10), "Q: {}, {}", m.q, fit.residual_q());
        prop_assert!(near(m.trace_v, evidence.df(), 0.0, 1e-9), "tr PV = k - p: {}", m.trace_v);
        prop_assert!(HartungMakambi.tau2(&evidence).is_ok(), "a foreign estimator would see the same");
        // Each median-unbiased estimate lies in its interval of any level.
        for level in [Level::P90, Level::new(0.1).expect("a level")] {
            let generalised = evidence.generalised_q_interval(QWeights::InverseVariance, level);
            for (method, interval) in [
                (Tau2Method::MedianUnbiasedPauleMandel, evidence.q_profile(level)),
                (Tau2Method::MedianUnbiasedGeneralisedQ, generalised),
            ] {
                let estimate = method.tau2(&evidence).expect("an estimate");
                let interval = interval.expect("an interval");
                if let Some(limits) = interval.limits() {
                    prop_assert!(limits.contains(estimate), "{method} at {level}: {estimate} in {limits}");
                }
            }
        }
    }
}

/// Any design of up to three columns, of any numbers.
fn any_design() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let number = prop_oneof![
        6 => -10.0..10.0_f64,
        2 => prop::num::f64::ANY,
        2 => prop::sample::select(vec![0.0, 1.0, -1.0, 1e300, 1e-300, 5e-324, f64::MAX, 1e150]),
    ];
    prop::collection::vec(prop::collection::vec(number, 8), 0..=3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_panics_and_nothing_is_nan((y, v) in anything(), columns in any_design(), intercept: bool) {
        let Ok(data) = Studies::from_analysis(MeanDifference, y, v) else { return Ok(()) };
        let mut design = if intercept { Design::new() } else { Design::new().without_intercept() };
        for (j, column) in columns.into_iter().enumerate() {
            let column: Vec<f64> = column.into_iter().take(data.k()).collect();
            match design.clone().continuous(&format!("x{j}"), column) {
                Ok(longer) => design = longer,
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
        for method in Tau2Method::ALL {
            for inference in [Inference::Normal, Inference::HartungKnapp, Inference::KenwardRoger] {
                check_all(MetaRegression::new(*method).with_inference(inference).fit(&data, &design))?;
            }
        }
        check_all(MetaRegression::common_effect().fit(&data, &design))?;
        check_all(MetaRegression::multiplicative().fit(&data, &design))?;
        check_all(MetaRegression::inverse_variance_weights(Reml).fit(&data, &design))?;
        let deleted = MetaRegression::new(Tau2Method::DerSimonianLaird).deleted_residuals(&data, &design);
        for x in deleted.into_iter().flatten().flatten() {
            prop_assert!(!x.residual.is_nan() && !x.std_error.is_nan(), "{x:?}");
        }
        let inference = [Inference::Normal, Inference::HartungKnapp, Inference::KenwardRoger][data.k() % 3];
        let model = MetaRegression::new(Tau2Method::DerSimonianLaird).with_inference(inference);
        match model.influence(&data, &design) {
            Ok(influence) => prop_assert!(!format!("{influence} {influence:?}").contains("NaN"), "{influence:?}"),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        match model.baujat(&data, &design) {
            Ok(points) => prop_assert!(!format!("{points} {points:?}").contains("NaN"), "{points:?}"),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

/// Every number that can be asked of a fit is one.
fn check_all(fit: Result<Fit, meta_analysis::Error>) -> Result<(), TestCaseError> {
    let fit = match fit {
        Ok(fit) => fit,
        Err(error) => {
            prop_assert!(!error.to_string().is_empty());
            return Ok(());
        }
    };
    for x in fit.coefficients() {
        prop_assert!(x.estimate.is_finite() && x.std_error.is_none_or(f64::is_finite), "{x:?}");
        prop_assert!(x.interval.is_none_or(|i| i.lower <= i.upper), "{x:?}");
        let p = |test: meta_analysis::Test| (0.0..=1.0).contains(&test.p_value()) && !test.log_p_value().is_nan();
        prop_assert!(x.test.is_none_or(p), "{x:?}");
    }
    let number = |x: Option<f64>| x.is_none_or(|x| !x.is_nan());
    let test = fit.test_of_moderators();
    prop_assert!(number(test.map(|test| test.p_value())) && number(test.map(|test| test.log_p_value())), "{test:?}");
    prop_assert!(
        number(fit.i2()) && number(fit.h2()) && number(fit.r2()),
        "{:?} {:?} {:?}",
        fit.i2(),
        fit.h2(),
        fit.r2()
    );
    prop_assert!(number(Some(fit.residual_q())) && number(Some(fit.residual_p_value())), "Q");
    prop_assert!(fit.covariance().is_none_or(|c| c.iter().flatten().all(|x| !x.is_nan())), "covariance");
    for x in fit.residuals().into_iter().flatten() {
        let fine = [x.fitted, x.residual, x.std_error, x.leverage].iter().all(|x| !x.is_nan());
        prop_assert!(fine && number(x.standardised()), "{x:?}");
    }
    prop_assert!(fit.variance_inflation().iter().all(|x| x.factor >= 1.0), "{:?}", fit.variance_inflation());
    let row = vec![1.0; fit.p()];
    if let Ok(x) = fit.predict_row(&row) {
        prop_assert!(x.analysis.estimate.is_finite() && !x.natural.estimate.is_nan(), "{x:?}");
        prop_assert!(x.new_study.is_none_or(|x| x.analysis.lower <= x.analysis.upper), "{x:?}");
    }
    if let Some(likelihood) = fit.likelihood() {
        prop_assert!(!likelihood.log_likelihood.is_nan() && !likelihood.aic().is_nan(), "{likelihood:?}");
    }
    if let Ok(blups) = fit.blups() {
        prop_assert!(!format!("{blups} {blups:?}").contains("NaN"), "{blups:?}");
    }
    prop_assert!(fit.weights().into_iter().flatten().all(|w| (0.0..=1.0).contains(&w)), "{:?}", fit.weights());
    prop_assert!(!fit.to_string().contains("NaN"), "{fit}");
    Ok(())
}
