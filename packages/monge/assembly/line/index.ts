// The exports of the module `line`: sorting, for transport in one dimension.
export { heapBase } from "../memory";
export { lineSort, lineSortHistogramBytes } from "./sort";
