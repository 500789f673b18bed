// A slow, strict reader of the XML subset that pictures use: enough to say whether a document is well formed.

/** Element names in document order with their attributes. Throws where the text is not well formed. */
export function elements(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: { name: string; entry: (typeof found)[number] }[] = [];
  const token = /<\/([\w:]+)\s*>|<([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (let match = token.exec(xml); match !== null; match = token.exec(xml)) {
    end = token.lastIndex;
    const [, closing, name, attributes, selfClosing, text] = match;
    if (text !== undefined) {
      if (/&(?!(amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`a bare ampersand in ${JSON.stringify(text)}`);
      if (open.length > 0) open[open.length - 1].entry.text += text;
    } else if (closing !== undefined) {
      const last = open.pop();
      if (last?.name !== closing) throw new Error(`</${closing}> closes <${last?.name}>`);
    } else {
      const entry = { name, attributes: {} as Record<string, string>, text: "" };
      for (const [, key, value] of attributes.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        if (key in entry.attributes) throw new Error(`<${name}> has ${key} twice`);
        if (/&(?!(amp|lt|gt|quot|#39);)/.test(value)) throw new Error(`a bare ampersand in ${key}`);
        entry.attributes[key] = value;
      }
      found.push(entry);
      if (selfClosing === "") open.push({ name, entry });
    }
  }
  if (end !== xml.length) throw new Error(`not well formed at ${end}: ${JSON.stringify(xml.slice(end, end + 60))}`);
  if (open.length > 0) throw new Error(`<${open[open.length - 1].name}> is never closed`);
  return found;
}
