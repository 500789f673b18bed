// Lower bounds of Gromov-Wasserstein transport against the best of many starts, and by hand.
import { describe, expect, it } from "vitest";
import { gromovLowerBounds, gromovWasserstein } from "../../src/gromov/index.ts";
import { kinds } from "../generators/structures.ts";

describe("gromovLowerBounds(Cx, Cy, a, b)", () => {
  it.each(kinds)(
    "%s: FLB, SLB and TLB are below the best of many starts; TLB is the sharpest with all quantiles",
    (_, make) => {
      for (let seed = 0; seed < 4; seed++) {
        const [n, m] = [6, 6];
        const [Cx, Cy] = [make(200 + seed, n), make(300 + seed, m)];
        const { value } = gromovWasserstein(Cx, Cy, null, null, { starts: 12 });
        const { FLB, SLB, TLB, best } = gromovLowerBounds(Cx, Cy, null, null, { quantiles: 6 });
        expect(best).toBeLessThan(value + 1e-12);
        expect(FLB).toBeLessThan(TLB + 1e-12);
        expect(SLB).toBeLessThan(TLB + 1e-12);
        expect(gromovLowerBounds(Cx, Cy, null, null, { quantiles: 2 }).TLB).toBeLessThan(TLB + 1e-12);
      }
    },
  );

  it("SLB and TLB of two points at distances 1 and 3: all that there is", () => {
    const two = (gap: number): number[][] => [
      [0, gap],
      [gap, 0],
    ];
    const bounds = gromovLowerBounds(two(1), two(3), null, null);
    expect(bounds.SLB).toBeCloseTo(2, 12);
    expect(bounds.TLB).toBeCloseTo(2, 12);
    expect(gromovWasserstein(two(1), two(3), null, null, { starts: 4 }).value).toBeCloseTo(2, 12);
  });
});
