// Colours of the terminal, off where the stream is no terminal, NO_COLOR is set or the terminal is dumb.
import pc from "picocolors";
import type { Pens } from "./answer.ts";

/** The pens for a stream. */
export function pensFor(stream: NodeJS.WriteStream): Pens {
  const wanted = process.env["FORCE_COLOR"]
    ? process.env["FORCE_COLOR"] !== "0"
    : Boolean(stream.isTTY) && process.env["TERM"] !== "dumb";
  const colours = pc.createColors(wanted && !process.env["NO_COLOR"]);
  return { strong: colours.bold, dim: colours.dim, good: colours.green, warn: colours.yellow };
}
