// Products of f64 matrices, row-major: C = A B by packed panels, and C = A P for a sparse P.
// Blocks of depth that stay in the first cache, strips of columns that stay in the second: Goto and van de Geijn (2008).

/** Columns of a strip, and how deep a block of it goes. */
const strip: i32 = 512;
const depth: i32 = 256;
/** Rows and columns of a tile, whose sums stay in registers. */
const tile: i32 = 4;

/** Bytes of scratch for {@link product}. */
export function productBytes(): i32 {
  return (strip + tile) * depth * 8 + tile * depth * 8;
}

/** C = A B with A n x k, B k x m. C must be another place than A and B. */
export function product(A: usize, B: usize, C: usize, n: i32, k: i32, m: i32, scratch: usize): void {
  memory.fill(C, 0, (<usize>n * <usize>m) << 3);
  const packedRows = scratch + <usize>((strip + tile) * depth * 8);
  for (let column = 0; column < m; column += strip) {
    const width = min(strip, m - column);
    for (let level = 0; level < k; level += depth) {
      const deep = min(depth, k - level);
      packColumns(B + ((<usize>level * <usize>m + <usize>column) << 3), m, width, deep, scratch);
      for (let i = 0; i < n; i += tile) {
        const high = min(tile, n - i);
        packRows(A + ((<usize>i * <usize>k + <usize>level) << 3), k, high, deep, packedRows);
        for (let j = 0; j < width; j += tile) {
          const panel = scratch + ((<usize>j * <usize>deep) << 3);
          const out = C + ((<usize>i * <usize>m + <usize>(column + j)) << 3);
          multiplyTile(packedRows, panel, deep, out, m, high, min(tile, width - j));
        }
      }
    }
  }
}

// Panels of four columns, level by level; what pads the last is 0.
function packColumns(B: usize, m: i32, width: i32, deep: i32, out: usize): void {
  for (let j = 0; j < width; j += tile) {
    const wide = min(tile, width - j);
    for (let l = 0; l < deep; l++, out += 32) {
      const from = B + ((<usize>l * <usize>m + <usize>j) << 3);
      if (wide == tile) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
      } else {
        for (let c = 0; c < tile; c++) {
          store<f64>(out + (<usize>c << 3), c < wide ? load<f64>(from + (<usize>c << 3)) : 0);
        }
      }
    }
  }
}

// Four rows, level by level; rows that are missing are 0.
function packRows(A: usize, k: i32, high: i32, deep: i32, out: usize): void {
  const stride = <usize>k << 3;
  for (let r = 0; r < tile; r++) {
    let from = A + <usize>r * stride;
    let to = out + (<usize>r << 3);
    for (let l = 0; l < deep; l++, from += 8, to += 32) store<f64>(to, r < high ? load<f64>(from) : 0);
  }
}

function multiplyTile(rows: usize, columns: usize, deep: i32, C: usize, m: i32, high: i32, wide: i32): void {
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  const end = rows + (<usize>deep << 5);
  for (; rows < end; rows += 32, columns += 32) {
    const b0 = v128.load(columns);
    const b1 = v128.load(columns, 16);
    const a0 = v128.load64_splat(rows);
    c00 = f64x2.add(c00, f64x2.mul(a0, b0));
    c01 = f64x2.add(c01, f64x2.mul(a0, b1));
    const a1 = v128.load64_splat(rows, 8);
    c10 = f64x2.add(c10, f64x2.mul(a1, b0));
    c11 = f64x2.add(c11, f64x2.mul(a1, b1));
    const a2 = v128.load64_splat(rows, 16);
    c20 = f64x2.add(c20, f64x2.mul(a2, b0));
    c21 = f64x2.add(c21, f64x2.mul(a2, b1));
    const a3 = v128.load64_splat(rows, 24);
    c30 = f64x2.add(c30, f64x2.mul(a3, b0));
    c31 = f64x2.add(c31, f64x2.mul(a3, b1));
  }
  addRow(C, c00, c01, wide);
  if (high > 1) addRow(C + (<usize>m << 3), c10, c11, wide);
  if (high > 2) addRow(C + (<usize>m << 4), c20, c21, wide);
  if (high > 3) addRow(C + <usize>m * 24, c30, c31, wide);
}

// @ts-ignore: decorator
@inline function addRow(at: usize, first: v128, second: v128, wide: i32): void {
  if (wide == tile) {
    v128.store(at, f64x2.add(v128.load(at), first));
    v128.store(at, f64x2.add(v128.load(at, 16), second), 16);
    return;
  }
  store<f64>(at, load<f64>(at) + f64x2.extract_lane(first, 0));
  if (wide > 1) store<f64>(at, load<f64>(at, 8) + f64x2.extract_lane(first, 1), 8);
  if (wide > 2) store<f64>(at, load<f64>(at, 16) + f64x2.extract_lane(second, 0), 16);
}

/** C = A P with A n x k and P k x m in CSR form (i32 rowPtr, i32 columns, f64 values). */
export function sparseProduct(
  A: usize,
  rowPtr: usize,
  column: usize,
  value: usize,
  C: usize,
  n: i32,
  k: i32,
  m: i32,
): void {
  memory.fill(C, 0, (<usize>n * <usize>m) << 3);
  for (let i = 0; i < n; i++, A += <usize>k << 3, C += <usize>m << 3) {
    for (let l = 0; l < k; l++) {
      const end = <usize>load<i32>(rowPtr + (<usize>l << 2), 4);
      const scale = load<f64>(A + (<usize>l << 3));
      for (let e = <usize>load<i32>(rowPtr + (<usize>l << 2)); e < end; e++) {
        const at = C + (<usize>load<i32>(column + (e << 2)) << 3);
        store<f64>(at, load<f64>(at) + scale * load<f64>(value + (e << 3)));
      }
    }
  }
}

/** T = A^T for A n x m, in blocks that fit the cache. */
export function transpose(A: usize, T: usize, n: i32, m: i32): void {
  for (let row = 0; row < n; row += 32) {
    for (let column = 0; column < m; column += 32) {
      const bottom = min(n, row + 32);
      const right = min(m, column + 32);
      for (let i = row; i < bottom; i++) {
        for (let j = column; j < right; j++) {
          store<f64>(
            T + ((<usize>j * <usize>n + <usize>i) << 3),
            load<f64>(A + ((<usize>i * <usize>m + <usize>j) << 3)),
          );
        }
      }
    }
  }
}
