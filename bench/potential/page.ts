// The tables of docs/algorithms/kantorovichPotentials.md from bench/results/potentialExact.json and potentialMaps.json.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A critic on an exact case. */
export interface ExactRow {
  readonly case: string;
  readonly dimension: number;
  readonly seed: number;
  readonly widths: string;
  readonly steps: number;
  readonly learningRate: number;
  readonly truth: number;
  readonly estimate: number;
  /** Absent where only the printed line was kept. */
  readonly standardError?: number;
  readonly penalised: number;
  readonly dual: number;
  readonly slope: number;
  /** Mean cosine with the true direction on rays away from kinks, and its 5 % quantile. */
  readonly cosine: number;
  readonly worst: number;
}

/** A map on a pair of laws: exact W1 between samples. */
export interface MapRow {
  readonly case: string;
  readonly step: string;
  readonly theta: number;
  readonly pool: string;
  readonly critics: number;
  readonly before: number;
  /** W1 after the first critic's step. */
  readonly first: number;
  readonly after: number;
  readonly floor: number;
  readonly moved: number;
}

const results = (name: string): string => fileURLToPath(new URL(`../results/${name}.json`, import.meta.url));
const pagePath = fileURLToPath(new URL("../../docs/algorithms/kantorovichPotentials.md", import.meta.url));

function rowsOf<R>(name: string): R[] {
  return existsSync(results(name)) ? JSON.parse(readFileSync(results(name), "utf8")).rows : [];
}

/** Keeps rows, those of the same key replaced, and writes the page anew. */
export function keep<R extends object>(
  name: string,
  command: string,
  rows: readonly R[],
  key: (row: R) => string,
): void {
  const fresh = new Set(rows.map(key));
  const all = [...rowsOf<R>(name).filter((row) => !fresh.has(key(row))), ...rows];
  const lines = all.map((row) => ` ${JSON.stringify(row)}`).join(",\n");
  writeFileSync(results(name), `{ "command": ${JSON.stringify(command)}, "rows": [\n${lines}\n] }\n`);
  writeFileSync(pagePath, pageText());
}

/** The page with its tables as they follow from the results. */
export function pageText(): string {
  const text = readFileSync(pagePath, "utf8");
  return within(
    within(text, "exact cases", exactTable(rowsOf("potentialExact"))),
    "steps",
    mapTable(rowsOf("potentialMaps")),
  );
}

function within(text: string, mark: string, table: string): string {
  const [begin, end] = [`<!-- ${mark} -->\n`, `<!-- end of ${mark} -->`];
  const from = text.indexOf(begin) + begin.length;
  return `${text.slice(0, from)}${table}${text.slice(text.indexOf(end))}`;
}

function exactTable(rows: readonly ExactRow[]): string {
  const off = (row: ExactRow, value: number): string => `${(100 * (value / row.truth - 1)).toFixed(1)} %`;
  const lines = rows.map((row) =>
    [
      row.case,
      row.dimension,
      row.widths,
      row.steps,
      row.learningRate,
      row.truth.toFixed(4),
      row.standardError === undefined
        ? off(row, row.estimate)
        : `${off(row, row.estimate)} ± ${((100 * row.standardError) / row.truth).toFixed(1)}`,
      off(row, row.penalised),
      off(row, row.dual),
      row.cosine.toFixed(4),
      row.worst.toFixed(3),
    ].join(" | "),
  );
  return table("case | d | widths | steps | rate | W1 | estimate | penalised | dual | cosine | 5 % below", lines);
}

function mapTable(rows: readonly MapRow[]): string {
  const lines = rows.map((row) =>
    [
      row.case,
      row.step,
      row.theta,
      row.pool,
      row.before.toFixed(3),
      row.first.toFixed(3),
      `${row.after.toFixed(3)} (${row.critics})`,
      row.floor.toFixed(3),
      row.moved.toFixed(3),
    ].join(" | "),
  );
  return table("case | step | theta | pool | before | after one | after all (critics) | floor | moved", lines);
}

function table(head: string, lines: readonly string[]): string {
  const rule = head.replace(/[^|]+/g, "---");
  return `\n${[head, rule, ...lines].map((line) => `| ${line} |`).join("\n")}\n\n`;
}
