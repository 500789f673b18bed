// What a compressed image says of itself in its own header: pixels, colours, and bits of a sample.

export interface CodestreamSize {
  readonly width: number;
  readonly height: number;
  readonly colours: number;
  readonly precision: number;
}
