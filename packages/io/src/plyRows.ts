// The rows of one PLY element, ascii or binary; elements in front of it are walked over, since lists have no fixed size.
import { type Scalar, scalarSize } from "./byteOrder.ts";
import type { Bytes } from "./bytes.ts";
import { parseNumber } from "./decimal.ts";
import { corrupt } from "./limits.ts";
import { isFixed, rowSize } from "./plyElement.ts";
import type { PlyElement, PlyHeader } from "./plyHeader.ts";
import { decodeText } from "./text.ts";

/** Properties `wanted` (none of them a list) of each row of `element`, row-major, as doubles. */
export async function readPlyRows(
  bytes: Bytes,
  header: PlyHeader,
  element: PlyElement,
  wanted: readonly number[],
): Promise<Float64Array> {
  const before = header.elements.slice(0, header.elements.indexOf(element));
  const body = await bytes.read(header.begin, bytes.size);
  return header.encoding === "ascii"
    ? asciiRows(decodeText(body, bytes.name), bytes.name, header, before, element, wanted)
    : binaryRows(body, bytes.name, header.encoding === "little", before, element, wanted);
}

/** Throws `CorruptFile` if the file cannot hold as many rows as its header promises. */
export function checkPromise(bytes: Bytes, header: PlyHeader, element: PlyElement): void {
  const room = bytes.size - header.begin;
  let least = 0;
  for (const each of header.elements) {
    least += each.count * leastSize(each, header);
    if (each === element) break;
  }
  // The last number of an ascii file needs no line end.
  if (least <= room + (header.encoding === "ascii" ? 1 : 0)) return;
  const promise = `its header promises ${element.count} vertices from byte ${header.begin} on`;
  throw corrupt(bytes.name, `is truncated: it ends at byte ${bytes.size}, and ${promise}`, bytes.size);
}

/** Bytes of one row at least: empty lists, one-digit numbers. */
function leastSize({ properties }: PlyElement, { encoding }: PlyHeader): number {
  if (encoding === "ascii") return 2 * properties.length;
  return properties.reduce((sum, { type, length }) => sum + scalarSize[length ?? type], 0);
}

function asciiRows(
  text: string,
  name: string,
  header: PlyHeader,
  before: readonly PlyElement[],
  element: PlyElement,
  wanted: readonly number[],
): Float64Array {
  const lines = text.split(/\r\n|\n|\r/);
  let at = 0;
  const next = (): string[] => {
    while (at < lines.length && lines[at].trim() === "") at++;
    if (at >= lines.length)
      throw corrupt(name, `is truncated: it ends at line ${header.lines + at}, before its last vertex`, at);
    return lines[at++].trim().split(/\s+/);
  };
  for (const each of before) if (each.properties.length > 0) for (let i = 0; i < each.count; i++) next();
  const out = new Float64Array(element.count * wanted.length);
  const fixed = isFixed(element);
  for (let i = 0, k = 0; i < element.count; i++) {
    const words = next();
    const place = `${name}, line ${header.lines + at}`;
    const where = fixed ? wanted : positions(element, words, wanted);
    if (fixed && words.length !== element.properties.length) {
      throw corrupt(place, `has ${words.length} numbers, not ${element.properties.length}`, words.length);
    }
    for (const position of where) {
      const value = parseNumber(words[position] ?? "");
      if (value === undefined)
        throw corrupt(place, `holds ${JSON.stringify(words[position]?.slice(0, 40))}, not a number`, words[position]);
      out[k++] = value;
    }
  }
  return out;
}

/** Where the wanted properties stand among the words of a line with lists. */
function positions(element: PlyElement, words: readonly string[], wanted: readonly number[]): number[] {
  const begins: number[] = [];
  let at = 0;
  for (const property of element.properties) {
    begins.push(at);
    const length = property.length === undefined ? 0 : Number(words[at]);
    at += 1 + (length >= 0 && length < words.length ? length : words.length);
  }
  return wanted.map((k) => begins[k]);
}

/** One stored number at byte `at`. */
export type Get = (view: DataView, at: number, little: boolean) => number;

export const getters: Readonly<Record<Scalar, Get>> = {
  bool: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at, little) => view.getInt16(at, little),
  uint16: (view, at, little) => view.getUint16(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
  float16: () => Number.NaN,
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
};

function binaryRows(
  body: Uint8Array,
  name: string,
  little: boolean,
  before: readonly PlyElement[],
  element: PlyElement,
  wanted: readonly number[],
): Float64Array {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const short = (): Error =>
    corrupt(name, `is truncated: it ends before the last of its ${element.count} vertices`, body.length);
  /** Begin of each property of the row at `at`; returns the end of the row. */
  const walk = (each: PlyElement, at: number, begins?: number[]): number => {
    each.properties.forEach((property, k) => {
      if (begins !== undefined) begins[k] = at;
      if (property.length === undefined) at += scalarSize[property.type];
      else {
        if (at + scalarSize[property.length] > body.length) throw short();
        const length = getters[property.length](view, at, little);
        if (length < 0) throw corrupt(name, `has a list of ${length} numbers`, length);
        at += scalarSize[property.length] + length * scalarSize[property.type];
      }
    });
    if (at > body.length) throw short();
    return at;
  };
  let at = 0;
  for (const each of before) {
    if (isFixed(each)) at += each.count * rowSize(each);
    else for (let i = 0; i < each.count; i++) at = walk(each, at);
  }
  const out = new Float64Array(element.count * wanted.length);
  const begins: number[] = [];
  for (let i = 0, k = 0; i < element.count; i++) {
    at = walk(element, at, begins);
    for (const property of wanted)
      out[k++] = getters[element.properties[property].type](view, begins[property], little);
  }
  return out;
}
