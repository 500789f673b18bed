// --ground and --p as the library's ground cost: a named distance, raised to a power.
import type { Ground } from "monge";
import { UsageError } from "./exit.ts";

/** A ground cost with the names under which it is reported. */
export interface NamedGround {
  /** As asked for: `sqeuclidean`, `euclidean`, `l3`, .. */
  readonly name: string;
  /** The distance is the p-th root of the value. */
  readonly p: number;
  readonly ground: Ground;
  /** For titles: "squared Euclidean", "Euclidean distance to the power 3". */
  readonly words: string;
}

const norms: Readonly<Record<string, readonly [norm: number, words: string]>> = {
  euclidean: [2, "Euclidean"],
  cityblock: [1, "city-block"],
  chebyshev: [Infinity, "Chebyshev"],
};

/** Every name that --ground takes. */
export const groundChoices: readonly string[] = ["sqeuclidean", ...Object.keys(norms), "cosine", "lN"];

/** Reads --ground and --p. */
export function readGround(name = "sqeuclidean", power?: number): NamedGround {
  if (name === "sqeuclidean") {
    if (power === undefined || power === 2) return { name, p: 2, ground: "sqeuclidean", words: "squared Euclidean" };
    throw new UsageError(`--ground sqeuclidean has --p 2, not ${power}.`, `Use --ground euclidean --p ${power}.`);
  }
  if (name === "cosine") {
    if (power === undefined || power === 1) return { name, p: 1, ground: "cosine", words: "cosine" };
    throw new UsageError("--ground cosine takes no --p.", "Leave --p out, or use --ground euclidean.");
  }
  const [norm, words] = norms[name] ?? [
    Number(/^l(\d+(?:\.\d+)?)$/.exec(name)?.[1] ?? Number.NaN),
    `${name.slice(1)}-norm`,
  ];
  if (!(norm >= 1))
    throw new UsageError(
      `--ground does not know ${JSON.stringify(name)}.`,
      `Use one of ${groundChoices.join(", ")} (N at least 1: l3).`,
    );
  const p = power ?? 1;
  return {
    name,
    p,
    ground: { norm, power: p },
    words: p === 1 ? words : p === 2 ? `squared ${words}` : `${words} to the power ${p}`,
  };
}
