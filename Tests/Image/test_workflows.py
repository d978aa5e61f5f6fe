"""The rules that workflows are held to, each broken once."""

import sys
import tempfile
import pathlib
import unittest

from lab import ROOT, run

COMMIT = "08c6903cd8c0fde910a37f88322edcfb5dd907a8"
GOOD = f"""\
on: {{push: {{branches: [main]}}}}
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    container: swift:6.3.1-bookworm
    steps:
      - uses: actions/checkout@{COMMIT} # v5.0.0
        with:
          persist-credentials: false
      - run: make check
"""

# What is written in place of what, and the word of the finding.
FAULTS = [
    (f"{COMMIT} # v5.0.0", "v5.0.0", "by its commit"),
    (f"{COMMIT} # v5.0.0", f"{COMMIT}", "by its commit"),
    (COMMIT, COMMIT[:7], "by its commit"),
    ("push:", "pull_request_target:", "strangers' code"),
    ("contents: read", "contents: write", "has none that write"),
    ("permissions:\n  contents: read\n", "", "has none that write"),
    ("permissions:\n  contents: read\n", "permissions: write-all\n", "has none that write"),
    ("    timeout-minutes: 10\n", "", "timeout-minutes"),
    ("ubuntu-24.04", "ubuntu-latest", "which version of the machine"),
    ("swift:6.3.1-bookworm", "swift:latest", "neither a whole version nor a digest"),
    ("swift:6.3.1-bookworm", "{image: swift}", "neither a whole version nor a digest"),
    ("persist-credentials: false", "fetch-depth: 0", "persist-credentials"),
    ("make check", "echo ${{ github.head_ref }}", "somebody's text as code"),
    ("- run: make check", "- {uses: a/b@v1}", "by its commit"),
    ("- run: make check", '- "uses": a/b@v1', "by its commit"),
    ("- run: make check", "- uses : a/b@v1", "by its commit"),
    ("swift:6.3.1-bookworm", "{image: swift:6.3.1-bookworm, volumes: ['/mnt/a:/tmp']}", "chmod 1777 /tmp"),
]


class AWorkflow(unittest.TestCase):
    def findings(self, text):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "ci.yml").write_text(text, encoding="utf-8")
            answer = run(sys.executable, ROOT / "scripts/check-workflows.py", folder, check=False)
            return answer.returncode, answer.stdout

    def test_that_keeps_the_rules_passes(self):
        self.assertEqual(self.findings(GOOD), (0, "1 workflows\n"))

    def test_that_breaks_a_rule_is_told_which(self):
        for old, new, word in FAULTS:
            with self.subTest(new or f"no {old}"):
                self.assertIn(old, GOOD)
                code, text = self.findings(GOOD.replace(old, new))
                self.assertEqual(code, 1, text)
                self.assertIn(word, text)

    def test_of_this_project_keeps_them(self):
        run(sys.executable, ROOT / "scripts/check-workflows.py")


if __name__ == "__main__":
    unittest.main()
