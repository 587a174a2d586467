/* Says a typed rate both ways round before it is sent: `data-rate` on its field names our currency. */
(() => {
  "use strict";
  const number = document.querySelector("[data-rate]");
  const echo = document.querySelector("[data-rate-echo]");
  if (!number || !echo) return;
  const currency = number.form.elements.currency;
  const ours = number.dataset.rate;
  const tell = () => {
    const typed = number.value.trim();
    const rate = Number(typed);
    const other = currency.value.trim().toUpperCase();
    echo.hidden = !(typed && Number.isFinite(rate) && rate > 0 && /^[A-Z]{3}$/.test(other));
    if (echo.hidden) return;
    const words = { one: `1 ${ours}`, n: typed, other, other_one: `1 ${other}`, turned: Number((1 / rate).toPrecision(5)), ours };
    echo.textContent = echo.dataset.rateEcho.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  };
  for (const field of [number, currency]) field.addEventListener("input", tell);
  tell();
})();
