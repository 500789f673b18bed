// NumPy archives: a ZIP of .npy arrays, as numpy.savez and savez_compressed write them; unpacked by fflate.
// DEFLATE cannot expand beyond 1032:1, so a larger promise is refused before anything is allocated.
import { OtError } from "monge";
import { type Bytes, memory, readAll } from "./bytes.ts";
import { isWeightName } from "./columns.ts";
import type { NamedArray } from "./description.ts";
import { assertFits, corrupt } from "./limits.ts";
import { readNpy, readNpyHeader } from "./npy.ts";
import type { ParseOptions } from "./options.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export const npzReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    const archive = await readAll(bytes, options.maxBytes);
    const { points, weights } = choose(await unpack(archive, bytes.name, () => false, options), bytes.name, options);
    const arrays = await unpack(archive, bytes.name, (name) => name === points || name === weights, options);
    const load = (name: string): Promise<Table> =>
      readNpy(memory(`${bytes.name}, ${name}`, arrays[name]), options.maxBytes);
    const table = await load(points);
    return weights === undefined ? table : { ...table, weights: { name: weights, data: (await load(weights)).data } };
  },
  async peek(bytes: Bytes, options: ParseOptions): Promise<Peek> {
    const arrays = await unpack(await readAll(bytes, options.maxBytes), bytes.name, () => true, options);
    const { points, weights } = choose(arrays, bytes.name, options);
    const entries: NamedArray[] = [];
    for (const name of Object.keys(arrays)) {
      const { shape, dtype } = await readNpyHeader(memory(`${bytes.name}, ${name}`, arrays[name]));
      entries.push({ name, shape, dtype });
    }
    const { shape, dtype } = entries.find((entry) => entry.name === points) as NamedArray;
    return { kind: shape.length > 2 ? "grid" : "points", shape, dtype, weights: weights ?? null, entries };
  },
};

/** Arrays by name without `.npy`; those that are not `wanted` map to no bytes. */
async function unpack(
  archive: Uint8Array,
  file: string,
  wanted: (name: string) => boolean,
  options: ParseOptions,
): Promise<Record<string, Uint8Array>> {
  const { unzipSync } = await import("fflate");
  const arrays: Record<string, Uint8Array> = Object.create(null);
  let total = archive.length;
  const admit = (entry: { name: string; size: number; originalSize: number }): boolean => {
    if (!entry.name.endsWith(".npy")) return false;
    const name = entry.name.slice(0, -4);
    arrays[name] = new Uint8Array(0);
    if (!wanted(name)) return false;
    total += entry.originalSize;
    if (entry.originalSize > entry.size * 1032 + 64 || entry.size > archive.length) {
      throw corrupt(file, `is broken: ${entry.name} cannot unpack to ${entry.originalSize} bytes`, entry.originalSize);
    }
    assertFits(file, total, options.maxBytes);
    return true;
  };
  try {
    const unpacked = unzipSync(archive, { filter: admit });
    for (const name of Object.keys(unpacked)) arrays[name.slice(0, -4)] = unpacked[name];
    return arrays;
  } catch (error) {
    if (error instanceof OtError) throw error;
    throw corrupt(file, "is no intact ZIP archive", archive.length, undefined, error);
  }
}

const pointNames = ["points", "x", "positions", "xyz", "data", "arr_0"];

function choose(
  arrays: Record<string, Uint8Array>,
  file: string,
  options: ParseOptions,
): { points: string; weights: string | undefined } {
  const names = Object.keys(arrays);
  const weights =
    options.allColumns || options.weights === false ? undefined : (options.weights ?? names.find(isWeightName));
  const others = names.filter((name) => options.allColumns || !(name === weights || isWeightName(name)));
  const points =
    options.entry ??
    pointNames.map((known) => others.find((name) => name.toLowerCase() === known)).find((name) => name !== undefined) ??
    (others.length === 1 ? others[0] : undefined);
  if (points !== undefined && names.includes(points) && (weights === undefined || names.includes(weights))) {
    return { points, weights: weights === points ? undefined : weights };
  }
  const absent = points !== undefined && !names.includes(points) ? points : weights;
  const unknown = absent !== undefined && !names.includes(absent);
  throw new OtError(
    "InvalidValue",
    unknown
      ? `${file} has no array ${absent}.`
      : `${file} holds ${names.length} arrays and does not say which are points.`,
    {
      argument: unknown && absent === options.weights ? "options.weights" : "options.entry",
      seen: absent,
      cure: names.length === 0 ? "Save arrays with numpy.savez." : `Name one of ${names.join(", ")}.`,
    },
  );
}
