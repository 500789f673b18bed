// The seeded sweep of exact problems on which the values of other libraries were recorded.
// Only additions, products, quotients and square roots make the inputs, so every JavaScript engine makes the same bits.
import { type Random, random } from "../../src/linalg/random.ts";

type Metric = "sqeuclidean" | "euclidean" | "cityblock" | "chebyshev";

export interface ParityProblem {
  readonly name: string;
  readonly n: number;
  readonly m: number;
  readonly a: Float64Array | Float32Array | null;
  readonly b: Float64Array | Float32Array | null;
  /** Row-major, n x m, by formulas of this file alone. */
  readonly C: Float64Array;
  /** Where the costs are those of points: solved from them as well, so that costs and formulas check each other. */
  readonly points: {
    readonly x: Float64Array;
    readonly y: Float64Array;
    readonly d: number;
    readonly metric: Metric;
  } | null;
  /** Relative difference of the two total masses that the rounding of the weights brings. */
  readonly massTolerance: number;
}

type Family = (stream: Random, n: number, m: number) => Pick<ParityProblem, "C" | "points">;
type Masses = (stream: Random, n: number, m: number) => Pick<ParityProblem, "a" | "b" | "massTolerance">;

const sizes: readonly (readonly [n: number, m: number])[] = [
  [1, 1],
  [1, 7],
  [6, 1],
  [2, 2],
  [3, 5],
  [7, 7],
  [12, 9],
  [20, 20],
  [31, 64],
  [50, 50],
  [5, 120],
  [97, 13],
  [80, 80],
];

const cloud = (stream: Random, count: number, d: number): Float64Array => fill(count * d, stream.uniform);

const families: Record<string, Family> = {
  "cloud 2D, squared Euclidean": fromPoints(2, "sqeuclidean", cloud),
  "cloud 3D, Euclidean": fromPoints(3, "euclidean", cloud),
  "cloud 2D, city-block": fromPoints(2, "cityblock", cloud),
  "cloud 8D, Chebyshev": fromPoints(8, "chebyshev", cloud),
  "lattice, squared Euclidean": fromPoints(2, "sqeuclidean", lattice),
  "lattice, city-block": fromPoints(2, "cityblock", lattice),
  "duplicates, Euclidean": fromPoints(2, "euclidean", duplicates),
  "collinear, squared Euclidean": fromPoints(2, "sqeuclidean", collinear),
  "matrix, uniform": fromEntries(({ uniform }) => uniform()),
  "matrix, digits": fromEntries(({ integer }) => integer(10)),
  "matrix, signed": fromEntries(({ uniform }) => 200 * uniform() - 100),
  "matrix, range 1e12": fromEntries(({ uniform, integer }) => (1 + uniform()) * 2 ** integer(40)),
};

const masses: Record<string, Masses> = {
  uniform: () => ({ a: null, b: null, massTolerance: 0 }),
  random: weights(({ uniform }) => 0.01 + uniform()),
  "heavy tails": weights(({ uniform }) => 1 / (0.001 + uniform()) ** 2, 37.5),
  zeros: weights(({ uniform }, i) => (uniform() < 0.4 && i > 0 ? 0 : uniform())),
  float32: (stream, n, m) => {
    const { a, b } = weights(({ uniform }) => uniform())(stream, n, m);
    return { a: Float32Array.from(a ?? []), b: Float32Array.from(b ?? []), massTolerance: 1e-6 };
  },
  "six digits": (stream, n, m) => {
    const { a, b } = weights(({ uniform }) => uniform())(stream, n, m);
    const round = (value: number): number => Math.round(1e6 * value) / 1e6;
    return { a: a?.map(round) ?? null, b: b?.map(round) ?? null, massTolerance: 1e-3 };
  },
};

/** 12 families x 6 kinds of mass x 5 sizes. */
export function* parityProblems(): Generator<ParityProblem> {
  let seed = 20260;
  for (const [familyName, family] of Object.entries(families)) {
    for (const [massName, mass] of Object.entries(masses)) {
      for (let k = 0; k < 5; k++) {
        const stream = random(seed);
        const [n, m] = sizes[seed % sizes.length];
        const name = `${familyName}; ${massName} masses; ${n} x ${m}; seed ${seed}`;
        yield { name, n, m, ...family(stream, n, m), ...mass(stream, n, m) };
        seed++;
      }
    }
  }
}

/** Whether the problem is an assignment too: every mass 1 / n. */
export function isSquareUniform({ n, m, a }: ParityProblem): boolean {
  return n === m && a === null;
}

function fromPoints(
  d: number,
  metric: Metric,
  make: (stream: Random, count: number, d: number) => Float64Array,
): Family {
  return (stream, n, m) => {
    const x = make(stream, n, d);
    const y = make(stream, m, d);
    const C = new Float64Array(n * m);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) C[i * m + j] = distance(x, i, y, j, d, metric);
    }
    return { C, points: { x, y, d, metric } };
  };
}

function fromEntries(entry: (stream: Random) => number): Family {
  return (stream, n, m) => ({ C: fill(n * m, () => entry(stream)), points: null });
}

function distance(x: Float64Array, i: number, y: Float64Array, j: number, d: number, metric: Metric): number {
  let total = 0;
  for (let k = 0; k < d; k++) {
    const gap = Math.abs(x[i * d + k] - y[j * d + k]);
    if (metric === "cityblock") total += gap;
    else if (metric === "chebyshev") total = Math.max(total, gap);
    else total += gap * gap;
  }
  return metric === "euclidean" ? Math.sqrt(total) : total;
}

function lattice({ integer }: Random, count: number, d: number): Float64Array {
  return fill(count * d, () => integer(6));
}

/** Points drawn with replacement from a handful that both sides share. */
function duplicates({ integer }: Random, count: number, d: number): Float64Array {
  const few = cloud(random(7), 9, d);
  const points = new Float64Array(count * d);
  for (let i = 0; i < count; i++) points.set(few.subarray(integer(9) * d).subarray(0, d), i * d);
  return points;
}

function collinear({ uniform }: Random, count: number, d: number): Float64Array {
  const points = new Float64Array(count * d);
  for (let i = 0; i < count; i++) points.fill(uniform(), i * d, (i + 1) * d);
  return points;
}

function weights(draw: (stream: Random, i: number) => number, total = 1): Masses {
  return (stream, n, m) => {
    const side = (count: number): Float64Array => {
      const drawn = Float64Array.from({ length: count }, (_, i) => draw(stream, i));
      const sum = drawn.reduce((partial, value) => partial + value, 0);
      return drawn.map((value) => (value / sum) * total);
    };
    return { a: side(n), b: side(m), massTolerance: 1e-9 };
  };
}

function fill(length: number, next: () => number): Float64Array {
  return Float64Array.from({ length }, next);
}
