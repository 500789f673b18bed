// The kernels' binary exponential against JavaScript's own.
import { describe, expect, it } from "vitest";
import { exp2All } from "../../src/entropic/operators/exponentials.ts";

/** 2^(whole + part), exactly scaled: Math.pow is only asked for |part| <= 1. */
function reference(x: number): number {
  const whole = Math.trunc(x);
  const half = Math.trunc(whole / 2);
  return 2 ** (x - whole) * 2 ** half * 2 ** (whole - half);
}

describe("exp2All(x)", () => {
  it("is 2^x to 5e-15 relative, from -1021 to 1020", () => {
    const x = Float64Array.from({ length: 200001 }, (_, k) => -1020.99 + (k * 2040.98) / 200000);
    const y = x.slice();
    exp2All(y);
    let worst = 0;
    for (let k = 0; k < x.length; k++) worst = Math.max(worst, Math.abs(y[k] / reference(x[k]) - 1));
    expect(worst).toBeLessThan(5e-15);
  });
  it("is 0 from -1023 on down, cut above, 0 for -Infinity and NaN, and leaves an odd length alone at its end", () => {
    const y = Float64Array.of(-1023, -1e300, -Infinity, Number.NaN, 1e300, Infinity, 0);
    exp2All(y);
    expect([...y.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(y[4] / 2 ** 1020).toBeCloseTo(1, 14);
    expect(y[5]).toBe(y[4]);
    expect(Math.abs(y[6] - 1)).toBeLessThan(4e-15);
  });
  it("takes a factor", () => {
    const y = Float64Array.of(3);
    exp2All(y, 0.5);
    expect(y[0]).toBeCloseTo(4, 13);
  });
});
