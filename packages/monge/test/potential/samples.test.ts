// What points critics take, and what they say of those that they do not take.
import { expect, test } from "vitest";
import { isOtError } from "../../src/index.ts";
import { type Sampler, type Samples, trainCritic, w1Map } from "../../src/potential/index.ts";
import { normals } from "../generators/samplers.ts";

const fine: Samples = [
  [0, 1],
  [1, 0],
];
const law = (shape: readonly number[], value = 0): Sampler => ({ shape, draw: (_, __, out) => void out.fill(value) });

const refused: [string, Samples, Samples, string, RegExp][] = [
  ["no rows", [], fine, "InvalidShape", /source holds no points/],
  ["no target", fine, [], "InvalidShape", /target holds no points/],
  ["no coordinates", [[], []], fine, "InvalidShape", /source holds no points/],
  [
    "NaN in a row",
    [
      [0, 1],
      [2, Number.NaN],
    ],
    fine,
    "InvalidValue",
    /source holds NaN at row 1, column 1/,
  ],
  ["an infinite coordinate", fine, [[Infinity, 0]], "InvalidValue", /target holds Infinity at row 0, column 0/],
  ["what f32 cannot hold", fine, [[0, 1e40]], "InvalidValue", /1e\+40 at row 0, column 1/],
  ["unequal dimensions", fine, [[1, 2, 3]], "InvalidShape", /source is of 2 coordinates, the target of 3/],
  ["unequal channels", law([1, 2, 2]), law([3, 2, 2]), "InvalidShape", /1 x 2 x 2 .* 3 x 2 x 2/],
  ["unequal sides with as many pixels", law([1, 2, 8]), law([1, 4, 4]), "InvalidShape", /1 x 2 x 8/],
  [
    "NaN pixels from a sampler",
    law([1, 2, 2], Number.NaN),
    law([1, 2, 2]),
    "InvalidValue",
    /source holds NaN at coordinate 0 of point 0/,
  ],
  ["a sampler of a strange shape", law([2, 2]), fine, "InvalidShape", /source holds no points: its shape is \[2,2\]/],
];

test.each(refused)("trainCritic and w1Map refuse %s, and say where", (_, source, target, code, message) => {
  for (const train of [trainCritic, w1Map]) {
    let error: unknown;
    try {
      train(source, target, { steps: 1 });
    } catch (thrown) {
      error = thrown;
    }
    expect(isOtError(error) && error.code).toBe(code);
    expect((error as Error).message).toMatch(message);
  }
});

test.each([
  ["steps", { steps: 0 }],
  ["batch", { batch: 1.5 }],
  ["penalty", { penalty: 0 }],
  ["learningRate", { learningRate: Number.NaN }],
  ["decay", { decay: 2 }],
  ["betas", { betas: [0.5, 1] as const }],
  ["evaluationPoints", { evaluationPoints: 1 }],
  ["theta", { theta: 0 }],
  ["critics", { critics: 0 }],
  ["stopBelow", { stopBelow: 1 }],
  ["patience", { patience: 0 }],
  ["pool", { pool: "sea" as "push" }],
  ["step", { step: "leap" as "mean" }],
])("an option out of range is named: %s", (name, options) => {
  const run = (): unknown => w1Map(normals([0, 0], 1), normals([1, 0], 1), options);
  expect(run).toThrow(expect.objectContaining({ argument: `options.${name}` }));
});
