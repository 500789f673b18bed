// Installs and builds what is missing or stale, and nothing else. Node built-ins only: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Makes the checkout runnable; says what it does, in one line a step. */
export async function ready() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
  }
  const manifests = ["package-lock.json", "package.json", ...packages().map((name) => `packages/${name}/package.json`)];
  await stage("node_modules/.monge-stamp", manifests, "installing packages", () => run("npm", ["ci", "--no-fund"]));
  const kernels = [...files("packages/monge/assembly"), "tools/kernels.mjs", "tools/fuse.mjs", "package-lock.json"];
  await stage("packages/monge/src/kernels/generated/.stamp", kernels, "building kernels", async () => {
    const { buildKernels } = await import(pathToFileURL(join(root, "tools/kernels.mjs")).href);
    await buildKernels();
  });
  const scripts = files("packages/monge/src").filter((name) => !name.includes("worker/generated"));
  const worker = [...scripts, "tools/worker.mjs", "tools/bundle.mjs", "package-lock.json"];
  await stage("packages/monge/src/worker/generated/.stamp", worker, "bundling the worker", async () => {
    const { buildWorker } = await import(pathToFileURL(join(root, "tools/worker.mjs")).href);
    await buildWorker();
  });
  const viewer = [...files("packages/cli/viewer"), "tools/viewer.mjs", "tools/bundle.mjs", "package-lock.json"];
  await stage("packages/cli/src/generated/.stamp", viewer, "bundling the viewer", async () => {
    const { buildViewer } = await import(pathToFileURL(join(root, "tools/viewer.mjs")).href);
    await buildViewer();
  });
  const codecs = [...files("tools/licences"), "tools/codecs.mjs", "package-lock.json"];
  await stage("packages/io/src/generated/.stamp", codecs, "bundling the decoders", async () => {
    const { buildCodecs } = await import(pathToFileURL(join(root, "tools/codecs.mjs")).href);
    buildCodecs();
  });
  const sources = ["tsconfig.json", "tsconfig.base.json", "package-lock.json"];
  for (const name of packages()) sources.push(`packages/${name}/tsconfig.json`, ...files(`packages/${name}/src`));
  await stage("node_modules/.monge-dist-stamp", sources, "compiling packages", () =>
    run(process.execPath, ["node_modules/typescript/bin/tsc", "-b", "tsconfig.json"]),
  );
}

/** Runs a command of the checkout; a failure ends the process with its code. */
export function run(command, args, env = {}) {
  const options = { cwd: root, stdio: "inherit", env: { ...process.env, ...env } };
  // On Windows npm is a script, which needs a shell.
  const { status, error } = spawnSync(command, args, { ...options, shell: process.platform === "win32" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

async function stage(stamp, inputs, title, work) {
  const path = join(root, stamp);
  const hash = contentHash(inputs);
  if (existsSync(path) && readFileSync(path, "utf8") === hash && built(stamp)) return;
  process.stderr.write(`${title} ..\n`);
  await work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, hash);
}

/** A stamp says what was built; this says that it is still there. */
function built(stamp) {
  return !stamp.includes("dist-stamp") || packages().every((name) => existsSync(join(root, `packages/${name}/dist`)));
}

function contentHash(inputs) {
  const hash = createHash("sha256");
  for (const input of [...inputs].sort()) {
    hash.update(input).update("\0");
    if (existsSync(join(root, input))) hash.update(readFileSync(join(root, input)));
  }
  return hash.digest("hex");
}

function packages() {
  return readdirSync(join(root, "packages")).sort();
}

function files(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await ready();
