// The library speaks of arguments and options; at the command line they are called flags.
import type { OtError } from "monge";

/** What the library says, and what it is called here. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/, or set force to replace it/g, ", or pass --force to replace it"],
  [/,? or raise options\.maxBytes if the machine has the memory/g, ", or thin it out first"],
  [
    /\bScale both to the same mass \(normalize\), or raise massTolerance/g,
    "Pass --mass normalize to scale both to mass 1",
  ],
  [/\bLeave method out: "auto" chooses/g, "Leave --method out: auto chooses"],
  [/\bSet index to\b/g, "Pass --index"],
  [/, or read all of them as grey/g, ", or pass --channels grey"],
  [/\boptions\.timeLimitMs\b/g, "--time-limit"],
  [/\boptions\.maxIterations\b/g, "--max-iterations"],
  [/\boptions\.(\w+)\b/g, "--$1"],
];

/** The message of an error with its cure, in the words of the command. */
export function inCommandWords(error: OtError): string {
  return phrases.reduce((message, [from, to]) => message.replace(from, to), error.message);
}
