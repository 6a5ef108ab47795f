//! A detector that is read out: shot noise, the patterns of its pixels, read noise and saturation.

use crate::random::{hash, hash_four};
use core::arch::wasm32::*;

/// Key with which the charge of the electrons of a pixel is drawn from their number.
const CHARGE_KEY: i32 = 0x51ed270b;
/// Key with which the second number of a Poisson count is drawn.
const REST_KEY: i32 = 0x1b873593;

/// Numbers of a read-out, in the order in which TypeScript writes them.
#[repr(C)]
pub struct Readout {
    gain: f32,
    charge_spread: f32,
    gain_spread: f32,
    dark_spread: f32,
    dark: f32,
    read_noise: f32,
    limit: f32,
    smallest_normal_mean: f32,
    steps_per_unit: f32,
    /// Number of read-outs that are summed, and the counts at which a pixel saturates in one of them.
    readouts: f32,
    limit_per_readout: f32,
}

/// Keys and places of a read-out, in the order in which TypeScript writes them.
#[repr(C)]
pub struct Place {
    start: i32,
    columns: i32,
    rows: i32,
    first_column: i32,
    first_row: i32,
    noise: i32,
    gain_key: i32,
    dark_key: i32,
    stride: i32,
    guides: i32,
}

/// Tables of normal and Poisson distributions.
#[derive(Clone, Copy)]
struct Tables {
    normal: *const f32,
    cumulative: *const f64,
    starts: *const u8,
}

impl Tables {
    /// Four values of the normal distribution by four random numbers.
    #[inline(always)]
    unsafe fn normal(&self, indexes: v128) -> v128 {
        let at = |index: i32| *self.normal.offset(index as isize);
        f32x4(
            at(i32x4_extract_lane::<0>(indexes)),
            at(i32x4_extract_lane::<1>(indexes)),
            at(i32x4_extract_lane::<2>(indexes)),
            at(i32x4_extract_lane::<3>(indexes)),
        )
    }

    #[inline(always)]
    unsafe fn high(&self, random: v128) -> v128 {
        self.normal(u32x4_shr(random, 17))
    }

    #[inline(always)]
    unsafe fn low(&self, random: v128) -> v128 {
        self.normal(v128_and(random, i32x4_splat(0x7fff)))
    }
}

/// Key with which the counts of single read-outs are drawn.
const READOUT_KEY: i32 = 0x3c6ef372;
/// Most read-outs that are drawn one by one; the mean of more is that of these.
const MOST_DRAWN: i32 = 64;
/// Standard deviations of one read-out from its mean that can saturate it.
const REACH: f32 = 6.0;

/// The sum of read-outs of which each was clipped: their counts scatter about the mean of all, so that without clipping the sum is what it was.
unsafe fn clipped_sum(value: f32, caught: f32, random: i32, tables: Tables, readout: &Readout) -> f32 {
    let readouts = readout.readouts;
    let mean = value / readouts;
    let electrons = f32x4_extract_lane::<0>(f32x4_sqrt(f32x4_splat(if caught > 0.0 { caught / readouts } else { 0.0 })));
    let spread = readout.gain * electrons;
    if mean + REACH * spread <= readout.limit_per_readout {
        return value;
    }
    let drawn = if readouts < MOST_DRAWN as f32 { readouts as i32 } else { MOST_DRAWN };
    let number = |k: i32| *tables.normal.offset(((hash(random.wrapping_add(k), READOUT_KEY) as u32) >> 17) as isize);
    let mut middle = 0.0;
    for k in 0..drawn {
        middle += number(k);
    }
    middle /= drawn as f32;
    let mut sum = 0.0;
    for k in 0..drawn {
        let each = mean + spread * (number(k) - middle);
        sum += if each > readout.limit_per_readout { readout.limit_per_readout } else { each };
    }
    sum * (readouts / drawn as f32)
}

/// A count of the Poisson distribution for a small mean: see simulation/camera/poisson.
unsafe fn poisson(mean: f64, random: i32, tables: Tables, readout: &Readout, place: &Place) -> f32 {
    if !(mean > 0.0) {
        return 0.0;
    }
    let steps = readout.steps_per_unit as f64;
    let step = (mean * steps) as i32;
    let chance = (random as u32 as f64 + 0.5) / 4294967296.0;
    let first = step * place.stride;
    let mut at = first + *tables.starts.offset((step * place.guides + ((random as u32) >> 25) as i32) as isize) as i32;
    while chance > *tables.cumulative.offset(at as isize) {
        at += 1;
    }
    let rest = mean - step as f64 / steps;
    let mut term = 1.0 - rest * (1.0 - (rest / 2.0) * (1.0 - (rest / 3.0) * (1.0 - (rest / 4.0) * (1.0 - rest / 5.0))));
    let mut left = (hash(random, REST_KEY) as u32 as f64 + 0.5) / 4294967296.0 - term;
    let mut more = 0;
    while left > 0.0 && more < 12 {
        more += 1;
        term *= rest / more as f64;
        left -= term;
    }
    (at - first + more) as f32
}

/// Reads rows out: electrons become counts.
#[no_mangle]
pub unsafe extern "C" fn read_out(
    electrons: *const f32,
    counts: *mut u16,
    readout: &Readout,
    place: &Place,
    normal: *const f32,
    cumulative: *const f64,
    starts: *const u8,
) {
    let tables = Tables { normal, cumulative, starts };
    let lanes = i32x4(0, 1, 2, 3);
    let noise_key = i32x4_splat(place.noise);
    let half = f32x4_splat(0.5);
    for row in 0..place.rows {
        let row_gain = i32x4_splat(hash(place.first_row + row, place.gain_key));
        let row_dark = i32x4_splat(hash(place.first_row + row, place.dark_key));
        let from = row * place.columns;
        let mut column = 0;
        while column < place.columns {
            let at = from + column;
            let random = hash_four(i32x4_add(i32x4_splat(place.start + at), lanes), noise_key);
            // The buffer goes on for three pixels after the last one.
            let mean = v128_load(electrons.offset(at as isize) as *const v128);
            let noisy = f32x4_add(mean, f32x4_mul(f32x4_sqrt(mean), tables.high(random)));
            let mut caught = f32x4_floor(f32x4_add(noisy, half));
            let bright = f32x4_gt(mean, f32x4_splat(readout.smallest_normal_mean));
            if !u32x4_all_true(bright) {
                let mut each = [0f32; 4];
                let mut means = [0f32; 4];
                let mut randoms = [0i32; 4];
                v128_store(means.as_mut_ptr() as *mut v128, v128_andnot(mean, bright));
                v128_store(randoms.as_mut_ptr() as *mut v128, random);
                for k in 0..4 {
                    if column + (k as i32) < place.columns {
                        each[k] = poisson(means[k] as f64, randoms[k], tables, readout, place);
                    }
                }
                caught = v128_bitselect(caught, f32x4(each[0], each[1], each[2], each[3]), bright);
            }
            let mut value = f32x4_mul(caught, f32x4_splat(readout.gain));
            if readout.charge_spread > 0.0 {
                let spread = f32x4_mul(f32x4_splat(readout.charge_spread), f32x4_sqrt(caught));
                let charge = tables.high(hash_four(random, i32x4_splat(CHARGE_KEY)));
                value = f32x4_add(value, f32x4_mul(spread, charge));
            }
            let columns = i32x4_add(i32x4_splat(place.first_column + column), lanes);
            if readout.gain_spread > 0.0 {
                let pattern = f32x4_mul(f32x4_splat(readout.gain_spread), tables.high(hash_four(columns, row_gain)));
                value = f32x4_mul(value, f32x4_add(f32x4_splat(1.0), pattern));
            }
            if readout.dark_spread > 0.0 {
                let pattern = f32x4_mul(f32x4_splat(readout.dark_spread), tables.high(hash_four(columns, row_dark)));
                value = f32x4_add(value, pattern);
            }
            let noise = f32x4_mul(f32x4_splat(readout.read_noise), tables.low(random));
            value = f32x4_add(value, f32x4_add(f32x4_add(f32x4_splat(readout.dark), noise), half));
            if readout.readouts > 1.0 {
                let (mut values, mut electrons, mut randoms) = ([0f32; 4], [0f32; 4], [0i32; 4]);
                v128_store(values.as_mut_ptr() as *mut v128, value);
                v128_store(electrons.as_mut_ptr() as *mut v128, caught);
                v128_store(randoms.as_mut_ptr() as *mut v128, random);
                for k in 0..4 {
                    values[k] = clipped_sum(values[k], electrons[k], randoms[k], tables, readout);
                }
                value = v128_load(values.as_ptr() as *const v128);
            }
            let clipped = f32x4_pmin(f32x4_pmax(value, f32x4_splat(0.0)), f32x4_splat(readout.limit));
            let words = i32x4_trunc_sat_f32x4(clipped);
            let packed = u16x8_narrow_i32x4(words, words);
            if column + 4 <= place.columns {
                v128_store64_lane::<0>(packed, counts.offset(at as isize) as *mut u64);
            } else {
                let mut each = [0u16; 8];
                v128_store(each.as_mut_ptr() as *mut v128, packed);
                for k in 0..(place.columns - column) as usize {
                    *counts.offset(at as isize + k as isize) = each[k];
                }
            }
            column += 4;
        }
    }
}
