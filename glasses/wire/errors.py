"""Every error that crosses a boundary, as data: code, status, what the sender should do, what a person should do.

One table, used by the glasses' cards, both command lines and the relay's RFC 9457 answers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import msgspec


class Action(StrEnum):
    """What the sender of the failed thing should do with it."""

    RETRY = "retry"
    """Try again later, unchanged."""
    PARK = "park"
    """Keep it, show it, do not try again by itself."""
    FIX = "fix"
    """A person must change the request or the set-up first."""


class ErrorKind(NamedTuple):
    status: int
    """HTTP status when a relay says it."""
    action: Action
    title: str
    hint: str
    """What to do next, for a person."""


# fmt: off
ERRORS: dict[str, ErrorKind] = {
    # wire
    "wire.malformed": ErrorKind(400, Action.PARK, "The message does not fit its type", "Check the field that the detail names against docs/protocol.md."),
    "wire.version": ErrorKind(426, Action.FIX, "The device speaks a protocol that is too old", "Update the device, then try again."),
    # doors
    "auth.required": ErrorKind(401, Action.FIX, "No access token was sent", "Log in, or pair the device: glasses pair --relay URL."),
    "auth.unpaired": ErrorKind(0, Action.FIX, "The glasses are not paired with a relay", "Pair them: glasses pair --relay URL; until then everything is kept on the device."),
    "auth.invalid": ErrorKind(401, Action.FIX, "The access token is not valid", "Refresh the token; if that fails, pair the device again."),
    "auth.expired": ErrorKind(401, Action.RETRY, "The access token has expired", "Refresh the token and send the request again."),
    "auth.revoked": ErrorKind(401, Action.FIX, "This device has been revoked", "Pair the device again if it is yours."),
    "auth.forbidden": ErrorKind(403, Action.FIX, "This token may not do that", "Use a token with the scope that the detail names."),
    "auth.credentials": ErrorKind(401, Action.FIX, "Name or password is wrong", "Check both; relay user add makes a new account."),
    "auth.proof": ErrorKind(401, Action.FIX, "The device's key did not prove this", "Sign with the key that the session began with; pair the device again if it is lost."),
    "auth.proof_stale": ErrorKind(401, Action.RETRY, "The device's clock is off", "Sign again by the relay's time: the header Souvenir-Time."),
    "auth.key_required": ErrorKind(400, Action.FIX, "The device sent no key of its own", "Update it; it signs its requests for tokens (client_assertion)."),
    "auth.second_factor": ErrorKind(401, Action.FIX, "A code of the second factor is needed", "Send the six digits of your authenticator, or a recovery code, as otp."),
    "auth.second_factor_wrong": ErrorKind(401, Action.FIX, "The code of the second factor is wrong", "Wait for the next code; each is taken once."),
    "auth.second_factor_state": ErrorKind(409, Action.FIX, "The second factor is not in the state for that", "See second_factor of GET /api/v1/me."),
    "auth.weak_password": ErrorKind(422, Action.FIX, "The password is too short", "Use at least 10 characters."),
    "auth.name_taken": ErrorKind(409, Action.FIX, "An account with that name exists", "Choose another name."),
    "auth.pairing_pending": ErrorKind(400, Action.RETRY, "The code has not been approved yet", "Approve the code in the companion or with relay user approve CODE."),
    "auth.pairing_slow_down": ErrorKind(400, Action.RETRY, "The code is asked for too often", "Wait five seconds longer between two questions."),
    "auth.pairing_expired": ErrorKind(400, Action.FIX, "The code has expired", "Start pairing again for a new code."),
    "auth.pairing_denied": ErrorKind(400, Action.FIX, "The code was denied", "Start pairing again if that was a mistake."),
    "auth.pairing_unknown": ErrorKind(404, Action.FIX, "No such pairing code", "Check the eight letters that the glasses speak and show."),
    "consent.faces": ErrorKind(409, Action.FIX, "Face recognition is off for this account", "Turn it on first: PUT /api/v1/consent with faces = true."),
    # requests
    "request.not_found": ErrorKind(404, Action.FIX, "There is no such thing here", "Check the id; it may have been deleted."),
    "request.method": ErrorKind(405, Action.FIX, "This address does not take that method", "See /api/v1/openapi.json for what it takes."),
    "request.media_type": ErrorKind(415, Action.FIX, "The body is not of a type this address takes", "See /api/v1/openapi.json for the types it takes."),
    "request.too_large": ErrorKind(413, Action.FIX, "The body is larger than this address takes", "Send it by a resumable upload: /api/v1/uploads."),
    "request.conflict": ErrorKind(409, Action.FIX, "The same key was used for a different request", "Use a fresh idempotency key."),
    "request.slow_down": ErrorKind(429, Action.RETRY, "Too many requests", "Wait as long as Retry-After says."),
    "relay.failed": ErrorKind(500, Action.RETRY, "The relay failed at this", "Try again; relay doctor and the relay's log say more."),
    "relay.unavailable": ErrorKind(503, Action.RETRY, "The relay is not ready", "Try again soon; /readyz says what it waits for."),
    "relay.unreachable": ErrorKind(0, Action.RETRY, "The relay cannot be reached", "Check the network and the relay's address; clips are kept until then."),
    # uploads
    "upload.offset_mismatch": ErrorKind(409, Action.RETRY, "The upload continues at another offset", "Ask for the offset with HEAD and continue there."),
    "upload.checksum_mismatch": ErrorKind(460, Action.RETRY, "The bytes do not match their checksum", "Send the same piece again."),
    "upload.hash_mismatch": ErrorKind(422, Action.RETRY, "The whole file does not match its sha256", "Start the upload again; the clip is still with you."),
    "upload.length": ErrorKind(400, Action.PARK, "The upload's length is missing or out of range", "Send Upload-Length in bytes, at most what Tus-Max-Size says."),
    "upload.metadata": ErrorKind(400, Action.PARK, "The upload's metadata is missing or malformed", "Send segment as base64 JSON in Upload-Metadata."),
    "upload.locked": ErrorKind(423, Action.RETRY, "Another request is writing this upload", "Try again in a moment."),
    "upload.gone": ErrorKind(410, Action.RETRY, "The upload has expired or was ended", "Create the upload again; nothing is lost."),
    "upload.quota": ErrorKind(413, Action.RETRY, "The account has no room for this clip", "Delete some clips or have the quota raised (relay.toml: uploads.quota_bytes); nothing is lost."),
    "upload.unsupported": ErrorKind(400, Action.FIX, "This part of tus is not offered", "OPTIONS /api/v1/uploads lists what is, in Tus-Extension."),
    "upload.version": ErrorKind(412, Action.FIX, "The tus version is not supported", "Send Tus-Resumable: 1.0.0."),
    "upload.not_a_video": ErrorKind(422, Action.PARK, "The file does not decode as a video or photo", "The original is kept; play it on the glasses to check."),
    "upload.too_costly": ErrorKind(422, Action.PARK, "Looking into the file takes too much memory or time", "The original is kept; relay jobs replay looks again, as after raising jobs.memory_bytes."),
    "push.subscription": ErrorKind(400, Action.FIX, "The browser's subscription cannot be used", "Subscribe anew in the companion; relay.toml push.services names the push services."),
    "push.unreachable": ErrorKind(503, Action.RETRY, "The push service does not answer", "It is tried again; nothing else waits for it."),
    "push.refused": ErrorKind(502, Action.PARK, "The push service refused the message", "See what it answered: relay jobs list --state dead; relay.toml push.contact may be needed."),
    "storage.full": ErrorKind(507, Action.RETRY, "There is no room left on the disk", "Free some space; recording and uploads go on by themselves after."),
    "storage.unreachable": ErrorKind(503, Action.RETRY, "The store of media does not answer", "Check it with relay doctor; uploads and films go on by themselves after."),
    "storage.damaged": ErrorKind(500, Action.PARK, "A database or file is damaged", "Run doctor: it names the file and rebuilds what can be rebuilt."),
    "storage.taken": ErrorKind(0, Action.FIX, "Another process is using these clips", "Stop the running glasses first, or choose another folder: --data DIR."),
    # devices
    "microphone.missing": ErrorKind(0, Action.FIX, "No microphone was found", "Plug one in, or choose one with --hw; glasses doctor lists them."),
    "camera.missing": ErrorKind(0, Action.FIX, "No camera was found", "Check the cable, or choose one with --hw; glasses doctor lists them."),
    "camera.stopped": ErrorKind(0, Action.RETRY, "The camera stopped delivering frames", "What was recorded is kept; the camera is started again."),
    "camera.profile": ErrorKind(0, Action.FIX, "The camera does not deliver the capture profile", "Choose a mode of 1920x1080 at 30 frames a second."),
    "hardware.unknown": ErrorKind(0, Action.FIX, "No such hardware spec", "Use sim:, sim:DIR, replay:DIR, laptop: or pi:."),
    "hardware.library": ErrorKind(0, Action.FIX, "A library that this hardware needs is not installed", "Install the extra or system package that the detail names."),
    "recording.running": ErrorKind(0, Action.FIX, "A video is being recorded already", "Say: stop recording."),
    "recording.idle": ErrorKind(0, Action.FIX, "No video is being recorded", "Say: record a video."),
    "recording.forbidden_here": ErrorKind(0, Action.FIX, "Recording is off at this place or hour", "You chose so in the configuration: recording.no_record_places, recording.no_record_hours."),
    "recording.nothing_held": ErrorKind(0, Action.FIX, "Nothing of the last seconds is held", "The camera holds them only while it runs: set recording.preroll_s above 0."),
    "light.failed": ErrorKind(0, Action.FIX, "The recording light cannot be turned on", "Nothing is recorded without it: check the LED's wiring and name (recording.light)."),
    "power.saving": ErrorKind(0, Action.FIX, "There is no power left to film with", "Charge the glasses or let them cool; they go on listening, and keep what they have."),
    "display.failed": ErrorKind(0, Action.RETRY, "The display does not take a picture", "Everything is still spoken and kept; check the display's cable."),
    "stage.stalled": ErrorKind(0, Action.RETRY, "A part of the glasses stopped working", "It is started again by itself; what was recorded is kept."),
    "listening.behind": ErrorKind(0, Action.RETRY, "The glasses cannot follow what is said", "Say it again in a moment; recording goes on."),
    # the phone
    "phone.request": ErrorKind(400, Action.PARK, "The phone's request does not fit", "Check operation, offset and length against docs/protocol.md."),
    "phone.busy": ErrorKind(429, Action.RETRY, "More is asked for at once than the link may hold", "Wait for what was asked for, then ask for the next piece."),
    "phone.gone": ErrorKind(410, Action.RETRY, "The record is no longer there", "Ask for the list again: a newer record took its place, or a relay has the clip."),
    "phone.mismatch": ErrorKind(409, Action.RETRY, "What the phone has is not what the record holds", "Read the record again from its start; the glasses keep it."),
    "phone.held": ErrorKind(503, Action.RETRY, "The record is not given out now", "Wi-Fi takes it, or power is short: glasses status says which."),
    "phone.away": ErrorKind(0, Action.RETRY, "No phone is there that reaches the relay", "Bring the phone near and let it go online; everything is kept until then."),
    "phone.not_found": ErrorKind(0, Action.RETRY, "No glasses answer", "Start them with Bluetooth on (glasses run --ble ...), come nearer, and scan again."),
    "phone.unpaired": ErrorKind(403, Action.FIX, "This phone is not paired with the glasses", "Pair them: scripts/phone pair, and type the six digits that the glasses speak and show."),
    "phone.unknown": ErrorKind(0, Action.FIX, "No such phone is paired", "glasses phones lists those that are."),
    "phone.weak_pairing": ErrorKind(403, Action.FIX, "The pairing is too weak", "Pair with LE Secure Connections and the six digits; other ways are refused."),
    "phone.lost": ErrorKind(0, Action.RETRY, "The link between phone and glasses was lost", "Come nearer; it goes on from where it was."),
    "radio.missing": ErrorKind(0, Action.FIX, "The Bluetooth radio cannot be opened", "Check ble.transport; on a Pi stop bluetoothd and give CAP_NET_ADMIN: see README."),
    "clock.refused": ErrorKind(0, Action.FIX, "The glasses may not set their clock", "Give the service CAP_SYS_TIME, or let the network set the time."),
    # set-up
    "config.invalid": ErrorKind(0, Action.FIX, "The configuration does not fit", "Mend the key that the detail names; doctor shows the file in use."),
    "model.missing": ErrorKind(0, Action.FIX, "A model is not there", "Run scripts/fetch-models."),
    "model.hash_mismatch": ErrorKind(0, Action.FIX, "A fetched model is not the one expected", "Run scripts/fetch-models again; if it stays, the source has changed: do not use it."),
    "model.source_unreachable": ErrorKind(0, Action.RETRY, "No source of a model answers", "Check the network, then run scripts/fetch-models again."),
    "tagger.stopped": ErrorKind(0, Action.RETRY, "The tagger stopped while it looked at a clip", "It is started again by itself; the clip is kept."),
    "photo.no_face": ErrorKind(422, Action.FIX, "No face that can be known again is in the photo", "Use a sharp photo with one face turned to the camera."),
    # understanding and films
    "ask.nothing_understood": ErrorKind(422, Action.FIX, "The request could not be understood", "Name a person, a place, a time or a thing: 'my wife and me in Paris'."),
    "ask.unknown_person": ErrorKind(422, Action.FIX, "Nobody of that name is known", "Name the person in the companion, or enrol photos first."),
    "ask.unknown_place": ErrorKind(422, Action.FIX, "No such place is known", "Check the place's name, or use a larger place nearby."),
    "ask.nothing_found": ErrorKind(404, Action.FIX, "No clip matches the request", "The answer lists the nearest there is; ask for one of those."),
    "film.no_clips": ErrorKind(422, Action.FIX, "No clip could be used for the film", "The answer says why each clip was left out."),
    "film.off_profile": ErrorKind(422, Action.PARK, "A clip is not in the capture profile", "It is left out of films until it has been normalised."),
    "music.unreadable": ErrorKind(422, Action.FIX, "The file does not decode as music", "Send a sound file: MP3, M4A, FLAC, WAV, Ogg or Opus."),
    "music.no_sound": ErrorKind(422, Action.FIX, "Nothing can be heard in the file", "Choose a file with sound in it."),
    "music.too_long": ErrorKind(422, Action.FIX, "The music is longer than this relay takes", "Send a shorter piece; it is repeated under longer films (relay.toml: films.music_longest_s)."),
    "film.failed": ErrorKind(500, Action.RETRY, "The film could not be made", "Ask again; the clips are safe."),
}
# fmt: on


class SouvenirError(Exception):
    """Base of all errors with a code of the table. ``detail`` says what happened this time."""

    code = "relay.failed"

    def __init__(self, detail: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(detail)
        self.code = code or type(self).code
        self.detail = detail
        self.kind = ERRORS[self.code]
        self.hint = hint or self.kind.hint

    def __str__(self) -> str:
        return f"{self.kind.title}: {self.detail} ({self.code}) Try: {self.hint}"


class WireMalformedError(SouvenirError):
    code = "wire.malformed"


class Problem(msgspec.Struct, kw_only=True):
    """RFC 9457 problem+json: the one error shape of every route."""

    type: str = "about:blank"
    title: str = ""
    status: int = 500
    detail: str = ""
    code: str = "relay.failed"
    action: str = Action.RETRY
    hint: str = ""
    correlation_id: str = ""
    more: dict[str, Any] = {}


def problem(error: SouvenirError, *, correlation_id: str = "", more: dict[str, Any] | None = None) -> Problem:
    kind = error.kind
    return Problem(
        type=f"https://souvenir.invalid/errors/{error.code}",
        title=kind.title, status=kind.status or 500, detail=error.detail, code=error.code,
        action=kind.action, hint=error.hint, correlation_id=correlation_id, more=more or {},
    )  # fmt: skip
