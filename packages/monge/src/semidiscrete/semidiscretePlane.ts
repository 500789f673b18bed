// Semi-discrete W2 in the plane, exactly: a density to weighted points, by the power diagram whose cells hold the points' masses.
// max over psi of sum_i integral over cell i of (|x - y_i|^2 - psi_i) + sum_i psi_i b_i, by damped Newton (Kitagawa, Merigot, Thibert 2019).
import { OtError } from "../errors/otError.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import type { DualityCertificate } from "../run/certificate.ts";
import type { Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type Domain, type PlanarDensity, readDensity } from "./density.ts";
import { blended, type Diagram, diagramOf, newtonStep, separatedStart } from "./diagram.ts";
import { certifyCells } from "./planeCertificate.ts";
import { gridSites } from "./powerDiagram.ts";

/** Options of {@link semidiscretePlane}. */
export interface SemidiscretePlaneOptions extends RunOptions {
  /** Masses of the points, >= 0; default null: uniform. Their total must be the density's. */
  readonly b?: Weights;
  /** Relative difference of the masses up to which b is scaled to weigh what the density weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
  /** L1 error of the cells' masses, relative to the mass, at which to stop, > 0; default 1e-10. */
  readonly tolerance?: number;
}

/** The cell of one point: where its mass comes from. */
export interface PlaneCell {
  /** A convex polygon, counterclockwise, count x 2; empty for a point without mass. */
  readonly vertices: Matrix;
  /** Mass of the density in the cell. */
  readonly mass: number;
  /** Its centre of mass; the point itself where there is no mass. */
  readonly centroid: readonly [number, number];
}

/** An exact semi-discrete transport. */
export interface SemidiscretePlaneResult {
  /** W_2^2 (times the mass), never rooted: the cost of moving each cell to its point. */
  readonly value: number;
  /** value^(1/2). */
  readonly distance: number;
  /** psi, one for each point; cell i is where |x - y_i|^2 - psi_i is least. */
  readonly potential: Float64Array;
  readonly cells: readonly PlaneCell[];
  readonly report: Report;
  /** Recomputes every cell against all others, and the primal and the dual value from them. */
  certify(): DualityCertificate;
}

/**
 * W_2^2 between a density in the plane and points `y` (m x 2) with masses, exactly: integrals over cells are closed forms.
 *
 * @param source uniform on a convex polygon, or an image whose pixels are squares of uniform density
 *
 * Newton converges quadratically; where the density vanishes in parts, it is reached through densities that do not. A limit is no error:
 * the cells then hold other masses, and `certify()` says how far off.
 *
 * Throws `InvalidShape`, `InvalidValue` (points that coincide), `NegativeMass`, `MassMismatch`.
 */
export interface SemidiscretePlane {
  (source: PlanarDensity, y: MatrixLike, options?: SemidiscretePlaneOptions): SemidiscretePlaneResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: PlanarDensity,
    y: MatrixLike,
    options?: SemidiscretePlaneOptions & { readonly signal?: AbortSignal },
  ): Promise<SemidiscretePlaneResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the cells so far. */
  steps(source: PlanarDensity, y: MatrixLike, options?: SemidiscretePlaneOptions): Run<SemidiscretePlaneResult>;
}

/** Exact transport of a density to points; see {@link SemidiscretePlane}. */
export const semidiscretePlane: SemidiscretePlane = /*#__PURE__*/ defineSolver<
  [PlanarDensity, MatrixLike],
  SemidiscretePlaneOptions,
  SemidiscretePlaneResult
>(2, (control, [source, y], options) => {
  const domain = readDensity(source);
  const all = readPoints(y);
  const count = all.length / 2;
  const { tolerance = 1e-10 } = options;
  if (!(tolerance > 0)) {
    throw new OtError("InvalidValue", `tolerance is ${tolerance}.`, {
      argument: "options.tolerance",
      seen: tolerance,
      cure: "Use a positive number; 1e-10 is the default.",
    });
  }
  const masses = balancedMasses([domain.mass], options.b ?? null, 1, count, options.massTolerance);
  return run(control, { domain, all, b: masses.b, tolerance, massAdjustment: masses.massAdjustment });
}) as SemidiscretePlane;

interface PlaneProblem {
  readonly domain: Domain;
  readonly all: Float64Array;
  readonly b: Float64Array;
  readonly tolerance: number;
  readonly massAdjustment: number;
}

function* run(
  control: RunControl<SemidiscretePlaneResult>,
  problem: PlaneProblem,
): Generator<Progress, SemidiscretePlaneResult, void> {
  const { domain, all, b, tolerance } = problem;
  // Points without mass have no cell; their potential is found in the end.
  const kept = Int32Array.from(b.keys()).filter((j) => b[j] > 0);
  const points = Float64Array.from({ length: 2 * kept.length }, (_, k) => all[2 * kept[k >> 1] + (k & 1)]);
  const target = Float64Array.from(kept, (j) => b[j]);
  const sites = gridSites(points);
  let psi = separatedStart(points, domain.outline);
  const empty = (diagram: Diagram): boolean =>
    diagram.moments.some(({ area }) => !(area > (1e-9 * domain.mass) / kept.length));
  let diagram = diagramOf(sites, psi, domain);
  const shares = empty(diagram) ? [1, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-5, 0] : [0];
  let iteration = 0;
  let status: Status | null = null;
  let error = Infinity;
  control.offer(() => finish("stopped"));
  for (const share of shares) {
    const softened = share === 0 ? domain : blended(domain, share);
    const goal = share === 0 ? tolerance : Math.max(tolerance, 1e-3);
    diagram = diagramOf(sites, psi, softened);
    error = massError(diagram, target);
    while (error > goal && status === null) {
      const next = newtonStep(sites, diagram, target, softened);
      if (next === null) {
        if (share === 0) status = "stalled";
        break;
      }
      diagram = next;
      psi = diagram.psi;
      error = massError(diagram, target);
      iteration++;
      yield { phase: share === 0 ? "newton" : "approach", iteration, error, elapsedMs: control.elapsedMs() };
      status = control.interrupted();
    }
    if (status !== null) break;
  }
  if (status !== null) {
    diagram = diagramOf(sites, psi, domain);
    error = massError(diagram, target);
  }
  return finish(status ?? "optimal");

  function finish(reached: Status): SemidiscretePlaneResult {
    const exact = diagramOf(sites, psi, domain);
    const value = sum(exact.moments.map(({ second }) => second));
    const potential = new Float64Array(b.length);
    kept.forEach((j, k) => {
      potential[j] = psi[k];
    });
    const cells: PlaneCell[] = Array.from(b, (_, j) => ({
      vertices: { data: new Float64Array(0), rows: 0, cols: 2 },
      mass: 0,
      centroid: [all[2 * j], all[2 * j + 1]],
    }));
    kept.forEach((j, k) => {
      const { area, first } = exact.moments[k];
      const { vertices } = exact.cells[k];
      const off = (axis: 0 | 1): number => (area > 0 ? first[axis] / area : 0);
      cells[j] = {
        vertices: corners(vertices),
        mass: area,
        centroid: [all[2 * j] + off(0), all[2 * j + 1] + off(1)],
      };
    });
    for (let j = 0; j < b.length; j++) if (b[j] === 0) potential[j] = emptyPotential(all, j, cells, potential, b);
    return {
      value,
      distance: Math.sqrt(value),
      potential,
      cells,
      report: {
        status: reached,
        method: "powerDiagram",
        why:
          shares.length > 1
            ? "Newton on the cells' masses, from a uniform density to this one"
            : "Newton on the cells' masses",
        backend: "js",
        iterations: iteration,
        error: massError(exact, target),
        tolerance,
        massAdjustment: problem.massAdjustment,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: () => certifyCells(domain, all, potential, b),
    };
  }
}

/** The vertices that differ by more than rounding: cuts through a corner leave two. */
function corners(vertices: readonly number[]): Matrix {
  const size = vertices.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const kept: number[] = [];
  for (let k = 0; k < vertices.length; k += 2) {
    const next = (k + 2) % vertices.length;
    const gap = Math.hypot(vertices[next] - vertices[k], vertices[next + 1] - vertices[k + 1]);
    if (gap > 1e-12 * size) kept.push(vertices[k], vertices[k + 1]);
  }
  return { data: Float64Array.from(kept), rows: kept.length / 2, cols: 2 };
}

/** sum |m - b| relative to the mass. */
function massError({ moments }: Diagram, target: Float64Array): number {
  return sum(target.map((mass, k) => Math.abs(moments[k].area - mass))) / sum(target);
}

/** The largest potential with which a point still has no cell: the least of |x - y|^2 - u(x), which is at a vertex of some cell. */
function emptyPotential(
  all: Float64Array,
  j: number,
  cells: readonly PlaneCell[],
  potential: Float64Array,
  b: Float64Array,
): number {
  let least = Infinity;
  cells.forEach(({ vertices: { data } }, i) => {
    if (b[i] === 0) return;
    for (let k = 0; k < data.length; k += 2) {
      const square = (to: number): number => (data[k] - all[2 * to]) ** 2 + (data[k + 1] - all[2 * to + 1]) ** 2;
      least = Math.min(least, square(j) - square(i) + potential[i]);
    }
  });
  return least < Infinity ? least : 0;
}

/** Checks points of the plane. */
function readPoints(y: MatrixLike): Float64Array {
  const { data, rows, cols } = toMatrix(y, "y");
  const bad = (message: string, seen: unknown, cure: string): OtError =>
    new OtError(cols === 2 && rows > 0 ? "InvalidValue" : "InvalidShape", message, { argument: "y", seen, cure });
  if (cols !== 2 || rows === 0) {
    throw bad(`y is ${rows} x ${cols}.`, [rows, cols], "Pass at least one point of the plane.");
  }
  const points = Float64Array.from(data);
  const wrong = points.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw bad(
      `The coordinate y[${wrong >> 1}][${wrong & 1}] is ${points[wrong]}.`,
      points[wrong],
      "Use finite coordinates.",
    );
  const seen = new Map<string, number>();
  for (let j = 0; j < rows; j++) {
    const key = `${points[2 * j] + 0} ${points[2 * j + 1] + 0}`;
    const before = seen.get(key);
    if (before !== undefined)
      throw bad(`The points ${before} and ${j} coincide.`, j, "Merge them, and add up their masses.");
    seen.set(key, j);
  }
  return points;
}
