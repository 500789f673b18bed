// The entries that iterations without exponentials work on: all of them, or those that matter.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Operator } from "./operator.ts";

/** A share of entries beyond which all are kept: rows of numbers are read more than twice as fast as pairs of number and index. */
const dense = 0.35;
/** Bytes that entries may take. */
const mostBytes = 1.5e9;
const entryBytes = 8;

/** Entries kept in a workspace, at the top of its memory. */
export interface Keeper {
  readonly active: boolean;
  /** Whether the last call of `keep` kept all entries. */
  readonly all: boolean;
  /** Keeps the entries of mass above least min(a, b) / max(n, m) at the present potentials; false where they would not fit. */
  keep(least: number): Generator<void, boolean, void>;
  drop(): void;
  /** A row update and its column sums; false where a sum left the range of floating point: then nothing is kept any more. */
  rows(omega: number): boolean;
  /** Tells that G has changed. */
  columnsMoved(): void;
}

/** Starts with nothing kept. No memory may be allocated from the workspace afterwards but by the keeper. */
export function startKeeper(workspace: Workspace, operator: Operator, n: number, m: number): Keeper {
  const { call } = workspace;
  const { width } = operator;
  const header = (): number => workspace.alloc(call["keepDoubles"]() * 8);
  let mark = -1;
  let active = false;
  let all = false;
  const height = Math.max(1, Math.min(Math.floor((1 << 22) / width), Math.ceil(n / 8)));

  function* keepAll(): Generator<void, boolean, void> {
    if (n * width * 4 > mostBytes) return false;
    all = true;
    workspace.release(mark);
    const address = header();
    call["keepBegin"](address, workspace.alloc(n * width * 4), 1);
    for (let begin = 0; begin < n; begin += height) {
      operator.rows(begin, Math.min(n, begin + height), (from, to) => call["keepFull"](from, to));
      yield;
    }
    return true;
  }
  function* keepSome(least: number): Generator<void, boolean, void> {
    all = false;
    const address = header();
    let room = Math.max(m, Math.ceil(dense * height * m));
    call["keepBegin"](address, workspace.alloc(room * entryBytes), 0);
    let fits = true;
    for (let begin = 0; begin < n; begin += height) {
      const end = Math.min(n, begin + height);
      operator.rows(begin, end, (from, to) => {
        for (let at = from; fits && at < to; ) {
          at = call["keepRows"](at, to, room, least);
          if (at === to) break;
          const more = Math.max(m, room >> 1);
          fits = (room + more) * entryBytes <= mostBytes;
          if (!fits) break;
          workspace.alloc(more * entryBytes);
          room += more;
        }
      });
      if (!fits || call["keepCount"]() > dense * end * m) return yield* keepAll();
      yield;
    }
    return true;
  }
  return {
    get active() {
      return active;
    },
    get all() {
      return all;
    },
    *keep(least) {
      if (mark < 0) mark = workspace.mark();
      workspace.release(mark);
      active = (yield* keepSome(least / Math.max(n, m))) && call["keepEnd"]() === 1;
      return active;
    },
    drop() {
      active = false;
    },
    rows(omega) {
      active = call["keepSweep"](0, n, omega) === 0;
      call["keepColumns"](1);
      return active;
    },
    columnsMoved: () => call["keepColumns"](0),
  };
}
