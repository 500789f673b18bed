// Maps of critics: where they send points, what their files hold, how they stop, and that they go on after a kill.
import { describe, expect, test } from "vitest";
import { isOtError } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";
import { mlp, type W1MapOptions, type W1MapResult, w1Map, w1MapFromBytes } from "../../src/potential/index.ts";
import { normals, sphere } from "../generators/samplers.ts";

const [here, there] = [normals([1, 0], 0.2), normals([0, 0], 0.2)];
const tiny = { net: mlp(2, [9, 5]), critics: 3, steps: 11, batch: 6, evaluationPoints: 40, poolPoints: 50, seed: 4 };
const bits = ({ critics, stepSizes, curve }: W1MapResult): unknown => [critics.map((u) => u.weights), stepSizes, curve];

function rows(count: number, x: number): number[][] {
  const draw = random(x);
  return Array.from({ length: count }, () => [x + 0.2 * draw.normal(), 0.2 * draw.normal()]);
}

describe("w1Map", () => {
  const shift = w1Map(here, there, { net: mlp(2, [32, 32]), critics: 3, steps: 300, poolPoints: 2048 });

  test("carries a law onto its shift: W1 falls, and points it never saw move by the shift", () => {
    expect(Math.abs(shift.curve[0].estimate - 1)).toBeLessThan(0.03);
    expect(shift.curve[2].estimate).toBeLessThan(0.1 * shift.curve[0].estimate);
    const points = rows(200, 1);
    const { data } = shift.apply(points);
    const off = points.map(([x, y], i) => Math.hypot(data[2 * i] - (x - 1), data[2 * i + 1] - y));
    expect(off.reduce((sum, value) => sum + value, 0) / 200).toBeLessThan(0.06);
  });

  test("certify() compares exact W1 before and after with that of two samples of the target", () => {
    const { before, estimate, floor, moved, kind } = shift.certify({ count: 256 });
    expect(kind).toBe("statistical");
    expect(before).toBeGreaterThan(0.9);
    expect(floor).toBeGreaterThan(0.01);
    expect(estimate).toBeLessThan(floor + 0.1);
    expect(moved).toBeGreaterThanOrEqual(before - estimate - 0.02);
  });

  test("comes back from its file with the same bits, and refuses damaged ones", () => {
    const bytes = shift.toBytes();
    const again = w1MapFromBytes(bytes);
    const points = rows(20, 3);
    expect(again.apply(points)).toEqual(shift.apply(points));
    expect(again.apply(points, { critics: 1 })).toEqual(shift.apply(points, { critics: 1 }));
    expect(again.curve).toEqual(shift.curve);
    expect(again.explain()).toBe(shift.explain());
    expect(again.toBytes()).toEqual(bytes);
    for (let at = 0; at < bytes.length; at += 701) {
      const damaged = bytes.slice();
      damaged[at] ^= 1;
      let error: unknown;
      try {
        w1MapFromBytes(damaged);
      } catch (thrown) {
        error = thrown;
      }
      expect(isOtError(error) && error.code).toBe("CorruptFile");
    }
  });

  test("explains itself", () => {
    const text = shift.explain();
    expect(text).toMatch(/^Transports points of 2 coordinates by 3 critics one after the other, each a net 2-32-32-1/);
    expect(text).toMatch(/critic 0: W1 (1|1\.0\d|0\.9\d*) \+- /);
    expect(text).toMatch(/because 3 critics/);
  });

  test.each<[string, W1MapOptions]>([
    ["pushed pool, mean step", {}],
    ["batches through all critics", { pool: "through" }],
    ["steps to the ends of rays", { step: "ray" }],
  ])("resumed after any step of any critic it ends with the bits of an uninterrupted run: %s", (_, extra) => {
    const options = { ...tiny, ...extra };
    const whole = bits(w1Map(here, there, options));
    const states: Uint8Array[] = [];
    const save = (state: Uint8Array): void => void states.push(state);
    w1Map(here, there, { ...options, checkpoint: { every: 1, save } });
    expect(states.length).toBe(22 + 11 + 11);
    for (let k = 0; k < states.length; k += 3)
      expect(bits(w1Map(here, there, { ...options, resume: states[k] }))).toEqual(whole);
    expect(() => w1Map(here, there, { ...options, resume: states[5], theta: 0.5 })).toThrow(/theta 0.9, not 0.5/);
  });

  test("applied to the points that it was trained on, gives those that the last critic was to see", () => {
    const [x, y] = [rows(30, 1), rows(30, 0)];
    const map = w1Map(x, y, tiny);
    const moved = map.apply(x, { critics: 1 });
    const length = x.reduce(
      (sum, row, i) => sum + Math.hypot(moved.data[2 * i] - row[0], moved.data[2 * i + 1] - row[1]),
      0,
    );
    expect(length / 30).toBeCloseTo(map.curve[0].moved, 5);
    expect(map.apply(x, { critics: 0 }).data[5]).toBeCloseTo(x[2][1], 6);
  });

  test("stops by its rules, and says by which", () => {
    const net = mlp(2, [16, 16]);
    const below = w1Map(here, there, { ...tiny, net, batch: 64, steps: 200, critics: 6, stopBelow: 0.5 });
    expect(below.report.status).toBe("converged");
    expect(below.critics.length).toBeLessThan(6);
    expect(below.explain()).toMatch(/fell below the share/);
    const same = w1Map(there, there, { ...tiny, critics: 9, patience: 2 });
    expect(same.report.status).toBe("stalled");
    expect(same.critics.length).toBeLessThan(9);
  });

  test("ends where validation scored best, after none at all if no critic helped, and trains no more than patience allows", () => {
    const scored = (scores: readonly number[], extra: W1MapOptions = {}): W1MapResult =>
      w1Map(here, there, { ...tiny, critics: 6, ...extra, validate: ({ critics }) => scores[critics.length] });
    const cut = scored([3, 5, 4, 6, 2, 1, 0], { patience: 2 });
    expect([cut.critics.length, cut.curve.length, cut.report.status]).toEqual([3, 3, "stalled"]);
    expect(cut.description.scores).toEqual([3, 5, 4, 6, 2, 1]);
    expect(cut.explain()).toMatch(/best after 3 of the 5 critics/);
    expect(w1MapFromBytes(cut.toBytes()).description.scores).toEqual(cut.description.scores);
    const none = scored([3, 2, 1, 0, 0, 0, 0], { patience: 2 });
    expect([...none.apply([[7, -2]]).data]).toEqual([7, -2]);
    expect(none.explain()).toMatch(/identity.*best after 0 of the 2 critics/);
    const states: Uint8Array[] = [];
    const scores = [3, 5, 4, 6, 2, 1, 0];
    const checkpoint = { every: 5, save: (state: Uint8Array): void => void states.push(state) };
    const whole = scored(scores, { checkpoint });
    for (let k = 0; k < states.length; k += 4) {
      const again = scored(scores, { resume: states[k] });
      expect(bits(again)).toEqual(bits(whole));
      expect(again.description.scores).toEqual(scores);
    }
  });

  test("a run that is stopped keeps the critics that are finished; its snapshot, too", () => {
    const seen: number[] = [];
    const stopped = w1Map(here, there, {
      ...tiny,
      steps: 120,
      onProgress: ({ iteration, steps, critic }) => {
        seen.push(iteration, critic);
        expect(steps).toBe(480);
      },
      stopWhen: ({ critic, iteration }) => critic === 1 && iteration > 240,
    });
    expect(seen.length).toBeGreaterThan(1);
    expect([stopped.report.status, stopped.critics.length]).toEqual(["stopped", 1]);
    const early = w1Map(here, there, { ...tiny, maxIterations: 3 });
    expect(early.critics.length).toBe(0);
    expect(early.apply([[2, 3]]).data).toEqual(new Float64Array([2, 3]));
    expect(early.explain()).toMatch(/^The identity/);
    const run = w1Map.steps(here, there, tiny);
    run.next();
    expect(run.snapshot().critics.length).toBe(0);
  });

  test("steps to the ends of rays carry circles onto circles in one step, mean steps too", () => {
    const points = Array.from({ length: 60 }, (_, k) => [2 * Math.cos(k), 2 * Math.sin(k)]);
    for (const step of ["mean", "ray"] as const) {
      const options = { net: mlp(2, [64, 64]), critics: 1, firstSteps: 600, theta: 1, step, poolPoints: 1024 };
      const { data } = w1Map(sphere(2, 2), sphere(2, 1), options).apply(points);
      const radii = points.map((_, i) => Math.hypot(data[2 * i], data[2 * i + 1]));
      expect(Math.abs(radii.reduce((sum, radius) => sum + radius, 0) / 60 - 1)).toBeLessThan(0.15);
    }
  });

  test("refuses points of another dimension, and more critics than it has", () => {
    expect(() => shift.apply([[1, 2, 3]])).toThrow(/3 coordinates/);
    expect(() => shift.apply([[1, 2]], { critics: 4 })).toThrow(/critics is 4/);
  });
});
