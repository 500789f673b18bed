// The normal equations of a camera from the kernel, against those of whole projections taken apart in TypeScript.
import { describe, expect, test } from "vitest";
import { matching } from "../../src/kernels/matching.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { random } from "../../src/linalg/random.ts";
import { featureCount } from "../../src/matching/features.ts";
import { stepped, unknowns } from "../../src/matching/pose.ts";
import { normalEquations } from "../../src/matching/refine.ts";
import { simulateView } from "../../src/matching/simulate.ts";
import { openStage } from "../../src/matching/stage.ts";
import { readTask } from "../../src/matching/task.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";

const kinds = ["affine", "scaled-orthographic", "perspective"] as const;
const widths = { position: 0.03, shape: 0.2 };

describe.each(kinds)("a camera that is %s", (kind) => {
  const scene = ellipsoidScene(40, 3);
  const truth = seededCamera(kind, 4);
  const intrinsics = truth.projection === "perspective" ? truth.intrinsics : undefined;
  const { ellipses } = simulateView(scene, truth, { seed: 5 });
  const task = readTask(scene, ellipses, { camera: kind, intrinsics });
  const camera = task.problem.inward(truth);

  test.each([false, true])("has the equations of its weighted least squares, focal length free: %s", (freeFocal) => {
    withWorkspace(matching, (workspace) => {
      const stage = openStage(workspace, task.problem, task.stage);
      const { normal, uniform } = random(6);
      const at = stage.project(camera).slice();
      // A third of the ellipsoids have no partner: they must not count.
      const masses = Float64Array.from({ length: stage.n }, (_, i) => (i % 3 === 0 ? 0 : uniform()));
      const sums = new Float64Array(6 * stage.n);
      masses.forEach((mass, i) => {
        sums[6 * i] = mass;
        for (let c = 0; c < featureCount; c++) sums[6 * i + 1 + c] = mass * (at[featureCount * i + c] + 0.1 * normal());
      });
      const k = unknowns(camera, freeFocal);
      const slopes = Array.from({ length: k }, (_, p) => {
        const step = new Float64Array(k);
        step[p] = 1e-5;
        return stage.project(stepped(camera, step)).map((value, e) => (value - at[e]) / 1e-5);
      });
      const H = new Float64Array(k * k);
      const g = new Float64Array(k);
      at.forEach((now, e) => {
        const [i, c] = [Math.floor(e / featureCount), e % featureCount];
        const weight = 1 / (c < 2 ? widths.position : widths.shape) ** 2;
        for (let p = 0; p < k; p++) {
          g[p] += weight * slopes[p][e] * (sums[6 * i + 1 + c] - masses[i] * now);
          for (let q = 0; q < k; q++) H[p * k + q] += weight * masses[i] * slopes[p][e] * slopes[q][e];
        }
      });
      const found = normalEquations(stage, camera, sums, widths, freeFocal);
      const size = Math.max(...H);
      found.H.forEach((value, e) => {
        expect(Math.abs(value - H[e])).toBeLessThan(1e-9 * size);
      });
      const pull = Math.max(...g.map(Math.abs));
      found.g.forEach((value, p) => {
        expect(Math.abs(value - g[p])).toBeLessThan(1e-9 * pull);
      });
      // The stage shows the camera itself again, depths and all.
      const depths = stage.depths().slice();
      stage.project(camera);
      expect(depths).toEqual(stage.depths());
    });
  });
});
