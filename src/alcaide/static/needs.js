/* Draws what needs what with Cytoscape, from the data on the page. Without it the list beside holds the same. */
(() => {
  "use strict";
  const place = document.querySelector("[data-needs]");
  if (!place || !window.cytoscape) return;
  const graph = JSON.parse(place.dataset.needs);
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const bend = (edge) => {
    const [from, to] = [edge.source().position(), edge.target().position()];
    return to.x - from.x + to.y - from.y > 0 ? -110 : 110;
  };
  const looks = () => [
    { selector: "node", style: {
      "background-color": token("card"), "border-width": 2, "border-color": (node) => token(node.data("area")),
      "label": "data(label)", "color": token("ink"), "font-family": "Inter, system-ui, sans-serif", "font-size": 12,
      "text-valign": "center", "text-wrap": "wrap", "text-max-width": 120, "shape": "round-rectangle",
      "width": 140, "height": 44 } },
    { selector: "node[?here]", style: { "background-color": token("accent"), "color": token("on-accent"), "border-color": token("accent") } },
    { selector: "edge", style: {
      "width": 1.5, "line-color": token("edge"), "target-arrow-color": token("edge"), "target-arrow-shape": "triangle",
      "curve-style": "bezier" } },
    /* Between two of one column a straight line would run through those that stand between them. */
    { selector: "edge[?beside]", style: { "curve-style": "unbundled-bezier", "control-point-distances": bend, "source-endpoint": narrow ? "0deg" : "90deg", "target-endpoint": narrow ? "0deg" : "90deg" } },
  ];
  place.hidden = false;
  document.querySelector("[data-needs-none]").hidden = true;
  /* Columns: what needs the asset on the left, what it needs on the right; on a phone from top to bottom. */
  const narrow = place.clientWidth < 560;
  const rows = new Map();
  const position = (node) => {
    const along = node.data("side") * node.data("steps");
    const row = rows.get(along) || 0;
    rows.set(along, row + 1);
    const across = (row % 2 ? -1 : 1) * Math.ceil(row / 2);
    return narrow ? { x: across * 160, y: along * 90 } : { x: along * 210, y: across * 64 };
  };
  const drawing = window.cytoscape({
    container: place, style: looks(), minZoom: 0.2, maxZoom: 2, userZoomingEnabled: false,
    userPanningEnabled: !narrow, boxSelectionEnabled: false,
    elements: [...graph.nodes, ...graph.edges].map((data) => ({ data })),
    layout: { name: "preset", positions: position, fit: true, padding: 16 },
  });
  if (drawing.zoom() > 1) { drawing.zoom(1); drawing.center(); }
  drawing.on("tap", "node", (event) => { location.href = event.target.data("url"); });
  /* The canvas is for eyes and pointers; keyboards and readers have the list. */
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", document.getElementById("h-drawn").textContent);
  new MutationObserver(() => drawing.style(looks())).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
