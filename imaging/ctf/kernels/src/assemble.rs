//! The information matrix and the score of all unknowns, from the sums of the bins.

const SUMS: usize = 41;
const FEATURES: usize = 11;

/// Products of three rows (1, cos 2x, sin 2x) with the five of the background, from sums over seven waves.
fn with_background(local: &mut [f64; FEATURES * FEATURES], row: usize, y: &[f64]) {
    let rows = [
        [y[0], y[1], y[2], y[3], y[4]],
        [y[1], (y[0] + y[3]) / 2.0, y[4] / 2.0, (y[1] + y[5]) / 2.0, (y[2] + y[6]) / 2.0],
        [y[2], y[4] / 2.0, (y[0] - y[3]) / 2.0, (y[6] - y[2]) / 2.0, (y[1] - y[5]) / 2.0],
    ];
    for (i, values) in rows.iter().enumerate() {
        for (j, value) in values.iter().enumerate() {
            local[(row + i) * FEATURES + j] = *value;
            local[j * FEATURES + row + i] = *value;
        }
    }
}

/// Products of three rows (1, cos 2x, sin 2x) with three columns of the same waves.
fn among_three(local: &mut [f64; FEATURES * FEATURES], row: usize, column: usize, y: &[f64]) {
    let rows = [
        [y[0], y[1], y[2]],
        [y[1], (y[0] + y[3]) / 2.0, y[4] / 2.0],
        [y[2], y[4] / 2.0, (y[0] - y[3]) / 2.0],
    ];
    for (i, values) in rows.iter().enumerate() {
        for (j, value) in values.iter().enumerate() {
            local[(row + i) * FEATURES + column + j] = *value;
            local[(column + j) * FEATURES + row + i] = *value;
        }
    }
}

/// Adds up the whole matrix (its lower triangle and diagonal) and the score. `constant` holds 15 products of the background a bin,
/// `first` the first unknown of background, direction and depth in each bin among those of its kind, `weights` 4 + 2 + 2 numbers a
/// bin, `phase` the derivative by the phase over that by the defocus. `shape`: bins, number of unknowns, background, direction, depth
/// (numbers of functions of each), terms of the depth (1 or 3), with the phase (0 or 1), with rings (0 or 1).
#[no_mangle]
pub unsafe extern "C" fn assemble(
    sums: *const f64,
    constant: *const f64,
    first: *const i32,
    weights: *const f64,
    phase: *const f64,
    shape: *const i32,
    information: *mut f64,
    score: *mut f64,
) {
    let [bins, unknowns, background, direction, depth, terms, with_phase, with_rings] =
        core::array::from_fn(|k| *shape.add(k) as usize);
    core::slice::from_raw_parts_mut(information, unknowns * unknowns).fill(0.0);
    core::slice::from_raw_parts_mut(score, unknowns).fill(0.0);
    let depth_start = background + 4 * direction;
    let rings_start = depth_start + terms * depth;
    let mut local = [0.0; FEATURES * FEATURES];
    let mut list = [(0usize, 0usize, 0.0f64); 32];
    for bin in 0..bins {
        let own = core::slice::from_raw_parts(sums.add(SUMS * bin), SUMS);
        let fixed = core::slice::from_raw_parts(constant.add(15 * bin), 15);
        let mut pair = 0;
        for i in 0..5 {
            for j in 0..=i {
                local[i * FEATURES + j] = fixed[pair];
                local[j * FEATURES + i] = fixed[pair];
                pair += 1;
            }
        }
        if with_rings > 0 {
            with_background(&mut local, 5, &own[12..19]);
            with_background(&mut local, 8, &own[19..26]);
            among_three(&mut local, 5, 5, &own[26..31]);
            among_three(&mut local, 8, 5, &own[31..36]);
            among_three(&mut local, 8, 8, &own[36..41]);
        }
        let starts = core::slice::from_raw_parts(first.add(3 * bin), 3);
        let weight = core::slice::from_raw_parts(weights.add(8 * bin), 8);
        let mut length = 0;
        let mut add = |at: usize, feature: usize, value: f64| {
            list[length] = (at, feature, value);
            length += 1;
        };
        for k in 0..4 {
            add(starts[0] as usize + k, 0, weight[k]);
        }
        if direction > 0 {
            for term in 0..4 {
                for k in 0..2 {
                    add(background + term * direction + starts[1] as usize + k, 1 + term, weight[4 + k]);
                }
            }
        }
        if with_rings > 0 {
            for term in 0..terms {
                for k in 0..2 {
                    add(depth_start + term * depth + starts[2] as usize + k, 5 + term, weight[6 + k]);
                }
            }
            for term in 0..3 {
                add(rings_start + term, 8 + term, 1.0);
            }
            if with_phase > 0 {
                add(rings_start + 3, 8, *phase.add(bin));
            }
        }
        // the unknowns of the list are in rising order, so the later one has the row
        for i in 0..length {
            let (p, f, w) = list[i];
            *score.add(p) += w * own[1 + f];
            let row = information.add(p * unknowns);
            for &(q, g, v) in &list[..=i] {
                *row.add(q) += w * v * local[f * FEATURES + g];
            }
        }
    }
}
