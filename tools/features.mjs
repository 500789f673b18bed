// Writes FEATURES.md from docs/features.json; with --check, fails where the table and the library's exports disagree.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "FEATURES.md");
const marks = { done: "done", planned: "planned", not: "no" };

export function readFeatures() {
  return JSON.parse(readFileSync(join(root, "docs/features.json"), "utf8"));
}

/** The public names of POT that the table has to answer for, as `bench/peers/names.py` found them. */
export function readPotNames() {
  const { modules } = JSON.parse(readFileSync(join(root, "bench/peers/pot-names.json"), "utf8"));
  return Object.entries(modules).flatMap(([module, names]) =>
    names.map((name) => (module === "" ? `ot.${name}` : `ot.${module}.${name}`)),
  );
}

/** The exports of a module, its namespaces opened: `emd`, `cost.points`. */
export function exportedNames(library) {
  return Object.entries(library).flatMap(([name, value]) =>
    value?.[Symbol.toStringTag] === "Module" ? Object.keys(value).map((member) => `${name}.${member}`) : [name],
  );
}

/** The export that a phrase such as `emd(a, b, C).value` calls; null for a phrase that needs none. */
function called(ours) {
  const name = /^[A-Za-z_][\w.]*/.exec(ours)?.[0] ?? "";
  return name === "null" ? null : name;
}

/** Every disagreement between the table, POT's names and the library's exports, as sentences. */
export function disagreements({ pot, others, alone }, potNames, exports) {
  const found = [];
  const known = new Map(pot.map((row) => [row.pot, row]));
  const library = new Set(exports);
  for (const name of potNames) if (!known.has(name)) found.push(`${name} of POT has no row`);
  for (const name of known.keys()) if (!potNames.includes(name)) found.push(`${name} is no public name of POT`);
  const mentioned = new Set();
  for (const row of [...pot, ...others]) {
    const title = row.pot ?? `${row.library} ${row.name}`;
    if (row.same !== undefined && !known.has(row.same)) found.push(`${title} refers to ${row.same}, which has no row`);
    if (row.same === undefined && !(row.status in marks)) found.push(`${title} has the status ${row.status}`);
    if (row.expect !== undefined && library.has(row.expect))
      found.push(`${title} is planned, yet ${row.expect} is exported`);
    const name = row.status === "done" ? called(row.ours) : null;
    if (name === null) continue;
    mentioned.add(name);
    if (!library.has(name)) found.push(`${title} claims to be done by ${name}, which is not exported`);
  }
  for (const { name } of alone) {
    mentioned.add(name);
    if (!library.has(name)) found.push(`${name} is listed as ours alone, but not exported`);
  }
  for (const name of exports) if (!mentioned.has(name)) found.push(`${name} is exported, but in no row`);
  return found;
}

/** FEATURES.md. */
export function render({ peers, pot, others, alone }) {
  const rows = new Map(pot.map((row) => [row.pot, row]));
  const count = (status) => pot.filter((row) => (rows.get(row.same) ?? row).status === status).length;
  const sections = new Map();
  for (const row of pot) {
    const module = row.pot.split(".").slice(0, -1).join(".");
    sections.set(module, [...(sections.get(module) ?? []), row]);
  }
  const lines = [
    "# Features",
    "",
    "What each public function of the other optimal transport libraries is here. Made by `node tools/features.mjs` from",
    "`docs/features.json`; the tests compare it with what `monge` exports and with what POT exports.",
    "",
    `POT ${peers.POT}: ${pot.length} names, ${count("done")} done, ${count("planned")} planned, ${count("not")} not taken over.`,
    "[From POT to Monge](docs/guide/from-pot.md) shows the commonest calls side by side.",
    "",
    "What differs everywhere: one call returns value, plan, potentials and report (no `emd2`, no `log=True`); values are never",
    "rooted; masses are never rescaled silently; bad input throws an `OtError`, a limit reached is a status; every answer has",
    "`certify()`.",
  ];
  for (const [module, list] of sections) {
    lines.push(
      "",
      `## ${module === "ot" ? "POT, top level" : module}`,
      "",
      "| POT | Monge | status | note |",
      "|---|---|---|---|",
    );
    for (const row of list) lines.push(potLine(row, rows));
  }
  lines.push(
    "",
    "## SciPy, OTT-JAX and GeomLoss",
    "",
    "| library | name | Monge | status | note |",
    "|---|---|---|---|---|",
  );
  for (const row of others) {
    lines.push(`| ${row.library} | ${cell(row.name)} | ${answer(row)} | ${marks[row.status]} | ${cell(row.note)} |`);
  }
  lines.push("", "## Ours alone", "", "| Monge | what it is |", "|---|---|");
  for (const { name, what } of alone) lines.push(`| \`${name}\` | ${cell(what)} |`);
  return `${lines.join("\n")}\n`;
}

function potLine(row, rows) {
  const { status, note } = rows.get(row.same) ?? row;
  const what = row.same === undefined ? answer(row) : `as \`${row.same}\``;
  return `| \`${row.pot}\` | ${what} | ${marks[status]} | ${row.same === undefined ? cell(note) : ""} |`;
}

function answer({ status, ours, family, reason }) {
  if (status === "done") return `\`${ours}\``;
  return status === "planned" ? `planned: ${family}` : `not: ${cell(reason)}`;
}

function cell(text) {
  return (text ?? "").replaceAll("|", "\\|");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const features = readFeatures();
  if (process.argv.includes("--check")) {
    const entries = [
      "index.js",
      "gaussian/index.js",
      "gromov/index.js",
      "matching/index.js",
      "barycenter/index.js",
      "potential/index.js",
      "image/index.js",
      "adapt/index.js",
      "cohort/index.js",
    ].map((name) => join(root, "packages/monge/dist", name));
    const libraries = await Promise.all(entries.map((entry) => import(pathToFileURL(entry).href)));
    const found = disagreements(features, readPotNames(), libraries.flatMap(exportedNames));
    if (readFileSync(page, "utf8") !== render(features))
      found.push("FEATURES.md is stale: run node tools/features.mjs");
    for (const sentence of found) console.error(sentence);
    process.exitCode = found.length > 0 ? 1 : 0;
  } else {
    writeFileSync(page, render(features));
  }
}
