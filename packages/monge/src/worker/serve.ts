// A worker's side: takes one job after the other, runs its solver between turns of the event loop, sends the plain answer back.
import { loadKernels } from "../kernels/load.ts";
import type { RunOptions } from "../run/options.ts";
import type { Pool } from "../run/pool.ts";
import type { Progress } from "../run/progress.ts";
import { drainAsync } from "../run/solver.ts";
import { toFailure } from "./failure.ts";
import type { News, Order } from "./messages.ts";
import { buffersOf, fromPlain } from "./plain.ts";
import { solvers } from "./solvers.ts";

/** How a worker reaches its pool. */
export interface Port {
  listen(take: (order: Order) => void): void;
  post(news: News, transfer: readonly ArrayBuffer[]): void;
}

/** Milliseconds between two signs of life that are passed on. */
const progressMs = 12;

interface Running {
  readonly id: number;
  readonly abort: AbortController;
  stopped: boolean;
}

/** Answers orders from now on. */
export function serve(port: Port): void {
  let running: Running | null = null;
  port.listen((order) => {
    if (order.type === "solve") {
      running = { id: order.id, abort: new AbortController(), stopped: false };
      void run(port, order, running);
    } else if (running?.id === order.id) {
      if (order.type === "stop") running.stopped = true;
      else running.abort.abort();
    }
  });
  port.post({ type: "ready" }, []);
}

async function run(port: Port, order: Extract<Order, { type: "solve" }>, running: Running): Promise<void> {
  const { id } = order;
  let last = -Infinity;
  try {
    if (order.builds !== undefined) await loadKernels(order.builds);
    const { name, args, options } = fromPlain(order.job);
    const solver = solvers[name];
    if (solver === undefined) throw new Error(`The worker knows no solver ${name}: it is of another version of monge.`);
    const sink = answerSink();
    const hooks: RunOptions & { pool: Pool } = {
      pool: sink,
      stopWhen: () => running.stopped,
      onProgress(progress) {
        if (performance.now() - last < progressMs) return;
        last = performance.now();
        port.post({ type: "progress", id, progress }, []);
      },
    };
    await drainAsync(() => solver.steps(...args, { ...options, ...hooks }), running.abort.signal);
    const answer = sink.answer();
    port.post({ type: "answer", id, answer }, [...buffersOf(answer)]);
  } catch (error) {
    if (running.abort.signal.aborted) port.post({ type: "abandoned", id }, []);
    else port.post({ type: "failure", id, failure: toFailure(error) }, []);
  }
}

/** A pool that runs the work where it is and remembers the plain answer: of nested solves that of the outermost, which ends last. */
function answerSink(): Pool & { answer(): unknown } {
  let answer: unknown;
  const close = (): Promise<void> => Promise.resolve();
  return {
    threads: 0,
    pending: 0,
    close,
    [Symbol.asyncDispose]: close,
    *carry<T>(_: unknown, work: () => Generator<Progress, T, void>): Generator<Progress, T, void> {
      const found = yield* work();
      answer = found;
      return found;
    },
    answer: () => answer,
  };
}
