// The one error of the library: a code, the argument, the value seen and the cure.

/** What went wrong. Codes are stable within a minor version; messages are not. */
export type OtErrorCode =
  /** Lengths, rows or columns that do not fit each other. */
  | "InvalidShape"
  /** A value outside its range: NaN, an unknown option, a negative epsilon. */
  | "InvalidValue"
  /** A negative weight. */
  | "NegativeMass"
  /** The two sides do not weigh the same. */
  | "MassMismatch"
  /** No plan of finite cost exists. */
  | "Infeasible"
  /** The solve would need more memory than WebAssembly can address, or than the machine gives. */
  | "OutOfMemory"
  /** A combination that this solver does not do. */
  | "Unsupported"
  /** WebAssembly is missing or forbidden here. */
  | "KernelUnavailable"
  /** A file that breaks its own format. */
  | "CorruptFile";

/** What an {@link OtError} carries besides its message. */
export interface OtErrorDetails {
  /** The argument at fault, as the caller wrote it: `"a"`, `"options.epsilon"`, `"points.csv, line 12"`. */
  readonly argument?: string;
  /** The value that was seen. */
  readonly seen?: unknown;
  /** What to do about it: one imperative sentence. */
  readonly cure: string;
  /** For `Infeasible`: rows whose mass exceeds the mass of all columns that they may reach (a Hall violator). */
  readonly witness?: { readonly rows: Int32Array; readonly columns: Int32Array };
  readonly cause?: unknown;
}

const brand = Symbol.for("monge.OtError");

/** Thrown for bad input and impossible requests, never for a limit that was reached (that is a `status`). */
export class OtError extends Error {
  readonly code: OtErrorCode;
  readonly argument?: string;
  readonly seen?: unknown;
  readonly cure: string;
  readonly witness?: { readonly rows: Int32Array; readonly columns: Int32Array };

  constructor(code: OtErrorCode, message: string, details: OtErrorDetails) {
    super(`${message} ${details.cure}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "OtError";
    this.code = code;
    this.argument = details.argument;
    this.seen = details.seen;
    this.cure = details.cure;
    this.witness = details.witness;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether `error` is an {@link OtError} (of any copy of the library on the page), optionally with the given code. */
export function isOtError(error: unknown, code?: OtErrorCode): error is OtError {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return code === undefined || (error as { code?: unknown }).code === code;
}

/** The error for the option `name`, whose value `seen` is out of range. */
export function optionOutOfRange(name: string, seen: unknown, cure: string): OtError {
  return new OtError("InvalidValue", `${name} is ${String(seen)}.`, { argument: `options.${name}`, seen, cure });
}
