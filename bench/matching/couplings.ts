// What couplings between ellipsoids and ellipses are worth: Gromov-Wasserstein transport of several kinds on planted views, and what each part of the
// fused one adds.
import { cost, type Plan, random } from "monge";
import { buresCostMatrix, type Mixture } from "monge/gaussian";
import { gromovWasserstein } from "monge/gromov";
import { type Camera, type SimulatedView, simulateView } from "monge/matching";
import { matching } from "../../packages/monge/src/kernels/matching.ts";
import { withWorkspace } from "../../packages/monge/src/kernels/workspace.ts";
import { type GromovRoute, gromovHypotheses, gromovRoute } from "../../packages/monge/src/matching/gromovRoute.ts";
import { directions, rotationAngle } from "../../packages/monge/src/matching/rotation.ts";
import { openStage } from "../../packages/monge/src/matching/stage.ts";
import { readTask } from "../../packages/monge/src/matching/task.ts";
import { meanOrNull, median } from "../statistics.ts";
import type { CouplingRow } from "./row.ts";
import { rotation, syntheticScene } from "./scenes.ts";

const n = 150;

/** One row: a plan between space and picture, or what conditions a plan along each direction of view. */
export interface CouplingCase {
  readonly asks: "coupling";
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  readonly how: ((given: Planted) => Plan) | Partial<GromovRoute>;
}

interface Planted {
  readonly scene: Mixture;
  readonly R: readonly number[];
  readonly view: SimulatedView;
}

function planted(seed: number): Planted {
  const scene = syntheticScene("ball", n, 40_000 + seed);
  const R = rotation(random(seed + 0.5).normal).flat();
  const camera: Camera = { projection: "scaled-orthographic", R, scale: 137, t: [300, 200] };
  const noise = { unseen: 0.2, spurious: 0.2, noise: 0.004, covarianceNoise: 0.1, seed };
  return { scene, R, view: simulateView(scene, camera, noise) };
}

/** The share of a plan's mass on right pairs, and of ellipses with a partner whose heaviest pair is the right one. */
function quality(plan: Plan, { origins }: SimulatedView): { mass: number; links: number } {
  let right = 0;
  let all = 0;
  const heaviest = new Map<number, { i: number; mass: number }>();
  for (const [i, j, mass] of plan.entries(0)) {
    all += mass;
    if (origins[j].includes(i)) right += mass;
    if (mass > (heaviest.get(j)?.mass ?? 0)) heaviest.set(j, { i, mass });
  }
  const real = origins.map((_, j) => j).filter((j) => origins[j].length > 0);
  const hits = real.filter((j) => origins[j].includes(heaviest.get(j)?.i ?? -1));
  return { mass: right / all, links: hits.length / real.length };
}

/** A mixture scaled so that its means have a second moment of 1: what is compared must have one unit. */
function inUnits(mixture: Mixture): Mixture {
  const { means, covariances, weights } = mixture;
  const { data, rows, cols } = means;
  const centre = Array.from({ length: cols }, (_, k) => {
    let sum = 0;
    for (let at = k; at < data.length; at += cols) sum += data[at];
    return sum / rows;
  });
  let square = 0;
  for (let at = 0; at < data.length; at++) square += (data[at] - centre[at % cols]) ** 2 / rows;
  return {
    kind: "mixture",
    means: { data: Float64Array.from(data, (value) => value / Math.sqrt(square)), rows, cols },
    covariances: covariances.map((value) => value / square),
    weights,
  };
}

/** Degrees between the pose that is ranked first and the planted one. */
function firstOff({ scene, R, view }: Planted, route: Partial<GromovRoute>): number {
  const task = readTask(scene, view.ellipses, { camera: "scaled-orthographic" });
  return withWorkspace(matching, (workspace) => {
    const stage = openStage(workspace, task.problem, task.stage);
    const run = gromovHypotheses(stage, task.problem, directions(200), { ...gromovRoute, ...route });
    for (;;) {
      const step = run.next();
      if (step.done !== true) continue;
      const { camera } = step.value[0];
      return camera.projection === "affine" ? 180 : (180 / Math.PI) * rotationAngle(camera.R, R);
    }
  });
}

const cases: readonly (readonly [name: string, title: string, how: CouplingCase["how"]])[] = [
  [
    "means",
    "Gromov-Wasserstein, means in space and in the picture",
    ({ scene, view }) => gromovWasserstein(cost.points(scene.means), cost.points(view.ellipses.means), null, null).plan,
  ],
  [
    "mgw2",
    "mixture Gromov-Wasserstein (MGW2): Bures-Wasserstein distances within either side",
    ({ scene, view }) =>
      gromovWasserstein(buresCostMatrix(inUnits(scene)), buresCostMatrix(inUnits(view.ellipses)), null, null).plan,
  ],
  ["distances", "distances alone (alpha = 1)", { alpha: 1 }],
  ["logarithms", "log sizes and elongations alone (alpha = 0)", { alpha: 0 }],
  ["bures", "Bures distances of shapes alone (alpha = 0)", { alpha: 0, feature: "bures", shape: 0.25 }],
  ["fused-bures", "fused with Bures distances of shapes", { feature: "bures", shape: 0.25 }],
  ["fused", "fused with log sizes and elongations", {}],
  ["fused-whole", "the same without the partial problem", { kept: 0 }],
];

/** All of them. */
export const couplingCases: readonly CouplingCase[] = cases.map(([name, title, how]) => ({
  asks: "coupling",
  name: `coupling-${name}`,
  title,
  runs: 10,
  how,
}));

/** Runs a case. */
export function measureCoupling({ name, title, how }: CouplingCase, runs: number, firstSeed: number): CouplingRow {
  const problems = Array.from({ length: runs }, (_, run) => planted(firstSeed + run));
  const begin = process.cpuUsage().user;
  const plans = typeof how === "function" ? problems.map((given) => quality(how(given), given.view)) : null;
  const off = typeof how === "function" ? null : problems.map((given) => firstOff(given, how));
  const seconds = (process.cpuUsage().user - begin) / 1e6 / runs;
  return {
    kind: "coupling",
    name,
    title,
    n,
    runs,
    mass: plans && meanOrNull(plans.map(({ mass }) => mass)),
    links: plans && meanOrNull(plans.map(({ links }) => links)),
    within: off === null ? null : off.filter((value) => value < 12).length,
    degrees: off && median(off),
    seconds,
  };
}
