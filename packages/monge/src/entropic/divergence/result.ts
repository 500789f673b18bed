// What a Sinkhorn divergence is made of: three entropic answers, their difference, and a proof from their proofs.
import { sum } from "../../linalg/sum.ts";
import type { DualityCertificate } from "../../run/certificate.ts";
import type { AsyncOptions, Potentials, Status } from "../../run/options.ts";
import type { Report, Warning } from "../../run/report.ts";
import type { SinkhornResult } from "../sinkhornResult.ts";

/** The three problems of a divergence; `xx` is `yy` where both measures are the same. */
export interface DivergenceParts {
  readonly xy: SinkhornResult;
  readonly xx: SinkhornResult;
  readonly yy: SinkhornResult;
}

/**
 * The proof of a divergence: `dual <= S <= primal`, from the lower bounds of OT(a, b) and upper bounds of the self terms, and the
 * other way round. Primal values are those of the plans as they are: `primalResidual`, the sum over the three, says how far these
 * are from fitting.
 */
export interface DivergenceCertificate extends DualityCertificate {
  readonly parts: { readonly xy: DualityCertificate; readonly xx: DualityCertificate; readonly yy: DualityCertificate };
}

/** Makes the certificate; it sweeps all pairs of the three problems. */
export interface DivergenceCertify {
  (): DivergenceCertificate;
  async(options?: AsyncOptions): Promise<DivergenceCertificate>;
}

/** A Sinkhorn divergence. */
export interface DivergenceResult {
  /** S = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2, plus (epsilon / 2) (m(a) - m(b))^2 where marginals are not held. Never rooted. */
  readonly value: number;
  /** The weight of the entropy, in the unit of the cost: the same in all three problems. */
  readonly epsilon: number;
  readonly parts: DivergenceParts;
  /**
   * f = f_ab - (f_aa + g_aa) / 2 and g = g_ab - (f_bb + g_bb) / 2: where marginals are held, the derivatives of S by the weights,
   * up to one constant for each side. `gradient` has them for unbalanced divergences too.
   */
  readonly potentials: Potentials;
  /** Iterations and error: the sum and the largest over the problems. */
  readonly report: Report;
  readonly certify: DivergenceCertify;
}

/** What is known besides the parts. */
export interface DivergenceFrame {
  readonly unbalanced: boolean;
  readonly warnings: readonly Warning[];
  /** Iterations of the self potentials. */
  readonly iterations: number;
  readonly elapsedMs: number;
}

/** Puts the parts together. */
export function divergenceResult(parts: DivergenceParts, frame: DivergenceFrame): DivergenceResult {
  const { xy, xx, yy } = parts;
  const { epsilon } = xy;
  const different = xx === yy ? [xy] : [xy, xx, yy];
  const massTerm = frame.unbalanced ? (epsilon / 2) * (sum(xy.problem.a) - sum(xy.problem.b)) ** 2 : 0;
  const certificate = (a: DualityCertificate, b: DualityCertificate, c: DualityCertificate): DivergenceCertificate => {
    const primal = a.primal - (b.dual + c.dual) / 2 + massTerm;
    const dual = a.dual - (b.primal + c.primal) / 2 + massTerm;
    const gap = a.gap + (b.gap + c.gap) / 2;
    const size = Math.max(Math.abs(a.primal), Math.abs(b.primal), Math.abs(c.primal), Number.MIN_VALUE);
    return {
      kind: "duality",
      problem: a.problem,
      primal,
      dual,
      gap,
      relativeGap: gap === 0 ? 0 : gap / size,
      primalResidual: a.primalResidual + b.primalResidual + c.primalResidual,
      dualInfeasibility: Math.max(a.dualInfeasibility, b.dualInfeasibility, c.dualInfeasibility),
      parts: { xy: a, xx: b, yy: c },
    };
  };
  const minus = (whole: Float64Array, self: Potentials): Float64Array =>
    whole.map((value, i) => value - (self.f[i] + self.g[i]) / 2);
  return {
    value: xy.value - (xx.value + yy.value) / 2 + massTerm,
    epsilon,
    parts,
    potentials: { f: minus(xy.potentials.f, xx.potentials), g: minus(xy.potentials.g, yy.potentials) },
    report: {
      ...xy.report,
      status:
        different.map((part) => part.report.status).find((status) => status !== "converged") ?? ("converged" as Status),
      method: `divergence of ${xy.report.method}`,
      iterations: sum(different.map((part) => part.report.iterations)) + frame.iterations,
      error: Math.max(...different.map((part) => part.report.error)),
      elapsedMs: frame.elapsedMs,
      warnings: [...xy.report.warnings, ...frame.warnings],
    },
    certify: Object.assign(() => certificate(xy.certify(), xx.certify(), yy.certify()), {
      async: async (options: AsyncOptions = {}) =>
        certificate(await xy.certify.async(options), await xx.certify.async(options), await yy.certify.async(options)),
    }),
  };
}
