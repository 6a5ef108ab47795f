//! Grains of a film, painted onto a raster: see simulation/specimen/splat.

use crate::random::hash;
use core::arch::wasm32::*;

/// Grains are sorted into the order of the raster, at most this number at once, since a raster is larger than the memory near a processor.
const AT_ONCE: usize = 1 << 16;

/// Geometry of an octave on a raster, in the order in which TypeScript writes it.
#[repr(C)]
pub struct Geometry {
    column_i: f64,
    column_j: f64,
    row_i: f64,
    row_j: f64,
    origin_column: f64,
    origin_row: f64,
    scale: f64,
    cubic: f64,
    quadratic: f64,
    centre_column: f64,
    centre_row: f64,
    inverse_step: f64,
    lowest: f64,
    last_column: f64,
    last_row: f64,
    border: f64,
    height: f64,
}

/// Whole numbers of an octave and its raster, in the order in which TypeScript writes them.
#[repr(C)]
pub struct Octave {
    key: i32,
    first: i32,
    last: i32,
    distorted: i32,
    stride: i32,
    lines: i32,
    taps: i32,
    half: i32,
    phase_bits: i32,
}

/// Grains with their places on the raster, in phases of a sample.
#[repr(C)]
struct Grains {
    column: [i32; AT_ONCE],
    row: [i32; AT_ONCE],
    weight: [f32; AT_ONCE],
}

/// Bytes of working memory for a raster of a number of lines.
#[no_mangle]
pub extern "C" fn grains_bytes(lines: usize) -> usize {
    2 * core::mem::size_of::<Grains>() + 4 * (lines + 1)
}

/// Finds the grains of an octave in the rows of cells that a frame sees, and paints them.
#[no_mangle]
pub unsafe extern "C" fn splat(
    raster: *mut f32,
    geometry: &Geometry,
    octave: &Octave,
    from: *const i32,
    to: *const i32,
    profile: *const f32,
    work: *mut u8,
) {
    let found = &mut *(work as *mut Grains);
    let sorted = &mut *(work as *mut Grains).add(1);
    let places = (work as *mut Grains).add(2) as *mut i32;
    let g = geometry;
    let phases = (1 << octave.phase_bits) as f64;
    let unit = 1.0 / 65536.0;
    let key = octave.key;
    let mut count = 0;
    for j in octave.first..=octave.last {
        let row_key = hash(j, key);
        let index = (j - octave.first) as isize;
        for i in *from.offset(index)..=*to.offset(index) {
            let shifted = |h: i32, bits: u32| ((h as u32) >> bits) as i32;
            let mut h = i.wrapping_mul(0x9e3779b1u32 as i32) ^ row_key;
            h = (h ^ shifted(h, 16)).wrapping_mul(0x7feb352d);
            h = (h ^ shifted(h, 15) ^ key).wrapping_mul(0x846ca68bu32 as i32);
            h ^= shifted(h, 16);
            let a = i as f64 + (h & 0xffff) as f64 * unit;
            let b = j as f64 + shifted(h, 16) as f64 * unit;
            let mut u = g.origin_column + (a * g.column_i + b * g.column_j) * g.scale;
            let mut v = g.origin_row + (a * g.row_i + b * g.row_j) * g.scale;
            if octave.distorted != 0 {
                let push = 1.0 + g.cubic * (u * u + v * v) + g.quadratic * u;
                u = (u * push + g.centre_column) * g.inverse_step;
                v = (v * push + g.centre_row) * g.inverse_step;
            }
            if !(u > g.lowest && u < g.last_column && v > g.lowest && v < g.last_row) {
                continue;
            }
            found.column[count] = ((u + g.border) * phases + 0.5) as i32;
            found.row[count] = ((v + g.border) * phases + 0.5) as i32;
            found.weight[count] = (((h.wrapping_mul(0x2c1b3c6d) >> 16) as f64 + 0.5) * g.height) as f32;
            count += 1;
            if count == AT_ONCE {
                paint_in_order(raster, octave, profile, found, sorted, places, count);
                count = 0;
            }
        }
    }
    paint_in_order(raster, octave, profile, found, sorted, places, count);
}

/// Sorts the grains into the rows of the raster and paints them.
unsafe fn paint_in_order(
    raster: *mut f32,
    octave: &Octave,
    profile: *const f32,
    found: &Grains,
    sorted: &mut Grains,
    places: *mut i32,
    count: usize,
) {
    let lines = octave.lines as usize;
    core::ptr::write_bytes(places, 0, lines + 1);
    for k in 0..count {
        *places.offset((found.row[k] >> octave.phase_bits) as isize + 1) += 1;
    }
    for line in 1..lines {
        *places.add(line) += *places.add(line - 1);
    }
    for k in 0..count {
        let row = found.row[k];
        let place = places.offset((row >> octave.phase_bits) as isize);
        let at = *place as usize;
        *place += 1;
        sorted.column[at] = found.column[k];
        sorted.row[at] = row;
        sorted.weight[at] = found.weight[k];
    }
    let mask = (1 << octave.phase_bits) - 1;
    let stride = octave.stride as isize;
    let taps = octave.taps as usize;
    for k in 0..count {
        let (u, v) = (sorted.column[k], sorted.row[k]);
        let weight = f32x4_splat(sorted.weight[k]);
        let mut across = profile.add((u & mask) as usize * taps);
        let down = profile.add((v & mask) as usize * taps);
        let corner = ((v >> octave.phase_bits) - octave.half) as isize * stride + ((u >> octave.phase_bits) - octave.half) as isize;
        let mut line = raster.offset(corner);
        let mut left = taps;
        while left >= 8 {
            strip::<2>(line, stride, across, down, taps, weight);
            line = line.add(8);
            across = across.add(8);
            left -= 8;
        }
        if left >= 4 {
            strip::<1>(line, stride, across, down, taps, weight);
            line = line.add(4);
            across = across.add(4);
        }
        if left & 2 != 0 {
            pair(line, stride, across, down, taps, weight);
        }
    }
}

/// Paints an upright strip of `4 * N` samples of a grain. The profile across the strip is fetched once and not in every line.
#[inline(always)]
unsafe fn strip<const N: usize>(first: *mut f32, stride: isize, across: *const f32, down: *const f32, taps: usize, weight: v128) {
    let mut parts = [weight; N];
    for k in 0..N {
        parts[k] = f32x4_mul(weight, v128_load(across.add(4 * k) as *const v128));
    }
    let mut line = first;
    for k in 0..taps {
        let w = v128_load32_splat(down.add(k) as *const u32);
        for n in 0..N {
            let to = line.add(4 * n) as *mut v128;
            v128_store(to, f32x4_add(v128_load(to), f32x4_mul(w, parts[n])));
        }
        line = line.offset(stride);
    }
}

/// The same for two samples.
#[inline(always)]
unsafe fn pair(first: *mut f32, stride: isize, across: *const f32, down: *const f32, taps: usize, weight: v128) {
    let part = f32x4_mul(weight, v128_load64_zero(across as *const u64));
    let mut line = first;
    for k in 0..taps {
        let w = v128_load32_splat(down.add(k) as *const u32);
        let sum = f32x4_add(v128_load64_zero(line as *const u64), f32x4_mul(w, part));
        v128_store64_lane::<0>(sum, line as *mut u64);
        line = line.offset(stride);
    }
}
