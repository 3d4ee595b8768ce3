"""What may become a link is a plain web address, whatever a browser makes of the rest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.records import read_record
from kb_service.domain.addresses import fault_of_address, web_address
from kb_service.domain.errors import InvalidRecord

DANGEROUS = [
    "javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:x", "\x01javascript:x", " javascript:x",
    "JaVaScRiPt:x",
    "data:text/html,x", "vbscript:x", "blob:https://a", "file:///etc/passwd", "ftp://a", "view-source:https://a",
    "//host", "/\\host", "\\\\host", "https:\\\\host", "https://gov.cn\\@evil.example", "https://gov.cn@evil.example",
    "http:evil.example", "https:/evil.example", "http://", "https://:80", "https://[::1", "https://a:99999",
    "https://a\x00",
    "https://gov.cn/\u202egnp.exe", "https://gov\u200b.cn", "https://a\x85b", "https://a\u2028b", "a1+.-:x",
    "\ufeffdata:x", "https://a cn", "https://%00.cn", "https://a%2ecn/", "https://a\u00a0cn", "https://a<b>.cn", "https://.",
    "https://a..cn", "https://.cn", 'https://a".cn', "https://[fe80::1%25eth0]/", "https://a,b", "https://a\u3000cn/x",
]  # fmt: skip
HARMLESS = [
    "https://www.shanghai.gov.cn/a?b=1#c",
    "HTTP://a.cn:8080/x",
    "http://[::1]/",
    "https://上海.中国/办事",
    "https://a_b-c.gov.cn./x y",
    "http://127.0.0.1/",
    "市政府公报 2024年第3期",
    "〔2024〕3号: 附件",
]


@pytest.mark.parametrize("address", DANGEROUS)
def test_an_address_that_a_browser_may_read_otherwise_is_refused_and_never_sent(address: str) -> None:
    assert web_address(address) is None
    if address != " javascript:x":  # blanks around a field go before it is judged
        with pytest.raises(InvalidRecord, match="source_url"):
            read_record({"source_url": address})


@pytest.mark.parametrize("address", HARMLESS)
def test_web_addresses_and_words_stay(address: str) -> None:
    assert web_address(address) == address
    assert read_record({"source_url": address}).source_url == address


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("javscript:/\\\t\n\r\x00 hp.@#\u200b\u00ad："), max_size=24))
def test_what_is_harmless_has_no_scheme_but_those_of_the_web(text: str) -> None:
    if fault_of_address(text) is None:
        as_read = "".join(each for each in text if each > " ").lower()  # at most what a browser drops
        assert not as_read.startswith(("javascript:", "data:", "//", "\\"))
