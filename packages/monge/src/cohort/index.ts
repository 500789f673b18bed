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
export { coneDistances } from "./intensity.ts";
export { classicalScaling, type Scaling } from "./scaling.ts";
export { type SiteOverlap, siteOverlap } from "./sites.ts";
