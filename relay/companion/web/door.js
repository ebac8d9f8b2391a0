// Signing in, and staying in: this browser has a key of its own that cannot be read out of it (RFC 7523; the relay's docs/adr/0003).
const API = "/api/v1";
const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const STORE = "door";
let session = null;

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The relay answered ${status}`);
    Object.assign(this, { status, code: problem.code || "", title: problem.title || "", hint: problem.hint || "" });
  }
}

export const signedIn = () => session !== null;

export async function resume() {
  session = (await kept("session")) || null;
  if (session && !session.refresh_token && session.expires_at < Date.now()) session = null;
  return signedIn();
}

export async function signIn(username, password, otp) {
  const key = await ownKey();
  const grant = await token({ grant_type: "password", username, password, otp, device_id: await ownId(), device_name: nameOfBrowser() }, key);
  await take(grant);
}

export async function signOut() {
  const gone = session;
  session = null;
  await keep("session", null);
  if (gone) await fetch(`${API}/devices/${gone.device_id}`, { method: "DELETE", headers: { Authorization: `Bearer ${gone.access_token}` } }).catch(() => {});
}

export async function call(method, path, body) {
  if (!session) throw new Refused(401, { code: "auth.required", title: "Sign in first" });
  if (session.refresh_token && session.expires_at < Date.now() + 30_000) await renew();
  try {
    return await send(method, path, body);
  } catch (problem) {
    if (problem.code !== "auth.expired" || !session.refresh_token) throw await ended(problem);
    await renew();
    return send(method, path, body);
  }
}

async function ended(problem) {
  if (problem.status === 401 && ["auth.revoked", "auth.invalid", "auth.expired"].includes(problem.code)) {
    session = null;
    await keep("session", null);
  }
  return problem;
}

async function send(method, path, body) {
  const headers = { Authorization: `Bearer ${session.access_token}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return answered(await fetch(API + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }));
}

// A file as it is. Its kind is told where the browser knows it.
export async function upload(path, file) {
  await call("GET", "/me");
  const headers = { Authorization: `Bearer ${session.access_token}`, "Content-Type": file.type || "application/octet-stream" };
  return answered(await fetch(API + path, { method: "POST", headers, body: file }));
}

export async function download(path) {
  await call("GET", "/me");
  const response = await fetch(API + path, { headers: { Authorization: `Bearer ${session.access_token}` } });
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => ({})));
  return { blob: await response.blob(), name: "souvenir.tar" };
}

let renewing = null;
function renew() {
  renewing = renewing || oneAtATime(async () => {
    session = (await kept("session")) || session;
    if (session.expires_at > Date.now() + 30_000) return;
    try {
      await take(await token({ grant_type: "refresh_token", refresh_token: session.refresh_token }, await ownKey(), session.refresh_token));
    } catch (problem) {
      throw await ended(problem);
    }
  }).finally(() => { renewing = null; });
  return renewing;
}

// Two tabs must not use one refresh token at the same time.
const oneAtATime = (work) => (navigator.locks ? navigator.locks.request("renew", work) : work());

async function take(grant) {
  session = { ...grant, expires_at: Date.now() + grant.expires_in * 1000 };
  await keep("session", session);
}

async function token(fields, key, secret = "", now = Date.now(), again = true) {
  const signed = key ? { client_assertion_type: ASSERTION, client_assertion: await proof(key, fields.device_id || "browser", secret, now) } : {};
  const response = await fetch(`${API}/oauth/token`, { method: "POST", body: new URLSearchParams({ ...fields, ...signed }) });
  const told = response.headers.get("Souvenir-Time");
  if (told && again) return token(fields, key, secret, Number(told), false);
  return answered(response);
}

async function answered(response) {
  if (response.status === 204) return null;
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

async function proof(key, name, secret, now) {
  const jwk = await crypto.subtle.exportKey("jwk", key.publicKey);
  const { kty, crv, x, y } = jwk;
  const header = { typ: "JWT", alg: kty === "OKP" ? "EdDSA" : "ES256", jwk: kty === "OKP" ? { kty, crv, x } : { kty, crv, x, y } };
  const claims = { iss: name, sub: name, aud: "souvenir-relay", iat: Math.floor(now / 1000), jti: base64(crypto.getRandomValues(new Uint8Array(16))) };
  if (secret) claims.ath = base64(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(secret))));
  const text = `${base64(bytes(JSON.stringify(header)))}.${base64(bytes(JSON.stringify(claims)))}`;
  const how = kty === "OKP" ? "Ed25519" : { name: "ECDSA", hash: "SHA-256" };
  return `${text}.${base64(new Uint8Array(await crypto.subtle.sign(how, key.privateKey, bytes(text))))}`;
}

// Without TLS (and not on this machine) browsers give no keys: then one signs in anew every quarter of an hour.
async function ownKey() {
  if (!globalThis.crypto?.subtle) return null;
  const there = await kept("key");
  if (there) return there;
  let made;
  try {
    made = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  }
  await keep("key", made);
  return made;
}

async function ownId() {
  const there = await kept("id");
  if (there) return there;
  const made = base64(crypto.getRandomValues(new Uint8Array(16)));
  await keep("id", made);
  return made;
}

function nameOfBrowser() {
  const agent = navigator.userAgent;
  const browser = ["Firefox", "Edg", "Chrome", "Safari"].find((one) => agent.includes(one)) || "Browser";
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Mac OS", "Mac"], ["Windows", "Windows"], ["Linux", "Linux"]].find(([sign]) => agent.includes(sign));
  return `${browser === "Edg" ? "Edge" : browser}${system ? ` on ${system[1]}` : ""}`;
}

const bytes = (text) => new TextEncoder().encode(text);
const base64 = (data) => btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("souvenir", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function kept(name) {
  const asked = (await database()).transaction(STORE).objectStore(STORE).get(name);
  return new Promise((resolve, reject) => { asked.onsuccess = () => resolve(asked.result); asked.onerror = () => reject(asked.error); });
}

async function keep(name, value) {
  const transaction = (await database()).transaction(STORE, "readwrite");
  if (value === null) transaction.objectStore(STORE).delete(name);
  else transaction.objectStore(STORE).put(value, name);
  return new Promise((resolve, reject) => { transaction.oncomplete = resolve; transaction.onerror = () => reject(transaction.error); });
}
