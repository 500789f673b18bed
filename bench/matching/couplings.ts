// What couplings between ellipsoids and ellipses are worth: Gromov-Wasserstein transport of several kinds on planted views, and what each part of the
// fused one adds. Prints the tables of docs/algorithms/matchingRoutes.md. Usage: node --import tsx bench/matching/couplings.ts [--n N] [--runs N]
import { parseArgs } from "node:util";
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
import { rotation, syntheticScene } from "./scenes.ts";

const { values: flags } = parseArgs({
  options: { n: { type: "string", default: "150" }, runs: { type: "string", default: "20" } },
});
const n = Number(flags.n);
const runs = Number(flags.runs);

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

const unconditioned: readonly [string, (given: Planted) => Plan][] = [
  [
    "Gromov-Wasserstein, means in space and in the picture",
    ({ scene, view }) => {
      const [x, y] = [scene.means, view.ellipses.means];
      return gromovWasserstein(cost.points(x), cost.points(y), null, null).plan;
    },
  ],
  [
    "mixture Gromov-Wasserstein (MGW2): Bures-Wasserstein distances within either side",
    ({ scene, view }) =>
      gromovWasserstein(buresCostMatrix(inUnits(scene)), buresCostMatrix(inUnits(view.ellipses)), null, null).plan,
  ],
];

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

const conditioned: readonly [string, Partial<GromovRoute>][] = [
  ["distances alone (alpha = 1)", { alpha: 1 }],
  ["log sizes and elongations alone (alpha = 0)", { alpha: 0 }],
  ["Bures distances of shapes alone (alpha = 0)", { alpha: 0, feature: "bures", shape: 0.25 }],
  ["fused with Bures distances of shapes", { feature: "bures", shape: 0.25 }],
  ["fused with log sizes and elongations", {}],
  ["the same without the partial problem", { kept: 0 }],
];

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

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const problems = Array.from({ length: runs }, (_, seed) => planted(seed));
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
console.log(`n = ${n}, ${runs} planted views\n`);
console.log("| coupling | mass on right pairs | right heaviest partners |\n|---|---|---|");
for (const [name, plan] of unconditioned) {
  const found = problems.map((given) => quality(plan(given), given.view));
  console.log(
    `| ${name} | ${percent(mean(found.map(({ mass }) => mass)))} | ${percent(mean(found.map(({ links }) => links)))} |`,
  );
}
console.log(
  "\n| along directions of view | first-ranked pose within 12 degrees | median degrees | CPU seconds |\n|---|---|---|---|",
);
for (const [name, route] of conditioned) {
  const begin = process.cpuUsage().user;
  const off = problems.map((given) => firstOff(given, route)).sort((p, q) => p - q);
  const seconds = (process.cpuUsage().user - begin) / 1e6 / runs;
  const hits = off.filter((value) => value < 12).length;
  console.log(`| ${name} | ${hits} of ${runs} | ${off[runs >> 1].toFixed(1)} | ${seconds.toFixed(1)} |`);
}
