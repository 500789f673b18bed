// monge morph: frames between two images, as files in a folder or one animated PNG.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  assertWritable,
  type ColorPicture,
  encodeAnimation,
  encodePicture,
  readPicture,
  writeFileAtomic,
} from "@monge/io";
import { type MorphOptions, morph } from "monge/image";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { answer, type OutputOptions, shown } from "./pictureOutput.ts";
import { count, shortNumber } from "./plot/number.ts";

/** The options of `monge morph`, as the parser returns them. */
interface MorphCommandOptions extends OutputOptions {
  readonly frames?: number;
  readonly method?: MorphOptions["method"];
  readonly size?: number;
  readonly invert?: boolean;
  readonly epsilon?: number;
  readonly reach?: number;
  readonly delay?: number;
}

/** Runs the command. */
export async function morphCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as MorphCommandOptions;
  const [sourcePath, targetPath] = args as [string, string];
  const { out, force, frames: wanted, method, size, invert, epsilon, reach, delay } = options;
  if (out === undefined)
    throw new UsageError("--out is missing.", "Say where the frames go: -o FOLDER, or -o MORPH.png.");
  const animated = /\.png$/i.test(out);
  if (animated) await assertWritable(out, { force });
  else if (/\.\w{2,4}$/.test(out))
    throw new UsageError(`--out ${out} is neither a folder nor a .png file.`, "Choose another name.");
  const source = await readPicture(sourcePath);
  const target = await readPicture(targetPath);
  const result = await shown(options, (signal, onProgress) =>
    morph.async(source, target, { frames: wanted, method, size, invert, epsilon, reach, signal, onProgress }),
  );
  const frames = result.frames as readonly ColorPicture[];
  if (animated) await writeFileAtomic(out, await encodeAnimation(frames, { delayMs: delay }), { force });
  else {
    await mkdir(out, { recursive: true });
    const digits = Math.max(3, String(frames.length).length);
    const names = frames.map((_, k) => join(out, `frame-${String(k + 1).padStart(digits, "0")}.png`));
    for (const name of names) await assertWritable(name, { force });
    for (const [k, frame] of frames.entries()) await writeFileAtomic(names[k], await encodePicture(frame), { force });
  }
  const { width, height } = frames[0];
  const { value, light } = result;
  const root = value === null ? null : Math.sqrt(Math.max(0, value));
  answer(
    options,
    {
      method: result.method,
      frames: frames.length,
      width,
      height,
      value,
      distance: root,
      light: Array.from(light),
      out,
    },
    null,
    [
      ["frames", `${count(frames.length)} of ${width} × ${height} in ${out}`],
      ["method", result.method],
      ...(root === null
        ? []
        : [["distance", `${shortNumber(root, 5)} pixels: the root mean square way of the light`] as const]),
    ],
  );
  return exitCode.ok;
}
