// How the rows of a PLY element lie in a binary file.
import { scalarSize } from "./byteOrder.ts";
import type { PlyElement } from "./plyHeader.ts";

/** Whether all rows take as many bytes: no lists. */
export function isFixed(element: PlyElement): boolean {
  return element.properties.every((property) => property.length === undefined);
}

/** Bytes of a row without lists; `offsets` receives where each property begins. */
export function rowSize(element: PlyElement, offsets: number[] = []): number {
  let size = 0;
  for (const property of element.properties) {
    offsets.push(size);
    size += scalarSize[property.type];
  }
  return size;
}
