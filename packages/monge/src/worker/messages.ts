// What a pool and its workers say to each other.
import type { Builds } from "../kernels/module.ts";
import type { Progress } from "../run/progress.ts";
import type { Failure } from "./failure.ts";
import type { Plain } from "./plain.ts";

/** To a worker. Messages about a job that it does not run are ignored. */
export type Order =
  /** Runs a solver; `builds`, where given, replace its kernels first. */
  | { readonly type: "solve"; readonly id: number; readonly job: Plain; readonly builds?: Builds }
  /** Ends the run with the answer so far. */
  | { readonly type: "stop"; readonly id: number }
  /** Ends the run without an answer. */
  | { readonly type: "abandon"; readonly id: number };

/** From a worker. Each job ends with one answer, failure or `"abandoned"`. */
export type News =
  /** It runs, and listens. */
  | { readonly type: "ready" }
  | { readonly type: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failure"; readonly id: number; readonly failure: Failure }
  | { readonly type: "abandoned"; readonly id: number };
