// The style of a match's report: light or dark as the reader's system is, wide screens side by side.

/** CSS. */
export const matchStyle: string = `
:root { color-scheme: light dark; --page: #f6f7f8; --paper: #ffffff; --ink: #1a1a1a; --muted: #5f6368; --line: #e3e6e8; --faint: #eef0f2;
  --given: #aab4be; --given-line: #7d8892; --linked: #2a7fb0; --merged: #cc79a7; --split: #c98f00; --alone: #c3c8cd; --ray: #0072b2; --sea: #eef1f4; --votes: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121416; --paper: #1b1e21; --ink: #eceff1; --muted: #9aa3ab; --line: #2e3338; --faint: #262b30;
    --given: #6b7680; --given-line: #98a3ad; --linked: #4aa3d6; --merged: #dd8fbb; --split: #dba52c; --alone: #4a5158; --ray: #56b4e9; --sea: #23282d; --votes: #56b4e9; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 Inter, "Helvetica Neue", Helvetica, Arial, sans-serif; }
main { max-width: 1120px; margin: 28px auto 56px; padding: 0 16px; }
figure, section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; margin: 0 0 18px; padding: 16px 20px; min-width: 0; }
figure svg, .map svg { display: block; width: 100%; height: auto; max-height: 88vh; }
svg .paper { fill: var(--paper); }
svg .ink { fill: var(--ink); } svg .muted { fill: var(--muted); }
svg .inkline { stroke: var(--ink); }
svg .given { fill: var(--given); } svg .given ellipse { fill: var(--given); }
svg .strangers, svg .strangers ellipse { stroke: var(--ink); fill: var(--paper); }
svg .alone, svg .alone ellipse { stroke: var(--muted); }
svg .merged, svg .merged ellipse { stroke: var(--merged); } svg .split, svg .split ellipse { stroke: var(--split); }
svg .sea { fill: var(--sea); } svg .graticule { stroke: var(--line); }
.overlay ellipse { pointer-events: all; }
.overlay svg.no-given g.given, .overlay svg.no-strangers g.strangers, .overlay svg.no-linked g.linked, .overlay svg.no-merged g.merged,
.overlay svg.no-merged g.split, .overlay svg.no-misses g.misses, .overlay svg.no-alone g.alone { display: none; }
.overlay svg.focused .marks ellipse, .overlay svg.focused .marks line { opacity: 0.25; transition: opacity 0.1s; }
.overlay svg.focused .marks ellipse.focus { opacity: 1; stroke-width: 2.6; }
.overlay svg.focused .marks g.given > ellipse.focus { fill-opacity: 0.8; stroke: var(--ink); stroke-width: 1; }
.panels { display: grid; grid-template-columns: 4fr 3fr; gap: 18px; align-items: stretch; }
.panels.single { grid-template-columns: 1fr; }
@media (max-width: 820px) { .panels { grid-template-columns: 1fr; gap: 0; } }
.scene { position: relative; height: 420px; overflow: hidden; border-radius: 6px; background: var(--faint); touch-action: none; }
.scene canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; cursor: grab; }
.scene .sorry { display: none; margin: 0; padding: 24px; color: var(--muted); } .scene.blank .sorry { display: block; }
.map p { color: var(--muted); font-size: 13px; margin: 10px 0 0; }
.controls { display: flex; gap: 6px 16px; align-items: center; flex-wrap: wrap; padding: 10px 2px 0; font-size: 13px; color: var(--muted); }
.controls label { display: inline-flex; gap: 5px; align-items: center; cursor: pointer; }
.controls input { accent-color: var(--linked); margin: 0; } .controls span { margin-left: auto; }
button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--alone); border-radius: 5px; padding: 2px 12px; cursor: pointer; }
button:hover { background: var(--faint); }
h2 { font-size: 16px; margin: 2px 0 10px; } p.proof { margin: 0 0 12px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 6px 14px 6px 0; border-top: 1px solid var(--line); }
th { font-weight: 500; white-space: nowrap; } td { font-variant-numeric: tabular-nums; }
td.meaning { color: var(--muted); width: 50%; }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--faint); padding: 2px 6px; border-radius: 4px; overflow-wrap: anywhere; }
#tip { position: fixed; z-index: 2; background: #1a1a1a; color: #fff; border: 1px solid #3a3f44; font-size: 12.5px; line-height: 1.45; padding: 6px 10px; border-radius: 5px; pointer-events: none; max-width: 320px; font-variant-numeric: tabular-nums; }
details.answer > summary { cursor: pointer; font-size: 16px; font-weight: 600; margin: 0 0 12px; padding: 4px; } details.answer > summary span { font-weight: 400; color: var(--muted); }
footer { color: var(--muted); font-size: 13px; padding: 0 4px; }
@media print { .controls, #tip { display: none; } body { background: #fff; } }
`;
