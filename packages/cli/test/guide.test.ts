// docs/guide/cli.md says what the command says. `MONGE_UPDATE=1` writes the generated blocks instead of comparing them.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { withBlocks } from "./guide.ts";
import { desk } from "./monge.ts";

const path = fileURLToPath(new URL("../../../docs/guide/cli.md", import.meta.url));

it("docs/guide/cli.md holds the tables of the command", () => {
  const page = readFileSync(path, "utf8");
  const current = withBlocks(page);
  if (process.env["MONGE_UPDATE"]) writeFileSync(path, current);
  else expect(page).toBe(current);
});

it("docs/pictures/plan.svg is what the command draws of the files beside it", () => {
  const folder = fileURLToPath(new URL("../../../docs/pictures/", import.meta.url));
  const d = desk({
    "source.csv": readFileSync(`${folder}source.csv`),
    "target.csv": readFileSync(`${folder}target.csv`),
  });
  try {
    const drawn = d.monge("solve source.csv target.csv --plot - --quiet").stdout;
    // The certificate's last bits belong to the engine, the flows do not.
    const flows = (svg: string): string[] => [...svg.matchAll(/<path d="M[^>]*url\(#flow[^>]*>/g)].map(String).sort();
    expect(flows(drawn)).toEqual(flows(readFileSync(`${folder}plan.svg`, "utf8")));
    expect(flows(drawn)).toHaveLength(170);
  } finally {
    d.clear();
  }
});

it("docs/pictures/match.svg is what the commands of docs/guide/matching.md draw", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../docs/guide/matching.md", import.meta.url)), "utf8");
  const project = /^monge (project demo .*)$/m.exec(page)?.[1] ?? "";
  const committed = fileURLToPath(new URL("../../../docs/pictures/match.svg", import.meta.url));
  const d = desk();
  try {
    d.monge(project);
    const drawn = d.monge("match view.json --plot - --quiet").stdout;
    if (process.env["MONGE_UPDATE"]) writeFileSync(committed, drawn);
    const picture = readFileSync(committed, "utf8");
    const marks = (svg: string, name: string): string[] =>
      [...svg.matchAll(new RegExp(`data-${name}="\\d+"`, "g"))].map(String).sort();
    // Who is given is plain data; a link at the edge may turn with the search.
    expect(marks(drawn, "j")).toEqual(marks(picture, "j"));
    const linked = (svg: string): string[] => marks(/<g class="linked"[\s\S]*?<\/g>/.exec(svg)?.[0] ?? "", "i");
    const [now, then] = [linked(drawn), new Set(linked(picture))];
    expect(then.size).toBeGreaterThan(250);
    expect(now.filter((mark) => then.has(mark)).length).toBeGreaterThan(0.97 * Math.max(now.length, then.size));
  } finally {
    d.clear();
  }
});
