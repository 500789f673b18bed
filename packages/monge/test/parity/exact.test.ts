// emd, by every engine, against POT and scipy on a seeded sweep, and each answer against its own certificate.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  assignment,
  type CostLike,
  cost,
  type EmdOptions,
  emd,
  isOtError,
  type Result,
  type Weights,
} from "../../src/index.ts";
import { checksum } from "./checksum.ts";
import { isSquareUniform, type ParityProblem, parityProblems } from "./problems.ts";

/** What `record.ts` wrote: POT's value; HiGHS's where POT's potentials do not prove POT's; linear_sum_assignment's where it applies. */
interface Recorded {
  readonly pot: number;
  readonly highs?: number;
  readonly assignment?: number;
}

const file = JSON.parse(readFileSync(new URL("exact.json", import.meta.url), "utf8")) as {
  checksum: string;
  values: Recorded[];
};
const problems = [...parityProblems()];
const methods = ["auto", "networkSimplex", "shortestPath", "points"] as const;

/** The answer of an engine; none where it does not take the problem. */
function answerOf(a: Weights, b: Weights, c: CostLike, options: EmdOptions): Result[] {
  try {
    return [emd(a, b, c, options)];
  } catch (error) {
    if (isOtError(error, "Unsupported")) return [];
    throw error;
  }
}

test("the recorded values belong to these inputs, bit by bit", () => {
  expect(problems.length).toBe(file.values.length);
  expect(problems.length).toBeGreaterThanOrEqual(300);
  expect(checksum(problems)).toBe(file.checksum);
});

describe.each([...families()])("emd, %s: the value of POT to 1e-9, certified", (_, members) => {
  test.each(members)("%s", (_name, { problem, recorded }) => {
    const { n, m, a, b, C, points, massTolerance } = problem;
    const largest = C.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const mass = a === null ? 1 : Float64Array.from(a).reduce((sum, value) => sum + value, 0);
    const median = C.toSorted()[C.length >> 1];
    const matrix = { data: C, rows: n, cols: m };
    const costs: CostLike[] = [matrix];
    if (points !== null) {
      const { x, y, d, metric } = points;
      costs.push(cost.points({ data: x, rows: n, cols: d }, { data: y, rows: m, cols: d }, metric));
    }
    const results = costs.flatMap((c) => methods.flatMap((method) => answerOf(a, b, c, { massTolerance, method })));
    expect(results.length).toBeGreaterThanOrEqual(2);
    for (const result of results) {
      const certificate = result.certify();
      if (certificate.kind !== "duality") throw new Error("an exact answer is certified by duality");
      expect(result.report.status).toBe("optimal");
      expect(certificate.primalResidual).toBeLessThanOrEqual(1e-12);
      expect(certificate.dualInfeasibility).toBeLessThanOrEqual(1e-14 * largest);
      const spent = [...result.plan.entries()].reduce((sum, [i, j, moved]) => sum + moved * Math.abs(C[i * m + j]), 0);
      expect(Math.abs(certificate.gap)).toBeLessThanOrEqual(Math.max(1e-10 * spent, 1e-14 * largest * mass));
      // Where the optimum is 0 the rounding of the masses decides: a floor in the unit of a middling cost.
      const near = Math.max(1e-9 * spent, 1e-15 * Math.abs(median) * mass);
      expect(Math.abs(result.value - (recorded.highs ?? recorded.pot))).toBeLessThanOrEqual(near);
    }
  });
});

describe("assignment: the value of linear_sum_assignment to 1e-9, and that of emd", () => {
  const squares = problems.flatMap((problem, k) =>
    isSquareUniform(problem) ? [{ problem, recorded: file.values[k] }] : [],
  );
  test.each(squares.map((square) => [square.problem.name, square] as const))("%s", (_name, { problem, recorded }) => {
    const { n, m, C } = problem;
    const { columns, cost: total } = assignment({ data: C, rows: n, cols: m });
    const spent = [...columns].reduce((sum, j, i) => sum + Math.abs(C[i * m + j]), 0);
    expect(Math.abs(total - (recorded.assignment ?? Number.NaN))).toBeLessThanOrEqual(1e-9 * spent);
    expect(Math.abs(total / n - emd(null, null, { data: C, rows: n, cols: m }).value)).toBeLessThanOrEqual(
      (1e-9 * spent) / n,
    );
  });
  test("there are more than ten such problems", () => {
    expect(squares.length).toBeGreaterThan(10);
  });
});

test("on four of these problems POT's plan costs more than ours, or is no plan at all", () => {
  const wrong = file.values.filter(({ pot, highs = pot }) => Math.abs(pot - highs) > 1e-9 * Math.abs(highs));
  expect(wrong.length).toBe(4);
});

type Member = readonly [name: string, { readonly problem: ParityProblem; readonly recorded: Recorded }];

function families(): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  for (const [k, problem] of problems.entries()) {
    const [family, ...rest] = problem.name.split("; ");
    const member: Member = [rest.join("; "), { problem, recorded: file.values[k] }];
    groups.set(family, [...(groups.get(family) ?? []), member]);
  }
  return groups;
}
