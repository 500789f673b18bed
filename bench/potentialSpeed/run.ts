// One training step of a critic, ours and the peers' in turn, each in a process of its own: bench/results/potential-speed.json.
// Usage: node --import tsx bench/potentialSpeed/run.ts [--case REGEX] [--rounds N] [--no-peers]
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { spread } from "../bench.ts";
import { type SpeedCase, speedCases, speedProblem } from "./cases.ts";
import type { SpeedFile, SpeedRow } from "./row.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    rounds: { type: "string", default: "7" },
    "no-peers": { type: "boolean", default: false },
  },
});

const bench = fileURLToPath(new URL("..", import.meta.url));
const python = join(bench, "peers/.venv/bin/python");
const relaxedFlags = Number.parseInt(process.versions.node, 10) < 22 ? ["--experimental-wasm-relaxed-simd"] : [];

interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: (folder: string, name: string) => readonly string[];
  readonly part?: string;
}

const ours =
  (build: string): Contender["args"] =>
  (_, name) => [
    ...(build === "relaxed" ? relaxedFlags : []),
    ...["--import", "tsx", join(bench, "potentialSpeed/ours.ts"), build, name],
  ];
const script =
  (name: string, ...more: string[]): Contender["args"] =>
  (folder) => [join(bench, "peers/critics", name), folder, ...more];
const peer =
  (name: string): Contender["args"] =>
  (folder) => [join(bench, "peers/critics.py"), name, folder];
const node = process.execPath;

const contenders: readonly Contender[] = [
  { name: "monge", command: node, args: ours("plain") },
  { name: "monge, relaxed SIMD", command: node, args: ours("relaxed") },
  { name: "jax-js", command: node, args: script("jaxJs.mjs") },
  { name: "jax-js with jit", command: node, args: script("jaxJs.mjs", "jit") },
  { name: "tfjs-wasm", command: node, args: script("tfjsWasm.mjs") },
  {
    name: "onnxruntime-node",
    command: node,
    args: script("onnx.mjs"),
    part: "u at x and y, grad u at z: it does not train",
  },
  { name: "PyTorch", command: python, args: peer("torch") },
  { name: "JAX", command: python, args: peer("jax") },
];

interface Line {
  ask<T>(request: object): Promise<T>;
  kill(): void;
}

function line(command: string, args: readonly string[]): Line {
  const environment = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  const child: ChildProcess = spawn(command, args, { env: environment, stdio: ["pipe", "pipe", "pipe"] });
  const waiting: { resolve(text: string): void; reject(error: Error): void }[] = [];
  let complaint = "";
  child.stderr!.on("data", (text) => (complaint += text));
  createInterface({ input: child.stdout! }).on("line", (text) => {
    if (text.startsWith("{")) waiting.shift()?.resolve(text);
  });
  const fail = (): void => {
    const said = complaint.split("\n").find((text) => /^\w*Error: /.test(text)) ?? "it ended";
    for (const { reject } of waiting.splice(0)) reject(new Error(said.replace(/^\w*Error: /, "")));
  };
  child.on("exit", fail);
  child.on("error", fail);
  return {
    async ask<T>(request: object) {
      const answer = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
      child.stdin!.on("error", () => undefined);
      child.stdin!.write(`${JSON.stringify(request)}\n`);
      const parsed = JSON.parse(await answer) as T & { error?: string };
      if (parsed.error !== undefined) throw new Error(parsed.error);
      return parsed;
    },
    kill: () => child.kill("SIGKILL"),
  };
}

function writeProblem(speedCase: SpeedCase): string {
  const folder = join(bench, ".cache/potentialSpeed", speedCase.name);
  mkdirSync(folder, { recursive: true });
  const { weights, x, y, t, ...rest } = speedProblem(speedCase);
  for (const [name, values] of Object.entries({ weights, x, y, t })) writeFileSync(join(folder, `${name}.f32`), values);
  const { net, batch } = speedCase;
  writeFileSync(join(folder, "problem.json"), JSON.stringify({ net, batch, ...rest }));
  return folder;
}

function floats(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
}

function deviationOf(seen: Float32Array, wanted: Float32Array): number {
  let [error, size] = [0, 0];
  for (let k = 0; k < wanted.length; k++) {
    error = Math.max(error, Math.abs(seen[k] - wanted[k]));
    size = Math.max(size, Math.abs(wanted[k]));
  }
  return error / size;
}

interface Entered {
  readonly contender: Contender;
  readonly line: Line;
  readonly version: string;
  readonly loss: number;
  readonly weights: Float32Array;
  readonly steps: number;
  readonly cpu: number[];
}

async function enter(contender: Contender, folder: string, name: string): Promise<Entered> {
  if (!existsSync(contender.command)) throw new Error("not installed");
  const process_ = line(contender.command, contender.args(folder, name));
  try {
    type Gradient = { version: string; loss: number; weights: string };
    const { version, loss, weights } = await process_.ask<Gradient>({ op: "gradient" });
    // Compilers warm up, and runs are long enough to be timed.
    await process_.ask({ op: "run", steps: 3 });
    const { cpu } = await process_.ask<{ cpu: number }>({ op: "run", steps: 3 });
    const steps = Math.max(2, Math.min(40, Math.ceil(0.2 / cpu)));
    return { contender, line: process_, version, loss, weights: floats(weights), steps, cpu: [] };
  } catch (error) {
    process_.kill();
    throw error;
  }
}

async function measure(speedCase: SpeedCase): Promise<SpeedRow[]> {
  const folder = writeProblem(speedCase);
  const entered: Entered[] = [];
  const refused = new Map<string, string>();
  for (const contender of contenders.filter(({ name }) => !flags["no-peers"] || name.startsWith("monge"))) {
    try {
      entered.push(await enter(contender, folder, speedCase.name));
    } catch (error) {
      refused.set(contender.name, (error as Error).message);
    }
  }
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const { line: process_, steps, cpu } of entered) {
      cpu.push((await process_.ask<{ cpu: number }>({ op: "run", steps })).cpu);
    }
  }
  for (const { line: process_ } of entered) process_.kill();
  const [reference] = entered;
  return contenders.flatMap(({ name, part }): SpeedRow[] => {
    const base = { case: speedCase.name, name, part, required: speedCase.require[name] ?? null };
    const found = entered.find(({ contender }) => contender.name === name);
    if (found === undefined) {
      const why = refused.get(name);
      const row = { ...base, version: "", cpu: null, why, ratio: null, loss: null, deviation: null, met: true };
      return why === undefined ? [] : [row];
    }
    const { version, loss, weights, cpu } = found;
    const ratio = spread(cpu.map((seconds, k) => seconds / reference.cpu[k])).median;
    const deviation = weights.length === 0 ? null : deviationOf(weights, reference.weights);
    return [
      {
        ...base,
        version,
        cpu: spread(cpu),
        ratio,
        loss,
        deviation,
        met: base.required === null || ratio >= base.required,
      },
    ];
  });
}

const rows: SpeedRow[] = [];
for (const speedCase of speedCases.filter(({ name }) => new RegExp(flags.case).test(name))) {
  for (const row of await measure(speedCase)) {
    rows.push(row);
    const { name, cpu, ratio, deviation, why } = row;
    const said =
      cpu === null ? why : `${(1e3 * cpu.median).toFixed(1)} ms, ${ratio?.toFixed(1)}x, gradient off by ${deviation}`;
    console.log(`${speedCase.name} · ${name}: ${said}`);
  }
}

const flops: Record<string, { peak: number; product: Readonly<Record<string, number>> }> = {};
for (const build of ["plain", "relaxed"]) {
  const process_ = line(node, ours(build)("", speedCases[0].name));
  flops[build] = await process_.ask<{ peak: number; product: Readonly<Record<string, number>> }>({ op: "flops" });
  process_.kill();
  console.log(build, flops[build]);
}

const file: SpeedFile = {
  schema: 1,
  family: "potential-speed",
  machine: { cpu: cpus()[0].model, node: process.versions.node },
  date: new Date().toISOString().slice(0, 10),
  load: Math.round(100 * loadavg()[0]) / 100,
  rounds: Number(flags.rounds),
  flops,
  rows,
};
writeFileSync(join(bench, "results/potential-speed.json"), `${JSON.stringify(file, null, 2)}\n`);
