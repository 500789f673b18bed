// Colours of every picture: blue for the source, vermillion for the target, greys for the rest.
// The pair is from Okabe and Ito, "Color Universal Design" (2008): it stays apart under every common colour blindness and in grey print.

/** The colours, as CSS. */
export const palette = {
  source: "#0072b2",
  target: "#d55e00",
  ink: "#1a1a1a",
  muted: "#5f6368",
  rule: "#d5d8dc",
  faint: "#eef0f2",
  paper: "#ffffff",
} as const;

/** Red, green and blue, 0..255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** `#rrggbb` as numbers. */
export function colour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** (1 - t) from + t to, in the gamma-coded space in which screens interpolate. */
export function mix(from: Colour, to: Colour, t: number): Colour {
  return [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1]), from[2] + t * (to[2] - from[2])];
}

/** Colour of the mass at time t of a displacement interpolation: source at 0, target at 1. */
export function timeColour(t: number): Colour {
  return mix(colour(palette.source), colour(palette.target), t);
}
