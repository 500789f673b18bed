// A power diagram with the density's integrals over its cells, and Newton's step on their masses.
// d m_i / d psi_j = -(integral of the density along the common edge) / (2 |y_i - y_j|); steps are halved until no cell dies.
import type { Domain } from "./density.ts";
import { type EdgeWeights, solveLaplacian } from "./laplacian.ts";
import { addMoments, type Moments, noMoments, type Polygon } from "./polygon.ts";
import { powerCells, type Sites } from "./powerDiagram.ts";

/** Cells, their integrals, and the graph of neighbours. */
export interface Diagram {
  readonly psi: Float64Array;
  readonly cells: readonly Polygon[];
  readonly moments: readonly Moments[];
  readonly graph: EdgeWeights;
}

/** The diagram of the weights psi. */
export function diagramOf(sites: Sites, psi: Float64Array, domain: Domain): Diagram {
  const { points, count } = sites;
  const cells = powerCells(sites, psi, domain.outline);
  const graph: EdgeWeights = { count, from: [], to: [], weight: [] };
  const moments = cells.map((cell, i) => {
    const across = new Map<number, number>();
    const found = domain.integrate(cell, points[2 * i], points[2 * i + 1], (j, integral) => {
      if (j > i) across.set(j, (across.get(j) ?? 0) + integral);
    });
    for (const [j, integral] of across) {
      graph.from.push(i);
      graph.to.push(j);
      graph.weight.push(
        integral / (2 * Math.hypot(points[2 * j] - points[2 * i], points[2 * j + 1] - points[2 * i + 1])),
      );
    }
    return found;
  });
  return { psi, cells, moments, graph };
}

/** One damped Newton step towards the masses `target`; null where no step helps. */
export function newtonStep(sites: Sites, from: Diagram, target: Float64Array, domain: Domain): Diagram | null {
  const missing = target.map((mass, i) => mass - from.moments[i].area);
  const norm = length(missing);
  const direction = solveLaplacian(from.graph, missing, 1e-9);
  let least = Infinity;
  for (let i = 0; i < target.length; i++) least = Math.min(least, target[i], from.moments[i].area);
  for (let tau = 1; tau > 1e-8; tau /= 2) {
    const next = diagramOf(
      sites,
      from.psi.map((value, i) => value + tau * direction[i]),
      domain,
    );
    const left = length(target.map((mass, i) => mass - next.moments[i].area));
    if (left < (1 - tau / 2) * norm && next.moments.every(({ area }) => area > least / 2)) return next;
  }
  return null;
}

function length(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}

/** Weights under which every point has a cell: the Voronoi diagram of the points, shrunk into a disc within the outline. */
export function separatedStart(points: Float64Array, outline: Polygon): Float64Array {
  const whole = noMoments();
  addMoments(outline, 1, 0, 0, whole);
  const centre = [whole.first[0] / whole.area, whole.first[1] / whole.area];
  const { vertices, labels } = outline;
  let radius = Infinity;
  for (let k = 0; k < labels.length; k++) {
    const next = (k + 1) % labels.length;
    const [ex, ey] = [vertices[2 * next] - vertices[2 * k], vertices[2 * next + 1] - vertices[2 * k + 1]];
    const span = Math.hypot(ex, ey);
    if (span > 0) {
      const apart = (ex * (centre[1] - vertices[2 * k + 1]) - ey * (centre[0] - vertices[2 * k])) / span;
      radius = Math.min(radius, apart);
    }
  }
  const count = points.length / 2;
  const middle = [0, 1].map((axis) => {
    let total = 0;
    for (let i = 0; i < count; i++) total += points[2 * i + axis];
    return total / count;
  });
  let spread = 0;
  for (let i = 0; i < count; i++) {
    spread = Math.max(spread, Math.hypot(points[2 * i] - middle[0], points[2 * i + 1] - middle[1]));
  }
  if (inside(points, outline)) return new Float64Array(count);
  const scale = spread > 0 ? Math.min(1, (0.9 * radius) / spread) : 1;
  // |x - y|^2 - psi is |x - z|^2 / scale up to a function of x, for z = centre + scale (y - middle).
  return Float64Array.from({ length: count }, (_, i) => {
    let psi = 0;
    for (const axis of [0, 1]) {
      const y = points[2 * i + axis];
      const z = centre[axis] + scale * (y - middle[axis]);
      psi += y * y - (z * z) / scale;
    }
    return psi;
  });
}

function inside(points: Float64Array, { vertices, labels }: Polygon): boolean {
  for (let i = 0; i < points.length; i += 2) {
    for (let k = 0; k < labels.length; k++) {
      const next = (k + 1) % labels.length;
      const [ex, ey] = [vertices[2 * next] - vertices[2 * k], vertices[2 * next + 1] - vertices[2 * k + 1]];
      if (!(ex * (points[i + 1] - vertices[2 * k + 1]) - ey * (points[i] - vertices[2 * k]) > 0)) return false;
    }
  }
  return true;
}

/** The domain with a share of its mass spread evenly over the outline. */
export function blended(domain: Domain, share: number): Domain {
  const whole = noMoments();
  addMoments(domain.outline, 1, 0, 0, whole);
  const level = (share * domain.mass) / whole.area;
  const keep = 1 - share;
  return {
    ...domain,
    integrate(cell, px, py, edge) {
      const own = domain.integrate(cell, px, py, edge && ((label, integral) => edge(label, keep * integral)));
      const into: Moments = {
        area: keep * own.area,
        first: [keep * own.first[0], keep * own.first[1]],
        second: keep * own.second,
      };
      addMoments(cell, level, px, py, into);
      if (edge !== undefined) {
        const { vertices, labels } = cell;
        for (let k = 0; k < labels.length; k++) {
          const next = (k + 1) % labels.length;
          const span = Math.hypot(vertices[2 * next] - vertices[2 * k], vertices[2 * next + 1] - vertices[2 * k + 1]);
          if (labels[k] >= 0) edge(labels[k], level * span);
        }
      }
      return into;
    },
  };
}
