// Penalties by their strength, and the sides of a problem that they hold.
import type { Marginals, Penalty } from "../../src/index.ts";

export const kl = (strength: number): Penalty => ({ kind: "KL", strength });
export const tv = (strength: number): Penalty => ({ kind: "TV", strength });
export const l2 = (strength: number): Penalty => ({ kind: "L2", strength });

export function sides(unbalanced: Penalty | Marginals): Marginals {
  return "kind" in unbalanced ? { source: unbalanced, target: unbalanced } : unbalanced;
}
export const both: Record<string, Penalty | Marginals> = {
  "KL 0.3": kl(0.3),
  "KL 5": kl(5),
  "TV 0.2": tv(0.2),
  "TV 3": tv(3),
  "L2 0.5": l2(0.5),
  "L2 40": l2(40),
  "KL 0.2 and KL 2": { source: kl(0.2), target: kl(2) },
  "equal and KL 0.5": { source: "equal", target: kl(0.5) },
  "TV 0.4 and equal": { source: tv(0.4), target: "equal" },
  "equal and L2 3": { source: "equal", target: l2(3) },
  "L2 2 and TV 0.5": { source: l2(2), target: tv(0.5) },
};
