// The exports of the module `line`: sorting, for transport in one dimension, and projections of points to such.
export { heapBase } from "../memory";
export { circleAngles, circleLinearCost, circleUniformCost } from "./circle";
export {
  sliceHistogramBytes,
  sliceProject,
  sliceSort,
  sliceUniformCost,
  sliceWeightedCost,
} from "./slices";
export { lineSort, lineSortHistogramBytes } from "./sort";
