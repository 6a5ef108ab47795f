//! The shift between two frames: the whole correlation, step by step, without leaving linear memory.
//!
//! The steps marked as shares reserve no memory and may run on two threads, each with its own index; all others belong to
//! the first thread.

use crate::engine::Engine;
use crate::frame::{Failure, Frame};
use crate::peaks::{find, overlap, pearson};
use crate::plane::{good_size, Plane};
use crate::prepare::{prepare, unset, Area, Band, Bench, Prepared, Recipe, Window};
use crate::refine::{refine, windowed_spectrum, TAPER};
use crate::spectrum::cross_columns;
use std::rc::Rc;

/// Options of a correlation; lengths are fractions of the image, the expected shift is in binned pixels, Y down.
#[derive(Clone, Copy)]
pub struct Options {
    pub expected: [f64; 2],
    pub trim: f64,
    pub pad: f64,
    pub taper: f64,
    pub band: Band,
    pub threshold: f64,
    pub largest_peaks: usize,
    pub ignore_zero: bool,
    pub smallest_overlap: f64,
}

/// The shift to apply to the later image, binned pixels, Y down.
#[derive(Clone, Copy)]
pub struct Found {
    pub shift: [f64; 2],
    pub correlation: f64,
    pub overlap: f64,
    /// Standard errors; NaN when the refinement did not apply.
    pub error: [f64; 2],
    pub zero_ignored: bool,
    /// Height of the best other peak over that of the chosen one.
    pub rival: f64,
}

const MOST_PEAKS: usize = 1000;
const MARGIN: i64 = 2;
/// Sides below this are not refined.
const SMALLEST_REFINED: usize = 24;
/// Step in rows of the first look at an alternative, which decides on a closer one.
const COARSE_ROWS: usize = 4;
/// Largest distance of a coarse score below the best one; many times its scatter.
const COARSE_MARGIN: f64 = 0.12;

struct Side {
    frame: *mut Frame,
    known: Option<Rc<Prepared>>,
    pending: Option<Prepared>,
    window: Window,
    bench: Bench,
}

impl Side {
    fn prepared(&self) -> &Prepared {
        self.known.as_deref().or(self.pending.as_ref()).expect("a side is known or pending")
    }
}

struct Refinement {
    plane: Rc<Plane>,
    window: Window,
    areas: [Area; 2],
    spectra: [Vec<f32>; 2],
    benches: [Bench; 2],
    start: [f64; 2],
}

/// One registration in progress; side 0 is the later image, side 1 the reference.
pub struct Task {
    options: Options,
    trim: usize,
    plane: Rc<Plane>,
    filter: Rc<Vec<f32>>,
    sides: [Side; 2],
    recipe: Recipe,
    base: [i64; 2],
    whole: [i64; 2],
    found: Option<Found>,
    refinement: Option<Refinement>,
}

/// The sub-areas along one axis: start and length in the later image and in the reference.
fn span(size: usize, trim: usize, expected: f64) -> [(usize, usize); 2] {
    let (low, high) = (trim as i64, (size - trim) as i64);
    let shift = (expected.trunc() as i64).clamp(-(size as i64), size as i64);
    if shift == 0 {
        return [(trim, size - 2 * trim); 2];
    }
    let (from, to) = (low.max(low + shift), high.min(high + shift));
    let extra = (0.1 * size as f64) as i64 + (from - to).max(0);
    // the inner side of each image is given more room
    let (reference, later) = if shift > 0 {
        ((low.max(from - extra), high), (low, high.min(to + extra - shift)))
    } else {
        ((low, high.min(to + extra)), (low.max(from - extra - shift), high))
    };
    [later, reference].map(|(start, end)| (start as usize, (end - start) as usize))
}

/// The largest even number up to `length` that transforms fast.
fn good_side(length: usize) -> usize {
    let mut size = length / 2 * 2;
    while size >= 2 && good_size(size) != size {
        size -= 2;
    }
    size
}

impl Task {
    /// # Safety
    /// Both frames must stay where they are until the task has ended; they may be the same.
    pub unsafe fn new(engine: &mut Engine, later: *mut Frame, reference: *mut Frame, options: Options) -> Result<Self, Failure> {
        let (rows, columns) = ((*later).rows, (*later).columns);
        let trim = (options.trim * rows.max(columns) as f64 + 1.0) as usize;
        if 2 * trim + 8 > rows.min(columns) {
            return Err(Failure::NoOverlap);
        }
        let (x, y) = (span(columns, trim, options.expected[0]), span(rows, trim, options.expected[1]));
        let area = |side: usize| Area { x: x[side].0, width: x[side].1, y: y[side].0, height: y[side].1 };
        let padded = |sizes: [(usize, usize); 2]| good_size(((1.0 + options.pad) * sizes[0].1.max(sizes[1].1) as f64).ceil() as usize);
        let taper = options.taper / (1.0 - 2.0 * options.trim);
        let recipe = Recipe { rows: padded(y), columns: padded(x), taper, band: options.band };
        let plane = engine.plane(recipe.rows, recipe.columns);
        let filter = engine.filter(recipe.rows, recipe.columns, recipe.band);
        let mut side = |index: usize, frame: *mut Frame| {
            let area = area(index);
            let known = (*frame).known(area, recipe);
            let pending = if known.is_none() { Some(Prepared::empty(area, recipe)) } else { None };
            Side { frame, known, pending, window: Window::new(area.width, area.height, taper), bench: engine.bench(&plane) }
        };
        let sides = [side(0, later), side(1, reference)];
        let base = [x[1].0 as i64 - x[0].0 as i64, y[1].0 as i64 - y[0].0 as i64];
        Ok(Task { options, trim, plane, filter, sides, recipe, base, whole: [0; 2], found: None, refinement: None })
    }

    /// Rows and complex columns of the correlation.
    pub fn size(&self) -> (usize, usize) {
        (self.plane.rows, self.plane.width())
    }

    /// A share: prepares one side, if it is not known already.
    pub fn prepare(&mut self, index: usize) {
        let Side { frame, window, bench, pending, .. } = &mut self.sides[index];
        if let Some(target) = pending {
            let frame = unsafe { &**frame };
            prepare(&frame.pixels, frame.columns, window, &self.plane, &self.filter, bench, target);
        }
    }

    /// A share: complex columns `from..to` of the correlation.
    ///
    /// # Safety
    /// The ranges of the two threads must not meet.
    pub unsafe fn correlate_columns(&mut self, thread: usize, from: usize, to: usize) {
        let target = self.sides[0].bench.complex.as_mut_ptr();
        let [later, reference] = &self.sides;
        let (rows, width) = self.size();
        cross_columns(&reference.prepared().spectrum, &later.prepared().spectrum, target, width, rows, from, to);
        self.plane.inverse_columns(target, from, to, rows, &mut self.sides[thread].bench.work);
    }

    /// A share: rows `from..to` of the correlation.
    ///
    /// # Safety
    /// The ranges of the two threads must not meet.
    pub unsafe fn correlate_rows(&mut self, thread: usize, from: usize, to: usize) {
        let (input, output) = (self.sides[0].bench.complex.as_ptr(), self.sides[0].bench.real.as_mut_ptr());
        self.plane.inverse_rows(input, output, from, to, &mut self.sides[thread].bench.work);
    }

    /// Chooses among the peaks and their wrapped alternatives, and gets the refinement ready.
    pub fn choose(&mut self, engine: &mut Engine) -> Result<(), Failure> {
        let [later, reference] = &self.sides;
        let (a, c) = (later.prepared(), reference.prepared());
        let (rows, columns) = (self.recipe.rows, self.recipe.columns);
        let mut peaks = find(&later.bench.real, rows, columns, self.options.threshold, MOST_PEAKS);
        if peaks.is_empty() {
            return Err(Failure::Constant);
        }
        let mut zero_ignored = false;
        if self.options.ignore_zero && peaks.len() > 1 {
            let count = peaks.len();
            let away = |index: usize, offset: f64, length: usize, base: i64| {
                let signed = index as i64 - if 2 * index > length { length as i64 } else { 0 };
                ((signed + base) as f64 + offset).abs() > 0.25
            };
            peaks.retain(|peak| {
                away(peak.column, peak.offset_x, columns, self.base[0]) || away(peak.row, peak.offset_y, rows, self.base[1])
            });
            zero_ignored = peaks.len() < count;
        }
        peaks.truncate(self.options.largest_peaks);
        let sizes = [[c.area.width, c.area.height], [a.area.width, a.area.height]];
        let smaller = (c.area.width * c.area.height).min(a.area.width * a.area.height) as f64;
        let mut best: Option<(f64, usize, [i64; 2], f64, f64)> = None;
        for (index, peak) in peaks.iter().enumerate() {
            for alternative in 0..4 {
                let shift = [
                    peak.column as i64 - if alternative & 1 == 0 { 0 } else { columns as i64 },
                    peak.row as i64 - if alternative & 2 == 0 { 0 } else { rows as i64 },
                ];
                let Some(common) = overlap(sizes[0], sizes[1], shift, 0) else { continue };
                let share = (common.size[0] * common.size[1]) as f64 / smaller;
                let factor = share.powf(1.0 / 6.0);
                let to_beat = best.map_or(f64::NEG_INFINITY, |(score, ..)| score);
                // no correlation can beat the best one from here
                if share < self.options.smallest_overlap || factor <= to_beat {
                    continue;
                }
                let Some(place) = overlap(sizes[0], sizes[1], shift, MARGIN) else { continue };
                let worth = best.is_none() || place.size[1] < 64 || pearson(c, a, place, COARSE_ROWS) * factor > to_beat - COARSE_MARGIN;
                if !worth {
                    continue;
                }
                let correlation = pearson(c, a, place, 1);
                if correlation * factor > to_beat {
                    best = Some((correlation * factor, index, shift, correlation, share));
                }
            }
        }
        let (_, index, shift, correlation, overlap) = best.ok_or(Failure::NoOverlap)?;
        let peak = peaks[index];
        let start = [peak.offset_x, peak.offset_y];
        let other = peaks.iter().enumerate().find(|(other, _)| *other != index);
        self.whole = [shift[0] + self.base[0], shift[1] + self.base[1]];
        self.found = Some(Found {
            shift: [self.whole[0] as f64 + start[0], self.whole[1] as f64 + start[1]],
            correlation,
            overlap,
            error: [f64::NAN; 2],
            zero_ignored,
            rival: other.map_or(0.0, |(_, rival)| (rival.height / peak.height) as f64),
        });
        self.refinement = self.refinement(engine, start);
        Ok(())
    }

    /// The part that both images show, without the whole-pixel shift, in a size that transforms fast.
    fn refinement(&self, engine: &mut Engine, start: [f64; 2]) -> Option<Refinement> {
        let frame = unsafe { &*self.sides[0].frame };
        let used = [frame.columns - 2 * self.trim, frame.rows - 2 * self.trim];
        let place = overlap(used, used, self.whole, 0)?;
        let (width, height) = (good_side(place.size[0]), good_side(place.size[1]));
        if width.min(height) < SMALLEST_REFINED {
            return None;
        }
        let (dx, dy) = ((place.size[0] - width) / 2 + self.trim, (place.size[1] - height) / 2 + self.trim);
        let areas = [place.later, place.reference].map(|corner| Area { x: corner[0] + dx, y: corner[1] + dy, width, height });
        let plane = engine.plane(height, width);
        let benches = [engine.bench(&plane), engine.bench(&plane)];
        let spectra = [0, 1].map(|_| unset(2 * plane.rows * plane.width()));
        Some(Refinement { window: Window::new(width, height, TAPER), plane, areas, spectra, benches, start })
    }

    /// A share: the windowed spectrum of one side.
    pub fn transform_overlap(&mut self, index: usize) {
        let frame = unsafe { &*self.sides[index].frame };
        if let Some(Refinement { plane, window, areas, spectra, benches, .. }) = &mut self.refinement {
            windowed_spectrum(&frame.pixels, frame.columns, areas[index], window, plane, &mut benches[index], &mut spectra[index]);
        }
    }

    /// Refines, passes preparations and memory on, and returns the result.
    pub fn end(self, engine: &mut Engine) -> Option<Found> {
        let mut found = self.found;
        if let (Some(found), Some(part)) = (&mut found, &self.refinement) {
            if let Some(refined) = refine(&part.spectra[1], &part.spectra[0], &part.plane, &part.window, part.start) {
                found.shift = [0, 1].map(|axis| self.whole[axis] as f64 + refined.shift[axis]);
                found.error = refined.variance.map(f64::sqrt);
            }
        }
        for side in self.sides {
            if let Some(made) = side.pending {
                unsafe { (*side.frame).keep(Rc::new(made)) };
            }
            engine.return_bench(side.bench);
        }
        for bench in self.refinement.into_iter().flat_map(|part| part.benches) {
            engine.return_bench(bench);
        }
        found
    }
}
