// A WebGPU device and what is asked of it; the types are the part of the standard that is used, so that no library of types is needed.
import { OtError } from "../../errors/otError.ts";

/** Memory of the device. */
export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y?: number): void;
  end(): void;
}

interface GpuEncoder {
  beginComputePass(): GpuPass;
  clearBuffer(buffer: GpuBuffer, offset: number, size: number): void;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void;
  finish(): object;
}

/** A compiled entry point. */
export interface GpuPipeline {
  readonly label?: string;
}

interface GpuLayoutEntry {
  readonly binding: number;
  readonly visibility: number;
  readonly buffer: { readonly type: "uniform" | "storage" | "read-only-storage" };
}

/** The device. */
export interface GpuDevice {
  readonly limits: { readonly maxStorageBufferBindingSize: number };
  readonly lost: Promise<{ readonly message: string }>;
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void;
    submit(commands: readonly object[]): void;
  };
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(descriptor: { readonly code: string }): object;
  createBindGroupLayout(descriptor: { readonly entries: readonly GpuLayoutEntry[] }): object;
  createPipelineLayout(descriptor: { readonly bindGroupLayouts: readonly object[] }): object;
  createComputePipelineAsync(descriptor: {
    readonly layout: object;
    readonly compute: { readonly module: object; readonly entryPoint: string };
  }): Promise<GpuPipeline>;
  createBindGroup(descriptor: {
    readonly layout: object;
    readonly entries: readonly { readonly binding: number; readonly resource: { readonly buffer: GpuBuffer } }[];
  }): object;
  createCommandEncoder(): GpuEncoder;
  pushErrorScope(filter: "out-of-memory" | "validation"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

interface Gpu {
  requestAdapter(): Promise<{ requestDevice(): Promise<GpuDevice> } | null>;
}

/** Flags of the standard: what a buffer is for. */
export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;

/** Entry points of one shader over the same buffers. */
export interface Program<Name extends string> {
  readonly layout: object;
  readonly entries: Readonly<Record<Name, GpuPipeline>>;
}

let shared: Promise<GpuDevice> | null = null;

/** The device of this thread, asked for once; a lost one is replaced at the next call. Throws `KernelUnavailable`. */
export function acquireDevice(): Promise<GpuDevice> {
  if (shared !== null) return shared;
  const asked = request();
  shared = asked;
  const forget = (): void => {
    if (shared === asked) shared = null;
  };
  asked.then((device) => device.lost.then(forget), forget);
  return asked;
}

async function request(): Promise<GpuDevice> {
  const gpu = (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu;
  if (gpu === undefined) throw unavailable("There is no WebGPU here.");
  let device: GpuDevice | undefined;
  try {
    device = await (await gpu.requestAdapter())?.requestDevice();
  } catch (cause) {
    throw unavailable("WebGPU gave no device.", cause);
  }
  if (device === undefined) throw unavailable("WebGPU found no adapter.");
  return device;
}

/** The error where the device is missing, lost or refuses. */
export function unavailable(message: string, cause?: unknown): OtError {
  return new OtError("KernelUnavailable", message, {
    argument: "options.backend",
    seen: "webgpu",
    cause,
    cure: 'Leave backend out (or use "wasm"), or use a browser with WebGPU on a secure page.',
  });
}

/** Compiles a shader whose buffers are, by binding, a uniform, `read` that are read and `written` that are written. */
export async function compileProgram<Name extends string>(
  device: GpuDevice,
  code: string,
  read: number,
  written: number,
  names: readonly Name[],
): Promise<Program<Name>> {
  const entries = Array.from({ length: 1 + read + written }, (_, binding): GpuLayoutEntry => {
    const type = binding === 0 ? "uniform" : binding <= read ? "read-only-storage" : "storage";
    return { binding, visibility: 4, buffer: { type } };
  });
  const module = device.createShaderModule({ code });
  const group = device.createBindGroupLayout({ entries });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [group] });
  try {
    const compiled = await Promise.all(
      names.map(async (entryPoint) => [
        entryPoint,
        await device.createComputePipelineAsync({ layout, compute: { module, entryPoint } }),
      ]),
    );
    return { layout: group, entries: Object.fromEntries(compiled) };
  } catch (cause) {
    throw unavailable("WebGPU does not compile the shaders.", cause);
  }
}
