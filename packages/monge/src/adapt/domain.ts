// Two domains and the cost between them: squared distances, and a penalty on pairs whose classes are known to differ.
// Courty, Flamary, Tuia, Rakotomamonjy, "Optimal transport for domain adaptation" (2017), section 4.4.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { dense } from "../cost/dense.ts";
import type { Ground } from "../cost/ground.ts";
import { points } from "../cost/points.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { Weights } from "../measure/weights.ts";
import { type Labels, readLabels } from "./labels.ts";

/** What is known of the samples. */
export interface DomainOptions {
  /** Masses of the source samples; default uniform. */
  readonly sourceWeights?: Weights;
  /** Masses of the target samples; default uniform. */
  readonly targetWeights?: Weights;
  /** Classes of the source samples; `"groupLasso"` needs them. */
  readonly sourceLabels?: Labels;
  /** Classes of the target samples, null where unknown: together with the sources' they keep known classes together. */
  readonly targetLabels?: Labels;
  /** What it costs to move a sample to one of another known class, in multiples of the largest cost, >= 0; default 10; `Infinity` forbids it. */
  readonly labelPenalty?: number;
  /** The ground cost between samples; default `"sqeuclidean"`. */
  readonly ground?: Ground;
}

/** Both domains, checked. */
export interface Domains {
  readonly x: Matrix<Floats>;
  readonly y: Matrix<Floats>;
  readonly a: Weights;
  readonly b: Weights;
  readonly sourceLabels: Labels | null;
  readonly targetLabels: Labels | null;
}

/** Reads both domains. Throws `InvalidShape` for empty ones and for wrong numbers of labels, `InvalidValue` for what is not finite. */
export function readDomains(source: MatrixLike, target: MatrixLike, options: DomainOptions): Domains {
  const x = samples(source, "source");
  const y = samples(target, "target");
  return {
    x,
    y,
    a: options.sourceWeights ?? null,
    b: options.targetWeights ?? null,
    sourceLabels: readLabels(options.sourceLabels, x.rows, "options.sourceLabels"),
    targetLabels: readLabels(options.targetLabels, y.rows, "options.targetLabels"),
  };
}

/** Samples of the given number of coordinates. Throws `InvalidShape`, `InvalidValue`. */
export function readSamples(given: MatrixLike, dimension: number, argument: string): Matrix<Floats> {
  const read = toMatrix(given, argument);
  if (read.rows > 0 && read.cols !== dimension) {
    throw new OtError("InvalidShape", `The samples have ${read.cols} coordinates, those of the fit ${dimension}.`, {
      argument,
      seen: read.cols,
      cure: "Pass samples with the coordinates that were fitted.",
    });
  }
  requireFinite(read, argument);
  return read;
}

function samples(given: MatrixLike, argument: string): Matrix<Floats> {
  const read = toMatrix(given, argument);
  if (read.rows === 0 || read.cols === 0) {
    throw new OtError("InvalidShape", `The ${argument} has no samples.`, {
      argument,
      seen: [read.rows, read.cols],
      cure: "Pass at least one sample with one coordinate.",
    });
  }
  requireFinite(read, argument);
  return read;
}

function requireFinite({ data, cols }: Matrix<Floats>, argument: string): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new OtError("InvalidValue", `Coordinate ${at % cols} of sample ${Math.floor(at / cols)} is ${data[at]}.`, {
    argument,
    seen: data[at],
    cure: "Remove the sample or fill the gap: coordinates are finite numbers.",
  });
}

/** The cost between the domains, and its largest entry before penalties; no matrix unless classes are known on both sides. */
export interface DomainCost {
  readonly cost: Cost;
  largest(): number;
}

/** Forms the cost. Throws as `cost.points` does, and `InvalidValue` for the penalty. */
export function costBetween({ x, y, sourceLabels, targetLabels }: Domains, options: DomainOptions): DomainCost {
  const { labelPenalty = 10, ground = "sqeuclidean" } = options;
  if (!(labelPenalty >= 0))
    throw optionOutOfRange("labelPenalty", labelPenalty, "Use a number of at least 0, or Infinity.");
  const plain = points(x, y, ground);
  const largest = (): number => largestOf(plain);
  const known =
    sourceLabels !== null && targetLabels !== null && Array.from(targetLabels).some((label) => label !== null);
  if (!known || labelPenalty === 0) return { cost: plain, largest };
  const data = plain.block(0, x.rows);
  const penalty = labelPenalty * largest();
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < y.rows; j++) {
      const [label, other] = [sourceLabels[i], targetLabels[j]];
      if (label !== null && other !== null && label !== other) data[i * y.rows + j] += penalty;
    }
  }
  return { cost: dense({ data, rows: x.rows, cols: y.rows }), largest };
}

/** The largest entry of a cost without forbidden pairs; 1 where all are 0. */
function largestOf(cost: Cost): number {
  const [n, m] = cost.shape;
  const step = blockRows(m);
  const rows = new Float64Array(step * m);
  let most = 0;
  for (let from = 0; from < n; from += step) {
    const to = Math.min(n, from + step);
    cost.block(from, to, rows);
    for (let k = 0; k < (to - from) * m; k++) if (rows[k] > most) most = rows[k];
  }
  return most > 0 ? most : 1;
}
