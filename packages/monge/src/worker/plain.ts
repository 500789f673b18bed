// Arguments and options on their way to a worker: costs become their data, views become copies of what they show, functions are refused.
import { type CostData, costData, costOfData, isCost } from "../cost/transfer.ts";
import { OtError } from "../errors/otError.ts";
import type { Job } from "../run/pool.ts";

/** A job that structured cloning takes as it is. */
export interface Plain {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly options: object;
}

/** The options that stay with the caller. */
const kept: ReadonlySet<string> = new Set(["pool", "signal", "onProgress", "stopWhen"]);

/** Stands for a cost. */
interface CarriedCost {
  readonly carriedCost: CostData;
}

/** The job as plain data; the caller's buffers are neither changed nor given away. Throws `Unsupported` for what is a function. */
export function toPlain({ name, args, options }: Job): Plain {
  const given = Object.entries(options).filter(([key]) => !kept.has(key));
  return {
    name,
    args: args.map((value, k) => packed(own(value), `argument ${k + 1} of ${name}`)),
    options: Object.fromEntries(given.map(([key, value]) => [key, packed(value, `options.${key}`)])),
  };
}

/** The job with its costs. */
export function fromPlain({ name, args, options }: Plain): Job {
  return { name, args: args.map(unpacked), options: unpacked(options) as object };
}

/** Weights may change as soon as the call is made, though the job may wait; costs and points may not. */
function own(value: unknown): unknown {
  if (Array.isArray(value) && typeof value[0] === "number") return value.slice();
  return ArrayBuffer.isView(value) && "slice" in value ? (value as Float64Array).slice() : value;
}

function packed(value: unknown, place: string): unknown {
  if (typeof value === "function") {
    throw new OtError("Unsupported", `${place} is a function, which cannot cross to a worker.`, {
      argument: place,
      seen: value,
      cure: "Leave the pool out, or pass data in its place.",
    });
  }
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return trimmed(value);
  if (Array.isArray(value)) {
    // Rows of numbers, numbers: nothing to look for in them.
    return typeof value[0] === "number" ? value : value.map((entry) => packed(entry, place));
  }
  if (isCost(value)) {
    const data = costData(value);
    if (data !== null) return { carriedCost: packed(data, place) };
    throw new OtError("Unsupported", `${place} is a custom cost: a function, which cannot cross to a worker.`, {
      argument: place,
      seen: value,
      cure: "Leave the pool out, or pass the entries: cost.dense({ data: C.block(0, n), rows: n, cols: m }).",
    });
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, packed(entry, `${place}.${key}`)]));
}

function unpacked(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(unpacked);
  if ("carriedCost" in value) return costOfData((value as CarriedCost).carriedCost);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, unpacked(entry)]));
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** A view clones with all of its buffer: a part of a large one is copied first. Shared memory is shared. */
function trimmed(view: ArrayBufferView): ArrayBufferView {
  const whole = view.byteLength === view.buffer.byteLength;
  return whole || !(view.buffer instanceof ArrayBuffer) || !("slice" in view)
    ? view
    : (view as Float64Array<ArrayBuffer>).slice();
}

/** The buffers of an answer, to be moved instead of copied: the worker that made it has no more use for them. */
export function buffersOf(answer: unknown, found: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(answer)) {
    if (answer.buffer instanceof ArrayBuffer) found.add(answer.buffer);
  } else if (Array.isArray(answer)) {
    if (typeof answer[0] === "object") for (const entry of answer) buffersOf(entry, found);
  } else if (typeof answer === "object" && answer !== null) {
    for (const entry of Object.values(answer)) buffersOf(entry, found);
  }
  return found;
}
