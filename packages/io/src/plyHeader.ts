// The header of a PLY file: its encoding and its elements with their properties.
// Source: Greg Turk, "The PLY polygon file format", 1994.
import type { Scalar } from "./byteOrder.ts";
import type { Bytes } from "./bytes.ts";
import { corrupt, unsupported } from "./limits.ts";

export interface PlyProperty {
  readonly name: string;
  readonly type: Scalar;
  /** Type of the length in front of a list; absent for a single number. */
  readonly length?: Scalar;
}

export interface PlyElement {
  readonly name: string;
  readonly count: number;
  readonly properties: PlyProperty[];
}

export interface PlyHeader {
  readonly encoding: "ascii" | "little" | "big";
  readonly elements: readonly PlyElement[];
  /** Where the first element begins, in bytes and in lines. */
  readonly begin: number;
  readonly lines: number;
}

/** Headers are read in growing pieces: most end within the first. */
const pieces = [1 << 12, 1 << 15, 1 << 18];

export async function readPlyHeader(bytes: Bytes): Promise<PlyHeader> {
  let text = "";
  let end: RegExpExecArray | null = null;
  for (const piece of pieces) {
    text = new TextDecoder("latin1").decode(await bytes.read(0, Math.min(bytes.size, piece)));
    end = /(^|[\r\n])end_header[ \t]*(\r\n|\n|\r)/.exec(text);
    if (end !== null || text.length >= bytes.size) break;
  }
  if (!/^ply[ \t]*[\r\n]/.test(text)) throw corrupt(bytes.name, "does not begin like a PLY file", text.slice(0, 8));
  if (end === null) throw corrupt(bytes.name, `has no end_header line up to byte ${text.length}`, bytes.size);
  const begin = end.index + end[0].length;
  const lines = text
    .slice(0, begin)
    .trimEnd()
    .split(/\r\n|\n|\r/);
  let encoding: PlyHeader["encoding"] | undefined;
  const elements: PlyElement[] = [];
  lines.slice(1, -1).forEach((line, k) => {
    const words = line.trim().split(/\s+/);
    const place = `${bytes.name}, line ${k + 2}`;
    if (words[0] === "format") encoding = encodings[words[1]];
    else if (words[0] === "element") elements.push(element(words, place));
    else if (words[0] === "property") property(words, elements.at(-1), place);
    else if (words[0] !== "comment" && words[0] !== "obj_info" && line.trim() !== "") {
      throw corrupt(
        place,
        `reads ${JSON.stringify(line.slice(0, 60))}, which no PLY header contains`,
        line.slice(0, 60),
      );
    }
  });
  if (encoding === undefined) {
    throw unsupported(
      bytes.name,
      "states none of the PLY encodings",
      text.slice(0, 60),
      "Use ascii, binary_little_endian or binary_big_endian.",
    );
  }
  return { encoding, elements, begin, lines: lines.length };
}

const encodings: Readonly<Record<string, PlyHeader["encoding"] | undefined>> = {
  ascii: "ascii",
  binary_little_endian: "little",
  binary_big_endian: "big",
};

const types: Readonly<Record<string, Scalar | undefined>> = {
  char: "int8",
  int8: "int8",
  uchar: "uint8",
  uint8: "uint8",
  short: "int16",
  int16: "int16",
  ushort: "uint16",
  uint16: "uint16",
  int: "int32",
  int32: "int32",
  uint: "uint32",
  uint32: "uint32",
  float: "float32",
  float32: "float32",
  double: "float64",
  float64: "float64",
};

function element(words: readonly string[], place: string): PlyElement {
  const count = Number(words[2]);
  if (words.length === 3 && /^\d+$/.test(words[2]) && Number.isSafeInteger(count))
    return { name: words[1], count, properties: [] };
  throw corrupt(place, "declares an element without a name and a count", words.join(" "));
}

function property(words: readonly string[], owner: PlyElement | undefined, place: string): void {
  const list = words[1] === "list";
  const name = words[list ? 4 : 2];
  const type = own(list ? words[3] : words[1]);
  const length = list ? own(words[2]) : undefined;
  const legal = owner !== undefined && name !== undefined && type !== undefined && words.length === (list ? 5 : 3);
  if (!legal || (list && (length === undefined || length.startsWith("float")))) {
    throw corrupt(
      place,
      `declares a property that is none: ${JSON.stringify(words.join(" ").slice(0, 60))}`,
      words.join(" ").slice(0, 60),
    );
  }
  if (owner.properties.length >= 4096)
    throw corrupt(place, "declares more than 4096 properties", owner.properties.length);
  owner.properties.push(length === undefined ? { name, type } : { name, type, length });
}

function own(type: string): Scalar | undefined {
  return Object.hasOwn(types, type ?? "") ? types[type] : undefined;
}
