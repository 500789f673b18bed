// The interactive part of a match's report, as the text of a plain script: marks tell who they are, layers can be left out, the scene answers.
// It reads the marks of the overlay (data-i, data-j) and the page's JSON blocks, one a view, and starts the scenes if the browser can draw them.

/** The script. It runs in a browser, after the page and the viewer. */
export const overlayScript: string = `
for (const answer of document.querySelectorAll(".answer")) (() => {
  "use strict";
  const data = JSON.parse(answer.querySelector(".data").textContent);
  const svg = answer.querySelector(".overlay svg");
  const tip = document.getElementById("tip");
  const host = answer.querySelector(".scene");
  const byEllipsoid = new Map();
  const byEllipse = new Map();
  const put = (map, key, value) => map.set(key, [...(map.get(key) || []), value]);
  for (const [i, j, p] of data.matches) {
    put(byEllipsoid, i, [j, p]);
    put(byEllipse, j, [i, p]);
  }
  const short = (x, digits) => Number(x.toPrecision(digits || 3)).toString();
  const chance = (p) => (p === null ? "" : ", probability " + (p > 0.9995 ? "1" : p.toFixed(3)));

  const say = (event, lines) => {
    tip.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    tip.hidden = false;
    const right = event.clientX + 16 + tip.offsetWidth < innerWidth ? event.clientX + 16 : event.clientX - 16 - tip.offsetWidth;
    tip.style.left = Math.max(4, right) + "px";
    tip.style.top = Math.min(innerHeight - tip.offsetHeight - 4, event.clientY + 14) + "px";
  };
  const focus = (ellipsoids, ellipses) => {
    for (const mark of svg.querySelectorAll(".focus")) mark.classList.remove("focus");
    for (const i of ellipsoids) for (const mark of svg.querySelectorAll('[data-i="' + i + '"]')) mark.classList.add("focus");
    for (const j of ellipses) for (const mark of svg.querySelectorAll('[data-j="' + j + '"]')) mark.classList.add("focus");
    svg.classList.toggle("focused", ellipsoids.length + ellipses.length > 0);
  };
  const aboutEllipsoid = (i) => {
    const links = byEllipsoid.get(i) || [];
    const lines = ["ellipsoid " + i];
    for (const [j, p] of links) lines.push("→ ellipse " + j + chance(p));
    const residual = data.residuals[i];
    if (residual !== null) lines.push("off by " + short(residual) + " pixels, " + short(residual / data.noise, 2) + " times the noise");
    if (links.length === 0) lines.push("no ellipse: " + (data.reasons[i] || "unseen"));
    if (links.length && data.scene.fates[i] !== "linked") lines.push(data.scene.fates[i] + " with others");
    return lines;
  };
  const aboutEllipse = (j) => {
    const links = byEllipse.get(j) || [];
    const lines = ["ellipse " + j];
    for (const [i, p] of links) lines.push("← ellipsoid " + i + chance(p));
    if (links.length === 0) lines.push("no ellipsoid is behind it");
    return lines;
  };

  let viewer = null;
  const start = () => { viewer = window.mongeScene
    ? window.mongeScene(host, data, (i) => {
        focus(i === null ? [] : [i], i === null ? [] : (byEllipsoid.get(i) || []).map(([j]) => j));
        if (viewer) viewer.highlight(i);
        if (i === null) tip.hidden = true;
        else say(lastMove, aboutEllipsoid(i));
      })
    : null;
    if (!viewer) host.classList.add("blank");
  };
  // A browser draws a few scenes only: views that are folded away wait.
  if (answer.open === false) answer.addEventListener("toggle", start, { once: true });
  else start();
  let lastMove = null;
  host.addEventListener("pointermove", (event) => { lastMove = event; }, true);
  for (const button of answer.querySelectorAll("[data-look]"))
    button.addEventListener("click", () => host.dispatchEvent(new CustomEvent("monge-look", { detail: button.dataset.look })));

  const clear = () => {
    focus([], []);
    tip.hidden = true;
    if (viewer) viewer.highlight(null);
  };
  svg.addEventListener("pointermove", (event) => {
    const mark = event.target.closest && event.target.closest("[data-i], [data-j]");
    if (!mark) return clear();
    if (mark.dataset.i !== undefined) {
      const i = +mark.dataset.i;
      focus([i], (byEllipsoid.get(i) || []).map(([j]) => j));
      say(event, aboutEllipsoid(i));
      if (viewer) viewer.highlight(i);
    } else {
      const j = +mark.dataset.j;
      const behind = (byEllipse.get(j) || []).map(([i]) => i);
      focus(behind, [j]);
      say(event, aboutEllipse(j));
      if (viewer) viewer.highlight(behind.length ? behind[0] : null);
    }
  });
  svg.addEventListener("pointerleave", clear);

  for (const box of answer.querySelectorAll("input[data-layer]"))
    box.addEventListener("change", () => svg.classList.toggle("no-" + box.dataset.layer, !box.checked));
  for (const box of answer.querySelectorAll("input[data-scene]"))
    box.addEventListener("change", () => {
      const [name, on, off] = box.dataset.scene.split(" ");
      host.dataset[name] = box.checked ? on : off;
    });
})();
`;
