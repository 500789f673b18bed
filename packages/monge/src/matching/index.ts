// The entry point monge/matching: 3-D Gaussians against the 2-D Gaussians of views; a test pins this list.
export type { AffineCamera, Camera, Intrinsics, PerspectiveCamera, ScaledOrthographicCamera } from "./camera.ts";
export type { MatchCertificate, MatchCertify } from "./certificate.ts";
export type { MatchGroup, UnmatchedReason } from "./explain.ts";
export {
  type MatchAlternative,
  type MatchGaussians,
  type MatchHypothesis,
  type MatchResult,
  type MatchStatus,
  matchGaussians,
} from "./match.ts";
export type { CameraModel } from "./normalise.ts";
export type { MatchPrior } from "./prior.ts";
export type { RigidMotion } from "./rig.ts";
export { type SimulatedView, simulateView, type ViewOptions } from "./simulate.ts";
export type { MatchOptions, MatchRoute } from "./task.ts";
export {
  type TransferDirection,
  type TransferredLabels,
  type TransferredValues,
  transferLabels,
  transferValues,
} from "./transfer.ts";
export { type ViewScores, viewScores } from "./viewScores.ts";
export { type MatchViews, type MatchViewsResult, matchViews } from "./views.ts";
export type { MatchViewsOptions, SceneView } from "./viewsTask.ts";
