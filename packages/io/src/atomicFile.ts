// Files appear whole or not at all: written beside their place under another name, flushed, then moved.
// link(2) refuses an existing target atomically, rename(2) replaces it atomically; a pipe or device is written through.
import type { Stats } from "node:fs";
import type * as Fs from "node:fs/promises";
import type * as Path from "node:path";
import { OtError } from "monge";
import { fileError, nodeModule } from "./nodeFile.ts";

export interface FileOptions {
  /** Replace an existing file. Default `false`: refuse. */
  readonly force?: boolean;
}

/** Text (written as UTF-8), bytes, or a sequence of either, so that a large file need not exist in memory. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/**
 * Writes `data` to `path` (Node). On any failure, also of the sequence itself, nothing is left at `path` that was not there.
 * Throws `InvalidValue` if the file exists and `force` is not set, or if the folder cannot be written.
 */
export async function writeFileAtomic(path: string, data: FileContent, options: FileOptions = {}): Promise<void> {
  const { fs, target, existing } = await inspect(path, options);
  if (existing !== null && !existing.isFile()) return writeThrough(fs, path, target, data);
  const temporary = `${target}.${process.pid}-${Math.random().toString(36).slice(2, 10)}.tmp`;
  try {
    const handle = await fs.open(temporary, "wx", existing === null ? 0o666 : existing.mode & 0o777);
    try {
      for await (const piece of pieces(data)) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (options.force === true) await fs.rename(temporary, target);
    else await moveToFree(fs, temporary, target, path);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => {});
    throw fileError(path, error, "write");
  }
}

/** Throws what {@link writeFileAtomic} would throw now: call it before a long computation. */
export async function assertWritable(path: string, options: FileOptions = {}): Promise<void> {
  const { fs, target } = await inspect(path, options);
  const { dirname } = nodeModule<typeof Path>("node:path", path);
  try {
    await fs.access(dirname(target), fs.constants.W_OK);
  } catch (error) {
    throw fileError(dirname(path), error, "write");
  }
}

async function inspect(
  path: string,
  options: FileOptions,
): Promise<{ fs: typeof Fs; target: string; existing: Stats | null }> {
  const fs = nodeModule<typeof Fs>("node:fs/promises", path);
  if (path === "")
    throw new OtError("InvalidValue", "The path is empty.", { argument: "path", seen: path, cure: "Name a file." });
  try {
    // A link keeps pointing where it points: its target is replaced, not the link.
    const target = await fs.realpath(path);
    const existing = await fs.stat(target);
    if (existing.isDirectory()) throw Object.assign(new Error("directory"), { code: "EISDIR" });
    if (existing.isFile() && options.force !== true) throw exists(path);
    return { fs, target, existing };
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code === "ENOENT") return { fs, target: path, existing: null };
    throw fileError(path, error, "write");
  }
}

async function moveToFree(fs: typeof Fs, temporary: string, target: string, path: string): Promise<void> {
  try {
    await fs.link(temporary, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | null)?.code;
    if (code === "EEXIST") throw exists(path);
    // Disks without hard links (FAT, some network mounts): reserve the name, then move over the reservation.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS" && code !== "EOPNOTSUPP") throw error;
    await fs.writeFile(target, "", { flag: "wx" }).catch((reason) => {
      throw (reason as NodeJS.ErrnoException | null)?.code === "EEXIST" ? exists(path) : reason;
    });
    await fs.rename(temporary, target);
    return;
  }
  await fs.unlink(temporary);
}

async function writeThrough(fs: typeof Fs, path: string, target: string, data: FileContent): Promise<void> {
  try {
    const handle = await fs.open(target, "w");
    try {
      for await (const piece of pieces(data)) await handle.writeFile(piece);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(path, error, "write");
  }
}

function pieces(data: FileContent): Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array> {
  return typeof data === "string" || data instanceof Uint8Array ? [data] : data;
}

function exists(path: string): OtError {
  return new OtError("InvalidValue", `${path} exists already.`, {
    argument: path,
    seen: path,
    cure: "Choose another name, or set force to replace it.",
  });
}
