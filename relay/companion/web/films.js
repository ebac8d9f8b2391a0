// Films: those that were asked for, those that were prepared, and the music under them. What plays, plays here, also while it is made.
import { call, upload } from "/web/door.js";
import { element, field, form, start } from "/web/app.js";

const day = (ms) => new Date(ms).toLocaleDateString(undefined, { dateStyle: "medium" });
const HLS = "application/vnd.apple.mpegurl";
const LOOK_MS = 1000;

// The relay's links are whole addresses; this page may only load from where it came from.
export const path = (url) => { const parsed = new URL(url, location.href); return parsed.pathname + parsed.search; };

function card(title, ...inside) {
  return element("section", { class: "card" }, element("h2", {}, title), ...inside);
}

export function preparedCard(films) {
  const ready = films.filter((film) => film.occasion && film.status === "completed");
  if (!ready.length) return null;
  return card("Ready for you", element("ul", { class: "list" }, ready.slice(0, 24).map((film) => element("li", {}, poster(film),
    element("div", { class: "grow" }, element("strong", {}, film.plan?.title || film.query), element("small", {}, `${film.occasion.kind === "trip" ? film.query : "the year"} · ${Math.round(film.duration_s)} s`)),
    element("div", { class: "actions" }, watchButton(film), again("Not for me", "danger", "It will not come back", async () => { await call("DELETE", `/memories/${film.memory_id}`); await start(); }))))));
}

export function askCard(music) {
  const choice = music.music.length ? element("label", {}, element("span", {}, "Music"), element("select", { name: "music" },
    element("option", { value: "" }, music.default ? "the usual" : "none"), music.default ? element("option", { value: "none" }, "none") : null,
    ...music.music.map((piece) => element("option", { value: piece.music_id }, piece.name)))) : null;
  return card("Make a film", form({ class: "row" }, [
    field("What of?", { name: "query", placeholder: "us in Paris last summer", required: true, maxlength: 500 }), choice,
    element("button", { type: "submit", class: "main" }, "Make it"),
  ].filter(Boolean), async ({ query, music: piece }) => {
    const made = await call("POST", "/memories/create", { query, music: piece || "" });
    await watch(await call("GET", `/memories/${made.memory_id}`));
  }));
}

export function poster(film) {
  return film.poster_url ? element("button", { class: "poster", onclick: () => watch(film), "aria-label": `Watch ${film.plan?.title || film.query}` }, element("img", { src: path(film.poster_url), alt: "", loading: "lazy" })) : null;
}

export function watchButton(film) {
  return element("button", { onclick: () => watch(film) }, "Watch");
}

// A film that is still being made is followed as a stream where the browser can; else it is shown once it is whole.
export async function watch(film) {
  let now = film;
  const words = element("p", { class: "soft" }, now.status === "completed" ? "" : "It is being made …");
  const video = element("video", { controls: true, playsinline: true, autoplay: true, preload: "auto" });
  const shown = open(now.plan?.title || now.query, video, words);
  for (;;) {
    if (!shown.open) return;
    if (now.status === "failed") { words.textContent = `${now.problem.detail}. ${now.problem.hint || ""}`; return; }
    if (now.status === "completed") { if (!video.src) video.src = path(now.video_url); words.textContent = ""; return; }
    if (!video.src && video.canPlayType(HLS) && await begun(now.hls_url)) video.src = path(now.hls_url);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    now = await call("GET", `/memories/${now.memory_id}`);
  }
}

const begun = async (url) => (await (await fetch(path(url))).text()).includes("#EXTINF");

export function open(title, ...inside) {
  const shown = element("dialog", { class: "player", onclose: () => { shown.querySelector("video")?.removeAttribute("src"); shown.querySelector("video")?.load(); shown.remove(); } },
    element("div", { class: "row" }, element("h2", { class: "grow" }, title), element("button", { class: "quiet", onclick: () => shown.close() }, "Close")), ...inside);
  document.body.append(shown);
  shown.showModal();
  return shown;
}

export function musicCard(music) {
  const rows = music.music.map((piece) => element("li", {},
    element("div", { class: "grow" }, element("strong", {}, piece.name), element("small", {}, `${Math.round(piece.duration)} s${piece.music_id === music.default ? " · plays under your films" : ""}`),
      element("audio", { controls: true, preload: "none", src: path(piece.url) })),
    element("div", { class: "actions" },
      element("button", { onclick: async () => { await call("PUT", "/music/default", { music_id: piece.music_id === music.default ? "" : piece.music_id }); await start(); } }, piece.music_id === music.default ? "Not usual" : "Make usual"),
      again("Take away", "danger", "Films that have it keep it", async () => { await call("DELETE", `/music/${piece.music_id}`); await start(); }))));
  const add = form({ class: "row" }, [field("A piece of your own: MP3, M4A, FLAC, WAV, Ogg", { name: "file", type: "file", accept: "audio/*", required: true }), element("button", { type: "submit", class: "main" }, "Bring it")],
    async ({ file }) => { await upload(`/music?name=${encodeURIComponent(file.name)}`, file); await start(); });
  return card("Music", rows.length ? element("ul", { class: "list" }, rows) : element("p", { class: "soft" }, "It lies under your films, and goes down where somebody speaks."), add);
}

// A second press does it: nothing that cannot be undone by one slip.
function again(words, kind, sure, act) {
  const button = element("button", { class: kind, onclick: () => {
    if (button.dataset.sure) return act();
    button.dataset.sure = "yes";
    button.textContent = `${sure}: press again`;
    return setTimeout(() => { delete button.dataset.sure; button.textContent = words; }, 4000);
  } }, words);
  return button;
}

export { day };
