/* Looks after the pages of one house on one phone: keeps what may be kept, and holds forms until the network is back. */
"use strict";
const ABOUT = {{ about }};
const SHELL = `shell-${ABOUT.edition}`;
const PAGES = "pages-";

/* The queue: one row a waiting form, in the order in which they were typed. */
const open = () => new Promise((give, fail) => {
  const asked = indexedDB.open("alcaide", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("sends", { keyPath: "key" });
  asked.onsuccess = () => give(asked.result);
  asked.onerror = () => fail(asked.error);
});
const withSends = async (mode, act) => {
  const base = await open();
  try {
    return await new Promise((give, fail) => {
      const deal = base.transaction("sends", mode);
      const asked = act(deal.objectStore("sends"));
      deal.oncomplete = () => give(asked && asked.result);
      deal.onerror = deal.onabort = () => fail(deal.error);
    });
  } finally { base.close(); }
};
const everySend = async () => (await withSends("readonly", (sends) => sends.getAll())).sort((a, b) => (a.at < b.at ? -1 : 1));
const keepSend = (send) => withSends("readwrite", (sends) => sends.put(send));
const dropSend = (key) => withSends("readwrite", (sends) => sends.delete(key));

const tell = async (word) => {
  const left = await everySend();
  const pages = await clients.matchAll({ type: "window" });
  pages.forEach((page) => page.postMessage({ word, waiting: left.filter((send) => !send.refused).length, refused: left.filter((send) => send.refused).length }));
};

addEventListener("install", (event) => event.waitUntil((async () => {
  const shell = await caches.open(SHELL);
  await shell.addAll(ABOUT.shell.map((url) => new Request(url, { cache: "reload" })));
  await skipWaiting();
})()));
addEventListener("activate", (event) => event.waitUntil((async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shell-") && name !== SHELL).map((name) => caches.delete(name)));
  await clients.claim();
})()));

const forgetPages = async (but = "") => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PAGES) && name !== but).map((name) => caches.delete(name)));
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === ABOUT.signOut) event.waitUntil(forgetPages());
  /* Only forms that say so in their address are held: an upload of gigabytes must not be copied here. */
  if (request.method === "POST" && request.mode === "navigate" && url.searchParams.has("queued")) event.respondWith(post(request, url));
  else if (request.method === "GET" && request.mode === "navigate") event.respondWith(page(request));
  else if (request.method === "GET" && url.pathname.startsWith(ABOUT.statics)) event.respondWith(still(request));
});

/* Files with hashed names never change: what is kept is right. */
const still = async (request) => (await caches.match(request)) || fetch(request);

const page = async (request) => {
  try {
    const answer = await fetch(request);
    const who = answer.headers.get("X-Alcaide-Who");
    if (who && answer.ok && !answer.redirected) {
      await forgetPages(PAGES + who);
      const copy = answer.clone();
      const headers = new Headers(copy.headers);
      headers.set("X-Alcaide-Kept-At", new Date().toISOString());
      const kept = await caches.open(PAGES + who);
      await kept.put(request.url.split("#")[0], new Response(await copy.blob(), { status: 200, headers }));
    }
    return answer;
  } catch {
    return (await keptPage(request)) || (await caches.match(new URL(request.url).pathname === ABOUT.waiting ? ABOUT.waiting : ABOUT.offline)) || Response.error();
  }
};
const keptPage = async (request) => {
  const found = await caches.match(request.url.split("#")[0]);
  if (!found) return null;
  const age = (Date.now() - Date.parse(found.headers.get("X-Alcaide-Kept-At") || 0)) / 1000;
  if (age <= Number(found.headers.get("X-Alcaide-Keep") || 0)) return found;
  await forgetPages();
  return null;
};

const post = async (request, url) => {
  const spare = request.clone();
  try {
    return await fetch(request);
  } catch (fault) {
    const fields = await typed(spare);
    const key = fields.find(([name]) => name === ABOUT.key);
    if (!key) throw fault;
    const who = fields.find(([name]) => name === "send_who");
    const words = fields.find(([name]) => name === "send_words");
    await keepSend({
      key: key[1], who: who ? who[1] : "", words: words ? words[1] : url.pathname, url: url.pathname + url.search,
      page: request.referrer || url.pathname, fields, at: new Date().toISOString(), refused: "",
    });
    if (registration.sync) await registration.sync.register("send").catch(() => undefined);
    return Response.redirect(`${ABOUT.waiting}?kept=1`, 303);
  }
};
const typed = async (request) => {
  try { return Array.from((await request.formData()).entries()); } catch { return []; }
};

/* Sends what waits, oldest first, one at a time; stops at the first sign that the network is not there. */
let sending = null;
const sendAll = () => { sending ||= sendEach().finally(() => { sending = null; }); return sending; };
const sendEach = async () => {
  const waiting = (await everySend()).filter((send) => !send.refused);
  if (!waiting.length) return;
  const signed = await fetch(ABOUT.token, { redirect: "error", headers: { Accept: "application/json" } }).then((answer) => answer.json()).catch(() => null);
  if (!signed) { await tell("waits"); return; }
  for (const send of waiting) {
    if (send.who && send.who !== signed.who) continue;
    const goesOn = await sendOne(send, signed.token);
    await tell("sent");
    if (!goesOn) break;
  }
};
const sendOne = async (send, token) => {
  const body = new FormData();
  send.fields.forEach(([name, value]) => body.append(name, name === "csrfmiddlewaretoken" ? token : value));
  let answer;
  try {
    answer = await fetch(send.url, { method: "POST", body, redirect: "manual", headers: { [ABOUT.typedAt]: send.at, "X-CSRFToken": token } });
  } catch { return false; }
  if (answer.type === "opaqueredirect") { await dropSend(send.key); return true; }
  if (answer.status >= 500 || answer.status === 429) return false;
  await keepSend({ ...send, refused: String(answer.status) });
  return true;
};

addEventListener("sync", (event) => { if (event.tag === "send") event.waitUntil(sendAll()); });
addEventListener("message", (event) => {
  const { word, key } = event.data || {};
  if (word === "claim") event.waitUntil(clients.claim());
  if (word === "send") event.waitUntil(sendAll());
  if (word === "again") event.waitUntil(again(key));
  if (word === "drop") event.waitUntil(dropSend(key).then(() => tell("dropped")));
  if (word === "count") event.waitUntil(tell("count"));
});
const again = async (key) => {
  const send = (await everySend()).find((each) => each.key === key);
  if (send) { await keepSend({ ...send, refused: "" }); await sendAll(); await tell("sent"); }
};
