// What the routes of regularised transport receive and return.
import type { Status } from "../run/options.ts";

/** The exits that the driver offers a route. */
export interface Inner {
  interrupted(): Status | null;
  /** Tells the driver how to make an answer of the present state. */
  offer(snapshot: () => Found): void;
  elapsedMs(): number;
}

/** How a route ended. */
export interface End {
  readonly status: Status;
  readonly iterations: number;
  /** The larger of the relative duality gap and the L1 error of the marginals relative to the mass. */
  readonly error: number;
}

/** A plan by its entries over all atoms, and potentials; plain data. */
export interface Found extends End {
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly mass: Float64Array;
  readonly f: Float64Array;
  readonly g: Float64Array;
}
