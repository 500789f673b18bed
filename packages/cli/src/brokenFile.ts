// Errors of broken bytes get the name of the file that the bytes came from.
import { isOtError, OtError } from "monge";

/** `error`, as that of the file `path` if it says that bytes are broken. */
export function ofFile(error: unknown, path: string): unknown {
  if (!isOtError(error, "CorruptFile")) return error;
  const { message, cure } = error;
  const what = message.endsWith(cure) ? message.slice(0, -cure.length).trimEnd() : message;
  return new OtError("CorruptFile", `${path}: ${what}`, { argument: path, cure, cause: error });
}
