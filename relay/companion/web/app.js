// The companion's frame: who is in sees their account, who is not signs in.
import * as door from "/web/door.js";
import { showAccount } from "/web/account.js";
import { silence } from "/web/messages.js";

// element("p", {class: "soft"}, "text", child): text stays text, whatever is in it.
export function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...inside.flat().filter((one) => one !== null && one !== undefined));
  return made;
}

export function field(label, attributes) {
  return element("label", {}, element("span", {}, label), element("input", attributes));
}

export function trouble(problem) {
  return element("p", { class: "trouble", role: "alert" }, problem.title || "That did not work", element("small", {}, problem.hint || problem.message));
}

// A form that says what went wrong in its own place. `send` gets the fields.
export function form(attributes, inside, send) {
  const made = element("form", { ...attributes, onsubmit: async (event) => {
    event.preventDefault();
    made.querySelector(".trouble")?.remove();
    const button = made.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(made)), made);
    } catch (problem) {
      made.append(trouble(problem));
    } finally {
      button.disabled = false;
    }
  } }, ...inside);
  return made;
}

function signInForm() {
  const code = field("Code of your authenticator", { name: "otp", autocomplete: "one-time-code", inputmode: "text", placeholder: "123 456 or a recovery code" });
  code.hidden = true;
  return element("section", { class: "card narrow" }, element("h2", {}, "Welcome back"),
    form({}, [
      field("Name", { name: "username", autocomplete: "username", required: true, autofocus: true, autocapitalize: "none" }),
      field("Password", { name: "password", type: "password", autocomplete: "current-password", required: true }),
      code, element("button", { type: "submit", class: "main" }, "Sign in"),
    ], async (fields) => {
      try {
        await door.signIn(fields.username, fields.password, fields.otp.replaceAll(" ", ""));
      } catch (problem) {
        if (problem.code !== "auth.second_factor") throw problem;
        code.hidden = false;
        code.querySelector("input").focus();
        return;
      }
      await start();
    }),
    element("p", { class: "soft small" }, "Accounts are made on the relay: relay user add NAME"));
}

const place = document.getElementById("app");
const out = document.getElementById("sign-out");

export async function start() {
  out.hidden = !door.signedIn();
  if (!door.signedIn()) return place.replaceChildren(signInForm());
  try {
    await showAccount(place, new URLSearchParams(location.search).get("user_code") || "");
  } catch (problem) {
    if (!door.signedIn()) return start();
    place.replaceChildren(trouble(problem));
  }
}

if (out) {
  window.addEventListener("unhandledrejection", (event) => {
    place.querySelector(":scope > .trouble")?.remove();
    place.prepend(trouble(event.reason));
  });
  out.addEventListener("click", async () => { await silence(); await door.signOut(); await start(); });
  navigator.serviceWorker?.register("/web/worker.js", { scope: "/" }).catch(() => {});
  door.resume().then(start);
}
