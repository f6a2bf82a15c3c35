//! Decimal numbers of the example, from bytes and to bytes.

use proptest::prelude::*;

use super::number;

proptest! {
    #[test]
    fn numbers_are_read_as_the_standard_library_does(
        text in prop_oneof![
            "-?[0-9]{1,12}", "-?[0-9]{0,8}\\.[0-9]{0,12}", "-?[0-9]\\.[0-9]{0,6}[eE][-+]?[0-9]{1,3}", "[-+.e0-9]{0,8}",
            "-?[0-9]{15,22}", "[a-zA-Z]{0,8}", any::<f64>().prop_map(|x| x.to_string()),
            any::<f64>().prop_map(|x| format!("{x:e}")),
        ],
    ) {
        let expected = text.parse::<f64>().ok();
        let found = number::parse(text.as_bytes());
        prop_assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "{}", text);
    }

    #[test]
    fn six_digits_are_written(
        value in prop_oneof![any::<f64>(), -1e3..1e3_f64, (-300.0..300.0_f64).prop_map(|l| 10_f64.powf(l)), 0.0..1e-3_f64],
    ) {
        let mut text = Vec::new();
        number::write(&mut text, value);
        let text = String::from_utf8(text).expect("text");
        if value.is_nan() {
            prop_assert_eq!(text, "NA");
        } else if value == 0.0 {
            prop_assert_eq!(text, "0");
        } else if value.is_finite() {
            let back: f64 = text.parse().expect("a number");
            prop_assert!((back - value).abs() <= 5.001e-6 * value.abs(), "{} for {}", text, value);
            // A tie in the last digit may go either way.
            let near = |x: f64| format!("{x:.5e}");
            let all = [near(value), near(value * (1.0 + 1e-14)), near(value * (1.0 - 1e-14))];
            prop_assert!(all.contains(&near(back)), "{} for {}", text, value);
        }
    }
}

#[test]
fn numbers_look_as_one_expects() {
    let written = |value: f64| {
        let mut text = Vec::new();
        number::write(&mut text, value);
        String::from_utf8(text).expect("text")
    };
    let cases = [
        (0.0, "0"),
        (1.0, "1.00000"),
        (-0.123_456_7, "-0.123457"),
        (0.000_123_456_7, "0.000123457"),
        (0.000_012_345_67, "1.23457e-05"),
        (999_999.6, "1.00000e+06"),
        (123_456.0, "123456"),
        (0.999_999_9, "1.00000"),
        (1e-300, "1.00000e-300"),
        (5e-8, "5.00000e-08"),
        (f64::NAN, "NA"),
    ];
    for (value, expected) in cases {
        assert_eq!(written(value), expected);
    }
}
