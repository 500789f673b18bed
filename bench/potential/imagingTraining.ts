// Trains the maps of the imaging experiments, and the regularizer's critics; what is trained is kept in bench/.cache, and what was killed goes on.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import {
  type Critic,
  criticFromBytes,
  type PictureModel,
  type PictureTask,
  pictureModel,
  pictureModelFromBytes,
  pictureNet,
  trainCritic,
  type W1Map,
  w1Map,
} from "monge/potential";
import type { ImagingCase } from "./imagingCases.ts";
import { cache } from "./imagingSides.ts";

mkdirSync(cache, { recursive: true });

/** CPU seconds of this process so far. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Keeps the bytes of a training under way; CPU seconds are kept beside them. */
function stateFile(name: string) {
  const path = `${cache}/${name}`;
  const begin = cpu();
  const spent = existsSync(`${path}.seconds`) ? Number(readFileSync(`${path}.seconds`, "utf8")) : 0;
  return {
    resume: existsSync(path) ? new Uint8Array(readFileSync(path)) : null,
    seconds: (): number => spent + cpu() - begin,
    save: (bytes: Uint8Array): void => {
      writeFileSync(path, bytes);
      writeFileSync(`${path}.seconds`, String(spent + cpu() - begin));
    },
    drop: (): void => {
      for (const file of [path, `${path}.seconds`]) rmSync(file, { force: true });
    },
  };
}

/** What is trained under this name, and the CPU seconds that it took: from bench/.cache, or by `train`, which goes on from a state that a kill left. */
function kept<T extends { toBytes(): Uint8Array }>(
  name: string,
  fromBytes: (bytes: Uint8Array) => T,
  train: (state: ReturnType<typeof stateFile>) => T,
): { made: T; seconds: number } {
  const done = `${cache}/${name}`;
  if (existsSync(done))
    return {
      made: fromBytes(new Uint8Array(readFileSync(done))),
      seconds: Number(readFileSync(`${done}.seconds`, "utf8")),
    };
  const state = stateFile(`${name}.state`);
  const made = train(state);
  const seconds = state.seconds();
  writeFileSync(done, made.toBytes());
  writeFileSync(`${done}.seconds`, String(seconds));
  state.drop();
  return { made, seconds };
}

/** The map of a case; without `validate`, all critics. */
export function trainedModel(
  each: ImagingCase,
  task: PictureTask,
  seed: number,
  validate?: (map: W1Map) => number,
): { model: PictureModel; seconds: number } {
  const { critics, steps, firstSteps, batch, theta, penalty, learningRate, poolPoints, widths, units, noise, blur } =
    each;
  const { made, seconds } = kept(`${each.name}-${seed}.w1`, pictureModelFromBytes, (state) => {
    let said = 0;
    const map = w1Map(task.source, task.target, {
      net: pictureNet(task.shape, { widths, units }),
      ...{ critics, steps, firstSteps, batch, theta, penalty, learningRate, poolPoints, seed },
      evaluationPoints: 512,
      ...(validate !== undefined && { validate, patience: 2 }),
      checkpoint: { every: 100, save: state.save },
      ...(state.resume !== null && { resume: state.resume }),
      onProgress({ curve, iteration }) {
        if (curve.length === said) return;
        said = curve.length;
        console.log(
          `  critic ${said}, step ${iteration}: W1 ${curve.at(-1)?.estimate.toFixed(3)}, ${state.seconds().toFixed(0)} s`,
        );
      },
    });
    return pictureModel(map, { task: each.task, shape: task.shape, noise, blur });
  });
  return { model: made, seconds };
}

/** Critics for the regularizer, of the same net and sides: a quarter, half, and all of the steps that our critics have together. */
export function regularizerCritics(
  each: ImagingCase,
  task: PictureTask,
  seed: number,
): { critics: Critic[]; seconds: number } {
  const { critics, steps, firstSteps, batch, learningRate, widths, units } = each;
  const { regularizerPenalty: penalty = each.penalty } = each;
  const all = firstSteps + (critics - 1) * steps;
  const trained = [4, 2, 1]
    .map((part) => Math.round(all / part))
    .map((length) =>
      kept(
        `${each.name}-${seed}-${length}.critic`,
        criticFromBytes,
        (state) =>
          trainCritic(task.source, task.target, {
            net: pictureNet(task.shape, { widths, units }),
            ...{ batch, penalty, learningRate, seed: seed + 0.5, steps: length },
            evaluationPoints: 512,
            checkpoint: { every: 200, save: state.save },
            ...(state.resume !== null && { resume: state.resume }),
          }).critic,
      ),
    );
  return { critics: trained.map(({ made }) => made), seconds: trained.reduce((sum, { seconds }) => sum + seconds, 0) };
}
