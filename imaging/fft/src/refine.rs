//! The last hundredths of a pixel: the shift that best explains the phases of the cross spectrum of the overlap.
//!
//! Source: the maximum-likelihood weights for a delay are those of C. Knapp and G. Carter, The generalized correlation
//! method for estimation of time delay, IEEE Trans. ASSP 24 (1976) 320; here the coherence is averaged over rings.

use crate::plane::{Plane, Work};
use crate::prepare::{cosine_edge, Area, Band};

/// What the refinement found: the shift left over and the variance of it, in pixels.
pub struct Refined {
    pub shift: [f64; 2],
    pub variance: [f64; 2],
}

/// One image of the overlap, `stride` pixels a row.
pub struct Part<'a> {
    pub pixels: &'a [f32],
    pub stride: usize,
    pub area: Area,
}

const TAPER: f64 = 0.12;
const LARGEST_FREQUENCY: f64 = 0.46;
const STEPS: usize = 8;

fn windowed_spectrum(part: &Part, plane: &Plane, work: &mut Work, window: &[Vec<f32>; 2], real: &mut [f32]) -> Vec<f32> {
    let area = part.area;
    let [across, down] = window;
    let (mut sum, mut weights) = (0f64, 0f64);
    for y in 0..area.height {
        let start = (area.y + y) * part.stride + area.x;
        let mut row = 0f64;
        for (value, weight) in part.pixels[start..start + area.width].iter().zip(across) {
            row += (value * weight) as f64;
        }
        sum += row * down[y] as f64;
        weights += down[y] as f64;
    }
    let level = (sum / (weights * across.iter().map(|w| *w as f64).sum::<f64>())) as f32;
    for y in 0..area.height {
        let start = (area.y + y) * part.stride + area.x;
        let target = &mut real[y * area.width..(y + 1) * area.width];
        for ((target, value), weight) in target.iter_mut().zip(&part.pixels[start..start + area.width]).zip(across) {
            *target = (value - level) * (weight * down[y]);
        }
    }
    let mut spectrum = vec![0f32; 2 * plane.rows * plane.width()];
    plane.forward(real, &mut spectrum, work);
    spectrum
}

/// `exp(2 pi i k d / n)` for the signed frequencies of a grid.
fn phasors(count: usize, length: usize, shift: f64) -> Vec<[f32; 2]> {
    (0..count)
        .map(|k| {
            let signed = if 2 * k > length { k as f64 - length as f64 } else { k as f64 };
            let (sine, cosine) = (2.0 * core::f64::consts::PI * signed * shift / length as f64).sin_cos();
            [cosine as f32, sine as f32]
        })
        .collect()
}

/// Cross and mean power summed over rings of equal spatial frequency.
struct Rings {
    cross: Vec<f64>,
    power: Vec<f64>,
    count: Vec<f64>,
}

/// One term of the cross spectrum that carries weight.
struct Term {
    re: f32,
    im: f32,
    row: u32,
    column: u32,
    ring: u32,
}

/// Finds the shift of `later` onto `reference` beyond the whole pixels already taken out, starting at `start`.
/// Nothing when the phases do not hold together or the answer leaves the neighbourhood of the start.
pub fn refine(reference: &Part, later: &Part, start: [f64; 2], plane: &Plane, work: &mut Work, real: &mut [f32]) -> Option<Refined> {
    let (rows, columns, width) = (plane.rows, plane.columns, plane.width());
    let window = [cosine_edge(columns, TAPER * columns as f64), cosine_edge(rows, TAPER * rows as f64)];
    let c = windowed_spectrum(reference, plane, work, &window, real);
    let a = windowed_spectrum(later, plane, work, &window, real);

    let ring_count = (rows.min(columns) / 4).clamp(8, 128);
    let mut rings = Rings { cross: vec![0.0; ring_count], power: vec![0.0; ring_count], count: vec![0.0; ring_count] };
    let (px, py) = (phasors(width, columns, start[0]), phasors(rows, rows, start[1]));
    let mut terms = Vec::with_capacity(rows * width * 2 / 3);
    let smallest = 2.0 / rows.min(columns) as f64;
    for row in 0..rows {
        let fy = (if 2 * row > rows { row as f64 - rows as f64 } else { row as f64 }) / rows as f64;
        if fy.abs() >= LARGEST_FREQUENCY {
            continue;
        }
        for column in 0..width {
            let fx = column as f64 / columns as f64;
            let radius = (fx * fx + fy * fy).sqrt();
            // the zero column holds every term twice
            if radius >= LARGEST_FREQUENCY || radius < smallest || (column == 0 && 2 * row > rows) {
                continue;
            }
            let at = 2 * (row * width + column);
            let (cr, ci, ar, ai) = (c[at], c[at + 1], a[at], a[at + 1]);
            let (gr, gi) = (cr * ar + ci * ai, ci * ar - cr * ai);
            let (xr, xi) = (px[column][0], px[column][1]);
            let (yr, yi) = (py[row][0], py[row][1]);
            let (wr, wi) = (xr * yr - xi * yi, xr * yi + xi * yr);
            let ring = (radius / LARGEST_FREQUENCY * ring_count as f64) as usize;
            rings.cross[ring] += (gr * wr - gi * wi) as f64;
            rings.power[ring] += 0.5 * (cr * cr + ci * ci + ar * ar + ai * ai) as f64;
            rings.count[ring] += 1.0;
            terms.push(Term { re: gr, im: gi, row: row as u32, column: column as u32, ring: ring as u32 });
        }
    }
    let weights = ring_weights(&rings);
    let spread = window_spread(&window[0]) * window_spread(&window[1]);
    climb(&terms, &weights, rows, columns, start, spread)
}

fn ring_weights(rings: &Rings) -> Vec<f32> {
    let band = Band { high_pass_sigma: 0.01, low_pass_radius: 1.0, low_pass_sigma: 0.0 };
    let total = rings.cross.len() as f64;
    let mut weights: Vec<f64> = (0..rings.cross.len())
        .map(|ring| {
            let count = rings.count[ring];
            if count < 1.0 {
                return 0.0;
            }
            let power = rings.power[ring] / count;
            // what noise alone would give is taken off
            let cross = rings.cross[ring] / count - power / count.sqrt();
            if !(cross > 0.0 && power > 0.0) {
                return 0.0;
            }
            let frequency = (ring as f64 + 0.5) / total * LARGEST_FREQUENCY;
            let incoherent = (power * power - cross * cross).max(0.0) + 1e-3 * power * power;
            cross / incoherent * band.at(frequency)
        })
        .collect();
    let most = weights.iter().cloned().fold(0.0, f64::max);
    if most > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= most);
    }
    weights.into_iter().map(|weight| weight as f32).collect()
}

/// How much a window correlates neighbouring terms: the mean fourth power over the squared mean square.
fn window_spread(window: &[f32]) -> f64 {
    let (mut second, mut fourth) = (0f64, 0f64);
    for weight in window {
        let square = (*weight as f64).powi(2);
        second += square;
        fourth += square * square;
    }
    fourth * window.len() as f64 / (second * second)
}

fn climb(terms: &[Term], weights: &[f32], rows: usize, columns: usize, start: [f64; 2], spread: f64) -> Option<Refined> {
    let turn = 2.0 * core::f64::consts::PI;
    let kx: Vec<f32> = (0..columns / 2 + 1).map(|k| (turn * k as f64 / columns as f64) as f32).collect();
    let ky: Vec<f32> = (0..rows)
        .map(|k| (turn * (if 2 * k > rows { k as f64 - rows as f64 } else { k as f64 }) / rows as f64) as f32)
        .collect();
    let mut shift = start;
    for step in 0..STEPS {
        let (px, py) = (phasors(kx.len(), columns, shift[0]), phasors(rows, rows, shift[1]));
        // gradient, curvature and the scatter of the gradient's terms
        let (mut gx, mut gy, mut hxx, mut hxy, mut hyy) = (0f64, 0f64, 0f64, 0f64, 0f64);
        let (mut vxx, mut vxy, mut vyy) = (0f64, 0f64, 0f64);
        for row_terms in terms.chunk_by(|p, q| p.row == q.row) {
            let row = row_terms[0].row as usize;
            let ([yr, yi], y) = (py[row], ky[row]);
            let mut sums = [0f32; 8];
            for term in row_terms {
                let column = term.column as usize;
                let ([xr, xi], x) = (px[column], kx[column]);
                let (wr, wi) = (xr * yr - xi * yi, xr * yi + xi * yr);
                let weight = weights[term.ring as usize];
                let along = weight * (term.re * wr - term.im * wi);
                let across = weight * (term.re * wi + term.im * wr);
                sums[0] -= x * across;
                sums[1] -= y * across;
                sums[2] -= x * x * along;
                sums[3] -= x * y * along;
                sums[4] -= y * y * along;
                let square = across * across;
                sums[5] += x * x * square;
                sums[6] += x * y * square;
                sums[7] += y * y * square;
            }
            gx += sums[0] as f64;
            gy += sums[1] as f64;
            hxx += sums[2] as f64;
            hxy += sums[3] as f64;
            hyy += sums[4] as f64;
            vxx += sums[5] as f64;
            vxy += sums[6] as f64;
            vyy += sums[7] as f64;
        }
        let determinant = hxx * hyy - hxy * hxy;
        if !(hxx < 0.0 && hyy < 0.0 && determinant > 1e-6 * hxx * hyy) {
            return None;
        }
        let move_x = -(hyy * gx - hxy * gy) / determinant;
        let move_y = -(hxx * gy - hxy * gx) / determinant;
        shift[0] += move_x;
        shift[1] += move_y;
        if !(shift[0] - start[0]).is_finite() || (shift[0] - start[0]).abs() > 1.0 || (shift[1] - start[1]).abs() > 1.0 {
            return None;
        }
        if move_x.abs().max(move_y.abs()) < 1e-4 || step + 1 == STEPS {
            let (ixx, ixy, iyy) = (hyy / determinant, -hxy / determinant, hxx / determinant);
            let variance_x = ixx * ixx * vxx + 2.0 * ixx * ixy * vxy + ixy * ixy * vyy;
            let variance_y = ixy * ixy * vxx + 2.0 * ixy * iyy * vxy + iyy * iyy * vyy;
            return Some(Refined { shift, variance: [variance_x * spread, variance_y * spread] });
        }
    }
    None
}
