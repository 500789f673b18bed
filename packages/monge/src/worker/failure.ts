// An error on its way from a worker to the caller: structured cloning loses what makes an OtError.
import { isOtError, OtError, type OtErrorCode, type OtErrorDetails } from "../errors/otError.ts";

/** An error as plain data. */
export type Failure =
  | { readonly kind: "ot"; readonly code: OtErrorCode; readonly message: string; readonly details: OtErrorDetails }
  | { readonly kind: "other"; readonly error: unknown };

/** The error as data; whatever of it cannot be cloned is left out. */
export function toFailure(error: unknown): Failure {
  if (!isOtError(error)) return { kind: "other", error: cloneable(error) ?? new Error(String(error)) };
  const { code, message, argument, seen, cure, witness, cause } = error;
  const said = message.endsWith(` ${cure}`) ? message.slice(0, -cure.length - 1) : message;
  const details = { argument, seen: cloneable(seen), cure, witness, cause: cloneable(cause) };
  return { kind: "ot", code, message: said, details };
}

/** The error, rebuilt. */
export function fromFailure(failure: Failure): unknown {
  return failure.kind === "ot" ? new OtError(failure.code, failure.message, failure.details) : failure.error;
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}
