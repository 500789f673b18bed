// How two entries of the matrices are compared: L(x, y) = f1(x) + f2(y) - h1(x) h2(y), square or Kullback-Leibler.
// The split makes the sum over pairs of pairs a product of matrices: Peyre, Cuturi, Solomon (2016), proposition 1.
import { optionOutOfRange } from "../errors/otError.ts";

/** `"square"`: (x - y)^2. `"KL"`: x log(x / y) - x + y, for x >= 0 and y > 0. */
export type GromovLoss = "square" | "KL";

/** A loss with its parts. */
export interface LossParts {
  readonly name: GromovLoss;
  readonly of: (x: number, y: number) => number;
  readonly f1: (x: number) => number;
  readonly f2: (y: number) => number;
  readonly h1: (x: number) => number;
  readonly h2: (y: number) => number;
}

const square: LossParts = {
  name: "square",
  of: (x, y) => (x - y) * (x - y),
  f1: (x) => x * x,
  f2: (y) => y * y,
  h1: (x) => x,
  h2: (y) => 2 * y,
};

/** Entries of Cy below this share of its largest one count as this much under KL: the diagonal of a distance matrix is 0. */
export const leastShare = 1e-15;

function kullbackLeibler(floor: number): LossParts {
  const above = (y: number): number => Math.max(y, floor);
  const entropy = (x: number): number => (x > 0 ? x * Math.log(x) - x : 0);
  return {
    name: "KL",
    of: (x, y) => entropy(x) + above(y) - (x > 0 ? x * Math.log(above(y)) : 0),
    f1: entropy,
    f2: above,
    h1: (x) => x,
    h2: (y) => Math.log(above(y)),
  };
}

/** The parts of a loss; `largest` is that entry of Cy. Throws `InvalidValue`. */
export function lossParts(loss: GromovLoss, largest: number): LossParts {
  if (loss === "square") return square;
  if (loss === "KL") return kullbackLeibler(largest > 0 ? leastShare * largest : 1);
  throw optionOutOfRange("loss", loss, 'Use "square" or "KL".');
}
