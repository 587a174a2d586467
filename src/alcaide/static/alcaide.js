/* What the pages do beyond plain HTML. Everything hangs on data- attributes and every page works without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  let theme = root.dataset.bsTheme || "auto";

  /* Runs before the first paint, so that `auto` never flashes. */
  const showTheme = () => { root.dataset.bsTheme = theme === "auto" ? (prefersDark.matches ? "dark" : "light") : theme; };
  showTheme();
  prefersDark.addEventListener("change", showTheme);

  const on = (kind, selector, act, capture = false) => document.addEventListener(kind, (event) => {
    const found = event.target instanceof Element && event.target.closest(selector);
    if (found) act(event, found);
  }, capture);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  on("submit", "[data-theme-form]", (event) => {
    if (!event.submitter) return;
    event.preventDefault();
    theme = event.submitter.value;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    showTheme();
    all("[data-theme-form] button").find((button) => button.value !== theme)?.focus();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const find = document.querySelector("[data-find]");
      if (find) { event.preventDefault(); find.focus(); find.select(); }
    }
    if (event.key === "Escape") all("details.whose[open], details.menu[open]").forEach(close);
  });
  const close = (details) => { details.open = false; details.querySelector("summary").focus(); };
  document.addEventListener("click", (event) => {
    all("details.whose[open], details.menu[open]").forEach((open) => { if (!open.contains(event.target)) open.open = false; });
  });

  /* Asks before what cannot be taken back: `data-confirm="words"` on a form, a button or a link. */
  const ask = (words, go) => {
    const dialog = document.getElementById("confirm");
    if (!dialog || !dialog.showModal) { if (window.confirm(words)) go(); return; }
    dialog.querySelector("[data-confirm-words]").textContent = words;
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") go(); }, { once: true });
    dialog.showModal();
  };
  const chosenIn = (form) => form.elements.everything?.checked
    ? form.elements.everything.dataset.total
    : Array.from(form.elements).filter((box) => box.matches("[data-pick]:checked")).length;
  const agreed = new WeakSet();
  on("submit", "form", (event, form) => {
    const words = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (!words || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(words.replace("{n}", chosenIn(form)), () => {
      agreed.add(form);
      if (form.elements.sure) form.elements.sure.value = "1";
      form.requestSubmit(submitter);
    });
  }, true);
  on("click", "a[data-confirm]", (event, link) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(link.dataset.confirm, () => location.assign(link.href));
  }, true);

  /* Selected rows and the bar that acts on them: `data-list` around `data-pick` boxes, `data-pick-all`, `data-bulk`. */
  const recount = (list) => {
    const boxes = all("[data-pick]", list);
    const picked = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr, li")?.classList.toggle("picked", box.checked));
    all("[data-pick-all]", list).forEach((box) => {
      box.checked = boxes.length > 0 && picked.length === boxes.length;
      box.indeterminate = picked.length > 0 && picked.length < boxes.length;
    });
    all("[data-bulk]", list).forEach((bar) => { bar.hidden = picked.length === 0; });
    all("[data-bulk-count]", list).forEach((spot) => { spot.textContent = (spot.dataset.words || "{n}").replace("{n}", picked.length); });
  };
  let lastPicked = null;
  on("click", "[data-pick]", (event, box) => {
    const list = box.closest("[data-list]");
    if (!list) return;
    const boxes = all("[data-pick]", list);
    const from = boxes.indexOf(lastPicked);
    const to = boxes.indexOf(box);
    if (event.shiftKey && from >= 0) boxes.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => { each.checked = box.checked; });
    lastPicked = box;
    recount(list);
  });
  on("change", "[data-pick-all]", (event, box) => {
    const list = box.closest("[data-list]");
    if (!list) return;
    all("[data-pick]", list).forEach((each) => { each.checked = box.checked; });
    recount(list);
  });
  on("click", "[data-bulk-clear]", (event, button) => {
    const list = button.closest("[data-list]");
    if (!list) return;
    event.preventDefault();
    all("[data-pick]", list).forEach((each) => { each.checked = false; });
    recount(list);
    list.querySelector("[data-pick]")?.focus();
  });

  /* Opens what stands under a row: `data-opens="id"` beside `aria-expanded`. */
  on("click", "[data-opens]", (event, button) => {
    const opened = document.getElementById(button.dataset.opens);
    if (!opened) return;
    event.preventDefault();
    opened.hidden = !opened.hidden;
    button.setAttribute("aria-expanded", String(!opened.hidden));
  });

  on("click", "[data-dismiss]", (event, button) => button.closest("[data-message]")?.remove());
  on("change", "form[data-autosubmit]", (event, form) => form.requestSubmit());

  /* Warns before a half-filled form is left: `data-warn-dirty`. */
  const dirty = new Set();
  on("input", "form[data-warn-dirty]", (event, form) => dirty.add(form));
  document.addEventListener("submit", (event) => dirty.delete(event.target));
  addEventListener("beforeunload", (event) => {
    if (Array.from(dirty).some((form) => form.isConnected)) event.preventDefault();
  });

  /* Files: drop, size check, progress. `data-drop` around an <input type=file>, `data-max-bytes`, `data-too-big`. */
  const size = (bytes) => {
    const steps = ["B", "kB", "MB", "GB"];
    const step = Math.min(steps.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
    return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0)} ${steps[step]}`;
  };
  const tellFiles = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const files = Array.from(input.files);
    const most = Number(zone.dataset.maxBytes || 0);
    const big = most ? files.find((file) => file.size > most) : null;
    input.setCustomValidity(big ? zone.dataset.tooBig.replace("{name}", big.name).replace("{size}", size(big.size)).replace("{most}", size(most)) : "");
    const spot = zone.querySelector("[data-chosen]");
    if (spot) spot.textContent = big ? input.validationMessage : files.map((file) => `${file.name}, ${size(file.size)}`).join("; ");
    zone.classList.toggle("wrong", Boolean(big));
    zone.classList.toggle("filled", files.length > 0 && !big);
  };
  on("change", "[data-drop] input[type=file]", (event, input) => tellFiles(input.closest("[data-drop]")));
  on("dragover", "[data-drop]", (event, zone) => { event.preventDefault(); zone.classList.add("over"); });
  on("dragleave", "[data-drop]", (event, zone) => { if (!zone.contains(event.relatedTarget)) zone.classList.remove("over"); });
  on("drop", "[data-drop]", (event, zone) => {
    event.preventDefault();
    zone.classList.remove("over");
    const input = zone.querySelector("input[type=file]");
    if (!event.dataTransfer.files.length) return;
    const taken = new DataTransfer();
    Array.from(event.dataTransfer.files).slice(0, input.multiple ? undefined : 1).forEach((file) => taken.items.add(file));
    input.files = taken.files;
    tellFiles(zone);
  });
  on("submit", "form[data-upload]", (event, form) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const bar = form.querySelector("[data-upload-bar]");
    const buttons = all("button", form);
    const sent = new XMLHttpRequest();
    const body = new FormData(form, event.submitter);
    const restore = () => { buttons.forEach((button) => { button.disabled = false; }); if (bar) bar.hidden = true; };
    buttons.forEach((button) => { button.disabled = true; });
    if (bar) bar.hidden = false;
    sent.upload.addEventListener("progress", (step) => {
      if (bar && step.lengthComputable) { bar.max = step.total; bar.value = step.loaded; }
    });
    sent.addEventListener("load", () => { restore(); showAnswer(sent); });
    sent.addEventListener("error", () => { restore(); say("offline"); });
    sent.open("POST", form.action);
    sent.send(body);
  });
  let swapped = false;
  const showAnswer = (answer) => {
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    const main = page.getElementById("main");
    if (!main) { say("failed"); return; }
    swapped = true;
    history.pushState(null, "", answer.responseURL);
    document.title = page.title;
    ["messages", "main"].forEach((id) => {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
    });
    window.htmx?.process(document.getElementById("main"));
    ready();
    document.getElementById("main").focus();
    scrollTo(0, 0);
  };
  addEventListener("popstate", () => { if (swapped) location.reload(); });

  /* Says why a piece of the page did not come; the words stand in the page, in its language. */
  const say = (what) => {
    const messages = document.getElementById("messages");
    const words = messages?.dataset[what];
    if (!words) return;
    const line = document.createElement("p");
    line.className = "message error";
    line.textContent = words;
    messages.replaceChildren(line);
  };
  /* The state of a list whose new page is on its way, was refused or failed; what is shown stays. */
  const loading = new WeakMap();
  const tellList = (list, what, path) => {
    const line = list.querySelector("[data-list-state]");
    if (!line) { say(what); return; }
    const again = line.querySelector("[data-list-again]");
    line.hidden = false;
    line.classList.toggle("error", what !== "loading");
    line.querySelector("[data-list-words]").textContent = line.dataset[what];
    again.hidden = !path;
    if (path) again.href = path;
  };
  const listOf = (event) => event.detail.elt?.closest?.("[data-old]") ? null : event.detail.target?.closest?.("[data-list]");
  const wentWrong = (event, what) => {
    if (event.detail.elt?.closest?.("[data-old]")) return;
    const list = listOf(event);
    if (list) tellList(list, what, event.detail.pathInfo?.finalRequestPath || location.href); else say(what);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt?.closest?.("[data-old]")) { event.preventDefault(); return; }
    const list = listOf(event);
    if (list) loading.set(list, setTimeout(() => tellList(list, "loading"), 400));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const list = listOf(event);
    if (!list) return;
    clearTimeout(loading.get(list));
    const line = list.querySelector("[data-list-state]");
    if (event.detail.successful && line) line.hidden = true;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const list = listOf(event);
    if (!list || !event.detail.shouldSwap || event.detail.serverResponse.includes("data-list")) return;
    /* Somebody whose sign-in ended is led to its page; that is no list. */
    event.detail.shouldSwap = false;
    tellList(list, "refused", event.detail.pathInfo?.finalRequestPath || location.href);
  });
  document.addEventListener("htmx:sendError", (event) => wentWrong(event, "offline"));
  document.addEventListener("htmx:timeout", (event) => wentWrong(event, "offline"));
  document.addEventListener("htmx:responseError", (event) => wentWrong(event, [401, 403].includes(event.detail.xhr.status) ? "refused" : "failed"));
  on("click", "[data-list-again]", (event, again) => {
    const list = again.closest("[data-list]");
    if (!window.htmx || !list) return;
    event.preventDefault();
    window.htmx.ajax("GET", again.getAttribute("href"), { source: list, target: list, swap: "outerHTML" });
  });

  /* Keys in a list: j and k or the arrows move, x ticks, o opens, Enter goes to the row's page, ? shows them. */
  const step = (row, by) => {
    const rows = all("[data-row]");
    const next = row ? rows[rows.indexOf(row) + by] : rows[by > 0 ? 0 : rows.length - 1];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const moves = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const here = document.activeElement;
    const row = here?.closest?.("[data-row]");
    const go = (element) => { if (element) { event.preventDefault(); element.click(); } };
    if (event.key in moves && (row || event.key.length === 1)) {
      if (!document.querySelector("[data-row]")) return;
      event.preventDefault();
      step(row, moves[event.key]);
    } else if (event.key === "?") {
      const keys = document.getElementById("keys");
      if (keys?.showModal) { event.preventDefault(); keys.showModal(); }
    } else if (!row) {
      return;
    } else if (event.key === "x") {
      go(row.querySelector("[data-pick]"));
    } else if (event.key === "o") {
      go(row.querySelector(".opener a, [data-opens]"));
    } else if (event.key === "Enter" && here === row) {
      go(row.querySelector(".lead a"));
    }
  });
  on("click", "[data-keys]", () => document.getElementById("keys")?.showModal());

  /* Words that may be read as an admission are told gently beside a reason while it is typed; nothing is held back. */
  const wordingHint = (box) => {
    const told = box.parentElement.querySelector(".wording");
    if (told) return told;
    const hint = document.createElement("p");
    hint.className = "wording";
    hint.setAttribute("role", "status");
    box.after(hint);
    return hint;
  };
  on("focusin", "[data-wording]", (event, box) => wordingHint(box));
  on("input", "[data-wording]", (event, box) => {
    const said = (word) => new RegExp(`(?<![\\p{L}\\d])${word}(?![\\p{L}\\d])`, "iu").test(box.value);
    const found = box.dataset.wording.split(";").map((word) => word.trim()).filter((word) => word && said(word));
    wordingHint(box).textContent = found.length ? `“${found.join("”, “")}”: ${box.dataset.wordingHint}` : "";
  });

  const ready = () => {
    all("[data-dismiss], [data-keys]").forEach((button) => { button.hidden = false; });
    all("[data-list]").forEach(recount);
    /* On a phone the row of views scrolls; the one that is open shall be seen. */
    all(".views [aria-current]").forEach((tab) => { const row = tab.closest("ul"); if (row) row.scrollLeft = tab.offsetLeft - row.offsetLeft - 16; });
  };
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:afterSettle", ready);
})();
