// docs/guide/cli.md says what the command says. `MONGE_UPDATE=1` writes the generated blocks instead of comparing them.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { withBlocks } from "./guide.ts";

const path = fileURLToPath(new URL("../../../docs/guide/cli.md", import.meta.url));

it("docs/guide/cli.md holds the tables of the command", () => {
  const page = readFileSync(path, "utf8");
  const current = withBlocks(page);
  if (process.env["MONGE_UPDATE"]) writeFileSync(path, current);
  else expect(page).toBe(current);
});
