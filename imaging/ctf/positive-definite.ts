const { sqrt } = Math;

/** Solution of a system for one right-hand side. */
export type PositiveSolver = (vector: ArrayLike<number>) => Float64Array;

/** Solves a positive definite system by Cholesky's method with scaled diagonal; undefined when it is not positive definite. */
export const solvePositive = (matrix: Float64Array, vector: ArrayLike<number>, n: number): Float64Array | undefined =>
  positiveSolver(matrix, n)?.(vector);

/** Columns of the inverse of a positive definite matrix by their numbers; undefined when it is not positive definite. */
export function inverseColumns(
  matrix: Float64Array,
  n: number,
  numbers: readonly number[],
): Float64Array[] | undefined {
  const solve = positiveSolver(matrix, n);
  return (
    solve &&
    numbers.map((number) => {
      const unit = new Float64Array(n);
      unit[number] = 1;
      return solve(unit);
    })
  );
}

function positiveSolver(matrix: Float64Array, n: number): PositiveSolver | undefined {
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
  return (vector) => {
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
  };
}
