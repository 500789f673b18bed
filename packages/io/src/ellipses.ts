// Ellipses of CSV and JSON files, by axes or by covariance, as two-dimensional Gaussians.
// An ellipse drawn at `level` standard deviations with semi-axes a, b at angle t: covariance R(t) diag(a^2, b^2) R(t)^T / level^2.
import { type Matrix, OtError } from "monge";
import { axesColumns, covarianceColumns, wantedColumn } from "./ellipseForm.ts";
import { checkEllipseOptions, type EllipseOptions } from "./ellipseOptions.ts";
import { type EllipseTable, readEllipseTable } from "./ellipseTable.ts";
import { checkMasses, type GaussianList } from "./gaussianList.ts";
import { type Source, withBytes } from "./source.ts";

/** Ellipses as Gaussians of dimension 2, with what the file says about each. */
export interface Ellipses extends GaussianList {
  /** The column `label`: whole numbers. */
  readonly labels?: Int32Array;
  /** Red, green and blue in [0, 1], k x 3. */
  readonly colours?: Matrix;
}

/**
 * Reads ellipses from CSV with a header or from JSON. Columns: `cx cy a b theta` (or `theta_deg`, or `width height angle`), or
 * `x y xx xy yy` for a covariance; besides them `weight`, `label`, `red green blue` or, side by side, `r g b`. JSON: a list of objects with
 * these fields or with `mean`, `covariance`, `weight`, `label`, `colour`, on its own or as the field `ellipses`. Without weights each weighs 1 / k.
 *
 * Throws `OtError`: `InvalidValue` (NaN, axes that are none, an indefinite covariance, missing columns), `InvalidShape` (ragged, empty),
 * `NegativeMass`, `CorruptFile`, `OutOfMemory`; each names the line or the entry.
 */
export async function readEllipses(source: Source, options: EllipseOptions = {}): Promise<Ellipses> {
  checkEllipseOptions(options);
  return withBytes(source, options.maxBytes, async (bytes) => {
    const table = await readEllipseTable(bytes, options);
    const byAxes = ["a", "b", "width", "height"].some((name) => table.columns.has(name));
    const byCovariance = ["xx", "xy", "yy"].some((name) => table.columns.has(name));
    if (byAxes === byCovariance) throw neither(table, byAxes);
    const { means, covariances } = byAxes ? axesColumns(table, options) : covarianceColumns(table);
    return {
      kind: "mixture",
      means: { data: means, rows: table.rows, cols: 2 },
      covariances,
      weights: checkMasses(table.columns.get("weight"), table.rows, table.file, (row) => ({
        place: `${table.place(row)}: weight`,
        argument: table.place(row),
      })),
      ...labels(table),
      ...colours(table, options.colourRange ?? 1),
    };
  });
}

function labels(table: EllipseTable): { labels?: Int32Array } {
  const column = table.columns.get("label");
  if (column === undefined) return {};
  const wrong = column.findIndex((label) => label !== (label | 0));
  if (wrong < 0) return { labels: Int32Array.from(column) };
  throw new OtError(
    "InvalidValue",
    `${table.place(wrong)}: label is ${column[wrong]}, not a whole number of 32 bits.`,
    {
      argument: table.place(wrong),
      seen: column[wrong],
      cure: "Number the labels.",
    },
  );
}

function colours(table: EllipseTable, range: number): { colours?: Matrix } {
  const names = ["red", "green", "blue"];
  if (!names.some((name) => table.columns.has(name))) return {};
  const data = new Float64Array(3 * table.rows);
  names.forEach((name, k) => {
    const channel = wantedColumn(table, [name]);
    for (let i = 0; i < table.rows; i++) {
      const value = channel[i] / range;
      if (!(value >= 0 && value <= 1)) {
        throw new OtError("InvalidValue", `${table.place(i)}: ${name} is ${channel[i]}, outside [0, ${range}].`, {
          argument: table.place(i),
          seen: channel[i],
          cure: "Write colours in that range, or set options.colourRange to 255.",
        });
      }
      data[3 * i + k] = value;
    }
  });
  return { colours: { data, rows: table.rows, cols: 3 } };
}

function neither(table: EllipseTable, both: boolean): OtError {
  const what = both ? "both axes and covariances" : "neither axes nor covariances";
  return new OtError(
    "InvalidValue",
    `${table.file} has ${what} of ellipses: ${[...table.columns.keys()].join(", ")}.`,
    {
      argument: table.file,
      seen: [...table.columns.keys()],
      cure: "Name the columns cx, cy, a, b, theta or x, y, xx, xy, yy.",
    },
  );
}
