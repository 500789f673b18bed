// Numbers as people read them in titles, tables and captions.

/** At most `digits` significant digits; exponents only where the plain form would be long. */
export function shortNumber(x: number, digits = 6): string {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return String(x);
  const magnitude = Math.abs(x);
  if (magnitude < 1e-4 || magnitude >= 1e15)
    return x
      .toExponential(digits - 1)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  const places = Math.max(0, Math.min(20, digits - 1 - Math.floor(Math.log10(magnitude))));
  const fixed = x.toFixed(places);
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/** A whole number with thin groups: 12 345. */
export function count(k: number): string {
  return String(Math.round(k)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** The same text for terminals, many of which draw narrow spaces at full width or not at all. */
export function plainSpaces(text: string): string {
  return text.replaceAll("\u202f", " ");
}

/** A share between 0 and 1 as a percentage; never rounded up to 100 %. */
export function percent(share: number): string {
  const value = Math.min(100, share * 100);
  if (value >= 99.95 && share < 1) return "99.9 %";
  return `${value < 10 || value % 1 !== 0 ? value.toFixed(1).replace(/\.0$/, "") : value} %`;
}

/** "1 atom", "2 atoms". */
export function plural(k: number, noun: string): string {
  return `${count(k)} ${noun}${k === 1 ? "" : "s"}`;
}

/** Round numbers that divide [low, high] into about `wanted` steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, wanted: number): number[] {
  const raw = (high - low) / Math.max(1, wanted);
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10) * power;
  const found: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9 && found.length < 50; k++)
    found.push(k * step + 0);
  return found;
}

/** Labels of ticks, all with the same number of decimals. */
export function tickLabels(values: readonly number[]): string[] {
  const step = values.length > 1 ? Math.abs(values[1] - values[0]) : Math.abs(values[0] ?? 1) || 1;
  const most = Math.max(...values.map(Math.abs), 0);
  if (most >= 1e5 || (most > 0 && most < 1e-3))
    return values.map((x) => shortNumber(Math.abs(x) < step * 1e-9 ? 0 : x, 4));
  const places = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)));
  return values.map((x) => (Math.abs(x) < step * 1e-9 ? 0 : x).toFixed(places).replace("-", "−"));
}
