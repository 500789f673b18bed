// The linear program of a barycenter on a fixed support, by the revised simplex method with an explicit inverse: for small problems.
//
// min sum w_k <C_k, P_k> with P_k^T 1 = b_k and P_k 1 = a for all k (Agueh, Carlier 2011, discretised as by Anderes, Borgwardt, Miller 2016). The
// right-hand side is moved a little, so that no step is empty; the answer is computed from the true one on the last basis.
import { random } from "../linalg/random.ts";

/** A problem whose inputs have positive masses only. */
export interface FixedSupportProgram {
  readonly n: number;
  readonly inputs: readonly Float64Array[];
  /** w_k C_k, n x m_k, row-major. */
  readonly costs: readonly Float64Array[];
}

/** A basis: what each of its columns is, and the inverse of the matrix they form. */
interface Basis {
  /** Column numbers; see `columns`. */
  readonly held: Int32Array;
  readonly inverse: Float64Array;
  /** Values of the basic columns under the moved right-hand side. */
  readonly x: Float64Array;
}

/** Where the program stands. */
export interface ProgramState {
  /** Masses of the barycenter, n. */
  weights(): Float64Array;
  /** phi_k(x), K x n: w_k f_k of the plans; sum_k phi_k(x) >= 0 at the optimum. */
  duals(): Float64Array[];
  /** One pivot; false where the basis is optimal. */
  pivot(): boolean;
}

/** Relative size of the moves of the right-hand side. */
const move = 1e-7;
/** Reduced costs above this multiple of the largest cost are rounding. */
const rounding = 1e-12;

/** Rows of the program: what its inverse is wide. */
export function programRows(n: number, inputs: readonly ArrayLike<number>[]): number {
  return inputs.reduce((total, input) => total + input.length + n, 0) - (inputs.length - 1);
}

/** Starts with all mass at the point `x0`. */
export function startProgram({ n, inputs, costs }: FixedSupportProgram, x0: number, seed: number): ProgramState {
  const K = inputs.length;
  const M = programRows(n, inputs);
  // Constraint numbers: columns (k, y) first, then rows (0, x), then rows (k, x != x0).
  const columnAt: number[] = [];
  let at = 0;
  for (const input of inputs) {
    columnAt.push(at);
    at += input.length;
  }
  const rowOf = (k: number, x: number): number => {
    if (k === 0) return at + x;
    if (x === x0) return -1;
    return at + n + (k - 1) * (n - 1) + (x < x0 ? x : x - 1);
  };
  // Variable numbers: plans k row-major one after the other, then a.
  const planAt: number[] = [];
  let variables = 0;
  for (const input of inputs) {
    planAt.push(variables);
    variables += n * input.length;
  }
  const masses = variables;
  const largest = costs.reduce((most, C) => C.reduce((high, value) => Math.max(high, Math.abs(value)), most), 0);

  const truth = new Float64Array(M);
  inputs.forEach((input, k) => truth.set(input, columnAt[k]));
  const generator = random(seed);
  const moved = truth.slice();
  const least = inputs.reduce((low, input) => input.reduce((small, value) => Math.min(small, value), low), Infinity);
  for (let r = at; r < M; r++) moved[r] = (move * least * (0.5 + generator.uniform())) / n;

  const basis = startBasis();
  const costOf = (variable: number): number => {
    if (variable >= masses) return 0;
    let k = K - 1;
    while (planAt[k] > variable) k--;
    return costs[k][variable - planAt[k]];
  };

  function startBasis(): Basis {
    const held = new Int32Array(M);
    const inverse = new Float64Array(M * M);
    const last = rowOf(0, x0);
    for (let k = 0; k < K; k++) {
      const m = inputs[k].length;
      const y0 = inputs[k].indexOf(inputs[k].reduce((high, value) => Math.max(high, value), 0));
      for (let y = 0; y < m; y++) {
        const r = columnAt[k] + y;
        held[r] = planAt[k] + x0 * m + y;
        inverse[r * M + r] = 1;
        if (k === 0) inverse[last * M + r] = 1;
      }
      for (let x = 0; x < n; x++) {
        if (x === x0) continue;
        const r = rowOf(k, x);
        held[r] = planAt[k] + x * m + y0;
        inverse[r * M + r] = 1;
        inverse[(columnAt[k] + y0) * M + r] = -1;
        if (k === 0) inverse[last * M + r] = -1;
      }
    }
    held[last] = masses + x0;
    inverse[last * M + last] = -1;
    const x = new Float64Array(M);
    for (let r = 0; r < M; r++) x[r] = timesInverse(inverse, r, moved);
    return { held, inverse, x };
  }

  function timesInverse(inverse: Float64Array, r: number, v: Float64Array): number {
    let total = 0;
    for (let c = 0; c < M; c++) total += inverse[r * M + c] * v[c];
    return total;
  }

  function prices(): Float64Array {
    const pi = new Float64Array(M);
    for (let r = 0; r < M; r++) {
      const c = costOf(basis.held[r]);
      if (c !== 0) for (let s = 0; s < M; s++) pi[s] += c * basis.inverse[r * M + s];
    }
    return pi;
  }

  /** The constraints that a variable is in, with their signs. */
  function columnOf(variable: number): { rows: number[]; sign: number } {
    if (variable >= masses) {
      const x = variable - masses;
      const rows = inputs.map((_, k) => rowOf(k, x)).filter((row) => row >= 0);
      return { rows, sign: -1 };
    }
    let k = K - 1;
    while (planAt[k] > variable) k--;
    const m = inputs[k].length;
    const place = variable - planAt[k];
    const row = rowOf(k, Math.floor(place / m));
    const column = columnAt[k] + (place % m);
    return { rows: row < 0 ? [column] : [column, row], sign: 1 };
  }

  function entering(pi: Float64Array): number {
    let best = -rounding * largest;
    let chosen = -1;
    for (let k = 0; k < K; k++) {
      const m = inputs[k].length;
      const C = costs[k];
      for (let x = 0, place = 0; x < n; x++) {
        const row = rowOf(k, x);
        const price = row < 0 ? 0 : pi[row];
        for (let y = 0; y < m; y++, place++) {
          const reduced = C[place] - pi[columnAt[k] + y] - price;
          if (reduced < best) {
            best = reduced;
            chosen = planAt[k] + place;
          }
        }
      }
    }
    for (let x = 0; x < n; x++) {
      let reduced = 0;
      for (let k = 0; k < K; k++) {
        const row = rowOf(k, x);
        if (row >= 0) reduced += pi[row];
      }
      if (reduced < best) {
        best = reduced;
        chosen = masses + x;
      }
    }
    return chosen;
  }

  return {
    pivot() {
      const variable = entering(prices());
      if (variable < 0) return false;
      const { held, inverse, x } = basis;
      const { rows, sign } = columnOf(variable);
      const direction = new Float64Array(M);
      for (let r = 0; r < M; r++) for (const row of rows) direction[r] += sign * inverse[r * M + row];
      let leaving = -1;
      let step = Infinity;
      for (let r = 0; r < M; r++) {
        if (direction[r] > 1e-9 && x[r] / direction[r] < step) {
          step = x[r] / direction[r];
          leaving = r;
        }
      }
      if (leaving < 0) return false;
      step = Math.max(step, 0);
      const pivot = direction[leaving];
      for (let c = 0; c < M; c++) inverse[leaving * M + c] /= pivot;
      for (let r = 0; r < M; r++) {
        const times = direction[r];
        if (r === leaving || times === 0) continue;
        x[r] -= times * step;
        for (let c = 0; c < M; c++) inverse[r * M + c] -= times * inverse[leaving * M + c];
      }
      x[leaving] = step;
      held[leaving] = variable;
      return true;
    },
    weights() {
      const out = new Float64Array(n);
      for (let r = 0; r < M; r++) {
        if (basis.held[r] >= masses) out[basis.held[r] - masses] = Math.max(0, timesInverse(basis.inverse, r, truth));
      }
      return out;
    },
    duals() {
      const pi = prices();
      return inputs.map((_, k) =>
        Float64Array.from({ length: n }, (_unused, x) => (rowOf(k, x) < 0 ? 0 : pi[rowOf(k, x)])),
      );
    },
  };
}
