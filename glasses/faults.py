"""The places at which a power loss, a kill or a failing disk can hit between two promises, each by name.

``point`` does nothing, unless a test arms it or the process is started with SOUVENIR_FAULT:

    SOUVENIR_FAULT="kill close.uncommitted"     SIGKILL to itself when it passes there
    SOUVENIR_FAULT="kill tus.sent 3"            ... for the third time
    SOUVENIR_FAULT="ENOSPC photo.written"       OSError(ENOSPC) from there, once; any name of ``errno`` will do
"""

from __future__ import annotations

from glasses.wire.fault import Fault, Switch

__all__ = ["POINTS", "VARIABLE", "Fault", "arm", "armed", "disarm", "parsed", "point"]

VARIABLE = "SOUVENIR_FAULT"

FILES = {
    "device": "the device's id",
    "begin.sidecar": "the sidecar of a segment that begins",
    "close.sidecar": "the sidecar of a segment that is complete",
    "proxy.sidecar": "the sidecar of a segment that has got its small copy",
    "mend.sidecar": "the sidecar of a segment that was mended",
    "photo": "a photo's part file",
    "receipt": "the relay's receipt for a clip",
    "request": "a request for a film",
    "credentials": "the tokens after a refresh",
    "preferences": "what a phone has set",
    "bonds": "the keys of paired phones",
}
"""Files that are written beside their old self and renamed over it."""
_OF_A_FILE = {
    "created": "the temporary file is there and empty",
    "written": "all bytes are written, none fsynced",
    "synced": "all bytes are fsynced, under the temporary name",
    "renamed": "renamed, the folder not fsynced",
    "durable": "the folder is fsynced",
}
TRANSACTIONS = {
    "stamp": "the last stamp is remembered",
    "begin": "a segment gets its number",
    "close": "a segment is kept and waits to be sent",
    "forget": "a recording of nothing is forgotten",
    "adopt": "files that the database did not know are taken up",
    "tags": "what was seen is kept and waits to be sent",
    "tag failure": "a clip could not be looked at",
    "receipt row": "a clip is stored",
    "proxy row": "a segment has got its small copy",
    "filmed": "clips are part of a film",
    "upload url": "where an upload goes on",
    "lease": "an entry is leased to a sender",
    "release": "an entry did not arrive",
    "park": "an entry is parked with its reason",
    "unpark": "parked entries are tried again",
    "done": "an entry has arrived",
    "withdraw": "a request is taken back",
    "request row": "a request waits to be sent",
    "feed": "a piece of the relay's feed is applied",
    "evict": "a stored clip is given up here",
    "record": "a record waits for a phone",
    "advance": "a phone has a record durably; of an original: the clip is carried",
}
_OF_A_TRANSACTION = {"uncommitted": "the rows are written, COMMIT has not begun", "committed": "COMMIT has returned"}
OTHERS = {
    "clip.init synced": "recording: the head of the file is fsynced, no picture yet",
    "clip.fragment written": "recording: a second of pictures and sound is written, not fsynced",
    "clip.fragment synced": "recording: a second of pictures and sound is fsynced",
    "clip.closed": "recording: the file is whole under its part name",
    "media.synced": "the part file is fsynced, still under its part name",
    "media.renamed": "the media file has its name, the folder is not fsynced",
    "media.durable": "the folder with the media file is fsynced",
    "mend.found": "after a start: an interrupted recording is found",
    "mend.repaired": "after a start: its torn end is cut off",
    "discard.part": "a recording of nothing: its part file is gone",
    "discard.sidecar": "a recording of nothing: its sidecar is gone",
    "tus.creating": "an upload is about to be created",
    "tus.created": "the relay has created an upload, its address is not remembered yet",
    "tus.asking": "the relay is about to be asked how far an upload is",
    "tus.asked": "the relay has said how far an upload is",
    "tus.sending": "a piece is about to be sent",
    "tus.sent": "the relay has a piece durably",
    "tus.receipted": "the relay's receipt is here, not kept yet",
    "ops.sending": "what was seen is about to be sent",
    "ops.sent": "the relay has what was seen, the entry still waits",
    "request.sending": "a request is about to be sent",
    "request.sent": "the relay has the request, the entry still waits",
    "request.removed": "the file of a request that has arrived is gone",
    "feed.asking": "the relay is about to be asked for changes",
    "feed.asked": "changes are here, not applied yet",
    "token.refreshing": "an expired token is about to be refreshed",
    "token.refreshed": "the relay has given new tokens, they are not kept yet",
    "evict.chosen": "a stored clip is chosen to make room",
    "evict.removed": "its media file is gone, the folder is not fsynced",
    "evict.durable": "the folder without it is fsynced",
}

POINTS: dict[str, str] = {
    **{f"{file}.{step}": f"{what}: {state}" for file, what in FILES.items() for step, state in _OF_A_FILE.items()},
    **{f"{name}.{step}": f"{what}: {state}" for name, what in TRANSACTIONS.items() for step, state in _OF_A_TRANSACTION.items()},
    **OTHERS,
}
"""Every point there is: name to what is true there."""

_switch = Switch(VARIABLE, POINTS)
point = _switch.point
"""Call as ``faults.point(NAME)``."""
arm, disarm, armed, parsed = _switch.arm, _switch.disarm, _switch.armed, _switch.parsed
"""For tests."""
