// One's own account. Ties the forms of passkeys to allauth's script; what it needs stands in hidden elements, since no
// script is inline.
function passkeys() {
  const form = document.querySelector("[data-passkey]");
  if (!form || !window.PublicKeyCredential || !window.allauth) return;
  form.hidden = false;
  const fault = form.querySelector("[data-passkey-fault]");
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    if (fault) fault.hidden = false;
  });
  const forms = window.allauth.webauthn.forms;
  const ids = { credential: "passkey-credential", data: "passkey-data" };
  if (document.getElementById("id_passwordless")) ids.passwordless = "id_passwordless";
  const kind = form.dataset.passkey;
  if (kind === "login") forms.loginForm({ ids: { ...ids, login: "passkey-login" } });
  if (kind === "authenticate") forms.authenticateForm({ ids: { ...ids, authenticate: "passkey-use" } });
  if (kind === "add") forms.addForm({ ids: { ...ids, add: "passkey-add" } });
}

document.addEventListener("DOMContentLoaded", () => {
  passkeys();
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});
