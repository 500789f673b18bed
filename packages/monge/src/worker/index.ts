// The entry point monge/worker.
export type { Job, Pool } from "../run/pool.ts";
export type { WorkerLike } from "./platform.ts";
export { createPool, type PoolOptions } from "./pool.ts";
