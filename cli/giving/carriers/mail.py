"""A message as mail: text first, the same as HTML, with headers by which programs know what it is.

mail_of(letter, channel, to) ──► EmailMessage      send_mail(…) hands it to a server

Message-ID is made of the letter's key: a mail that is sent again after a kill has the same one. RFC 3834
(Auto-Submitted), RFC 2919 (List-Id), RFC 2369 (List-Unsubscribe).
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from cli.giving.carriers.letters import Carrier, Letter, Undelivered
from cli.giving.carriers.secrets import read_secret
from crawler.archives.errors import ConfigError
from history.notify.config import Channel
from history.notify.html import html
from history.notify.message import plain, subject

_DOMAIN = "policylapse.invalid"  # nobody's (RFC 2606)
_SECONDS = 30.0


def mail_of(letter: Letter, channel: Channel, to: str) -> EmailMessage:
    """Return the mail to one receiver."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=78))
    mail["Message-ID"] = f"<{letter.key}@{_DOMAIN}>"
    mail["Date"] = format_datetime(letter.now)
    mail["From"] = channel.sender
    mail["To"] = to
    mail["Subject"] = subject(letter.message)
    mail["List-Id"] = f"policylapse {letter.message.watch} <{letter.message.watch}.{_DOMAIN}>"
    if channel.unsubscribe:
        mail["List-Unsubscribe"] = f"<{channel.unsubscribe}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Precedence"] = "bulk"
    mail.set_content(plain(letter.message), cte="quoted-printable")
    mail.add_alternative(html(letter.message), subtype="html", cte="quoted-printable")
    return mail


def mail_carrier(channel: Channel, to: str) -> Carrier:
    """Return what sends mail to one receiver of a channel.

    :raises ConfigError: the address names a user and there is no password.
    """
    url = urlsplit(channel.address)
    user = unquote(url.username or "")
    password = read_secret(channel.secret) if user else ""
    if user and not password:
        raise ConfigError(
            f"[channels.{channel.name}] has no password for its mail server. Set {channel.secret}, or {channel.secret}_FILE "
            "to a file that holds it."
        )

    def send(letter: Letter) -> None:
        try:
            with _server(url.scheme, url.hostname or "", url.port) as server:
                if user:
                    server.login(user, password)
                server.send_message(mail_of(letter, channel, to))
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"the mail server answered {error.smtp_code} ({type(error).__name__})") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(f"the mail server did not take it ({type(error).__name__})") from None

    return send


def _server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, port or (587 if scheme == "smtp+starttls" else 25), timeout=_SECONDS)
    if scheme == "smtp+starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server
