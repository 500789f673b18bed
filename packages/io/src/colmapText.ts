// COLMAP's cameras.txt and images.txt: one camera a line, two lines an image, # before comments.
// Source: COLMAP, "Output format".

import { parseNumber } from "./decimal.ts";
import { lensModels, otherLens, type StoredCamera, type StoredImage } from "./lens.ts";
import { corrupt } from "./limits.ts";

export function textCameras(text: string, name: string): StoredCamera[] {
  const cameras: StoredCamera[] = [];
  text.split(/\r\n|\n|\r/).forEach((line, k) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === "" || words[0].startsWith("#")) return;
    const place = `${name}, line ${k + 1}`;
    const model = lensModels.find((known) => known.name === words[1]);
    if (words.length < 5)
      throw corrupt(place, `has ${words.length} words, and a camera has 5 at the least`, words.length);
    if (model === undefined) throw otherLens(place, words[1].slice(0, 40));
    if (words.length !== 4 + model.parameters)
      throw corrupt(
        place,
        `has ${words.length - 4} parameters, and ${model.name} has ${model.parameters}`,
        words.length - 4,
      );
    const [width, height, ...parameters] = words.slice(2).map((word) => number(word, place));
    cameras.push({ id: integer(words[0], place), model: model.name, width, height, parameters, place });
  });
  return cameras;
}

export function textImages(text: string, name: string): StoredImage[] {
  const images: StoredImage[] = [];
  // The line behind an image lists its points and may be empty: only comments and blanks in front of an image are passed over.
  let points = false;
  text.split(/\r\n|\n|\r/).forEach((line, k) => {
    const words = line.trim().split(/\s+/);
    if (points) {
      // x y and the number of a point, again and again: another image here would be lost.
      if (words[0] !== "" && !(words.length % 3 === 0 && /^-?\d+$/.test(words[words.length - 1])))
        throw corrupt(`${name}, line ${k + 1}`, "lists no points of the image in front of it", words.length);
      points = false;
      return;
    }
    if (words[0] === "" || words[0].startsWith("#")) return;
    const place = `${name}, line ${k + 1}`;
    if (words.length < 10) throw corrupt(place, `has ${words.length} words, and an image has 10`, words.length);
    integer(words[0], place);
    // A name may contain blanks.
    const title = /^\s*(?:\S+\s+){9}(.*\S)\s*$/.exec(line)?.[1] ?? words[9];
    const pose = words.slice(1, 8).map((word) => number(word, place));
    images.push({ camera: integer(words[8], place), name: title, pose, place });
    points = true;
  });
  return images;
}

function number(word: string, place: string): number {
  const value = parseNumber(word);
  if (value !== undefined) return value;
  throw corrupt(place, `holds ${JSON.stringify(word.slice(0, 40))}, not a number`, word);
}

function integer(word: string, place: string): number {
  if (/^\d{1,15}$/.test(word)) return Number(word);
  throw corrupt(place, `begins with ${JSON.stringify(word.slice(0, 40))}, not the number of an entry`, word);
}
