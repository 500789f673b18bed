// The public readers: a file as a measure, a matrix, a vector, or a description of what it holds.
import type { Floats, Matrix, Measure } from "monge";
import { type Description, massRange } from "./description.ts";
import { detectFormat } from "./format.ts";
import type { DescribeOptions, ParseOptions, ReadOptions } from "./options.ts";
import type { Peek } from "./reader.ts";
import { type Source, withBytes } from "./source.ts";
import { checkEntries, type Table, toMatrix, toMeasure, toVector } from "./table.ts";

/**
 * Reads a file as a measure: rows of `.csv .npy .npz .ply` are points (n x d), pixels of `.png .jpg .webp .dcm` and of IDX
 * files are masses on a grid of unit spacing, shape [height, width], row-major. Masses are not rescaled.
 *
 * Throws `OtError`: `InvalidValue` (no such file, not a number, NaN, no mass at all), `NegativeMass`, `InvalidShape` (ragged,
 * empty), `CorruptFile` (truncated, broken header), `Unsupported` (unknown format or type), `OutOfMemory` (more than
 * `maxBytes`, found before allocating).
 */
export async function readMeasure(source: Source, options: ReadOptions = {}): Promise<Measure> {
  return load(source, parsing(options), (table, name) => toMeasure(table, name, options.as));
}

/**
 * Reads a file as a row-major matrix; +Infinity (a forbidden pair in a cost) passes, NaN and -Infinity do not. `float32` stays
 * `Float32Array`, everything else becomes `Float64Array`. One axis becomes a column. Errors as for {@link readMeasure}.
 */
export async function readMatrix(source: Source, options: ReadOptions = {}): Promise<Matrix<Floats>> {
  return load(source, { ...options, allColumns: true }, (table, name) => {
    const matrix = toMatrix(table, name);
    checkEntries(matrix, name, table, true);
    return matrix;
  });
}

/** Reads a single row, column or axis of finite numbers: weights, potentials. Errors as for {@link readMeasure}. */
export async function readVector(source: Source, options: ReadOptions = {}): Promise<Floats> {
  return load(source, { ...options, allColumns: true }, (table, name) => {
    const data = toVector(table, name);
    checkEntries(
      { data, rows: data.length, cols: 1 },
      name,
      table.shape[0] === data.length ? table : { ...table, place: undefined },
      false,
    );
    return data;
  });
}

/**
 * Says what a file holds: format, kind, n, dimension, stored type, masses. Reads the header alone where that is enough: always
 * for `.npy .npz .ply` points without masses, and for every format that has a header with `values: false`.
 */
export async function describe(source: Source, options: DescribeOptions = {}): Promise<Description> {
  return withBytes(source, options.maxBytes, async (bytes) => {
    const { name: format, reader } = await detectFormat(bytes, options.format);
    const file = { name: bytes.name, format, bytes: bytes.size };
    const peek = await reader.peek(bytes, parsing(options));
    const kind = options.as ?? peek?.kind;
    if (peek !== null && kind !== undefined && (options.values === false || isEnough(peek, kind, options))) {
      const weights = kind === "grid" ? "cells" : peek.weights;
      return { ...file, ...peek, kind, ...extent(kind, peek.shape), weights, mass: null };
    }
    const table = await reader.read(bytes, parsing(options));
    const measure = toMeasure(table, bytes.name, options.as);
    const shape = table.stored ?? table.shape;
    const weights = measure.kind === "grid" ? "cells" : (table.weights?.name ?? null);
    return {
      ...file,
      kind: measure.kind,
      ...extent(measure.kind, shape),
      shape,
      dtype: table.dtype,
      weights,
      mass: weights === null || options.values === false ? null : massRange(measure.weights),
      ...(table.columns && { columns: table.columns }),
      ...(table.delimiter && { delimiter: table.delimiter }),
      ...(peek?.items && { items: peek.items }),
      ...(peek?.entries && { entries: peek.entries }),
    };
  });
}

/** Points without masses all weigh the same; of many images none is chosen yet. */
function isEnough(peek: Peek, kind: "points" | "grid", options: ReadOptions): boolean {
  if (peek.items !== undefined && peek.items !== 1 && options.index === undefined) return true;
  return kind === "points" && peek.weights === null;
}

function extent(kind: "points" | "grid", shape: readonly number[]): { n: number; dimension: number } {
  if (kind === "points") return { n: shape[0] ?? 1, dimension: shape[1] ?? 1 };
  return { n: shape.reduce((product, along) => product * along, 1), dimension: shape.length };
}

/** On a grid all columns are masses. */
function parsing(options: ReadOptions): ParseOptions {
  return options.as === "grid" ? { ...options, allColumns: true } : options;
}

function load<R>(source: Source, options: ParseOptions, use: (table: Table, name: string) => R): Promise<R> {
  return withBytes(source, options.maxBytes, async (bytes) => {
    const { reader } = await detectFormat(bytes, options.format);
    return use(await reader.read(bytes, options), bytes.name);
  });
}
