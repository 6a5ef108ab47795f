//! The last hundredths of a pixel: the shift that best explains the phases of the cross spectrum of the overlap.
//!
//! Source: the maximum-likelihood weights for a delay are those of C. Knapp and G. Carter, The generalized correlation
//! method for estimation of time delay, IEEE Trans. ASSP 24 (1976) 320; here the coherence is averaged over rings.

use crate::plane::Plane;
use crate::prepare::{Area, Band, Bench, Window};

/// Result of the refinement: the remaining shift and its variance, in pixels.
pub struct Refined {
    pub shift: [f64; 2],
    pub variance: [f64; 2],
}

/// Share of each side that is tapered.
pub const TAPER: f64 = 0.1;
/// Binning has folded the frequencies above this one.
const LARGEST_FREQUENCY: f64 = 0.46;
/// The lowest frequencies show the beam, not the specimen.
const BAND: Band = Band { high_pass_sigma: 0.008, low_pass_radius: 1.0, low_pass_sigma: 0.0 };
/// Rings carry no weight when their coherence is below this multiple of the chance level.
const SIGNIFICANCE: f64 = 2.5;
const STEPS: usize = 8;
const TURN: f64 = 2.0 * core::f64::consts::PI;

/// The transform of one image of the overlap under a window. Reserves no memory.
pub fn windowed_spectrum(
    pixels: &[f32],
    stride: usize,
    area: Area,
    window: &Window,
    plane: &Plane,
    bench: &mut Bench,
    spectrum: &mut [f32],
) {
    let Window { across, down } = window;
    let (mut sum, mut weights) = (0f64, 0f64);
    for y in 0..area.height {
        let start = (area.y + y) * stride + area.x;
        let mut row = 0f32;
        for (value, weight) in pixels[start..start + area.width].iter().zip(across) {
            row += value * weight;
        }
        sum += row as f64 * down[y] as f64;
        weights += down[y] as f64;
    }
    let level = (sum / (weights * across.iter().map(|weight| *weight as f64).sum::<f64>())) as f32;
    let real = &mut bench.real;
    for y in 0..area.height {
        let start = (area.y + y) * stride + area.x;
        let target = &mut real[y * area.width..(y + 1) * area.width];
        let down = down[y];
        for ((target, value), weight) in target.iter_mut().zip(&pixels[start..start + area.width]).zip(across) {
            *target = (value - level) * (weight * down);
        }
    }
    plane.forward(real, spectrum, &mut bench.work);
}

/// The signed frequencies of a grid in cycles per pixel.
fn frequencies(count: usize, length: usize) -> Vec<f64> {
    (0..count).map(|k| (if 2 * k > length { k as f64 - length as f64 } else { k as f64 }) / length as f64).collect()
}

/// `exp(2 pi i f d)`.
fn phasors(frequencies: &[f64], shift: f64) -> Vec<[f32; 2]> {
    frequencies
        .iter()
        .map(|frequency| {
            let (sine, cosine) = (TURN * frequency * shift).sin_cos();
            [cosine as f32, sine as f32]
        })
        .collect()
}

#[inline(always)]
fn product(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

/// One term of the cross spectrum.
#[derive(Clone, Copy)]
struct Term {
    value: [f32; 2],
    row: u16,
    column: u16,
    ring: u16,
}

/// The cross spectrum of two images, sorted into rings of equal spatial frequency.
struct Cross {
    terms: Vec<Term>,
    /// Mean power of the two images in each ring.
    power: Vec<f64>,
    count: Vec<f64>,
    across: Vec<f64>,
    down: Vec<f64>,
}

impl Cross {
    fn new(c: &[f32], a: &[f32], plane: &Plane) -> Self {
        let (rows, columns, width) = (plane.rows, plane.columns, plane.width());
        let ring_count = (rows.min(columns) / 4).clamp(8, 128);
        let (across, down) = (frequencies(width, columns), frequencies(rows, rows));
        let (mut power, mut count) = (vec![0f64; ring_count], vec![0f64; ring_count]);
        let mut terms = Vec::with_capacity(rows * width);
        let smallest = (1.5 / rows.min(columns) as f64).powi(2) as f32;
        let largest = (LARGEST_FREQUENCY * LARGEST_FREQUENCY) as f32;
        let squares: Vec<f32> = across.iter().map(|f| (f * f) as f32).collect();
        let scale = (ring_count as f64 / LARGEST_FREQUENCY) as f32;
        for row in 0..rows {
            let fy = (down[row] * down[row]) as f32;
            // the zero column holds every term twice
            let first = if 2 * row > rows { 1 } else { 0 };
            for column in first..width {
                let square = squares[column] + fy;
                if square >= largest {
                    break;
                }
                if square < smallest {
                    continue;
                }
                let at = 2 * (row * width + column);
                let (cr, ci, ar, ai) = (c[at], c[at + 1], a[at], a[at + 1]);
                let ring = (square.sqrt() * scale) as usize;
                power[ring] += 0.5 * (cr * cr + ci * ci + ar * ar + ai * ai) as f64;
                count[ring] += 1.0;
                let value = [cr * ar + ci * ai, ci * ar - cr * ai];
                terms.push(Term { value, row: row as u16, column: column as u16, ring: ring as u16 });
            }
        }
        Cross { terms, power, count, across, down }
    }

    /// The weight of each ring, given the coherence at a shift.
    fn weights(&self, shift: [f64; 2]) -> Vec<f64> {
        let (px, py) = (phasors(&self.across, shift[0]), phasors(&self.down, shift[1]));
        let mut coherent = vec![0f64; self.power.len()];
        for term in &self.terms {
            let turn = product(px[term.column as usize], py[term.row as usize]);
            coherent[term.ring as usize] += (term.value[0] * turn[0] - term.value[1] * turn[1]) as f64;
        }
        let rings = self.power.len() as f64;
        let weight = |ring: usize| {
            let count = self.count[ring];
            let (power, cross) = (self.power[ring] / count.max(1.0), coherent[ring] / count.max(1.0));
            if count < 4.0 || !(cross > SIGNIFICANCE * power / count.sqrt()) {
                return 0.0;
            }
            let incoherent = (power * power - cross * cross).max(0.0) + 1e-5 * power * power;
            cross / incoherent * BAND.at((ring as f64 + 0.5) / rings * LARGEST_FREQUENCY)
        };
        let mut weights: Vec<f64> = (0..self.power.len()).map(weight).collect();
        let most = weights.iter().cloned().fold(0.0, f64::max);
        if most > 0.0 {
            weights.iter_mut().for_each(|weight| *weight /= most);
        }
        weights
    }

    /// The terms that carry weight, multiplied by it.
    fn weighted(&self, weights: &[f64]) -> Vec<Term> {
        let most = self.power.iter().zip(&self.count).map(|(power, count)| power / count.max(1.0)).fold(0.0, f64::max);
        // keeps the squares that the scatter needs within single precision
        let factors: Vec<f32> = weights.iter().map(|weight| (weight / most) as f32).collect();
        let heavy = |term: &&Term| factors[term.ring as usize] > 0.0;
        self.terms
            .iter()
            .filter(heavy)
            .map(|term| {
                let factor = factors[term.ring as usize];
                Term { value: [term.value[0] * factor, term.value[1] * factor], ..*term }
            })
            .collect()
    }

    /// Newton's steps to the largest weighted correlation, from `start`.
    fn climb(&self, terms: &[Term], start: [f64; 2]) -> Option<Refined> {
        let mut shift = start;
        for step in 0..STEPS {
            let slope = self.slope(terms, shift);
            let [xx, xy, yy] = slope.curvature;
            let determinant = xx * yy - xy * xy;
            if !(xx < 0.0 && yy < 0.0 && determinant > 1e-6 * xx * yy) {
                return None;
            }
            let [gx, gy] = slope.gradient;
            let (move_x, move_y) = (-(yy * gx - xy * gy) / determinant, -(xx * gy - xy * gx) / determinant);
            shift = [shift[0] + move_x, shift[1] + move_y];
            if !(move_x.is_finite() && move_y.is_finite()) || shift[0].abs() > 1.0 || shift[1].abs() > 1.0 {
                return None;
            }
            if move_x.abs().max(move_y.abs()) < 2e-4 || step + 1 == STEPS {
                let (ixx, ixy, iyy) = (yy / determinant, -xy / determinant, xx / determinant);
                let [vxx, vxy, vyy] = slope.scatter;
                let variance_x = ixx * ixx * vxx + 2.0 * ixx * ixy * vxy + ixy * ixy * vyy;
                let variance_y = ixy * ixy * vxx + 2.0 * ixy * iyy * vxy + iyy * iyy * vyy;
                return Some(Refined { shift, variance: [variance_x, variance_y] });
            }
        }
        None
    }

    fn slope(&self, terms: &[Term], shift: [f64; 2]) -> Slope {
        let (px, py) = (phasors(&self.across, shift[0]), phasors(&self.down, shift[1]));
        let wave: Vec<f32> = self.across.iter().map(|f| (TURN * f) as f32).collect();
        let mut slope = Slope { gradient: [0.0; 2], curvature: [0.0; 3], scatter: [0.0; 3] };
        for row_terms in terms.chunk_by(|p, q| p.row == q.row) {
            let row = row_terms[0].row as usize;
            let y = TURN * self.down[row];
            // sums along a row of the powers of its x only; y is the same for all
            let (mut i0, mut i1, mut r0, mut r1, mut r2, mut s0, mut s1, mut s2) = (0f32, 0f32, 0f32, 0f32, 0f32, 0f32, 0f32, 0f32);
            for term in row_terms {
                let column = term.column as usize;
                let [along, away] = product(term.value, product(px[column], py[row]));
                let x = wave[column];
                let square = away * away;
                i0 += away;
                i1 += x * away;
                r0 += along;
                r1 += x * along;
                r2 += x * x * along;
                s0 += square;
                s1 += x * square;
                s2 += x * x * square;
            }
            slope.gradient[0] -= i1 as f64;
            slope.gradient[1] -= y * i0 as f64;
            slope.curvature[0] -= r2 as f64;
            slope.curvature[1] -= y * r1 as f64;
            slope.curvature[2] -= y * y * r0 as f64;
            slope.scatter[0] += s2 as f64;
            slope.scatter[1] += y * s1 as f64;
            slope.scatter[2] += y * y * s0 as f64;
        }
        slope
    }
}

/// Derivatives of the weighted correlation, and the scatter of the terms of the gradient; xx, xy, yy.
struct Slope {
    gradient: [f64; 2],
    curvature: [f64; 3],
    scatter: [f64; 3],
}

/// Correlation of neighbouring terms by a window: the mean fourth power over the squared mean square.
fn window_spread(window: &[f32]) -> f64 {
    let (mut second, mut fourth) = (0f64, 0f64);
    for weight in window {
        let square = (*weight as f64).powi(2);
        second += square;
        fourth += square * square;
    }
    fourth * window.len() as f64 / (second * second)
}

/// Finds the shift of the later image onto the reference beyond the whole pixels already taken out, starting at `start`,
/// from their windowed spectra. None when the phases disagree or the shift leaves the whole pixel.
pub fn refine(reference: &[f32], later: &[f32], plane: &Plane, window: &Window, start: [f64; 2]) -> Option<Refined> {
    let cross = Cross::new(reference, later, plane);
    let first = cross.climb(&cross.weighted(&cross.weights(start)), start)?;
    // the coherence is seen in full only at the right shift
    let mut second = cross.climb(&cross.weighted(&cross.weights(first.shift)), first.shift)?;
    let spread = window_spread(&window.across) * window_spread(&window.down);
    second.variance = second.variance.map(|variance| variance * spread);
    Some(second)
}
