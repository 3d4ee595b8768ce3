"""A pdf page whose letters are little pictures of a font of its own, and what the file says they are."""

from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw, ImageFont

_FIRST_CODE = 33


def page_of_codes(lines: Sequence[str], *, em: float = 0.6, told: Callable[[str, int], str] | None = None) -> bytes:
    """``em``: how far each letter moves on, in type sizes. ``told``: what the font's table says a letter is, by the
    letter and its number; without it there is no table, as some printers leave it.
    """
    letters = list(dict.fromkeys("".join(lines)))
    pictures = [_stream(_picture(letter, em)) for letter in letters]
    names = [f"g{number}" for number in range(len(letters))]
    procedures = " ".join(f"/{name} {6 + number} 0 R" for number, name in enumerate(names))
    table = f"/ToUnicode {6 + len(letters)} 0 R" if told else ""
    font = (
        "<</Type/Font/Subtype/Type3/FontBBox[0 -250 1000 1000]/FontMatrix[0.001 0 0 0.001 0 0]"
        f"/CharProcs<<{procedures}>>/Encoding<</Type/Encoding/Differences[{_FIRST_CODE} /{' /'.join(names)}]>>"
        f"/FirstChar {_FIRST_CODE}/LastChar {_FIRST_CODE + len(letters) - 1}"
        f"/Widths[{' '.join([str(round(1000 * em))] * len(letters))}]{table}>>"
    )
    shown = " ".join(
        f"<{''.join(f'{_FIRST_CODE + letters.index(letter):02x}' for letter in line)}> Tj T*" for line in lines
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        _stream(f"BT /F 18 Tf 30 TL 60 760 Td {shown} ET".encode()),
        font.encode(),
        *pictures,
    ]
    if told:
        pairs = "\n".join(
            f"<{_FIRST_CODE + number:02x}> <{ord(told(letter, number)):04x}>" for number, letter in enumerate(letters)
        )
        objects.append(
            _stream(
                "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange "
                f"<00> <ff> endcodespacerange {len(letters)} beginbfchar\n{pairs}\nendbfchar endcmap end end".encode()
            )
        )
    return _file(objects)


def _picture(letter: str, em: float) -> bytes:
    picture = Image.new("1", (64, 80), 1)
    ImageDraw.Draw(picture).text((4, 2), letter, fill=0, font=ImageFont.load_default(60))
    bits = bytes(255 - each for each in picture.tobytes())
    wide = round(1000 * em)
    return (
        f"{wide} 0 0 -250 1000 1000 d1 q 1000 0 0 1250 0 -250 cm BI /W 64 /H 80 /IM true /BPC 1 /D [1 0] ID ".encode()
        + bits
        + b" EI Q"
    )


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n" % len(content) + content + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    written, places = b"%PDF-1.5\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(written))
    )
