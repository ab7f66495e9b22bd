"""What goes wrong."""


class Error(Exception):
    """What cannot be had, in one sentence: what, and where."""


class Damage(UserWarning):
    """What `open(..., strict=False)` warns of: a file that is damaged, and of
    which only the part before the damage is used."""
