"""E-mail over SMTP, with TLS wherever a password is."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from analytics.alarms.delivery import Delivery, UndeliveredError
from analytics.alarms.message import as_html, plain, subject
from teplosvet.words.language import Language

TIMEOUT_S = 10.0
"""How long a mail server may take for each step. [s]"""


class Mails:
    """Sends deliveries as mail."""

    def __init__(self, url: str | None, sender: str, context: ssl.SSLContext | None = None) -> None:
        self._url, self._sender = url, sender
        self._context = context or ssl.create_default_context()

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Send one.

        Raises:
            UndeliveredError: If the server did not take it.
        """
        if self._url is None:
            raise UndeliveredError("no mail server is set: TEPLOSVET_SMTP_URL")
        message = self.message(delivery, now)
        try:
            with self._connected(self._url) as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise UndeliveredError(f"{type(error).__name__}: {error}") from error

    def message(self, delivery: Delivery, now: datetime) -> EmailMessage:
        """The mail: text and HTML; its Message-ID is the delivery's, so that mailboxes know duplicates."""
        language = Language(delivery.language)
        message = EmailMessage()
        message["From"], message["To"] = self._sender, delivery.target
        message["Subject"] = subject(delivery, language)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{delivery.id}@{self._sender.rpartition('@')[2].rstrip('>') or 'teplosvet'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(plain(delivery, language))
        message.add_alternative(as_html(delivery, language), subtype="html")
        return message

    def _connected(self, url: str) -> smtplib.SMTP:
        parts = urlsplit(url)
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_S, context=self._context)
        else:
            server = smtplib.SMTP(host, parts.port or (587 if parts.scheme == "starttls" else 25), timeout=TIMEOUT_S)
        try:
            if parts.scheme == "starttls":
                server.starttls(context=self._context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server
