"""How well people are told apart: ``scripts/bench faces DIR``, with DIR/person/*.jpg."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

NAME = "faces"
HELP = "faces of a folder (DIR/person/*.jpg): who is told from whom, who is named, rightly or wrongly"
BARS = {"auc": ">= .999", "named_wrong": "0", "strangers_named": "0"}
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".pgm", ".ppm", ".tif", ".tiff"}
ENROLLED_FROM = 3
FALSE_POSITIVE_RATE = 0.001
_BINS = 20_000
_FARTHEST = 2.0
Floats = npt.NDArray[np.float64]


class Looked(NamedTuple):
    person: str
    path: Path
    faces: list[list[float]]
    """Embeddings, the largest face first."""
    heights_px: list[int]


class Known(NamedTuple):
    """A photo and the face in it that is taken for the folder's person."""

    person: str
    path: Path
    embedding: Floats
    height_px: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds one folder for each person, with photos of them")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="that look (default: %(default)s)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """All pairs of photos for ``auc`` and ``tpr_at_fpr_001``; leave-one-out naming, as the relay does it, for the rest."""
    photos = _photos(arguments.folder)
    if not photos:
        raise SystemExit(f"Error: no photos in {arguments.folder}\nTry: a folder that holds a folder for each person: DIR/anna/1.jpg")
    looked = list(_looked(photos, arguments.processes))
    known = [each for _, group in groupby(looked, key=lambda one: one.person) for each in _whose(list(group))]
    missed = [str(one.path.relative_to(arguments.folder)) for one in looked if not one.faces]
    return {
        **_told_apart(known), **_named(known), "photos": len(photos), "people": len({person for person, _ in photos}),
        "faces_missed": len(missed), "photos_with_several_faces": sum(len(one.faces) > 1 for one in looked), "missed": missed[:50],
    }  # fmt: skip


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title="Faces", title_justify="left")
    for heading in ("What", "Measured", "Bar"):
        shown.add_column(heading)
    for name, value in result.items():
        shown.add_row(name, str(value), BARS.get(name, ""))
    return shown


def _photos(folder: Path) -> list[tuple[str, Path]]:
    people = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [(each.name, path) for each in people for path in sorted(each.rglob("*")) if path.suffix.lower() in SUFFIXES]


def _looked(photos: list[tuple[str, Path]], processes: int) -> Iterator[Looked]:
    from rich.console import Console
    from rich.progress import track

    with ProcessPoolExecutor(max(1, min(processes, len(photos))), mp_context=get_context("spawn")) as pool:
        found = pool.map(_look, [path for _, path in photos], chunksize=4)
        shown = track(zip(photos, found, strict=True), "Looking at faces", total=len(photos), console=Console(stderr=True), transient=True)
        for (person, path), faces in shown:
            yield Looked(person, path, [embedding for embedding, _ in faces], [height_px for _, height_px in faces])


def _look(path: Path) -> list[tuple[list[float], int]]:
    """What the relay sees in a photo that somebody is enrolled from."""
    from models.keyframes import read_photo

    try:
        picture = read_photo(path)
    except OSError:
        return []
    return [(face.embedding, face.height_px) for face in _sight().portrait(picture)]


@cache
def _sight() -> Any:
    from models.sight import Sight
    from models.store import ModelStore

    return Sight(ModelStore())


def _whose(looked: Sequence[Looked]) -> list[Known]:
    """For each photo of one person the face that is theirs.

    Where several faces are in it: the one nearest to the faces that are alone in their photos, else the largest. Which face
    a label means is nobody's to measure; whose it is taken for is.
    """
    alone = [np.array(one.faces[0]) for one in looked if len(one.faces) == 1]
    chosen = []
    for one in looked:
        if not one.faces:
            continue
        index = 0
        if len(one.faces) > 1 and alone:
            middle = np.median(alone, axis=0)
            index = int(np.argmin([np.linalg.norm(np.array(face) - middle) for face in one.faces]))
        chosen.append(Known(one.person, one.path, np.array(one.faces[index]), one.heights_px[index]))
    return chosen


def _told_apart(known: list[Known]) -> dict[str, Any]:
    """Every pair once, counted by distance in steps of 0.0001."""
    people = np.array([one.person for one in known])
    faces = np.array([one.embedding for one in known])
    same, other = np.zeros(_BINS), np.zeros(_BINS)
    for row in range(1, len(known)):
        distances = np.linalg.norm(faces[:row] - faces[row], axis=1)
        steps = np.minimum((distances * _BINS / _FARTHEST).astype(int), _BINS - 1)
        mine = people[:row] == people[row]
        same += np.bincount(steps[mine], minlength=_BINS)
        other += np.bincount(steps[~mine], minlength=_BINS)
    pairs = {"same_pairs": int(same.sum()), "different_pairs": int(other.sum())}
    if not same.sum() or not other.sum():
        return {"auc": None, "tpr_at_fpr_001": None, **pairs}
    nearer = np.cumsum(same) - same / 2
    auc = float((nearer * other).sum() / (same.sum() * other.sum()))
    allowed = np.cumsum(other) <= FALSE_POSITIVE_RATE * other.sum()
    return {"auc": round(auc, 6), "tpr_at_fpr_001": round(float(same[allowed].sum() / same.sum()), 4), **pairs}


def _named(known: list[Known]) -> dict[str, Any]:
    """Each photo is named with the account knowing everybody from up to three other photos; then without the photo's own person."""
    by_person = {person: list(group) for person, group in groupby(known, key=lambda one: one.person)}
    everybody = {person: _enrolled(photos) for person, photos in by_person.items()}
    counts = dict.fromkeys(("named_right", "named_wrong", "suggested_right", "named_trials", "strangers_named", "stranger_trials"), 0)
    for one in known:
        others = [other for other in by_person[one.person] if other is not one]
        strangers = {person: faces for person, faces in everybody.items() if person != one.person}
        counts["stranger_trials"] += bool(strangers)
        counts["strangers_named"] += bool(_names(one, strangers)[0])
        if others:
            named, suggested = _names(one, {**strangers, one.person: _enrolled(others)})
            counts["named_trials"] += 1
            counts["named_right"] += named == one.person
            counts["named_wrong"] += bool(named) and named != one.person
            counts["suggested_right"] += not named and suggested == one.person
    rate = counts["named_right"] / counts["named_trials"] if counts["named_trials"] else None
    return {**counts, "named_right_rate": None if rate is None else round(rate, 4)}


def _enrolled(photos: list[Known]) -> Any:
    from relay.library.recognition import KnownFace

    used = photos[:ENROLLED_FROM]
    return KnownFace(np.mean([photo.embedding for photo in used], axis=0).tolist(), len(used))


def _names(one: Known, people: dict[str, Any]) -> tuple[str, str]:
    """Who the relay says it is, and who it asks about."""
    from glasses.wire.tag import FaceTag
    from relay.library.recognition import recognise

    face = FaceTag(embedding=one.embedding.tolist(), height_px=max(one.height_px, 1))
    found = recognise([face], people)
    return next(iter(found.people), ""), next((each.person_id for each in found.suggestions), "")
