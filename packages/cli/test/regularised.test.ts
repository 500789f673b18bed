// monge solve with entropy, penalties or a part of the mass, and monge divergence: the answers of the library, told with their proofs.
import { cost, type Matrix, pointCloud, sinkhorn, sinkhornDivergence, solve } from "monge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cloudText, type Desk, desk, npy } from "./monge.ts";

let d: Desk;
const [x, y] = [cloud(cloudText(40, 2, 1)), cloud(cloudText(50, 2, 2))];

function cloud(text: string): Matrix {
  const rows = text.trim().split("\n").slice(1);
  return { data: Float64Array.from(rows.flatMap((row) => row.split(",").map(Number))), rows: rows.length, cols: 2 };
}

beforeAll(() => {
  d = desk({
    "a.csv": cloudText(40, 2, 1),
    "b.csv": cloudText(50, 2, 2),
    "light.csv": "x,weight\n0,1\n1,1\n",
    "heavy.csv": "x,weight\n0,2\n5,2\n",
    "C.npy": npy([2, 2], Float64Array.of(0, 1, 1, 0)),
  });
});
afterAll(() => d.clear());

const json = (line: string): Record<string, number | string> & { certificate: Record<string, number | string> } =>
  JSON.parse(d.monge(`${line} --json`).stdout);

describe("monge solve --epsilon", () => {
  it("--epsilon 0.05 prints the value, the cost and a proof of the entropic problem", () => {
    const expected = sinkhorn(null, null, cost.points(x, y), { epsilon: 0.05 });
    const answer = json("solve a.csv b.csv --epsilon 0.05");
    expect(answer).toMatchObject({ epsilon: 0.05, status: "converged", distance: null, value: expected.value });
    expect(answer.transportCost).toBe(expected.transportCost);
    expect(answer.certificate).toMatchObject({ kind: "duality", problem: "entropic" });
    const { stdout } = d.monge("solve a.csv b.csv --epsilon 0.05");
    expect(stdout).toMatch(/entropy of weight 0\.05 included/);
    expect(stdout).toMatch(/The potentials prove that no plan has less/);
    expect(stdout).not.toMatch(/distance/);
  });
  it("--relative-epsilon 0.01 is a multiple of the largest cost, --tolerance reaches the solver", () => {
    const { epsilon, value } = sinkhorn(null, null, cost.points(x, y), { relativeEpsilon: 0.01, tolerance: 1e-3 });
    expect(json("solve a.csv b.csv --relative-epsilon 0.01 --tolerance 1e-3")).toMatchObject({ epsilon, value });
  });
  it("--plan tells what it leaves out of a plan that is nowhere zero", () => {
    const { stderr, code } = d.monge("solve a.csv b.csv --relative-epsilon 0.001 --plan p.csv --quiet");
    expect([code, stderr]).toEqual([0, ""]);
    expect(d.monge("solve a.csv b.csv --relative-epsilon 0.001 --plan p.csv --force").stderr).toMatch(
      /Entries of the plan below .* are left out: .* % of the mass/,
    );
  });
});

describe("monge solve --partial, --unbalanced", () => {
  it("--partial 0.5 moves the cheapest half", () => {
    const expected = solve(x, y, { partial: 0.5 });
    const answer = json("solve a.csv b.csv --partial 0.5");
    expect(answer.value).toBe(expected.value);
    expect(answer.certificate.problem).toBe("partial");
  });
  it("takes masses that do not balance, and asks for a word about them otherwise", () => {
    expect(json("solve light.csv heavy.csv --partial 1.5").transportCost).toBe(0.5);
    expect(json("solve light.csv heavy.csv --epsilon 0.1 --unbalanced KL:1").status).toBe("converged");
    expect(d.monge("solve light.csv heavy.csv").code).toBe(2);
  });
  it.each([
    ["KL:1", { kind: "KL", strength: 1 }, { kind: "KL", strength: 1 }],
    ["TV:0.5,equal", { kind: "TV", strength: 0.5 }, "equal"],
    ["l2:3,kl:2", { kind: "L2", strength: 3 }, { kind: "KL", strength: 2 }],
  ] as const)("--unbalanced %s", (text, source, target) => {
    const { value } = sinkhorn(null, null, cost.points(x, y), { epsilon: 0.1, unbalanced: { source, target } });
    expect(json(`solve a.csv b.csv --epsilon 0.1 --unbalanced ${text}`).value).toBe(value);
  });
});

describe("monge divergence", () => {
  it("prints the divergence of the library, its parts and its bounds", () => {
    const expected = sinkhornDivergence(pointCloud(x), pointCloud(y), { relativeEpsilon: 0.01 });
    const answer = json("divergence a.csv b.csv");
    expect(answer).toMatchObject({ value: expected.value, epsilon: expected.epsilon, status: "converged" });
    expect(answer.parts).toMatchObject({ xy: expected.parts.xy.value });
    expect(Number(answer.certificate.primal)).toBeGreaterThan(Number(answer.certificate.dual) - 1e-9);
    expect(d.monge("divergence a.csv b.csv --quiet").stdout).toBe(`${expected.value}\n`);
    expect(d.monge("divergence a.csv b.csv").stdout).toMatch(/divergence +0\.0\d+/);
  });
  it("is 0 between a file and itself", () => {
    expect(d.monge("divergence a.csv a.csv --quiet --epsilon 0.1").stdout).toBe("0\n");
  });
});

it.each([
  ["solve a.csv b.csv --epsilon 0.1 --relative-epsilon 0.1", /both given/],
  ["solve a.csv b.csv --partial 0.1 --unbalanced KL:1", /both given/],
  ["solve a.csv b.csv --tolerance 1e-3", /exact transport has none/],
  ["solve a.csv b.csv --epsilon 0", /no number above 0/],
  ["solve a.csv b.csv --epsilon 1 --unbalanced KL", /no penalty/],
  ["solve a.csv b.csv --epsilon 1 --unbalanced KL:1,KL:1,KL:1", /names 3 sides/],
  ["solve a.csv b.csv --partial 2", /--partial|mass/],
  ["solve a.csv b.csv --epsilon 0.1 --method networkSimplex", /has no entropy/],
  ["divergence a.csv", /TARGET is missing/],
])("%s: one line, exit code 2", (line, message) => {
  const { code, stdout, stderr } = d.monge(line);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
