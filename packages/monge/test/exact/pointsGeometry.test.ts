// The geometry under the points engine: searches through boxes, candidate arcs, hierarchies and forests, against brute force.
import { describe, expect, test } from "vitest";
import { toGround } from "../../src/cost/ground.ts";
import { points } from "../../src/cost/points.ts";
import { gather, search } from "../../src/exact/points/candidates.ts";
import { buildCloud, setGround } from "../../src/exact/points/cloud.ts";
import { hang, staircase } from "../../src/exact/points/forest.ts";
import { buildLayers, refineAssignment } from "../../src/exact/points/hierarchy.ts";
import { exact } from "../../src/kernels/exact.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { random } from "../../src/linalg/random.ts";
import { cloudOf, grounds, wholeMasses } from "../generators/grounds.ts";

describe("pointsSearch", () => {
  for (const d of [1, 2, 3, 5, 16]) {
    test(`finds the k best columns below a limit that brute force finds, d = ${d}, every ground`, () => {
      const rng = random(d);
      for (const ground of grounds) {
        const spec = toGround(ground);
        const [n, m] = [1 + rng.integer(70), 1 + rng.integer(90)];
        const x = cloudOf(rng, n, d);
        const y = cloudOf(rng, m, d);
        const cost = points(x, y, spec.cosine ? "sqeuclidean" : ground);
        const g = Float64Array.from({ length: m }, () => 0.3 * rng.normal());
        const k = 1 + rng.integer(5);
        const limit = Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? Infinity : 0.5 * rng.uniform()));
        withWorkspace(exact, (workspace) => {
          setGround(workspace, spec);
          const from = buildCloud(workspace, x.data, n, d);
          const to = buildCloud(workspace, y.data, m, d);
          workspace.f64(to.potential, m).set(Float64Array.from(to.order, (j) => g[j]));
          const sorted = Float64Array.from(from.order, (i) => limit[i]);
          const pieces = search(workspace, from, to, k, sorted);
          let step = pieces.next();
          while (step.done !== true) step = pieces.next();
          const lists = step.value;
          for (let s = 0; s < n; s++) {
            const i = from.order[s];
            const expected = Array.from({ length: m }, (_, j) => cost.at(i, j) - g[j])
              .filter((value) => value < limit[i])
              .sort((p, q) => p - q)
              .slice(0, k);
            const count = workspace.i32(lists.counts, n)[s];
            const found = Array.from(workspace.f64(lists.values + 8 * s * lists.k, count));
            const columns = Array.from(workspace.i32(lists.columns + 4 * s * lists.k, count));
            expect(found.length).toBe(expected.length);
            expected.forEach((value, rank) => {
              expect(found[rank]).toBeCloseTo(value, 12);
              const j = to.order[columns[rank]];
              expect(found[rank]).toBeCloseTo(cost.at(i, j) - g[j], 12);
            });
            expect(new Set(columns).size).toBe(count);
          }
        });
      }
    });
  }

  test("finds exactly the pairs of negative reduced cost under random potentials: pruned pricing is brute-force pricing", () => {
    const rng = random(3);
    const [n, m, d] = [300, 257, 2];
    const x = cloudOf(rng, n, d);
    const y = cloudOf(rng, m, d);
    const cost = points(x, y);
    const f = Float64Array.from({ length: n }, () => 0.02 * rng.normal());
    const g = Float64Array.from({ length: m }, () => 0.02 * rng.normal());
    const expected = new Set<string>();
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) if (cost.at(i, j) - g[j] < f[i]) expected.add(`${i} ${j}`);
    expect(expected.size).toBeGreaterThan(n);
    withWorkspace(exact, (workspace) => {
      setGround(workspace, toGround("sqeuclidean"));
      const from = buildCloud(workspace, x.data, n, d);
      const to = buildCloud(workspace, y.data, m, d);
      workspace.f64(to.potential, m).set(Float64Array.from(to.order, (j) => g[j]));
      const pieces = search(
        workspace,
        from,
        to,
        m,
        Float64Array.from(from.order, (i) => f[i]),
      );
      let step = pieces.next();
      while (step.done !== true) step = pieces.next();
      const arcs = gather(workspace, from, to, step.value, null, null);
      const found = new Set<string>();
      for (let s = 0; s < n; s++) {
        for (let k = arcs.rowPtr[s]; k < arcs.rowPtr[s + 1]; k++) {
          found.add(`${from.order[s]} ${to.order[arcs.colIdx[k]]}`);
        }
      }
      expect(found).toEqual(expected);
    });
  });
});

describe("gather", () => {
  test("unites row lists, column lists and earlier arcs, each pair once, columns ascending", () => {
    withWorkspace(exact, (workspace) => {
      const rng = random(1);
      const x = buildCloud(workspace, cloudOf(rng, 50, 2).data, 50, 2);
      const y = buildCloud(workspace, cloudOf(rng, 40, 2).data, 40, 2);
      setGround(workspace, toGround("sqeuclidean"));
      const rows = search(workspace, x, y, 4, Infinity).next().value as never;
      const columns = search(workspace, y, x, 4, Infinity).next().value as never;
      const first = gather(workspace, x, y, rows, null, null);
      const second = gather(workspace, x, y, null, columns, first);
      const both = gather(workspace, x, y, rows, columns, second);
      expect(both).toEqual(second);
      expect(second.colIdx.length).toBeGreaterThan(200);
      for (let i = 0; i < 50; i++) {
        for (let k = both.rowPtr[i] + 1; k < both.rowPtr[i + 1]; k++) {
          expect(both.colIdx[k]).toBeGreaterThan(both.colIdx[k - 1]);
        }
      }
    });
  });
});

describe("hierarchy and forests", () => {
  test("buildLayers keeps the mass and the mean of every level", () => {
    withWorkspace(exact, (workspace) => {
      const rng = random(5);
      const n = 1003;
      const cloud = cloudOf(rng, n, 3);
      const mass = Float64Array.from({ length: n }, () => 1 + rng.integer(1000));
      const layers = buildLayers(workspace, cloud.data, mass, n, 3, 20);
      expect(layers.length).toBeGreaterThan(3);
      const moments = layers.map(({ mass, points }) =>
        [0, 1, 2].map((k) => mass.reduce((total, weight, i) => total + weight * points[3 * i + k], 0)),
      );
      const total = mass.reduce((sum, weight) => sum + weight, 0);
      for (const [level, layer] of layers.entries()) {
        expect(layer.mass.reduce((sum, weight) => sum + weight, 0)).toBe(total);
        for (let k = 0; k < 3; k++) expect(moments[level][k] / total).toBeCloseTo(moments[0][k] / total, 10);
      }
    });
  });

  test("refineAssignment gives a permutation, also where the last cell is not full", () => {
    withWorkspace(exact, (workspace) => {
      const rng = random(6);
      const n = 101;
      const one = new Float64Array(n).fill(1);
      const xs = buildLayers(workspace, cloudOf(rng, n, 2).data, one, n, 2, 30);
      const ys = buildLayers(workspace, cloudOf(rng, n, 2).data, one, n, 2, 30);
      const cells = xs[1].cloud.n;
      const reversed = Int32Array.from({ length: cells }, (_, i) => cells - 1 - i);
      const refined = refineAssignment(xs[0], ys[0], reversed);
      expect(Array.from(refined).sort((p, q) => p - q)).toEqual(Array.from({ length: n }, (_, i) => i));
    });
  });

  test("staircase is a plan, and hang makes it a tree whose flows are its masses", () => {
    const rng = random(7);
    const a = Float64Array.from(wholeMasses(rng, 30, 500));
    const b = Float64Array.from(wholeMasses(rng, 17, 500));
    const plan = staircase(a, b);
    const row = new Float64Array(30);
    const column = new Float64Array(17);
    for (let k = 0; k < plan.i.length; k++) {
      row[plan.i[k]] += plan.mass[k];
      column[plan.j[k]] += plan.mass[k];
    }
    expect(row).toEqual(a);
    expect(column).toEqual(b);
    const { parent, flow } = hang(30, 17, plan);
    expect(flow.filter((value) => value > 0).length).toBe(plan.i.length);
    expect(parent.every((above) => above >= 0)).toBe(true);
  });
});
