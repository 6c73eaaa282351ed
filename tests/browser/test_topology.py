"""The topology page in Chromium: nothing overflows, overlaps or is cut off, in both colour schemes."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.mtk.backend.plugins.plugin_utils.topology import page
from browser.chromium import Chromium
from browser.plans import REGIONS, built, document, states

WORLDS = {
    "built": (3, 3, "none"),
    "planned": (3, 3, "create"),
    "small": (1, 2, "create"),
    "large": (6, 6, "none"),
    "refused": (3, 3, "refuse"),
}
WIDTHS = (360, 768, 1280, 2000)
# Elements that are wider than their content area, except those that scroll on purpose or are for screen readers only.
OVERFLOWING = """
Array.from(document.querySelectorAll('body *')).filter(e => !e.closest('svg, .wide, .sr')
  && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' && e.clientWidth > 0)
  .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 60))
"""
# Cells and cards of which one covers a part of another that does not contain it.
OVERLAPPING = """
(() => {
  const boxes = Array.from(document.querySelectorAll('.card, .grid td, .grid tbody th, .chips li, .map .box rect'));
  const found = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
    if (a.contains(b) || b.contains(a)) return;
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (width > 1 && height > 1) found.push(a.textContent.slice(0, 40) + ' / ' + b.textContent.slice(0, 40));
  }));
  return found;
})()
"""
# Texts of the map that leave their box.
OUTSIDE = """
Array.from(document.querySelectorAll('.map .box')).flatMap(box => {
  const frame = box.querySelector('rect').getBoundingClientRect();
  return Array.from(box.querySelectorAll('text')).filter(t => t.textContent && frame.width > 0
    && t.getBoundingClientRect().right > frame.right - 2).map(t => t.textContent);
})
"""
# The least contrast of any text with its background, by the formula of WCAG 2, with the text that has it.
CONTRAST = """
(() => {
  const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const colour = text => {
    const n = text.match(/[\\d.]+/g).map(Number);
    return n.length > 3 && n[3] === 0 ? null : n;
  };
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = colour(getComputedStyle(e).backgroundColor); if (c) return c; } };
  const worst = Array.from(document.querySelectorAll('body *')).filter(e => !e.closest('svg')
    && Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim())).map(e => {
    const [a, b] = [light(colour(getComputedStyle(e).color)), light(ground(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.className + ': ' + e.textContent.slice(0, 40)];
  });
  return worst.sort((a, b) => a[0] - b[0])[0];
})()
"""


@pytest.fixture(scope="module")
def browser():
    with Chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, (regions, zones, action) in WORLDS.items():
        plan = built(regions, zones)
        known = {} if action == "create" else states(plan)
        text = page.of_run(document(plan, action), known, regions=REGIONS[:regions])
        found[name] = folder / f"{name}.html"
        found[name].write_text(text)
    return found


def of_type(browser: Chromium, method: str) -> list[dict]:
    return [event for event in browser.events if event.get("method") == method]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", WORLDS)
def test_nothing_overflows_or_overlaps(browser, pages, name, width):
    browser.open(pages[name], width)
    browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert browser.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [width, width]
    assert browser.evaluate(OVERFLOWING) == []
    assert browser.evaluate(OVERLAPPING) == []
    assert browser.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["built", "planned", "refused"])
def test_text_has_enough_contrast(browser, pages, name, scheme):
    browser.open(pages[name], 1280, scheme)
    browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    contrast, text = browser.evaluate(CONTRAST)
    assert contrast >= 4.5, text


def test_schemes_differ_and_the_page_is_drawn(browser, pages):
    shots = {}
    for scheme in ("light", "dark"):
        browser.open(pages["built"], 1280, scheme)
        shots[scheme] = browser.screenshot()
        colour = browser.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (colour == "rgb(246, 247, 249)") == (scheme == "light")
    assert shots["light"] != shots["dark"]
    assert min(map(len, shots.values())) > 50_000  # a page without its style or its text is much smaller


def test_browser_loads_nothing_and_reports_nothing(browser, pages):
    browser.open(pages["built"], 1280)
    requests = [each["params"]["request"]["url"] for each in of_type(browser, "Network.requestWillBeSent")]
    assert requests == [pages["built"].as_uri()]
    assert of_type(browser, "Log.entryAdded") == []
    assert browser.evaluate("document.styleSheets.length") == 1


def test_policy_blocks_scripts_and_loads(browser, pages, tmp_path):
    """The policy works: what somebody would add does not run, is not loaded, and is reported."""
    added = '<script>document.title = "changed"</script><img src="https://example.com/x"><p style="color: red">x</p>'
    broken = tmp_path / "broken.html"
    broken.write_text(pages["built"].read_text().replace("</main>", f"{added}</main>"))
    browser.open(broken, 1280)
    browser.evaluate("1")  # receives the events so far
    assert browser.evaluate("document.title") == "Topology of prod"
    reported = [each["params"]["entry"]["text"] for each in of_type(browser, "Log.entryAdded")]
    assert len([each for each in reported if "Content Security Policy" in each]) >= 3


def test_print_has_no_menu_and_fits_the_paper(browser, pages):
    browser.open(pages["built"], 1280)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")
    pdf = browser.call("Page.printToPDF", printBackground=True)["data"]
    assert len(pdf) > 20_000
