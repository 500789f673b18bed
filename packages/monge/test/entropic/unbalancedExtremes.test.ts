// Extremes of sinkhorn({ unbalanced }): masses, pairs that are forbidden, costs and strengths far out, and what is refused.
import { describe, expect, it } from "vitest";
import { isOtError, sinkhorn, type Unbalanced } from "../../src/index.ts";
import { kl, l2, tv } from "../generators/penalties.ts";
import { cloud, masses, squared } from "../generators/problems.ts";

const total = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, value) => sum + value, 0);

describe("extremes of sinkhorn({ unbalanced })", () => {
  const finite = (result: ReturnType<typeof sinkhorn>): void => {
    for (const value of [...result.potentials.f, ...result.potentials.g]) expect(Number.isFinite(value)).toBe(true);
    for (const value of [result.value, result.transportCost, result.report.error])
      expect(Number.isFinite(value)).toBe(true);
    const proof = result.certify();
    for (const value of [proof.primal, proof.dual, proof.gap, proof.relativeGap, proof.primalResidual])
      expect(Number.isFinite(value)).toBe(true);
    for (const value of result.plan.toDense().data) expect(Number.isFinite(value)).toBe(true);
  };
  it("tiny, zero and unequal masses", () => {
    for (const unbalanced of [kl(1), tv(0.5), l2(1)]) {
      finite(
        sinkhorn(
          [1e-300, 1],
          [0.5, 1e-300],
          [
            [0, 1],
            [1, 0],
          ],
          { epsilon: 0.1, unbalanced },
        ),
      );
      finite(sinkhorn([1e-300], [2e-300], [[1]], { epsilon: 0.1, unbalanced }));
      finite(
        sinkhorn(
          [1e150, 1],
          [1, 1],
          [
            [0, 1],
            [1, 0],
          ],
          { epsilon: 0.1, unbalanced },
        ),
      );
      finite(
        sinkhorn(
          [0, 1],
          [1, 0],
          [
            [0, 1],
            [1, 0],
          ],
          { epsilon: 0.1, unbalanced },
        ),
      );
      const empty = sinkhorn(
        [0, 0],
        [1, 2],
        [
          [0, 1],
          [1, 0],
        ],
        { epsilon: 0.1, unbalanced },
      );
      finite(empty);
      expect(total(empty.plan.marginal(0))).toBe(0);
      const none = sinkhorn(
        [0, 0],
        [0, 0],
        [
          [0, 1],
          [1, 0],
        ],
        { epsilon: 0.1, unbalanced },
      );
      finite(none);
      expect(none.value).toBe(0);
    }
  });
  it("forbidden pairs: what reaches nothing is destroyed, and must not be where it has to stay", () => {
    const C = [
      [0, Infinity],
      [Infinity, Infinity],
    ];
    for (const unbalanced of [kl(1), tv(0.5), l2(1)]) {
      const result = sinkhorn([1, 2], [1, 3], C, { epsilon: 0.1, unbalanced, tolerance: 1e-13 });
      finite(result);
      expect(result.plan.marginal(0)[1]).toBe(0);
      expect(result.certify().gap).toBeLessThan(1e-10);
    }
    expect(() => sinkhorn([1, 2], [1, 3], C, { epsilon: 0.1, unbalanced: { source: "equal", target: kl(1) } })).toThrow(
      expect.objectContaining({ code: "Infeasible" }),
    );
  });
  it("costs of 1e12 and below 0, tiny strengths, tiny epsilon", () => {
    const a = masses("random", 12, 1);
    const b = masses("random", 12, 2);
    const C = squared(cloud("square", 12, 3), cloud("square", 12, 4));
    for (const kind of ["KL", "TV", "L2"] as const) {
      finite(
        sinkhorn(
          a,
          b,
          C.map((row) => row.map((value) => value * 1e12)),
          { epsilon: 1e10, unbalanced: { kind, strength: 1 } },
        ),
      );
      finite(
        sinkhorn(
          a,
          b,
          C.map((row) => row.map((value) => value - 0.4)),
          { epsilon: 0.05, unbalanced: { kind, strength: 0.5 } },
        ),
      );
      finite(sinkhorn(a, b, C, { epsilon: 0.1, unbalanced: { kind, strength: 1e-9 } }));
      finite(sinkhorn(a, b, C, { epsilon: 1e-5, unbalanced: { kind, strength: 0.3 }, maxIterations: 300 }));
    }
  });
  it("refuses what makes no sense", () => {
    const code = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        if (isOtError(error)) return error.code;
        throw error;
      }
      return "none";
    };
    const go =
      (unbalanced: unknown, more: object = {}) =>
      () =>
        sinkhorn([1], [2], [[1]], { epsilon: 1, unbalanced: unbalanced as Unbalanced, ...more });
    expect(code(go(0))).toBe("InvalidValue");
    expect(code(go(Number.NaN))).toBe("InvalidValue");
    expect(code(go({ kind: "KL", strength: -1 }))).toBe("InvalidValue");
    expect(code(go({ kind: "Hellinger", strength: 1 }))).toBe("InvalidValue");
    expect(code(go("KL"))).toBe("InvalidValue");
    expect(code(go(1, { partial: 1 }))).toBe("InvalidValue");
    expect(code(go(Infinity))).toBe("MassMismatch");
    expect(code(() => sinkhorn([1], [0], [[1]], { epsilon: 1, unbalanced: { source: "equal", target: kl(1) } }))).toBe(
      "Infeasible",
    );
    expect(code(() => sinkhorn([1], [1], [[-1]], { epsilon: 1e-5, unbalanced: kl(1e-5) }))).toBe("InvalidValue");
  });
});
