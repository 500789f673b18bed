// The interactive part of a report, as the text of a plain script: hover shows where an atom's mass goes, a slider moves all of it.
// It reads the picture's own marks (circles with data-k, panels with data-role) and the flows from the page's JSON block.

/** The script. It runs in a browser, after the page, without any library. */
export const explorerScript: string = `
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const svg = document.querySelector("figure svg");
  const slider = document.getElementById("time");
  const tip = document.getElementById("tip");
  const space = "http://www.w3.org/2000/svg";
  const { i: from, j: to, mass } = data.flows;
  const heaviest = mass.reduce((most, value) => Math.max(most, value), 0) || 1;
  const byAtom = { source: new Map(), target: new Map() };
  mass.forEach((_, k) => {
    for (const [side, atom] of [["source", from[k]], ["target", to[k]]]) {
      if (!byAtom[side].has(atom)) byAtom[side].set(atom, []);
      byAtom[side].get(atom).push(k);
    }
  });
  const layer = document.createElementNS(space, "g");
  layer.setAttribute("pointer-events", "none");
  svg.append(layer);
  const mark = (name, attributes) => {
    const element = document.createElementNS(space, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    layer.append(element);
  };
  const short = (x) => Number(x.toPrecision(4)).toString();
  const colours = { source: "#0072b2", target: "#d55e00" };
  const other = { source: "target", target: "source" };
  const mixed = (t) => [[0, 213], [114, 94], [178, 0]].map(([a, b]) => Math.round(a + t * (b - a)));

  // Where every atom is drawn: circles of a cloud, pixels of an image.
  const box = (role) => {
    const found = svg.querySelector('[data-role="' + role + '"]');
    return found && { x: +found.getAttribute("x"), y: +found.getAttribute("y"), w: +found.getAttribute("width"), h: +found.getAttribute("height") };
  };
  const pixel = (panel, [rows, columns], atom) => [
    panel.x + ((atom % columns) + 0.5) * (panel.w / columns),
    panel.y + (Math.floor(atom / columns) + 0.5) * (panel.h / rows),
  ];
  const places = { source: new Map(), target: new Map() };
  const panels = { source: box("source"), target: box("target"), field: box("field") };
  if (data.kind === "cloud") {
    for (const side of ["source", "target"])
      for (const circle of svg.querySelectorAll("g." + side + " circle"))
        places[side].set(+circle.dataset.k, [+circle.getAttribute("cx"), +circle.getAttribute("cy")]);
  } else if (data.kind === "image") {
    for (const side of ["source", "target"])
      for (const atom of byAtom[side].keys()) places[side].set(atom, pixel(panels.field, data[side].grid, atom));
  }

  const pointer = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const nearest = (side, x, y, reach) => {
    let best = null;
    let least = reach * reach;
    for (const [atom, [px, py]] of places[side]) {
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance <= least) [best, least] = [atom, distance];
    }
    return best === null ? null : { side, atom: best, distance: least };
  };
  const atomAt = (x, y) => {
    if (data.kind === "image") {
      for (const side of ["source", "target"]) {
        const panel = panels[side];
        const [rows, columns] = data[side].grid;
        const column = Math.floor(((x - panel.x) / panel.w) * columns);
        const row = Math.floor(((y - panel.y) / panel.h) * rows);
        if (row < 0 || column < 0 || row >= rows || column >= columns) continue;
        const atom = row * columns + column;
        return byAtom[side].has(atom) ? { side, atom } : null;
      }
    }
    const found = [nearest("source", x, y, 14), nearest("target", x, y, 14)].filter(Boolean);
    return found.sort((a, b) => a.distance - b.distance)[0] || null;
  };

  const label = (side, atom) => {
    const grid = data[side].grid;
    return grid ? "pixel (" + Math.floor(atom / grid[1]) + ", " + (atom % grid[1]) + ")" : "atom " + atom;
  };
  const say = (event, lines) => {
    tip.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    tip.hidden = false;
    const right = event.clientX + 16 + tip.offsetWidth < innerWidth ? event.clientX + 16 : event.clientX - 16 - tip.offsetWidth;
    tip.style.left = Math.max(4, right) + "px";
    tip.style.top = Math.min(innerHeight - tip.offsetHeight - 4, event.clientY + 14) + "px";
  };
  const clear = () => {
    layer.replaceChildren();
    tip.hidden = true;
    svg.classList.remove("focus");
  };
  const show = (event, { side, atom }) => {
    clear();
    const flows = (byAtom[side].get(atom) || []).slice().sort((k, l) => mass[l] - mass[k]);
    const ends = side === "source" ? to : from;
    svg.classList.add("focus");
    const most = flows.length ? mass[flows[0]] : 1;
    const start = places[side].get(atom);
    const panel = panels[other[side]];
    for (const k of flows) {
      const end = places[other[side]].get(ends[k]);
      if (!start || !end) continue;
      mark("line", { x1: start[0], y1: start[1], x2: end[0], y2: end[1], stroke: "#1a1a1a", "stroke-width": 0.8 + 2.2 * (mass[k] / most), "stroke-linecap": "round" });
      mark("circle", { cx: end[0], cy: end[1], r: 4, fill: colours[other[side]], stroke: "#fff" });
      if (data.kind !== "image") continue;
      const [rows, columns] = data[other[side]].grid;
      const [w, h] = [panel.w / columns, panel.h / rows];
      mark("rect", { x: panel.x + (ends[k] % columns) * w, y: panel.y + Math.floor(ends[k] / columns) * h, width: w, height: h, fill: "none", stroke: "#1a1a1a", "stroke-width": 1.5 });
    }
    if (start) mark("circle", { cx: start[0], cy: start[1], r: 5, fill: colours[side], stroke: "#1a1a1a" });
    const total = flows.reduce((sum, k) => sum + mass[k], 0);
    const lines = [label(side, atom) + " of " + data[side].name + ": mass " + short(total)];
    const arrow = side === "source" ? "→ " : "← ";
    for (const k of flows.slice(0, 6)) lines.push(arrow + label(other[side], ends[k]) + ": " + short(mass[k]));
    if (flows.length > 6) lines.push("and " + (flows.length - 6) + " more");
    say(event, lines);
  };
  svg.addEventListener("pointermove", (event) => {
    const { x, y } = pointer(event);
    if (data.kind === "line") {
      const dot = event.target.closest && event.target.closest("circle[data-k]");
      if (!dot) return clear();
      const k = +dot.dataset.k;
      return say(event, ["mass " + short(mass[k]), "from x = " + short(data.source.at[from[k]]), "to y = " + short(data.target.at[to[k]])]);
    }
    const found = atomAt(x, y);
    if (found) show(event, found);
    else clear();
  });
  svg.addEventListener("pointerleave", clear);

  // The slider paints on a canvas over the picture, in the picture's own coordinates.
  if (!slider) return;
  const canvas = document.querySelector("figure canvas");
  const view = svg.viewBox.baseVal;
  const scale = 2;
  canvas.width = view.width * scale;
  canvas.height = view.height * scale;
  const pen = canvas.getContext("2d");
  const small = Object.assign(document.createElement("canvas"), data.kind === "image" ? { width: data.source.grid[1], height: data.source.grid[0] } : {}).getContext("2d");
  const paintCloud = (t) => {
    pen.fillStyle = "rgb(" + mixed(t) + ")";
    const widest = Math.min(6, Math.max(1.5, 55 / Math.sqrt(mass.length)));
    mass.forEach((moved, k) => {
      const [a, b] = [places.source.get(from[k]), places.target.get(to[k])];
      if (!a || !b) return;
      pen.beginPath();
      pen.arc(a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), Math.max(0.8, widest * Math.sqrt(moved / heaviest)), 0, 7);
      pen.fill();
    });
  };
  const paintImage = (t) => {
    const panel = panels.field;
    const [rows, columns] = data.source.grid;
    const density = new Float64Array(rows * columns);
    mass.forEach((moved, k) => {
      const [a, b] = [places.source.get(from[k]), places.target.get(to[k])];
      const c = ((a[0] + t * (b[0] - a[0]) - panel.x) / panel.w) * columns - 0.5;
      const r = ((a[1] + t * (b[1] - a[1]) - panel.y) / panel.h) * rows - 0.5;
      const [r0, c0] = [Math.floor(r), Math.floor(c)];
      for (const [dr, dc] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
        const row = Math.min(rows - 1, Math.max(0, r0 + dr));
        const column = Math.min(columns - 1, Math.max(0, c0 + dc));
        density[row * columns + column] += moved * (dr ? r - r0 : 1 - r + r0) * (dc ? c - c0 : 1 - c + c0);
      }
    });
    const most = density.reduce((top, value) => Math.max(top, value), 0) || 1;
    const pixels = small.getImageData(0, 0, columns, rows);
    const colour = mixed(t);
    density.forEach((value, k) => {
      const ink = Math.min(1, value / most) ** 0.7;
      for (let c = 0; c < 3; c++) pixels.data[4 * k + c] = 255 - ink * (255 - colour[c]);
      pixels.data[4 * k + 3] = 255;
    });
    small.putImageData(pixels, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small.canvas, panel.x, panel.y, panel.w, panel.h);
  };
  const paint = () => {
    const t = +slider.value;
    document.getElementById("shown").textContent = "t = " + t.toFixed(2);
    pen.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
    pen.clearRect(view.x, view.y, view.width, view.height);
    svg.classList.toggle("moving", slider.dataset.used === "yes");
    if (slider.dataset.used === "yes") (data.kind === "image" ? paintImage : paintCloud)(t);
  };
  slider.addEventListener("input", () => {
    slider.dataset.used = "yes";
    paint();
  });
  document.getElementById("still").addEventListener("click", () => {
    slider.dataset.used = "no";
    slider.value = 0;
    paint();
  });
  let moving = 0;
  document.getElementById("play").addEventListener("click", () => {
    cancelAnimationFrame(moving);
    slider.dataset.used = "yes";
    const begin = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - begin) / 2200);
      // Smoothstep: starts and arrives at rest.
      slider.value = t * t * (3 - 2 * t);
      paint();
      if (t < 1) moving = requestAnimationFrame(step);
    };
    moving = requestAnimationFrame(step);
  });
})();
`;
