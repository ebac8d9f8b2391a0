"""What the glasses, the relay and the phone say to each other.

Rules of change: fields are only added, each with a default; a field is never
renamed or given a new meaning; unknown fields survive a round trip. Numbers
carry their unit in the name; ``*_at`` is UTC milliseconds, ``*_stamp`` a hybrid
logical clock stamp. Nothing here imports anything of the project but itself.
"""
