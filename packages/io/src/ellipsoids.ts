// Ellipsoids of CSV and JSON files, by mean and covariance, as three-dimensional Gaussians.
// A covariance is stored as its upper triangle xx xy xz yy yz zz, as in matching problems.
import { type Matrix, OtError } from "monge";
import type { Bytes } from "./bytes.ts";
import { assertPositive } from "./covariance.ts";
import { csvTable } from "./ellipseTable.ts";
import { checkMasses, type GaussianList, gaussianBytes, mixtureEntries } from "./gaussianList.ts";
import { type Entry, field, items, numbers, readJson } from "./jsonEntry.ts";
import { assertFits, corrupt } from "./limits.ts";
import { type Source, withBytes } from "./source.ts";

/** Ellipsoids as Gaussians of dimension 3. */
export interface Ellipsoids extends GaussianList {
  /** Red, green and blue, n x 3, where the file has them; in [0, 1] by convention. */
  readonly colours?: Matrix;
}

export interface EllipsoidOptions {
  /** Default: by content. */
  readonly format?: "csv" | "json";
  /** CSV: one character between cells, or `" "` for any run of blanks. Default: detected. */
  readonly delimiter?: string;
  /** Refuse, before allocating, what would take more bytes than this. Default 2 GiB (2^31). */
  readonly maxBytes?: number;
}

const centre = ["x", "y", "z"];
const triangle = ["xx", "xy", "xz", "yy", "yz", "zz"];
const channels = ["red", "green", "blue"];

/**
 * Reads ellipsoids. CSV with a header: columns `x y z xx xy xz yy yz zz`, and perhaps `weight` and `red green blue`. JSON: a list of
 * `{ mean, covariance, weight, colour }`, on its own or as the field `ellipsoids` (so every matching problem is one). Without weights each weighs 1 / n.
 *
 * Throws `OtError`: `InvalidValue` (NaN, an indefinite covariance, missing columns), `InvalidShape` (ragged, empty), `NegativeMass`,
 * `CorruptFile`, `OutOfMemory`; each names the line or the entry.
 */
export async function readEllipsoids(source: Source, options: EllipsoidOptions = {}): Promise<Ellipsoids> {
  return withBytes(source, options.maxBytes, async (bytes) => {
    if (bytes.size === 0) throw corrupt(bytes.name, "is empty", 0, "Check what wrote it.");
    const head = new TextDecoder("latin1").decode(await bytes.read(0, Math.min(bytes.size, 64)));
    const format = options.format ?? (/^(\xef\xbb\xbf)?\s*[[{]/.test(head) ? "json" : "csv");
    return format === "json" ? fromJson(bytes, options) : fromCsv(bytes, options);
  });
}

async function fromJson(bytes: Bytes, { maxBytes }: EllipsoidOptions): Promise<Ellipsoids> {
  const whole = await readJson(bytes, maxBytes);
  const list = items(Array.isArray(whole.value) ? whole : field(whole, "ellipsoids"));
  assertFits(bytes.name, list.length * gaussianBytes, maxBytes);
  return { ...mixtureEntries(list, 3), ...coloursOf(list) };
}

function coloursOf(list: readonly Entry[]): { colours?: Matrix } {
  if (list.some((entry) => field(entry, "colour").value === undefined)) return {};
  const data = Float64Array.from(list.flatMap((entry) => [...numbers(field(entry, "colour"), 3)]));
  return { colours: { data, rows: list.length, cols: 3 } };
}

async function fromCsv(bytes: Bytes, options: EllipsoidOptions): Promise<Ellipsoids> {
  const { file, rows, columns, place } = await csvTable(bytes, options, "x,y,z,xx,xy,xz,yy,yz,zz,weight");
  const wanted = (name: string): Float64Array => {
    const column = columns.get(name);
    if (column !== undefined) return column;
    throw new OtError("InvalidValue", `${file} has no column ${name}, but ${[...columns.keys()].join(", ")}.`, {
      argument: file,
      seen: [...columns.keys()],
      cure: `Name the columns ${[...centre, ...triangle].join(", ")}.`,
    });
  };
  const gather = (names: readonly string[]): Float64Array => {
    const found = names.map(wanted);
    return Float64Array.from(
      { length: names.length * rows },
      (_, k) => found[k % names.length][Math.floor(k / names.length)],
    );
  };
  const packed = gather(triangle);
  const covariances = new Float64Array(9 * rows);
  for (let i = 0; i < rows; i++) {
    const [xx, xy, xz, yy, yz, zz] = packed.subarray(6 * i, 6 * i + 6);
    covariances.set([xx, xy, xz, xy, yy, yz, xz, yz, zz], 9 * i);
    assertPositive(covariances.subarray(9 * i, 9 * i + 9), 3, place(i), place(i));
  }
  return {
    kind: "mixture",
    means: { data: gather(centre), rows, cols: 3 },
    covariances,
    weights: checkMasses(columns.get("weight"), rows, file, (row) => ({
      place: `${place(row)}: weight`,
      argument: place(row),
    })),
    ...(columns.has("red") && { colours: { data: gather(channels), rows, cols: 3 } }),
  };
}
