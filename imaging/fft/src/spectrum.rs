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

/// Multiplies every complex number of `spectrum` by the real factor beside it.
pub fn filter(spectrum: &mut [f32], factors: &[f32]) {
    let count = (spectrum.len() / 2).min(factors.len());
    let whole = count / 4 * 4;
    for i in (0..whole).step_by(4) {
        unsafe {
            let factor = Lanes::load(factors.as_ptr().add(i));
            let place = spectrum.as_mut_ptr().add(2 * i);
            Lanes::load(place).times(factor.weave_low(factor)).store(place);
            Lanes::load(place.add(4)).times(factor.weave_high(factor)).store(place.add(4));
        }
    }
    for i in whole..count {
        spectrum[2 * i] *= factors[i];
        spectrum[2 * i + 1] *= factors[i];
    }
}

/// `target = c * conjugate(a)`, term by term.
pub fn cross(c: &[f32], a: &[f32], target: &mut [f32]) {
    let count = c.len().min(a.len()).min(target.len()) / 2;
    let whole = count / 4 * 4;
    for i in (0..whole).step_by(4) {
        unsafe {
            let (c, a) = (load(c.as_ptr().add(2 * i)), load(a.as_ptr().add(2 * i)));
            store(c.times(a.re, a.im.negative()), target.as_mut_ptr().add(2 * i));
        }
    }
    for i in whole..count {
        let (cr, ci, ar, ai) = (c[2 * i], c[2 * i + 1], a[2 * i], a[2 * i + 1]);
        target[2 * i] = cr * ar + ci * ai;
        target[2 * i + 1] = ci * ar - cr * ai;
    }
}
