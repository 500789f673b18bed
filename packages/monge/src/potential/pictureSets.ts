// Collections of pictures that share none, so that what a map is judged by, or aims at, is nothing that it started from.
// Pictures are the same if all their samples are; found by FNV-1a over their bits, then compared.
import { OtError } from "../errors/otError.ts";
import { random } from "../linalg/random.ts";
import type { Picture } from "./picture.ts";

/**
 * Parts of a collection that share no picture, by shares of its size (what the shares leave over goes to none). The order is a
 * seeded shuffle. Throws `InvalidValue` for shares that are not positive or exceed 1, or a part that would be empty.
 */
export function splitPictures<T>(list: readonly T[], shares: readonly number[], seed = 0): T[][] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (!(total <= 1 + 1e-9) || !shares.every((share) => share > 0)) {
    throw new OtError("InvalidValue", `The shares ${shares.join(", ")} do not divide a collection.`, {
      argument: "shares",
      seen: [...shares],
      cure: "Use positive numbers that sum to 1 at most.",
    });
  }
  const order = Array.from(list);
  const draw = random(seed);
  for (let k = order.length - 1; k > 0; k--) {
    const other = draw.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  let end = 0;
  return shares.map((share, part) => {
    const begin = Math.round(end * list.length);
    end += share;
    const found = order.slice(begin, Math.round(end * list.length));
    if (found.length > 0) return found;
    throw new OtError("InvalidValue", `Part ${part} of ${list.length} pictures is empty.`, {
      argument: "pictures",
      seen: list.length,
      cure: "Pass more pictures.",
    });
  });
}

/** Throws `InvalidValue` if a picture, sample for sample, is on both sides. */
export function requireDisjoint(source: readonly Picture[], target: readonly Picture[]): void {
  const known = twinFinder();
  for (const picture of source) known(picture);
  const own = twinFinder();
  target.forEach((picture, k) => {
    // A twin among the targets themselves is none of ours.
    if (own(picture) !== null) return;
    const twin = known(picture);
    if (twin === null) return;
    throw new OtError(
      "InvalidValue",
      `${picture.name ?? `Target picture ${k}`} is also among the source's${twin.name === undefined ? "" : `: ${twin.name}`}.`,
      {
        argument: "target",
        seen: k,
        cure: "Keep every picture on one side only: a map must not start from what it aims at.",
      },
    );
  });
}

/** Each picture once, the first of twins. */
export function distinctPictures(list: readonly Picture[]): Picture[] {
  const known = twinFinder();
  return list.filter((picture) => known(picture) === null);
}

/** Remembers what it is shown, and returns the twin that it was shown before. */
function twinFinder(): (picture: Picture) => Picture | null {
  const known = new Map<number, Picture[]>();
  return (picture) => {
    const key = fingerprint(picture.data);
    const others = known.get(key) ?? [];
    const twin = others.find(({ data }) => isSame(data, picture.data));
    if (twin !== undefined) return twin;
    known.set(key, [...others, picture]);
    return null;
  };
}

function isSame(left: Float32Array, right: Float32Array): boolean {
  return left.length === right.length && left.every((value, k) => value === right[k]);
}

function fingerprint(data: Float32Array): number {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  let hash = 0x811c9dc5;
  for (let k = 0; k < bits.length; k++) hash = Math.imul(hash ^ bits[k], 0x01000193);
  return hash;
}
