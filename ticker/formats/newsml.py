"""IPTC NewsML-G2 2.35, conformance power: a line as a newsItem; a kill is one that is canceled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticker.formats.agency import KILL_NOTE
from ticker.formats.uri import as_uri
from ticker.formats.xml import HEAD, element, text_element
from ticker.news.document import format_time
from ticker.news.flash import PubStatus
from ticker.news.ids import uri_of
from ticker.news.text import direction_of

if TYPE_CHECKING:
    from ticker.formats.agency import Item
    from ticker.news.flash import Flash

MEDIA_TYPE: Final = "application/vnd.iptc.g2.newsitem+xml"
_NAMESPACE: Final = "http://iptc.org/std/nar/2006-10-01/"
# NewsCodes that are used here. Named in the item, so that nobody has to fetch a catalogue.
_SCHEMES: Final = {
    "ninat": "http://cv.iptc.org/newscodes/ninature/",
    "stat": "http://cv.iptc.org/newscodes/pubstatusg2/",
    "sig": "http://cv.iptc.org/newscodes/signal/",
    "irel": "http://cv.iptc.org/newscodes/itemrelation/",
}


def newsml(item: Item) -> str:
    """A line as XML; of a killed one nothing is left but that it was."""
    is_killed = item.flash.pubstatus is PubStatus.CANCELED
    schemes = (element("scheme", alias=alias, uri=uri) for alias, uri in _SCHEMES.items())
    return HEAD + element(
        "newsItem",
        element("catalog", *schemes),
        element("rightsInfo", _party("copyrightHolder", item.publisher)),
        _item_meta(item),
        "" if is_killed else _content(item),
        xmlns=_NAMESPACE,
        guid=uri_of(item.flash.id),
        version=str(item.flash.version),
        standard="NewsML-G2",
        standardversion="2.35",
        conformance="power",
        xml_lang=item.place.lang,
        dir=item.place.dir,
    )


def _item_meta(item: Item) -> str:
    flash = item.flash
    is_killed = flash.pubstatus is PubStatus.CANCELED
    links = [] if is_killed else [_see_also(residref=uri_of(it.flash.id)) for it in item.siblings]
    if not is_killed and flash.url is not None:
        links.append(_see_also(href=as_uri(flash.url)))
    embargoed = "" if is_killed or flash.embargoed is None else format_time(flash.embargoed)
    return element(
        "itemMeta",
        element("itemClass", qcode="ninat:text"),
        _party("provider", item.publisher),
        text_element("versionCreated", format_time(flash.versioncreated)),
        text_element("firstCreated", format_time(flash.firstcreated)),
        text_element("embargoed", embargoed),
        element("pubStatus", qcode=f"stat:{flash.pubstatus}"),
        text_element("edNote", KILL_NOTE if is_killed else None),
        _signal(flash),
        *links,
    )


def _signal(flash: Flash) -> str:
    """What a new version is: the words were wrong, or it only has more or other ones."""
    if flash.version == 1:
        return ""
    is_correction = flash.correction is not None and flash.pubstatus is not PubStatus.CANCELED
    return element("signal", qcode="sig:correction" if is_correction else "sig:update")


def _see_also(**where: str) -> str:
    return element("link", rel="irel:seeAlso", **where)


def _party(tag: str, name: str) -> str:
    return element(tag, text_element("name", name), literal=name)


def _content(item: Item) -> str:
    flash, place = item.flash, item.place
    directed = {"xml_lang": place.lang, "dir": direction_of(flash.headline, place.dir)}
    meta = element(
        "contentMeta",
        text_element("urgency", str(flash.urgency)),
        _party("located", flash.located) if flash.located else "",
        _party("infoSource", flash.source) if flash.source else "",
        element("language", tag=place.lang),
        *_subjects(item),
        text_element("slugline", flash.coverage),
        text_element("headline", flash.headline, **directed),
        text_element("description", flash.correction, xml_lang=place.lang, dir=place.dir),
    )
    line = text_element("inlineData", flash.headline, contenttype="text/plain", **directed)
    return meta + element("contentSet", line)


def _subjects(item: Item) -> list[str]:
    flash, place = item.flash, item.place
    found = [
        (item.address("section", flash.section or ""), flash.section, place.sections),
        (item.address("region", flash.region or ""), flash.region, place.regions),
        (item.address("coverage", flash.coverage or ""), flash.coverage, place.titles),
    ]
    concepts = [
        element("subject", text_element("name", labels.get(code, code)), uri=uri)
        for uri, code, labels in found
        if code is not None
    ]
    keywords = [element("subject", text_element("name", it), literal=it) for it in flash.tags]
    return [*concepts, *keywords]
