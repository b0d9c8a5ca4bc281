#!/usr/bin/env python3
"""Reads a page of figures and tells capexdb about each of them, once, however often it runs.

usage: scraper.py PAGE [HOST:PORT]     PAGE is CSV: company,period,figure,currency,published
"""

import csv
import sys
from typing import Any, Iterator

import capexdb

PRODUCER = "example-scraper"  # the same in every run: a newer run fences an older one


def statements(page: str) -> Iterator[dict[str, Any]]:
    with open(page, encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            yield {"company": line["company"], "metric": "capex", "period": line["period"],
                   "value": line["figure"], "currency": line["currency"], "source": "Example Wire",
                   "url": "https://example.org/capex", "published_at": line["published"]}


def main() -> int:
    page, server = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    with capexdb.connect(server) as client:
        result = client.ingest(statements(page), producer_id=PRODUCER, on_verdict=print)
    print(result)
    return 1 if result.rejected else 0


if __name__ == "__main__":
    sys.exit(main())
