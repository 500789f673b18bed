// The product of structures and plan: A P B^T + A^T P B, twice the first where both are symmetric; factors are used where there are some.
import { gromov } from "../kernels/gromov.ts";
import { giveBack, lease, type Workspace } from "../kernels/workspace.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";
import { addProduct } from "./factoredEnergy.ts";
import type { Factors } from "./factors.ts";

/** One side's matrix: with factors, or all of it. */
export interface Side {
  readonly n: number;
  readonly factors: Factors | null;
  matrix(): Float64Array;
}

/** The product for one pair of sides; it may hold kernel memory until closed. */
export interface Tensor {
  /** out = A P B^T + A^T P B for a plan in n x m numbers or by its entries. */
  apply(P: SparseMatrix | Float64Array, out: Float64Array): void;
  close(): void;
}

/** Prepares the product. */
export function openTensor(A: Side, B: Side, symmetric: boolean): Tensor {
  if (A.factors === null && B.factors === null) return denseTensor(A, B, symmetric);
  const once = (turned: boolean, P: SparseMatrix | Float64Array, out: Float64Array, scale: number): void => {
    if (A.factors === null) fromRight(A, B.factors as Factors, turned, P, scale, out);
    else fromLeft(A.factors, B, turned, P, scale, out);
  };
  return {
    apply(P, out) {
      out.fill(0);
      once(false, P, out, symmetric ? 2 : 1);
      if (!symmetric) once(true, P, out, 1);
    },
    close: () => {},
  };
}

function denseTensor(A: Side, B: Side, symmetric: boolean): Tensor {
  const [n, m] = [A.n, B.n];
  const workspace = lease(gromov);
  const { call } = workspace;
  const place = (data: Float64Array): number => {
    const address = workspace.alloc(8 * data.length);
    workspace.f64(address, data.length).set(data);
    return address;
  };
  const left = place(A.matrix());
  const given = place(B.matrix());
  const right = symmetric ? given : turn(workspace, given, m);
  const leftTurned = symmetric ? left : turn(workspace, left, n);
  const half = workspace.alloc(8 * n * m);
  const whole = workspace.alloc(8 * n * m);
  const scratch = workspace.alloc(call["productBytes"]());
  const start = workspace.mark();
  const once = (P: SparseMatrix | Float64Array, first: number, second: number): void => {
    workspace.release(start);
    if (P instanceof Float64Array) {
      const plan = place(P);
      call["product"](first, plan, half, n, n, m, scratch);
    } else {
      const count = P.values.length;
      const rowPtr = workspace.alloc(4 * (n + 1));
      const columns = workspace.alloc(4 * count);
      const values = place(P.values);
      workspace.i32(rowPtr, n + 1).set(P.rowPtr);
      workspace.i32(columns, count).set(P.colIdx);
      call["sparseProduct"](first, rowPtr, columns, values, half, n, n, m);
    }
    call["product"](half, second, whole, n, m, m, scratch);
  };
  let open = true;
  return {
    apply(P, out) {
      once(P, left, right);
      const found = workspace.f64(whole, n * m);
      if (symmetric) {
        for (let at = 0; at < out.length; at++) out[at] = 2 * found[at];
        return;
      }
      out.set(found);
      once(P, leftTurned, given);
      const other = workspace.f64(whole, n * m);
      for (let at = 0; at < out.length; at++) out[at] += other[at];
    },
    close() {
      if (open) giveBack(workspace);
      open = false;
    },
  };
}

function turn(workspace: Workspace, address: number, n: number): number {
  const turned = workspace.alloc(8 * n * n);
  workspace.call["transpose"](address, turned, n, n);
  return turned;
}

/** out += scale U (V^T P) B^T, or scale V (U^T P) B where `turned`. */
function fromLeft(
  { U, V, rank }: Factors,
  B: Side,
  turned: boolean,
  P: SparseMatrix | Float64Array,
  scale: number,
  out: Float64Array,
): void {
  const m = B.n;
  const [outer, inner] = turned ? [V, U] : [U, V];
  // R = inner^T P, rank x m.
  const R = new Float64Array(rank * m);
  visit(P, m, (i, j, value) => {
    for (let l = 0; l < rank; l++) R[l * m + j] += inner[i * rank + l] * value;
  });
  if (B.factors !== null) {
    const { rank: s } = B.factors;
    const [to, from] = turned ? [B.factors.V, B.factors.U] : [B.factors.U, B.factors.V];
    const K = new Float64Array(rank * s);
    for (let l = 0; l < rank; l++) {
      for (let j = 0; j < m; j++) for (let k = 0; k < s; k++) K[l * s + k] += R[l * m + j] * from[j * s + k];
    }
    addProduct(outer, K, to, rank, s, scale, out);
    return;
  }
  const data = B.matrix();
  const T = new Float64Array(m * rank);
  for (let j = 0; j < m; j++) {
    for (let l = 0; l < rank; l++) {
      let total = 0;
      for (let k = 0; k < m; k++) total += R[l * m + k] * (turned ? data[k * m + j] : data[j * m + k]);
      T[j * rank + l] = total;
    }
  }
  addProduct(outer, identity(rank), T, rank, rank, scale, out);
}

/** out += scale A (P V) U^T, or scale A^T (P U) V^T where `turned`. */
function fromRight(
  A: Side,
  { U, V, rank }: Factors,
  turned: boolean,
  P: SparseMatrix | Float64Array,
  scale: number,
  out: Float64Array,
): void {
  const n = A.n;
  const m = U.length / rank;
  const [outer, inner] = turned ? [V, U] : [U, V];
  const R = new Float64Array(n * rank);
  visit(P, m, (i, j, value) => {
    for (let l = 0; l < rank; l++) R[i * rank + l] += inner[j * rank + l] * value;
  });
  const data = A.matrix();
  const T = new Float64Array(n * rank);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const value = turned ? data[k * n + i] : data[i * n + k];
      for (let l = 0; l < rank; l++) T[i * rank + l] += value * R[k * rank + l];
    }
  }
  addProduct(T, identity(rank), outer, rank, rank, scale, out);
}

function identity(size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let k = 0; k < size; k++) out[k * size + k] = 1;
  return out;
}

function visit(P: SparseMatrix | Float64Array, m: number, entry: (i: number, j: number, value: number) => void): void {
  if (P instanceof Float64Array) {
    for (let at = 0, i = 0; at < P.length; i++) for (let j = 0; j < m; j++, at++) if (P[at] !== 0) entry(i, j, P[at]);
    return;
  }
  for (let i = 0; i < P.rows; i++)
    for (let e = P.rowPtr[i]; e < P.rowPtr[i + 1]; e++) entry(i, P.colIdx[e], P.values[e]);
}
