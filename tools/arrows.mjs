// The arrow law: an import goes to a strictly lower layer or stays inside its folder, and no file imports itself round a corner.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Layer of each folder of the library; `index.ts` lies above all. */
export const layers = {
  errors: 0,
  linalg: 0,
  kernels: 1,
  measure: 2,
  cost: 2,
  plan: 2,
  run: 3,
  exact: 4,
  entropic: 4,
  gaussian: 5,
  partial: 5,
  unbalanced: 5,
  regularised: 5,
  lowRank: 5,
  gradient: 5,
  sliced: 5,
  semidiscrete: 5,
  barycenter: 6,
  gromov: 6,
  statistics: 6,
  matching: 7,
  potential: 7,
  image: 7,
  adapt: 7,
  cohort: 7,
  allocation: 7,
  solve: 8,
  worker: 9,
};

/** What a package outside the library may import of ours. */
const entryPoints = {
  io: ["monge"],
  cli: [
    "monge",
    "monge/gaussian",
    "monge/matching",
    "monge/barycenter",
    "monge/potential",
    "monge/image",
    "monge/adapt",
    "monge/cohort",
    "monge/worker",
    "@monge/io",
  ],
};

/** Every breach of the law below `folder`, as sentences. */
export function breaches(folder = join(root, "packages")) {
  const graph = new Map();
  const found = [];
  for (const file of sources(folder)) graph.set(file, importsOf(file));
  for (const [file, imports] of graph) {
    const [owner, , place] = relative(folder, file).split(/[\\/]/);
    for (const name of imports) {
      const reason = name.startsWith(".")
        ? owner === "monge"
          ? libraryBreach(folder, place, resolve(dirname(file), name))
          : null
        : packageBreach(owner, name);
      if (reason !== null) found.push(`${relative(root, file)} imports ${name}: ${reason}`);
    }
  }
  return [...found, ...cycles(graph)];
}

function libraryBreach(folder, place, target) {
  if (!existsSync(target)) return target.includes("generated") ? null : "no such file";
  const to = relative(join(folder, "monge/src"), target).split(/[\\/]/)[0];
  if (place === "index.ts" || place === to) return null;
  if (!(place in layers)) return `the folder ${place} has no layer in tools/arrows.mjs`;
  if (!(to in layers)) return `nothing may import ${to}`;
  if (layers[place] === 2 && layers[to] === 1) return "descriptions of the problem never see a kernel";
  const sideways = (layers[place] === 2 && layers[to] === 2) || (layers[place] === 0 && layers[to] === 0);
  return layers[to] < layers[place] || sideways
    ? null
    : `layer ${layers[place]} may not look up to layer ${layers[to]}`;
}

function packageBreach(owner, name) {
  const ours = name === "monge" || name.startsWith("monge/") || name.startsWith("@monge/");
  if (owner === "monge") return ours || !name.startsWith(".") ? "the library has no dependencies" : null;
  return ours && !entryPoints[owner]?.includes(name) ? "only entry points may be imported" : null;
}

function importsOf(file) {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, "$1");
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"\n]+)"/g)].map((match) => match[1]);
}

function cycles(graph) {
  const done = new Set();
  const found = [];
  const walk = (file, trail) => {
    if (trail.includes(file)) {
      const round = [...trail.slice(trail.indexOf(file)), file];
      found.push(`a cycle: ${round.map((step) => relative(root, step)).join(" -> ")}`);
      return;
    }
    if (done.has(file) || !graph.has(file)) return;
    for (const name of graph.get(file)) if (name.startsWith(".")) walk(resolve(dirname(file), name), [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

function sources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && /[\\/]src([\\/]|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/node_modules|generated/.test(file));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = breaches();
  for (const breach of found) console.error(breach);
  if (found.length > 0) process.exit(1);
}
