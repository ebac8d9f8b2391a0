"""Benches: each module is one, found by name. A bench measures on real parts, with its peers in the same run where it has any.

A bench module has ``NAME``, ``HELP``, ``add_arguments(parser)``, ``run(arguments) -> dict`` and ``table(result) -> rich.table.Table``.
"""
