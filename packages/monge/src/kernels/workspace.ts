// A workspace is one instance of a family's module with a memory of its own: a bump allocator over it, leased by one solve.
import { OtError } from "../errors/otError.ts";
import { compile, type Family, type Kernels } from "./module.ts";

const pageBytes = 65536;
const maxBytes = 65536 * pageBytes;
const keepBytes = 64 * 1024 * 1024;

/** A kernel takes and returns plain numbers; addresses are byte offsets into the workspace's memory. */
export type Kernel = (...numbers: number[]) => number;

/** One solve's memory and functions. Views of the memory go stale at the next `alloc`: ask for them again. */
export interface Workspace {
  readonly family: Family;
  /** The kernels of the family, by name. */
  readonly call: Readonly<Record<string, Kernel>>;
  /** Reserves `bytes` (16-byte aligned, not cleared) and returns their address. Throws `OutOfMemory` with the number of bytes. */
  alloc(bytes: number): number;
  /** The present top of the allocations, for `release`. */
  mark(): number;
  /** Forgets everything allocated since `mark`. */
  release(mark: number): void;
  f64(address: number, length: number): Float64Array<ArrayBuffer>;
  f32(address: number, length: number): Float32Array<ArrayBuffer>;
  i32(address: number, length: number): Int32Array<ArrayBuffer>;
  u8(address: number, length: number): Uint8Array<ArrayBuffer>;
  /** Bytes of memory that this workspace holds now. */
  readonly bytes: number;
}

interface Instance extends Workspace {
  readonly module: WebAssembly.Module;
  reset(): void;
}

const idle = new Map<Family, Instance[]>();

/** Leases a workspace, the largest that is idle: nobody else gets it until it is returned. */
export function lease(kernels: Kernels): Workspace {
  const kept = idle.get(kernels.family)?.pop();
  // Another build may have been installed since.
  return kept !== undefined && kept.module === compile(kernels) ? kept : instantiate(kernels);
}

/** Returns a workspace. Two idle ones a family are kept, for a solve and one inside it, and only if they are small: wasm memory never shrinks. */
export function giveBack(workspace: Workspace): void {
  (workspace as Instance).reset();
  const { family } = workspace;
  const kept = [...(idle.get(family) ?? []), workspace as Instance].filter(({ bytes }) => bytes <= keepBytes);
  kept.sort((left, right) => left.bytes - right.bytes);
  while (kept.length > 2 || kept.reduce((total, { bytes }) => total + bytes, 0) > keepBytes) kept.shift();
  idle.set(family, kept);
}

/** Runs `work` on a leased workspace and returns it, also after a throw (a trap may have left it in any state: dropped then). */
export function withWorkspace<R>(kernels: Kernels, work: (workspace: Workspace) => R): R {
  const workspace = lease(kernels);
  const result = work(workspace);
  giveBack(workspace);
  return result;
}

function instantiate(kernels: Kernels): Instance {
  const { family } = kernels;
  const module = compile(kernels);
  const instance = new WebAssembly.Instance(module, {
    env: {
      abort: () => {
        throw new Error(`kernel ${family} aborted`);
      },
    },
  });
  const call = instance.exports as unknown as Record<string, Kernel>;
  const memory = instance.exports["memory"] as WebAssembly.Memory;
  const base = (call["heapBase"]() + 15) & ~15;
  let top = base;
  const buffer = (): ArrayBuffer => memory.buffer as ArrayBuffer;
  return {
    family,
    module,
    call,
    alloc(bytes) {
      const address = top;
      const end = address + Math.ceil(bytes / 16) * 16;
      const missing = end - memory.buffer.byteLength;
      if (end > maxBytes) throw outOfMemory(end);
      if (missing > 0) {
        try {
          memory.grow(Math.ceil(missing / pageBytes));
        } catch (cause) {
          throw outOfMemory(end, cause);
        }
      }
      top = end;
      return address;
    },
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
    reset: () => {
      top = base;
    },
    // Kernels return addresses as signed integers: from 2 GiB on they come out negative.
    f64: (address, length) => new Float64Array(buffer(), address >>> 0, length),
    f32: (address, length) => new Float32Array(buffer(), address >>> 0, length),
    i32: (address, length) => new Int32Array(buffer(), address >>> 0, length),
    u8: (address, length) => new Uint8Array(buffer(), address >>> 0, length),
    get bytes() {
      return memory.buffer.byteLength;
    },
  };
}

/** The error for a request of `bytes` bytes of kernel memory. */
export function outOfMemory(bytes: number, cause?: unknown): OtError {
  const size = bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
  return new OtError("OutOfMemory", `This solve needs ${size} of kernel memory; WebAssembly ends at 4.29 GB.`, {
    seen: bytes,
    cause,
    cure: "Pass points instead of a matrix (cost.points needs no matrix), or fewer atoms.",
  });
}
