"""Writes Arena.Trainer/Tokenizing/unicode-normalization.txt from this Python's unicodedata.

A line a character: code point, combining class, and its decomposition: '=' canonical and composed again by NFC,
'!' canonical and never composed, '~' compatibility. Decompositions are one step, as in the Unicode database. Hangul
is arithmetic and not listed. The .NET runtime normalizes nothing without ICU, which this program goes without.
"""
import pathlib
import unicodedata

lines = [f"# Unicode {unicodedata.unidata_version}; made by scripts/make-unicode-normalization.py"]
for code in range(0x110000):
    char = chr(code)
    if 0xD800 <= code < 0xE000 or 0xAC00 <= code <= 0xD7A3:
        continue
    combining, parts = unicodedata.combining(char), unicodedata.decomposition(char).split()
    if not combining and not parts:
        continue
    mark = ""
    if parts:
        if parts[0].startswith("<"):
            mark, parts = "~", parts[1:]
        else:
            whole = unicodedata.normalize("NFD", char)
            mark = "=" if len(parts) == 2 and unicodedata.normalize("NFC", whole) == char else "!"
    lines.append(f"{code:X} {combining} {mark}{' '.join(parts)}".rstrip())
target = pathlib.Path(__file__).parent.parent / "Arena.Trainer" / "Tokenizing" / "unicode-normalization.txt"
target.write_text("\n".join(lines) + "\n", encoding="ascii")
print(f"{len(lines) - 1} characters, {target.stat().st_size} bytes")
