// Our side of one case as a long-lived process: a JSON line in, a JSON line out; the whole public call is timed, input reading is not.
// CPU seconds are those of the process, so the threads that collect garbage and compile are paid for too.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  assignment,
  type Certificate,
  cost,
  type EmdOptions,
  type ExactMethod,
  emd,
  loadKernels,
  type Matrix,
  type Report,
  type SinkhornOptions,
  sinkhorn,
  slicedWasserstein,
  sphericalSliced,
  wasserstein1d,
} from "monge";
import { fusedGromovWasserstein, type GromovCertificate, type GromovOptions, gromovWasserstein } from "monge/gromov";
import type { Call, CostForm, OurRun, PerIteration, Proof } from "./bench.ts";
import type { Ground } from "./inputs.ts";
import { type Npy, readNpy } from "./npy.ts";

/** The first request: what to solve. Every later one is "run", "prove" or "memory". */
export interface Problem {
  readonly folder: string;
  readonly cost: CostForm;
  readonly calls: Call;
  readonly options: Readonly<Record<string, unknown>>;
  readonly perIteration?: PerIteration;
  /** Whether to install the relaxed-SIMD build first. */
  readonly relaxed?: boolean;
  readonly ground: Ground;
  readonly grid?: readonly number[];
  readonly method?: ExactMethod;
}

/** What every solver here answers with. */
interface Answer {
  readonly value: number;
  /** What is compared with the peers, where the value holds more. */
  readonly transportCost?: number;
  readonly report: Report;
  certify(): Certificate | GromovCertificate | null;
}

let wasmBytes = 0;
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (delta) {
  const before = grow.call(this, delta);
  wasmBytes = Math.max(wasmBytes, this.buffer.byteLength);
  return before;
};

function reader(folder: string): (name: string) => Npy | null {
  return (name) => {
    const path = join(folder, `${name}.npy`);
    return existsSync(path) ? readNpy(path) : null;
  };
}

/** Each row to a column of its own, each pair weighing 1 / n. */
function matched(C: Matrix): Answer {
  const { cost: total, report, certify } = assignment(C);
  return { value: total / C.rows, report, certify };
}

/** Everything the caller pays for is inside the returned function: the description of the cost as well. */
function prepare({ folder, cost: form, calls, options: given, ground, grid, method }: Problem): {
  solve: (limit?: number) => Answer;
  largestCost: number;
  mass: number;
} {
  const read = reader(folder);
  const a = read("a")?.data ?? null;
  const b = read("b")?.data ?? null;
  const mass = a === null ? 1 : a.reduce((total, value) => total + value, 0);
  const exactOptions: EmdOptions = method === undefined ? {} : { method };
  const asMatrix = ({ data, shape }: Npy) => ({ data, rows: shape[0], cols: shape[1] });
  if (calls === "gromov")
    return { ...prepareGromov(asMatrix(read("x")!), asMatrix(read("y")!), form, given, ground), mass };
  if (calls === "sliced") return { ...prepareSliced(asMatrix(read("x")!), asMatrix(read("y")!), a, b, given), mass };
  if (form === "dense") {
    const C = asMatrix(read("C")!);
    const largestCost = C.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const options = withPenalty(given, largestCost);
    const solvers: Record<Exclude<Call, "gromov" | "sliced">, (limit?: number) => Answer> = {
      assignment: () => matched(C),
      emd: () => emd(a, b, cost.dense(C), exactOptions),
      sinkhorn: (maxIterations) => sinkhorn(a, b, cost.dense(C), { ...options, maxIterations }),
    };
    return { solve: solvers[calls], largestCost, mass };
  }
  const x = asMatrix(read("x")!);
  const y = asMatrix(read("y")!);
  const points = cost.points(x, y, ground);
  const largestCost = nearlyLargest(points, x, y);
  const describe = form === "grid" ? () => cost.grid(grid ?? []) : () => cost.points(x, y, ground);
  const options = withPenalty(given, largestCost);
  const solve =
    calls === "sinkhorn"
      ? (maxIterations?: number) => sinkhorn(a, b, describe(), { ...options, maxIterations })
      : () => emd(a, b, describe(), exactOptions);
  return { solve, largestCost, mass };
}

/** Structures are those of x and of y; a fused problem compares x with y as well. Matrices are made before the call, as the peer's are. */
function prepareGromov(
  x: Matrix,
  y: Matrix,
  form: CostForm,
  given: Problem["options"],
  ground: Ground,
): { solve: () => Answer; largestCost: number } {
  const { alpha, ...options } = given as GromovOptions & { readonly alpha?: number };
  const entries = (points: Matrix): Matrix => ({
    data: cost.points(points, points, ground).block(0, points.rows),
    rows: points.rows,
    cols: points.rows,
  });
  const describe = (points: Matrix) => () => cost.points(points, points, ground);
  const [Cx, Cy] = form === "dense" ? [entries(x), entries(y)].map((C) => () => C) : [describe(x), describe(y)];
  const largest = Math.max(
    ...[x, y].map((points) => nearlyLargest(cost.points(points, points, ground), points, points)),
  );
  const solve = (): Answer => {
    const result =
      alpha === undefined
        ? gromovWasserstein(Cx(), Cy(), null, null, options)
        : fusedGromovWasserstein(cost.points(x, y, ground), Cx(), Cy(), null, null, { ...options, alpha });
    return { value: result.value, report: result.report, certify: result.certify };
  };
  return { solve, largestCost: largest ** 2 };
}

/** Slices along given directions are proved by a transport on each line; means over random circles are not. */
function prepareSliced(
  x: Matrix,
  y: Matrix,
  a: ArrayLike<number> | null,
  b: ArrayLike<number> | null,
  given: Problem["options"],
): { solve: () => Answer; largestCost: number } {
  const { p, directions, projections, circles } = given as {
    readonly p: number;
    readonly directions?: readonly number[][];
    readonly projections?: number;
    readonly circles?: "arc" | "linear" | "uniform";
  };
  if (directions === undefined) {
    const solve = (): Answer => {
      const found =
        circles === "uniform"
          ? sphericalSliced(x, "uniform", { projections, seed: 1 })
          : sphericalSliced(x, y, { p, projections, circles, seed: 1 });
      return { value: found.value, report: found.report, certify: () => null };
    };
    return { solve, largestCost: 1 };
  }
  const along = ({ data, rows, cols }: Matrix, theta: readonly number[]): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) =>
      theta.reduce((total, value, k) => total + value * data[i * cols + k], 0),
    );
  const solve = (): Answer => {
    const { value: primal, report } = slicedWasserstein(x, y, { a, b, p, directions });
    const certify = (): Certificate => {
      const exact = directions.map((theta) => wasserstein1d(along(x, theta), along(y, theta), { a, b, p }).value);
      const dual = exact.reduce((total, value) => total + value, 0) / exact.length;
      const gap = primal - dual;
      const residuals = { primalResidual: 0, dualInfeasibility: 0 };
      return { kind: "duality", problem: "exact", primal, dual, gap, relativeGap: gap / primal, ...residuals };
    };
    return { value: primal, report: { ...report, status: "optimal" }, certify };
  };
  return { solve, largestCost: 1 };
}

/** `relativeStrength` is that of KL penalties on both sides, as a multiple of the largest cost. */
function withPenalty(given: Problem["options"], largestCost: number): SinkhornOptions {
  const { relativeStrength, ...options } = given;
  return typeof relativeStrength === "number" ? { ...options, unbalanced: relativeStrength * largestCost } : options;
}

/** A lower bound of max |C| from the extreme points in 2 d directions: a stricter unit than the largest entry. */
function nearlyLargest(
  C: { at(i: number, j: number): number },
  x: { data: Float64Array; rows: number; cols: number },
  y: typeof x,
): number {
  const extremes = ({ data, rows, cols }: typeof x): number[] => {
    const found = new Set<number>();
    for (let axis = 0; axis < cols; axis++) {
      let low = 0;
      let high = 0;
      for (let i = 0; i < rows; i++) {
        if (data[i * cols + axis] < data[low * cols + axis]) low = i;
        if (data[i * cols + axis] > data[high * cols + axis]) high = i;
      }
      found.add(low).add(high);
    }
    return [...found];
  };
  return Math.max(...extremes(x).flatMap((i) => extremes(y).map((j) => C.at(i, j))));
}

function cpuSeconds<R>(work: () => R): { cpu: number; result: R } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, result };
}

let problem: ReturnType<typeof prepare> | undefined;
let perIteration: PerIteration | undefined;
let last: Answer | undefined;

const answers: Record<string, () => unknown> = {
  run(): OurRun {
    last = undefined;
    const solve = problem!.solve;
    const { cpu, result } = cpuSeconds(() => solve(perIteration?.many));
    last = result;
    const { status, method, backend, iterations, why } = result.report;
    const said = { value: result.transportCost ?? result.value, status, method, backend, iterations, why };
    if (perIteration === undefined) return { cpu, ...said };
    const { few, many } = perIteration;
    return { cpu: (cpu - cpuSeconds(() => solve(few)).cpu) / (many - few), ...said };
  },
  prove(): Proof | null {
    const { cpu, result: certificate } = cpuSeconds(() => last!.certify());
    const { largestCost, mass } = problem!;
    if (certificate === null) return null;
    if (certificate.kind === "stationarity") {
      // Where there is no duality: the gap is that of the linearised problem, the dual a lower bound.
      const { objective: primal, stationarityGap: gap, lowerBound: dual, primalResidual } = certificate;
      const relativeGap = gap / largestCost;
      return { cpu, primal, dual, gap, relativeGap, primalResidual, dualInfeasibility: 0, largestCost, mass };
    }
    const { primal, dual, gap, relativeGap, primalResidual, dualInfeasibility } = certificate;
    return { cpu, primal, dual, gap, relativeGap, primalResidual, dualInfeasibility, mass, largestCost };
  },
  memory: () => ({ wasmBytes, rssBytes: process.resourceUsage().maxRSS * 1024 }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { op: string; problem?: Problem };
  if (request.op === "load") {
    if (request.problem!.relaxed) await loadKernels(import("monge/kernels/relaxed"));
    problem = prepare(request.problem!);
    perIteration = request.problem!.perIteration;
  }
  process.stdout.write(
    `${JSON.stringify(request.op === "load" ? { largest: problem!.largestCost } : answers[request.op]())}\n`,
  );
}
