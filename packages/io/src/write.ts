// Matrices and plans as files: .npy (NumPy format 1.0, little-endian, C order) and .csv.
// CSV holds the shortest decimal that reads back as the same number; plans list their non-zero entries.
import { type Floats, type Matrix, OtError, type Plan } from "monge";
import { type FileOptions, writeFileAtomic } from "./atomicFile.ts";
import { defaultMaxBytes, sizeText } from "./limits.ts";
import { npyBytes } from "./npyWrite.ts";

/** What the writers need of a plan. */
export type PlanEntries = Pick<Plan, "shape" | "entries">;

export interface WriteOptions extends FileOptions {
  /** Default: by the ending of the path. */
  readonly format?: "csv" | "npy";
}

export interface PlanOptions extends WriteOptions {
  /** Leave out entries of at most this mass, >= 0. Default 0: every non-zero entry is written. */
  readonly minMass?: number;
  /** Refuse a dense `.npy` above this size. Default 2 GiB. */
  readonly maxBytes?: number;
}

/** An array of any shape as the bytes of a `.npy` file; `float32` stays `float32`. Throws `InvalidShape`. */
export function encodeNpy(data: Floats, shape: readonly number[]): Uint8Array {
  const count = shape.reduce((product, along) => product * along, 1);
  if (count !== data.length || shape.some((along) => !Number.isInteger(along) || along < 0)) {
    throw new OtError("InvalidShape", `An array of shape ${shape.join(" x ")} does not hold ${data.length} numbers.`, {
      argument: "shape",
      seen: [...shape],
      cure: "Pass a shape whose product is the length of data.",
    });
  }
  return npyBytes(data, shape);
}

/** A matrix as the bytes of a file. */
export function encodeMatrix(matrix: Matrix<Floats>, format: "csv" | "npy"): Uint8Array {
  if (format === "npy") return encodeNpy(matrix.data, [matrix.rows, matrix.cols]);
  return joined(matrixLines(matrix));
}

/** A plan as the bytes of a file. CSV: `i,j,mass`, indices from 0. NPY: the dense n x m matrix. Throws `OutOfMemory`. */
export function encodePlan(plan: PlanEntries, format: "csv" | "npy", options: PlanOptions = {}): Uint8Array {
  if (format === "npy") return encodeNpy(densePlan(plan, options), plan.shape);
  return joined(planLines(plan, options.minMass ?? 0));
}

/** Writes a matrix to `.csv` or `.npy`, whole or not at all (Node). Errors: as `writeFileAtomic`, and `Unsupported` endings. */
export async function writeMatrix(path: string, matrix: Matrix<Floats>, options: WriteOptions = {}): Promise<void> {
  const format = options.format ?? formatOf(path);
  const content = format === "npy" ? encodeMatrix(matrix, "npy") : encoded(matrixLines(matrix));
  await writeFileAtomic(path, content, options);
}

/** Writes a plan to `.csv` (`i,j,mass`, indices from 0, in row order) or `.npy` (dense), whole or not at all (Node). */
export async function writePlan(path: string, plan: PlanEntries, options: PlanOptions = {}): Promise<void> {
  const format = options.format ?? formatOf(path);
  const content = format === "npy" ? encodePlan(plan, "npy", options) : encoded(planLines(plan, options.minMass ?? 0));
  await writeFileAtomic(path, content, options);
}

function formatOf(path: string): "csv" | "npy" {
  if (/\.npy$/i.test(path)) return "npy";
  if (/\.csv$/i.test(path)) return "csv";
  throw new OtError("Unsupported", `${path} ends in neither .csv nor .npy.`, {
    argument: path,
    seen: path,
    cure: "Name it .csv or .npy, or set options.format.",
  });
}

function densePlan(plan: PlanEntries, options: PlanOptions): Float64Array {
  const [n, m] = plan.shape;
  const needed = n * m * 8;
  const limit = options.maxBytes ?? defaultMaxBytes;
  if (needed > limit) {
    throw new OtError(
      "OutOfMemory",
      `A dense ${n} x ${m} plan takes ${sizeText(needed)}, the limit is ${sizeText(limit)}.`,
      {
        argument: "plan",
        seen: needed,
        cure: "Write it as .csv: only its non-zero entries take room.",
      },
    );
  }
  const dense = new Float64Array(n * m);
  for (const [i, j, mass] of plan.entries(options.minMass ?? 0)) dense[i * m + j] = mass;
  return dense;
}

function* matrixLines({ data, rows, cols }: Matrix<Floats>): Generator<string> {
  for (let i = 0; i < rows; i++) yield `${data.subarray(i * cols, (i + 1) * cols).join(",")}\n`;
}

function* planLines(plan: PlanEntries, minMass: number): Generator<string> {
  yield "i,j,mass\n";
  for (const [i, j, mass] of plan.entries(minMass)) yield `${i},${j},${mass}\n`;
}

/** Lines in pieces of about 64 kB: one system call each. */
function* encoded(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let piece = "";
  for (const line of lines) {
    piece += line;
    if (piece.length < 65536) continue;
    yield encoder.encode(piece);
    piece = "";
  }
  yield encoder.encode(piece);
}

function joined(lines: Iterable<string>): Uint8Array {
  const pieces = [...encoded(lines)];
  const out = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    out.set(piece, offset);
    offset += piece.length;
  }
  return out;
}
