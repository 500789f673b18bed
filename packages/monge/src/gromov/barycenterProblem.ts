// What a barycenter of structures is asked for: the structures, the size, where to start; read and checked.
import type { CostLike } from "../cost/cost.ts";
import { points } from "../cost/points.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import type { RunOptions } from "../run/options.ts";
import { lossParts } from "./loss.ts";
import { largestEntry, readStructure, type Structure } from "./structure.ts";

/** Options of {@link gromovBarycenter}. */
export interface GromovBarycenterOptions extends RunOptions {
  /** Atoms of the barycenter, >= 1. */
  readonly size: number;
  /** How entries are compared; default `"square"`. */
  readonly loss?: "square" | "KL";
  /** Masses of the barycenter's atoms, `size` of them; default uniform with total 1. */
  readonly masses?: Weights;
  /** The weights of the structures in the mean, >= 0; default all alike. Only their ratios count. */
  readonly weights?: Weights;
  /** A structure to start from, size x size; default: random distances of the size of those given. */
  readonly initial?: MatrixLike;
  /** The relative decrease of the objective in an iteration at which to stop; default 1e-7. */
  readonly tolerance?: number;
}

/** Options of {@link fusedGromovBarycenter}. */
export interface FusedGromovBarycenterOptions extends GromovBarycenterOptions {
  /** The weight of the structure terms, in [0, 1]; default 0.5. */
  readonly alpha?: number;
  /** Features to start from, size x d; default: those of atoms drawn at random. */
  readonly initialFeatures?: MatrixLike;
}

/** One of the structures of a mean. */
export interface StructureMeasure {
  /** How its atoms relate: a square matrix, or `cost.points(x)`. */
  readonly structure: CostLike;
  /** Masses of its atoms; null: uniform. Their total is that of the barycenter. */
  readonly masses?: Weights;
}

/** The same with features, n x d, compared by squared distance. */
export interface FeaturedStructureMeasure extends StructureMeasure {
  readonly features: MatrixLike;
}

/** One structure as it was read. */
export interface Member {
  readonly given: CostLike;
  readonly structure: Structure;
  readonly masses: Weights;
  readonly weight: number;
  readonly features: Matrix | null;
}

/** A checked problem. */
export interface MeanProblem {
  readonly members: readonly Member[];
  readonly masses: Float64Array;
  readonly alpha: number;
  readonly loss: "square" | "KL";
  readonly tolerance: number;
  readonly start: Matrix;
  readonly startFeatures: Matrix | null;
}

/** Reads the structures and the options of a barycenter. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`. */
export function readMean(
  given: readonly StructureMeasure[],
  features: readonly ReturnType<typeof toMatrix>[] | null,
  options: FusedGromovBarycenterOptions,
): MeanProblem {
  const { size, loss = "square", tolerance = 1e-7, alpha = 0.5, initial, initialFeatures, seed = 0 } = options;
  if (!(Number.isInteger(size) && size >= 1)) throw optionOutOfRange("size", size, "Use a whole number of at least 1.");
  if (!(tolerance >= 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0.");
  if (!(alpha >= 0 && alpha <= 1)) throw optionOutOfRange("alpha", alpha, "Use a number from 0 to 1.");
  lossParts(loss, 1);
  if (!Array.isArray(given) || given.length === 0) {
    throw new OtError("InvalidShape", "There is no structure to take the mean of.", {
      argument: "structures",
      seen: given,
      cure: "Pass an array with at least one { structure, masses }.",
    });
  }
  const weights = readShares(options.weights ?? null, given.length, "options.weights");
  const members = given.map((one: StructureMeasure, s): Member => {
    const structure = readStructure(one.structure, `structures[${s}].structure`);
    const own = features === null ? null : floats(features[s], structure.n, s);
    return { given: one.structure, structure, masses: one.masses ?? null, weight: weights[s], features: own };
  });
  const masses = options.masses
    ? readWeights(options.masses, size, "options.masses")
    : new Float64Array(size).fill(1 / size);
  const start =
    initial === undefined ? randomStructure(members, size, seed) : square(toMatrix(initial, "options.initial"), size);
  const startFeatures =
    features === null
      ? null
      : initialFeatures === undefined
        ? drawnFeatures(members, size, seed)
        : floats(toMatrix(initialFeatures, "options.initialFeatures"), size, -1);
  return { members, masses, alpha: features === null ? 1 : alpha, loss, tolerance, start, startFeatures };
}

function readShares(weights: Weights, count: number, argument: string): Float64Array {
  const read = weights === null ? new Float64Array(count).fill(1) : readWeights(weights, count, argument);
  const total = sum(read);
  if (!(total > 0)) throw optionOutOfRange("weights", total, "Give some structure a weight above 0.");
  return read.map((value) => value / total);
}

function floats({ data, rows, cols }: ReturnType<typeof toMatrix>, n: number, s: number): Matrix {
  if (rows === n) return { data: Float64Array.from(data), rows, cols };
  const argument = s < 0 ? "options.initialFeatures" : `structures[${s}].features`;
  throw new OtError("InvalidShape", `${argument} has ${rows} rows for ${n} atoms.`, {
    argument,
    seen: rows,
    cure: "Pass one row of features for each atom.",
  });
}

function square({ data, rows, cols }: ReturnType<typeof toMatrix>, size: number): Matrix {
  if (rows === size && cols === size) return { data: Float64Array.from(data), rows, cols };
  throw new OtError("InvalidShape", `The initial structure is ${rows} x ${cols} for ${size} atoms.`, {
    argument: "options.initial",
    seen: [rows, cols],
    cure: "Pass a matrix of size x size.",
  });
}

/** Distances between random points, as large as those given. */
function randomStructure(members: readonly Member[], size: number, seed: number): Matrix {
  const { normal } = random(seed);
  const x = Float64Array.from({ length: 3 * size }, normal);
  const cloud = { data: x, rows: size, cols: 3 };
  const data = points(cloud, cloud, "euclidean").block(0, size);
  const largest = members.reduce((most, { structure }) => Math.max(most, largestEntry(structure)), 0);
  const widest = data.reduce((most, value) => Math.max(most, value), 0);
  const scale = widest > 0 ? largest / widest : 0;
  // Without a 0, of which the loss KL knows no logarithm.
  return { data: data.map((value) => scale * value + 1e-3 * largest), rows: size, cols: size };
}

function drawnFeatures(members: readonly Member[], size: number, seed: number): Matrix {
  const { integer } = random(seed + 1);
  const cols = members[0].features?.cols ?? 0;
  const data = new Float64Array(size * cols);
  for (let i = 0; i < size; i++) {
    const from = members[integer(members.length)].features as Matrix;
    const row = integer(from.rows) * cols;
    data.set(from.data.subarray(row, row + cols), i * cols);
  }
  return { data, rows: size, cols };
}
