"""Arguments of a statement that is put together: each is numbered as it is named."""


class Parameters:
    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


def lexeme(text: str) -> str:
    """Quoted as a `tsquery` wants it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def either(lexemes: list[str]) -> str:
    return lexemes[0] if len(lexemes) == 1 else f"({'|'.join(lexemes)})"
