"""Invented pages for the judge: (reason, title, body) of what is no document, (kind, title, body) of what is one.

Words are those that such pages have in their languages; the companies are made up.
"""

SENTENCES = {
    # language: a longer and a shorter sentence of a privacy policy
    "bg": (
        "Ние обработваме вашите лични данни, например име и имейл адрес, само за да изпълним поръчката ви.",
        "Имате право да поискате изтриване на вашите данни по всяко време.",
    ),
    "hr": (
        "Vaše osobne podatke, kao što su ime i adresa e-pošte, obrađujemo samo kako bismo izvršili vašu narudžbu.",
        "Imate pravo u svakom trenutku zatražiti brisanje svojih podataka.",
    ),
    "cs": (
        "Vaše osobní údaje, například jméno a e-mailovou adresu, zpracováváme pouze za účelem vyřízení objednávky.",
        "Máte právo kdykoli požádat o výmaz svých údajů.",
    ),
    "da": (
        "Vi behandler dine personoplysninger, for eksempel navn og e-mailadresse, kun for at kunne levere din ordre.",
        "Du har til enhver tid ret til at få slettet de oplysninger, vi har om dig.",
    ),
    "nl": (
        "Wij verwerken uw persoonsgegevens, zoals uw naam en e-mailadres, alleen om uw bestelling uit te voeren.",
        "U heeft altijd het recht om uw gegevens te laten verwijderen.",
    ),
    "en": (
        "We process your personal data, such as your name and e-mail address, only in order to fulfil your order.",
        "You have the right to ask for the erasure of your data at any time.",
    ),
    "et": (
        "Töötleme teie isikuandmeid, näiteks nime ja e-posti aadressi, ainult teie tellimuse täitmiseks.",
        "Teil on õigus igal ajal nõuda oma andmete kustutamist.",
    ),
    "fi": (
        "Käsittelemme henkilötietojasi, kuten nimeä ja sähköpostiosoitetta, vain tilauksesi toimittamiseksi.",
        "Sinulla on oikeus milloin tahansa pyytää tietojesi poistamista.",
    ),
    "fr": (
        "Nous traitons vos données personnelles, telles que votre nom et votre adresse électronique, uniquement pour exécuter votre commande.",
        "Vous avez le droit de demander l'effacement de vos données à tout moment.",
    ),
    "de": (
        "Wir verarbeiten Ihre personenbezogenen Daten, etwa Name und E-Mail-Adresse, nur um Ihre Bestellung auszuführen.",
        "Sie haben jederzeit das Recht, die Löschung Ihrer Daten zu verlangen.",
    ),
    "el": (
        "Επεξεργαζόμαστε τα προσωπικά σας δεδομένα, όπως το όνομα και τη διεύθυνση email σας, μόνο για την εκτέλεση της παραγγελίας σας.",
        "Έχετε δικαίωμα να ζητήσετε τη διαγραφή των δεδομένων σας.",
    ),
    "hu": (
        "Az Ön személyes adatait, például a nevét és az e-mail-címét, kizárólag a megrendelés teljesítése céljából kezeljük.",
        "Önnek bármikor joga van adatainak törlését kérni.",
    ),
    "ga": (
        "Próiseálaimid do shonraí pearsanta, amhail d'ainm agus do sheoladh ríomhphoist, chun d'ordú a chomhlíonadh agus chuige sin amháin.",
        "Tá sé de cheart agat iarraidh orainn do shonraí a scriosadh am ar bith.",
    ),
    "it": (
        "Trattiamo i Suoi dati personali, come il nome e l'indirizzo e-mail, solo per evadere il Suo ordine.",
        "Lei ha il diritto di chiedere in qualsiasi momento la cancellazione dei Suoi dati.",
    ),
    "lv": (
        "Mēs apstrādājam jūsu personas datus, piemēram, vārdu un e-pasta adresi, tikai, lai izpildītu jūsu pasūtījumu.",
        "Jums ir tiesības jebkurā laikā pieprasīt savu datu dzēšanu.",
    ),
    "lt": (
        "Jūsų asmens duomenis, pavyzdžiui, vardą ir el. pašto adresą, tvarkome tik tam, kad įvykdytume jūsų užsakymą.",
        "Turite teisę bet kada prašyti ištrinti savo duomenis.",
    ),
    "mt": (
        "Aħna nipproċessaw id-data personali tiegħek, bħal ismek u l-indirizz tal-email, biss biex nissodisfaw l-ordni tiegħek.",
        "Għandek id-dritt li titlob it-tħassir tad-data tiegħek fi kwalunkwe ħin.",
    ),
    "pl": (
        "Przetwarzamy Państwa dane osobowe, takie jak imię i adres e-mail, wyłącznie w celu realizacji zamówienia.",
        "Mają Państwo prawo w każdej chwili zażądać usunięcia swoich danych.",
    ),
    "pt": (
        "Tratamos os seus dados pessoais, como o nome e o endereço de correio eletrónico, apenas para executar a sua encomenda.",
        "Tem o direito de solicitar o apagamento dos seus dados a qualquer momento.",
    ),
    "ro": (
        "Prelucrăm datele dumneavoastră cu caracter personal, precum numele și adresa de e-mail, numai pentru a executa comanda.",
        "Aveți dreptul de a solicita oricând ștergerea datelor dumneavoastră.",
    ),
    "sk": (
        "Vaše osobné údaje, napríklad meno a e-mailovú adresu, spracúvame iba na účely vybavenia vašej objednávky.",
        "Máte právo kedykoľvek požiadať o vymazanie svojich údajov.",
    ),
    "sl": (
        "Vaše osebne podatke, kot sta ime in e-poštni naslov, obdelujemo samo zaradi izpolnitve vašega naročila.",
        "Kadar koli imate pravico zahtevati izbris svojih podatkov.",
    ),
    "es": (
        "Tratamos sus datos personales, como el nombre y la dirección de correo electrónico, únicamente para tramitar su pedido.",
        "Usted tiene derecho a solicitar la supresión de sus datos en cualquier momento.",
    ),
    "sv": (
        "Vi behandlar dina personuppgifter, till exempel namn och e-postadress, endast för att kunna leverera din beställning.",
        "Du har rätt att när som helst begära att dina uppgifter raderas.",
    ),
    "no": (
        "Vi behandler personopplysningene dine, for eksempel navn og e-postadresse, bare for å kunne levere bestillingen din.",
        "Du har rett til å be om at opplysningene dine slettes når som helst.",
    ),
    "tr": (
        "Adınız ve e-posta adresiniz gibi kişisel verilerinizi yalnızca siparişinizi yerine getirmek için işliyoruz.",
        "Verilerinizin silinmesini istediğiniz zaman talep etme hakkına sahipsiniz.",
    ),
    "uk": (
        "Ми обробляємо ваші персональні дані, наприклад ім'я та адресу електронної пошти, лише для виконання вашого замовлення.",
        "Ви маєте право будь-коли вимагати видалення своїх даних.",
    ),
    "ru": (
        "Мы обрабатываем ваши персональные данные, например имя и адрес электронной почты, только для выполнения вашего заказа.",
        "Вы вправе в любое время потребовать удаления своих данных.",
    ),
    "ar": (
        "نعالج بياناتك الشخصية، مثل اسمك وعنوان بريدك الإلكتروني، من أجل تنفيذ طلبك فقط.",
        "يحق لك أن تطلب حذف بياناتك في أي وقت.",
    ),
    "he": (
        "אנו מעבדים את הנתונים האישיים שלך, כגון שם וכתובת דואר אלקטרוני, רק כדי לבצע את ההזמנה שלך.",
        "יש לך זכות לבקש את מחיקת הנתונים שלך בכל עת.",
    ),
    "hi": (
        "हम आपके नाम और ईमेल पते जैसे व्यक्तिगत डेटा को केवल आपका ऑर्डर पूरा करने के लिए संसाधित करते हैं।",
        "आपको किसी भी समय अपना डेटा हटाने का अनुरोध करने का अधिकार है।",
    ),
    "zh": (
        "我们仅为履行您的订单而处理您的姓名和电子邮件地址等个人信息。",
        "您有权随时要求我们删除您的数据。",
    ),
    "ja": (
        "当社は、お名前やメールアドレスなどの個人情報を、ご注文を履行するためにのみ取り扱います。",
        "お客様はいつでもご自身のデータの削除を求めることができます。",
    ),
    "ko": (
        "당사는 이름과 이메일 주소 등 귀하의 개인정보를 주문 이행을 위해서만 처리합니다.",
        "귀하는 언제든지 본인의 데이터 삭제를 요청할 권리가 있습니다.",
    ),
}

MENU = "".join(f"<li><a href='/c{number}'>Category number {number}</a></li>" for number in range(80))
SHOP = (
    "<h2>Best sellers</h2><p>Soft shoes for long walks, in nine colours and for every season of the year.</p>"
    "<p>Warm jackets that dry in an hour, made of wool from the hills behind the town.</p>"
)

# A soft 404 and its like: (reason, title, heading, text); each stands alone, and amid a shop's menus.
NOTICES = [
    (
        "page not found",
        "Oops",
        "Page not found",
        "We can't find the page you asked for. It may have been moved or deleted.",
    ),
    (
        "page not found",
        "Seite nicht gefunden",
        "Seite nicht gefunden",
        "Die Seite, die Sie suchen, gibt es leider nicht. Zurück zur Startseite.",
    ),
    ("page not found", "Acme", "Page introuvable", "La page que vous recherchez n'existe plus ou a changé d'adresse."),
    (
        "page not found",
        "Acme",
        "Página no encontrada",
        "La página que busca no existe o ha cambiado de dirección. Vuelva al inicio.",
    ),
    ("page not found", "Acme", "Pagina non trovata", "La pagina che stai cercando non esiste più. Torna alla home."),
    ("page not found", "Acme", "Página não encontrada", "A página que procura não existe. Volte ao início."),
    (
        "page not found",
        "Acme",
        "Pagina niet gevonden",
        "Helaas, deze pagina bestaat niet meer. Ga terug naar de startpagina.",
    ),
    ("page not found", "Acme", "Siden blev ikke fundet", "Siden findes ikke længere. Gå tilbage til forsiden."),
    ("page not found", "Acme", "Sidan hittades inte", "Sidan du söker finns inte längre. Gå till startsidan."),
    ("page not found", "Acme", "Fant ikke siden", "Siden finnes ikke lenger. Gå tilbake til forsiden."),
    ("page not found", "Acme", "Sivua ei löytynyt", "Hakemaasi sivua ei ole enää. Palaa etusivulle."),
    ("page not found", "Acme", "Nie znaleziono strony", "Strona, której szukasz, nie istnieje. Wróć na stronę główną."),
    ("page not found", "Acme", "Stránka nenalezena", "Hledaná stránka neexistuje. Zpět na úvod."),
    ("page not found", "Acme", "Az oldal nem található", "A keresett oldal már nem létezik. Vissza a főoldalra."),
    ("page not found", "Acme", "Pagina nu a fost găsită", "Ne pare rău, adresa este greșită. Înapoi la prima pagină."),
    (
        "page not found",
        "Acme",
        "Η σελίδα δεν βρέθηκε",
        "Λυπούμαστε, η διεύθυνση δεν υπάρχει πια. Επιστροφή στην αρχική.",
    ),
    ("page not found", "Acme", "Страница не найдена", "Такой страницы нет или она переехала. Вернитесь на главную."),
    ("page not found", "Acme", "Сторінку не знайдено", "Можливо, її було переміщено. Поверніться на головну."),
    ("page not found", "Acme", "Sayfa bulunamadı", "Aradığınız sayfa taşınmış olabilir. Ana sayfaya dönün."),
    ("page not found", "Acme", "الصفحة غير موجودة", "عذرا، ربما تم نقلها إلى عنوان آخر. العودة إلى الرئيسية."),
    ("page not found", "Acme", "הדף לא נמצא", "ייתכן שהועבר לכתובת אחרת. חזרה לדף הבית."),
    ("page not found", "Acme", "页面不存在", "抱歉，您访问的页面可能已经移动。返回首页。"),
    ("page not found", "Acme", "ページが見つかりません", "お探しのページは移動した可能性があります。トップへ戻る。"),
    ("page not found", "Acme", "페이지를 찾을 수 없습니다", "주소가 바뀌었을 수 있습니다. 홈으로 돌아가세요."),
    ("maintenance", "Acme", "Wartungsarbeiten", "Wir sind in wenigen Minuten wieder für Sie da."),
    ("maintenance", "Acme", "Site en maintenance", "Nous serons de retour dans quelques minutes."),
    ("maintenance", "Acme", "Sitio en mantenimiento", "Volvemos en unos minutos. Gracias por su paciencia."),
    ("maintenance", "Acme", "Przerwa techniczna", "Wracamy za kilka minut. Przepraszamy."),
    ("maintenance", "Acme", "Ведутся технические работы", "Мы вернёмся через несколько минут."),
    ("maintenance", "Acme", "ただいまメンテナンス中です", "しばらくしてからもう一度お越しください。"),
    ("access denied", "Acme", "Zugriff verweigert", "Diese Seite ist in Ihrem Land nicht verfügbar."),
    ("access denied", "Acme", "Доступ запрещён", "Обратитесь к администратору сайта."),
    (
        "country choice",
        "Acme",
        "Choose your country",
        "Austria Belgium Denmark Finland Greece Norway Portugal Romania.",
    ),
    ("country choice", "Acme", "Choisissez votre pays", "Allemagne Autriche Belgique Danemark Espagne Finlande."),
]

JUNK = [
    ("bot check", "Acme", "<h1>Bitte bestätigen Sie, dass Sie ein Mensch sind</h1><p>Ihr Browser wird überprüft.</p>"),
    (
        "bot check",
        "Acme",
        "<h1>Vérification de sécurité</h1><p>Vérifiez que vous êtes humain. Cela peut prendre quelques secondes.</p>",
    ),
    ("bot check", "Acme", "<p>Подтвердите, что вы не робот, чтобы продолжить.</p>"),
    ("bot check", "安全验证", "<p>请完成验证后继续访问。</p>"),
    (
        "parked domain",
        "acme.example",
        "<h1>acme.example</h1><p>Diese Domain steht zum Verkauf. Jetzt Angebot anfordern.</p>",
    ),
    (
        "parked domain",
        "acme.example",
        "<h1>acme.example</h1><p>Ce nom de domaine est à vendre. Contactez-nous pour un prix.</p>",
    ),
    ("parked domain", "acme.example", "<p>Домен продаётся. Узнайте цену у владельца.</p>"),
    (
        "parked domain",
        "Welcome",
        "<h1>Welcome to nginx!</h1><p>If you see this page, the web server is successfully installed and working.</p>",
    ),
    (
        "log-in",
        "Anmelden",
        "<form><label>E-Mail</label><input type=password></form><p>Passwort vergessen? Hier neu setzen.</p>",
    ),
    (
        "log-in",
        "Iniciar sesión",
        "<form><input type='password'></form><p>¿Has olvidado tu contraseña? Escríbenos y te damos otra.</p>",
    ),
    (
        "log-in",
        "Zaloguj się",
        "<form><input type=password></form><p>Nie pamiętasz hasła? Napisz do nas w tej sprawie.</p>",
    ),
    (
        "log-in",
        "ログイン",
        "<form><input type=password></form><p>パスワードをお忘れですか。こちらから再設定できます。</p>",
    ),
    (
        "needs JavaScript",
        "App",
        "<noscript></noscript><p>Bitte aktivieren Sie JavaScript, um diese Anwendung zu nutzen.</p>",
    ),
    ("needs JavaScript", "App", "<p>Veuillez activer JavaScript pour utiliser cette application.</p>"),
    ("needs JavaScript", "App", "<p>Chargement...</p>"),
    ("needs JavaScript", "Privacy Policy", "<p>Loading...</p>"),
    ("needs JavaScript", "App", "<p>Включите JavaScript, чтобы продолжить работу с сайтом.</p>"),
    (
        "consent wall",
        "Acme",
        (
            "<div><h1>Before you continue to Acme</h1><p>We use cookies and data to deliver and maintain our services, to track outages and "
            "to measure audience engagement. If you choose to accept all, we will also use them to show personalised ads.</p>"
            "<form><button>Reject all</button><button>Accept all</button></form></div>"
        ),
    ),
    (
        "consent wall",
        "Acme",
        (
            "<main><h2>We value your privacy</h2><p>We and our 842 partners store and/or access information on a device, such as cookies, "
            "and process personal data, such as unique identifiers, for personalised advertising and content.</p><button>More options</button>"
            "<button>Accept all</button></main>"
        ),
    ),
    (
        "consent wall",
        "Acme",
        (
            "<main><h2>Bevor Sie fortfahren</h2><p>Wir und unsere Partner verarbeiten personenbezogene Daten, um Ihnen passende Inhalte und "
            "Werbung zu zeigen.</p><button>Alle ablehnen</button><button>Alle akzeptieren</button></main>"
        ),
    ),
    (
        "consent wall",
        "Acme",
        (
            "<main><p>Avec votre accord, nos partenaires et nous utilisons des cookies pour stocker et consulter des données personnelles "
            "comme votre visite sur ce site.</p><button>Continuer sans accepter</button><button>Tout accepter</button></main>"
        ),
    ),
    (
        "consent wall",
        "Acme",
        (
            "<main><p>Cenimy Twoją prywatność. My i nasi partnerzy przechowujemy informacje na urządzeniu i przetwarzamy dane osobowe.</p>"
            "<button>Więcej opcji</button><button>Zaakceptuj wszystko</button></main>"
        ),
    ),
    ("empty page", "Privacy Policy", "<nav><a>Home</a></nav><div><p>Products</p><p>Pricing</p><p>About us</p></div>"),
    ("error page", "Error", "<p>Sorry, nothing here any more. Try the search, or go back to where you came from.</p>"),
    (
        "no legal document",
        "Acme – shoes for walkers",
        "<h1>Walk further</h1>" + "<p>Our shoes are made in a small town by the sea, of leather that lasts ten "
        "winters. Walk on sand, on snow and on stone; your feet stay dry and warm. Every pair is sewn by hand.</p>" * 5,
    ),
    (
        "no legal document",
        "Acme – Schuhe für Wanderer",
        "<h1>Weiter gehen</h1>" + "<p>Unsere Schuhe entstehen in einer kleinen Stadt am Meer, aus Leder, das zehn "
        "Winter hält. Ob Sand, Schnee oder Stein: Ihre Füße bleiben trocken und warm, und jeder Schritt macht Freude.</p>"
        * 5,
    ),
]

DOCUMENTS = [
    (
        "privacy",
        "Privacy",
        "<p>We keep no personal data about our visitors and set no cookies. Write to us at hello@acme.example if you have questions.</p>",
    ),
    (
        "privacy",
        "Acme",
        "<h1>Privacy notice</h1><p>Acme Ltd is the controller. We process your name and address to deliver orders, and delete both after ten years.</p>",
    ),
    (
        "privacy",
        "Privacy Policy",
        (
            "<p>We value your privacy. You may accept all cookies or reject all of them in your browser. We never sell personal information. "
            "Contact: privacy@acme.example.</p>"
        ),
    ),
    (
        "privacy",
        "Datenschutz",
        "<p>Wir verarbeiten personenbezogene Daten nur, soweit es für die Lieferung nötig ist. Sie haben ein Recht auf Auskunft und Löschung.</p>",
    ),
    (
        "privacy",
        "Politique de confidentialité",
        "<p>Nous ne collectons aucune donnée personnelle. Si la page est introuvable, écrivez-nous.</p>",
    ),
    (
        "privacy",
        "Política de privacidad",
        "<p>El responsable del tratamiento es Acme S. L. Usted puede ejercer sus derechos de acceso y supresión de sus datos.</p>",
    ),
    (
        "privacy",
        "Informativa sulla privacy",
        "<p>Il titolare del trattamento è Acme S.r.l. I dati personali sono trattati solo per evadere l'ordine.</p>",
    ),
    (
        "privacy",
        "Privacyverklaring",
        "<p>Wij verwerken uw persoonsgegevens alleen om uw bestelling te leveren. U kunt ons vragen ze te verwijderen.</p>",
    ),
    (
        "privacy",
        "Personvernerklæring",
        "<p>Vi behandler personopplysninger kun for å levere varene. Du kan be om at opplysningene slettes.</p>",
    ),
    (
        "privacy",
        "Gizlilik Politikası",
        "<p>Kişisel verileriniz yalnızca siparişinizi teslim etmek için işlenir ve üçüncü kişilerle paylaşılmaz.</p>",
    ),
    (
        "privacy",
        "GİZLİLİK POLİTİKASI",
        "<p>KİŞİSEL VERİLERİNİZ YALNIZCA SİPARİŞİNİZ İÇİN İŞLENİR VE KİMSEYLE PAYLAŞILMAZ.</p>",
    ),
    (
        "privacy",
        "Πολιτική απορρήτου",
        "<p>Επεξεργαζόμαστε τα προσωπικά σας δεδομένα μόνο για την παράδοση της παραγγελίας σας.</p>",
    ),
    ("privacy", "سياسة الخصوصية", "<p>نعالج بياناتك الشخصية لتسليم طلبك فقط ولا نشاركها مع أي طرف ثالث.</p>"),
    ("privacy", "מדיניות פרטיות", "<p>אנו מעבדים מידע אישי רק כדי לספק את ההזמנה שלך ואיננו מעבירים אותו לאחרים.</p>"),
    ("privacy", "隐私政策", "<p>我们仅为配送订单而收集和使用您的个人信息，不会向第三方提供。</p>"),
    (
        "privacy",
        "개인정보 처리방침",
        "<p>당사는 주문 배송을 위해서만 개인정보를 수집하고 처리하며 제3자에게 제공하지 않습니다.</p>",
    ),
    (
        "cookies",
        "Cookie Policy",
        "<p>We use two cookies: one remembers your session, the other your language. Your browser can block both.</p>",
    ),
    (
        "cookies",
        "Cookies",
        "<p>Ce site utilise des cookies de session. Votre navigateur permet de tout refuser ou de tout accepter.</p>",
    ),
    (
        "cookies",
        "Zásady používání souborů cookie",
        "<p>Používáme dva soubory cookie. Oba lze v prohlížeči zakázat.</p>",
    ),
    (
        "terms",
        "Terms",
        "<p>You may use this service if you accept these terms. Keep your password secret and please sign in only yourself. We may terminate accounts.</p>",
    ),
    (
        "terms",
        "AGB",
        "<p>Mit der Bestellung kommt ein Vertrag zustande. Die Zahlung erfolgt per Rechnung. Unsere Haftung ist auf Vorsatz beschränkt.</p>",
    ),
    (
        "terms",
        "Conditions générales de vente",
        "<p>La commande vaut contrat. Le paiement est dû à la livraison. Les tribunaux de Lyon sont compétents.</p>",
    ),
    (
        "terms",
        "Regulamin",
        "<p>Umowa zostaje zawarta z chwilą potwierdzenia zamówienia. Klient może odstąpić od umowy w ciągu 14 dni.</p>",
    ),
    (
        "terms",
        "利用規約",
        "<p>本サービスを利用するお客様は、本規約に同意したものとみなします。禁止事項に違反した場合、契約を解約します。</p>",
    ),
    (
        "imprint",
        "Impressum",
        "<p>Beispiel GmbH, Musterstraße 404, 12345 Berlin. Geschäftsführerin: Erika Muster. Amtsgericht Berlin HRB 1234. Telefon 030 123456.</p>",
    ),
    (
        "imprint",
        "Mentions légales",
        "<p>Éditeur : Acme SAS, 1 rue du Port, Lyon. RCS Lyon 123 456 789. Hébergeur : Nuage SA. Directrice de la publication : A. Durand.</p>",
    ),
    (
        "imprint",
        "Aviso legal",
        "<p>Acme S. L., NIF B00000000, calle Mayor 1, Madrid. Inscrita en el Registro Mercantil. Teléfono 910 000 000.</p>",
    ),
    (
        "guidelines",
        "Community Guidelines",
        "<p>Be kind. Harassment, hate and spam are prohibited; we remove such content and report threats.</p>",
    ),
    (
        "guidelines",
        "Règles de la communauté",
        "<p>Le harcèlement et la haine sont interdits. Nous supprimons ces contenus et signalons les menaces.</p>",
    ),
    (
        "guidelines",
        "Acceptable Use Policy",
        "<p>Do not abuse the service: no spam, no malware, no illegal content. Violations end your account.</p>",
    ),
    (
        "other",
        "Accessibility statement",
        "<p>We want everyone to read this site. If a picture lacks its description, tell us and we mend it within two weeks.</p>",
    ),
]
