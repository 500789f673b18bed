// What a picture is drawn from: two sides with coordinates, the flows between them and what the title says.

/** Entry k moves mass[k] from atom i[k] of the source to atom j[k] of the target. */
export interface Flows {
  readonly i: ArrayLike<number>;
  readonly j: ArrayLike<number>;
  readonly mass: ArrayLike<number>;
}

/** One of the two measures. */
export interface Side {
  /** What the reader calls it, usually a file name. */
  readonly name: string;
  readonly weights: ArrayLike<number>;
  /** Atom k is at points[k * dimension .. (k + 1) * dimension]. */
  readonly points: ArrayLike<number>;
  readonly dimension: number;
  /** For images: rows and columns; atom r * columns + c is the pixel of row r, column c, and `points` holds (row, column). */
  readonly grid: readonly [rows: number, columns: number] | null;
}

/** What stands in the title of a picture and in its caption. */
export interface Headline {
  readonly title: string;
  /** Value and certificate in one line. */
  readonly subtitle: string;
}

/** A picture's input. `sides` is null where only a cost matrix is known. */
export interface Scene extends Headline {
  readonly source: Side;
  readonly target: Side;
  readonly flows: Flows;
}

/** A picture's input where only a cost matrix is known: weights have no place, so the plan itself is drawn. */
export interface MatrixScene extends Headline {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly flows: Flows;
}

/** Sum of the entries. */
export function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k];
  return sum;
}

/** Largest entry, at least 0. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < values.length; k++) if (values[k] > most) most = values[k];
  return most;
}
