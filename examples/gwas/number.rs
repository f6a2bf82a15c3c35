//! Decimal numbers from bytes, and to bytes.

use std::io::Write;

/// Powers of ten that are exact doubles.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// Whole numbers up to here are exact doubles.
const MAX_MANTISSA: u64 = 1 << 53;

/// The nearest double to a decimal number. Up to 2^53 without the point and with few places, one division of exact
/// numbers gives it (Clinger 1990); the standard library reads the others.
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    plain(text).or_else(|| std::str::from_utf8(text).ok()?.parse().ok())
}

/// `None` for what is not simple.
fn plain(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let (mut mantissa, mut places, mut point, mut exponent) = (0_u64, 0_usize, false, 0_i32);
    for (i, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                places += usize::from(point);
            }
            b'.' if !point => point = true,
            b'e' | b'E' if i > usize::from(point) => {
                exponent = small_whole(&digits[i + 1..])?;
                break;
            }
            _ => return None,
        }
    }
    if mantissa > MAX_MANTISSA || (point && digits.len() == 1) {
        return None;
    }
    let exponent = exponent - i32::try_from(places).ok()?;
    let power = EXACT.get(usize::try_from(exponent.unsigned_abs()).ok()?)?;
    #[allow(clippy::cast_precision_loss, reason = "at most 2^53")]
    let mantissa = mantissa as f64;
    let value = if exponent < 0 { mantissa / power } else { mantissa * power };
    Some(if negative { -value } else { value })
}

/// An exponent of at most two digits.
fn small_whole(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    match digits {
        [a @ b'0'..=b'9'] => Some(sign * i32::from(a - b'0')),
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(sign * (i32::from(a - b'0') * 10 + i32::from(b - b'0'))),
        _ => None,
    }
}

/// Digits written of a number.
const DIGITS: i32 = 6;

/// Writes six significant digits, `NA` for what is not a number: `0.0123456`, `123.456`, `1.23456e-08`.
pub(crate) fn write(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        out.extend_from_slice(if value.is_nan() { b"NA" } else { b"inf" });
        return;
    }
    if value < 0.0 {
        out.push(b'-');
    }
    let value = value.abs();
    if value == 0.0 {
        out.push(b'0');
        return;
    }
    let Some((digits, exponent)) = six_digits(value) else {
        // Subnormal numbers and the like: rare.
        let _ = write!(out, "{value:.5e}");
        return;
    };
    match exponent {
        -4..0 => {
            out.extend_from_slice(&b"0.000"[..usize::try_from(1 - exponent).unwrap_or(2)]);
            out.extend_from_slice(&digits);
        }
        0..DIGITS => {
            let (whole, places) = digits.split_at(usize::try_from(exponent + 1).unwrap_or(1));
            out.extend_from_slice(whole);
            if !places.is_empty() {
                out.push(b'.');
                out.extend_from_slice(places);
            }
        }
        _ => {
            out.push(digits[0]);
            out.push(b'.');
            out.extend_from_slice(&digits[1..]);
            let _ = write!(out, "e{exponent:+03}");
        }
    }
}

/// The first six digits of a positive number, rounded, and its decimal exponent.
fn six_digits(value: f64) -> Option<([u8; 6], i32)> {
    if !(1e-290..1e290).contains(&value) {
        return None;
    }
    // From the binary exponent: too small by one at most.
    let binary = i32::try_from(value.to_bits() >> 52).ok()? - 1023;
    let mut exponent = (binary * 1233) >> 12;
    let mut scaled = scale(value, DIGITS - 1 - exponent);
    if scaled >= 1e6 - 0.5 {
        exponent += 1;
        scaled = scale(value, DIGITS - 1 - exponent);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a million")]
    let mut rest = (scaled + 0.5) as u32;
    if !(100_000..1_000_000).contains(&rest) {
        return None;
    }
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    Some((digits, exponent))
}

/// Times a power of ten.
fn scale(value: f64, power: i32) -> f64 {
    let exact = |n: i32| EXACT.get(usize::try_from(n).unwrap_or(usize::MAX));
    match (exact(power), exact(-power)) {
        (Some(factor), _) => value * factor,
        (None, Some(factor)) => value / factor,
        // Six digits need no more than this.
        (None, None) => value * 10_f64.powi(power),
    }
}

/// Writes a whole number.
pub(crate) fn write_whole(out: &mut Vec<u8>, value: u32) {
    let _ = write!(out, "{value}");
}
