"""Hostile pdf files."""

import zlib

from tests.attack_files.containers import Attack, pdf_file, pdf_page, pdf_stream

_FONT = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"


def fanned_out_forms() -> Attack:
    levels, each = 8, 10
    forms = []
    for level in range(levels):
        is_last = level == levels - 1
        content = b"0 0 5 5 re f " if is_last else b"/F Do " * each
        resources = b"" if is_last else b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level)
        forms.append(pdf_stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + resources))
    return "forms.pdf", pdf_page(b"/F Do " * each, b"<< /XObject << /F 5 0 R >> >>", *forms)


def ruled_page() -> Attack:
    lines = b"".join(b"%d 0 m %d 800 l S 0 %d m 600 %d l S " % (n, n, n, n) for n in range(0, 600))
    text = b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET "
    return "ruled.pdf", pdf_page(lines + text, _FONT)


def ruled_boxes() -> Attack:
    boxes = b"".join(b"%d %d %d %d re S " % (n % 80 * 7, n // 80 * 8, 7, 8) for n in range(7_900))
    return "boxes.pdf", pdf_page(boxes + b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET ", _FONT)


def scattered_words() -> Attack:
    words = b"".join(b"1 0 0 1 %d %d Tm (a b) Tj " % (n * 37 % 590, n * 91 % 790) for n in range(12_000))
    return "scattered.pdf", pdf_page(b"BT /F1 6 Tf " + words + b"ET", _FONT)


def letters_on_one_place() -> Attack:
    return "letters.pdf", pdf_page(b"BT /F1 9 Tf 10 10 Td " + b"(aaaaaaaaaa) Tj 0 0 Td " * 30_000 + b"ET", _FONT)


def two_columns() -> Attack:
    words = b"".join(
        b"1 0 0 1 %d %d.%02d Tm (%s) Tj " % (side, n % 780, n // 780, b"abcdefghijklmnopqrst")
        for n in range(8_000)
        for side in (20, 350)
    )
    return "columns.pdf", pdf_page(b"BT /F1 6 Tf " + words + b"ET", _FONT)


def one_content_many_pages() -> Attack:
    pages = 1_900
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(pages))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 3 0 R /Resources 4 0 R >>"
    return "pages.pdf", pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        pdf_stream(b"BT /F1 9 Tf 10 700 Td " + b"(abcdefghij abcdefghij) Tj 0 -10 Td " * 800 + b"ET"),
        _FONT,
        *[page] * pages,
    )


def packed_twice() -> Attack:
    inner = zlib.compress(b" " * 600_000_000, 9)
    packed = zlib.compress(inner, 9)
    head = b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    return "packed.pdf", pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents [%s] /Resources %s >>"
        % (b"4 0 R " * 5, _FONT),
        head,
    )


def wide_character_map() -> Attack:
    cmap = b"1 begincodespacerange <00000000> <ffffffff> endcodespacerange 1 beginbfrange <00000000> <ffffffff> <0041> "
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 5 0 R >>"
    content = b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET"
    return "map.pdf", pdf_page(
        content, b"<< /Font << /F1 %s >> >>" % font, pdf_stream(b"begincmap " + cmap + b"endbfrange endcmap")
    )


def wide_widths() -> Attack:
    descendant = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W [0 2000000000 500] /CIDSystemInfo << >> >>"
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [%s] >>" % descendant
    return "widths.pdf", pdf_page(b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET", b"<< /Font << /F1 %s >> >>" % font)


def forms_within_themselves() -> Attack:
    form = pdf_stream(
        b"/F Do " * 9, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>"
    )
    return "itself.pdf", pdf_page(b"/F Do " * 9, b"<< /XObject << /F 5 0 R >> >>", form)


def deep_pdf() -> Attack:
    return "deep.pdf", pdf_page(b"[" * 200_000 + b"]" * 200_000, _FONT)


def long_kids() -> Attack:
    return "kids.pdf", pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        *[b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 1 >>" % (n + 3, n + 3) for n in range(900)],
        b"<< /Type /Page /MediaBox [0 0 600 800] >>",
    )
