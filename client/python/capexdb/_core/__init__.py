"""The client without sockets: what the blocking and the asyncio client have in common.

    frame, messages            bytes <-> messages
    connection                 one connection as a state machine
    effects                    what steps ask of the outside: connect, move bytes, a record
    link                       a connection that is opened and used, in steps
    asking                     questions, asked once more where the connection broke
    window                     numbered batches without an answer
    producer, report           an ingest from its first record to its last answer
    subscriber                 a subscription over as many connections as it takes
    feed, cursors              its options and items, and the cursors that the server keeps
    verbs, calls, question     requests, and what their answers become
    answers, table             rows out of messages, and as tables
    rows, facts, periods, quantities, text    rows into events
    endpoint, lookup           where a server is, and the settings of a client

Steps are generators that yield effects and are sent what came of them; `_blocking.py` and
`_asyncio.py` carry them out. Nothing here waits, and time comes from Settings.clock. Only lookup
asks the system, for the addresses of a host.
"""
