// SVG as text: elements from a name, attributes and children; every string is escaped, every number is finite and short.
// Written by hand because a picture here is a few hundred lines of layout, and a plotting library would outweigh the whole command.

/** Attribute values; `null` and `undefined` leave the attribute out. */
export type Attributes = Readonly<Record<string, string | number | null | undefined>>;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand between tags and in attributes; control characters, which XML forbids, become U+FFFD. */
export function escapeText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters that XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"']/g, (character) => entities[character])
  );
}

/** A coordinate with at most two decimals. A coordinate that is not finite is a bug of the picture and throws. */
export function coordinate(x: number): string {
  if (!Number.isFinite(x)) throw new RangeError(`A picture asked for the coordinate ${x}.`);
  const rounded = Math.round(x * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** `<name attributes>children</name>`; children are SVG, not text. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  let tag = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    tag += ` ${key}="${typeof value === "number" ? coordinate(value) : escapeText(value)}"`;
  }
  return children.length === 0 ? `${tag}/>` : `${tag}>${children.join("")}</${name}>`;
}

/** A line of text with its baseline at (x, y). */
export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escapeText(content));
}

/** Width of `content` in pixels at `size`, from average Helvetica advances; errs on the wide side. */
export function textWidth(content: string, size: number): number {
  let units = 0;
  for (const character of content) {
    if ("iljtf.,:;'|!()[] ·".includes(character)) units += 0.32;
    else if (character >= "A" && character <= "Z") units += 0.7;
    else if ("mwMW—".includes(character)) units += 0.88;
    else units += 0.57;
  }
  return units * size;
}

/** `content` cut in the middle until it fits `width` pixels. */
export function fitText(content: string, size: number, width: number): string {
  if (textWidth(content, size) <= width) return content;
  const characters = [...content];
  for (let kept = characters.length - 1; kept > 2; kept--) {
    const head = Math.ceil(kept / 2);
    const shorter = `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (kept - head)).join("")}`;
    if (textWidth(shorter, size) <= width) return shorter;
  }
  return "…";
}

/** `content` broken at blanks into lines of at most `width` pixels. */
export function wrapText(content: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of content.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== "") lines.push(line);
  return lines.map((each) => fitText(each, size, width));
}
