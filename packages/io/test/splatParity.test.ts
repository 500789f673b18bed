// Files that another program wrote (fixtures/makeSplats.mjs): the numbers that its own readers make of them, in single precision.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readScene } from "../src/index.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
/** Rows: index, x y z, log scales, f_dc, logit, rotation w x y z. */
const expected = JSON.parse(readFileSync(fixture("splats.json"), "utf8")) as Record<string, number[][]>;

describe.each(Object.entries(expected))("readScene of %s, by splat-transform", (name, rows) => {
  test("gives the numbers of splat-transform", async () => {
    const scene = await readScene(fixture(name));
    expect(scene.count).toBe(300);
    expect(scene.repairs.rotations + scene.repairs.dropped).toBe(0);
    for (const [i, x, y, z, s0, s1, s2, r, g, b, logit, qw, qx, qy, qz] of rows) {
      [x, y, z].forEach((value, k) => expect(scene.means.data[3 * i + k]).toBeCloseTo(value, 5));
      expect(scene.opacities[i]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5);
      [r, g, b].forEach((value, k) => {
        const colour = Math.min(1, Math.max(0, 0.5 + value / (2 * Math.sqrt(Math.PI))));
        expect(scene.colours.data[3 * i + k]).toBeCloseTo(colour, 5);
      });
      const covariance = scene.covariances.subarray(9 * i, 9 * i + 9);
      const size = Math.exp(2 * Math.max(s0, s1, s2));
      // The columns of R are eigenvectors: C R = R diag(s^2).
      const columns = [
        [qw * qw + qx * qx - qy * qy - qz * qz, 2 * (qx * qy + qw * qz), 2 * (qx * qz - qw * qy)],
        [2 * (qx * qy - qw * qz), qw * qw - qx * qx + qy * qy - qz * qz, 2 * (qy * qz + qw * qx)],
        [2 * (qx * qz + qw * qy), 2 * (qy * qz - qw * qx), qw * qw - qx * qx - qy * qy + qz * qz],
      ];
      [s0, s1, s2].forEach((s, k) => {
        for (let row = 0; row < 3; row++) {
          const image = [0, 1, 2].reduce((sum, col) => sum + covariance[3 * row + col] * columns[k][col], 0);
          expect(Math.abs(image - Math.exp(2 * s) * columns[k][row]) / size).toBeLessThan(2e-6);
        }
      });
    }
  });
});
