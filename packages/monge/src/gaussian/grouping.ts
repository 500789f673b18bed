// Lloyd's iterations on Gaussians: merge each group, then move every component to its best group, until the cost stops falling.
// Goldberger, Roweis (2004); Davis, Dhillon (2007) with the KL divergence, under which every step falls.
import { gaussianRecords, inUnit, lengthUnit, recordSize } from "../cost/gaussianRecords.ts";
import { gaussian } from "../kernels/gaussian.ts";
import { giveBack, lease, type Workspace } from "../kernels/workspace.ts";
import { random } from "../linalg/random.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { Progress, Status } from "../run/options.ts";
import { divergenceCentres } from "./divergenceCentres.ts";
import { mergeGroups } from "./moments.ts";
import { splitGroups } from "./splitting.ts";

/** What is grouped, and how. */
export interface GroupingProblem {
  readonly mixture: Mixture;
  readonly components: number;
  readonly cost: "wasserstein" | "kl";
  readonly start: "split" | "sample";
  readonly neighbours: number;
  readonly leastWeight: number;
  readonly tolerance: number;
  readonly seed: number;
}

/** Groups as plain data. */
export interface Grouping {
  readonly labels: Int32Array;
  readonly status: Status;
  readonly iterations: number;
  /** Relative fall of the cost in the last iteration. */
  readonly decrease: number;
  /** Share of the components whose nearest centre may lie beyond the neighbours that were looked at. */
  readonly open: number;
}

interface Driver {
  interrupted(): Status | null;
  elapsedMs(): number;
  offer(labels: () => Int32Array): void;
}

const rowsAtOnce = 8192;

/** Groups the components. */
export function* groupComponents(problem: GroupingProblem, driver: Driver): Generator<Progress, Grouping, void> {
  const workspace = lease(gaussian);
  let intact = false;
  try {
    const grouping = yield* iterate(problem, driver, workspace);
    intact = true;
    return grouping;
  } finally {
    // After a trap, or thrown into, the memory is in any state.
    if (intact) giveBack(workspace);
  }
}

function* iterate(problem: GroupingProblem, driver: Driver, workspace: Workspace): Generator<Progress, Grouping, void> {
  const { components, cost, leastWeight, tolerance } = problem;
  const unit = lengthUnit(problem.mixture);
  const mixture = unit === 1 ? problem.mixture : inUnit(problem.mixture, unit);
  const { rows: n } = mixture.means;
  const { weights } = mixture;
  const mass = weights.reduce((total, weight) => total + weight, 0);
  const side = place(mixture, components, problem.neighbours, cost, workspace);
  let labels: Int32Array = new Int32Array(n);
  let best = Infinity;
  let bestLabels = labels;
  let iterations = 0;
  let decrease = Infinity;
  let status: Status = "converged";
  driver.offer(() => compact(best < Infinity ? bestLabels : labels));
  yield progress("start");
  labels = problem.start === "split" ? splitGroups(mixture, components) : yield* sampleGroups();
  for (;;) {
    const count = side.centre(mergeGroups(mixture, labels, countOf(labels)));
    side.labels().set(labels);
    let changed = 0;
    let open = 0;
    for (let begin = 0; begin < n; begin += rowsAtOnce) {
      const [moved, unbounded] = side.reassign(begin, Math.min(n, begin + rowsAtOnce));
      changed += moved;
      open += unbounded;
      yield progress("groups");
    }
    // The cost of the groups as they were, under their own centres.
    const present = weighted(weights, side.own());
    const fell = best - present;
    const scale = cost === "kl" ? mass : best;
    if (fell > 0) {
      decrease = best === Infinity ? Infinity : scale > 0 ? fell / scale : 0;
      best = present;
      bestLabels = labels;
    }
    iterations++;
    const interrupted = driver.interrupted();
    const done = changed === 0 || !(fell > 0) || decrease <= tolerance;
    if (done || interrupted !== null) {
      status = done ? "converged" : (interrupted ?? "converged");
      const finished = leastWeight > 0 ? dissolve(bestLabels, leastWeight * mass) : bestLabels;
      return { labels: compact(finished), status, iterations, decrease: changed === 0 ? 0 : decrease, open: open / n };
    }
    labels = fillEmpty(side.labels().slice(), count, weights, side.costs());
  }

  function progress(phase: string): Progress {
    const error = Number.isFinite(decrease) ? decrease : Infinity;
    return { phase, iteration: iterations, error, elapsedMs: driver.elapsedMs() };
  }

  /** Components drawn by their weights as centres, and the nearest of them for each. */
  function* sampleGroups(): Generator<Progress, Int32Array, void> {
    const { uniform } = random(problem.seed);
    // The smallest of exponential times with these rates: a sample without replacement.
    const times = weights.map((weight) => -Math.log(1 - uniform()) / weight);
    const drawn = Array.from(times.keys())
      .sort((p, q) => times[p] - times[q])
      .slice(0, components);
    const identity = new Int32Array(n).fill(-1);
    drawn.forEach((i, label) => {
      identity[i] = label;
    });
    side.centre(pick(mixture, drawn));
    for (let begin = 0; begin < n; begin += rowsAtOnce) {
      side.nearest(begin, Math.min(n, begin + rowsAtOnce));
      yield progress("start");
    }
    const nearest = side.labels().slice();
    // A drawn component founds its own group, also where another one is the same.
    for (let i = 0; i < n; i++) if (identity[i] >= 0) nearest[i] = identity[i];
    return nearest;
  }

  /** The members of groups below `least` go to the nearest of the others; the heaviest group always stays. */
  function dissolve(given: Int32Array, least: number): Int32Array {
    const merged = mergeGroups(mixture, given, countOf(given));
    const heaviest = merged.weights.indexOf(merged.weights.reduce((most, weight) => Math.max(most, weight), 0));
    const kept = [...merged.weights.keys()].filter((label) => merged.weights[label] >= least || label === heaviest);
    if (kept.length === merged.weights.length) return given;
    const renamed = new Int32Array(merged.weights.length).fill(-1);
    kept.forEach((label, position) => {
      renamed[label] = position;
    });
    side.centre(pick(merged, kept));
    side.nearest(0, n);
    const nearest = side.labels();
    return given.map((label, i) => (renamed[label] >= 0 ? renamed[label] : nearest[i]));
  }
}

/** The data of a grouping in a workspace, and the kernels over it. */
function place(
  mixture: Mixture,
  components: number,
  neighbours: number,
  cost: "wasserstein" | "kl",
  workspace: Workspace,
) {
  const { rows: n, cols: d } = mixture.means;
  const size = recordSize(d);
  const width = Math.max(1, Math.min(neighbours, components - 1));
  const { call } = workspace;
  const reserve = (numbers: number): number => workspace.alloc(8 * numbers);
  const [x, costs, own] = [reserve(n * size), reserve(n), reserve(n)];
  const labels = workspace.alloc(4 * n);
  const [centres, reach] = [reserve(components * size), reserve(components * width)];
  const [near, order] = [workspace.alloc(4 * components * width), workspace.alloc(4 * components)];
  const scratch = reserve(d * d);
  const kl = cost === "kl";
  const [means, covariances, divergences] = kl
    ? [reserve(n * d), reserve(n * d * d), reserve(components * (1 + d + d * d))]
    : [0, 0, 0];
  workspace.f64(x, n * size).set(gaussianRecords(mixture, 1));
  if (kl) {
    workspace.f64(means, n * d).set(mixture.means.data);
    workspace.f64(covariances, n * d * d).set(mixture.covariances);
  }
  call["distanceScratch"](scratch);
  const axis = widestAxis(mixture);
  let count = 0;
  return {
    labels: () => workspace.i32(labels, n),
    costs: () => workspace.f64(costs, n),
    own: () => workspace.f64(own, n),
    /** Makes these the centres. */
    centre(merged: Mixture): number {
      count = merged.means.rows;
      workspace.f64(centres, count * size).set(gaussianRecords(merged, 1));
      const along = merged.means.data;
      workspace
        .i32(order, count)
        .set(
          Int32Array.from({ length: count }, (_, l) => l).sort(
            (p, q) => along[p * d + axis] - along[q * d + axis] || p - q,
          ),
        );
      call["neighbours"](d, size, centres, 0, count, order, count, axis, near, reach, width);
      if (kl) workspace.f64(divergences, count * (1 + d + d * d)).set(divergenceCentres(merged));
      return count;
    },
    /** Moves components [begin, end) to their best centre; how many moved, and how many may have a better one out of reach. */
    reassign(begin: number, end: number): [moved: number, open: number] {
      if (kl)
        return [
          call["divergenceNear"](d, means, covariances, begin, end, labels, costs, own, divergences, near, width),
          0,
        ];
      const moved = call["assignNear"](d, size, x, begin, end, labels, costs, own, centres, near, reach, width);
      return [moved, call["assignOpen"]()];
    },
    /** Gives components [begin, end) to the nearest of all centres. */
    nearest(begin: number, end: number): void {
      call["nearestAll"](d, size, x, begin, end, labels, costs, centres, order, count, axis);
    },
  };
}

/** The axis along which the means spread most. */
export function widestAxis({ means: { data, rows, cols } }: Mixture): number {
  let axis = 0;
  let widest = -1;
  for (let k = 0; k < cols; k++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < rows; i++) {
      low = Math.min(low, data[i * cols + k]);
      high = Math.max(high, data[i * cols + k]);
    }
    if (high - low > widest) {
      widest = high - low;
      axis = k;
    }
  }
  return axis;
}

/** Some components of a mixture. */
function pick({ means, covariances, weights }: Mixture, indices: readonly number[]): Mixture {
  const d = means.cols;
  const k = indices.length;
  const data = new Float64Array(k * d);
  const matrices = new Float64Array(k * d * d);
  indices.forEach((i, at) => {
    data.set(means.data.subarray(i * d, (i + 1) * d), at * d);
    matrices.set(covariances.subarray(i * d * d, (i + 1) * d * d), at * d * d);
  });
  const masses = Float64Array.from(indices, (i) => weights[i]);
  return { kind: "mixture", means: { data, rows: k, cols: d }, covariances: matrices, weights: masses };
}

/** Groups that lost everything get the components that pay most, one each, as long as these leave somebody behind. */
function fillEmpty(labels: Int32Array, count: number, weights: Float64Array, costs: Float64Array): Int32Array {
  const members = new Int32Array(count);
  for (const label of labels) members[label]++;
  const empty = [...members.keys()].filter((label) => members[label] === 0);
  if (empty.length === 0) return labels;
  const paying = Array.from(labels.keys()).sort((p, q) => weights[q] * costs[q] - weights[p] * costs[p] || p - q);
  for (const i of paying) {
    if (members[labels[i]] === 1) continue;
    const label = empty.pop();
    if (label === undefined) break;
    members[labels[i]]--;
    members[label]++;
    labels[i] = label;
  }
  return labels;
}

/** Renames the labels to 0, 1, .. in the order in which they appear. */
function compact(labels: Int32Array): Int32Array {
  const renamed = new Map<number, number>();
  return labels.map((label) => {
    const name = renamed.get(label) ?? renamed.size;
    renamed.set(label, name);
    return name;
  });
}

function countOf(labels: Int32Array): number {
  return labels.reduce((most, label) => Math.max(most, label + 1), 0);
}

function weighted(weights: Float64Array, values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] * values[i];
  return total;
}
