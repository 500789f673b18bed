// The exports of the module `exact`: every kernel of the exact solvers.
export { heapBase } from "../memory";
export { graphFlowBytes, graphFlowInit, graphFlowPivots, graphFlowRun } from "./graphFlow";
export { lineSort, lineSortHistogramBytes } from "./line";
export { cloudBuild, cloudRefresh } from "./boxes";
export { pointsCost, pointsGround } from "./points";
export { pointsArcsCost, pointsArcsCount, pointsArcsFill } from "./pointsArcs";
export { pointsSearch } from "./pointsSearch";
export * from "./assignmentArcs";
export {
  assignmentAuctionBid,
  assignmentAuctionInit,
  assignmentAuctionOpen,
  assignmentAuctionScan,
} from "./assignmentAuction";
export { assignmentDenseColumnMin, assignmentDenseExtend } from "./assignmentDense";
