// Which kind of camera took a view of which nothing is known: every kind is tried, and the simplest that explains the view as well is kept.
// An unknown more has to bring evidence of its own: the idea of Akaike 1974 and Schwarz 1978, with a price that search noise does not reach.
import { type Mixture, OtError } from "monge";
import { type CameraModel, type MatchOptions, type MatchResult, matchGaussians } from "monge/matching";
import { shortNumber } from "./plot/number.ts";

/** Kinds of cameras from simple to rich, with the number of their unknowns. */
const ladder: readonly { readonly model: CameraModel; readonly unknowns: number }[] = [
  { model: "scaled-orthographic", unknowns: 6 },
  { model: "perspective", unknowns: 6 },
  { model: "affine", unknowns: 8 },
];

/** What a further unknown has to bring, at least: nats, and a share of the evidence. */
const price = { nats: 5, share: 0.01 } as const;

/** One kind that was tried. */
export interface Attempt {
  readonly model: CameraModel;
  readonly unknowns: number;
  readonly result: MatchResult;
}

/** The kind that is kept, the others, and why. */
export interface Choice {
  readonly result: MatchResult;
  readonly attempts: readonly Attempt[];
  /** A sentence; null where nothing was to be chosen. */
  readonly why: string | null;
}

const names: Readonly<Record<CameraModel, string>> = {
  "scaled-orthographic": "scaled orthographic",
  perspective: "perspective",
  affine: "affine",
};

/** The name of a kind of camera in sentences. */
export function modelName(model: CameraModel): string {
  return names[model];
}

/** Tries the kinds that can be tried. */
export async function chooseModel(
  ellipsoids: Mixture,
  ellipses: Mixture,
  options: Omit<MatchOptions, "camera"> & { readonly signal?: AbortSignal },
): Promise<Choice> {
  const attempts: Attempt[] = [];
  for (const { model, unknowns } of ladder) {
    if (model === "perspective" && options.intrinsics === undefined) continue;
    const { prior } = options;
    const free = model === "perspective" && prior?.focalSpread ? 1 : 0;
    const result = await matchGaussians.async(ellipsoids, ellipses, { ...options, camera: model });
    attempts.push({ model, unknowns: unknowns + free, result });
  }
  const [first, ...rest] = attempts.sort((a, b) => a.unknowns - b.unknowns);
  if (first === undefined) throw new OtError("Unsupported", "There is no camera to try.", { cure: "Name one." });
  let kept = first;
  for (const next of rest) if (next.result.score - kept.result.score > toll(kept, next)) kept = next;
  return { result: kept.result, attempts, why: sentence(kept, attempts) };
}

/** What `next` has to be better by. */
function toll(kept: Attempt, next: Attempt): number {
  const extra = Math.max(1, next.unknowns - kept.unknowns);
  return extra * Math.max(price.nats, price.share * Math.max(kept.result.score, next.result.score));
}

function sentence(kept: Attempt, attempts: readonly Attempt[]): string {
  const others = attempts.filter((attempt) => attempt !== kept);
  const of = ({ model, unknowns, result }: Attempt): string =>
    `${names[model]} ${shortNumber(result.score, 4)} nats with ${unknowns} unknowns`;
  const best = Math.max(...others.map(({ result }) => result.score));
  const reason =
    kept.result.score >= best
      ? others.every(({ unknowns }) => unknowns >= kept.unknowns)
        ? "no other explains the view better"
        : "its further unknowns bring that much more evidence"
      : "what the others add is less than further unknowns have to bring";
  const untried = attempts.some(({ model }) => model === "perspective")
    ? ""
    : "; a perspective was not tried, for it needs --intrinsics";
  return `${names[kept.model]}: ${reason} (${[kept, ...others].map(of).join(", ")}${untried})`;
}
