//! What is refused, and in which words.

use meta_analysis::{
    Coding, Design, EffectSize, Error, GeneralisedQ, Inference, Level, MaximumLikelihood, MeanDifference,
    MetaRegression, QWeights, Reml, RiskRatio, Studies, Tau2Method, TwoByTwo,
};

fn studies(k: u32) -> Studies<MeanDifference> {
    let y = (0..k).map(|i| f64::from(i * i % 7)).collect();
    Studies::from_analysis(MeanDifference, y, vec![1.0; k as usize]).expect("studies")
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>, text: &str) {
    assert_eq!(result.unwrap_err().to_string(), text, "the text of the error");
}

#[test]
fn designs_are_validated() {
    let x = Design::new().continuous("x", [1.0, 2.0, 4.0]).expect("a column");
    refused(Design::new().continuous("x", [1.0, f64::NAN]), "study 2: the moderator must be finite, but is NaN");
    refused(
        x.clone().continuous("z", [1.0]),
        "there must be as many values of a moderator as studies (3), but there are 1",
    );
    refused(x.clone().continuous("x", [1.0; 3]), "the moderator \"x\" is there already");
    refused(x.clone().continuous("intercept", [1.0; 3]), "the moderator \"intercept\" is there already");
    refused(x.clone().factor("f", ["a"; 3], Coding::Sum), "the moderator \"f\" must have at least two levels");
    refused(
        x.clone().factor_with_levels("f", &["a", "b", "c"], &["a", "b"], Coding::Sum),
        "study 3: unknown level \"c\"",
    );
    refused(
        x.clone().factor_with_levels("f", &["a", "b", "b"], &["a", "b", "a"], Coding::Sum),
        "the moderator \"f\" must have each level once",
    );
    refused(x.clone().interaction(&["x", "z"]), "unknown moderator \"z\"");
    refused(x.clone().interaction(&["x"]), "the moderator \"x\" must be an interaction of at least two moderators");
    let squared = x.interaction(&["x", "x"]).expect("a square");
    assert_eq!(squared.row(2).expect("a row"), [1.0, 4.0, 16.0]);
    refused(squared.interaction(&["x", "x"]), "the moderator \"x:x\" is there already");
}

#[test]
fn points_are_validated() {
    let design = Design::new().continuous("x", [1.0, 2.0]).expect("a column");
    let design = design.factor("f", ["a", "b"], Coding::Treatment).expect("a factor");
    refused(design.point(&[("x", 1.0.into())]), "the moderator \"f\" needs a value");
    refused(
        design.point(&[("x", "a".into()), ("f", "a".into())]),
        "the moderator \"x\" is continuous and needs a number",
    );
    refused(design.point(&[("x", 1.0.into()), ("f", 1.0.into())]), "the moderator \"f\" is a factor and needs a level");
    refused(design.point(&[("x", 1.0.into()), ("f", "c".into())]), "unknown level \"c\"");
    refused(design.point(&[("y", 1.0.into())]), "unknown moderator \"y\"");
    refused(
        design.point(&[("x", f64::INFINITY.into()), ("f", "a".into())]),
        "the moderator must be finite, but is inf",
    );
    assert_eq!(design.row(2), None, "there are two studies");
}

#[test]
fn fits_are_refused_with_reasons() {
    let model = MetaRegression::new(Reml);
    let fit = |k: u32, design: &Design| model.fit(&studies(k), design).map(|fit| fit.p());
    let x = Design::new().continuous("x", [1.0, 2.0, 4.0]).expect("a column");
    refused(fit(2, &x), "there must be as many rows of the design as studies (2), but there are 3");
    refused(fit(0, &Design::new()), "there must be at least one study to pool, but there is none");
    refused(fit(1, &Design::new()), "a regression with so many coefficients needs at least 2 studies, but there are 1");
    let square = x.clone().interaction(&["x", "x"]).expect("a square");
    refused(fit(3, &square), "a regression with so many coefficients needs at least 4 studies, but there are 3");
    refused(fit(3, &Design::new().without_intercept()), "a design must have at least one column, but has none");
    let five = |name: &str, design: Design, values: [f64; 5]| design.continuous(name, values).expect("a column");
    let x = five("x", Design::new(), [1.0, 2.0, 4.0, 5.0, 9.0]);
    refused(
        fit(5, &five("z", x.clone(), [5.0, 7.0, 11.0, 13.0, 21.0])),
        "the columns of a design must be independent, but \"z\" is a combination of \"intercept\", \"x\"",
    );
    refused(
        fit(5, &five("z", x.clone(), [0.5, 1.0, 2.0, 2.5, 4.5])),
        "the columns of a design must be independent, but \"z\" is a combination of \"x\"",
    );
    refused(
        fit(5, &five("z", x.clone(), [0.0; 5])),
        "the columns of a design must be independent, but \"z\" is 0 throughout",
    );
    refused(
        fit(5, &five("z", x.clone(), [1e300, -1e300, 1.0, 1.0, 1.0]).interaction(&["z", "z"]).expect("a square")),
        "an interaction of moderators is outside the range of floating-point numbers",
    );
    refused(
        model.with_inference(Inference::HartungKnappIqwig).fit(&studies(5), &x),
        "the rule of IQWiG for one interval is not defined for a regression on moderators",
    );
}

#[test]
fn eigenvalues_of_a_thousand_studies_are_enough() {
    let x: Vec<f64> = (0..1001).map(f64::from).collect();
    let design = Design::new().continuous("x", x).expect("a column");
    let model = MetaRegression::new(Tau2Method::MedianUnbiasedGeneralisedQ);
    refused(
        model.fit(&studies(1001), &design),
        "the distribution of the generalised Q statistic about a regression is computed for at most 1000 studies, \
         but there are 1001",
    );
    // Intervals that need no eigenvalues have no such limit.
    let fit = MetaRegression::new(Reml).fit(&studies(1001), &design).expect("a fit");
    refused(
        fit.evidence().generalised_q_interval(QWeights::InverseStdError, Level::P95),
        "the distribution of the generalised Q statistic about a regression is computed for at most 1000 studies, \
         but there are 1001",
    );
    assert!(fit.evidence().q_profile(Level::P95).is_ok() && Reml.profile_interval(&fit.evidence(), Level::P95).is_ok());
    assert!(MetaRegression::new(GeneralisedQ::new(QWeights::InverseStdError)).fit(&studies(1001), &design).is_ok());
}

#[test]
fn questions_are_refused_with_reasons() {
    let x = Design::new().continuous("x", [1.0, 2.0, 4.0, 5.0, 9.0]).expect("a column");
    let (small, large) = (Design::new(), x.clone().interaction(&["x", "x"]).expect("a square"));
    let fit = MetaRegression::new(MaximumLikelihood).fit(&studies(5), &x).expect("a fit");
    refused(fit.contrast(&[1.0]), "a row must have an entry for each of the 2 columns of the design, but has 1");
    refused(fit.predict_row(&[1.0, f64::NAN]), "the entry of a row must be finite, but is NaN");
    refused(fit.test_of(&["z"]), "unknown column of the design \"z\"");
    refused(
        fit.test_of_contrasts(&[vec![0.0, 1.0], vec![0.0, 2.0]]),
        "the columns of a design must be independent, but \"row 2\" is a combination of \"row 1\"",
    );
    let unlike = |model_fit, text: &str| {
        let text =
            format!("a likelihood-ratio test needs nested fits of the same studies by one likelihood, but {text}");
        refused(fit.likelihood_ratio(&model_fit), &text);
    };
    let ml = MetaRegression::new(MaximumLikelihood);
    unlike(ml.fit(&studies(5), &large).expect("a fit"), "the second design is not nested in the first");
    unlike(MetaRegression::new(Reml).fit(&studies(5), &small).expect("a fit"), "the models of heterogeneity differ");
    let other = Studies::from_analysis(MeanDifference, vec![1.0; 5], vec![1.0; 5]).expect("studies");
    unlike(ml.fit(&other, &small).expect("a fit"), "the studies differ");
    let (reml, z) = (MetaRegression::new(Reml), Design::new().continuous("z", [3.0, 5.0, 9.0, 11.0, 19.0]));
    let of = |design: &Design| reml.fit(&studies(5), design).expect("a fit");
    let error = of(&x).likelihood_ratio(&of(&small)).unwrap_err();
    assert!(error.to_string().ends_with("but the restricted likelihoods of different designs are of different data"));
    // The same space in other coordinates is the same design.
    let same = of(&x).likelihood_ratio(&of(&z.expect("a column"))).expect("one space");
    assert!(same.statistic < 1e-12 && same.df == 0 && same.p_value() == 1.0, "{same:?}");
}

#[test]
fn rows_of_excluded_studies_are_left_out() {
    let tables = [[4, 119, 11, 128], [0, 100, 0, 100], [3, 228, 11, 209], [62, 13_536, 248, 12_619]];
    let tables: Vec<TwoByTwo> = tables.iter().map(|&[a, b, c, d]| TwoByTwo::new([a, b], [c, d])).collect();
    let studies = RiskRatio.studies(&tables).expect("studies");
    assert_eq!((studies.k(), studies.excluded().len()), (3, 1));
    let all = Design::new().continuous("x", [44.0, 1e6, 42.0, 52.0]).expect("a column");
    let left = Design::new().continuous("x", [44.0, 42.0, 52.0]).expect("a column");
    let fit = |design: &Design| MetaRegression::new(Reml).fit(&studies, design).expect("a fit");
    assert_eq!(fit(&all).coefficients(), fit(&left).coefficients());
    assert_eq!(fit(&all).design(), &left);
    assert!(fit(&all).to_string().contains("note: 1 study left out as not estimable"));
}
