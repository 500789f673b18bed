// Values of a JSON file, asked for by what they must be; every refusal names the entry: ellipsoids[17].mean.
import { OtError } from "monge";
import { type Bytes, readAll } from "./bytes.ts";
import { assertFits, corrupt } from "./limits.ts";
import { decodeText } from "./text.ts";

/** A value and where it stands. */
export interface Entry {
  /** Name of the file. */
  readonly file: string;
  /** `ellipsoids[17].mean`; empty for the whole. */
  readonly path: string;
  readonly value: unknown;
}

/** Memory of parsed JSON, in bytes for each byte of text. */
const parsedSize = 8;

export async function readJson(bytes: Bytes, maxBytes: number | undefined): Promise<Entry> {
  assertFits(bytes.name, bytes.size * parsedSize, maxBytes);
  const text = decodeText(await readAll(bytes, maxBytes), bytes.name);
  try {
    return { file: bytes.name, path: "", value: JSON.parse(text.replace(/^\ufeff/, "")) };
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 120) : "";
    throw corrupt(
      bytes.name,
      `is no JSON (${reason})`,
      bytes.size,
      "Write numbers as JSON does, without NaN and Infinity.",
      error,
    );
  }
}

/** The field `key` of an object; its value is `undefined` where there is none. */
export function field(entry: Entry, key: string): Entry {
  const { value } = entry;
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(entry, "an object");
  const path = entry.path === "" ? key : `${entry.path}.${key}`;
  return {
    file: entry.file,
    path,
    value: Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined,
  };
}

/** The entries of a list that is not empty. */
export function items(entry: Entry): Entry[] {
  const { file, path, value } = entry;
  if (!Array.isArray(value)) throw wrong(entry, "a list");
  if (value.length > 0) return value.map((each, k) => ({ file, path: `${path}[${k}]`, value: each }));
  throw new OtError("InvalidShape", `${place(entry)} is an empty list.`, {
    argument: path || file,
    seen: 0,
    cure: "Write at least one entry.",
  });
}

export function finite(entry: Entry): number {
  const { value } = entry;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw wrong(entry, "a finite number");
}

/** Finite numbers: `length` of them in a list, or in lists of `rows`. */
export function numbers(entry: Entry, length: number, rows = 0): Float64Array {
  const { file, path, value } = entry;
  if (!Array.isArray(value)) throw wrong(entry, `a list of ${length} numbers`);
  const nested = rows > 0 && value.length === rows && value.every(Array.isArray);
  const all = nested ? value.flatMap((row, i) => located(row, `${path}[${i}]`)) : located(value, path);
  if (all.length !== length) {
    throw new OtError("InvalidShape", `${place(entry)} has ${all.length} numbers, not ${length}.`, {
      argument: path,
      seen: all.length,
      cure: `Write a list of ${length} numbers.`,
    });
  }
  return Float64Array.from(all, ([at, each]) => finite({ file, path: at, value: each }));
}

function located(list: readonly unknown[], path: string): [string, unknown][] {
  return list.map((each, k) => [`${path}[${k}]`, each]);
}

export function oneOf<T extends string>(entry: Entry, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === entry.value);
  if (found !== undefined) return found;
  throw wrong(entry, allowed.map((each) => JSON.stringify(each)).join(", "), "one of ");
}

/** `InvalidValue`: the entry is not `what`. */
export function wrong(entry: Entry, what: string, article = ""): OtError {
  const { value } = entry;
  const shown = value === undefined ? "missing" : shorten(value);
  return new OtError("InvalidValue", `${place(entry)} is ${shown}, not ${article}${what}.`, {
    argument: entry.path || entry.file,
    seen: value,
    cure: `Write ${article}${what} there.`,
  });
}

/** `pair.json, ellipsoids[17].mean`. */
export function place({ file, path }: Entry): string {
  return path === "" ? file : `${file}, ${path}`;
}

function shorten(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(value).slice(0, 40);
}
