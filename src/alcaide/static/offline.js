/* The page's side of work without a network: starts the service worker, says what waits, and lists it. */
(() => {
  "use strict";
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  const worker = navigator.serviceWorker;
  const ask = async (message) => { const ready = await worker.ready; ready.active?.postMessage(message); };

  worker.register("/sw.js", { scope: "/" }).then(() => ask({ word: navigator.onLine ? "send" : "count" })).catch(() => undefined);
  /* A page that was on its way while the worker began to act is not its own yet, and its forms would not be held. */
  worker.ready.then(() => { if (!worker.controller) ask({ word: "claim" }); });
  addEventListener("online", () => { later_s = SOON_S; ask({ word: "send" }); });
  worker.addEventListener("message", (event) => { bar(event.data); list(); tryAgain(event.data.waiting); });

  /* A phone says that it is on line before it is: what still waits is tried again, first soon, then each minute. */
  const SOON_S = 2, LATE_S = 60;
  let later_s = SOON_S, timer = 0;
  const tryAgain = (waiting) => {
    clearTimeout(timer);
    if (!waiting) { later_s = SOON_S; return; }
    timer = setTimeout(() => { if (navigator.onLine) ask({ word: "send" }); else tryAgain(waiting); }, later_s * 1000);
    later_s = Math.min(LATE_S, later_s * 2);
  };

  /* The line that says how many forms wait here; its words stand in the page, in its language. */
  const bar = ({ waiting, refused }) => {
    document.querySelectorAll("[data-waiting]").forEach((spot) => {
      spot.hidden = !waiting && !refused;
      const words = refused ? spot.dataset.refused : spot.dataset.words;
      spot.querySelector("[data-waiting-words]").textContent = words.replace("{n}", refused || waiting);
    });
  };

  const sends = () => new Promise((give) => {
    const asked = indexedDB.open("alcaide", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("sends", { keyPath: "key" });
    asked.onerror = () => give([]);
    asked.onsuccess = () => {
      const all = asked.result.transaction("sends").objectStore("sends").getAll();
      all.onsuccess = () => { asked.result.close(); give(all.result.sort((a, b) => (a.at < b.at ? -1 : 1))); };
      all.onerror = () => { asked.result.close(); give([]); };
    };
  });

  const list = async () => {
    const place = document.querySelector("[data-sends]");
    if (!place) return;
    const held = await sends();
    const row = document.querySelector("template[data-send]");
    place.replaceChildren(...held.map((send) => {
      const item = row.content.cloneNode(true);
      item.querySelector("[data-send-words]").textContent = send.words;
      item.querySelector("[data-send-at]").textContent = new Date(send.at).toLocaleString(document.documentElement.lang);
      item.querySelector(send.refused ? "[data-send-refused]" : "[data-send-waits]").hidden = false;
      const page = item.querySelector("[data-send-page]");
      page.href = send.page;
      const typed = item.querySelector("[data-send-typed]");
      send.fields.filter(([name, value]) => typeof value === "string" && value && !/^(send_|csrfmiddlewaretoken|version)/.test(name)).forEach(([name, value]) => {
        const term = document.createElement("dt");
        const said = document.createElement("dd");
        term.textContent = name.replaceAll("_", " ");
        said.textContent = value;
        typed.append(term, said);
      });
      item.querySelector("[data-send-again]").addEventListener("click", () => ask({ word: "again", key: send.key }));
      item.querySelector("[data-send-drop]").addEventListener("click", (event) => {
        if (confirm(event.currentTarget.dataset.words)) ask({ word: "drop", key: send.key });
      });
      return item;
    }));
    document.querySelectorAll("[data-sends-none]").forEach((spot) => { spot.hidden = held.length > 0; });
    document.querySelectorAll("[data-sends-some]").forEach((spot) => { spot.hidden = held.length === 0; });
  };
  document.addEventListener("DOMContentLoaded", list);
  if (document.readyState !== "loading") list();
})();
