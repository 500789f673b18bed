// Bytes by range, from a path, a URL of a file, standard input, a buffer or a Blob.
// Headers are read without the rest of the file, and the size is known before anything is allocated.
import { OtError } from "monge";
import { type Bytes, memory } from "./bytes.ts";
import { defaultMaxBytes } from "./limits.ts";
import { fileBytes } from "./nodeFile.ts";

/** Bytes with a name: the name decides the format where the content leaves a doubt, and appears in errors. */
export interface NamedBytes {
  readonly name: string;
  readonly data: Uint8Array | ArrayBuffer | Blob;
}

/** A path (Node; `"-"` is standard input), a `file:` URL (Node), bytes, or bytes with a name. A `File` brings its own name. */
export type Source = string | URL | Uint8Array | ArrayBuffer | Blob | NamedBytes;

/** Opens `source`, hands it to `use` and closes it whatever happens. */
export async function withBytes<R>(
  source: Source,
  maxBytes: number | undefined,
  use: (bytes: Bytes) => Promise<R>,
): Promise<R> {
  const limit = maxBytes ?? defaultMaxBytes;
  if (!(limit > 0)) {
    throw new OtError("InvalidValue", `options.maxBytes is ${limit}.`, {
      argument: "options.maxBytes",
      seen: limit,
      cure: "Pass a positive number of bytes.",
    });
  }
  const bytes = await open(source, limit);
  try {
    return await use(bytes);
  } finally {
    await bytes.close();
  }
}

async function open(source: Source, limit: number): Promise<Bytes> {
  if (typeof source === "string" || source instanceof URL) return fileBytes(source, limit);
  if (source instanceof Uint8Array) return memory("bytes", source);
  if (source instanceof ArrayBuffer) return memory("bytes", new Uint8Array(source));
  if (source instanceof Blob) return blob("name" in source ? String(source.name) : "bytes", source);
  if (typeof source === "object" && source !== null && typeof source.name === "string") {
    const { name, data } = source;
    if (data instanceof Uint8Array) return memory(name, data);
    if (data instanceof ArrayBuffer) return memory(name, new Uint8Array(data));
    if (data instanceof Blob) return blob(name, data);
  }
  throw new OtError("InvalidValue", `source is ${source === null ? "null" : typeof source}, not something to read.`, {
    argument: "source",
    seen: source,
    cure: "Pass a path, a Uint8Array, an ArrayBuffer, a Blob, or { name, data }.",
  });
}

function blob(name: string, data: Blob): Bytes {
  return {
    name,
    size: data.size,
    read: async (begin, end) => new Uint8Array(await data.slice(begin, end).arrayBuffer()),
    close: async () => {},
  };
}
