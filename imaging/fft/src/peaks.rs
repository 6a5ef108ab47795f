//! Peaks of a cyclic correlation and the correlation coefficient of two filtered images at one shift.

use crate::lanes::Lanes;
use crate::prepare::Prepared;

/// A local maximum of the correlation, with its sub-pixel place by a parabola through three points an axis.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    pub column: usize,
    pub row: usize,
    pub height: f32,
    pub offset_x: f64,
    pub offset_y: f64,
}

fn parabola(before: f32, centre: f32, after: f32) -> f64 {
    let curvature = before as f64 - 2.0 * centre as f64 + after as f64;
    if curvature >= 0.0 {
        return 0.0;
    }
    (0.5 * (before as f64 - after as f64) / curvature).clamp(-0.5, 0.5)
}

fn largest(values: &[f32]) -> f32 {
    let whole = values.len() / 4 * 4;
    let mut lanes = Lanes::splat(f32::NEG_INFINITY);
    for i in (0..whole).step_by(4) {
        lanes = lanes.larger(unsafe { Lanes::load(values.as_ptr().add(i)) });
    }
    lanes.to_array().iter().chain(&values[whole..]).fold(f32::NEG_INFINITY, |most, value| most.max(*value))
}

/// The local maxima that reach `threshold` of the largest, highest first, at most `limit`.
pub fn find(plane: &[f32], rows: usize, columns: usize, threshold: f64, limit: usize) -> Vec<Peak> {
    let floor = largest(&plane[..rows * columns]) * threshold as f32;
    if !(floor > 0.0) {
        return Vec::new();
    }
    let mut peaks = Vec::new();
    for row in 0..rows {
        let here = &plane[row * columns..(row + 1) * columns];
        let above = &plane[((row + rows - 1) % rows) * columns..][..columns];
        let below = &plane[((row + 1) % rows) * columns..][..columns];
        let mut column = 0;
        while column < columns {
            // nearly all of the plane lies below the threshold
            if column + 4 <= columns && !unsafe { Lanes::load(here.as_ptr().add(column)) }.any_reaches(Lanes::splat(floor)) {
                column += 4;
                continue;
            }
            let (at, height) = (column, here[column]);
            column += 1;
            if height < floor {
                continue;
            }
            let column = at;
            let left = if column == 0 { columns - 1 } else { column - 1 };
            let right = if column + 1 == columns { 0 } else { column + 1 };
            // of equal neighbours the first in reading order counts
            let earlier = above[left].max(above[column]).max(above[right]).max(here[left]);
            let later = below[left].max(below[column]).max(below[right]).max(here[right]);
            if height > earlier && height >= later {
                peaks.push(Peak {
                    column,
                    row,
                    height,
                    offset_x: parabola(here[left], height, here[right]),
                    offset_y: parabola(above[column], height, below[column]),
                });
            }
        }
    }
    peaks.sort_by(|a, b| b.height.total_cmp(&a.height));
    peaks.truncate(limit);
    peaks
}

/// The rectangle in which two areas overlap when the later one is shifted: start in the reference, start in the later, size.
#[derive(Clone, Copy, Debug)]
pub struct Overlap {
    pub reference: [usize; 2],
    pub later: [usize; 2],
    pub size: [usize; 2],
}

/// The overlap of `[0, reference)` with `[shift, shift + later)` on both axes, each area smaller by `margin` all round.
pub fn overlap(reference: [usize; 2], later: [usize; 2], shift: [i64; 2], margin: i64) -> Option<Overlap> {
    let mut result = Overlap { reference: [0; 2], later: [0; 2], size: [0; 2] };
    for axis in 0..2 {
        let from = margin.max(shift[axis] + margin);
        let to = (reference[axis] as i64 - margin).min(shift[axis] + later[axis] as i64 - margin);
        if to <= from {
            return None;
        }
        result.reference[axis] = from as usize;
        result.later[axis] = (from - shift[axis]) as usize;
        result.size[axis] = (to - from) as usize;
    }
    Some(result)
}

/// Pearson's correlation coefficient of the filtered pixels in every `step`th row of an overlap; 0 where one of them is flat.
pub fn pearson(reference: &Prepared, later: &Prepared, place: Overlap, step: usize) -> f64 {
    let [width, height] = place.size;
    let mut sums = [0f64; 5];
    for y in (0..height).step_by(step) {
        let a = (place.reference[1] + y) * reference.area.width + place.reference[0];
        let b = (place.later[1] + y) * later.area.width + place.later[0];
        let row = row_sums(&reference.filtered[a..a + width], &later.filtered[b..b + width]);
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value as f64;
        }
    }
    let count = (width * height.div_ceil(step)) as f64;
    let [a, b, aa, bb, ab] = sums;
    let (spread_a, spread_b) = (aa - a * a / count, bb - b * b / count);
    if !(spread_a > 0.0 && spread_b > 0.0) {
        return 0.0;
    }
    ((ab - a * b / count) / (spread_a * spread_b).sqrt()).clamp(-1.0, 1.0)
}

fn row_sums(a: &[f32], b: &[f32]) -> [f32; 5] {
    let zero = Lanes::splat(0.0);
    let mut lanes = [zero; 5];
    let whole = a.len() / 4 * 4;
    let mut i = 0;
    while i < whole {
        let (x, y) = unsafe { (Lanes::load(a.as_ptr().add(i)), Lanes::load(b.as_ptr().add(i))) };
        lanes[0] = lanes[0].plus(x);
        lanes[1] = lanes[1].plus(y);
        lanes[2] = lanes[2].plus(x.times(x));
        lanes[3] = lanes[3].plus(y.times(y));
        lanes[4] = lanes[4].plus(x.times(y));
        i += 4;
    }
    let mut sums = lanes.map(|lane| lane.to_array().iter().sum::<f32>());
    for (x, y) in a[whole..].iter().zip(&b[whole..]) {
        sums[0] += x;
        sums[1] += y;
        sums[2] += x * x;
        sums[3] += y * y;
        sums[4] += x * y;
    }
    sums
}
