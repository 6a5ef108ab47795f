//! Random numbers by place: see simulation/base/random.

use core::arch::wasm32::*;

/// The `hash` of simulation/base/random.
#[inline(always)]
pub fn hash(value: i32, key: i32) -> i32 {
    let shifted = |h: i32, bits: u32| ((h as u32) >> bits) as i32;
    let mut h = value.wrapping_mul(0x9e3779b1u32 as i32) ^ key;
    h = (h ^ shifted(h, 16)).wrapping_mul(0x7feb352d);
    h ^= key.wrapping_mul(0x27d4eb2f);
    h = (h ^ shifted(h, 15)).wrapping_mul(0x846ca68bu32 as i32);
    h ^ shifted(h, 16)
}

/// The same of four values.
#[inline(always)]
pub fn hash_four(values: v128, key: v128) -> v128 {
    let mut h = v128_xor(i32x4_mul(values, i32x4_splat(0x9e3779b1u32 as i32)), key);
    h = i32x4_mul(v128_xor(h, u32x4_shr(h, 16)), i32x4_splat(0x7feb352d));
    h = v128_xor(h, i32x4_mul(key, i32x4_splat(0x27d4eb2f)));
    h = i32x4_mul(v128_xor(h, u32x4_shr(h, 15)), i32x4_splat(0x846ca68bu32 as i32));
    v128_xor(h, u32x4_shr(h, 16))
}
