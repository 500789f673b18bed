// The two forms of an ellipse, axes and covariance, and the way between them.
import { OtError } from "monge";
import { assertPositive, eigenSymmetric } from "./covariance.ts";
import type { EllipseForm } from "./ellipseOptions.ts";
import type { EllipseTable } from "./ellipseTable.ts";

interface Moments {
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

export function covarianceColumns(table: EllipseTable): Moments {
  const [x, y, xx, xy, yy] = [["x", "cx"], ["y", "cy"], ["xx"], ["xy"], ["yy"]].map((names) =>
    wantedColumn(table, names),
  );
  const means = new Float64Array(2 * table.rows);
  const covariances = new Float64Array(4 * table.rows);
  for (let i = 0; i < table.rows; i++) {
    means.set([x[i], y[i]], 2 * i);
    covariances.set([xx[i], xy[i], xy[i], yy[i]], 4 * i);
    assertPositive(covariances.subarray(4 * i, 4 * i + 4), 2, `${table.place(i)}: the covariance`, table.place(i));
  }
  return { means, covariances };
}

export function axesColumns(table: EllipseTable, options: EllipseForm): Moments {
  const full = table.columns.has("width") || table.columns.has("height");
  const opencv = (options.convention ?? (full ? "opencv" : "semi-axes")) === "opencv";
  const degrees = ["theta_deg", "angle"].some((name) => table.columns.has(name));
  const turn = (options.angle ?? (opencv || degrees ? "degrees" : "radians")) === "degrees" ? Math.PI / 180 : 1;
  const shrink = 1 / (options.level ?? 1) / (opencv ? 2 : 1);
  const columns = [
    ["cx", "x"],
    ["cy", "y"],
    ["a", "width"],
    ["b", "height"],
    ["theta", "theta_deg", "angle"],
  ];
  const [x, y, a, b, theta] = columns.map((names) => wantedColumn(table, names));
  const means = new Float64Array(2 * table.rows);
  const covariances = new Float64Array(4 * table.rows);
  for (let i = 0; i < table.rows; i++) {
    checkAxes(a[i], b[i], opencv, table.place(i));
    means.set([x[i], y[i]], 2 * i);
    const u = (a[i] * shrink) ** 2;
    const v = (b[i] * shrink) ** 2;
    const c = Math.cos(theta[i] * turn);
    const s = Math.sin(theta[i] * turn);
    const xy = (u - v) * c * s;
    covariances.set([u * c * c + v * s * s, xy, xy, u * s * s + v * c * c], 4 * i);
  }
  return { means, covariances };
}

function checkAxes(a: number, b: number, anyOrder: boolean, place: string): void {
  const fine = a > 0 && b > 0 && a <= largestAxis && b <= largestAxis;
  if (fine && (anyOrder || a >= b)) return;
  const [what, cure] = fine
    ? [`a = ${a} is below b = ${b}`, 'Swap them and turn theta by a quarter, or read with convention: "opencv".']
    : [`the axes ${a} and ${b} are not both in (0, ${largestAxis}]`, "Write positive lengths, or a covariance."];
  throw new OtError("InvalidValue", `${place}: ${what}.`, { argument: place, seen: [a, b], cure });
}

/** Squares beyond it would overflow. */
const largestAxis = 1e150;

/** The one column that has any of these names; throws `InvalidValue` where none has, or several. */
export function wantedColumn(table: EllipseTable, names: readonly string[]): Float64Array {
  const found = names.filter((name) => table.columns.has(name));
  if (found.length === 1) return table.columns.get(found[0]) as Float64Array;
  const known = [...table.columns.keys()].map((name) => name.slice(0, 40));
  const what =
    found.length === 0 ? `no column ${names[0]}, only ${known.slice(0, 20).join(", ")}` : `both ${found.join(" and ")}`;
  throw new OtError("InvalidValue", `${table.file} has ${what}.`, {
    argument: table.file,
    seen: known,
    cure: "Name the columns cx, cy, a, b, theta or x, y, xx, xy, yy.",
  });
}

/** Lengths and angle of a 2 x 2 covariance: the longer axis first, its angle in (-pi/2, pi/2]. */
export function axesOf(covariance: Float64Array, form: EllipseForm): readonly [a: number, b: number, theta: number] {
  const { values, vectors } = eigenSymmetric(covariance, 2);
  const long = values[0] >= values[1] ? 0 : 1;
  let theta = Math.atan2(vectors[2 + long], vectors[long]);
  if (theta > Math.PI / 2) theta -= Math.PI;
  if (theta <= -Math.PI / 2) theta += Math.PI;
  const opencv = form.convention === "opencv";
  const grow = (form.level ?? 1) * (opencv ? 2 : 1);
  const degrees = (form.angle ?? (opencv ? "degrees" : "radians")) === "degrees";
  const length = (value: number): number => grow * Math.sqrt(Math.max(0, value));
  return [length(values[long]), length(values[1 - long]), degrees ? (theta * 180) / Math.PI : theta];
}
