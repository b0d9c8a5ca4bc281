"""The Python client of capexdb: statements in, answers out.

    import capexdb

    with capexdb.connect("127.0.0.1:7411") as client:
        client.ingest([{"company": "Alibaba", "metric": "capex", "period": "2024-H1",
                        "value": "23000000000", "currency": "CNY", "source": "FT",
                        "published_at": "2024-08-26"}])
        print(client.get("alibaba", "capex", "2024-H1")[0].value)

`capexdb.aio` has the same client for asyncio.
"""

from . import aio
from ._version import __version__
from .aio import Client as AsyncClient
from .answer import Answer, Coverage, Range, Row
from .client import Client, connect
from .errors import (Aborted, AlreadyExists, Cancelled, CapexdbError, Code, DataLoss,
                     DeadlineExceeded, FailedPrecondition, Internal, InvalidArgument, NotFound,
                     OutOfRange, PermissionDenied, ProtocolError, ResourceExhausted, RowTypeError,
                     Unauthenticated, Unavailable, Unimplemented)
from .feed import CaughtUp, CellChange, Change, Cursor, Cursors, Gap, Item, Progress, Replay
from .ingest import Checkpoint, IngestResult, Verdict
from .quarantine import Decision, HeldRecord
from .store import (Catalog, Identifier, Membership, Metric, Party, Product, ServerStatus, Source,
                    StoredEvent)
from .subscription import Subscription
from .terms import (Aggregation, BoundKind, CatalogKind, Dimension, Every, Finding, Fold, Growth,
                    IdentifierScheme, Meaning, Measure, Outcome, PartyKind, QuarantineState,
                    QueryKind, Role, Status, UnitClass)
from .v1.event_pb2 import Event

__all__ = [
    "Aborted", "Aggregation", "AlreadyExists", "Answer", "AsyncClient", "BoundKind", "Cancelled",
    "CapexdbError", "Catalog", "CatalogKind", "CaughtUp", "CellChange", "Change", "Checkpoint",
    "Client", "Code", "Coverage", "Cursor", "Cursors", "DataLoss", "DeadlineExceeded", "Decision",
    "Dimension", "Event", "Every", "FailedPrecondition", "Finding", "Fold", "Gap", "Growth",
    "HeldRecord", "Identifier", "IdentifierScheme", "IngestResult", "Internal", "InvalidArgument",
    "Item", "Meaning", "Measure", "Membership", "Metric", "NotFound", "OutOfRange", "Outcome",
    "Party", "PartyKind", "PermissionDenied", "Product", "Progress", "ProtocolError",
    "QuarantineState", "QueryKind", "Range", "Replay", "ResourceExhausted", "Role", "Row",
    "RowTypeError", "ServerStatus", "Source", "Status", "StoredEvent", "Subscription",
    "Unauthenticated", "Unavailable", "Unimplemented", "UnitClass", "Verdict", "__version__", "aio",
    "connect"
]  # yapf: disable
