// A training that is killed at any moment goes on to the bits that it would have reached; damaged checkpoints are refused.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isOtError } from "../../src/index.ts";
import { mlp, type TrainResult, trainCritic } from "../../src/potential/index.ts";
import { normals } from "../generators/samplers.ts";
import { interrupted } from "./interrupted.ts";

const [here, there] = [normals([1, 0, 0], 0.2), normals([0, 0, 0], 0.2)];
const options = { net: mlp(3, [9, 5]), steps: 23, batch: 6, evaluationPoints: 32, seed: 4 };
const bits = ({ critic, w1, curve }: TrainResult): unknown => [critic.weights, w1, curve];

function checkpoints(): Uint8Array[] {
  const states: Uint8Array[] = [];
  trainCritic(here, there, { ...options, checkpoint: { every: 1, save: (state) => void states.push(state) } });
  return states;
}

test("trainCritic resumed after any of its steps ends with the bits of an uninterrupted run", () => {
  const whole = bits(trainCritic(here, there, options));
  const states = checkpoints();
  expect(states.length).toBe(options.steps);
  for (const resume of states) expect(bits(trainCritic(here, there, { ...options, resume }))).toEqual(whole);
});

test("a checkpoint is made at each multiple of `every`, and where a run is stopped", async () => {
  const steps: number[] = [];
  const save = (state: Uint8Array): void => {
    steps.push(trainCritic(here, there, { ...options, resume: state, maxIterations: 0 }).report.iterations);
  };
  trainCritic(here, there, { ...options, checkpoint: { every: 10, save } });
  expect(steps).toEqual([10, 20, 23]);
  steps.length = 0;
  trainCritic(here, there, { ...options, maxIterations: 13, checkpoint: { every: 10, save } });
  expect(steps).toEqual([10, 13]);
});

test("the async form waits for a checkpoint to be kept, and fails where that fails", async () => {
  let kept = 0;
  const slow = async (): Promise<void> => {
    const before = kept;
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(kept).toBe(before);
    kept++;
  };
  await trainCritic.async(here, there, { ...options, checkpoint: { every: 8, save: slow } });
  expect(kept).toBe(3);
  const full = new Error("the disk is full");
  const save = (): Promise<void> => Promise.reject(full);
  await expect(trainCritic.async(here, there, { ...options, checkpoint: { save } })).rejects.toBe(full);
});

test("a damaged checkpoint is a CorruptFile, wherever the damage", () => {
  const state = checkpoints()[3];
  const refuse = (bytes: Uint8Array): void => {
    let error: unknown;
    try {
      trainCritic(here, there, { ...options, resume: bytes });
    } catch (thrown) {
      error = thrown;
    }
    expect(isOtError(error) && error.code).toBe("CorruptFile");
  };
  for (let at = 0; at < state.length; at += 37) {
    const damaged = state.slice();
    damaged[at] ^= 16;
    refuse(damaged);
    refuse(state.slice(0, at));
  }
});

test("a checkpoint of other samples or options is refused by name", () => {
  const resume = checkpoints()[3];
  const again = (changed: object, source = here): unknown =>
    trainCritic(source, there, { ...options, resume, ...changed });
  expect(() => again({ seed: 5 })).toThrow(/made with/);
  expect(() => again({ batch: 7 })).toThrow(/made with batch 6, not 7/);
  expect(() => again({}, normals([2, 0, 0], 0.2))).toThrow(/made with source/);
});

test("a process killed by SIGKILL between two steps is resumed from its file to the same bits", async () => {
  const folder = mkdtempSync(join(tmpdir(), "monge-"));
  try {
    const file = join(folder, "state");
    const script = fileURLToPath(new URL("interrupted.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, file], { stdio: "inherit" });
    const ended = new Promise<string | null>((resolve) => child.on("exit", (_, signal) => resolve(signal)));
    while (!existsSync(file) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    const resume = new Uint8Array(readFileSync(file));
    expect(bits(interrupted({ resume }))).toEqual(bits(interrupted({})));
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
