// The exports of the module `exact`: every kernel of the exact solvers.
export { heapBase } from "../memory";
