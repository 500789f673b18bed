// Products of f32 matrices of any strides: C += A B, for A B, A^T B and A B^T alike, since packing does the turning.
// Blocks of depth that stay in the first cache, strips of columns that stay in the second.
import { interleave, multiplyTile, packPanels } from "./tile";

const strip: i32 = 512;
const depth: i32 = 256;

/** Bytes of scratch for {@link product}. */
export function productBytes(): i32 {
  return (strip + 8) * depth * 4 + 4 * depth * 4;
}

/**
 * C += A B with A m x k, B k x n and C m x n. Entry (i, l) of A stands at i * aRow + l * aLevel, (l, j) of B at l * bLevel + j * bColumn,
 * (i, j) of C at i * cRow + j (in floats); of each pair of strides one is 1.
 */
export function product(
  A: usize,
  aRow: i32,
  aLevel: i32,
  B: usize,
  bLevel: i32,
  bColumn: i32,
  C: usize,
  cRow: i32,
  m: i32,
  n: i32,
  k: i32,
  scratch: usize,
): void {
  const packedRows = scratch + <usize>((strip + 8) * depth * 4);
  for (let column = 0; column < n; column += strip) {
    const width = min(strip, n - column);
    for (let level = 0; level < k; level += depth) {
      const deep = min(depth, k - level);
      const from = B + ((<usize>level * <usize>bLevel + <usize>column * <usize>bColumn) << 2);
      packPanels(from, <usize>bLevel << 2, <usize>bColumn << 2, deep, width, scratch);
      for (let i = 0; i < m; i += 4) {
        const high = min(4, m - i);
        packRows(
          A + ((<usize>i * <usize>aRow + <usize>level * <usize>aLevel) << 2),
          <usize>aRow << 2,
          <usize>aLevel << 2,
          high,
          deep,
          packedRows,
        );
        let panel = scratch;
        let out = C + ((<usize>i * <usize>cRow + <usize>column) << 2);
        for (let j = 0; j < width; j += 8, panel += <usize>deep << 5, out += 32) {
          multiplyTile(packedRows, panel, deep, out, <usize>cRow << 2, high, width - j);
        }
      }
    }
  }
}

function packRows(A: usize, aRow: usize, aLevel: usize, high: i32, deep: i32, out: usize): void {
  if (aLevel == 4) {
    const last = A + <usize>(high - 1) * aRow;
    interleave(A, min(last, A + aRow), min(last, A + 2 * aRow), last, deep, out, 16);
  } else if (high == 4) {
    for (let l = 0; l < deep; l++, A += aLevel, out += 16) v128.store(out, v128.load(A));
  } else {
    for (let l = 0; l < deep; l++, A += aLevel, out += 16) {
      for (let r: usize = 0; r < 16; r += 4) store<f32>(out + r, r < <usize>high << 2 ? load<f32>(A + r) : 0);
    }
  }
}
