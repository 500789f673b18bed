// The API pages are generated from the doc comments, and no public name goes without one.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, LogLevel } from "typedoc";
import { expect, it } from "vitest";

it("every public name is documented, and every link in a comment resolves", async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const app = await Application.bootstrapWithPlugins({
    options: join(root, "typedoc.json"),
    skipErrorChecking: true,
    logLevel: LogLevel.Warn,
  });
  const said: string[] = [];
  app.logger.warn = (text: unknown) => said.push(String(text)) as never;
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the sources");
  app.validate(project);
  expect(said).toEqual([]);
  const out = mkdtempSync(join(tmpdir(), "monge-api-"));
  try {
    await app.generateDocs(project, out);
    expect(readdirSync(join(out, "variables"), { recursive: true }).map(String)).toContain("monge_src.emd.html");
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
