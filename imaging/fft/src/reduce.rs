//! Block means and sums of raw camera frames: down the columns first, many pixels at a time, then along the row of sums.

use crate::lanes::Lanes;

/// A pixel type whose columns can be summed.
pub trait Pixel: Copy {
    /// Sums `down` rows, `stride` pixels apart, column by column into `sums`.
    ///
    /// # Safety
    /// `source` must hold `down` rows of `sums.len()` pixels.
    unsafe fn sum_columns(source: *const Self, stride: usize, down: usize, sums: &mut [f32]);
}

/// Averages or sums blocks of `across` x `down` pixels; `stride` is the distance between source rows in pixels.
/// `sums` is working memory for one row of the source.
///
/// # Safety
/// `source` must hold `rows * down` rows of `columns * across` pixels, `target` `rows * columns` floats.
#[allow(clippy::too_many_arguments)]
pub unsafe fn blocks<T: Pixel>(
    source: *const T,
    stride: usize,
    across: usize,
    down: usize,
    rows: usize,
    columns: usize,
    scale: f64,
    target: *mut f32,
    sums: &mut Vec<f32>,
) {
    sums.resize(columns * across, 0.0);
    for row in 0..rows {
        T::sum_columns(source.add(row * down * stride), stride, down, sums);
        sum_along(sums, across, scale as f32, core::slice::from_raw_parts_mut(target.add(row * columns), columns));
    }
}

/// Sums runs of `across` numbers; `values` is overwritten.
fn sum_along(values: &mut [f32], across: usize, scale: f32, target: &mut [f32]) {
    let mut length = values.len();
    let mut run = across;
    while run % 2 == 0 {
        length /= 2;
        run /= 2;
        let mut i = 0;
        while i + 4 <= length {
            unsafe {
                let (a, b) = (Lanes::load(values.as_ptr().add(2 * i)), Lanes::load(values.as_ptr().add(2 * i + 4)));
                a.even(b).plus(a.odd(b)).store(values.as_mut_ptr().add(i));
            }
            i += 4;
        }
        while i < length {
            values[i] = values[2 * i] + values[2 * i + 1];
            i += 1;
        }
    }
    if run == 1 {
        for (target, value) in target.iter_mut().zip(values.iter()) {
            *target = value * scale;
        }
        return;
    }
    for (target, values) in target.iter_mut().zip(values[..length].chunks_exact(run)) {
        *target = values.iter().sum::<f32>() * scale;
    }
}

/// One column at a time, for the rest of a row and for types without a faster way.
#[inline(always)]
unsafe fn sum_rest<T: Copy + Into<f64>>(source: *const T, stride: usize, down: usize, from: usize, sums: &mut [f32]) {
    for (column, target) in sums.iter_mut().enumerate().skip(from) {
        let mut sum = 0f64;
        for row in 0..down {
            sum += (*source.add(row * stride + column)).into();
        }
        *target = sum as f32;
    }
}

impl Pixel for f64 {
    unsafe fn sum_columns(source: *const Self, stride: usize, down: usize, sums: &mut [f32]) {
        sum_rest(source, stride, down, 0, sums);
    }
}

impl Pixel for f32 {
    unsafe fn sum_columns(source: *const Self, stride: usize, down: usize, sums: &mut [f32]) {
        let whole = sums.len() / 8 * 8;
        for column in (0..whole).step_by(8) {
            let zero = Lanes::splat(0.0);
            let (mut low, mut high) = (zero, zero);
            for row in 0..down {
                let place = source.add(row * stride + column);
                low = low.plus(Lanes::load(place));
                high = high.plus(Lanes::load(place.add(4)));
            }
            low.store(sums.as_mut_ptr().add(column));
            high.store(sums.as_mut_ptr().add(column + 4));
        }
        sum_rest(source, stride, down, whole, sums);
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod integers {
    use super::{sum_rest, Pixel};

    macro_rules! plain {
        ($($kind:ty),*) => {$(
            impl Pixel for $kind {
                unsafe fn sum_columns(source: *const Self, stride: usize, down: usize, sums: &mut [f32]) {
                    sum_rest(source, stride, down, 0, sums);
                }
            }
        )*};
    }
    plain!(u8, u16, i16);
}

#[cfg(target_arch = "wasm32")]
mod integers {
    use super::{sum_rest, Pixel};
    use core::arch::wasm32::*;

    /// 255 x 257 is the largest sum of bytes that 16 bits hold.
    const MOST_BYTES: usize = 257;

    impl Pixel for u8 {
        unsafe fn sum_columns(source: *const Self, stride: usize, down: usize, sums: &mut [f32]) {
            let whole = if down > MOST_BYTES { 0 } else { sums.len() / 16 * 16 };
            for column in (0..whole).step_by(16) {
                let (mut low, mut high) = (u16x8_splat(0), u16x8_splat(0));
                let mut place = source.add(column);
                for _ in 0..down {
                    let pixels = v128_load(place as *const v128);
                    low = u16x8_add(low, u16x8_extend_low_u8x16(pixels));
                    high = u16x8_add(high, u16x8_extend_high_u8x16(pixels));
                    place = place.add(stride);
                }
                let target = sums.as_mut_ptr().add(column) as *mut v128;
                v128_store(target, f32x4_convert_i32x4(u32x4_extend_low_u16x8(low)));
                v128_store(target.add(1), f32x4_convert_i32x4(u32x4_extend_high_u16x8(low)));
                v128_store(target.add(2), f32x4_convert_i32x4(u32x4_extend_low_u16x8(high)));
                v128_store(target.add(3), f32x4_convert_i32x4(u32x4_extend_high_u16x8(high)));
            }
            sum_rest(source, stride, down, whole, sums);
        }
    }

    /// 65535 x 32767 is the largest sum of 16-bit numbers that a signed 32-bit one holds.
    const MOST_WORDS: usize = 32767;

    macro_rules! words {
        ($kind:ty, $low:ident, $high:ident) => {
            impl Pixel for $kind {
                unsafe fn sum_columns(source: *const Self, stride: usize, down: usize, sums: &mut [f32]) {
                    let whole = if down > MOST_WORDS { 0 } else { sums.len() / 8 * 8 };
                    for column in (0..whole).step_by(8) {
                        let (mut low, mut high) = (i32x4_splat(0), i32x4_splat(0));
                        let mut place = source.add(column);
                        for _ in 0..down {
                            let pixels = v128_load(place as *const v128);
                            low = i32x4_add(low, $low(pixels));
                            high = i32x4_add(high, $high(pixels));
                            place = place.add(stride);
                        }
                        let target = sums.as_mut_ptr().add(column) as *mut v128;
                        v128_store(target, f32x4_convert_i32x4(low));
                        v128_store(target.add(1), f32x4_convert_i32x4(high));
                    }
                    sum_rest(source, stride, down, whole, sums);
                }
            }
        };
    }
    words!(u16, u32x4_extend_low_u16x8, u32x4_extend_high_u16x8);
    words!(i16, i32x4_extend_low_i16x8, i32x4_extend_high_i16x8);
}
