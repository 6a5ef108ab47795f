//! Products of half-complex spectra, four terms at a time.

use crate::lanes::{Complex4, Lanes};

/// # Safety
/// `place` must be readable for four interleaved complex numbers.
#[inline(always)]
unsafe fn load(place: *const f32) -> Complex4 {
    let (low, high) = (Lanes::load(place), Lanes::load(place.add(4)));
    Complex4 { re: low.even(high), im: low.odd(high) }
}

/// # Safety
/// `place` must be writable for four interleaved complex numbers.
#[inline(always)]
unsafe fn store(value: Complex4, place: *mut f32) {
    value.re.weave_low(value.im).store(place);
    value.re.weave_high(value.im).store(place.add(4));
}

/// Multiplies every complex number of `spectrum` by the real factor beside it, and leaves the result in `copy` too.
pub fn filter(spectrum: &mut [f32], factors: &[f32], copy: &mut [f32]) {
    let count = (spectrum.len() / 2).min(factors.len()).min(copy.len() / 2);
    let whole = count / 4 * 4;
    for i in (0..whole).step_by(4) {
        unsafe {
            let factor = Lanes::load(factors.as_ptr().add(i));
            let (place, other) = (spectrum.as_mut_ptr().add(2 * i), copy.as_mut_ptr().add(2 * i));
            let low = Lanes::load(place).times(factor.weave_low(factor));
            let high = Lanes::load(place.add(4)).times(factor.weave_high(factor));
            low.store(place);
            high.store(place.add(4));
            low.store(other);
            high.store(other.add(4));
        }
    }
    for i in 2 * whole..2 * count {
        spectrum[i] *= factors[i / 2];
        copy[i] = spectrum[i];
    }
}

/// `target = c * conjugate(a)` in complex columns `from..to` of planes of `width` columns.
///
/// # Safety
/// All three must hold `rows` rows of `2 * width` floats.
pub unsafe fn cross_columns(c: &[f32], a: &[f32], target: *mut f32, width: usize, rows: usize, from: usize, to: usize) {
    for row in 0..rows {
        let start = 2 * row * width;
        let mut column = from;
        while column + 4 <= to {
            let at = start + 2 * column;
            let (c, a) = (load(c.as_ptr().add(at)), load(a.as_ptr().add(at)));
            store(c.times(a.re, a.im.negative()), target.add(at));
            column += 4;
        }
        for column in column..to {
            let at = start + 2 * column;
            let (cr, ci, ar, ai) = (c[at], c[at + 1], a[at], a[at + 1]);
            *target.add(at) = cr * ar + ci * ai;
            *target.add(at + 1) = ci * ar - cr * ai;
        }
    }
}
