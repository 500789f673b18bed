import { expect, test } from "vitest";
import {
  type ArcState,
  type Arcs,
  allocateArcState,
  bindArcs,
  settleArcs,
} from "../../src/exact/assignment/assignmentArcs.ts";
import { exact } from "../../src/kernels/exact.ts";
import { type Workspace, withWorkspace } from "../../src/kernels/workspace.ts";
import { random } from "../../src/linalg/random.ts";
import { hungarian } from "../oracles/hungarian.ts";

/** The finite entries of C as arcs in the workspace. */
function place(workspace: Workspace, C: number[][]): Arcs {
  const entries = C.map((row) => [...row.entries()].filter(([, value]) => value < Infinity));
  const count = entries.reduce((total, row) => total + row.length, 0);
  const arcs = {
    rowPtr: workspace.alloc(4 * (C.length + 1)),
    colIdx: workspace.alloc(4 * count),
    cost: workspace.alloc(8 * count),
  };
  let length = 0;
  for (const [i, row] of entries.entries()) {
    workspace.i32(arcs.rowPtr, C.length + 1)[i] = length;
    for (const [j, value] of row) {
      workspace.i32(arcs.colIdx, count)[length] = j;
      workspace.f64(arcs.cost, count)[length++] = value;
    }
  }
  workspace.i32(arcs.rowPtr, C.length + 1)[C.length] = length;
  return arcs;
}

/** Augments to the end; the cost of the matching, after checking its potentials, or Infinity if the paths are stuck. */
function finish(state: ArcState, C: number[][]): number {
  const { workspace, n } = state;
  let status = workspace.call.assignmentArcsFree() === 0 ? 0 : 1;
  while (status === 1) status = workspace.call.assignmentArcsAugment(1);
  if (status === 2) return Infinity;
  const columns = workspace.i32(state.colOfRow, n);
  const [f, g] = [workspace.f64(state.f, n), workspace.f64(state.g, n)];
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) expect(C[i][j] - f[i] - g[j]).toBeGreaterThan(-1e-13);
  return C.reduce((total, row, i) => total + row[columns[i]], 0);
}

test("assignmentArcsAugment: arcs added one batch after another, the matching and the prices kept: the optimum each time", () => {
  withWorkspace(exact, (workspace) => {
    const { uniform } = random(1);
    const n = 60;
    const full = Array.from({ length: n }, () => Array.from({ length: n }, () => uniform()));
    const order = full.map((row) => row.map(() => uniform()));
    const state = allocateArcState(workspace, n);
    let best = Infinity;
    for (const share of [0.1, 0.2, 0.5, 1]) {
      const C = full.map((row, i) => row.map((value, j) => (i === j || order[i][j] < share ? value : Infinity)));
      bindArcs(state, place(workspace, C));
      if (best === Infinity) workspace.call.assignmentArcsReduce();
      settleArcs(state, -100);
      const cost = finish(state, C);
      expect(cost).toBeCloseTo(hungarian(C), 12);
      expect(cost).toBeLessThanOrEqual(best + 1e-12);
      best = cost;
    }
  });
});

test("assignmentArcsAugment: rows that share too few columns are named; arcs to other columns let it go on", () => {
  withWorkspace(exact, (workspace) => {
    const n = 12;
    // Rows 3, 4 and 5 know columns 0 and 1 only.
    const shut = (i: number): boolean => i >= 3 && i <= 5;
    const C = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (shut(i) && j > 1 ? Infinity : ((i + 1) * (j + 2)) % 7)),
    );
    const state = allocateArcState(workspace, n);
    bindArcs(state, place(workspace, C));
    settleArcs(state, -100);
    expect(finish(state, C)).toBe(Infinity);
    const { call } = workspace;
    const stuck = [...workspace.i32(call.assignmentArcsStuck(), call.assignmentArcsStuckCount())].sort();
    expect(stuck).toEqual([3, 4, 5]);
    C[4][9] = 50;
    bindArcs(state, place(workspace, C));
    settleArcs(state, -100);
    expect(finish(state, C)).toBe(hungarian(C));
  });
});
