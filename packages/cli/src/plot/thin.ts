// The heaviest part of a long list of masses, so that a picture stays readable; how much is left is returned and told.
import { count, percent, plural } from "./number.ts";
import { total } from "./scene.ts";

/** Which entries are kept, in ascending order of mass (heavy ones are drawn last, on top), and their share of the total. */
export interface Thinned {
  readonly kept: Int32Array;
  readonly share: number;
}

/** The `limit` heaviest positive entries. Equal masses are taken in a scattered order, so that no region is favoured. */
export function thin(masses: ArrayLike<number>, limit: number): Thinned {
  const positive: number[] = [];
  for (let k = 0; k < masses.length; k++) if (masses[k] > 0) positive.push(k);
  // Knuth's multiplicative hash scatters neighbours: without it equal masses would be kept in file order.
  const scatter = (k: number): number => Math.imul(k + 1, 0x9e3779b1) >>> 0;
  positive.sort((k, l) => masses[l] - masses[k] || scatter(k) - scatter(l));
  const kept = Int32Array.from(positive.slice(0, limit).reverse());
  if (kept.length === positive.length) return { kept, share: 1 };
  let mass = 0;
  for (const k of kept) mass += masses[k];
  return { kept, share: mass / total(masses) };
}

/** At most `limit` entries with mass, in ascending order of mass: first the `wanted` ones, then the heaviest of the others. */
export function thinAround(masses: ArrayLike<number>, wanted: Iterable<number>, limit: number): Int32Array {
  const all = thin(masses, masses.length).kept;
  if (all.length <= limit) return all;
  const chosen = new Set<number>(wanted);
  for (let k = all.length - 1; k >= 0 && chosen.size < limit; k--) chosen.add(all[k]);
  return all.filter((k) => chosen.has(k));
}

/** What a picture says when it leaves flows out. */
export function thinningNote({ kept, share }: Thinned, all: number): string {
  return `Drawn: ${count(kept.length)} of ${plural(all, "flow")}, the heaviest first: ${percent(share)} of the mass.`;
}
