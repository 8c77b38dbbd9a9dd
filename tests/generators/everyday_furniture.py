"""Everyday furniture for tests/generators/pages_generated.py: what nearly every page has about its text, in the ten languages there.

    piece(drawn) ──► Html and where on the page such a thing stands

What changes with the capture (votes, related articles, hits of a share button) is drawn from the capture's own chances.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.generators.pages_generated import Draw


class Says(NamedTuple):
    """What furniture says in one language."""

    helpful: str
    yes: str
    no: str
    share: str
    related: str
    subscribe: str
    pitch: str
    address: str
    top: str
    printed: str
    found: str


SAYS = {
    "en": Says(
        "Was this article helpful?",
        "Yes",
        "No",
        "Share this",
        "Related articles",
        "Subscribe",
        "Get our best offers once a week, right into your inbox.",
        "Your e-mail",
        "Back to top",
        "Print this page",
        "{a} out of {b} found this helpful",
    ),
    "de": Says(
        "War dieser Beitrag hilfreich?",
        "Ja",
        "Nein",
        "Teilen",
        "Verwandte Beiträge",
        "Abonnieren",
        "Unsere besten Angebote, einmal in der Woche in Ihrem Postfach.",
        "Ihre E-Mail",
        "Nach oben",
        "Seite drucken",
        "{a} von {b} fanden dies hilfreich",
    ),
    "fr": Says(
        "Cet article vous a-t-il été utile ?",
        "Oui",
        "Non",
        "Partager",
        "Articles associés",
        "S'abonner",
        "Nos meilleures offres, une fois par semaine dans votre boîte.",
        "Votre e-mail",
        "Haut de page",
        "Imprimer",
        "{a} sur {b} ont trouvé cela utile",
    ),
    "es": Says(
        "¿Te ha sido útil este artículo?",
        "Sí",
        "No",
        "Compartir",
        "Artículos relacionados",
        "Suscribirse",
        "Nuestras mejores ofertas, una vez por semana en su buzón.",
        "Su correo",
        "Volver arriba",
        "Imprimir",
        "A {a} de {b} les ha sido útil",
    ),
    "it": Says(
        "Questo articolo ti è stato utile?",
        "Sì",
        "No",
        "Condividi",
        "Articoli correlati",
        "Iscriviti",
        "Le nostre offerte migliori, una volta alla settimana nella posta.",
        "La tua e-mail",
        "Torna su",
        "Stampa",
        "Utile per {a} su {b}",
    ),
    "nl": Says(
        "Was dit artikel nuttig?",
        "Ja",
        "Nee",
        "Delen",
        "Verwante artikelen",
        "Abonneren",
        "Onze beste aanbiedingen, een keer per week in uw postvak.",
        "Uw e-mail",
        "Naar boven",
        "Afdrukken",
        "{a} van {b} vonden dit nuttig",
    ),
    "sv": Says(
        "Hade du nytta av den här artikeln?",
        "Ja",
        "Nej",
        "Dela",
        "Relaterade artiklar",
        "Prenumerera",
        "Våra bästa erbjudanden, en gång i veckan i din inkorg.",
        "Din e-post",
        "Till toppen",
        "Skriv ut",
        "{a} av {b} hade nytta av detta",
    ),
    "pl": Says(
        "Czy ten artykuł był pomocny?",
        "Tak",
        "Nie",
        "Udostępnij",
        "Powiązane artykuły",
        "Zapisz się",
        "Nasze najlepsze oferty raz w tygodniu w twojej skrzynce.",
        "Twój e-mail",
        "Do góry",
        "Drukuj",
        "Pomocne dla {a} z {b}",
    ),
    "tr": Says(
        "Bu makale yardımcı oldu mu?",
        "Evet",
        "Hayır",
        "Paylaş",
        "İlgili makaleler",
        "Abone ol",
        "En iyi tekliflerimiz haftada bir kez posta kutunuzda.",
        "E-postanız",
        "Yukarı çık",
        "Yazdır",
        "{b} kişiden {a} kişi yararlı buldu",
    ),
    "ja": Says(
        "この記事は役に立ちましたか?",
        "はい",
        "いいえ",
        "共有",
        "関連記事",
        "登録する",
        "お得な情報を週に一度メールでお届けします。",
        "メールアドレス",
        "ページトップへ",
        "印刷",
        "{b}人中{a}人が役に立ったと言っています",
    ),
}
NETWORKS = ("Facebook", "Twitter", "LinkedIn", "Pinterest", "WhatsApp", "Reddit", "Email")
TONGUES = (
    "English",
    "Deutsch",
    "Français",
    "Español",
    "Italiano",
    "Nederlands",
    "Svenska",
    "Polski",
    "Türkçe",
    "日本語",
)
# Where a piece may stand: in the container before the title, behind the date, after the text; beside the container above, below.
INSIDE_TOP, UNDER_TITLE, INSIDE_END, ABOVE, BELOW = "inside top", "under title", "inside end", "above", "below"
Piece = tuple[str, str]


def _said(drawn: Draw) -> Says:
    return Says(*map(escape, SAYS[drawn.language.code]))


def breadcrumbs(drawn: Draw) -> Piece:
    rng, names = drawn.rng, [escape(name) for name in drawn.language.menu]
    title = escape(drawn.title)
    sign = rng.choice((" › ", " / ", " &gt; ", " » "))
    shape = rng.choice(
        (
            f'<nav aria-label="breadcrumb"><ol><li><a href="/">{names[0]}</a></li><li><a href="/legal">{names[6]}</a></li><li>{title}</li></ol></nav>',
            f'<div class="breadcrumbs"><a href="/">{names[0]}</a>{sign}<a href="/legal">{names[6]}</a>{sign}<span>{title}</span></div>',
            f'<ul class="breadcrumb"><li><a href="/">{names[0]}</a></li><li class=active>{title}</li></ul>',
            f'<div id="breadcrumb"><span typeof="v:Breadcrumb"><a href="/">{names[0]}</a></span>{sign}<strong>{title}</strong></div>',
            f'<p class="crumbs"><a href="/">{names[0]}</a>{sign}<a href="/help">{names[6]}</a></p>',
        )
    )
    return shape, rng.choice((ABOVE, INSIDE_TOP))


def share_bar(drawn: Draw) -> Piece:
    rng, said = drawn.rng, _said(drawn)
    names = rng.sample(NETWORKS, rng.randint(3, 6))
    hits = f" <span class=count>{drawn.capture.randint(0, 999)}</span>" if rng.random() < 0.3 else ""
    links = [f'<a href="https://{name.lower()}.example/share?u=1">{name}{hits}</a>' for name in names]
    items = "".join(f"<li>{link}</li>" for link in links)
    shape = rng.choice(
        (
            f'<div class="share-buttons"><span>{said.share}</span>{" ".join(links)}</div>',
            f'<ul class="social-links">{items}</ul>',
            f'<div class="addtoany_share_save_container">{" ".join(links)}</div>',
            f'<div class="sharedaddy"><h3>{said.share}:</h3><ul>{items}</ul></div>',
            f'<aside class="share"><p>{said.share}</p><ul>{items}</ul></aside>',
            f'<div class="article-share"><ul class="share">{items}</ul></div>',
        )
    )
    return shape, rng.choice((UNDER_TITLE, INSIDE_END, BELOW, ABOVE))


def related_articles(drawn: Draw) -> Piece:
    rng, said, language = drawn.rng, _said(drawn), drawn.language
    count = rng.randint(3, 6)
    titles = [f"{escape(name)} {drawn.capture.randint(1, 99)}" for name in drawn.capture.sample(language.menu, count)]
    teasers = [escape(drawn.sentence(language.footer, drawn.capture)) for _ in titles]
    items = "".join(f'<li><a href="/a{n}">{title}</a></li>' for n, title in enumerate(titles))
    cards = "".join(
        f'<article class="card"><a href="/a{n}"><h4>{title}</h4><p>{teaser}</p></a></article>'
        for n, (title, teaser) in enumerate(zip(titles, teasers, strict=True))
    )
    shape = rng.choice(
        (
            f'<section class="related-articles"><h3>{said.related}</h3><ul>{items}</ul></section>',
            f'<div class="related-posts"><h3>{said.related}</h3>{cards}</div>',
            f"<aside><h2>{said.related}</h2><ul>{items}</ul></aside>",
            f"<nav><h2>{said.related}</h2><ul>{items}</ul></nav>",
            f'<div class="recent-posts"><h3>{said.related}</h3><ul>{items}</ul></div>',
        )
    )
    return shape, rng.choice((INSIDE_END, BELOW))


def newsletter(drawn: Draw) -> Piece:
    rng, said = drawn.rng, _said(drawn)
    field = f'<input type="email" name="email" placeholder="{said.address}">'
    press = f"<button type=submit>{said.subscribe}</button>"
    shape = rng.choice(
        (
            f'<div class="newsletter"><h3>{said.subscribe}</h3><p>{said.pitch}</p><form>{field}{press}</form></div>',
            f'<section class="newsletter-signup"><div><h2>{said.subscribe}</h2><p>{said.pitch}</p></div><form action="/n">{field}{press}</form></section>',
            f'<form class="subscribe"><label>{said.pitch}</label>{field}<input type=submit value="{said.subscribe}"></form>',
            f"<div><h3>{said.subscribe}</h3><p>{said.pitch}</p><form method=post>{field}{press}</form></div>",
            f'<div id="mc_embed_signup"><form><h2>{said.subscribe}</h2>{field}<div class=clear>{press}</div></form></div>',
        )
    )
    return shape, rng.choice((INSIDE_END, BELOW, BELOW))


def language_picker(drawn: Draw) -> Piece:
    rng = drawn.rng
    tongues = rng.sample(TONGUES, rng.randint(3, 8))
    items = "".join(f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(tongues))
    links = " | ".join(f'<a href="/{n}">{name}</a>' for n, name in enumerate(tongues))
    options = "".join(f"<option>{name}</option>" for name in tongues)
    shape = rng.choice(
        (
            f'<ul class="lang">{items}</ul>',
            f"<ul>{items}</ul>",
            f"<select>{options}</select>",
            f'<div class="language-switcher"><button>{tongues[0]}</button><ul>{items}</ul></div>',
            f'<div class="lang-selector">{links}</div>',
            f'<div class="dropdown"><button class="dropdown-toggle">{tongues[0]}</button><ul class="dropdown-menu">{items}</ul></div>',
        )
    )
    return shape, rng.choice((ABOVE, INSIDE_TOP, UNDER_TITLE, BELOW))


def back_to_top(drawn: Draw) -> Piece:
    rng, said = drawn.rng, _said(drawn)
    shape = rng.choice(
        (
            f'<p><a href="#top">{said.top}</a></p>',
            f'<a href="#" class="back-to-top">{said.top}</a>',
            f'<div class="scroll-top"><a href="#">{said.top}</a></div>',
            f"<button>{said.top}</button>",
            f'<div id="top-link"><a href="#page">{said.top}</a></div>',
        )
    )
    return shape, rng.choice((INSIDE_END, BELOW))


def feedback(drawn: Draw) -> Piece:
    rng, said = drawn.rng, _said(drawn)
    votes = drawn.capture.randint(10, 400)
    found = said.found.replace("{a}", str(votes // 2)).replace("{b}", str(votes))
    buttons = f"<button>{said.yes}</button><button>{said.no}</button>"
    shape = rng.choice(
        (
            f'<div class="feedback"><p>{said.helpful}</p>{buttons}</div>',
            f'<div class="article-votes"><span class="article-votes-question">{said.helpful}</span><div>{buttons}</div><small>{found}</small></div>',
            f'<section class="was-this-helpful"><h3>{said.helpful}</h3>{buttons}</section>',
            f"<form><fieldset><legend>{said.helpful}</legend><label><input type=radio>{said.yes}</label><label><input type=radio>{said.no}</label></fieldset></form>",
            f'<div class="helpful"><h4>{said.helpful}</h4><a href="#" role="button">{said.yes}</a> <a href="#" role="button">{said.no}</a><p>{found}</p></div>',
        )
    )
    return shape, rng.choice((INSIDE_END, BELOW))


def print_link(drawn: Draw) -> Piece:
    rng, said = drawn.rng, _said(drawn)
    shape = rng.choice(
        (
            f'<a href="javascript:window.print()">{said.printed}</a>',
            f'<a href="#" onclick="window.print()">{said.printed}</a>',
            f'<div class="page-tools"><a href="?print=1">{said.printed}</a></div>',
            f"<button onclick=print()>{said.printed}</button>",
        )
    )
    return shape, rng.choice((UNDER_TITLE, INSIDE_TOP, INSIDE_END))


def legal_links(drawn: Draw) -> Piece:
    """A menu of the site's other documents."""
    rng = drawn.rng
    names = [escape(name) for name in drawn.language.menu]
    items = "".join(f'<li><a href="/l{n}">{name}</a></li>' for n, name in enumerate(names[2:]))
    links = " | ".join(f'<a href="/l{n}">{name}</a>' for n, name in enumerate(names[1:6]))
    shape = rng.choice(
        (
            f'<div class="sidebar"><ul>{items}</ul></div>',
            f"<ul>{items}</ul>",
            f'<div class="side-nav"><h3>{names[0]}</h3><ul>{items}</ul></div>',
            f"<p>{links}</p>",
            f"<aside><ul>{items}</ul></aside>",
            f'<div class="col-md-3"><ul class="nav nav-pills">{items}</ul></div>',
        )
    )
    return shape, rng.choice((ABOVE, BELOW, INSIDE_TOP, INSIDE_END))


PIECES: tuple[Callable[[Draw], Piece], ...] = (
    breadcrumbs,
    share_bar,
    related_articles,
    newsletter,
    language_picker,
    back_to_top,
    feedback,
    print_link,
    legal_links,
)


def cookie_table(drawn: Draw) -> tuple[str, list[str]]:
    """A table of cookies, which is text of the policy however it is called; and its words."""
    rng = drawn.rng
    rows = [
        (f"_mb{n}", drawn.sentence(drawn.language.sentences), str(rng.randint(1, 700)))
        for n in range(rng.randint(2, 8))
    ]
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    around = rng.choice(
        (
            "<table>{}</table>",
            '<div class="cookie-table"><table>{}</table></div>',
            '<div id="ot-sdk-cookie-policy"><table>{}</table></div>',
            '<div class="table-responsive"><table class="cookies-list"><tbody>{}</tbody></table></div>',
            '<table class="cookielawinfo-row-cat-table">{}</table>',
        )
    )
    return around.replace("{}", cells), [cell for row in rows for cell in row]
