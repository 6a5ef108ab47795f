//! Discrete Fourier transforms of 2, 3, 4, 5, 7 and 8 points, four lines at once.

use crate::lanes::{Complex4, Lanes};

/// `a + i b`, written with the caller's choice of sign: `(a - i b, a + i b)` for `b` already scaled.
#[inline(always)]
fn mirrored(a: Complex4, b: Complex4) -> (Complex4, Complex4) {
    // b.turned() is -i b
    let t = b.turned();
    (a.plus(t), a.minus(t))
}

#[inline(always)]
pub fn transform2(x: [Complex4; 2]) -> [Complex4; 2] {
    [x[0].plus(x[1]), x[0].minus(x[1])]
}

#[inline(always)]
pub fn transform3(x: [Complex4; 3]) -> [Complex4; 3] {
    let sum = x[1].plus(x[2]);
    let difference = x[1].minus(x[2]).scaled(Lanes::splat(0.866_025_4));
    let centre = x[0].minus(sum.scaled(Lanes::splat(0.5)));
    let (first, second) = mirrored(centre, difference);
    [x[0].plus(sum), first, second]
}

#[inline(always)]
pub fn transform4(x: [Complex4; 4]) -> [Complex4; 4] {
    let (a, b) = (x[0].plus(x[2]), x[0].minus(x[2]));
    let (c, d) = (x[1].plus(x[3]), x[1].minus(x[3]));
    let (first, third) = mirrored(b, d);
    [a.plus(c), first, a.minus(c), third]
}

#[inline(always)]
pub fn transform5(x: [Complex4; 5]) -> [Complex4; 5] {
    const COSINE: [f32; 2] = [0.309_017, -0.809_017];
    const SINE: [f32; 2] = [0.951_056_5, 0.587_785_25];
    let (sum1, sum2) = (x[1].plus(x[4]), x[2].plus(x[3]));
    let (difference1, difference2) = (x[1].minus(x[4]), x[2].minus(x[3]));
    let (c1, c2) = (Lanes::splat(COSINE[0]), Lanes::splat(COSINE[1]));
    let (s1, s2) = (Lanes::splat(SINE[0]), Lanes::splat(SINE[1]));
    let even1 = x[0].plus(sum1.scaled(c1)).plus(sum2.scaled(c2));
    let even2 = x[0].plus(sum1.scaled(c2)).plus(sum2.scaled(c1));
    let odd1 = difference1.scaled(s1).plus(difference2.scaled(s2));
    let odd2 = difference1.scaled(s2).minus(difference2.scaled(s1));
    let (y1, y4) = mirrored(even1, odd1);
    let (y2, y3) = mirrored(even2, odd2);
    [x[0].plus(sum1).plus(sum2), y1, y2, y3, y4]
}

#[inline(always)]
pub fn transform7(x: [Complex4; 7]) -> [Complex4; 7] {
    const COSINE: [f32; 3] = [0.623_489_8, -0.222_520_93, -0.900_968_87];
    const SINE: [f32; 3] = [0.781_831_5, 0.974_927_9, 0.433_883_74];
    let sums = [x[1].plus(x[6]), x[2].plus(x[5]), x[3].plus(x[4])];
    let differences = [x[1].minus(x[6]), x[2].minus(x[5]), x[3].minus(x[4])];
    let c = [Lanes::splat(COSINE[0]), Lanes::splat(COSINE[1]), Lanes::splat(COSINE[2])];
    let s = [Lanes::splat(SINE[0]), Lanes::splat(SINE[1]), Lanes::splat(SINE[2])];
    let even = |i: usize, j: usize, k: usize| {
        x[0].plus(sums[0].scaled(c[i])).plus(sums[1].scaled(c[j])).plus(sums[2].scaled(c[k]))
    };
    let odd1 = differences[0].scaled(s[0]).plus(differences[1].scaled(s[1])).plus(differences[2].scaled(s[2]));
    let odd2 = differences[0].scaled(s[1]).minus(differences[1].scaled(s[2])).minus(differences[2].scaled(s[0]));
    let odd3 = differences[0].scaled(s[2]).minus(differences[1].scaled(s[0])).plus(differences[2].scaled(s[1]));
    let (y1, y6) = mirrored(even(0, 1, 2), odd1);
    let (y2, y5) = mirrored(even(1, 2, 0), odd2);
    let (y3, y4) = mirrored(even(2, 0, 1), odd3);
    [x[0].plus(sums[0]).plus(sums[1]).plus(sums[2]), y1, y2, y3, y4, y5, y6]
}

#[inline(always)]
pub fn transform8(x: [Complex4; 8]) -> [Complex4; 8] {
    let half = Lanes::splat(core::f32::consts::FRAC_1_SQRT_2);
    let even = transform4([x[0].plus(x[4]), x[1].plus(x[5]), x[2].plus(x[6]), x[3].plus(x[7])]);
    let b0 = x[0].minus(x[4]);
    let b1 = x[1].minus(x[5]);
    let b2 = x[2].minus(x[6]).turned();
    let b3 = x[3].minus(x[7]);
    // (1 - i) / sqrt 2 and (-1 - i) / sqrt 2
    let b1 = Complex4 { re: b1.re.plus(b1.im).times(half), im: b1.im.minus(b1.re).times(half) };
    let b3 = Complex4 { re: b3.im.minus(b3.re).times(half), im: b3.re.plus(b3.im).negative().times(half) };
    let odd = transform4([b0, b1, b2, b3]);
    [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
}
