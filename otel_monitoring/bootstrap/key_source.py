"""Where the keys of tokens come from: a setting, a file, or whoever publishes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.context.keys import KeySource


def key_source(
    builder: Builder, *, key: SecretStr | None, file: str | None, url: str | None
) -> KeySource | None:
    """Return where the keys come from; ``None`` where nothing says it.

    Args:
        builder: What the parts share.
        key: PEM, a JWK or a shared secret.
        file: A file that holds one.
        url: The address of a JWK set.

    Raises:
        MissingExtraError: A key is set and ``joserfc`` is not installed.
        ContextError: The key cannot be used.
    """
    if not (key or file or url):
        return None
    from otel_monitoring.context.keys import FixedKeys, RemoteKeys

    if key:
        return FixedKeys(key.get_secret_value())
    if file:
        return FixedKeys.from_file(Path(file))
    keys = RemoteKeys(str(url), clock=builder.clock)
    builder.parts.append(keys)
    return keys
