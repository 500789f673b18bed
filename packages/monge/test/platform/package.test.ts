// The packed package in bare Node and in a Vite production build opened in Chromium; and what it weighs there.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, titleOf } from "./bundle.ts";
import { findChromium } from "./chromium.ts";
import { type PackedProject, packedProject } from "./packed.ts";

let project: PackedProject;
beforeAll(() => {
  project = packedProject();
});
afterAll(() => project.remove());

const job = `
import { emd, cost, assignment } from "monge";
const p = [.2, .3, .5], q = [.1, .6, .3];
const exact = emd(p, q, [[0, 1, 2], [1, 0, 1], [2, 1, 0]]);
const x = Array.from({ length: 300 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = Array.from({ length: 300 }, (_, i) => [Math.sin(5 * i), Math.cos(7 * i)]);
const points = emd(null, null, cost.points(x, y));
const answer = {
  value: exact.value, gap: exact.certify().gap,
  pointsValue: points.value, pointsGap: points.certify().relativeGap, status: points.report.status,
  columns: [...assignment([[4, 1], [2, 3]]).columns],
};
`;

interface Answer {
  value: number;
  gap: number;
  pointsValue: number;
  pointsGap: number;
  status: string;
  columns: number[];
}

function expectRight(answer: Answer): void {
  expect(answer.value).toBeCloseTo(0.3, 12);
  expect(Math.abs(answer.gap)).toBeLessThan(1e-14);
  expect(answer.pointsValue).toBeGreaterThan(0);
  expect(Math.abs(answer.pointsGap)).toBeLessThan(1e-10);
  expect(answer.status).toBe("optimal");
  expect(answer.columns).toEqual([1, 0]);
}

function inNode(): Answer {
  const script = join(project.folder, "job.mjs");
  writeFileSync(script, `${job}\nconsole.log(JSON.stringify(answer));`);
  // An empty PATH: nothing but Node is there to help.
  const out = execFileSync(process.execPath, [script], { cwd: project.folder, env: { PATH: "" }, encoding: "utf8" });
  return JSON.parse(out) as Answer;
}

async function gzipped(name: string, source: string): Promise<number> {
  const assets = join(await bundle(project, name, source), "assets");
  return readdirSync(assets).reduce((bytes, file) => bytes + gzipSync(readFileSync(join(assets, file))).length, 0);
}

describe("the packed package", () => {
  it("holds what it needs and no sources, maps or tests", () => {
    const target = join(project.folder, "node_modules/monge");
    expect(existsSync(join(target, "dist/index.js"))).toBe(true);
    expect(existsSync(join(target, "dist/index.d.ts"))).toBe(true);
    const all = readdirSync(target, { recursive: true }).map(String);
    expect(all.filter((name) => /\.map$|\.test\.|^(src|assembly|test)\b/.test(name))).toEqual([]);
  });

  it("solves in bare Node without a compiler", () => {
    expectRight(inNode());
  });

  it("costs a web page at most 40 kB for emd and 120 kB for solve, gzipped", async () => {
    const emdBytes = await gzipped("emd", `import { emd } from "monge"; globalThis.run = emd;`);
    const solveBytes = await gzipped("solve", `import { solve } from "monge"; globalThis.run = solve;`);
    expect(emdBytes).toBeLessThan(40_000);
    expect(solveBytes).toBeLessThan(120_000);
  });
});

const policies: [string, Record<string, string>][] = [
  ["a plain page", {}],
  [
    "a page with COOP, COEP and a strict content security policy",
    {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    },
  ],
];

describe.skipIf(findChromium() === null)("a Vite production build in Chromium", () => {
  it.each(policies)("gives the bits of Node on %s", async (_, headers) => {
    const dist = await bundle(project, "page", `${job}\ndocument.title = JSON.stringify(answer);`);
    const answer = await titleOf<Answer>(dist, headers);
    expectRight(answer);
    expect(answer).toEqual(inNode());
  });

  it("says KernelUnavailable where the content security policy forbids WebAssembly", async () => {
    const source = `import { emd } from "monge";
      try { emd(null, null, [[1]]); document.title = "{}"; } catch (error) { document.title = JSON.stringify({ code: error.code, cure: error.cure }); }`;
    const dist = await bundle(project, "forbidden", source);
    const policy = { "content-security-policy": "script-src 'self'" };
    const said = await titleOf<{ code: string; cure: string }>(dist, policy);
    expect(said.code).toBe("KernelUnavailable");
    expect(said.cure).toContain("wasm-unsafe-eval");
  });
});
