// The built command in a thread that stays: it runs line after line as main() does in a process, and spares each the start.
import { Readable } from "node:stream";
import { workerData } from "node:worker_threads";
import { main } from "../dist/main.js";

const { port, signal } = workerData;
const inherited = { ...process.env };

/** Keeps what is written to a stream from now on; the stream itself stays, because Node's own messages need it. */
function kept(stream) {
  const chunks = [];
  stream.removeAllListeners("error");
  stream.write = (chunk, encoding, done) => {
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    const called = typeof encoding === "function" ? encoding : done;
    if (called) queueMicrotask(called);
    return true;
  };
  return () => Buffer.concat(chunks).toString("utf8");
}

async function ending({ args, input, environment }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, inherited, environment);
  const [stdout, stderr] = [kept(process.stdout), kept(process.stderr)];
  Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from(input)]), configurable: true });
  process.exitCode = undefined;
  await main(args);
  return { code: process.exitCode ?? 0, stdout: stdout(), stderr: stderr() };
}

port.on("message", async (request) => {
  const answer = await ending(request).catch((error) => ({ code: null, stdout: "", stderr: String(error?.stack) }));
  process.exitCode = 0;
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
