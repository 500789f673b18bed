import { describe, expect, test } from "vitest";
import {
  areaUnderCurve,
  classicalScaling,
  compareCohorts,
  coneDistances,
  groupBarycenters,
  groupDifference,
  heldOutNeighbours,
  imageDistances,
  imageScores,
  linearEmbedding,
  nearestMedoid,
  nearestNeighbours,
  siteOverlap,
  type TileStore,
} from "../../src/cohort/index.ts";
import { grid } from "../../src/cost/grid.ts";
import { isOtError } from "../../src/errors/otError.ts";
import { emd } from "../../src/exact/emd.ts";
import { random } from "../../src/linalg/random.ts";
import { sum } from "../../src/linalg/sum.ts";
import { createPool } from "../../src/worker/index.ts";

const shape: [number, number] = [9, 9];

/** Blobs at jittered places; those of B lie `shift` pixels lower. */
function blobs(seed: number, count: number, shift = 0): number[][] {
  const rng = random(seed);
  return Array.from({ length: count }, () => {
    const [y, x, light] = [3 + shift + rng.normal() * 0.5, 4 + rng.normal() * 0.5, 1 + rng.uniform()];
    return Array.from({ length: 81 }, (_, cell) => {
      const [dy, dx] = [Math.floor(cell / 9) - y, (cell % 9) - x];
      return light * (0.02 + Math.exp(-(dy * dy + dx * dx) / 3));
    });
  });
}

describe("imageDistances(images, shape)", () => {
  const images = [...blobs(1, 4), ...blobs(2, 3, 2)];

  test("is W2 of the normalised images, proved", async () => {
    const { distances, relativeGap, problems } = await imageDistances(images, shape, { tilePairs: 4 });
    expect(problems).toBe(21);
    expect(relativeGap).toBeLessThan(1e-12);
    const share = (image: number[]) => image.map((value) => value / sum(image));
    for (const [i, j] of [
      [0, 1],
      [2, 6],
      [5, 3],
    ]) {
      const { value } = emd(share(images[i]), share(images[j]), grid(shape), { massTolerance: 1e-8 });
      expect(distances.data[7 * i + j]).toBeCloseTo(Math.sqrt(value), 9);
    }
  });

  test("gives the same bits on a pool, in tiles of any size, and from a store that was filled halfway", async () => {
    const plain = await imageDistances(images, shape);
    await using pool = createPool({ threads: 2 });
    const pooled = await imageDistances(images, shape, { pool, tilePairs: 5 });
    expect(pooled.distances).toEqual(plain.distances);
    const kept = new Map<string, Float64Array>();
    const store: TileStore = {
      get: async (key) => kept.get(key) ?? null,
      put: async (key, values) => void kept.set(key, values),
    };
    const controller = new AbortController();
    const stop = imageDistances(images, shape, {
      store,
      tilePairs: 5,
      signal: controller.signal,
      onProgress: ({ iteration }) => iteration >= 10 && controller.abort("enough"),
    });
    await expect(stop).rejects.toBe("enough");
    expect(kept.size).toBe(2);
    const resumed = await imageDistances(images, shape, { store, tilePairs: 5 });
    expect(resumed.restored).toBe(10);
    expect(resumed.distances).toEqual(plain.distances);
  });
});

describe("classification and embedding from distances", () => {
  // Places on a line: group 0 at 0, 1, 2, group 1 at 10, 11, and one stray of group 1 at 1.5.
  const places = [0, 1, 2, 10, 11, 1.4];
  const labels = [0, 0, 0, 1, 1, 1];
  const distances = places.map((u) => places.map((v) => Math.abs(u - v)));

  test("nearest neighbours, medoids and scores by hand", () => {
    expect([...nearestNeighbours(distances, labels).predicted]).toEqual([0, 1, 1, 1, 1, 0]);
    expect([...nearestNeighbours(distances, labels, { k: 3 }).predicted]).toEqual([0, 0, 0, 1, 1, 0]);
    const { predicted, accuracy } = nearestMedoid(distances, labels);
    expect([...predicted]).toEqual([0, 0, 0, 1, 1, 0]);
    expect(accuracy.count).toBe(5);
    const scores = imageScores(distances, labels);
    expect(scores[0]).toBeCloseTo(1.5 - 22.4 / 3, 12);
    expect(scores[3]).toBeCloseTo(9 - 9.6 / 2, 12);
    expect(areaUnderCurve(scores, labels)).toBeCloseTo(6 / 9, 12);
  });

  test("classicalScaling() gives points of a plane back, up to an isometry", () => {
    const rng = random(5);
    const points = Array.from({ length: 12 }, () => [3 * rng.normal(), rng.normal()]);
    const far = points.map((p) => points.map((q) => Math.hypot(p[0] - q[0], p[1] - q[1])));
    const { points: found, kept } = classicalScaling(far);
    expect(kept).toBeCloseTo(1, 10);
    for (let i = 0; i < 12; i++)
      for (let j = 0; j < i; j++) {
        const [u, v] = [found.data.subarray(2 * i, 2 * i + 2), found.data.subarray(2 * j, 2 * j + 2)];
        expect(Math.hypot(u[0] - v[0], u[1] - v[1])).toBeCloseTo(far[i][j], 6);
      }
  });

  test("coneDistances() is a metric: W2 for equal intensities, the intensities for equal shapes", () => {
    const matrix = { data: Float64Array.from(distances.flat()), rows: 6, cols: 6 };
    const even = coneDistances(matrix, [1, 1, 1, 1, 1, 1], 1000);
    even.data.forEach((value, k) => {
      expect(value).toBeCloseTo(matrix.data[k], 3);
    });
    const same = coneDistances({ data: new Float64Array(4), rows: 2, cols: 2 }, [0.5, 1.5], 7);
    expect(same.data[1]).toBeCloseTo(7 * (Math.sqrt(1.5) - Math.sqrt(0.5)), 12);
    const { data } = coneDistances(matrix, [1, 2, 3, 4, 5, 6], 5);
    for (let i = 0; i < 6; i++)
      for (let j = 0; j < 6; j++)
        for (let k = 0; k < 6; k++)
          expect(data[6 * i + j]).toBeLessThanOrEqual(data[6 * i + k] + data[6 * k + j] + 1e-12);
  });
});

describe("linearEmbedding(images, shape)", () => {
  const moved = (rows: number, columns: number): number[] =>
    Array.from({ length: 81 }, (_, cell) => {
      const [y, x] = [Math.floor(cell / 9) - rows, (cell % 9) - columns];
      return y >= 1 && y <= 3 && x >= 1 && x <= 2 ? y + x : 0;
    });

  test("of moved copies of the reference: lengths and distances are the moves", async () => {
    const images = [moved(0, 0), moved(3, 4), moved(5, 0)];
    const { vectors, relativeGap } = await linearEmbedding(images, shape, { reference: moved(1, 1) });
    expect(relativeGap).toBeLessThan(1e-12);
    const row = (k: number): Float64Array => vectors.data.subarray(162 * k, 162 * (k + 1));
    const apart = (p: Float64Array, q: Float64Array): number =>
      Math.sqrt(sum(p.map((value, i) => (value - q[i]) ** 2)));
    expect(apart(row(0), new Float64Array(162))).toBeCloseTo(Math.sqrt(2), 12);
    expect(apart(row(0), row(1))).toBeCloseTo(5, 12);
    expect(apart(row(1), row(2))).toBeCloseTo(Math.sqrt(20), 12);
  });

  test("lengths are at most W2 to the reference, the mean of the images by default; a pool changes nothing", async () => {
    const images = blobs(1, 5);
    const plain = await linearEmbedding(images, shape);
    const { distances } = await imageDistances([...images, [...plain.reference]], shape);
    for (let k = 0; k < 5; k++) {
      const length = Math.sqrt(sum(plain.vectors.data.subarray(162 * k, 162 * (k + 1)).map((value) => value ** 2)));
      expect(length).toBeLessThanOrEqual(distances.data[6 * k + 5] + 1e-9);
      expect(length).toBeGreaterThan(0.5 * distances.data[6 * k + 5]);
    }
    await using pool = createPool({ threads: 1 });
    expect((await linearEmbedding(images, shape, { pool })).vectors).toEqual(plain.vectors);
  });
});

describe("groupBarycenters(images, shape, labels)", () => {
  test("of copies moved to both sides: the copy in the middle, where the mean shows two", async () => {
    const blob = (row: number): number[] =>
      Array.from({ length: 81 }, (_, cell) =>
        Math.exp(-((Math.floor(cell / 9) - row) ** 2 + ((cell % 9) - 4) ** 2) / 2),
      );
    const images = [blob(2), blob(6), blob(4), blob(4)];
    const { a, b, distance, status } = await groupBarycenters(images, shape, [0, 0, 1, 1]);
    expect(status).toEqual(["converged", "converged"]);
    expect(sum(a)).toBeCloseTo(1, 12);
    expect(distance).toBeLessThan(0.25);
    expect(a.indexOf(Math.max(...a))).toBe(40);
    expect(b[40]).toBeCloseTo(1 / sum(blob(4)), 2);
    // The mean of the two has nothing in the middle that is not in both tails.
    expect(a[40]).toBeGreaterThan((3 * Math.exp(-2)) / sum(blob(4)));
  });
});

describe("heldOutNeighbours(distances, labels)", () => {
  const matrix = (places: readonly number[]) => places.map((u) => places.map((v) => Math.abs(u - v)));

  test("judges a third of either group by the others; labels of the held-out images are not looked at", () => {
    const rng = random(3);
    const labels = Array.from({ length: 30 }, (_, k) => (k < 12 ? 0 : 1));
    const distances = matrix(labels.map((label) => 10 * label + rng.normal()));
    const { members, predicted, trained, accuracy, sensitivity, specificity } = heldOutNeighbours(distances, labels);
    expect([members.length, trained, specificity.of, sensitivity.of]).toEqual([10, 20, 4, 6]);
    expect(accuracy.share).toBe(1);
    expect([...predicted]).toEqual(Array.from(members, (i) => labels[i]));
    // A held-out image with the label of the other group is told wrong: its own label had no say.
    const lied = labels.slice();
    const stray = members[0];
    lied[stray] = 1;
    const distancesAlike = matrix(labels.map((label, k) => 10 * label + k / 100));
    const again = heldOutNeighbours(distancesAlike, lied);
    for (let t = 0; t < again.members.length; t++) expect(again.predicted[t]).toBe(labels[again.members[t]]);
  });

  test("where labels mean nothing it is right half of the time", () => {
    let right = 0;
    let all = 0;
    for (let seed = 0; seed < 40; seed++) {
      const rng = random(seed);
      const labels = Array.from({ length: 24 }, (_, k) => k % 2);
      const { accuracy } = heldOutNeighbours(matrix(labels.map(() => rng.normal())), labels, { seed });
      right += accuracy.count;
      all += accuracy.of;
    }
    expect(Math.abs(right / all - 0.5)).toBeLessThan(3 / Math.sqrt(4 * all));
  });
});

describe("compareCohorts(a, b, shape)", () => {
  const settings = { intensity: "normalised", permutations: 199, meanPermutations: 19 } as const;

  test("sees a group that lies lower, and shows where", async () => {
    const result = await compareCohorts(blobs(1, 12), blobs(2, 10, 1.5), shape, settings);
    expect(result.tests.map(({ name }) => name)).toEqual(["energy of W2", "energy of pixels", "W2 between means"]);
    expect(result.tests[0].pValue).toBe(0.005);
    expect(result.tests[1].adjusted).toBeGreaterThanOrEqual(result.tests[1].pValue);
    expect(result.nearest.accuracy.share).toBeGreaterThan(0.85);
    expect(result.areaUnderCurve).toBeGreaterThan(0.95);
    expect(result.effectSize).toBeGreaterThan(0.2);
    expect(result.linear?.accuracy.share).toBeGreaterThan(0.85);
    expect(result.heldOut?.accuracy.of).toBe(7);
    expect(result.barycenters?.distance).toBeGreaterThan(1);
    const { change, displacement, distance, relativeGap } = result.difference;
    expect(Math.abs(sum(change))).toBeLessThan(1e-12);
    // Row 2 loses, row 6 gains; what is at the centre of A moves down by about what was planted.
    expect(change[9 * 2 + 4]).toBeLessThan(0);
    expect(change[9 * 6 + 4]).toBeGreaterThan(0);
    expect(displacement.data[2 * (9 * 3 + 4)]).toBeGreaterThan(0.7);
    expect(distance).toBeGreaterThan(0.7);
    expect(relativeGap).toBeLessThan(1e-10);
  });

  test("p-values of equal groups are uniform: 16 studies", async () => {
    const values: number[] = [];
    for (let study = 0; study < 16; study++) {
      const { tests } = await compareCohorts(blobs(100 + study, 4), blobs(200 + study, 4), shape, {
        ...settings,
        permutations: 99,
        meanPermutations: 0,
        barycenters: false,
        linear: false,
        seed: study,
      });
      values.push(tests[0].pValue);
    }
    values.sort((p, q) => p - q);
    const worst = values.reduce((most, p, k) => Math.max(most, Math.abs(p - (k + 1) / 16)), 0);
    expect(worst).toBeLessThan(1.63 / Math.sqrt(16) + 0.01);
  }, 30000);

  test("does not interpret groups that are two sites, and exchanges within sites where it can", async () => {
    const [a, b] = [blobs(1, 6), blobs(2, 6, 2)];
    const coinciding = [...new Array(6).fill("north"), ...new Array(6).fill("south")];
    const refused = await compareCohorts(a, b, shape, { ...settings, sites: coinciding });
    expect(refused.separable).toBe(false);
    expect(refused.tests).toEqual([]);
    const mixed = coinciding.map((_, k) => (k % 2 === 0 ? "north" : "south"));
    const allowed = await compareCohorts(a, b, shape, { ...settings, sites: mixed });
    expect(allowed.sites?.exchangeable).toBe(12);
    expect(allowed.tests[0].pValue).toBeLessThan(0.05);
    expect(siteOverlap(["x", "x", "y"], [0, 1, 1]).exchangeable).toBe(2);
  });

  test("twice the light is nothing where intensity is exposure, and something where it counts", async () => {
    const a = blobs(1, 8);
    const b = blobs(2, 8).map((image) => image.map((value) => 3 * value));
    const exposure = await compareCohorts(a, b, shape, settings);
    const counted = await compareCohorts(a, b, shape, { ...settings, intensity: "unbalanced" });
    expect(exposure.tests[0].pValue).toBeGreaterThan(0.05);
    expect(counted.tests[0].pValue).toBeLessThan(0.05);
  });

  test("asks how intensity counts, and for images of one size", async () => {
    const refusal = (call: Promise<unknown>) => call.catch((error: unknown) => isOtError(error) && error.code);
    expect(await refusal(compareCohorts(blobs(1, 2), blobs(2, 2), shape, {} as typeof settings))).toBe("InvalidValue");
    expect(
      await refusal(
        compareCohorts(
          blobs(1, 2),
          [
            [1, 2],
            [3, 4],
          ],
          shape,
          settings,
        ),
      ),
    ).toBe("InvalidShape");
  });

  test("groupDifference() of a pure shift moves everything alike", () => {
    const image = (row: number) => Array.from({ length: 81 }, (_, cell) => (Math.floor(cell / 9) === row ? 1 : 0));
    const { displacement, distance } = groupDifference([image(2), image(2), image(5), image(5)], shape, [0, 0, 1, 1]);
    expect(distance).toBeCloseTo(3, 12);
    for (let x = 0; x < 9; x++) expect(displacement.data[2 * (18 + x)]).toBeCloseTo(3, 12);
  });
});
