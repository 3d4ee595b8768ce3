"""The import contract of our own that needs an algorithm: which imports go in a circle."""

from scripts.import_contracts import circles


def test_a_line_of_imports_has_no_circle() -> None:
    assert circles([("door", "verb"), ("verb", "noun"), ("door", "noun")]) == []


def test_a_circle_is_named_without_what_leads_to_it_and_from_it() -> None:
    around = [("a", "b"), ("b", "c"), ("c", "a")]
    assert circles([("door", "a"), *around, ("c", "noun")]) == around
