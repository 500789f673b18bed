// What the imaging experiments write.

/** A mean with its standard error over pictures. */
export interface Mean {
  readonly mean: number;
  readonly error: number;
}

/** One method on the test pictures, clipped to [-1, 1]. */
export interface MethodRow {
  readonly name: string;
  readonly psnr: number;
  readonly ssim: number | null;
  /** PSNR of our last critic less this method's, picture by picture; null for ours. */
  readonly margin: Mean | null;
}

/** One training. */
export interface ImagingRow {
  readonly name: string;
  readonly seed: number;
  readonly critics: number;
  readonly firstSteps: number;
  readonly steps: number;
  readonly batch: number;
  readonly weights: number;
  /** Test pictures. */
  readonly pictures: number;
  /** W1 before each critic's step, as it estimates it. */
  readonly curve: readonly number[];
  /** Restoration: mean PSNR of the validation pictures, and after each critic that was trained. */
  readonly validationInput?: number;
  readonly validation: readonly number[];
  readonly methods: readonly MethodRow[];
  /** Generation and translation: distances to pictures of the target that training has not seen, after some numbers of critics; `floor`: of real pictures. */
  readonly features: readonly {
    readonly name: string;
    readonly critics: readonly number[];
    readonly distances: readonly number[];
    readonly floor: number;
  }[];
  /** W1 between 500 of them and 500 of the target that training has not seen, by exact transport; `floor`: of 500 real pictures. */
  readonly exactW1?: {
    readonly critics: readonly number[];
    readonly distances: readonly number[];
    readonly floor: number;
  };
  /** Translation: shares of the pictures in which a classifier sees the digit that they were, after the same numbers of critics. */
  readonly labels?: readonly number[];
  /** CPU seconds of our training, and of the regularizer's critic. */
  readonly seconds: number;
  readonly regularizerSeconds: number | null;
}

/** bench/results/potential-imaging.json */
export interface ImagingFile {
  readonly schema: 1;
  readonly machine: { readonly cpu: string; readonly node: string };
  readonly rows: readonly ImagingRow[];
}
