// The columns of a file of ellipses, whether it is CSV or JSON.
import { OtError } from "monge";
import type { Bytes } from "./bytes.ts";
import type { EllipseOptions } from "./ellipseOptions.ts";
import { gaussianBytes } from "./gaussianList.ts";
import { type Entry, field, finite, items, numbers, place, readJson } from "./jsonEntry.ts";
import { assertFits, corrupt } from "./limits.ts";

export interface EllipseTable {
  readonly file: string;
  readonly rows: number;
  /** Finite numbers by lower-case names. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** Names a row in errors. */
  readonly place: (row: number) => string;
}

export async function readEllipseTable(bytes: Bytes, options: EllipseOptions): Promise<EllipseTable> {
  if (bytes.size === 0) throw corrupt(bytes.name, "is empty", 0, "Check what wrote it.");
  const head = new TextDecoder("latin1").decode(await bytes.read(0, Math.min(bytes.size, 64)));
  const format = options.format ?? (/^(\xef\xbb\xbf)?\s*[[{]/.test(head) ? "json" : "csv");
  return format === "json" ? jsonTable(bytes, options) : csvTable(bytes, options, "cx,cy,a,b,theta or x,y,xx,xy,yy");
}

/** The columns of a CSV file with a header; `example` shows one. */
export async function csvTable(
  bytes: Bytes,
  options: Pick<EllipseOptions, "maxBytes" | "delimiter">,
  example: string,
): Promise<EllipseTable> {
  const { csvReader } = await import("./csv.ts");
  const { maxBytes, delimiter } = options;
  const table = await csvReader.read(bytes, {
    allColumns: true,
    ...(maxBytes && { maxBytes }),
    ...(delimiter && { delimiter }),
  });
  const names = table.columns && colourNames(table.columns.map((name) => name.toLowerCase()));
  if (names === undefined) {
    throw new OtError("InvalidValue", `${bytes.name} does not name its columns.`, {
      argument: bytes.name,
      seen: table.shape[1],
      cure: `Write a first line such as ${example}.`,
    });
  }
  const [rows, width] = table.shape;
  const columns = new Map<string, Float64Array>();
  const placeOf = (row: number): string => table.place?.(row) ?? bytes.name;
  names.forEach((name, k) => {
    if (columns.has(name)) throw twice(bytes.name, name);
    const column = Float64Array.from({ length: rows }, (_, i) => table.data[i * width + k]);
    const wrong = column.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new OtError("InvalidValue", `${placeOf(wrong)}: ${name} is ${column[wrong]}.`, {
        argument: placeOf(wrong),
        seen: column[wrong],
        cure: "Write a finite number there, or remove the row.",
      });
    }
    columns.set(name, column);
  });
  return { file: bytes.name, rows, columns, place: placeOf };
}

const channels = ["red", "green", "blue"];

/** The b of `r g b` in a row is blue, any other b an axis. */
function colourNames(names: readonly string[]): string[] {
  const at = names.findIndex((name, k) => name === "r" && names[k + 1] === "g" && names[k + 2] === "b");
  return names.map((name, k) => (at >= 0 && k >= at && k < at + 3 ? channels[k - at] : name));
}

function twice(file: string, name: string): OtError {
  return new OtError("InvalidValue", `${file} has two columns ${JSON.stringify(name.slice(0, 40))}.`, {
    argument: file,
    seen: name,
    cure: "Name every column differently.",
  });
}

async function jsonTable(bytes: Bytes, options: EllipseOptions): Promise<EllipseTable> {
  const whole = await readJson(bytes, options.maxBytes);
  const list = items(Array.isArray(whole.value) ? whole : field(whole, "ellipses"));
  assertFits(bytes.name, list.length * gaussianBytes, options.maxBytes);
  const first = namesOf(list[0]);
  const columns = new Map(first.map((name) => [name, new Float64Array(list.length)]));
  list.forEach((entry, i) => {
    const names = namesOf(entry);
    const odd = names.find((name) => !columns.has(name)) ?? first.find((name) => !names.includes(name));
    if (odd !== undefined) {
      throw new OtError(
        "InvalidValue",
        `${place(entry)} and ${place(list[0])} differ: only one of them has ${odd.slice(0, 40)}.`,
        {
          argument: entry.path,
          seen: odd,
          cure: "Give every ellipse the same fields.",
        },
      );
    }
    for (const [name, value] of valuesOf(entry)) (columns.get(name) as Float64Array)[i] = value;
  });
  return { file: bytes.name, rows: list.length, columns, place: (row) => place(list[row]) };
}

/** Fields that stand for several columns. */
const compound: Readonly<Record<string, readonly string[]>> = {
  mean: ["x", "y"],
  covariance: ["xx", "xy", "yy"],
  colour: channels,
};

function namesOf(entry: Entry): string[] {
  field(entry, "mean");
  return Object.keys(entry.value as object).flatMap((key) => (Object.hasOwn(compound, key) ? compound[key] : [key]));
}

function valuesOf(entry: Entry): [string, number][] {
  return Object.keys(entry.value as object).flatMap((key): [string, number][] => {
    const one = field(entry, key);
    if (!Object.hasOwn(compound, key)) return [[key, finite(one)]];
    const names = compound[key];
    const values = numbers(one, names.length);
    return names.map((name, k) => [name, values[k]]);
  });
}
