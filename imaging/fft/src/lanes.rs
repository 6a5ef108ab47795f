//! Four 32-bit floats handled as one value: a WebAssembly vector, or a plain array elsewhere.
//!
//! Every transform in this crate works on four lines at once, one line a lane, so that the butterflies
//! need no shuffles at all; only loading and storing rearranges lanes.

#[cfg(target_arch = "wasm32")]
mod vector {
    use core::arch::wasm32::*;

    #[derive(Clone, Copy)]
    pub struct Lanes(v128);

    impl Lanes {
        #[inline(always)]
        pub fn splat(value: f32) -> Self {
            Lanes(f32x4_splat(value))
        }

        /// # Safety
        /// `source` must be readable for four floats.
        #[inline(always)]
        pub unsafe fn load(source: *const f32) -> Self {
            Lanes(v128_load(source as *const v128))
        }

        /// # Safety
        /// `target` must be writable for four floats.
        #[inline(always)]
        pub unsafe fn store(self, target: *mut f32) {
            v128_store(target as *mut v128, self.0)
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Lanes(f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn minus(self, other: Self) -> Self {
            Lanes(f32x4_sub(self.0, other.0))
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            Lanes(f32x4_mul(self.0, other.0))
        }

        #[inline(always)]
        pub fn negative(self) -> Self {
            Lanes(f32x4_neg(self.0))
        }

        #[inline(always)]
        pub fn larger(self, other: Self) -> Self {
            Lanes(f32x4_pmax(self.0, other.0))
        }

        /// True when any lane is at least as large as that of the other.
        #[inline(always)]
        pub fn any_reaches(self, other: Self) -> bool {
            v128_any_true(f32x4_ge(self.0, other.0))
        }

        /// Lanes 0 and 2 of both: `[a0, a2, b0, b2]`.
        #[inline(always)]
        pub fn even(self, other: Self) -> Self {
            Lanes(i32x4_shuffle::<0, 2, 4, 6>(self.0, other.0))
        }

        /// Lanes 1 and 3 of both: `[a1, a3, b1, b3]`.
        #[inline(always)]
        pub fn odd(self, other: Self) -> Self {
            Lanes(i32x4_shuffle::<1, 3, 5, 7>(self.0, other.0))
        }

        /// The lower halves interleaved: `[a0, b0, a1, b1]`.
        #[inline(always)]
        pub fn weave_low(self, other: Self) -> Self {
            Lanes(i32x4_shuffle::<0, 4, 1, 5>(self.0, other.0))
        }

        /// The upper halves interleaved: `[a2, b2, a3, b3]`.
        #[inline(always)]
        pub fn weave_high(self, other: Self) -> Self {
            Lanes(i32x4_shuffle::<2, 6, 3, 7>(self.0, other.0))
        }

        /// `[a0, a1, b0, b1]`.
        #[inline(always)]
        pub fn low_pairs(self, other: Self) -> Self {
            Lanes(i32x4_shuffle::<0, 1, 4, 5>(self.0, other.0))
        }

        /// `[a2, a3, b2, b3]`.
        #[inline(always)]
        pub fn high_pairs(self, other: Self) -> Self {
            Lanes(i32x4_shuffle::<2, 3, 6, 7>(self.0, other.0))
        }

        #[inline(always)]
        pub fn to_array(self) -> [f32; 4] {
            let mut lanes = [0f32; 4];
            unsafe { self.store(lanes.as_mut_ptr()) };
            lanes
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod vector {
    #[derive(Clone, Copy)]
    pub struct Lanes([f32; 4]);

    impl Lanes {
        #[inline(always)]
        pub fn splat(value: f32) -> Self {
            Lanes([value; 4])
        }

        /// # Safety
        /// `source` must be readable for four floats.
        #[inline(always)]
        pub unsafe fn load(source: *const f32) -> Self {
            Lanes((source as *const [f32; 4]).read_unaligned())
        }

        /// # Safety
        /// `target` must be writable for four floats.
        #[inline(always)]
        pub unsafe fn store(self, target: *mut f32) {
            (target as *mut [f32; 4]).write_unaligned(self.0)
        }

        #[inline(always)]
        fn zip(self, other: Self, combine: impl Fn(f32, f32) -> f32) -> Self {
            let (a, b) = (self.0, other.0);
            Lanes([combine(a[0], b[0]), combine(a[1], b[1]), combine(a[2], b[2]), combine(a[3], b[3])])
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            self.zip(other, |a, b| a + b)
        }

        #[inline(always)]
        pub fn minus(self, other: Self) -> Self {
            self.zip(other, |a, b| a - b)
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            self.zip(other, |a, b| a * b)
        }

        #[inline(always)]
        pub fn negative(self) -> Self {
            self.zip(self, |a, _| -a)
        }

        #[inline(always)]
        pub fn larger(self, other: Self) -> Self {
            self.zip(other, |a, b| if a < b { b } else { a })
        }

        #[inline(always)]
        pub fn any_reaches(self, other: Self) -> bool {
            self.0.iter().zip(&other.0).any(|(a, b)| a >= b)
        }

        #[inline(always)]
        pub fn even(self, other: Self) -> Self {
            Lanes([self.0[0], self.0[2], other.0[0], other.0[2]])
        }

        #[inline(always)]
        pub fn odd(self, other: Self) -> Self {
            Lanes([self.0[1], self.0[3], other.0[1], other.0[3]])
        }

        #[inline(always)]
        pub fn weave_low(self, other: Self) -> Self {
            Lanes([self.0[0], other.0[0], self.0[1], other.0[1]])
        }

        #[inline(always)]
        pub fn weave_high(self, other: Self) -> Self {
            Lanes([self.0[2], other.0[2], self.0[3], other.0[3]])
        }

        #[inline(always)]
        pub fn low_pairs(self, other: Self) -> Self {
            Lanes([self.0[0], self.0[1], other.0[0], other.0[1]])
        }

        #[inline(always)]
        pub fn high_pairs(self, other: Self) -> Self {
            Lanes([self.0[2], self.0[3], other.0[2], other.0[3]])
        }

        #[inline(always)]
        pub fn to_array(self) -> [f32; 4] {
            self.0
        }
    }
}

pub use vector::Lanes;

/// Turns four rows of four into four columns of four.
#[inline(always)]
pub fn transpose(rows: [Lanes; 4]) -> [Lanes; 4] {
    let [a, b, c, d] = rows;
    let (ab_low, ab_high) = (a.weave_low(b), a.weave_high(b));
    let (cd_low, cd_high) = (c.weave_low(d), c.weave_high(d));
    [
        ab_low.low_pairs(cd_low),
        ab_low.high_pairs(cd_low),
        ab_high.low_pairs(cd_high),
        ab_high.high_pairs(cd_high),
    ]
}

/// Four complex numbers, real and imaginary parts apart.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Complex4 {
    pub re: Lanes,
    pub im: Lanes,
}

impl Complex4 {
    pub const FLOATS: usize = 8;

    #[inline(always)]
    pub fn zero() -> Self {
        Complex4 { re: Lanes::splat(0.0), im: Lanes::splat(0.0) }
    }

    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Complex4 { re: self.re.plus(other.re), im: self.im.plus(other.im) }
    }

    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Complex4 { re: self.re.minus(other.re), im: self.im.minus(other.im) }
    }

    #[inline(always)]
    pub fn scaled(self, factor: Lanes) -> Self {
        Complex4 { re: self.re.times(factor), im: self.im.times(factor) }
    }

    /// The product with the same complex number in every lane.
    #[inline(always)]
    pub fn times(self, re: Lanes, im: Lanes) -> Self {
        Complex4 {
            re: self.re.times(re).minus(self.im.times(im)),
            im: self.re.times(im).plus(self.im.times(re)),
        }
    }

    /// The product with -i.
    #[inline(always)]
    pub fn turned(self) -> Self {
        Complex4 { re: self.im, im: self.re.negative() }
    }

    #[inline(always)]
    pub fn conjugate(self) -> Self {
        Complex4 { re: self.re, im: self.im.negative() }
    }

    #[inline(always)]
    pub fn swapped(self) -> Self {
        Complex4 { re: self.im, im: self.re }
    }
}
