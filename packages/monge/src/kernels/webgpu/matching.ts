// The kernels of matching on a WebGPU device: votes and scores of many cameras at once, in f32. What they return are hypotheses.
import { OtError } from "../../errors/otError.ts";
import {
  acquireDevice,
  compileProgram,
  type GpuBuffer,
  type GpuDevice,
  type Program,
  unavailable,
  usage,
} from "./device.ts";
import { strides } from "./projectionShader.ts";
import { scoresShader, scoreThreads } from "./scoresShader.ts";
import { answerStride, bins, grid, threads, votesShader } from "./votesShader.ts";

/** Ellipsoids, as the wasm kernels take them: n means (3 numbers) and covariances (xx, xy, xz, yy, yz, zz); `blur` is added to variances in the picture. */
export interface GpuScene {
  readonly n: number;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  readonly blur: number;
}

/** Votes of one batch of cameras (14 numbers each, see assembly/matching/project.ts). */
export interface VoteTask {
  readonly cameras: Float64Array;
  /** Features of the targets as `voteTargets` leaves them: x, y, a, r, angle in bins. */
  readonly targets: Float64Array;
  /** Whether the average shape is brought to round first, and whether positions are scaled by the sizes. */
  readonly affine: boolean;
  readonly sized: boolean;
  /** The mean size of the targets. */
  readonly size: number;
  readonly tolerance: number;
  readonly cell: number;
}

/** Where the votes of one camera peak. */
export interface VotePeaks {
  /** By what its picture was scaled, after W = [[xx, xy], [xy, yy]]. */
  readonly scale: number;
  readonly W: readonly [xx: number, xy: number, yy: number];
  readonly peaks: readonly { readonly bin: number; readonly votes: number }[];
}

/** Scores of cameras: the widths, the reach and the weight of being alone. */
export interface ScoreTask {
  readonly cameras: Float64Array;
  /** Features x, y, a, p, q. */
  readonly targets: Float64Array;
  readonly position: number;
  readonly shape: number;
  readonly limit: number;
  readonly rest: number;
}

/** A scene on the device; call `close` when done. */
export interface GpuMatching {
  /** Cameras a call, at most. */
  readonly batch: number;
  votes(task: VoteTask): Promise<VotePeaks[]>;
  /** sum_j log(1 + sum_i exp(-d_ij^2 / 2) / rest) over the pairs with d^2 < limit, by camera. */
  scores(task: ScoreTask): Promise<Float32Array>;
  close(): void;
}

/** Directions whose votes are in memory together. */
const mostCameras = 128;
/** Votes in fixed point: the finest unit, and the coarsest that is put up with. */
const units = { fine: 2 ** 20, coarse: 16 } as const;

interface Programs {
  readonly votes: Program<"prepare" | "vote" | "spread" | "peaks">;
  readonly scores: Program<"see" | "score">;
}
const compiled = new WeakMap<GpuDevice, Promise<Programs>>();

function programsOf(device: GpuDevice): Promise<Programs> {
  let programs = compiled.get(device);
  if (programs === undefined) {
    programs = Promise.all([
      compileProgram(device, votesShader, 3, 4, ["prepare", "vote", "spread", "peaks"] as const),
      compileProgram(device, scoresShader, 3, 2, ["see", "score"] as const),
    ]).then(([votes, scores]) => ({ votes, scores }));
    compiled.set(device, programs);
  }
  return programs;
}

/** Brings a scene to the device. Throws `KernelUnavailable` where there is none, `OutOfMemory` where the scene does not fit. */
export async function openGpuMatching({ n, means, covariances, blur }: GpuScene): Promise<GpuMatching> {
  const device = await acquireDevice();
  const programs = await programsOf(device);
  const most = device.limits.maxStorageBufferBindingSize;
  if (n * strides.ellipsoid * 4 > most) throw tooLarge(`${n} ellipsoids`, most);
  const batch = Math.min(mostCameras, Math.floor(most / (4 * strides.feature * n)), Math.floor(most / (4 * bins)));
  const packed = new Float32Array(strides.ellipsoid * n);
  for (let i = 0; i < n; i++) {
    packed.set(means.subarray(3 * i, 3 * i + 3), strides.ellipsoid * i);
    packed.set(covariances.subarray(6 * i, 6 * i + 6), strides.ellipsoid * i + 3);
  }
  const owned: GpuBuffer[] = [];
  const allocate = (bytes: number, flags: number): GpuBuffer => {
    const buffer = device.createBuffer({ size: 4 * Math.ceil(bytes / 4), usage: flags });
    owned.push(buffer);
    return buffer;
  };
  const free = (buffer: GpuBuffer): void => {
    buffer.destroy();
    owned.splice(owned.indexOf(buffer), 1);
  };
  const close = (): void => {
    for (const buffer of owned.splice(0)) buffer.destroy();
  };
  const input = usage.storage | usage.copyTarget;
  const output = usage.storage | usage.copySource;
  device.pushErrorScope("out-of-memory");
  const scene = allocate(packed.byteLength, input);
  const cameras = allocate(4 * strides.camera * batch, input);
  const seen = allocate(4 * strides.feature * n * batch, usage.storage);
  const votes = allocate(4 * bins * batch, input);
  const smoothed = allocate(4 * bins * batch, usage.storage);
  const answers = allocate(4 * answerStride * batch, output);
  const back = allocate(4 * answerStride * batch, usage.copyTarget | usage.mapRead);
  const uniform = allocate(48, usage.uniform | usage.copyTarget);
  if ((await device.popErrorScope()) !== null) {
    close();
    throw tooLarge(`${n} ellipsoids in ${batch} views`, most);
  }
  device.queue.writeBuffer(scene, 0, packed);

  /** Runs passes over the cameras and reads the first numbers of `answers`. */
  async function run<Name extends string>(
    { layout, entries }: Program<Name>,
    rest: readonly GpuBuffer[],
    passes: readonly (readonly [name: Name, x: number, y: number])[],
    cleared: number,
    count: number,
    given: { readonly cameras: Float64Array; readonly targets: Float32Array; readonly task: ArrayBuffer },
  ): Promise<Float32Array> {
    const targets = allocate(Math.max(4, given.targets.byteLength), input);
    device.pushErrorScope("validation");
    device.queue.writeBuffer(targets, 0, given.targets);
    device.queue.writeBuffer(cameras, 0, Float32Array.from(given.cameras));
    device.queue.writeBuffer(uniform, 0, new Uint8Array(given.task));
    const group = device.createBindGroup({
      layout,
      entries: [uniform, scene, cameras, targets, ...rest].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    });
    const encoder = device.createCommandEncoder();
    if (cleared > 0) encoder.clearBuffer(votes, 0, cleared);
    for (const [name, x, y] of passes) {
      const pass = encoder.beginComputePass();
      pass.setPipeline(entries[name]);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(x, y);
      pass.end();
    }
    encoder.copyBufferToBuffer(answers, 0, back, 0, 4 * count);
    device.queue.submit([encoder.finish()]);
    const wrong = device.popErrorScope();
    try {
      await back.mapAsync(1);
      const out = new Float32Array(back.getMappedRange().slice(0, 4 * count));
      back.unmap();
      const error = await wrong;
      if (error !== null) throw error;
      return out;
    } catch (cause) {
      throw unavailable("The WebGPU device gave up.", cause);
    } finally {
      free(targets);
    }
  }

  return {
    batch,
    close,
    async votes({ cameras: views, targets, affine, sized, size, tolerance, cell }) {
      const k = views.length / strides.camera;
      const m = targets.length / strides.feature;
      // A pair gives a bin one vote at most: so a sum of u32 cannot overflow.
      const unit = Math.min(units.fine, 2 ** Math.floor(Math.log2((2 ** 32 - 1) / Math.max(n * m, 1))));
      if (unit < units.coarse) throw tooLarge(`${n} ellipsoids by ${m} ellipses`, most);
      const task = new ArrayBuffer(48);
      new Uint32Array(task, 0, 4).set([n, m, Number(affine), Number(sized)]);
      new Float32Array(task, 16, 5).set([blur, size, tolerance, cell, unit]);
      const given = { cameras: views, targets: bySize(targets), task };
      const passes = [
        ["prepare", k, 1],
        ["vote", Math.ceil(n / threads.vote), k],
        ["spread", (grid.turns * grid.side) / threads.vote, k],
        ["peaks", k, 1],
      ] as const;
      const rest = [seen, votes, smoothed, answers];
      const out = await run(programs.votes, rest, passes, 4 * bins * k, answerStride * k, given);
      return Array.from({ length: k }, (_, view) => {
        const [scale, xx, xy, yy, bin, most, secondBin, second] = out.subarray(answerStride * view);
        return {
          scale,
          W: [xx, xy, yy] as const,
          peaks: [
            { bin, votes: most },
            { bin: secondBin, votes: second },
          ],
        };
      });
    },
    scores({ cameras: views, targets, position, shape, limit, rest }) {
      const k = views.length / strides.camera;
      const task = new ArrayBuffer(48);
      new Uint32Array(task, 0, 2).set([n, targets.length / strides.feature]);
      new Float32Array(task, 8, 5).set([blur, 1 / position ** 2, 1 / shape ** 2, limit, rest]);
      const given = { cameras: views, targets: Float32Array.from(targets), task };
      const passes = [
        ["see", Math.ceil(n / scoreThreads), k],
        ["score", k, 1],
      ] as const;
      return run(programs.scores, [seen, answers], passes, 0, k, given);
    },
  };
}

/** Targets in the order of their sizes. */
function bySize(targets: Float64Array): Float32Array {
  const { feature } = strides;
  const order = Array.from({ length: targets.length / feature }, (_, j) => feature * j);
  order.sort((p, q) => targets[p + 2] - targets[q + 2]);
  const out = new Float32Array(targets.length);
  order.forEach((at, k) => {
    out.set(targets.subarray(at, at + feature), feature * k);
  });
  return out;
}

function tooLarge(what: string, most: number): OtError {
  return new OtError("OutOfMemory", `${what} are more than the WebGPU device takes (${most} bytes a buffer).`, {
    argument: "options.backend",
    seen: "webgpu",
    cure: 'Leave backend out, or use "wasm".',
  });
}
