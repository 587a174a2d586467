// The year: a bar dragged to another week opens the form that asks why. The list has the same as a link.
"use strict";
(() => {
  const DAY_MS = 86400000;
  let held = null;
  let from = 0;

  const columns = (grid) => [...grid.querySelectorAll(".weeks span")];
  const columnAt = (grid, x) => columns(grid).findIndex((week) => {
    const box = week.getBoundingClientRect();
    return x >= box.left && x < box.right;
  });

  document.addEventListener("dragstart", (event) => {
    const bar = event.target.closest ? event.target.closest("[data-move]") : null;
    const grid = bar && bar.closest("[data-year]");
    if (!grid) return;
    held = bar;
    from = columnAt(grid, bar.getBoundingClientRect().right - 8);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", bar.textContent.trim());
    bar.classList.add("lifted");
  });

  document.addEventListener("dragover", (event) => {
    const grid = held && event.target.closest("[data-year]");
    if (!grid || grid !== held.closest("[data-year]")) return;
    event.preventDefault();
    const aim = columnAt(grid, event.clientX);
    columns(grid).forEach((week, index) => week.classList.toggle("aim", index === aim));
  });

  document.addEventListener("drop", (event) => {
    const grid = held && event.target.closest("[data-year]");
    if (!grid || grid !== held.closest("[data-year]")) return;
    event.preventDefault();
    const to = columnAt(grid, event.clientX);
    if (to < 0 || from < 0 || to === from) return;
    const day = new Date(Date.parse(`${held.dataset.on}T00:00:00Z`) + (to - from) * 7 * DAY_MS);
    window.location.assign(`${held.dataset.move}?to=${day.toISOString().slice(0, 10)}`);
  });

  document.addEventListener("dragend", () => {
    if (!held) return;
    held.classList.remove("lifted");
    columns(held.closest("[data-year]")).forEach((week) => week.classList.remove("aim"));
    held = null;
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
