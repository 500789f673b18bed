// Several views of one scene: one pose for a rig is found where single views fail, and views tell each other what is there.
import { describe, expect, it } from "vitest";
import { gaussianMixture, type Mixture } from "../../src/gaussian/index.ts";
import { isOtError } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";
import { type Camera, matchGaussians, matchViews, type SceneView, simulateView } from "../../src/matching/index.ts";
import { presenceIn } from "../../src/matching/presence.ts";
import { randomRotation, turned } from "../../src/matching/rotation.ts";
import { ballOf, degrees, ellipsoid, linksOf } from "./planted.ts";

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const relativeR = turned(identity, 0.1, 0.9, 0.2);
const times = (P: ArrayLike<number>, Q: ArrayLike<number>, columns: number): number[] =>
  Array.from({ length: 3 * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return P[3 * i] * Q[j] + P[3 * i + 1] * Q[columns + j] + P[3 * i + 2] * Q[2 * columns + j];
  });
const intrinsics = { fx: 800, fy: 820, cx: 320, cy: 240 };

/** Two cameras and the motion between them. */
function rigOf(
  kind: "perspective" | "scaled-orthographic",
  seed: number,
): { cameras: Camera[]; relative: SceneView["relative"] } {
  const R = randomRotation(random(seed));
  const S = times(relativeR, R, 3);
  if (kind === "scaled-orthographic") {
    return {
      cameras: [
        { projection: kind, R, scale: 137, t: [300, 200] },
        { projection: kind, R: S, scale: 120, t: [10, 20] },
      ],
      relative: { R: relativeR },
    };
  }
  const [t, u] = [
    [0.1, -0.1, 4],
    [0.2, 0.1, 4.4],
  ];
  const moved = times(relativeR, t, 1);
  return {
    cameras: [
      { projection: kind, R, t, intrinsics },
      { projection: kind, R: S, t: u, intrinsics },
    ],
    relative: { R: relativeR, t: u.map((value, k) => value - moved[k]) },
  };
}

const hard = { unseen: 0.3, spurious: 0.3, crop: 0.5, noise: 0.02, covarianceNoise: 0.3 };

describe("matchViews(ellipsoids, views) with relative motions", () => {
  const views = (kind: "perspective" | "scaled-orthographic", n: number, seed: number) => {
    const scene = ballOf(n, seed);
    const { cameras, relative } = rigOf(kind, seed);
    const seen = cameras.map((camera, v) => simulateView(scene, camera, { ...hard, seed: 10 * seed + v }));
    const given = seen.map(({ ellipses }, v): SceneView => {
      return { ellipses, camera: kind, intrinsics, relative: v > 0 ? relative : undefined };
    });
    return { scene, cameras, seen, given };
  };

  it.each([
    ["perspective", 80, 51],
    ["perspective", 80, 53],
    ["scaled-orthographic", 80, 56],
    ["scaled-orthographic", 80, 54],
  ] as const)(
    "%s, n = %d: one pose for two views, half of either cut off, 30 % unseen and spurious",
    (kind, n, seed) => {
      const { scene, cameras, given } = views(kind, n, seed);
      const { status, views: found, score, certify } = matchViews(scene, given);
      expect(status).toBe("converged");
      for (const [v, { camera }] of found.entries()) expect(degrees(camera, cameras[v])).toBeLessThan(2.5);
      // Rigid to each other, as they were said to be.
      const [R, S] = found.map(({ camera }) => (camera as Extract<Camera, { R: ArrayLike<number> }>).R);
      for (const [k, value] of times(relativeR, R, 3).entries()) expect(S[k]).toBeCloseTo(value, 6);
      expect(score).toBeCloseTo(found[0].score + found[1].score, 6);
      // Cameras bound to each other can gain no more by a step than free ones.
      const { objective, lowerBound, stationarityGap } = certify();
      expect(-objective).toBeGreaterThan(score - 1e-6);
      expect(lowerBound).toBeCloseTo(objective, 6);
      const free = found.reduce((sum, view) => sum + view.certify().stationarityGap, 0);
      expect(stationarityGap).toBeGreaterThanOrEqual(0);
      expect(stationarityGap).toBeLessThanOrEqual(free * (1 + 1e-6));
    },
  );

  it("finds it where single views do not", () => {
    const { scene, cameras, seen, given } = views("perspective", 30, 55);
    const alone = seen.map(({ ellipses }) => matchGaussians(scene, ellipses, { camera: "perspective", intrinsics }));
    const together = matchViews(scene, given);
    const off = (results: readonly { camera: Camera }[]): number =>
      Math.max(...results.map(({ camera }, v) => degrees(camera, cameras[v])));
    expect(together.score).toBeGreaterThan(alone[0].score);
    expect(together.score).toBeGreaterThan(alone[1].score);
    expect(off(together.views)).toBeLessThan(off(alone));
    const right = (results: typeof together.views): number =>
      results.reduce((sum, result, v) => sum + linksOf(result, seen[v]).right, 0);
    expect(right(together.views)).toBeGreaterThan(right(alone));
  });

  it("tells the poses of a fourfold scene apart by a second view that shows what breaks the symmetry", () => {
    const { scene, odd } = fourfold(10, 24, 5);
    const { cameras, relative } = rigOf("scaled-orthographic", 3);
    const clean = { noise: 0.004, covarianceNoise: 0.1 };
    const [first, second] = cameras.map((camera, v) => simulateView(scene, camera, { ...clean, seed: v }));
    const symmetric = without(first.ellipses, (j) => first.origins[j].some((i) => odd.has(i)));
    const options = { camera: "scaled-orthographic" } as const;
    const single = matchGaussians(scene, symmetric, options);
    expect(single.status).toBe("ambiguous");
    expect(single.alternatives).toHaveLength(3);
    const together = matchViews(scene, [
      { ellipses: symmetric, ...options },
      { ellipses: second.ellipses, ...options, relative },
    ]);
    expect(together.status).toBe("converged");
    for (const [v, { camera }] of together.views.entries()) expect(degrees(camera, cameras[v])).toBeLessThan(1);
  });
});

describe("matchViews(ellipsoids, views) without motions", () => {
  const scene = ballOf(60, 21);
  const { cameras } = rigOf("perspective", 21);
  const seen = cameras.map((camera, seed) => simulateView(scene, camera, { unseen: 0.2, spurious: 0.2, seed }));
  const views = seen.map(({ ellipses }): SceneView => ({ ellipses, camera: "perspective", intrinsics }));

  it("finds every pose by itself; each view certifies its links with what the others say", () => {
    const { status, views: results, report } = matchViews(scene, views);
    expect(status).toBe("converged");
    expect(report.method).toBe("separate poses");
    for (const [v, result] of results.entries()) {
      expect(degrees(result.camera, cameras[v])).toBeLessThan(0.5);
      const { objective, lowerBound } = result.certify();
      // The links are those at the odds that the view showed, which are never below those of the score.
      expect(-objective).toBeGreaterThan(result.score - 1e-6);
      expect(lowerBound).toBeCloseTo(objective, 6);
    }
  });

  it("takes what is known of one camera for that view alone", () => {
    const { scene: symmetric } = fourfold(15, 0, 5);
    const { cameras: two } = rigOf("scaled-orthographic", 3);
    const given = two.map((camera, seed): SceneView => {
      const { ellipses } = simulateView(symmetric, camera, { noise: 0.004, covarianceNoise: 0.1, seed });
      return { ellipses, camera: "scaled-orthographic" };
    });
    const near = { camera: two[0], degrees: 20 };
    const { views: found } = matchViews(symmetric, [{ ...given[0], prior: { near } }, given[1]]);
    expect(found.map(({ status }) => status)).toEqual(["converged", "ambiguous"]);
    expect(degrees(found[0].camera, two[0])).toBeLessThan(1);
  });

  it("has the same bits as .async and .steps, and can be stopped", async () => {
    const whole = matchViews(scene, views);
    const other = await matchViews.async(scene, views);
    expect(other.views.map(({ camera }) => camera)).toEqual(whole.views.map(({ camera }) => camera));
    expect(other.score).toBe(whole.score);
    const stopped = matchViews(scene, views, { stopWhen: () => true });
    expect(stopped.status).toBe("stopped");
    expect(stopped.views).toHaveLength(2);
  });

  it.each([
    ["no views", [], "InvalidShape"],
    [
      "a motion on some views only",
      [views[0], { ...views[1], relative: { R: identity, t: [0, 0, 0] } }, views[1]],
      "Unsupported",
    ],
    [
      "an R that is no rotation",
      [views[0], { ...views[1], relative: { R: [2, 0, 0, 0, 1, 0, 0, 0, 1], t: [0, 0, 0] } }],
      "InvalidValue",
    ],
    ["a perspective motion without t", [views[0], { ...views[1], relative: { R: identity } }], "InvalidValue"],
  ] as const)("refuses %s", (_, given, code) => {
    try {
      matchViews(scene, given as readonly SceneView[]);
      expect.unreachable();
    } catch (error) {
      expect(isOtError(error, code)).toBe(true);
    }
  });
});

describe("presenceIn(sightings, v)", () => {
  it("says nothing where views lose ellipsoids independently, and much where some are never seen", () => {
    const { uniform } = random(2);
    const n = 4000;
    const draw = (): Int8Array => Int8Array.from({ length: n }, () => (uniform() < 0.7 ? 1 : -1));
    for (const nats of presenceIn([draw(), draw()], 0)) expect(Math.abs(nats)).toBeLessThan(0.1);
    const there = Int8Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const nats = presenceIn([there, there], 1);
    // Seen by half: those seen elsewhere are twice as likely, the others are not there.
    expect(nats[0]).toBeCloseTo(Math.LN2, 2);
    expect(nats[1]).toBe(-1.5);
    // Who is outside the other picture is as likely as before.
    expect(presenceIn([new Int8Array(n), there], 1).every((value) => value === 0)).toBe(true);
  });
});

/** `quarters` ellipsoids turned about the third axis three times, and `more` that break the symmetry. */
function fourfold(quarters: number, more: number, seed: number): { scene: Mixture; odd: Set<number> } {
  const stream = random(seed);
  const means: number[][] = [];
  const covariances: number[][][] = [];
  for (let i = 0; i < quarters; i++) {
    let { mean, covariance } = ellipsoid(stream, 0.1);
    for (let turn = 0; turn < 4; turn++) {
      means.push(mean);
      covariances.push(covariance);
      mean = [-mean[1], mean[0], mean[2]];
      const [[a, b, c], [, d, e], [, , f]] = covariance;
      covariance = [
        [d, -b, -e],
        [-b, a, c],
        [-e, c, f],
      ];
    }
  }
  const odd = new Set<number>();
  for (let i = 0; i < more; i++) {
    const { mean, covariance } = ellipsoid(stream, 0.1);
    odd.add(means.length);
    means.push(mean);
    covariances.push(covariance);
  }
  return { scene: gaussianMixture(means, covariances), odd };
}

function without({ means, covariances, weights }: Mixture, dropped: (j: number) => boolean): Mixture {
  const kept = Array.from({ length: means.rows }, (_, j) => j).filter((j) => !dropped(j));
  return gaussianMixture(
    kept.map((j) => [...means.data.subarray(2 * j, 2 * j + 2)]),
    kept.map((j) => [
      [covariances[4 * j], covariances[4 * j + 1]],
      [covariances[4 * j + 2], covariances[4 * j + 3]],
    ]),
    kept.map((j) => weights[j]),
  );
}
