"""Ten languages of invented policies and of what stands around them: the words that tests/generators/histories_generated.py uses.

A sentence takes {what} (data), {who} (others) and {time} (a period); `labels` are the words of menus, `notices` those of
banners, `teasers` those of news and advertisements. No word of it is of a real site.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """:param not_: a word that turns a sentence round where it is put before its verb."""

    title: str
    updated: str
    effective: str
    sections: tuple[str, ...]
    sentences: tuple[str, ...]
    what: tuple[str, ...]
    who: tuple[str, ...]
    units: tuple[str, ...]
    labels: tuple[str, ...]
    notices: tuple[str, ...]
    teasers: tuple[str, ...]
    things: tuple[str, ...]
    version: str
    not_: str
    months: tuple[str, ...]
    space: str = " "


def _split(text: str, mark: str = "|") -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(mark) if part.strip())


def _words(title: str, updated: str, effective: str, version: str, not_: str, space: str = " ", **lists: str) -> Words:
    return Words(
        title=title,
        updated=updated,
        effective=effective,
        version=version,
        not_=not_,
        space=space,
        **{name: _split(text) for name, text in lists.items()},
    )


LANGUAGES = {
    "en": _words(
        "Privacy Policy",
        "Last updated:",
        "Effective from",
        "Version",
        "not",
        sections="""The data we collect | How we use your data | Sharing with others | How long we keep data | Your rights |
            Cookies and similar technologies | Security | International transfers | Children | Changes to this policy | Contact""",
        sentences="""We collect your {what} when you use our services. | We share your {what} with {who} so that they can work for us. |
            We keep your {what} for {time} after you close your account. | You may ask us at any time for a copy of your {what}. |
            We use your {what} to answer questions, to prevent fraud and to improve our products. |
            Your {what} may be transferred to countries outside the European Union, where {who} are established. |
            We delete your {what} within {time} unless the law requires us to keep personal data for longer. |
            With your consent, we combine your {what} with information that we receive from {who}. |
            The legal basis for the processing of your {what} is our legitimate interest. |
            You can object to the use of your {what} for advertising in your settings. |
            We protect your {what} with technical and organisational measures against loss and misuse. |
            If {who} ask for your {what}, we will tell you before we answer. |
            Our cookies remember your {what} for {time} in your browser.""",
        what="""name and address | email address | telephone number | payment details | location data | device identifiers |
            order history | messages and reviews | IP address | date of birth | search queries | profile picture | voice recordings""",
        who="our advertising partners | service providers | public authorities | affiliated companies | analytics companies | credit agencies | your employer",
        units="days | months | years | weeks",
        labels="Home | Products | About us | Careers | Press | Help | Sign in | Shop | Blog | Contact us | Newsletter | Search | My account | Cart | Stores",
        notices="""We value your privacy. | Accept all | Reject all | Manage preferences | We and our partners store information on a device. |
            Free shipping on all orders this week. | Download our new app today. | Your browser is out of date. | Rate this page | Was this helpful? |
            Thank you for your feedback | Subscribe to our newsletter and save ten percent""",
        teasers="""Ten ideas for {thing} in spring | Why everybody talks about {thing} | {thing} at half the price until Sunday |
            Our readers choose the best {thing} | New in our shop: {thing} | What nobody told you of {thing}""",
        things="gardens | bicycles | lamps | running shoes | kitchens | tea | train journeys | board games | winter coats | old maps",
        months="January|February|March|April|May|June|July|August|September|October|November|December",
    ),
    "de": _words(
        "Datenschutzerklärung",
        "Stand:",
        "Gültig ab",
        "Version",
        "nicht",
        sections="""Welche Daten wir erheben | Wie wir Ihre Daten verwenden | Weitergabe an Dritte | Speicherdauer | Ihre Rechte |
            Cookies und ähnliche Techniken | Sicherheit | Übermittlung in Drittländer | Kinder | Änderungen dieser Erklärung | Kontakt""",
        sentences="""Wir erheben Ihre {what}, wenn Sie unsere Dienste nutzen. | Wir geben Ihre {what} an {who} weiter, die für uns arbeiten. |
            Wir speichern Ihre {what} für {time} nach der Löschung Ihres Kontos. | Sie können jederzeit Auskunft über Ihre {what} verlangen. |
            Wir verwenden Ihre {what}, um Fragen zu beantworten, Betrug zu verhindern und unsere Produkte zu verbessern. |
            Ihre {what} können in Länder außerhalb der Europäischen Union übermittelt werden, in denen {who} ihren Sitz haben. |
            Wir löschen Ihre {what} innerhalb von {time}, sofern das Gesetz keine längere Aufbewahrung personenbezogener Daten verlangt. |
            Mit Ihrer Einwilligung verbinden wir Ihre {what} mit Angaben, die wir von Dritten wie {who} erhalten. |
            Rechtsgrundlage für die Verarbeitung Ihrer {what} ist unser berechtigtes Interesse. |
            Sie können der Verwendung Ihrer {what} zu Werbezwecken in den Einstellungen widersprechen. |
            Wir schützen Ihre {what} durch technische und organisatorische Maßnahmen vor Verlust und Missbrauch. |
            Unsere Cookies merken sich Ihre {what} für {time} in Ihrem Browser.""",
        what="""Namen und Anschriften | E-Mail-Adressen | Telefonnummern | Zahlungsdaten | Standortdaten | Gerätekennungen | Bestellungen |
            Nachrichten und Bewertungen | IP-Adressen | Geburtsdaten | Suchanfragen | Profilbilder | Sprachaufnahmen""",
        who="Werbepartner | Dienstleister | Behörden | verbundene Unternehmen | Analyseunternehmen | Auskunfteien | Arbeitgeber",
        units="Tagen | Monaten | Jahren | Wochen",
        labels="Startseite | Produkte | Über uns | Karriere | Presse | Hilfe | Anmelden | Laden | Magazin | Kontakt | Rundbrief | Suche | Mein Konto | Warenkorb",
        notices="""Ihre Privatsphäre ist uns wichtig. | Alle akzeptieren | Alle ablehnen | Einstellungen verwalten |
            Wir und unsere Partner speichern Informationen auf einem Gerät. | Kostenloser Versand in dieser Woche. | Laden Sie unsere neue App. |
            Ihr Browser ist veraltet. | Diese Seite bewerten | War das hilfreich? | Danke für Ihre Rückmeldung""",
        teasers="""Zehn Ideen für {thing} im Frühling | Warum alle über {thing} reden | {thing} bis Sonntag zum halben Preis |
            Unsere Leser wählen die besten {thing} | Neu im Laden: {thing} | Was niemand über {thing} weiß""",
        things="Gärten | Fahrräder | Lampen | Laufschuhe | Küchen | Teesorten | Bahnreisen | Brettspiele | Wintermäntel | alte Karten",
        months="Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
    ),
    "fr": _words(
        "Politique de confidentialité",
        "Dernière mise à jour :",
        "En vigueur à partir du",
        "Version",
        "pas",
        sections="""Les données que nous collectons | Comment nous utilisons vos données | Partage avec des tiers | Durée de conservation | Vos droits |
            Cookies et technologies similaires | Sécurité | Transferts internationaux | Enfants | Modifications de cette politique | Contact""",
        sentences="""Nous collectons vos {what} lorsque vous utilisez nos services. | Nous partageons vos {what} avec {who} afin qu'ils travaillent pour nous. |
            Nous conservons vos {what} pendant {time} après la fermeture de votre compte. | Vous pouvez demander à tout moment une copie de vos {what}. |
            Nous utilisons vos {what} pour répondre aux questions, prévenir la fraude et améliorer nos produits. |
            Vos {what} peuvent être transférés vers des pays hors de l'Union européenne, où {who} sont établis. |
            Nous supprimons vos {what} dans un délai de {time}, sauf si la loi exige une conservation plus longue des données personnelles. |
            Avec votre consentement, nous combinons vos {what} avec des informations reçues de tiers comme {who}. |
            La base juridique du traitement de vos {what} est notre intérêt légitime. |
            Vous pouvez vous opposer à l'utilisation de vos {what} à des fins publicitaires. |
            Nous protégeons vos {what} par des mesures techniques et organisationnelles contre la perte et l'abus. |
            Nos cookies gardent vos {what} pendant {time} dans votre navigateur.""",
        what="""nom et adresse | adresses électroniques | numéros de téléphone | moyens de paiement | données de localisation | identifiants d'appareil | commandes |
            messages et avis | adresses IP | dates de naissance | recherches | photos de profil | enregistrements vocaux""",
        who="nos partenaires publicitaires | nos prestataires | les autorités | les sociétés affiliées | les sociétés d'analyse | les agences de crédit | votre employeur",
        units="jours | mois | ans | semaines",
        labels="Accueil | Produits | À propos | Carrières | Presse | Aide | Connexion | Boutique | Blog | Nous écrire | Infolettre | Recherche | Mon compte | Panier",
        notices="""Nous respectons votre vie privée. | Tout accepter | Tout refuser | Gérer les préférences | Nos partenaires et nous stockons des informations. |
            Livraison gratuite cette semaine. | Téléchargez notre nouvelle application. | Votre navigateur est obsolète. | Évaluez cette page | Cette page est-elle utile ?""",
        teasers="""Dix idées pour {thing} au printemps | Pourquoi tout le monde parle de {thing} | {thing} à moitié prix jusqu'à dimanche |
            Nos lecteurs choisissent les meilleurs {thing} | Nouveau en boutique : {thing} | Ce que personne ne dit de {thing}""",
        things="jardins | vélos | lampes | chaussures | cuisines | thés | voyages en train | jeux de société | manteaux | cartes anciennes",
        months="janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    ),
    "es": _words(
        "Política de privacidad",
        "Última actualización:",
        "Vigente desde el",
        "Versión",
        "no",
        sections="""Los datos que recogemos | Cómo usamos sus datos | Comunicación a terceros | Plazo de conservación | Sus derechos |
            Cookies y tecnologías similares | Seguridad | Transferencias internacionales | Menores | Cambios de esta política | Contacto""",
        sentences="""Recogemos sus {what} cuando utiliza nuestros servicios. | Compartimos sus {what} con {who} para que trabajen por nuestra cuenta. |
            Conservamos sus {what} durante {time} tras el cierre de su cuenta. | Puede solicitar en todo momento una copia de sus {what}. |
            Utilizamos sus {what} para responder preguntas, evitar el fraude y mejorar nuestros productos. |
            Sus {what} pueden transferirse a países fuera de la Unión Europea, donde {who} tienen su sede. |
            Eliminamos sus {what} en un plazo de {time} salvo que la ley exija conservar los datos personales más tiempo. |
            Con su consentimiento combinamos sus {what} con información que recibimos de {who}. |
            La base jurídica del tratamiento de sus {what} es nuestro interés legítimo. |
            Puede oponerse al uso de sus {what} con fines publicitarios en la configuración. |
            Protegemos sus {what} con medidas técnicas y organizativas frente a la pérdida y el uso indebido. |
            Nuestras cookies recuerdan sus {what} durante {time} en su navegador.""",
        what="""nombres y direcciones | correos electrónicos | números de teléfono | datos de pago | datos de ubicación | identificadores del dispositivo | pedidos |
            mensajes y reseñas | direcciones IP | fechas de nacimiento | búsquedas | fotos de perfil | grabaciones de voz""",
        who="nuestros socios publicitarios | proveedores de servicios | las autoridades | empresas del grupo | empresas de análisis | agencias de crédito",
        units="días | meses | años | semanas",
        labels="Inicio | Productos | Quiénes somos | Empleo | Prensa | Ayuda | Entrar | Tienda | Blog | Escríbanos | Boletín | Buscar | Mi cuenta | Cesta",
        notices="""Valoramos su privacidad. | Aceptar todo | Rechazar todo | Gestionar preferencias | Nosotros y nuestros socios guardamos información. |
            Envío gratuito esta semana. | Descargue nuestra nueva aplicación. | Su navegador es antiguo. | Valore esta página | ¿Le ha servido?""",
        teasers="""Diez ideas para {thing} en primavera | Por qué todos hablan de {thing} | {thing} a mitad de precio hasta el domingo |
            Los lectores eligen {thing} | Nuevo en la tienda: {thing} | Lo que nadie cuenta de {thing}""",
        things="jardines | bicicletas | lámparas | zapatillas | cocinas | tés | viajes en tren | juegos de mesa | abrigos | mapas antiguos",
        months="enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    ),
    "it": _words(
        "Informativa sulla privacy",
        "Ultimo aggiornamento:",
        "In vigore dal",
        "Versione",
        "non",
        sections="""I dati che raccogliamo | Come usiamo i dati | Comunicazione a terzi | Periodo di conservazione | I tuoi diritti |
            Cookie e tecnologie simili | Sicurezza | Trasferimenti internazionali | Minori | Modifiche a questa informativa | Contatti""",
        sentences="""Raccogliamo i tuoi {what} quando usi i nostri servizi. | Condividiamo i tuoi {what} con {who} che lavorano per noi. |
            Conserviamo i tuoi {what} per {time} dopo la chiusura del tuo account. | Puoi chiedere in ogni momento una copia dei tuoi {what}. |
            Usiamo i tuoi {what} per rispondere alle domande, prevenire frodi e migliorare i nostri prodotti. |
            I tuoi {what} possono essere trasferiti in paesi fuori dall'Unione europea, dove {who} hanno sede. |
            Cancelliamo i tuoi {what} entro {time} salvo che la legge imponga di conservare i dati personali più a lungo. |
            Con il tuo consenso uniamo i tuoi {what} a informazioni che riceviamo da {who}. |
            La base giuridica del trattamento dei tuoi {what} è il nostro legittimo interesse. |
            Puoi opporti all'uso dei tuoi {what} a fini pubblicitari nelle impostazioni. |
            Proteggiamo i tuoi {what} con misure tecniche e organizzative contro perdita e abuso. |
            I nostri cookie ricordano i tuoi {what} per {time} nel tuo browser.""",
        what="""nomi e indirizzi | indirizzi email | numeri di telefono | dati di pagamento | dati di posizione | identificativi del dispositivo | ordini |
            messaggi e recensioni | indirizzi IP | dati anagrafici | dati di ricerca | ritratti del profilo | messaggi vocali""",
        who="i nostri partner pubblicitari | fornitori di servizi | le autorità | le società del gruppo | società di analisi | agenzie di credito",
        units="giorni | mesi | anni | settimane",
        labels="Pagina iniziale | Prodotti | Chi siamo | Lavora con noi | Stampa | Aiuto | Accedi | Negozio | Rivista | Scrivici | Cerca | Il mio account | Carrello",
        notices="""La tua privacy è importante. | Accetta tutto | Rifiuta tutto | Gestisci le preferenze | Noi e i nostri partner archiviamo informazioni. |
            Spedizione gratuita questa settimana. | Scarica la nostra nuova app. | Il tuo browser non è aggiornato. | Valuta questa pagina | Ti è stato utile?""",
        teasers="""Dieci idee per {thing} in primavera | Perché tutti parlano di {thing} | {thing} a metà prezzo fino a domenica |
            I lettori scelgono {thing} | Novità in negozio: {thing} | Quello che nessuno dice di {thing}""",
        things="giardini | biciclette | lampade | scarpe da corsa | cucine | tè | viaggi in treno | giochi da tavolo | cappotti | vecchie mappe",
        months="gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    ),
    "nl": _words(
        "Privacybeleid",
        "Laatst bijgewerkt:",
        "Geldig vanaf",
        "Versie",
        "niet",
        sections="""Welke gegevens wij verzamelen | Hoe wij uw gegevens gebruiken | Delen met anderen | Bewaartermijn | Uw rechten |
            Cookies en vergelijkbare technieken | Beveiliging | Doorgifte buiten de EU | Kinderen | Wijzigingen van dit beleid | Contactgegevens""",
        sentences="""Wij verzamelen uw {what} wanneer u onze diensten gebruikt. | Wij delen uw {what} met {who} die voor ons werken. |
            Wij bewaren uw {what} gedurende {time} na het sluiten van uw account. | U kunt ons altijd om een kopie van uw {what} vragen. |
            Wij gebruiken uw {what} om vragen te beantwoorden, fraude te voorkomen en onze producten te verbeteren. |
            Uw {what} kunnen worden doorgegeven aan landen buiten de Europese Unie, waar {who} gevestigd zijn. |
            Wij verwijderen uw {what} binnen {time}, tenzij de wet ons verplicht persoonsgegevens langer te bewaren. |
            Met uw toestemming combineren wij uw {what} met informatie die wij van {who} ontvangen. |
            De rechtsgrond voor de verwerking van uw {what} is ons gerechtvaardigd belang. |
            U kunt bezwaar maken tegen het gebruik van uw {what} voor reclame. |
            Wij beschermen uw {what} met technische en organisatorische maatregelen tegen verlies en misbruik. |
            Onze cookies onthouden uw {what} gedurende {time} in uw browser.""",
        what="""namen en adressen | e-mailadressen | telefoonnummers | betaalgegevens | locatiegegevens | apparaatgegevens | bestellingen |
            berichten en beoordelingen | IP-adressen | geboortedata | zoekopdrachten | profielfoto's | spraakopnamen""",
        who="onze reclamepartners | dienstverleners | overheden | verbonden ondernemingen | analysebedrijven | kredietbureaus",
        units="dagen | maanden | jaren | weken",
        labels="Voorpagina | Producten | Over ons | Vacatures | Pers | Hulp | Inloggen | Winkel | Tijdschrift | Schrijf ons | Zoeken | Mijn account | Winkelwagen",
        notices="""Uw privacy is belangrijk. | Alles accepteren | Alles weigeren | Voorkeuren beheren | Wij en onze partners slaan informatie op. |
            Deze week gratis verzending. | Download onze nieuwe app. | Uw browser is verouderd. | Beoordeel deze pagina | Was dit nuttig?""",
        teasers="""Tien ideeën voor {thing} in de lente | Waarom iedereen over {thing} praat | {thing} voor de halve prijs tot zondag |
            Onze lezers kiezen {thing} | Nieuw in de winkel: {thing} | Wat niemand vertelt over {thing}""",
        things="tuinen | fietsen | lampen | hardloopschoenen | keukens | theesoorten | treinreizen | bordspellen | winterjassen | oude kaarten",
        months="januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    ),
    "pl": _words(
        "Polityka prywatności",
        "Ostatnia aktualizacja:",
        "Obowiązuje od",
        "Wersja",
        "nie",
        sections="""Jakie dane zbieramy | Jak wykorzystujemy dane | Udostępnianie danych | Okres przechowywania | Twoje prawa |
            Pliki cookie i podobne technologie | Bezpieczeństwo | Przekazywanie danych za granicę | Dzieci | Zmiany polityki | Kontakt""",
        sentences="""Zbieramy {what}, gdy korzystasz z naszych usług. | Udostępniamy {what} podmiotom takim jak {who}, które dla nas pracują. |
            Przechowujemy {what} przez {time} od zamknięcia konta. | W każdej chwili możesz poprosić o kopię danych takich jak {what}. |
            Wykorzystujemy {what}, aby odpowiadać na pytania, zapobiegać nadużyciom i ulepszać nasze produkty. |
            Dane takie jak {what} mogą być przekazywane poza Unię Europejską, gdzie mają siedzibę {who}. |
            Usuwamy {what} w ciągu {time}, chyba że prawo nakazuje dłużej przechowywać dane osobowe. |
            Za Twoją zgodą łączymy {what} z informacjami, które otrzymują {who}. |
            Podstawą prawną przetwarzania danych takich jak {what} jest nasz prawnie uzasadniony interes. |
            Możesz sprzeciwić się wykorzystaniu danych takich jak {what} do celów reklamowych. |
            Chronimy {what} za pomocą środków technicznych i organizacyjnych przed utratą i nadużyciem. |
            Nasze pliki cookie pamiętają {what} przez {time} w przeglądarce.""",
        what="""imię i adres | adres e-mail | numer telefonu | dane płatnicze | dane o lokalizacji | identyfikatory urządzeń | zamówienia |
            wiadomości i opinie | adres IP | datę urodzenia | wyszukiwane hasła | zdjęcie profilowe | nagrania głosu""",
        who="partnerzy reklamowi | usługodawcy | organy publiczne | spółki powiązane | firmy analityczne | biura kredytowe",
        units="dni | miesięcy | lat | tygodni",
        labels="Strona główna | Produkty | O nas | Praca | Prasa | Pomoc | Zaloguj się | Sklep | Blog | Napisz do nas | Szukaj | Moje konto | Koszyk",
        notices="""Dbamy o Twoją prywatność. | Akceptuj wszystko | Odrzuć wszystko | Zarządzaj preferencjami | My i nasi partnerzy przechowujemy informacje. |
            Darmowa dostawa w tym tygodniu. | Pobierz naszą nową aplikację. | Twoja przeglądarka jest przestarzała. | Oceń tę stronę | Czy to było pomocne?""",
        teasers="""Dziesięć pomysłów na {thing} wiosną | Dlaczego wszyscy mówią o {thing} | {thing} za pół ceny do niedzieli |
            Nasi czytelnicy wybierają {thing} | Nowość w sklepie: {thing} | Czego nikt nie mówi o {thing}""",
        things="ogrody | rowery | lampy | buty do biegania | kuchnie | herbaty | podróże koleją | gry planszowe | płaszcze | stare mapy",
        months="stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia",
    ),
    "sv": _words(
        "Integritetspolicy",
        "Senast uppdaterad:",
        "Gäller från",
        "Version",
        "inte",
        sections="""Uppgifter vi samlar in | Hur vi använder dina uppgifter | Delning med andra | Lagringstid | Dina rättigheter |
            Cookies och liknande teknik | Säkerhet | Överföring utanför EU | Barn | Ändringar av denna policy | Kontakta oss""",
        sentences="""Vi samlar in dina {what} när du använder våra tjänster. | Vi delar dina {what} med {who} som arbetar för oss. |
            Vi sparar dina {what} i {time} efter att du stängt ditt konto. | Du kan när som helst begära en kopia av dina {what}. |
            Vi använder dina {what} för att svara på frågor, förhindra bedrägeri och förbättra våra produkter. |
            Dina {what} kan överföras till länder utanför Europeiska unionen, där {who} är etablerade. |
            Vi raderar dina {what} inom {time} om inte lagen kräver att personuppgifter sparas längre. |
            Med ditt samtycke kombinerar vi dina {what} med information som vi får från {who}. |
            Den rättsliga grunden för behandlingen av dina {what} är vårt berättigade intresse. |
            Du kan invända mot att dina {what} används för marknadsföring. |
            Vi skyddar dina {what} med tekniska och organisatoriska åtgärder mot förlust och missbruk. |
            Våra cookies minns dina {what} i {time} i din webbläsare.""",
        what="""namn och adresser | e-postadresser | telefonnummer | betalningsuppgifter | platsdata | enhetsidentifierare | beställningar |
            meddelanden och recensioner | IP-adresser | födelsedatum | sökningar | profilbilder | röstinspelningar""",
        who="våra reklampartner | tjänsteleverantörer | myndigheter | koncernbolag | analysföretag | kreditupplysare",
        units="dagar | månader | år | veckor",
        labels="Startsida | Produkter | Om oss | Jobba här | Press | Hjälp | Logga in | Butik | Tidning | Skriv till oss | Sök | Mitt konto | Varukorg",
        notices="""Vi värnar om din integritet. | Godkänn alla | Avvisa alla | Hantera inställningar | Vi och våra partner lagrar information. |
            Fri frakt denna vecka. | Ladda ner vår nya app. | Din webbläsare är gammal. | Betygsätt sidan | Var detta till hjälp?""",
        teasers="""Tio idéer för {thing} i vår | Därför talar alla om {thing} | {thing} till halva priset till söndag |
            Våra läsare väljer {thing} | Nytt i butiken: {thing} | Det ingen säger om {thing}""",
        things="trädgårdar | cyklar | lampor | löparskor | kök | teer | tågresor | brädspel | vinterrockar | gamla kartor",
        months="januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    ),
    "ru": _words(
        "Политика конфиденциальности",
        "Последнее обновление:",
        "Действует с",
        "Версия",
        "не",
        sections="""Какие данные мы собираем | Как мы используем данные | Передача третьим лицам | Срок хранения | Ваши права |
            Файлы cookie и похожие технологии | Безопасность | Международная передача | Дети | Изменения политики | Контакты""",
        sentences="""Мы собираем {what}, когда вы пользуетесь нашими услугами. | Мы передаём {what} лицам, таким как {who}, которые работают на нас. |
            Мы храним {what} в течение {time} после закрытия учётной записи. | Вы можете в любое время запросить копию данных, включая {what}. |
            Мы используем {what}, чтобы отвечать на вопросы, предотвращать мошенничество и улучшать наши продукты. |
            Данные, такие как {what}, могут передаваться в страны за пределами Европейского союза, где находятся {who}. |
            Мы удаляем {what} в течение {time}, если закон не требует хранить персональные данные дольше. |
            С вашего согласия мы объединяем {what} с информацией, которую получают {who}. |
            Правовым основанием обработки данных, включая {what}, является наш законный интерес. |
            Вы можете возразить против использования данных, включая {what}, для рекламы. |
            Мы защищаем {what} техническими и организационными мерами от потери и злоупотребления. |
            Наши файлы cookie помнят {what} в течение {time} в вашем браузере.""",
        what="""имя и адрес | адрес электронной почты | номер телефона | платёжные данные | данные о местоположении | идентификаторы устройств | историю заказов |
            сообщения и отзывы | IP-адрес | дату рождения | поисковые запросы | фотографию профиля | записи голоса""",
        who="рекламные партнёры | поставщики услуг | государственные органы | аффилированные компании | аналитические компании | кредитные бюро",
        units="дней | месяцев | лет | недель",
        labels="Главная | Товары | О нас | Вакансии | Пресса | Помощь | Войти | Магазин | Блог | Напишите нам | Поиск | Мой аккаунт | Корзина",
        notices="""Мы ценим вашу конфиденциальность. | Принять все | Отклонить все | Управлять настройками | Мы и наши партнёры храним информацию. |
            Бесплатная доставка на этой неделе. | Скачайте наше новое приложение. | Ваш браузер устарел. | Оцените страницу | Это было полезно?""",
        teasers="""Десять идей про {thing} весной | Почему все говорят про {thing} | {thing} за полцены до воскресенья |
            Наши читатели выбирают {thing} | Новое в магазине: {thing} | Что никто не скажет про {thing}""",
        things="сады | велосипеды | лампы | кроссовки | кухни | чай | поездки на поезде | настольные игры | пальто | старые карты",
        months="января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря",
    ),
    "ja": _words(
        "プライバシーポリシー",
        "最終更新日：",
        "施行日：",
        "バージョン",
        "決して",
        "",
        sections="""収集する情報 | 情報の利用目的 | 第三者への提供 | 保存期間 | お客様の権利 | クッキーおよび類似技術 | 安全管理 | 国外への移転 | お子様について | 本ポリシーの変更 | お問い合わせ""",
        sentences="""お客様が当社のサービスを利用する際、当社は{what}を収集します。 | 当社は{what}を{who}と共有し、業務を委託します。 |
            当社はアカウントの閉鎖後{time}にわたり{what}を保存します。 | お客様はいつでも{what}の写しを請求することができます。 |
            当社は{what}を、ご質問への回答、不正の防止、製品の改善のために利用します。 |
            {what}は、{who}が所在する欧州連合外の国に移転されることがあります。 |
            法律が個人情報のより長い保存を求める場合を除き、当社は{what}を{time}以内に削除します。 |
            お客様の同意を得て、当社は{what}を{who}から受け取る情報と組み合わせます。 |
            {what}の取り扱いの法的根拠は、当社の正当な利益です。 | お客様は設定により広告のための{what}の利用を拒否することができます。 |
            当社は紛失や悪用から{what}を守るため、技術的および組織的な措置を講じます。 | 当社のクッキーはブラウザに{what}を{time}記憶します。""",
        what="氏名と住所 | メールアドレス | 電話番号 | 支払い情報 | 位置情報 | 端末識別子 | 注文履歴 | メッセージと評価 | IPアドレス | 生年月日 | 検索語 | プロフィール画像 | 音声の録音",
        who="広告パートナー | サービス提供者 | 公的機関 | 関連会社 | 分析会社 | 信用調査機関",
        units="日間 | か月間 | 年間 | 週間",
        labels="ホーム | 製品 | 会社概要 | 採用情報 | プレス | ヘルプ | ログイン | ショップ | ブログ | お便り | 検索 | マイアカウント | カート",
        notices="""お客様のプライバシーを尊重します。 | すべて同意する | すべて拒否する | 設定を管理する | 当社とパートナーは端末に情報を保存します。 |
            今週は送料無料です。 | 新しいアプリをダウンロード | お使いのブラウザは古くなっています。 | このページを評価する | 役に立ちましたか""",
        teasers="""春に楽しむ{thing}十の考え | なぜ皆が{thing}の話をするのか | 日曜日まで{thing}が半額 | 読者が選ぶ最高の{thing} | 新商品の{thing}が入荷 | 誰も言わない{thing}の話""",
        things="庭 | 自転車 | 照明 | 靴 | 台所 | お茶 | 鉄道の旅 | 盤上遊戯 | 外套 | 古地図",
        months="1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月",
    ),
}
