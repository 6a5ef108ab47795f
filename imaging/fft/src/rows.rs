//! Real transforms along rows, four rows at once, through a complex transform of half the length.

use crate::lanes::{transpose, Complex4, Lanes};
use crate::line::{Line, Scratch};
use rustfft::num_complex::Complex;

/// A plan for rows of one even length.
pub struct Rows {
    pub columns: usize,
    pub half: Line,
    /// `-i/2 exp(-2 pi i k / columns)` for `k` up to a quarter of the row.
    turns: Vec<[f32; 2]>,
}

impl Rows {
    pub fn new(columns: usize) -> Self {
        let half = columns / 2;
        let turns = (0..=half / 2)
            .map(|k| {
                let (sine, cosine) = (-2.0 * core::f64::consts::PI * k as f64 / columns as f64).sin_cos();
                [(0.5 * sine) as f32, (-0.5 * cosine) as f32]
            })
            .collect();
        Rows { columns, half: Line::new(half), turns }
    }

    /// Four rows of real numbers to four rows of half-complex numbers. The same row may stand in several lanes.
    ///
    /// # Safety
    /// Each input row holds `columns` floats, each output row `columns + 2`; each half of `work` `columns / 2 + 2` points.
    pub unsafe fn forward(&self, input: [*const f32; 4], output: [*mut f32; 4], work: [Scratch; 3], spare: &mut [Complex<f32>]) {
        let half = self.half.length;
        let packed = work[2].0;
        let mut k = 0;
        while k + 1 < half {
            let (value, next) = load_two(input, k);
            *packed.add(k) = value;
            *packed.add(k + 1) = next;
            k += 2;
        }
        if k < half {
            *packed.add(k) = gather(input, k);
        }
        // the last stage leaves the points in the third line again, which nothing reads any more
        self.half.run(work[2], work[2], [work[0], work[1]], spare);
        self.untangle(packed, output);
    }

    /// From the transform of the packed rows to the transforms of the rows.
    unsafe fn untangle(&self, points: *const Complex4, output: [*mut f32; 4]) {
        let half = self.half.length;
        let (zero, middle) = (Lanes::splat(0.0), Lanes::splat(0.5));
        let first = *points;
        scatter(Complex4 { re: first.re.plus(first.im), im: zero }, output, 0);
        scatter(Complex4 { re: first.re.minus(first.im), im: zero }, output, half);
        // terms k and half - k come from each other
        let pair = |k: usize| {
            let (a, b) = (*points.add(k), (*points.add(half - k)).conjugate());
            let [re, im] = *self.turns.get_unchecked(k);
            let even = a.plus(b).scaled(middle);
            let odd = a.minus(b).times(Lanes::splat(re), Lanes::splat(im));
            (even.plus(odd), even.minus(odd).conjugate())
        };
        let mut k = 1;
        while 2 * k + 2 < half {
            let ((low, high), (next_low, next_high)) = (pair(k), pair(k + 1));
            store_two(low, next_low, output, k);
            store_two(next_high, high, output, half - k - 1);
            k += 2;
        }
        while 2 * k <= half {
            let (low, high) = pair(k);
            scatter(low, output, k);
            scatter(high, output, half - k);
            k += 1;
        }
    }

    /// The inverse step: the transforms of the packed rows, twice as large and with real and imaginary parts exchanged.
    unsafe fn tangle(&self, input: [*const f32; 4], points: *mut Complex4) {
        let half = self.half.length;
        let (first, last) = (gather(input, 0).re, gather(input, half).re);
        *points = Complex4 { re: first.minus(last), im: first.plus(last) };
        let two = Lanes::splat(2.0);
        let pair = |k: usize, low: Complex4, high: Complex4| {
            let (a, b) = (low, high.conjugate());
            let [re, im] = *self.turns.get_unchecked(k);
            // the inverse of the turn of half length is its conjugate times four
            let even = a.plus(b);
            let odd = a.minus(b).times(Lanes::splat(re), Lanes::splat(-im)).scaled(two);
            *points.add(half - k) = even.minus(odd).conjugate().swapped();
            *points.add(k) = even.plus(odd).swapped();
        };
        let mut k = 1;
        while 2 * k + 2 < half {
            let (low, next_low) = load_two(input, k);
            let (next_high, high) = load_two(input, half - k - 1);
            pair(k, low, high);
            pair(k + 1, next_low, next_high);
            k += 2;
        }
        while 2 * k <= half {
            pair(k, gather(input, k), gather(input, half - k));
            k += 1;
        }
    }

    /// Four rows of half-complex numbers to four rows of real numbers, multiplied by `scale * columns`.
    ///
    /// # Safety
    /// As for `forward`, with input and output exchanged.
    pub unsafe fn inverse(&self, input: [*const f32; 4], output: [*mut f32; 4], scale: f32, work: [Scratch; 3], spare: &mut [Complex<f32>]) {
        let half = self.half.length;
        let packed = work[2].0;
        self.tangle(input, packed);
        self.half.run(work[2], work[2], [work[0], work[1]], spare);
        let factor = Lanes::splat(scale);
        let mut k = 0;
        while k + 1 < half {
            let (a, b) = ((*packed.add(k)).scaled(factor), (*packed.add(k + 1)).scaled(factor));
            store_two(a.swapped(), b.swapped(), output, k);
            k += 2;
        }
        if k < half {
            scatter((*packed.add(k)).scaled(factor).swapped(), output, k);
        }
    }
}

/// Numbers `index` and `index + 1` of four rows.
#[inline(always)]
unsafe fn load_two(rows: [*const f32; 4], index: usize) -> (Complex4, Complex4) {
    let [r0, i0, r1, i1] = transpose(rows.map(|row| unsafe { Lanes::load(row.add(2 * index)) }));
    (Complex4 { re: r0, im: i0 }, Complex4 { re: r1, im: i1 })
}

#[inline(always)]
unsafe fn store_two(value: Complex4, next: Complex4, rows: [*mut f32; 4], index: usize) {
    let lanes = transpose([value.re, value.im, next.re, next.im]);
    for (lane, row) in lanes.iter().zip(rows) {
        lane.store(row.add(2 * index));
    }
}

unsafe fn gather(rows: [*const f32; 4], index: usize) -> Complex4 {
    let mut re = [0f32; 4];
    let mut im = [0f32; 4];
    for lane in 0..4 {
        re[lane] = *rows[lane].add(2 * index);
        im[lane] = *rows[lane].add(2 * index + 1);
    }
    Complex4 { re: Lanes::load(re.as_ptr()), im: Lanes::load(im.as_ptr()) }
}

unsafe fn scatter(value: Complex4, rows: [*mut f32; 4], index: usize) {
    let (re, im) = (value.re.to_array(), value.im.to_array());
    for lane in 0..4 {
        *rows[lane].add(2 * index) = re[lane];
        *rows[lane].add(2 * index + 1) = im[lane];
    }
}
