// The account's own page: let glasses in, films and their links, devices, safety.
import { call, download } from "/web/door.js";
import { element, field, form, start } from "/web/app.js";
import { askCard, day, musicCard, poster, preparedCard, watchButton } from "/web/films.js";
import { noticeCard } from "/web/messages.js";
import { searchCard } from "/web/search.js";

const size = (bytes) => (bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

export async function showAccount(place, code) {
  const [me, devices, films, shares, music] = await Promise.all([call("GET", "/me"), call("GET", "/devices"), call("GET", "/memories"), call("GET", "/shares"), call("GET", "/music")]);
  const cards = [
    element("p", { class: "hello" }, `Hello, ${me.name}.`),
    letIn(code), searchCard(), preparedCard(films.memories), askCard(music), filmCard(films.memories.filter((film) => !film.occasion), shares.shares), musicCard(music),
    deviceCard(devices.devices, me), await noticeCard(), safetyCard(me), leaveCard(me)];
  place.replaceChildren(...cards.filter(Boolean));
}

function card(title, ...inside) {
  return element("section", { class: "card" }, element("h2", {}, title), ...inside);
}

function letIn(code) {
  const box = card("Let a device in");
  const ask = form({ class: "row" }, [
    field("The eight letters that it speaks and shows", { name: "user_code", value: code, placeholder: "BCDF-GHJK", autocapitalize: "characters", autocomplete: "off", spellcheck: "false", required: true, class: "code" }),
    element("button", { type: "submit", class: "main" }, "Look"),
  ], async ({ user_code }) => {
    const found = await call("POST", "/devices/pending", { user_code });
    const answer = async (deny) => {
      await call("POST", "/devices/approve", { user_code, deny });
      history.replaceState(null, "", "/");
      await start();
    };
    const may = found.scope === "device" ? "It may hand over clips and ask for films." : "It may do all that you may: look at everything, delete, let others in.";
    ask.replaceWith(element("div", {}, element("p", { class: "big" }, found.name || "A device"), element("p", { class: "soft" }, may),
      element("div", { class: "row" }, element("button", { class: "main", onclick: () => answer(false) }, "Let it in"),
        element("button", { onclick: () => answer(true) }, "Not mine"))));
  });
  box.append(ask);
  return box;
}

function filmCard(films, shares) {
  const ready = films.filter((film) => film.status === "completed").slice(0, 12);
  const shown = ready.map((film) => {
    const links = shares.filter((share) => share.subject_id === film.memory_id && !share.revoked_at && share.expires_at > Date.now());
    const actions = element("div", { class: "actions" }, watchButton(film), links.length ? null : element("button", { onclick: async () => { await call("POST", "/shares", { memory_id: film.memory_id }); await start(); } }, "Share"));
    return element("li", {}, poster(film),
      element("div", { class: "grow" }, element("strong", {}, film.plan?.title || film.query), element("small", {}, `${Math.round(film.duration_s)} s · ${day(film.created_at)}`), ...links.map(linkRow)), actions);
  });
  return card("Films", shown.length ? element("ul", { class: "list" }, shown) : element("p", { class: "soft" }, "Say to your glasses: create a memory video of us in Paris."), otherLinks(ready, shares));
}

function linkRow(share) {
  const copy = element("button", { class: "quiet", onclick: async () => { await navigator.clipboard.writeText(share.url); copy.textContent = "Copied"; } }, "Copy link");
  return element("span", { class: "link" }, element("span", { class: "dot on" }), `shared until ${day(share.expires_at)} · opened ${share.opened} times`, copy,
    element("button", { class: "quiet danger", onclick: async () => { await call("DELETE", `/shares/${share.share_id}`); await start(); } }, "Take back"));
}

function otherLinks(films, shares) {
  const rest = shares.filter((share) => !share.revoked_at && share.expires_at > Date.now() && !films.some((film) => film.memory_id === share.subject_id));
  return rest.length ? element("div", {}, element("h3", {}, "Other links"), ...rest.map((share) => element("p", {}, share.title || "A clip", linkRow(share)))) : null;
}

function deviceCard(devices, me) {
  const rows = devices.filter((device) => !device.revoked_at).map((device) => {
    const own = device.device_id === me.device_id;
    const row = element("li", {}, element("span", { class: `kind ${device.kind}`, "aria-hidden": "true" }),
      element("div", { class: "grow" }, element("strong", {}, device.name || device.kind), element("small", {}, `${own ? "this one · " : ""}seen ${day(device.seen_at)}${device.has_key ? " · has its own key" : ""}`)),
      own ? null : element("button", { class: "danger", onclick: (event) => sure(event.target, "Lost? Shut it out", async () => { await call("DELETE", `/devices/${device.device_id}`); await start(); }) }, "Shut out"));
    return row;
  });
  return card("Devices", element("ul", { class: "list" }, rows));
}

// A second press does it: nothing that cannot be undone by one slip.
function sure(button, words, act) {
  if (button.dataset.sure) return act();
  button.dataset.sure = "yes";
  button.textContent = words;
  return setTimeout(() => { delete button.dataset.sure; button.textContent = "Shut out"; }, 4000);
}

function safetyCard(me) {
  const box = card("Safety");
  if (me.second_factor) {
    box.append(element("p", {}, element("span", { class: "dot on" }), `A second factor is on; ${me.recovery_codes_left} recovery codes are left.`),
      details("Turn it off", form({}, confirmFields(true, "Turn off"), async (fields) => { await call("DELETE", "/me/second-factor", fields); await start(); })));
  } else {
    box.append(element("p", {}, element("span", { class: "dot" }), "Your password alone opens this account."),
      details("Add a second factor", form({}, confirmFields(false, "Begin"), async (fields, made) => offer(made, await call("POST", "/me/second-factor", fields)))));
  }
  box.append(details("Change the password", form({}, [field("Password", { name: "password", type: "password", autocomplete: "current-password", required: true }),
    me.second_factor ? otp() : null, field("New password, ten letters or more", { name: "new_password", type: "password", autocomplete: "new-password", minlength: 10, required: true }),
    element("button", { type: "submit", class: "main" }, "Change")].filter(Boolean), async (fields, made) => { await call("PUT", "/me/password", fields); made.replaceWith(element("p", {}, "Changed. Other browsers must sign in anew.")); })));
  return box;
}

const otp = () => field("Code of your authenticator", { name: "otp", autocomplete: "one-time-code", required: true });

function confirmFields(second, words) {
  return [field("Password", { name: "password", type: "password", autocomplete: "current-password", required: true }), second ? otp() : null, element("button", { type: "submit", class: "main" }, words)].filter(Boolean);
}

function offer(made, offered) {
  const picture = element("img", { class: "qr", alt: "QR code for your authenticator", src: `data:image/svg+xml,${encodeURIComponent(offered.qr_svg)}` });
  made.replaceWith(element("div", {}, element("p", {}, "Scan this with your authenticator, then type the code that it shows."), picture,
    element("p", { class: "soft small" }, "Or type this into it: ", element("code", {}, offered.secret.match(/.{1,4}/g).join(" "))),
    form({ class: "row" }, [field("Code", { name: "otp", autocomplete: "one-time-code", inputmode: "numeric", required: true }), element("button", { type: "submit", class: "main" }, "Turn on")],
      async (fields, inner) => codes(inner.parentElement, (await call("POST", "/me/second-factor/confirm", fields)).recovery_codes))));
}

function codes(place, listed) {
  place.replaceChildren(element("p", {}, "It is on. Keep these on paper: each opens your account once if you lose the authenticator."),
    element("ul", { class: "codes" }, listed.map((code) => element("li", {}, element("code", {}, code)))),
    element("button", { class: "main", onclick: start }, "I have written them down"));
}

function details(title, inside) {
  return element("details", {}, element("summary", {}, title), inside);
}

function leaveCard(me) {
  const room = me.quota_bytes ? `${size(me.stored_bytes)} of ${size(me.quota_bytes)}` : size(me.stored_bytes);
  return card("Your memories", element("p", {}, `${room} kept on this relay.`),
    element("button", { onclick: exported }, "Take everything along"),
    details("End this account", form({}, [element("p", { class: "soft" }, "Every clip, film, face and name is erased. Nothing can bring them back."), ...confirmFields(me.second_factor, "Erase everything")],
      async (fields) => { await call("DELETE", "/me", fields); await start(); })));
}

async function exported(event) {
  const button = event.target;
  button.disabled = true;
  try {
    const { blob, name } = await download("/export");
    element("a", { href: URL.createObjectURL(blob), download: name }).click();
  } finally {
    button.disabled = false;
  }
}
