"""A film and its poster, made in a worker process."""

from __future__ import annotations

from pathlib import Path

from glasses.wire.memory import Variant
from relay.assemble.film import FilmPlan
from relay.work.films import MadeFilm


def make_film(plan: FilmPlan, sources: dict[str, str], out: str, joints: str) -> MadeFilm:
    """Raises FilmNoClipsError, FilmFailedError. Everything in and out can be pickled."""
    from relay.assemble.render import render_job
    from relay.assemble.stills import cut_stills
    from relay.assemble.titles import poster

    facts = render_job(plan, sources, out, joints)
    best = max(range(len(facts.cut_list.cuts)), key=lambda number: facts.cut_list.cuts[number].score)
    picture = cut_stills(Path(out), facts.cut_list, per_cut=1)[best][0]
    return MadeFilm(facts, poster(picture, plan.title, plan.dates))


def recode_film(film: str, out: str, variant: Variant) -> int:
    """Raises FilmFailedError. Says how many frames."""
    from relay.assemble.recode import recode

    return recode(film, out, variant)
