// The two kinds of worker behind one face: Web Workers, and Node's worker_threads, reached without an import that a browser would trip over.
import type { News, Order } from "./messages.ts";
import type { Port } from "./serve.ts";

/** A Web Worker, or a Worker of `node:worker_threads`. */
export interface WorkerLike {
  postMessage(message: unknown, ...rest: never[]): void;
  terminate(): unknown;
}

interface Emitter {
  on(event: string, listen: (value: never) => void): unknown;
  ref?(): void;
  unref?(): void;
}

interface Threads {
  readonly Worker: new (source: string, options: object) => WorkerLike;
  readonly parentPort: (Emitter & { postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void }) | null;
}

/** A built-in module of Node, or undefined elsewhere. */
function builtin(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name);
}

const threads = (): Threads | undefined => builtin("node:worker_threads") as Threads | undefined;

/** All cores but that of the caller; at least 1. */
export function defaultThreads(): number {
  const os = builtin("node:os") as { availableParallelism(): number } | undefined;
  const cores = os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 2;
  return Math.max(1, cores - 1);
}

/** Of the script in browsers, where it needs one; for as long as the page lives. */
let address: string | undefined;

/** Starts a worker from a self-contained script. */
export function startWorker(source: string): WorkerLike {
  const node = threads();
  // The flags of the parent (loaders, say) are none of a self-contained script's business.
  if (node !== undefined) return new node.Worker(source, { eval: true, execArgv: [], name: "monge" });
  address ??= URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return new Worker(address, { name: "monge" });
}

/** One worker as a pool sees it. */
export interface Lane {
  post(order: Order): void;
  /** Whether a Node process should stay alive for it. */
  hold(busy: boolean): void;
  end(): Promise<void>;
}

/** What a worker does. */
export interface LaneEvents {
  news(news: News): void;
  /** It is gone, or of no more use; told at least once. */
  died(cause: unknown): void;
}

/** Listens to a worker. */
export function openLane(worker: WorkerLike, events: LaneEvents): Lane {
  if ("on" in worker) {
    const emitter = worker as WorkerLike & Emitter;
    emitter.on("message", (news: News) => events.news(news));
    emitter.on("messageerror", (error: unknown) => events.died(error));
    emitter.on("error", (error: unknown) => events.died(error));
    emitter.on("exit", (code: number) => events.died(new Error(`The worker exited with code ${code}.`)));
    emitter.unref?.();
    return {
      post: (order) => worker.postMessage(order),
      hold: (busy) => (busy ? emitter.ref?.() : emitter.unref?.()),
      end: async () => {
        emitter.ref?.();
        await worker.terminate();
      },
    };
  }
  const target = worker as Worker;
  target.addEventListener("message", ({ data }: MessageEvent<News>) => events.news(data));
  target.addEventListener("messageerror", () => events.died(new Error("A message could not be read.")));
  target.addEventListener("error", (event: ErrorEvent) => {
    event.preventDefault?.();
    events.died(event.error ?? new Error(event.message || "The worker's script could not be loaded."));
  });
  return { post: (order) => target.postMessage(order), hold: () => {}, end: async () => target.terminate() };
}

/** This thread's own port, where it is a worker. */
export function ownPort(): Port {
  const parent = threads()?.parentPort;
  if (parent) {
    return {
      listen: (take) => void parent.on("message", take),
      post: (news, transfer) => parent.postMessage(news, transfer),
    };
  }
  const scope = globalThis as unknown as DedicatedScope;
  return {
    listen: (take) => scope.addEventListener("message", ({ data }) => take(data)),
    post: (news, transfer) => scope.postMessage(news, transfer),
  };
}

interface DedicatedScope {
  addEventListener(type: "message", listen: (event: { readonly data: Order }) => void): void;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}
