// Where a Chromium is, and pages opened in it.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { chromium, type Page } from "playwright-core";

const candidates = [
  process.env["MONGE_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Path of a Chromium, or null. With MONGE_BROWSER=required its absence is an error. */
export function findChromium(): string | null {
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  if (process.env["MONGE_BROWSER"] === "required") throw new Error("no Chromium found: set MONGE_CHROMIUM to its path");
  process.stderr.write("\n  BROWSER TESTS SKIPPED: no Chromium found; set MONGE_CHROMIUM to its path.\n\n");
  return null;
}

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Serves a folder on a free port of this machine with extra headers, opens its index page and hands it to `look`; `flags` are Chromium's. */
export async function withPage<R>(
  folder: string,
  headers: Record<string, string>,
  look: (page: Page) => Promise<R>,
  flags: readonly string[] = ["--disable-gpu"],
): Promise<R> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("no Chromium");
  const server = createServer((request, response) => {
    const path = join(folder, request.url === "/" ? "index.html" : (request.url ?? ""));
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream", ...headers });
    response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const args = ["--no-sandbox", "--disable-quic", "--disable-background-networking", ...flags];
  const browser = await chromium.launch({ executablePath, args: [...args, "--disable-component-update"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await look(page);
  } finally {
    await browser.close();
    server.close();
  }
}
