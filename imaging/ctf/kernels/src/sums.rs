//! Sums over the sectors of each bin of the derivatives of the model and of their products.

use crate::functions::{cosine_sine, exponential, logarithm};
use core::arch::wasm32::*;

/// Numbers in the result of a bin.
const SUMS: usize = 41;
const MAX_DEPTH: f64 = 0.985;

#[inline(always)]
fn both(pair: v128) -> f64 {
    f64x2_extract_lane::<0>(pair) + f64x2_extract_lane::<1>(pair)
}

/// With rings. `radial` holds 8 numbers a bin: background, its four terms of direction, depth and its two. `waves` holds cosines and
/// sines of 2, 4 and 6 times the azimuth of each sector. `rings`: mean, cosine, sine, wavelength, Cs w^2, twice the phase at no
/// frequency, width of a bin, half of a sector in radians. The result of a bin: log-likelihood; excess times the waves 1, 2c, 2s,
/// 4c, 4s; excess times derivative by the depth, and by the defocus, times 1, 2c, 2s; modes times those derivatives times the seven
/// waves; modes times the products depth-depth, depth-defocus and defocus-defocus, each times five waves.
#[no_mangle]
pub unsafe extern "C" fn ring_sums(
    power: *const f64,
    modes: *const f64,
    waves: *const f64,
    radial: *const f64,
    squares: *const f64,
    bins: usize,
    sectors: usize,
    rings: *const f64,
    result: *mut f64,
) {
    let given = core::slice::from_raw_parts(rings, 8);
    let pi = core::f64::consts::PI;
    let one = f64x2_splat(1.0);
    let [mean, along, across] = [f64x2_splat(given[0]), f64x2_splat(given[1]), f64x2_splat(given[2])];
    let limit = f64x2_splat(MAX_DEPTH);
    for bin in 0..bins {
        let spline = core::slice::from_raw_parts(radial.add(8 * bin), 8);
        let square = *squares.add(bin);
        let turns = given[3] * square;
        let fixed = f64x2_splat(given[5] / (2.0 * pi) - turns * 0.5 * given[4] * square);
        let turns2 = f64x2_splat(turns);
        let radians = f64x2_splat(2.0 * pi * turns);
        let across_bin = f64x2_splat(pi * given[3] * given[6]);
        let loss = f64x2_splat(given[4] * square);
        let across_sector = f64x2_splat(2.0 * pi * turns * given[7] * 2.0);
        let [b0, b1, b2, b3, b4, d0, d1, d2] = core::array::from_fn(|k| f64x2_splat(spline[k]));
        let mut sums = [f64x2_splat(0.0); SUMS];
        let mut sector = 0;
        while sector < sectors {
            let cell = bin * sectors + sector;
            let wave = |k: usize| v128_load(waves.add(k * sectors + sector) as *const v128);
            let [x1, x2, x3, x4, x5, x6] = core::array::from_fn(wave);
            let n = v128_load(modes.add(cell) as *const v128);
            let p = v128_load(power.add(cell) as *const v128);
            let background = f64x2_add(
                f64x2_add(b0, f64x2_add(f64x2_mul(b1, x1), f64x2_mul(b2, x2))),
                f64x2_add(f64x2_mul(b3, x3), f64x2_mul(b4, x4)),
            );
            let defocus = f64x2_add(mean, f64x2_add(f64x2_mul(along, x1), f64x2_mul(across, x2)));
            let smear_sector = f64x2_mul(across_sector, f64x2_sub(f64x2_mul(across, x1), f64x2_mul(along, x2)));
            let smear_bin = f64x2_mul(across_bin, f64x2_sub(defocus, loss));
            let smear = f64x2_add(f64x2_mul(smear_sector, smear_sector), f64x2_mul(smear_bin, smear_bin));
            // nearly sin(x) / x
            let sharpness = f64x2_div(
                one,
                f64x2_add(
                    one,
                    f64x2_mul(smear, f64x2_add(f64x2_splat(1.0 / 6.0), f64x2_mul(smear, f64x2_splat(7.0 / 360.0)))),
                ),
            );
            let depth = f64x2_mul(f64x2_add(d0, f64x2_add(f64x2_mul(d1, x1), f64x2_mul(d2, x2))), sharpness);
            let depth = f64x2_max(f64x2_neg(limit), f64x2_min(limit, depth));
            let (cosine, sine) = cosine_sine(f64x2_add(fixed, f64x2_mul(turns2, defocus)));
            let factor = f64x2_sub(one, f64x2_mul(depth, cosine));
            let inverse = f64x2_div(one, factor);
            let for_depth = f64x2_neg(f64x2_mul(f64x2_mul(sharpness, cosine), inverse));
            let for_defocus = f64x2_mul(f64x2_mul(f64x2_mul(depth, sine), radians), inverse);
            let ratio = f64x2_mul(f64x2_mul(p, exponential(f64x2_neg(background))), inverse);
            sums[0] = f64x2_sub(sums[0], f64x2_mul(n, f64x2_add(f64x2_add(background, logarithm(factor)), ratio)));
            let e = f64x2_mul(n, f64x2_sub(ratio, one));
            let ec = f64x2_mul(e, for_depth);
            let et = f64x2_mul(e, for_defocus);
            let c = f64x2_mul(n, for_depth);
            let t = f64x2_mul(n, for_defocus);
            let cc = f64x2_mul(c, for_depth);
            let ct = f64x2_mul(c, for_defocus);
            let tt = f64x2_mul(t, for_defocus);
            let all = [x1, x2, x3, x4, x5, x6];
            let mut at = 1;
            for (value, count) in [(e, 5), (ec, 3), (et, 3), (c, 7), (t, 7), (cc, 5), (ct, 5), (tt, 5)] {
                sums[at] = f64x2_add(sums[at], value);
                for k in 1..count {
                    sums[at + k] = f64x2_add(sums[at + k], f64x2_mul(value, all[k - 1]));
                }
                at += count;
            }
            sector += 2;
        }
        for (k, sum) in sums.iter().enumerate() {
            *result.add(bin * SUMS + k) = both(*sum);
        }
    }
}

/// Without rings: log-likelihood and excess times the waves 1, 2c, 2s, 4c, 4s, at the same places.
#[no_mangle]
pub unsafe extern "C" fn smooth_sums(
    power: *const f64,
    modes: *const f64,
    waves: *const f64,
    radial: *const f64,
    bins: usize,
    sectors: usize,
    result: *mut f64,
) {
    let one = f64x2_splat(1.0);
    for bin in 0..bins {
        let spline = core::slice::from_raw_parts(radial.add(8 * bin), 8);
        let [b0, b1, b2, b3, b4] = core::array::from_fn(|k| f64x2_splat(spline[k]));
        let mut sums = [f64x2_splat(0.0); 6];
        let mut sector = 0;
        while sector < sectors {
            let cell = bin * sectors + sector;
            let [x1, x2, x3, x4] = core::array::from_fn(|k| v128_load(waves.add(k * sectors + sector) as *const v128));
            let n = v128_load(modes.add(cell) as *const v128);
            let p = v128_load(power.add(cell) as *const v128);
            let background = f64x2_add(
                f64x2_add(b0, f64x2_add(f64x2_mul(b1, x1), f64x2_mul(b2, x2))),
                f64x2_add(f64x2_mul(b3, x3), f64x2_mul(b4, x4)),
            );
            let ratio = f64x2_mul(p, exponential(f64x2_neg(background)));
            sums[0] = f64x2_sub(sums[0], f64x2_mul(n, f64x2_add(background, ratio)));
            let e = f64x2_mul(n, f64x2_sub(ratio, one));
            sums[1] = f64x2_add(sums[1], e);
            for (k, x) in [x1, x2, x3, x4].iter().enumerate() {
                sums[2 + k] = f64x2_add(sums[2 + k], f64x2_mul(e, *x));
            }
            sector += 2;
        }
        for (k, sum) in sums.iter().enumerate() {
            *result.add(bin * SUMS + k) = both(*sum);
        }
    }
}
