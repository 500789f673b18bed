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

// One use of each further entry point, each with its kernels.
const families = `
import { gaussianMixture, random } from "monge";
import { buresCostMatrix, gaussian, squaredBuresWassersteinDistance } from "monge/gaussian";
import { gromovWasserstein } from "monge/gromov";
import { matchGaussians, simulateView } from "monge/matching";
const diagonal = (x, y, z) => [[x, 0, 0], [0, y, 0], [0, 0, z]];
const [p, q] = [gaussian([0, 0, 0], diagonal(1, 4, 9)), gaussian([3, 0, 0], diagonal(4, 1, 9))];
const one = gaussianMixture([p.mean], [p.covariance]), other = gaussianMixture([q.mean], [q.covariance]);
const triangle = [[0, 3, 4], [3, 0, 5], [4, 5, 0]], turned = [[0, 5, 3], [5, 0, 4], [3, 4, 0]];
const gromov = gromovWasserstein(triangle, turned, null, null);
const { normal, uniform } = random(5);
const scene = gaussianMixture(
  Array.from({ length: 30 }, () => [uniform(), uniform(), uniform()]),
  Array.from({ length: 30 }, () => diagonal(...[0, 0, 0].map(() => 0.002 * Math.exp(normal())))),
);
const truth = { projection: "affine", A: [90, 40, -20, 10, -50, 80], t: [300, 200] };
const { ellipses, origins } = simulateView(scene, truth);
const match = matchGaussians(scene, ellipses, { camera: "affine" });
const answer = {
  distance: squaredBuresWassersteinDistance(p, q), entry: buresCostMatrix(one, other).data[0],
  gromovValue: gromov.value, corners: [0, 1, 2].map((i) => [0, 1, 2].findIndex((j) => gromov.plan.at(i, j) > 0.3)),
  status: match.status, wrong: match.matches.filter(([i, j]) => !origins[j].includes(i)).length, links: match.matches.length,
  A: [...match.camera.A],
};
`;

interface Families {
  distance: number;
  entry: number;
  gromovValue: number;
  corners: number[];
  status: string;
  wrong: number;
  links: number;
  A: number[];
}

function expectFamilies(answer: Families): void {
  // |m - n|^2 + sum (sqrt a - sqrt b)^2 where the covariances commute.
  expect(answer.distance).toBeCloseTo(11, 12);
  expect(answer.entry).toBeCloseTo(11, 12);
  expect(answer.gromovValue).toBeCloseTo(0, 12);
  expect(answer.corners).toEqual([2, 0, 1]);
  expect(answer).toMatchObject({ status: "converged", wrong: 0, links: 30 });
  [90, 40, -20, 10, -50, 80].forEach((value, k) => expect(answer.A[k]).toBeCloseTo(value, 2));
}

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

function inNode<R = Answer>(source = job): R {
  const script = join(project.folder, "job.mjs");
  writeFileSync(script, `${source}\nconsole.log(JSON.stringify(answer));`);
  // An empty PATH: nothing but Node is there to help.
  const out = execFileSync(process.execPath, [script], { cwd: project.folder, env: { PATH: "" }, encoding: "utf8" });
  return JSON.parse(out) as R;
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

  it("has Gaussians, Gromov-Wasserstein and matching behind entry points of their own", () => {
    expectFamilies(inNode<Families>(families));
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

  it("has the other entry points, too, and their kernels", async () => {
    const dist = await bundle(project, "families", `${families}\ndocument.title = JSON.stringify(answer);`);
    const answer = await titleOf<Families>(dist, {});
    expectFamilies(answer);
    const here = inNode<Families>(families);
    // Exponentials may round differently in another engine.
    expect(answer).toMatchObject({ gromovValue: here.gromovValue, distance: here.distance, entry: here.entry });
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
