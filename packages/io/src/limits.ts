// How much memory a file may take: asked before anything is allocated.
import { OtError } from "monge";

/** 2 GiB: beyond it typed arrays and wasm memories stop being a safe bet. */
export const defaultMaxBytes: number = 2 ** 31;

/** Throws `OutOfMemory` if reading `name` needs more than the limit. */
export function assertFits(name: string, needed: number, maxBytes: number = defaultMaxBytes): void {
  if (needed <= maxBytes) return;
  throw new OtError("OutOfMemory", `${name} needs ${sizeText(needed)}, the limit is ${sizeText(maxBytes)}.`, {
    argument: name,
    seen: needed,
    cure: "Read a smaller file, or raise options.maxBytes if the machine has the memory.",
  });
}

/** A number of bytes for people: `300 bytes`, `45 kB`, `6.40 GB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1e4) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toPrecision(3)} GB`;
}

/** Throws `CorruptFile` unless the file reaches byte `end`, where `what` ends. */
export function assertReaches(file: { readonly name: string; readonly size: number }, end: number, what: string): void {
  if (end <= file.size) return;
  throw corrupt(file.name, `is truncated: it ends at byte ${file.size}, and ${what} at byte ${end}`, file.size);
}

/** A file that breaks its own format. */
export function corrupt(
  name: string,
  what: string,
  seen: unknown,
  cure = "Check what wrote it, or copy it again.",
  cause?: unknown,
): OtError {
  return new OtError("CorruptFile", `${name} ${what}.`, { argument: name, seen, cure, cause });
}

/** A correct file of a kind that is not read. */
export function unsupported(name: string, what: string, seen: unknown, cure: string): OtError {
  return new OtError("Unsupported", `${name} ${what}.`, { argument: name, seen, cure });
}
