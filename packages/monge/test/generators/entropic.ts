// Seeded entropic problems of 5 to 60 atoms a side, with epsilon from 1e-1 to 1e-5 of the largest cost: masses and costs even, heavy-tailed, clustered.
import { type Random, random } from "../../src/index.ts";

/** A problem with a dense cost, n x m. */
export interface EntropicTestProblem {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly C: { readonly data: Float64Array; readonly rows: number; readonly cols: number };
  /** Epsilon as a share of the largest cost. */
  readonly relativeEpsilon: number;
}

const costs = ["random", "line", "plane"] as const;
const spreads = ["even", "heavy", "clusters"] as const;

/** Problem number `seed`; neighbours differ in kind. */
export function entropicProblem(seed: number): EntropicTestProblem {
  const rng = random(seed);
  const spread = spreads[seed % 3];
  const kind = costs[Math.floor(seed / 3) % 3];
  const [rows, cols] = [5 + rng.integer(56), 5 + rng.integer(56)];
  const relativeEpsilon = 10 ** -(1 + 4 * rng.uniform());
  const data = kind === "random" ? randomCost(rng, spread, rows * cols) : distances(rng, spread, rows, cols, kind);
  return { a: weights(rng, rows), b: weights(rng, cols), C: { data, rows, cols }, relativeEpsilon };
}

const heavy = (rng: Random): number => (1 - rng.uniform()) ** -1.5;

function randomCost(rng: Random, spread: (typeof spreads)[number], count: number): Float64Array {
  return Float64Array.from({ length: count }, () => (spread === "heavy" ? heavy(rng) : rng.uniform()));
}

function distances(
  rng: Random,
  spread: (typeof spreads)[number],
  rows: number,
  cols: number,
  kind: "line" | "plane",
): Float64Array {
  const d = kind === "line" ? 1 : 2;
  const centres = Array.from({ length: 4 }, () => Array.from({ length: d }, () => 10 * rng.uniform()));
  const point = (): number[] => {
    const centre = centres[rng.integer(4)];
    return centre.map((at) => {
      if (spread === "even") return rng.uniform();
      if (spread === "heavy") return (rng.uniform() < 0.5 ? -1 : 1) * heavy(rng);
      return at + 0.05 * rng.normal();
    });
  };
  const [x, y] = [Array.from({ length: rows }, point), Array.from({ length: cols }, point)];
  return Float64Array.from(x.flatMap((from) => y.map((to) => from.reduce((sum, at, k) => sum + (at - to[k]) ** 2, 0))));
}

/** Equal, random, heavy-tailed, or over eight orders of magnitude with zeros. */
function weights(rng: Random, count: number): Float64Array {
  const kind = rng.integer(4);
  const raw = Float64Array.from({ length: count }, () => {
    if (kind === 0) return 1;
    if (kind === 1) return rng.uniform() + 1e-3;
    if (kind === 2) return heavy(rng);
    return rng.uniform() < 0.2 ? 0 : 10 ** (-8 * rng.uniform());
  });
  raw[0] ||= 1;
  const total = raw.reduce((sum, mass) => sum + mass, 0);
  return raw.map((mass) => mass / total);
}
