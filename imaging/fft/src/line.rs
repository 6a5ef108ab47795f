//! One-dimensional complex transforms of four lines at once: Stockham's self-sorting scheme with mixed radices,
//! and rustfft for lengths that have other prime factors.
//!
//! Source of the scheme: C. Van Loan, Computational Frameworks for the Fast Fourier Transform (1992), chapter 1.7.

use crate::butterflies::*;
use crate::lanes::Complex4;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

/// Source of the points of a stage.
pub trait Source {
    /// # Safety
    /// `index` must lie inside the line.
    unsafe fn load(&self, index: usize) -> Complex4;
}

/// Target of the points of a stage.
pub trait Sink {
    /// # Safety
    /// `index` must lie inside the line.
    unsafe fn store(&self, index: usize, value: Complex4);
}

/// A contiguous line of working memory.
#[derive(Clone, Copy)]
pub struct Scratch(pub *mut Complex4);

impl Source for Scratch {
    #[inline(always)]
    unsafe fn load(&self, index: usize) -> Complex4 {
        *self.0.add(index)
    }
}

impl Sink for Scratch {
    #[inline(always)]
    unsafe fn store(&self, index: usize, value: Complex4) {
        *self.0.add(index) = value
    }
}

struct Stage {
    radix: usize,
    /// Number of twiddle groups; `radix * groups * stride` is the length of the line.
    groups: usize,
    stride: usize,
    twiddles: usize,
}

enum Method {
    Stockham { stages: Vec<Stage>, twiddles: Vec<[f32; 2]> },
    Other(Arc<dyn Fft<f32>>),
}

/// A plan for forward transforms of one length.
pub struct Line {
    pub length: usize,
    method: Method,
}

/// The radices for `length`; none when it has a prime factor above 7.
fn radices(length: usize) -> Option<Vec<usize>> {
    let mut rest = length;
    let mut found = Vec::new();
    for radix in [7, 5, 3] {
        while rest % radix == 0 {
            found.push(radix);
            rest /= radix;
        }
    }
    if !rest.is_power_of_two() {
        return None;
    }
    let mut bits = rest.trailing_zeros();
    while bits > 0 {
        // 4 x 4 instead of 8 x 2
        let taken = match bits {
            1 => 1,
            2 | 4 => 2,
            _ => 3,
        };
        found.push(1 << taken);
        bits -= taken;
    }
    Some(found)
}

impl Line {
    pub fn new(length: usize) -> Self {
        let method = match radices(length) {
            None => Method::Other(FftPlanner::new().plan_fft_forward(length)),
            Some(radices) => {
                let mut stages = Vec::new();
                let mut twiddles = Vec::new();
                let mut stride = 1;
                for radix in radices {
                    let span = length / stride;
                    let groups = span / radix;
                    stages.push(Stage { radix, groups, stride, twiddles: twiddles.len() });
                    for group in 0..groups {
                        for output in 1..radix {
                            let turn = (group * output % span) as f64 / span as f64;
                            let (sine, cosine) = (-2.0 * core::f64::consts::PI * turn).sin_cos();
                            twiddles.push([cosine as f32, sine as f32]);
                        }
                    }
                    stride *= radix;
                }
                Method::Stockham { stages, twiddles }
            }
        };
        Line { length, method }
    }

    /// Count of numbers that `spare` must hold.
    pub fn spare(&self) -> usize {
        match &self.method {
            Method::Other(fft) => 4 * self.length + fft.get_inplace_scratch_len(),
            Method::Stockham { .. } => 0,
        }
    }

    /// Transforms one batch of four lines from `source` to `sink`; `work` holds two lines, `spare` the scratch of rustfft.
    ///
    /// # Safety
    /// `source` and `sink` must cover the length of the line; both halves of `work` must hold it.
    #[inline(always)]
    pub unsafe fn run<I: Source, O: Sink>(&self, source: I, sink: O, work: [Scratch; 2], spare: &mut [Complex<f32>]) {
        match &self.method {
            Method::Other(fft) => self.run_other(fft, source, sink, spare),
            Method::Stockham { stages, twiddles } => {
                let last = stages.len().wrapping_sub(1);
                if stages.is_empty() {
                    sink.store(0, source.load(0));
                }
                for (index, stage) in stages.iter().enumerate() {
                    let twiddles = twiddles.as_ptr().add(stage.twiddles);
                    let (from, to) = (work[(index + 1) % 2], work[index % 2]);
                    match (index == 0, index == last) {
                        (true, true) => stage.run(&source, &sink, twiddles),
                        (true, false) => stage.run(&source, &to, twiddles),
                        (false, true) => stage.run(&from, &sink, twiddles),
                        (false, false) => stage.run(&from, &to, twiddles),
                    }
                }
            }
        }
    }

    #[inline(never)]
    unsafe fn run_other<I: Source, O: Sink>(&self, fft: &Arc<dyn Fft<f32>>, source: I, sink: O, spare: &mut [Complex<f32>]) {
        // no memory is reserved here: a second thread may be doing the same
        let (lines, scratch) = spare.split_at_mut(4 * self.length);
        for index in 0..self.length {
            let value = source.load(index);
            let (re, im) = (value.re.to_array(), value.im.to_array());
            for lane in 0..4 {
                lines[lane * self.length + index] = Complex::new(re[lane], im[lane]);
            }
        }
        fft.process_with_scratch(lines, scratch);
        for index in 0..self.length {
            let mut re = [0f32; 4];
            let mut im = [0f32; 4];
            for lane in 0..4 {
                let value = lines[lane * self.length + index];
                re[lane] = value.re;
                im[lane] = value.im;
            }
            let value = Complex4 {
                re: crate::lanes::Lanes::load(re.as_ptr()),
                im: crate::lanes::Lanes::load(im.as_ptr()),
            };
            sink.store(index, value);
        }
    }
}

macro_rules! stage_of {
    ($name:ident, $radix:literal, $butterfly:ident) => {
        #[inline(never)]
        unsafe fn $name<I: Source, O: Sink>(&self, source: &I, sink: &O, twiddles: *const [f32; 2]) {
            let (groups, stride) = (self.groups, self.stride);
            let step = groups * stride;
            for group in 0..groups {
                let from = stride * group;
                let to = stride * $radix * group;
                let mut factors = [Complex4::zero(); $radix];
                for output in 1..$radix {
                    let [re, im] = *twiddles.add(group * ($radix - 1) + output - 1);
                    factors[output] = Complex4 { re: crate::lanes::Lanes::splat(re), im: crate::lanes::Lanes::splat(im) };
                }
                for position in 0..stride {
                    let mut points = [Complex4::zero(); $radix];
                    for input in 0..$radix {
                        points[input] = source.load(from + position + input * step);
                    }
                    let points = $butterfly(points);
                    sink.store(to + position, points[0]);
                    for output in 1..$radix {
                        let value = if group == 0 {
                            points[output]
                        } else {
                            points[output].times(factors[output].re, factors[output].im)
                        };
                        sink.store(to + position + output * stride, value);
                    }
                }
            }
        }
    };
}

impl Stage {
    #[inline(always)]
    unsafe fn run<I: Source, O: Sink>(&self, source: &I, sink: &O, twiddles: *const [f32; 2]) {
        match self.radix {
            2 => self.by2(source, sink, twiddles),
            3 => self.by3(source, sink, twiddles),
            4 => self.by4(source, sink, twiddles),
            5 => self.by5(source, sink, twiddles),
            7 => self.by7(source, sink, twiddles),
            _ => self.by8(source, sink, twiddles),
        }
    }

    stage_of!(by2, 2, transform2);
    stage_of!(by3, 3, transform3);
    stage_of!(by4, 4, transform4);
    stage_of!(by5, 5, transform5);
    stage_of!(by7, 7, transform7);
    stage_of!(by8, 8, transform8);
}
