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
            let [r0, i0, r1, i1] = transpose([
                Lanes::load(input[0].add(2 * k)),
                Lanes::load(input[1].add(2 * k)),
                Lanes::load(input[2].add(2 * k)),
                Lanes::load(input[3].add(2 * k)),
            ]);
            *packed.add(k) = Complex4 { re: r0, im: i0 };
            *packed.add(k + 1) = Complex4 { re: r1, im: i1 };
            k += 2;
        }
        if k < half {
            *packed.add(k) = gather(input, k);
        }
        // the last stage leaves the points in the third line again, which nothing reads any more
        self.half.run(work[2], work[2], [work[0], work[1]], spare);
        self.untangle(packed);
        let mut k = 0;
        while k < half {
            let (a, b) = (*packed.add(k), *packed.add(k + 1));
            let rows = transpose([a.re, a.im, b.re, b.im]);
            for lane in 0..4 {
                rows[lane].store(output[lane].add(2 * k));
            }
            k += 2;
        }
        if k == half {
            scatter(*packed.add(half), output, half);
        }
    }

    /// From the transform of the packed row to the transform of the row, in place.
    unsafe fn untangle(&self, points: *mut Complex4) {
        let half = self.half.length;
        let zero = Lanes::splat(0.0);
        let first = *points;
        *points.add(half) = Complex4 { re: first.re.minus(first.im), im: zero };
        *points = Complex4 { re: first.re.plus(first.im), im: zero };
        let middle = Lanes::splat(0.5);
        for k in 1..=half / 2 {
            let (a, b) = (*points.add(k), (*points.add(half - k)).conjugate());
            let [re, im] = *self.turns.get_unchecked(k);
            let even = a.plus(b).scaled(middle);
            let odd = a.minus(b).times(Lanes::splat(re), Lanes::splat(im));
            *points.add(half - k) = even.minus(odd).conjugate();
            *points.add(k) = even.plus(odd);
        }
    }

    /// The way back: `from.untangle(to)` undone, twice the packed transform.
    unsafe fn tangle(&self, points: *mut Complex4) {
        let half = self.half.length;
        let (first, last) = ((*points).re, (*points.add(half)).re);
        *points = Complex4 { re: first.plus(last), im: first.minus(last) };
        let two = Lanes::splat(2.0);
        for k in 1..=half / 2 {
            let (a, b) = (*points.add(k), (*points.add(half - k)).conjugate());
            let [re, im] = *self.turns.get_unchecked(k);
            // the inverse of the turn of half length is its conjugate times four
            let even = a.plus(b);
            let odd = a.minus(b).times(Lanes::splat(re), Lanes::splat(-im)).scaled(two);
            *points.add(half - k) = even.minus(odd).conjugate();
            *points.add(k) = even.plus(odd);
        }
    }

    /// Four rows of half-complex numbers to four rows of real numbers, multiplied by `scale * columns`.
    ///
    /// # Safety
    /// As for `forward`, with the rows changed over.
    pub unsafe fn inverse(&self, input: [*const f32; 4], output: [*mut f32; 4], scale: f32, work: [Scratch; 3], spare: &mut [Complex<f32>]) {
        let half = self.half.length;
        let packed = work[2].0;
        let mut k = 0;
        while k < half {
            let [r0, i0, r1, i1] = transpose([
                Lanes::load(input[0].add(2 * k)),
                Lanes::load(input[1].add(2 * k)),
                Lanes::load(input[2].add(2 * k)),
                Lanes::load(input[3].add(2 * k)),
            ]);
            *packed.add(k) = Complex4 { re: r0, im: i0 };
            *packed.add(k + 1) = Complex4 { re: r1, im: i1 };
            k += 2;
        }
        if k == half {
            *packed.add(half) = gather(input, half);
        }
        self.tangle(packed);
        for k in 0..half {
            let value = packed.add(k);
            *value = (*value).swapped();
        }
        self.half.run(work[2], work[2], [work[0], work[1]], spare);
        let factor = Lanes::splat(scale);
        let mut k = 0;
        while k + 1 < half {
            let (a, b) = ((*packed.add(k)).scaled(factor), (*packed.add(k + 1)).scaled(factor));
            let rows = transpose([a.im, a.re, b.im, b.re]);
            for lane in 0..4 {
                rows[lane].store(output[lane].add(2 * k));
            }
            k += 2;
        }
        if k < half {
            scatter((*packed.add(k)).scaled(factor).swapped(), output, k);
        }
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
