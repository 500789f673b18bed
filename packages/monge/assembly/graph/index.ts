// The exports of the module `graph`: minimum-cost flow on a sparse graph, for transport on grids.
export { heapBase } from "../memory";
export { graphFlowBytes, graphFlowInit, graphFlowPivots, graphFlowRun } from "./flow";
