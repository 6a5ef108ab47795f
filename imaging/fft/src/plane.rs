//! Two-dimensional real transforms.

use crate::columns::{self, Extent};
use crate::lanes::Complex4;
use crate::line::{Line, Scratch};
use crate::rows::Rows;
use rustfft::num_complex::Complex;

/// Working memory of one thread for planes of one size.
pub struct Work {
    lines: Vec<Complex4>,
    length: usize,
    spare: Vec<Complex<f32>>,
}

impl Work {
    fn parts(&mut self) -> ([Scratch; 3], &mut [Complex<f32>]) {
        let start = self.lines.as_mut_ptr();
        let lines = unsafe { [Scratch(start), Scratch(start.add(self.length)), Scratch(start.add(2 * self.length))] };
        (lines, &mut self.spare)
    }
}

/// A plan for planes of `rows` x `columns` real numbers; `columns` is even.
pub struct Plane {
    pub rows: usize,
    pub columns: usize,
    along_rows: Rows,
    along_columns: Line,
}

impl Plane {
    pub fn new(rows: usize, columns: usize) -> Self {
        assert!(rows > 0 && columns > 0 && columns % 2 == 0, "a plane needs rows and an even number of columns");
        Plane { rows, columns, along_rows: Rows::new(columns), along_columns: Line::new(rows) }
    }

    /// Complex columns of the transform.
    pub fn width(&self) -> usize {
        self.columns / 2 + 1
    }

    pub fn work(&self) -> Work {
        let length = self.rows.max(self.columns / 2) + 2;
        let spare = self.along_columns.spare().max(self.along_rows.half.spare());
        Work { lines: vec![Complex4::zero(); 3 * length], length, spare: vec![Complex::default(); spare] }
    }

    /// Transforms rows `from..to` of a real plane into the same rows of the half-complex plane.
    ///
    /// # Safety
    /// `input` and `output` must hold the whole plane.
    pub unsafe fn forward_rows(&self, input: *const f32, output: *mut f32, from: usize, to: usize, work: &mut Work) {
        let (columns, width) = (self.columns, 2 * self.width());
        let mut row = from;
        while row < to {
            let lanes = [row, (row + 1).min(to - 1), (row + 2).min(to - 1), (row + 3).min(to - 1)];
            let sources = lanes.map(|lane| unsafe { input.add(lane * columns) });
            let targets = lanes.map(|lane| unsafe { output.add(lane * width) });
            let (lines, spare) = work.parts();
            self.along_rows.forward(sources, targets, lines, spare);
            row += 4;
        }
    }

    /// Transforms complex columns `from..to` of the half-complex plane in place; rows from `filled` on count as zero.
    ///
    /// # Safety
    /// `plane` must hold the whole half-complex plane.
    pub unsafe fn forward_columns(&self, plane: *mut f32, from: usize, to: usize, filled: usize, work: &mut Work) {
        let ([a, b, _], spare) = work.parts();
        let extent = Extent { filled, wanted: self.rows };
        columns::transform::<false>(&self.along_columns, plane, self.width(), from, to, extent, [a, b], spare);
    }

    /// Undoes `forward_columns`, multiplied by the number of rows; only the rows before `wanted` are right afterwards.
    ///
    /// # Safety
    /// As for `forward_columns`.
    pub unsafe fn inverse_columns(&self, plane: *mut f32, from: usize, to: usize, wanted: usize, work: &mut Work) {
        let ([a, b, _], spare) = work.parts();
        let extent = Extent { filled: self.rows, wanted };
        columns::transform::<true>(&self.along_columns, plane, self.width(), from, to, extent, [a, b], spare);
    }

    /// Undoes `forward_rows` and divides by the number of points of the plane.
    ///
    /// # Safety
    /// As for `forward_rows`.
    pub unsafe fn inverse_rows(&self, input: *const f32, output: *mut f32, from: usize, to: usize, work: &mut Work) {
        let (columns, width) = (self.columns, 2 * self.width());
        let scale = 1.0 / (self.rows as f64 * columns as f64);
        let mut row = from;
        while row < to {
            let lanes = [row, (row + 1).min(to - 1), (row + 2).min(to - 1), (row + 3).min(to - 1)];
            let sources = lanes.map(|lane| unsafe { input.add(lane * width) });
            let targets = lanes.map(|lane| unsafe { output.add(lane * columns) });
            let (lines, spare) = work.parts();
            self.along_rows.inverse(sources, targets, scale as f32, lines, spare);
            row += 4;
        }
    }

    /// The half-complex transform of a whole real plane.
    pub fn forward(&self, input: &[f32], output: &mut [f32], work: &mut Work) {
        assert!(input.len() >= self.rows * self.columns && output.len() >= 2 * self.rows * self.width());
        unsafe {
            self.forward_rows(input.as_ptr(), output.as_mut_ptr(), 0, self.rows, work);
            self.forward_columns(output.as_mut_ptr(), 0, self.width(), self.rows, work);
        }
    }

    /// The real plane of a half-complex transform, which is overwritten.
    pub fn inverse(&self, input: &mut [f32], output: &mut [f32], work: &mut Work) {
        assert!(output.len() >= self.rows * self.columns && input.len() >= 2 * self.rows * self.width());
        unsafe {
            self.inverse_columns(input.as_mut_ptr(), 0, self.width(), self.rows, work);
            self.inverse_rows(input.as_ptr(), output.as_mut_ptr(), 0, self.rows, work);
        }
    }
}

/// The next even number from `minimum` on that has no prime factor above 7.
pub fn good_size(minimum: usize) -> usize {
    let mut size = minimum.max(2).next_multiple_of(2);
    loop {
        let mut rest = size;
        for factor in [2, 3, 5, 7] {
            while rest % factor == 0 {
                rest /= factor;
            }
        }
        if rest == 1 {
            return size;
        }
        size += 2;
    }
}
