"""What was typed, in the words that the catalogue knows: a typing error is forgiven where no word fits."""

from dataclasses import dataclass

from ecommerce.adapters.postgres.catalog.reads.parameters import either, lexeme
from ecommerce.adapters.postgres.catalog.reads.remembered import Remembered
from ecommerce.adapters.postgres.database import Database

MOST_WORDS = 16
# Words that are too short or hold digits are not forgiven: a model number means itself.
RESOLVE = """
SELECT typed.word, typed.lexeme, left(catalogue_fold($1), 200) AS whole,
       CASE WHEN length(typed.word) BETWEEN 3 AND 40 AND typed.word !~ '[0-9]'
              AND NOT EXISTS (SELECT FROM search_term t WHERE t.lexeme = typed.lexeme)
       THEN ARRAY(
         SELECT t.word || ' ' || t.lexeme FROM search_term t
         WHERE t.variants && (typed.word || ARRAY(
           SELECT overlay(typed.word PLACING '' FROM i FOR 1)
           FROM generate_series(1, length(typed.word)) AS i))
       ) END AS near
FROM (
  SELECT word, position, (tsvector_to_array(to_tsvector('english', word)))[1] AS lexeme
  FROM regexp_split_to_table(btrim(catalogue_words($1)), ' ') WITH ORDINALITY AS t (word, position)
  WHERE word <> ''
) typed
ORDER BY typed.position
LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Words:
    """Each a `tsquery`: all words anywhere in the text, all in the name, and what is meant exactly."""

    anywhere: str
    in_name: str
    exact: str

    @property
    def found(self) -> str:
        return f"({self.exact}|{self.anywhere})"


class WordResolver:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._resolved: Remembered[Words] = Remembered()

    async def resolve(self, text: str) -> Words:
        """Without any letter or digit in the text nothing will be found."""
        known = self._resolved.get(text)
        if known is None:
            known = await self._resolve(text)
            self._resolved.put(text, known)
        return known

    async def _resolve(self, text: str) -> Words:
        rows = await self._database.fetch(RESOLVE, text, MOST_WORDS)
        groups: list[list[str]] = []
        for row in rows:
            if row["near"]:
                pairs = (pair.split(" ", 1) for pair in row["near"])
                near = sorted({found for word, found in pairs if one_slip_apart(row["word"], word)})
                groups.append(near or [row["lexeme"]])
            elif row["lexeme"] is not None:
                groups.append([row["lexeme"]])
        if not groups:
            groups = [["\N{REPLACEMENT CHARACTER}"]]
        exact = [lexeme("k:" + text.strip().lower()[:200])]
        if rows:
            exact.append(lexeme("e:" + rows[0]["whole"].strip()))
        return Words(
            "&".join(either([lexeme(word) for word in group]) for group in groups),
            "&".join(either([lexeme("n:" + word) for word in group]) for group in groups),
            either(exact),
        )


def one_slip_apart(typed: str, word: str) -> bool:
    """At most one letter more, less or other, or two neighbours swapped."""
    if typed == word:
        return True
    start = next((i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), None)
    if start is None:
        return abs(len(typed) - len(word)) <= 1
    rest, other = typed[start:], word[start:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )
