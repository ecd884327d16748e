"""What tasks on a Dask cluster read, kept so that no lost worker takes it along.

    scatter   the numbers go to a worker; if that is lost, so are they, and all tasks that read them
    a task    that returns the numbers: the scheduler has them, and repeats the task elsewhere

joblib scatters every array that a task reads.  `joblib.parallel_config("dask")` alone therefore
ends in "lost dependencies" when the only worker that has the rows dies; with
``client=lasting(client)`` the work goes on.

Dask: ``distributed.Client.scatter`` and ``submit`` of 2026.8; joblib: its backend of 1.6.
"""

from __future__ import annotations

from typing import Any


def lasting(client: Any) -> Any:
    """A Dask client for joblib, whose data outlive the workers that have them.

    Parameters
    ----------
    client
        A ``distributed.Client``.

    Examples
    --------
    >>> with joblib.parallel_config("dask", client=lasting(client)):  # doctest: +SKIP
    ...     GridSearchCV(classifier, grid).fit(X, y)
    """
    if not all(hasattr(client, name) for name in ("scatter", "submit", "ncores", "loop")):
        raise TypeError(f"Expected a distributed.Client. Received: {type(client).__name__}")
    return client if isinstance(client, _Lasting) else _Lasting(client)


class _Lasting:
    """The client, but for what joblib scatters."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def ncores(self) -> dict[str, int]:
        """Threads by worker; joblib would not send anything to a cluster of a single thread."""
        found: dict[str, int] = self._client.ncores()
        return {**found, "": 1} if sum(found.values()) == 1 else found

    async def scatter(self, data: Any, **options: Any) -> Any:
        """A promise of a task that returns `data`."""
        return promised(self._client, data)


def promised(client: Any, data: Any) -> Any:
    """A promise of a task that returns `data`; releasing it lets the cluster forget them."""
    import dask

    # Dask advises to scatter what is large.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 PiB"}):
        return client.submit(_itself, data, pure=False)


def _itself(data: Any) -> Any:
    return data
