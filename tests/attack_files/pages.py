"""Hostile web pages, sheets and OFD files: what decides on what is shown must not cost more than the page."""

from tests.attack_files.containers import Attack
from tests.page_files.ofd import ofd_file, text


def quotes_that_stay_open() -> Attack:
    return "quotes.html", ("<script>" + "`'\\" * 100_000 + "</script><p>签注免费。</p>").encode()


def words_of_scripts() -> Attack:
    return "scripts.html", ("<script>" + "document.write('" * 100_000 + "</script><p>签注免费。</p>").encode()


def styles_within_styles() -> Attack:
    return "styles.html", ("<style>" + "@media{" * 40_000 + "@a{b{}" * 20_000 + "</style><p>签注免费。</p>").encode()


def rules_for_deep_elements() -> Attack:
    rules = "".join(f".a .b .c{number} .f{{display:none}}" for number in range(3_000))
    return "rules.html", (
        f"<style>{rules}</style>" + "<div class='a b f'>" * 150 + "<p class=f>甲</p>" * 10_000
    ).encode()


def raised_marks() -> Attack:
    return "raised.html", ("<p>" + "800<sup>1</sup>元" * 40_000 + "</p>").encode()


def hidden_within_hidden() -> Attack:
    return "hidden.html", ("<div style='display:none'>甲乙" * 240 + "<p>甲</p>" * 20_000).encode()


def parts_within_parts() -> Attack:
    parts = b"".join(b"--B%d\nContent-Type: multipart/mixed; boundary=B%d\n\n" % (n, n + 1) for n in range(3_000))
    return "parts.mht", b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B0\n\n" + parts


def rows_with_open_quotes() -> Attack:
    return "quotes.csv", ("问题,答案\n" + '甲,"乙\n' * 60_000).encode()


def repeated_steps() -> Attack:
    return "steps.ofd", ofd_file([text("签注免费。", 25, 40).replace("g 4 4.0", "g 999999999 4 " * 5_000)])


def blocks_within_blocks() -> Attack:
    words = text("签注免费。", 25, 40)
    return "blocks.ofd", ofd_file(["<ofd:PageBlock>" * 200 + words + "</ofd:PageBlock>" * 200 + words])
