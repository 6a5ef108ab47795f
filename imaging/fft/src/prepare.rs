//! From binned pixels to a filtered spectrum: trim, taper, pad, transform, filter.

use crate::plane::{Plane, Work};
use crate::spectrum;

/// A rectangle of pixels, `x` to the right and `y` downwards.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// The band-pass filter in cycles per pixel.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Band {
    pub high_pass_sigma: f64,
    pub low_pass_radius: f64,
    pub low_pass_sigma: f64,
}

impl Band {
    /// The filter of a correlation at spatial frequency `s`, Nyquist 0.5.
    pub fn at(&self, s: f64) -> f64 {
        let high = if self.high_pass_sigma > 0.0 {
            1.0 - (-s * s / (2.0 * self.high_pass_sigma * self.high_pass_sigma)).exp()
        } else {
            1.0
        };
        let beyond = s - self.low_pass_radius;
        let low = if beyond <= 0.0 {
            1.0
        } else if self.low_pass_sigma > 0.0 {
            (-beyond * beyond / (2.0 * self.low_pass_sigma * self.low_pass_sigma)).exp()
        } else {
            0.0
        };
        high * low
    }

    /// The square root of the filter on the half-complex grid, without the mean.
    pub fn root_table(&self, rows: usize, columns: usize) -> Vec<f32> {
        const STEPS: usize = 8192;
        // radius 0 .. sqrt(1/2), looked up by its square, so that no pixel needs a root
        let by_square: Vec<f32> =
            (0..=STEPS).map(|i| self.at((0.5 * i as f64 / STEPS as f64).sqrt()).sqrt() as f32).collect();
        let width = columns / 2 + 1;
        let mut table = Vec::with_capacity(rows * width);
        let across: Vec<f32> = (0..width).map(|x| (x as f64 / columns as f64).powi(2) as f32).collect();
        for y in 0..rows {
            let distance = y.min(rows - y) as f64 / rows as f64;
            let down = (distance * distance) as f32;
            for square in &across {
                table.push(by_square[((square + down) * (2 * STEPS) as f32 + 0.5) as usize]);
            }
        }
        table[0] = 0.0;
        table
    }
}

/// Conditions under which two prepared spectra can be compared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Recipe {
    pub rows: usize,
    pub columns: usize,
    pub taper: f64,
    pub band: Band,
}

/// The filtered spectrum of one sub-area and the filtered pixels themselves.
pub struct Prepared {
    pub area: Area,
    pub recipe: Recipe,
    pub spectrum: Vec<f32>,
    pub filtered: Vec<f32>,
}

impl Prepared {
    /// Memory for a preparation that `prepare` fills.
    pub fn empty(area: Area, recipe: Recipe) -> Self {
        let width = recipe.columns + 2;
        Prepared {
            area,
            recipe,
            spectrum: unset(recipe.rows * width),
            filtered: unset(area.width * area.height),
        }
    }
}

/// Memory of a preparation besides the pixels; it is reserved first, so that the preparation can run on a second thread.
pub struct Bench {
    pub work: Work,
    pub real: Vec<f32>,
    pub complex: Vec<f32>,
}

/// Memory for floats that are all written before they are read; clearing megabytes first would cost as much as a transform's pass.
pub fn unset(length: usize) -> Vec<f32> {
    let mut memory: Vec<core::mem::MaybeUninit<f32>> = Vec::with_capacity(length);
    // every bit pattern is a float, and nothing reads one before the transforms have written it
    unsafe {
        memory.set_len(length);
        core::mem::transmute(memory)
    }
}

/// The tapers along the two sides of an area.
pub struct Window {
    pub across: Vec<f32>,
    pub down: Vec<f32>,
}

impl Window {
    /// Tapers the outer `share` of each side.
    pub fn new(width: usize, height: usize, share: f64) -> Self {
        Window { across: cosine_edge(width, share * width as f64), down: cosine_edge(height, share * height as f64) }
    }
}

/// Half a cosine that rises over the outer `width` of `length` pixels on both sides.
pub fn cosine_edge(length: usize, width: f64) -> Vec<f32> {
    (0..length)
        .map(|i| {
            let inside = i.min(length - 1 - i) as f64 + 0.5;
            if inside >= width {
                1.0
            } else {
                (0.5 - 0.5 * (core::f64::consts::PI * inside / width).cos()) as f32
            }
        })
        .collect()
}

fn edge_mean(pixels: &[f32], stride: usize, area: Area) -> f64 {
    let mut sum = 0f64;
    let mut count = 0usize;
    for y in 0..area.height {
        let start = (area.y + y) * stride + area.x;
        let row = &pixels[start..start + area.width];
        if y == 0 || y + 1 == area.height {
            sum += row.iter().map(|value| *value as f64).sum::<f64>();
            count += area.width;
        } else {
            sum += row[0] as f64 + row[area.width - 1] as f64;
            count += 2;
        }
    }
    sum / count as f64
}

const BATCH: usize = 8;

/// Fills `target` from an image with `stride` pixels a row. Reserves no memory.
pub fn prepare(
    pixels: &[f32],
    stride: usize,
    window: &Window,
    plane: &Plane,
    filter: &[f32],
    bench: &mut Bench,
    target: &mut Prepared,
) {
    let Bench { work, real, complex } = bench;
    let area = target.area;
    let level = edge_mean(pixels, stride, area) as f32;
    let spectrum = &mut target.spectrum;
    unsafe {
        // a few rows at a time, while they are in the nearest cache
        for first in (0..area.height).step_by(BATCH) {
            let end = area.height.min(first + BATCH);
            for y in first..end {
                let start = (area.y + y) * stride + area.x;
                let row = &mut real[(y - first) * plane.columns..(y - first + 1) * plane.columns];
                let down = window.down[y];
                for ((target, value), weight) in row.iter_mut().zip(&pixels[start..start + area.width]).zip(&window.across) {
                    *target = (value - level) * (weight * down);
                }
                row[area.width..].fill(0.0);
            }
            plane.forward_rows(real.as_ptr().wrapping_sub(first * plane.columns), spectrum.as_mut_ptr(), first, end, work);
        }
        plane.forward_columns(spectrum.as_mut_ptr(), 0, plane.width(), area.height, work);
    }
    spectrum::filter(spectrum, filter, complex);
    unsafe {
        plane.inverse_columns(complex.as_mut_ptr(), 0, plane.width(), area.height, work);
        for first in (0..area.height).step_by(BATCH) {
            let end = area.height.min(first + BATCH);
            plane.inverse_rows(complex.as_ptr(), real.as_mut_ptr().wrapping_sub(first * plane.columns), first, end, work);
            for y in first..end {
                let row = &real[(y - first) * plane.columns..][..area.width];
                target.filtered[y * area.width..(y + 1) * area.width].copy_from_slice(row);
            }
        }
    }
}
