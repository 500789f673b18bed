// Point clouds of PLY files: the coordinates and masses of the element `vertex`, ascii or binary of either byte order.
// Ours: the readers on npm are parts of three.js or loaders.gl, and trust the counts of the header.
import type { Bytes } from "./bytes.ts";
import { chooseColumns } from "./columns.ts";
import { assertFits, unsupported } from "./limits.ts";
import type { ParseOptions } from "./options.ts";
import { type PlyElement, type PlyHeader, type PlyProperty, readPlyHeader } from "./plyHeader.ts";
import { checkPromise, readPlyRows } from "./plyRows.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export const plyReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    const header = await readPlyHeader(bytes);
    const vertex = findVertex(header, bytes, options);
    const names = vertex.properties.map((property) => property.name);
    const { coordinates, weights } = choose(vertex, bytes.name, options);
    const wanted = weights < 0 ? coordinates : [...coordinates, weights];
    assertFits(bytes.name, bytes.size - header.begin + vertex.count * wanted.length * 16, options.maxBytes);
    const rows = await readPlyRows(bytes, header, vertex, wanted);
    const d = coordinates.length;
    const single = header.encoding !== "ascii" && coordinates.every((k) => vertex.properties[k].type === "float32");
    const data = single ? new Float32Array(vertex.count * d) : new Float64Array(vertex.count * d);
    const masses = new Float64Array(weights < 0 ? 0 : vertex.count);
    for (let i = 0, k = 0; i < vertex.count; i++) {
      for (let axis = 0; axis < d; axis++) data[i * d + axis] = rows[k++];
      if (weights >= 0) masses[i] = rows[k++];
    }
    return {
      data,
      shape: [vertex.count, d],
      dtype: dtypeOf(vertex, coordinates),
      nature: "points",
      columns: coordinates.map((k) => names[k]),
      ...(weights >= 0 && { weights: { name: names[weights], data: masses } }),
      place: (row) => `${bytes.name}, vertex ${row}`,
    };
  },
  async peek(bytes: Bytes, options: ParseOptions): Promise<Peek> {
    const header = await readPlyHeader(bytes);
    const vertex = findVertex(header, bytes, options);
    const { coordinates, weights } = choose(vertex, bytes.name, options);
    return {
      kind: "points",
      shape: [vertex.count, coordinates.length],
      dtype: dtypeOf(vertex, coordinates),
      columns: coordinates.map((k) => vertex.properties[k].name),
      weights: weights < 0 ? null : vertex.properties[weights].name,
    };
  },
};

/** The element that holds the points, after a check of its count against the size of the file. */
function findVertex(header: PlyHeader, bytes: Bytes, options: ParseOptions): PlyElement {
  const vertex = header.elements.find((element) => element.name === "vertex");
  if (vertex === undefined)
    throw unsupported(
      bytes.name,
      "has no element vertex",
      header.elements.map((e) => e.name),
      "Store the points as vertices.",
    );
  checkPromise(bytes, header, vertex);
  const names = new Set(vertex.properties.map((property) => property.name));
  if (options.as === undefined && ["f_dc_0", "opacity", "scale_0", "rot_0"].every((name) => names.has(name))) {
    throw unsupported(
      bytes.name,
      "holds Gaussian splats, which are no points",
      "f_dc_0",
      'Read them with readScene, or set as: "points" to read their centres alone.',
    );
  }
  return vertex;
}

function choose(vertex: PlyElement, file: string, options: ParseOptions): ReturnType<typeof chooseColumns> {
  const names = vertex.properties.map((property) => property.name);
  if (options.columns === undefined && !names.some((name) => ["x", "y", "z"].includes(name))) {
    throw unsupported(file, "has vertices without x, y and z", names, "Name the properties to use in options.columns.");
  }
  const choice = chooseColumns(names, options, file, ["x", "y", "z"]);
  const list = [...choice.coordinates, choice.weights]
    .map((k): PlyProperty | undefined => vertex.properties[k])
    .find((p) => p?.length);
  if (list !== undefined)
    throw unsupported(file, `stores ${list.name} as a list`, list.name, "Use properties of one number.");
  return choice;
}

function dtypeOf(vertex: PlyElement, coordinates: readonly number[]): string {
  return [...new Set(coordinates.map((k) => vertex.properties[k].type))].join(", ");
}
