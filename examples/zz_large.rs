//! x
use meta_analysis::*;
fn main() {
    let k: usize = std::env::args().nth(1).map_or(1_000_000, |s| s.parse().unwrap());
    let mut s: u64 = 1;
    let mut u = || {
        s = s.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (s ^ (s >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let (mut y, mut v, mut x, mut z) = (vec![], vec![], vec![], vec![]);
    for _ in 0..k {
        let var = 10f64.powf(3.0 * u() - 2.0);
        let mut n = || (0..12).map(|_| u()).sum::<f64>() - 6.0;
        let (a, e1, e2) = (n(), n(), n());
        let b = u();
        y.push(0.3 + 0.2 * a - 0.5 * b + 0.5 * e1 + var.sqrt() * e2);
        v.push(var);
        x.push(a);
        z.push(b);
    }
    let st = Studies::from_analysis(MeanDifference, y, v).unwrap();
    let d = Design::new().continuous("x", x).unwrap().continuous("z", z).unwrap();
    let t = std::time::Instant::now();
    let f = MetaRegression::new(Reml).fit(&st, &d).unwrap();
    println!("{:.5}\n{:?}", f, t.elapsed());
}
