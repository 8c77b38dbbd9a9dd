"""The labels by which a policy dates itself, and how languages write numbers as dates. Names of months: pipelines.text.calendar.

Labels are ours, in 34 languages and more; `*` at the end allows further letters of the word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Languages that write numbers day first and never month first (CLDR's short date of every region of the language).
DAY_FIRST: Final = frozenset(
    "ar bg cs da de el es et fi fr ga he hi hr it lv mt nb nl nn no pl pt ro ru sk sl tr uk".split()
)
# Of English and Spanish and French regions, those with another order, or with both in use.
NOT_DAY_FIRST: Final = frozenset({"fr-ca", "es-us", "es-pr", "es-pa"})
MONTH_FIRST: Final = frozenset({"en", "en-us", "es-us", "es-pr", "es-pa"})  # which reading is told first

# Years of eras, as what is added to the number: Reiwa, Heisei, Minguo (Taiwan); 元 is year 1.
ERAS: Final[Mapping[str, int]] = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}

# Says "this text's last edit" by itself, wherever it stands.
UPDATED: Final = """
last updated, last update, latest update, last modified, last modification, last revised, last revision, last changed, last change, last amended, last edited,
date of update, update date, revision date, date of revision, date of last, recently updated, most recent update, date last, version date,
dernière mise à jour, date de mise à jour, dernière modification, dernière révision, date de dernière, mise à jour le, mise à jour du, à jour du, à jour au, mis à jour le, modifiée le,
zuletzt aktualisiert, zuletzt geändert, zuletzt überarbeitet, letzte aktualisierung, letzte änderung, letzte überarbeitung, letzter stand, aktueller stand, stand der,
datum der letzten, letztes update, aktualisiert am, aktualisiert, stand, fassung vom, version vom, überarbeitet am,
última actualización, ultima revisión, última modificación, fecha de actualización, fecha de la última, actualizado, actualizada, última versión, modificado por última vez,
última atualização, data da última, última revisão, última alteração, atualizado em, atualizada em, atualizado, atualizada, data de atualização, actualizada em,
ultimo aggiornamento, ultima modifica, ultima revisione, data di aggiornamento, aggiornato al, aggiornata al, aggiornato il, aggiornata il, aggiornamento, aggiornato in data, aggiornata in data, data ultimo aggiornamento,
laatst bijgewerkt, laatst gewijzigd, laatst aangepast, laatste update, laatste wijziging, laatste aanpassing, laatst herzien, laatste versie, bijgewerkt op, versie van,
senast uppdaterad*, senast ändrad*, senast reviderad*, senaste uppdatering*, uppdaterad*, senest opdateret, sidst opdateret, senest ændret, sidst ændret, opdateret, sidste opdatering,
sist oppdatert, sist endret, siste oppdatering, oppdatert, sist revidert, viimeksi päivitetty, viimeksi muutettu, päivitetty, päivitetty viimeksi, viimeisin päivitys, viimeinen päivitys,
ostatnia aktualizacja, ostatniej aktualizacji, ostatnia modyfikacja, ostatniej modyfikacji, data aktualizacji, ostatnia zmiana, ostatniej zmiany, zaktualizowano, aktualizacja, ostatnio zaktualizowan*, ostatnio zmienion*,
poslední aktualizace, naposledy aktualizov*, poslední změna, naposledy změněn*, aktualizováno, aktualizace, posledná aktualizácia, naposledy aktualizovan*, aktualizované, posledná zmena,
utolsó frissítés*, utolsó módosítás*, utoljára frissítve, utoljára módosítva, frissítve, frissítés dátuma, legutóbbi frissítés, módosítva,
ultima actualizare, actualizat la, actualizată la, ultima modificare, data actualizării, actualizat, последна актуализация, последно актуализиран*, актуализиран*, последна промяна, последна редакция, обновен*,
τελευταία ενημέρωση, τελευταία τροποποίηση, τελευταία αναθεώρηση, ενημερώθηκε, τελευταία επικαιροποίηση, ημερομηνία ενημέρωσης, τελευταίας ενημέρωσης, τελευταίας τροποποίησης, τελευταίας αναθεώρησης,
zadnja izmjena, zadnje izmjene, posljednje izmjene, posljednja izmjena, zadnje ažuriranje, posljednje ažuriranje, ažurirano, zadnja sprememba, zadnja posodobitev, nazadnje posodobljen*, posodobljeno, zadnjič posodobljen*,
viimati uuendatud, viimati muudetud, uuendatud, viimane uuendus, pēdējo reizi atjaunin*, atjaunin*, atjaunot*, pēdējās izmaiņas, pēdējoreiz atjaunin*, paskutinį kartą atnaujint*, atnaujint*, paskutinis atnaujinimas, paskutinis pakeitimas,
aġġornat l-aħħar, l-aħħar aġġornament, aġġornat, nuashonraithe, nuashonrú is déanaí,
son güncelleme*, son güncellenme*, güncellenme tarihi, güncelleme tarihi, güncellendi, son değişiklik*, güncelleme,
последнее обновление, последнего обновления, дата обновления, обновлено, обновлена, последняя редакция, редакция от, в редакции от, последние изменения, дата последнего, актуально на,
останнє оновлення, останнього оновлення, дата оновлення, оновлено, остання редакція, редакція від, востаннє оновлен*, дата останнього,
آخر تحديث, تاريخ التحديث, تم التحديث, تم تحديث*, آخر تعديل, تاريخ آخر, עודכן, עדכון אחרון, עודכנה, תאריך עדכון, עודכן לאחרונה,
अंतिम अपडेट, अंतिम बार अपडेट, अपडेट किया गया, अंतिम संशोधन, आखिरी अपडेट, पिछला अपडेट, अद्यतन,
最終更新, 最終改定, 最終改訂, 更新日, 改定日, 改訂日, 改定, 改訂, 改正, 最后更新, 最後更新, 最近更新, 更新日期, 更新时间, 更新時間, 更新于, 更新於, 修订日期, 修訂日期, 最新修訂, 最新修订, 修订, 修訂, 版本日期, 更新,
최종 수정, 최종수정, 최종 업데이트, 마지막 업데이트, 최근 업데이트, 최종 개정, 최종개정, 개정일, 변경일, 개정, 업데이트, 수정일, 변경
"""

# May speak of other things than this text: only in a short sentence, or at the text's ends.
UPDATED_WEAKLY: Final = """
updated, update, revised, revision, modified, amended, edited, reviewed, last reviewed, version, version of, current as of, as of, dated,
mise à jour, mis à jour, révisé, révisée, modifié, modifiée, version du, version, version en date du, en date du, geändert, überarbeitet, fassung,
revisado, revisada, versión, modificado, versão, revisto, revista, versione, rev, bijgewerkt, gewijzigd, versie, ändrad, revideret, versio, wersja, verze, verzia,
verzió, versiunea, версия, версія, έκδοση, verzija, versioon, versija, sürüm, الإصدار, גרסה, संस्करण, 版本, 版, 버전
"""

EFFECTIVE: Final = """
effective, effective date, effective as of, effective from, effective on, effective since, effective starting, effective as from, date effective, in effect, in force, comes into force, takes effect,
come into effect, becomes effective, entry into force, effectivity date, applies from, applicable from, valid from, applicable as of,
entrée en vigueur, en vigueur, date d'effet, date d'entrée en vigueur, prise d'effet, applicable à compter, applicable au, applicable depuis, s'applique à compter, s’applique à compter, prend effet,
gültig ab, gültig seit, wirksam ab, in kraft, inkrafttreten, tritt in kraft, gilt ab, gilt seit, datum des inkrafttretens, gültigkeitsdatum,
fecha de entrada en vigor, entrada en vigor, en vigor, vigente desde, vigente a partir, fecha de vigencia, vigencia, fecha efectiva, en vigencia, válido desde,
data de vigência, em vigor, entrada em vigor, vigente desde, vigência, data de entrada em vigor, válida a partir, data efetiva,
in vigore, entrata in vigore, data di entrata in vigore, data di decorrenza, efficace dal, valida dal, valido dal, decorrenza,
ingangsdatum, van kracht, geldig vanaf, geldt vanaf, inwerkingtreding, ingaande, gäller från, träder i kraft, ikraftträdande*, gæld* fra, træder i kraft, ikrafttræd*, gjeld* fra, trer i kraft, ikrafttred*,
voimassa, voimaantulo*, alkaen, tulee voimaan, obowiązuje od, obowiązująca od, wejścia w życie, wchodzi w życie, w życie, data wejścia w życie,
účinnost*, účinné od, platnost* od, platné od, účinná od, platí od, nadobúda účinnosť, hatályos*, hatálybalépés*, hatályba lép*, érvényes*, intră în vigoare, valabil din, data intrării în vigoare, în vigoare,
в сила от, влиза в сила, валидн* от, ισχύει από, έναρξη ισχύος, ημερομηνία έναρξης, σε ισχύ, τίθεται σε ισχύ, na snazi, stupa na snagu, vrijedi od, primjenjuje se od, velja od, veljavnost, v veljavi, začne veljati,
jõustu*, kehtib alates, kehtiv alates, spēkā no, stājas spēkā, spēkā, įsigalio*, galioja nuo, fis-seħħ, i bhfeidhm, dáta éifeachtach, yürürlük*, yürürlüğe, geçerlilik tarihi,
вступает в силу, вступления в силу, вступила в силу, действует с, действительна с, дата вступления, набирає чинності, набуває чинності, набрання чинності, набула чинності, чинна з, діє з,
تاريخ السريان, تاريخ النفاذ, ساري* اعتبارا من, يسري اعتبارا من, سارية المفعول, تاريخ سريان*, تاريخ الدخول حيز, في תוקף, בתוקף, תאריך תחילה, נכנס לתוקף, תאריך כניסה לתוקף, प्रभावी, प्रभावी तिथि, लागू,
施行, 施行日, 発効日, 効力発生日, 適用開始日, 実施日, 実施, 適用, 生效日期, 生效日, 生效时间, 生效時間, 生效, 施行日期, 实施日期, 시행일자, 시행일, 시행, 적용일, 발효일, 적용
"""

PUBLISHED: Final = """
published, posted, issued, issue date, date of issue, date posted, date of publication, publication date, release date, released, first published, created, adopted,
publié*, date de publication, publication, veröffentlicht, veröffentlichungsdatum, erstellt am, publicado, publicada, fecha de publicación, data de publicação,
pubblicato, pubblicata, data di pubblicazione, gepubliceerd, publicatiedatum, publicerad*, offentliggjort, publisert, julkaistu, laadittu, opublikowano, data publikacji, zveřejněno,
publikováno, zverejnené, közzététel*, közzétéve, publicat, публикуван*, δημοσιεύθηκε, δημοσιεύτηκε, objavljeno, avaldatud, publicēt*, paskelbta, yayınlanma tarihi, yayın tarihi, yayımlanma tarihi,
опубликован*, дата публикации, размещен*, опубліковано, дата публікації, تاريخ النشر, نشر في, פורסם, תאריך פרסום, प्रकाशित, 制定日, 制定, 策定日, 策定, 公表日, 公開日, 掲載日, 発行日, 发布日期, 發布日期, 发布时间, 发布, 發布, 公布, 發佈, 制定日期, 공고일, 공고, 제정일, 제정, 게시일
"""

# The date of another version than this one.
OTHER: Final = """
previous, previously, prior, prior version, previous version, earlier version, archived, superseded, supersedes, replaces, replaced, until, before, expired, through,
précédent*, précédente, précédemment, ancienne version, jusqu'au, avant le, remplace, bis zum, bis, vorherige*, vorige*, frühere*, archiv, ersetzt,
anterior, anteriores, hasta el, hasta, até, precedent*, fino al, tot, vorige, eerdere, tidigare, föregående, tidligere, forrige, aiempi, edellinen, poprzedni*, do dnia, předchozí, predchádzajúc*,
korábbi, előző, anterioară, предишн*, προηγούμεν*, prethodn*, prejšnj*, eelmi*, iepriekšēj*, ankstesn*, önceki, предыдущ*, предыдущая, попередн*, السابق*, הקודמת, הקודם, पिछला, 旧, 以前, 之前, 이전
"""

# What else is in force since a date: a law. Its date is not the policy's.
LAWS: Final = """
act, law, laws, regulation, regulations, directive, decree, gdpr, ccpa, cpra, coppa, statute, code, rgpd, loi, règlement, décret, ordonnance, dsgvo, gesetz, verordnung, richtlinie, bdsg,
ley, reglamento, real decreto, decreto, lei, lgpd, regulamento, legge, regolamento, d.lgs, avg, wet, verordening, lag, lagen, förordning*, lov, loven, forordning*, laki, asetus*, lain, ustaw*, rozporządzeni*,
zákon*, nařízení, nariadeni*, törvény*, rendelet*, legea, legii, regulamentul*, закон*, регламент*, νόμο*, κανονισμ*, zakon*, uredb*, seadus*, määrus*, likum*, regul*, įstatym*, reglament*, kanun*, kvkk, yönetmeli*,
القانون, חוק, अधिनियम, 法律, 条例, 條例, 保护法, 保護法, 법률
"""
