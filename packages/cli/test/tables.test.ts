// monge allocate and monge align: what they print and write, and what they refuse.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Desk, desk } from "./monge.ts";

let d: Desk;
const plants =
  "plant,Leeds,York,Bath,supply\nAston,4 <= 10,6,,30\nDerby,5,3,4,25\ndemand,25,20,20,\nunmet cost,,,20,\n";
const samples = (shift: number): string =>
  [
    "x,y,class",
    ...Array.from({ length: 12 }, (_, i) => `${shift + (i % 4)},${i < 6 ? 0 : 9 + i / 20},${i < 6 ? "low" : "high"}`),
  ].join("\n");

beforeAll(() => {
  d = desk({
    "plants.csv": plants,
    "lanes.csv":
      "from,to,cost,capacity\nAston,Leeds,4,10\nAston,York,6,\nDerby,Leeds,5,\nDerby,York,3,\nDerby,Bath,4,\n",
    "supplies.csv": "name,amount\nAston,30\nDerby,25\n",
    "demands.csv": "name,amount,unmet_cost\nLeeds,25,\nYork,20,\nBath,20,20\n",
    "ragged.csv": "plant,Leeds,supply\nAston,4\n",
    "words.csv": "plant,Leeds,supply\nAston,four,30\ndemand,10,\n",
    "plain.csv": "x,y\n1,2\n3,4\n",
    "old.csv": samples(0),
    "new.csv": samples(3),
  });
});
afterAll(() => d.clear());

describe("monge allocate", () => {
  it("one table and three lists are the same problem, and the shipments are a table again", () => {
    const one = JSON.parse(d.monge("allocate plants.csv --json").stdout);
    const three = JSON.parse(
      d.monge("allocate lanes.csv --supplies supplies.csv --demands demands.csv --json -o out.csv").stdout,
    );
    const { elapsedMs: _, ...answer } = one;
    expect(three).toMatchObject(answer);
    expect(answer).toMatchObject({ status: "optimal", unmet: 10, certificate: { relativeGap: 0 } });
    const lines = readFileSync(d.path("out.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toBe("from,to,amount,cost");
    const paid = lines.slice(1).reduce((sum, line) => sum + Number(line.split(",")[2]) * Number(line.split(",")[3]), 0);
    expect(paid).toBe(answer.shippingCost);
  });

  it("says in words what a unit more would change", () => {
    const { stdout, code } = d.monge("allocate plants.csv");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Aston → Leeds {9}10 {2}at 4; full: one more of room saves 4/);
    expect(stdout).toMatch(/Bath {3}10 of 20 served, 10 unmet {2}one more costs 20/);
  });
});

describe("monge align", () => {
  it("carries classes over, writes what moved, and scores against the truth", () => {
    const { stdout, code } = d.monge(
      "align old.csv new.csv --labels class --truth class -o moved.csv --predictions labels.csv --json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ method: "groupLasso", status: "converged", accuracy: 1 });
    expect(readFileSync(d.path("moved.csv"), "utf8").split("\n")[0]).toBe("x,y");
    expect(readFileSync(d.path("labels.csv"), "utf8").trim().split("\n")).toHaveLength(13);
  });
});

it.each([
  ["a ragged table", "allocate ragged.csv", /ragged\.csv, line 2 has 2 cells, the first row has 3/],
  ["a word for a cost", "allocate words.csv", /words\.csv, line 2: Leeds is "four", not a number/],
  ["no table of supplies", "allocate plain.csv", /plain\.csv is no table of supplies and demands/],
  ["supplies without demands", "allocate lanes.csv --supplies supplies.csv", /--supplies and --demands come together/],
  ["a shipment file of another kind", "allocate plants.csv -o out.txt", /--out out\.txt does not end in \.csv/],
  ["a column that is not there", "align old.csv new.csv --labels kind", /old\.csv has no column "kind".*x, y, class/],
  ["classes as coordinates", "align old.csv new.csv", /class is "low", not a number/],
  [
    "predictions without classes",
    "align plain.csv plain.csv --predictions p.csv",
    /Without --labels there are no classes/,
  ],
  ["two epsilons", "align plain.csv plain.csv --epsilon 1 --relative-epsilon 1", /--epsilon and --relative-epsilon/],
])("%s: one line, exit code 2", (_, line, message) => {
  const { code, stderr, stdout } = d.monge(line);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(message);
});

it("progress is shown where asked for, and nothing otherwise", () => {
  const line = "align old.csv new.csv --labels class --truth class";
  expect(d.process(line).stderr).toBe("");
  expect(d.process(`${line} --progress`).stderr).toMatch(/ s\n/);
  expect(d.process("allocate plants.csv --progress").code).toBe(0);
});
