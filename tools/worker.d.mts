/** The worker's script, bundled from the sources as they are. */
export function bundleWorker(): Promise<string>;
/** Writes it to packages/monge/src/worker/generated/source.ts. */
export function buildWorker(): Promise<void>;
