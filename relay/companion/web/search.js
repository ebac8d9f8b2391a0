// Looking for a moment: each that is found is shown by its own picture, and plays from where it begins.
import { call } from "/web/door.js";
import { element, field, form } from "/web/app.js";
import { day, open, path } from "/web/films.js";

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const MOST = 24;

export function searchCard() {
  const found = element("div", {});
  return element("section", { class: "card" }, element("h2", {}, "Find a moment"),
    form({ class: "row" }, [
      field("Who, where, when, what", { name: "looked_for", type: "search", placeholder: "the dog at the lake", required: true, maxlength: 500 }),
      element("button", { type: "submit", class: "main" }, "Find"),
    ], async ({ looked_for }) => found.replaceChildren(...shown(await call("POST", "/videos/search", { query: looked_for, limit: MOST })))),
    found);
}

function shown(answer) {
  if (!answer.videos.length) return [element("p", { class: "soft" }, answer.problem?.hint || answer.problem?.detail || "Nothing fits.")];
  const moments = answer.videos.flatMap((video) => (video.matched_clips.length ? video.matched_clips : [{ start_s: 0, end_s: video.duration }]).map((moment) => momentTile(video, moment)));
  return [element("ul", { class: "tiles" }, moments.slice(0, MOST))];
}

function momentTile(video, moment) {
  const picture = moment.thumbnail_url || video.thumbnail_url;
  const range = moment.end_s > moment.start_s ? `${clock(moment.start_s)} – ${clock(moment.end_s)}` : "a photo";
  return element("li", {}, element("button", { class: "tile", title: moment.reason || "", onclick: () => play(video, moment) },
    picture ? element("img", { src: path(picture), alt: "", loading: "lazy" }) : null, element("strong", {}, range), element("small", {}, day(video.captured_at))));
}

async function play(video, moment) {
  const info = await call("GET", `/videos/${video.video_id}`);
  if (info.kind === "photo") return open(info.place.name || day(info.captured_at), element("img", { src: path(info.media_url), alt: "", class: "whole" }));
  return open(info.place.name || day(info.captured_at), element("video", { controls: true, playsinline: true, autoplay: true, src: `${path(info.media_url)}#t=${moment.start_s}` }),
    element("p", { class: "soft" }, moment.reason || ""));
}
