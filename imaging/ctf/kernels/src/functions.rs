//! Elementary functions of two numbers at once, to ten digits.

use core::arch::wasm32::*;

/// 1.5 x 2^52: a small whole number added to it stands in its last bits.
const MAGIC: f64 = 6755399441055744.0;

#[inline(always)]
fn polynomial<const N: usize>(x: v128, coefficients: &[f64; N]) -> v128 {
    let mut value = f64x2_splat(coefficients[N - 1]);
    for k in (0..N - 1).rev() {
        value = f64x2_add(f64x2_mul(value, x), f64x2_splat(coefficients[k]));
    }
    value
}

/// Cosine and sine of an angle given in turns.
#[inline(always)]
pub fn cosine_sine(turns: v128) -> (v128, v128) {
    // half of the angle lies within a quarter of a turn, where Taylor's series are short
    let half = f64x2_mul(f64x2_sub(turns, f64x2_nearest(turns)), f64x2_splat(core::f64::consts::PI));
    let square = f64x2_mul(half, half);
    let sine = f64x2_mul(
        half,
        polynomial(
            square,
            &[1.0, -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362880.0, -1.0 / 39916800.0, 1.0 / 6227020800.0, -1.0 / 1307674368000.0],
        ),
    );
    let cosine = polynomial(
        square,
        &[1.0, -0.5, 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40320.0, -1.0 / 3628800.0, 1.0 / 479001600.0, -1.0 / 87178291200.0, 1.0 / 20922789888000.0],
    );
    let twice = f64x2_add(sine, sine);
    (f64x2_sub(f64x2_splat(1.0), f64x2_mul(twice, sine)), f64x2_mul(twice, cosine))
}

/// Exponential of a number from -700 to 700.
#[inline(always)]
pub fn exponential(x: v128) -> v128 {
    let x = f64x2_max(f64x2_splat(-700.0), f64x2_min(f64x2_splat(700.0), x));
    let whole = f64x2_nearest(f64x2_mul(x, f64x2_splat(core::f64::consts::LOG2_E)));
    let rest = f64x2_sub(x, f64x2_mul(whole, f64x2_splat(core::f64::consts::LN_2)));
    let value = polynomial(
        rest,
        &[1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40320.0, 1.0 / 362880.0, 1.0 / 3628800.0],
    );
    let power = i64x2_shl(i64x2_add(f64x2_add(whole, f64x2_splat(MAGIC)), i64x2_splat(1023)), 52);
    f64x2_mul(value, power)
}

/// Natural logarithm of a number above 0 that is not denormal.
#[inline(always)]
pub fn logarithm(x: v128) -> v128 {
    // x = 2^e m with m from the root of one half to the root of two
    let shifted = i64x2_sub(x, i64x2_splat(0x3fe6a09e667f3bcd));
    let exponent_bits = i64x2_shr(shifted, 52);
    let mantissa = i64x2_sub(x, i64x2_shl(exponent_bits, 52));
    let exponent = f64x2_sub(i64x2_add(exponent_bits, f64x2_splat(MAGIC)), f64x2_splat(MAGIC));
    let one = f64x2_splat(1.0);
    let z = f64x2_div(f64x2_sub(mantissa, one), f64x2_add(mantissa, one));
    let series = polynomial(
        f64x2_mul(z, z),
        &[2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0, 2.0 / 11.0, 2.0 / 13.0],
    );
    f64x2_add(f64x2_mul(z, series), f64x2_mul(exponent, f64x2_splat(core::f64::consts::LN_2)))
}
