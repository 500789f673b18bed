// The kernel exp(-C / eps) of a cost between grids, applied along one axis at a time: n^(1 + 1/d) products instead of n^2.
// Solomon, de Goes, Peyre, Cuturi, Butscher, Nguyen, Du, Guibas, "Convolutional Wasserstein distances" (2015).
import type { GridCost } from "../../cost/grid.ts";
import type { Workspace } from "../../kernels/workspace.ts";
import { startRange } from "./separableRange.ts";
import { type SoftminOperator, softminArray } from "./softmin.ts";

/** Products between two yields: some 5 ms. */
const chunkProducts = 1 << 24;
/** Entries of an axis's kernel beyond which it is not held in memory. */
const mostEntries = 1 << 23;

/** Work that yields in between. */
type Chunks<R> = Generator<void, R, void>;

/** One axis of the grid in one direction: cells summed for, cells summed over. */
interface Axis {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The common spacing, by which the kernel depends on differences of indices alone; null where there is none. */
  readonly spacing: number | null;
  /** Where its table is. */
  readonly table: number;
}

/** Numbers m 2^e for all cells of a grid. */
interface Cells {
  readonly m: number;
  readonly e: number;
}

/** The separable kernel in a workspace. */
export interface Separable extends SoftminOperator {
  /** log2 of sum_j 2^(-s C_ij) w_j 2^(u_j), or of the transpose; `priced` multiplies by s times the cost along one axis. */
  apply(axis: 0 | 1, from: Operand, out: number, priced?: number): Chunks<void>;
  /** Takes masses apart for `apply`: in the kernel's memory, `count` of them rounded up to even. */
  operand(masses: number, potentials: number, count: number): Operand;
}

/** Masses taken apart, and potentials, at these addresses. */
export interface Operand {
  readonly mantissas: number;
  readonly exponents: number;
  readonly potentials: number;
  readonly count: number;
}

/** Whether the kernels of all axes fit into memory: always for equal spacings, and up to thousands of cells along an axis otherwise. */
export function isSeparable({ sourceAxes, targetAxes }: GridCost): boolean {
  return sourceAxes.every(
    (x, k) =>
      commonSpacing(x, targetAxes[k]) !== null || padded(x.length) * padded(targetAxes[k].length) <= mostEntries,
  );
}

/** Copies the axes in; the tables are built by `setEpsilon`. */
export function bindSeparable(cost: GridCost, workspace: Workspace): Separable {
  const { sourceAxes, targetAxes, sourceShape, targetShape, power } = cost;
  const { call } = workspace;
  const d = sourceShape.length;
  const known: { values: Float64Array; address: number }[] = [];
  const tables: Axis[] = [];
  const coordinates = (values: Float64Array): number => {
    const found = known.find((other) => same(other.values, values));
    if (found !== undefined) return found.address;
    const address = workspace.alloc(values.length * 8);
    workspace.f64(address, values.length).set(values);
    known.push({ values, address });
    return address;
  };
  const doubles = (x: Float64Array, y: Float64Array, spacing: number | null): number =>
    call["tableDoubles"](x.length, y.length, spacing === null ? 0 : 1);
  const bindAxis = (x: Float64Array, y: Float64Array): Axis => {
    const found = tables.find((other) => same(other.x, x) && same(other.y, y));
    if (found !== undefined) return found;
    const spacing = commonSpacing(x, y);
    const axis = { x, y, spacing, table: workspace.alloc(doubles(x, y, spacing) * 8) };
    tables.push(axis);
    return axis;
  };
  const axes = [
    sourceAxes.map((x, k) => bindAxis(x, targetAxes[k])),
    targetAxes.map((y, k) => bindAxis(y, sourceAxes[k])),
  ] as const;
  for (const { x, y } of tables) for (const values of [x, y]) coordinates(values);
  const spare = workspace.alloc(Math.max(...axes[0].map(({ x, y, spacing }) => doubles(x, y, spacing))) * 8);
  const longest = Math.max(...sourceShape, ...targetShape);
  const scratch = workspace.alloc(Math.max(call["separableScratch"](longest), call["linearScratch"](longest)) * 8);
  const most = Math.max(largestStage(sourceShape, targetShape), largestStage(targetShape, sourceShape));
  const tensor = (): Cells => ({ m: workspace.alloc((most + 1) * 8), e: workspace.alloc((most + 1) * 8) });
  const tensors = [tensor(), tensor()];
  const range = startRange();
  let scale = 0;
  const build = ({ x, y, spacing }: Axis, table: number, priced: 0 | 1): void => {
    const even = spacing === null ? 0 : 1;
    const [from, to] = [coordinates(x), coordinates(y)];
    call["tableBuild"](table, from, to, x.length, y.length, even, spacing ?? 0, power, scale, priced);
  };

  /** Calls `sum` for ranges of lines, axis by axis, and turns from tensor to tensor; returns the cells that the last one has. */
  function* along(axis: 0 | 1, sum: (k: number, inner: number, begin: number, end: number) => void): Chunks<number> {
    const [inShape, outShape] = axis === 0 ? [targetShape, sourceShape] : [sourceShape, targetShape];
    let inner = 1;
    for (let k = d - 1; k >= 0; k--) {
      const lines = inner * size(inShape.slice(0, k));
      const step = Math.max(8, Math.floor(chunkProducts / (inShape[k] * outShape[k] * 8)) * 8);
      for (let begin = 0; begin < lines; begin += step) {
        if (begin > 0) yield;
        sum(k, inner, begin, Math.min(lines, begin + step));
      }
      tensors.reverse();
      inner *= outShape[k];
    }
    return inner;
  }

  /** In plain numbers; false where they were out of range. */
  function* applyLinear(
    axis: 0 | 1,
    { potentials, mantissas, exponents, count }: Operand,
    out: number,
  ): Chunks<boolean> {
    const even = count + (count & 1);
    const exponent = call["linearLoad"](potentials, mantissas, exponents, even, tensors[0].m);
    if (exponent === -Infinity) return false;
    const cells = yield* along(axis, (k, inner, begin, end) =>
      call["linearAxis"](axes[axis][k].table, tensors[0].m, tensors[1].m, inner, begin, end, scratch),
    );
    return call["linearLog"](tensors[0].m, cells + (cells & 1), cells, exponent, out) === 1;
  }

  function* apply(axis: 0 | 1, from: Operand, out: number, priced = -1): Chunks<void> {
    if (priced < 0 && range.suits(axis)) {
      const held = yield* applyLinear(axis, from, out);
      range.saw(axis, held);
      if (held) return;
    }
    if (priced >= 0) build(axes[axis][priced], spare, 1);
    const { m, e } = tensors[0];
    call["cellsLoad"](from.potentials, from.mantissas, from.exponents, from.count + (from.count & 1), m, e);
    const cells = yield* along(axis, (k, inner, begin, end) => {
      const table = k === priced ? spare : axes[axis][k].table;
      const [now, next] = tensors;
      call["separableAxis"](table, now.m, now.e, next.m, next.e, inner, begin, end, scratch);
    });
    call["cellsLog"](tensors[0].m, tensors[0].e, cells + (cells & 1), out);
  }
  const side = (which: 0 | 1): Operand => ({
    mantissas: softminArray(workspace, which, "mantissas"),
    exponents: softminArray(workspace, which, "exponents"),
    potentials: softminArray(workspace, which, "potentials"),
    count: cost.shape[which],
  });
  return {
    name: "separable grid",
    // biome-ignore lint/correctness/useYield: known at once
    *largest() {
      return farthest(cost);
    },
    setEpsilon(epsilon) {
      scale = Math.LOG2E / epsilon;
      range.forget();
      for (const axis of tables) build(axis, axis.table, 0);
    },
    apply,
    operand(masses, potentials, count) {
      const even = count + (count & 1);
      const mantissas = workspace.alloc(even * 8);
      const exponents = workspace.alloc(even * 8);
      call["cellsSplit"](masses, even, mantissas, exponents);
      return { mantissas, exponents, potentials, count };
    },
    *sums(axis) {
      yield* apply(axis, side(axis === 0 ? 1 : 0), softminArray(workspace, axis, "sums"));
    },
    *transportCost() {
      const mark = workspace.mark();
      const rows = workspace.alloc((cost.shape[0] + 1) * 8);
      let total = 0;
      for (let k = 0; k < d; k++) {
        yield* apply(0, side(1), softminArray(workspace, 0, "sums"), k);
        total += call["softminSums"](0, rows);
      }
      workspace.release(mark);
      return total / scale;
    },
  };
}

/** The largest cost: between opposite corners. */
export function farthest({ sourceAxes, targetAxes, sourceShape, targetShape, at }: GridCost): number {
  let i = 0;
  let j = 0;
  for (let k = 0; k < sourceShape.length; k++) {
    const [x, y] = [sourceAxes[k], targetAxes[k]];
    const up = Math.abs(y[y.length - 1] - x[0]);
    const down = Math.abs(x[x.length - 1] - y[0]);
    i = i * sourceShape[k] + (up >= down ? 0 : x.length - 1);
    j = j * targetShape[k] + (up >= down ? y.length - 1 : 0);
  }
  return at(i, j);
}

/** The h with x_i - y_k = x_0 - y_0 + (i - k) h, to the rounding of the largest difference; null where there is none. */
function commonSpacing(x: Float64Array, y: Float64Array): number | null {
  const longer = x.length >= y.length ? x : y;
  const last = longer.length - 1;
  if (last === 0) return 0;
  const h = (longer[last] - longer[0]) / last;
  const range = Math.max(Math.abs(x[x.length - 1] - y[0]), Math.abs(y[y.length - 1] - x[0]));
  const close = 4 * Number.EPSILON * range;
  const even = (values: Float64Array): boolean =>
    values.every((value, k) => Math.abs(value - values[0] - k * h) <= close);
  return even(x) && even(y) ? h : null;
}

/** The most cells that a tensor has on its way from one grid to the other, last axis first. */
function largestStage(from: readonly number[], to: readonly number[]): number {
  let most = 0;
  for (let k = from.length; k >= 0; k--) most = Math.max(most, size(from.slice(0, k)) * size(to.slice(k)));
  return most;
}

function size(shape: readonly number[]): number {
  return shape.reduce((cells, along) => cells * along, 1);
}

function padded(cells: number): number {
  return Math.ceil(cells / 8) * 8;
}

function same(x: Float64Array, y: Float64Array): boolean {
  return x === y || (x.length === y.length && x.every((value, k) => value === y[k]));
}
