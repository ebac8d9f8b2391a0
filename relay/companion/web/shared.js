// A film or video by its link: nothing else of the account is here.
import { element } from "/web/app.js";

const place = document.getElementById("app");
const share = location.pathname.split("/").pop();

async function show() {
  const response = await fetch(`/api/v1/shared/${encodeURIComponent(share)}`);
  const thing = await response.json().catch(() => ({}));
  if (!response.ok) {
    place.replaceChildren(element("section", { class: "card centred" }, element("h2", {}, "This link shows nothing any more"),
      element("p", { class: "soft" }, thing.hint || "Ask whoever sent it for a new one.")));
    return;
  }
  document.title = thing.title;
  const video = element("video", { controls: "", playsinline: "", preload: "metadata", src: thing.video_url });
  if (thing.poster_url) video.poster = thing.poster_url;
  place.replaceChildren(video, element("h2", {}, thing.title),
    element("p", { class: "soft" }, `Shared with you until ${new Date(thing.expires_at).toLocaleDateString(undefined, { dateStyle: "long" })}`));
}

show();
