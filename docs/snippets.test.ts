// Every TypeScript snippet that a reader may copy is run here, and prints what its comments claim.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

function pages(): string[] {
  const guide = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !/^(site|api)[\\/]/.test(name))
    .map((name) => join("docs", name));
  return ["README.md", "packages/monge/README.md", "packages/io/README.md", ...guide];
}

/** The fences marked "ts run" of a page, with the line each starts on. */
function snippets(page: string): { line: number; code: string }[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts run\n([\s\S]*?)^```/gm)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length + 1,
    code: match[1],
  }));
}

/** What follows `// ` on lines that print. */
function claims(code: string): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\);? \/\/ (.*)$/gm)].map((match) => match[1].trim());
}

afterEach(() => vi.restoreAllMocks());

for (const page of pages()) {
  const found = snippets(page);
  if (found.length === 0) continue;
  describe(page, () => {
    it.each(found.map(({ line, code }) => [line, code] as const))(
      "line %i runs and prints what it says",
      async (line, code) => {
        const file = join(root, ".cache/snippets", `${page.replace(/\W/g, "_")}_${line}.ts`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, code);
        const printed: string[] = [];
        vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
          printed.push(values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" "));
        });
        await import(/* @vite-ignore */ file);
        const expected = claims(code);
        if (expected.length > 0) expect(printed).toEqual(expected);
      },
    );
  });
}

describe("the documentation", () => {
  it("links only to files that exist", () => {
    const broken: string[] = [];
    for (const page of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "FEATURES.md", ...pages()]) {
      const text = readFileSync(join(root, page), "utf8");
      for (const [, target] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)[^)]*\)/g)) {
        const path = join(root, dirname(page), target);
        if (!exists(path)) broken.push(`${page} -> ${relative(root, path)}`);
      }
    }
    expect(broken).toEqual([]);
  });
});

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
