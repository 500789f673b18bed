// The public names of monge; a test pins this list.
export {
  type Allocate,
  type Allocation,
  allocate,
  type DemandAnswer,
  type Margin,
  type Shipment,
  type SupplyAnswer,
} from "./allocation/allocate.ts";
export type { AllocationProblem, Demand, Lane, Supply } from "./allocation/problem.ts";
export type { Cost, CostLike } from "./cost/cost.ts";
export type { CustomCost, CustomOptions, Softmin } from "./cost/custom.ts";
export type { DenseCost } from "./cost/dense.ts";
export type { GaussiansCost } from "./cost/gaussians.ts";
export type { GridCost, GridGeometry, GridOptions } from "./cost/grid.ts";
export { type Ground, type GroundSpec, groundNames } from "./cost/ground.ts";
export * as cost from "./cost/index.ts";
export type { LowRankCost } from "./cost/lowRank.ts";
export type { PointsCost } from "./cost/points.ts";
export type { SparseCost } from "./cost/sparse.ts";
export type { Acceleration, AccelerationOptions } from "./entropic/acceleration/acceleration.ts";
export {
  type SinkhornBatch,
  type SinkhornBatchOptions,
  type SinkhornBatchResult,
  sinkhornBatch,
} from "./entropic/batch.ts";
export type { EntropicCertify, EntropicCertifyOptions } from "./entropic/certificate.ts";
export {
  type DivergenceOfCosts,
  divergenceOfCosts,
  type MeasureDivergenceOptions,
  type SinkhornDivergence,
  sinkhornDivergence,
} from "./entropic/divergence/divergence.ts";
export {
  type DivergencesResult,
  type SinkhornDivergences,
  sinkhornDivergences,
} from "./entropic/divergence/divergenceMany.ts";
export type { DivergenceCosts, DivergenceOptions } from "./entropic/divergence/problem.ts";
export type {
  DivergenceCertificate,
  DivergenceCertify,
  DivergenceParts,
  DivergenceResult,
} from "./entropic/divergence/result.ts";
export { type EntropicMap, entropicMap } from "./entropic/map.ts";
export type { Marginal, Marginals, Penalty, Unbalanced } from "./entropic/relaxed/penalty.ts";
export { roundPlan } from "./entropic/rounding.ts";
export { type Sinkhorn, type SinkhornOptions, sinkhorn } from "./entropic/sinkhorn.ts";
export type { SinkhornResult } from "./entropic/sinkhornResult.ts";
export type { NearPairsOptions } from "./entropic/truncated/truncated.ts";
export { isOtError, OtError, type OtErrorCode, type OtErrorDetails } from "./errors/otError.ts";
export {
  type Assignment,
  type AssignmentOptions,
  type AssignmentResult,
  assignment,
} from "./exact/assignment/assignment.ts";
export { type Emd, type EmdOptions, emd } from "./exact/emd.ts";
export {
  type BatchResult,
  type EmdBatch,
  type EmdBatchOptions,
  emdBatch,
} from "./exact/emdBatch.ts";
export type { ExactMethod } from "./exact/engines.ts";
export type { GridL1Result } from "./exact/grid/gridAnswer.ts";
export { type GridL1, type GridL1Options, gridL1 } from "./exact/grid/gridL1.ts";
export {
  type GridSquared,
  type GridSquaredOptions,
  type GridSquaredResult,
  gridSquared,
} from "./exact/grid/gridSquared.ts";
export { type WassersteinCircleOptions, wassersteinCircle } from "./exact/line/circle.ts";
export { type WassersteinCircleUniformOptions, wassersteinCircleUniform } from "./exact/line/circleUniform.ts";
export { type EnergyDistance1dOptions, energyDistance1d } from "./exact/line/energyDistance1d.ts";
export type { LineResult } from "./exact/line/lineResult.ts";
export { type Wasserstein1d, type Wasserstein1dOptions, wasserstein1d } from "./exact/line/wasserstein1d.ts";
export { type Gradient, type GradientOptions, gradient } from "./gradient/gradient.ts";
export type { PositionGradient } from "./gradient/positions.ts";
export type { WeightGradient } from "./gradient/weights.ts";
export { type KernelSource, loadKernels } from "./kernels/load.ts";
export type { Family } from "./kernels/module.ts";
export { type Floats, type Matrix, type MatrixLike, matrix } from "./linalg/matrix.ts";
export { type Random, random } from "./linalg/random.ts";
export { type SparseMatrix, sparseFromEntries } from "./linalg/sparse.ts";
export type { LowRankCertify } from "./lowRank/certificate.ts";
export {
  type LowRankOptions,
  type LowRankResult,
  type LowRankTransport,
  lowRankTransport,
} from "./lowRank/lowRank.ts";
export type { MeasureLike } from "./measure/between.ts";
export { empiricalGaussian, type Gaussian, gaussian } from "./measure/gaussian.ts";
export { type Histogram, histogram, type Measure, normalize, type PointCloud, pointCloud } from "./measure/measure.ts";
export { componentOf, gaussianMixture, type Mixture, mixtureOf } from "./measure/mixture.ts";
export type { Weights } from "./measure/weights.ts";
export type { PartialPotentials, PartialResult } from "./partial/answer.ts";
export { type PartialOptions, type PartialTransport, partialTransport } from "./partial/partial.ts";
export { type Partial1dOptions, type Partial1dResult, partialTransport1d } from "./partial/partial1d.ts";
export { densePlan } from "./plan/dense.ts";
export { lazyPlan } from "./plan/lazy.ts";
export { type LowRankPlan, lowRankPlan } from "./plan/lowRank.ts";
export type { Plan, PlanEntry } from "./plan/plan.ts";
export { type SparsePlan, sparsePlan } from "./plan/sparse.ts";
export type { RegularisedResult } from "./regularised/answer.ts";
export { type RegularisedOptions, type RegularisedTransport, regularisedTransport } from "./regularised/regularised.ts";
export type {
  CustomRegulariser,
  GroupLassoRegulariser,
  LaplacianRegulariser,
  Regulariser,
  SquaresRegulariser,
} from "./regularised/regulariser.ts";
export type { BatchWeights, CostStack } from "./run/batch.ts";
export type { Certificate, Certify, DualityCertificate, StationarityCertificate } from "./run/certificate.ts";
export type { AsyncOptions, Potentials, Progress, RunOptions, Status } from "./run/options.ts";
export type { Job, Pool } from "./run/pool.ts";
export type { Report, Warning } from "./run/report.ts";
export type { MarginalHold, Result, SolvedProblem } from "./run/result.ts";
export type { Run } from "./run/solver.ts";
export type { PlanarDensity } from "./semidiscrete/density.ts";
export type { SemidiscreteEvaluation } from "./semidiscrete/semiDual.ts";
export {
  type PointSampler,
  type Semidiscrete,
  type SemidiscreteCertificate,
  type SemidiscreteOptions,
  type SemidiscreteResult,
  semidiscrete,
} from "./semidiscrete/semidiscrete.ts";
export {
  type PlaneCell,
  type SemidiscretePlane,
  type SemidiscretePlaneOptions,
  type SemidiscretePlaneResult,
  semidiscretePlane,
} from "./semidiscrete/semidiscretePlane.ts";
export type { DirectionOptions } from "./sliced/directions.ts";
export { type DefiningFunction, type GeneralisedSlicedOptions, generalisedSliced } from "./sliced/generalisedSliced.ts";
export { type LinearCircularOptions, linearCircular } from "./sliced/linearCircle.ts";
export {
  type MaxSliced,
  type MaxSlicedCertificate,
  type MaxSlicedOptions,
  type MaxSlicedResult,
  maxSliced,
} from "./sliced/maxSliced.ts";
export {
  type ProjectionRobust,
  type ProjectionRobustOptions,
  type ProjectionRobustResult,
  projectionRobust,
} from "./sliced/projectionRobust.ts";
export {
  type MinSlicedPlanOptions,
  minSlicedPlan,
  type SlicedPlanCertificate,
  type SlicedPlanOptions,
  type SlicedPlanResult,
  slicedPlan,
} from "./sliced/slicedPlan.ts";
export type { SlicedCertificate, SlicedResult } from "./sliced/slicedResult.ts";
export { type SlicedOptions, slicedWasserstein } from "./sliced/slicedWasserstein.ts";
export type { SliceOptions } from "./sliced/slices.ts";
export { type SphericalSlicedOptions, sphericalSliced } from "./sliced/sphericalSliced.ts";
export {
  type UnbalancedSliced,
  type UnbalancedSlicedOptions,
  type UnbalancedSlicedResult,
  unbalancedSliced,
} from "./sliced/unbalancedSliced.ts";
export type { SolveMethod } from "./solve/methods.ts";
export {
  type MeasuresResult,
  type Solve,
  type SolveCostOptions,
  type SolveMeasuresOptions,
  solve,
} from "./solve/solve.ts";
export { type DriftMonitor, type DriftOptions, type DriftReport, driftMonitor } from "./statistics/drift.ts";
export { energyStatistic } from "./statistics/energy.ts";
export { type DivergenceName, divergenceNames, fDivergence } from "./statistics/fDivergence.ts";
export { type SampleDistanceKind, sampleDistanceKinds } from "./statistics/kinds.ts";
export { type KernelName, kernelNames } from "./statistics/mmd.ts";
export { type PermutationOptions, type PermutationResult, permutationTest } from "./statistics/permutation.ts";
export {
  type SampleDistance,
  type SampleDistanceOptions,
  type SampleDistanceResult,
  sampleDistance,
} from "./statistics/sampleDistance.ts";
export type { SampleLike } from "./statistics/samples.ts";
export {
  type TwoSampleOptions,
  type TwoSampleResult,
  type TwoSampleTest,
  twoSampleTest,
} from "./statistics/twoSampleTest.ts";
export { type Proportion, proportion } from "./statistics/wilson.ts";
export type { UnbalancedResult } from "./unbalanced/answer.ts";
export { type UnbalancedOptions, type UnbalancedTransport, unbalancedTransport } from "./unbalanced/unbalanced.ts";
