// Labels of samples: read, compared, and carried over by a plan.
import { OtError } from "../errors/otError.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { Plan } from "../plan/plan.ts";

/** The class of each sample; null where it is not known. */
export type Labels = ArrayLike<number | string | null>;

/** What a plan makes of labels: for each sample of the other side, how much of its mass comes from which class. */
export interface CarriedLabels {
  /** The classes, in the order of their first appearance. */
  readonly classes: readonly (number | string)[];
  /** Share of each class in the labelled mass that arrives: one row a sample, rows sum to 1 or, where no labelled mass arrives, are 0. */
  readonly shares: Matrix;
  /** The class of the largest share; null where no labelled mass arrives. */
  readonly labels: readonly (number | string | null)[];
}

/** Checks the number of labels. Throws `InvalidShape`. */
export function readLabels(labels: Labels | undefined, count: number, argument: string): Labels | null {
  if (labels === undefined) return null;
  if (labels?.length !== count) {
    throw new OtError("InvalidShape", `There are ${labels?.length} labels for ${count} samples.`, {
      argument,
      seen: labels?.length,
      cure: "Pass one label for each sample; null where it is not known.",
    });
  }
  return labels;
}

/** The labels where all of them must be known. Throws `InvalidValue` with the index of the first that is not, or where there are none. */
export function requireLabels(labels: Labels | null, argument: string, why: string): ArrayLike<number | string> {
  const unknown = labels === null ? -1 : Array.from(labels).indexOf(null);
  if (labels === null || unknown >= 0) {
    throw new OtError(
      "InvalidValue",
      labels === null ? `There are no ${argument}.` : `${argument}[${unknown}] is null.`,
      {
        argument: `options.${argument}`,
        seen: labels === null ? undefined : null,
        cure: `${why}: pass the class of every sample.`,
      },
    );
  }
  return labels as ArrayLike<number | string>;
}

/** Carries labels from the rows of a plan to its columns (axis 1) or back (axis 0). */
export function carryLabels(plan: Plan, labels: Labels, axis: 0 | 1): CarriedLabels {
  const classes = [...new Set(Array.from(labels))].filter((label): label is number | string => label !== null);
  const rows = plan.shape[axis];
  const k = classes.length;
  const data = new Float64Array(rows * k);
  classes.forEach((label, c) => {
    const of = Float64Array.from(labels, (other) => (other === label ? 1 : 0));
    plan.apply(of, axis).forEach((mass, i) => {
      data[i * k + c] = mass;
    });
  });
  const winners: (number | string | null)[] = [];
  for (let i = 0; i < rows; i++) {
    let [total, best] = [0, -1];
    for (let c = 0; c < k; c++) {
      total += data[i * k + c];
      if (data[i * k + c] > (best < 0 ? 0 : data[i * k + best])) best = c;
    }
    if (total > 0) for (let c = 0; c < k; c++) data[i * k + c] /= total;
    winners.push(best < 0 ? null : classes[best]);
  }
  return { classes, shares: { data, rows, cols: k }, labels: winners };
}
