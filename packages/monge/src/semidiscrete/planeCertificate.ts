// The proof of a semi-discrete transport: every cell cut by all other points, and both values integrated over the outcome.
// Any psi gives a lower bound: integral of min_i (|x - y_i|^2 - psi_i) + sum psi_i b_i <= W_2^2 (Kantorovich duality).
import { sum } from "../linalg/sum.ts";
import type { DualityCertificate } from "../run/certificate.ts";
import type { Domain } from "./density.ts";
import { noMoments } from "./polygon.ts";
import { cutBy } from "./powerDiagram.ts";

/** The certificate of potentials psi for masses b at points y. O(m^2). */
export function certifyCells(domain: Domain, y: Float64Array, psi: Float64Array, b: Float64Array): DualityCertificate {
  const moments = Array.from(b, (_, i) => {
    let cell = domain.outline;
    for (let j = 0; j < b.length && cell.labels.length > 0; j++) if (j !== i) cell = cutBy(cell, y, psi, i, j);
    return cell.labels.length === 0 ? noMoments() : domain.integrate(cell, y[2 * i], y[2 * i + 1]);
  });
  const primal = sum(moments.map(({ second }) => second));
  const dual = sum(moments.map(({ second, area }, i) => second - psi[i] * (area - b[i])));
  const gap = primal - dual;
  return {
    kind: "duality",
    problem: "exact",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / primal,
    primalResidual: sum(moments.map(({ area }, i) => Math.abs(area - b[i]))) / domain.mass,
    dualInfeasibility: 0,
  };
}
