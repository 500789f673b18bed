import { describe, expect, test } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { energyDistance1d } from "../../src/exact/line/energyDistance1d.ts";
import { random } from "../../src/linalg/random.ts";

describe("energyDistance1d(x, y)", () => {
  test("is 2 E|X - Y| - E|X - X'| - E|Y - Y'|, squared", () => {
    const rng = random(1);
    for (let round = 0; round < 30; round++) {
      const n = 1 + rng.integer(20);
      const m = 1 + rng.integer(20);
      const x = Float64Array.from({ length: n }, () => (round % 2 === 0 ? rng.integer(5) : rng.normal()));
      const y = Float64Array.from({ length: m }, () => (round % 2 === 0 ? rng.integer(5) : rng.normal()));
      const weights = (count: number): Float64Array => {
        const raw = Float64Array.from({ length: count }, () => 0.1 + rng.uniform());
        const total = raw.reduce((sum, value) => sum + value, 0);
        return raw.map((value) => value / total);
      };
      const a = weights(n);
      const b = weights(m);
      const mean = (s: Float64Array, u: Float64Array, t: Float64Array, v: Float64Array): number => {
        let total = 0;
        for (let i = 0; i < s.length; i++)
          for (let j = 0; j < t.length; j++) total += u[i] * v[j] * Math.abs(s[i] - t[j]);
        return total;
      };
      const squared = 2 * mean(x, a, y, b) - mean(x, a, x, a) - mean(y, b, y, b);
      expect(energyDistance1d(x, y, { a, b }) ** 2).toBeCloseTo(squared, 12);
    }
  });

  test("is 0 for identical clouds, and throws MassMismatch where the masses differ", () => {
    const x = Float64Array.from({ length: 512 }, (_, i) => (i * 37) % 101);
    expect(energyDistance1d(x, x.slice().reverse())).toBe(0);
    try {
      energyDistance1d([0], [1], { a: [1], b: [2] });
      expect.unreachable();
    } catch (error) {
      expect(isOtError(error, "MassMismatch")).toBe(true);
    }
  });
});
