"""Write data/rules/parties.tsv from npm's third-party-web (MIT): `npm pack third-party-web@0.30.0`, then
`python contrib/parties.py package/dist/entities-nostats.json > data/rules/parties.tsv`.

A row is a company: its id, its name, the names that a text may call it by, the names that are everyday words too and count
only beside "Inc." and the like, its domains. Products count as their company. What third-party-web lacks or spells in
another way is in OWN.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import syllapy
import tldextract

KIND = re.compile(r" (?:CMP|Ads?|Widget|Pixel|Tag Manager|CDN|DSP|SSP|Network|Hosting|Platform|Web ?Fonts?)$")
# Words of a dictionary that are better known as companies, by what third-party-web says of their use on the web.
KNOWN = frozenset(
    "Adobe Amazon Apple Facebook Google Instagram Oracle Pinterest Skype Snapchat Spotify Stripe Twitter Vimeo Yahoo "
    "Mailchimp Dropbox Shopify Salesforce Microsoft LinkedIn PayPal Mastercard Yandex Tumblr Twitch Zendesk Mozilla".split()
)
# Everyday words and phrases that the dictionary of syllables lacks.
EVERYDAY = frozenset(
    "AI Media Group|Accentuate|Adaptive Web|Admiral|Affirm|Agility|Alchemy|Altitude|Amadeus|Ambient|Ancora|"
    "Answers|Appsolute|Arbor|Attentive|Attribution|Autopilot|Avail|Bedrock|Best Of Media S.A.|Better Banners|"
    "Bootstrap|Capita|Captivate Ai|Chameleon|Clarity|Cloud Technologies|Communicator|Connect Events|Consumable|"
    "Cookie Reports|Coral|Creators|Crisp|Cross Pixel Media|Datacamp|Delicious Media|Digital Remedy|Diligent|"
    "Drawbridge|Dynamic Dummy Image Generator|Elastic|Elevate|Elicit|Everflow|Fastest Forward|Fathom|Framer|"
    "Genie|Gladly|Gleam|Heatmap|IT Dienstleistungen Tim Prinzkosky|Infoline|Instinctive|Interstate|Iterate|"
    "Jellyfish|JetStream|Join the Dots|Keynote|Kiosked|Leaflet|Loggly|Looper|Luminate|Market Resource Partners|"
    "Marketing Dashboards|Media Management Technologies|Mediahub|Mega Information Technology|Micro Analytics|"
    "Mobile Nations|Monarch|Monetate|Moxie|Multiview|Net Reviews|Online Rewards|Overdrive|Periscope|Plausible|"
    "Playground|Polar|Polyfill service|Privy|Purch|Pusher|Ranker|Realtime|Realtime Media|Realtime Targeting|"
    "Refined|Reflow|Remarketing|Roost|Samba|Scroll|Semblance|Servo|Sidecar|Simplicity Marketing|"
    "Smart Information Systems|Social Annex|Sortable|Spicy|Storify|Strands|Superblock|Supership|Swoop|Tagboard|"
    "Tailored|Terminus|The AA|Thesis|Tonic|Truffle|Undertone|User Replay|WISHLIST|Web Active Pty|"
    "Web Content Assessor|Web Forensics|Whitespace|Wicked Reports|Zapper".split("|")
)
SAME = {
    "Instagram": "Meta",
    "Firebase": "Google",
    "Bing": "Microsoft",
    "ZenDesk": "Zendesk",
    "Hubspot": "HubSpot",
    "Paypal": "PayPal",
    "Facebook": "Meta",
    "ByteDance Ltd": "TikTok",
    "Trust Pilot": "Trustpilot",
    "Yahoo!": "Yahoo",
    "The Nielsen Company": "Nielsen",
}
# Companies that policies of 2023 to 2026 name and the list lacks; each with its own site as the source.
OWN = {
    "OpenAI": ("OpenAI", "openai.com"),
    "Anthropic": ("Anthropic", "anthropic.com"),
    "Meta": (
        "Meta Platforms|Meta Pixel|Meta Ads|Meta Business|Meta Ireland|Meta Inc|Facebook|Instagram|WhatsApp|Whatsapp",
        "meta.com|facebook.com|instagram.com|whatsapp.com",
    ),
    "Amazon Web Services": ("Amazon Web Services|Amazon web services|AWS", "aws.amazon.com"),
    "Google": (
        "Firebase|DoubleClick|AdMob|AdSense|AdWords|Gmail|Google|YouTube|Youtube|reCAPTCHA",
        "google.com|youtube.com|firebase.com",
    ),
    "Adjust": ("Adjust GmbH", "adjust.com"),
    "AppsFlyer": ("AppsFlyer", "appsflyer.com"),
    "Twilio": ("Twilio|SendGrid", "twilio.com|sendgrid.com"),
    "Cloudflare": ("Cloudflare|CloudFlare", "cloudflare.com"),
    "Datadog": ("Datadog", "datadoghq.com"),
    "TikTok": ("TikTok|Tiktok", "tiktok.com"),
    "Snowflake": ("Snowflake Inc", "snowflake.com"),
    "Branch": ("Branch Metrics", "branch.io"),
    "Chargebee": ("Chargebee", "chargebee.com"),
    "Mistral AI": ("Mistral AI", "mistral.ai"),
    "Alibaba": ("Alibaba|Alibaba Cloud", "alibaba.com|alibabacloud.com"),
    "Microsoft": ("Microsoft Azure|Azure|Bing", "microsoft.com"),
    "X": ("Twitter|X Corp", "twitter.com|x.com"),
    "Akamai": ("Akamai", "akamai.com"),
    "Automattic": ("Automattic|Akismet|WooCommerce|Jetpack", "automattic.com|akismet.com|woocommerce.com|jetpack.com"),
    "Braintree": ("Braintree", "braintreepayments.com"),
    "comScore": ("comScore|Comscore|ComScore", "comscore.com"),
    "FontAwesome": ("FontAwesome|Font Awesome", "fontawesome.com"),
    "GitHub": ("GitHub|Github", "github.com"),
    "HubSpot": ("HubSpot|Hubspot", "hubspot.com"),
    "LinkedIn": ("LinkedIn|Linkedin", "linkedin.com"),
    "Mailchimp": ("Mailchimp|MailChimp", "mailchimp.com"),
    "Mailgun": ("Mailgun", "mailgun.com"),
    "Nielsen": ("Nielsen", "nielsen.com"),
    "Slack": ("Slack Technologies", "slack.com"),
    "Trustpilot": ("Trustpilot|TrustPilot", "trustpilot.com"),
    "Typeform": ("Typeform", "typeform.com"),
    "Yahoo": ("Yahoo", "yahoo.com"),
    "Zendesk": ("Zendesk|ZenDesk", "zendesk.com"),
    "Zoom": ("Zoom Video Communications", "zoom.us"),
}
DOUBTFUL = {
    "Meta": {"Meta"},
    "Centro": {"Centro"},
    "InnoCraft": {"Matomo"},
}  # what needs a company beside it: everyday words that are not in the list, or of another language; a program that most run
# on their own servers
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=())


def main() -> None:
    companies: dict[str, tuple[set[str], set[str]]] = {}
    for entity in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        name = KIND.sub("", entity["name"].split("(")[0]).strip()
        company = KIND.sub("", (entity.get("company") or name).split("/")[0].split("(")[0]).strip()
        names, domains = companies.setdefault(SAME.get(company, company), (set(), set()))
        names.update({company, name})
        found = (_SUFFIXES(domain.replace("*.", "")) for domain in entity["domains"])
        domains.update(f"{one.domain}.{one.suffix}" for one in found if one.domain and one.suffix)
    companies.pop("Twitter", None)
    for company, (own, sites) in OWN.items():
        names, domains = companies.setdefault(company, (set(), set()))
        names.update(own.split("|"))
        domains.update(sites.split("|"))
    shared = {
        domain
        for _n, ours in companies.values()
        for domain in ours
        if sum(domain in d for _n, d in companies.values()) > 1
    }
    print("id\tcompany\tnames\tdoubtful\tdomains")
    for company, (names, domains) in sorted(companies.items(), key=lambda one: one[0].lower()):
        key = re.sub(r"[^a-z0-9]+", "_", company.lower()).strip("_")
        called = {name for name in names if len(name) > 2 and "/" not in name and not name.islower()}
        sure = set(OWN[company][0].split("|")) if company in OWN else set()  # chosen by hand: no everyday words
        doubtful = {name for name in called - sure if everyday(name)} | DOUBTFUL.get(company, set())
        if key not in ("", "unknown"):
            print(
                key,
                company,
                "|".join(sorted(called - doubtful)),
                "|".join(sorted(doubtful)),
                "|".join(sorted(domains - shared)),
                sep="\t",
            )


def everyday(name: str) -> bool:
    """Tell whether a name is a word of the language too, or too short to be sure."""
    words = name.split()
    plain = all(re.fullmatch(r"[A-Z]?[a-z]+|[A-Z]+", word) and word.lower() in syllapy.WORD_DICT for word in words)
    return name in EVERYDAY or (name not in KNOWN and (plain or (len(words) == 1 and len(name) < 5)))


main()
