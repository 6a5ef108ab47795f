//! Transfer of a wave without symmetry along a row of frequencies: see simulation/image/wave.

use core::arch::wasm32::*;

/// Coefficients of polynomials of the place on the row, and what the wave is.
#[repr(C)]
pub struct Line {
    even: [f64; 5],
    odd: [f64; 4],
    slope_x: [f64; 4],
    slope_y: [f64; 4],
    upper: [f64; 3],
    lower: [f64; 3],
    depth: [f64; 3],
    ratio: f64,
    /// Sign of what a thick specimen has a quarter of a wave apart, at the first frequency.
    side: f64,
    per_step: f64,
}

/// Tables of trigonometric functions and of the exponential function, and their sizes.
#[repr(C)]
pub struct Tables {
    /// Cosine and sine in turn, at equal steps of a turn.
    turns: *const f64,
    decay: *const f64,
    sine: *const f64,
    turn_mask: i32,
    sine_mask: i32,
    radians_per_step: f64,
    decay_steps: f64,
    last_decay: f64,
    sine_steps: f64,
    turn: f64,
}

/// Symmetry of a wave.
const TILTED: u32 = 1;
const ASYMMETRIC: u32 = 2;
const THICK: u32 = 4;

#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], s: v128) -> v128 {
    let mut total = f64x2_splat(coefficients[N - 1]);
    for k in (0..N - 1).rev() {
        total = f64x2_add(f64x2_splat(coefficients[k]), f64x2_mul(s, total));
    }
    total
}

/// The lowest bits of two whole numbers. A number with 52 bits before its point has them at the end of its mantissa.
#[inline(always)]
fn indexes(whole: v128) -> (i32, i32) {
    let bits = f64x2_add(whole, f64x2_splat(6755399441055744.0));
    (i32x4_extract_lane::<0>(bits), i32x4_extract_lane::<2>(bits))
}

impl Tables {
    /// The values of exp(-x) at two places of its table; 0 beyond its end.
    #[inline(always)]
    unsafe fn decayed(&self, places: v128) -> v128 {
        let limit = f64x2_splat(self.last_decay);
        let within = f64x2_pmin(limit, places);
        let left = f64x2_floor(within);
        let at = |index: i32| v128_load(self.decay.offset(index as isize) as *const v128);
        let (a, b) = indexes(left);
        let (a, b) = (at(a), at(b));
        let lower = i64x2_shuffle::<0, 2>(a, b);
        let upper = i64x2_shuffle::<1, 3>(a, b);
        let value = f64x2_add(lower, f64x2_mul(f64x2_sub(within, left), f64x2_sub(upper, lower)));
        v128_and(value, f64x2_lt(places, limit))
    }

    /// Cosines and sines of two places of the table of a turn, with the first order between its entries.
    #[inline(always)]
    unsafe fn turned(&self, places: v128) -> (v128, v128) {
        let entries = f64x2_floor(places);
        let rest = f64x2_mul(f64x2_sub(places, entries), f64x2_splat(self.radians_per_step));
        let (a, b) = indexes(entries);
        let at = |index: i32| v128_load(self.turns.offset(2 * (index & self.turn_mask) as isize) as *const v128);
        let (a, b) = (at(a), at(b));
        let cosines = i64x2_shuffle::<0, 2>(a, b);
        let sines = i64x2_shuffle::<1, 3>(a, b);
        (f64x2_sub(cosines, f64x2_mul(rest, sines)), f64x2_add(sines, f64x2_mul(rest, cosines)))
    }

    /// The factor `sin(x)/x` by which the rings of a thick specimen fade.
    #[inline(always)]
    unsafe fn depth_factor(&self, turns: f64) -> f64 {
        if turns < 1e-5 {
            return 1.0;
        }
        let place = turns * self.sine_steps;
        let left = f64x2_extract_lane::<0>(f64x2_floor(f64x2_splat(place)));
        let entry = self.sine.offset((left as i32 & self.sine_mask) as isize);
        (*entry + (place - left) * (*entry.add(1) - *entry)) / (self.turn * turns)
    }
}

/// Part of a transfer that follows the phase; where the factor is negative, the rings are where the gaps were.
#[inline(always)]
fn in_phase(factor: f64, cosine: f64, sine: f64, ratio: f64) -> f64 {
    if factor >= 0.0 {
        root_of(factor) * (cosine + ratio * sine)
    } else {
        root_of(-factor) * (ratio * cosine - sine)
    }
}

/// Part of a transfer that is the same at every phase.
#[inline(always)]
fn quarter_away(factor: f64, ratio: f64) -> f64 {
    let size = if factor < 0.0 { -factor } else { factor };
    let rest = if 1.0 - size > 0.0 { 1.0 - size } else { 0.0 };
    root_of((rest / 2.0) * (1.0 + ratio * ratio))
}

#[inline(always)]
fn root_of(value: f64) -> f64 {
    f64x2_extract_lane::<0>(f64x2_sqrt(f64x2_splat(value)))
}

/// Works out the transfer at `count` frequencies, real and imaginary part in turn; the buffer goes on for one frequency after the last one.
#[no_mangle]
pub unsafe extern "C" fn wave_row(transfer: *mut f64, count: usize, line: &Line, tables: &Tables, kind: u32) {
    let ratio = f64x2_splat(line.ratio);
    let half = f64x2_splat(0.5);
    let mut k = 0;
    while k < count {
        let s = f64x2_mul(f64x2(k as f64, (k + 1) as f64), f64x2_splat(line.per_step));
        let slope_x = polynomial(&line.slope_x, s);
        let slope_y = polynomial(&line.slope_y, s);
        let damping = f64x2_add(f64x2_mul(slope_x, slope_x), f64x2_mul(slope_y, slope_y));
        let damped = |spread: v128| f64x2_mul(f64x2_add(damping, f64x2_mul(spread, spread)), f64x2_splat(tables.decay_steps));
        let upper_damping = damped(polynomial(&line.upper, s));
        let lower_damping = if kind & TILTED != 0 { damped(polynomial(&line.lower, s)) } else { upper_damping };
        let limit = f64x2_splat(tables.last_decay);
        let to = transfer.add(2 * k);
        if !v128_any_true(v128_or(f64x2_lt(upper_damping, limit), f64x2_lt(lower_damping, limit))) {
            v128_store(to as *mut v128, f64x2_splat(0.0));
            v128_store(to.add(2) as *mut v128, f64x2_splat(0.0));
            k += 2;
            continue;
        }
        let upper = tables.decayed(upper_damping);
        let (cosine, sine) = tables.turned(polynomial(&line.even, s));
        let mut main = f64x2_sub(cosine, f64x2_mul(ratio, sine));
        let mut apart = f64x2_splat(0.0);
        if kind & THICK != 0 {
            let turns = polynomial(&line.depth, s);
            let a = tables.depth_factor(f64x2_extract_lane::<0>(turns));
            let b = tables.depth_factor(f64x2_extract_lane::<1>(turns));
            let cosines = (f64x2_extract_lane::<0>(cosine), f64x2_extract_lane::<1>(cosine));
            let sines = (f64x2_extract_lane::<0>(sine), f64x2_extract_lane::<1>(sine));
            main = f64x2(in_phase(a, cosines.0, -sines.0, line.ratio), in_phase(b, cosines.1, -sines.1, line.ratio));
            let side = if k == 0 { line.side } else { 1.0 };
            apart = f64x2(side * quarter_away(a, line.ratio), quarter_away(b, line.ratio));
        }
        let mut re = f64x2_mul(upper, main);
        let mut im = f64x2_mul(upper, apart);
        if kind & TILTED != 0 {
            let lower = tables.decayed(lower_damping);
            let mean = f64x2_mul(half, f64x2_add(upper, lower));
            let difference = f64x2_mul(half, f64x2_sub(upper, lower));
            re = f64x2_mul(mean, main);
            im = f64x2_sub(f64x2_mul(mean, apart), f64x2_mul(difference, f64x2_add(sine, f64x2_mul(ratio, cosine))));
        }
        if kind & ASYMMETRIC != 0 {
            let (cosine, sine) = tables.turned(polynomial(&line.odd, s));
            let sine = f64x2_neg(sine);
            let turned = f64x2_sub(f64x2_mul(re, cosine), f64x2_mul(im, sine));
            im = f64x2_add(f64x2_mul(re, sine), f64x2_mul(im, cosine));
            re = turned;
        }
        v128_store(to as *mut v128, i64x2_shuffle::<0, 2>(re, im));
        v128_store(to.add(2) as *mut v128, i64x2_shuffle::<1, 3>(re, im));
        k += 2;
    }
}
