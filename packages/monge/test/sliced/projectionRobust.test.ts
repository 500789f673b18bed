// The subspace in which clouds differ most: closed forms of shifts, bounds, one dimension against maxSliced, all of them against W2.
import { expect, it } from "vitest";
import { cost, emd, maxSliced, projectionRobust } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";

const cloud = (n: number, d: number, seed: number, stretch: (k: number) => number = () => 1) => {
  const rng = random(seed);
  return { data: Float64Array.from({ length: n * d }, (_, at) => stretch(at % d) * rng.normal()), rows: n, cols: d };
};

it("projectionRobust of a translate: the length of the shift, in any subspace that holds it; both bounds agree", () => {
  const x = cloud(30, 5, 1);
  const shift = [1, -2, 0, 0.5, 3];
  const y = { ...x, data: x.data.map((value, at) => value + shift[at % 5]) };
  const square = shift.reduce((total, value) => total + value * value, 0);
  for (const dimensions of [1, 2, 4]) {
    const found = projectionRobust(x, y, { dimensions });
    expect(found.value).toBeCloseTo(square, 6);
    const { lowerBound, upperBound } = found.certify();
    expect(lowerBound).toBeCloseTo(found.value, 10);
    expect(upperBound).toBeCloseTo(square, 6);
    const { data } = found.subspace;
    const held = Array.from({ length: dimensions }, (_, r) =>
      shift.reduce((total, value, c) => total + value * data[r * 5 + c], 0),
    );
    expect(held.reduce((total, value) => total + value * value, 0)).toBeCloseTo(square, 4);
  }
});

it("projectionRobust grows with the dimensions, between its bounds, from about maxSliced to W2^2", () => {
  const [x, y] = [cloud(40, 4, 2), cloud(35, 4, 3, (k) => (k < 2 ? 2.5 : 1))];
  const whole = emd(null, null, cost.points(x, y)).value;
  let before = 0;
  for (const dimensions of [1, 2, 3, 4]) {
    const { value, certify, plan, subspace } = projectionRobust(x, y, { dimensions, restarts: 3 });
    const { lowerBound, upperBound } = certify();
    expect(value).toBeGreaterThan(before);
    expect(value).toBeLessThanOrEqual(whole * (1 + 1e-9));
    expect(lowerBound).toBeLessThanOrEqual(upperBound * (1 + 1e-9));
    expect(plan.shape).toEqual([40, 35]);
    expect(subspace.rows).toBe(dimensions);
    if (dimensions === 1) expect(value).toBeGreaterThan(0.95 * maxSliced(x, y).value);
    if (dimensions === 4) expect(value).toBeCloseTo(whole, 9);
    before = value;
  }
});

it("projectionRobust sees the two coordinates that differ among many that do not", () => {
  const [x, y] = [cloud(80, 8, 4), cloud(80, 8, 5, (k) => (k < 2 ? 5 : 1))];
  const { subspace } = projectionRobust(x, y, { dimensions: 2 });
  let within = 0;
  for (let r = 0; r < 2; r++) for (let c = 0; c < 2; c++) within += subspace.data[r * 8 + c] ** 2;
  expect(within).toBeGreaterThan(1.9);
});

it("projectionRobust: bad options are named, equal clouds are at 0, limits stop it", () => {
  const x = cloud(10, 3, 6);
  expect(() => projectionRobust(x, x, { dimensions: 4 })).toThrow(/dimensions/);
  expect(projectionRobust(x, x).value).toBe(0);
  const early = projectionRobust(x, cloud(12, 3, 7), { maxIterations: 1, tolerance: 0 });
  expect(early.report.status).toBe("maxIterations");
  expect(early.value).toBeGreaterThan(0);
});
