//! Complex transforms along the columns of an interleaved complex matrix, four columns at once, in place.

use crate::lanes::{Complex4, Lanes};
use crate::line::{Line, Scratch, Sink, Source};
use rustfft::num_complex::Complex;

/// Rows of a matrix that matter: those from `filled` on count as zero without being read, those from `wanted` on are not
/// written. Padding and what is cut off afterwards cost no memory traffic.
#[derive(Clone, Copy)]
pub struct Extent {
    pub filled: usize,
    pub wanted: usize,
}

/// Four neighbouring columns of a matrix; `SWAP` exchanges real and imaginary parts, which turns a transform into its inverse.
#[derive(Clone, Copy)]
struct Whole<const SWAP: bool> {
    first: *mut f32,
    stride: usize,
    extent: Extent,
}

impl<const SWAP: bool> Source for Whole<SWAP> {
    #[inline(always)]
    unsafe fn load(&self, index: usize) -> Complex4 {
        if index >= self.extent.filled {
            return Complex4::zero();
        }
        let place = self.first.add(index * self.stride);
        let (low, high) = (Lanes::load(place), Lanes::load(place.add(4)));
        let value = Complex4 { re: low.even(high), im: low.odd(high) };
        if SWAP {
            value.swapped()
        } else {
            value
        }
    }
}

impl<const SWAP: bool> Sink for Whole<SWAP> {
    #[inline(always)]
    unsafe fn store(&self, index: usize, value: Complex4) {
        if index >= self.extent.wanted {
            return;
        }
        let value = if SWAP { value.swapped() } else { value };
        let place = self.first.add(index * self.stride);
        value.re.weave_low(value.im).store(place);
        value.re.weave_high(value.im).store(place.add(4));
    }
}

/// One to three columns at the right edge of a matrix.
#[derive(Clone, Copy)]
struct Part<const SWAP: bool> {
    first: *mut f32,
    stride: usize,
    count: usize,
    extent: Extent,
}

impl<const SWAP: bool> Source for Part<SWAP> {
    #[inline(always)]
    unsafe fn load(&self, index: usize) -> Complex4 {
        if index >= self.extent.filled {
            return Complex4::zero();
        }
        let place = self.first.add(index * self.stride);
        let mut re = [0f32; 4];
        let mut im = [0f32; 4];
        for lane in 0..self.count {
            re[lane] = *place.add(2 * lane);
            im[lane] = *place.add(2 * lane + 1);
        }
        let value = Complex4 { re: Lanes::load(re.as_ptr()), im: Lanes::load(im.as_ptr()) };
        if SWAP {
            value.swapped()
        } else {
            value
        }
    }
}

impl<const SWAP: bool> Sink for Part<SWAP> {
    #[inline(always)]
    unsafe fn store(&self, index: usize, value: Complex4) {
        if index >= self.extent.wanted {
            return;
        }
        let value = if SWAP { value.swapped() } else { value };
        let place = self.first.add(index * self.stride);
        let (re, im) = (value.re.to_array(), value.im.to_array());
        for lane in 0..self.count {
            *place.add(2 * lane) = re[lane];
            *place.add(2 * lane + 1) = im[lane];
        }
    }
}

/// Transforms columns `from..to` of a matrix with `width` complex columns.
///
/// # Safety
/// `matrix` must hold `line.length` rows of `2 * width` floats.
pub unsafe fn transform<const SWAP: bool>(
    line: &Line,
    matrix: *mut f32,
    width: usize,
    from: usize,
    to: usize,
    extent: Extent,
    work: [Scratch; 2],
    spare: &mut [Complex<f32>],
) {
    let stride = 2 * width;
    let mut column = from;
    while column + 4 <= to {
        let columns = Whole::<SWAP> { first: matrix.add(2 * column), stride, extent };
        line.run(columns, columns, work, spare);
        column += 4;
    }
    if column < to {
        let columns = Part::<SWAP> { first: matrix.add(2 * column), stride, count: to - column, extent };
        line.run(columns, columns, work, spare);
    }
}
