// The votes of votes.ts on a WebGPU device, a batch of directions at a time: the same hypotheses up to the rounding of f32.
//
// A device answers later: `Device.waiting` says for what, and the generators pass it on to whoever drives the solve.
import { OtError } from "../errors/otError.ts";
import type { Progress, Waiting } from "../run/progress.ts";
import { featureCount } from "./features.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { rotationAlong } from "./rotation.ts";
import type { Device, Stage, StageOptions } from "./stage.ts";
import {
  type Ballot,
  baseCamera,
  composed,
  type Hypothesis,
  meanSize,
  roundShape,
  tolerance,
  whitened,
} from "./votes.ts";

/** Brings the scene to a device. Throws `KernelUnavailable` where there is none, `Unsupported` where nobody waits for it. */
export function* openDevice(
  { scene }: NormalisedProblem,
  { blur, dilation }: StageOptions,
  elapsedMs: () => number,
): Generator<Progress, Device, void> {
  const opening = import("../kernels/webgpu/matching.ts").then(({ openGpuMatching }) =>
    openGpuMatching({
      n: scene.count,
      means: scene.means,
      covariances: scene.covariances,
      blur: blur * blur + dilation,
    }),
  );
  const pending = awaited(opening);
  let device: Device | null = null;
  try {
    yield* waitFor(pending.settled, "webgpu", elapsedMs);
    device = { kernels: pending.take(), waiting: null };
    return device;
  } finally {
    // Nobody waits any longer for what is still to come.
    if (device === null) void opening.then(({ close }) => close(), noop);
  }
}

const noop = (): void => {};

/** Passes a promise on to the driver; throws `Unsupported` where it does not wait. */
export function* waitFor(
  promise: Promise<void>,
  phase: string,
  elapsedMs: () => number,
): Generator<Progress, void, void> {
  let done = false;
  const until = promise.then(() => {
    done = true;
  });
  const waiting: Waiting = { phase, iteration: 0, error: Infinity, elapsedMs: elapsedMs(), until };
  yield waiting;
  if (!done) throw notAsync();
}

/** As `openVotes`, on a device. */
export function openDeviceVotes(
  stage: Stage,
  device: Device,
  problem: NormalisedProblem,
): (ballot: Ballot) => Generator<void, Hypothesis[], void> {
  const { workspace } = stage;
  const { kernels } = device;
  const affine = problem.model === "affine";
  return function* vote({ directions, targets, cell, scale: wanted }) {
    const whitening = affine ? roundShape(targets.values) : null;
    const white = whitening === null ? targets.values : whitened(targets.values, whitening);
    const raw = workspace.alloc(40 * targets.count);
    const polar = workspace.alloc(40 * targets.count);
    workspace.f64(raw, featureCount * targets.count).set(white);
    workspace.call["voteTargets"](targets.count, raw, polar);
    const rules = {
      targets: workspace.f64(polar, featureCount * targets.count).slice(),
      affine,
      sized: affine || wanted === "sizes",
      size: meanSize(white),
      tolerance,
      cell,
    };
    const found: Hypothesis[] = [];
    const count = directions.length / 3;
    for (let first = 0; first < count; first += kernels.batch) {
      const bases = Array.from({ length: Math.min(kernels.batch, count - first) }, (_, k) => {
        const at = 3 * (first + k);
        const R = rotationAlong(directions.subarray(at, at + 3));
        return baseCamera(problem, R, wanted === "sizes" ? 1 : wanted);
      });
      const cameras = Float64Array.from(bases.flatMap((base) => [...stage.numbers(base)]));
      const pending = awaited(kernels.votes({ ...rules, cameras }));
      device.waiting = pending.settled;
      yield;
      device.waiting = null;
      pending.take().forEach(({ scale, W, peaks }, k) => {
        for (const { bin, votes } of peaks) {
          const camera = composed(bases[k], scale, bin, cell, affine ? W : null, whitening);
          found.push({ camera, votes, direction: first + k });
        }
      });
    }
    return found.sort((p, q) => q.votes - p.votes);
  };
}

/** A promise that settles without rejecting, and what it came to. */
function awaited<T>(promise: Promise<T>): { readonly settled: Promise<void>; take(): T } {
  let outcome: { readonly value: T } | { readonly error: unknown } | null = null;
  const settled = promise.then(
    (value) => {
      outcome = { value };
    },
    (error: unknown) => {
      outcome = { error };
    },
  );
  return {
    settled,
    take() {
      const now = outcome as { readonly value: T } | { readonly error: unknown } | null;
      if (now === null) throw notAsync();
      if ("error" in now) throw now.error;
      return now.value;
    },
  };
}

function notAsync(): OtError {
  return new OtError("Unsupported", "A WebGPU device cannot answer at once.", {
    argument: "options.backend",
    seen: "webgpu",
    cure: 'Use the asynchronous form: await matchGaussians.async(ellipsoids, ellipses, { .., backend: "webgpu" }).',
  });
}
