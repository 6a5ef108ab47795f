//! The table of sectors and its scan.

use crate::functions::cosine_sine;
use core::arch::wasm32::*;

/// Bands of the frequency in which the rings have a depth of their own.
const BANDS: usize = 4;

/// Subtracts from a wave its straight line over a band, weighted by the modes, and returns the information that remains.
unsafe fn level(wave: *mut f64, modes: *const f64, from: usize, to: usize) -> f64 {
    let (mut s0, mut s1, mut s2, mut c0, mut c1) = (1e-9, 0.0, 0.0, 0.0, 0.0);
    let middle = (from + to) as f64 / 2.0;
    for bin in from..to {
        let (n, x, c) = (*modes.add(bin), bin as f64 - middle, *wave.add(bin));
        s0 += n;
        s1 += n * x;
        s2 += n * x * x;
        c0 += n * c;
        c1 += n * x * c;
    }
    let determinant = s0 * s2 - s1 * s1;
    let slope = if determinant > 0.0 { (s0 * c1 - s1 * c0) / determinant } else { 0.0 };
    let constant = (c0 - slope * s1) / s0;
    let mut information = 0.0;
    for bin in from..to {
        let value = *wave.add(bin) - constant - slope * (bin as f64 - middle);
        *wave.add(bin) = value;
        information += *modes.add(bin) * value * value;
    }
    // where less than one ring lies in a band, nearly nothing remains, and noise would be divided by it
    information + 0.02 * s0
}

/// Fills the table: for each step of the defocus and each sector the products of its excess with -cos 2 chi in four bands, and with
/// sin 2 chi after them when `searched`. `excess` runs by sector, then by bin, to `bins` rounded up to four. `given`: step, wavelength,
/// Cs w^2 / 2, twice the phase at no frequency, first squared frequency, width of a bin. `wave` and `single` are room for the bins.
#[no_mangle]
pub unsafe extern "C" fn sector_table(
    excess: *const f32,
    modes: *const f64,
    given: *const f64,
    edges: *const i32,
    shape: *const i32,
    wave: *mut f64,
    single: *mut f32,
    products: *mut f32,
    information: *mut f64,
) {
    let [bins, stride, sectors, steps, searched] = core::array::from_fn(|k| *shape.add(k) as usize);
    let given = core::slice::from_raw_parts(given, 6);
    let turn = 1.0 / (2.0 * core::f64::consts::PI);
    let width = if searched > 0 { 2 * BANDS } else { BANDS };
    for at in 0..steps {
        let defocus = at as f64 * given[0];
        for quadrature in 0..=searched {
            let mut bin = 0;
            while bin < bins {
                let square = f64x2(given[4] + (bin as f64 + 0.5) * given[5], given[4] + (bin as f64 + 1.5) * given[5]);
                let lens = f64x2_mul(f64x2_splat(given[2]), square);
                let turns = f64x2_add(
                    f64x2_mul(f64x2_mul(f64x2_splat(given[1]), square), f64x2_sub(f64x2_splat(defocus), lens)),
                    f64x2_splat(given[3] * turn),
                );
                let (cosine, sine) = cosine_sine(turns);
                v128_store(wave.add(bin) as *mut v128, if quadrature == 0 { f64x2_neg(cosine) } else { sine });
                bin += 2;
            }
            for band in 0..BANDS {
                let (from, to) = (*edges.add(band) as usize, *edges.add(band + 1) as usize);
                let own = level(wave, modes, from, to);
                let place = information.add(at * BANDS + band);
                *place = if quadrature == 0 { own } else { 0.5 * (*place + own) };
                // whole groups of four, with zeros where they reach beyond the band
                let (start, end) = (from & !3, (to + 3) & !3);
                for bin in start..end {
                    *single.add(bin) = if bin < from || bin >= to { 0.0 } else { *wave.add(bin) as f32 };
                }
                for sector in 0..sectors {
                    let row = excess.add(sector * stride);
                    let mut sum = f32x4_splat(0.0);
                    let mut bin = start;
                    while bin < end {
                        let one = v128_load(row.add(bin) as *const v128);
                        let other = v128_load(single.add(bin) as *const v128);
                        sum = f32x4_add(sum, f32x4_mul(one, other));
                        bin += 4;
                    }
                    let total = f32x4_extract_lane::<0>(sum)
                        + f32x4_extract_lane::<1>(sum)
                        + f32x4_extract_lane::<2>(sum)
                        + f32x4_extract_lane::<3>(sum);
                    *products.add((at * sectors + sector) * width + quadrature * BANDS + band) = total;
                }
            }
        }
    }
}

/// Scans the mean defocus for one astigmatism: keeps in `best` the largest gain of each step, and in `which` the number of the
/// astigmatism and phase that gave it. `starts` holds the place of each sector in the table for step 0, `inverse` one over twice the
/// information, `turns` cosine and sine of each phase.
#[no_mangle]
pub unsafe extern "C" fn scan(
    products: *const f32,
    inverse: *const f32,
    starts: *const i32,
    turns: *const f32,
    shape: *const i32,
    best: *mut f32,
    which: *mut i32,
) {
    let [sectors, from, to, phases, number] = core::array::from_fn(|k| *shape.add(k) as usize);
    let zero = f32x4_splat(0.0);
    let width = if phases > 1 { 2 * BANDS } else { BANDS };
    let stride = sectors * width;
    for at in from..=to {
        let base = products.offset((at * stride) as isize);
        let information = v128_load(inverse.add(at * BANDS) as *const v128);
        let mut first = zero;
        let mut second = zero;
        if phases > 1 {
            for sector in 0..sectors {
                let place = base.offset(*starts.add(sector) as isize);
                first = f32x4_add(first, v128_load(place as *const v128));
                second = f32x4_add(second, v128_load(place.add(BANDS) as *const v128));
            }
        } else {
            for sector in 0..sectors {
                first = f32x4_add(first, v128_load(base.offset(*starts.add(sector) as isize) as *const v128));
            }
        }
        for phase in 0..phases {
            let sum = if phases > 1 {
                f32x4_add(
                    f32x4_mul(first, f32x4_splat(*turns.add(2 * phase))),
                    f32x4_mul(second, f32x4_splat(*turns.add(2 * phase + 1))),
                )
            } else {
                first
            };
            let up = f32x4_max(zero, sum);
            let gains = f32x4_mul(f32x4_mul(up, up), information);
            let gain = f32x4_extract_lane::<0>(gains)
                + f32x4_extract_lane::<1>(gains)
                + f32x4_extract_lane::<2>(gains)
                + f32x4_extract_lane::<3>(gains);
            if gain > *best.add(at) {
                *best.add(at) = gain;
                *which.add(at) = (number * phases + phase) as i32;
            }
        }
    }
}
