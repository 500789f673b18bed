// Poses by mass: the camera under which the whole scene, as a mixture, is moved onto the whole view at least cost.
//
// Block descent on MW2^2 = min over plans P between the weights of sum P_ij (|x_i - x_j|^2 + Bures^2(S_i, S_j)) (Delon, Desolneux 2020): an exact
// plan, then the Gauss-Newton step towards everybody's mean partner. For sides that were reduced independently, where nobody has a partner of
// his own; both must show all of the mass.
import { emd } from "../exact/emd.ts";
import { buresCostMatrix } from "../gaussian/costMatrix.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { Camera, Ellipses } from "./camera.ts";
import { project } from "./camera.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { solveNormal, stepped, unknowns } from "./pose.ts";
import { ellipsesMixture } from "./sides.ts";

/** The weights of both sides. */
export interface Masses {
  readonly scene: Float64Array;
  readonly view: Float64Array;
}

/** A pose and what it costs. */
export interface MassPose {
  readonly camera: Camera;
  /** MW2^2 in squared radii of the picture, per unit of mass. */
  readonly cost: number;
}

/** Steps at most, and the relative fall of the cost at which to stop. */
const mostSteps = 12;
const enough = 1e-3;
const difference = 1e-5;
/** Where things are put that are not in the picture, in radii of it. */
const far = 10;

/** Descends from a camera. */
export function* alignMasses(
  problem: NormalisedProblem,
  { scene: a, view: b }: Masses,
  start: Camera,
  steps: number = mostSteps,
): Generator<void, MassPose, void> {
  const { scene, view } = problem;
  const n = scene.count;
  const from = shares(a);
  const to = shares(b);
  let camera = start;
  let best: MassPose = { camera, cost: Infinity };
  let potentials: { f: Float64Array; g: Float64Array } | undefined;
  for (let step = 0; step <= steps; step++) {
    const seen = project(scene, camera);
    const solving = emd.steps(from, to, costs(seen, from, view, to), {
      warmStart: potentials,
      massTolerance: 1e-6,
    });
    let solved = solving.next();
    for (; !solved.done; solved = solving.next()) yield;
    const { value: cost, plan, potentials: duals } = solved.value;
    potentials = duals;
    const fell = cost < best.cost * (1 - enough);
    if (cost < best.cost) best = { camera, cost };
    if (!fell || step === steps) break;
    const target = new Float64Array(2 * n);
    const mass = new Float64Array(n);
    for (const [i, j, moved] of plan.entries()) {
      mass[i] += moved;
      target[2 * i] += moved * view.means[2 * j];
      target[2 * i + 1] += moved * view.means[2 * j + 1];
    }
    const next = towards(problem, camera, seen.means, target, mass);
    if (next === null) break;
    camera = next;
    yield;
  }
  return best;
}

function shares(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? weights.map((weight) => weight / total) : weights.map(() => 1 / weights.length);
}

/** Squared Bures-Wasserstein distances; what is behind the camera is far from everything. */
function costs(seen: Ellipses, from: Float64Array, view: Ellipses, to: Float64Array): Matrix {
  const means = seen.means.map((value) => (Number.isFinite(value) ? Math.max(-far, Math.min(far, value)) : far));
  return buresCostMatrix(ellipsesMixture({ ...seen, means }, from), ellipsesMixture(view, to));
}

/** The Gauss-Newton step for sum_i mass_i |x_i - target_i / mass_i|^2. */
function towards(
  { scene }: NormalisedProblem,
  camera: Camera,
  means: Float64Array,
  target: Float64Array,
  mass: Float64Array,
): Camera | null {
  const k = unknowns(camera, false);
  const step = new Float64Array(k);
  const moved = Array.from({ length: k }, (_, p) => {
    step.fill(0);
    step[p] = difference;
    return project(scene, stepped(camera, step)).means.slice();
  });
  const H = new Float64Array(k * k);
  const g = new Float64Array(k);
  const J = new Float64Array(k);
  for (let at = 0; at < means.length; at++) {
    const w = mass[at >> 1];
    if (!(w > 0) || !Number.isFinite(means[at])) continue;
    const miss = target[at] - w * means[at];
    for (let p = 0; p < k; p++) J[p] = (moved[p][at] - means[at]) / difference;
    for (let p = 0; p < k; p++) {
      g[p] += miss * J[p];
      for (let q = 0; q < k; q++) H[p * k + q] += w * J[p] * J[q];
    }
  }
  const found = solveNormal(H, g, 1e-6);
  return found === null ? null : stepped(camera, found);
}
