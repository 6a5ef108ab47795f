//! The shift between two frames: the whole correlation without leaving this module.

use crate::peaks::{find, overlap, pearson, Overlap};
use crate::plane::{good_size, Plane, Work};
use crate::prepare::{prepare, Area, Band, Prepared, Recipe};
use crate::refine::{refine, Part};
use crate::spectrum::cross;
use std::rc::Rc;

/// Binned pixels of one image and what has been prepared from them.
pub struct Frame {
    pub rows: usize,
    pub columns: usize,
    pub pixels: Vec<f32>,
    prepared: Vec<Rc<Prepared>>,
}

impl Frame {
    pub fn new(rows: usize, columns: usize) -> Self {
        Frame { rows, columns, pixels: vec![0.0; rows * columns], prepared: Vec::new() }
    }

    /// The same pixels and what has been prepared from them.
    pub fn twin(&self) -> Self {
        Frame { rows: self.rows, columns: self.columns, pixels: self.pixels.clone(), prepared: self.prepared.clone() }
    }

    /// 0 when the pixels can be used, else the number of a `Failure`.
    pub fn check(&self) -> u32 {
        let (mut least, mut most, mut sum) = (f32::INFINITY, f32::NEG_INFINITY, 0f32);
        for value in &self.pixels {
            least = least.min(*value);
            most = most.max(*value);
            sum += value * 0.0;
        }
        if sum != 0.0 {
            return Failure::NotFinite as u32;
        }
        if least == most {
            return Failure::Constant as u32;
        }
        0
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Failure {
    NoOverlap = 1,
    Constant = 2,
    NotFinite = 3,
}

/// How a correlation is done; lengths are fractions of the image, the expected shift is in binned pixels, Y down.
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

const PLANES: usize = 12;
const FILTERS: usize = 4;
const PREPARED: usize = 2;
const MOST_PEAKS: usize = 1000;
const MARGIN: i64 = 2;
/// Sides below this are not refined.
const SMALLEST_REFINED: usize = 24;

/// Plans, filters and working memory that one registration hands to the next.
#[derive(Default)]
pub struct Engine {
    planes: Vec<Rc<Plane>>,
    filters: Vec<(usize, usize, Band, Rc<Vec<f32>>)>,
    real: Vec<f32>,
    copy: Vec<f32>,
}

fn grow(memory: &mut Vec<f32>, length: usize) {
    if memory.len() < length {
        memory.resize(length, 0.0);
    }
}

/// The sub-areas along one axis: start and length in the reference and in the later image.
fn span(size: usize, trim: usize, expected: f64) -> [(usize, usize); 2] {
    let (low, high) = (trim as i64, (size - trim) as i64);
    let shift = expected.trunc() as i64;
    if shift == 0 {
        return [(trim, size - 2 * trim); 2];
    }
    let (from, to) = (low.max(low + shift), high.min(high + shift));
    let extra = (0.1 * size as f64) as i64 + (from - to).max(0);
    // the inner side of each image is given more room
    let (reference, later) = if shift > 0 {
        ((low.max(from - extra), high), (low, (high).min(to + extra - shift)))
    } else {
        ((low, high.min(to + extra)), (low.max(from - extra - shift), high))
    };
    [(reference.0 as usize, (reference.1 - reference.0) as usize), (later.0 as usize, (later.1 - later.0) as usize)]
}

impl Engine {
    fn plane(&mut self, rows: usize, columns: usize) -> Rc<Plane> {
        if let Some(index) = self.planes.iter().position(|plane| plane.rows == rows && plane.columns == columns) {
            let plane = self.planes.remove(index);
            self.planes.push(plane.clone());
            return plane;
        }
        if self.planes.len() >= PLANES {
            self.planes.remove(0);
        }
        let plane = Rc::new(Plane::new(rows, columns));
        self.planes.push(plane.clone());
        plane
    }

    fn filter(&mut self, rows: usize, columns: usize, band: Band) -> Rc<Vec<f32>> {
        if let Some(found) = self.filters.iter().find(|(r, c, b, _)| *r == rows && *c == columns && *b == band) {
            return found.3.clone();
        }
        if self.filters.len() >= FILTERS {
            self.filters.remove(0);
        }
        let table = Rc::new(band.root_table(rows, columns));
        self.filters.push((rows, columns, band, table.clone()));
        table
    }

    fn prepared(&mut self, frame: &mut Frame, area: Area, recipe: Recipe, plane: &Plane, work: &mut Work) -> Rc<Prepared> {
        if let Some(found) = frame.prepared.iter().find(|known| known.area == area && known.recipe == recipe) {
            return found.clone();
        }
        let filter = self.filter(recipe.rows, recipe.columns, recipe.band);
        let made = Rc::new(prepare(
            &frame.pixels,
            frame.columns,
            area,
            recipe,
            plane,
            work,
            &filter,
            &mut self.real,
            &mut self.copy,
        ));
        if frame.prepared.len() >= PREPARED {
            frame.prepared.remove(0);
        }
        frame.prepared.push(made.clone());
        made
    }

    /// The shift that aligns `later` with `reference`; both have the same size.
    pub fn register(&mut self, later: &mut Frame, reference: &mut Frame, options: &Options) -> Result<Found, Failure> {
        let trim = (options.trim * later.rows.max(later.columns) as f64 + 1.0) as usize;
        if 2 * trim + 8 > later.rows.min(later.columns) {
            return Err(Failure::NoOverlap);
        }
        let [rx, lx] = span(later.columns, trim, options.expected[0]);
        let [ry, ly] = span(later.rows, trim, options.expected[1]);
        let reference_area = Area { x: rx.0, width: rx.1, y: ry.0, height: ry.1 };
        let later_area = Area { x: lx.0, width: lx.1, y: ly.0, height: ly.1 };
        let padded = |size: usize| good_size(((1.0 + options.pad) * size as f64).ceil() as usize);
        let recipe = Recipe {
            rows: padded(ry.1.max(ly.1)),
            columns: padded(rx.1.max(lx.1)),
            taper: options.taper / (1.0 - 2.0 * options.trim),
            band: options.band,
        };
        let plane = self.plane(recipe.rows, recipe.columns);
        let mut work = plane.work();
        grow(&mut self.real, recipe.rows * recipe.columns);
        grow(&mut self.copy, 2 * recipe.rows * plane.width());
        let a = self.prepared(later, later_area, recipe, &plane, &mut work);
        let c = self.prepared(reference, reference_area, recipe, &plane, &mut work);
        cross(&c.spectrum, &a.spectrum, &mut self.copy);
        plane.inverse(&mut self.copy, &mut self.real, &mut work);
        let base = [rx.0 as i64 - lx.0 as i64, ry.0 as i64 - ly.0 as i64];
        let (mut found, start, whole) = self.choose(&c, &a, &recipe, base, options)?;
        if let Some((shift, error)) = self.refined(later, reference, trim, whole, start) {
            found.shift = shift;
            found.error = error;
        }
        Ok(found)
    }

    /// The best of the peaks and their wrapped alternatives, the sub-pixel start and the whole-pixel shift.
    fn choose(
        &self,
        c: &Prepared,
        a: &Prepared,
        recipe: &Recipe,
        base: [i64; 2],
        options: &Options,
    ) -> Result<(Found, [f64; 2], [i64; 2]), Failure> {
        let mut peaks = find(&self.real, recipe.rows, recipe.columns, options.threshold, MOST_PEAKS);
        if peaks.is_empty() {
            return Err(Failure::Constant);
        }
        let wrapped = |index: usize, length: usize, base: i64| {
            let signed = index as i64 - if 2 * index > length { length as i64 } else { 0 };
            (signed + base) as f64
        };
        let mut zero_ignored = false;
        if options.ignore_zero && peaks.len() > 1 {
            let count = peaks.len();
            peaks.retain(|peak| {
                let x = wrapped(peak.column, recipe.columns, base[0]) + peak.offset_x;
                let y = wrapped(peak.row, recipe.rows, base[1]) + peak.offset_y;
                x.abs() > 0.25 || y.abs() > 0.25
            });
            zero_ignored = peaks.len() < count;
        }
        peaks.truncate(options.largest_peaks);
        let sizes = [[c.area.width, c.area.height], [a.area.width, a.area.height]];
        let smaller = (c.area.width * c.area.height).min(a.area.width * a.area.height) as f64;
        let mut best: Option<(f64, usize, [i64; 2], f64, f64)> = None;
        for (index, peak) in peaks.iter().enumerate() {
            for alternative in 0..4 {
                let shift = [
                    peak.column as i64 - if alternative & 1 == 0 { 0 } else { recipe.columns as i64 },
                    peak.row as i64 - if alternative & 2 == 0 { 0 } else { recipe.rows as i64 },
                ];
                let Some(Overlap { size, .. }) = overlap(sizes[0], sizes[1], shift, 0) else { continue };
                let share = (size[0] * size[1]) as f64 / smaller;
                let factor = share.powf(1.0 / 6.0);
                // no correlation can beat the best one from here
                if share < options.smallest_overlap || best.is_some_and(|(score, ..)| factor <= score) {
                    continue;
                }
                let Some(place) = overlap(sizes[0], sizes[1], shift, MARGIN) else { continue };
                let correlation = pearson(c, a, place);
                let score = correlation * factor;
                if best.is_none_or(|(most, ..)| score > most) {
                    best = Some((score, index, shift, correlation, share));
                }
            }
        }
        let (_, index, shift, correlation, overlap) = best.ok_or(Failure::NoOverlap)?;
        let peak = peaks[index];
        let whole = [shift[0] + base[0], shift[1] + base[1]];
        let start = [peak.offset_x, peak.offset_y];
        let other = peaks.iter().enumerate().find(|(other, _)| *other != index);
        let found = Found {
            shift: [whole[0] as f64 + start[0], whole[1] as f64 + start[1]],
            correlation,
            overlap,
            error: [f64::NAN; 2],
            zero_ignored,
            rival: other.map_or(0.0, |(_, rival)| (rival.height / peak.height) as f64),
        };
        Ok((found, start, whole))
    }

    /// The shift and its standard errors by the phases of what both images show.
    fn refined(&mut self, later: &Frame, reference: &Frame, trim: usize, whole: [i64; 2], start: [f64; 2]) -> Option<([f64; 2], [f64; 2])> {
        let used = [later.columns - 2 * trim, later.rows - 2 * trim];
        let place = overlap(used, used, whole, 0)?;
        let side = |length: usize| {
            let mut size = length / 2 * 2;
            while size >= 2 && good_size(size) != size {
                size -= 2;
            }
            size
        };
        let (width, height) = (side(place.size[0]), side(place.size[1]));
        if width.min(height) < SMALLEST_REFINED {
            return None;
        }
        let plane = self.plane(height, width);
        let mut work = plane.work();
        grow(&mut self.real, width * height);
        let (dx, dy) = ((place.size[0] - width) / 2 + trim, (place.size[1] - height) / 2 + trim);
        let area = |corner: [usize; 2]| Area { x: corner[0] + dx, y: corner[1] + dy, width, height };
        let reference = Part { pixels: &reference.pixels, stride: reference.columns, area: area(place.reference) };
        let later = Part { pixels: &later.pixels, stride: later.columns, area: area(place.later) };
        let refined = refine(&reference, &later, start, &plane, &mut work, &mut self.real)?;
        let shift = [whole[0] as f64 + refined.shift[0], whole[1] as f64 + refined.shift[1]];
        Some((shift, [refined.variance[0].sqrt(), refined.variance[1].sqrt()]))
    }
}
