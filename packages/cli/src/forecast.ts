// What solving a problem would cost: the engine that the library chooses, memory, and the order of magnitude of the time.
import { type Measure, normalize, solve } from "monge";
import { atomsOf } from "./input.ts";

export interface Forecast {
  /** Atoms of the two sides, and how many of them carry mass. */
  readonly n: number;
  readonly m: number;
  readonly withMass: readonly [source: number, target: number];
  readonly method: string;
  readonly why: string;
  /** Bytes that the solve works in, roughly. */
  readonly bytes: number;
  /** Seconds, as an order of magnitude. */
  readonly seconds: number;
}

/** Bytes and seconds of each engine for n x m atoms with mass. Constants are of the order that the benchmarks show on one core. */
const engines: Readonly<
  Record<
    string,
    { readonly bytes: (n: number, m: number) => number; readonly seconds: (n: number, m: number) => number }
  >
> = {
  none: { bytes: () => 0, seconds: () => 0 },
  quantiles: { bytes: (n, m) => 64 * (n + m), seconds: (n, m) => 3e-7 * (n + m) * Math.log2(n + m + 2) },
  gridL1: { bytes: (n, m) => 150 * (n + m), seconds: (n, m) => 2e-7 * (n + m) ** 1.4 },
  // The matrix itself, and pivots that grow with the nodes.
  networkSimplex: { bytes: (n, m) => 8 * n * m + 200 * (n + m), seconds: (n, m) => 6e-10 * (n + m) ** 2.5 },
  shortestPath: { bytes: (n, m) => 8 * n * m + 200 * (n + m), seconds: (n, m) => 5e-8 * n * m },
  costScaling: { bytes: (n, m) => 24 * n * m + 200 * (n + m), seconds: (n, m) => 7e-7 * n * m },
  points: { bytes: (n, m) => 1500 * (n + m), seconds: (n, m) => 2e-7 * (n + m) ** 1.6 },
};

function carrying(measure: Measure): number {
  return measure.weights.reduce((count, weight) => count + Number(weight > 0), 0);
}

/** The forecast for two measures; masses do not matter for it and are scaled to 1. */
export function forecast(source: Measure, target: Measure): Forecast {
  // A run of no iterations says which engine would run, by the library's own table.
  const { report } = solve(normalize(source), normalize(target), { maxIterations: 0, timeLimitMs: 0 });
  const withMass = [carrying(source), carrying(target)] as const;
  const { bytes, seconds } = engines[report.method] ?? engines.networkSimplex;
  return {
    n: atomsOf(source),
    m: atomsOf(target),
    withMass,
    method: report.method,
    why: report.why,
    bytes: bytes(...withMass),
    seconds: seconds(...withMass),
  };
}

/** A time as a class: nobody needs more digits before starting. */
export function timeClass(seconds: number): string {
  const classes: readonly (readonly [number, string])[] = [
    [0.1, "an instant"],
    [1, "less than a second"],
    [10, "seconds"],
    [90, "about a minute"],
    [1800, "minutes"],
    [20_000, "hours"],
  ];
  return classes.find(([limit]) => seconds < limit)?.[1] ?? "days";
}
