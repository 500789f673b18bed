// What monge cohort --json prints, exactly.
import type { CohortResult } from "monge/cohort";

/** A share with its 95 % interval. */
interface ShareJson {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

export interface CohortJson {
  /** The test that counts. */
  readonly test: "energy of W2";
  /** Null where site and group coincide: then nothing is tested. */
  readonly statistic: number | null;
  readonly pValue: number | null;
  readonly effectSize: number;
  /** Of one nearest neighbour, leaving each image out. */
  readonly accuracy: ShareJson;
  readonly interpretable: boolean;
  readonly groups: readonly { readonly name: string; readonly images: number; readonly typical: string }[];
  readonly intensity: string;
  readonly otherTests: readonly { readonly test: string; readonly pValue: number; readonly adjusted: number }[];
  readonly classification: {
    readonly neighbours: ShareJson & { readonly k: number };
    readonly medoid: ShareJson;
    /** One neighbour in the linear embedding. */
    readonly linear: ShareJson | null;
    /** k chosen on the other images. */
    readonly heldOut: (ShareJson & { readonly k: number; readonly images: number }) | null;
    readonly sensitivity: ShareJson;
    readonly specificity: ShareJson;
    readonly areaUnderCurve: number;
  };
  readonly distanceBetweenMeans: number;
  readonly distanceBetweenBarycenters: number | null;
  readonly sites: CohortResult["sites"];
  readonly problems: number;
  readonly relativeGap: number;
  /** Above 0: nearer to the second group. */
  readonly scores: readonly { readonly name: string; readonly group: number; readonly score: number }[];
  readonly note: string;
}

export function cohortJson(
  result: CohortResult,
  groups: readonly [string, string],
  names: readonly string[],
): CohortJson {
  const share = ({ share, low, high }: ShareJson): ShareJson => ({ share, low, high });
  const primary = result.tests[0];
  return {
    test: "energy of W2",
    statistic: primary?.statistic ?? null,
    pValue: primary?.pValue ?? null,
    effectSize: result.effectSize,
    accuracy: share(result.nearest.accuracy),
    interpretable: result.separable,
    groups: [
      { name: groups[0], images: result.n, typical: names[result.typical[0]] },
      { name: groups[1], images: result.m, typical: names[result.typical[1]] },
    ],
    intensity: result.intensity,
    otherTests: result.tests.slice(1).map(({ name, pValue, adjusted }) => ({ test: name, pValue, adjusted })),
    classification: {
      neighbours: { ...share(result.neighbours.accuracy), k: result.neighbours.k },
      medoid: share(result.medoid.accuracy),
      linear: result.linear === null ? null : share(result.linear.accuracy),
      heldOut:
        result.heldOut === null
          ? null
          : { ...share(result.heldOut.accuracy), k: result.heldOut.k, images: result.heldOut.accuracy.of },
      sensitivity: share(result.nearest.sensitivity),
      specificity: share(result.nearest.specificity),
      areaUnderCurve: result.areaUnderCurve,
    },
    distanceBetweenMeans: result.difference.distance,
    distanceBetweenBarycenters: result.barycenters?.distance ?? null,
    sites: result.sites,
    problems: result.distances.problems,
    relativeGap: result.distances.relativeGap,
    scores: Array.from(result.scores, (score, k) => ({ name: names[k], group: result.labels[k], score })),
    note: "A difference between groups of images is no diagnosis of any one of them.",
  };
}
