// The exports of the module `matching`: projections, votes for poses, near pairs of projected and given ellipses.
export { heapBase } from "../memory";
export { normalEquations } from "./equations";
export { pairsBalance, pairsFind, pairsGather, pairsGrid, pairsScore } from "./pairs";
export { projectAll, projectSome } from "./project";
export { votePeak, votesClear, votesOf, votesSmooth, voteSources, voteTargets } from "./votes";
