/* Offers people while a mention is typed: `data-mentions="address"` on a textarea. Without it @name works all the same. */
(() => {
  "use strict";
  const TYPED = /(?:^|[^\w@./:+-])@([\p{L}\p{N}_.'’+-]{1,40})$/u;
  let asked = 0;
  const close = (area) => {
    area.offers?.remove();
    area.offers = null;
    ["aria-controls", "aria-activedescendant"].forEach((name) => area.removeAttribute(name));
  };
  const choose = (area, item) => {
    const before = area.value.slice(0, area.selectionStart);
    const found = TYPED.exec(before);
    if (found) {
      const from = before.length - found[1].length;
      area.setRangeText(`${item.dataset.handle} `, from, area.selectionStart, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    close(area);
    area.focus();
  };
  const mark = (area, step) => {
    const items = Array.from(area.offers.children);
    const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const next = (now + step + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === next)));
    area.setAttribute("aria-activedescendant", items[next].id);
    items[next].scrollIntoView({ block: "nearest" });
  };
  const offer = (area, people) => {
    close(area);
    if (!people.length) return;
    const list = document.createElement("ul");
    list.className = "offers";
    list.id = `${area.id}-offers`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", area.dataset.mentionsLabel || "@");
    people.forEach((person, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === 0));
      item.dataset.handle = person.handle;
      const mail = document.createElement("small");
      mail.textContent = person.email;
      item.append(person.name, mail);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(area, item); });
      list.append(item);
    });
    area.after(list);
    list.style.setProperty("top", `${area.offsetTop + area.offsetHeight + 12}px`);
    area.offers = list;
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("aria-activedescendant", list.firstChild.id);
  };
  document.addEventListener("input", async (event) => {
    const area = event.target.closest?.("textarea[data-mentions]");
    if (!area) return;
    area.setAttribute("aria-autocomplete", "list");
    const found = TYPED.exec(area.value.slice(0, area.selectionStart));
    const mine = ++asked;
    if (!found) { close(area); return; }
    try {
      const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(found[1])}`, { headers: { Accept: "application/json" } });
      if (mine !== asked) return;
      offer(area, answer.ok ? (await answer.json()).people : []);
    } catch { close(area); }
  });
  document.addEventListener("keydown", (event) => {
    const area = event.target.closest?.("textarea[data-mentions]");
    if (!area?.offers) return;
    const marked = area.offers.querySelector("[aria-selected=true]");
    if (event.key === "ArrowDown") mark(area, 1);
    else if (event.key === "ArrowUp") mark(area, -1);
    else if (event.key === "Escape") close(area);
    else if ((event.key === "Enter" || event.key === "Tab") && marked) choose(area, marked);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => { if (event.target.offers) close(event.target); });
})();
