"""Words that imitate others, by confusable-homoglyphs (the Unicode consortium's list of confusables).

Two rules, after Unicode's technical standard 39:

- A word mixes only scripts that are written together (its level "highly restrictive"): `山田taro`, but not
  `pаypal` with a Cyrillic а.
- A word of another script that could be read as an ASCII word from end to end (`роса`) doesn't stand beside
  Latin ones: `роса@почта.рф`, not `роса@example.com`.

The tables take some 14 MB and a sixth of a second to load, so they are loaded with the first address that has
other letters than ASCII's. The library ships no types.
"""

import re
import unicodedata
from collections.abc import Iterable

_BETWEEN_WORDS = re.compile(r"[\W_]+")
# What COMMON and INHERITED letters are part of is told by their neighbours.
_OF_NO_SCRIPT = frozenset({"COMMON", "INHERITED"})
_WRITTEN_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)


def imitates(text: str) -> bool:
    """Whether a word of the text (an address, say) looks like what it is not. ASCII never does."""
    if text.isascii():
        return False
    # Without accents and other marks: they change what a letter means, not what it is taken for.
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if unicodedata.category(letter)[0] != "M"
    )
    words = [(word, _scripts(word)) for word in _BETWEEN_WORDS.split(bare) if word]
    if any(len(scripts) > 1 and not _together(scripts) for _, scripts in words):
        return True
    beside_latin = any("LATIN" in scripts for _, scripts in words)
    return beside_latin and any("LATIN" not in scripts and _reads_as_ascii(word) for word, scripts in words)


def _scripts(word: str) -> frozenset[str]:
    from confusable_homoglyphs.categories import (  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
        unique_aliases,
    )

    return frozenset(unique_aliases(word)) - _OF_NO_SCRIPT


def _together(scripts: Iterable[str]) -> bool:
    return any(allowed.issuperset(scripts) for allowed in _WRITTEN_TOGETHER)


def _reads_as_ascii(word: str) -> bool:
    if word.isascii():
        return False
    from confusable_homoglyphs.confusables import (  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
        confusables_data,
    )

    def ascii_twin(letter: str) -> bool:
        return letter.isascii() or any(
            len(twin["c"]) == 1 and twin["c"].isascii() for twin in confusables_data.get(letter, ())
        )

    return all(ascii_twin(letter) for letter in word)
