// Groups of alike atoms: what bisection promises, on features with and without ties.
import { describe, expect, it } from "vitest";
import { groupAtoms } from "../../src/entropic/acceleration/groups.ts";
import { random } from "../../src/linalg/random.ts";

/** The atoms of each group. */
function members(of: Int32Array, count: number): number[][] {
  const groups: number[][] = Array.from({ length: count }, () => []);
  of.forEach((group, atom) => {
    if (group >= 0) groups[group].push(atom);
  });
  return groups;
}

describe("groupAtoms", () => {
  it.each([1, 7, 8, 9, 100, 1000])(
    "puts each of %i atoms with mass into one group of at most eight, alike in number",
    (n) => {
      const { uniform } = random(n);
      const data = Float64Array.from({ length: 3 * n }, uniform);
      const a = Float64Array.from({ length: n }, (_, k) => (k % 5 === 4 ? 0 : 1));
      const { of, count } = groupAtoms({ data, cols: 3 }, a, 8);
      const sizes = members(of, count).map((group) => group.length);
      expect(Array.from(of, (group) => group >= 0)).toEqual(Array.from(a, (mass) => mass > 0));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    },
  );
  it("makes intervals of atoms on a line", () => {
    const { uniform } = random(1);
    const data = Float64Array.from({ length: 500 }, uniform);
    const { of, count } = groupAtoms({ data, cols: 1 }, new Float64Array(500).fill(1), 8);
    const ends = members(of, count).map((group) => {
      const values = group.map((k) => data[k]);
      return [Math.min(...values), Math.max(...values)];
    });
    for (let group = 1; group < count; group++) expect(ends[group][0]).toBeGreaterThan(ends[group - 1][1]);
  });
  it("splits atoms that are all alike", () => {
    const { of, count } = groupAtoms({ data: new Float64Array(64), cols: 1 }, new Float64Array(64).fill(1), 8);
    expect(members(of, count).map((group) => group.length)).toEqual(new Array(8).fill(8));
  });
});
