//! Rows of a half spectrum, multiplied by a transfer.

use core::arch::wasm32::*;

/// Multiplies two complex numbers of a spectrum by two of a transfer, in double precision as one after the other would be.
#[inline(always)]
unsafe fn multiply_two(spectrum: *mut f32, first: v128, second: v128) {
    let values = v128_load(spectrum as *const v128);
    let a = f64x2_promote_low_f32x4(values);
    let b = f64x2_promote_low_f32x4(i64x2_shuffle::<1, 1>(values, values));
    let result = i64x2_shuffle::<0, 2>(
        f32x4_demote_f64x2_zero(product(a, first)),
        f32x4_demote_f64x2_zero(product(b, second)),
    );
    v128_store(spectrum as *mut v128, result);
}

/// The product of two complex numbers: `re real - im imaginary` and `re imaginary + im real`.
#[inline(always)]
fn product(value: v128, factor: v128) -> v128 {
    let re = i64x2_shuffle::<0, 0>(value, value);
    let im = i64x2_shuffle::<1, 1>(value, value);
    let turned = i64x2_shuffle::<1, 0>(factor, factor);
    let sign = u64x2(1 << 63, 0);
    f64x2_add(f64x2_mul(re, factor), v128_xor(f64x2_mul(im, turned), sign))
}

/// Multiplies a row by complex numbers in double precision; both buffers go on for one number after the last one.
#[no_mangle]
pub unsafe extern "C" fn multiply_row(spectrum: *mut f32, transfer: *const f64, count: usize) {
    let mut k = 0;
    while k < count {
        let first = v128_load(transfer.add(2 * k) as *const v128);
        let second = v128_load(transfer.add(2 * k + 2) as *const v128);
        multiply_two(spectrum.add(2 * k), first, second);
        k += 2;
    }
}
