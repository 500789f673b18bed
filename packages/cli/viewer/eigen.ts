// Eigenvalues and eigenvectors of symmetric 3 x 3 matrices, by Jacobi's rotations.
// Golub and Van Loan, Matrix Computations, section 8.5: each rotation annihilates one entry off the diagonal.

/** From xx, xy, xz, yy, yz, zz: values, and a right-handed set of unit vectors (the columns of a row-major matrix). */
export function eigen3(packed: readonly number[]): { values: number[]; vectors: number[] } {
  const [xx, xy, xz, yy, yz, zz] = packed;
  const S = [
    [xx, xy, xz],
    [xy, yy, yz],
    [xz, yz, zz],
  ];
  const V = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      if (S[p][q] === 0) continue;
      const angle = 0.5 * Math.atan2(2 * S[p][q], S[q][q] - S[p][p]);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let k = 0; k < 3; k++) {
        const [a, b] = [S[k][p], S[k][q]];
        S[k][p] = c * a - s * b;
        S[k][q] = s * a + c * b;
      }
      for (let k = 0; k < 3; k++) {
        const [a, b] = [S[p][k], S[q][k]];
        S[p][k] = c * a - s * b;
        S[q][k] = s * a + c * b;
        const [v, w] = [V[k][p], V[k][q]];
        V[k][p] = c * v - s * w;
        V[k][q] = s * v + c * w;
      }
    }
  }
  return { values: [S[0][0], S[1][1], S[2][2]], vectors: V.flat() };
}
