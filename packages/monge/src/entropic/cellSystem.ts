// The slow part of the error, solved for on cells: (diag(gamma) - W^T diag(1 / rho) W) h = defect, by conjugate gradients.
// W is the plan summed over cells of neighbouring points (assembly/truncated/cells.ts), rho and gamma its sums: Newton's equation of the
// semi-dual (Brauer, Clason, Lorenz, Wirth 2017) under iterative aggregation (Koury, McAllister, Stewart 1984).
import type { Workspace } from "../kernels/workspace.ts";
import type { Side } from "./boxes.ts";
import { type Links, strongestTree, type TreeSolver } from "./strongestTree.ts";

/** Tiles without a share above this of some cell are left out of W; in f64 even the weakest links between far parts are kept. */
const share = { single: 1e-6, double: 1e-12 };
/** Numbers read and multiplied between two signs of life. */
const chunk = 1 << 24;
/** Systems of so many numbers are solved in f64. */
const double = 1 << 23;
/** A system of so many cells is taken to be small before it is known. */
const few = 20000;
/** Where a step took more products, the next one is solved for with the help of the strongest links. */
const tedious = 150;
const rounding = 1e-15;
/** Added to the diagonal, for parts without any link between them; weaker links than this are none. */
const little = 1e-12;
/** Kernel memory is handed out in units. */
const unit = 32;

/** Cells of one size over two sides. */
export interface CellSystem {
  /** Points of a cell. */
  readonly size: number;
  /** To be called before a pass that keeps cells. */
  open(): void;
  /** Makes room for the cells of a row block with so many candidates; false beyond the limit. */
  grow(candidates: number): boolean;
  /** Takes over the cells of a pass. */
  close(): void;
  /**
   * The change h of the column potentials, by cell, in the natural unit, that makes up for the defect of each cell; until the residual has fallen
   * to `accuracy`, or after `most` products.
   */
  solve(defect: Float64Array, accuracy: number, most: number): Generator<void, Float64Array, void>;
}

/** Lays the cells out at the top of the workspace, where nobody else may allocate while they are in use; at most `room` bytes. */
export function cellSystem(workspace: Workspace, x: Side, y: Side, size: number, room: number): CellSystem {
  const { call } = workspace;
  const tall = 32 / size;
  const cellsX = x.blocks * tall;
  const groups = Math.ceil(y.cloud.n / (8 * size));
  const cellsY = groups * 8;
  const ra = workspace.alloc(cellsX * 8);
  const rb = workspace.alloc(cellsY * 8);
  const rho = workspace.alloc(cellsX * 8);
  const gamma = workspace.alloc(cellsY * 8);
  const input = workspace.alloc(cellsY * 8);
  const output = workspace.alloc(cellsY * 8);
  const starts = workspace.alloc(x.blocks * 8);
  const draft = workspace.alloc(groups * 32 * tall);
  const held = workspace.alloc(groups * 64 * size);
  const values = workspace.alloc(0);
  call["cellsInit"](x.header, y.header, size, ra, rb, starts, draft, held, values);
  const used = Math.ceil(y.cloud.n / size);
  let capacity = 0;
  let height = 1;
  let slow = false;
  let exact = cellsX <= few;
  /** sqrt(B / gamma) by column cell, and 0 for cells of which nothing is kept; 1 / sqrt(B). */
  let scale = new Float64Array(cellsY);
  let roots = new Float64Array(cellsY);

  /** scale S^T (A / rho) S scale p. */
  function* product(p: Float64Array, size: number): Generator<void, Float64Array, void> {
    const view = exact ? workspace.f64 : workspace.f32;
    const into = view(input, cellsY);
    for (let c = 0; c < cellsY; c++) into[c] = (p[c] * scale[c]) / size;
    view(output, cellsY).fill(0);
    for (let begin = 0; begin < x.blocks; begin += height) {
      const end = Math.min(x.blocks, begin + height);
      call[exact ? "productDouble" : "productSingle"](begin, end, input, rho, output);
      if (end < x.blocks) yield;
    }
    const out = view(output, cellsY);
    return scale.map((value, c) => value * out[c] * size);
  }
  return {
    size,
    open() {
      call["cellsOpen"](exact ? share.double : share.single);
    },
    grow(candidates) {
      const needed = call["cellsUsed"]() + Math.ceil(candidates / 8) + candidates * tall;
      if (needed * unit > room) return false;
      const wanted = Math.min(Math.floor(room / unit), Math.max(needed, Math.ceil(1.5 * capacity)));
      workspace.alloc((wanted - capacity) * unit);
      capacity = wanted;
      call["cellsRoom"](capacity);
      return true;
    },
    close() {
      const numbers = call["cellsUsed"]() * 8;
      exact = numbers <= double;
      height = Math.max(1, Math.floor((chunk * x.blocks) / (numbers + 1)));
      workspace.f64(rho, cellsX).fill(0);
      workspace.f64(gamma, cellsY).fill(0);
      call["cellsSums"](x.blocks, rho, gamma);
      const ofRows = workspace.f64(rho, cellsX);
      const rootsX = workspace.f64(ra, cellsX);
      for (let c = 0; c < cellsX; c++) ofRows[c] = ofRows[c] > 0 ? 1 / (rootsX[c] ** 2 * ofRows[c]) : 0;
      roots = workspace.f64(rb, cellsY).slice();
      scale = workspace
        .f64(gamma, cellsY)
        .map((value, c) => (c < used && value > 0 ? 1 / (roots[c] * Math.sqrt(value)) : 0));
    },
    *solve(defect, accuracy, most) {
      // In z = h sqrt(gamma) the matrix is 1 - scale S^T (A / rho) S scale, singular at sqrt(gamma) only.
      const z = new Float64Array(cellsY);
      const r = new Float64Array(cellsY);
      for (let c = 0; c < used; c++) r[c] = defect[c] * scale[c] * roots[c];
      const goal = dot(r, r) * accuracy * accuracy;
      const tree = exact && slow ? strongestTree(cellsX, used, links()) : null;
      let p = new Float64Array(cellsY);
      let before = 0;
      let step = 0;
      for (let square = dot(r, r); step < most && square > goal; step++, square = dot(r, r)) {
        const s = tree === null ? r : both(r, tree);
        const now = dot(r, s);
        const factor = before > 0 ? now / before : 0;
        p = s.map((value, c) => value + factor * p[c]);
        before = now;
        const size = Math.sqrt(dot(p, p));
        const q = yield* product(p, size);
        let curvature = 0;
        for (let c = 0; c < used; c++) {
          q[c] = (1 + little) * p[c] - q[c];
          curvature += p[c] * q[c];
        }
        // Rounding says that nothing is left in this direction.
        if (!(curvature > rounding * size * size && size < Infinity)) break;
        const alpha = now / curvature;
        for (let c = 0; c < used; c++) {
          z[c] += alpha * p[c];
          r[c] -= alpha * q[c];
        }
      }
      if (step > tedious) slow = true;
      return z.map((value, c) => value * scale[c] * roots[c]);
    },
  };

  /** (1 + the tree's inverse) r. */
  function both(r: Float64Array, tree: TreeSolver): Float64Array {
    const masses = scale.map((value, c) => (value > 0 ? 1 / (value * roots[c]) : 0));
    const supply = r.map((value, c) => value * masses[c]);
    const h = tree(supply);
    return r.map((value, c) => value + (c < used ? h[c] * masses[c] : 0));
  }

  /** The entries of W. */
  function links(): Links {
    const index = workspace.i32(starts, 2 * x.blocks);
    const rootsX = workspace.f64(ra, cellsX);
    let total = 0;
    for (let block = 0; block < x.blocks; block++) total += index[2 * block + 1] * tall * 8;
    const rows = new Int32Array(total);
    const columns = new Int32Array(total);
    const weights = new Float64Array(total);
    let e = 0;
    for (let block = 0; block < x.blocks; block++) {
      const count = index[2 * block + 1];
      const names = workspace.i32(values + index[2 * block] * unit, count);
      const tiles = workspace.f32(values + (index[2 * block] + Math.ceil(count / 8)) * unit, count * tall * 8);
      for (let k = 0; k < tiles.length; k++) {
        if (tiles[k] < little) continue;
        const row = block * tall + Math.floor(k / (8 * count));
        const column = names[(k >> 3) % count] * 8 + (k & 7);
        rows[e] = row;
        columns[e] = column;
        weights[e++] = tiles[k] / (rootsX[row] * roots[column]);
      }
    }
    return { rows: rows.subarray(0, e), columns: columns.subarray(0, e), weights: weights.subarray(0, e) };
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let c = 0; c < x.length; c++) total += x[c] * y[c];
  return total;
}
