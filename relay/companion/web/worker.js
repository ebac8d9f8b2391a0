// The pages open without a network; what they show is asked for anew each time and is kept nowhere.
const SHELL = "shell-3";
const FILES = ["/", "/web/app.js", "/web/door.js", "/web/account.js", "/web/films.js", "/web/search.js", "/web/messages.js", "/web/app.css", "/web/icon.svg", "/web/app.webmanifest"];

self.addEventListener("install", (event) => event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES))));
self.addEventListener("activate", (event) =>
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))))));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !FILES.includes(url.pathname)) return;
  event.respondWith(fetch(event.request).catch(() => caches.match(url.pathname)));
});

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(said.title || "Souvenir", {
    body: said.body || "", icon: "/web/icon.svg", image: said.image || undefined, tag: `${said.kind}/${said.subject_id}`, data: { url: said.url || "/" }, timestamp: said.at || Date.now(),
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", location.origin);
  if (url.origin !== location.origin) return;
  event.waitUntil(self.clients.matchAll({ type: "window" }).then((open) => (open.length ? open[0].focus() : self.clients.openWindow(url.href))));
});
