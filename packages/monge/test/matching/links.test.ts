// Near pairs, soft and exact links, groups: against loops over everything.
import { expect, test } from "vitest";
import { matching } from "../../src/kernels/matching.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { random } from "../../src/linalg/random.ts";
import { joinGroups } from "../../src/matching/groups.ts";
import { bestLinks } from "../../src/matching/links.ts";
import { normaliseProblem } from "../../src/matching/normalise.ts";
import { readEllipses, readEllipsoids } from "../../src/matching/sides.ts";
import { simulateView } from "../../src/matching/simulate.ts";
import { openStage } from "../../src/matching/stage.ts";
import { drain } from "../../src/run/solver.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";

test("Stage.near finds the pairs that a loop over all finds; Stage.balance fits columns and bounds rows", () => {
  const scene = ellipsoidScene(150, 11);
  const camera = seededCamera("scaled-orthographic", 12);
  const view = simulateView(scene, camera, { noise: 0.02, covarianceNoise: 0.2, spurious: 0.3, seed: 1 }).ellipses;
  const problem = normaliseProblem(readEllipsoids(scene, "a"), readEllipses(view, "b"), "scaled-orthographic", null);
  withWorkspace(matching, (workspace) => {
    const stage = openStage(workspace, problem, { blur: 0.01, dilation: 0, outline: 0, extra: null });
    for (const widths of [
      { position: 0.01, shape: 0.1 },
      { position: 0.1, shape: 0.5 },
      { position: 2, shape: 5 },
    ]) {
      const source = stage.project(problem.inward(camera)).slice();
      const target = stage.all.values;
      const wanted = new Map<string, number>();
      for (let i = 0; i < stage.n; i++) {
        for (let j = 0; j < stage.m; j++) {
          let d = 0;
          for (let c = 0; c < 5; c++)
            d += ((source[5 * i + c] - target[5 * j + c]) / (c < 2 ? widths.position : widths.shape)) ** 2;
          if (d < 9) wanted.set(`${i} ${j}`, d);
        }
      }
      const { count, pairs, values } = stage.near(stage.all, widths, 9);
      expect(count).toBe(wanted.size);
      for (let e = 0; e < count; e++)
        expect(values[e]).toBeCloseTo(wanted.get(`${pairs[2 * e]} ${pairs[2 * e + 1]}`) as number, 8);
      const rest = 0.05;
      const kernel = values.map((d) => Math.exp(-d / 2));
      const soft = stage.balance(stage.all, rest, 200);
      // P_ij = u_i k_ij v_j with u_i (sum_j k_ij v_j + rest) = 1: the share left alone is rest u_i.
      const rows = new Float64Array(stage.n);
      const columns = new Float64Array(stage.m);
      for (let e = 0; e < count; e++) {
        rows[soft.pairs[2 * e]] += soft.values[e];
        columns[soft.pairs[2 * e + 1]] += soft.values[e];
      }
      for (let e = 0; e < count; e++) {
        const [i, j] = [soft.pairs[2 * e], soft.pairs[2 * e + 1]];
        const [u, v] = [(1 - rows[i]) / rest, (1 - columns[j]) / rest];
        expect(u * kernel[e] * v).toBeCloseTo(soft.values[e], 6);
      }
      expect(Math.max(...columns)).toBeLessThan(1);
    }
  });
});

test("bestLinks is the best of all partial matchings on 60 random graphs of up to 5 x 5", () => {
  for (let seed = 0; seed < 60; seed++) {
    const { uniform, integer } = random(seed);
    const [n, m] = [1 + integer(5), 1 + integer(5)];
    const pairs = { n, m, i: [] as number[], j: [] as number[], gain: [] as number[] };
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        if (uniform() > 0.6) continue;
        pairs.i.push(i);
        pairs.j.push(j);
        pairs.gain.push(5 * uniform());
      }
    }
    const best = (i: number, taken: number): number => {
      if (i === n) return 0;
      let most = best(i + 1, taken);
      pairs.gain.forEach((gain, e) => {
        if (pairs.i[e] !== i || taken & (1 << pairs.j[e])) return;
        most = Math.max(most, gain + best(i + 1, taken | (1 << pairs.j[e])));
      });
      return most;
    };
    const links = drain(bestLinks(pairs));
    expect(links.gain, `seed ${seed}`).toBeCloseTo(best(0, 0), 10);
    links.ofEllipsoid.forEach((j, i) => {
      if (j >= 0) expect(links.ofEllipse[j]).toBe(i);
    });
  }
});

test("joinGroups finds the three Gaussians whose moments one ellipse has, and leaves a lone stranger alone", () => {
  const means = Float64Array.of(0, 0, 0.1, 0, 0.05, 0.08, 3, 3);
  const covariances = Float64Array.from({ length: 12 }, (_, k) => [1e-3, 2e-4, 2e-3][k % 3]);
  const many = { count: 4, means, covariances, weights: Float64Array.of(1, 2, 1, 1) };
  const centre = [(2 * 0.1 + 0.05) / 4, 0.08 / 4];
  const S = [0, 0, 0];
  [1, 2, 1].forEach((weight, i) => {
    const [dx, dy] = [means[2 * i] - centre[0], means[2 * i + 1] - centre[1]];
    S[0] += (weight * (1e-3 + dx * dx)) / 4;
    S[1] += (weight * (2e-4 + dx * dy)) / 4;
    S[2] += (weight * (2e-3 + dy * dy)) / 4;
  });
  const one = {
    count: 1,
    means: Float64Array.from(centre),
    covariances: Float64Array.from(S),
    weights: Float64Array.of(4),
  };
  const free = new Int32Array(4).fill(-1);
  const groups = joinGroups(
    many,
    one,
    free,
    Float64Array.of(0),
    Float64Array.of(20),
    { position: 0.01, shape: 0.1 },
    0,
  );
  expect(groups.map(({ many: members }) => [...members].sort())).toEqual([[0, 1, 2]]);
});
