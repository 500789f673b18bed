// Which named columns are coordinates and which one holds the masses.
import { OtError } from "monge";
import type { ParseOptions } from "./options.ts";

export interface ColumnChoice {
  /** Positions of the coordinates, in order. */
  readonly coordinates: readonly number[];
  /** Position of the masses, or -1. */
  readonly weights: number;
}

/** Names that mean masses without being asked for. */
export function isWeightName(name: string): boolean {
  return /^(weights?|mass(es)?)$/i.test(name);
}

/** `preferred`: names that are coordinates wherever they occur, in order; without any of them, all but the masses are. */
export function chooseColumns(
  names: readonly string[],
  options: ParseOptions,
  file: string,
  preferred: readonly string[] = [],
): ColumnChoice {
  const weights = findWeights(names, options.allColumns ? false : options.weights, file);
  if (options.columns !== undefined) {
    if (options.columns.length === 0) throw missing("options.columns", "", names, file);
    return { coordinates: options.columns.map((name) => find(names, name, "options.columns", file)), weights };
  }
  const known = preferred.flatMap((name) => indices(names, name)).filter((k) => k !== weights);
  const rest = names.flatMap((name, k) => (k === weights || (!options.allColumns && isWeightName(name)) ? [] : [k]));
  const coordinates = known.length > 0 ? known : rest;
  if (coordinates.length === 0) {
    throw new OtError("InvalidShape", `${file} has no column of coordinates, only ${names.join(", ")}.`, {
      argument: file,
      seen: [...names],
      cure: "Store coordinates too, or name them in options.columns.",
    });
  }
  return { coordinates, weights };
}

function findWeights(names: readonly string[], asked: string | false | undefined, file: string): number {
  if (asked === false) return -1;
  if (asked !== undefined) return find(names, asked, "options.weights", file);
  const found = names.flatMap((name, k) => (isWeightName(name) ? [k] : []));
  if (found.length < 2) return found[0] ?? -1;
  throw new OtError(
    "InvalidValue",
    `${file} has ${found.length} columns of masses: ${found.map((k) => names[k]).join(", ")}.`,
    {
      argument: file,
      seen: found.map((k) => names[k]),
      cure: "Name the one to use in options.weights, and the coordinates in options.columns.",
    },
  );
}

function find(names: readonly string[], name: string, option: string, file: string): number {
  const found = indices(names, name);
  if (found.length === 1) return found[0];
  throw missing(option, name, names, file, found.length);
}

function indices(names: readonly string[], name: string): number[] {
  return names.flatMap((candidate, k) => (candidate === name ? [k] : []));
}

function missing(option: string, name: string, names: readonly string[], file: string, times = 0): OtError {
  return new OtError("InvalidValue", `${file} has ${times === 0 ? "no" : times} column ${JSON.stringify(name)}.`, {
    argument: option,
    seen: name,
    cure:
      names.length === 0 ? "Only files with named columns can be asked for one." : `Use one of ${names.join(", ")}.`,
  });
}
