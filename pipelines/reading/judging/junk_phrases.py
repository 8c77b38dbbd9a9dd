"""What pages say that stand in the place of a document: tables of reason -> language -> phrases.

A phrase is compared without case and accents. "=…" is a whole block or title ("=404"); "*" stands for up to 40
characters of the same block. Phrases are those of servers, proxies, shop and blog software in general use and of
common templates (nginx, Apache, Cloudflare, Akamai, WordPress, Shopify, the IAB's consent texts), in their
translations; none is one site's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipelines.model import Junk

if TYPE_CHECKING:
    from collections.abc import Mapping

# In this order: a bot check may ask for JavaScript.
PHRASES: Final[Mapping[Junk, Mapping[str, tuple[str, ...]]]] = {
    Junk.BOT_CHECK: {
        "en": (
            "just a moment", "checking your browser", "verify you are human", "verify you are a human", "verify that you are a human",
            "verifying you are human", "verify that you are human", "are you a human", "are you a robot", "are you human", "not a robot", "not a bot",
            "enable javascript and cookies to continue", "unusual traffic", "attention required", "ddos protection by",
            "complete the security check", "complete the captcha", "security check to access", "pardon our interruption",
            "you have been blocked", "request unsuccessful. incapsula", "bot verification", "human verification", "browser verification",
            "checking if the site connection is secure", "verifying your connection", "performing security verification",
            "solve this puzzle", "press & hold", "robot check",
        ),
        "bg": ("проверка на сигурността", "потвърдете, че сте човек", "не съм робот"),
        "cs": ("ověřte, že jste člověk", "ověření, že nejste robot", "nejsem robot", "kontrola vašeho prohlížeče", "bezpečnostní kontrola"),
        "da": ("bekræft, at du er et menneske", "jeg er ikke en robot", "kontrollerer din browser", "et øjeblik"),
        "de": ("ein moment bitte", "nur einen moment", "bestätigen sie, dass sie ein mensch sind", "kein roboter", "ihr browser wird überprüft", "überprüfung ihres browsers", "sicherheitsüberprüfung", "ungewöhnlichen datenverkehr"),
        "el": ("επαληθεύστε ότι είστε άνθρωπος", "δεν είμαι ρομπότ", "έλεγχος ασφαλείας"),
        "es": ("un momento, por favor", "verifique que es humano", "verifica que eres humano", "verificar que usted es un ser humano", "no soy un robot", "comprobando su navegador", "verificación de seguridad", "tráfico inusual"),
        "et": ("kinnitage, et olete inimene", "ma ei ole robot", "turvakontroll"),
        "fi": ("vahvista, että olet ihminen", "en ole robotti", "turvatarkistus", "tarkistetaan selaintasi"),
        "fr": ("vérification de sécurité", "vérifiez que vous êtes humain", "vérifier que vous êtes un humain", "vous êtes un être humain", "je ne suis pas un robot", "pas un robot", "vérification de votre navigateur", "un instant", "trafic inhabituel"),
        "hr": ("potvrdite da ste čovjek", "nisam robot", "sigurnosna provjera"),
        "hu": ("erősítse meg, hogy ön ember", "nem vagyok robot", "biztonsági ellenőrzés"),
        "it": ("verifica di essere umano", "verifica che sei umano", "non sono un robot", "controllo del browser", "verifica di sicurezza", "solo un momento", "traffico insolito"),
        "lt": ("patvirtinkite, kad esate žmogus", "nesu robotas", "saugumo patikra"),
        "lv": ("apstipriniet, ka esat cilvēks", "neesmu robots", "drošības pārbaude"),
        "nl": ("een ogenblik geduld", "bevestig dat u een mens bent", "ik ben geen robot", "geen robot", "uw browser wordt gecontroleerd", "beveiligingscontrole"),
        "no": ("bekreft at du er et menneske", "ikke en robot", "sikkerhetskontroll", "et øyeblikk"),
        "pl": ("potwierdź, że jesteś człowiekiem", "nie jestem robotem", "sprawdzanie przeglądarki", "weryfikacja bezpieczeństwa", "chwileczkę"),
        "pt": ("um momento, por favor", "só um momento", "verifique se você é humano", "confirme que é humano", "não sou um robô", "não sou um robot", "verificação de segurança", "verificando seu navegador"),
        "ro": ("verificați că sunteți om", "nu sunt robot", "verificare de securitate", "un moment"),
        "sk": ("overte, že ste človek", "nie som robot", "bezpečnostná kontrola"),
        "sl": ("potrdite, da ste človek", "nisem robot", "varnostno preverjanje"),
        "sv": ("bekräfta att du är människa", "inte en robot", "kontrollerar din webbläsare", "säkerhetskontroll", "ett ögonblick"),
        "tr": ("insan olduğunuzu doğrulayın", "robot değilim", "tarayıcınız kontrol ediliyor", "güvenlik kontrolü", "bir dakika lütfen"),
        "uk": ("підтвердьте, що ви людина", "я не робот", "перевірка безпеки", "перевірка вашого браузера"),
        "ru": ("подтвердите, что вы человек", "подтвердите, что вы не робот", "я не робот", "вы не робот", "проверка вашего браузера", "проверка безопасности", "подозрительный трафик"),
        "ar": ("تحقق من أنك إنسان", "أنا لست برنامج روبوت", "لست روبوت", "التحقق من المتصفح"),
        "he": ("אמת שאתה אנושי", "אני לא רובוט", "בדיקת אבטחה"),
        "hi": ("मैं रोबोट नहीं हूं", "सत्यापित करें कि आप मानव हैं", "सुरक्षा जांच"),
        "zh": ("安全验证", "安全驗證", "请完成验证", "人机验证", "验证您是真人", "正在检查您的浏览器", "拖动滑块", "请稍候"),
        "ja": ("ロボットではありません", "人間であることを確認", "ブラウザを確認しています", "しばらくお待ちください"),
        "ko": ("로봇이 아닙니다", "사람인지 확인", "브라우저를 확인하는 중", "잠시만 기다"),
    },
    Junk.ACCESS_DENIED: {
        "en": (
            "access denied", "access to this page has been denied", "access to this page is denied", "access is denied", "you don't have permission to access",
            "you do not have permission to", "403 forbidden", "403 error", "error 403", "error 1005", "error 1006", "error 1009", "error 1010", "error 1012", "error 1015", "error 1020",
            "request blocked", "the request could not be satisfied", "not available in your country", "not available in your region",
            "unavailable for legal reasons", "you are not authorized to", "=forbidden",
        ),
        "bg": ("достъпът е отказан", "достъпът е забранен"), "cs": ("přístup odepřen", "přístup zamítnut", "nemáte oprávnění"),
        "da": ("adgang nægtet", "ingen adgang"), "de": ("zugriff verweigert", "zugriff nicht erlaubt", "zugriff wurde blockiert", "keine berechtigung", "in ihrem land nicht verfügbar", "in ihrer region nicht verfügbar"),
        "el": ("η πρόσβαση απορρίφθηκε", "δεν επιτρέπεται η πρόσβαση"), "es": ("acceso denegado", "no tiene permiso para acceder", "no está disponible en su país"),
        "et": ("juurdepääs keelatud", "ligipääs keelatud"), "fi": ("pääsy evätty", "pääsy kielletty", "käyttö estetty"),
        "fr": ("accès refusé", "accès interdit", "accès non autorisé", "vous n'êtes pas autorisé à accéder", "pas disponible dans votre pays", "pas disponible dans votre région"),
        "hr": ("pristup odbijen", "pristup zabranjen"), "hu": ("hozzáférés megtagadva",), "it": ("accesso negato", "accesso vietato", "non disponibile nel tuo paese"),
        "lt": ("prieiga uždrausta", "prieiga negalima"), "lv": ("piekļuve liegta", "pieeja liegta"), "nl": ("toegang geweigerd", "geen toegang", "niet beschikbaar in uw land"),
        "no": ("ingen tilgang", "tilgang nektet"), "pl": ("odmowa dostępu", "brak dostępu", "dostęp zabroniony", "brak uprawnień"), "pt": ("acesso negado", "acesso proibido", "não está disponível no seu país"),
        "ro": ("acces interzis", "acces refuzat"), "sk": ("prístup zamietnutý", "prístup odmietnutý"), "sl": ("dostop zavrnjen", "dostop ni dovoljen"),
        "sv": ("åtkomst nekad", "inte tillgänglig i ditt land"), "tr": ("erişim engellendi", "erişim reddedildi", "erişim izniniz yok"),
        "uk": ("доступ заборонено", "у доступі відмовлено"), "ru": ("доступ запрещен", "доступ запрещён", "доступ ограничен", "доступ закрыт"), "ar": ("تم رفض الوصول", "الوصول مرفوض", "غير مسموح بالوصول"), "he": ("הגישה נדחתה", "אין לך הרשאה"), "hi": ("पहुंच अस्वीकृत", "प्रवेश निषेध"),
        "zh": ("访问被拒绝", "拒绝访问", "禁止访问", "无权访问", "拒絕存取", "您所在的地区无法"), "ja": ("アクセスが拒否されました", "アクセス権限がありません", "お住まいの地域では"), "ko": ("접근이 거부", "액세스가 거부", "접근 권한이 없", "국가에서 사용할 수 없"),
    },
    Junk.NOT_FOUND: {
        "en": (
            "page not found", "page was not found", "page could not be found", "page cannot be found", "page is not found", "you are looking for * not found", "you requested * not found", "requested url * not found",
            "error 404", "404 error", "404 not found", "404 page", "=404", "page doesn't exist", "page does not exist", "page no longer exists",
            "page you are looking for doesn't exist", "page you are looking for does not exist", "can't be found", "can't find that page", "can't find the page", "can't find this page", "cannot find the page", "couldn't find that", "couldn't find the page",
            "couldn't find this", "couldn't find what", "can't seem to find", "no longer available", "nothing was found", "nothing found here", "page has been removed", "page may have been moved", "page has moved", "content isn't available", "page isn't available",
            "page not available", "this page is missing", "nothing was found at this location", "we've lost this page", "lost this page", "broken link",
        ),
        "bg": ("страницата не е намерена", "страницата не съществува", "страницата не беше намерена"), "cs": ("stránka nenalezena", "stránka nebyla nalezena", "stránka neexistuje", "stránku se nepodařilo najít"),
        "da": ("siden blev ikke fundet", "siden findes ikke", "siden kunne ikke findes", "kan ikke finde siden"),
        "de": ("seite nicht gefunden", "seite wurde nicht gefunden", "seite konnte nicht gefunden", "seite existiert nicht", "seite ist nicht vorhanden", "seite ist nicht mehr verfügbar", "nicht mehr verfügbar", "fehler 404", "seite gibt es nicht", "nichts gefunden"),
        "el": ("η σελίδα δεν βρέθηκε", "δεν βρέθηκε η σελίδα", "η σελίδα δεν υπάρχει", "σελίδα που αναζητάτε"), "es": ("página no encontrada", "página no existe", "no se ha encontrado", "no se encontró la página", "no encontramos la página", "página que busca", "error 404", "no pudimos encontrar"),
        "et": ("lehte ei leitud", "lehekülge ei leitud", "lehte ei ole olemas"), "fi": ("sivua ei löyty", "sivua ei ole olemassa", "hakemaasi sivua"),
        "fr": ("page introuvable", "page non trouvée", "page n'existe pas", "n'existe plus", "page demandée n'existe", "page demandée est introuvable", "page que vous * cherchez", "page que vous recherchez", "erreur 404", "n'a pas été trouvée", "page n'est plus disponible"),
        "ga": ("leathanach gan aimsiú", "níor aimsíodh an leathanach", "ní bhfuarthas an leathanach"), "hr": ("stranica nije pronađena", "stranica ne postoji"), "hu": ("az oldal nem található", "oldal nem található", "az oldal nem létezik"),
        "it": ("pagina non trovata", "pagina non esiste", "pagina richiesta non", "pagina che stai cercando", "pagina non è disponibile", "errore 404"), "lt": ("puslapis nerastas", "puslapis neegzistuoja", "tokio puslapio nėra"), "lv": ("lapa nav atrasta", "lapa netika atrasta", "šāda lapa neeksistē"), "mt": ("il-paġna ma nstabitx", "paġna ma nstabitx"),
        "nl": ("pagina niet gevonden", "pagina is niet gevonden", "pagina bestaat niet", "pagina kon niet worden gevonden", "pagina is niet beschikbaar"), "no": ("siden ble ikke funnet", "siden finnes ikke", "fant ikke siden", "finner ikke siden"),
        "pl": ("strona nie została znaleziona", "nie znaleziono strony", "strona nie istnieje", "strony nie znaleziono", "błąd 404"), "pt": ("página não encontrada", "página não existe", "página não foi encontrada", "não encontramos a página", "página que procura", "erro 404"),
        "ro": ("pagina nu a fost găsită", "pagină negăsită", "pagina nu există", "pagina căutată"), "sk": ("stránka sa nenašla", "stránka nebola nájdená", "stránka neexistuje"), "sl": ("strani ni mogoče najti", "stran ne obstaja", "stran ni bila najdena"),
        "sv": ("sidan kunde inte hittas", "sidan hittades inte", "sidan finns inte", "sidan du söker"), "tr": ("sayfa bulunamadı", "aradığınız sayfa", "sayfa mevcut değil"), "uk": ("сторінку не знайдено", "сторінка не знайдена", "сторінка не існує"),
        "ru": ("страница не найдена", "страница не существует", "такой страницы нет", "страница удалена", "ошибка 404", "запрашиваемая страница"), "ar": ("الصفحة غير موجودة", "لم يتم العثور على الصفحة", "تعذر العثور على الصفحة", "الصفحة المطلوبة"), "he": ("הדף לא נמצא", "העמוד לא נמצא", "הדף המבוקש"), "hi": ("पृष्ठ नहीं मिला", "पेज नहीं मिला"),
        "zh": ("页面不存在", "找不到", "頁面不存在", "页面未找到", "您访问的页面", "网页不存在"), "ja": ("ページが見つかりません", "ページは存在しません", "お探しのページ"), "ko": ("페이지를 찾을 수 없", "존재하지 않는 페이지", "요청하신 페이지"),
    },
    Junk.PARKED: {
        "en": (
            "domain is for sale", "domain may be for sale", "domain might be for sale", "domain name is for sale", "domain for sale", "domain is parked", "domain name is parked", "domain is available for purchase", "buy this domain", "this domain has expired", "domain name has expired",
            "this domain is registered", "domain was recently registered", "parked free", "sedoparking", "related searches", "hugedomains", "inquire about this domain", "future home of", "make an offer on this domain", "this site is coming soon", "default web page", "welcome to nginx", "apache2 * default page", "account has been suspended", "account suspended",
        ),
        "cs": ("doména je na prodej", "tato doména je k prodeji", "doména je zaparkovaná"), "da": ("domænet er til salg",), "de": ("domain steht zum verkauf", "domain zu verkaufen", "domain zum verkauf", "domain ist geparkt", "domain kaufen", "hier entsteht eine neue"),
        "el": ("το domain πωλείται", "το όνομα χώρου πωλείται"), "es": ("dominio está en venta", "dominio en venta", "comprar este dominio", "dominio estacionado"), "fi": ("verkkotunnus on myynnissä", "verkkotunnus on myytävänä"), "fr": ("domaine est à vendre", "domaine à vendre", "acheter ce domaine", "domaine est en vente", "domaine est réservé", "domaine a expiré"),
        "hu": ("a domain eladó", "domain név eladó"), "it": ("dominio è in vendita", "dominio in vendita", "acquista questo dominio", "dominio parcheggiato"), "nl": ("domein is te koop", "domeinnaam is te koop", "domeinnaam te koop"), "no": ("domenet er til salgs",), "pl": ("domena jest na sprzedaż", "domena na sprzedaż", "domena została zaparkowana"),
        "pt": ("domínio está à venda", "domínio à venda", "comprar este domínio"), "ro": ("domeniul este de vânzare", "domeniu de vânzare"), "sk": ("doména je na predaj",), "sv": ("domänen är till salu", "domänen är parkerad"), "tr": ("alan adı satılık", "domain satılık"), "uk": ("домен продається", "домен виставлено на продаж"), "ru": ("домен продается", "домен продаётся", "домен выставлен на продажу", "купить домен"),
        "ar": ("النطاق للبيع",), "zh": ("域名出售", "域名转让", "此域名", "網域出售"), "ja": ("このドメインは", "ドメインを購入"), "ko": ("도메인을 판매", "도메인 판매"),
    },
    Junk.LOG_IN: {
        "en": ("log in * password", "sign in * password", "login * password", "log in to continue", "sign in to continue", "sign in to your account", "log in to your account", "forgot password", "forgot your password", "forgotten password", "please log in", "please sign in", "you must be logged in", "create an account", "create your account", "keep me signed in", "don't have an account"),
        "bg": ("забравена парола", "вход в профила"), "cs": ("zapomenuté heslo", "zapomněli jste heslo", "přihlaste se"), "da": ("glemt adgangskode", "glemt din adgangskode", "log ind"), "de": ("passwort vergessen", "kennwort vergessen", "bitte melden sie sich an", "bitte anmelden", "angemeldet bleiben"), "el": ("ξεχάσατε τον κωδικό",), "es": ("olvidado su contraseña", "olvidaste tu contraseña", "olvidado tu contraseña", "inicie sesión", "inicia sesión"), "et": ("unustasid parooli", "logi sisse"), "fi": ("unohditko salasanan", "unohtuiko salasana", "kirjaudu sisään"),
        "fr": ("mot de passe oublié", "connectez-vous", "veuillez vous connecter", "rester connecté"), "hr": ("zaboravljena lozinka", "zaboravili ste lozinku"), "hu": ("elfelejtett jelszó", "jelentkezzen be"), "it": ("password dimenticata", "hai dimenticato la password", "accedi al tuo account"), "lt": ("pamiršote slaptažodį",), "lv": ("aizmirsi paroli", "aizmirsāt paroli"), "nl": ("wachtwoord vergeten", "log in om"), "no": ("glemt passord", "logg inn"), "pl": ("nie pamiętasz hasła", "zapomniałeś hasła", "zaloguj się"), "pt": ("esqueceu a senha", "esqueceu sua senha", "esqueceu a palavra-passe", "esqueceu-se da palavra-passe", "inicie sessão", "faça login"),
        "ro": ("ați uitat parola", "ai uitat parola", "autentificați-vă"), "sk": ("zabudnuté heslo", "zabudli ste heslo", "prihláste sa"), "sl": ("pozabljeno geslo", "ste pozabili geslo"), "sv": ("glömt lösenord", "glömt ditt lösenord", "logga in"), "tr": ("şifremi unuttum", "parolamı unuttum", "giriş yapın"), "uk": ("забули пароль", "увійдіть"), "ru": ("забыли пароль", "войдите в аккаунт", "войдите в систему", "вход в личный кабинет"), "ar": ("نسيت كلمة المرور", "هل نسيت كلمة", "تسجيل الدخول"), "he": ("שכחת סיסמה", "שכחתי סיסמה", "התחבר"), "hi": ("पासवर्ड भूल गए", "लॉग इन करें"), "zh": ("忘记密码", "忘記密碼", "请登录", "登录您的"), "ja": ("パスワードを忘れ", "パスワードをお忘れ", "ログインしてください"), "ko": ("비밀번호를 잊", "비밀번호 찾기", "로그인하세요"),
    },
    Junk.MAINTENANCE: {
        "en": (
            "under maintenance", "down for maintenance", "scheduled maintenance", "undergoing maintenance", "maintenance mode", "under construction", "temporarily unavailable", "temporarily down", "temporarily out of service", "service unavailable", "internal server error", "bad gateway", "gateway timeout", "gateway time-out",
            "500 error", "error 500", "502 error", "error 502", "503 error", "error 503", "504 error", "error 504", "error 520", "error 521", "error 522", "be right back", "back soon", "something went wrong", "an error has occurred", "an error occurred", "application error", "unexpected error", "database error", "database connection error", "error establishing a database", "fatal error", "over quota", "bandwidth limit exceeded", "site can't be reached", "technical difficulties", "technical problems", "too many requests",
        ),
        "bg": ("в процес на поддръжка", "временно недостъпен", "сайтът е в профилактика"), "cs": ("probíhá údržba", "dočasně nedostupn", "stránky jsou v údržbě", "něco se pokazilo"), "da": ("under vedligeholdelse", "midlertidigt utilgængelig", "vedligeholdelse", "noget gik galt"),
        "de": ("wartungsarbeiten", "wartungsmodus", "vorübergehend nicht erreichbar", "vorübergehend nicht verfügbar", "derzeit nicht erreichbar", "ein fehler ist aufgetreten", "interner serverfehler", "etwas ist schiefgelaufen", "gleich wieder da", "technische störung"), "el": ("υπό συντήρηση", "εργασίες συντήρησης", "προσωρινά μη διαθέσιμ", "κάτι πήγε στραβά"), "es": ("en mantenimiento", "temporalmente fuera de servicio", "temporalmente no disponible", "ha ocurrido un error", "se ha producido un error", "algo salió mal", "error interno del servidor"),
        "et": ("hooldustööd", "ajutiselt kättesaamatu", "midagi läks valesti"), "fi": ("huoltokatko", "huoltotauko", "huoltotöiden", "tilapäisesti poissa", "jokin meni pieleen"), "fr": ("en maintenance", "maintenance en cours", "temporairement indisponible", "momentanément indisponible", "temporairement inaccessible", "une erreur est survenue", "une erreur s'est produite", "erreur interne", "en construction", "de retour bientôt"), "ga": ("cothabháil", "faoi chothabháil"),
        "hr": ("održavanje", "privremeno nedostupn", "došlo je do pogreške"), "hu": ("karbantartás", "átmenetileg nem elérhető", "hiba történt"), "it": ("in manutenzione", "manutenzione in corso", "temporaneamente non disponibile", "si è verificato un errore", "qualcosa è andato storto", "errore interno"), "lt": ("vykdomi techniniai darbai", "laikinai nepasiekiam", "įvyko klaida"), "lv": ("tehniskās apkopes", "īslaicīgi nav pieejam", "radusies kļūda", "tehniskie darbi"), "mt": ("manutenzjoni",),
        "nl": ("in onderhoud", "onderhoudswerkzaamheden", "tijdelijk niet bereikbaar", "tijdelijk niet beschikbaar", "er is een fout opgetreden", "er ging iets mis", "er is iets misgegaan"), "no": ("under vedlikehold", "midlertidig utilgjengelig", "noe gikk galt", "vedlikehold"), "pl": ("przerwa techniczna", "prace konserwacyjne", "tymczasowo niedostępn", "wystąpił błąd", "coś poszło nie tak"), "pt": ("em manutenção", "temporariamente indisponível", "ocorreu um erro", "algo deu errado", "algo correu mal", "erro interno"), "ro": ("în mentenanță", "lucrări de întreținere", "temporar indisponibil", "a apărut o eroare", "în construcție"),
        "sk": ("prebieha údržba", "dočasne nedostupn", "vyskytla sa chyba"), "sl": ("vzdrževal", "začasno nedostopn", "prišlo je do napake"), "sv": ("underhåll", "tillfälligt otillgänglig", "tillfälligt stängd", "något gick fel", "ett fel har uppstått", "ett fel uppstod"), "tr": ("bakım çalışması", "bakımdayız", "bakımda", "geçici olarak kullanılamıyor", "bir hata oluştu", "bir şeyler ters gitti"), "uk": ("технічні роботи", "тимчасово недоступн", "сталася помилка", "щось пішло не так"), "ru": ("технические работы", "технических работ", "временно недоступ", "произошла ошибка", "что-то пошло не так", "внутренняя ошибка сервера"),
        "ar": ("تحت الصيانة", "قيد الصيانة", "غير متاح مؤقت", "حدث خطأ", "أعمال صيانة"), "he": ("בתחזוקה", "עבודות תחזוקה", "אירעה שגיאה", "משהו השתבש", "אינו זמין כרגע"), "hi": ("रखरखाव", "कुछ गलत हो गया", "अस्थायी रूप से अनुपलब्ध"), "zh": ("系统维护", "维护中", "維護中", "暂时无法", "服务器错误", "出错了", "发生错误"), "ja": ("メンテナンス中", "メンテナンスを", "ただいまメンテナンス", "エラーが発生しました", "一時的にご利用", "一時的に利用"), "ko": ("점검 중", "시스템 점검", "일시적으로 사용할 수 없", "오류가 발생"),
    },
    Junk.JAVASCRIPT: {
        "en": ("enable javascript", "activate javascript", "turn on javascript", "requires javascript", "require javascript", "need javascript", "needs javascript", "javascript is disabled", "javascript is required", "javascript disabled", "javascript is not enabled", "javascript must be enabled", "without javascript", "browser is not supported", "browser not supported", "unsupported browser", "browser is unsupported", "browser is out of date", "outdated browser", "update your browser", "=loading", "=loading...", "=please wait", "=please wait..."),
        "bg": ("активирайте javascript", "включете javascript"), "cs": ("povolte javascript", "zapněte javascript", "zapnutý javascript", "=načítání...", "=načítám..."), "da": ("aktivér javascript", "slå javascript til", "=indlæser..."), "de": ("javascript aktivieren", "aktivieren sie javascript", "benötigt javascript", "javascript ist deaktiviert", "ohne javascript", "browser wird nicht unterstützt", "browser ist veraltet", "=wird geladen...", "=laden..."), "el": ("ενεργοποιήστε τη javascript", "ενεργοποιήστε το javascript", "ενεργοποιήστε την javascript", "=φόρτωση..."), "es": ("habilite javascript", "habilitar javascript", "active javascript", "activar javascript", "habilita javascript", "requiere javascript", "necesita javascript", "navegador no es compatible", "=cargando..."), "et": ("lubage javascript", "javascript on välja", "=laadimine..."), "fi": ("ota javascript käyttöön", "javascript on pois", "vaatii javascript", "=ladataan..."),
        "fr": ("activer javascript", "activez javascript", "activer le javascript", "javascript est désactivé", "nécessite javascript", "navigateur n'est pas * compatible", "navigateur obsolète", "=chargement...", "=chargement en cours..."), "hr": ("omogućite javascript", "uključite javascript", "=učitavanje..."), "hu": ("engedélyezze a javascript", "javascript engedélyez", "kapcsolja be a javascript", "=betöltés..."), "it": ("abilitare javascript", "attivare javascript", "abilita javascript", "attiva javascript", "richiede javascript", "javascript disabilitato", "browser non supportato", "=caricamento..."), "lt": ("įjunkite javascript", "=kraunama..."), "lv": ("iespējojiet javascript", "ieslēdziet javascript", "=ielādē..."),
        "nl": ("schakel javascript in", "javascript inschakelen", "javascript in te schakelen", "javascript is uitgeschakeld", "browser wordt niet ondersteund", "=laden...", "=bezig met laden..."), "no": ("aktiver javascript", "slå på javascript", "=laster..."), "pl": ("włącz javascript", "włączyć javascript", "włączenia javascript", "obsługi javascript", "=ładowanie...", "=wczytywanie..."), "pt": ("ative o javascript", "ativar o javascript", "habilite o javascript", "habilitar o javascript", "requer javascript", "=carregando...", "=a carregar..."), "ro": ("activați javascript", "activează javascript", "=se încarcă..."), "sk": ("povoľte javascript", "zapnite javascript", "=načítava sa..."), "sl": ("omogočite javascript", "vklopite javascript", "=nalaganje..."), "sv": ("aktivera javascript", "slå på javascript", "kräver javascript", "=laddar..."), "tr": ("javascript'i etkinleştir", "javascript'i açın", "javascript etkin", "=yükleniyor..."), "uk": ("увімкніть javascript", "=завантаження..."), "ru": ("включите javascript", "включить javascript", "javascript отключен", "javascript выключен", "=загрузка...", "=идет загрузка..."),
        "ar": ("تفعيل جافا سكريبت", "تمكين javascript", "تفعيل javascript", "=جار التحميل..."), "he": ("הפעל javascript", "להפעיל javascript", "=טוען..."), "hi": ("javascript सक्षम", "जावास्क्रिप्ट सक्षम"), "zh": ("启用 javascript", "启用javascript", "開啟 javascript", "開啟javascript", "=加载中...", "=正在加载..."), "ja": ("javascriptを有効", "javascript を有効", "=読み込み中...", "=読み込み中"), "ko": ("자바스크립트를 활성화", "javascript를 활성화", "자바스크립트를 사용", "=로딩 중...", "=로딩중..."),
    },
    Junk.COUNTRY: {
        "en": ("choose your country", "choose your region", "choose your location", "choose your language", "choose a country", "choose country", "select your country", "select your region", "select your location", "select your language", "select a country", "select country", "select a region", "choose country", "where are you located"),
        "bg": ("изберете държава", "изберете вашата държава"), "cs": ("vyberte zemi", "vyberte svou zemi", "zvolte zemi"), "da": ("vælg land", "vælg dit land"), "de": ("wählen sie ihr land", "land auswählen", "wähle dein land", "wählen sie ihre region", "wählen sie ein land", "wählen sie ihre sprache"), "el": ("επιλέξτε χώρα", "επιλέξτε τη χώρα"), "es": ("seleccione su país", "elija su país", "selecciona tu país", "elige tu país", "seleccione un país"), "et": ("valige riik", "vali riik"), "fi": ("valitse maa", "valitse maasi"), "fr": ("choisissez votre pays", "sélectionnez votre pays", "choisir votre pays", "choisissez votre langue", "choisissez votre région", "sélectionnez un pays"),
        "hr": ("odaberite zemlju", "odaberite svoju zemlju"), "hu": ("válasszon országot", "válassza ki az országot"), "it": ("scegli il tuo paese", "seleziona il tuo paese", "scegli il paese", "selezionare il paese"), "lt": ("pasirinkite šalį", "pasirinkite savo šalį"), "lv": ("izvēlieties valsti", "izvēlieties savu valsti"), "nl": ("kies uw land", "kies je land", "selecteer uw land", "kies een land"), "no": ("velg land", "velg ditt land"), "pl": ("wybierz kraj", "wybierz swój kraj"), "pt": ("escolha o seu país", "selecione o seu país", "escolha seu país", "selecione seu país"), "ro": ("alegeți țara", "selectați țara"), "sk": ("vyberte krajinu", "zvoľte krajinu"), "sl": ("izberite državo", "izberite svojo državo"), "sv": ("välj land", "välj ditt land"), "tr": ("ülkenizi seçin", "ülke seçin"), "uk": ("виберіть країну", "оберіть країну"), "ru": ("выберите страну", "выберите свою страну", "выберите ваш регион", "выберите регион"),
        "ar": ("اختر بلدك", "اختر دولتك", "اختر البلد"), "he": ("בחר מדינה", "בחרו מדינה"), "hi": ("अपना देश चुनें", "देश चुनें"), "zh": ("选择国家", "选择您的国家", "選擇國家", "选择地区"), "ja": ("国を選択", "国または地域を選択", "地域を選択"), "ko": ("국가를 선택", "국가 선택", "지역을 선택"),
    },
}  # fmt: skip

# A consent wall talks of data as a policy does. It opens with one of these…
CONSENT_OPENERS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("before you continue", "we value your privacy", "your privacy matters", "we care about your privacy", "partners store", "partners use"),
    "bg": ("преди да продължите", "ценим вашата поверителност"),
    "cs": ("než budete pokračovat", "vážíme si vašeho soukromí"),
    "da": ("før du fortsætter", "vi værdsætter dit privatliv"),
    "de": ("bevor sie fortfahren", "wir schätzen ihre privatsphäre", "ihre privatsphäre ist uns wichtig", "unsere partner"),
    "el": ("πριν συνεχίσετε", "σεβόμαστε το απόρρητό"),
    "es": ("antes de continuar", "valoramos tu privacidad", "valoramos su privacidad", "nuestros socios"),
    "et": ("enne jätkamist", "hindame teie privaatsust"),
    "fi": ("ennen kuin jatkat", "arvostamme yksityisyyttäsi"),
    "fr": ("avant de continuer", "avant d'accéder", "nous respectons votre vie privée", "votre vie privée", "nos partenaires"),
    "hr": ("prije nego što nastavite", "cijenimo vašu privatnost"),
    "hu": ("mielőtt továbblépne", "tiszteletben tartjuk"),
    "it": ("prima di continuare", "la tua privacy", "nostri partner"),
    "lt": ("prieš tęsdami", "gerbiame jūsų privatumą"),
    "lv": ("pirms turpināt", "mēs novērtējam jūsu privātumu"),
    "nl": ("voordat u verdergaat", "voordat je verdergaat", "wij waarderen uw privacy", "onze partners"),
    "no": ("før du fortsetter", "vi verdsetter personvernet"),
    "pl": ("zanim przejdziesz", "cenimy twoją prywatność", "szanujemy twoją prywatność", "nasi partnerzy"),
    "pt": ("antes de continuar", "valorizamos a sua privacidade", "nossos parceiros"),
    "ro": ("înainte de a continua", "prețuim confidențialitatea"),
    "sk": ("skôr ako budete pokračovať", "vážime si vaše súkromie"),
    "sl": ("preden nadaljujete", "cenimo vašo zasebnost"),
    "sv": ("innan du fortsätter", "vi värnar om din integritet"),
    "tr": ("devam etmeden önce", "gizliliğinize değer veriyoruz"),
    "uk": ("перш ніж продовжити", "ми цінуємо вашу"),
    "ru": ("прежде чем продолжить", "мы ценим вашу"),
    "ar": ("قبل المتابعة", "نحن نقدر خصوصيتك"),
    "he": ("לפני שתמשיך", "אנו מעריכים את פרטיותך"),
    "hi": ("जारी रखने से पहले",),
    "zh": ("在继续之前", "继续前"),
    "ja": ("続行する前に",),
    "ko": ("계속하기 전에",),
}  # fmt: skip
# … and has one of these on a button or in its text.
CONSENT_BUTTONS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("accept all", "reject all", "manage options", "manage preferences", "more options", "cookie settings", "continue without accepting", "subscribe without ads", "accept and continue", "agree and close"),
    "bg": ("приемане на всички", "приеми всички", "отхвърляне на всички"),
    "cs": ("přijmout vše", "přijmout všechny", "odmítnout vše", "odmítnout všechny"),
    "da": ("accepter alle", "acceptér alle", "afvis alle"),
    "de": ("alle akzeptieren", "alle ablehnen", "alles akzeptieren", "alles ablehnen", "weitere optionen", "einstellungen verwalten", "akzeptieren und weiter", "ohne einwilligung fortfahren", "zustimmen und weiter", "werbefrei"),
    "el": ("αποδοχή όλων", "απόρριψη όλων"),
    "es": ("aceptar todo", "aceptar todas", "rechazar todo", "rechazar todas", "más opciones", "configurar cookies"),
    "et": ("nõustu kõigiga", "keeldu kõigist"),
    "fi": ("hyväksy kaikki", "hylkää kaikki"),
    "fr": ("tout accepter", "tout refuser", "continuer sans accepter", "plus d'options", "gérer mes choix", "paramétrer les cookies", "accepter et fermer", "accepter et continuer"),
    "hr": ("prihvati sve", "odbij sve"),
    "hu": ("az összes elfogadása", "összes elfogadása", "az összes elutasítása", "összes elutasítása"),
    "it": ("accetta tutto", "accetta tutti", "rifiuta tutto", "rifiuta tutti", "altre opzioni", "continua senza accettare"),
    "lt": ("sutikti su visais", "priimti visus", "atmesti visus"),
    "lv": ("pieņemt visu", "pieņemt visus", "noraidīt visu", "noraidīt visus"),
    "nl": ("alles accepteren", "alle cookies accepteren", "alles afwijzen", "alles weigeren", "meer opties"),
    "no": ("godta alle", "avvis alle", "aksepter alle"),
    "pl": ("zaakceptuj wszystko", "zaakceptuj wszystkie", "odrzuć wszystko", "odrzuć wszystkie", "więcej opcji"),
    "pt": ("aceitar tudo", "aceitar todos", "rejeitar tudo", "rejeitar todos", "mais opções"),
    "ro": ("acceptați tot", "acceptă tot", "acceptă toate", "respingeți tot", "respinge tot"),
    "sk": ("prijať všetko", "prijať všetky", "odmietnuť všetko", "odmietnuť všetky"),
    "sl": ("sprejmi vse", "zavrni vse"),
    "sv": ("godkänn alla", "acceptera alla", "avvisa alla", "neka alla"),
    "tr": ("tümünü kabul et", "tümünü reddet"),
    "uk": ("прийняти все", "прийняти всі", "відхилити все", "відхилити всі"),
    "ru": ("принять все", "отклонить все"),
    "ar": ("قبول الكل", "رفض الكل"),
    "he": ("קבל הכל", "אישור הכול", "דחה הכל", "דחיית הכול"),
    "hi": ("सभी स्वीकार करें", "सभी को स्वीकार", "सभी अस्वीकार करें", "सभी को अस्वीकार"),
    "zh": ("全部接受", "接受全部", "全部拒绝", "拒绝全部"),
    "ja": ("すべて受け入れる", "すべて同意", "すべて拒否"),
    "ko": ("모두 수락", "모두 동의", "모두 거부"),
}  # fmt: skip

# What only titles of junk pages begin with.
JUNK_TITLES: Final = (
    "just a moment", "attention required", "access denied", "403", "404", "500", "502", "503", "504", "error", "not found",
    "page not found", "forbidden", "service unavailable", "bad gateway", "robot check", "security check", "are you a robot",
    "pardon our interruption", "making sure you're not a bot", "making sure you re not a bot", "index of /", "redirecting", "captcha", "ddos-guard",
    "site not found", "site maintenance", "fehler", "seite nicht gefunden", "wartungsarbeiten", "zugriff verweigert", "erreur", "page introuvable",
    "página no encontrada", "pagina non trovata", "errore", "página não encontrada", "erro 404", "pagina niet gevonden", "nie znaleziono", "błąd",
    "sidan hittades inte", "siden blev ikke fundet", "sivua ei löydy", "stránka nenalezena", "страница не найдена", "ошибка", "сторінку не знайдено", "доступ запрещен",
    "sayfa bulunamadı", "oldal nem található", "页面不存在", "ページが見つかりません", "페이지를 찾을 수 없",
)  # fmt: skip

LOGIN_TITLES: Final = (
    "log in", "login", "log-in", "sign in", "sign-in", "signin", "anmeld", "einloggen", "connexion", "se connecter", "iniciar sesión", "accedi", "inloggen",
    "aanmelden", "logga in", "log ind", "logg inn", "kirjaudu", "zaloguj", "logowanie", "přihlášení", "přihlásit", "prihlásenie", "prijava", "bejelentkezés",
    "autentificare", "conectare", "σύνδεση", "entrar", "iniciar sessão", "giriş", "вход", "войти", "увійти", "вхід", "вписване", "prisijung", "pieslēg", "logi sisse",
    "تسجيل الدخول", "התחבר", "כניסה", "लॉग इन", "登录", "登入", "ログイン", "로그인",
)  # fmt: skip

# Marks in the HTML of bot walls: their own scripts and ids, not words a policy would print.
WALL_MARKS: Final = re.compile(
    r"cf-challenge|/cdn-cgi/challenge-platform/h/|_cf_chl_opt|cf_chl_|id=[\"']challenge-(?:form|running|stage|error)|"
    r"anubis_challenge|/\.within\.website/x/cmd/anubis|_Incapsula_Resource|px-captcha|perimeterx|geo\.captcha-delivery|"
    r"awswaf|aws-waf-token|ddos-guard|sucuri_cloudproxy|/_sec/cp_challenge|hcaptcha\.com/1/api|data-sitekey=",
    re.IGNORECASE,
)
