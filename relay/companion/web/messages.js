// Being told when nobody is looking: asked for by a tap, taken back by another. The relay tells a browser only while it is signed in.
import { call } from "/web/door.js";
import { element, trouble } from "/web/app.js";

const able = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const subscribed = async () => (able() ? (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription() : null);

async function idOf(subscription) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 32);
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("This browser does not let the page show messages: allow it in the browser's settings for this page.");
  const { public_key } = await call("GET", "/push");
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe(); // perhaps of another relay at this address
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key });
  await call("POST", "/push/subscriptions", subscription.toJSON());
}

async function turnOff() {
  const subscription = await subscribed();
  if (!subscription) return;
  const id = await idOf(subscription);
  await subscription.unsubscribe();
  await call("DELETE", `/push/subscriptions/${id}`).catch((problem) => { if (problem.status !== 404) throw problem; });
}

// Before signing out: whoever signs in next begins anew.
export const silence = () => turnOff().catch(() => {});

export async function noticeCard() {
  const box = element("section", { class: "card" }, element("h2", {}, "Messages"));
  if (!able() || !window.isSecureContext) {
    box.append(element("p", { class: "soft" }, "This browser can be told when a film is ready if the relay is reached over https."));
    return box;
  }
  const subscription = await subscribed();
  const on = Boolean(subscription) && Notification.permission === "granted";
  if (on) await call("POST", "/push/subscriptions", subscription.toJSON()).catch(() => {}); // this sign-in's from now on
  const toggle = element("input", { type: "checkbox", role: "switch", name: "push", checked: on });
  toggle.addEventListener("change", async () => {
    box.querySelector(".trouble")?.remove();
    toggle.disabled = true;
    const wanted = toggle.checked;
    try {
      await (wanted ? turnOn() : turnOff());
    } catch (problem) {
      toggle.checked = !wanted;
      box.append(trouble(problem));
    } finally {
      toggle.disabled = false;
    }
  });
  box.append(element("label", { class: "switch" }, toggle, element("span", {}, "Tell me when a film is ready", element("small", {}, "And when a device is let in or shut out. On this browser, also while this page is closed."))));
  return box;
}
