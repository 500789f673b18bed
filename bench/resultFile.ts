// A file of results to which rows are added as they come.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** Rows by name, and where they were measured. */
export interface ResultFile<Row extends { readonly name: string }> {
  readonly schema: 1;
  readonly machine: { readonly cpu: string; readonly node: string };
  readonly rows: readonly Row[];
}

/** What was measured so far. */
export function readResults<Row extends { readonly name: string }>(path: string): ResultFile<Row> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  return { schema: 1, machine: { cpu: cpus()[0].model, node: process.version }, rows: [] };
}

/** Replaces a row or adds it, in the order of `names`; rows of other names are dropped. */
export function keepRow<Row extends { readonly name: string }>(path: string, names: readonly string[], row: Row): void {
  const file = readResults<Row>(path);
  const all = new Map([...file.rows, row].map((one) => [one.name, one]));
  const rows = names.flatMap((name) => all.get(name) ?? []);
  writeFileSync(path, `${JSON.stringify({ ...file, rows }, null, 2)}\n`);
}
