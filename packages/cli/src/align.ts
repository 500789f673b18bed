// monge align: domain adaptation between two tables of samples.
import {
  assertWritable,
  columnOf,
  encodeMatrix,
  numberIn,
  readMatrix,
  readWordTable,
  writeFileAtomic,
} from "@monge/io";
import { type Floats, type Matrix, matrix } from "monge";
import { type Adaptation, type AdaptMethod, fit, type Labels } from "monge/adapt";
import { describeStatus, isFinal } from "./answer.ts";
import { csvCell } from "./csvCell.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { shortName, sourceOf } from "./input.ts";
import { interruptible } from "./interruption.ts";
import { pensFor } from "./pens.ts";
import { plainSpaces, shortNumber } from "./plot/number.ts";
import { progressLine } from "./progress.ts";

/** The options of `monge align`, as the parser returns them. */
export interface AlignOptions {
  readonly method?: AdaptMethod;
  readonly labels?: string;
  readonly targetLabels?: string;
  readonly truth?: string;
  readonly epsilon?: number;
  readonly relativeEpsilon?: number;
  readonly strength?: number;
  readonly out?: string;
  readonly predictions?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** Samples with the columns that were no coordinates. */
interface Samples {
  readonly points: Matrix<Floats>;
  readonly columns: readonly string[] | null;
  labels(column: string | undefined): string[] | null;
}

/** Runs the command. */
export async function alignCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as AlignOptions;
  const [from = "-", to = "-"] = args;
  const { labels, targetLabels, truth, out, predictions, force, epsilon, relativeEpsilon, strength } = options;
  if (from === "-" && to === "-")
    throw new UsageError("Standard input (-) is asked for twice.", "Read one from a file.");
  if (labels === undefined && (targetLabels ?? truth ?? predictions) !== undefined)
    throw new UsageError(
      "Without --labels there are no classes to carry over.",
      "Name the column of SOURCE that has them.",
    );
  if (epsilon !== undefined && relativeEpsilon !== undefined)
    throw new UsageError("--epsilon and --relative-epsilon are both given.", "Give one of them.");
  if (out !== undefined && out !== "-" && !/\.(csv|npy)$/i.test(out))
    throw new UsageError(`--out ${out} ends in neither .csv nor .npy.`, "Name it something.csv or something.npy.");
  if (predictions !== undefined && !/\.csv$/i.test(predictions))
    throw new UsageError(`--predictions ${predictions} does not end in .csv.`, "Name it something.csv.");
  for (const path of [out, predictions]) if (path !== undefined && path !== "-") await assertWritable(path, { force });
  const source = await readSamples(from, [labels]);
  const target = await readSamples(to, [targetLabels, truth]);
  const sourceLabels = source.labels(labels);
  const known = target.labels(targetLabels)?.map((label) => (label === "" ? null : label));
  const { method = sourceLabels === null ? "sinkhorn" : "groupLasso" } = options;
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress));
  const fitted = await interruptible(async (signal) => {
    try {
      return await fit.async(source.points, target.points, {
        method,
        epsilon,
        relativeEpsilon,
        strength,
        ...(sourceLabels !== null && { sourceLabels }),
        ...(known !== undefined && { targetLabels: known as Labels }),
        signal,
        onProgress: line.show,
      });
    } finally {
      line.end();
    }
  });
  const moved = fitted.transform();
  const predicted = sourceLabels === null ? null : nearestLabels(moved, sourceLabels, target.points);
  const right = target.labels(truth);
  const accuracy =
    predicted === null || right === null
      ? null
      : predicted.filter((label, j) => label === right[j]).length / Math.max(1, predicted.length);
  await write(out, movedText(moved, source.columns, out), force);
  if (predictions !== undefined && predicted !== null) {
    const rows = predicted.map((label, j) => `${j},${csvCell(label)}`);
    await write(predictions, `${["sample,label", ...rows].join("\n")}\n`, force);
  }
  const { report } = fitted;
  if (options.json) process.stdout.write(`${JSON.stringify(answerJson(fitted, accuracy, predicted), null, 2)}\n`);
  else if (options.quiet) process.stdout.write(out === "-" ? "" : `${accuracy ?? fitted.value}\n`);
  else if (out !== "-") process.stdout.write(answerTable([from, to], source, target, fitted, accuracy));
  return isFinal(report.status) ? exitCode.ok : exitCode.notConverged;
}

async function readSamples(path: string, wordColumns: readonly (string | undefined)[]): Promise<Samples> {
  const words = wordColumns.filter((name) => name !== undefined);
  if (/\.(npy|npz|ply)$/i.test(path)) {
    if (words.length > 0)
      throw new UsageError(`${shortName(path)} has no columns of classes.`, "Use a .csv file with names of columns.");
    return { points: await readMatrix(path), columns: null, labels: () => null };
  }
  const source = await sourceOf(path);
  const table = await readWordTable(source);
  // Numbers alone in the first row: the columns have no names.
  if (words.length === 0 && table.columns.every((name) => name !== "" && Number.isFinite(Number(name))))
    return { points: await readMatrix(source), columns: null, labels: () => null };
  const places = words.map((name) => columnOf(table, name));
  const coordinates = table.columns.map((_, k) => k).filter((k) => !places.includes(k));
  const data = Float64Array.from({ length: table.rows.length * coordinates.length }, (_, at) =>
    numberIn(table, Math.floor(at / coordinates.length), coordinates[at % coordinates.length]),
  );
  return {
    points: matrix(data, table.rows.length, coordinates.length),
    columns: coordinates.map((k) => table.columns[k]),
    labels: (column) => {
      if (column === undefined) return null;
      const place = columnOf(table, column);
      return table.rows.map((cells) => cells[place]);
    },
  };
}

/** For each target the class of the nearest moved sample. */
function nearestLabels(moved: Matrix, labels: readonly string[], { data, rows, cols }: Matrix<Floats>): string[] {
  return Array.from({ length: rows }, (_, j) => {
    let [best, least] = [0, Infinity];
    for (let i = 0; i < moved.rows; i++) {
      let square = 0;
      for (let c = 0; c < cols; c++) square += (moved.data[i * cols + c] - data[j * cols + c]) ** 2;
      if (square < least) [best, least] = [i, square];
    }
    return labels[best];
  });
}

function movedText(moved: Matrix, columns: readonly string[] | null, out: string | undefined): string | Uint8Array {
  if (out !== undefined && /\.npy$/i.test(out)) return encodeMatrix(moved, "npy");
  const names = columns?.length === moved.cols ? columns : Array.from({ length: moved.cols }, (_, c) => `x${c}`);
  const rows = Array.from({ length: moved.rows }, (_, i) =>
    moved.data.subarray(i * moved.cols, (i + 1) * moved.cols).join(","),
  );
  return `${[names.join(","), ...rows].join("\n")}\n`;
}

async function write(
  path: string | undefined,
  content: string | Uint8Array,
  force: boolean | undefined,
): Promise<void> {
  if (path === "-") process.stdout.write(content);
  else if (path !== undefined) await writeFileAtomic(path, content, { force });
}

function answerJson(
  { method, value, report, certify }: Adaptation,
  accuracy: number | null,
  predictions: readonly string[] | null,
): object {
  const { status, iterations, elapsedMs } = report;
  const certificate = certify();
  return { schema: 1, method, status, value, iterations, accuracy, predictions, certificate, elapsedMs };
}

function answerTable(
  [from, to]: readonly [string, string],
  source: Samples,
  target: Samples,
  { method, value, report, certify }: Adaptation,
  accuracy: number | null,
): string {
  const pens = pensFor(process.stdout);
  const certificate = certify();
  const lines = [pens.strong(`Adaptation ${shortName(from)} → ${shortName(to)}`), ""];
  const row = (name: string, text: string, remark = ""): void => {
    lines.push(`  ${pens.dim(name.padEnd(13))}${remark === "" ? text : `${text}  ${pens.dim(remark)}`}`);
  };
  const status = describeStatus(report.status);
  row("method", method, report.why);
  row("objective", shortNumber(value, 9));
  if (accuracy !== null) row("accuracy", pens.strong(shortNumber(accuracy, 4)), "of the nearest moved sample's class");
  row("status", isFinal(report.status) ? pens.good(status) : pens.warn(status));
  row("size", `${source.points.rows} → ${target.points.rows}`, `${target.points.cols} coordinates`);
  const gap = certificate.kind === "duality" ? certificate.relativeGap : certificate.stationarityGap;
  row(
    "certificate",
    `gap ${shortNumber(gap, 3)}, residual ${shortNumber(certificate.primalResidual, 3)}`,
    certificate.kind,
  );
  return plainSpaces(`${lines.join("\n")}\n`);
}
