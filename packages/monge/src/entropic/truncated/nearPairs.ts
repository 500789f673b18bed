// The clouds of a truncated problem in one workspace, and passes over their near pairs: see assembly/truncated/sweep.ts.
import type { Workspace } from "../../kernels/workspace.ts";
import { placeSide, type Side } from "./boxes.ts";
import type { CellSystem } from "./cellSystem.ts";
import type { Cloud } from "./coarse.ts";

/** Pairs between two signs of life: some 10 ms. */
const chunkPairs = 1 << 22;
const gather = 1;
const keep = 2;
const fixed = 4;
const price = 8;

/** A pass over the rows of one side and the near columns of another, with s = log2(e) / epsilon. */
export interface Pass {
  readonly rows: Side;
  readonly columns: Side;
  /** s. */
  readonly scale: number;
  /** Pairs with log2 t <= cutoff may be left out. */
  readonly cutoff: number;
}

/** What a measurement at fixed potentials gives, for masses of total 1. */
export interface NearSums {
  /** sum_i a_i |r_i - 1| + sum_j b_j |c_j - 1|. */
  readonly error: number;
  /** sum_ij P_ij |x_i - y_j|^2. */
  readonly paid: number;
}

/** An exponent whose power of two is at most the share; by halving, so that it rounds alike everywhere. */
export function cutoffOf(share: number): number {
  let exponent = 0;
  for (let power = 1; power > share && exponent > -1000; power /= 2) exponent--;
  return exponent;
}

/** Passes in one workspace. */
export interface NearPairs {
  place(cloud: Cloud): Side;
  /** F_i -= log2 r_i over the rows. */
  update(pass: Pass): Generator<void, void, void>;
  /** The same, with the column sums that it leaves, and cells where a system is given; false where these did not fit. */
  iterate(pass: Pass, cells: CellSystem | null): Generator<void, boolean, void>;
  /** Row and column sums at fixed potentials. */
  apply(pass: Pass): Generator<void, void, void>;
  /** Visits the columns of a row at fixed potentials: the first column of each group of 8, and their t. The columns have been fitted. */
  row(pass: Pass, i: number, visit: (first: number, t: Float64Array) => void): void;
  /** Row sums, column sums and their error. */
  measure(pass: Pass): Generator<void, NearSums, void>;
}

/** Passes for sides of up to n points. */
export function nearPairs(workspace: Workspace, n: number): NearPairs {
  const { call } = workspace;
  const padded = Math.ceil(n / 256) * 256;
  const list = workspace.alloc(padded / 2);
  const active = workspace.alloc(padded / 2);
  const buffer = workspace.alloc(padded * 8);

  function* run(
    { rows, columns, scale, cutoff }: Pass,
    mode: number,
    cells: CellSystem | null,
  ): Generator<void, boolean, void> {
    const level = cells === null ? 0 : 31 - Math.clz32(cells.size);
    let doing = mode;
    let fits = true;
    call["boxesFit"](columns.header, 0, 32);
    call["sweepSides"](rows.header, columns.header, scale, cutoff, level, list, active, buffer);
    call["sweepBegin"]();
    cells?.open();
    let spent = 0;
    for (let block = 0; ; ) {
      block = call["sweepRows"](block, rows.blocks, doing, chunkPairs);
      if (block === rows.blocks) return fits;
      const now = call["sweepPairs"]();
      if (now - spent < chunkPairs && cells !== null && fits) {
        fits = cells.grow(call["sweepCount"]());
        if (!fits) doing -= keep;
      }
      spent = now;
      yield;
    }
  }
  return {
    place: (cloud) => placeSide(workspace, cloud),
    *update(pass) {
      yield* run(pass, 0, null);
    },
    iterate: (pass, cells) => run(pass, cells === null ? gather : gather + keep, cells),
    *apply(pass) {
      yield* run(pass, gather + fixed, null);
    },
    row({ rows, columns, scale, cutoff }, i, visit) {
      call["sweepSides"](rows.header, columns.header, scale, cutoff, 0, list, active, buffer);
      const count = call["sweepOne"](i);
      const groups = workspace.i32(list, count);
      for (let k = 0; k < count; k++) visit(groups[k] * 8, workspace.f64(buffer + k * 64, 8));
    },
    *measure(pass) {
      yield* run(pass, gather + fixed + price, null);
      const { columns } = pass;
      const c = workspace.f64(columns.sums, columns.cloud.n);
      const b = columns.cloud.weights;
      let error = call["sweepRowError"]();
      for (let j = 0; j < c.length; j++) error += b[j] * Math.abs(c[j] - 1);
      return { error, paid: call["sweepPaid"]() };
    },
  };
}
