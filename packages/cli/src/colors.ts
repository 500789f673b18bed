// monge colors: an image in the colours of another.
import { encodePicture, readPicture, writeFileAtomic } from "@monge/io";
import { type ColorMethod, type ColorSpace, colorTransfer } from "monge/image";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { answer, checkOut, type OutputOptions, shown } from "./pictureOutput.ts";
import { count, percent, plainSpaces, shortNumber } from "./plot/number.ts";

/** The options of `monge colors`, as the parser returns them. */
interface ColorsOptions extends OutputOptions {
  readonly method?: ColorMethod;
  readonly colors?: number;
  readonly space?: ColorSpace;
  readonly amount?: number;
  readonly strength?: number;
  readonly neighbours?: number;
  readonly guided?: boolean;
  readonly seed?: number;
}

/** Runs the command. */
export async function colorsCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as ColorsOptions;
  const [sourcePath, referencePath] = args as [string, string];
  const { out, force, method, colors, space, amount, strength, neighbours, guided, seed } = options;
  if (out === undefined) throw new UsageError("--out is missing.", "Say where the picture goes: -o OUT.png.");
  await checkOut(options, /\.png$/i, ".png");
  const source = await readPicture(sourcePath);
  const reference = await readPicture(referencePath);
  const result = await shown(options, (signal, onProgress) =>
    colorTransfer.async(source, reference, {
      method,
      colors,
      space,
      amount,
      strength,
      neighbours,
      guided,
      seed,
      signal,
      onProgress,
    }),
  );
  const { picture, value, distance, gradients, elapsedMs } = result;
  await writeFileAtomic(out, await encodePicture(picture as Parameters<typeof encodePicture>[0]), { force });
  const fall = distance.before > 0 ? 1 - distance.after / distance.before : 0;
  answer(
    options,
    {
      method: result.method,
      space: result.source.space,
      colors: [result.source.weights.length, result.reference.weights.length],
      value,
      distance,
      fall,
      gradients,
      width: picture.width,
      height: picture.height,
      out,
      elapsedMs,
    },
    null,
    [
      [
        "picture",
        plainSpaces(`${out}, ${count(picture.width)} × ${count(picture.height)}, ${picture.max > 255 ? 16 : 8} bits`),
      ],
      [
        "palettes",
        `${count(result.source.weights.length)} and ${count(result.reference.weights.length)} colors, ${result.method} in ${result.source.space}`,
      ],
      [
        "distance",
        `${shortNumber(Math.sqrt(distance.before), 4)} before, ${shortNumber(Math.sqrt(distance.after), 4)} after: W2^2 fell by ${percent(Math.max(0, fall))}`,
      ],
      [
        "gradients",
        `mean ${shortNumber(gradients.before, 3)} before, ${shortNumber(gradients.after, 3)} after, ${shortNumber(gradients.expected, 3)} by contrast alone; new edges ${percent(gradients.newEdges)}`,
      ],
      [
        "time",
        `${shortNumber(elapsedMs.plan, 3)} ms palettes and plan, ${shortNumber(elapsedMs.table, 3)} ms table, ${shortNumber(elapsedMs.pixels, 3)} ms pixels`,
      ],
    ],
  );
  return exitCode.ok;
}
