// Bundles the library's worker script to packages/monge/src/worker/generated/source.ts: one self-contained script as a string, for
// workers that are started from it without an address (Blob in browsers, eval in Node).
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle, writeScript } from "./bundle.mjs";

const folder = fileURLToPath(new URL("../packages/monge/src/worker", import.meta.url));

/** The script. */
export function bundleWorker() {
  return bundle(folder, "monge");
}

/** Writes it where the library finds it. */
export async function buildWorker() {
  const madeBy = "tools/worker.mjs from src/worker/entry.ts";
  writeScript(join(folder, "generated/source.ts"), "source", await bundleWorker(), madeBy);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildWorker();
