// The entry point monge/cohort: groups of images compared by exact transport.
export {
  areaUnderCurve,
  type Classification,
  imageScores,
  medoids,
  nearestMedoid,
  nearestNeighbours,
} from "./classify.ts";
export { type CohortOptions, type CohortResult, type CohortTest, compareCohorts } from "./compare.ts";
export { type Difference, groupDifference } from "./difference.ts";
export { type ImageDistanceOptions, type ImageDistances, imageDistances, type TileStore } from "./distances.ts";
export { type GroupBarycenterOptions, type GroupBarycenters, groupBarycenters } from "./groupBarycenters.ts";
export { type HeldOut, type HeldOutOptions, heldOutNeighbours } from "./heldOut.ts";
export { coneDistances } from "./intensity.ts";
export { type LinearEmbedding, type LinearEmbeddingOptions, linearEmbedding } from "./linearEmbedding.ts";
export { classicalScaling, type Scaling } from "./scaling.ts";
export { type SiteOverlap, siteOverlap } from "./sites.ts";
