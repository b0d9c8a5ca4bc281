#!/usr/bin/env python3
"""Plants one violation of each rule in a small tree: tidy.py must find it."""

import sys
import tempfile
import unittest
from pathlib import Path

import tidy

CLEAN = {
    "proto/model/date.h": "#include <string>\n",
    "proto/codec/validate.h": '#include "capexdb/v1/event.pb.h"\n#include "proto/model/date.h"\n',
    "proto/wire/frame.h": '#include "capexdb/v1/envelope.pb.h"\n',
    "storage/event_store.h": '#include "proto/codec/validate.h"\n',
    "storage/key.h": "",
    "storage/log.cc": '#include <rocksdb/db.h>\n#include "storage/rocks/database.h"\n'
                      "for (it->SeekToFirst(); it->Valid(); it->Next()) {}\n"
                      "if (!it->status().ok()) return;\n",
    "storage/rocks/database.h": '#include <rocksdb/db.h>\n#include "storage/event_store.h"\n',
    "daemon/session.cc": '#include "storage/event_store.h"\n#include "proto/wire/frame.h"\n'
                         "#include <boost/asio.hpp>\n#include <spdlog/spdlog.h>\n",
    "client/include/capexdb/client.h": '#include "proto/model/date.h"\n',
    "client/client.cc": '#include "client/include/capexdb/client.h"\n#include <boost/asio.hpp>\n',
    "client/importers/importer.h": '#include "capexdb/v1/event.pb.h"\n',
    "client/importers/json.h": "#include <nlohmann/json.hpp>\n",
    "client/cli/main.cc": '#include "capexdb/client.h"\n#include <CLI/CLI.hpp>\n'
                          '#include "client/importers/importer.h"\n',
    "tests/unit/model/date_test.cc": '#include "proto/model/date.h"\n#include <gtest/gtest.h>\n',
    "tests/unit/model/CMakeLists.txt": "capexdb_test(model_test SOURCES date_test.cc)\n",
    "config/catalog.toml": '[[company]]\nid = "meta"\naliases = ["Facebook"]\n'
                           '[[group]]\nid = "all-of-them"\nmembers = ["meta"]\n',
}  # yapf: disable

# What is appended to a file, or what a new file holds, and a word of the fault.
VIOLATIONS = [
    ("proto/model/date.h", "#include <google/protobuf/message.h>\n", "protobuf"),
    ("proto/model/date.h", '#include "proto/codec/validate.h"\n', "may not include"),
    ("proto/model/date.h", '#include "capexdb/v1/event.pb.h"\n', "generated"),
    ("proto/codec/validate.h", '#include "proto/wire/frame.h"\n', "may not include"),
    ("proto/codec/validate.h", '#include "capexdb/v1/query.pb.h"\n', "generated"),
    ("proto/wire/frame.h", "#include <boost/asio.hpp>\n", "asio"),
    ("proto/wire/frame.h", '#include "storage/key.h"\n', "may not include"),
    ("storage/key.h", "#include <rocksdb/slice.h>\n", "rocksdb"),
    ("storage/log.cc", '#include "client/include/capexdb/client.h"\n', "may not include"),
    ("storage/log.cc", "#include <spdlog/spdlog.h>\n", "spdlog"),
    ("storage/log.cc", '#include "capexdb/v1/envelope.pb.h"\n', "generated"),
    ("storage/log.cc", '#include "daemon/session.h"\n', "not a path"),
    ("storage/log.cc", "while (other->Valid()) other->Next();\n", "status()"),
    ("daemon/session.cc", "#include <rocksdb/db.h>\n", "rocksdb"),
    ("daemon/session.cc", '#include "storage/rocks/database.h"\n', "may not include"),
    ("daemon/session.cc", '#include "storage/key.h"\n', "may not include"),
    ("daemon/session.cc", '#include "capexdb/disk/v1/log.pb.h"\n', "generated"),
    ("client/client.cc", '#include "storage/key.h"\n', "may not include"),
    ("client/client.cc", '#include "client/importers/json.h"\n', "may not include"),
    ("client/importers/json.h", "#include <boost/asio.hpp>\n", "asio"),
    ("client/cli/main.cc", '#include "client/importers/json.h"\n', "may not include"),
    ("client/cli/main.cc", "#include <google/protobuf/message.h>\n", "protobuf"),
    ("client/cli/main.cc", '#include "proto/wire/frame.h"\n', "may not include"),
    ("client/cli/main.cc", '#include "../client.h"\n', "root"),
    ("proto/model/date.h", "#include <boost/multiprecision/cpp_int.hpp>\n", "may not include"),
    ("proto/model/date.h", "#include <curl/curl.h>\n", "no library"),
    ("proto/model/date.h", "// TODO: later\n", "TODO"),
    ("proto/model/date.h", "// FIXME\n", "TODO"),
    ("proto/model/date.h", "using namespace std;\n", "using namespace"),
    ("proto/model/date.h", "int dice = std::rand();\n", "random"),
    ("proto/model/date.h", "\tint x;\n", "tab"),
    ("proto/model/date.h", "//" + "x" * 99 + "\n", "columns"),
    ("tests/unit/model/date_test.cc", "std::this_thread::sleep_for(1s);\n", "wait for"),
    ("tests/unit/model/lost_test.cc", "", "names this test"),
    ("config/catalog.toml", '[[company]]\nid = "facebook"\n', "names both"),
    ("config/catalog.toml", '[[company]]\nid = "Not A Slug"\n', "slug"),
    ("config/catalog.toml", '[[group]]\nid = "g"\nmembers = ["nobody"]\n', "no party"),
]


def plant(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(text)


class TidyTest(unittest.TestCase):

    def faults_of(self, *planted: tuple[str, str]) -> list[tidy.Fault]:
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            for path, text in (*CLEAN.items(), *planted):
                plant(root, path, text)
            return tidy.faults(root)

    def test_a_clean_tree_has_no_faults(self):
        self.assertEqual(self.faults_of(), [])

    def test_every_planted_violation_is_found(self):
        for path, text, word in VIOLATIONS:
            with self.subTest(path=path, text=text):
                found = self.faults_of((path, text))
                self.assertTrue(any(f.path == path and word in f.message for f in found), found)

    def test_a_condition_makes_a_todo_a_note(self):
        self.assertEqual(self.faults_of(("proto/model/date.h", "// TODO when C++23: use it\n")), [])

    def test_polling_a_condition_is_no_sleep(self):
        loop = "// The file appears, polled for.\nwhile (!there()) sleep_for(5ms);\n"
        self.assertEqual(self.faults_of(("tests/unit/model/date_test.cc", loop)), [])

    def test_a_cycle_in_the_table_is_found(self):
        rules = tidy.RULES
        try:
            tidy.RULES = rules + [tidy.module("bench", ["tests"]), tidy.module("tests", ["bench"])]
            self.assertTrue(any("cycle" in str(f) for f in self.faults_of()))
        finally:
            tidy.RULES = rules


if __name__ == "__main__":
    sys.exit(unittest.main())
