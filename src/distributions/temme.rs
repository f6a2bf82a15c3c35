//! Temme's uniform expansion of the incomplete gamma functions for large shapes
//! near the mean, where series and continued fractions need many terms.

use super::double_double::DoubleDouble;
use super::erf::erfcx;
use super::gamma::SQRT_TWO_PI;
use super::side::{Scaled, Side};

/// Smallest shape: from here seven powers of `1 / a` leave less than 1e-17.
const SMALLEST_SHAPE: f64 = 200.0;
/// Largest `|x / a - 1|`, for which the Taylor series in `eta` are long enough.
const BAND: f64 = 0.2;

/// Whether the expansion holds to double precision at shape `a` and argument `x`.
pub(crate) fn applies(a: f64, x: f64) -> bool {
    a >= SMALLEST_SHAPE && (x - a).abs() <= BAND * a
}

/// Taylor coefficients of Temme's `C_k(eta)`, `k` from 0 to 6, highest power
/// first, from exact rational arithmetic on his recursion (1979; DLMF 8.12.10).
const TEMME: [&[f64]; 7] = [
    &[
        -4.382036018453353e-9,
        1.0261809784240309e-8,
        6.707853543401498e-9,
        -1.7665952736826078e-7,
        8.296711340953087e-7,
        -1.85406221071516e-6,
        -2.185448510679992e-6,
        3.919263178522438e-5,
        -0.0001787551440329218,
        0.0003527336860670194,
        0.0011574074074074073,
        -0.014814814814814815,
        0.08333333333333333,
        -0.3333333333333333,
    ],
    &[
        -5.752545603517705e-8,
        1.378633446915721e-7,
        4.647127802807434e-9,
        -1.6120900894563446e-6,
        7.64916091608111e-6,
        -1.8098550334489977e-5,
        -4.018775720164609e-7,
        0.00020576131687242798,
        -0.0009902263374485596,
        0.0026455026455026454,
        -0.003472222222222222,
        -0.001851851851851852,
    ],
    &[
        -6.298992138380055e-7,
        1.3721957309062934e-6,
        3.423578734096138e-8,
        -1.2760635188618728e-5,
        5.2923448829120125e-5,
        -0.0001073665322636516,
        2.0093878600823047e-6,
        0.0007716049382716049,
        -0.0026813271604938273,
        0.004133597883597883,
    ],
    &[
        -5.6749528269915965e-6,
        1.1082654115347302e-5,
        -2.396505113867297e-7,
        -7.561801671883977e-5,
        0.00026772063206283885,
        -0.0004691894943952557,
        0.00022947209362139917,
        0.0006494341563786008,
    ],
    &[
        -3.968365047179435e-5,
        6.641498215465122e-5,
        -1.4638452578843418e-6,
        -0.0002990724803031902,
        0.0007840392217200666,
        -0.0008618882909167117,
    ],
    &[-0.00019932570516188847, 0.0002772753244959392, -6.972813758365857e-5, -0.00033679855336635813],
    &[-0.0005921664373536939, 0.0005313079364639922],
];

/// Temme's uniform expansion (1979, "The asymptotic expansion of the incomplete
/// gamma functions"; DLMF 8.12.4 and 8.12.7) of the smaller side.
pub(crate) fn side(a: f64, x: f64, exponent: DoubleDouble, factor: f64) -> Side {
    // a eta^2 / 2 is the deviance, already free of cancellation.
    let size = (2.0 * exponent.hi.max(0.0) / a).sqrt();
    let eta = if x < a { -size } else { size };
    let inverse = 1.0 / a;
    let series =
        TEMME.iter().rev().fold(0.0, |sum, row| sum * inverse + row.iter().fold(0.0, |inner, c| inner * eta + c));
    let correction = series / (a.sqrt() * SQRT_TWO_PI);
    // Both sides share exp(-deviance): take it out of erfc as well, so that
    // far tails keep their digits.
    let main = 0.5 * erfcx(exponent.hi.max(0.0).sqrt());
    let signed = if x < a { -correction } else { correction };
    let part = Scaled { exponent, factor: main + signed, steepness: factor * a / (main + signed) };
    if x < a { Side::Lower(part) } else { Side::Upper(part) }
}
