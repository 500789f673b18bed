// Runs the command in a folder of its own, as a user would.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

const command = fileURLToPath(new URL("../bin/monge.js", import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Call = (line: string, input?: string | Uint8Array, environment?: Record<string, string>) => Ending;

/** A folder with the given files, in which the command runs. */
export interface Desk {
  readonly folder: string;
  /** Runs the built command in a thread that stays from line to line: what it does, without the start of a process. */
  readonly monge: Call;
  /** Runs the command in a process of its own, with real streams. */
  readonly process: Call;
  /** Starts the command and leaves it running. */
  start(line: string): { kill(signal: NodeJS.Signals): void; started: Promise<void>; ended: Promise<Ending> };
  path(name: string): string;
  write(name: string, content: string | Uint8Array): void;
  files(): string[];
  clear(): void;
}

/** Splits a line at blanks, keeping quoted words together. */
export function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain);
}

export function desk(files: Readonly<Record<string, string | Uint8Array>> = {}): Desk {
  if (!existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url))))
    throw new Error("Build the command first: npm run build.");
  const folder = mkdtempSync(join(tmpdir(), "monge-cli-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  let warm: WarmCommand | undefined;
  return {
    folder,
    monge(line, input = "", environment) {
      warm ??= warmCommand();
      return warm.run(folder, { args: words(line), input, environment: { ...environment } });
    },
    process(line, input = "", environment) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words(line)], {
        cwd: folder,
        input,
        encoding: "utf8",
        env: { ...plainEnvironment(), ...environment },
        maxBuffer: 2 ** 28,
      });
      return { code: status, stdout, stderr };
    },
    start(line) {
      const child = spawn(process.execPath, [command, ...words(line)], {
        cwd: folder,
        env: plainEnvironment(),
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [stdout, stderr] = ["", ""];
      let ready = (): void => {};
      const started = new Promise<void>((resolve) => {
        ready = resolve;
      });
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
      });
      child.stderr.on("data", (chunk) => {
        stderr += chunk;
        ready();
      });
      const ended = new Promise<Ending>((resolve) => {
        child.on("close", (code) => {
          ready();
          resolve({ code, stdout, stderr });
        });
      });
      return { kill: (signal) => void child.kill(signal), started, ended };
    },
    path: (name) => join(folder, name),
    write: (name, content) => writeFileSync(join(folder, name), content),
    files: () => readdirSync(folder).sort(),
    clear() {
      warm?.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The environment without what a test may set. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NO_COLOR: __, MONGE_DEBUG: ___, ...rest } = process.env;
  return rest;
}

interface WarmCommand {
  run(folder: string, request: { args: string[]; input: string | Uint8Array; environment: object }): Ending;
  end(): void;
}

/** Starts `warmCommand.mjs`; the caller sleeps until a line has ended, as it would in `spawnSync`. */
function warmCommand(): WarmCommand {
  const { port1: port, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./warmCommand.mjs", import.meta.url), {
    workerData: { port: port2, signal },
    transferList: [port2],
    env: plainEnvironment(),
    execArgv: [],
  });
  worker.unref();
  port.unref();
  return {
    run(folder, request) {
      const back = process.cwd();
      // The folder of a process is that of its threads.
      process.chdir(folder);
      try {
        Atomics.store(signal, 0, 0);
        port.postMessage(request);
        Atomics.wait(signal, 0, 0, 290_000);
        const answer = receiveMessageOnPort(port)?.message as Ending | undefined;
        if (answer === undefined) throw new Error(`monge ${request.args.join(" ")} does not end`);
        return answer;
      } finally {
        process.chdir(back);
      }
    },
    end: () => void worker.terminate(),
  };
}

/** `n` points in `dimension` dimensions as CSV text, the same for the same seed. */
export function cloudText(n: number, dimension: number, seed: number): string {
  let state = seed >>> 0;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const names = Array.from({ length: dimension }, (_, k) => `x${k}`).join(",");
  const rows = Array.from({ length: n }, () => Array.from({ length: dimension }, () => draw().toFixed(6)).join(","));
  return `${names}\n${rows.join("\n")}\n`;
}

/** A `.npy` file (format 1.0) with the given header fields and data; the header may lie about the data. */
export function npy(shape: readonly number[], data: Float64Array, descr = "<f8"): Uint8Array {
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const padded = `${fields.padEnd(64 * Math.ceil((fields.length + 11) / 64) - 11)}\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([head, Buffer.from(padded, "latin1"), Buffer.from(data.buffer)]);
}
