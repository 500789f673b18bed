// Domain adaptation: samples of a source domain are moved onto a target domain, so that what was learned on one holds on the other.
// Courty, Flamary, Tuia, Rakotomamonjy, "Optimal transport for domain adaptation" (2017).
import { optionOutOfRange } from "../errors/otError.ts";
import { gaussianGromovWasserstein } from "../gaussian/gromov.ts";
import { gaussianMap } from "../gaussian/map.ts";
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import { balancedMasses } from "../measure/balance.ts";
import { empiricalGaussian } from "../measure/gaussian.ts";
import type { Plan } from "../plan/plan.ts";
import type { DualityCertificate, StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, mapRun, type Run, type Solver, threeForms } from "../run/solver.ts";
import { costBetween, type Domains, readDomains, readSamples } from "./domain.ts";
import { type CarriedLabels, carryLabels, type Labels, readLabels } from "./labels.ts";
import { fitMapping, type MappingOptions } from "./mapping.ts";
import { moveLike, readRule } from "./outOfSample.ts";
import {
  type Motion,
  motionOf,
  startTransport,
  type TransportMethod,
  type TransportOptions,
  transposedMap,
} from "./transport.ts";

/** How the domains are compared. */
export type AdaptMethod = TransportMethod | "gaussian" | "gaussianGromov" | "linearMapping" | "kernelMapping";

/** Options of {@link fit}. */
export interface FitOptions extends TransportOptions, MappingOptions {
  /**
   * `"exact"` (default): `emd`. `"sinkhorn"`: entropic. `"groupLasso"`: each target draws on few classes of sources (needs `sourceLabels`).
   * `"laplacian"`: neighbours move alike. `"unbalanced"`: outliers may stay behind. `"gaussian"`: the affine map between the
   * domains' Gaussians. `"gaussianGromov"`: the affine map between domains of different coordinates. `"linearMapping"`,
   * `"kernelMapping"`: a map and a plan that fit each other.
   */
  readonly method?: AdaptMethod;
}

/** One domain fitted onto another. */
export interface Adaptation {
  readonly method: AdaptMethod;
  /** The plan between the fitted samples; null for the Gaussian methods. */
  readonly plan: Plan | null;
  /** The objective that was minimised. */
  readonly value: number;
  readonly report: Report;
  /** Moves samples of the source domain (default: those of the fit), k x d, into the target domain. Fitted samples go to their images. */
  transform(points?: MatrixLike): Matrix;
  /** Moves samples of the target domain (default: those of the fit) into the source domain. */
  inverseTransform(points?: MatrixLike): Matrix;
  /** What the plan makes of labels of the source samples at the target samples. Throws `Unsupported` where there is no plan. */
  transformLabels(labels: Labels): CarriedLabels;
  /** What the plan makes of labels of the target samples at the source samples. */
  inverseTransformLabels(labels: Labels): CarriedLabels;
  /** The proof of the plan or map, recomputed from the samples. */
  certify(): DualityCertificate | StationarityCertificate;
}

/**
 * Fits the source samples (n x d) onto the target samples (m x d).
 *
 * The result moves samples: `transform` those of the source domain, `inverseTransform` those of the target domain, whether they were fitted or
 * not (see `outOfSample`). Where some target labels are known, pairs of different classes are penalised.
 *
 * Throws `InvalidShape` (no samples, other coordinates, a wrong number of labels), `InvalidValue` (NaN, options out of range), and what the
 * solver of the method throws.
 */
export interface Fit extends Solver<[source: MatrixLike, target: MatrixLike], FitOptions, Adaptation> {
  (source: MatrixLike, target: MatrixLike, options?: FitOptions): Adaptation;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async(source: MatrixLike, target: MatrixLike, options?: FitOptions & AsyncOptions): Promise<Adaptation>;
  /** The same by hand: iterate for progress. */
  steps(source: MatrixLike, target: MatrixLike, options?: FitOptions): Run<Adaptation>;
}

/** Fits one domain onto another; see {@link Fit}. */
export const fit: Fit = /*#__PURE__*/ threeForms<[MatrixLike, MatrixLike], FitOptions, Adaptation>(
  2,
  ([source, target, given]) => {
    const options = (given ?? {}) as FitOptions;
    const { method = "exact" } = options;
    const domains = readDomains(source as MatrixLike, target as MatrixLike, options);
    readRule(options);
    switch (method) {
      case "exact":
      case "sinkhorn":
      case "unbalanced":
      case "groupLasso":
      case "laplacian":
        return mapRun(startTransport(method, domains, options), (result) =>
          adaptation(method, domains, motionOf(result, domains, options), result),
        );
      case "gaussian":
      case "gaussianGromov":
        return gaussianFit.steps(domains, method, options);
      case "linearMapping":
      case "kernelMapping":
        return mappingFit.steps(domains, method, options);
      default:
        throw optionOutOfRange("method", method, `Use one of ${methodNames.join(", ")}.`);
    }
  },
);

/** The names that {@link FitOptions.method} knows. */
export const methodNames: readonly AdaptMethod[] = [
  "exact",
  "sinkhorn",
  "unbalanced",
  "groupLasso",
  "laplacian",
  "gaussian",
  "gaussianGromov",
  "linearMapping",
  "kernelMapping",
];

/** {@link fit}, then the fitted source samples moved: `fit(source, target, options).transform()`. */
export function fitTransform(source: MatrixLike, target: MatrixLike, options?: FitOptions): Matrix {
  return fit(source, target, options).transform();
}

const gaussianFit = /*#__PURE__*/ defineSolver<[Domains, "gaussian" | "gaussianGromov"], FitOptions, Adaptation>(
  2,
  function* (control, [domains, method]) {
    const { x, y, a, b } = domains;
    const [from, to] = [empiricalGaussian(x, a), empiricalGaussian(y, b)];
    const report = closedForm(method, control.elapsedMs);
    if (method === "gaussian") {
      const map = gaussianMap(from, to);
      const inverse = map.inverse();
      const { transportCost, lowerBound, pushforwardError } = map.certify();
      const certify = (): StationarityCertificate => ({
        kind: "stationarity",
        objective: transportCost,
        stationarityGap: Math.max(0, transportCost - lowerBound),
        lowerBound,
        primalResidual: pushforwardError,
      });
      const motion = { forward: map.apply, backward: inverse.apply };
      return adaptation(method, domains, motion, { plan: null, value: transportCost, report, certify });
    }
    const there = gaussianGromovWasserstein(from, to, { points: { source: x, target: y } });
    const back = gaussianGromovWasserstein(to, from, { points: { source: y, target: x } });
    const motion = { forward: there.apply, backward: back.apply };
    return adaptation(method, domains, motion, { plan: null, value: there.value, report, certify: there.certify });
  },
);

const mappingFit = /*#__PURE__*/ defineSolver<[Domains, "linearMapping" | "kernelMapping"], FitOptions, Adaptation>(
  2,
  function* (control, [domains, method], options) {
    const { x, y } = domains;
    const { tolerance = 1e-3 } = options;
    const { a, b, massAdjustment } = balancedMasses(domains.a, domains.b, x.rows, y.rows);
    const C = costBetween(domains, options).cost.block(0, x.rows);
    const kind = method === "linearMapping" ? "linear" : "kernel";
    const found = yield* fitMapping(control, { x, y, a, b, C }, kind, options, tolerance);
    const rule = readRule(options);
    const motion: Motion = {
      forward: found.apply,
      backward: (points) =>
        moveLike(points, y, transposedMap(found.plan, x), found.plan.marginal(1), rule === "entropic" ? 1 : rule),
    };
    const report: Report = {
      status: found.status,
      method: `${kind} map over emd`,
      why: "plan and map are fitted to each other in turn",
      backend: "wasm-simd",
      iterations: found.iterations,
      error: found.error,
      tolerance,
      massAdjustment,
      elapsedMs: control.elapsedMs(),
      warnings: [],
    };
    return adaptation(method, domains, motion, { ...found, report });
  },
);

function closedForm(method: string, elapsedMs: () => number): Report {
  return {
    status: "optimal",
    method,
    why: "the map between Gaussians has a closed form",
    backend: "js",
    iterations: 0,
    error: 0,
    tolerance: 0,
    massAdjustment: 1,
    elapsedMs: elapsedMs(),
    warnings: [],
  };
}

interface Fitted {
  readonly plan: Plan | null;
  readonly value: number;
  readonly report: Report;
  certify(): DualityCertificate | StationarityCertificate;
}

function adaptation(method: AdaptMethod, { x, y }: Domains, motion: Motion, fitted: Fitted): Adaptation {
  const { plan, value, report } = fitted;
  const carry = (labels: Labels, axis: 0 | 1): CarriedLabels => {
    if (plan === null) {
      throw optionOutOfRange("method", method, "Labels travel along a plan: use a method that finds one.");
    }
    return carryLabels(plan, readLabels(labels, plan.shape[1 - axis], "labels") ?? [], axis);
  };
  return {
    method,
    plan,
    value,
    report,
    transform: (points = x) => motion.forward(readSamples(points, x.cols, "points")),
    inverseTransform: (points = y) => motion.backward(readSamples(points, y.cols, "points")),
    transformLabels: (labels) => carry(labels, 1),
    inverseTransformLabels: (labels) => carry(labels, 0),
    certify: () => fitted.certify(),
  };
}
