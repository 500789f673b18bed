// Trained critics against closed forms, and what every solver owes: same bits, stops, snapshots, no shared memory.
import { describe, expect, test } from "vitest";
import { cost, emd, isOtError } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";
import { mlp, type TrainResult, trainCritic } from "../../src/potential/index.ts";
import { normals, sphere } from "../generators/samplers.ts";

const small = { net: mlp(2, [32, 32]), steps: 400, evaluationPoints: 4096 };
const [here, there] = [normals([1, 0], 0.2), normals([0, 0], 0.2)];
const bits = ({ critic, w1, curve }: TrainResult): unknown => [critic.weights, w1, curve];

describe("trainCritic", () => {
  test("between a law and its shift finds u linear along the shift, and W1 = |shift|", () => {
    const { critic, w1, report } = trainCritic(here, there, small);
    expect(report.status).toBe("maxIterations");
    expect(Math.abs(w1.estimate - 1)).toBeLessThan(0.03);
    const draw = random(5);
    const points = Array.from({ length: 200 }, () => [draw.uniform(), 0.2 * draw.normal()]);
    const { data } = critic.evaluate(points).gradients;
    const cosines = points.map((_, i) => data[2 * i] / Math.hypot(data[2 * i], data[2 * i + 1]));
    expect(cosines.reduce((sum, value) => sum + value, 0) / 200).toBeGreaterThan(0.98);
  });

  test("between concentric circles finds u = |x|, and W1 = the difference of the radii", () => {
    const { critic, w1 } = trainCritic(sphere(2, 2), sphere(2, 1), { ...small, net: mlp(2, [64, 64]), steps: 600 });
    expect(Math.abs(w1.estimate - 1)).toBeLessThan(0.03);
    const points = Array.from({ length: 100 }, (_, k) => [1.5 * Math.cos(k), 1.5 * Math.sin(k)]);
    const { data } = critic.evaluate(points).gradients;
    const cosines = points.map(
      ([x, y], i) => (data[2 * i] * x + data[2 * i + 1] * y) / 1.5 / Math.hypot(data[2 * i], data[2 * i + 1]),
    );
    expect(cosines.reduce((sum, value) => sum + value, 0) / 100).toBeGreaterThan(0.98);
  });

  test("corrects the excess that the penalty leaves: the flow's length is nearer to W1 than either dual value", () => {
    const { w1 } = trainCritic(here, there, { ...small, penalty: 4 });
    expect(w1.dual).toBeGreaterThan(w1.penalised);
    expect(w1.penalised).toBeGreaterThan(1.03);
    expect(Math.abs(w1.estimate - 1)).toBeLessThan(Math.abs(w1.penalised - 1) / 2);
  });

  test("certify() bounds W1 of given points from both sides, above by the exact solver", () => {
    const draw = random(1);
    const cloud = (x: number): number[][] =>
      Array.from({ length: 60 }, () => [x + 0.3 * draw.normal(), 0.3 * draw.normal()]);
    const [x, y] = [cloud(1), cloud(0)];
    const certificate = trainCritic(x, y, { ...small, steps: 200 }).certify();
    const exact = emd(null, null, cost.points(x, y, "euclidean")).value;
    expect(certificate.kind).toBe("statistical");
    expect(certificate.upperBound).toBeCloseTo(exact, 5);
    expect(certificate.upperStandardError).toBe(0);
    expect(certificate.lowerBound).toBeLessThan(exact);
    expect(certificate.lowerBound).toBeGreaterThan(0.5 * exact);
  });

  test("certify() on samples that were held out", () => {
    const { certify } = trainCritic(here, there, { ...small, steps: 100 });
    const far = certify({ source: normals([3, 0], 0.2), exactPoints: 100 });
    expect(far.upperBound).toBeGreaterThan(2.8);
    expect(far.subsamples).toBe(4);
  });

  test("gives the same bits again, in all three forms, also when two runs advance in turn", async () => {
    const options = { ...small, steps: 60, evaluationPoints: 64 };
    const solo = bits(trainCritic(here, there, options));
    const other = bits(trainCritic(there, here, options));
    expect(bits(await trainCritic.async(here, there, options))).toEqual(solo);
    const [first, second] = [trainCritic.steps(here, there, options), trainCritic.steps(there, here, options)];
    const live = new Set([first, second]);
    while (live.size > 0) for (const run of live) if (run.next().done) live.delete(run);
    expect(bits(first.result as TrainResult)).toEqual(solo);
    expect(bits(second.result as TrainResult)).toEqual(other);
    expect(bits(trainCritic(here, there, { ...options, seed: 1 }))).not.toEqual(solo);
  });

  test("tells how far it is, and stops with a critic when told to", () => {
    const seen: number[] = [];
    const stopped = trainCritic(here, there, {
      ...small,
      onProgress({ iteration, steps, remainingMs, slope, penalised }) {
        seen.push(iteration);
        expect(steps).toBe(400);
        expect(remainingMs).toBeGreaterThanOrEqual(0);
        expect(slope.max).toBeGreaterThanOrEqual(slope.mean);
        expect(Number.isFinite(penalised)).toBe(true);
      },
      stopWhen: ({ iteration }) => iteration >= 50,
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(stopped.report.status).toBe("stopped");
    expect(stopped.report.iterations).toBe(seen.at(-1));
    expect(trainCritic(here, there, { ...small, maxIterations: 7 }).report.iterations).toBe(7);
    expect(trainCritic(here, there, { ...small, timeLimitMs: 0 }).report.status).toBe("timeLimit");
  });

  test("shows the critic so far, undisturbed", () => {
    const options = { ...small, steps: 100, evaluationPoints: 64 };
    const run = trainCritic.steps(here, there, options);
    run.next();
    expect(run.snapshot().report.status).toBe("stopped");
    let step = run.next();
    while (!step.done) step = run.next();
    expect(bits(step.value)).toEqual(bits(trainCritic(here, there, options)));
  });

  test("starts from another critic, and refuses one of another net", () => {
    const { critic } = trainCritic(here, there, small);
    const warm = trainCritic(here, there, { warmStart: critic, steps: 5, penalty: 20 });
    expect(Math.abs(warm.w1.estimate - 1)).toBeLessThan(0.1);
    expect(() => trainCritic(here, there, { ...small, warmStart: critic, net: mlp(2, [8]) })).toThrow(/another net/);
  });

  test("says so where the rate is so high that weights overflow, and can be aborted", async () => {
    let error: unknown;
    try {
      trainCritic(here, there, { ...small, learningRate: 1e30 });
    } catch (thrown) {
      error = thrown;
    }
    expect(isOtError(error, "InvalidValue")).toBe(true);
    const reason = new Error("enough");
    await expect(trainCritic.async(here, there, { ...small, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
