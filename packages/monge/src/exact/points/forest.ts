// Feasible plans whose support is a forest: refining a coarse plan to the children of its cells, and hanging a forest under a root.
// Splitting a row or a column of a forest by the northwest corner rule keeps it a forest: k + l parts take k + l - 1 arcs.
import { widestAxis } from "../../linalg/widestAxis.ts";
import { cell, type Layer } from "./hierarchy.ts";

/** Entries of a plan in sorted order: mass[k] > 0 from i[k] to j[k]; no cycles. */
export interface Forest {
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly mass: Float64Array;
}

/** The northwest corner rule: a forest for any two masses of the same (exact) total. */
export function staircase(a: Float64Array, b: Float64Array): Forest {
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  let row = 0;
  let column = 0;
  let left = a[0];
  let room = b[0];
  while (row < a.length && column < b.length) {
    const moved = Math.min(left, room);
    if (moved > 0) {
      i.push(row);
      j.push(column);
      mass.push(moved);
    }
    left -= moved;
    room -= moved;
    if (left === 0) left = a[++row];
    if (room === 0) room = b[++column];
  }
  return { i: Int32Array.from(i), j: Int32Array.from(j), mass: Float64Array.from(mass) };
}

/** Refines a plan between coarse cells to their children, rows first, then columns. `x` and `y` are the finer layers. */
export function refineForest(x: Layer, y: Layer, xCoarse: Layer, yCoarse: Layer, plan: Forest): Forest {
  const rows = split(plan.i, plan.j, plan.mass, x, xCoarse, yCoarse.points);
  const columns = split(rows.from, rows.to, rows.mass, y, yCoarse, x.points);
  return { i: columns.from, j: columns.to, mass: columns.mass };
}

interface Split {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly mass: Float64Array;
}

/** Splits the cells `cells[k]` of entries (cells[k], partners[k], mass[k]) into their children. */
function split(
  cells: Int32Array,
  partners: Int32Array,
  mass: Float64Array,
  fine: Layer,
  coarse: Layer,
  positions: Float64Array,
): Split {
  const count = coarse.cloud.n;
  const d = coarse.cloud.d;
  const children = fine.children as Int32Array;
  const begin = new Int32Array(count + 1);
  for (let k = 0; k < cells.length; k++) begin[cells[k] + 1]++;
  for (let c = 0; c < count; c++) begin[c + 1] += begin[c];
  const cursor = begin.slice();
  const entries = new Int32Array(cells.length);
  for (let k = 0; k < cells.length; k++) entries[cursor[cells[k]]++] = k;
  const capacity = cells.length + fine.cloud.n;
  const from = new Int32Array(capacity);
  const to = new Int32Array(capacity);
  const moved = new Float64Array(capacity);
  let length = 0;
  const own: number[] = [];
  const others: number[] = [];
  for (let c = 0; c < count; c++) {
    own.length = 0;
    others.length = 0;
    for (let t = 0; t < cell; t++) if (children[c * cell + t] >= 0) own.push(children[c * cell + t]);
    for (let k = begin[c]; k < begin[c + 1]; k++) others.push(entries[k]);
    if (others.length > 1 && own.length > 1) {
      // Both sides in their order along the axis in which the partners spread most.
      const ends = others.map((entry) => partners[entry]);
      const axis = widestAxis(positions, d, ends, 0, ends.length);
      others.sort((p, q) => positions[partners[p] * d + axis] - positions[partners[q] * d + axis] || p - q);
      own.sort((p, q) => fine.points[p * d + axis] - fine.points[q * d + axis] || p - q);
    }
    let child = 0;
    let left = fine.mass[own[0]];
    for (const entry of others) {
      let open = mass[entry];
      while (open > 0) {
        const part = Math.min(open, left);
        from[length] = partners[entry];
        to[length] = own[child];
        moved[length++] = part;
        open -= part;
        left -= part;
        if (left === 0 && child + 1 < own.length) left = fine.mass[own[++child]];
      }
    }
  }
  return { from: from.slice(0, length), to: to.slice(0, length), mass: moved.slice(0, length) };
}

/** Parents of the nodes (rows, then columns) of a forest, each component under its first row, which hangs from the root n + m. */
export function hang(n: number, m: number, { i, j, mass }: Forest): { parent: Int32Array; flow: Float64Array } {
  const begin = new Int32Array(n + m + 1);
  for (let k = 0; k < i.length; k++) {
    begin[i[k] + 1]++;
    begin[n + j[k] + 1]++;
  }
  for (let v = 0; v < n + m; v++) begin[v + 1] += begin[v];
  const cursor = begin.slice();
  const entries = new Int32Array(2 * i.length);
  for (let k = 0; k < i.length; k++) {
    entries[cursor[i[k]]++] = k;
    entries[cursor[n + j[k]]++] = k;
  }
  const parent = new Int32Array(n + m).fill(-1);
  const flow = new Float64Array(n + m);
  const queue = new Int32Array(n + m);
  for (let row = 0; row < n; row++) {
    if (parent[row] >= 0) continue;
    parent[row] = n + m;
    queue[0] = row;
    for (let head = 0, tail = 1; head < tail; head++) {
      const v = queue[head];
      for (let at = begin[v]; at < begin[v + 1]; at++) {
        const k = entries[at];
        const w = v < n ? n + j[k] : i[k];
        if (parent[w] >= 0) continue;
        parent[w] = v;
        flow[w] = mass[k];
        queue[tail++] = w;
      }
    }
  }
  return { parent, flow };
}

/** Ships each row in turn to its listed columns (k a row) while they have room, and what is left by the northwest corner rule. */
export function greedyForest(a: Float64Array, b: Float64Array, columns: Int32Array, k: number): Forest {
  const left = a.slice();
  const room = b.slice();
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (let row = 0; row < a.length; row++) {
    for (let at = row * k; at < row * k + k && left[row] > 0; at++) {
      const column = columns[at];
      const moved = Math.min(left[row], room[column]);
      if (moved === 0) continue;
      i.push(row);
      j.push(column);
      mass.push(moved);
      left[row] -= moved;
      room[column] -= moved;
    }
  }
  const rest = staircase(left, room);
  return {
    i: Int32Array.from([...i, ...rest.i]),
    j: Int32Array.from([...j, ...rest.j]),
    mass: Float64Array.from([...mass, ...rest.mass]),
  };
}
