// Wasserstein coordinates: the derivative against differences, weights found again, corners, refusals.
import { describe, expect, it } from "vitest";
import { barycenter, wassersteinCoordinates } from "../../src/barycenter/index.ts";
import { withKernels } from "../../src/barycenter/kernels.ts";
import { readBarycenter } from "../../src/barycenter/problem.ts";
import { lossOf } from "../../src/barycenter/tape.ts";
import { cost } from "../../src/index.ts";
import { drain } from "../../src/run/solver.ts";
import { bell, masses } from "./measures.ts";

const n = 40;
const C = cost.grid([n]);
const inputs = [bell(n, 10, 3), bell(n, 30, 5), bell(n, 20, 2)];

describe("wassersteinCoordinates(image, inputs, C)", () => {
  it.each(["KL", "L2"] as const)("%s: the derivative is that of differences", (loss) => {
    const image = masses(n, 3).map((value) => 0.9 * value + 0.1 / n);
    const problem = readBarycenter(inputs, C, null, true);
    const at = (w: readonly number[]): { loss: number; slope: Float64Array } =>
      drain(withKernels(problem, 5, (kernels) => lossOf(kernels, problem, image, Float64Array.from(w), 5, 6, loss)));
    const weights = [0.5, 0.2, 0.3];
    const { slope } = at(weights);
    weights.forEach((_, k) => {
      const moved = (by: number): number => at(weights.map((w, l) => (l === k ? w + by : w))).loss;
      const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      expect(Math.abs(slope[k] - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(difference)));
    });
  });
  it("finds the weights of a barycenter again", () => {
    const { weights: image } = barycenter(inputs, C, [0.2, 0.5, 0.3], { epsilon: 5 });
    const { weights, value, certify } = wassersteinCoordinates(image, inputs, C, { epsilon: 5, rounds: 60 });
    [0.2, 0.5, 0.3].forEach((wanted, k) => expect(weights[k]).toBeCloseTo(wanted, 3));
    expect(value).toBeLessThan(1e-8);
    expect(certify().stationarityGap).toBeLessThan(1e-4);
  });
  it("is a corner where the image lies beyond one input", () => {
    const { weights } = wassersteinCoordinates(bell(n, 35, 5), inputs, C, { epsilon: 5, rounds: 30 });
    expect(weights[1]).toBeCloseTo(1, 6);
  });
  it("names what is wrong", () => {
    expect(() =>
      wassersteinCoordinates(
        bell(n, 3, 1).map((v) => 2 * v),
        inputs,
        C,
        { epsilon: 5 },
      ),
    ).toThrow(/The image weighs/);
    expect(() => wassersteinCoordinates(inputs[0], inputs, C, { epsilon: 5, rounds: 0 })).toThrow(/rounds/);
  });
});
