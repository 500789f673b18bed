// The innermost product: a tile of four rows and eight columns, whose sums stay in registers.
// Rows come four abreast, columns in panels of eight abreast, both level by level: Goto and van de Geijn (2008).

const border: usize = memory.data(32, 16);

/** C += rows x columns over `deep` levels; `cRow` in bytes; only the first `high` rows and `wide` columns are written. */
export function multiplyTile(rows: usize, columns: usize, deep: i32, C: usize, cRow: usize, high: i32, wide: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = rows + (<usize>deep << 4);
  for (; rows < end; rows += 16, columns += 32) {
    const b0 = v128.load(columns);
    const b1 = v128.load(columns, 16);
    const a0 = v128.load32_splat(rows);
    c00 = f32x4.add(c00, f32x4.mul(a0, b0));
    c01 = f32x4.add(c01, f32x4.mul(a0, b1));
    const a1 = v128.load32_splat(rows, 4);
    c10 = f32x4.add(c10, f32x4.mul(a1, b0));
    c11 = f32x4.add(c11, f32x4.mul(a1, b1));
    const a2 = v128.load32_splat(rows, 8);
    c20 = f32x4.add(c20, f32x4.mul(a2, b0));
    c21 = f32x4.add(c21, f32x4.mul(a2, b1));
    const a3 = v128.load32_splat(rows, 12);
    c30 = f32x4.add(c30, f32x4.mul(a3, b0));
    c31 = f32x4.add(c31, f32x4.mul(a3, b1));
  }
  addRow(C, c00, c01, wide);
  if (high > 1) addRow(C + cRow, c10, c11, wide);
  if (high > 2) addRow(C + 2 * cRow, c20, c21, wide);
  if (high > 3) addRow(C + 3 * cRow, c30, c31, wide);
}

// @ts-ignore: decorator
@inline function addRow(at: usize, first: v128, second: v128, wide: i32): void {
  if (wide >= 8) {
    v128.store(at, f32x4.add(v128.load(at), first));
    v128.store(at, f32x4.add(v128.load(at, 16), second), 16);
    return;
  }
  v128.store(border, first);
  v128.store(border, second, 16);
  for (let c: usize = 0, end = <usize>wide << 2; c < end; c += 4) {
    store<f32>(at + c, load<f32>(at + c) + load<f32>(border + c));
  }
}

/** Four runs of `count` floats, abreast: level l at `out + l * step`. */
export function interleave(p0: usize, p1: usize, p2: usize, p3: usize, count: i32, out: usize, step: usize): void {
  let l = 0;
  for (; l + 4 <= count; l += 4, p0 += 16, p1 += 16, p2 += 16, p3 += 16) {
    const r0 = v128.load(p0);
    const r1 = v128.load(p1);
    const r2 = v128.load(p2);
    const r3 = v128.load(p3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
    out += step;
    v128.store(out, v128.shuffle<i64>(low01, low23, 1, 3));
    out += step;
    v128.store(out, v128.shuffle<i64>(high01, high23, 0, 2));
    out += step;
    v128.store(out, v128.shuffle<i64>(high01, high23, 1, 3));
    out += step;
  }
  for (; l < count; l++, p0 += 4, p1 += 4, p2 += 4, p3 += 4, out += step) {
    store<f32>(out, load<f32>(p0));
    store<f32>(out, load<f32>(p1), 4);
    store<f32>(out, load<f32>(p2), 8);
    store<f32>(out, load<f32>(p3), 12);
  }
}

/** Panels of eight columns of B, `deep` levels each; strides in bytes, one of them 4. Columns that pad the last are anything finite. */
export function packPanels(B: usize, bLevel: usize, bColumn: usize, deep: i32, columns: i32, out: usize): void {
  for (let j = 0; j < columns; j += 8, out += <usize>deep << 5) {
    const from = B + <usize>j * bColumn;
    const wide = min(8, columns - j);
    if (bColumn == 4) copyPanel(from, bLevel, deep, wide, out);
    else {
      const last = from + <usize>(wide - 1) * bColumn;
      interleave(
        from,
        min(last, from + bColumn),
        min(last, from + 2 * bColumn),
        min(last, from + 3 * bColumn),
        deep,
        out,
        32,
      );
      interleave(
        min(last, from + 4 * bColumn),
        min(last, from + 5 * bColumn),
        min(last, from + 6 * bColumn),
        min(last, from + 7 * bColumn),
        deep,
        out + 16,
        32,
      );
    }
  }
}

function copyPanel(from: usize, bLevel: usize, deep: i32, wide: i32, out: usize): void {
  for (let l = 0; l < deep; l++, from += bLevel, out += 32) {
    if (wide == 8) {
      v128.store(out, v128.load(from));
      v128.store(out, v128.load(from, 16), 16);
    } else {
      for (let c = 0; c < 8; c++) {
        store<f32>(out + (<usize>c << 2), c < wide ? load<f32>(from + (<usize>c << 2)) : 0);
      }
    }
  }
}
