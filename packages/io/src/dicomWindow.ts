// Stored values of a DICOM frame as grey values, 0 to 65535: slope and intercept, then the window, then which end is white.
// Source: PS3.3, C.11.1.1 (rescale), C.11.2.1.2 and C.11.2.1.3 (windows: linear, linear exact, sigmoid).
import type { DicomFrame } from "./dicomFrame.ts";

/** The grey values. Without a window: from the least value that occurs, black, to the largest, white. Padding is black. */
export function windowed(samples: ArrayLike<number>, frame: DicomFrame): Uint16Array {
  const { slope, intercept, padding, inverted } = frame;
  const grey = curveOf(samples, frame);
  const out = new Uint16Array(samples.length);
  for (let k = 0; k < out.length; k++) {
    if (samples[k] === padding) continue;
    const share = grey(slope * samples[k] + intercept);
    out[k] = Math.round(65535 * (inverted ? 1 - share : share));
  }
  return out;
}

function curveOf(samples: ArrayLike<number>, { slope, intercept, padding, window }: DicomFrame): (x: number) => number {
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  if (window === null) {
    let [least, most] = [Infinity, -Infinity];
    for (let k = 0; k < samples.length; k++) {
      if (samples[k] === padding) continue;
      const value = slope * samples[k] + intercept;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return (x) => (most > least ? (x - least) / (most - least) : 0);
  }
  const { center, width, curve } = window;
  if (curve === "SIGMOID") return (x) => 1 / (1 + Math.exp((-4 * (x - center)) / width));
  if (curve === "LINEAR_EXACT") return (x) => within((x - center) / width + 0.5);
  // A width of 1 is a step.
  if (width === 1) return (x) => (x > center - 0.5 ? 1 : 0);
  return (x) => within((x - (center - 0.5)) / (width - 1) + 0.5);
}
