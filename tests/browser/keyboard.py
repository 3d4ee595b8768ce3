"""Going through a page with the Tab key alone, as somebody does who has no mouse."""

from dataclasses import dataclass

from playwright.sync_api import Page

# A stop of the walk has its place among all elements; what is seen of it is compared with the same element unfocused.
_PREPARE = """() => {
  const shown = (each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && each.getClientRects().length > 0;
  const said = (each) => (each.getAttribute("aria-label") ?? each.labels?.[0]?.textContent ?? each.textContent).trim();
  const name = (each) => `${each.localName}${each.id ? "#" + each.id : ""}「${said(each).slice(0, 24)}」`;
  const look = (each) => {
    const style = getComputedStyle(each);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor].join();
  };
  const controls = () => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, audio[controls], [tabindex]")].filter((each) =>
    shown(each) && !each.disabled && each.tabIndex >= 0
    // Of radio buttons the one that is chosen, or the first, is a stop; arrows lead to the others.
    && !(each.type === "radio" && each !== (document.querySelector(`[name="${each.name}"]:checked`)
      ?? document.querySelector(`[name="${each.name}"]`))));
  const inside = document.querySelector("dialog[open]") ?? document.body;
  document.activeElement?.blur();
  const expected = controls().filter((each) => inside.contains(each));
  const unfocused = new Map(expected.map((each) => [each, look(each)]));
  // The first Tab leads to the first control behind this.
  const had = inside.getAttribute("tabindex");
  inside.tabIndex = -1;
  inside.focus({ preventScroll: true });
  if (had === null) inside.removeAttribute("tabindex");
  const reached = new Set();
  window.walk = {
    here() {
      const each = document.activeElement;
      const isOver = !each || each === document.body || each === inside;
      if (isOver || (reached.has(each) && each !== window.walk.last)) return null;
      window.walk.last = each;
      // A field for a day has a stop for each of its parts.
      if (reached.has(each)) return [];
      reached.add(each);
      const { left, right, top, bottom } = each.getClientRects()[0] ?? each.getBoundingClientRect();
      const at = document.elementFromPoint(
        (Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
      const isSeen = at !== null && (each.contains(at) || at.closest("label")?.contains(each));
      return [name(each), !unfocused.has(each) || look(each) !== unfocused.get(each), Boolean(isSeen)];
    },
    missed: () => expected.filter((each) => each.isConnected && shown(each) && !reached.has(each)).map(name),
  };
}"""
_STOPS_AT_MOST = 400


@dataclass(frozen=True, slots=True)
class Walk:
    """``missed``: controls that Tab never reached; ``unmarked``: where nothing shows that they have the focus;
    ``hidden``: those that lie behind something, or out of sight, while they have it."""

    stops: list[str]
    missed: list[str]
    unmarked: list[str]
    hidden: list[str]

    @property
    def faults(self) -> list[str]:
        return [
            *(f"missed: {each}" for each in self.missed),
            *(f"unmarked: {each}" for each in self.unmarked),
            *(f"hidden: {each}" for each in self.hidden),
        ]


def walked(page: Page) -> Walk:
    """From the beginning of the page once around; of an open dialog only what is in it."""
    page.emulate_media(reduced_motion="reduce")  # what the focus scrolls to is there at once
    page.evaluate(_PREPARE)
    stops: list[str] = []
    unmarked: list[str] = []
    hidden: list[str] = []
    for _ in range(_STOPS_AT_MOST):
        page.keyboard.press("Tab")
        here = page.evaluate("() => walk.here()")
        if here is None:
            break
        if not here:
            continue
        name, is_marked, is_seen = here
        stops.append(name)
        unmarked += [] if is_marked else [name]
        hidden += [] if is_seen else [name]
    return Walk(stops, page.evaluate("() => walk.missed()"), unmarked, hidden)


# A paragraph that can have the focus is read out whole, and takes no name (ARIA 1.2).
_UNNAMED_ROLES = {"generic", "none", "paragraph", "RootWebArea", "document", "StaticText", "InlineTextBox"}


def nameless(page: Page) -> list[str]:
    """What can have the focus and has no name in Chromium's own tree for screen readers."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        f"{each['role']['value']} {each.get('value', {}).get('value', '')}".strip()
        for each in nodes
        if not each.get("ignored")
        and each["role"]["value"] not in _UNNAMED_ROLES
        and any(one["name"] == "focusable" and one["value"].get("value") for one in each.get("properties", []))
        and not each.get("name", {}).get("value", "").strip()
    ]


_LISTENING = """() => {
  const own = EventTarget.prototype.addEventListener;
  window.clicked = [];
  EventTarget.prototype.addEventListener = function (kind, ...rest) {
    if (kind === "click" && this instanceof Element) window.clicked.push(this);
    return own.call(this, kind, ...rest);
  };
}"""


def remember_clicks(page: Page) -> None:
    """Before the page is opened; for `mouse_only`."""
    page.add_init_script(f"({_LISTENING})()")


def mouse_only(page: Page) -> list[str]:
    """Elements that something happens on when they are clicked, and that no key reaches."""
    return list(
        page.evaluate(
            """() => window.clicked.filter((each) => each.isConnected && each.tabIndex < 0
              && !each.querySelector("a, button, input, summary, select") && !each.hidden)
              .map((each) => each.outerHTML.slice(0, 120))"""
        )
    )
