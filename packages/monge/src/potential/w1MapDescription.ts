// A map of critics in words: what it does to a point, what each critic saw, and why there are no more of them.
import type { NetDescription } from "./net.ts";
import type { W1Estimate } from "./w1Estimate.ts";

/** What a critic of a map saw and did. */
export interface W1MapPoint extends W1Estimate {
  /** Its place in the map, from 0. */
  readonly critic: number;
  /** How far it moves points: eta, theta W1; for rays, theta. */
  readonly eta: number;
  /** The level of u below which 2 % of the target lie: rays end there at the latest. */
  readonly lowest: number;
  /** The mean distance by which it moved the points that it was estimated on. */
  readonly moved: number;
}

/** How a map was made, as JSON holds it. */
export interface W1MapDescription {
  readonly net: NetDescription;
  readonly step: "mean" | "ray";
  readonly theta: number;
  /** No ray is followed farther, in the unit of the coordinates. */
  readonly farthest: number;
  /** What `validate` said before the first critic and after each that was trained, those that the map was cut off from included; else empty. */
  readonly scores: readonly number[];
  /** In words, why it has no more critics. */
  readonly end: string;
  /** The other options of the training. */
  readonly training: Readonly<Record<string, unknown>>;
}

/** Some lines of text. */
export function explainMap(
  dimension: number,
  weights: number,
  curve: readonly W1MapPoint[],
  description: W1MapDescription,
): string {
  const { step, theta, net, end } = description;
  if (curve.length === 0) return `The identity on points of ${dimension} coordinates: it has no critic. ${end}`;
  const move =
    step === "mean"
      ? `moves every point by eta = ${short(theta)} W1 along its -grad u, the gradient shortened to length 1 where it is longer`
      : `moves every point along its -grad u, over ${short(theta)} of the way on which u falls at its full rate`;
  const lines = curve.map(({ critic, estimate, standardError, moved, slope }) => {
    const share = critic === 0 ? "" : ` (${percent(estimate / curve[0].estimate)} of the first)`;
    const steep = slope.excess > 0.1 ? `; slopes exceed 1 by ${short(slope.excess)}: a larger penalty would help` : "";
    return `critic ${critic}: W1 ${short(estimate)} +- ${short(standardError)}${share}, moved points by ${short(moved)} on average${steep}`;
  });
  return [
    `Transports points of ${dimension} coordinates by ${curve.length} critic${curve.length === 1 ? "" : "s"} one after the other, each a net ${sketch(net)} of ${weights} weights.`,
    `Each is a Kantorovich potential u from the points as they lie then to the target; it ${move}.`,
    ...lines,
    end,
  ].join("\n");
}

/** `784-256-256-1`, or `1x28x28 conv32 conv64 128 1`. */
function sketch({ input, layers }: NetDescription): string {
  const widths = layers.flatMap((layer) => {
    if (layer.kind === "dense") return [`${layer.units}`];
    if (layer.kind === "convolution") return [`conv${layer.channels}`];
    return layer.kind === "averagePool" ? [`pool${layer.size}`] : [];
  });
  return input.length === 1 ? [input[0], ...widths].join("-") : [input.join("x"), ...widths].join(" ");
}

const short = (value: number): string => `${Number(value.toPrecision(3))}`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;
