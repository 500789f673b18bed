// Exact transport between points without the matrix: coarse measures first, candidate arcs, pricing of all pairs by boxes.
// Merigot (2011), Schmitzer (2016) for the scales; the bound c(box, box) - max f - max g makes the proof of optimality cheap.

import { cellPoints } from "../../cost/grid.ts";
import type { GroundSpec } from "../../cost/ground.ts";
import { largestCost } from "../../cost/points.ts";
import type { Status } from "../../run/options.ts";
import { type IntegerMasses, integerMasses } from "../masses.ts";
import type { Engine, ExactAnswer, ExactProblem } from "../problem.ts";
import { search } from "./candidates.ts";
import { setGround } from "./cloud.ts";
import { type Forest, staircase } from "./forest.ts";
import { buildLayers, cell, type Layer } from "./hierarchy.ts";
import { solveAssignment } from "./pointsAssignment.ts";
import { type PointsRun, pause } from "./pointsRun.ts";
import { solveSimplex } from "./pointsSimplex.ts";

/** Points at which the hierarchy ends: few enough to take all pairs. */
const smallest = 256;

/** Reduced costs above minus this times max C are rounding. */
const slack = 2e-15;

/** Points (or cells of grids) under a ground cost, without the matrix; see `docs/algorithms/pointsExact.md`. */
export const pointsExact: Engine = {
  name: "points",
  summary:
    "multiscale: augmenting paths (equal masses) or network simplex over candidate arcs, all pairs priced by boxes",
  refuses: ({ cost }) =>
    cost.kind === "points" || cost.kind === "grid" ? null : `its cost is ${cost.kind}, not between points`,
  *run(problem, workspace, control) {
    const sides = readPoints(problem);
    setGround(workspace, sides.ground);
    const { n, m, uniform, warmStart } = problem;
    const quanta = uniform
      ? { a: new Float64Array(n).fill(1), b: new Float64Array(m).fill(1), quantum: problem.a[0] }
      : positive(integerMasses(problem.a, problem.b));
    const end = warmStart === null ? smallest : Infinity;
    const xs = buildLayers(workspace, sides.x, quanta.a, n, sides.d, end);
    const ys = buildLayers(workspace, sides.y, quanta.b, m, sides.d, end);
    even(xs, ys);
    const [x, y] = [xs[0], ys[0]];
    const a = sorted(problem.a, x);
    const b = sorted(problem.b, y);
    if (warmStart !== null) {
      const g = sorted(warmStart.g, y);
      workspace.f64(y.cloud.potential, m).set(g.map((value) => value / sides.factor));
    }
    const run: PointsRun = {
      workspace,
      control,
      xs,
      ys,
      warm: warmStart !== null,
      tolerance: slack * sides.largest,
      iterations: 0,
      stopped: null,
      plan: () => ({ i: new Int32Array(0), j: new Int32Array(0), mass: new Float64Array(0) }),
    };
    const answer = (status: Status): ExactAnswer => finish(run, status, a, b, uniform, sides.factor);
    control.offer(() => answer("stopped"));
    yield* pause(run, "hierarchy", Infinity);
    if (run.stopped !== null) return answer(run.stopped);
    if (uniform) yield* solveAssignment(run);
    else yield* solveSimplex(run, a, b, quanta.quantum);
    return answer(run.stopped ?? "optimal");
  },
};

interface Sides {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly d: number;
  readonly ground: Pick<GroundSpec, "norm" | "power">;
  /** The caller's cost is this times the ground cost. */
  readonly factor: number;
  /** An upper bound of the ground cost. */
  readonly largest: number;
}

function readPoints({ n, m, cost, rows, cols }: ExactProblem): Sides {
  if (cost.kind !== "points" && cost.kind !== "grid") throw new TypeError(cost.kind);
  const spec: GroundSpec =
    cost.kind === "points"
      ? cost.ground
      : { name: "grid", norm: cost.power, power: cost.power, cosine: false, p: cost.power };
  const d = cost.kind === "points" ? cost.x.cols : cost.sourceShape.length;
  const from = cost.kind === "points" ? cost.x.data : cellPoints(cost.sourceShape, cost.sourceAxes);
  const to = cost.kind === "points" ? cost.y.data : cellPoints(cost.targetShape, cost.targetAxes);
  const x = gathered(from, rows, n, d);
  const y = gathered(to, cols, m, d);
  const ground = { ...spec, cosine: false };
  const largest = largestCost({ data: x, rows: n, cols: d }, { data: y, rows: m, cols: d }, ground);
  return { x, y, d, ground, factor: spec.cosine ? 0.5 : 1, largest };
}

function gathered(data: ArrayLike<number>, atoms: Int32Array | null, n: number, d: number): Float64Array {
  if (atoms === null) return Float64Array.from(data);
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) out[i * d + k] = data[atoms[i] * d + k];
  return out;
}

/** Whole masses of at least 1, the heaviest giving what the lightest lack: every atom takes part. */
function positive(whole: IntegerMasses): IntegerMasses {
  for (const masses of [whole.a, whole.b]) {
    let heaviest = 0;
    let lacking = 0;
    for (let k = 0; k < masses.length; k++) {
      if (masses[k] > masses[heaviest]) heaviest = k;
      if (masses[k] === 0) {
        masses[k] = 1;
        lacking++;
      }
    }
    masses[heaviest] -= lacking;
  }
  return whole;
}

/** Repeats the finest layer of the side with fewer layers, so that both have as many. */
function even(xs: Layer[], ys: Layer[]): void {
  const shorter = xs.length < ys.length ? xs : ys;
  const finest = shorter[0];
  const n = finest.cloud.n;
  const children = new Int32Array(n * cell).fill(-1);
  for (let i = 0; i < n; i++) children[i * cell] = i;
  while (xs.length !== ys.length) shorter.unshift({ ...finest, children });
}

function sorted(values: Float64Array, layer: Layer): Float64Array {
  const { order } = layer.cloud;
  return Float64Array.from(order, (index) => values[index]);
}

/** The answer from the present state; allocates and releases, and disturbs nothing. */
function finish(
  run: PointsRun,
  status: Status,
  a: Float64Array,
  b: Float64Array,
  uniform: boolean,
  factor: number,
): ExactAnswer {
  const { workspace } = run;
  const { cloud: x } = run.xs[0];
  const { cloud: y } = run.ys[0];
  const plan = completed(run.plan(), a, b, uniform);
  const mark = workspace.mark();
  // f_i = min_j (c_ij - g_j). At the optimum that is f to rounding: a limit just above it spares most of the search.
  const present = workspace.f64(x.potential, x.n).slice();
  const limit = status === "optimal" ? present.map((value) => value + 4 * run.tolerance) : Infinity;
  const pieces = search(workspace, x, y, 1, limit);
  let step = pieces.next();
  while (step.done !== true) step = pieces.next();
  const found = workspace.i32(step.value.counts, x.n);
  const least = workspace.f64(step.value.values, x.n).map((value, i) => (found[i] === 1 ? value : present[i]));
  const price = workspace.f64(y.potential, y.n);
  const f = new Float64Array(x.n);
  const g = new Float64Array(y.n);
  for (let i = 0; i < x.n; i++) f[x.order[i]] = factor * least[i];
  for (let j = 0; j < y.n; j++) g[y.order[j]] = factor * price[j];
  workspace.release(mark);
  return {
    status,
    iterations: run.iterations,
    i: plan.i.map((i) => x.order[i]),
    j: plan.j.map((j) => y.order[j]),
    mass: plan.mass,
    f,
    g,
  };
}

/** Adds what `plan` leaves unshipped by the northwest corner rule in the order of the trees. */
function completed(plan: Forest, a: Float64Array, b: Float64Array, uniform: boolean): Forest {
  if (plan.i.length === 0) return staircase(a, b);
  if (!uniform) return plan;
  const i = [...plan.i];
  const j = [...plan.j];
  const rows = new Uint8Array(a.length);
  const columns = new Uint8Array(b.length);
  for (const row of plan.i) rows[row] = 1;
  for (const column of plan.j) columns[column] = 1;
  for (let row = 0, column = 0; row < a.length; row++) {
    if (rows[row] === 1) continue;
    while (columns[column] === 1) column++;
    i.push(row);
    j.push(column++);
  }
  return { i: Int32Array.from(i), j: Int32Array.from(j), mass: Float64Array.from(i, (row) => a[row]) };
}
