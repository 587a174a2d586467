/* What the ticked actions come to, asked from the server so that sums are written in one way: `data-sums` names where. */
(() => {
  "use strict";
  const WAIT_MS = 150;
  let waiting = null;
  let asked = 0;
  const spotOf = (list) => {
    const count = list.querySelector("[data-bulk-count]");
    let spot = list.querySelector("[data-bulk-sums]");
    if (!spot && count) {
      spot = document.createElement("span");
      spot.dataset.bulkSums = "";
      spot.setAttribute("role", "status");
      count.after(spot);
    }
    return spot;
  };
  const tell = async (list) => {
    const spot = spotOf(list);
    const picked = Array.from(list.querySelectorAll("[data-pick]:checked"), (box) => box.value);
    const number = ++asked;
    if (!spot) return;
    if (picked.length === 0 || list.querySelector("[name=everything]:checked")) {
      spot.textContent = "";
      return;
    }
    const query = new URLSearchParams(picked.map((uid) => ["uid", uid]));
    try {
      const answer = await fetch(`${list.closest("[data-sums]").dataset.sums}?${query}`, { credentials: "same-origin" });
      if (number === asked) spot.textContent = answer.ok ? (await answer.text()).trim() : "";
    } catch {
      if (number === asked) spot.textContent = "";
    }
  };
  const later = (event) => {
    if (!event.target.closest("[data-pick], [data-pick-all], [data-bulk-clear], [name=everything]")) return;
    const list = event.target.closest("[data-sums] [data-list]");
    if (!list) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(list), WAIT_MS);
  };
  document.addEventListener("change", later);
  document.addEventListener("click", later);

  /* The heading adds single prices, for a list must be there at once; what its actions remove together comes after. */
  const head = async () => {
    const box = document.querySelector("[data-heading]");
    const before = box?.querySelector("h1")?.textContent;
    if (!before) return;
    const answer = await fetch(box.dataset.heading, { credentials: "same-origin" }).catch(() => null);
    if (answer?.status !== 200) return;
    const said = await answer.json();
    const write = () => {
      const heading = box.querySelector("h1");
      if (heading?.textContent !== before) return;
      const rest = document.createElement("span");
      rest.textContent = said.rest;
      heading.replaceChildren(`${said.answer} `, rest);
    };
    write();
    document.addEventListener("htmx:afterSettle", write);
  };
  head();
})();
