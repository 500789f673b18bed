// Gaussians and mixtures against POT's numbers (`gaussian.py`).
import { expect, test } from "vitest";
import {
  buresDistance,
  buresWassersteinDistance,
  gaussian,
  gaussianBarycenter,
  gaussianGromovWasserstein,
  gaussianMap,
  mixtureOf,
  mixturePdf,
  mixtureTransport,
} from "../../src/gaussian/index.ts";
import { cost } from "../../src/index.ts";

const s = gaussian(
  [1, 2],
  [
    [2, 0.5],
    [0.5, 1],
  ],
);
const t = gaussian(
  [-1, 0.5],
  [
    [1, -0.3],
    [-0.3, 3],
  ],
);
const u = gaussian(
  [0, 0],
  [
    [0.5, 0.1],
    [0.1, 0.4],
  ],
);
const source = mixtureOf([s, gaussian([0, 3], u.covariance)], [0.4, 0.6]);
const target = mixtureOf([t, gaussian([4, 1], u.covariance), gaussian([0, 0], s.covariance)], [0.3, 0.2, 0.5]);

function agrees(ours: ArrayLike<number>, pot: number[], digits = 12): void {
  expect(ours.length).toBe(pot.length);
  pot.forEach((value, k) => expect(ours[k]).toBeCloseTo(value, digits));
}

test("distances and the map are POT's", () => {
  expect(buresWassersteinDistance(s, t)).toBeCloseTo(2.6794237915954566, 12);
  expect(buresDistance(s.covariance, t.covariance)).toBeCloseTo(0.9640082234959271, 12);
  const { A, b } = gaussianMap(s, t);
  agrees(A.data, [0.7542862119573398, -0.3112527175344325, -0.3112527175344325, 1.8380243661358662]);
  agrees(b, [-1.1317807768884747, -2.8647960147373]);
});

test("gaussianBarycenter is POT's bures_wasserstein_barycenter", () => {
  const { gaussian: found } = gaussianBarycenter([s, t, u], [0.5, 0.3, 0.2]);
  agrees(found.mean, [0.2, 1.15]);
  agrees(found.covariance.data, [1.2979584008318077, 0.20681505602894776, 0.20681505602894776, 1.2966260057261796], 9);
});

test("gaussianGromovWasserstein is POT's gaussian_gromov_wasserstein_distance", () => {
  const D = gaussian(
    [0, 0, 0],
    [
      [3, 0, 0],
      [0, 2, 0],
      [0, 0, 0.5],
    ],
  );
  expect(gaussianGromovWasserstein(D, s).distance).toBeCloseTo(6.609560613309726, 12);
});

test("mixtures: costs, loss, plan, density and map are POT's", () => {
  const costs = [7.179311854967773, 10.6422361905951, 5, 8.613252954704448, 20, 9.642236190595103];
  agrees(cost.gaussians(source, target).block(0, 2), costs);
  const { value, plan, apply } = mixtureTransport(source, target);
  expect(value).toBeCloseTo(8.605093981708885, 12);
  agrees(plan.toDense().data, [0, 0.2, 0.2, 0.3, 0, 0.3]);
  const x = [
    [0.5, 1.5],
    [1, 3],
  ];
  agrees(mixturePdf(source, x), [0.0475942828812075, 0.1036379000987669]);
  agrees(apply(x).data, [1.5000220599236926, -0.294799649546213, 1.4133567891863723, 0.4321955197839505]);
});
