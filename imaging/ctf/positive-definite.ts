const { sqrt } = Math;

/** Solves a positive definite system in place by Cholesky's method with scaled diagonal; undefined when it is not positive definite. */
export function solvePositive(matrix: Float64Array, vector: Float64Array, n: number): Float64Array | undefined {
  const scale = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const own = matrix[i * n + i]!;
    // an unknown on which nothing depends stays as it is
    scale[i] = own > 0 ? 1 / sqrt(own) : 0;
  }
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let value = matrix[i * n + j]! * scale[i]! * scale[j]! + (i === j ? (scale[i] === 0 ? 1 : 1e-10) : 0);
      for (let k = 0; k < j; k++) value -= lower[i * n + k]! * lower[j * n + k]!;
      if (i === j) {
        if (!(value > 1e-14)) return undefined;
        lower[i * n + i] = sqrt(value);
      } else lower[i * n + j] = value / lower[j * n + j]!;
    }
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let value = vector[i]! * scale[i]!;
    for (let k = 0; k < i; k++) value -= lower[i * n + k]! * result[k]!;
    result[i] = value / lower[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let value = result[i]!;
    for (let k = i + 1; k < n; k++) value -= lower[k * n + i]! * result[k]!;
    result[i] = value / lower[i * n + i]!;
  }
  for (let i = 0; i < n; i++) result[i]! *= scale[i]!;
  return result;
}
