// The slow part of the error, solved for on cells: (diag(gamma) - W^T diag(1 / rho) W) h = defect, by conjugate gradients.
// W is the plan summed over cells of neighbouring points (assembly/truncated/cells.ts), rho and gamma its sums: Newton's equation of the
// semi-dual (Brauer, Clason, Lorenz, Wirth 2017) under iterative aggregation (Koury, McAllister, Stewart 1984).
import type { Workspace } from "../kernels/workspace.ts";
import type { Side } from "./boxes.ts";

/** Tiles without a share above this of some cell are left out of W. */
const share = 1e-6;
/** Numbers read and multiplied between two signs of life. */
const chunk = 1 << 24;
/** Systems of so many numbers are solved in f64. */
const double = 1 << 23;
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
  let exact = true;
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
      call["cellsOpen"](share);
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
      const p = r.slice();
      let square = squares(r);
      const goal = square * accuracy * accuracy;
      for (let step = 0; step < most && square > goal; step++) {
        const q = yield* product(p, Math.sqrt(square));
        let curvature = 0;
        for (let c = 0; c < used; c++) {
          q[c] = p[c] - q[c];
          curvature += p[c] * q[c];
        }
        // Rounding says that nothing is left in this direction.
        if (!(curvature > 1e-14 * squares(p))) break;
        const alpha = square / curvature;
        for (let c = 0; c < used; c++) {
          z[c] += alpha * p[c];
          r[c] -= alpha * q[c];
        }
        const before = square;
        square = squares(r);
        for (let c = 0; c < used; c++) p[c] = r[c] + (square / before) * p[c];
      }
      return z.map((value, c) => value * scale[c] * roots[c]);
    },
  };
}

function squares(x: Float64Array): number {
  let total = 0;
  for (let c = 0; c < x.length; c++) total += x[c] * x[c];
  return total;
}
