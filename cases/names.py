"""Names, for finding and sorting people on either engine."""
from pypinyin import lazy_pinyin

LONGEST_SORT = 120


def name_sort(name: str) -> str:
    """Pinyin without tones, then the name itself: homophones keep one order."""
    return f"{' '.join(lazy_pinyin(name))} {name}"[:LONGEST_SORT].lower()


def name_parts(name: str) -> set[str]:
    """Single characters and neighbouring pairs: clerks type one or two of them."""
    kept = "".join(name.split()).lower()
    return set(kept) | {kept[at:at + 2] for at in range(len(kept) - 1)}
