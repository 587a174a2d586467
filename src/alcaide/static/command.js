/* The command bar: opens under the search field, or anywhere with Ctrl K; arrows choose, Enter opens, Escape closes. */
(() => {
  "use strict";
  const MOST_RECENT = 8;
  const field = () => document.querySelector("[data-find]");
  const box = () => document.querySelector("[data-command]");
  const options = () => Array.from(box()?.querySelectorAll("[role=option]") || []);
  let asked = null;
  let wait = 0;
  /* The words that the options shown answer, and what was pressed while those of other words were still awaited. */
  let answered = null;
  let steps = 0;
  let opens = false;

  /* What this person opened last, on this device alone; signing out forgets it. */
  const place = () => `recent-${document.body.dataset.who || ""}`;
  const recent = () => { try { return JSON.parse(localStorage.getItem(place()) || "[]"); } catch { return []; } };
  const remember = () => {
    /* The page of one record: its address ends with the record's identifier. What stands behind a wall leaves no trace. */
    if (location.pathname.startsWith("/matters/") || !document.body.dataset.who || !/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/$/.test(location.pathname)) return;
    const seen = recent().filter((each) => each.url !== location.pathname);
    seen.unshift({ url: location.pathname, label: document.title.replace(/ · Alcaide$/, "") });
    try { localStorage.setItem(place(), JSON.stringify(seen.slice(0, MOST_RECENT))); } catch { /* A full or closed store only loses this convenience. */ }
  };
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.matches("form[data-sign-out]")) {
      Object.keys(localStorage).filter((key) => key.startsWith("recent-")).forEach((key) => localStorage.removeItem(key));
    }
  });

  const show = (is) => {
    const bar = box();
    if (!bar) return;
    bar.hidden = !is;
    field().setAttribute("aria-expanded", String(is));
    if (!is) field().removeAttribute("aria-activedescendant");
  };
  const chosen = () => options().find((each) => each.getAttribute("aria-selected") === "true");
  const mark = (option) => {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    option.scrollIntoView({ block: "nearest" });
    field().setAttribute("aria-activedescendant", option.id);
  };
  const choose = (step) => {
    const all = options();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    /* From nothing chosen, down is the first and up the last. */
    const next = at < 0 && step < 0 ? step : at + step;
    mark(all[((next % all.length) + all.length) % all.length]);
  };
  const fill = (html) => {
    const bar = box();
    const before = chosen()?.getAttribute("href");
    const fresh = new DOMParser().parseFromString(html, "text/html");
    bar.replaceChildren(...Array.from(fresh.body.childNodes, (node) => document.adoptNode(node)));
    if (!field().value.trim()) bar.prepend(...lately());
    show(true);
    /* What was chosen while the answer was under way stays chosen where it is offered again. */
    field().removeAttribute("aria-activedescendant");
    const again = before && options().find((each) => each.getAttribute("href") === before);
    if (again) mark(again);
    if (steps) choose(steps);
    const enter = opens;
    forget();
    if (enter) go();
  };
  const awaited = () => asked !== null && answered === null;
  const forget = () => { steps = 0; opens = false; };
  const go = () => {
    const option = chosen();
    if (option) location.assign(option.href);
    else field().form.requestSubmit();
  };
  const lately = () => {
    const seen = recent().filter((each) => typeof each.url === "string" && each.url.startsWith("/") && !each.url.startsWith("//") && each.url !== location.pathname);
    if (!seen.length) return [];
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", box().dataset.recentLabel);
    const head = document.createElement("p");
    head.className = "group";
    head.setAttribute("aria-hidden", "true");
    head.textContent = box().dataset.recentLabel;
    group.append(head, ...seen.map((each, number) => {
      const link = document.createElement("a");
      link.setAttribute("role", "option");
      link.setAttribute("aria-selected", "false");
      link.id = `c-r-${number}`;
      link.tabIndex = -1;
      link.href = each.url;
      const words = document.createElement("span");
      words.textContent = each.label;
      link.append(words);
      return link;
    }));
    return [group];
  };
  const ask = () => {
    clearTimeout(wait);
    asked?.abort();
    answered = null;
    forget();
    const question = new AbortController();
    asked = question;
    wait = setTimeout(async () => {
      const words = field().value;
      try {
        const answer = await fetch(`${box().dataset.command}?q=${encodeURIComponent(words)}`, { signal: question.signal, redirect: "error", headers: { "X-Requested-With": "fetch" } });
        const html = await answer.text();
        if (asked !== question) return;
        if (!answer.ok) throw new Error(String(answer.status));
        answered = words;
        if (document.activeElement === field()) fill(html);
        else forget();
      } catch {
        /* A newer question took its place, or the house does not answer: then Enter asks the whole page. */
        if (asked !== question) return;
        asked = null;
        const enter = opens;
        forget();
        if (enter) field().form.requestSubmit();
      }
    }, 120);
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && field()) {
      event.preventDefault();
      field().focus();
      field().select();
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    remember();
    const input = field();
    if (!input || !box()) return;
    input.addEventListener("focus", ask);
    input.addEventListener("input", ask);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (awaited()) steps += step;
        else if (box().hidden) ask();
        else choose(step);
      } else if (event.key === "Escape" && !box().hidden) {
        event.preventDefault();
        show(false);
      } else if (event.key === "Enter") {
        if (awaited() && steps) { event.preventDefault(); opens = true; }
        else if (!awaited() && chosen() && !box().hidden) { event.preventDefault(); go(); }
      }
    });
    document.addEventListener("focusin", (event) => { if (!box().contains(event.target) && event.target !== input) show(false); });
    document.addEventListener("pointerdown", (event) => { if (!box().contains(event.target) && event.target !== input) show(false); });
  });
})();
