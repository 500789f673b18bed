// How good a map is, without asking its own critics: exact W1 between samples, before and after, and between two samples of the target.
// Exact W1 between n points each is above W1 in expectation, also of a law from itself: the last figure is what "equal" looks like.

import type { Matrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { readPair, type SampleSource, type Samples } from "./samples.ts";
import { exactW1, type StatisticalCertificate } from "./statisticalCertificate.ts";
import { drawn, streams } from "./w1Estimate.ts";
import type { W1Map } from "./w1MapFile.ts";

/** Exact W1 between samples, means over several draws. */
export interface W1MapCertificate extends StatisticalCertificate {
  /** From the source to the target. */
  readonly before: number;
  /** From two samples of the target to each other; 0 where the target has too few rows for two. */
  readonly floor: number;
  /** The mean distance by which the map moves points: no transport from the source to where they go is shorter than `before` - `estimate`. */
  readonly moved: number;
  /** Points of each side in an exact solve. */
  readonly count: number;
}

/** How to look. */
export interface W1MapCertifyOptions {
  /** Other points of the source, say held out of training; default the source of the training. */
  readonly source?: Samples;
  readonly target?: Samples;
  /** Points of each side in an exact solve, >= 1; default 512. */
  readonly count?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Certifies a map between two sides; `estimate` is W1 from the moved source to the target. */
export function certifyMap(
  map: W1Map,
  trainedSource: SampleSource,
  trainedTarget: SampleSource,
  options: W1MapCertifyOptions = {},
): W1MapCertificate {
  const { seed = 1 } = options;
  const [source, target] = readPair(options.source ?? trainedSource, options.target ?? trainedTarget);
  const most = Math.min(options.count ?? 512, source.points?.rows ?? Infinity, target.points?.rows ?? Infinity);
  const cols = map.dimension;
  const x: Matrix<Float32Array> = {
    data: source.points?.rows === most ? source.points.data : drawn(source, most, random(seed, streams.certificate)),
    rows: most,
    cols,
  };
  const y = map.apply(x);
  const pushed: SampleSource = {
    ...source,
    points: source.points?.rows === most ? { data: Float32Array.from(y.data), rows: most } : null,
    draw(count, draw, out) {
      source.draw(count, draw, out);
      out.set(map.apply({ data: out.slice(0, count * cols), rows: count, cols }).data);
    },
  };
  const exact = { exactPoints: most, seed };
  const after = exactW1(pushed, target, exact);
  let moved = 0;
  for (let i = 0; i < most * cols; i += cols) {
    let squares = 0;
    for (let k = i; k < i + cols; k++) squares += (x.data[k] - y.data[k]) ** 2;
    moved += Math.sqrt(squares) / most;
  }
  return {
    kind: "statistical",
    estimate: after.mean,
    standardError: after.standardError,
    bias: `Above W1 between the laws, as ${most} points of each stand for them; ${'"floor"'} shows by how much where they are equal.`,
    before: exactW1(source, target, exact).mean,
    floor: floorOf(target, exact),
    moved,
    count: most,
  };
}

function floorOf(target: SampleSource, exact: { readonly exactPoints: number; readonly seed: number }): number {
  const { points, dimension } = target;
  if (points === null || points.rows > 4 * exact.exactPoints) return exactW1(target, target, exact).mean;
  // Too few rows for samples that share none: halves, which are as many points as there are.
  const half = Math.floor(points.rows / 2);
  if (half < 1) return 0;
  const part = (begin: number): SampleSource => ({
    ...target,
    points: { data: points.data.slice(begin * dimension, (begin + half) * dimension), rows: half },
  });
  return exactW1(part(0), part(half), { ...exact, exactPoints: half }).mean;
}
