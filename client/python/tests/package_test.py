"""The package: what is generated is fresh, what is written twice agrees."""

import re
import subprocess
import sys
import tomllib
import unittest
from pathlib import Path

import capexdb
from capexdb._core.rows import KEYS

from .support import ROOT

REPOSITORY = ROOT.parents[1]


class PackageTest(unittest.TestCase):

    def test_the_messages_are_those_of_the_schema(self) -> None:
        done = subprocess.run([sys.executable, "-B", ROOT / "generate", "--check"], text=True,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_one_version(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        cmake = (REPOSITORY / "CMakeLists.txt").read_text(encoding="utf-8")
        version = re.search(r"project\(capexdb VERSION (\S+)", cmake)
        assert version is not None
        self.assertEqual({project["version"], capexdb.__version__}, {version[1]})

    def test_every_folder_is_packaged(self) -> None:
        setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        folders = {
            ".".join(file.parent.relative_to(ROOT).parts)
            for file in (ROOT / "capexdb").rglob("*.py")
        }
        self.assertEqual(set(setup["tool"]["setuptools"]["packages"]), folders)
        self.assertTrue((ROOT / "capexdb/py.typed").exists())

    def test_everything_public_is_there(self) -> None:
        self.assertEqual(sorted(capexdb.__all__), capexdb.__all__)
        for name in capexdb.__all__:
            self.assertTrue(hasattr(capexdb, name), name)

    def test_the_keys_of_rows_are_the_documented_columns(self) -> None:
        page = (REPOSITORY / "docs/cli.md").read_text(encoding="utf-8")
        table = page[page.index("| minimal column | is |"):].split("\n\n")[0]
        documented = {
            name
            for line in table.splitlines()[2:]
            for name in re.findall(r"`(\w+)`", line.split("|")[1])
        }
        self.assertEqual(documented, set(KEYS))

    def test_files_are_short(self) -> None:
        for file in Path(ROOT).rglob("*.py"):
            if file.parent.name != "v1":
                lines = file.read_text(encoding="utf-8").splitlines()
                self.assertLessEqual(len(lines), 400, file)
                self.assertLessEqual(max(map(len, lines), default=0), 100, file)


if __name__ == "__main__":
    unittest.main()
