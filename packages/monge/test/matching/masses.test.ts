// Poses by mass: descents say whether they rest, and are compared where they do.
import { expect, test } from "vitest";
import type { Camera } from "../../src/matching/camera.ts";
import { alignMasses, type MassPose } from "../../src/matching/masses.ts";
import { massSearch } from "../../src/matching/massSearch.ts";
import { turned } from "../../src/matching/rotation.ts";
import { simulateView } from "../../src/matching/simulate.ts";
import { type MatchTask, readTask } from "../../src/matching/task.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";
import { degrees } from "./planted.ts";

function ended<T>(steps: Generator<void, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const truth = seededCamera("scaled-orthographic", 31);
const scene = ellipsoidScene(100, 30);
const { ellipses } = simulateView(scene, truth, { unseen: 0.3, noise: 0.02, covarianceNoise: 0.3, seed: 32 });
const task: MatchTask = readTask(scene, ellipses, { camera: "scaled-orthographic" });

function descend(from: Camera, steps?: number): MassPose {
  return ended(alignMasses(task.problem, task.weights, from, steps));
}

function tilted(radians: number): Camera {
  const camera = task.problem.inward(truth);
  if (camera.projection === "affine") throw new Error("no rotation");
  return { ...camera, R: turned(camera.R, radians, radians, 0) };
}

test("a descent lowers the cost, and more steps lower it further", () => {
  const start = descend(tilted(0.3), 0);
  const short = descend(tilted(0.3), 1);
  const long = descend(tilted(0.3), 12);
  expect(short.cost).toBeLessThan(start.cost);
  expect(long.cost).toBeLessThan(short.cost);
});

test("the pose of a search rests: descending further from it gains next to nothing", () => {
  if (truth.projection === "affine") throw new Error("no rotation");
  const vector = [truth.R[6] + 0.2, truth.R[7], truth.R[8]];
  const prior = { direction: { vector, degrees: 16 } };
  const found = ended(massSearch(task.problem, task.weights, prior, (p, q) => degrees(p, q) / 30));
  if (found === null) throw new Error("no pose");
  expect(found.rests).toBe(true);
  expect(found.margin).toBeGreaterThan(0);
  expect(descend(found.camera, 40).cost).toBeGreaterThan(0.998 * found.cost);
});
