// One line on standard error that is rewritten in place; whole lines where asked for and there is no terminal; otherwise silence.
import type { Progress } from "monge";
import { count, plainSpaces, shortNumber } from "./plot/number.ts";

/** Shows progress until `end`. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** A new phase without figures, shown at once. */
  phase(name: string): void;
  end(): void;
}

const silent: ProgressLine = { show: () => {}, phase: () => {}, end: () => {} };

/** Milliseconds before the first line, and between two, on a terminal and elsewhere. */
const patience = 250;
const interval = { terminal: 80, lines: 1000 } as const;

/** The phase and what is left in it. */
export function sentence({ phase, iteration, error, primal, dual }: Progress, elapsedMs: number): string {
  const parts = [phase];
  if (iteration > 0) parts.push(`${count(iteration)} iterations`);
  if (primal !== undefined && dual !== undefined && Number.isFinite(primal - dual))
    parts.push(`gap ${shortNumber(primal - dual, 3)}`);
  else if (error > 0 && Number.isFinite(error)) parts.push(`left ${shortNumber(error, 3)}`);
  parts.push(`${(elapsedMs / 1000).toFixed(1)} s`);
  return plainSpaces(parts.join(" · "));
}

/** The progress display for `stream`: `always` shows lines even where it is no terminal; `say` words a sign of life. */
export function progressLine(
  stream: NodeJS.WriteStream,
  quiet: boolean,
  always: boolean,
  say: (progress: Progress, elapsedMs: number) => string = sentence,
): ProgressLine {
  const terminal = Boolean(stream.isTTY);
  if (quiet || (!terminal && !always)) return silent;
  const begin = performance.now();
  let last = terminal ? begin + patience - interval.terminal : Number.NEGATIVE_INFINITY;
  let shown = false;
  const write = (progress: Progress, now: number): void => {
    last = now;
    const text = say(progress, now - begin);
    // A line that wraps could not be rewritten.
    stream.write(terminal ? `\r\u001b[K${text.slice(0, Math.max(20, (stream.columns || 80) - 1))}` : `${text}\n`);
    shown = true;
  };
  return {
    show(progress) {
      const now = performance.now();
      if (now - last >= (terminal ? interval.terminal : interval.lines)) write(progress, now);
    },
    phase(name) {
      const now = performance.now();
      // A run that was over before its first line needs none at all.
      if (shown) write({ phase: name, iteration: 0, error: 0, elapsedMs: 0 }, now);
    },
    end() {
      if (shown && terminal) stream.write("\r\u001b[K");
      shown = false;
    },
  };
}
