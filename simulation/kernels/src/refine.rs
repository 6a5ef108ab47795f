//! Coarse rasters of a film, refined and finished: see simulation/specimen/film.

use core::arch::wasm32::*;

/// Shape of a raster with a border.
#[repr(C)]
pub struct Shape {
    stride: i32,
    border: i32,
    columns: i32,
    rows: i32,
}

#[inline(always)]
unsafe fn four(data: *const f32) -> v128 {
    v128_load(data as *const v128)
}

/// Adds a coarse raster to one twice as fine by the weights of a doubling (side, middle, near, far), from `reach` samples before its corner to as many after its end.
/// The coarse raster and the column go on for three samples after the last one that is used.
#[no_mangle]
pub unsafe extern "C" fn refine(
    coarse: *const f32,
    coarse_shape: &Shape,
    fine: *mut f32,
    fine_shape: &Shape,
    reach: i32,
    weights: *const f32,
    column: *mut f32,
) {
    let [side, middle, near, far] = [0, 1, 2, 3].map(|k| f32x4_splat(*weights.add(k)));
    let stride = coarse_shape.stride as isize;
    let width = fine_shape.columns + 2 * reach;
    let pairs = (width >> 1) as isize;
    for k in 0..fine_shape.rows + 2 * reach {
        let start = ((k >> 1) - reach / 2 + coarse_shape.border) as isize * stride
            + (coarse_shape.border - reach / 2 - 1) as isize;
        let from = coarse.offset(start);
        let mut i = 0;
        while i < pairs + 4 {
            let at = from.offset(i);
            let value = if k & 1 == 0 {
                let beside = f32x4_add(four(at.offset(-stride)), four(at.offset(stride)));
                f32x4_add(f32x4_mul(middle, four(at)), f32x4_mul(side, beside))
            } else {
                let inner = f32x4_add(four(at), four(at.offset(stride)));
                let outer = f32x4_add(four(at.offset(-stride)), four(at.offset(2 * stride)));
                f32x4_add(f32x4_mul(near, inner), f32x4_mul(far, outer))
            };
            v128_store(column.offset(i) as *mut v128, value);
            i += 4;
        }
        let line = fine
            .offset((k + fine_shape.border - reach) as isize * fine_shape.stride as isize)
            .offset((fine_shape.border - reach) as isize);
        let mut i = 0;
        while i < pairs {
            let a = column.offset(i);
            let (before, b, c, d) = (four(a), four(a.add(1)), four(a.add(2)), four(a.add(3)));
            let even = f32x4_add(f32x4_mul(middle, b), f32x4_mul(side, f32x4_add(before, c)));
            let odd = f32x4_add(f32x4_mul(near, f32x4_add(b, c)), f32x4_mul(far, f32x4_add(before, d)));
            let to = line.offset(2 * i);
            let first = i32x4_shuffle::<0, 4, 1, 5>(even, odd);
            let second = i32x4_shuffle::<2, 6, 3, 7>(even, odd);
            if i + 4 <= pairs {
                v128_store(to as *mut v128, f32x4_add(four(to), first));
                v128_store(to.add(4) as *mut v128, f32x4_add(four(to.add(4)), second));
            } else {
                let mut rest = [0f32; 8];
                v128_store(rest.as_mut_ptr() as *mut v128, first);
                v128_store(rest.as_mut_ptr().add(4) as *mut v128, second);
                for n in 0..2 * (pairs - i) as usize {
                    *to.add(n) += rest[n];
                }
            }
            i += 4;
        }
        if width & 1 == 1 {
            let a = column.offset(pairs);
            let w = |k: usize| *weights.add(k);
            *line.offset(2 * pairs) += w(1) * *a.add(1) + w(0) * (*a + *a.add(2));
        }
    }
}

/// Copies what lies within the border of a raster to a canvas, about a mean and not below the least.
#[no_mangle]
pub unsafe extern "C" fn finish(canvas: *mut f32, raster: *const f32, shape: &Shape, mean: f32, least: f32) {
    let columns = shape.columns as usize;
    for row in 0..shape.rows as usize {
        let from = raster.add((row + shape.border as usize) * shape.stride as usize + shape.border as usize);
        let to = canvas.add(row * columns);
        let mut k = 0;
        while k + 4 <= columns {
            let value = f32x4_add(f32x4_splat(mean), v128_load(from.add(k) as *const v128));
            // The least where the value is not above it.
            v128_store(to.add(k) as *mut v128, f32x4_pmax(f32x4_splat(least), value));
            k += 4;
        }
        while k < columns {
            let value = mean + *from.add(k);
            *to.add(k) = if value > least { value } else { least };
            k += 1;
        }
    }
}
