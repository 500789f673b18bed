// Files of the disk and standard input, in Node.
// Built-in modules come from process.getBuiltinModule, so that a bundler for the browser finds nothing to resolve.
import type * as Fs from "node:fs/promises";
import { OtError } from "monge";
import { type Bytes, memory } from "./bytes.ts";
import { assertFits } from "./limits.ts";

/** The built-in module `name`, or `Unsupported` where there is no disk. */
export function nodeModule<T>(name: string, argument: string): T {
  const found: unknown = typeof process === "undefined" ? undefined : process.getBuiltinModule?.(name as "node:fs");
  if (found === undefined) {
    throw new OtError("Unsupported", `${argument} is a path, and there are no files here.`, {
      argument,
      seen: argument,
      cure: "Pass the bytes: { name, data: Uint8Array | Blob }.",
    });
  }
  return found as T;
}

/** Opens a path; `"-"` is standard input. Throws `InvalidValue` where there is nothing to read. */
export async function fileBytes(path: string | URL, limit: number): Promise<Bytes> {
  const shown = typeof path === "string" ? path : path.href;
  const fs = nodeModule<typeof Fs>("node:fs/promises", shown);
  if (path === "-") return drain("standard input", process.stdin, limit);
  if (path === "") {
    throw new OtError("InvalidValue", "The path is empty.", { argument: "source", seen: path, cure: "Name a file." });
  }
  try {
    const handle = await fs.open(path, "r");
    try {
      const status = await handle.stat();
      if (status.isDirectory()) throw Object.assign(new Error("directory"), { code: "EISDIR" });
      if (!status.isFile())
        return await drain(shown, handle.createReadStream({ autoClose: false }), limit).finally(() => handle.close());
      return {
        name: shown,
        size: status.size,
        read: (begin, end) => readRange(handle, shown, begin, end),
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close().catch(() => {});
      throw error;
    }
  } catch (error) {
    throw fileError(shown, error, "read");
  }
}

/** A system error as an {@link OtError} that names the file; anything else is passed through. */
export function fileError(path: string, error: unknown, verb: "read" | "write"): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof OtError || typeof code !== "string") return error;
  const [what, cure] = reasons[code] ?? [
    `cannot be ${verb === "read" ? "read" : "written"} (${code})`,
    "Check the path, the permissions and the disk.",
  ];
  return new OtError("InvalidValue", `${path} ${what}.`, { argument: path, seen: path, cure, cause: error });
}

const reasons: Record<string, readonly [what: string, cure: string]> = {
  ENOENT: ["does not exist", "Check the spelling of the path."],
  EISDIR: ["is a directory", "Name a file inside it."],
  ENOTDIR: ["leads through a file that is no directory", "Check the spelling of the path."],
  EACCES: ["is not permitted to you", "Change its permissions or choose another file."],
  EPERM: ["is not permitted to you", "Change its permissions or choose another file."],
  EROFS: ["is on a read-only disk", "Choose another folder."],
  ENOSPC: ["does not fit on the disk", "Free some space or choose another disk."],
  EMFILE: ["cannot be opened: too many files are open", "Close some files."],
  ENAMETOOLONG: ["has too long a name", "Shorten the path."],
  ERR_INVALID_ARG_VALUE: ["is not a valid path", "Check the spelling of the path."],
  ERR_INVALID_URL_SCHEME: ["is not a file: URL", "Download it first, or pass the bytes."],
};

async function readRange(handle: Fs.FileHandle, name: string, begin: number, end: number): Promise<Uint8Array> {
  const out = new Uint8Array(end - begin);
  let filled = 0;
  while (filled < out.length) {
    // One read call returns at most 2^31 - 1 bytes.
    const { bytesRead } = await handle.read(out, filled, Math.min(out.length - filled, 2 ** 30), begin + filled);
    if (bytesRead === 0) {
      throw new OtError("CorruptFile", `${name} became shorter while it was read.`, {
        argument: name,
        seen: begin + filled,
        cure: "Read it again when nobody writes to it.",
      });
    }
    filled += bytesRead;
  }
  return out;
}

async function drain(name: string, stream: AsyncIterable<Uint8Array | string>, limit: number): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    size += bytes.length;
    assertFits(name, size, limit);
    chunks.push(bytes);
  }
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return memory(name, all);
}
