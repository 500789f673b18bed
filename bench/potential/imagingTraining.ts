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

/** The map of a case; without `validate`, all critics. */
export async function trainedModel(
  each: ImagingCase,
  task: PictureTask,
  seed: number,
  validate?: (map: W1Map) => number,
): Promise<{ model: PictureModel; seconds: number }> {
  const done = `${cache}/${each.name}-${seed}.w1`;
  if (existsSync(done)) {
    const seconds = Number(readFileSync(`${done}.seconds`, "utf8"));
    return { model: pictureModelFromBytes(new Uint8Array(readFileSync(done))), seconds };
  }
  const state = stateFile(`${each.name}-${seed}.state`);
  const { critics, steps, firstSteps, batch, theta, penalty, learningRate, poolPoints, widths, units, noise, blur } =
    each;
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
  const seconds = state.seconds();
  const model = pictureModel(map, { task: each.task, shape: task.shape, noise, blur });
  writeFileSync(done, model.toBytes());
  writeFileSync(`${done}.seconds`, String(seconds));
  state.drop();
  return { model, seconds };
}

/** Critics for the regularizer, of the same net and sides: a quarter, half, and all of the steps that our critics have together. */
export function regularizerCritics(
  each: ImagingCase,
  task: PictureTask,
  seed: number,
): { critics: Critic[]; seconds: number } {
  const { critics, steps, firstSteps } = each;
  const all = firstSteps + (critics - 1) * steps;
  const trained = [4, 2, 1].map((part) => regularizerCritic(each, task, seed, Math.round(all / part)));
  return {
    critics: trained.map(({ critic }) => critic),
    seconds: trained.reduce((total, { seconds }) => total + seconds, 0),
  };
}

function regularizerCritic(
  each: ImagingCase,
  task: PictureTask,
  seed: number,
  steps: number,
): { critic: Critic; seconds: number } {
  const done = `${cache}/${each.name}-${seed}-${steps}.critic`;
  if (existsSync(done))
    return {
      critic: criticFromBytes(new Uint8Array(readFileSync(done))),
      seconds: Number(readFileSync(`${done}.seconds`, "utf8")),
    };
  const state = stateFile(`${each.name}-${seed}-${steps}.criticState`);
  const { batch, learningRate, widths, units } = each;
  const { regularizerPenalty: penalty = each.penalty } = each;
  const { critic } = trainCritic(task.source, task.target, {
    net: pictureNet(task.shape, { widths, units }),
    ...{ batch, penalty, learningRate, seed: seed + 0.5, steps },
    evaluationPoints: 512,
    checkpoint: { every: 200, save: state.save },
    ...(state.resume !== null && { resume: state.resume }),
  });
  const seconds = state.seconds();
  writeFileSync(done, critic.toBytes());
  writeFileSync(`${done}.seconds`, String(seconds));
  state.drop();
  return { critic, seconds };
}
