// The slow part of the error, solved for on cells: (diag(gamma) - W^T diag(1 / rho) W) h = defect, by conjugate gradients.
// W is the plan summed over cells of neighbouring points (assembly/truncated/cells.ts), rho and gamma its sums: Newton's equation of the
// semi-dual (Brauer, Clason, Lorenz, Wirth 2017) under iterative aggregation (Koury, McAllister, Stewart 1984).
import type { Workspace } from "../../kernels/workspace.ts";
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
/** Where it took more than so many, it goes on with the help of aggregates, of which there are so many at most. */
const several = 8;
const aggregates = 128;
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
  const cellsX = Math.ceil(x.cloud.n / size);
  const groups = Math.ceil(y.cloud.n / (8 * size));
  const cellsY = groups * 8;
  const ra = workspace.alloc(cellsX * 8);
  const rb = workspace.alloc(cellsY * 8);
  const rho = workspace.alloc(cellsX * 8);
  const gamma = workspace.alloc(cellsY * 8);
  const input = workspace.alloc(cellsY * 8);
  const output = workspace.alloc(cellsY * 8);
  /** Five vectors (see assembly/truncated/conjugate.ts) and sqrt(gamma). */
  const vectors = workspace.alloc(6 * cellsY * 8);
  let span = 0;
  while (groups > aggregates << span) span++;
  const count = Math.ceil(groups / 2 ** (span + 1)) * 2;
  const coarse = workspace.alloc(count * (count + 3) * 8);
  const starts = workspace.alloc(cellsX * 8);
  const draft = workspace.alloc(groups * 4);
  const held = workspace.alloc(groups * 64 * size);
  const values = workspace.alloc(0);
  call["cellsInit"](x.header, y.header, size, ra, rb, starts, draft, held, values);
  call["conjugateInit"](cellsY, vectors, input, output, little);
  const used = Math.ceil(y.cloud.n / size);
  let capacity = 0;
  let height = 1;
  let slow = false;
  let coarsely = false;
  let exact = cellsX <= few;
  const vector = (k: number): Float64Array => workspace.f64(vectors + k * cellsY * 8, cellsY);

  return {
    size,
    open() {
      call["cellsOpen"](exact ? share.double : share.single);
    },
    grow(candidates) {
      const needed = call["cellsUsed"]() + (Math.ceil(candidates / 8) + candidates) * tall;
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
      const roots = workspace.f64(rb, cellsY);
      const ofColumns = workspace.f64(gamma, cellsY);
      const scale = vector(4).fill(0);
      const masses = vector(5).fill(0);
      for (let c = 0; c < used; c++) {
        if (!(ofColumns[c] > 0)) continue;
        masses[c] = Math.sqrt(ofColumns[c]);
        scale[c] = 1 / (roots[c] * masses[c]);
      }
    },
    *solve(defect, accuracy, most) {
      // In z = h sqrt(gamma) the matrix is 1 - scale S^T (A / rho) S scale, singular at sqrt(gamma) only.
      const tree = exact && slow ? strongestTree(cellsX, used, links()) : null;
      const [z, r, s, , scale] = [0, 1, 2, 3, 4].map(vector);
      const roots = workspace.f64(rb, cellsY);
      r.fill(0);
      for (let c = 0; c < used; c++) r[c] = defect[c] * scale[c] * roots[c];
      let square = call["conjugateStart"]();
      const goal = square * accuracy * accuracy;
      let step = 0;
      let built = false;
      for (; step < most && square > goal; step++) {
        if (!built && (coarsely || step === several)) {
          call["aggregatesBuild"](count, span, x.blocks, rho, gamma, used, coarse);
          call["conjugateAgain"]();
          coarsely = built = true;
        }
        if (built) call["aggregatesApply"](r.byteOffset, s.byteOffset, vectors + 5 * cellsY * 8, used);
        else s.set(r);
        if (tree !== null) climb(tree, r, s);
        call["conjugateTurn"](Number(exact));
        for (let begin = 0; begin < x.blocks; begin += height) {
          const end = Math.min(x.blocks, begin + height);
          call[exact ? "productDouble" : "productSingle"](begin, end, input, rho, output);
          if (end < x.blocks) yield;
        }
        square = call["conjugateMove"](Number(exact));
      }
      if (step > tedious) slow = true;
      return z.map((value, c) => value * scale[c] * roots[c]);
    },
  };

  /** Adds the tree's inverse of r to s. */
  function climb(tree: TreeSolver, r: Float64Array, s: Float64Array): void {
    const masses = vector(5);
    const h = tree(r.map((value, c) => value * masses[c]));
    for (let c = 0; c < used; c++) s[c] += h[c] * masses[c];
  }

  /** The entries of W. */
  function links(): Links {
    const index = workspace.i32(starts, 2 * cellsX);
    const rootsX = workspace.f64(ra, cellsX);
    const roots = workspace.f64(rb, cellsY);
    let total = 0;
    for (let row = 0; row < cellsX; row++) total += index[2 * row + 1] * 8;
    const rows = new Int32Array(total);
    const columns = new Int32Array(total);
    const weights = new Float64Array(total);
    let e = 0;
    for (let row = 0; row < cellsX; row++) {
      const count = index[2 * row + 1];
      const begin = values + index[2 * row] * unit;
      const tiles = workspace.f32(begin, count * 8);
      const names = workspace.i32(begin + count * unit, count);
      for (let k = 0; k < tiles.length; k++) {
        if (tiles[k] < little) continue;
        const column = names[k >> 3] * 8 + (k & 7);
        rows[e] = row;
        columns[e] = column;
        weights[e++] = tiles[k] / (rootsX[row] * roots[column]);
      }
    }
    return { rows: rows.subarray(0, e), columns: columns.subarray(0, e), weights: weights.subarray(0, e) };
  }
}
