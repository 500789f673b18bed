// monge solve, as documented: results, formats, files, pipes, limits, interruption.
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../src/plot/png.ts";
import { cloudText, type Desk, desk, npy } from "./monge.ts";
import { elements } from "./xml.ts";

let d: Desk;

/** An 8-bit image, white where `inside`. */
function picture(rows: number, columns: number, inside: (r: number, c: number) => boolean): Uint8Array {
  const rgb = new Uint8Array(3 * rows * columns);
  for (let k = 0; k < rows * columns; k++)
    if (inside(Math.floor(k / columns), k % columns)) rgb.fill(255, 3 * k, 3 * k + 3);
  return encodePng(rgb, rows, columns);
}

const corner = picture(8, 8, (r, c) => r < 2 && c < 2);
const moved = picture(8, 8, (r, c) => r >= 4 && r < 6 && c >= 3 && c < 5);

beforeAll(() => {
  d = desk({
    "a.csv": cloudText(60, 2, 1),
    "b.csv": cloudText(50, 2, 2),
    "large-a.csv": cloudText(3000, 2, 3),
    "large-b.csv": cloudText(2900, 2, 4),
    "line.csv": "x\n0\n1\n5\n",
    "shifted.csv": "x\n2\n3\n7\n",
    "weighted.csv": "x,weight\n0,3\n1,1\n",
    "unweighted.csv": "x\n4\n",
    "<odd> & 'name'.csv": cloudText(5, 2, 9),
    "corner.png": corner,
    "moved.png": moved,
    "big.png": picture(100, 80, (r, c) => r > 10 && c < 40),
    "C.npy": npy([3, 3], Float64Array.of(0, 1, 2, 1, 0, 1, 2, 1, 0)),
    "p.npy": npy([3], Float64Array.of(0.2, 0.3, 0.5)),
    "q.npy": npy([3], Float64Array.of(0.1, 0.6, 0.3)),
    "twice.npy": npy([3], Float64Array.of(0.2, 1.2, 0.6)),
  });
});
afterAll(() => d.clear());

describe("monge solve", () => {
  it("prints a table with the value and the proof, and nothing on standard error", () => {
    const { code, stdout, stderr } = d.process("solve line.csv shifted.csv");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^line\.csv → shifted\.csv$/m);
    expect(stdout).toMatch(/distance +2 /);
    expect(stdout).toMatch(/value +4 +squared Euclidean/);
    expect(stdout).toMatch(/status +optimal/);
    expect(stdout).toMatch(/method +\w+ +\w/);
    expect(stdout).toMatch(/primal 4$/m);
    expect(stdout).toMatch(/No plan can cost less than 4: the potentials prove it/);
    expect(stdout).not.toContain("\u001b[");
  });

  it("--json prints exactly the documented object", () => {
    const { code, stdout } = d.monge("solve a.csv b.csv --json");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer)).toEqual([
      "value",
      "transportCost",
      "distance",
      "ground",
      "p",
      "epsilon",
      "status",
      "method",
      "backend",
      "n",
      "m",
      "certificate",
      "elapsedMs",
    ]);
    expect(Object.keys(answer.certificate)).toEqual([
      "kind",
      "problem",
      "primal",
      "dual",
      "gap",
      "relativeGap",
      "primalResidual",
      "dualInfeasibility",
    ]);
    expect(answer).toMatchObject({ ground: "sqeuclidean", p: 2, epsilon: null, status: "optimal", n: 60, m: 50 });
    expect(answer.certificate).toMatchObject({ kind: "duality", problem: "exact" });
    expect(answer.distance).toBe(Math.sqrt(answer.value));
    expect(answer.transportCost).toBe(answer.value);
    expect(answer.certificate.primalResidual).toBeLessThan(1e-12);
    expect(Math.abs(answer.certificate.relativeGap)).toBeLessThan(1e-10);
    expect(answer.elapsedMs).toBeGreaterThan(0);
  });

  it("--quiet prints the value alone", () => {
    expect(d.monge("solve line.csv shifted.csv --quiet")).toEqual({ code: 0, stdout: "4\n", stderr: "" });
  });

  it.each([
    ["sqeuclidean", "", 4, 2],
    ["euclidean", "", 2, 1],
    ["cityblock", "", 2, 1],
    ["chebyshev", "", 2, 1],
    ["euclidean", "--p 3", 8, 3],
    ["l3", "", 2, 1],
    ["l3", "--p 2", 4, 2],
  ])("--ground %s %s moves three points by 2 at the value %d", (ground, power, value, p) => {
    const answer = JSON.parse(d.monge(`solve line.csv shifted.csv --ground ${ground} ${power} --json`).stdout);
    expect(answer.value).toBeCloseTo(value, 12);
    expect(answer).toMatchObject({ ground, p });
    expect(answer.distance).toBeCloseTo(2, 12);
  });

  it("--cost --a --b solves the example of every introduction", () => {
    const { code, stdout } = d.monge("solve --cost C.npy --a p.npy --b q.npy --json --plan plan.csv --force");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer.value).toBeCloseTo(0.3, 15);
    expect(answer).toMatchObject({ ground: "matrix", p: 1, n: 3, m: 3, distance: answer.value });
    const plan = readFileSync(d.path("plan.csv"), "utf8").trim().split("\n").slice(1);
    const entries = plan.map((line) => line.split(",").map(Number));
    expect(entries.map(([i, j]) => [i, j])).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
      [2, 1],
      [2, 2],
    ]);
    entries.forEach(([, , mass], k) => {
      expect(mass).toBeCloseTo([0.1, 0.1, 0.3, 0.2, 0.3][k], 15);
    });
  });

  it("--cost --mass normalize scales weights that do not balance", () => {
    const answer = JSON.parse(d.monge("solve --cost C.npy --a p.npy --b twice.npy --mass normalize --json").stdout);
    expect(answer.value).toBeCloseTo(0.3, 14);
  });

  it("scales images to mass 1, says so, and moves a square by (4, 3)", () => {
    const { code, stdout, stderr } = d.monge("solve corner.png moved.png --json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).distance).toBeCloseTo(5, 10);
    expect(stderr).toMatch(/scaled to 1/);
    expect(d.monge("solve corner.png moved.png --quiet").stderr).toBe("");
    expect(JSON.parse(d.monge("solve corner.png moved.png --json --mass keep").stdout).value).toBeCloseTo(4 * 25, 9);
  });

  it("averages large images down to --size and says so", () => {
    const { stdout, stderr } = d.monge("solve big.png big.png --size 10 --json");
    expect(JSON.parse(stdout)).toMatchObject({ n: 80, m: 80, value: 0 });
    expect(stderr).toMatch(/big\.png: 80 x 100 pixels averaged down to 8 x 10 \(--size\)/);
  });

  it("reads weights from a column, and --mass normalize makes them balance", () => {
    const answer = JSON.parse(
      d.monge("solve weighted.csv unweighted.csv --mass normalize --ground euclidean --json").stdout,
    );
    // 3/4 of the mass goes from 0 to 4, 1/4 from 1 to 4.
    expect(answer.value).toBeCloseTo(3.75, 12);
  });

  it("solves a file against itself at the value 0, with JSON that every reader accepts", () => {
    const { code, stdout } = d.monge("solve a.csv a.csv --json");
    const answer = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ value: 0, distance: 0, status: "optimal" });
    expect(answer.certificate.gap).toBeLessThan(1e-15);
    expect(d.monge("solve a.csv a.csv").stdout).not.toContain("Infinity");
  });

  it("is deterministic: the same call prints the same plan", () => {
    const plan = (): string => d.process("solve a.csv b.csv --plan - --quiet").stdout;
    expect(plan()).toBe(plan());
  });
});

describe("pipes", () => {
  it("- reads either side from standard input", () => {
    const text = readFileSync(d.path("a.csv"), "utf8");
    const file = d.monge("solve a.csv b.csv --quiet").stdout;
    expect(d.process("solve - b.csv --format csv --quiet", text)).toEqual({ code: 0, stdout: file, stderr: "" });
    expect(d.monge("solve - b.csv --quiet", text).stdout).toBe(file);
    const back = d.monge("solve b.csv a.csv --quiet").stdout;
    expect(d.monge("solve b.csv - --quiet", text).stdout).toBe(back);
    expect(Number(back)).toBeCloseTo(Number(file), 12);
  });

  it("- reads an image from standard input", () => {
    expect(JSON.parse(d.process("solve - moved.png --json", corner).stdout).distance).toBeCloseTo(5, 10);
  });

  it("--plan - writes the plan to standard output and the table to standard error", () => {
    const { code, stdout, stderr } = d.process("solve line.csv shifted.csv --plan -");
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(4);
    expect(stdout).toMatch(/^i,j,mass\n0,0,0\.3/);
    expect(stderr).toMatch(/certificate/);
  });

  it("--plot - writes an SVG to standard output", () => {
    const { stdout } = d.monge("solve a.csv b.csv --plot - --quiet");
    expect(elements(stdout.trim())[0].name).toBe("svg");
  });
});

describe("files", () => {
  it("--plan and --plot write what the result holds", () => {
    const { code, stderr } = d.monge("solve a.csv b.csv --plan out.npy --plot out.svg");
    expect(code).toBe(0);
    expect(stderr).toBe("The plan is in out.npy.\nThe picture is in out.svg.\n");
    const bytes = readFileSync(d.path("out.npy"));
    const plan = new Float64Array(
      bytes.buffer.slice(bytes.byteOffset + bytes.length - 60 * 50 * 8, bytes.byteOffset + bytes.length),
    );
    for (let i = 0; i < 60; i++)
      expect(plan.subarray(i * 50, i * 50 + 50).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1 / 60, 12);
    const svg = readFileSync(d.path("out.svg"), "utf8");
    const marks = elements(svg.trim());
    expect(marks.filter(({ attributes }) => "data-k" in attributes)).toHaveLength(110);
    expect(svg).toMatch(/W₂ = 0\.\d+ · cost 0\.\d+ \(squared Euclidean\) · optimal · certified(:| to)/);
  });

  it("are never overwritten without --force", () => {
    d.write("mine.svg", "mine");
    expect(d.monge("solve a.csv b.csv --plot mine.svg").code).toBe(2);
    expect(readFileSync(d.path("mine.svg"), "utf8")).toBe("mine");
    expect(d.monge("solve a.csv b.csv --plot mine.svg --force").code).toBe(0);
    expect(readFileSync(d.path("mine.svg"), "utf8")).toContain("<svg");
  });

  it.each([
    ["two clouds", "a.csv b.csv"],
    ["a line", "line.csv shifted.csv"],
    ["two images", "corner.png moved.png"],
    ["a cost matrix", "--cost C.npy"],
    ["odd names", `"<odd> & 'name'.csv" b.csv`],
  ])("--plot report.html is one page without outside resources: %s", (_, files) => {
    const { code, stderr } = d.monge(`solve ${files} --plot report.html --force --quiet`);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const page = readFileSync(d.path("report.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|src=|@import|url\((?!#)/);
    expect(page).not.toMatch(/NaN|undefined|<odd>/);
    expect(page).toContain("Why this answer is right");
    const block = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1];
    if (block !== undefined) expect(JSON.parse(block).flows.mass.length).toBeGreaterThan(0);
    const svg = /<svg[\s\S]*?<\/svg>/.exec(page)?.[0] ?? "";
    expect(elements(svg)[0].name).toBe("svg");
  });
});

describe("limits and interruption", () => {
  it("--max-iterations ends with code 3, a feasible plan and a valid bound", () => {
    const { code, stdout } = d.process(
      "solve large-a.csv large-b.csv --method networkSimplex --max-iterations 50 --json --plan part.csv",
    );
    expect(code).toBe(3);
    const answer = JSON.parse(stdout);
    expect(answer.status).toBe("maxIterations");
    expect(answer.certificate.primalResidual).toBeLessThan(1e-9);
    expect(answer.certificate.dual).toBeLessThan(answer.certificate.primal);
    expect(existsSync(d.path("part.csv"))).toBe(true);
    const table = d.monge("solve large-a.csv large-b.csv --method networkSimplex --max-iterations 50").stdout;
    expect(table).toMatch(/stopped at --max-iterations/);
    expect(table).toMatch(/no plan can cost less than .*; this one costs 0\.0/i);
  });

  it("--time-limit 0 ends with code 3 too", () => {
    const { code, stdout } = d.monge("solve large-a.csv large-b.csv --method networkSimplex --time-limit 0ms --json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout).status).toBe("timeLimit");
  });

  it("progress stays off a stream that is no terminal, unless --progress asks for it", () => {
    const call = "solve large-a.csv large-b.csv --method networkSimplex --max-iterations 3000 --json";
    expect(d.process(call).stderr).toBe("");
    const { stdout, stderr } = d.process(`${call} --progress`);
    expect(stderr).toMatch(/iterations|s$/m);
    expect(stderr).not.toContain("\r");
    expect(JSON.parse(stdout).n).toBe(3000);
  });

  it("Ctrl-C ends with code 130 and leaves no file", async () => {
    const before = d.files();
    const run = d.start(
      "solve large-a.csv large-b.csv --method networkSimplex --plan late.csv --plot late.svg --progress",
    );
    await run.started;
    run.kill("SIGINT");
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stdout).toBe("");
    expect(stderr).toContain("Interrupted: nothing was written.");
    expect(d.files()).toEqual(before);
  });
});
