// Pools of the packed package: in bare Node, in a Vite build in Chromium with inlined workers and with workers of the page's own origin;
// and the relaxed-SIMD build where the engine has it.
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, titleOf } from "./bundle.ts";
import { findChromium } from "./chromium.ts";
import { type PackedProject, packedProject } from "./packed.ts";

let project: PackedProject;
beforeAll(() => {
  project = packedProject();
});
afterAll(() => project.remove());

const problem = `
import { cost, emd, loadKernels, sinkhorn } from "monge";
import { createPool } from "monge/worker";
const cloud = (n, s) => Array.from({ length: n }, (_, i) => [((i * 7919 + s) % 1009) / 1009, ((i * 104729 + s) % 997) / 997]);
const C = cost.points(cloud(150, 1), cloud(140, 5), "euclidean");
const options = { relativeEpsilon: 0.01 };
const bits = ({ value, potentials, plan }) => [value, ...potentials.f, ...potentials.g, ...plan.marginal(0)];
const here = [emd(null, null, C), sinkhorn(null, null, C, options)].map(bits);
const solveOn = async (pool) => (await Promise.all([emd.async(null, null, C, { pool }), sinkhorn.async(null, null, C, { ...options, pool })])).map(bits);
`;

const job = (worker: string): string => `${problem}
const pool = createPool({ threads: 2, ${worker} });
const answer = { same: false, code: "", cure: "", aborted: "", first: here[0][0], second: here[1][0] };
try {
  answer.same = JSON.stringify(await solveOn(pool)) === JSON.stringify(here);
  const stop = new AbortController();
  const long = sinkhorn.async(null, null, C, { relativeEpsilon: 1e-5, tolerance: 1e-300, pool, signal: stop.signal, onProgress: () => stop.abort("enough") });
  answer.aborted = await long.catch(String);
  answer.same &&= (await emd.async(null, null, C, { pool })).value === here[0][0];
} catch (error) {
  Object.assign(answer, { code: error.code ?? String(error), cure: error.cure });
}
`;

interface Answer {
  same: boolean;
  code: string;
  cure: string;
  aborted: string;
  first: number;
  second: number;
}

function inNode(source: string, flags: string[] = []): Answer {
  const script = join(project.folder, "pool.mjs");
  writeFileSync(script, `${source}\nconsole.log(JSON.stringify(answer));`);
  const out = execFileSync(process.execPath, [...flags, script], {
    cwd: project.folder,
    env: { PATH: "" },
    encoding: "utf8",
    timeout: 60_000,
  });
  return JSON.parse(out) as Answer;
}

const inlined = "";
const ownOrigin = `worker: () => new Worker(new URL("monge/worker-entry", import.meta.url), { type: "module" })`;
const right = { same: true, code: "", aborted: "enough" };

describe("a pool of the packed package in bare Node", () => {
  it("gives the bits of the calling thread, and an idle pool lets the process end", () => {
    expect(inNode(job(inlined))).toMatchObject(right);
  });

  it("runs on monge/worker-entry, too", () => {
    const worker = `worker: () => new Worker(new URL(import.meta.resolve("monge/worker-entry")))`;
    expect(inNode(`import { Worker } from "node:worker_threads";\n${job(worker)}`)).toMatchObject(right);
  });
});

const strict = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
};
const title = "document.title = JSON.stringify(answer);";

describe.skipIf(findChromium() === null)("a pool in a Vite production build in Chromium", () => {
  it.each([
    ["inlined workers on a plain page", inlined, {}],
    ["its own workers under a strict content security policy", ownOrigin, strict],
  ])("%s: the bits of Node", async (_, worker, headers) => {
    const dist = await bundle(project, worker === inlined ? "inlined" : "own", job(worker) + title);
    const answer = await titleOf<Answer>(dist, headers);
    expect(answer).toMatchObject(right);
    const { first, second } = inNode(job(inlined));
    expect(answer).toMatchObject({ first, second });
  });

  it("says what to do where the policy refuses inlined workers", async () => {
    const dist = await bundle(project, "inlined", job(inlined) + title);
    const { code, cure } = await titleOf<Answer>(dist, strict);
    expect(code).toBe("KernelUnavailable");
    expect(cure).toContain("monge/worker-entry");
  });

  it("the relaxed-SIMD build agrees with the plain one to 1e-12, says its name, and goes with the pool", async () => {
    const dist = await bundle(project, "relaxed", relaxedJob + title);
    const answer = await titleOf<Relaxed>(dist, {});
    expect(answer.code).toBe("");
    expectRelaxed(answer);
  });
});

const relaxedJob = `${problem}
const answer = { code: "", message: "", backend: "", difference: 1, gap: 1, same: false };
try {
  const before = sinkhorn(null, null, C, options);
  await loadKernels(import("monge/kernels/relaxed"));
  const after = sinkhorn(null, null, C, options);
  const pool = createPool({ threads: 1 });
  const there = await sinkhorn.async(null, null, C, { ...options, pool });
  answer.backend = [before, after, there].map(({ report }) => report.backend).join();
  answer.difference = Math.abs(after.value - before.value) / before.value;
  answer.gap = after.certify().relativeGap;
  answer.same = JSON.stringify(bits(after)) === JSON.stringify(bits(there)) && JSON.stringify(bits(after)) !== JSON.stringify(bits(before));
} catch (error) {
  Object.assign(answer, { code: error.code ?? "", message: String(error) });
}
`;

interface Relaxed {
  code: string;
  message: string;
  backend: string;
  difference: number;
  gap: number;
  same: boolean;
}

function expectRelaxed(answer: Relaxed): void {
  expect(answer.backend).toBe("wasm-simd,wasm-relaxed-simd,wasm-relaxed-simd");
  expect(answer.difference).toBeLessThan(1e-12);
  expect(Math.abs(answer.gap)).toBeLessThan(1e-8);
  expect(answer.same).toBe(true);
}

describe("the relaxed-SIMD build in Node", () => {
  const major = Number(process.versions.node.split(".")[0]);

  it("is KernelUnavailable before Node 22, and runs from there on", () => {
    const answer = inNode(relaxedJob) as unknown as Relaxed;
    if (major >= 22) {
      expectRelaxed(answer);
      return;
    }
    expect(answer.code).toBe("KernelUnavailable");
    expect(answer.message).toMatch(/relaxed-SIMD build needs Node 22/);
  });

  it.skipIf(major >= 22)("runs in Node 20 behind its flag", () => {
    const flag = "--experimental-wasm-relaxed-simd";
    if (spawnSync(process.execPath, [flag, "--version"]).status !== 0) return;
    expectRelaxed(inNode(relaxedJob, [flag]) as unknown as Relaxed);
  });
});
