// What every reader parses a file into, and what the three public readers make of it.
// Masses are taken as they are stored: checked, never rescaled.
import { type Floats, histogram, type Matrix, type Measure, OtError, pointCloud } from "monge";
import type { ReadOptions } from "./options.ts";

/** Numbers in row-major order with their shape, and what the file says about them. */
export interface Table {
  readonly data: Floats;
  readonly shape: readonly number[];
  /** How the numbers were stored: `float32`, `uint8`, `text`. */
  readonly dtype: string;
  /** Pixels are masses of cells; rows are points. */
  readonly nature: "points" | "grid";
  /** The file's own shape and spacing in it, where `data` is a reduction of it. */
  readonly stored?: readonly number[];
  readonly columns?: readonly string[];
  readonly delimiter?: string;
  /** Masses, and the name under which they were found. */
  readonly weights?: { readonly name: string; readonly data: ArrayLike<number> };
  /** Where row i stands, for errors: `FILE, line 12`. */
  readonly place?: (row: number) => string;
}

/** The table as a measure: rows are points, or entries are masses on a grid. */
export function toMeasure(table: Table, name: string, as: ReadOptions["as"]): Measure {
  const nature = as ?? table.nature;
  if (nature !== "points" && nature !== "grid") {
    throw new OtError("InvalidValue", `options.as is ${JSON.stringify(as)}.`, {
      argument: "options.as",
      seen: as,
      cure: 'Use "points" or "grid".',
    });
  }
  if (table.data.length === 0) throw empty(name, table.shape);
  const measure = nature === "grid" ? gridMeasure(table, name) : cloudMeasure(table, name);
  if (measure.weights.some((mass) => mass > 0)) return measure;
  throw new OtError("InvalidValue", `${name} holds no mass: all ${measure.weights.length} masses are 0.`, {
    argument: name,
    seen: 0,
    cure: nature === "grid" ? "If dark means heavy, ask for invert." : "Give at least one point a positive mass.",
  });
}

function gridMeasure(table: Table, name: string): Measure {
  checkMasses(table.data, (k) => cellPlace(k, table, name));
  return histogram(table.data, table.shape);
}

function cloudMeasure(table: Table, name: string): Measure {
  const points = toMatrix(table, name);
  checkEntries(points, name, table, false);
  if (table.weights === undefined) return pointCloud(points);
  const masses = table.weights.data;
  if (masses.length !== points.rows) {
    throw new OtError("InvalidShape", `${name} has ${points.rows} points and ${masses.length} masses.`, {
      argument: name,
      seen: masses.length,
      cure: "Store one mass for each point, or ignore them with weights: false.",
    });
  }
  const what = table.weights.name;
  checkMasses(masses, (i) => (table.place ? [what, table.place(i)] : [`${what}[${i}]`, name]));
  return pointCloud(points, masses);
}

/** The table as a matrix. One axis becomes a column. */
export function toMatrix(table: Table, name: string): Matrix<Floats> {
  const [rows = 1, cols = 1] = table.shape;
  if (table.shape.length > 2) {
    throw new OtError(
      "InvalidShape",
      `${name} has ${table.shape.length} axes, of ${table.shape.join(" x ")} numbers.`,
      {
        argument: name,
        seen: [...table.shape],
        cure: "Store rows and columns, or read it as a grid.",
      },
    );
  }
  if (table.data.length === 0) throw empty(name, table.shape);
  return { data: table.data, rows, cols };
}

/** The table as one list of numbers: a single row, a single column, or one axis. */
export function toVector(table: Table, name: string): Floats {
  const long = table.shape.filter((along) => along !== 1);
  if (long.length > 1) {
    throw new OtError("InvalidShape", `${name} holds ${table.shape.join(" x ")} numbers, not one list.`, {
      argument: name,
      seen: [...table.shape],
      cure: "Store a single row or a single column.",
    });
  }
  if (table.data.length === 0) throw empty(name, table.shape);
  return table.data;
}

/** NaN never passes; +Infinity only where it can mean a forbidden pair; -Infinity never. */
export function checkEntries(matrix: Matrix<Floats>, name: string, table: Table, infinite: boolean): void {
  const { data, cols } = matrix;
  for (let k = 0; k < data.length; k++) {
    const value = data[k];
    if (value > Number.NEGATIVE_INFINITY && (value < Number.POSITIVE_INFINITY || infinite)) continue;
    const i = Math.floor(k / cols);
    const column = table.columns?.[k % cols] ?? `column ${k % cols}`;
    throw new OtError("InvalidValue", `${column} of ${table.place?.(i) ?? `${name}, row ${i}`} is ${value}.`, {
      argument: table.place?.(i) ?? name,
      seen: value,
      cure: infinite ? "Use numbers, or +Infinity for a forbidden pair." : "Use finite coordinates.",
    });
  }
}

/** What a number is, and where it stands: `["weight", "FILE, line 12"]`. */
type Place = readonly [what: string, where: string];

function checkMasses(masses: ArrayLike<number>, place: (index: number) => Place): void {
  for (let i = 0; i < masses.length; i++) {
    const mass = masses[i];
    if (mass >= 0 && mass < Number.POSITIVE_INFINITY) continue;
    const [what, where] = place(i);
    throw new OtError(mass < 0 ? "NegativeMass" : "InvalidValue", `${what} in ${where} is ${mass}.`, {
      argument: where,
      seen: mass,
      cure: mass < 0 ? "Masses must be 0 or more." : "Use finite masses.",
    });
  }
}

function cellPlace(k: number, { shape, place }: Table, name: string): Place {
  const cols = shape[shape.length - 1];
  if (place !== undefined) return [`Number ${(k % cols) + 1}`, place(Math.floor(k / cols))];
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = k; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return [`The mass at [${index.join(", ")}]`, name];
}

function empty(name: string, shape: readonly number[]): OtError {
  return new OtError("InvalidShape", `${name} holds no numbers (shape ${shape.join(" x ")}).`, {
    argument: name,
    seen: [...shape],
    cure: "Store at least one row and one column.",
  });
}
