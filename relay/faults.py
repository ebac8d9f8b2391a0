"""The places at which a kill, a power loss or a full disk can hit the relay between two promises, each by name.

``point`` does nothing, unless a test arms it or the process is started with SOUVENIR_RELAY_FAULT:

    SOUVENIR_RELAY_FAULT="kill upload.synced"       SIGKILL to itself when it passes there
    SOUVENIR_RELAY_FAULT="kill upload.synced 3"     ... for the third time
    SOUVENIR_RELAY_FAULT="ENOSPC part.written"      OSError(ENOSPC) from there, once; any name of ``errno`` will do
"""

from __future__ import annotations

from glasses.wire.fault import Fault, Switch

__all__ = ["POINTS", "VARIABLE", "Fault", "arm", "armed", "disarm", "parsed", "point"]

VARIABLE = "SOUVENIR_RELAY_FAULT"

POINTS: dict[str, str] = {
    "upload.creating": "an upload is about to get its row",
    "upload.created": "an upload has its row, its address is not said yet",
    "part.written": "bytes are in the file that is being received, not fsynced",
    "upload.synced": "bytes are fsynced, the offset is not in the catalogue yet",
    "upload.advanced": "the offset is in the catalogue, not said yet",
    "upload.whole": "all bytes are there and fsynced, the clip is not kept yet",
    "upload.stored": "the clip is receipted in the catalogue, its part file is still there",
    "upload.cleared": "the part file is gone, the receipt is not said yet",
    "upload.ended": "an upload that was given up has ended in the catalogue, its part file is still there",
    "multipart.synced": "a clip sent in one request is fsynced, not kept yet",
    "multipart.kept": "a clip sent in one request is receipted, the receipt is not said yet",
    "blob.linked": "the clip has its second, temporary name",
    "blob.synced": "it is fsynced under its temporary name",
    "blob.renamed": "it has its name in the store, the folder is not fsynced",
    "blob.durable": "it is in the store for good, the catalogue does not know it yet",
    "intake.uncommitted": "row, feed entry and job are written, COMMIT has not begun",
    "tier.copied": "a clip is in its new tier too",
    "tier.moved": "it is in its new tier only, the catalogue does not know it yet",
}
"""Every point there is: name to what is true there."""

_switch = Switch(VARIABLE, POINTS)
point = _switch.point
"""Call as ``faults.point(NAME)``."""
arm, disarm, armed, parsed = _switch.arm, _switch.disarm, _switch.armed, _switch.parsed
"""For tests."""
