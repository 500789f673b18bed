// Runs the cases of one family: ours and the peer in turn (A B A B ...), each in a process of its own, and keeps what was measured.
// Usage: node --import tsx bench/run.ts exact [--case REGEX] [--runs N] [--quick] [--full] [--no-peers]
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { BenchCase, BenchFile, BenchResult, Calibration, OurRun, Peer, PeerRun, Proof } from "./bench.ts";
import { entropic } from "./entropic.bench.ts";
import { exact } from "./exact.bench.ts";
import { gromov } from "./gromov.bench.ts";
import { costMatrix, type Input } from "./inputs.ts";
import { writeNpy } from "./npy.ts";
import type { Problem } from "./ours.ts";
import { sliced } from "./sliced.bench.ts";
import { heading, row, seconds, summarise } from "./table.ts";

const bench = fileURLToPath(new URL(".", import.meta.url));
const families: Record<string, readonly BenchCase[]> = { exact, entropic, gromov, sliced };
/** A peer's call longer than this is cut; a case that took this long in all starts no further round. */
const cutSeconds = 120;
const caseSeconds = 600;
/** CPU seconds of a peer's runs together after which it starts no further one. */
const peerLimit = 60;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: "string", default: "." },
    runs: { type: "string", default: "5" },
    quick: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
  },
});

/** A child that answers one JSON line to each JSON line. */
interface Line {
  ask<T>(request: object): Promise<T>;
  /** CPU seconds that the process has used so far. */
  cpuSeconds(): number;
  kill(): void;
}

class Cut extends Error {}

function line(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Line {
  const child: ChildProcess = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { resolve(text: string): void; reject(error: Error): void }[] = [];
  if (child.stdin === null || child.stdout === null) throw new Error(`${command} has no pipes`);
  const { stdin, stdout } = child;
  createInterface({ input: stdout }).on("line", (text) => waiting.shift()?.resolve(text));
  child.on("exit", (code, signal) => {
    for (const { reject } of waiting.splice(0)) reject(new Cut(`${args.join(" ")} ended (${signal ?? code})`));
  });
  return {
    ask: async <T>(request: object) => {
      const answer = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
      stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse(await answer) as T;
    },
    cpuSeconds() {
      const stat = `/proc/${child.pid}/stat`;
      if (!existsSync(stat)) return Number.NaN;
      const fields = readFileSync(stat, "latin1").split(") ")[1].split(" ");
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    kill: () => child.kill("SIGKILL"),
  };
}

/** A Node whose engine knows relaxed SIMD, from npm: the one that runs the benchmarks may be older. */
const newerNode = "22.23.3";

function nodeFor({ relaxed }: Problem): string {
  if (relaxed !== true) return process.execPath;
  const prefix = join(bench, ".cache/node");
  const build = `node-${platform()}-${arch()}`;
  const binary = join(prefix, "node_modules", build, "bin/node");
  if (!existsSync(binary)) {
    const arguments_ = ["install", "--no-save", "--silent", "--prefix", prefix, `${build}@${newerNode}`];
    spawnSync("npm", arguments_, { stdio: "inherit" });
  }
  return binary;
}

async function ourProcess(problem: Problem): Promise<{ ours: Line; largest: number }> {
  const ours = line(nodeFor(problem), ["--import", "tsx", join(bench, "ours.ts")], process.env);
  return { ours, largest: (await ours.ask<{ largest: number }>({ op: "load", problem })).largest };
}

/** One thread for the peer, and no environment variable that makes its BLAS choose other kernels. */
function peerEnvironment(): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  return { ...rest, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
}

const versions: Record<string, string> = {};

/** What a peer's process says once it has read its input. */
interface Loaded {
  readonly versions: Readonly<Record<string, string>>;
  readonly calibration: Calibration | null;
}

async function peerProcess(
  peer: string,
  problem: Problem,
  largest: number,
  limit?: number,
): Promise<{ worker: Line; calibration: Calibration | null }> {
  const worker = line(join(bench, "peers/.venv/bin/python"), [join(bench, "peers/worker.py")], peerEnvironment());
  const loaded = await worker.ask<Loaded>({ op: "load", peer, largest, limit, ...problem });
  Object.assign(versions, loaded.versions);
  return { worker, calibration: loaded.calibration };
}

/** Who is to be beaten: of several peers the fastest that converges, or, where none does, the one that would be first. */
interface Rival {
  readonly name: string;
  readonly worker: Line;
  readonly tried?: Readonly<Record<string, Calibration>>;
  /** Where it was cut: CPU seconds that it would take. */
  readonly extrapolated: number | null;
}

async function findRival(peer: Peer | readonly string[], problem: Problem, largest: number): Promise<Rival> {
  if (typeof peer === "string") {
    const { worker } = await peerProcess(peer, problem, largest);
    return { name: peer, worker, extrapolated: null };
  }
  if (!isList(peer)) {
    const { ours } = await ourProcess({ ...problem, method: peer.method });
    return { name: `monge, method ${peer.method}`, worker: ours, extrapolated: null };
  }
  const tried: Record<string, Calibration> = {};
  let best: Rival | null = null;
  let least = Infinity;
  for (const name of peer) {
    // Who takes longer than another one that converges is not the fastest, however it ends.
    const limit = Math.min(cutSeconds, least);
    const { worker, calibration } = await peerProcess(name, problem, largest, limit);
    if (calibration === null) throw new Error(`${name} did not say how long it takes`);
    tried[name] = calibration;
    const said = calibration.cut ? `cut at error ${calibration.error}, would take` : `error ${calibration.error} in`;
    console.log(
      `    ${name}: ${calibration.iterations} iterations, ${said} ${calibration.cpu === null ? "for ever" : `${seconds(calibration.cpu)} s`}`,
    );
    // Beyond the cut only the extrapolation ranks them; a converging one comes first.
    const rank = calibration.cut ? 1e9 + (calibration.cpu ?? 1e9) : (calibration.cpu ?? 1e9);
    if (calibration.error === null || !(rank < least || best === null)) {
      worker.kill();
      continue;
    }
    best?.worker.kill();
    least = rank;
    best = { name, worker, tried, extrapolated: calibration.cut ? calibration.cpu : null };
  }
  if (best === null) throw new Error("no peer gave an answer");
  return best;
}

function isList(peer: Peer | readonly string[]): peer is readonly string[] {
  return Array.isArray(peer);
}

/** Writes the input once; the folder's name contains a hash of what made it. */
function writeInput(name: string, input: Input, dense: boolean): string {
  const sources = [
    "inputs.ts",
    "exact.bench.ts",
    "entropic.bench.ts",
    "gromov.bench.ts",
    "sliced.bench.ts",
    "npy.ts",
    "../packages/monge/src/linalg/random.ts",
  ];
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(join(bench, source)));
  const folder = join(bench, ".cache", `${name}-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(join(folder, "complete"))) return folder;
  mkdirSync(folder, { recursive: true });
  const { a, b, x, y } = input;
  if (a !== null) writeNpy(join(folder, "a.npy"), a, [a.length]);
  if (b !== null) writeNpy(join(folder, "b.npy"), b, [b.length]);
  writeNpy(join(folder, "x.npy"), x.data, [x.rows, x.cols]);
  writeNpy(join(folder, "y.npy"), y.data, [y.rows, y.cols]);
  if (dense) writeNpy(join(folder, "C.npy"), costMatrix(input), [x.rows, y.rows]);
  writeFileSync(join(folder, "complete"), "");
  return folder;
}

/** One call of the peer; cut where it takes too long, its time so far reported. */
async function timedPeer(peer: Line): Promise<PeerRun | { readonly cut: number }> {
  const before = peer.cpuSeconds();
  let used = 0;
  const timer = setInterval(() => {
    used = peer.cpuSeconds() - before;
    if (used > cutSeconds) peer.kill();
  }, 500);
  try {
    return await peer.ask<PeerRun>({ op: "run" });
  } catch (error) {
    if (error instanceof Cut && used > cutSeconds) return { cut: used };
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Calls until the engine's compilers have settled: once, or for a second of CPU where calls are short. Returns the first call. */
async function warmUp(ours: Line): Promise<OurRun> {
  const begin = ours.cpuSeconds();
  const first = await ours.ask<OurRun>({ op: "run" });
  for (let calls = 1; ours.cpuSeconds() - begin < 1 && calls < 200; calls++) await ours.ask<OurRun>({ op: "run" });
  return first;
}

async function measure(benchCase: BenchCase, rounds: number): Promise<BenchResult> {
  const input = benchCase.input();
  const folder = writeInput(benchCase.name, input, benchCase.cost === "dense" && benchCase.calls !== "gromov");
  const problem: Problem = {
    folder,
    cost: benchCase.cost,
    calls: benchCase.calls ?? "emd",
    options: benchCase.options ?? {},
    perIteration: benchCase.perIteration,
    relaxed: benchCase.relaxed,
    ground: input.ground,
    grid: input.grid,
  };
  const { ours, largest } = await ourProcess(problem);
  const peer =
    flags["no-peers"] && (typeof benchCase.peer === "string" || Array.isArray(benchCase.peer)) ? null : benchCase.peer;
  let rival: Rival | null = null;
  try {
    rival = peer === null ? null : await findRival(peer, problem, largest);
    const load = loadavg();
    const begin = performance.now();
    const first = await warmUp(ours);
    const many = first.cpu < 0.2 ? 3 * rounds : rounds;
    const oursRuns: OurRun[] = [];
    const peerRuns: PeerRun[] = [];
    let cut: number | null = rival?.extrapolated ?? null;
    let peerSeconds = 0;
    for (let k = 0; k < many && performance.now() - begin < 1000 * caseSeconds; k++) {
      oursRuns.push(await ours.ask<OurRun>({ op: "run" }));
      if (rival === null || cut !== null || peerSeconds > peerLimit) continue;
      const before = rival.worker.cpuSeconds();
      const run = await timedPeer(rival.worker);
      peerSeconds += rival.worker.cpuSeconds() - before;
      if ("cut" in run) cut = run.cut;
      else peerRuns.push(run);
    }
    const proof = benchCase.perIteration === undefined ? await ours.ask<Proof | null>({ op: "prove" }) : null;
    const memory = await ours.ask<{ wasmBytes: number; rssBytes: number }>({ op: "memory" });
    return summarise(benchCase, {
      first,
      oursRuns,
      peerRuns,
      cut,
      extrapolated: rival?.extrapolated != null,
      proof,
      memory,
      load,
      peer: rival?.name ?? null,
      tried: rival?.tried,
    });
  } finally {
    ours.kill();
    rival?.worker.kill();
    if (existsSync(join(folder, "C.npy"))) rmSync(folder, { recursive: true });
  }
}

function readResults(path: string): readonly BenchResult[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as BenchFile).results : [];
}

const family = positionals[0] ?? "exact";
const cases = families[family];
if (cases === undefined) throw new Error(`No such family: ${family}. There is ${Object.keys(families).join(", ")}.`);
const pattern = new RegExp(flags.case);
const chosen = cases.filter(
  ({ name, quick, full }) => pattern.test(name) && (flags.full || !full) && (!flags.quick || quick === true),
);
const rounds = flags.quick ? Math.min(3, Number(flags.runs)) : Number(flags.runs);
// A quick look, or one without peers, is nobody's record.
const path = join(bench, flags.quick || flags["no-peers"] ? ".cache" : "results", `${family}.json`);
const results = new Map(readResults(path).map((result) => [result.name, result]));
console.log(`${chosen.length} cases, ${rounds} rounds each, CPU seconds\n${heading}`);
for (const benchCase of chosen) {
  try {
    const result = await measure(benchCase, rounds);
    results.set(result.name, result);
    console.log(row(result));
    for (const sentence of result.verdict) console.log(`    ${sentence}`);
  } catch (error) {
    // The other rows are still worth having; a row without an answer must not keep an old one.
    results.delete(benchCase.name);
    console.log(`${benchCase.name} FAILED: ${(error as Error).message}`);
  }
  mkdirSync(join(path, ".."), { recursive: true });
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as BenchFile).peers : {};
  const file: BenchFile = {
    schema: 1,
    family,
    protocol:
      "CPU seconds of one call, single thread. Ours: the whole public call with the description of the cost, in a node process a case, " +
      "after unmeasured calls: one, or a second of them where calls are short (`first` is the very first). Peer: its kernel call only, in a python process a case. Both on the same float64 bits, in turn.",
    machine: {
      cpu: cpus()[0].model,
      cores: cpus().length,
      memoryBytes: totalmem(),
      platform: `${platform()} ${release()}`,
      node: process.version,
    },
    peers: { ...known, ...versions },
    results: cases.flatMap(({ name }) => results.get(name) ?? []),
  };
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
}
const failed = chosen.filter(({ name }) => results.get(name)?.met !== true).length;
console.log(`\n${chosen.length - failed} of ${chosen.length} rows met; written to ${path}`);
