"""Hostile YAML, Markdown, HTML, plain text, subtitles and records."""

from tests.attack_files.containers import Attack


def anchors_in_flow() -> Attack:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "anchors.md", "\n".join(["---", *lines, "---", "签注免费。"]).encode()


def anchors_on_one_line() -> Attack:
    inner = "&a [x,x,x,x,x,x,x,x,x]"
    parts = [inner] + [f"&{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]" for n in range(10)]
    return "one_line.md", f"---\ntitle: {{k: [{','.join(parts)}]}}\n---\n签注免费。".encode()


def anchored_keys() -> Attack:
    return "keys.md", ("---\n" + "? &a x\n: 1\n? *a\n: 2\n" + "---\n签注免费。").encode()


def merged_mappings() -> Attack:
    lines = ["m0: &m0 {a: 1}"] + [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 30)}]}}" for n in range(1, 8)]
    return "merged.md", "\n".join(["---", *lines, "---", "签注免费。"]).encode()


def nested_yaml() -> Attack:
    return "nested.md", f"---\ntitle: {'[' * 50_000}\n---\n签注免费。".encode()


def long_yaml() -> Attack:
    return "long.md", ("---\n" + "".join(f"k{n}: v\n" for n in range(18_000)) + "---\n签注免费。").encode()


def bracketed_key() -> Attack:
    return "key.md", f'---\n? "{"（" * 60_000}"\n: x\n---\n签注免费。'.encode()


def many_list_items() -> Attack:
    return "items.md", "".join(f"{n}. 甲\n" for n in range(20_000)).encode()


def many_html_items() -> Attack:
    return "items.html", ("<ol>" + "<li>甲" * 60_000 + "</ol>").encode()


def many_breaks() -> Attack:
    return "breaks.html", ("<p>甲" + "\n" * 60_000 + "x</p>").encode()


def many_br() -> Attack:
    return "br.md", ("甲<br>\n" * 60_000).encode()


def wide_columns() -> Attack:
    width = 800
    head = "|" + "a|" * width + "\n|" + "-|" * width + "\n"
    return "wide.md", (head + "|b|\n" * 2_000).encode()


def many_lines() -> Attack:
    return "lines.md", ("# a\n甲\n" * 60_000).encode()


def wide_spans() -> Attack:
    return "spans.html", ("<table>" + "<tr>" + "<td colspan=1000>甲" * 3_000 + "</table>").encode()


def tall_spans() -> Attack:
    text = "甲" * 20_000
    return "tall.html", (f"<table><tr><td rowspan=1000>{text}<td>x" + "<tr><td>y" * 5_000 + "</table>").encode()


def hanging_columns() -> Attack:
    row = "<tr>" + "<td rowspan=1000>" * 20_000
    return "hanging.html", ("<table>" + row + "<tr><td>甲" * 500 + "</table>").encode()


def nested_boxes() -> Attack:
    return "boxes.html", ("<div>" * 100_000 + "甲" + "<p>乙" * 20_000).encode()


def nested_links() -> Attack:
    return "links.html", ("<div>" * 240 + "<a>甲</a>" * 40_000).encode()


def nested_tables() -> Attack:
    return "tables.html", ("<table><tr><td>甲" * 10_000).encode()


def long_attributes() -> Attack:
    return "attributes.html", ("<p style='" + "display " * 400_000 + "'>甲</p>").encode()


def many_attributes() -> Attack:
    return "many_attributes.html", ("<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">甲</p>").encode()


def brackets() -> Attack:
    return "brackets.md", ("[" * 60_000 + "甲").encode()


def emphasis() -> Attack:
    return "emphasis.md", ("*a_ " * 40_000 + "甲").encode()


def link_starts() -> Attack:
    return "link_starts.md", ("[a](<b" * 30_000 + "甲").encode()


def backticks() -> Attack:
    return "backticks.md", "".join("e" + "`" * n for n in range(1, 1_000)).encode()


def nested_quotes() -> Attack:
    return "quotes.md", (">" * 50_000 + "甲").encode()


def nested_items() -> Attack:
    return "nested_items.md", "".join("  " * n + "- 甲\n" for n in range(1_000)).encode()


def long_headings() -> Attack:
    return "heading.html", ("<h1>" + "题" * 300_000 + "</h1>" + "<h2>甲</h2><p>乙</p>" * 2_000).encode()


def html_words() -> Attack:
    return "words.html", ("<p>" + "甲　" * 100_000 + "\n" + "　" * 100_000 + "x</p>").encode()


def wrapped_lines() -> Attack:
    return "wrapped.txt", ("甲" * 40 + "\n").encode() * 40_000


def spaced_chapter() -> Attack:
    return "chapter.txt", ("第一章" + " " * 300_000 + "x 条").encode()


def listed_again() -> Attack:
    return "listed.txt", ("下列" * 200_000 + "\n（一）甲\n（二）乙\n").encode()


def hashes_in_heading() -> Attack:
    return "hashes.jsonl", b'{"id": "a", "text": "# a' + b"#" * 200_000 + b'b"}\n'


def rows_in_text() -> Attack:
    return "rows.jsonl", b'{"id": "a", "text": "' + b"|a|\\n" * 200_000 + b'"}\n'


def many_similar_questions() -> Attack:
    listed = ",".join(f'"q{n}"' for n in range(100_000))
    return (
        "similar.jsonl",
        f'{{"id": "a", "question": "q", "answer": "甲。", "similar_questions": [{listed}]}}'.encode(),
    )


def unknown_fields() -> Attack:
    listed = ",".join(f'"questiom{n}x": 1' for n in range(60_000))
    return "unknown.jsonl", f'{{"id": "a", "text": "甲。", {listed}}}'.encode()


def many_records() -> Attack:
    return "records.jsonl", b"{}\n" * 700_000


def open_tags() -> Attack:
    return "tags.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<" * 200_000 + b"\n"


def open_braces() -> Attack:
    return "braces.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"{\\" * 200_000 + b"\n"


def one_cue_of_many_lines() -> Attack:
    return "cue.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + "甲乙\n".encode() * 200_000


def many_cues() -> Attack:
    cues = (f"{n}\n00:{n // 60 % 60:02}:{n % 60:02},000 --> 00:59:59,000\n# 题{n}\n甲\n\n" for n in range(60_000))
    return "cues.srt", "".join(cues).encode()
