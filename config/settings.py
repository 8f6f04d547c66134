"""Every knob of SMSDesk, typed and read once; a missing or unsafe one stops the start with a sentence that names the fix."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


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
    var = Path(env.get("SMSDESK_VAR") or "var").resolve()
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    host, port = env.get("HOST") or "127.0.0.1", _port(env)
    carrier = _one_of(env, "CARRIER", "twilio" if env.get("TWILIO_ACCOUNT_SID") else "pretend", {"twilio", "pretend"})
    settings = Settings(
        env=stage,
        var=var,
        host=host,
        port=port,
        public_url=(env.get("PUBLIC_URL") or f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}").rstrip("/"),  # noqa: S104
        database_url=database_address(env.get("DATABASE_URL") or f"sqlite:///{var / 'smsdesk.db'}"),
        redis_url=env.get("REDIS_URL") or f"unix://{var / 'r.sock'}",
        carrier=carrier,
        twilio_account_sid=env.get("TWILIO_ACCOUNT_SID")
        or ("" if carrier == "twilio" else _kept(var, "account_sid", lambda: "AC" + secrets.token_hex(16))),
        twilio_auth_tokens=_tokens(env, var, carrier),
        twilio_api_key=env.get("TWILIO_API_KEY", ""),
        twilio_api_secret=env.get("TWILIO_API_SECRET", ""),
        twilio_api_base_url=_api_base(env, port, carrier),
        secret_key=env.get("SECRET_KEY")
        or ("" if stage == "production" else _kept(var, "secret_key", lambda: secrets.token_urlsafe(48))),
        web_processes=int(env.get("WEB_CONCURRENCY") or 2),
        web_threads=int(env.get("WEB_THREADS") or 128),
    )
    _refuse_what_is_unsafe(settings, env)
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


def _port(env: dict[str, str]) -> int:
    value = env.get("PORT") or "8000"
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        raise BadSettings(f"PORT is “{value}”; set it to a number from 1 to 65535.")
    return int(value)


def _kept(var: Path, name: str, make: object) -> str:
    """A secret made once and kept under var/keys, readable by its owner alone."""
    folder = var / "keys"
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / name
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(make())  # type: ignore[operator]
    except FileExistsError:
        pass
    return path.read_text().strip()


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
    if env.get("FLASK_DEBUG", "0") not in {"", "0", "false"}:
        raise BadSettings("FLASK_DEBUG is on in production; unset it.")
    if not settings.public_url.startswith("https://") and urlsplit(settings.public_url).hostname not in LOOPBACK:
        raise BadSettings(
            "PUBLIC_URL must be the https:// address that customers' carriers reach; set it to that address."
        )
