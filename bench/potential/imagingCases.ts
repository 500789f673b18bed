// The imaging experiments: which pictures, how they are spoilt, how much is trained.

/** One experiment. */
export interface ImagingCase {
  readonly name: string;
  readonly title: string;
  readonly data: "digits" | "strokes" | "photographs";
  readonly task: "denoise" | "deblur" | "generate" | "translate";
  /** Standard deviation of the noise; black to white is 2. */
  readonly noise: number;
  /** Standard deviation of the blur in pixels, 0 for none. */
  readonly blur: number;
  readonly critics: number;
  readonly steps: number;
  readonly firstSteps: number;
  readonly batch: number;
  readonly widths: readonly number[];
  /** Units of a dense layer behind the convolutions; 0 for none. */
  readonly units: number;
  readonly theta: number;
  readonly penalty: number;
  /** Of the regularizer's critic, where another one suits it better; else the same. */
  readonly regularizerPenalty?: number;
  readonly learningRate: number;
  /** Points of the source that are moved. */
  readonly poolPoints: number;
  /** Candidates for the regularizer's weight. */
  readonly mus: readonly number[];
  readonly seeds: number;
}

const common = {
  batch: 16,
  widths: [8, 16, 32],
  units: 0,
  theta: 0.9,
  penalty: 100,
  learningRate: 2e-3,
  poolPoints: 3072,
} as const;

export const imagingCases: readonly ImagingCase[] = [
  {
    ...common,
    name: "digits-denoise",
    title: "digits, noise 0.4",
    data: "digits",
    task: "denoise",
    noise: 0.4,
    blur: 0,
    critics: 5,
    steps: 200,
    firstSteps: 400,
    mus: [7, 10, 13, 17],
    seeds: 3,
  },
  {
    ...common,
    name: "digits-generate",
    title: "digits from noise",
    data: "digits",
    task: "generate",
    noise: 1,
    blur: 0,
    critics: 60,
    steps: 300,
    firstSteps: 600,
    units: 128,
    theta: 0.8,
    mus: [],
    seeds: 3,
  },
  {
    ...common,
    name: "digits-translate",
    title: "thin digits to thick ones",
    data: "strokes",
    task: "translate",
    noise: 0,
    blur: 0,
    critics: 4,
    steps: 120,
    firstSteps: 300,
    mus: [],
    seeds: 1,
  },
  {
    ...common,
    name: "photographs-denoise",
    title: "photographs, noise 0.2",
    data: "photographs",
    task: "denoise",
    noise: 0.2,
    blur: 0,
    critics: 12,
    steps: 200,
    firstSteps: 400,
    theta: 0.6,
    penalty: 25,
    regularizerPenalty: 100,
    mus: [2, 3.5, 5, 7, 10, 14],
    seeds: 3,
  },
  {
    ...common,
    name: "photographs-deblur",
    title: "photographs, blur 1 pixel, noise 0.04",
    data: "photographs",
    task: "deblur",
    noise: 0.04,
    blur: 1,
    critics: 6,
    theta: 0.25,
    penalty: 25,
    regularizerPenalty: 100,
    steps: 150,
    firstSteps: 300,
    mus: [0.1, 0.3, 1, 2],
    seeds: 3,
  },
];
