// What a page says of the WebGPU kernels of matching: votes and scores beside those of the wasm kernels, and whole matches either way.
import { isOtError } from "../../src/errors/otError.ts";
import { matching } from "../../src/kernels/matching.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import type { Camera } from "../../src/matching/camera.ts";
import { type MatchOptions, type MatchResult, matchGaussians, simulateView } from "../../src/matching/index.ts";
import { poseAngle } from "../../src/matching/likeness.ts";
import { directions, rotationAlong } from "../../src/matching/rotation.ts";
import { type Device, openStage, type Stage } from "../../src/matching/stage.ts";
import { type MatchTask, readTask } from "../../src/matching/task.ts";
import { type Ballot, baseCamera, type Hypothesis, openVotes } from "../../src/matching/votes.ts";
import { openDevice, openDeviceVotes } from "../../src/matching/votesWebgpu.ts";
import type { Progress } from "../../src/run/progress.ts";
import { drain, drainAsync } from "../../src/run/solver.ts";
import { createPool } from "../../src/worker/index.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";

/** How the votes of all directions compare. */
export interface VotesSeen {
  readonly directions: number;
  /** The largest votes of any direction. */
  readonly most: number;
  /** Directions whose best votes differ by more than 1e-3, relatively, and the largest difference. */
  readonly off: number;
  readonly worst: number;
  /** Directions whose best place is within a bin of angle and of shift. */
  readonly inPlace: number;
}

/** How two matches compare. */
export interface MatchesSeen {
  readonly status: string;
  readonly backend: string;
  /** Between the cameras, in degrees, and between the links that only one has, and those of both. */
  readonly degrees: number;
  readonly apart: number;
  readonly links: number;
}

/** What the page says. */
export interface WebgpuSeen {
  /** Why there is no device, if so. */
  readonly missing: { readonly code: string; readonly cure: string } | null;
  readonly votes: Record<string, VotesSeen>;
  /** The largest relative difference of scores, by kind of camera. */
  readonly scores: Record<string, number>;
  readonly matches: Record<string, MatchesSeen>;
  /** The code of the error of the forms that do not wait. */
  readonly sync: string;
  readonly steps: string;
  readonly known: string;
  /** What a match rejects with that is aborted at its first sign of life; the status of one that is stopped at its first pose. */
  readonly aborted: string;
  readonly stopped: string;
  /** A match on a pool, whose worker asks for a device of its own, beside one here. */
  readonly pooled: MatchesSeen | null;
  readonly error: string;
}

const cell = 0.12;
const kinds = ["affine", "scaled-orthographic", "perspective"] as const;
const usual = { unseen: 0.2, spurious: 0.2, noise: 0.004, covarianceNoise: 0.1, seed: 33 };
const degrees = 180 / Math.PI;

function problem(kind: Camera["projection"], n: number, seed: number, distance = 4) {
  const scene = ellipsoidScene(n, seed);
  const usualCamera = seededCamera(kind, seed + 1);
  const truth: Camera =
    usualCamera.projection === "perspective" ? { ...usualCamera, t: [0.1, -0.2, distance] } : usualCamera;
  const { ellipses } = simulateView(scene, truth, usual);
  const intrinsics = truth.projection === "perspective" ? truth.intrinsics : undefined;
  return { scene, ellipses, truth, options: { camera: kind, intrinsics } satisfies MatchOptions };
}

async function both(task: MatchTask, ballot: (stage: Stage) => Ballot): Promise<VotesSeen> {
  const here = withWorkspace(matching, (workspace) => {
    const stage = openStage(workspace, task.problem, task.stage);
    return drain(openVotes(stage, task.problem)(ballot(stage)));
  });
  const device = await drainAsync(() => openDevice(task.problem, task.stage, () => 0));
  const there = await onDevice(task, device, ballot);
  device.kernels.close();
  return compared(byDirection(here), byDirection(there));
}

/** The votes on a device; its stage must outlive the waiting, so the workspace is not leased for a moment only. */
function onDevice(task: MatchTask, device: Device, ballot: (stage: Stage) => Ballot): Promise<Hypothesis[]> {
  return withWorkspace(matching, async (workspace) => {
    const stage = openStage(workspace, task.problem, task.stage, device);
    const votes = openDeviceVotes(stage, device, task.problem)(ballot(stage));
    for (;;) {
      const step = votes.next();
      if (step.done) return step.value;
      await device.waiting;
    }
  });
}

/** The best hypothesis of every direction: the lists are sorted by votes. */
function byDirection(hypotheses: readonly Hypothesis[]): Hypothesis[] {
  const best: Hypothesis[] = [];
  for (const hypothesis of hypotheses) best[hypothesis.direction] ??= hypothesis;
  return best;
}

function compared(here: readonly Hypothesis[], there: readonly Hypothesis[]): VotesSeen {
  const most = Math.max(...here.map(({ votes }) => votes));
  const differences = here.map(({ votes }, k) => Math.abs(there[k].votes - votes) / votes);
  return {
    directions: here.length,
    most,
    off: differences.filter((value) => !(value < 1e-3)).length,
    worst: Math.max(...differences),
    inPlace: here.filter(({ camera }, k) => besides(camera, there[k].camera)).length,
  };
}

/** Whether two cameras of one direction differ by a bin at most: of angle, and of shift along either axis. */
function besides(p: Camera, q: Camera): boolean {
  const [scale, angle] = turnOf(p, q);
  const depth = p.projection === "perspective" ? p.t[2] / p.intrinsics.fx : 1;
  const shift = Math.max(Math.abs(p.t[0] - q.t[0]), Math.abs(p.t[1] - q.t[1])) / depth;
  // Affine shifts go through the map that makes the average shape round, which stretches them.
  return Math.abs(scale - 1) < 1e-3 && angle < 15.1 && shift < (p.projection === "affine" ? 2 : 1.01) * cell;
}

function turnOf(p: Camera, q: Camera): [scale: number, degrees: number] {
  if (p.projection !== "affine" && q.projection !== "affine") {
    const size = (c: Camera): number =>
      c.projection === "perspective" ? 1 / c.t[2] : c.projection === "affine" ? 1 : c.scale;
    return [size(p) / size(q), poseAngle(p, q) * degrees];
  }
  if (p.projection !== "affine" || q.projection !== "affine") return [Number.NaN, Number.NaN];
  // The determinants of A A^T agree whatever the turn; the turn is seen in what the rows have in common.
  const dot = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number =>
    a[i] * b[j] + a[i + 1] * b[j + 1] + a[i + 2] * b[j + 2];
  const area = (A: ArrayLike<number>): number => dot(A, 0, A, 0) * dot(A, 3, A, 3) - dot(A, 0, A, 3) ** 2;
  const along = dot(p.A, 0, q.A, 0) + dot(p.A, 3, q.A, 3);
  const across = dot(p.A, 0, q.A, 3) - dot(p.A, 3, q.A, 0);
  return [(area(p.A) / area(q.A)) ** 0.25, Math.abs(Math.atan2(across, along)) * degrees];
}

async function scoresOf(task: MatchTask): Promise<number> {
  const widths = { position: 0.05, shape: 0.5 };
  const [limit, rest] = [16, 0.05];
  const views = directions(60);
  const device = await drainAsync(() => openDevice(task.problem, task.stage, () => 0));
  const { here, cameras, targets } = withWorkspace(matching, (workspace) => {
    const stage = openStage(workspace, task.problem, task.stage);
    const bases = Array.from({ length: 60 }, (_, k) =>
      baseCamera(task.problem, rotationAlong(views.subarray(3 * k, 3 * k + 3)), 1),
    );
    return {
      here: bases.map((camera) => {
        stage.project(camera);
        stage.near(stage.all, widths, limit);
        return stage.score(stage.all, rest);
      }),
      cameras: Float64Array.from(bases.flatMap((camera) => [...stage.numbers(camera)])),
      targets: stage.all.values.slice(),
    };
  });
  const there = await device.kernels.scores({ cameras, targets, ...widths, limit, rest });
  device.kernels.close();
  return Math.max(...here.map((score, k) => Math.abs(there[k] - score) / score));
}

function sameness(here: MatchResult, there: MatchResult): MatchesSeen {
  const links = new Set(here.matches.map(String));
  const shared = there.matches.filter((pair) => links.has(String(pair))).length;
  return {
    status: there.status,
    backend: there.report.backend,
    degrees: poseAngle(here.camera, there.camera) * degrees,
    apart: here.matches.length + there.matches.length - 2 * shared,
    links: shared,
  };
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isOtError(error) ? error.code : String(error);
  }
  return "";
}

/** Looks at everything, once. */
export async function look(): Promise<WebgpuSeen> {
  const seen: WebgpuSeen = {
    missing: null,
    votes: {},
    scores: {},
    matches: {},
    sync: "",
    steps: "",
    known: "",
    aborted: "",
    stopped: "",
    pooled: null,
    error: "",
  };
  try {
    const small = problem("scaled-orthographic", 60, 41);
    const asked = { ...small.options, backend: "webgpu" } as const;
    try {
      await matchGaussians.async(small.scene, small.ellipses, asked);
    } catch (error) {
      if (!isOtError(error, "KernelUnavailable")) throw error;
      return { ...seen, missing: { code: error.code, cure: error.cure } };
    }
    for (const [name, kind, outline, scale, distance] of [
      ["affine", "affine", undefined, "sizes", 4],
      ["scaled-orthographic", "scaled-orthographic", undefined, "sizes", 4],
      ["scale of the positions", "scaled-orthographic", undefined, 1.2, 4],
      ["perspective", "perspective", undefined, "sizes", 4],
      ["outlines", "perspective", 1, "sizes", 4],
      ["from within", "perspective", undefined, "sizes", 0.6],
    ] as const) {
      const { scene, ellipses, options } = problem(kind, 120, 51, distance);
      const task = readTask(scene, ellipses, { ...options, outline });
      const ballot = (stage: Stage): Ballot => ({
        directions: directions(60),
        targets: stage.all,
        cell,
        scale,
      });
      seen.votes[name] = await both(task, ballot);
      seen.scores[name] = await scoresOf(task);
    }
    for (const kind of kinds) {
      const { scene, ellipses, options } = problem(kind, 120, 61);
      const there = await matchGaussians.async(scene, ellipses, { ...options, backend: "webgpu" });
      seen.matches[kind] = sameness(matchGaussians(scene, ellipses, options), there);
    }
    const { scene, ellipses } = small;
    const stop = new AbortController();
    const aborting = { ...asked, signal: stop.signal };
    const reason = matchGaussians.async(scene, ellipses, aborting).then(({ status }) => status, String);
    setTimeout(() => stop.abort("enough"), 20);
    const aborted = await reason;
    const stopWhen = ({ iteration }: Progress): boolean => iteration >= 1;
    const stopped = (await matchGaussians.async(scene, ellipses, { ...asked, stopWhen })).status;
    const pool = createPool({ threads: 1 });
    const there = await matchGaussians.async(scene, ellipses, { ...asked, pool });
    await pool.close();
    return {
      ...seen,
      pooled: sameness(matchGaussians(scene, ellipses, small.options), there),
      aborted,
      stopped,
      sync: codeOf(() => matchGaussians(small.scene, small.ellipses, asked)),
      steps: codeOf(() => [...matchGaussians.steps(small.scene, small.ellipses, asked)]),
      known: matchGaussians(small.scene, small.ellipses, { camera: small.truth, backend: "webgpu" }).report.backend,
    };
  } catch (error) {
    return { ...seen, error: error instanceof Error ? `${error.stack} ${String(error.cause)}` : String(error) };
  }
}
