# ruff: noqa: T201 -- a command speaks by printing
"""Invented pages, each with one kind of fault about it, and the words of the policy on it: the test of stage 1.

    page(kind, seed) ──► Generated(html, words)          `words` as a reader sees them, in order
    page(kind, seed, capture=7) ──► the same page at another capture: nonces, counters and the size of what stands
                                    beside the text differ; the words do not

A KIND is a function that dresses a policy. It draws language, length, layout, markup, position and size from the seed,
so that a rule made for one example fails on the next. `python -m tests.generators.pages_generated [--seeds 200] [KIND…]` shows
how many pages of each kind are read right, and what is wrong on the others.
"""

from __future__ import annotations

import argparse
import difflib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from pipelines.reading.decode import decode_payload
from pipelines.reading.extract import extract_text
from pipelines.reading.judging.judge import judge
from pipelines.text.wording import words as words_of
from tests.generators.everyday_furniture import (
    ABOVE,
    BELOW,
    INSIDE_END,
    INSIDE_TOP,
    PIECES,
    UNDER_TITLE,
    cookie_table,
)


@dataclass(frozen=True)
class Language:
    code: str
    title: str
    updated: str
    headings: tuple[str, ...]
    sentences: tuple[str, ...]
    menu: tuple[str, ...]
    consent: tuple[str, ...]
    accept: str
    contents: str
    footer: tuple[str, ...]


LANGUAGES = (
    Language(
        "en",
        "Privacy Policy",
        "Last updated: 3 March 2019",
        (
            "Who we are",
            "What we collect",
            "How we use it",
            "Whom we give it to",
            "How long we keep it",
            "Your rights",
            "Security",
            "Changes",
        ),
        (
            "Marrowby Tools runs the shop and the workshop beside it, and is responsible for your personal data.",
            "When you open an account we keep your name, your postal address and your e-mail address for {n} months.",
            "We hand your address to the carrier that brings your order, and to nobody else without your consent.",
            "The law of taxes asks us to keep invoices for {n} years; everything else is deleted before that.",
            "You may ask us at any time which of your data we hold, and have them corrected or deleted.",
            "Server logs hold the address of your device and are deleted after {n} days.",
            "We use cookies to remember your basket; you can refuse them in your browser.",
            "If you think that we break the law, you may complain to the supervisory authority.",
        ),
        ("Home", "Shop", "About us", "Careers", "Contact", "Blog", "Help"),
        (
            "We and our {n} partners store and access information on your device to show you personalised advertising.",
            "You can choose which cookies you allow; strictly necessary cookies are always active.",
            "Partner {n} Media Ltd uses this purpose for its legitimate interest and keeps cookies for {n} days.",
        ),
        "Accept all",
        "In this article",
        (
            "Marrowby Tools is registered in Leeds under number {n} and pays its taxes there every single year.",
            "Prices include value added tax; delivery within {n} days is free for orders above forty pounds.",
        ),
    ),
    Language(
        "de",
        "Datenschutzerklärung",
        "Stand: 3. März 2019",
        (
            "Wer wir sind",
            "Welche Daten wir erheben",
            "Wozu wir sie nutzen",
            "An wen wir sie geben",
            "Wie lange wir speichern",
            "Ihre Rechte",
            "Sicherheit",
            "Änderungen",
        ),
        (
            "Die Marrowby Werkzeuge GmbH betreibt den Laden und die Werkstatt und ist für Ihre Daten verantwortlich.",
            "Wenn Sie ein Konto eröffnen, speichern wir Name, Anschrift und E-Mail-Adresse für {n} Monate.",
            "Wir geben Ihre Anschrift an den Paketdienst weiter, der Ihre Bestellung bringt, und an niemanden sonst.",
            "Das Steuerrecht verlangt, dass wir Rechnungen {n} Jahre aufbewahren; alles andere löschen wir vorher.",
            "Sie können jederzeit Auskunft über Ihre Daten verlangen und sie berichtigen oder löschen lassen.",
            "Protokolle des Servers enthalten die Adresse Ihres Geräts und werden nach {n} Tagen gelöscht.",
            "Wir verwenden Cookies für Ihren Warenkorb; Sie können sie in Ihrem Browser ablehnen.",
            "Wenn Sie meinen, dass wir gegen das Gesetz verstoßen, können Sie sich bei der Aufsichtsbehörde beschweren.",
        ),
        ("Startseite", "Laden", "Über uns", "Karriere", "Kontakt", "Magazin", "Hilfe"),
        (
            "Wir und unsere {n} Partner speichern Informationen auf Ihrem Gerät, um Ihnen passende Werbung zu zeigen.",
            "Sie wählen, welche Cookies Sie erlauben; notwendige Cookies sind immer aktiv.",
            "Partner {n} Medien AG stützt diesen Zweck auf ein berechtigtes Interesse und behält Cookies {n} Tage.",
        ),
        "Alle akzeptieren",
        "In diesem Artikel",
        (
            "Die Marrowby Werkzeuge GmbH ist in Köln unter der Nummer {n} eingetragen und zahlt dort jedes Jahr Steuern.",
            "Alle Preise enthalten die Mehrwertsteuer; die Lieferung in {n} Tagen ist ab vierzig Euro kostenlos.",
        ),
    ),
    Language(
        "fr",
        "Politique de confidentialité",
        "Dernière mise à jour : 3 mars 2019",
        (
            "Qui nous sommes",
            "Données collectées",
            "Usage des données",
            "Destinataires",
            "Durée de conservation",
            "Vos droits",
            "Sécurité",
            "Modifications",
        ),
        (
            "La société Marrowby Outils exploite la boutique et l'atelier et est responsable de vos données personnelles.",
            "Quand vous ouvrez un compte, nous gardons votre nom, votre adresse et votre courriel pendant {n} mois.",
            "Nous transmettons votre adresse au transporteur qui livre votre commande, et à personne d'autre.",
            "La loi fiscale nous demande de garder les factures {n} ans ; le reste est effacé avant ce terme.",
            "Vous pouvez demander à tout moment quelles données nous avons de vous, et les faire corriger ou effacer.",
            "Les journaux du serveur contiennent l'adresse de votre appareil et sont effacés après {n} jours.",
            "Nous utilisons des cookies pour retenir votre panier ; vous pouvez les refuser dans votre navigateur.",
            "Si vous pensez que nous violons la loi, vous pouvez saisir l'autorité de contrôle.",
        ),
        ("Accueil", "Boutique", "À propos", "Carrières", "Contact", "Blog", "Aide"),
        (
            "Nous et nos {n} partenaires stockons des informations sur votre appareil pour une publicité personnalisée.",
            "Vous choisissez quels cookies vous autorisez ; les cookies nécessaires sont toujours actifs.",
            "Le partenaire {n} Médias SA invoque son intérêt légitime et garde ses cookies pendant {n} jours.",
        ),
        "Tout accepter",
        "Dans cet article",
        (
            "La société Marrowby Outils est inscrite à Lyon sous le numéro {n} et y paie ses impôts chaque année.",
            "Les prix comprennent la taxe ; la livraison en {n} jours est offerte à partir de quarante euros d'achat.",
        ),
    ),
    Language(
        "es",
        "Política de privacidad",
        "Última actualización: 3 de marzo de 2019",
        (
            "Quiénes somos",
            "Qué datos recogemos",
            "Para qué los usamos",
            "A quién los damos",
            "Cuánto tiempo",
            "Sus derechos",
            "Seguridad",
            "Cambios",
        ),
        (
            "La empresa Marrowby Herramientas lleva la tienda y el taller y es responsable de sus datos personales.",
            "Cuando usted abre una cuenta guardamos su nombre, su dirección y su correo durante {n} meses.",
            "Damos su dirección al transportista que lleva su pedido, y a nadie más sin su consentimiento.",
            "La ley de impuestos nos pide guardar las facturas durante {n} años; lo demás se borra antes.",
            "Usted puede preguntar en todo momento qué datos suyos tenemos, y pedir que se corrijan o se borren.",
            "Los registros del servidor contienen la dirección de su aparato y se borran tras {n} días.",
            "Usamos cookies para recordar su cesta; usted puede rechazarlas en su navegador.",
            "Si cree que faltamos a la ley, puede presentar una reclamación ante la autoridad de control.",
        ),
        ("Inicio", "Tienda", "Nosotros", "Empleo", "Contacto", "Blog", "Ayuda"),
        (
            "Nosotros y nuestros {n} socios guardamos información en su dispositivo para mostrarle publicidad personalizada.",
            "Usted elige qué cookies permite; las cookies necesarias siempre están activas.",
            "El socio {n} Medios SL alega un interés legítimo y guarda sus cookies durante {n} días.",
        ),
        "Aceptar todo",
        "En este artículo",
        (
            "La empresa Marrowby Herramientas está inscrita en Sevilla con el número {n} y paga allí sus impuestos.",
            "Los precios incluyen el impuesto; la entrega en {n} días es gratuita desde cuarenta euros de compra.",
        ),
    ),
    Language(
        "it",
        "Informativa sulla privacy",
        "Ultimo aggiornamento: 3 marzo 2019",
        (
            "Chi siamo",
            "Quali dati raccogliamo",
            "Come li usiamo",
            "A chi li diamo",
            "Per quanto tempo",
            "I vostri diritti",
            "Sicurezza",
            "Modifiche",
        ),
        (
            "La ditta Marrowby Utensili gestisce il negozio e l'officina ed è titolare dei vostri dati personali.",
            "Quando aprite un conto conserviamo il nome, l'indirizzo e la posta elettronica per {n} mesi.",
            "Diamo il vostro indirizzo al corriere che porta l'ordine, e a nessun altro senza il vostro consenso.",
            "La legge fiscale ci chiede di conservare le fatture per {n} anni; tutto il resto è cancellato prima.",
            "Potete chiedere in ogni momento quali dati abbiamo di voi, e farli correggere o cancellare.",
            "I registri del server contengono l'indirizzo del vostro apparecchio e sono cancellati dopo {n} giorni.",
            "Usiamo i cookie per ricordare il carrello; potete rifiutarli nel vostro browser.",
            "Se pensate che violiamo la legge, potete presentare reclamo all'autorità di controllo.",
        ),
        ("Inizio", "Negozio", "Chi siamo noi", "Lavoro", "Contatti", "Blog", "Aiuto"),
        (
            "Noi e i nostri {n} partner conserviamo informazioni sul vostro dispositivo per mostrarvi pubblicità mirata.",
            "Scegliete quali cookie consentire; i cookie necessari sono sempre attivi.",
            "Il partner {n} Media Srl si fonda sul legittimo interesse e conserva i cookie per {n} giorni.",
        ),
        "Accetta tutto",
        "In questo articolo",
        (
            "La ditta Marrowby Utensili è iscritta a Torino con il numero {n} e vi paga le imposte ogni anno.",
            "I prezzi comprendono l'imposta; la consegna in {n} giorni è gratuita da quaranta euro di spesa.",
        ),
    ),
    Language(
        "nl",
        "Privacybeleid",
        "Laatst bijgewerkt: 3 maart 2019",
        (
            "Wie wij zijn",
            "Welke gegevens",
            "Waarvoor wij ze gebruiken",
            "Aan wie wij ze geven",
            "Hoe lang",
            "Uw rechten",
            "Beveiliging",
            "Wijzigingen",
        ),
        (
            "Het bedrijf Marrowby Gereedschap heeft de winkel en de werkplaats en is verantwoordelijk voor uw gegevens.",
            "Als u een rekening opent bewaren wij uw naam, uw adres en uw e-mailadres gedurende {n} maanden.",
            "Wij geven uw adres aan de vervoerder die uw bestelling brengt, en aan niemand anders.",
            "De belastingwet vraagt ons facturen {n} jaar te bewaren; al het andere wordt eerder gewist.",
            "U kunt ons altijd vragen welke gegevens wij van u hebben, en ze laten verbeteren of wissen.",
            "De logboeken van de server bevatten het adres van uw apparaat en worden na {n} dagen gewist.",
            "Wij gebruiken cookies om uw mandje te onthouden; u kunt ze in uw browser weigeren.",
            "Als u meent dat wij de wet overtreden, kunt u een klacht indienen bij de toezichthouder.",
        ),
        ("Begin", "Winkel", "Over ons", "Werken bij", "Contact", "Blog", "Hulp"),
        (
            "Wij en onze {n} partners slaan informatie op uw apparaat op om u persoonlijke reclame te tonen.",
            "U kiest welke cookies u toestaat; noodzakelijke cookies zijn altijd actief.",
            "Partner {n} Media BV beroept zich op een gerechtvaardigd belang en bewaart cookies {n} dagen.",
        ),
        "Alles accepteren",
        "In dit artikel",
        (
            "Het bedrijf Marrowby Gereedschap is in Utrecht ingeschreven onder nummer {n} en betaalt daar belasting.",
            "Alle prijzen zijn inclusief belasting; bezorging in {n} dagen is gratis vanaf veertig euro aan bestelling.",
        ),
    ),
    Language(
        "sv",
        "Integritetspolicy",
        "Senast uppdaterad: 3 mars 2019",
        (
            "Vilka vi är",
            "Vad vi samlar in",
            "Hur vi använder det",
            "Vem som får del",
            "Hur länge",
            "Dina rättigheter",
            "Säkerhet",
            "Ändringar",
        ),
        (
            "Företaget Marrowby Verktyg driver butiken och verkstaden och är ansvarigt för dina personuppgifter.",
            "När du öppnar ett konto sparar vi ditt namn, din adress och din e-postadress i {n} månader.",
            "Vi lämnar din adress till den transportör som kommer med din beställning, och till ingen annan.",
            "Skattelagen kräver att vi sparar fakturor i {n} år; allt annat raderas före dess.",
            "Du kan när som helst fråga vilka uppgifter vi har om dig, och få dem rättade eller raderade.",
            "Serverns loggar innehåller adressen till din apparat och raderas efter {n} dagar.",
            "Vi använder kakor för att komma ihåg din varukorg; du kan neka dem i din webbläsare.",
            "Om du anser att vi bryter mot lagen kan du klaga hos tillsynsmyndigheten.",
        ),
        ("Hem", "Butik", "Om oss", "Jobb", "Kontakt", "Blogg", "Hjälp"),
        (
            "Vi och våra {n} partner lagrar information på din enhet för att visa dig anpassad reklam.",
            "Du väljer vilka cookies du tillåter; nödvändiga cookies är alltid aktiva.",
            "Partner {n} Media AB stöder sig på ett berättigat intresse och behåller cookies i {n} dagar.",
        ),
        "Godkänn alla",
        "I den här artikeln",
        (
            "Företaget Marrowby Verktyg är registrerat i Uppsala med nummer {n} och betalar skatt där varje år.",
            "Alla priser är med moms; leverans inom {n} dagar är gratis om du handlar för mer än fyrahundra kronor.",
        ),
    ),
    Language(
        "pl",
        "Polityka prywatności",
        "Ostatnia aktualizacja: 3 marca 2019",
        (
            "Kim jesteśmy",
            "Jakie dane zbieramy",
            "Jak ich używamy",
            "Komu je dajemy",
            "Jak długo",
            "Twoje prawa",
            "Bezpieczeństwo",
            "Zmiany",
        ),
        (
            "Firma Marrowby Narzędzia prowadzi sklep i warsztat i jest administratorem twoich danych osobowych.",
            "Gdy otwierasz konto, przechowujemy twoje imię, adres i adres poczty przez {n} miesięcy.",
            "Przekazujemy twój adres przewoźnikowi, który dostarcza zamówienie, i nikomu innemu.",
            "Prawo podatkowe wymaga, abyśmy przechowywali faktury przez {n} lat; resztę usuwamy wcześniej.",
            "Możesz w każdej chwili zapytać, jakie twoje dane mamy, i żądać ich poprawienia lub usunięcia.",
            "Dzienniki serwera zawierają adres twojego urządzenia i są usuwane po {n} dniach.",
            "Używamy plików cookie, aby zapamiętać koszyk; możesz je odrzucić w przeglądarce.",
            "Jeśli uważasz, że łamiemy prawo, możesz złożyć skargę do organu nadzorczego.",
        ),
        ("Początek", "Sklep", "O nas", "Praca", "Kontakt", "Blog", "Pomoc"),
        (
            "My i nasi {n} partnerzy przechowujemy informacje na twoim urządzeniu, aby pokazywać dopasowane reklamy.",
            "Wybierasz, na które pliki cookie pozwalasz; niezbędne pliki są zawsze aktywne.",
            "Partner {n} Media SA powołuje się na uzasadniony interes i przechowuje pliki przez {n} dni.",
        ),
        "Akceptuję wszystkie",
        "W tym artykule",
        (
            "Firma Marrowby Narzędzia jest zapisana w Krakowie pod numerem {n} i płaci tam podatki każdego roku.",
            "Ceny zawierają podatek; dostawa w ciągu {n} dni jest bezpłatna od czterdziestu złotych zamówienia.",
        ),
    ),
    Language(
        "tr",
        "Gizlilik Politikası",
        "Son güncelleme: 3 Mart 2019",
        (
            "Biz kimiz",
            "Hangi verileri topluyoruz",
            "Nasıl kullanıyoruz",
            "Kime veriyoruz",
            "Ne kadar süre",
            "Haklarınız",
            "Güvenlik",
            "Değişiklikler",
        ),
        (
            "Marrowby Aletleri şirketi mağazayı ve atölyeyi işletir ve kişisel verilerinizden sorumludur.",
            "Bir hesap açtığınızda adınızı, adresinizi ve e-posta adresinizi {n} ay boyunca saklarız.",
            "Adresinizi siparişinizi getiren taşıyıcıya veririz, izniniz olmadan başka kimseye vermeyiz.",
            "Vergi kanunu faturaları {n} yıl saklamamızı ister; geri kalan her şey bundan önce silinir.",
            "Hangi verilerinizi tuttuğumuzu her zaman sorabilir, düzeltilmesini veya silinmesini isteyebilirsiniz.",
            "Sunucu kayıtları cihazınızın adresini içerir ve {n} gün sonra silinir.",
            "Sepetinizi hatırlamak için çerez kullanırız; bunları tarayıcınızda reddedebilirsiniz.",
            "Kanuna uymadığımızı düşünüyorsanız denetim kurumuna şikâyette bulunabilirsiniz.",
        ),
        ("Ana sayfa", "Mağaza", "Hakkımızda", "Kariyer", "İletişim", "Günlük", "Yardım"),
        (
            "Biz ve {n} ortağımız size uygun reklam göstermek için cihazınızda bilgi saklarız.",
            "Hangi çerezlere izin verdiğinizi siz seçersiniz; gerekli çerezler her zaman açıktır.",
            "Ortak {n} Medya AŞ meşru menfaatine dayanır ve çerezleri {n} gün saklar.",
        ),
        "Tümünü kabul et",
        "Bu makalede",
        (
            "Marrowby Aletleri şirketi İzmir'de {n} numara ile kayıtlıdır ve vergilerini her yıl orada öder.",
            "Fiyatlara vergi dahildir; {n} gün içinde teslimat kırk liranın üzerindeki siparişlerde ücretsizdir.",
        ),
    ),
    Language(
        "ja",
        "プライバシーポリシー",
        "最終更新日:2019年3月3日",
        ("当社について", "収集する情報", "利用目的", "提供先", "保存期間", "お客様の権利", "安全管理", "改定"),
        (
            "マローズビー工具株式会社は店舗と工房を営み、お客様の個人情報について責任を負い、法令を守って大切に取り扱います。",
            "お客様が口座を開くとき、当社はお名前とご住所と電子メールの宛先を{n}か月の間、安全な場所に保存いたします。",
            "当社は注文の品を届ける運送会社にだけご住所を伝え、お客様の同意がない限り他の誰にも渡すことはありません。",
            "税法は請求書を{n}年間保存することを当社に求めており、その他の情報はそれより前にすべて消去されます。",
            "お客様はいつでも当社が持つご自身の情報を尋ね、その訂正または消去を当社に求めることができます。",
            "サーバーの記録には機器のアドレスが含まれ、障害や攻撃を調べるために使われ、{n}日後に消去されます。",
            "当社は買い物かごを覚えておくためにクッキーを使いますが、お客様はブラウザでそれを拒むことができます。",
            "当社が法令に反しているとお考えの場合、お客様は監督機関に苦情を申し立てることができます。",
        ),
        ("ホーム", "店舗", "会社概要", "採用", "連絡先", "ブログ", "ヘルプ"),
        (
            "当社と{n}社のパートナーは、お客様に合わせた広告を表示するために、お使いの端末に情報を保存して利用します。",
            "許可するクッキーを選ぶことができます。必要なクッキーは常に有効で、これを止めることはできません。",
            "パートナー{n}メディア社は正当な利益に基づいてこの目的を用い、クッキーを{n}日間保存します。",
        ),
        "同意する",
        "この記事の内容",
        (
            "マローズビー工具株式会社は番号{n}として京都に登記されており、毎年そこで定められた税金を納めています。",
            "価格には税が含まれています。四千円を超えるご注文については{n}日以内の配送料を無料といたします。",
        ),
    ),
)


@dataclass(frozen=True)
class Generated:
    """A page: its HTML, and the words of its policy (title, then the rest) in order."""

    html: str
    words: tuple[str, ...]
    policy: bool = True


# --- a policy and its layouts ---------------------------------------------------------------------------------


@dataclass
class Draw:
    """What a kind draws from: the page's own chances, and those of the capture."""

    rng: random.Random
    capture: random.Random
    language: Language
    title: str = ""
    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    layout: str = ""

    def sentence(self, pool: tuple[str, ...], rng: random.Random | None = None) -> str:
        rng = rng or self.rng
        text = rng.choice(pool)
        while "{n}" in text:
            text = text.replace("{n}", str(rng.randint(2, 899)), 1)
        return text

    def prose(self, pool: tuple[str, ...], sentences: int, rng: random.Random | None = None) -> str:
        space = "" if self.language.code == "ja" else " "
        return space.join(self.sentence(pool, rng) for _ in range(sentences))

    def policy_prose(self, most: int = 4) -> str:
        return self.prose(self.language.sentences, self.rng.randint(1, most))

    def nonce(
        self, alphabet: str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", size: int = 6
    ) -> str:
        return "".join(self.capture.choice(alphabet) for _ in range(size))


LAYOUTS = ("main", "main-article", "role-main", "article", "div", "soup", "grid", "sections", "table", "body")
MAIN_LAYOUTS = ("main", "main-article", "role-main")


def draw(kind: str, seed: int, capture: int) -> Draw:
    rng = random.Random(f"{kind} {seed}")
    drawn = Draw(rng, random.Random(f"{kind} {seed} {capture}"), rng.choice(LANGUAGES))
    drawn.title = drawn.language.title
    count = rng.choice((3, 4, 5, 8, 13, 25))
    names = [
        name if count <= len(drawn.language.headings) else f"{number}. {name}"
        for number, name in enumerate((drawn.language.headings * 4)[:count], 1)
    ]
    drawn.sections = [(name, [drawn.policy_prose() for _ in range(rng.randint(1, 3))]) for name in names]
    drawn.layout = rng.choice(LAYOUTS)
    return drawn


def dated(drawn: Draw) -> str:
    return f"<p>{escape(drawn.language.updated)}</p>"


def section_html(drawn: Draw, heading: str, paragraphs: list[str], attributes: Callable[[], str] = str) -> str:
    inner = "".join(f"<p{attributes()}>{escape(text)}</p>" for text in paragraphs)
    return f"<h2>{escape(heading)}</h2>{inner}"


def policy_html(drawn: Draw, attributes: Callable[[], str] = str) -> str:
    """Title, date and sections."""
    parts = [section_html(drawn, heading, paragraphs, attributes) for heading, paragraphs in drawn.sections]
    if drawn.layout == "sections":
        parts = [f"<section>{part}</section>" for part in parts]
    return f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}{''.join(parts)}"


def policy_words(drawn: Draw, *, before: str = "", after: str = "") -> tuple[str, ...]:
    told = [drawn.title, drawn.language.updated, before]
    for heading, paragraphs in drawn.sections:
        told += [heading, *paragraphs]
    return tuple(words_of("\n".join([*told, after])))


def wrapped(drawn: Draw, inner: str) -> str:
    """The policy in its layout's container."""
    soup = f'<div class="css-{drawn.nonce()}">' * 3
    return {
        "main": f"<main>{inner}</main>",
        "main-article": f"<main><article class=entry>{inner}</article></main>",
        "role-main": f'<div role="main"><div class="wrap">{inner}</div></div>',
        "article": f"<div class=page><article>{inner}</article></div>",
        "div": f'<div id="content" class="content">{inner}</div>',
        "soup": f"{soup}{inner}</div></div></div>",
        "grid": f'<div class="container"><div class="row"><div class="col-md-12">{inner}</div></div></div>',
        "sections": f'<div class="legal">{inner}</div>',
        "table": f'<table width="100%"><tr><td valign="top">{inner}</td></tr></table>',
        "body": f"<div>{inner}</div>",
    }[drawn.layout]


def menu_html(drawn: Draw) -> str:
    links = "".join(f'<li><a href="/{n}">{escape(name)}</a></li>' for n, name in enumerate(drawn.language.menu))
    return f"<header><nav><ul>{links}</ul></nav></header>"


def footer_html(drawn: Draw) -> str:
    links = "".join(f'<a href="/f{n}">{escape(name)}</a> ' for n, name in enumerate(drawn.language.menu[:4]))
    return f"<footer>{links}<p>© 2019 Marrowby</p></footer>"


def document(drawn: Draw, body: str, *, menu: bool = True) -> str:
    title = escape(f"{drawn.title} | Marrowby")
    top, bottom = (menu_html(drawn), footer_html(drawn)) if menu else ("", "")
    head = f'<meta charset="utf-8"><title>{title}</title><meta name="nonce" content="{drawn.nonce()}">'
    return (
        f'<!DOCTYPE html><html lang="{drawn.language.code}"><head>{head}</head><body>{top}{body}{bottom}</body></html>'
    )


# --- kinds ----------------------------------------------------------------------------------------------------

# What a random string can hold by chance, between two of the signs that split names.
FRAGMENTS = ("Ad", "ad", "Ads", "nav", "cta", "top", "hit", "hits", "foot", "rail", "vote", "cart", "menu", "tab")
RANDOM_NAMES = (
    "u_0_{d}_{f}",
    "u_{d}_{x}_{f}",
    "css-{d}{x}-{f}",
    "{x}-{f}-{x}{d}",
    "{x}{d}_{f}_{d}",
    "r{d}{x}-{f}",
    "{d}{x}_{f}",
    "ember{d}-{f}",
    "{x}_{f}",
    "i{x}{d}-{d}-{f}",
    "id-{d}-{d}-{f}",
    "js_{d}{x}_{f}",
)


def generated_name(drawn: Draw) -> str:
    """A name as frameworks make them, which by chance holds a telling fragment."""
    shape = drawn.capture.choice(RANDOM_NAMES).replace("{f}", drawn.capture.choice(FRAGMENTS))
    while "{d}" in shape:
        shape = shape.replace("{d}", str(drawn.capture.randint(0, 99)), 1)
    while "{x}" in shape:
        shape = shape.replace("{x}", drawn.nonce("abcdefghkmnprstvwxzABDEGHKMRTX23456789", 5), 1)
    return shape


def generated_names(drawn: Draw) -> Generated:
    """Ids and classes with random parts on paragraphs, divs round them, and spans in them."""
    name = drawn.rng.choice(("id", "class"))
    share = drawn.rng.choice((0.1, 0.5, 1.0))

    def named() -> str:
        return f' {name}="{generated_name(drawn)}"' if drawn.capture.random() < share else ""

    tag = drawn.rng.choice(("p", "div", "section"))
    parts = []
    for heading, paragraphs in drawn.sections:
        inner = "".join(
            f"<p{named()}>{escape(text)}</p>" if tag == "p" else f"<{tag}{named()}><p>{escape(text)}</p></{tag}>"
            for text in paragraphs
        )
        parts.append(f"<h2{named()}>{escape(heading)}</h2>{inner}")
    inner = f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}{''.join(parts)}"
    return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn))


UTILITY = (
    "text-secondary",
    "col-aside-3",
    "col-md-8 secondary",
    "text-muted small",
    "footer-text",
    "sidebar-content",
    "mt-3 loading-relaxed",
    "nav-text p-4",
    "search-results-text",
    "related",
    "cta",
    "aside",
    "social-copy",
    "banner-text copyright",
    "share",
    "ticker text",
    "weather",
    "no-print",
    "newsletter-text",
    "feedback",
    "promo md:col-span-2",
    "modal-body-text overlay",
    "menu",
    "footer",
)


def utility_classes(drawn: Draw) -> Generated:
    """A class whose name is one of furniture, on most of the text."""
    name = drawn.rng.choice(UTILITY)
    share = drawn.rng.choice((0.6, 0.8, 1.0))
    tag = drawn.rng.choice(("p", "div", "section"))

    def named() -> str:
        return f' class="{name}"' if drawn.rng.random() < share else ""

    parts = []
    for heading, paragraphs in drawn.sections:
        if tag == "section":
            inner = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
            parts.append(f"<section{named()}><h2>{escape(heading)}</h2>{inner}</section>")
        else:
            inner = "".join(f"<{tag}{named()}>{escape(text)}</{tag}>" for text in paragraphs)
            parts.append(f"<h2>{escape(heading)}</h2>{inner}")
    inner = f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}{''.join(parts)}"
    return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn))


# Containers of consent managers, by their vendors' own ids and classes.
VENDORS = (
    '<div id="onetrust-consent-sdk"><div id="onetrust-pc-sdk" class="otPcCenter">{}</div></div>',
    '<div id="onetrust-banner-sdk" class="otFlat">{}</div>',
    '<div class="cky-consent-container"><div class="cky-consent-bar">{}</div></div>',
    '<div class="cky-modal"><div class="cky-preference-center">{}</div></div>',
    '<div id="CybotCookiebotDialog"><div id="CybotCookiebotDialogBody">{}</div></div>',
    '<div id="didomi-host"><div class="didomi-popup-container">{}</div></div>',
    '<div id="usercentrics-root">{}</div>',
    '<div id="iubenda-cs-banner" class="iubenda-cs-overlay">{}</div>',
    '<div id="truste-consent-track"><div id="truste-consent-content">{}</div></div>',
    '<div class="truste_overlay"></div><div class="truste_box_overlay"><div class="truste_box_overlay_inner">{}</div></div>',
    '<div id="qc-cmp2-container"><div id="qc-cmp2-main">{}</div></div>',
    '<div class="osano-cm-window"><div class="osano-cm-dialog">{}</div></div>',
    '<div id="klaro"><div class="klaro"><div class="cookie-modal">{}</div></div></div>',
    '<div id="cmplz-cookiebanner-container"><div class="cmplz-cookiebanner">{}</div></div>',
    '<div id="BorlabsCookieBox">{}</div>',
    '<div id="cmpbox" class="cmpbox">{}</div>',
    '<div id="tarteaucitronRoot"><div id="tarteaucitron">{}</div></div>',
    '<div id="cc-main"><div class="pm-wrapper"><div class="pm">{}</div></div></div>',
    '<div id="cookiescript_injected_wrapper"><div id="cookiescript_injected">{}</div></div>',
    '<div id="termly-code-snippet-support"><div class="termly-styles-root">{}</div></div>',
    '<div id="sp_message_container_2119"><div>{}</div></div>',
    '<div class="fc-consent-root"><div class="fc-dialog">{}</div></div>',
    '<div id="axeptio_overlay">{}</div>',
    '<div id="moove_gdpr_cookie_modal">{}</div>',
    '<div id="cookie-law-info-bar">{}</div>',
    '<div id="hs-eu-cookie-confirmation">{}</div>',
    '<div id="transcend-consent-manager">{}</div>',
    '<div id="shopify-pc__banner" class="shopify-pc__banner__dialog">{}</div>',
    '<div id="cookiehub-dialog" class="ch2-container">{}</div>',
)
DIALOGS = (
    '<div role="dialog">{}</div>',
    '<div role="alertdialog" aria-modal="true">{}</div>',
    '<div aria-modal="true" class="css-x">{}</div>',
    "<dialog>{}</dialog>",
    "<dialog open>{}</dialog>",
    '<div class="modal fade" id="m1"><div class="modal-dialog"><div class="modal-content">{}</div></div></div>',
    '<div class="overlay"><div>{}</div></div>',
    '<div class="cookie-consent"><div>{}</div></div>',
    '<div id="gdpr-cookie-modal">{}</div>',
    '<div class="reveal-modal popup">{}</div>',
    '<div style="position:fixed;bottom:0;z-index:99999">{}</div>',
    '<div style="position: fixed; inset: 0; background: rgba(0,0,0,.5)"><div>{}</div></div>',
)
HIDDEN = (
    "<div hidden>{}</div>",
    '<div style="display:none">{}</div>',
    '<div style="display: none !important" class="terms">{}</div>',
    '<div style="opacity:0;visibility:hidden">{}</div>',
    '<section hidden aria-hidden="true">{}</section>',
    '<div class="terms-popup" style="display:none"><div class="inner">{}</div></div>',
    '<div aria-hidden="true" style="visibility: hidden">{}</div>',
    '<div class="noDisplay">{}</div>',
    '<div id="offline" class="d-none">{}</div>',
    '<section class="message is-hidden">{}</section>',
    '<div class="hidden">{}</div>',
)
POSITIONS = ("first", "before", "after", "last", "deep")


def placed(drawn: Draw, text: str, beside: str, *, position: str = "") -> str:
    """The page with something beside its text."""
    position = position or drawn.rng.choice(POSITIONS)
    top, bottom = menu_html(drawn), footer_html(drawn)
    body = {
        "first": f"{beside}{top}{text}{bottom}",
        "before": f"{top}{beside}{text}{bottom}",
        "after": f"{top}{text}{beside}{bottom}",
        "last": f"{top}{text}{bottom}{beside}",
        "deep": f'<div id="root"><div class="app">{top}{text}{bottom}</div><div class="portal"><div>{beside}</div></div></div>',
    }[position]
    return document(drawn, body, menu=False)


def consent_text(drawn: Draw) -> str:
    """A consent panel's inside, with as much text as there are partners."""
    language, rng = drawn.language, drawn.rng
    size = rng.choice((1, 3, 10, 40, 120))
    size += drawn.capture.randint(0, max(size // 10, 1))
    heading = rng.choice(("", f"<h2>{escape(language.accept)}?</h2>", f"<p><b>{escape(language.title)}</b></p>"))
    texts = "".join(
        f"<{tag}>{escape(drawn.prose(language.consent, 2, drawn.capture))}</{tag}>"
        for tag in ["p" if rng.random() < 0.7 else "li"]
        for _ in range(size)
    )
    texts = f"<ul>{texts}</ul>" if texts.startswith("<li") else texts
    return f"{heading}{texts}<button>{escape(language.accept)}</button>"


def vendor_panel(drawn: Draw) -> Generated:
    """A consent manager's container, of any size, beside the text."""
    panel = drawn.rng.choice(VENDORS).replace("{}", consent_text(drawn))
    text = wrapped(drawn, policy_html(drawn))
    return Generated(placed(drawn, text, panel), policy_words(drawn))


def dialog(drawn: Draw) -> Generated:
    """A dialog by role, tag, name or position, of any size, beside the text."""
    panel = drawn.rng.choice(DIALOGS).replace("{}", consent_text(drawn))
    text = wrapped(drawn, policy_html(drawn))
    return Generated(placed(drawn, text, panel), policy_words(drawn))


def hidden_beside(drawn: Draw) -> Generated:
    """Another text that is not shown, of any length, beside the text."""
    rng, language = drawn.rng, drawn.language
    heading = rng.choice(("", f"<h1>{escape(language.menu[1])}</h1>", f"<h2>{escape(language.menu[2])}</h2>"))
    texts = "".join(f"<p>{escape(drawn.prose(language.footer, 2))}</p>" for _ in range(rng.choice((1, 4, 20, 80))))
    panel = rng.choice(HIDDEN).replace("{}", heading + texts)
    text = wrapped(drawn, policy_html(drawn))
    return Generated(placed(drawn, text, panel), policy_words(drawn))


MESSAGES = (
    '<div class="toast hidden" role="status">{}</div>',
    '<div role=alert style="display:none">{}</div>',
    "<p hidden>{}</p>",
    '<div id="offline" class="d-none"><p>{}</p></div>',
    '<div aria-live="polite" class="is-hidden">{}</div>',
    '<section class="snackbar" hidden><span>{}</span></section>',
    '<div class="u-hidden">{}</div>',
)


def hidden_message(drawn: Draw) -> Generated:
    """A short line within the text that a script shows when something happens; now and then it is not there."""
    rng = drawn.rng
    said = rng.choice((drawn.language.accept, drawn.language.consent[1][:60], drawn.language.footer[0][:30]))
    message = rng.choice(MESSAGES).replace("{}", escape("".join(c for c in said if not c.isdigit() and c not in "{}")))
    parts = [section_html(drawn, heading, paragraphs) for heading, paragraphs in drawn.sections]
    parts.insert(rng.randint(0, len(parts)), message if drawn.capture.random() < 0.7 else "")
    inner = f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}{''.join(parts)}"
    return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn))


def only_dialog(drawn: Draw) -> Generated:
    """The policy itself in a dialog, or hidden until a script shows it: nothing else is left."""
    around = drawn.rng.choice((*DIALOGS[:7], *HIDDEN))
    inner = policy_html(drawn)
    return Generated(document(drawn, around.replace("{}", inner)), policy_words(drawn))


PANELS = (
    '<h2><button aria-expanded="false" aria-controls="p{n}">{h}</button></h2><div id="p{n}" hidden>{t}</div>',
    '<h2>{h}</h2><div style="display:none">{t}</div>',
    '<div class="accordion-item"><h2>{h}</h2><div class="accordion-collapse collapse" aria-hidden="true">{t}</div></div>',
    "<details><summary>{h}</summary>{t}</details>",
    '<div class="item"><div class="question"><h2>{h}</h2></div><div class="answer" style="display: none;">{t}</div></div>',
    '<h2>{h}</h2><section hidden="until-found" role="region" aria-labelledby="h{n}">{t}</section>',
    '<div><h2>{h}</h2><div style="height:0;overflow:hidden;opacity:0;visibility:hidden">{t}</div></div>',
    '<h2>{h}</h2><div class="hidden">{t}</div>',
    '<div class="item"><h2>{h}</h2><div class="text is-hidden">{t}</div></div>',
    '<h2>{h}</h2><div class="hidden md:block">{t}</div>',
)


def accordion(drawn: Draw) -> Generated:
    """Panels that are hidden until pressed hold the text, some or all of them; or tabs."""
    rng = drawn.rng
    panel, share = rng.choice(PANELS), rng.choice((0.5, 1.0))
    parts = []
    for number, (heading, paragraphs) in enumerate(drawn.sections):
        if rng.random() < share:
            text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
            part = panel.replace("{n}", str(number)).replace("{h}", escape(heading)).replace("{t}", text)
        else:
            part = section_html(drawn, heading, paragraphs)
        parts.append(part)
    inner = f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}{''.join(parts)}"
    return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn))


def tabs(drawn: Draw) -> Generated:
    """The sections as tab panels, all but one hidden."""
    rng, parts = drawn.rng, []
    attributes = rng.choice(
        (
            'role="tabpanel" class="tab-pane" hidden',
            'role="tabpanel" style="display:none"',
            'class="tab" style="display:none"',
        )
    )
    for number, (heading, paragraphs) in enumerate(drawn.sections):
        shown = attributes.replace(" hidden", "").replace('style="display:none"', "") if not number else attributes
        parts.append(f'<div id="t{number}" {shown}>{section_html(drawn, heading, paragraphs)}</div>')
    inner = f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}<div class=tab-content>{''.join(parts)}</div>"
    return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn))


def _own_contents(drawn: Draw, label: str) -> str:
    """A table of contents below its label, in any markup."""
    rng = drawn.rng
    base = rng.choice(("", "/legal/privacy", "https://marrowby.example/legal/privacy"))
    links = "".join(f'<li><a href="{base}#s{n}">{escape(name)}</a></li>' for n, (name, _) in enumerate(drawn.sections))
    over = rng.choice(
        (
            "<h2>{}</h2>",
            "<h4>{}</h4>",
            "<p>{}</p>",
            "<p>{}:</p>",
            "<p><b>{}</b></p>",
            "<div class=toc-title>{}</div>",
            "<span>{}</span>",
            "<strong>{}</strong>",
            "<div role=heading aria-level=2>{}</div>",
            "<div><h3>{}</h3></div>",
        )
    ).format(label)
    return rng.choice(
        (
            "{over}<nav><ul>{links}</ul></nav>",
            "{over}<nav aria-label=contents><ol>{links}</ol></nav>",
            "{over}<div role=navigation><ul>{links}</ul></div>",
            "<div class=toc>{over}<nav><ul>{links}</ul></nav></div>",
        )
    ).format(over=over, links=links)


def labels(drawn: Draw) -> Generated:
    """A label over a table of contents or a menu that is dropped."""
    rng, label = drawn.rng, escape(drawn.language.contents)
    links = "".join(f'<li><a href="/x{n}">{escape(name)}</a></li>' for n, name in enumerate(drawn.language.menu))
    contents = rng.choice(
        (
            f"<h2>{label}</h2><nav><ul>{links}</ul></nav>",
            f"<details><summary>{label}</summary><nav><ul>{links}</ul></nav></details>",
            f"<div><h3>{label}</h3><nav><ul>{links}</ul></nav></div>",
            f"<div><p><strong>{label}</strong></p><nav><ol>{links}</ol></nav></div>",
            f"<div><p>{label}</p><div role=navigation><ul>{links}</ul></div></div>",
            f"<h3>{label}</h3><div class=sidebar><ul>{links}</ul></div>",
            f"<section><h2>{label}</h2><div class=menu><ul>{links}</ul></div></section>",
            f"<aside><h2>{label}</h2><nav>{links}</nav></aside>",
        )
    )
    where = rng.choice(("top", "middle", "end"))
    head = f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}"
    parts = [section_html(drawn, heading, paragraphs) for heading, paragraphs in drawn.sections]
    if rng.random() < 0.5:  # of the page's own sections, and the text goes on with a paragraph
        contents, where = _own_contents(drawn, label), "top"
        lead = drawn.policy_prose()
        inner = f"{head}{contents}<p>{escape(lead)}</p>{''.join(parts)}"
        return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn, before=lead))
    at = {"top": 0, "middle": len(parts) // 2, "end": len(parts)}[where]
    inner = head + "".join([*parts[:at], contents, *parts[at:]])
    return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn))


def block_links(drawn: Draw) -> Generated:
    """A menu whose links hold blocks: a topic and a description, long enough for prose."""
    rng, language = drawn.rng, drawn.language
    shape = rng.choice(
        (
            '<a href="/t{n}"><div>{h}</div><div>{t}</div></a>',
            '<li><a href="/t{n}"><h3>{h}</h3><p>{t}</p></a></li>',
            '<div class="card"><a href="/t{n}"><span>{h}</span><p>{t}</p></a></div>',
            '<article><a href="/t{n}"><h4>{h}</h4><div><div>{t}</div></div></a></article>',
        )
    )
    cards = "".join(
        shape.replace("{n}", str(n))
        .replace("{h}", escape(language.menu[n % 7]))
        .replace("{t}", escape(drawn.sentence(language.footer)))
        for n in range(rng.randint(3, 12))
    )
    menu = rng.choice((f"<div>{cards}</div>", f"<div class=css-1>{cards}</div>", f"<section>{cards}</section>"))
    text = policy_html(drawn)
    inside = rng.random() < 0.5
    if inside:
        text = wrapped(drawn, text + menu if rng.random() < 0.7 else menu + text)
        return Generated(document(drawn, text), policy_words(drawn))
    return Generated(placed(drawn, wrapped(drawn, text), menu), policy_words(drawn))


def long_footer(drawn: Draw) -> Generated:
    """A footer that is long beside a short text: small print, tables, columns."""
    rng, language = drawn.rng, drawn.language
    drawn.sections = drawn.sections[: rng.randint(2, 4)]
    size = rng.choice((2, 5, 12)) + drawn.capture.randint(0, 1)
    print_ = "".join(f"<p>{escape(drawn.prose(language.footer, 2, drawn.capture))}</p>" for _ in range(size))
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(drawn.sentence(language.footer))}</td></tr>" for name in language.menu
    )
    inside = rng.choice((print_, f"<table>{rows}</table>{print_}", f"<h3>{escape(language.menu[2])}</h3>{print_}"))
    around = rng.choice(
        (
            "<footer>{}</footer>",
            '<footer class="site-footer"><div>{}</div></footer>',
            '<div role="contentinfo">{}</div>',
            '<div id="footer">{}</div>',
            '<div class="footer-wrapper"><footer>{}</footer></div>',
        )
    )
    text = wrapped(drawn, policy_html(drawn))
    body = f"{menu_html(drawn)}{text}{around.replace('{}', inside)}"
    return Generated(document(drawn, body, menu=False), policy_words(drawn))


def lead_in(drawn: Draw) -> Generated:
    """An introduction beside the container of the sections, a closing note after it, a title in a paragraph."""
    rng = drawn.rng
    intro, closing = (drawn.prose(drawn.language.sentences, rng.randint(2, 6)) for _ in range(2))
    title = rng.choice(("<h1>{}</h1>", "<h1><p>{}</p></h1>", "<h1><div>{}</div></h1>")).replace(
        "{}", escape(drawn.title)
    )
    tag = rng.choice(("div", "p", "span", "div class=intro"))
    opening = f"<{tag}>{escape(intro)}</{tag.split()[0]}>"
    end_tag = rng.choice(("div", "p", "span"))
    ending = f"<{end_tag}>{escape(closing)}</{end_tag}>"
    parts = [section_html(drawn, heading, paragraphs) for heading, paragraphs in drawn.sections]
    sections = rng.choice(
        (
            f"<div>{''.join(parts)}</div>",
            f"<div class=sections>{''.join(f'<div class=section>{part}</div>' for part in parts)}</div>",
            f"<div><div class=rich-text>{''.join(parts)}</div></div>",
        )
    )
    has_opening, has_closing = rng.choice(((True, False), (False, True), (True, True)))
    opening, ending = opening if has_opening else "", ending if has_closing else ""
    inner = f"{title}{dated(drawn)}{opening}{sections}{ending}"
    if rng.random() < 0.3:
        inner = f"<header>{title}</header>{dated(drawn)}{opening}{sections}{ending}"
    told = policy_words(drawn, before=intro if has_opening else "", after=closing if has_closing else "")
    drawn.layout = rng.choice((*MAIN_LAYOUTS, "article", "div", "soup"))
    if rng.random() < 0.4:  # the title's block, with a line or two, stands beside the container
        lines = [
            drawn.sentence(drawn.language.sentences)[: rng.choice((12, 30, 200))] for _ in range(rng.randint(1, 2))
        ]
        head = f"{title}{dated(drawn)}{''.join(f'<p>{escape(line)}</p>' for line in lines)}"
        around = rng.choice(("<div class=intro>{}</div>", "<div class=hero><div>{}</div></div>", "<header>{}</header>"))
        text = around.replace("{}", head) + wrapped(drawn, "".join(parts))
        return Generated(document(drawn, text), policy_words(drawn, before=" ".join(lines)))
    return Generated(document(drawn, wrapped(drawn, inner)), told)


def bold_headings(drawn: Draw) -> Generated:
    """Headings that are wholly bold or underlined lines: the words stay; test_headings asks that they are headings."""
    around = drawn.rng.choice(
        (
            "<p><b>{}</b></p>",
            "<p><strong>{}</strong></p>",
            "<p><u>{}</u></p>",
            "<div><strong><u>{}</u></strong></div>",
            "<p><span><b>{}</b></span></p>",
            '<p style="font-weight: bold">{}</p>',
            "<b>{}</b><br>",
        )
    )
    parts = []
    for heading, paragraphs in drawn.sections:
        text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
        parts.append(around.replace("{}", escape(heading)) + text)
    inner = f"<h1>{escape(drawn.title)}</h1>{dated(drawn)}{''.join(parts)}"
    return Generated(document(drawn, wrapped(drawn, inner)), policy_words(drawn))


KEYS = (
    "{a}.section{n}.title",
    "{a}_policy.section_{n}.heading",
    "{A}_SECTION_{n}_TEXT",
    "legal.{a}.block{n}.body",
    "[[{a}.text{n}]]",
    "{{{a}.paragraph{n}}}",
    "{a}.s{n}.p1",
    "%{A}_TEXT_{n}%",
    "{a}:section:{n}:title",
)


def everyday(drawn: Draw) -> Generated:
    """Three to five pieces of everyday furniture about a text of any markup, a consent panel among them or not."""
    rng, language = drawn.rng, drawn.language
    pieces: dict[str, list[str]] = {}
    for make in rng.sample(PIECES, rng.randint(3, 5)):
        html, where = make(drawn)
        pieces.setdefault(where, []).append(html)

    def at(where: str) -> str:
        return "".join(pieces.get(where, ()))

    told, parts = [drawn.title, language.updated], []
    form, accordion_ = rng.choice(("plain", "bold", "accordion", "divs", "sections")), rng.choice(PANELS)
    table_at = rng.randrange(len(drawn.sections)) if rng.random() < 0.4 else -1
    for number, (heading, paragraphs) in enumerate(drawn.sections):
        texts = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
        told += [heading, *paragraphs]
        if number == table_at:
            table, cells = cookie_table(drawn)
            texts, told = texts + table, told + cells
        if form == "accordion":
            filled = accordion_.replace("{n}", str(number)).replace("{h}", escape(heading)).replace("{t}", texts)
        elif form == "bold":
            filled = f"<p><b>{escape(heading)}</b></p>{texts}"
        else:
            filled = f"<h2>{escape(heading)}</h2>{texts}"
            tag = {"divs": "div", "sections": "section"}.get(form)
            filled = f"<{tag}>{filled}</{tag}>" if tag else filled
        parts.append(filled)
    head = f"{at(INSIDE_TOP)}<h1>{escape(drawn.title)}</h1>{dated(drawn)}{at(UNDER_TITLE)}"
    text = wrapped(drawn, f"{head}{''.join(parts)}{at(INSIDE_END)}")
    if rng.random() < 0.3:
        panel = rng.choice((*VENDORS, *DIALOGS)).replace("{}", consent_text(drawn))
        html = placed(drawn, f"{at(ABOVE)}{text}{at(BELOW)}", panel)
    else:
        html = document(drawn, f"{at(ABOVE)}{text}{at(BELOW)}")
    return Generated(html, tuple(words_of("\n".join(told))))


def message_keys(drawn: Draw) -> Generated:
    """Untranslated message keys where the text should be."""
    rng = drawn.rng
    shape, name = rng.choice(KEYS), rng.choice(("privacy", "datenschutz", "terms", "gdpr"))
    mixed = rng.random() < 0.4

    def key(number: int) -> str:
        return shape.replace("{a}", name).replace("{A}", name.upper()).replace("{n}", str(number))

    count = rng.randint(4, 40)
    parts = [f"<h2>{key(n)}</h2><p>{'Body' if mixed else key(100 + n)}</p>" for n in range(count)]
    drawn.title = key(0)
    return Generated(document(drawn, wrapped(drawn, f"<h1>{key(0)}</h1>{''.join(parts)}")), (), policy=False)


def headings_only(drawn: Draw) -> Generated:
    """The headings of a policy, and nothing under them."""
    tag = drawn.rng.choice(("h2", "h3"))
    parts = "".join(f"<{tag}>{escape(heading)}</{tag}><div></div>" for heading, _ in drawn.sections)
    inner = f"<h1>{escape(drawn.title)}</h1>{parts}"
    return Generated(document(drawn, wrapped(drawn, inner)), (), policy=False)


KINDS: dict[str, Callable[[Draw], Generated]] = {
    function.__name__: function
    for function in (
        generated_names,
        utility_classes,
        vendor_panel,
        dialog,
        hidden_beside,
        hidden_message,
        only_dialog,
        accordion,
        tabs,
        labels,
        block_links,
        long_footer,
        lead_in,
        bold_headings,
        everyday,
        message_keys,
        headings_only,
    )
}


def page(kind: str, seed: int, capture: int = 0) -> Generated:
    return KINDS[kind](draw(kind, seed, capture))


# --- how often we are right -----------------------------------------------------------------------------------


def read(html: str, url: str = "https://marrowby.example/legal/privacy"):
    """What policylapse makes of a page: the decoded page and its extraction."""
    decoded = decode_payload(html.encode(), {"content-type": "text/html; charset=utf-8"})
    return decoded, extract_text(decoded, url=url)


def words_read(html: str) -> tuple[str, ...]:
    """All words of the text, title and all, in order."""
    _, extraction = read(html)
    return tuple(word for block in extraction.blocks for word in words_of(block.markdown))


def is_policy(html: str) -> bool:
    decoded, extraction = read(html)
    return judge(decoded, extraction, headers={}).is_policy


def is_right(kind: str, seed: int, capture: int = 0) -> bool:
    made = page(kind, seed, capture)
    return words_read(made.html) == made.words if made.policy else not is_policy(made.html)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.generators.pages_generated", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", type=int, default=0, help="what is wrong on so many pages of each kind")
    parser.add_argument("kinds", nargs="*")
    args = parser.parse_args(argv)
    for kind in args.kinds or KINDS:
        wrong = [seed for seed in range(args.first, args.first + args.seeds) if not is_right(kind, seed)]
        print(f"{kind:18} {1 - len(wrong) / args.seeds:.3f} {wrong[:12]}")
        for seed in wrong[: args.show]:
            made = page(kind, seed)
            got = words_read(made.html)
            print(f"  seed {seed}")
            for op, a, b, c, d in difflib.SequenceMatcher(None, made.words, got, autojunk=False).get_opcodes():
                if op != "equal":
                    print(f"    -{' '.join(made.words[a:b])[:110]!r} +{' '.join(got[c:d])[:110]!r}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
