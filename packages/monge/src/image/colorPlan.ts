// How each colour of one palette moves towards another: by exact, entropic, unbalanced, Laplacian, Gaussian or sliced transport.
import { points } from "../cost/points.ts";
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { emd } from "../exact/emd.ts";
import { gaussianMap } from "../gaussian/map.ts";
import { empiricalGaussian } from "../measure/gaussian.ts";
import type { Plan } from "../plan/plan.ts";
import { regularisedTransport } from "../regularised/regularised.ts";
import type { Progress } from "../run/options.ts";
import type { Palette } from "./palette.ts";
import { slicedDisplacements } from "./slicedMap.ts";

/** Ways to move a palette; see `ColorTransferOptions`. */
export const colorMethods = ["exact", "affine", "entropic", "sliced", "unbalanced", "laplacian"] as const;
export type ColorMethod = (typeof colorMethods)[number];

/** What a method may be told. */
export interface ColorPlanOptions {
  readonly method: ColorMethod;
  readonly relativeEpsilon: number;
  readonly strength: number;
  readonly rounds: number;
  readonly seed: number;
}

/** Where the colours of the source go. */
export interface ColorPlan {
  /** Displacements, n x 3. */
  readonly by: Float64Array;
  /** The plan between the palettes; null where there is none. */
  readonly plan: Plan | null;
  /** <P, C> of the plan; without one sum a_i |d_i|^2. */
  readonly value: number;
}

/** Moves `source` towards `reference` (one space). */
export function* planColors(
  source: Palette,
  reference: Palette,
  { method, relativeEpsilon, strength, rounds, seed }: ColorPlanOptions,
): Generator<Progress, ColorPlan, void> {
  const [a, b] = [source.weights, reference.weights];
  const X = source.colors.data;
  if (method === "affine") {
    const map = gaussianMap(empiricalGaussian(source.colors, a), empiricalGaussian(reference.colors, b));
    return freely(
      map.apply(source.colors).data.map((value, k) => value - X[k]),
      a,
    );
  }
  if (method === "sliced") {
    const moving = slicedDisplacements(source, reference, rounds, seed);
    for (let iteration = 1; ; iteration++) {
      const step = moving.next();
      if (step.done) return freely(step.value, a);
      yield { phase: "palette", iteration, error: 1 - iteration / rounds, elapsedMs: 0 };
    }
  }
  const C = points(source.colors, reference.colors);
  const inside =
    method === "exact"
      ? emd.steps(a, b, C)
      : method === "laplacian"
        ? regularisedTransport.steps(a, b, C, {
            regulariser: { kind: "laplacian", strength, source: source.colors, target: reference.colors },
            tolerance: 1e-4,
            maxIterations: 50,
          })
        : sinkhorn.steps(a, b, C, {
            relativeEpsilon,
            tolerance: 1e-6,
            ...(method === "unbalanced" && {
              unbalanced: { source: { kind: "KL", strength }, target: { kind: "KL", strength } },
            }),
          });
  const { plan, transportCost } = yield* inside;
  const means = plan.barycentricMap(reference.colors).data;
  const moved = plan.marginal(0);
  const by = new Float64Array(X.length);
  for (let i = 0; i < a.length; i++) {
    // Colours that keep a part of their mass to themselves stay where they are with that part.
    const share = method === "unbalanced" && a[i] > 0 ? Math.min(1, moved[i] / a[i]) : 1;
    if (moved[i] > 0) for (let c = 3 * i; c < 3 * i + 3; c++) by[c] = share * (means[c] - X[c]);
  }
  return { by, plan, value: transportCost };
}

function freely(by: Float64Array, a: Float64Array): ColorPlan {
  let value = 0;
  for (let k = 0; k < by.length; k++) value += a[Math.floor(k / 3)] * by[k] * by[k];
  return { by, plan: null, value };
}
