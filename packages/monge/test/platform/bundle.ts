// A web page that imports the packed package, as Vite builds it for production; and what such a page says.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { withPage } from "./chromium.ts";
import type { PackedProject } from "./packed.ts";

/** Builds a page with the script `source`; returns the folder to serve. */
export async function bundle(project: PackedProject, name: string, source: string): Promise<string> {
  const root = join(project.folder, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "index.html"), `<!doctype html><script type="module" src="./main.js"></script>`);
  writeFileSync(join(root, "main.js"), source);
  await build({ root, logLevel: "silent", configFile: false, build: { outDir: join(root, "dist"), minify: true } });
  return join(root, "dist");
}

/** The JSON object that a page served with extra headers writes to its title. */
export function titleOf<R>(dist: string, headers: Record<string, string>): Promise<R> {
  return withPage(dist, headers, async (page) => {
    await page.waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 20_000 });
    return JSON.parse(await page.title()) as R;
  });
}
