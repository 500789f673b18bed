// COLMAP's cameras.bin and images.bin: little-endian records behind a count of 64 bits.
// Source: COLMAP, "Output format"; counts are compared with the bytes that are there before anything is made of them.
import { lensModels, otherLens, type StoredCamera, type StoredImage } from "./lens.ts";
import { assertReaches, corrupt } from "./limits.ts";

export function binaryCameras(file: Uint8Array, name: string): StoredCamera[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const reach = (end: number, what: string): void => assertReaches({ name, size: file.length }, end, what);
  const count = readCount(view, reach, 0, "its number of cameras ends");
  reach(8 + 48 * count, `its ${count} cameras end, at the least`);
  const cameras: StoredCamera[] = [];
  for (let i = 0, at = 8; i < count; i++) {
    const what = `its camera ${i} ends`;
    reach(at + 24, what);
    const place = `${name}, camera ${view.getUint32(at, true)}`;
    const model = lensModels[view.getInt32(at + 4, true)];
    if (model === undefined) throw otherLens(place, view.getInt32(at + 4, true));
    reach(at + 24 + 8 * model.parameters, what);
    const parameters = Array.from({ length: model.parameters }, (_, k) => view.getFloat64(at + 24 + 8 * k, true));
    cameras.push({
      id: view.getUint32(at, true),
      model: model.name,
      width: Number(view.getBigUint64(at + 8, true)),
      height: Number(view.getBigUint64(at + 16, true)),
      parameters,
      place,
    });
    at += 24 + 8 * model.parameters;
  }
  return cameras;
}

export function binaryImages(file: Uint8Array, name: string): StoredImage[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const reach = (end: number, what: string): void => assertReaches({ name, size: file.length }, end, what);
  const count = readCount(view, reach, 0, "its number of images ends");
  reach(8 + 73 * count, `its ${count} images end, at the least`);
  const images: StoredImage[] = [];
  for (let i = 0, at = 8; i < count; i++) {
    const what = `its image ${i} ends`;
    reach(at + 65, what);
    const pose = Array.from({ length: 7 }, (_, k) => view.getFloat64(at + 4 + 8 * k, true));
    const begin = at + 64;
    const end = file.indexOf(0, begin);
    if (end < 0)
      throw corrupt(name, `is truncated: the name of its image ${i} from byte ${begin} on has no end`, begin);
    const title = new TextDecoder().decode(file.subarray(begin, end));
    const place = `${name}, image ${JSON.stringify(title.slice(0, 100))}`;
    images.push({ camera: view.getUint32(at + 60, true), name: title, pose, place });
    at = end + 9 + 24 * readCount(view, reach, end + 1, what);
    reach(at, what);
  }
  return images;
}

function readCount(view: DataView, reach: (end: number, what: string) => void, at: number, what: string): number {
  reach(at + 8, what);
  return Number(view.getBigUint64(at, true));
}
