"""The messages of proto/capexdb/v1, as protoc makes them: client/python/generate."""
