// DICOM files made by hand, element by element: group, element, type, length, value.
import { joined, numbers, text } from "./files.ts";

export type Value = string | Uint8Array | { readonly us: number } | { readonly ss: number };

export interface DicomParts {
  readonly syntax?: string;
  /** By tag, as "0028,0010". Pixels are "7fe0,0010". */
  readonly elements: Readonly<Record<string, Value>>;
  /** Fragments of compressed pixels in place of "7fe0,0010". */
  readonly fragments?: readonly Uint8Array[];
}

export const syntaxes = {
  implicit: "1.2.840.10008.1.2",
  explicit: "1.2.840.10008.1.2.1",
  bigEndian: "1.2.840.10008.1.2.2",
  jpeg: "1.2.840.10008.1.2.4.50",
  video: "1.2.840.10008.1.2.4.102",
} as const;

const kinds: Readonly<Record<string, string>> = {
  "0002,0010": "UI",
  "0028,0004": "CS",
  "0028,0008": "IS",
  "0028,1050": "DS",
  "0028,1051": "DS",
  "0028,1052": "DS",
  "0028,1053": "DS",
  "0028,1056": "LO",
  "0028,3000": "SQ",
  "7fe0,0010": "OW",
};

function element(tag: string, value: Value, explicit: boolean, little: boolean): Uint8Array {
  const [group, number] = tag.split(",").map((part) => Number.parseInt(part, 16));
  const kind = kinds[tag] ?? (typeof value === "object" && "ss" in value ? "SS" : "US");
  const padding = kind === "UI" ? "\0" : " ";
  const bytes =
    typeof value === "string"
      ? text(value.length % 2 === 0 ? value : value + padding)
      : value instanceof Uint8Array
        ? joined(value, value.length % 2 === 0 ? [] : [0])
        : "us" in value
          ? numbers([value.us], "u2", little)
          : numbers([value.ss], "i2", little);
  const head = numbers([group, number], "u2", little);
  if (!explicit) return joined(head, numbers([bytes.length], "u4", little), bytes);
  if (kind === "OW" || kind === "SQ") return joined(head, kind, [0, 0], numbers([bytes.length], "u4", little), bytes);
  return joined(head, kind, numbers([bytes.length], "u2", little), bytes);
}

export function dicomFile({ syntax = syntaxes.explicit, elements, fragments }: DicomParts): Uint8Array {
  const explicit = syntax !== syntaxes.implicit;
  const little = syntax !== syntaxes.bigEndian;
  const body = Object.entries(elements)
    .sort(([p], [q]) => (p < q ? -1 : 1))
    .map(([tag, value]) => element(tag, value, explicit, little));
  const item = (bytes: Uint8Array): Uint8Array =>
    joined(numbers([0xfffe, 0xe000], "u2", true), numbers([bytes.length], "u4", true), bytes);
  const pixels =
    fragments === undefined
      ? []
      : [
          joined(numbers([0x7fe0, 0x10], "u2", true), "OB", [0, 0, 255, 255, 255, 255]),
          item(new Uint8Array(0)),
          ...fragments.map((bytes) => item(joined(bytes, bytes.length % 2 === 0 ? [] : [0]))),
          joined(numbers([0xfffe, 0xe0dd], "u2", true), [0, 0, 0, 0]),
        ];
  const meta = element("0002,0010", syntax, true, true);
  const length = joined(
    numbers([2, 0], "u2", true),
    "UL",
    numbers([4], "u2", true),
    numbers([meta.length], "u4", true),
  );
  return joined(new Uint8Array(128), "DICM", length, meta, ...body, ...pixels);
}

/** The elements of a grey image. */
export function grey(
  [height, width]: readonly [number, number],
  values: readonly number[],
  more: Readonly<Record<string, Value>> = {},
  little = true,
): Record<string, Value> {
  return {
    "0028,0002": { us: 1 },
    "0028,0004": "MONOCHROME2",
    "0028,0010": { us: height },
    "0028,0011": { us: width },
    "0028,0100": { us: 16 },
    "0028,0101": { us: 12 },
    "0028,0102": { us: 11 },
    "0028,0103": { us: 0 },
    "7fe0,0010": numbers(values, "i2", little),
    ...more,
  };
}
