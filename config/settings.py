"""Every knob of SMSDesk, typed and read once; a missing or unsafe one stops the start with a sentence that names the fix."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from config import mail, push_key
from config.mail import MailServer

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a program listens → where this machine finds it
PHONE_KEY = "phone_key"  # below var/keys; without it a STOP does not outlive an erasure, so it is in each backup
LONGEST_SOCKET_PATH = 100  # bytes; macOS ends at 104, Linux at 108


class BadSettings(Exception):
    """A setting is missing or unsafe; the message is one sentence that names the fix."""


@dataclass(frozen=True)
class Settings:
    """What the environment asked for, checked. Addresses end without a slash."""

    env: str
    var: Path
    host: str
    port: int
    public_url: str
    database_url: str
    redis_url: str
    carrier: str
    twilio_account_sid: str
    twilio_auth_tokens: tuple[str, ...] = field(repr=False)
    twilio_api_key: str
    twilio_api_secret: str = field(repr=False)
    twilio_api_base_url: str
    secret_key: str = field(repr=False)
    web_processes: int
    web_threads: int
    mail: MailServer | None  # None: no e-mail is offered
    vapid_private_key: str = field(repr=False)  # 32 bytes as base64url: browsers know us by it
    phone_key: bytes = field(repr=False)  # 32 bytes: a number that was erased is known again by them
    embeds_redis: bool = False
    trusted_proxies: int = 0  # how many of our own stand before us, each adding one address to X-Forwarded-For

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def pretends(self) -> bool:
        """True where no text leaves this machine: the pretend carrier is used."""
        return self.carrier == "pretend"

    @cached_property
    def spool(self) -> Path:
        return self.var / "spool"

    @cached_property
    def media(self) -> Path:
        return self.var / "media"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment. Raises BadSettings with one sentence that names the fix."""
    env = dict(os.environ if environ is None else environ)
    stage = _one_of(env, "SMSDESK_ENV", "development", {"development", "production"})
    var = _folder(Path(env.get("SMSDESK_VAR") or "var").resolve())
    host, port = env.get("HOST") or "127.0.0.1", _number(env, "PORT", 8000, 1, 65535)
    carrier = _one_of(env, "CARRIER", "twilio" if env.get("TWILIO_ACCOUNT_SID") else "pretend", {"twilio", "pretend"})
    settings = Settings(
        env=stage,
        var=var,
        host=host,
        port=port,
        public_url=_public_url(env, host, port),
        database_url=_database(env, var),
        redis_url=_redis(env, var),
        carrier=carrier,
        twilio_account_sid=env.get("TWILIO_ACCOUNT_SID")
        or ("" if carrier == "twilio" else _kept(var, "account_sid", lambda: "AC" + secrets.token_hex(16))),
        twilio_auth_tokens=_tokens(env, var, carrier),
        twilio_api_key=env.get("TWILIO_API_KEY", ""),
        twilio_api_secret=env.get("TWILIO_API_SECRET", ""),
        twilio_api_base_url=_api_base(env, port, carrier),
        secret_key=env.get("SECRET_KEY")
        or ("" if stage == "production" else _kept(var, "secret_key", lambda: secrets.token_urlsafe(48))),
        web_processes=_number(env, "WEB_CONCURRENCY", 2, 1, 64),
        web_threads=_number(env, "WEB_THREADS", 128, 1, 4096),
        mail=_mail(env),
        vapid_private_key=_vapid(env, var),
        phone_key=bytes.fromhex(_kept(var, PHONE_KEY, lambda: secrets.token_hex(32))),
        embeds_redis=not env.get("REDIS_URL"),
        trusted_proxies=_number(env, "TRUSTED_PROXIES", 0, 0, 8),
    )
    _refuse_what_is_unsafe(settings, env)
    _folder(settings.spool)
    return settings


def database_address(url: str) -> str:
    """`postgres://` and `postgresql://` as SQLAlchemy wants them: `postgresql+psycopg://`."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def carrier_port(port: int) -> int:
    """Where the pretend carrier listens, on the loopback: beside the web's own port."""
    return port + 1 if port < 65535 else port - 1


def _api_base(env: dict[str, str], port: int, carrier: str) -> str:
    default = f"http://127.0.0.1:{carrier_port(port)}" if carrier == "pretend" else "https://api.twilio.com"
    base = (env.get("TWILIO_API_BASE_URL") or default).rstrip("/")
    parts = urlsplit(base)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise BadSettings(
            "TWILIO_API_BASE_URL must start with https:// unless it points to this machine; put https:// there."
        )
    return base


def _tokens(env: dict[str, str], var: Path, carrier: str) -> tuple[str, ...]:
    given = tuple(t.strip() for t in env.get("TWILIO_AUTH_TOKEN", "").split(",") if t.strip())
    if given or carrier == "twilio":
        return given
    return (_kept(var, "auth_token", lambda: secrets.token_hex(16)),)


def _one_of(env: dict[str, str], name: str, default: str, allowed: set[str]) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise BadSettings(f"{name} is “{value}”; set it to one of: {', '.join(sorted(allowed))}.")
    return value


def _number(env: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    value = env.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise BadSettings(f"{name} is “{value}”; set it to a number from {least} to {most}.")
    return int(value)


def _folder(path: Path) -> Path:
    """The folder, there and proven to be writable: a text that arrives while the database is away is kept in it."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as why:
        raise BadSettings(
            f"Nothing can be written to {path} ({why.strerror}); make it writable, or set SMSDESK_VAR to a folder that is."
        ) from why


def _public_url(env: dict[str, str], host: str, port: int) -> str:
    here = EVERYWHERE.get(host, host)
    url = (env.get("PUBLIC_URL") or f"http://{f'[{here}]' if ':' in here else here}:{port}").rstrip("/")
    if not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?", url):
        raise BadSettings(f"PUBLIC_URL is “{url}”; set it to an address such as https://desk.example.com.")
    return url


def _database(env: dict[str, str], var: Path) -> str:
    url = database_address(env.get("DATABASE_URL") or f"sqlite:///{var / 'smsdesk.db'}")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("DATABASE_URL must start with sqlite:/// or postgresql://; set it to such an address.")
    return url


def _redis(env: dict[str, str], var: Path) -> str:
    url = env.get("REDIS_URL") or f"unix://{_redis_socket(var)}"
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise BadSettings("REDIS_URL must start with redis://, rediss:// or unix://; set it to such an address.")
    return url


def _mail(env: dict[str, str]) -> MailServer | None:
    try:
        return mail.read(env.get("SMTP_URL", ""), env.get("MAIL_FROM", ""))
    except mail.BadMail as why:
        raise BadSettings(str(why)) from why


def _vapid(env: dict[str, str], var: Path) -> str:
    key = (env.get("VAPID_PRIVATE_KEY") or _kept(var, "vapid_private_key", push_key.made)).rstrip("=")
    if not push_key.is_one(key):
        raise BadSettings("VAPID_PRIVATE_KEY is no key for browser push; unset it, and one is made and kept.")
    return key


def _redis_socket(var: Path) -> Path:
    """In var/, or where that path is too long for a socket, in a folder of /tmp that every process works out alike."""
    path = var / "r.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return Path("/tmp") / f"smsdesk-{os.getuid()}-{hashlib.sha256(os.fsencode(var)).hexdigest()[:12]}" / "r.sock"  # noqa: S108 - its owner is checked


def _kept(var: Path, name: str, make: Callable[[], str]) -> str:
    """A secret made once and kept under var/keys, readable by its owner alone."""
    folder = var / "keys"
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        _write_once(path, make())
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all: of two processes that start at once, both then read what the first one wrote."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as draft:  # made with mode 0600
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, path)


def _refuse_what_is_unsafe(settings: Settings, env: dict[str, str]) -> None:
    if settings.carrier == "twilio" and not (settings.twilio_account_sid and settings.twilio_auth_tokens):
        raise BadSettings(
            "CARRIER is twilio but there are no credentials; set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
        )
    if bool(settings.twilio_api_key) != bool(settings.twilio_api_secret):
        raise BadSettings("Only one of TWILIO_API_KEY and TWILIO_API_SECRET is set; set both or neither.")
    if not settings.is_production:
        return
    if len(settings.secret_key) < 32:
        raise BadSettings(
            "SECRET_KEY is missing or shorter than 32 characters; set it to the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'."
        )
    if env.get("SMSDESK_TESTING") or env.get("SMSDESK_FAILPOINT"):
        raise BadSettings("SMSDESK_TESTING and SMSDESK_FAILPOINT break things on purpose; unset them in production.")
    if env.get("FLASK_DEBUG", "0") not in {"", "0", "false"}:
        raise BadSettings("FLASK_DEBUG is on in production; unset it.")
    if not settings.public_url.startswith("https://") and urlsplit(settings.public_url).hostname not in LOOPBACK:
        raise BadSettings(
            "PUBLIC_URL must be the https:// address that customers' carriers reach; set it to that address."
        )
