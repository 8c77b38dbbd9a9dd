"""What stands beside a privacy policy's name and makes it another's: lists of words in all languages at once, no code.

Compared as those of policy_words, but whole words up to six letters: they are not of the subject, and footers mix languages.
"""

from __future__ import annotations

from typing import Final

# What a candidate is, by words beside the subject; in all languages at once, since footers mix them.
CHILDREN: Final = (
    "child, children, childrens, kids, kid, teen, teens, minors, coppa, kinder, kindern, jugendliche, enfants, mineurs, niños, menores, crianças, "
    "bambini, minori, kinderen, børn, barns, barn, lapset, lasten, lapsia, dzieci, dětí, deti, detí, djeca, djece, otrok, gyermek, copii, copiilor, деца, децата, "
    "детей, дети, дітей, παιδιά, παιδιών, laste, lastele, vaikų, bērnu, bērniem, tfal, leanaí, çocuk, أطفال, الأطفال, ילדים, बच्चों, 儿童, 兒童, 未成年, 子ども, "
    "子供, お子様, 어린이, 아동"
)
APPLICANTS: Final = (
    "applicant, applicants, candidate, candidates, recruiting, recruitment, recruit, job, jobs, careers, career, employment, employee, employees, staff, "
    "workforce, bewerber, bewerbung, mitarbeiter, karriere, candidats, candidat, recrutement, candidatos, candidaturas, empleo, empleados, candidati, "
    "lavora con noi, sollicitanten, sollicitant, sollicitatie, jobansøger, ansøgere, jobbsøkere, arbetssökande, jobbsökande, rekrytering, rekrytointi, "
    "työnhakija, kandydat, kandydaci, rekrutacja, rekrutacji, uchazeč, uchádzač, kandidat, kandidate, álláspályáz, pályázók, angajare, candidații, кандидати, "
    "соискател, кандидат, υποψηφί, βιογραφικ, kandideerija, kandidatų, pretendent, kandidati, iarrthóir, çalışan aday, iş başvuru, متقدمين, الوظائف, מועמדים, דרושים, आवेदक, "
    "应聘, 招聘, 求职, 求職, 應徵, 採用, 応募, 채용, 지원자, 입사"
)
REGIONAL: Final = (
    "california, californian, ccpa, cpra, virginia, colorado, connecticut, utah, nevada, texas, washington, vermont, us state, state privacy, u s, usa, "
    "residents, resident, eea, eu uk, european, europe, brazil, canada, canadian, quebec, swiss, switzerland, china, india, australia, new zealand, "
    "south africa, consumer health, region, kalifornien, californie, kalifornia, калифорни, カリフォルニア, 加州, "
    "캘리포니아, كاليفورنيا, jurisdiction, country specific, shine the light, notice at collection"
)
PRODUCT: Final = (
    "app, apps, mobile app, api, b2b, business, businesses, enterprise, developer, developers, cloud, software, product, products, plugin, extension, supplier, suppliers, "
    "vendor, vendors, partner, partners, investor, investors, shareholders, event, events, webinar, webinars, whistleblower, hinweisgeber, patient, patients, "
    "hipaa, video surveillance, videosurveillance, cctv, videoüberwachung, videoovervågning, lieferanten, lieferant, geschäftspartner, fournisseurs, proveedores, "
    "fornitori, fornecedores, leveranciers, leverandører, leverantörer, toimittajat, dostawc, dodavatel, facebook, instagram, linkedin, youtube, whatsapp, tiktok, "
    "fanpage, social media, sozialen medien, réseaux sociaux, redes sociales, newsletter, gewinnspiel, sweepstakes, live, アプリ, 应用, 應用程式, 앱"
)
OLDER: Final = (
    "previous, prior, former, older, old, archive, archived, archives, archiv, history, historical, superseded, earlier, past versions, version history, "
    "frühere, ältere, alte fassung, anciennes, ancienne, précédente, précédentes, versions antérieures, anteriores, anterior, precedenti, precedente, "
    "eerdere, vorige, oudere, tidligere, tidigare, aiemmat, aiempi, poprzedni, poprzednia, archiwaln, archiwum, předchozí, starší, predchádzajúc, predošl, korábbi, "
    "anterioare, prejšnj, prethodn, ankstesn, iepriekšēj, varasem, предишн, προηγούμεν, предыдущ, архив, архив, попередн, önceki, arşiv, السابقة, קודמות, पिछले, "
    "历史版本, 旧版, 歷史版本, 舊版, 過去, 过去, 이전"
)
PRINT: Final = (
    "print, printable, printer, printer friendly, printversion, download, drucken, druckversion, herunterladen, imprimer, télécharger, imprimir, descargar, "
    "stampa, scarica, afdrukken, downloaden, udskriv, skriv ut, tulosta, drukuj, pobierz, vytisknout, stáhnout, nyomtatás, letöltés, печать, распечатать, скачать, "
    "друк, yazdır, indir, طباعة, הדפסה, 打印, 列印, 下载, 下載, 印刷, 인쇄, 다운로드"
)
HUB: Final = (
    "center, centre, hub, trust center, zentrum, center, centro, centrum, keskus, centralen, senter, centrál, központ, κέντρο, центр, център, "
    "merkezi, مركز, מרכז, केंद्र, 中心, センター, 센터, overview, übersicht, resources"
)
# About privacy, and no policy: news, advice, goods, and people; also security, which is another page.
TALK: Final = (
    "wie, comment, cómo, como, come, hoe, jak, hvordan, hur, miten, näin, sådan, slik, как, як, πώς, nasıl, hogyan, cum, kako, kuidas, kaip, conas, كيف, איך, कैसे, "
    "如何, 怎么, 怎樣, 方法, 방법, blog, blogs, news, newsroom, press, article, articles, tips, guide, how, why, what, when, whitepaper, podcast, report, research, story, stories, basics, bases, "
    "updates, update, changes, change, explained, announcing, introducing, template, templates, sample, example, checklist, framework, seal, certified, "
    "certification, matters, week, day, course, training, webinar, faq, faqs, help, support, principles, safety, screen, screens, filter, glass, fence, "
    "browser, mode, shield, engineering, engineer, law, laws, lawyer, act, officer, tools, tool, generator, solutions, software, expert, "
    "beauftragte, aktuelles, ratgeber, nachrichten, tipps, sichtschutz, actualités, actualité, conseils, délégué, guide, noticias, consejos, "
    "notícias, dicas, encarregado, notizie, consigli, responsabile, nieuws, nyheder, nyheter, uutiset, "
    "aktualności, inspektor, zprávy, pověřenec, správy, hírek, știri, siguranță, vijesti, novosti, "
    "novice, naujienos, ziņas, jaunumi, uudised, aħbarijiet, nuacht, новини, новости, νέα, "
    "haberler, haber, أخبار, مقالات, חדשות, מאמרים, समाचार, 新闻, 新聞, 资讯, ニュース, お知らせ, コラム, "
    "뉴스, 소식, 블로그"
)
# Sections of a site that hold news, whatever the page in them is called.
NEWS: Final = (
    "wie, comment, cómo, como, come, hoe, jak, hvordan, hur, miten, näin, sådan, slik, как, як, πώς, nasıl, hogyan, cum, kako, kuidas, kaip, conas, كيف, איך, कैसे, "
    "如何, 怎么, 怎樣, 方法, 방법, blog, blogs, news, newsroom, press, press releases, stories, magazine, podcast, podcasts, insights, events, webinars, community, forum, forums, jobs, tag, tags, "
    "aktuelles, nachrichten, magazin, presse, actualités, actualites, noticias, notícias, notizie, nieuws, nyheder, nyheter, uutiset, aktualnosci, "
    "zpravy, spravy, hirek, stiri, vijesti, novice, naujienos, jaunumi, uudised, novini, novosti, haberler, 新闻, 新聞, ニュース, 뉴스, أخبار, חדשות"
)
# "Privacy & Security" is the policy in the shops of the 2000s, and a page of its own elsewhere.
SECURITY: Final = (
    "security, secure, sicherheit, sécurité, seguridad, segurança, sicurezza, veiligheid, sikkerhed, sikkerhet, säkerhet, tietoturva, bezpieczeństw, "
    "bezpečnost, bezpečnosť, biztonság, securitate, sigurnost, varnost, saugumas, drošība, turvalisus, slándáil, безопасност, безпека, ασφάλεια, güvenlik, "
    "الأمان, אבטחה, सुरक्षा, 安全, セキュリティ, 보안"
)
# Who speaks: by one of them a sentence tells that the linked policy is the speaker's own.
OURS: Final = (
    "our, unsere, unserer, unseren, notre, nos, nuestra, nuestro, nossa, nosso, nostra, nostro, onze, ons, vår, vårt, våra, våre, vores, meidän, nasza, naszą, naszej, "
    "naše, naší, našich, naša, našu, našimi, naš, našo, noastră, adatvédelmi tájékoztatónk, нашата, наша, нашу, нашей, нашою, нашої, μας, meie, mūsų, mūsu, tagħna, ár, "
    "bizim, politikamız, لدينا, בנו, שלנו, हमारी, 我们的, 我們的, 本公司, 当社, 弊社, 당사"
)
