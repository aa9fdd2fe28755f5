"""The systemd unit, by systemd's own judgement."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
UNIT = FOLDER / "weir-export.service"
EXPOSURE = 11  # tenths; what is left is networking, which is what an exporter is for


def analyze(*words):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (Debian's package systemd)")
    done = subprocess.run(
        ["systemd-analyze", "--no-pager", *map(str, words)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_systemd_finds_nothing_to_complain_about(tmp_path):
    # It checks that the program is there, so that is one that is there for sure.
    text = UNIT.read_text().replace("/usr/bin/weir", "/bin/true")
    (tmp_path / UNIT.name).write_text(text)
    assert analyze("--man=no", "verify", tmp_path / UNIT.name) == (0, "")
    # What it proposes in comments.
    (tmp_path / UNIT.name).write_text(re.sub(r"^#(?=[A-Z]\w+=)", "", text, flags=re.M))
    assert analyze("--man=no", "verify", tmp_path / UNIT.name) == (0, "")
    (tmp_path / UNIT.name).write_text(text.replace("\nRestart=on-failure", "\nRestart=at-times"))
    assert "at-times" in analyze("--man=no", "verify", tmp_path / UNIT.name)[1]


def test_the_unit_is_well_sandboxed():
    status, text = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", UNIT)
    assert status == 0, text
    status, text = analyze("security", "--offline=true", "--threshold=5", UNIT)
    assert status != 0, "the threshold means nothing"


def test_wrong_flags_are_not_tried_again_but_failures_are():
    text = UNIT.read_text()
    assert "\nRestart=on-failure\n" in text and "\nRestartPreventExitStatus=2\n" in text


def test_the_default_file_sets_what_the_unit_uses():
    unit = UNIT.read_text()
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(unit)
    assert parser["Service"]["EnvironmentFile"] == "-/etc/default/weir-export"
    used = set(re.findall(r"\$(\w+)", parser["Service"]["ExecStart"]))
    given = set(re.findall(r"^(\w+)=", (FOLDER / "weir-export.default").read_text(), re.M))
    assert used == given == {"ARGS"}
