"""Invented footers: how sites in each language word the links that matter, and those that are easily taken for them."""

# language -> (policies: texts that each name the policy, then what is none: cookies, settings, terms or imprint, news)
FOOTERS = {
    "bg": (
        "Политика за поверителност|Поверителност|Защита на личните данни|Лични данни",
        "Политика за бисквитки|Настройки за поверителност|Общи условия|Новини",
    ),
    "cs": (
        "Ochrana osobních údajů|Zásady ochrany osobních údajů|Ochrana soukromí|Zpracování osobních údajů",
        "Zásady používání cookies|Nastavení soukromí|Obchodní podmínky|Souhlas se zpracováním osobních údajů",
    ),
    "da": (
        "Privatlivspolitik|Persondatapolitik|Beskyttelse af persondata|Privatliv",
        "Cookiepolitik|Privatlivsindstillinger|Handelsbetingelser|Nyheder",
    ),
    "de": (
        "Datenschutz|Datenschutzerklärung|Datenschutzhinweise|Privatsphäre|DATENSCHUTZBESTIMMUNGEN",
        "Cookie-Richtlinie|Datenschutzeinstellungen|Privatsphäre-Einstellungen|AGB|Impressum|Nutzungsbedingungen|Datenschutzbeauftragter",
    ),
    "el": (
        "Πολιτική Απορρήτου|Προστασία Προσωπικών Δεδομένων|Απόρρητο|ΠΟΛΙΤΙΚΗ ΑΠΟΡΡΗΤΟΥ",
        "Πολιτική Cookies|Ρυθμίσεις απορρήτου|Όροι Χρήσης|Νέα",
    ),
    "en": (
        "Privacy Policy|Privacy|Privacy Notice|PRIVACY STATEMENT|Data Protection|Data Policy|Our privacy policy",
        "Cookie Policy|Privacy Settings|Your Privacy Choices|Do Not Sell My Personal Information|Consent Preferences|Terms of Service|Legal Notice|Ten tips for more privacy at home|How we think about privacy|Why privacy matters|Privacy Screens|Privacy Request Portal",
    ),
    "es": (
        "Política de privacidad|Privacidad|Aviso de privacidad|Protección de datos|Tratamiento de datos personales",
        "Política de cookies|Configuración de privacidad|Términos y condiciones|Aviso legal|Noticias",
    ),
    "et": (
        "Privaatsuspoliitika|Privaatsus|Andmekaitsetingimused|Isikuandmete töötlemine",
        "Küpsiste poliitika|Privaatsusseaded|Kasutustingimused|Uudised",
    ),
    "fi": (
        "Tietosuojaseloste|Tietosuoja|Tietosuojakäytäntö|Yksityisyydensuoja",
        "Evästekäytäntö|Tietosuoja-asetukset|Käyttöehdot|Uutiset",
    ),
    "fr": (
        "Politique de confidentialité|Confidentialité|Protection des données|Données personnelles|Vie privée|Charte de protection des données personnelles",
        "Politique de cookies|Paramètres de confidentialité|Gérer mes préférences de confidentialité|CGU|Mentions légales|Actualités",
    ),
    "ga": (
        "Polasaí Príobháideachais|Beartas Príobháideachta|Cosaint Sonraí|Príobháideachas",
        "Polasaí Fianán|Socruithe príobháideachais|Téarmaí Seirbhíse|Nuacht",
    ),
    "hr": (
        "Politika privatnosti|Pravila privatnosti|Zaštita osobnih podataka|Izjava o privatnosti",
        "Kolačići|Postavke privatnosti|Uvjeti korištenja|Novosti",
    ),
    "hu": (
        "Adatvédelmi tájékoztató|Adatvédelmi nyilatkozat|Adatkezelési tájékoztató|Adatvédelem",
        "Süti szabályzat|Adatvédelmi beállítások|Felhasználási feltételek|Hírek|Impresszum",
    ),
    "it": (
        "Informativa sulla privacy|Privacy|Privacy Policy|Trattamento dei dati personali|Protezione dei dati",
        "Cookie Policy|Impostazioni privacy|Gestisci il consenso alla privacy|Termini e condizioni|Note legali|Notizie",
    ),
    "lt": (
        "Privatumo politika|Privatumas|Asmens duomenų apsauga|Duomenų apsauga",
        "Slapukų politika|Privatumo nustatymai|Naudojimo sąlygos|Naujienos",
    ),
    "lv": (
        "Privātuma politika|Privātums|Personas datu apstrāde|Konfidencialitātes politika",
        "Sīkdatņu politika|Privātuma iestatījumi|Lietošanas noteikumi|Jaunumi",
    ),
    "mt": (
        "Politika tal-Privatezza|Privatezza|Protezzjoni tad-Data|Stqarrija dwar il-Privatezza",
        "Politika tal-Cookies|Preferenzi tal-privatezza|Termini u Kundizzjonijiet|Aħbarijiet",
    ),
    "nl": (
        "Privacybeleid|Privacyverklaring|Privacy|Bescherming persoonsgegevens|Privacy statement",
        "Cookiebeleid|Privacy-instellingen|Algemene voorwaarden|Colofon|Nieuws",
    ),
    "pl": (
        "Polityka prywatności|Prywatność|Ochrona danych osobowych|Zasady ochrony prywatności",
        "Polityka plików cookie|Ustawienia prywatności|Regulamin|Aktualności|Zgoda na przetwarzanie danych osobowych",
    ),
    "pt": (
        "Política de Privacidade|Privacidade|Aviso de Privacidade|Proteção de Dados|Proteção de Dados Pessoais",
        "Política de Cookies|Definições de privacidade|Preferências de privacidade|Termos de Uso|Aviso legal|Notícias",
    ),
    "ro": (
        "Politica de confidențialitate|Confidențialitate|Protecția datelor cu caracter personal|Prelucrarea datelor personale",
        "Politica cookies|Setări de confidențialitate|Termeni și condiții|Știri",
    ),
    "sk": (
        "Ochrana osobných údajov|Zásady ochrany osobných údajov|Ochrana súkromia|Spracúvanie osobných údajov",
        "Súbory cookie|Nastavenia súkromia|Obchodné podmienky|Správy",
    ),
    "sl": (
        "Politika zasebnosti|Zasebnost|Varstvo osebnih podatkov|Pravilnik o zasebnosti",
        "Piškotki|Nastavitve zasebnosti|Pogoji uporabe|Novice",
    ),
    "sv": (
        "Integritetspolicy|Personuppgiftspolicy|Behandling av personuppgifter|Dataskydd|Integritet|Sekretesspolicy",
        "Kakor|Integritetsinställningar|Användarvillkor|Nyheter",
    ),
    "no": (
        "Personvernerklæring|Personvern|Behandling av personopplysninger",
        "Informasjonskapsler|Personverninnstillinger|Brukervilkår|Nyheter",
    ),
    "tr": (
        "Gizlilik Politikası|Gizlilik|Gizlilik ve Güvenlik|Kişisel Verilerin Korunması|KVKK Aydınlatma Metni",
        "Çerez Politikası|Gizlilik Ayarları|Kullanım Koşulları|Haberler",
    ),
    "uk": (
        "Політика конфіденційності|Конфіденційність|Захист персональних даних|Політика приватності",
        "Файли cookie|Налаштування конфіденційності|Умови користування|Новини|Згода на обробку персональних даних",
    ),
    "ru": (
        "Политика конфиденциальности|Конфиденциальность|Обработка персональных данных|Политика обработки персональных данных|Защита персональных данных",
        "Файлы cookie|Настройки конфиденциальности|Условия использования|Пользовательское соглашение|Согласие на обработку персональных данных|Новости",
    ),
    "ar": (
        "سياسة الخصوصية|الخصوصية|بيان الخصوصية|حماية البيانات الشخصية",
        "سياسة ملفات تعريف الارتباط|إعدادات الخصوصية|الشروط والأحكام|أخبار",
    ),
    "he": ("מדיניות פרטיות|מדיניות הפרטיות|פרטיות|הצהרת פרטיות", "מדיניות עוגיות|הגדרות פרטיות|תנאי שימוש|חדשות"),
    "hi": ("गोपनीयता नीति|निजता नीति|गोपनीयता|प्राइवेसी पॉलिसी", "कुकी नीति|गोपनीयता सेटिंग|नियम और शर्तें|समाचार"),
    "zh-Hans": (
        "隐私政策|隐私权政策|隐私声明|隐私|个人信息保护政策|隐私条款",
        "Cookie 政策|隐私设置|用户协议|服务条款|法律声明|新闻",
    ),
    "zh-Hant": (
        "隱私權政策|隱私政策|私隱政策|隱私權聲明|個人資料保護政策",
        "Cookie 政策|隱私權設定|服務條款|使用者條款|新聞",
    ),
    "ja": (
        "プライバシーポリシー|個人情報保護方針|個人情報の取り扱いについて|個人情報の取扱い|プライバシー",
        "クッキーポリシー|プライバシー設定|利用規約|特定商取引法に基づく表記|ニュース|サイトポリシー",
    ),
    "ko": (
        "개인정보처리방침|개인정보 처리방침|개인정보취급방침|개인정보보호정책|프라이버시 정책",
        "쿠키 정책|개인정보 설정|이용약관|뉴스",
    ),
}
