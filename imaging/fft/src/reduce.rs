//! Block means and sums of raw camera frames.

/// Averages or sums blocks of `across` x `down` pixels; `stride` is the distance between source rows in pixels.
///
/// # Safety
/// `source` must hold `rows * down` rows of `columns * across` pixels, `target` `rows * columns` floats.
pub unsafe fn blocks<T: Copy + Into<f64>>(
    source: *const T,
    stride: usize,
    across: usize,
    down: usize,
    rows: usize,
    columns: usize,
    scale: f64,
    target: *mut f32,
) {
    for row in 0..rows {
        for column in 0..columns {
            let corner = source.add(row * down * stride + column * across);
            let mut sum = 0f64;
            for y in 0..down {
                for x in 0..across {
                    sum += (*corner.add(y * stride + x)).into();
                }
            }
            *target.add(row * columns + column) = (sum * scale) as f32;
        }
    }
}
