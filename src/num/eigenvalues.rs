//! Eigenvalues of symmetric matrices.

/// Steps for each eigenvalue; two are the rule.
const MAX_STEPS: usize = 60;

/// The eigenvalues of a symmetric matrix given by the rows of its lower triangle, in no order; in k³ steps. `None` if
/// it has an entry that is not a finite number.
///
/// Householder's (1958) reduction to three diagonals, then the implicit QL algorithm (Dubrulle, Martin & Wilkinson
/// 1968).
pub(crate) fn symmetric_eigenvalues(a: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let (mut diagonal, mut off) = tridiagonal(a);
    if !diagonal.iter().chain(&off).all(|x| x.is_finite()) {
        return None;
    }
    let n = diagonal.len();
    for l in 0..n {
        for step in 0.. {
            // The end of the block that begins at l.
            let end = (l..n.saturating_sub(1))
                .find(|&m| off[m].abs() <= f64::EPSILON * (diagonal[m].abs() + diagonal[m + 1].abs()))
                .unwrap_or(n - 1);
            if end == l {
                break;
            }
            if step == MAX_STEPS {
                return None;
            }
            ql_step(&mut diagonal, &mut off, l, end);
        }
    }
    Some(diagonal)
}

/// The diagonal, and beside it the off-diagonal, of a similar matrix with three diagonals.
fn tridiagonal(mut a: Vec<Vec<f64>>) -> (Vec<f64>, Vec<f64>) {
    let n = a.len();
    let mut off = vec![0.0; n];
    for i in (1..n).rev() {
        // Reflects the row before its diagonal onto its last entry.
        let (rest, last) = a.split_at_mut(i);
        let v = &mut last[0][..i];
        let scale = v[..i - 1].iter().fold(0.0_f64, |scale, x| scale.max(x.abs()));
        if scale == 0.0 {
            off[i - 1] = v[i - 1];
            continue;
        }
        let scale = scale.max(v[i - 1].abs());
        v.iter_mut().for_each(|x| *x /= scale);
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt().copysign(v[i - 1]);
        off[i - 1] = -norm * scale;
        v[i - 1] += norm;
        // With v'v / 2 = norm · v_last: A -= v w' + w v', w = p - (v'p / 2h) v, p = A v / h.
        let h = norm * v[i - 1];
        let mut w: Vec<f64> = vec![0.0; i];
        for (j, row) in rest.iter().enumerate() {
            let mut sum = row[j] * v[j];
            for l in 0..j {
                sum += row[l] * v[l];
                w[l] += row[l] * v[j];
            }
            w[j] += sum;
        }
        w.iter_mut().for_each(|x| *x /= h);
        let half = v.iter().zip(&w).map(|(v, w)| v * w).sum::<f64>() / (2.0 * h);
        w.iter_mut().zip(v.iter()).for_each(|(w, v)| *w -= half * v);
        for (j, row) in rest.iter_mut().enumerate() {
            for (l, entry) in row.iter_mut().enumerate().take(j + 1) {
                *entry -= v[j] * w[l] + w[j] * v[l];
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), off)
}

/// One step of the implicit QL algorithm on the block from l to m.
fn ql_step(d: &mut [f64], e: &mut [f64], l: usize, m: usize) {
    let mut g = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let mut r = g.hypot(1.0);
    g = d[m] - d[l] + e[l] / (g + r.copysign(g));
    let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
    for i in (l..m).rev() {
        let (f, b) = (s * e[i], c * e[i]);
        r = f.hypot(g);
        e[i + 1] = r;
        if r == 0.0 {
            d[i + 1] -= p;
            e[m] = 0.0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2.0 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_spectra_come_out() {
        // The second difference matrix: 2 - 2 cos (π i / (n + 1)).
        let n = 12;
        let entry = |i: usize, j: usize| if i == j { 2.0 } else { -f64::from(u8::from(i == j + 1)) };
        let mut found = symmetric_eigenvalues((0..n).map(|i| (0..=i).map(|j| entry(i, j)).collect()).collect())
            .expect("eigenvalues");
        found.sort_by(f64::total_cmp);
        for (i, value) in found.iter().enumerate() {
            let exact = 2.0 - 2.0 * (std::f64::consts::PI * (i as f64 + 1.0) / (n as f64 + 1.0)).cos();
            assert!((value - exact).abs() < 1e-14, "eigenvalue {i}: {value}, {exact}");
        }
        // I - 11'/n, times 3: one 0 and n - 1 threes.
        let full = |i: usize, j: usize| f64::from(u8::from(i == j)) * 3.0 - 3.0 / n as f64;
        let mut found = symmetric_eigenvalues((0..n).map(|i| (0..=i).map(|j| full(i, j)).collect()).collect())
            .expect("eigenvalues");
        found.sort_by(f64::total_cmp);
        assert!(found[0].abs() < 1e-14 && found[1..].iter().all(|x| (x - 3.0).abs() < 1e-14), "{found:?}");
        assert!(symmetric_eigenvalues(vec![vec![f64::NAN]]).is_none(), "not a number");
    }
}
