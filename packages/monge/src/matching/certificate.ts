// The proof of a match, recomputed from the input: what its links are worth, that no other links at this camera are worth more, and that the camera
// is stationary.
import type { AsyncOptions, Progress } from "../run/options.ts";
import { drain, drainAsync } from "../run/solver.ts";
import { project } from "./camera.ts";
import { gates, gatesOf } from "./evidence.ts";
import { featureCount, features } from "./features.ts";
import { bestLinks } from "./links.ts";
import { solveNormal, stepped, unknowns } from "./pose.ts";
import type { Pose } from "./search.ts";
import type { MatchTask } from "./task.ts";

/** What can be proved of a match: the best links for its camera, and that no small move of the camera makes them better. */
export interface MatchCertificate {
  readonly kind: "stationarity";
  /** Minus the gains of the one-to-one links, all pairs looked at, in nats. */
  readonly objective: number;
  /** By how much a Gauss-Newton step of the camera could lower sum d^2 / 2 over the links. */
  readonly stationarityGap: number;
  /** No links at this camera have a lower objective: the value of feasible prices. */
  readonly lowerBound: number;
  /** Ellipsoids and ellipses linked more than once, as a share: 0. */
  readonly primalResidual: number;
}

/** Makes the certificate; it looks at all n m pairs. */
export interface MatchCertify {
  (): MatchCertificate;
  async(options?: AsyncOptions): Promise<MatchCertificate>;
}

/** The certificate of a pose. */
export function certifyMatch(task: MatchTask, pose: Pose, odds: number): MatchCertify {
  return Object.assign(() => drain(prove(task, pose, odds)), {
    async: (options: AsyncOptions = {}) => drainAsync(() => prove(task, pose, odds), options.signal),
  });
}

/** The equations H step = g of the links of a view; null where the camera is known. */
export interface LinkEquations {
  readonly H: Float64Array;
  readonly g: Float64Array;
}

function* prove(task: MatchTask, pose: Pose, odds: number): Generator<Progress, MatchCertificate, void> {
  return (yield* examine(task, pose, odds)).certificate;
}

/** g^T H^-1 g / 2: what a Gauss-Newton step promises. */
export function promise({ H, g }: LinkEquations): number {
  const x = solveNormal(H, g, 1e-12);
  return x === null ? Infinity : g.reduce((sum, value, p) => sum + (value * x[p]) / 2, 0);
}

/** Recomputes everything about one view. */
export function* examine(
  { problem, stage, soft, known }: MatchTask,
  { camera, widths, inflation }: Pose,
  odds: number,
): Generator<Progress, { certificate: MatchCertificate; equations: LinkEquations | null }, void> {
  const { scene, view } = problem;
  const { blur, dilation, outline, extra, presence } = stage;
  const begin = performance.now();
  const featuresAt = (at: typeof camera): Float64Array => {
    const seen = project(scene, at, undefined, outline);
    for (let i = 0; i < scene.count; i++) {
      seen.covariances[3 * i] += dilation;
      seen.covariances[3 * i + 2] += dilation;
    }
    return features(seen, blur);
  };
  const source = featuresAt(camera);
  const target = features(view, blur);
  for (let j = 0; j < view.count; j++) target[featureCount * j + 2] -= inflation;
  const [n, m] = [scene.count, view.count];
  const gate = gatesOf(source, target, widths, crowdsPlainly(source, target), odds);
  const [wx, wc] = [1 / widths.position ** 2, 1 / widths.shape ** 2];
  const pairs = { n, m, i: [] as number[], j: [] as number[], gain: [] as number[] };
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let d = 0;
      for (let c = 0; c < featureCount; c++) {
        d += (c < 2 ? wx : wc) * (source[featureCount * i + c] - target[featureCount * j + c]) ** 2;
      }
      if (extra !== null) {
        for (let c = 0; c < extra.k; c++) d += (extra.scene[i * extra.k + c] - extra.view[j * extra.k + c]) ** 2;
      }
      const worth = (gate[j] - d) / 2 + (presence?.[i] ?? 0);
      if (!(d < gates.most && worth > 0)) continue;
      pairs.i.push(i);
      pairs.j.push(j);
      pairs.gain.push(worth);
    }
    if (i % 64 === 0) yield { phase: "certify", iteration: i, error: 0, elapsedMs: performance.now() - begin };
  }
  const links = yield* bestLinks(pairs);
  const proof = links.transport === null ? null : links.transport.certify();
  const equations = known !== null ? null : equationsOfLinks();
  return {
    certificate: {
      kind: "stationarity",
      objective: -links.gain,
      stationarityGap: equations === null ? 0 : promise(equations),
      lowerBound: proof === null ? 0 : proof.dual,
      primalResidual: proof === null ? 0 : proof.primalResidual,
    },
    equations,
  };

  function equationsOfLinks(): LinkEquations {
    const k = unknowns(camera, soft.focal !== undefined);
    const step = new Float64Array(k);
    const moved = Array.from({ length: k }, (_, p) => {
      step.fill(0);
      step[p] = 1e-5;
      return featuresAt(stepped(camera, step));
    });
    const H = new Float64Array(k * k);
    const g = new Float64Array(k);
    for (let i = 0; i < n; i++) {
      const j = links.ofEllipsoid[i];
      if (j < 0) continue;
      for (let c = 0; c < featureCount; c++) {
        const at = featureCount * i + c;
        const w = c < 2 ? wx : wc;
        const J = moved.map((values) => (values[at] - source[at]) / 1e-5);
        for (let p = 0; p < k; p++) {
          g[p] += w * (target[featureCount * j + c] - source[at]) * J[p];
          for (let q = 0; q < k; q++) H[p * k + q] += w * J[p] * J[q];
        }
      }
    }
    return { H, g };
  }
}

/** The neighbours of each target by area, counted pair by pair. */
function crowdsPlainly(source: Float64Array, target: Float64Array): Float64Array {
  const out = new Float64Array(target.length / featureCount).fill(1);
  for (let j = 0; j < out.length; j++) {
    for (let at = 0; at < source.length; at += featureCount) {
      const far = (source[at] - target[featureCount * j]) ** 2 + (source[at + 1] - target[featureCount * j + 1]) ** 2;
      if (far < gates.reach ** 2) out[j]++;
    }
  }
  return out.map((value) => value / (Math.PI * gates.reach ** 2));
}
