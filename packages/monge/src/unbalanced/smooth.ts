// Unbalanced transport under KL, L2 and equality, exactly: the active set is fed row by row with the pair that is violated most.
// No matrix is kept: a row of costs is computed when it is looked at. Memory O(n + m).
import type { Marginal } from "../entropic/relaxed/penalty.ts";
import type { Potentials, Progress, Status } from "../run/options.ts";
import { completePotentials } from "../run/potentials.ts";
import type { RunControl } from "../run/solver.ts";
import { type ActiveSet, activeSet } from "./activeSet.ts";
import { type UnbalancedResult, unbalancedResult } from "./answer.ts";
import { prove } from "./certificate.ts";
import { type KeptPairs, keptPairs, type UnbalancedProblem } from "./problem.ts";
import type { Smooth } from "./response.ts";
import { stars } from "./start.ts";

/** A problem without total variation. */
export interface SmoothProblem extends UnbalancedProblem {
  readonly source: Smooth;
  readonly target: Smooth;
}

/** Pairs looked at between two signs of life, and arcs that come in. */
const pairsPerChunk = 1 << 18;
const pivotsPerChunk = 64;
/** A reduced cost this small beside its terms is rounding: potentials are sums along paths of a tree. */
const rounding = 1e-13;
/** The gap is looked at once fewer rows than this share have a violated pair, and every so many passes. */
const nearlyDone = 0.05;
const passesBetween = 8;
/** Looks without a smaller gap after which the rest is taken for rounding. */
const patience = 5;

/** Solves; `tolerance` is the relative duality gap to stop at. Iterations are arcs that came in. */
export function* solveSmooth(
  control: RunControl<UnbalancedResult>,
  problem: SmoothProblem,
  tolerance: number,
): Generator<Progress, UnbalancedResult, void> {
  const pairs = keptPairs(problem);
  const n = pairs.a.length;
  const m = pairs.b.length;
  const { source, target } = problem;
  const set = activeSet(pairs.a, pairs.b, source, target);
  const { i, j, price, flow } = stars(pairs, source, target);
  set.plant(i, j, price, flow);
  let gap = Infinity;
  let left = Infinity;
  const answer = (status: Status): UnbalancedResult =>
    toResult(problem, pairs, set, { status, error: gap, tolerance, elapsedMs: control.elapsedMs() });
  const progress = (): Progress => ({
    phase: "active set",
    iteration: set.pivots(),
    error: left,
    elapsedMs: control.elapsedMs(),
  });
  control.offer(() => answer("stopped"));
  yield progress();
  for (let pass = 1, idle = 0; ; pass++) {
    let found = 0;
    let looked = 0;
    let before = set.pivots();
    for (let row = 0; row < n; row++) {
      const interrupted = control.interrupted() ?? (set.pivots() >= control.maxIterations ? "maxIterations" : null);
      if (interrupted !== null) return answer(interrupted);
      if (enterBest(set, pairs.row(row), row, n, m)) found++;
      looked += m;
      if (looked < pairsPerChunk && set.pivots() - before < pivotsPerChunk) continue;
      looked = 0;
      before = set.pivots();
      yield progress();
    }
    left = n > 0 ? found / n : 0;
    if (left > nearlyDone && pass % passesBetween !== 0) continue;
    const { plan, potentials } = answer("stopped");
    const { relativeGap } = yield* prove({ ...problem, plan, potentials });
    idle = Math.abs(relativeGap) < gap ? 0 : idle + 1;
    gap = Math.min(gap, Math.abs(relativeGap));
    if (found === 0) return answer("optimal");
    if (gap <= tolerance) return answer("converged");
    if (idle >= patience) return answer("stalled");
  }
}

/** Lets the most violated pair of a row in; false where there is none. */
function enterBest(set: ActiveSet, row: Float64Array, i: number, n: number, m: number): boolean {
  const { potentials } = set;
  let best = -1;
  let least = Infinity;
  for (let j = 0; j < m; j++) {
    const g = potentials[n + j];
    // Each pair has its own rounding: a column that costs 1e12 must not hide the others.
    const reduced = row[j] - g + rounding * (Math.abs(row[j]) + Math.abs(g));
    if (reduced < least) {
      least = reduced;
      best = j;
    }
  }
  if (best < 0) return false;
  const f = potentials[i];
  if (!(least - f < -rounding * Math.abs(f))) return false;
  set.enter(i, best, row[best]);
  return true;
}

function toResult(
  problem: SmoothProblem,
  pairs: KeptPairs,
  set: ActiveSet,
  end: { status: Status; error: number; tolerance: number; elapsedMs: number },
): UnbalancedResult {
  const { forest } = set;
  const arcs = Int32Array.from(forest.row.keys()).filter((arc) => forest.row[arc] >= 0 && forest.flow[arc] > 0);
  const potentials = set.potentials.slice();
  return unbalancedResult(problem, {
    i: arcs.map((arc) => pairs.rows[forest.row[arc]]),
    j: arcs.map((arc) => pairs.cols[forest.column[arc]]),
    mass: Float64Array.from(arcs, (arc) => forest.flow[arc]),
    potentials: () => allPotentials(problem, pairs, potentials),
    report: {
      ...end,
      method: "activeSet",
      why: `${nameOf(problem.source)} and ${nameOf(problem.target)}: the optimum on a forest is known in closed form`,
      iterations: set.pivots(),
    },
  });
}

function nameOf(side: Marginal): string {
  return side === "equal" ? "equality" : `${side.kind} of strength ${side.strength}`;
}

/** Under KL, e^(-f / rho) is 0 from here on. */
const beyond = 800;

/** Potentials of atoms that were left out: those of an atom without flow where it has mass, else c-transforms, rows first. */
function allPotentials(problem: SmoothProblem, { rows, cols }: KeptPairs, kept: Float64Array): Potentials {
  const { cost, a, b, source, target } = problem;
  const [n, m] = cost.shape;
  // NaN marks a potential that is still to be found: it loses every comparison.
  const f = new Float64Array(n).fill(NaN);
  const g = new Float64Array(m).fill(NaN);
  // An atom with mass that was left out has no partner at all.
  const idle = (side: Smooth): number => (side === "equal" ? 0 : beyond * side.strength);
  for (let i = 0; i < n; i++) if (a[i] > 0) f[i] = idle(source);
  for (let j = 0; j < m; j++) if (b[j] > 0) g[j] = idle(target);
  // Beyond that no potential is worth more, and one of 1e12 would only show its rounding.
  const capped = (side: Smooth, value: number): number =>
    side !== "equal" && side.kind === "KL" ? Math.min(value, idle(side)) : value;
  for (let i = 0; i < rows.length; i++) f[rows[i]] = capped(source, kept[i]);
  for (let j = 0; j < cols.length; j++) g[cols[j]] = capped(target, kept[rows.length + j]);
  if (rows.length === n && cols.length === m) return { f, g };
  const potentials = { f, g };
  completePotentials(cost, potentials);
  return potentials;
}
