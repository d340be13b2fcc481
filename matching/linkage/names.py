"""Chinese names by surname and sound, once they are brought to one writing (matching/names.py). Pure.

The surname is kept apart: two people of one sound but another surname are not one. In a name with separators
(买买提·吐尔逊) the first part is the person's own and takes its place.
"""
from __future__ import annotations

from pypinyin import lazy_pinyin

from matching.names import DOT, as_written, plain, tables

__all__ = ["DOT", "as_written", "plain", "rough_sound", "sound", "surname_of", "tables"]


def surname_of(name: str) -> str:
    """Of a name `as_written`: its first part, a compound surname, or the first character; as the common characters."""
    if DOT in name:
        return plain(name.partition(DOT)[0])
    text = plain(name)
    return text[:2] if text[:2] in tables()["compound_surnames"] and len(text) > 2 else text[:1]


def sound(name: str) -> str:
    """Pinyin without tones, syllables apart; the surname by its own reading: 单秀英 is "shan xiu ying"."""
    surname = surname_of(name)
    rest = plain(name)[len(surname):]
    read = tables()["surname_sounds"].get(surname) or " ".join(lazy_pinyin(surname))
    return " ".join([read, *lazy_pinyin(rest)]).lower() if rest else read.lower()


def rough_sound(text: str) -> str:
    """`sound` as many ears hear it: no zh or z, ang or an, l or n."""
    return " ".join(map(_rough, text.split()))


def _rough(syllable: str) -> str:
    for heard, as_if in tables()["sounds"].items():
        if len(heard) > 2 or heard.endswith("g"):
            if syllable.endswith(heard):
                syllable = syllable.removesuffix(heard) + as_if
        elif syllable.startswith(heard) and not (heard == "h" and not syllable.startswith("hu")):
            syllable = as_if + syllable.removeprefix(heard)
    return syllable
