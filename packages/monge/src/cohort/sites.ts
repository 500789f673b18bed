// Whether groups of images can be told from the places they come from: a difference between sites is no difference between groups.
import { OtError } from "../errors/otError.ts";

/** How sites and groups go together. */
export interface SiteOverlap {
  /** Images of either group at each site. */
  readonly sites: readonly { readonly site: string; readonly a: number; readonly b: number }[];
  /** Images at sites that have both groups: only those are exchanged in a test. */
  readonly exchangeable: number;
  /** Whether some site has both groups. Where none has, site and group are one, and nothing can be said of the groups. */
  readonly separable: boolean;
}

/** Counts images by site and group (labels 0 and 1). Throws `InvalidShape`. */
export function siteOverlap(sites: ArrayLike<string>, labels: ArrayLike<number>): SiteOverlap {
  if (sites.length !== labels.length) {
    throw new OtError("InvalidShape", `There are ${sites.length} sites for ${labels.length} images.`, {
      argument: "options.sites",
      seen: sites.length,
      cure: "Give the site of each image: those of group A, then those of group B.",
    });
  }
  const counts = new Map<string, [number, number]>();
  for (let k = 0; k < labels.length; k++) {
    const found = counts.get(sites[k]) ?? [0, 0];
    found[labels[k]]++;
    counts.set(sites[k], found);
  }
  const rows = [...counts].map(([site, [a, b]]) => ({ site, a, b })).sort((p, q) => (p.site < q.site ? -1 : 1));
  const shared = rows.filter(({ a, b }) => a > 0 && b > 0);
  const exchangeable = shared.reduce((total, { a, b }) => total + a + b, 0);
  return { sites: rows, exchangeable, separable: shared.length > 0 };
}
