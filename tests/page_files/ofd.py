"""OFD files as offices' programs write them: a zip of XML with the place of each line in millimetres."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text(words: str, x: float, y: float, *, size: float = 4.0, extra: str = "", inner: str = "") -> str:
    """A line whose letters stand a type size apart; ``y`` is the top of its box."""
    steps = f"g {len(words) - 1} {size}" if len(words) > 1 else ""
    return (
        f'<ofd:TextObject ID="1" Boundary="{x} {y} {size * len(words)} {size}" Font="1" Size="{size}" {extra}>{inner}'
        f'<ofd:TextCode X="0" Y="{size * 0.88}" DeltaX="{steps}">{words}</ofd:TextCode></ofd:TextObject>'
    )


def rule(x0: float, y0: float, x1: float, y1: float) -> str:
    return (
        f'<ofd:PathObject ID="2" Boundary="{x0} {y0} {x1 - x0 + 0.1} {y1 - y0 + 0.1}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0} {y1 - y0}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def picture(x: float, y: float, width: float, height: float) -> str:
    return (
        f'<ofd:ImageObject ID="3" Boundary="{x} {y} {width} {height}" CTM="{width} 0 0 {height} 0 0" ResourceID="9"/>'
    )


def ofd_file(
    pages: Sequence[str],
    *,
    template: str = "",
    annotation: str = "",
    image: bytes | None = None,
    title: str = "",
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """``template``: objects under every page; ``annotation``: one on the first page."""
    parts: dict[str, str | bytes] = {
        "OFD.xml": f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {NAMESPACE} DocType="OFD"><ofd:DocBody>'
        f"<ofd:DocInfo><ofd:DocID>1</ofd:DocID><ofd:Title>{title}</ofd:Title></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        "</ofd:PhysicalBox></ofd:PageArea><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
        '<ofd:TemplatePage ID="90" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData><ofd:Pages>'
        + "".join(f'<ofd:Page ID="{n + 100}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
        + "</ofd:Pages><ofd:Annotations>Annots/Annotations.xml</ofd:Annotations></ofd:Document>",
        "Doc_0/Tpls/Tpl_0/Content.xml": _page(template, uses_template=False),
        "Doc_0/DocumentRes.xml": f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias>'
        '<ofd:MultiMedia ID="9" Type="Image">'
        "<ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>",
    }
    for number, page in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = _page(page, uses_template=bool(template))
    if annotation:
        parts["Doc_0/Annots/Annotations.xml"] = (
            f'<ofd:Annotations {NAMESPACE}><ofd:Page PageID="100"><ofd:FileLoc>Page_0.xml</ofd:FileLoc></ofd:Page>'
            "</ofd:Annotations>"
        )
        parts["Doc_0/Annots/Page_0.xml"] = f"<ofd:PageAnnot {NAMESPACE}>{annotation}</ofd:PageAnnot>"
    if image is not None:
        parts["Doc_0/Res/a.png"] = image
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(more or {})}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _page(objects: str, *, uses_template: bool) -> str:
    template = '<ofd:Template TemplateID="90" ZOrder="Background"/>' if uses_template else ""
    return (
        f'<ofd:Page {NAMESPACE}>{template}<ofd:Content><ofd:Layer ID="5" Type="Body">{objects}</ofd:Layer>'
        "</ofd:Content></ofd:Page>"
    )
