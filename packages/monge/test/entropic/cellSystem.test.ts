// The cells' system of the solve by near pairs: its solution satisfies Newton's equation of the plan, computed over all pairs.
import { expect, it } from "vitest";
import { cellSystem } from "../../src/entropic/truncated/cellSystem.ts";
import { sortedCloud } from "../../src/entropic/truncated/coarse.ts";
import { startField } from "../../src/entropic/truncated/truncatedField.ts";
import { random } from "../../src/index.ts";
import { truncated } from "../../src/kernels/truncated.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { drain } from "../../src/run/solver.ts";

for (const { n, m, size, epsilon } of [
  { n: 700, m: 500, size: 1, epsilon: 2e-3 },
  { n: 300, m: 1300, size: 1, epsilon: 5e-3 },
  { n: 900, m: 901, size: 4, epsilon: 5e-3 },
]) {
  it(`cellSystem solves (Gamma - W^T R^-1 W) h = defect, W of ${n} x ${m} points in cells of ${size}`, () => {
    const { uniform } = random(n);
    const side = (count: number) => {
      const masses = Float64Array.from({ length: count }, () => 0.1 + uniform());
      const data = Float64Array.from({ length: 2 * count }, uniform);
      const total = masses.reduce((sum, value) => sum + value, 0);
      return sortedCloud({ data, rows: count, cols: 2 }, masses, total);
    };
    const [x, y] = [side(n), side(m)];
    const cells = Math.ceil(m / size);
    const { h, defect, f, g } = withWorkspace(truncated, (workspace) => {
      const field = startField(workspace, x, y);
      const stage = { x: 0, y: 0, epsilon };
      field.start(stage, null);
      const [rows, columns] = field.sides(stage);
      const system = cellSystem(workspace, rows, columns, size, 1e8);
      const pass = { rows, columns, scale: Math.LOG2E / epsilon, cutoff: -60 };
      // Some iterations of Sinkhorn's: no column without mass, and a defect that varies slowly.
      for (let k = 0; k < 10; k++) {
        drain(field.pairs.update(pass));
        drain(field.pairs.update({ ...pass, rows: columns, columns: rows }));
      }
      expect(drain(field.pairs.iterate(pass, system))).toBe(true);
      system.close();
      const c = workspace.f64(columns.sums, m);
      const defect = new Float64Array(Math.ceil(cells / 8) * 8);
      for (let j = 0; j < m; j++) defect[Math.floor(j / size)] += y.cloud.weights[j] * (1 - c[j]);
      const h = drain(system.solve(defect, 1e-7, 300));
      const [f, g] = field.potentials(stage);
      return { h, defect, f, g };
    });
    const left = defect.slice();
    const plan = (i: number, j: number): number => {
      const [p, q] = [x.cloud, y.cloud];
      const price = (p.points[2 * i] - q.points[2 * j]) ** 2 + (p.points[2 * i + 1] - q.points[2 * j + 1]) ** 2;
      return p.weights[i] * q.weights[j] * Math.exp((f[i] + g[j] - price) / epsilon);
    };
    for (let first = 0; first < n; first += size) {
      const W = new Float64Array(cells);
      for (let i = first; i < Math.min(n, first + size); i++) {
        for (let j = 0; j < m; j++) W[Math.floor(j / size)] += plan(i, j);
      }
      const rho = W.reduce((sum, value) => sum + value, 0);
      const mean = W.reduce((sum, value, J) => sum + value * h[J], 0) / rho;
      for (let J = 0; J < cells; J++) left[J] -= W[J] * (h[J] - mean);
    }
    const norm = (v: Float64Array): number => Math.hypot(...v);
    // The entries are kept in single precision.
    expect(norm(left)).toBeLessThan(1e-5 * norm(defect));
  });
}
