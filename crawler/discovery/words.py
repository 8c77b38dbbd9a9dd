"""How sites word the link to their privacy policy, and what stands beside it: tables of language -> words, no code.

Compared without case and accents, so written with them. A word of five letters or more (of any length in scripts that do
not space words) stands for what begins with it: "datenschutz" is found in "Datenschutzerklärung", "конфиденциальност" in
"конфиденциальности". What is transliterated in addresses stands with its language; ä → ae, ø → oe and the like are made.
The words are those of the footers that browsers, shops and administrations show in each language, and of the GDPR's
translations (EUR-Lex 32016R0679).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words, separated by commas.

    :param privacy: name the subject by themselves: "privacy".
    :param weak: name it beside one of `document` only: "personal data", "GDPR".
    :param document: make a document of the subject: "policy", "notice".
    :param settings: make a control of it: settings, choices, consents, requests.
    :param cookies: name another subject.
    :param terms: name other legal documents.
    :param filler: say nothing: "our", "read".
    """

    privacy: str
    document: str
    settings: str
    terms: str
    weak: str = ""
    cookies: str = ""
    filler: str = ""


# The 24 official languages of the EU, then the others.
LANGUAGES: Final[Mapping[str, Words]] = {
    "en": Words(
        privacy="privacy, data protection, data policy, data privacy, fair processing, privacypolicy",
        weak="personal data, personal information, gdpr, data use, data processing, information collection, ppolicy, privpol",
        document="policy, policies, promise, commitment, charter, notice, statement, declaration, pledge, practices, disclosure, guidelines, terms of privacy",
        settings="settings, setting, preferences, preference, choices, choice, controls, manage, options, opt out, optout, do not sell, do not share, "
        "consent, request, requests, dashboard, dsar, donotsell, my data, account, profile, unsubscribe, complaint, portal, checkup, check up",
        cookies="cookie, cookies, trackers, tracking technologies",
        terms="terms, conditions, legal, imprint, disclaimer, agreement, eula, copyright, licence, license, legal notice, tos",
        filler="our, your, the, and, website, site, web, online, read, see, view, full, here, about, more, this, please, general, global, customer, "
        "user, users, corporate, company, group, information, review, updated, current, latest, data, accept, agree, have, learn, inc, ltd, llc",
    ),
    "bg": Words(
        privacy="поверителност, лични данни, личните данни, личните ви данни, личен живот, неприкосновеност, защита на данните, "
        "poveritelnost, lichni danni, lichnite danni, zashtita na dannite",
        document="политика, декларация, известие, правила, уведомление, информация за, politika, deklaratsia",
        settings="настройки, предпочитания, управление на, съгласие, nastroyki",
        cookies="бисквитки, biskvitki, кукита",
        terms="общи условия, условия за, условия, правна информация, импресум, obshti usloviya",
        filler="zashtita, нашата, сайта, защита на, прочетете, обработка на",
    ),
    "cs": Words(
        privacy="ochrana osobních údajů, ochrany osobních údajů, ochraně osobních údajů, zpracování osobních údajů, zpracováním osobních údajů, "
        "osobní údaje, osobních údajů, soukromí, ochrana údajů, ochrana dat, zpracování údajů",
        document="zásady, prohlášení, informace o, podmínky ochrany, podmínky zpracování, podmínky soukromí, oznámení, pravidla, poučení",
        settings="nastavení, předvolby, souhlas, spravovat, správa, volby",
        cookies="soubory cookie, souborů cookie, cookies",
        terms="obchodní podmínky, obchodních podmínek, podmínky použití, podmínky užití, podmínky užívání, všeobecné podmínky, právní informace, "
        "provozovatel, tiráž, reklamační",
        filler="naše, ochrana, ochrany, osobních, podmínky, přečtěte, web, webu",
    ),
    "da": Words(
        privacy="privatliv, persondata, databeskyttelse, beskyttelse af personoplysninger, beskyttelse af personlige oplysninger, "
        "behandling af personoplysninger, personoplysninger, beskyttelse af persondata, beskyttelse af data",
        weak="fortrolighed, personlige oplysninger",
        document="politik, erklæring, meddelelse, oplysninger om, regler",
        settings="indstillinger, præferencer, samtykke, administrer, valg",
        terms="handelsbetingelser, betingelser, vilkår, kolofon, juridisk, ansvarsfraskrivelse",
        filler="vores, beskyttelse, behandling af, læs, dine, hjemmeside",
    ),
    "de": Words(
        privacy="datenschutz, daten schutz, privatsphäre, personenbezogene daten, personenbezogener daten, schutz ihrer daten, privatsfäre",
        weak="dsgvo, ds gvo, ndsg, daten verarbeitung, datenverarbeitung",
        document="erklärung, hinweis, bestimmung, richtlinie, information, ordnung, grundsätze, politik, mitteilung, bedingungen für datenschutz",
        settings="einstellung, präferenzen, einwilligung, zustimmung, verwalten, auswahl, widerruf, anpassen, optionen",
        terms="geschäftsbedingungen, nutzungsbedingungen, agb, agbs, impressum, rechtliche, rechtliches, anbieterkennzeichnung, haftungsausschluss, "
        "nutzungshinweise, widerrufsbelehrung, teilnahmebedingungen, allgemeine geschäfts",
        filler="gmbh, schutz, verarbeitung, unsere, unserer, zum, zur, der, die, lesen, mehr, über, website, webseite, siehe, für, im internet, hier, allgemeine",
    ),
    "el": Words(
        privacy="απόρρητο, απορρήτου, προσωπικών δεδομένων, προσωπικά δεδομένα, προσωπικά σας δεδομένα, ιδιωτικότητα, ιδιωτικότητας, ιδιωτικού, "
        "προστασία δεδομένων, προστασίας δεδομένων, προστασία των δεδομένων, aporrito, aporhtou, aporrhto, aporritou, prosopika dedomena, prosopikon dedomenon, prostasia dedomenon, "
        "prostasias dedomenon",
        document="πολιτική, δήλωση, ειδοποίηση, γνωστοποίηση, ενημέρωση, κανόνες, politiki, dilosi",
        settings="ρυθμίσεις, προτιμήσεις, διαχείριση, συγκατάθεση, επιλογές, rythmiseis",
        terms="όροι, όρους, όρων, νομική σημείωση, νομικές πληροφορίες, oroi xrisis, oroi chrisis",
        filler="prostasia, prostasias, oroi, epexergasia, μας, προστασία, προστασίας, επεξεργασία, επεξεργασίας",
    ),
    "es": Words(
        privacy="privacidad, protección de datos, protección de sus datos, protección de los datos, tratamiento de datos personales, tratamiento de los datos personales, proteccion datos",
        weak="datos personales, tratamiento de datos, tratamiento de los datos, confidencialidad, rgpd, lopd, lopdgdd",
        document="política, políticas, aviso, declaración, normativa, normas, nota",
        settings="configuración, configurar, ajustes, preferencias, opciones, gestionar, administrar, consentimiento, no vender, derechos arco",
        cookies="galletas",
        terms="términos, condiciones, aviso legal, legales, contrato, condicions",
        filler="nuestra, personales, carácter personal, protección, consulta, sitio, web, leer, ver, más, conoce, tratamiento, integral, uso de",
    ),
    "et": Words(
        privacy="privaatsus, andmekaitse, isikuandme",
        document="poliitika, põhimõtted, teade, avaldus, tingimused, teatis, töötlemine, kaitse, reeglid, eeskiri",
        settings="seaded, sätted, eelistused, nõusolek, halda, valikud",
        cookies="küpsis",
        terms="kasutustingimus, müügitingimus, üldtingimus, ostutingimus, õigusteave, impressum",
        filler="meie, loe",
    ),
    "fi": Words(
        privacy="tietosuoja, yksityisyys, yksityisyyden, henkilötieto, henkilötietojen, rekisteriseloste, yksityisyydensuoja",
        document="seloste, käytäntö, käytännö, lauseke, ilmoitus, periaatteet, lausunto, tiedote, informaatio, käsittely, suoja",
        settings="asetukset, asetuksia, valinnat, suostumus, hallinta, hallitse, mieltymykset",
        cookies="eväste",
        terms="käyttöehdot, käyttöehto, sopimusehdot, toimitusehdot, tilausehdot, ehdot, oikeudellinen",
        filler="käsittely, suoja, meidän, lue, verkkosivu",
    ),
    "fr": Words(
        privacy="confidentialité, vie privée, données personnelles, données à caractère personnel, données personelles, protection des données, protection de vos données, "
        "protection données, traitement des données personnelles, traitement des données à caractère personnel, protection de la vie privée, protection des renseignements personnels, renseignements personnels, confidentialite des donnees",
        weak="rgpd, traitement des données, utilisation des données, confidentialit",
        document="politique, politiques, charte, déclaration, avis, énoncé, notice, règles, engagement, clause, mention",
        settings="paramètres, paramétrer, préférences, gérer, gestion des cookies, gestion du, consentement, choix, réglages, options, ne pas vendre, exercer",
        cookies="traceurs, témoins, témoins de connexion",
        terms="conditions générales, conditions d'utilisation, conditions de vente, conditions, cgu, cgv, mentions légales, informations légales, contrat, modalités",
        filler="personnelles, personnel, respect, gestion, protection, traitement, notre, nos, vos, voir, lire, consulter, consultez, site, plus, découvrir, internet, générale, relative, relatives",
    ),
    "ga": Words(
        privacy="príobháideach, príobháid, cosaint sonraí, cosanta sonraí, sonraí pearsanta",
        document="polasaí, beartas, ráiteas, fógra",
        settings="socruithe, roghanna, toiliú, bainistigh",
        cookies="fianáin, fianán",
        terms="téarmaí, coinníollacha, dlíthiúil, séanadh",
        filler="ár, léigh",
    ),
    "hr": Words(
        privacy="privatnost, zaštita podataka, zaštiti podataka, zaštite podataka, zaštita osobnih podataka, osobnih podataka, osobni podaci, zaštiti osobnih",
        document="politika, pravila, izjava, obavijest, pravilnik",
        settings="postavke, postavki, upravljanje, upravljaj, privola, pristanak, odabir",
        cookies="kolačić",
        terms="uvjeti, uvjeta, opći uvjeti, pravne napomene, pravne informacije, impresum",
        filler="naša, obrada, osobnih, pročitajte, zaštita, zaštiti",
    ),
    "hu": Words(
        privacy="adatvédel, adatkezel",
        weak="személyes adat",
        document="nyilatkozat, tájékoztató, szabályzat, irányelv, politika, elvek, védelme, közlemény",
        settings="beállítás, preferenciák, hozzájárulás, kezelése, lehetőségek",
        cookies="süti, sütik, cookie",
        terms="felhasználási feltétel, szerződési feltétel, vásárlási feltétel, ászf, általános feltételek, feltételek, impresszum, jogi nyilatkozat",
        filler="honlap, védelme, oldal, olvassa",
    ),
    "it": Words(
        privacy="privacy, protezione dei dati, protezione dati, riservatezza, tutela dei dati, trattamento dei dati personali, trattamento dati personali",
        weak="dati personali, trattamento dei dati, trattamento dati",
        document="informativa, politica, dichiarazione, avviso, norme, tutela, nota, regole",
        settings="impostazioni, preferenze, gestisci, gestione, consenso, scelte, revoca",
        terms="termini, condizioni, contratto, note legali, informazioni legali, avvertenze legali",
        filler="nostra, personali, protezione, sulla, della, leggi, sito, completa, relativa",
    ),
    "lt": Words(
        privacy="privatum, asmens duomen, duomenų apsaug",
        document="politika, pranešimas, pareiškimas, taisyklės, nuostatos, apsauga, tvarkymas",
        settings="nustatymai, parinktys, sutikimas, tvarkyti sutikim, pasirinkimai",
        cookies="slapuk",
        terms="sąlygos, sąlygų, naudojimo taisyklės, pirkimo taisyklės, teisinė informacija",
        filler="mūsų, duomenų, apsauga, tvarkymas, skaitykite",
    ),
    "lv": Words(
        privacy="privātum, personas dat, datu aizsardzīb, konfidencialitāt, personīgo datu",
        document="politika, paziņojums, noteikumi par privātumu, deklarācija, apstrāde, aizsardzība",
        settings="iestatījumi, preferences, piekrišana, pārvaldīt, izvēles",
        cookies="sīkdat, sīkfail",
        terms="lietošanas noteikumi, noteikumi, nosacījumi, juridiskā informācija",
        filler="mūsu, datu, aizsardzība, apstrāde, lasīt",
    ),
    "mt": Words(
        privacy="privatezza, protezzjoni tad-data, data personali, protezzjoni tad data, protezzjoni tad-dejta",
        document="politika, stqarrija, avviż, dikjarazzjoni, dwar il",
        settings="settings, preferenzi, kunsens, immaniġġja, għażliet",
        terms="termini, kundizzjonijiet, avviż legali",
        filler="tagħna, aqra",
    ),
    "nl": Words(
        privacy="privacy, gegevensbescherming, persoonsgegevens, bescherming van gegevens",
        weak="avg, persoonlijke gegevens",
        document="beleid, verklaring, informatie, reglement, kennisgeving, mededeling, statement, bescherming, verwerking, bepalingen",
        settings="instellingen, instelling, voorkeuren, toestemming, beheren, keuzes, aanpassen",
        terms="algemene voorwaarden, gebruiksvoorwaarden, voorwaarden, colofon, juridische, disclaimer, leveringsvoorwaarden",
        filler="onze, bescherming, verwerking, lees, bekijk, het, van, een",
    ),
    "pl": Words(
        privacy="prywatnoś, ochrona danych, ochrony danych, ochronie danych, danych osobowych, dane osobowe, przetwarzanie danych osobowych, przetwarzania danych osobowych",
        weak="rodo, przetwarzanie danych, przetwarzania danych, klauzula informacyjna, obowiązek informacyjny, poufnoś",
        document="polityka, polityki, zasady, oświadczenie, informacja o, klauzula, deklaracja",
        settings="ustawienia, ustawień, preferencje, zgoda, zgody, zarządzaj, wybór",
        cookies="ciastecz, pliki cookie, plików cookie, plikach cookie",
        terms="regulamin, warunki, nota prawna, informacje prawne",
        filler="nasza, osobowych, ochrony, przetwarzanie, ochrona, przeczytaj, serwisu",
    ),
    "pt": Words(
        privacy="privacidade, proteção de dados, protecção de dados, proteção dos dados, tratamento de dados pessoais",
        weak="dados pessoais, lgpd, tratamento de dados, confidencialidade",
        document="política, políticas, aviso, declaração, nota, normas",
        settings="configurações, definições, preferências, gerir, gerenciar, opções, escolhas, consentimento, não vender",
        terms="termos, condições, contrato, aviso legal, informações legais",
        filler="nossa, pessoais, proteção, leia, saiba, mais, tratamento",
    ),
    "ro": Words(
        privacy="confidențialitate, protecția datelor, datelor cu caracter personal, date cu caracter personal, datelor personale, "
        "prelucrarea datelor personale, prelucrarea datelor cu caracter personal, protecție a datelor, prelucrare a datelor, viața privată, confidentialitatea datelor",
        weak="date personale, prelucrarea datelor",
        document="politica, politică, declarație, notificare, notă de informare, nota de informare, informare, notă",
        settings="setări, preferințe, consimțământ, gestionare, gestionați, opțiuni",
        terms="termeni, condiții, informații legale, notă legală",
        filler="noastră, personale, caracter personal, citește, prelucrarea, protecția",
    ),
    "sk": Words(
        privacy="ochrana osobných údajov, ochrany osobných údajov, ochrane osobných údajov, spracúvanie osobných údajov, spracovanie osobných údajov, "
        "osobné údaje, osobných údajov, súkromi, ochrana údajov",
        document="zásady, vyhlásenie, informácie o, podmienky ochrany, podmienky spracúvania, oznámenie, pravidlá",
        settings="nastavenia, predvoľby, súhlas, spravovať, správa",
        cookies="súbory cookie, súborov cookie",
        terms="obchodné podmienky, obchodných podmienok, podmienky používania, všeobecné podmienky, podmienky, podmienok, právne informácie",
        filler="naše, ochrana, ochrany, osobných, prečítajte",
    ),
    "sl": Words(
        privacy="zasebnost, varstvo osebnih podatkov, varstvu osebnih podatkov, varovanje osebnih podatkov, osebnih podatkov, osebni podatki, varstvo podatkov",
        document="politika, pravilnik, izjava, obvestilo, pravila, pogoji zasebnosti",
        settings="nastavitve, nastavitev, upravljanje, soglasje, soglasja, izbira",
        cookies="piškot",
        terms="pogoji, splošni pogoji, pogoji uporabe, pravno obvestilo, kolofon",
        filler="naša, varovanje, obdelava, preberite, varstvo",
    ),
    "sv": Words(
        privacy="integritet, personuppgift, dataskydd, sekretess, behandling av personuppgifter, skydd av personuppgifter",
        document="policy, hantering, behandling, behandlar, hanterar, meddelande, information om, regler, riktlinjer, förklaring, redogörelse",
        settings="inställningar, samtycke, val, preferenser",
        cookies="kakor",
        terms="allmänna villkor, användarvillkor, köpvillkor, villkor, juridisk information",
        filler="vår, våra, läs, dina, behandling av, så, vi",
    ),
    "no": Words(
        privacy="personvern, personopplysning, beskyttelse av personopplysninger",
        document="erklaring, erklæring, policy, retningslinjer, merknad, regler",
        settings="innstillinger, samtykke, administrer, valg, preferanser",
        cookies="informasjonskapsler",
        terms="vilkår, betingelser, brukervilkår, kjøpsvilkår, salgsbetingelser, juridisk",
        filler="vår, våre, les, beskyttelse, behandling av",
    ),
    "tr": Words(
        privacy="gizlilik, kişisel veri, mahremiyet",
        weak="aydınlatma, kvkk",
        document="politika, politikası, politikamız, bildirimi, beyanı, sözleşmesi, metni, ilkeleri, ilkesi, korunması, işlenmesi",
        settings="ayarları, ayarlar, tercihleri, tercihler, seçenekler, rıza, rızası, yönet, başvuru formu",
        cookies="çerez",
        terms="kullanım koşulları, kullanım şartları, hizmet şartları, koşullar, koşulları, şartlar, üyelik sözleşmesi, satış sözleşmesi, yasal uyarı, künye",
        filler="bizim, oku, verilerin, verilerinizin",
    ),
    "uk": Words(
        privacy="конфіденційн, приватн, захист даних, захист інформації, персональних даних, персональні дані, особисті дані, особистих даних, конфиденційн, konfidentsiin, konfidenciyn, konfidentsiyn, konfidencijn, "
        "privatnist, personalnih danih, personalnykh danykh",
        document="polityka, політика, правила, положення, повідомлення, заява, угода про, захист, обробка, polityka",
        settings="налаштування, параметри, згода, керування, керувати, уподобання",
        cookies="файли cookie, файлів cookie, куки, кукі",
        terms="умови, угода користувача, користувацька угода, оферта, правила користування, правова інформація",
        filler="захист, обробка, наша, читати, сайту",
    ),
    "ru": Words(
        privacy="конфиденциальност, персональных данных, персональные данные, персональными данными, приватност, личных данных, личные данные, защита данных, защита информации, персональной информации, персональная информация, "
        "konfidentsialnost, konfidencialnost, konfidentcialnost, konfidenczialnost, personalnyh dannyh, personalnykh dannykh, personalnye dannye, privatnost",
        weak="обработки данных, обработка данных",
        document="политика, политике, положение, соглашение о, заявление, уведомление, правила, обработк, защит, politika, polozhenie",
        settings="настройки, параметры, согласие, согласии, управление, предпочтения, soglasie, nastroyki",
        cookies="куки, файлы cookie, файлов cookie",
        terms="условия, пользовательское соглашение, оферта, правила пользования, договор, правовая информация, usloviya, oferta",
        filler="защита, обработка, личных, наша, читать, сайта, отношении",
    ),
    "ar": Words(
        privacy="khususia, khususiya, khososia, khusousia, khsosia, khosusiya, خصوصية, الخصوصيه, خصوصيه, حماية البيانات, السرية, سرية المعلومات",
        weak="البيانات الشخصية, بيانات شخصية, المعلومات الشخصية",
        document="siyasat, سياسة, سياسه, بيان, إشعار, إعلان, اتفاقية, قواعد",
        settings="إعدادات, اعدادات, تفضيلات, إدارة, خيارات, موافقة, الموافقة",
        cookies="ملفات تعريف الارتباط, ملفات الارتباط, الكوكيز, كوكيز",
        terms="شروط, الشروط, الأحكام, وأحكام, اتفاقية الاستخدام, إخلاء المسؤولية, بيانات الناشر",
        filler="الشخصية, حماية, معالجة, لدينا, الخاصة, بنا, اقرأ, موقع",
    ),
    "he": Words(
        privacy="פרטיות, הגנת מידע, הגנה על מידע, pratiut, pratiyut",
        weak="מידע אישי",
        document="takanon, מדיניות, הצהרת, הודעת, תקנון ה, מדניות",
        settings="הגדרות, העדפות, ניהול, בחירות, הסכמה",
        cookies="עוגיות, קוקיז",
        terms="תנאי, תקנון, תנאים, הבהרה משפטית, מידע משפטי",
        filler="הגנת, הגנה, הגנה על, שימוש, שלנו, קראו, האתר",
    ),
    "hi": Words(
        privacy="गोपनीयता, निजता, प्राइवेसी, डेटा सुरक्षा, gopniyata, gopaniyata",
        weak="व्यक्तिगत डेटा",
        document="niti, नीति, पॉलिसी, सूचना, विवरण, कथन, नोटिस",
        settings="सेटिंग, प्राथमिकता, विकल्प, सहमति, प्रबंधित",
        cookies="कुकी, कुकीज़",
        terms="नियम, शर्तें, शर्त, अस्वीकरण, कानूनी",
        filler="हमारी, पढ़ें, की, एवं, और",
    ),
    "zh": Words(
        privacy="隐私, 隱私, 私隱, 私隐, 个人信息保护, 个人信息处理, 個人資料保護, 個人資料收集, 個資, 隐私条款, 隐私协议, 隱私條款, 私隱條款, 隐私权, 隱私權, 数据保护, yinsi, ysxy",
        weak="个人资料, 個人資料, 个人信息",
        document="zhengce, shengming, 政策, 声明, 聲明, 权, 權, 保护, 保護, 通知, 告知, 指引, 规则, 規則, 说明, 公告, 方針, 方针",
        settings="设置, 設定, 设定, 偏好, 选项, 選項, 管理, 同意, 选择, 選擇",
        cookies="曲奇",
        terms="条款, 條款, 协议, 協議, 合同, 法律声明, 法律聲明, 免责声明, 免責聲明, 版权",
        filler="我们的, 我們的, 用户, 用戶, 使用者, 本站, 网站, 網站, 查看, 阅读, 与, 及, 和, 與, 的, 使用, 服务, 服務, 資訊, 信息, 我, 我们, 收集",
    ),
    "ja": Words(
        privacy="プライバシー, 個人情報, 個人データ, プライバシ, kojin joho, kojin jouhou, kojin zyouhou, kojin hogo, puraibashi",
        document="ポリシー, 保護方針, 方針, 取扱い, 取り扱い, 取扱, 取り扱, 保護, 通知, ステートメント, について, 宣言, 規約, 規程, 規定",
        settings="設定, 選択, 管理, 同意, オプション, 開示請求, 開示等",
        cookies="クッキー, クッキ",
        terms="利用規約, 規約, 約款, 特定商取引, 免責事項, 利用条件, サイトポリシー",
        filler="当社, 弊社, 当サイト, における, に関する, の, と, および, お客様, に, 基づく",
    ),
    "ko": Words(
        privacy="gaein jeongbo, gaeinjungbo, 개인정보, 프라이버시, 개인 정보, 신용정보",
        document="처리방침, 취급방침, 보호정책, 정책, 방침, 보호, 처리 방침, 취급, 안내, 고지, 선언, 처리",
        settings="설정, 환경설정, 관리, 동의, 선택, 옵션",
        cookies="쿠키",
        terms="이용약관, 약관, 법적고지, 법적 고지, 책임의 한계, 이용조건",
        filler="당사, 우리, 및, 보기, 와, 의",
    ),
    # Beyond the 34: what is cheap to have.
    "is": Words(
        privacy="persónuvernd, persónuupplýsing, friðhelgi",
        document="stefna, yfirlýsing, tilkynning",
        settings="stillingar, samþykki",
        cookies="vafrakök, fótspor",
        terms="skilmálar",
        filler="okkar, um",
    ),
    "ca": Words(
        privacy="privadesa, privacitat, protecció de dades, dades personals",
        document="política, avís",
        settings="configuració, preferències, consentiment",
        cookies="galetes",
        terms="avís legal, condicions",
        filler="nostra",
    ),
    "sr": Words(
        privacy="приватност, заштита података, личних података, подацима о личности, podataka o ličnosti, ličnih podataka",
        document="политика, правила, изјава, обавештење",
        settings="подешавања, podešavanja, сагласност, saglasnost",
        cookies="колачић",
        terms="услови, uslovi",
        filler="наша",
    ),
    "th": Words(
        privacy="ความเป็นส่วนตัว, ข้อมูลส่วนบุคคล",
        document="นโยบาย, ประกาศ, คำชี้แจง, การคุ้มครอง",
        settings="การตั้งค่า, ตัวเลือก, ความยินยอม",
        cookies="คุกกี้",
        terms="ข้อกำหนด, เงื่อนไข",
        filler="ของเรา",
    ),
    "vi": Words(
        privacy="quyền riêng tư, chính sách bảo mật, bảo mật thông tin, bảo vệ dữ liệu, dữ liệu cá nhân, riêng tư",
        document="chính sách, thông báo, tuyên bố",
        settings="cài đặt, tùy chọn, lựa chọn",
        terms="điều khoản, điều kiện",
        filler="của chúng tôi",
    ),
    "id": Words(
        privacy="privasi, perlindungan data, data pribadi",
        document="kebijakan, pemberitahuan, pernyataan, dasar, notis",
        settings="pengaturan, preferensi, pilihan, tetapan, persetujuan",
        terms="ketentuan, syarat, terma",
        filler="kami, dan",
    ),
    "fa": Words(
        privacy="حریم خصوصی, حریم شخصی",
        document="سیاست, سیاست‌های, بیانیه",
        settings="تنظیمات, ترجیحات",
        cookies="کوکی",
        terms="شرایط, قوانین",
        filler="ما, و",
    ),
}
