"""The client without sockets: what the blocking and the asyncio client have in common.

    frame        bytes <-> messages
    connection   one connection as a state machine
    effects      what the steps below ask of the outside: connect, move bytes, pause, give a record
    link         a connection that is being opened and used, in steps
    asking       questions, asked once more where the connection broke
    window       numbered batches without an answer
    producer     an ingest from its first record to its last answer
    calls        requests and what their answers become
    question     the words of a question into a QueryRequest
    rows, periods, quantities, facts   rows into events

Steps are generators that yield effects and are sent what came of them; `_blocking.py` and
`_asyncio.py` carry them out. Nothing here waits, and time comes from Settings.clock.
"""
