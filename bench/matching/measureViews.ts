// Two views of a planted scene, matched together and one by one.
import { random } from "monge";
import { gaussianMixture, type Mixture } from "monge/gaussian";
import {
  type Camera,
  type MatchResult,
  matchGaussians,
  matchViews,
  type SceneView,
  type SimulatedView,
  simulateView,
} from "monge/matching";
import { meanOrNull, median, wilson } from "../statistics.ts";
import type { ViewsRow } from "./row.ts";
import { type SceneKind, syntheticScene } from "./scenes.ts";
import { angle, linkScore, plantedCamera } from "./truth.ts";
import type { ViewsCase } from "./views.ts";

const kinds: readonly SceneKind[] = ["ball", "clusters", "surface"];
/** Between the seeds of the two cameras. */
const apart = 500_000;

/** The motion between the coordinates of two cameras. */
function motion(from: Camera, to: Camera): SceneView["relative"] {
  if (from.projection === "affine" || to.projection === "affine") return undefined;
  const R = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => [0, 1, 2].reduce((sum, k) => sum + to.R[3 * i + k] * from.R[3 * j + k], 0)),
  );
  if (from.projection !== "perspective") return { R };
  const t = [0, 1, 2].map((i) => to.t[i] - [0, 1, 2].reduce((sum, k) => sum + R[3 * i + k] * from.t[k], 0));
  return { R, t };
}

/** A view of part of the scene, with origins in the whole of it. */
function partView(scene: Mixture, kept: readonly number[], camera: Camera, options: object): SimulatedView {
  const { means, covariances } = scene;
  const part = gaussianMixture(
    kept.map((i) => Array.from(means.data.subarray(3 * i, 3 * i + 3))),
    Float64Array.from(kept.flatMap((i) => Array.from(covariances.subarray(9 * i, 9 * i + 9)))),
    new Float64Array(kept.length).fill(1),
  );
  const view = simulateView(part, camera, options);
  return { ...view, origins: view.origins.map((of) => of.map((i) => kept[i])) };
}

interface Judged {
  readonly good: boolean;
  readonly degrees: number;
  readonly recall: number;
}

function judged(
  result: MatchResult,
  truth: Camera,
  view: SimulatedView,
  oracle: number,
  { coarse }: ViewsCase,
): Judged {
  const [, recall] = linkScore(result.matches, view);
  const off = angle(result.camera, truth);
  const near = coarse ? off < 3 : off < 1 && recall >= 0.97 * oracle;
  return { good: result.status === "converged" && near, degrees: off, recall };
}

/** Runs a case. */
export function measureViews(viewsCase: ViewsCase, runs: number, firstSeed: number): ViewsRow {
  const { camera, n, view, rig, hidden, require } = viewsCase;
  const alone: Judged[][] = [[], []];
  const together: Judged[][] = [[], []];
  const oracles: number[] = [];
  const [times, singleTimes]: number[][] = [[], []];
  const failures: number[] = [];
  let [successes, confidentlyWrong] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const seed = firstSeed + run;
    const scene = syntheticScene(kinds[seed % kinds.length], n, seed);
    const truths = [0, apart].map((shift) => plantedCamera(camera, scene, seed + shift));
    const { uniform } = random(seed + 0.25);
    const kept = Array.from({ length: n }, (_, i) => i).filter(() => uniform() >= hidden);
    const seen = truths.map((truth, v) => partView(scene, kept, truth, { ...view, seed: seed + v * apart }));
    const given = seen.map(({ ellipses }, v): SceneView => {
      const truth = truths[v];
      return {
        ellipses,
        camera,
        intrinsics: truth.projection === "perspective" ? truth.intrinsics : undefined,
        relative: rig && v > 0 ? motion(truths[0], truth) : undefined,
      };
    });
    const best = seen.map((of, v) => {
      const known = matchGaussians(scene, of.ellipses, { camera: truths[v] });
      return linkScore(known.matches, of)[1];
    });
    oracles.push(...best);
    const singleBegin = process.cpuUsage().user;
    const singles = given.map(({ ellipses, intrinsics }) => matchGaussians(scene, ellipses, { camera, intrinsics }));
    const begin = process.cpuUsage().user;
    const joint = matchViews(scene, given);
    times.push((process.cpuUsage().user - begin) / 1e6);
    singleTimes.push((begin - singleBegin) / 1e6);
    const own = joint.views.map((result, v) => judged(result, truths[v], seen[v], best[v], viewsCase));
    own.forEach((one, v) => {
      together[v].push(one);
      alone[v].push(judged(singles[v], truths[v], seen[v], best[v], viewsCase));
    });
    if (joint.status === "converged" && own.some(({ degrees }) => degrees > 3)) confidentlyWrong++;
    if (joint.status === "converged" && own.every(({ good }) => good)) successes++;
    else failures.push(seed);
  }
  const count = (of: readonly Judged[]): number => of.filter(({ good }) => good).length;
  const middle = (of: readonly Judged[]): number => median(of.map(({ degrees }) => degrees));
  const recall = (of: readonly Judged[]): number | null => meanOrNull(of.map((one) => one.recall));
  const single = alone.map((of) => ({ successes: count(of), degrees: middle(of), recall: recall(of) }));
  const degrees = Math.max(...together.map(middle));
  const better = Math.max(...single.map((of) => of.successes));
  // Better than the better view: no rarer, and where every pose is bound to the others, nearer.
  const nearer = !rig || degrees < Math.min(...single.map((of) => of.degrees));
  return {
    kind: "views",
    name: viewsCase.name,
    title: viewsCase.title,
    runs,
    successes,
    interval: wilson(successes, runs),
    confidentlyWrong,
    degrees,
    recall: recall(together.flat()),
    oracleRecall: meanOrNull(oracles),
    single,
    seconds: [median(times), median(singleTimes)],
    require,
    met: successes >= (require.success ?? 0) * runs - 1e-9 && successes >= better && nearer && confidentlyWrong === 0,
    failures: failures.slice(0, 10),
  };
}
