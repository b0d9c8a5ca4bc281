"""What README.md shows is what happens."""

import doctest
import unittest

from .support import ROOT, Daemon


class ReadmeTest(unittest.TestCase):

    def test_examples(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        page = (ROOT / "README.md").read_text(encoding="utf-8")
        page = page.replace("127.0.0.1:7411", daemon.server)
        try:
            import pandas
            del pandas
        except ImportError:
            before, _, rest = page.partition("## pandas")
            page = before + rest[rest.index("\n## "):]
        examples = doctest.DocTestParser().get_doctest(page, {}, "README.md", "README.md", 0)
        self.assertGreater(len(examples.examples), 15)
        said: list[str] = []
        failed, _ = doctest.DocTestRunner().run(examples, out=said.append, clear_globs=False)
        examples.globs["client"].close()
        self.assertEqual(failed, 0, "".join(said))


if __name__ == "__main__":
    unittest.main()
