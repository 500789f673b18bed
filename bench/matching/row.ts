// What the matching benchmark writes, and whether it was quick enough.

/** What one case came to. */
export interface MatchRow {
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  readonly successes: number;
  /** Wilson's 95 % interval of the success rate. */
  readonly interval: readonly [number, number];
  readonly refused: number;
  readonly ambiguous: number;
  /** Status `converged` and a pose that is wrong by more than 3 degrees. */
  readonly confidentlyWrong: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly oraclePrecision: number | null;
  readonly oracleRecall: number | null;
  readonly groups: number | null;
  /** Median rotation error in degrees (affine: between the kernels). */
  readonly degrees: number | null;
  /** CPU seconds of a match: median and largest. */
  readonly seconds: readonly [number, number];
  /** All that is required but the time. */
  readonly met: boolean;
  readonly failures: readonly number[];
}

/** Whether the median time is within what is required; null where nothing is. Apart from `met`: a busy machine says nothing about correctness. */
export function inTime({ seconds }: MatchRow, required: number | undefined): boolean | null {
  return required === undefined ? null : seconds[0] <= required;
}

/** What one route came to on one kind of view. */
export interface RouteRow {
  readonly kind: "route";
  readonly name: string;
  readonly route: string;
  readonly title: string;
  readonly runs: number;
  readonly successes: number;
  readonly interval: readonly [number, number];
  readonly refused: number;
  readonly confidentlyWrong: number;
  /** Runs in which the hypothesis that became the camera was the first by the route's own measure. */
  readonly rankedFirst: number;
  /** Degrees off before refinement: median and largest; null where no answer came from a hypothesis. */
  readonly degreesBefore: readonly [number, number] | null;
  readonly degrees: number;
  /** Successes whose camera and links are those of the backbone. */
  readonly same: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly oracleRecall: number | null;
  readonly seconds: readonly [number, number];
  readonly require: { readonly success?: number; readonly seconds?: number };
  readonly met: boolean;
  readonly failures: readonly number[];
}

/** What two views came to, together and one by one. */
export interface ViewsRow {
  readonly kind: "views";
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  /** Runs in which both poses were found. */
  readonly successes: number;
  readonly interval: readonly [number, number];
  readonly confidentlyWrong: number;
  /** Median of the worse view. */
  readonly degrees: number;
  readonly recall: number | null;
  readonly oracleRecall: number | null;
  /** Either view by itself. */
  readonly single: readonly { readonly successes: number; readonly degrees: number; readonly recall: number | null }[];
  /** CPU seconds (median): together, and of both one by one. */
  readonly seconds: readonly [number, number];
  readonly require: { readonly success?: number };
  readonly met: boolean;
  readonly failures: readonly number[];
}

/** What one coupling between ellipsoids and ellipses is worth. */
export interface CouplingRow {
  readonly kind: "coupling";
  readonly name: string;
  readonly title: string;
  readonly n: number;
  readonly runs: number;
  /** Without a direction of view: the share of mass on right pairs, and of ellipses whose heaviest partner is right. */
  readonly mass: number | null;
  readonly links: number | null;
  /** Along directions: first-ranked poses within 12 degrees, and their median. */
  readonly within: number | null;
  readonly degrees: number | null;
  readonly seconds: number;
}

/** A row about routes and views. */
export type RoutesRow = RouteRow | ViewsRow | CouplingRow;
