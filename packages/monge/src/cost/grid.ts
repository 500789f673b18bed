// The separable cost between the cells of two regular grids: sum over axes of |x_k - y_k|^power.
import { OtError } from "../errors/otError.ts";
import { type CostBase, costFromRows } from "./base.ts";

/** Where the cells of a regular grid lie: cell (i_1, .., i_d) at origin_k + i_k spacing_k, last axis fastest. */
export interface GridGeometry {
  readonly shape: readonly number[];
  /** Default 1 along every axis. */
  readonly spacing?: readonly number[];
  /** Default 0 along every axis. */
  readonly origin?: readonly number[];
}

/** C_ij = sum_k |x_ik - y_jk|^power for the cells of two grids. */
export interface GridCost extends CostBase {
  readonly kind: "grid";
  readonly power: number;
  /** Cells along each axis. */
  readonly sourceShape: readonly number[];
  readonly targetShape: readonly number[];
  /** The coordinates along each axis. */
  readonly sourceAxes: readonly Float64Array[];
  readonly targetAxes: readonly Float64Array[];
}

/** Options of {@link grid}. */
export interface GridOptions {
  /** The exponent p >= 1 of |x_k - y_k|^p; default 2. With 1 this is the city-block distance, with 2 the squared Euclidean. */
  readonly power?: number;
}

/**
 * The cost between the cells of two regular grids: an image's pixels, say. Atoms are the cells in row-major order.
 *
 * @param source a shape (`[64, 64]`) or a geometry with spacing and origin; a `Histogram` is one
 * @param target default: the source grid
 *
 * Throws `InvalidShape` for shapes that are no positive integers or differ in dimension.
 */
export function grid(
  source: readonly number[] | GridGeometry,
  target: readonly number[] | GridGeometry = source,
  options: GridOptions = {},
): GridCost {
  const { power = 2 } = options;
  if (!(power >= 1 && power < Infinity)) {
    throw new OtError("InvalidValue", `The power ${power} is out of range.`, {
      argument: "options.power",
      seen: power,
      cure: "Use a finite power of at least 1.",
    });
  }
  const from = geometry(source, "source");
  const to = target === source ? from : geometry(target, "target");
  if (to.shape.length !== from.shape.length) {
    throw new OtError(
      "InvalidShape",
      `The source grid has ${from.shape.length} axes, the target grid ${to.shape.length}.`,
      {
        argument: "target",
        seen: to.shape,
        cure: "Compare grids of the same dimension.",
      },
    );
  }
  return gridOfAxes(from.axes, to.axes, power);
}

/** The cost between grids that were checked, by the coordinates along each axis. */
export function gridOfAxes(
  sourceAxes: readonly Float64Array[],
  targetAxes: readonly Float64Array[],
  power: number,
): GridCost {
  const from = { axes: sourceAxes, shape: sourceAxes.map((axis) => axis.length) };
  const to = { axes: targetAxes, shape: targetAxes.map((axis) => axis.length) };
  const d = from.shape.length;
  const tables = from.axes.map((x, k) => axisTable(x, to.axes[k], power));
  const n = size(from.shape);
  const m = size(to.shape);
  const at = (i: number, j: number): number => {
    let total = 0;
    for (let k = d - 1; k >= 0; k--) {
      const rows = from.shape[k];
      const cols = to.shape[k];
      total += tables[k].at(i % rows, j % cols);
      i = Math.floor(i / rows);
      j = Math.floor(j / cols);
    }
    return total;
  };
  const base = costFromRows([n, m], at, (i, out, offset) => fillRow(i, from.shape, to.shape, tables, out, offset));
  return {
    kind: "grid",
    power,
    sourceShape: from.shape,
    targetShape: to.shape,
    sourceAxes: from.axes,
    targetAxes: to.axes,
    ...base,
    apply: (v, axis) => applySeparable(v, axis, from.shape, to.shape, tables),
  };
}

/** The coordinates of the cells of a grid, as a row-major list of points of the given dimension. */
export function cellPoints(shape: readonly number[], axes: readonly Float64Array[]): Float64Array {
  const d = shape.length;
  const count = size(shape);
  const points = new Float64Array(count * d);
  for (let i = 0; i < count; i++) {
    for (let k = d - 1, rest = i; k >= 0; k--) {
      points[i * d + k] = axes[k][rest % shape[k]];
      rest = Math.floor(rest / shape[k]);
    }
  }
  return points;
}

function geometry(
  value: readonly number[] | GridGeometry,
  argument: string,
): { shape: number[]; axes: Float64Array[] } {
  const { shape, spacing, origin } = Array.isArray(value)
    ? { shape: value as readonly number[], spacing: undefined, origin: undefined }
    : (value as GridGeometry);
  const wrong = (message: string, seen: unknown): OtError =>
    new OtError("InvalidShape", `The ${argument} grid ${message}.`, {
      argument,
      seen,
      cure: "Pass a shape of positive integers, with spacing > 0 and a finite origin for each axis.",
    });
  if (!shape?.length || !shape.every((cells) => Number.isInteger(cells) && cells > 0)) {
    throw wrong(`has the shape ${JSON.stringify(shape)}`, shape);
  }
  if (spacing !== undefined && (spacing.length !== shape.length || !spacing.every((h) => h > 0 && h < Infinity))) {
    throw wrong(`has the spacing ${JSON.stringify(spacing)}`, spacing);
  }
  if (origin !== undefined && (origin.length !== shape.length || !origin.every(Number.isFinite))) {
    throw wrong(`has the origin ${JSON.stringify(origin)}`, origin);
  }
  const axes = shape.map((cells, k) =>
    Float64Array.from({ length: cells }, (_, i) => (origin?.[k] ?? 0) + i * (spacing?.[k] ?? 1)),
  );
  return { shape: [...shape], axes };
}

/** |x_i - y_j|^power along one axis. */
interface AxisTable {
  at(i: number, j: number): number;
  /** For all j; valid until the next call. */
  row(i: number): Float64Array;
}

/** Entries of a table that is held; a longer axis computes its rows anew. */
const mostEntries = 1 << 22;

function axisTable(x: Float64Array, y: Float64Array, power: number): AxisTable {
  const m = y.length;
  const at = (i: number, j: number): number => {
    const gap = Math.abs(x[i] - y[j]);
    return power === 2 ? gap * gap : power === 1 ? gap : gap ** power;
  };
  const fill = (i: number, row: Float64Array): Float64Array => {
    for (let j = 0; j < m; j++) row[j] = at(i, j);
    return row;
  };
  if (x.length * m > mostEntries) {
    const row = new Float64Array(m);
    return { at, row: (i) => fill(i, row) };
  }
  const table = new Float64Array(x.length * m);
  const rows = Array.from(x, (_, i) => fill(i, table.subarray(i * m, (i + 1) * m)));
  return { at: (i, j) => table[i * m + j], row: (i) => rows[i] };
}

function fillRow(
  i: number,
  from: readonly number[],
  to: readonly number[],
  tables: readonly AxisTable[],
  out: Float64Array,
  offset: number,
): void {
  // Axis by axis, first to last, each value spread over the cells of the next axis: filled from the back, in place.
  let filled = 1;
  out[offset] = 0;
  let stride = size(from);
  for (let k = 0; k < from.length; k++) {
    stride /= from[k];
    const cols = to[k];
    const row = tables[k].row(Math.floor(i / stride) % from[k]);
    for (let at = filled - 1; at >= 0; at--) {
      const before = out[offset + at];
      for (let j = cols - 1; j >= 0; j--) out[offset + at * cols + j] = before + row[j];
    }
    filled *= cols;
  }
}

function applySeparable(
  v: Float64Array,
  axis: 0 | 1,
  from: readonly number[],
  to: readonly number[],
  tables: readonly AxisTable[],
): Float64Array {
  const inShape = axis === 0 ? to : from;
  const outShape = axis === 0 ? from : to;
  const out = new Float64Array(size(outShape));
  const inStrides = strides(inShape);
  const outStrides = strides(outShape);
  for (let k = 0; k < inShape.length; k++) {
    // The mass of v seen along axis k alone, carried over by that axis's table, added to every cell with that coordinate.
    const marginal = new Float64Array(inShape[k]);
    for (let cell = 0; cell < v.length; cell++) marginal[Math.floor(cell / inStrides[k]) % inShape[k]] += v[cell];
    const carried = new Float64Array(outShape[k]);
    for (let i = 0; i < from[k]; i++) {
      const row = tables[k].row(i);
      if (axis === 0) {
        for (let j = 0; j < row.length; j++) carried[i] += marginal[j] * row[j];
      } else {
        for (let j = 0; j < row.length; j++) carried[j] += marginal[i] * row[j];
      }
    }
    for (let cell = 0; cell < out.length; cell++) out[cell] += carried[Math.floor(cell / outStrides[k]) % outShape[k]];
  }
  return out;
}

function strides(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length).fill(1);
  for (let k = shape.length - 2; k >= 0; k--) steps[k] = steps[k + 1] * shape[k + 1];
  return steps;
}

function size(shape: readonly number[]): number {
  return shape.reduce((cells, along) => cells * along, 1);
}
