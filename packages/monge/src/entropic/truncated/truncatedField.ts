// The state of a truncated solve: both pyramids in one workspace, the stage it is at, and how potentials get from stage to stage.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Side } from "./boxes.ts";
import { type Cloud, merged, type Pyramid, pyramid, type SortedCloud, type Stage } from "./coarse.ts";
import { cutoffOf, type NearPairs, type NearSums, nearPairs } from "./nearPairs.ts";

const log2e = Math.LOG2E;
/** What may be left out of the sums of a pass that only updates potentials. */
const carried = 1e-13;

/** A solve in a workspace. Epsilon is in the unit of the squared distance. */
export interface Field {
  readonly pairs: NearPairs;
  readonly pyramids: readonly [Pyramid, Pyramid];
  /** The largest squared distance. */
  largest(): number;
  /** The sides of a stage. */
  sides(stage: Stage): readonly [Side, Side];
  /** Log-potentials of the finest level at 0, or as given in the unit of the squared distance. */
  start(stage: Stage, potentials: readonly [Float64Array, Float64Array] | null): void;
  /** From the potentials of one stage to a start for another. */
  carry(from: Stage, to: Stage): Generator<void, void, void>;
  /** Rows that fit exactly. */
  fit(stage: Stage): Generator<void, void, void>;
  /** Potentials of other points, by the formula of the rows or columns: against the side 0 or 1 of a stage. */
  extend(stage: Stage, against: 0 | 1, cloud: Cloud): Generator<void, Float64Array, void>;
  /** Sums at the present potentials, to within `share` of what may be left out. */
  measure(stage: Stage, share: number): Generator<void, NearSums & { readonly rows: Float64Array }, void>;
  /** The potentials of a stage in the unit of the squared distance, in nearby order. */
  potentials(stage: Stage): readonly [Float64Array, Float64Array];
}

/** log2(e) / epsilon. */
export function scaleOf({ epsilon }: Stage): number {
  return log2e / epsilon;
}

/** Copies both clouds and their pyramids into a workspace. */
export function startField(workspace: Workspace, x: SortedCloud, y: SortedCloud): Field {
  const pyramids = [pyramid(x.cloud), pyramid(y.cloud)] as const;
  const pairs = nearPairs(workspace, Math.max(x.cloud.n, y.cloud.n));
  const placed = pyramids.map(({ clouds }) => clouds.map((cloud) => pairs.place(cloud)));
  const sides = ({ x, y }: Stage): readonly [Side, Side] => [placed[0][x], placed[1][y]];
  const view = ({ potentials, cloud }: Side): Float64Array => workspace.f64(potentials, cloud.n);

  /** Every point starts with the potential of the coarser point it belongs to. */
  function inherit(from: Side, to: Side): void {
    if (from === to) return;
    const coarse = view(from);
    const fine = view(to);
    let run = 1;
    while (Math.ceil(fine.length / run) > coarse.length) run *= merged;
    for (let j = 0; j < fine.length; j++) fine[j] = coarse[Math.floor(j / run)];
  }
  return {
    pairs,
    pyramids,
    largest: () => workspace.call["farthest"](placed[0][0].header, placed[1][0].header),
    sides,
    start(stage, potentials) {
      sides(stage).forEach((side, which) => {
        const out = view(side);
        if (potentials === null) out.fill(0);
        else for (let j = 0; j < out.length; j++) out[j] = potentials[which][j] * scaleOf(stage);
      });
    },
    *carry(from, to) {
      const [x0, y0] = sides(from);
      const [x1, y1] = sides(to);
      if (x0 !== x1 || y0 !== y1) {
        inherit(x0, x1);
        inherit(y0, y1);
        yield* pairs.update({ rows: y1, columns: x0, scale: scaleOf(from), cutoff: cutoffOf(carried) });
      }
      const change = from.epsilon / to.epsilon;
      for (const side of [x1, y1]) {
        const out = view(side);
        for (let j = 0; j < out.length; j++) out[j] *= change;
      }
    },
    *fit(stage) {
      const [rows, columns] = sides(stage);
      yield* pairs.update({ rows, columns, scale: scaleOf(stage), cutoff: cutoffOf(carried) });
    },
    *extend(stage, against, cloud) {
      const mark = workspace.mark();
      const rows = pairs.place(cloud);
      const columns = sides(stage)[against];
      yield* pairs.update({ rows, columns, scale: scaleOf(stage), cutoff: cutoffOf(carried) });
      const out = view(rows).map((value) => value / scaleOf(stage));
      workspace.release(mark);
      return out;
    },
    *measure(stage, share) {
      const [rows, columns] = sides(stage);
      const sums = yield* pairs.measure({ rows, columns, scale: scaleOf(stage), cutoff: cutoffOf(share) });
      return { ...sums, rows: workspace.f64(rows.sums, rows.cloud.n).slice() };
    },
    potentials(stage) {
      const [x, y] = sides(stage).map((side) => view(side).map((value) => value / scaleOf(stage)));
      return [x, y];
    },
  };
}
