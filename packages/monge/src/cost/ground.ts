// Ground costs between points: ||x - y||_norm ^ power, and the cosine distance.
import { OtError } from "../errors/otError.ts";

/**
 * How two points are compared:
 * - `"sqeuclidean"` |x - y|^2, `"euclidean"` |x - y|, `"cityblock"` sum |x_k - y_k|, `"chebyshev"` max |x_k - y_k|,
 * - `"cosine"` 1 - <x, y> / (|x| |y|), for vectors other than 0,
 * - `{ norm, power }`: the l_norm norm (norm in [1, Infinity]) raised to power > 0; power defaults to 1.
 */
export type Ground =
  | "sqeuclidean"
  | "euclidean"
  | "cityblock"
  | "chebyshev"
  | "cosine"
  | { readonly norm: number; readonly power?: number };

/** A ground cost in numbers, as kernels take it. */
export interface GroundSpec {
  readonly name: string;
  /** The norm's exponent in [1, Infinity]; 2 for the cosine distance, which is |u - v|^2 / 2 of the unit vectors. */
  readonly norm: number;
  readonly power: number;
  readonly cosine: boolean;
  /** The p of the Wasserstein distance W_p^p that a value under this ground is: the power. */
  readonly p: number;
}

const named: Record<string, GroundSpec> = {
  sqeuclidean: { name: "sqeuclidean", norm: 2, power: 2, cosine: false, p: 2 },
  euclidean: { name: "euclidean", norm: 2, power: 1, cosine: false, p: 1 },
  cityblock: { name: "cityblock", norm: 1, power: 1, cosine: false, p: 1 },
  chebyshev: { name: "chebyshev", norm: Infinity, power: 1, cosine: false, p: 1 },
  cosine: { name: "cosine", norm: 2, power: 2, cosine: true, p: 1 },
};

/** The names that {@link Ground} knows. */
export const groundNames: readonly string[] = Object.keys(named);

/** Reads a {@link Ground}. Throws `InvalidValue` for an unknown name or an exponent out of range. */
export function toGround(ground: Ground): GroundSpec {
  if (typeof ground === "string") {
    const found = named[ground];
    if (found !== undefined) return found;
    throw invalid(ground, `Use one of ${groundNames.join(", ")}, or { norm, power }.`);
  }
  const { norm, power = 1 } = ground ?? {};
  if (!(norm >= 1)) throw invalid(norm, "Use a norm in [1, Infinity].");
  if (!(power > 0 && power < Infinity)) throw invalid(power, "Use a finite power above 0.");
  for (const known of Object.values(named)) {
    if (!known.cosine && known.norm === norm && known.power === power) return known;
  }
  return { name: `l${norm}^${power}`, norm, power, cosine: false, p: power };
}

function invalid(seen: unknown, cure: string): OtError {
  return new OtError("InvalidValue", `The ground cost ${JSON.stringify(seen)} is not known.`, {
    argument: "ground",
    seen,
    cure,
  });
}

/** The row x_i of costs against all points y (row-major, m x d), into `out` at `offset`; `scale` is 1/2 for the cosine. */
export type FillRow = (
  x: ArrayLike<number>,
  xOffset: number,
  y: ArrayLike<number>,
  m: number,
  d: number,
  out: Float64Array,
  offset: number,
) => void;

/** The loop of a ground cost. Terms are added in the order of the coordinates, as the kernels add them. */
export function fillRowOf({ norm, power, cosine }: GroundSpec): FillRow {
  const fill =
    norm === 2 ? fillSquares : norm === 1 ? fillMagnitudes : norm === Infinity ? fillLargest : fillPowers(norm);
  const finish = cosine ? (total: number) => 0.5 * total : finisher(norm, power);
  if (finish === null) return fill;
  return (x, xOffset, y, m, d, out, offset) => {
    fill(x, xOffset, y, m, d, out, offset);
    for (let j = offset; j < offset + m; j++) out[j] = finish(out[j]);
  };
}

/** What makes a cost of a sum (of a largest gap), null where that is the cost. */
function finisher(norm: number, power: number): ((total: number) => number) | null {
  const root = norm === Infinity ? power : power / norm;
  if (root === 1) return null;
  return root === 0.5 ? Math.sqrt : (total) => total ** root;
}

/** Sums of squares, of four points at a time: an addition need not wait for the one before. */
const fillSquares: FillRow = (x, xOffset, y, m, d, out, offset) => {
  if (d === 2) {
    fillPlane(x[xOffset], x[xOffset + 1], y, m, out, offset);
    return;
  }
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const at = j * d;
    let s = 0;
    let t = 0;
    let u = 0;
    let v = 0;
    for (let k = 0; k < d; k++) {
      const here = x[xOffset + k];
      const p = here - y[at + k];
      const q = here - y[at + d + k];
      const r = here - y[at + 2 * d + k];
      const w = here - y[at + 3 * d + k];
      s += p * p;
      t += q * q;
      u += r * r;
      v += w * w;
    }
    out[offset + j] = s;
    out[offset + j + 1] = t;
    out[offset + j + 2] = u;
    out[offset + j + 3] = v;
  }
  for (; j < m; j++) {
    let total = 0;
    for (let k = 0; k < d; k++) {
      const gap = x[xOffset + k] - y[j * d + k];
      total += gap * gap;
    }
    out[offset + j] = total;
  }
};

function fillPlane(x0: number, x1: number, y: ArrayLike<number>, m: number, out: Float64Array, offset: number): void {
  for (let j = 0; j < m; j++) {
    const gap0 = x0 - y[2 * j];
    const gap1 = x1 - y[2 * j + 1];
    out[offset + j] = gap0 * gap0 + gap1 * gap1;
  }
}

const fillMagnitudes: FillRow = (x, xOffset, y, m, d, out, offset) => {
  for (let j = 0, at = 0; j < m; j++) {
    let total = 0;
    for (let k = 0; k < d; k++, at++) total += Math.abs(x[xOffset + k] - y[at]);
    out[offset + j] = total;
  }
};

const fillLargest: FillRow = (x, xOffset, y, m, d, out, offset) => {
  for (let j = 0, at = 0; j < m; j++) {
    let largest = 0;
    for (let k = 0; k < d; k++, at++) largest = Math.max(largest, Math.abs(x[xOffset + k] - y[at]));
    out[offset + j] = largest;
  }
};

function fillPowers(norm: number): FillRow {
  return (x, xOffset, y, m, d, out, offset) => {
    for (let j = 0, at = 0; j < m; j++) {
      let total = 0;
      for (let k = 0; k < d; k++, at++) total += Math.abs(x[xOffset + k] - y[at]) ** norm;
      out[offset + j] = total;
    }
  };
}
