/** Lower triangle of a Cholesky decomposition: a matrix L with L L^T the covariance, row by row. */
export type LowerTriangle = readonly Float64Array[];

/** Cholesky decomposition of a small symmetric matrix; undefined when it is not positive definite. */
export function lowerTriangle(covariance: readonly ArrayLike<number>[]): LowerTriangle | undefined {
  const size = covariance.length;
  const rows: Float64Array[] = [];
  for (let row = 0; row < size; row++) {
    const of = new Float64Array(row + 1);
    for (let column = 0; column <= row; column++) {
      const other = column === row ? of : rows[column]!;
      let sum = covariance[row]![column]!;
      for (let k = 0; k < column; k++) sum -= of[k]! * other[k]!;
      if (column < row) of[column] = sum / other[column]!;
      else if (sum > 0) of[row] = Math.sqrt(sum);
      else return undefined;
    }
    rows.push(of);
  }
  return rows;
}

/** Solves L x = values: numbers with that covariance become independent numbers of variance 1. */
export function whitened(triangle: LowerTriangle, values: ArrayLike<number>): Float64Array {
  const result = new Float64Array(triangle.length);
  for (let row = 0; row < triangle.length; row++) {
    const of = triangle[row]!;
    let sum = values[row]!;
    for (let column = 0; column < row; column++) sum -= of[column]! * result[column]!;
    result[row] = sum / of[row]!;
  }
  return result;
}

/** Logarithm of the determinant of L, half of that of the covariance. */
export const halfLogDeterminant = (triangle: LowerTriangle): number =>
  triangle.reduce((sum, row, index) => sum + Math.log(row[index]!), 0);

/** Sum of the products of two lists. */
export function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

/** Solves L^T x = values. */
export function backSolved(triangle: LowerTriangle, values: ArrayLike<number>): number[] {
  const result = Array.from(values);
  for (let row = triangle.length - 1; row >= 0; row--) {
    for (let below = row + 1; below < triangle.length; below++) result[row]! -= triangle[below]![row]! * result[below]!;
    result[row]! /= triangle[row]![row]!;
  }
  return result;
}
